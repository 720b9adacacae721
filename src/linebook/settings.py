"""The settings: one typed list, read from one TOML file and the environment. Unknown names are refused."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linebook.errors import SettingsError

PREFIX: Final = "LINEBOOK_"
FILE_VARIABLE: Final = "LINEBOOK_SETTINGS"
"""The environment variable that names the TOML file; without it `linebook.toml` in the working folder is read if present."""

# Variables with our prefix that are not settings of the hub.
_OTHER_VARIABLES: Final = frozenset({FILE_VARIABLE, "LINEBOOK_TEST_POSTGRES"})

Port = Annotated[int, Meta(ge=0, le=65535)]
Positive = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting with its default."""

    database: Annotated[str, Meta(description="`sqlite:///file.db` or `postgresql://user@host/name`.")] = (
        "sqlite:///linebook.db"
    )
    host: Annotated[str, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port to listen on; 0 takes a free one.")] = 8420
    metrics_host: Annotated[str, Meta(description="Address for `/metrics` when it has a port of its own.")] = "127.0.0.1"
    metrics_port: Annotated[
        Port | None, Meta(description="A port of its own for `/metrics`; without it the main port serves it.")
    ] = None
    tls_cert: Annotated[str | None, Meta(description="PEM file of the certificate chain; with `tls_key`.")] = None
    tls_key: Annotated[str | None, Meta(description="PEM file of the private key; with `tls_cert`.")] = None
    default_region: Annotated[
        str, Meta(description="Region that completes a login's line number before its account is known.")
    ] = "US"
    body_limit_bytes: Annotated[Positive, Meta(description="Largest request body accepted.")] = 2_000_000
    gate_members: Annotated[
        Positive, Meta(description="Most writes that may wait for their commit; beyond it callers are told to try later.")
    ] = 20_000
    gate_age_s: Annotated[
        Seconds, Meta(description="No write enters while the oldest one waits longer than this, in seconds.")
    ] = 5.0
    login_failures: Annotated[
        Positive, Meta(description="Failed logins of one user name, or of one address times ten, before a pause.")
    ] = 10
    login_window_s: Annotated[Seconds, Meta(description="How long a failed login counts, in seconds.")] = 300.0
    drain_s: Annotated[Seconds, Meta(description="Longest wait for running requests at SIGTERM, in seconds.")] = 20.0
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="Least severity logged.")] = "info"
    log_format: Annotated[
        Literal["text", "json"], Meta(description="`text` for people, `json` for log collectors.")
    ] = "text"


def load_settings(
    file: str | None = None, environ: Mapping[str, str] = os.environ, overrides: Mapping[str, object] | None = None
) -> Settings:
    """Give the settings: defaults, then the TOML file, then the environment, then `overrides` (the command line).

    Raises `SettingsError` for an unreadable file, an unknown name or an unusable value, naming it.
    """
    values: dict[str, object] = {}
    values.update(_from_file(file, environ))
    values.update(_from_environment(environ))
    values.update({name: value for name, value in (overrides or {}).items() if value is not None})
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"A setting cannot be used: {error}") from error


def _from_file(file: str | None, environ: Mapping[str, str]) -> dict[str, object]:
    named = file or environ.get(FILE_VARIABLE)
    path = Path(named or "linebook.toml")
    if not named and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} is not TOML: {error}.") from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    known = set(Settings.__struct_fields__)
    values: dict[str, object] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable in _OTHER_VARIABLES:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            raise SettingsError(f"{variable} is no setting of linebook: see `linebook settings`.")
        values[name] = text
    return values
