"""Make somebody a moderator by a link: a signed token (JWT, HS256) of this room, good for a short time and once."""

import secrets
from typing import Final

from avatar_live.server.signed import NotOursError, claims_of, signed
from avatar_live.server.standing import Standing

INVITATION_S: Final = 86_400.0
TOKEN_CHARACTERS_MAX: Final = 1_024
ROLE: Final = "moderator"
USED_MAX: Final = 10_000
WRONG: Final = "This invitation is not valid here: ask the host for a new link."
EXPIRED: Final = "This invitation has expired: ask the host for a new link."
FOREIGN: Final = "This invitation is for another room."
USED: Final = "This invitation was used already: ask the host for a new link."


class InvitationError(Exception):
    """Say in one sentence why an invitation does not hold."""


def invitation(standing: Standing, wall_s: float, lifetime_s: float = INVITATION_S) -> str:
    """Return a fresh token."""
    return signed(standing, ROLE, secrets.token_urlsafe(12), wall_s + lifetime_s)


def use(standing: Standing, token: str, wall_s: float) -> None:
    """Use a token up and write that down. Raises InvitationError."""
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise InvitationError(WRONG)
    try:
        claims = claims_of(standing, token, ROLE)
    except NotOursError as error:
        raise InvitationError(FOREIGN if error.is_foreign else WRONG) from error
    jti, expires_s = claims["jti"], float(claims["exp"])
    if expires_s <= wall_s:
        raise InvitationError(EXPIRED)
    used = {one: until_s for one, until_s in standing.kept.invitations.items() if until_s > wall_s}
    if jti in used or len(used) >= USED_MAX:
        raise InvitationError(USED)
    standing.kept.invitations = {**used, jti: expires_s}
    standing.write()
