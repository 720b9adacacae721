"""The commands about credentials: create, register, list, revoke. A secret is shown once, when it is made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from linebook.cli.failures import UsageProblem
from linebook.cli.output import show_record, show_records, time_text
from linebook.cli.shell import Shell, command, read_secret
from linebook.cli.users import RoleName

if TYPE_CHECKING:
    from linebook.core.account import Credential
    from linebook.storage.base import Engine

Kind = Literal[
    "zipwhip_session",
    "zipwhip_api_key",
    "inwise_key",
    "sendblue_pair",
    "sendblue_token",
    "heymarket_key",
    "heymarket_secret",
    "heymarket_n8n_key",
]
"""The kinds of credentials: those of `CredentialKind`, named here because importing it would slow commands down."""

PAIRS: Final = ("sendblue_pair", "heymarket_secret")
"""The kinds that have a key id and a secret. Sendblue's are shown together; of Heymarket's the id is shown, and what is
signed with the secret."""

DAY_MS: Final = 86_400_000

app = typer.Typer(help="Keys: the credentials that programs show.", no_args_is_help=True)

KindArgument = Annotated[Kind, typer.Argument(help="What kind of credential.", show_default=False, metavar="KIND")]
LineOption = Annotated[
    str | None,
    typer.Option("--line", metavar="LINE", help="The line it is for, by number or id; a zipwhip_session needs one."),
]
UserOption = Annotated[str | None, typer.Option("--user", metavar="USER", help="Whose it is, by e-mail address or id.")]
RoleOption = Annotated[RoleName, typer.Option("--role", help="What it permits.")]
LabelOption = Annotated[str, typer.Option("--label", metavar="TEXT", help="A word to know it by.", show_default=False)]
DaysOption = Annotated[
    float | None,
    typer.Option("--days", metavar="DAYS", min=0, max=36_500, help="How long it is valid; else until it is revoked."),
]


@command(app, "create", 'linebook key create zipwhip_session --line +15556661234 --label "nightly sync"')
def create(
    shell: Shell,
    *,
    kind: KindArgument,
    line: LineOption = None,
    user: UserOption = None,
    role: RoleOption = "system",
    label: LabelOption = "",
    days: DaysOption = None,
) -> None:
    """Make a new secret, valid at once, and print it: this once, it cannot be read again."""
    from linebook.ids import Ids

    ids = Ids()
    to_seal = None
    with shell.engine() as engine:
        if kind == "zipwhip_session":
            account = shell.account(engine)
            line_id = shell.line(engine, account, _needed(line)).id
            shown = {"secret": f"{ids.uuid4()}:{line_id}"}
            secret = shown["secret"]
        elif kind in PAIRS:
            shown = {"key_id": ids.secret(16), "secret": ids.secret(16)}
            secret, to_seal = _pair(kind, shown["key_id"], shown["secret"])
        else:
            shown = {"secret": ids.secret(16)}
            secret = shown["secret"]
        credential = _register(
            shell, engine, kind, secret, to_seal, line=line, user=user, role=role, label=label, days=days
        )
    shell.say("The secret is shown this once: keep it now.")
    show_record(shown | credential_record(credential), as_json=shell.is_json)


@command(app, "register", "linebook key register inwise_key --secret-stdin < key.txt")
def register(
    shell: Shell,
    *,
    kind: KindArgument,
    line: LineOption = None,
    user: UserOption = None,
    role: RoleOption = "system",
    label: LabelOption = "",
    days: DaysOption = None,
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Read the secret from standard input; a pair is two lines.")
    ] = False,
) -> None:
    """Register a secret that exists already, so that a program keeps the key it has stored.

    The secret is asked for, or read from standard input: as an argument, every user of this machine could see it.
    """
    if kind == "zipwhip_session":
        _needed(line)
    to_seal = None
    with shell.engine() as engine:
        shell.account(engine)
        if kind in PAIRS:
            key_id = read_secret("Key id", from_stdin=secret_stdin)
            secret, to_seal = _pair(kind, key_id, read_secret("Key secret", from_stdin=secret_stdin))
        else:
            secret = read_secret("Secret", from_stdin=secret_stdin)
        if secret_stdin and sys.stdin.readline().strip():
            raise UsageProblem("Standard input holds more lines than this kind of secret has.")
        credential = _register(
            shell, engine, kind, secret, to_seal, line=line, user=user, role=role, label=label, days=days
        )
    shell.say("The secret is registered.")
    show_record(credential_record(credential), as_json=shell.is_json)


@command(app, "list", "linebook key list --all")
def list_all(
    shell: Shell,
    *,
    every: Annotated[bool, typer.Option("--all", help="The ended ones too.")] = False,
) -> None:
    """List the account's credentials, without their secrets."""
    from linebook.clock import system_clock
    from linebook.services.credentials import list_credentials

    with shell.engine() as engine:
        account = shell.account(engine)
        found = list(shell.pages(engine, lambda tx, after_id: list_credentials(tx, account.id, after_id)))
    now_ms = system_clock()
    show_records(
        [credential_record(one) for one in found if every or one.is_valid(now_ms)],
        ("id", "kind", "label", "line_id", "user_id", "role", "created", "expires", "revoked"),
        as_json=shell.is_json,
        empty="There is no valid key: make one with `linebook key create KIND`.",
    )


