"""Settings come from a file, the environment and the command line, in this order; what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from linebook.errors import SettingsError
from linebook.settings import Settings, describe_settings, hide_password, load_settings
from tests.kit.shell import CommandLine, linebook

__all__ = ["linebook"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hub.toml"
    path.write_text('port = 9001\nhost = "::1"\ndrain_s = 3\nlog_format = "json"\n')
    return path


# -- refusals


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("port = 70000", "The setting port (file {file}) cannot be used: Expected `int` <= 65535."),
        ('port = "many"', "The setting port (file {file}) cannot be used: Expected `int`, got `str`."),
        ("drain_s = 0", "The setting drain_s (file {file}) cannot be used: Expected `float` > 0.0."),
        ('log_level = "loud"', "The setting log_level (file {file}) cannot be used: Invalid enum value 'loud'."),
        ("[database]\nurl = 'x'", "The setting database (file {file}) cannot be used: Expected `str`, got `object`."),
        ("colour = 1", "colour (file {file}) is no setting of linebook: see `linebook settings`."),
        ("port = ", "The settings file {file} is not TOML: Invalid value (at end of document)."),
        ("tls_key = 'key.pem'", "The settings tls_cert and tls_key belong together: give both, or neither."),
    ],
)
def test_what_is_wrong_in_the_file_is_named(file: Path, text: str, sentence: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(str(file), {})
    assert caught.value.message == sentence.format(file=file)


def test_a_file_that_is_named_must_be_there_and_be_text(file: Path) -> None:
    with pytest.raises(SettingsError, match=r"no\.toml cannot be read: No such file or directory"):
        load_settings(str(file.parent / "no.toml"), {})
    with pytest.raises(SettingsError, match=r"no\.toml cannot be read"):
        load_settings(None, {"LINEBOOK_SETTINGS": str(file.parent / "no.toml")})
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not TOML"):
        load_settings(str(file), {})


@pytest.mark.parametrize("variable", ["LINEBOOK_COLOUR", "LINEBOOK_", "LINEBOOK_PORT_"])
def test_an_unknown_variable_with_our_prefix_is_refused(variable: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(None, {variable: "1"})
    assert caught.value.message == f"{variable} is no setting of linebook: see `linebook settings`."


def test_a_bad_value_is_named_with_where_it_came_from(file: Path) -> None:
    with pytest.raises(SettingsError, match=r"port \(environment LINEBOOK_PORT\) cannot be used"):
        load_settings(str(file), {"LINEBOOK_PORT": "-1"})
    with pytest.raises(SettingsError, match=r"port \(command line\) cannot be used"):
        load_settings(str(file), {"LINEBOOK_PORT": "1"}, {"port": 99999})


# -- what holds


def test_the_command_line_counts_before_the_environment_and_that_before_the_file(file: Path) -> None:
    settings = load_settings(
        str(file), {"LINEBOOK_PORT": "9002", "LINEBOOK_HOST": "127.0.0.2"}, {"port": 9003, "host": None}
    )
    assert (settings.port, settings.host, settings.drain_s) == (9003, "127.0.0.2", 3.0)
    assert (settings.log_format, settings.body_limit_bytes) == ("json", Settings().body_limit_bytes)


def test_without_anything_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(None, {"PATH": "/bin", "LINEBOOK_TEST_POSTGRES": "postgresql://"}) == Settings()


def test_the_usual_file_is_read_where_it_is_and_another_one_instead(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "linebook.toml").write_text("port = 9000")
    assert load_settings(None, {}).port == 9000
    assert load_settings(None, {"LINEBOOK_SETTINGS": str(file)}).port == 9001
    assert load_settings("linebook.toml", {"LINEBOOK_SETTINGS": str(file)}).port == 9000


def test_numbers_are_read_from_text_and_an_empty_variable_is_not_given() -> None:
    settings = load_settings(None, {"LINEBOOK_METRICS_PORT": "0", "LINEBOOK_GATE_AGE_S": "2.5", "LINEBOOK_PORT": ""})
    assert (settings.metrics_port, settings.gate_age_s, settings.port) == (0, 2.5, Settings().port)


def test_every_setting_has_a_description_and_its_source(file: Path) -> None:
    views = {
        one.name: one for one in describe_settings(str(file), {"LINEBOOK_PORT": "9002"}, {"database": "sqlite:///a"})
    }
    assert list(views) == [field.name for field in msgspec.structs.fields(Settings)]
    assert all(one.description.endswith(".") for one in views.values())
    assert all(one.variable == f"LINEBOOK_{one.name.upper()}" for one in views.values())
    sources = {name: view.source for name, view in views.items() if view.source != "default"}
    assert sources == {
        "database": "command line",
        "port": "environment LINEBOOK_PORT",
        "host": f"file {file}",
        "drain_s": f"file {file}",
        "log_format": f"file {file}",
    }
    assert (views["port"].value, views["port"].default) == (9002, 8420)


# -- secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://user:hush@host/db", "postgresql://user:***@host/db"),
        ("postgresql://user:hu@sh:x/y@host:5432/db", "postgresql://user:***@host:5432/db"),
        ("postgresql:///db?user=a&password=hush&host=b", "postgresql:///db?user=a&password=***&host=b"),
        ("postgresql://user@host:5432/db", "postgresql://user@host:5432/db"),
        ("sqlite:////var/lib/book.db", "sqlite:////var/lib/book.db"),
    ],
)
def test_the_password_of_a_url_is_hidden_and_nothing_else(url: str, shown: str) -> None:
    assert hide_password(url) == shown
    (view, *_) = describe_settings(None, {"LINEBOOK_DATABASE": url})
    assert view.value == shown


def test_the_command_shows_everything_but_secrets(linebook: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEBOOK_SECRET_KEY", "5a" * 32)
    linebook.use("postgresql://user:hush@host/db")
    Path("linebook.toml").write_text("port = 9000")
    shown = {one["name"]: one for one in linebook.data("settings")}
    assert shown["database"]["value"] == "postgresql://user:***@host/db"
    assert (shown["port"]["value"], shown["port"]["source"]) == (9000, "file linebook.toml")
    assert shown["secret_key"]["value"] == "***"
    text = linebook.done("settings", "--database", "sqlite:///other.db").out
    assert "database = sqlite:///other.db   [command line]\n    `sqlite:///file.db` or" in text
    assert "tls_cert = (not set)   [default]\n" in text
    for printed in (text, str(shown)):
        assert "hush" not in printed
        assert "5a5a" not in printed
    wrong = linebook("settings", "--settings", "no.toml", "--json")
    assert (wrong.code, wrong.error["kind"]) == (2, "SettingsError")
