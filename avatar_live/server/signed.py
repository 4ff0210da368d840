"""Signed tokens of one room (JWT, HS256): what its server has said of somebody, for a time, and for no other room."""

from typing import Any, Final

from avatar_live.server.standing import Standing

ALGORITHM: Final = "HS256"


class NotOursError(Exception):
    """Say that a token was not signed here, or not for this; `is_foreign` where it is another room's."""

    def __init__(self, *, is_foreign: bool = False) -> None:
        super().__init__()
        self.is_foreign = is_foreign


def signed(standing: Standing, role: str, id: str, expires_s: float, **more: object) -> str:
    """Return a token for a role in this room; `id` is its own (`jti`)."""
    import jwt  # with all of cryptography, seven megabytes: most rooms sign nothing

    claims = {"aud": standing.kept.room, "role": role, "jti": id, "exp": expires_s, **more}
    return jwt.encode(claims, standing.kept.key, algorithm=ALGORITHM)


def claims_of(standing: Standing, token: str, role: str, *required: str) -> dict[str, Any]:
    """Return what a token says, also when its time is over: the caller knows the time. Raises NotOursError."""
    import jwt

    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            standing.kept.key,
            algorithms=[ALGORITHM],
            # The time is ours to say; the library would read a clock of its own.
            options={
                "verify_exp": False,
                "verify_aud": False,
                "verify_iat": False,
                "require": ["aud", "jti", "exp", *required],
            },
        )
    except jwt.InvalidTokenError as error:
        raise NotOursError from error
    if claims["aud"] != standing.kept.room:
        raise NotOursError(is_foreign=True)
    if claims.get("role") != role:
        raise NotOursError
    return claims
