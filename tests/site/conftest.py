"""A fictional ministry's archive, made through the real store, and Datasette over it."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from archive.model import Block, Capture, Document, Interpretation, Outcome, Stamp, Verdict
from archive.pages import PageSettings
from archive.site.language import Catalogue
from archive.store import Archive

HOURS = timedelta(hours=1)


def stamp(day: datetime) -> Stamp:
    """A page's own "updated" date that names a day."""
    return Stamp(text=f"Updated: {day:%d.%m.%Y}", value=f"{day:%Y-%m-%d}", earliest=day, latest=day + 24 * HOURS)


@dataclass
class Keeper:
    """Plays looks into an archive, one after the other."""

    archive: Archive
    at: datetime = datetime(2031, 5, 1, 6, tzinfo=UTC)
    every: timedelta = 6 * HOURS

    def add(self, *pages: PageSettings) -> None:
        self.archive.sync_pages(pages, version="test/1", at=self.at)

    def look(
        self,
        slug: str,
        blocks: list[tuple[str, str]] | None = None,
        *,
        language: str = "en",
        updated: datetime | None = None,
        body: bytes | None = b"<p>body</p>",
        **capture: Any,
    ) -> int:
        """An accepted look; without `blocks` the server called the page unchanged."""
        document = None
        if blocks is not None:
            own = [("stamp", stamp(updated).text)] if updated else []
            document = Document(
                title=next((text for kind, text in blocks if kind == "title"), ""),
                language=language,
                blocks=tuple(Block(kind=kind, text=text) for kind, text in (*blocks, *own)),
                updated=stamp(updated) if updated else None,
                version="fiction/1",
            )
            body = body and "\n".join(text for _, text in blocks).encode("utf-8", "surrogatepass")
        interpretation = Interpretation(
            verdict=Verdict(version="fiction/1"), document=document, same=None if document else "not_modified"
        )
        return self._record(
            slug, interpretation, body if document else None, status=200 if document else 304, **capture
        )

    def miss(
        self, slug: str, outcome: Outcome, reason: str, *, facts: tuple[tuple[str, str], ...] = (), **capture: Any
    ) -> int:
        """A look that did not show the page."""
        verdict = Verdict(outcome=outcome, reason=reason, facts=facts, version="fiction/1")
        body = capture.pop("body", b"<h1>Checking your browser</h1>" if outcome == Outcome.HELD else None)
        status = capture.pop("status", 200 if outcome == Outcome.HELD else None)
        return self._record(slug, Interpretation(verdict=verdict), body, status=status, **capture)

    def _record(self, slug: str, interpretation: Interpretation, body: bytes | None, **capture: Any) -> int:
        state = self.archive.page_state(slug)
        look = Capture(
            **{
                "url": state.url,
                "final_url": state.url,
                "observed_at": self.at,
                "duration_us": 142_000,
                "http_version": "HTTP/1.1",
                "status_reason": "OK",
                "headers": (("Content-Type", "text/html; charset=utf-8"), ("Server", "fiction")),
                "body": body,
                "wire_bytes": len(body or b""),
                "peer": "127.0.0.1:80",
                **capture,
            }
        )
        self.at += self.every
        return self.archive.record(state, look, interpretation).seq


TITLE = ("title", "On settlement in the Straits of Meridia")
FIRST = ("paragraph", "The Ministry of External Affairs of Norland has followed the talks in Port Sable since 1997.")
TALKS = ("paragraph", "All 27 parties must take part in the talks. They shall report to the Council every six months.")
SHOULD = (
    "paragraph",
    "All 27 parties should take part in the talks. They shall report to the Council every twelve months.",
)
HEAD = ("heading", "Principles")
ITEMS = [
    ("list_item", "Respect for the borders of 12 March 1978."),
    ("list_item", "Free passage for ships of every flag."),
    ("list_item", "No use of force, and no threat of it."),
]
CALM = [
    ("paragraph", f"Norland takes note of protocol {n} of the Sable accords, which stays in force.")
    for n in range(1, 8)
]
AID = ("paragraph", "Norland has given 4 million crowns in aid. It does not recognise the election of 2030.")
AID_SILENT = ("paragraph", "Norland has given 4 million crowns in aid. It recognises the election of 2030.")
TABLE = [("table_row", "2029 | 12 ships | 3 ports"), ("table_row", "2030 | 15 ships | 4 ports")]

ARABIC_TITLE = ("title", "بشأن التسوية في مضائق ميريديا")
ARABIC = [
    ARABIC_TITLE,
    (
        "paragraph",
        "تتابع وزارة الشؤون الخارجية في نورلاند المحادثات في ميناء سابل منذ عام 1997. يجب على الأطراف الـ 27 المشاركة في المحادثات.",
    ),
    ("heading", "المبادئ"),
    ("list_item", "احترام حدود 12 مارس 1978."),
    ("list_item", "حرية المرور للسفن من كل علم (Sable accords, Article 4)."),
]
ARABIC_LATER = [
    ARABIC_TITLE,
    (
        "paragraph",
        "تتابع وزارة الشؤون الخارجية في نورلاند المحادثات في ميناء سابل منذ عام 1998. ينبغي على الأطراف الـ 28 المشاركة في المحادثات.",
    ),
    ("heading", "المبادئ"),
    ("list_item", "حرية المرور للسفن من كل علم (Sable accords, Article 4)."),
    ("paragraph", "ستقدم الوزارة تقريرا كل ستة أشهر."),
]
RUSSIAN = [
    ("title", "Об урегулировании в проливах Меридии"),
    (
        "paragraph",
        "Министерство внешних дел Норландии следит за переговорами в Порт-Сейбле с 1997 года. Все 27 сторон должны участвовать.",
    ),
]

