"""The tables in PostgreSQL, in a schema of their own, as a list of steps: those of SQLite, and a shared room's.

What is booked is never changed or deleted: triggers refuse it. Of a gift only the state moves, and only forwards.
"""

from typing import Final

SCHEMA: Final = "avatar_live"

_STEP_1: Final = """
CREATE TABLE account (
    number bigint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('source', 'wallet', 'house')),
    balance_coins bigint NOT NULL DEFAULT 0
        CHECK (kind = 'source' OR balance_coins >= 0 AND (kind = 'house' OR balance_coins <= 9007199254740991)),
    day bigint NOT NULL DEFAULT 0,
    day_coins bigint NOT NULL DEFAULT 0,
    show text NOT NULL DEFAULT '',
    show_coins bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);  -- balances change all the time: a new one finds room beside the old
CREATE TABLE transfer (
    number bigint PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('open', 'gift', 'refund', 'topup')),
    at_s double precision NOT NULL
);
CREATE TABLE entry (
    transfer bigint NOT NULL REFERENCES transfer (number),
    account bigint NOT NULL REFERENCES account (number),
    coins bigint NOT NULL,
    PRIMARY KEY (transfer, account)
);
CREATE TABLE gift (
    transfer bigint PRIMARY KEY REFERENCES transfer (number),
    wallet bigint NOT NULL REFERENCES account (number),
    id text NOT NULL,
    name text NOT NULL,
    gift text NOT NULL,
    price_coins bigint NOT NULL CHECK (price_coins >= 0),
    room text NOT NULL,
    show text NOT NULL,
    state text NOT NULL DEFAULT 'committed' CHECK (state IN ('committed', 'playing', 'done', 'refunded')),
    reason text NOT NULL DEFAULT '',
    UNIQUE (id, wallet)
);
CREATE TABLE refund (
    transfer bigint PRIMARY KEY REFERENCES transfer (number),
    gift bigint NOT NULL UNIQUE REFERENCES gift (transfer)
);
CREATE TABLE topup (
    transfer bigint PRIMARY KEY REFERENCES transfer (number),
    wallet bigint NOT NULL REFERENCES account (number),
    provider text NOT NULL,
    id text NOT NULL,
    coins bigint NOT NULL CHECK (coins > 0),
    UNIQUE (provider, id)
);
CREATE TABLE outbox (
    transfer bigint PRIMARY KEY REFERENCES gift (transfer),
    room text NOT NULL
);
CREATE TABLE rule (
    viewer text PRIMARY KEY,
    day_coins_max bigint,
    show_coins_max bigint,
    cool_off_until_s double precision,
    is_adult boolean
);
CREATE TABLE writer (
    id text PRIMARY KEY,
    last_group bigint NOT NULL  -- by which a writer that lost its connection while committing learns how it ended
);
CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'what is booked stays as it is'; END $$;
CREATE TRIGGER gift_stays BEFORE UPDATE OF transfer, wallet, id, name, gift, price_coins, room, show ON gift
    FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER gift_goes_forwards BEFORE UPDATE OF state ON gift
    FOR EACH ROW WHEN (OLD.state IN ('done', 'refunded')) EXECUTE FUNCTION stays();
CREATE TRIGGER account_stays BEFORE UPDATE OF number, name, kind ON account
    FOR EACH ROW EXECUTE FUNCTION stays();
""" + "".join(
    f"CREATE TRIGGER {table}_is_kept BEFORE {when} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION stays();\n"
    for table, when in (
        ("transfer", "UPDATE OR DELETE OR TRUNCATE"),
        ("entry", "UPDATE OR DELETE OR TRUNCATE"),
        ("refund", "UPDATE OR DELETE OR TRUNCATE"),
        ("topup", "UPDATE OR DELETE OR TRUNCATE"),
        ("gift", "DELETE OR TRUNCATE"),
        ("account", "DELETE OR TRUNCATE"),
    )
)

# Several of one gift at once.
_STEP_2: Final = """
ALTER TABLE gift ADD COLUMN count bigint NOT NULL DEFAULT 1 CHECK (count > 0);
CREATE TRIGGER gift_count_stays BEFORE UPDATE OF count ON gift FOR EACH ROW EXECUTE FUNCTION stays();
"""

# Who follows which room, and how many do.
_STEP_3: Final = """
CREATE TABLE follower (
    room text NOT NULL,
    viewer text NOT NULL,
    at_s double precision NOT NULL,
    PRIMARY KEY (room, viewer)
);
CREATE TABLE followers (room text PRIMARY KEY, count bigint NOT NULL CHECK (count >= 0));
"""

# The round whose givers are counted, and what part a viewer has had in the room's newest show.
_STEP_4: Final = """
CREATE TABLE round (room text PRIMARY KEY, show text NOT NULL, number bigint NOT NULL, after bigint NOT NULL);
CREATE TABLE part (
    room text NOT NULL,
    viewer text NOT NULL,
    show text NOT NULL,
    likes bigint NOT NULL,
    watched_s double precision NOT NULL,
    camp text NOT NULL,
    PRIMARY KEY (room, viewer)
) WITH (fillfactor = 50);
"""

# What a server that takes a room over goes on with: which life of the room may write, its show, and its documents.
_STEP_5: Final = """
CREATE TABLE holder (
    room text PRIMARY KEY,
    life bigint NOT NULL,
    show text NOT NULL,
    at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE document (room text NOT NULL, name text NOT NULL, body bytea NOT NULL, PRIMARY KEY (room, name));
"""

# The webhooks of each room, and what is on its way to them.
_STEP_6: Final = """
CREATE TABLE webhook (
    number bigint GENERATED ALWAYS AS IDENTITY,
    room text NOT NULL,
    id text PRIMARY KEY,
    url text NOT NULL,
    types text NOT NULL,
    secret text NOT NULL,
    is_gone integer NOT NULL
);
CREATE TABLE message (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook text NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    id text NOT NULL,
    body bytea NOT NULL,
    tries integer NOT NULL,
    due_s double precision NOT NULL,
    is_dead integer NOT NULL,
    reason text NOT NULL
);
CREATE INDEX message_due ON message (webhook, is_dead, due_s);
CREATE INDEX message_dead ON message (webhook, number) WHERE is_dead = 1;
CREATE INDEX message_id ON message (id);
"""

STEPS: Final = (_STEP_1, _STEP_2, _STEP_3, _STEP_4, _STEP_5, _STEP_6)
