"""Pages of fictional ministries as they stand for years: what each of them answers at a given time. A number gives a page.

Shares are those of sites as they are met, no measured census: a quarter answers 304, a fifth the same bytes, a fifth has news and a date
that change daily, a fifth differs at every look in tokens that nobody sees, the rest in a counter of views too; half of the hosts name every answer in a header. Text changes four times a
year on average, on a tenth of the pages twice a month. Each fiftieth page is a register of some MB; the others have 10 to 400 kB.
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random

from living_parts import Words, all_words, headline, sentence, written_date

KINDS = ("304", "same", "daily", "noise", "counter")
_ROUND = [
    "304",
    "same",
    "daily",
    "noise",
    "counter",
    "304",
    "same",
    "daily",
    "noise",
    "counter",
    "304",
    "same",
    "daily",
    "noise",
    "counter",
    "304",
    "same",
    "daily",
    "noise",
    "304",
]
_EPOCH = datetime(2014, 1, 1, tzinfo=UTC)  # text edits are counted from here
_YEARS = 20
LARGE_EVERY = 50
_CORPUS = Path(__file__).resolve().parents[1] / "../shared/corpora/pages"
FAILED_SHARE = 0.005  # of looks meet a server in trouble

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a page's server says."""

    status: int
    headers: Headers
    body: bytes | None


