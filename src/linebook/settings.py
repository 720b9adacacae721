"""The settings: one typed list, read from one TOML file, the environment and the command line. It opens nothing else.

Unknown names are refused, and a value that cannot be used is named together with where it came from.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linebook.errors import SettingsError

PREFIX: Final = "LINEBOOK_"
FILE_VARIABLE: Final = "LINEBOOK_SETTINGS"
"""The environment variable that names the TOML file; else `linebook.toml` in the working folder is read, if present."""

# Variables with our prefix that are not settings of the hub.
_OTHER_VARIABLES: Final = frozenset({FILE_VARIABLE, "LINEBOOK_TEST_POSTGRES"})

Port = Annotated[int, Meta(ge=0, le=65535)]
Positive = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]
Days = Annotated[float, Meta(gt=0, le=36_500)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting with its default."""

    database: Annotated[str, Meta(description="`sqlite:///file.db` or `postgresql://user@host/name`.")] = (
        "sqlite:///linebook.db"
    )
    host: Annotated[str, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port to listen on; 0 takes a free one.")] = 8420
    metrics_host: Annotated[str, Meta(description="Address for `/metrics` when it has a port of its own.")] = (
        "127.0.0.1"
    )
    metrics_port: Annotated[
        Port | None, Meta(description="A port of its own for `/metrics`; without it the main port serves it.")
    ] = None
    tls_cert: Annotated[str | None, Meta(description="PEM file of the certificate chain; with `tls_key`.")] = None
    tls_key: Annotated[str | None, Meta(description="PEM file of the private key; with `tls_cert`.")] = None
    trusted_proxies: Annotated[
        str,
        Meta(description="Addresses of reverse proxies, separated by commas, whose `X-Forwarded-For` is believed."),
    ] = ""
    secret_key: Annotated[
        str | None,
        Meta(
            description="Key for secrets that must be read back: 32 bytes in hexadecimal. Of several, separated by "
            "commas, the first one seals and all open. Without it SQLite keeps one in a file beside the database."
        ),
    ] = None
    default_region: Annotated[
        str, Meta(description="Region that completes a login's line number before its account is known.")
    ] = "US"
    body_limit_bytes: Annotated[Positive, Meta(description="Largest request body accepted.")] = 2_000_000
    file_limit_bytes: Annotated[
        Positive, Meta(description="Largest request body of a call that takes a whole file of contacts.")
    ] = 40_000_000
    message_limit_bytes: Annotated[Positive, Meta(description="Longest text of a message, in bytes of UTF-8.")] = 600
    inbound_limit_bytes: Annotated[
        Positive,
        Meta(
            description="Longest text that comes in as it is, in bytes of UTF-8. Of a longer one the message holds the "
            "beginning, and a text file at the message holds all of it; without a folder for files it comes in whole."
        ),
    ] = 600
    attachments_limit_bytes: Annotated[
        Positive, Meta(description="Most bytes that the files of one message have together.")
    ] = 600_000
    files_folder: Annotated[
        str | None,
        Meta(
            description="Folder for the files of messages. Without it they lie beside the SQLite file, in a folder "
            "named like it with `.files` behind; PostgreSQL needs one that every process reaches."
        ),
    ] = None
    inwise_strict_groups: Annotated[
        bool, Meta(description="inwise: refuse a group id that does not exist, instead of making the group.")
    ] = False
    gate_members: Annotated[
        Positive,
        Meta(description="Most writes that may wait for their commit; beyond it callers are told to try later."),
    ] = 20_000
    gate_age_s: Annotated[
        Seconds, Meta(description="No write enters while the oldest one waits longer than this, in seconds.")
    ] = 5.0
    login_failures: Annotated[
        Positive, Meta(description="Failed logins of one user name, or of one address times ten, before a pause.")
    ] = 10
    login_window_s: Annotated[Seconds, Meta(description="How long a failed login counts, in seconds.")] = 300.0
    heymarket_rate_per_minute: Annotated[
        int,
        Meta(ge=0, description="Heymarket's limit of calls a minute for each credential (theirs is 500); 0 is none."),
    ] = 0
    text_patience_s: Annotated[
        Seconds, Meta(description="How long a text is tried before it has failed, in seconds.")
    ] = 86_400.0
    doubt_wait_s: Annotated[
        Seconds,
        Meta(
            description="How long a receipt is waited for, in seconds, before a text of which it is not known whether "
            "it left is sent again or failed, as its line says."
        ),
    ] = 120.0
    lease_s: Annotated[
        Seconds,
        Meta(
            description="How long a process that is not heard of keeps its lines and webhooks from others, in seconds."
        ),
    ] = 15.0
    webhook_networks: Annotated[
        str,
        Meta(
            description="Private networks that webhooks may call, separated by commas, such as "
            "`127.0.0.0/8,10.0.0.0/8`; all others are refused."
        ),
    ] = ""
    keep_attempts_days: Annotated[
        Days, Meta(description="How long each try to tell a webhook of an event is kept, in days.")
    ] = 14.0
    keep_events_days: Annotated[
        Days, Meta(description="How long events are kept once every webhook was told, in days.")
    ] = 30.0
    keep_parked_days: Annotated[
        Days,
        Meta(description="How long an event that a webhook could not be told is kept for a replay, in days."),
    ] = 90.0
    keep_receipts_days: Annotated[
        Days,
        Meta(
            description="How long what carriers said about texts is kept, in days, and the ids they gave them: of an "
            "older text a carrier can say nothing more."
        ),
    ] = 90.0
    keep_inbound_keys_days: Annotated[
        Days,
        Meta(
            description="How long a text that came in is known again, in days, so that it is one text when its carrier "
            "brings it twice: not less than carriers go on bringing one."
        ),
    ] = 30.0
    drain_s: Annotated[Seconds, Meta(description="Longest wait for running requests at SIGTERM, in seconds.")] = 20.0
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="Least severity logged.")] = (
        "info"
    )
    log_format: Annotated[
        Literal["text", "json"], Meta(description="`text` for people, `json` for log collectors.")
    ] = "text"


