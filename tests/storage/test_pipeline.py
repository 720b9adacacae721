"""Statements sent together over one PostgreSQL connection: values, failures, and what is left of the connection."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from linebook.storage.base import Row
from linebook.storage.pipeline import Pipeline, Statement

ECHO = Statement("echo", "SELECT %(value)s::text")
DIVIDE = Statement("divide", "SELECT 100 / %(by)s::bigint")
SLEEP = Statement("sleep", "SELECT pg_sleep(60)")
NOTE = Statement("note", "INSERT INTO noted VALUES (%(word)s, repeat('x', %(length)s::int))")
COUNT = Statement("count", "SELECT count(*) FROM noted")
LONG = Statement("long", "SELECT repeat('x', %(length)s::int) FROM generate_series(1, %(rows)s::int)")


@pytest.fixture
def connection(postgres_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE noted (word text, filling text)")
        yield connection


@pytest.fixture
def pipeline(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[Pipeline]:
    with Pipeline(connection) as pipeline:
        yield pipeline


def ask(pipeline: Pipeline, statement: Statement, **parameters: object) -> list[Row]:
    pipeline.send(statement, parameters)
    return pipeline.rows(pipeline.answers()[-1])


def test_a_parameter_may_stand_at_several_places() -> None:
    statement = Statement("twice", "SELECT %(a)s, %(b)s, %(a)s, 7 %% 2")
    assert (statement.text, statement.names) == (b"SELECT $1, $2, $1, 7 % 2", ("a", "b"))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "Zoë \U0001f600 \\ ' \" %s $1 {}"),
        ("text", ""),
        ("text", None),
        ("bigint", 2**63 - 1),
        ("bigint", -(2**63)),
        ("boolean", True),
        ("boolean", False),
        ("bytea", b"\0\\x\xff"),
        ("bytea", b""),
        ("double precision", 0.1),
        ("bigint[]", [1, -2, 2**62]),
        ("bigint[]", []),
        ("text[]", ["", "a,b", 'a"b', "a\\b", "{}", "NULL", " ", "Zoë"]),
        ("text[]", []),
    ],
)
def test_a_value_comes_back_as_it_went(pipeline: Pipeline, kind: str, value: object) -> None:
    for _ in range(2):  # prepared, and used again
        assert ask(pipeline, Statement("echo", f"SELECT %(value)s::{kind}"), value=value) == [(value,)]


@pytest.mark.parametrize("value", ["a\0b", ["a\0b"]])
def test_a_nul_is_refused_before_anything_is_sent(pipeline: Pipeline, value: object) -> None:
    with pytest.raises(psycopg.DataError):
        pipeline.send(ECHO, {"value": value})
    assert pipeline.answers() == []


def test_a_value_of_another_type_is_a_mistake_of_ours(pipeline: Pipeline) -> None:
    with pytest.raises(TypeError):
        pipeline.send(ECHO, {"value": object()})


def test_answers_come_in_the_order_of_what_was_sent(pipeline: Pipeline) -> None:
    for number in range(300):
        pipeline.send(ECHO, {"value": str(number)})
    assert [pipeline.rows(one) for one in pipeline.answers()] == [[(str(number),)] for number in range(300)]
    assert pipeline.answers() == []


def test_what_is_larger_than_any_buffer_goes_both_ways(pipeline: Pipeline) -> None:
    for word in range(4):
        pipeline.send(NOTE, {"word": f"{word}" * 5_000_000, "length": 1})
        pipeline.start()
    assert ask(pipeline, COUNT) == [(4,)]
    assert [len(row[0]) for row in ask(pipeline, LONG, length=1_000_000, rows=20)] == [1_000_000] * 20


def test_nothing_after_a_failed_statement_is_done_and_the_next_trip_works(pipeline: Pipeline) -> None:
    pipeline.send(NOTE, {"word": "before", "length": 1})
    pipeline.send(DIVIDE, {"by": 0})
    pipeline.send(NOTE, {"word": "after", "length": 1})
    pipeline.send(ECHO, {"value": "never prepared"})
    with pytest.raises(psycopg.errors.DivisionByZero):
        pipeline.answers()
    assert ask(pipeline, ECHO, value="prepared now") == [("prepared now",)]
    # Without a transaction the statements of a trip are one.
    assert ask(pipeline, COUNT) == [(0,)]
    assert ask(pipeline, DIVIDE, by=5) == [(20,)]


def test_a_statement_the_server_does_not_understand_can_be_asked_again(pipeline: Pipeline) -> None:
    for _ in range(2):
        with pytest.raises(psycopg.errors.UndefinedTable):
            ask(pipeline, Statement("wrong", "SELECT * FROM nowhere"))


def test_a_wait_that_is_given_up_ends_the_connection(
    connection: psycopg.Connection[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Pipeline) -> list[object]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Pipeline, "_read", interrupted)
    with pytest.raises(KeyboardInterrupt), Pipeline(connection) as pipeline:
        pipeline.send(SLEEP, {})
        pipeline.answers()
    assert connection.closed


def test_what_nobody_waited_for_ends_the_connection(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    with Pipeline(connection) as pipeline:
        pipeline.send(ECHO, {"value": "x"})
    assert connection.closed


def test_after_the_block_the_connection_is_as_before(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    with Pipeline(connection) as pipeline:
        assert ask(pipeline, ECHO, value="x") == [("x",)]
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


@pytest.mark.parametrize("while_waiting", [False, True])
def test_a_connection_that_is_cut_is_told(
    connection: psycopg.Connection[tuple[object, ...]], postgres_url: str, while_waiting: bool
) -> None:
    def cut() -> None:
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", (connection.info.backend_pid,))

    with Pipeline(connection) as pipeline:
        if while_waiting:
            pipeline.send(SLEEP, {})
            pipeline.start()
        cut()
        with pytest.raises(psycopg.OperationalError):
            ask(pipeline, ECHO, value="x")
    assert connection.closed
