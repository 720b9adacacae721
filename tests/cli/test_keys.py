"""The commands about keys: a new secret is shown once, a brought one is never shown, and both open what they should."""

from __future__ import annotations

import os
import re
from typing import get_args

import pytest

from linebook.cli.keys import Kind
from linebook.cli.users import RoleName
from linebook.core.account import Credential, CredentialKind, Role
from linebook.sealing import Sealer, key_file_of
from linebook.services.credentials import find_credential, pair_secret, sealing_context, secret_digest
from linebook.storage.store import open_engine
from tests.kit.shell import CommandLine

SINGLE_KINDS = ["zipwhip_api_key", "inwise_key", "sendblue_token", "heymarket_key", "heymarket_n8n_key"]

sqlite_only = pytest.mark.parametrize("engine_name", ["sqlite"])


def found(kind: str, secret: str) -> Credential | None:
    engine = open_engine(os.environ["LINEBOOK_DATABASE"])
    try:
        return engine.read(lambda tx: find_credential(tx, CredentialKind(kind), secret_digest(secret)))
    finally:
        engine.close()


def test_the_choices_are_those_of_the_book() -> None:
    assert list(get_args(Kind)) == [kind.value for kind in CredentialKind]
    assert list(get_args(RoleName)) == [role.value for role in Role]


# -- refusals


@sqlite_only
def test_a_session_needs_a_line(shop: CommandLine) -> None:
    sentence = "A zipwhip_session belongs to a line: say which with --line."
    created = shop("key", "create", "zipwhip_session")
    assert (created.code, created.sentence) == (2, sentence)
    registered = shop("key", "register", "zipwhip_session", "--secret-stdin", stdin="old\n")
    assert (registered.code, registered.sentence) == (2, sentence)
    assert shop.data("key", "list", "--all") == []


@sqlite_only
@pytest.mark.parametrize(
    ("kind", "stdin", "code"),
    [
        ("inwise_key", "", 2),
        ("inwise_key", "\n", 2),
        ("inwise_key", "   \n", 1),
        ("inwise_key", "one\ntwo\n", 2),
        ("sendblue_pair", "only the id\n", 2),
        ("inwise_key", "x" * 600 + "\n", 1),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused(shop: CommandLine, kind: str, stdin: str, code: int) -> None:
    ended = shop("key", "register", kind, "--secret-stdin", stdin=stdin)
    assert ended.code == code
    assert ended.sentence
    assert shop.data("key", "list", "--all") == []


@sqlite_only
def test_a_secret_is_registered_once(shop: CommandLine) -> None:
    shop.done("key", "register", "inwise_key", "--secret-stdin", stdin="brought along\n")
    again = shop("key", "register", "inwise_key", "--secret-stdin", stdin="brought along\n")
    assert (again.code, again.sentence) == (1, "This secret is registered already.")


@sqlite_only
def test_an_unknown_key_cannot_be_revoked(shop: CommandLine) -> None:
    ended = shop("key", "revoke", "7")
    assert (ended.code, ended.sentence) == (1, "There is no valid credential 7.")


# -- what works


@pytest.mark.parametrize("kind", SINGLE_KINDS)
@sqlite_only
def test_a_new_secret_is_printed_once_and_opens_the_account(shop: CommandLine, kind: str) -> None:
    made = shop.data("key", "create", kind, "--label", "nightly", "--role", "operator")
    assert re.fullmatch(r"[0-9a-f]{32}", made["secret"])
    credential = found(kind, made["secret"])
    assert credential is not None
    assert (credential.id, credential.label, credential.role) == (made["id"], "nightly", Role.OPERATOR)
    listed = shop("key", "list")
    assert made["secret"] not in listed.out
    assert kind in listed.out


@sqlite_only
def test_a_new_session_key_looks_like_the_platforms(shop: CommandLine) -> None:
    made = shop.data("key", "create", "zipwhip_session", "--line", "5556661234")
    assert re.fullmatch(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}:10001", made["secret"])
    credential = found("zipwhip_session", made["secret"])
    assert credential is not None
    assert credential.line_id == 10001


@sqlite_only
def test_a_pair_is_registered_as_two_lines(shop: CommandLine) -> None:
    ended = shop.done("key", "register", "sendblue_pair", "--secret-stdin", stdin="the id\r\nthe secret\r\n")
    assert "the secret" not in ended.out + ended.err
    assert found("sendblue_pair", pair_secret("the id", "the secret")) is not None
    made = shop.data("key", "create", "sendblue_pair")
    assert found("sendblue_pair", pair_secret(made["key_id"], made["secret"])) is not None


def test_a_secret_that_has_to_be_read_back_is_sealed(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEBOOK_SECRET_KEY", "5a" * 32)
    shop.done("key", "register", "heymarket_secret", "--secret-stdin", stdin="the id\nthe key\n")
    credential = found("heymarket_secret", "the id")
    assert credential is not None
    assert credential.sealed is not None
    sealer = Sealer("5a" * 32, key_file_of(os.environ["LINEBOOK_DATABASE"]))
    assert sealer.open(credential.sealed, sealing_context(credential.kind, "the id")) == "the key"


def test_a_revoked_or_expired_key_leaves_the_list_but_not_the_whole_list(shop: CommandLine) -> None:
    first = shop.data("key", "create", "inwise_key")
    second = shop.data("key", "create", "inwise_key", "--days", "0")
    assert second["expires"] is not None
    assert shop.data("key", "revoke", str(first["id"])) == {"id": first["id"], "revoked": True}
    assert shop.data("key", "list") == []
    whole = shop.data("key", "list", "--all")
    assert [(one["id"], one["revoked"] is None) for one in whole] == [(first["id"], False), (second["id"], True)]
    assert "There is no valid key" in shop("key", "list").err


@sqlite_only
def test_a_secret_is_asked_for_unseen(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(text: str, *, hide_input: bool, **_: object) -> str:
        assert hide_input
        asked.append(text)
        return f"typed {len(asked)}"

    monkeypatch.setattr("typer.prompt", answer)
    assert shop("key", "register", "sendblue_pair", terminal=True).code == 0
    assert asked == ["Key id", "Key secret"]
    assert found("sendblue_pair", pair_secret("typed 1", "typed 2")) is not None
