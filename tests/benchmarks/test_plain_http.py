"""The load generator's connection does as browsers do: where a resting one was ended, it asks again, only there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from benchmarks.plain_http import UNREACHABLE, Connection

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def served(answers: list[bytes], asked: Callable[[Connection], Awaitable[bytes]]) -> tuple[bytes, int]:
    """What `asked` gets of a server that says one of the answers on each connection and ends it; how many it made."""

    async def everything() -> tuple[bytes, int]:
        made = 0

        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal made
            made += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answers[made - 1])
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(one, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        connection = Connection(f"http://127.0.0.1:{port}")
        try:
            return await asked(connection), made
        finally:
            connection.close()
            server.close()

    return asyncio.run(everything())


async def twice(connection: Connection) -> bytes:
    first = await connection.get("/")
    await asyncio.sleep(0.05)  # the server ends the connection meanwhile
    return first + await connection.get("/")


def test_a_connection_that_was_ended_while_it_rested_is_made_again():
    assert served([ANSWER, ANSWER], twice) == (b"okok", 2)


def test_half_an_answer_is_not_asked_for_again():
    with pytest.raises(UNREACHABLE):
        served([ANSWER, ANSWER[:-1], ANSWER], twice)


def test_a_server_that_says_nothing_on_a_new_connection_is_not_there():
    with pytest.raises(UNREACHABLE):
        served([b"", ANSWER], lambda one: one.get("/"))
