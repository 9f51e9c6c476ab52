"""A fictional ministry's page, and looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest

from archive.model import Capture, Hop, Interpretation, Rules
from scraper.interpret import interpret

PARAGRAPHS = (
    "The Ministry supports the peaceful settlement of the dispute over the Upper Valley and calls on all parties to return to talks.",
    "It condemns violence against civilians in all its forms and will continue to follow the situation closely.",
    "Applications for entry are received on working days between nine and eighteen hours at every consulate.",
    "The fee is 60 crowns, and half of that for children under twelve who travel with their parents.",
    "A decision is taken within fifteen days after the complete application has been received.",
)
STAMP = "Created at : 4.12.2013, 19:47, Updated at : 9.05.2014, 00:54"


def ministry_page(
    *,
    title: str = "Position on the Upper Valley",
    body: Iterable[str] = PARAGRAPHS,
    stamp: str = STAMP,
    language: str = "en",
    menu: str = "Home",
    after: str = "",
    site: str = "Ministry of Foreign Affairs of Valdonia",
    close: str = "</body></html>",
) -> bytes:
    """The page as its site would send it: header, menu, text, footer."""
    text = "\n".join(line if line.startswith("<") else f"<p>{line}</p>" for line in body)
    items = "".join(
        f'<li><a href="/{n}">{name}</a></li>' for n, name in enumerate((menu, "News", "Embassies", "Visas", "Contacts"))
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title} | {site}</title></head><body>'
        f'<header><a href="/">{site}</a><nav><ul>{items}</ul></nav></header>'
        f"<main><h1>{title}</h1>\n{text}\n<p>{stamp}</p></main>{after}"
        f"<footer><p>12 Old Bridge Street, Valdona</p><p>© 2014 {site}</p></footer>{close}"
    ).encode()


def capture_of(
    body: bytes | None, *, look: int = 0, status: int = 200, content_type: str = "text/html", **more: object
) -> Capture:
    """One look at the fictional page, an hour after the one before."""
    url = "http://mfa.example/en/position"
    given: dict[str, object] = {
        "url": url,
        "final_url": url,
        "observed_at": datetime(2014, 5, 9, tzinfo=UTC) + timedelta(hours=look),
        "duration_us": 1000,
        "status": status,
        "headers": (("Content-Type", content_type),),
        "body": body,
    }
    return Capture(**(given | more))  # type: ignore[arg-type]


def hop(status: int = 302) -> Hop:
    return Hop(url="http://mfa.example/en/position", status=status, reason="", headers=(), peer=None)


class History:
    """Looks at one page, one after another, as the archive would keep them."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.memory = ""
        self.text = ""
        self.looks = 0
        self.last: Interpretation | None = None

    def look(self, body: bytes | None, **more: object) -> str:
        """One look; "new", "unchanged", "changed", or outcome and reason."""
        seen = interpret(capture_of(body, look=self.looks, **more), self.rules, self.memory)  # type: ignore[arg-type]
        self.looks, self.memory, self.last = self.looks + 1, seen.memory, seen
        if not seen.verdict.accepted:
            assert seen.verdict.outcome is not None
            return f"{seen.verdict.outcome.value}:{seen.verdict.reason}"
        if seen.same or (seen.document is not None and seen.document.text == self.text):
            return "unchanged"
        assert seen.document is not None
        before, self.text = self.text, seen.document.text
        return "changed" if before else "new"


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def page() -> Callable[..., bytes]:
    return ministry_page


@pytest.fixture
def seen_page(history: History) -> History:
    """A history that knows the page from one look."""
    assert history.look(ministry_page()) == "new"
    return history


@pytest.fixture
def paragraphs() -> tuple[str, ...]:
    return PARAGRAPHS


@pytest.fixture
def capture() -> Callable[..., Capture]:
    return capture_of


@pytest.fixture(scope="module")
def new_history() -> type[History]:
    return History
