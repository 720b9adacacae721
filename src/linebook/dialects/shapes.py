"""What declared types look like in JSON Schema: components, fields and samples, for every document made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from linebook.dialects.base import Dialect, Operation

Schema = dict[str, Any]

REFERENCE: Final = "#/components/schemas/"
_DEPTH_MAX: Final = 8


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One member of a declared Struct."""

    name: str
    schema: Schema
    is_required: bool
    description: str

    @property
    def kind(self) -> str:
        """Its type in a word or two."""
        return _kind(self.schema)

    def typed(self, value: Any) -> Any:
        """Give an example value, which may be written as text, in the member's own type."""
        if isinstance(value, str) and self.schema.get("type") in ("integer", "number", "boolean"):
            return msgspec.json.decode(value)
        return value


class Shapes:
    """The schemas of a set of types, with the components they share."""

    def __init__(self, types: Iterable[Any]) -> None:
        """Make the schemas. Raises `TypeError` for a type that JSON cannot hold."""
        self._types = list(types)
        schemas, components = msgspec.json.schema_components(
            self._types, schema_hook=_anything, ref_template=REFERENCE + "{name}"
        )
        self._schemas = dict(zip(map(id, self._types), schemas, strict=True))
        self.components: dict[str, Schema] = components

    def schema(self, shape: Any) -> Schema:
        """Give the schema of one of the types, by reference where it is a Struct."""
        return self._schemas[id(shape)]

    def members(self, shape: Any) -> list[Member]:
        """Give the members of one of the types, none if it is not a Struct."""
        schema = self._resolved(self.schema(shape))
        required = set(schema.get("required", ()))
        return [
            Member(
                name=name,
                schema={key: value for key, value in member.items() if key != "description"},
                is_required=name in required,
                description=member.get("description", ""),
            )
            for name, member in schema.get("properties", {}).items()
        ]

    def used(self, document: object) -> dict[str, Schema]:
        """Give the components that a document refers to, and those that they refer to."""
        found: dict[str, Schema] = {}
        waiting = list(_references(document))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = self.components[name]
                waiting += _references(found[name])
        return dict(sorted(found.items()))

    def sample(self, shape: Any, known: Mapping[str, Any]) -> Any:
        """Give a value of one of the types; a member of a name that is known takes the known value."""
        return self._sample(self.schema(shape), known, "", 0)

    def _sample(self, schema: Schema, known: Mapping[str, Any], name: str, depth: int) -> Any:
        schema = self._resolved(schema)
        kind = schema.get("type")
        if name in known and _is_of(kind, known[name]):
            return known[name]
        for given in ("default", "const"):
            if given in schema:
                return schema[given]
        if "examples" in schema or "enum" in schema:
            return (schema.get("examples") or schema["enum"])[0]
        if "anyOf" in schema:
            return self._sample(schema["anyOf"][0], known, name, depth)
        if depth < _DEPTH_MAX:
            if "properties" in schema:
                members = schema["properties"].items()
                return {one: self._sample(member, known, one, depth + 1) for one, member in members}
            if isinstance(schema.get("items"), dict):
                return [self._sample(schema["items"], known, name, depth + 1)]
        return _PLACEHOLDERS.get(str(kind))

    def _resolved(self, schema: Schema) -> Schema:
        reference = schema.get("$ref")
        if reference is None:
            return schema
        return self.components[reference.removeprefix(REFERENCE)]


class DialectShapes(Shapes):
    """The schemas of everything that a dialect takes and answers, of the operations it serves."""

    def __init__(self, dialect: Dialect) -> None:
        """Make the schemas."""
        self.operations = [operation for operation in dialect.operations if operation.handler is not None]
        self._failure = dialect.failure
        self._answers = {operation.name: dialect.answer_shape(operation) for operation in self.operations}
        taken = [shape for operation in self.operations for shape in (operation.params, operation.body)]
        super().__init__([self._failure, *self._answers.values(), *(shape for shape in taken if shape is not None)])

    @property
    def failure(self) -> Schema:
        """The schema of a refusal."""
        return self.schema(self._failure)

    def answer(self, operation: Operation) -> Schema:
        """Give the schema of the whole answer to a call that succeeded."""
        return self.schema(self._answers[operation.name])

    def parameters(self, operation: Operation) -> list[Member]:
        """Give the parameters of query and form."""
        return self.members(operation.params) if operation.params is not None else []

    def body(self, operation: Operation) -> list[Member]:
        """Give the members of the JSON body, none if it is no object."""
        return self.members(operation.body) if operation.body is not None else []

    def example_answer(self, operation: Operation) -> Any:
        """Give the declared answer, or one made up from its shape and the values of the example requests."""
        if operation.answer is not None:
            return operation.answer
        known = {name: value for one in self.operations for name, value in one.example.items()}
        return self.sample(self._answers[operation.name], {**known, **operation.example})


_PLACEHOLDERS: Final[Mapping[str, Any]] = {
    "string": "string",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": [],
    "object": {},
}

_PYTHON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
}


def _is_of(kind: object, value: object) -> bool:
    return isinstance(value, _PYTHON_TYPES.get(str(kind), ())) and (kind == "boolean") == isinstance(value, bool)


def _anything(shape: type) -> Schema:
    if shape is object:
        return {"description": "Anything."}  # msgspec takes an empty answer for none
    raise TypeError(f"{shape} has no JSON Schema")


def _references(document: object) -> Iterable[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "$ref" and isinstance(value, str):
                yield value.removeprefix(REFERENCE)
            else:
                yield from _references(value)
    elif isinstance(document, list):
        for value in document:
            yield from _references(value)


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REFERENCE)
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("type", "any"))
