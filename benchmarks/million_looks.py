"""A large archive, made through the real store: many looks in one transaction, all else as the program does it.

Pages in five languages, most of them versions of one statement; looks that the server answers with 304, with equal bytes, with other bytes and
the same text, and now and then with a changed text; outages and challenge pages. Four pages are giants, one in each way.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from archive.checkpoints import make_checkpoint, make_key
from archive.model import Block, Capture, Document, Interpretation, Outcome, Stamp, Verdict
from archive.pages import PageSettings
from archive.store import Archive

BEGIN = datetime(2029, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=730)
BATCH = 5000  # looks in one transaction
VERSION = "fiction/1"
RARE = "quince embargo"  # in the texts of few pages
COMMON = "ministry"  # in the texts of all English ones
MANY_LOOKS, MANY_REVISIONS, LONG, MANY_PASSAGES = "many-looks", "many-revisions", "long-text", "many-passages"

_WORDS = {
    "en": "ministry settlement strait treaty party border coast talks council peace force harbour passage vessel accord"
    " article protocol region security election support resolution framework humanitarian committee",
    "ru": "министерство урегулирование пролив договор сторона граница побережье переговоры совет мир сила гавань проход"
    " судно соглашение статья протокол регион безопасность выборы поддержка резолюция",
    "kk": "министрлік реттеу бұғаз шарт тарап шекара жағалау келіссөз кеңес бейбітшілік күш айлақ өту кеме келісім бап"
    " хаттама аймақ қауіпсіздік сайлау қолдау қарар",
    "ar": "وزارة تسوية مضيق معاهدة طرف حدود ساحل محادثات مجلس سلام قوة ميناء مرور سفينة اتفاق مادة بروتوكول منطقة أمن",
    "zh": "外交部 解决 海峡 条约 各方 边界 海岸 谈判 理事会 和平 武力 港口 通行 船只 协议 条款 议定书 地区 安全 选举",
}
WORDS = {language: text.split() for language, text in _WORDS.items()}
LANGUAGES = tuple(WORDS)
OUTAGES = (
    (Outcome.FAILED, "timeout", None),
    (Outcome.FAILED, "connection", None),
    (Outcome.FAILED, "http_503", 503),
    (Outcome.GONE, "http_404", 404),
    (Outcome.HELD, "challenge", 200),
)
CHALLENGE = b"<!doctype html><title>One moment</title><h1>Checking your browser</h1>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large an archive is to be, in all; a fifth of it goes to the giants at most."""

    looks: int = 1_000_000
    pages: int = 10_000
    revisions: int = 50_000


@dataclass(slots=True)
class Play:
    """One page as it is played: its text now, and the looks at which that changes."""

    slug: str
    language: str
    looks: int
    revisions: int
    rng: random.Random
    blocks: list[list[str]] = field(default_factory=list)  # paragraphs of sentences
    stamp_on: datetime = BEGIN
    at_look: int = 0
    is_news: bool = False
    body: bytes = b""  # of the last look that brought the whole page
    down: int = 0  # looks that an outage still lasts
    outage: tuple[Outcome, str, int | None] = OUTAGES[0]

    def changes_now(self) -> bool:
        return self.at_look * self.revisions // self.looks != (self.at_look - 1) * self.revisions // self.looks


class Bulk(Archive):
    """The store, whose transactions join one that is open."""

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        if self._conn.in_transaction:
            yield self._conn
        else:
            with super().transaction() as conn:
                yield conn


def sentence(rng: random.Random, language: str) -> str:
    words = rng.choices(WORDS[language], k=rng.randint(8, 18))
    if rng.random() < 0.0005 and language == "en":
        words.insert(3, RARE)
    number = rng.randint(1, 99_999)
    if language == "zh":
        return "".join(words) + f"第{number}号。"
    return " ".join(words).capitalize() + f" {number}."


def paragraphs(rng: random.Random, language: str, sentences: int) -> list[list[str]]:
    made: list[list[str]] = []
    while sum(map(len, made)) < sentences:
        made.append([sentence(rng, language) for _ in range(rng.randint(1, 5))])
    return made


def edit(play: Play) -> None:
    """Change a few sentences: reworded, added or taken away. Of a page that is all news, every one."""
    rng = play.rng
    if play.is_news:
        play.blocks = [[sentence(rng, play.language) for _ in block] for block in play.blocks]
        return
    for _ in range(rng.randint(1, 2)):
        block = rng.choice(play.blocks)
        place = rng.randrange(len(block))
        kind = rng.random()
        if kind < 0.6 and play.language != "zh":
            words = block[place].split()
            words[rng.randrange(len(words))] = rng.choice(WORDS[play.language])
            block[place] = " ".join(words)
        elif kind < 0.8 or len(block) == 1:
            block.insert(place, sentence(rng, play.language))
        else:
            del block[place]


def document(play: Play) -> Document:
    day = play.stamp_on.replace(hour=0, minute=0, second=0, microsecond=0)
    title = f"{' '.join(WORDS[play.language][2:5]).capitalize()} {play.slug}"
    written = f"Updated: {day:%d.%m.%Y}"
    blocks = [Block(kind="title", text=title)]
    for n, block in enumerate(play.blocks):
        kind = "heading" if len(block) == 1 and n % 7 == 3 else "list_item" if len(block) == 1 else "paragraph"
        blocks.append(Block(kind=kind, text=("" if play.language == "zh" else " ").join(block)))
    blocks.append(Block(kind="stamp", text=written))
    stamp = Stamp(text=written, value=f"{day:%Y-%m-%d}", earliest=day, latest=day + timedelta(days=1))
    return Document(title=title, language=play.language, blocks=tuple(blocks), updated=stamp, version=VERSION)


