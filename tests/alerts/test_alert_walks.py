"""Pages that walk at random between texts and troubles: who reads the alerts knows in the end what stands on the page."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from archive.alerting.rules import Rule
from archive.model import Outcome
from archive.pages import PageSettings

NOON = datetime(2014, 5, 9, 12, tzinfo=UTC)
RULE = Rule(
    name="all",
    on=("changed", "held", "gone", "failing", "recovered"),
    targets=("env:A",),
    confirm_s=600.0,
)
TEXTS = ("All parties must pay.", "All parties should pay.", "All parties may pay or wait.")
ILL = [(Outcome.HELD, "challenge"), (Outcome.GONE, "http_404"), (Outcome.FAILED, "timeout")]
WALKS = range(20, 36)  # seeds
LOOKS = 16


class Reader:
    """Who is told of one page, in the order in which it is told."""

    def __init__(self, watched: Any, slug: str) -> None:
        self._watched, self._slug = watched, slug
        self._heard: set[int] = set()
        self.changes: list[tuple[str, str]] = []  # digests of the earlier and the later text
        self.troubles: list[str] = []

    def listen(self) -> None:
        rows = self._watched.archive.conn.execute(
            "SELECT a.id, a.event, a.texts FROM alerts a JOIN pages p ON p.id = a.page_id JOIN deliveries d ON d.alert_id = a.id"
            " WHERE p.slug = ? ORDER BY a.id",
            (self._slug,),
        ).fetchall()
        for alert_id, event, texts in rows:
            if alert_id in self._heard:
                continue
            self._heard.add(alert_id)
            if event == "changed":
                old, new = texts.split(" ")
                self.changes.append((old, new))
            else:
                self.troubles.append(event)


def walk(watched: Any, slug: str, reader: Reader, chance: random.Random) -> str:
    """Looks at texts and troubles at uneven times, and then at one text for two days; returns that text."""
    minutes, text = 0.0, TEXTS[0]
    watched.see(slug, minutes, text)
    for _ in range(LOOKS):
        minutes += chance.choice((1, 11, 12, 40, 360, 1_500))
        if chance.random() < 0.25:
            watched.ill(slug, minutes, *chance.choice(ILL))
        else:
            text = chance.choice((text, chance.choice(TEXTS)))
            watched.see(slug, minutes, text)
        reader.listen()
    for _ in range(24):
        minutes += 120
        watched.see(slug, minutes, text)
        reader.listen()
    return text


def digest_of(watched: Any, slug: str, text: str) -> str:
    rows = watched.archive.conn.execute(
        "SELECT v.text, v.text_sha256 FROM revisions v JOIN pages p ON p.id = v.page_id WHERE p.slug = ?", (slug,)
    )
    return next(str(digest) for stored, digest in rows if text in stored)


def test_what_was_told_leads_to_what_stands_on_the_page(watched: Any) -> None:
    slugs = [f"walk-{number}" for number in WALKS]
    pages = [PageSettings(slug=slug, url=f"https://ministry.example/{slug}") for slug in slugs]
    watched.archive.sync_pages(pages, version="x/1", at=NOON)
    watched.rules = (RULE,)
    for number, slug in zip(WALKS, slugs, strict=True):
        reader = Reader(watched, slug)
        final = walk(watched, slug, reader, random.Random(number))
        known = reader.changes[-1][1] if reader.changes else digest_of(watched, slug, TEXTS[0])
        assert known == digest_of(watched, slug, final), f"the reader of walk {number} was left with another text"
        assert all(old != new for old, new in reader.changes)
        assert not reader.troubles or reader.troubles[-1] == "recovered", f"walk {number} ends in trouble"
    assert "waiting" not in watched.alerts("state")
