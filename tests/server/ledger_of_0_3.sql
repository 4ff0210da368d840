BEGIN TRANSACTION;
CREATE TABLE account (
    name TEXT PRIMARY KEY,
    balance_coins INTEGER NOT NULL CHECK (balance_coins >= 0 OR name = 'mint')
) STRICT, WITHOUT ROWID;
INSERT INTO "account" VALUES('house:gifts',425);
INSERT INTO "account" VALUES('mint',-3000);
INSERT INTO "account" VALUES('wallet:ann',695);
INSERT INTO "account" VALUES('wallet:bob',880);
INSERT INTO "account" VALUES('wallet:eve',1000);
CREATE TABLE entry (
    transfer INTEGER NOT NULL REFERENCES transfer (id),
    account TEXT NOT NULL REFERENCES account (name),
    coins INTEGER NOT NULL,
    PRIMARY KEY (transfer, account)
) STRICT, WITHOUT ROWID;
INSERT INTO "entry" VALUES(1,'mint',-1000);
INSERT INTO "entry" VALUES(1,'wallet:ann',1000);
INSERT INTO "entry" VALUES(2,'mint',-1000);
INSERT INTO "entry" VALUES(2,'wallet:bob',1000);
INSERT INTO "entry" VALUES(3,'mint',-1000);
INSERT INTO "entry" VALUES(3,'wallet:eve',1000);
INSERT INTO "entry" VALUES(4,'house:gifts',5);
INSERT INTO "entry" VALUES(4,'wallet:ann',-5);
INSERT INTO "entry" VALUES(5,'house:gifts',300);
INSERT INTO "entry" VALUES(5,'wallet:ann',-300);
INSERT INTO "entry" VALUES(6,'house:gifts',100);
INSERT INTO "entry" VALUES(6,'wallet:bob',-100);
INSERT INTO "entry" VALUES(7,'house:gifts',20);
INSERT INTO "entry" VALUES(7,'wallet:bob',-20);
INSERT INTO "entry" VALUES(8,'house:gifts',-20);
INSERT INTO "entry" VALUES(8,'wallet:bob',20);
INSERT INTO "entry" VALUES(9,'house:gifts',10);
INSERT INTO "entry" VALUES(9,'wallet:bob',-10);
INSERT INTO "entry" VALUES(10,'house:gifts',10);
INSERT INTO "entry" VALUES(10,'wallet:bob',-10);
CREATE TABLE gift (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    viewer TEXT NOT NULL,
    name TEXT NOT NULL,
    gift TEXT NOT NULL,
    price_coins INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('committed', 'playing', 'done', 'refunded')),
    reason TEXT NOT NULL DEFAULT '',
    at_s REAL NOT NULL
) STRICT;
INSERT INTO "gift" VALUES(1,'a-1','ann','Ann','tomato',5,'done','',1.79587144155776977537e+09);
INSERT INTO "gift" VALUES(2,'a-2','ann','Ann','fireworks',300,'committed','',1.79587144156303882593e+09);
INSERT INTO "gift" VALUES(3,'b-1','bob','Bob','ticket',100,'playing','',1.79587144156403517728e+09);
INSERT INTO "gift" VALUES(4,'b-2','bob','Bob','confetti',20,'refunded','The stage stopped.',1.79587144158395648008e+09);
INSERT INTO "gift" VALUES(5,'refund:x','bob','B:ob refund:','rose',10,'committed','',1.79587144158793759344e+09);
INSERT INTO "gift" VALUES(6,'b-3','bob','Bob','rose',10,'committed','',1.79587144158793759344e+09);
CREATE TABLE transfer (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    at_s REAL NOT NULL
) STRICT;
INSERT INTO "transfer" VALUES(1,'open:ann',1.79587144155297827718e+09);
INSERT INTO "transfer" VALUES(2,'open:bob',1.79587144155396795279e+09);
INSERT INTO "transfer" VALUES(3,'open:eve',1.7958714415549919605e+09);
INSERT INTO "transfer" VALUES(4,'gift:a-1',1.79587144155776977537e+09);
INSERT INTO "transfer" VALUES(5,'gift:a-2',1.79587144156303882593e+09);
INSERT INTO "transfer" VALUES(6,'gift:b-1',1.79587144156403517728e+09);
INSERT INTO "transfer" VALUES(7,'gift:b-2',1.79587144158395648008e+09);
INSERT INTO "transfer" VALUES(8,'refund:b-2',1.79587144158697581287e+09);
INSERT INTO "transfer" VALUES(9,'gift:refund:x',1.79587144158793759344e+09);
INSERT INTO "transfer" VALUES(10,'gift:b-3',1.79587144158793759344e+09);
CREATE INDEX gift_unfinished ON gift (number) WHERE state IN ('committed', 'playing');
PRAGMA user_version = 1;
COMMIT;
