"""Hosts on loopback addresses, some slow and some dead, and the log that they keep by their own clock.

    python benchmarks/round_hosts.py LOG KIND=ADDRESS…     prints {ADDRESS: port}, serves until stdin is closed

A line of LOG is a JSON array: host as the request names it, path, begun_s, ended_s (monotonic). A request begins when its head has
come, and ends when the last byte of its answer is about to go out, or the other side has given up. A dead host's line has the path "".
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import TextIO

SLOW = ("slow_start", "dripping", "slow_robots", "slow_start", "dripping")
DEAD = ("refusing", "silent", "closing", "silent", "refusing")
HANGING = "hanging"  # answers for robots.txt alone
WELL = "well"
STARTS_S, DRIPS_S, PIECES, ROBOTS_S = 1.5, 2.0, 20, 10.0
WORDS = (
    "agreement",
    "border",
    "coast",
    "commission",
    "council",
    "delegation",
    "election",
    "fisheries",
    "government",
    "harbour",
    "island",
    "judgement",
    "law",
    "lighthouse",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as its server saw it."""

    host: str
    path: str
    begun_s: float
    ended_s: float


def read_log(lines: list[str]) -> list[Request]:
    """The requests in the order in which they began."""
    rows = [json.loads(line) for line in lines]
    found = [Request(host=host, path=path, begun_s=begun_s, ended_s=ended_s) for host, path, begun_s, ended_s in rows]
    return sorted(found, key=lambda request: request.begun_s)


def page_html(path: str, visit: int) -> bytes:
    """A page of some 12 kB, the same at every visit but for tokens that nobody sees."""
    chance = Random(path)
    text = "".join(
        f"<p>In {1960 + n} the {' '.join(chance.choices(WORDS, k=24))} was signed by {chance.randrange(3, 90)} states.</p>"
        for n in range(40)
    )
    menu = "".join(f'<li><a href="/section-{n}">{chance.choice(WORDS)} {n}</a></li>' for n in range(40))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Position {path}</title></head><body><nav><ul>{menu}</ul>'
        f"</nav><main><h1>Position {path}</h1>{text}<p>Updated at : 9.05.2014, 00:54</p></main><input type=hidden value={visit:032x}>"
        "<footer>Ministry of Foreign Affairs of Veldania</footer></body></html>"
    ).encode()


class Host:
    """One host: its kind is how it treats who asks."""

    def __init__(self, kind: str, address: str, log: TextIO) -> None:
        self._kind = kind
        self._address = address
        self._log = log
        self._visits = count(1)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what is asked on one connection."""
        try:
            if self._kind in ("silent", "closing"):
                await self._be_dead(reader)
            else:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    await self._answer(head.decode("latin-1"), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # who asked has gone
        finally:
            writer.close()

    async def _be_dead(self, reader: asyncio.StreamReader) -> None:
        begun_s = time.monotonic()
        if self._kind == "silent":
            while await reader.read(65536):
                pass
        self._note(self._address, "", begun_s, time.monotonic())

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun_s = time.monotonic()
        lines = head.split("\r\n")
        path = lines[0].split()[1]
        host = next(line[5:].strip() for line in lines if line.lower().startswith("host:")).rpartition(":")[0]
        ended_s = 0.0
        try:
            if path == "/robots.txt":
                await asyncio.sleep(ROBOTS_S if self._kind == "slow_robots" else 0)
                ended_s = await send(writer, b"User-agent: *\nDisallow: /private\n", "text/plain")
            elif self._kind == HANGING:
                await reader.read(1)
            else:
                await asyncio.sleep(STARTS_S if self._kind == "slow_start" else 0.03)
                drips = DRIPS_S if self._kind == "dripping" else 0.0
                ended_s = await send(
                    writer, page_html(path, next(self._visits)), "text/html; charset=utf-8", over_s=drips
                )
        finally:
            self._note(host, path, begun_s, ended_s or time.monotonic())

    def _note(self, host: str, path: str, begun_s: float, ended_s: float) -> None:
        self._log.write(json.dumps([host, path, begun_s, ended_s]) + "\n")
        self._log.flush()


async def send(writer: asyncio.StreamWriter, body: bytes, kind: str, *, over_s: float = 0.0) -> float:
    """An answer, its body in pieces over that time. Returns when its last bytes were handed over."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    pieces = PIECES if over_s else 1
    step = -(-len(body) // pieces)
    sent = head
    for start in range(0, len(body), step):
        await asyncio.sleep(over_s / pieces)
        ended_s = time.monotonic()
        writer.write(sent + body[start : start + step])
        await writer.drain()
        sent = b""
    return ended_s


async def serve(log: TextIO, hosts: list[tuple[str, str]]) -> None:
    """Until stdin is closed."""
    ports = {}
    for kind, address in hosts:
        server = await asyncio.start_server(Host(kind, address, log).talk, address, 0, backlog=256)
        ports[address] = server.sockets[0].getsockname()[1]
        if kind == "refusing":
            server.close()
            await server.wait_closed()
    print(json.dumps(ports), flush=True)
    await until_closed(sys.stdin.readline)


async def until_closed(wait: Callable[[], str]) -> None:
    waited: Awaitable[str] = asyncio.get_running_loop().run_in_executor(None, wait)
    await waited


def main() -> None:
    path, *named = sys.argv[1:]
    with open(path, "w", encoding="utf-8") as log:
        asyncio.run(serve(log, [(kind, address) for kind, _, address in (word.partition("=") for word in named)]))


if __name__ == "__main__":
    main()