@command(app, "revoke", "linebook key revoke 7")
def revoke(
    shell: Shell,
    *,
    key_id: Annotated[
        int, typer.Argument(metavar="ID", help="Its id, as `linebook key list` shows.", show_default=False)
    ],
) -> None:
    """End a credential for good; a running server refuses it within a second."""
    from linebook.services.credentials import RevokeCredential, revoke_credentials

    with shell.engine() as engine:
        shell.write(engine, revoke_credentials, shell.account(engine).id, RevokeCredential(key_id))
    shell.say(f"The key {key_id} is revoked.")
    if shell.is_json:
        show_record({"id": key_id, "revoked": True}, as_json=True)


def credential_record(credential: Credential) -> dict[str, object]:
    """Give a credential as it is printed."""
    return {
        "id": credential.id,
        "kind": credential.kind.value,
        "label": credential.label,
        "line_id": credential.line_id,
        "user_id": credential.user_id,
        "role": credential.role.value,
        "created": time_text(credential.created_ms),
        "expires": time_text(credential.expires_ms),
        "revoked": time_text(credential.revoked_ms),
    }


def _pair(kind: str, key_id: str, secret: str) -> tuple[str, str | None]:
    """Give what is compared, and what has to be read back."""
    from linebook.services.credentials import pair_secret

    return (key_id, secret) if kind == "heymarket_secret" else (pair_secret(key_id, secret), None)


def _needed(line: str | None) -> str:
    if line is None:
        raise UsageProblem("A zipwhip_session belongs to a line: say which with --line.")
    return line


def _register(
    shell: Shell,
    engine: Engine,
    kind: str,
    secret: str,
    to_seal: str | None,
    *,
    line: str | None,
    user: str | None,
    role: str,
    label: str,
    days: float | None,
) -> Credential:
    from linebook.clock import system_clock
    from linebook.core.account import CredentialKind, Role
    from linebook.sealing import Sealer, key_file_of
    from linebook.services.credentials import RegisterCredential, register_credentials, sealing_context

    account = shell.account(engine)
    chosen = CredentialKind(kind)
    sealed = None
    if to_seal is not None:
        settings = shell.load_settings()
        sealer = Sealer(settings.secret_key, key_file_of(settings.database))
        sealed = sealer.seal(to_seal, sealing_context(chosen, secret))
    request = RegisterCredential(
        kind=chosen,
        secret=secret,
        sealed=sealed,
        role=Role(role),
        line_id=shell.line(engine, account, line).id if line is not None else None,
        user_id=shell.user(engine, account, user).id if user is not None else None,
        label=label,
        expires_ms=None if days is None else system_clock() + int(days * DAY_MS),
    )
    return shell.write(engine, register_credentials, account.id, request)
