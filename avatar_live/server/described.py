"""What the description of the HTTP API (`/schema/openapi.json`) says of every route alike."""

from typing import Final, cast

import msgspec

# How Litestar describes structs; its public plugin leaves out whether fields of other names are taken.
from litestar._openapi.schema_generation import SchemaCreator
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Reference, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute
from litestar.typing import FieldDefinition

_SAID: Final = {
    200: "It is done.",
    400: "The body cannot be read, and why.",
    401: "A token or signature is missing, wrong or out of date.",
    403: "The token is good for other things.",
    404: "There is no such thing.",
    409: "It cannot be done now, and why.",
    413: "The body is too long.",
    429: "Too many requests from one address; Retry-After says when to come back.",
    503: "Not just now; Retry-After says when to come back.",
}


class Refusal(msgspec.Struct, frozen=True):
    """Why a request was not heard."""

    status_code: int
    detail: str


def sentences(*statuses: int) -> dict[int, ResponseSpec]:
    """Describe answers that are one sentence of text."""
    return {status: ResponseSpec(str, media_type="text/plain", description=_SAID[status]) for status in statuses}


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """Describe answers that are a `Refusal`, as Litestar makes of what a handler raises."""
    return {status: ResponseSpec(Refusal, description=_SAID[status]) for status in statuses}


class GuardedRoutes(ReceiveRoutePlugin):
    """Describe what a guard answers wherever there is one, the end of patience where a body is read, and the limit for
    each address everywhere."""

    def receive_route(self, route: BaseRoute) -> None:
        """Add to the route's answers."""
        if not isinstance(route, HTTPRoute):
            return
        for handler in route.route_handlers:
            guarded = refusals(401, 403) if handler.resolve_guards() else {}
            bounded = refusals(413) if _reads_a_body(handler) else {}
            handler.responses = {**guarded, **bounded, **sentences(429), **(handler.responses or {})}


class SoundStructs(StructSchemaPlugin):
    """Say of structs that take no other fields that they take none, and let "one of" mean it."""

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        """Return the struct's schema."""
        schema = super().to_openapi_schema(field_definition, schema_creator)
        if cast(type[msgspec.Struct], field_definition.type_).__struct_config__.forbid_unknown_fields:
            schema.additional_properties = False
        for part in (schema.properties or {}).values():
            _let_one_be_one(part)
        return schema


def _let_one_be_one(schema: Schema | Reference | bool | None) -> None:
    """Let "one of" mean it: a whole number is a number, too (JSON Schema, 6.1.1), and no end of a tuple is no value."""
    if not isinstance(schema, Schema):
        return
    is_number = any(isinstance(one, Schema) and one.type == OpenAPIType.NUMBER for one in schema.one_of or ())
    schema.one_of = [
        one
        for one in schema.one_of or ()
        if not isinstance(one, Schema) or (one.to_schema() and not (is_number and one.type == OpenAPIType.INTEGER))
    ] or None
    _let_one_be_one(schema.items)
    _let_one_be_one(schema.additional_properties)


def _reads_a_body(handler: HTTPRouteHandler) -> bool:
    return handler.parsed_data_field is not None
