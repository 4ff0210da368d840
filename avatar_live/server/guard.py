"""Let in who holds the show's token."""

import hmac
from collections.abc import Callable
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler

NO_TOKEN: Final = "Pass the show's token as Authorization: Bearer."  # noqa: S105  (a sentence)

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]


def holding(token: str, realm: str) -> Guard:
    """Return what refuses, with 401, everybody who does not hold `token`; an empty one nobody holds."""

    def holds_token(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        scheme, _space, offered = connection.headers.get("authorization", "").partition(" ")
        if not (token and scheme.lower() == "bearer" and hmac.compare_digest(offered.strip().encode(), token.encode())):
            raise NotAuthorizedException(NO_TOKEN, headers={"WWW-Authenticate": f'Bearer realm="{realm}"'})

    return holds_token