class SettingView(msgspec.Struct, frozen=True, kw_only=True):
    """One setting as `linebook settings` shows it. `source` says where its value comes from."""

    name: str
    variable: str
    value: str | int | float | None
    default: str | int | float | None
    source: str
    description: str


def load_settings(
    file: str | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Settings:
    """Give the settings: defaults, then the TOML file, then the environment, then `overrides` (the command line).

    An environment variable that is empty and an override that is None count as not given. Raises `SettingsError` for an
    unreadable file, an unknown name or an unusable value, naming it.
    """
    values, sources = _collected(file, os.environ if environ is None else environ, overrides or {})
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_sentence(str(error), sources)) from error
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise SettingsError("The settings tls_cert and tls_key belong together: give both, or neither.")
    return settings


def describe_settings(
    file: str | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> list[SettingView]:
    """Give every setting with its value, its source and its description; keys, and passwords in URLs, are hidden.

    Raises what `load_settings` raises.
    """
    environ = os.environ if environ is None else environ
    settings = load_settings(file, environ, overrides)
    _, sources = _collected(file, environ, overrides or {})
    described = msgspec.json.schema(Settings)["$defs"]["Settings"]["properties"]
    return [
        SettingView(
            name=field.name,
            variable=PREFIX + field.name.upper(),
            value=_shown(field.name, getattr(settings, field.name)),
            default=field.default,
            source=sources.get(field.name, "default"),
            description=described[field.name]["description"],
        )
        for field in msgspec.structs.fields(Settings)
    ]


def hide_password(text: str) -> str:
    """Give the text with the password of every database URL in it replaced by `***`."""
    return _PARAMETER.sub(r"\1***", _USER_INFO.sub(r"\1***", text))


# Where the password of a URL stands: behind the user's name (up to the last @, encoded or not), or in a parameter.
_USER_INFO: Final = re.compile(r"(://[^/\s:@]*:)\S+(?=@)")
_PARAMETER: Final = re.compile(r"([?&]password=)[^&\s]+")
_PLACE: Final = re.compile(r"^(.*) - at `\$\.(\w+)`$", re.DOTALL)
_UNKNOWN: Final = re.compile(r"^Object contains unknown field `([^`]*)`$")


def _shown(name: str, value: str | int | float | None) -> str | int | float | None:
    if name == "secret_key" and value is not None:
        return "***"
    return hide_password(value) if isinstance(value, str) else value


def _sentence(reason: str, sources: Mapping[str, str]) -> str:
    unknown = _UNKNOWN.match(reason)
    if unknown:
        return f"{unknown[1]} ({sources[unknown[1]]}) is no setting of linebook: see `linebook settings`."
    place = _PLACE.match(reason)
    if place:
        return f"The setting {place[2]} ({sources[place[2]]}) cannot be used: {place[1]}."
    return f"The settings cannot be used: {reason}."


def _collected(
    file: str | None, environ: Mapping[str, str], overrides: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, str]]:
    """Give every value that is given, and for each where from."""
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    path = _file_path(file, environ)
    if path is not None:
        for name, value in _from_file(path).items():
            values[name], sources[name] = value, f"file {path}"
    for name, text in _from_environment(environ).items():
        values[name], sources[name] = text, f"environment {PREFIX}{name.upper()}"
    for name, value in overrides.items():
        if value is not None:
            values[name], sources[name] = value, "command line"
    return values, sources


def _file_path(file: str | None, environ: Mapping[str, str]) -> Path | None:
    named = file or environ.get(FILE_VARIABLE)
    if named:
        return Path(named)
    usual = Path("linebook.toml")
    return usual if usual.exists() else None


def _from_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} is not TOML: {error}.") from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    known = set(Settings.__struct_fields__)
    values: dict[str, str] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable in _OTHER_VARIABLES:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            raise SettingsError(f"{variable} is no setting of linebook: see `linebook settings`.")
        if text:
            values[name] = text
    return values
