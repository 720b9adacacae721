"""The commands that keep running: `serve`, and `demo` with its throw-away database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from linebook.cli.failures import UsageProblem
from linebook.cli.output import show_record
from linebook.cli.shell import Shell, command

DEMO_HOST = "127.0.0.1"
DEMO_PORT = 8420


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "demo", "linebook demo", "linebook demo --port 0 --data ./demo-data", account=False)(demo)
    command(
        app,
        "serve",
        "linebook serve --database sqlite:////var/lib/linebook/book.db --port 8420",
        "LINEBOOK_DATABASE=postgresql://linebook@db/book linebook serve --host 0.0.0.0",
        account=False,
    )(serve)


def demo(
    shell: Shell,
    *,
    host: Annotated[str, typer.Option(help="An address of this machine's loopback; no other is taken.")] = DEMO_HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = DEMO_PORT,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the database in this folder; else it is gone at the end.")
    ] = None,
) -> None:
    """Serve on this machine with fixed, published credentials, and print how to call."""
    from linebook.demo import guide_text, prepare_demo
    from linebook.listen import are_loopback, resolve
    from linebook.server import leave_at_sigterm, serve

    if shell.database is not None:
        raise UsageProblem("The demo brings its own database: say where it is kept with --data DIR.")
    if not are_loopback(resolve(host, port)):
        raise UsageProblem(
            f"The demo's credentials are published, so it listens on this machine only, and {host} is not: "
            "use `linebook serve` with an account of your own."
        )

    def announce(url: str) -> None:
        if shell.is_json:
            _announce_json(url)
        else:
            print(guide_text(url), flush=True)

    leave_at_sigterm()
    with _folder(data) as folder:
        settings = shell.load_settings(host=host, port=port, database=f"sqlite:///{folder.resolve()}/linebook.db")
        serve(settings, prepare=prepare_demo, announce=announce, is_demo=True)


def serve(
    shell: Shell,
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.", show_default="8420")
    ] = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="A port of its own for /metrics; else the main port serves it.")
    ] = None,
    tls_cert: Annotated[str | None, typer.Option(metavar="FILE", help="PEM file of the certificate chain.")] = None,
    tls_key: Annotated[str | None, typer.Option(metavar="FILE", help="PEM file of its private key.")] = None,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"] | None, typer.Option(help="Least severity logged.")
    ] = None,
    log_format: Annotated[Literal["text", "json"] | None, typer.Option(help="For people, or for collectors.")] = None,
) -> None:
    """Serve the book until SIGTERM or Ctrl-C; then answer what runs, and end. Prints the address it listens on.

    Every setting can be given in the environment or in a file too: see `linebook settings`. What these options say
    counts before both.
    """
    from linebook.server import serve as serve_hub

    settings = shell.load_settings(
        host=host,
        port=port,
        metrics_port=metrics_port,
        tls_cert=tls_cert,
        tls_key=tls_key,
        log_level=log_level,
        log_format=log_format,
    )

    def announce(url: str) -> None:
        if shell.is_json:
            _announce_json(url)
        else:
            print(f"linebook listens on {url}", flush=True)

    serve_hub(settings, announce=announce)


def _announce_json(url: str) -> None:
    show_record({"url": url}, as_json=True)
    # A program waits for this line on a pipe.
    print(end="", flush=True)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="linebook-demo-") as name:
            yield Path(name)
        return
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageProblem(f"The folder {kept} cannot be made: {error.strerror}.") from error
    yield kept