def html(found: Document, noise: int) -> bytes:
    inner = "".join(f"<p>{block.text}</p>" for block in found.blocks)
    menu = "".join(f'<li><a href="/section/{n}">Section {n}</a></li>' for n in range(40))
    return f"<!doctype html><html lang={found.language}><ul>{menu}</ul><main>{inner}</main><!-- {noise} -->".encode()


def plays(size: Size, rng: random.Random) -> list[Play]:
    """All pages of an archive of that size."""

    def play(slug: str, language: str, looks: int, revisions: int, sentences: int, *, is_news: bool = False) -> Play:
        own = random.Random(rng.random())
        made = Play(slug, language, max(looks, revisions), revisions, own, is_news=is_news)
        made.blocks = paragraphs(own, language, sentences)
        return made

    giants = [
        play(MANY_LOOKS, "en", size.looks // 10, 20, 40),
        play(MANY_REVISIONS, "en", size.revisions * 3 // 25, size.revisions * 3 // 50, 40),
        play(LONG, "en", 60, 6, 4000),
        play(MANY_PASSAGES, "en", 60, 20, 1000, is_news=True),
    ]
    rest = size.pages - len(giants)
    looks = (size.looks - sum(one.looks for one in giants)) / rest
    revisions = (size.revisions - sum(one.revisions for one in giants)) / rest
    made = list(giants)
    for n in range(rest):
        weight = rng.uniform(0.25, 1.75)
        long = 120 if n % 10 == 0 else 30
        own = max(1, round(revisions * rng.uniform(0.2, 1.8)))
        made.append(play(f"page-{n}", LANGUAGES[n % 5], round(looks * weight), own, rng.randint(long // 3, long)))
    return made


def settings(play: Play, n: int) -> PageSettings:
    return PageSettings(
        slug=play.slug,
        url=f"https://ministry-{n % 400}.example/{play.language}/{play.slug}",
        language=play.language,
        statement="" if n < 4 or n % 3 == 0 else f"statement-{n // 5}",
        tags=(f"desk-{n % 12}",),
    )


def build(home: Path, size: Size, *, seed: int = 1) -> None:
    """Make the archive in an empty folder, looks of all pages in the order of their times."""
    rng = random.Random(seed)
    all_plays = plays(size, rng)
    times = sorted(
        (SPAN * (k + rng.random()) / play.looks, n) for n, play in enumerate(all_plays) for k in range(play.looks)
    )
    with Bulk.open(home, holder="benchmark") as archive:
        pages = [settings(play, n) for n, play in enumerate(all_plays)]
        archive.sync_pages(pages, version=VERSION, at=BEGIN - timedelta(days=1))
        for start in range(0, len(times), BATCH):
            with archive.transaction():
                for elapsed, n in times[start : start + BATCH]:
                    look(archive, all_plays[n], BEGIN + elapsed)
            if start // BATCH % 20 == 0:
                print(f"{start:,} of {len(times):,} looks", flush=True)
        make_key(home, "ministry.example/benchmark")
        make_checkpoint(archive, at=BEGIN + SPAN)


def look(archive: Archive, play: Play, at: datetime) -> None:
    """One look at one page."""
    rng, kind = play.rng, play.rng.random()
    if play.at_look == 0 or play.changes_now():
        if play.at_look:
            edit(play)
            play.stamp_on = at if rng.random() < 0.7 else play.stamp_on
        play.down = 0
        kind = 0.99  # brings the whole page
    play.at_look += 1
    if play.down or kind < 0.015:
        if not play.down:
            play.down, play.outage = rng.randint(1, 8), rng.choice(OUTAGES)
        play.down -= 1
        _record(archive, play, at, *_missed(play.outage))
    elif kind < 0.65:
        _record(archive, play, at, Interpretation(verdict=Verdict(version=VERSION), same="not_modified"), 304, None)
    elif kind < 0.95:
        _record(archive, play, at, Interpretation(verdict=Verdict(version=VERSION), same="body"), 200, play.body)
    else:
        found = document(play)
        play.body = html(found, rng.randrange(1 << 30))
        memory = rng.randbytes(2500).hex() if play.at_look == 1 else ""
        told = Interpretation(verdict=Verdict(version=VERSION), document=found, memory=memory)
        _record(archive, play, at, told, 200, play.body)


def _missed(outage: tuple[Outcome, str, int | None]) -> tuple[Interpretation, int | None, bytes | None]:
    outcome, reason, status = outage
    body = CHALLENGE if outcome is Outcome.HELD else b"not here" if outcome is Outcome.GONE else None
    facts = (("says", "Checking your browser"),) if outcome is Outcome.HELD else ()
    verdict = Verdict(outcome=outcome, reason=reason, facts=facts, version=VERSION)
    return Interpretation(verdict=verdict), status, body


def _record(
    archive: Archive, play: Play, at: datetime, told: Interpretation, status: int | None, body: bytes | None
) -> None:
    state = archive.page_state(play.slug)
    capture = Capture(
        url=state.url,
        final_url=state.url,
        observed_at=at,
        duration_us=142_000,
        http_version="HTTP/1.1",
        status=status,
        headers=(("Content-Type", "text/html; charset=utf-8"), ("Server", "fiction"), ("Date", f"{at:%H:%M:%S}")),
        body=body,
        wire_bytes=len(body or b""),
        failure=None if status else (told.verdict.reason or "", "no answer"),
        peer="192.0.2.7:443",
        conditional=status == 304,
    )
    archive.record(state, capture, replace(told, memory=told.memory or state.memory))
