"""A site whose pages do at every look what pages do over years: change, fail, hang up, redirect, hold, go and come back.

    python benchmarks/unruly_site.py          prints its port, serves on every address of HOSTS until stdin is closed

A page is `/KIND/NUMBER`; what it answers is a function of its kind, its number and how often it was asked. POST /hook/NAME is
a sink for alerts: `taken` takes them, `refused` answers 500, `slow` takes its time.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count

HOSTS = tuple(f"127.0.1.{number}" for number in range(1, 61))
DEAD_HOST = "127.0.2.1"  # where nothing listens
ETAG = '"as-ever"'
ROBOTS = b"User-agent: *\nDisallow: /robots/\n"
WORDS = (
    *(
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
    ),
    *(
        "island",
        "judgement",
        "law",
        "lighthouse",
        "master",
        "ministry",
        "neighbour",
        "observer",
        "parliament",
        "permit",
    ),
    *("port", "protest", "quota", "region", "settlement", "state", "strait", "tariff", "treaty", "vessel"),
    *("visa", "zone"),
)
BOMB = gzip.compress(bytes(4_000_000), 9)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire, and how it ends."""

    data: bytes
    pause_s: float = 0.0  # before each further byte
    rest: bytes = b""
    reset: bool = False


def sentences(number: int, of: int) -> list[str]:
    """The paragraphs of a page in its edition, the same at any time."""
    chance = random.Random(number)
    found = []
    for place in range(12):
        words = " ".join(chance.choices(WORDS, k=14))
        found.append(f"In {1990 + place} the {words} was signed by {20 + place} states and is kept to by both coasts.")
    for edition in range(of % 40):
        change = random.Random(f"{number} {edition}")
        place = change.randrange(len(found))
        if change.random() < 0.2 and len(found) > 8:
            found.insert(change.randrange(len(found)), found.pop(place))
        elif change.random() < 0.2:
            found.insert(place, f"The {' '.join(change.choices(WORDS, k=12))} has not been ratified.")
        else:
            found[place] = f"On {1 + edition} May the {' '.join(change.choices(WORDS, k=14))} was annulled."
    return found


def page(number: int, edition: int = 0, *, hidden: str = "", stamp: str = "9.05.2014, 00:54") -> bytes:
    title = f"Position {number} on the Lower Strait"
    text = "\n".join(f"<p>{sentence}</p>" for sentence in sentences(number, edition))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f"<header><nav>Home | News | The Ministry</nav></header><main><h1>{title}</h1>\n{text}\n{hidden}"
        f'<p class="stamp">Created at : 4.12.2013, 19:47, Updated at : {stamp}</p></main>'
        "<footer>Ministry of Foreign Affairs of Veldania</footer></body></html>"
    ).encode()


