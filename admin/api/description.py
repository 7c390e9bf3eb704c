"""The API in the words of OpenAPI 3.1, for programs that make clients from it."""

from typing import Any

_PROBLEMS = {
    "400": "A reference or a number of the query can't be used.",
    "401": "Nobody's credential, a retired device's, or a blocked user's.",
    "403": "The user may not create invoices on a device.",
    "404": "The user has no number under this reference, or not on this device.",
    "409": "No number is left or given; or the reference was used for another one.",
    "429": "Too many wrong passwords; come again after the seconds of Retry-After.",
    "503": "The office is being set up, or its database is out of reach.",
}


def _answers(*problems: str, **good: dict[str, Any]) -> dict[str, Any]:
    found = {status.removeprefix("_"): answer for status, answer in good.items()}
    for status in ("401", *problems, "429", "503"):
        found[status] = {
            "description": _PROBLEMS[status],
            "content": {"application/problem+json": {"schema": _ref("Problem")}},
        }
    return found


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _listed(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def _in_query(name: str, most: int, usual: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0, "maximum": most, "default": usual}
    return {"name": name, "in": "query", "schema": schema}


_INTEGER, _STRING = {"type": "integer", "format": "int64"}, {"type": "string"}
_MARKS = {"range": _INTEGER, "first": _INTEGER, "last": _INTEGER}
_REFERENCE = {
    "name": "reference",
    "in": "path",
    "required": True,
    "description": "The client's own word for the lease: for each number a new one (UUID).",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._~-]{1,64}$"},
}
_PATHS = {
    "/api/v1/number-ranges/": {
        "get": {
            "summary": "One's number ranges, in the order of their use",
            "responses": _answers(
                _200=_json("The ranges", _object(ranges=_listed(_ref("Range"))))
            ),
        }
    },
    "/api/v1/number-ranges/leases/": {
        "get": {
            "summary": "The numbers that one's devices have, lowest first",
            "parameters": [_in_query("above", 10**15, 0), _in_query("limit", 1000, 100)],
            "responses": _answers("400", _200=_json("A part of the list", _ref("Leases"))),
        }
    },
    "/api/v1/number-ranges/leases/{reference}": {
        "parameters": [_REFERENCE],
        "get": {
            "summary": "The number under a reference",
            "responses": _answers("400", "404", _200=_json("The lease", _ref("Lease"))),
        },
        "put": {
            "summary": "Lease a number; asked again, it is the same one",
            "responses": _answers(
                "400",
                "403",
                "409",
                _200=_json("It was leased before", _ref("Lease")),
                _201=_json("Leased now", _ref("Lease")),
            ),
        },
        "delete": {
            "summary": "Give a number back that was not used; it is leased next",
            "responses": _answers("400", "403", "404", _204={"description": "Given back"}),
        },
    },
    "/api/v1/openapi.json": {
        "get": {
            "summary": "This description",
            "responses": _answers(_200=_json("OpenAPI 3.1", {"type": "object"})),
        }
    },
}

DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "deedbox", "version": "1"},
    "security": [{"device": []}],
    "paths": _PATHS,
    "components": {
        "securitySchemes": {
            "device": {
                "type": "http",
                "scheme": "basic",
                "description": "User name and the password of a device.",
            }
        },
        "schemas": {
            "Range": _object(**_MARKS, next=_INTEGER),
            "Lease": _object(
                number=_INTEGER,
                reference=_STRING,
                range=_object(**_MARKS),
                device=_object(device=_INTEGER, label=_STRING),
                leased={"type": "string", "format": "date-time"},
            ),
            "Leases": {
                "type": "object",
                "properties": {
                    "leases": _listed(_ref("Lease")),
                    "next": {"type": "string", "description": "Where the list goes on"},
                },
                "required": ["leases"],
            },
            "Problem": _object(title=_STRING, status=_INTEGER, detail=_STRING),
        },
    },
}
