"""schemathesis over the HTTP API of a running server: no fault of its own, and no answer that it does not describe."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, BaseSchema, Case, CheckContext, GenerationMode, Response, SerializationContext
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.openapi import from_url
from show_server import TOKEN, ShowServer, show_server

EXAMPLES: Final = 8  # of every operation, sound ones and broken ones, with a token and without
# What counts as accepted and is not: a tag may be missing where only one kind of message is meant; too long is refused.
PARDONED: Final = ("violates `required` at /properties/type", ", 413: Schema-violating request accepted")
SDP: Final = ("application/sdp", "application/trickle-ice-sdpfrag")


def no_fault(_: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Fail at every answer that blames the server; who is asked to come back must be told when."""
    assert response.status_code < 500 or (response.status_code == 503 and "retry-after" in response.headers), (
        case.method
    )
    return None


_Operation = APIOperation[Any, Any, Any, Any]

load_all_checks()
CHECKS_MADE: Final[list[Any]] = [
    no_fault,
    *CHECKS.get_by_names(
        [
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
            "negative_data_rejection",
            "missing_required_header",
            "unsupported_method",
        ]
    ),
]


@schemathesis.serializer(*SDP)
def _as_text(_: SerializationContext, value: object) -> bytes:
    return str(value).encode(errors="surrogatepass")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("show")) as running:
        yield running


@pytest.fixture(scope="module")
def api(server: ShowServer) -> BaseSchema:
    return from_url(f"http://127.0.0.1:{server.port}/schema/openapi.json")


@pytest.mark.parametrize("token", ["", TOKEN], ids=["a stranger", "the host"])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["sound", "broken"])
def test_every_answer_is_one_that_the_description_promises(api: BaseSchema, mode: GenerationMode, token: str) -> None:
    breaches: set[str] = set()
    for found in api.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        if mode is GenerationMode.NEGATIVE and not _can_be_broken(operation):
            continue
        breaches |= _breaches(operation, mode, {"Authorization": f"Bearer {token}"} if token else {})
    assert not breaches, "\n\n".join(sorted(breaches))


def _can_be_broken(operation: _Operation) -> bool:
    """Say whether some request is against the description; any text is a text."""
    return any(media.media_type not in SDP for media in operation.body) or bool(list(operation.query))


def _breaches(operation: _Operation, mode: GenerationMode, headers: dict[str, str]) -> set[str]:
    """Return in words what an operation did against the description."""
    breaches: set[str] = set()

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        response = case.call(headers=headers)
        try:
            case.validate_response(response, checks=CHECKS_MADE)
        except (Failure, FailureGroup) as error:
            for one in getattr(error, "exceptions", (error,)):
                breach = f"{operation.label}, {response.status_code}: {one}"
                if not any(pardoned in breach for pardoned in PARDONED):
                    breaches.add(breach)

    ask()
    return breaches
