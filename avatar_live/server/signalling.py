"""What WHIP and WHEP have in common over HTTP: types, headers, refusals and sessions (RFC 9725)."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from avatar_live import clock
from avatar_live.broadcast.broadcaster import BroadcastError
from avatar_live.protocol.ice import IceServer, issued, link
from avatar_live.server import access

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After, WWW-Authenticate",
}
PREFLIGHT: Final = {
    **CORS,
    "Access-Control-Allow-Methods": "POST, DELETE, PATCH, OPTIONS",
    # ETag: clients of 2023 send the session's tag back under its own name.
    "Access-Control-Allow-Headers": "Content-Type, Authorization, If-Match, ETag",
    "Access-Control-Max-Age": "86400",
    "Accept-Post": SDP,
    "Accept-Patch": FRAGMENT,
}

HttpRequest = Request[object, object, State]


@dataclass
class SdpOperation(Operation):
    """Describe an endpoint that takes an offer and answers with a session."""

    def __post_init__(self) -> None:
        text = Schema(type=OpenAPIType.STRING)
        self.request_body = RequestBody(content={SDP: OpenAPIMediaType(schema=text)}, required=True)
        self.responses = {
            "201": OpenAPIResponse("The answer to the offer.", content={SDP: OpenAPIMediaType(schema=text)}),
            **_described(400, 401, 406, 413, 415, 429, 503),
        }


@dataclass
class FragmentOperation(Operation):
    """Describe an endpoint that takes more candidates of a session."""

    def __post_init__(self) -> None:
        text = Schema(type=OpenAPIType.STRING)
        self.request_body = RequestBody(content={FRAGMENT: OpenAPIMediaType(schema=text)}, required=True)
        self.responses = _described(204, 400, 404, 412, 413, 415, 422, 428, 429, 503)


@dataclass
class GoodbyeOperation(Operation):
    """Describe the end of a session."""

    def __post_init__(self) -> None:
        self.responses = _described(200, 404, 429, 503)


def refused(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response[bytes]:
    """Say no in a sentence that pages of other origins may read, too."""
    return Response(
        sentence.encode(),
        status_code=status,
        media_type=MediaType.TEXT,
        headers={**CORS, **(headers or {})},
    )


def refusal_of(error: BroadcastError) -> Response[bytes]:
    """Turn a refusal of the broadcast into a response."""
    later = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    return refused(error.status, error.sentence, later)


def unauthorized(realm: str, sentence: str) -> Response[bytes]:
    """Ask for a token, or for another one."""
    return refused(401, sentence, {"WWW-Authenticate": f'Bearer realm="{realm}"'})


def bearer(request: HttpRequest) -> str:
    """Return the token that a request carries; empty when there is none."""
    return access.bearer(request.headers.get("Authorization", ""))


async def offered(request: HttpRequest) -> str | Response[bytes]:
    """Return the offer in a request's body, or the refusal of what is none."""
    if request.content_type[0] != SDP:
        return refused(415, f"Send the offer with Content-Type: {SDP}.", {"Accept-Post": SDP})
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError:
        return refused(400, "The body is not a session description: send an SDP offer.")


def began(location: str, session: str, answer_sdp: str, servers: Iterable[IceServer]) -> Response[bytes]:
    """Answer an offer with a new session."""
    headers = {
        **CORS,
        "Location": location,
        "ETag": f'"{etag_of(session)}"',
        "Accept-Patch": FRAGMENT,
        "Cache-Control": "no-store",
        **links(servers),
    }
    return Response(answer_sdp.encode(), status_code=201, media_type=SDP, headers=headers)


async def patched(
    request: HttpRequest, session: str, has: Callable[[str], bool], trickle: Callable[[str, str], Awaitable[None]]
) -> Response[bytes]:
    """Hand on the candidates in a request (RFC 9725, 4.3); an ICE restart is refused with 422 by `trickle`.

    A session has one ICE session for life here, so its entity-tag never changes, and candidates name it by its
    credentials as well. Without If-Match they are taken all the same, since the clients that forget it are many; a
    restart, which the tag is there for, is told to send it.
    """
    if not has(session):
        return refused(404, "There is no such session, or it has ended.")
    if request.content_type[0] != FRAGMENT:
        return refused(415, f"Send the candidates with Content-Type: {FRAGMENT}.", {"Accept-Patch": FRAGMENT})
    condition = request.headers.get("If-Match")
    if condition and not {"*", f'"{etag_of(session)}"'} & {tag.strip() for tag in condition.split(",")}:
        return refused(412, "This session has another ETag.")
    try:
        await trickle(session, (await request.body()).decode())
    except UnicodeDecodeError:
        return refused(400, "The body is no SDP fragment.")
    except BroadcastError as refusal:
        if refusal.status == 422 and not condition:
            return refused(428, "Send the session's ETag as If-Match.")
        return refusal_of(refusal)
    return Response(b"", status_code=204, headers=CORS)


def preflight(servers: Iterable[IceServer] = ()) -> Response[None]:
    """Say what may be asked, and by whom: by everybody."""
    return Response(None, status_code=204, headers={**PREFLIGHT, **links(servers)})


def links(servers: Iterable[IceServer]) -> dict[str, str]:
    """Return the header that tells a peer of STUN and TURN servers, with credentials that are good from now on."""
    values = [link(issued(server, clock.wall_s())) for server in servers]
    return {"Link": ", ".join(values)} if values else {}


def etag_of(session: str) -> str:
    """Return a session's entity-tag; the session's id is nothing to be written anywhere else."""
    return session[:8]


_SAID: Final = {
    200: "The session has ended.",
    204: "The candidates are taken.",
    400: "The body cannot be read.",
    401: "A bearer token is missing or wrong.",
    404: "There is no such session.",
    406: "The offer holds nothing that can be answered.",
    412: "The session has another entity-tag.",
    413: "The body is too long.",
    415: "The body is of another type.",
    422: "ICE is not restarted: begin a new session.",
    428: "If-Match is missing.",
    429: "Too many requests from one address; Retry-After says when to come back.",
    503: "All places are taken, or nobody answers just now; Retry-After says when to come back.",
}


def _described(*statuses: int) -> dict[str, OpenAPIResponse | Reference]:
    return {str(status): OpenAPIResponse(_SAID[status]) for status in statuses}