@dataclass(slots=True)
class WatchedPage:
    """One page. Its text at a time is made from the text before, so ask it in the order of time."""

    number: int
    kind: str = field(init=False)
    words: Words = field(init=False, repr=False)
    is_large: bool = field(init=False)
    _edits: Sequence[datetime] = field(init=False, repr=False)
    _blocks: list[list[str]] = field(init=False, repr=False)
    _version: int = field(init=False, default=0)
    _rng: Random = field(init=False, repr=False)
    _frame: tuple[bytes, bytes] = field(init=False, repr=False)
    _text: bytes = field(init=False, repr=False)
    _day: tuple[object, bytes] = field(init=False, default=(None, b""), repr=False)

    def __post_init__(self) -> None:
        rng = self._rng = Random(f"watched:{self.number}")
        self.is_large = self.number % LARGE_EVERY == 7
        self.kind = (
            ("noise" if self.number % 300 == 107 else "same") if self.is_large else _ROUND[self.number % len(_ROUND)]
        )
        languages = all_words()
        self.words = languages["en" if self.number % 3 else sorted(languages)[self.number // 3 % len(languages)]]
        paragraphs = rng.randint(4000, 9000) if self.is_large else min(400, int(rng.lognormvariate(3.5, 0.9)) + 3)
        self._blocks = [self._paragraph() for _ in range(paragraphs)]
        a_year = 24.0 if self.number % 10 == 3 else 1.8
        self._edits, at = [], _EPOCH
        while (at := at + timedelta(days=rng.expovariate(a_year / 365))) < _EPOCH + timedelta(days=365 * _YEARS):
            self._edits.append(at)
        self._frame = self._made_frame(min(400, int(rng.lognormvariate(3.7, 0.8)) + 6))
        self._text = self._made_text(_EPOCH)

    @property
    def slug(self) -> str:
        return f"p{self.number:04}"

    @property
    def path(self) -> str:
        return f"/{self.words.language}/section-{self.number % 7}/{self.slug}.html"

    def answer(self, at: datetime, *, etag: str | None = None) -> Answer:
        """What it answers at that time to somebody who has the body of `etag`."""
        rng = Random(f"{self.number}:{at.isoformat()}")
        if rng.random() < FAILED_SHARE:
            body = f"<html><body><h1>503 Service Unavailable</h1><p>Reference {_hex(rng, 24)}</p></body></html>"
            return Answer(status=503, headers=(*self._headers(at, rng), ("Retry-After", "1")), body=body.encode())
        self._move_on(at)
        mine = f'"{self.number:x}-{self._version:x}"'
        if self.kind == "304":
            headers = (
                *self._headers(at, rng),
                ("ETag", mine),
                ("Last-Modified", format_datetime(self._since(), usegmt=True)),
            )
            return (
                Answer(status=304, headers=headers, body=None)
                if etag == mine
                else Answer(status=200, headers=headers, body=self._body(at, rng))
            )
        cookie = (
            (("Set-Cookie", f"SESSION={_hex(rng, 32)}; Path=/; HttpOnly; Secure"),)
            if self.kind in ("noise", "counter")
            else ()
        )
        return Answer(status=200, headers=(*self._headers(at, rng), *cookie), body=self._body(at, rng))

    def _headers(self, at: datetime, rng: Random) -> Headers:
        return _base_headers(at, rng, is_traced=self.number // 6 % 2 == 0)

    def shown(self, at: datetime) -> tuple[object, ...]:
        """Equal at two times between which nothing but tokens and counters changed."""
        return bisect_right(self._edits, at), at.date() if self.kind in ("daily", "counter") else None

    # the page

    def _body(self, at: datetime, rng: Random) -> bytes:
        top, bottom = self._frame
        return b"".join((top, self._text, self._daily(at), self._noise(at, rng), bottom))

    def _noise(self, at: datetime, rng: Random) -> bytes:
        if self.kind not in ("noise", "counter"):
            return b""
        nonce, token = b64encode(rng.randbytes(16)).decode(), _hex(rng, 64)
        scripts = "".join(
            f'<script nonce="{nonce}" src="/assets/{name}.js"></script>' for name in ("app", "menu", "search", "stat")
        )
        views = ""
        if self.kind == "counter":
            count = 1000 + int((at - _EPOCH).total_seconds()) // 40
            views = f'<div class="views">{self.words.labels.get("visitors", "Views")}: {count}</div>'
        return (
            f'{views}<form action="/search"><input type="hidden" name="csrf" value="{token}"></form>{scripts}'
            f"<!-- {at.isoformat()} in {rng.randint(20, 900)} ms by web{rng.randint(1, 4)} {_hex(rng, 12)} -->"
        ).encode()

    def _daily(self, at: datetime) -> bytes:
        if self.kind not in ("daily", "counter"):
            return b""
        if self._day[0] != at.date():
            made = []
            for back in range(8):
                rng = Random(f"news:{self.words.language}:{(at.date() - _EPOCH.date()).days - back}")
                made.append(f'<li><a href="/news/{_hex(rng, 8)}">{headline(self.words, rng)}</a></li>')
            date = written_date(self.words, at.date(), 0)
            self._day = (
                at.date(),
                f'<aside><p class="today">{date}</p><ul class="news">{"".join(made)}</ul></aside>'.encode(),
            )
        return self._day[1]

    def _move_on(self, at: datetime) -> None:
        """Make the edits that were made by then."""
        wanted = bisect_right(self._edits, at)
        if wanted == self._version:
            return
        while self._version < wanted:
            self._version += 1
            self._edit()
        self._text = self._made_text(self._since())

    def _since(self) -> datetime:
        return self._edits[self._version - 1] if self._version else _EPOCH

    def _edit(self) -> None:
        rng, what = self._rng, self._rng.random()
        block = rng.choice(self._blocks)
        if what < 0.6:
            block[rng.randrange(len(block))] = sentence(self.words, rng)
        elif what < 0.85 or len(block) < 2:
            block.insert(rng.randint(0, len(block)), sentence(self.words, rng))
        else:
            block.pop(rng.randrange(len(block)))

    def _paragraph(self) -> list[str]:
        return [sentence(self.words, self._rng) for _ in range(self._rng.randint(2, 6))]

    def _made_text(self, at: datetime) -> bytes:
        gap = self.words.gap
        text = "\n".join(f"<p>{gap.join(block)}</p>" for block in self._blocks)
        stamp = f"Updated: {at.day:02}.{at.month:02}.{at.year}, {at.hour:02}:{at.minute:02}"
        return f"<main><article><h1>{self._blocks[0][0]}</h1>\n{text}\n<p class=stamp>{stamp}</p></article></main>".encode()

    def _made_frame(self, weight: int) -> tuple[bytes, bytes]:
        rng, words = Random(f"frame:{self.number}"), self.words
        menu = "".join(
            f'<li class="menu-item level-{n % 3}"><a href="/{words.language}/{_hex(rng, 6)}/">{rng.choice(words.menu)} {n}</a></li>'
            for n in range(weight)
        )
        style = "".join(f".b{_hex(rng, 4)} .t{n}{{color:#{_hex(rng, 6)};margin:{n % 9}px}}" for n in range(weight * 6))
        script = "".join(f'window.layer.push({{"k":"{_hex(rng, 16)}","n":{n}}});' for n in range(weight * 3))
        top = (
            f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8"><title>{self._blocks[0][0]} | {words.site}</title>'
            f"<style>{style}</style><script>{script}</script></head><body><header><nav><ul>{menu}</ul></nav></header>"
        )
        return top.encode(), f"<footer><p>{words.site}, {words.city}</p></footer></body></html>".encode()


@dataclass(slots=True)
class RealPage(WatchedPage):
    """One with the revisions of a real page, the first after the last; what else it answers is as of the others."""

    bodies: tuple[bytes, ...] = field(default=(), kw_only=True, repr=False)

    def _body(self, at: datetime, rng: Random) -> bytes:
        return self.bodies[self._version % len(self.bodies)] + self._noise(at, rng)


def watched_pages(count: int) -> list[WatchedPage]:
    """So many pages; every tenth is a real one, as far as there are some beside the checkout."""
    real = sorted(_CORPUS.glob("*/*/page.json"))
    made = []
    for number in range(count):
        folder = real[number // 10].parent if number % 10 == 4 and number // 10 < len(real) else None
        bodies = () if folder is None else tuple(_read(path) for path in sorted(folder.glob("*Z.html*")))
        made.append(RealPage(number, bodies=bodies) if bodies else WatchedPage(number))
    return made


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def _base_headers(at: datetime, rng: Random, *, is_traced: bool) -> Headers:
    traced = (("X-Request-Id", _hex(rng, 32)),) if is_traced else ()
    return (
        *traced,
        ("Server", "nginx"),
        ("Date", format_datetime(at, usegmt=True)),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Encoding", "gzip"),
        ("Vary", "Accept-Encoding, Cookie"),
        ("Cache-Control", "no-cache, must-revalidate"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("X-Content-Type-Options", "nosniff"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    )


def _hex(rng: Random, count: int) -> str:
    return f"{rng.getrandbits(count * 4):0{count}x}"
