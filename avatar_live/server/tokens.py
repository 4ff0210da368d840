"""Tokens for programs: signed (JWT, HS256), of this room, short-lived, and good for no more than they name."""

import secrets
from typing import Final

import msgspec

from avatar_live.protocol.programs import SCOPES, Scope
from avatar_live.server.signed import NotOursError, claims_of, signed
from avatar_live.server.standing import Standing

TOKEN_S_MIN: Final = 1.0
TOKEN_S_MAX: Final = 30 * 86_400.0
TOKEN_S_USUAL: Final = 3_600.0
TOKEN_CHARACTERS_MAX: Final = 2_048
PROGRAM_NAME_CHARACTERS_MAX: Final = 24
ROLE: Final = "program"
REVOKED_MAX: Final = 10_000
WRONG: Final = "This token is not valid here: pass the show's own, or one that POST /api/tokens made."
EXPIRED: Final = "This token has expired: ask the host for a new one."
FOREIGN: Final = "This token is for another room."
REVOKED: Final = "This token was revoked by the host."


class TokenError(Exception):
    """Say in one sentence why a token does not hold."""


class Held(msgspec.Struct, frozen=True):
    """What a token says: who carries it, what it is good for, since when and until when."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    issued_s: float
    expires_s: float


def new_token(standing: Standing, name: str, scopes: tuple[Scope, ...], wall_s: float, lifetime_s: float) -> str:
    """Return a fresh token."""
    id, expires_s = secrets.token_urlsafe(9), wall_s + lifetime_s
    return signed(standing, ROLE, id, expires_s, name=name, scopes=list(scopes), iat=wall_s)


def read(standing: Standing, token: str, wall_s: float) -> Held:
    """Return what a token is good for. Raises TokenError."""
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise TokenError(WRONG)
    try:
        claims = claims_of(standing, token, ROLE, "iat")
    except NotOursError as error:
        raise TokenError(FOREIGN if error.is_foreign else WRONG) from error
    scopes = tuple(scope for scope in SCOPES if scope in claims["scopes"])
    held = Held(claims["jti"], claims["name"], scopes, float(claims["iat"]), float(claims["exp"]))
    if ended := end_of(standing, held, wall_s):
        raise TokenError(ended)
    return held


def end_of(standing: Standing, held: Held, wall_s: float) -> str:
    """Say in a sentence why a token that was good holds no longer; empty while it does."""
    if held.expires_s <= wall_s:
        return EXPIRED
    if held.id in standing.kept.revoked or held.issued_s <= standing.kept.tokens_after_s:
        return REVOKED
    return ""


def named(held: Held) -> str:
    """Return by what name the audit log knows a program; empty for the host."""
    return f"program {held.name} ({held.id})" if held.id else ""


def revoke(standing: Standing, id: str, wall_s: float) -> None:
    """Take one token back for as long as any token lives, and write that down."""
    kept = standing.kept
    revoked = {one: until_s for one, until_s in kept.revoked.items() if until_s > wall_s}
    if len(revoked) >= REVOKED_MAX:
        revoke_all(standing, wall_s)
        return
    kept.revoked = {**revoked, id: wall_s + TOKEN_S_MAX}
    standing.write()


def revoke_all(standing: Standing, wall_s: float) -> None:
    """Take every token back that was made until now."""
    standing.kept.revoked = {}
    standing.kept.tokens_after_s = wall_s
    standing.write()
