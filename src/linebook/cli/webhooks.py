"""The commands about webhooks: add, list, log, replay, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from linebook.cli.failures import UsageProblem
from linebook.cli.output import show_record, show_records, time_text
from linebook.cli.shell import Shell, command, is_id, read_secret

if TYPE_CHECKING:
    from linebook.core.message import EventKind
    from linebook.core.webhook import WebhookSubscription

app = typer.Typer(help="Webhooks: who is told of events, and what came of it.", no_args_is_help=True)

WebhookArgument = Annotated[str, typer.Argument(help="The webhook's id.", show_default=False)]


@command(app, "add", "linebook webhooks add https://hooks.example.com/in --event message.receive")
def add(
    shell: Shell,
    *,
    url: Annotated[str, typer.Argument(help="Where events are sent.", show_default=False)],
    event: Annotated[list[str], typer.Option(help="An event, such as message.receive; repeat it for several.")],
    line: Annotated[
        str | None, typer.Option(help="Only events of this line; else of every line.", show_default=False)
    ] = None,
    method: Annotated[str, typer.Option(help="POST, PUT or GET.")] = "POST",
    sign: Annotated[bool, typer.Option("--sign", help="Sign with a secret, which is asked for.")] = False,
    secret_stdin: Annotated[bool, typer.Option("--secret-stdin", help="Read the secret from standard input.")] = False,
) -> None:
    """Have events told to a URL, in the form of Zipwhip's webhooks."""
    from linebook.core.author import Author
    from linebook.services.webhooks import AddWebhook, add_webhooks

    kinds = tuple(_kind(one) for one in event)
    sealed = _sealed(shell, read_secret("Secret", from_stdin=secret_stdin)) if sign or secret_stdin else None
    with shell.engine() as engine:
        account = shell.account(engine)
        request = AddWebhook(
            dialect="zipwhip",
            kinds=kinds,
            url=url,
            method=method.upper(),
            line_id=shell.line(engine, account, line).id if line is not None else 0,
            sealed=sealed,
            author=Author("shell", None),
        )
        webhook = shell.write(engine, add_webhooks, account.id, request)
    shell.say(f"Added the webhook {webhook.id}.")
    show_record(webhook_record(webhook), as_json=shell.is_json)


@command(app, "list", "linebook webhooks list")
def list_all(shell: Shell) -> None:
    """List the account's webhooks and how their receivers fare."""
    from linebook.services.webhooks import list_webhooks

    with shell.engine() as engine:
        account = shell.account(engine)
        found = engine.read(lambda tx: list_webhooks(tx, account.id))
    show_records(
        map(webhook_record, found),
        ("id", "events", "url", "method", "line", "failures", "rests_until"),
        as_json=shell.is_json,
        empty="There is no webhook yet: add one with `linebook webhooks add URL --event message.receive`.",
    )


@command(app, "log", "linebook webhooks log 100000001", "linebook webhooks log 100000001 --event 42")
def log(
    shell: Shell,
    *,
    webhook: WebhookArgument,
    event: Annotated[
        int | None, typer.Option(help="Every try of this event, with what was answered.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(help="How many of the newest events.", min=1, max=10_000)] = 50,
) -> None:
    """Show what a webhook was told, the newest event first."""
    from linebook.services.webhooks import get_webhook, list_attempts, list_deliveries

    webhook_id = _id(webhook)
    with shell.engine() as engine:
        account = shell.account(engine)
        engine.read(lambda tx: get_webhook(tx, account.id, webhook_id))
        if event is not None:
            tries = engine.read(lambda tx: list_attempts(tx, account.id, webhook_id, event))
            show_records(
                (
                    {
                        "attempt": one.attempt,
                        "at": time_text(one.at_ms),
                        "ms": one.duration_ms,
                        "status": one.status or None,
                        "error": one.error,
                        "answer": one.answer,
                    }
                    for one in tries
                ),
                ("attempt", "at", "ms", "status", "error", "answer"),
                as_json=shell.is_json,
                empty="Nothing was tried yet.",
            )
            return
        found = engine.read(lambda tx: list_deliveries(tx, account.id, webhook_id, limit=limit))
    show_records(
        (
            {
                "event": one.event_no,
                "state": one.state,
                "attempts": one.attempts,
                "next": time_text(one.next_ms) if one.state == "waiting" else None,
                "error": one.error,
                "body": one.body,
            }
            for one in found
        ),
        ("event", "state", "attempts", "next", "error"),
        as_json=shell.is_json,
        empty="Nothing has happened yet that the webhook is told of.",
    )


@command(app, "replay", "linebook webhooks replay 100000001", "linebook webhooks replay 100000001 --event 42")
def replay(
    shell: Shell,
    *,
    webhook: WebhookArgument,
    event: Annotated[int | None, typer.Option(help="This event alone, told or not.", show_default=False)] = None,
) -> None:
    """Tell a webhook once more: of an event, or of all that it could not be told."""
    from linebook.services.webhooks import ReplayEvents, replay_events

    request = ReplayEvents(id=_id(webhook), event_no=event)
    count = 0
    with shell.engine() as engine:
        account = shell.account(engine)
        while some := shell.write(engine, replay_events, account.id, request):
            count += some
            if event is not None:
                break
    shell.say(f"{count} {'event is' if count == 1 else 'events are'} told once more.")
    show_record({"events": count}, as_json=shell.is_json)


@command(app, "delete", "linebook webhooks delete 100000001")
def delete(shell: Shell, *, webhook: WebhookArgument) -> None:
    """Delete a webhook with its log, and what it was still to be told."""
    from linebook.services.webhooks import DeleteWebhook, delete_webhooks

    with shell.engine() as engine:
        gone = shell.write(engine, delete_webhooks, shell.account(engine).id, DeleteWebhook(id=_id(webhook)))
    shell.say(f"Deleted the webhook {gone.id}.")
    show_record(webhook_record(gone), as_json=shell.is_json)


def webhook_record(webhook: WebhookSubscription) -> dict[str, object]:
    """Give a webhook as it is printed."""
    return {
        "id": webhook.id,
        "events": ", ".join(webhook.kinds),
        "url": webhook.url,
        "method": webhook.method,
        "line": webhook.line_id or None,
        "signed": webhook.sealed is not None,
        "failures": webhook.failures,
        "rests_until": time_text(webhook.paused_until_ms),
        "created": time_text(webhook.created_ms),
    }


def _kind(text: str) -> EventKind:
    from linebook.core.message import EventKind

    try:
        return EventKind(text.strip().lower())
    except ValueError as error:
        raise UsageProblem(f"{text} is no event: {', '.join(EventKind)} are.") from error


def _id(text: str) -> int:
    if not is_id(text):
        raise UsageProblem(f"{text} is no id of a webhook: see `linebook webhooks list`.")
    return int(text)


def _sealed(shell: Shell, secret: str) -> str:
    from linebook.sealing import Sealer, key_file_of
    from linebook.services.webhooks import SECRET_ABOUT

    settings = shell.load_settings()
    return Sealer(settings.secret_key, key_file_of(settings.database)).seal(secret, SECRET_ABOUT)
