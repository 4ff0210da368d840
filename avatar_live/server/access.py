"""Who may do what: the show's own token may do everything, a program's token what its scopes name."""

import hmac
import math
from collections.abc import Callable
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from avatar_live import clock
from avatar_live.protocol.programs import SCOPES, Scope
from avatar_live.server import tokens
from avatar_live.server.standing import Standing
from avatar_live.server.tokens import Held, TokenError

OFF: Final = "The event API is off: start the server with a token."
NO_TOKEN: Final = "Pass the show's token, or a program's, as Authorization: Bearer."  # noqa: S105  (a sentence)
HOST: Final = Held("", "Host", SCOPES, math.inf, math.inf)

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], None]


class Access:
    """Read tokens; `token` is the show's own, without which nobody comes in."""

    def __init__(self, token: str, standing: Standing | None) -> None:
        self._token = token
        self.standing = standing  # None knows no programs' tokens

    def held(self, offered: str, wall_s: float) -> Held:
        """Return what a token is good for. Raises TokenError."""
        if not self._token:
            raise TokenError(OFF)
        if not offered:
            raise TokenError(NO_TOKEN)
        if hmac.compare_digest(offered.encode(), self._token.encode()):
            return HOST
        if self.standing is None:
            raise TokenError(tokens.WRONG)
        return tokens.read(self.standing, offered, wall_s)

    def end_of(self, held: Held, wall_s: float) -> str:
        """Say in a sentence why a token that was good holds no longer; empty while it does."""
        return "" if held is HOST or self.standing is None else tokens.end_of(self.standing, held, wall_s)

    def guard(self, *scopes: Scope) -> Guard:
        """Return what lets HTTP requests with one of these scopes pass; without any, with the show's own token alone.

        What the token is good for stands in the connection's state as `held`.
        """

        def check(connection: Connection, _: BaseRouteHandler) -> None:
            try:
                held = self.held(bearer(connection.headers.get("authorization", "")), clock.wall_s())
            except TokenError as refusal:
                realm = 'Bearer realm="avatar_live"'
                raise NotAuthorizedException(str(refusal), headers={"WWW-Authenticate": realm}) from refusal
            if refused := out_of_scope(held, *scopes):
                raise PermissionDeniedException(refused)
            connection.state["held"] = held

        return check


def bearer(header: str) -> str:
    """Return the token of an Authorization header; empty when there is none."""
    scheme, _, offered = header.partition(" ")
    return offered.strip() if scheme.lower() == "bearer" else ""


def out_of_scope(held: Held, *scopes: Scope) -> str:
    """Say in a sentence why a token has none of these scopes; empty when it has. Without any, only the show's own is
    good."""
    if held is HOST or any(scope in held.scopes for scope in scopes):
        return ""
    return f'This needs a token with the scope "{scopes[0]}".' if scopes else "This needs the show's own token."
