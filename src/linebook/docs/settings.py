"""The settings page: every setting with its names, type, default and meaning."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import inspect

from linebook.docs.markdown import code, page, table
from linebook.settings import FILE_VARIABLE, PREFIX, Settings


def settings_page() -> str:
    """Give the page."""
    return page("Settings", "the `Settings` in `src/linebook/settings.py`", _parts())


def _parts() -> Iterator[str]:
    yield (
        "A setting is given in a TOML file, in the environment, or, where there is one, as an option of the command. "
        f"What stands later in this list counts. The file is what `--settings` or `{FILE_VARIABLE}` names, else "
        "`linebook.toml` in the working folder. A name that is not in the table is refused. `linebook settings` shows "
        "every setting with its value and where that comes from."
    )
    yield table(
        ["Name, as in TOML", "Environment variable", "Type", "Default", "Meaning"],
        [_row(field) for field in _fields()],
    )


def _fields() -> tuple[inspect.Field, ...]:
    described = inspect.type_info(Settings)
    assert isinstance(described, inspect.StructType)
    return described.fields


def _row(field: inspect.Field) -> list[str]:
    name = field.encode_name
    default = "none" if field.default is None else code(msgspec.json.encode(field.default).decode())
    return [
        code(name),
        code(f"{PREFIX}{name.upper()}"),
        _kind(field.type),
        default,
        _description(field.type),
    ]


def _description(kind: inspect.Type) -> str:
    found = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    return str((found or {}).get("description", ""))


def _kind(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata():
            return _kind(kind.type)
        case inspect.UnionType():
            return " or ".join(_kind(one) for one in kind.types if not isinstance(one, inspect.NoneType))
        case inspect.LiteralType():
            return "one of " + ", ".join(code(str(value)) for value in kind.values)
        case inspect.IntType():
            return _limited("whole number", kind)
        case inspect.FloatType():
            return _limited("number", kind)
        case inspect.BoolType():
            return "`true` or `false`"
        case inspect.StrType():
            return "text"
        case _:
            raise TypeError(f"a setting of the type {kind} has no name on the settings page")


def _limited(word: str, kind: inspect.IntType | inspect.FloatType) -> str:
    limits = [(kind.ge, "from"), (kind.gt, "above"), (kind.le, "to"), (kind.lt, "below")]
    return " ".join([word, *(f"{preposition} {limit}" for limit, preposition in limits if limit is not None)])