def reply(body: bytes, status: str = "200 OK", *headers: str, kind: str = "text/html; charset=utf-8") -> Reply:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return Reply("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def led(status: str, location: str) -> Reply:
    return reply(b"", status, f"Location: {location}")


CHALLENGE = (
    b"<!doctype html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser before accessing the"
    b" site</h1><p>Please enable JavaScript and cookies to continue. Ray ID: 7a1b2c3d4e5f</p></body></html>"
)
GONE = b"<!doctype html><html><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>"
CROWDED = (
    b"<!doctype html><html><body><main>" + b"<p>" * 400_000 + b"</main></body></html>"
)  # more than a parser may take


def answer(kind: str, number: int, look: int, tag: str) -> Reply:
    """What the page of this kind says when it is asked for the time of this number, from 0."""
    good = reply(page(number))
    ill = look % 8 >= 3  # well for three looks, in trouble for five: long enough to be told, and to be told well again
    kinds: dict[str, Callable[[], Reply]] = {
        "tagged": lambda: (
            Reply(f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\n\r\n".encode())
            if tag == ETAG
            else reply(page(number), "200 OK", f"ETag: {ETAG}")
        ),
        "same": lambda: good,
        "noise": lambda: reply(page(number, hidden=f"<input type=hidden name=csrf value={look:032x}>")),
        "edited": lambda: reply(page(number, look // 5)),
        "stamped": lambda: reply(page(number, look // 9, stamp=f"{1 + look // 9 % 28}.05.2014, 00:54")),
        "to-and-fro": lambda: reply(page(number, look // 4 % 2)),
        "zipped": lambda: reply(gzip.compress(page(number, look // 7)), "200 OK", "Content-Encoding: gzip"),
        "led": lambda: led("302 Found", f"/same/{number}"),
        "session": lambda: led("302 Found", f"/same/{number}?session={look:032x}"),
        "away": lambda: led("302 Found", f"http://{HOSTS[(number + look) % len(HOSTS)]}:{{port}}/same/{number}"),
        "relaunched": lambda: led("301 Moved Permanently", f"/same/{number}") if ill else good,
        "gone": lambda: reply(GONE, "404 Not Found") if ill else good,
        "challenged": lambda: reply(CHALLENGE) if ill else good,
        "robots": lambda: good,
        "paper": lambda: reply(b"%PDF-1.7\n" + bytes(500), kind="application/pdf"),
        # in trouble as hosts, which are then left alone
        "unwell": lambda: reply(b"<h1>Unwell</h1>", "503 Service Unavailable", "Retry-After: 600") if ill else good,
        "broken": lambda: reply(b"<h1>Broken</h1>", "500 Internal Server Error") if ill else good,
        "hangs-up": lambda: Reply(b"") if ill else good,
        "resets": lambda: Reply(good.data[: len(good.data) // 2], reset=True) if ill else good,
        "cut-off": lambda: Reply(good.data[:-200]) if ill else good,
        "drips": lambda: Reply(good.data[:40], 0.2, good.data[40:]) if look % 40 == 3 else good,
        "bomb": lambda: reply(BOMB, "200 OK", "Content-Encoding: gzip") if ill else good,
        "astray": lambda: (
            led("302 Found", f"http://127.9.{look // 250 % 250}.{1 + look % 250}:{{port}}/") if ill else good
        ),
        "crowded": lambda: reply(CROWDED + str(look).encode()) if look % 100 == 50 else good,
    }
    return kinds[kind]()


ORDINARY = (
    *(
        "tagged",
        "tagged",
        "tagged",
        "same",
        "same",
        "noise",
        "noise",
        "edited",
        "edited",
        "stamped",
        "to-and-fro",
        "zipped",
    ),
    *("led", "session", "away", "relaunched", "gone", "challenged", "robots", "paper"),
)
TROUBLED = ("unwell", "broken", "hangs-up", "resets", "cut-off", "drips", "bomb", "astray", "crowded")


def pages(count_of: int) -> dict[str, tuple[str, str]]:
    """By slug the host and the path of so many pages, those in trouble on hosts of their own."""
    found = {}
    hosts = iter(HOSTS)
    for number, kind in enumerate(TROUBLED):
        found[f"{kind}-{number}"] = (next(hosts), f"/{kind}/{number}")
    found["dead-9"] = (DEAD_HOST, "/dead/9")
    well = list(hosts)
    for number in range(len(found), count_of):
        kind = ORDINARY[number % len(ORDINARY)]
        found[f"{kind}-{number}"] = (well[number % len(well)], f"/{kind}/{number}")
    return found


class Site:
    """Counts how often each page was asked, and answers."""

    def __init__(self) -> None:
        self.port = 0
        self._looks: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever asked is gone
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One exchange; whether the connection may be used again."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        if method == "POST":
            await reader.readexactly(int(headers.get("content-length", "0")))
            return await self._take(target, writer)
        path = target.partition("?")[0]
        if path == "/robots.txt":
            writer.write(reply(ROBOTS, kind="text/plain").data)
            return True
        kind, number = path.strip("/").split("/")
        found = answer(kind, int(number), self._looks[path], headers.get("if-none-match", ""))
        self._looks[path] += 1
        writer.write(found.data.replace(b"{port}", str(self.port).encode()))
        for byte in found.rest if found.pause_s else b"":
            await asyncio.sleep(found.pause_s)
            writer.write(bytes([byte]))
            await writer.drain()
        if found.reset:
            await writer.drain()
            writer.transport.abort()
        whole = found.data.startswith((b"HTTP/1.1 304", b"HTTP/1.1 30")) or kind not in (
            "hangs-up",
            "cut-off",
            "resets",
        )
        return whole and not found.rest

    async def _take(self, target: str, writer: asyncio.StreamWriter) -> bool:
        name = target.partition("?")[0].removeprefix("/hook/")
        if name == "slow":
            await asyncio.sleep(0.5)
        writer.write(reply(b"", "500 Internal Server Error" if name == "refused" else "204 No Content").data)
        return True


async def run(announce: Callable[[int], None], closed: Callable[[], Awaitable[object]]) -> None:
    site = Site()
    for port in count(20_000 + random.randrange(20_000)):
        try:
            server = await asyncio.start_server(site.serve, HOSTS, port)
        except OSError:
            continue
        site.port = port
        break
    announce(site.port)
    async with server:
        await closed()


def main() -> None:
    async def closed() -> None:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

    asyncio.run(run(lambda port: print(port, flush=True), closed))


if __name__ == "__main__":
    main()