SITE = "http://mea.norland.example"


def tell_the_story(keeper: Keeper) -> dict[str, int]:
    """Twenty-odd days of three pages: rewording, moves, a silent edit, a challenge page, an outage, a revert."""
    seqs: dict[str, int] = {}
    keeper.add(
        PageSettings(
            slug="straits", url=f"{SITE}/en/straits?view=full", language="en", statement="straits", tags=("mea",)
        ),
        PageSettings(slug="straits-ar", url=f"{SITE}/ar/straits", language="ar", statement="straits"),
        PageSettings(slug="straits-ru", url=f"{SITE}/ru/straits", language="ru", statement="straits"),
    )
    may1, may4 = datetime(2031, 5, 1, tzinfo=UTC), datetime(2031, 5, 4, tzinfo=UTC)
    first = [TITLE, FIRST, TALKS, HEAD, *ITEMS, *CALM, *TABLE, AID]
    second = [TITLE, FIRST, SHOULD, HEAD, *ITEMS, *CALM, *TABLE, AID]
    moved = [TITLE, SHOULD, HEAD, *ITEMS, FIRST, *CALM, *TABLE, AID]
    silent = [*moved[:-1], AID_SILENT]
    seqs["first"] = keeper.look("straits", first, updated=may1)
    keeper.look("straits-ar", ARABIC, language="ar")
    for _ in range(6):
        seqs["confirmed"] = keeper.look("straits")
        keeper.look("straits", first, updated=may1)
    keeper.look("straits", second, updated=may4)
    for _ in range(3):
        keeper.look("straits")
    for _ in range(5):
        seqs["held"] = keeper.miss(
            "straits",
            Outcome.HELD,
            "challenge",
            facts=(("says", "Checking your browser before you go on"), ("words", "5")),
        )
    keeper.look("straits", moved, updated=may4)
    for _ in range(4):
        keeper.look("straits", moved, updated=may4)
    seqs["silent"] = keeper.look("straits", silent, updated=may4)
    keeper.look("straits-ar", ARABIC_LATER, language="ar")
    for _ in range(3):
        seqs["failed"] = keeper.miss(
            "straits", Outcome.FAILED, "timeout", end="time", failure=("timeout", "no answer in 30 s")
        )
    seqs["gone"] = keeper.miss("straits", Outcome.GONE, "http_404", status=404, body=b"not here")
    keeper.look("straits", moved, updated=may4)
    keeper.look("straits")
    for _ in range(3):
        keeper.miss("straits-ru", Outcome.FAILED, "connection", failure=("connection", "refused"))
    return seqs


@dataclass
class Site:
    """Datasette over an archive, asked as a browser would."""

    datasette: Any
    seqs: dict[str, int]
    path: Path
    root: str = ""

    def get(self, path: str, **keys: Any) -> Any:
        return asyncio.run(self.datasette.client.get(path, **keys))

    def html(self, path: str) -> str:
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code, response.text[:2000])
        return str(response.text)


def make_site(home: Path, story: Callable[[Keeper], dict[str, int]], **keys: Any) -> Site:
    from scraper.serve_site import make_datasette

    home.mkdir(exist_ok=True)
    with Archive.open(home, holder="test") as archive:
        seqs = story(Keeper(archive)) or {}
        path = archive.path
    return Site(datasette=make_datasette(path, **keys), seqs=seqs, path=path)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("story") / "home", tell_the_story)


@pytest.fixture
def site_of(tmp_path: Path) -> Callable[..., Site]:
    made = 0

    def of(story: Callable[[Keeper], Any] = lambda keeper: {}, **keys: Any) -> Site:
        nonlocal made
        made += 1
        return make_site(tmp_path / f"home {made} #?%", story, **keys)

    return of


@pytest.fixture(scope="session")
def make() -> Callable[..., Site]:
    return make_site


@pytest.fixture(scope="module")
def served(site: Any) -> Iterator[Callable[[str], str]]:
    """Makes an address of a path."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(site.datasette.app(), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield lambda path: f"http://127.0.0.1:{sock.getsockname()[1]}{path.format(**site.seqs)}"
        server.should_exit = True
        thread.join()


HEBREW = str.maketrans({chr(base + n): "אבגדהוזחטיכלמנסעפצקרשת"[n % 22] for base in (65, 97) for n in range(26)})


def hebrew(english: str) -> str:
    """Every letter of a text as some Hebrew one; places and the link stay."""
    pieces = re.split(r"(\{\w+\})", english.partition("|")[0])
    return "".join(piece if piece.startswith("{") else piece.translate(HEBREW) for piece in pieces)


class Pseudo(Mapping[str, Any]):
    """Any text in made-up Hebrew."""

    def __init__(self, of: Callable[[str], Any]) -> None:
        self._of = of

    def __getitem__(self, english: str) -> Any:
        return self._of(english)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


PSEUDO = Catalogue(
    code="he", name="עברית", direction="rtl",
    months=tuple("אבגדהוזחטיכל"), months_alone=tuple("אבגדהוזחטיכל"), days=tuple("אבגדהוז"), days_short=tuple("אבגדהוז"),
    texts=Pseudo(hebrew), plurals=Pseudo(lambda one: {"one": hebrew(one), "other": hebrew(one)}),
)  # fmt: skip


@pytest.fixture
def pseudo() -> Catalogue:
    """A language from right to left that nobody speaks, whole: what stays in English shows."""
    return PSEUDO
