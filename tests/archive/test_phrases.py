"""When a phrase stood on a page, held against the texts of all its revisions; and that it is told without reading them."""

from __future__ import annotations

import gzip
import random
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from archive.model import Block, Capture, Document, Interpretation, Verdict
from archive.pages import PageSettings
from archive.reading import Reader, holders, when
from archive.reading.holders import Holders
from archive.reading.phrases import Phrase
from archive.store import Archive
from archive.text import fold, holds_phrase

CORPORA = Path(__file__).resolve().parents[2] / "../shared/corpora"
NOON = datetime(2014, 5, 9, 12, tzinfo=UTC)
PIECES = [
    *("The river talks", "talks. They shall go on", "They shall", "River", "go on.", "on No. 4", "«Road", "road map»", "—", "-", "1."),
    *("和平。谈判", "谈判", "和平谈判。", "「和平。」", "3月14日", "BRICS会议", "会", "会议ー", "ひらがなの", "カタカナ。と", "東京"),
    *("वार्ता जारी है।", "वार्ता", "है। ता", "การเจรจาดำเนินต่อไป", "ต่อไป", "État", "e\u0301tat", "ЁЛКА", "елка стоит.", "Ａ１"),
    *("`plain'", "’plain’", "\u200b", "\u00b4", "x\u00a0y", "talks", "(talks)", "talks?!", "_talks_", "…"),
]  # fmt: skip
KINDS = ("paragraph", "heading", "list_item")
Blocks = list[tuple[str, str]]


def record(archive: Archive, slug: str, texts: Sequence[Blocks]) -> None:
    archive.sync_pages([PageSettings(slug=slug, url=f"https://{slug}.example/")], version="x/1", at=NOON)
    for hours, blocks in enumerate(texts):
        document = Document(
            title="", language="", blocks=tuple(Block(kind=kind, text=text) for kind, text in blocks), version="x/1"
        )
        at = NOON + timedelta(hours=hours + hours % 3)
        capture = Capture(url="u", final_url="u", observed_at=at, duration_us=1, body=b"%d" % hours, status=200)
        archive.record(archive.page_state(slug), capture, Interpretation(verdict=Verdict(), document=document))


def spells_by_texts(archive: Archive, slug: str, phrase: str) -> list[dict[str, Any]]:
    """The spells in which a page said a phrase, from the texts of all its revisions."""
    rows = archive.conn.execute(
        "SELECT v.number, v.text, v.first_observed, v.last_observed, v.looks, v.longest_gap_s, coalesce(v.gap_before_s, 0)"
        " FROM revisions v JOIN pages p ON p.id = v.page_id WHERE p.slug = ? ORDER BY v.number",
        (slug,),
    ).fetchall()
    spells: list[dict[str, Any]] = []
    open_, before = False, None
    for number, text, first, last, looks, longest_gap_s, gap_before_s in rows:
        there = holds_phrase(fold(text), fold(phrase))
        if there and open_:
            spells[-1]["looks"] += looks
            spells[-1]["longest_gap_s"] = max(spells[-1]["longest_gap_s"], longest_gap_s, gap_before_s)
        elif there:
            begin = {"not_before": before, "not_after": first}
            spells.append(
                {"first_revision": number, "last_revision": None, "begin": begin, "end": None, "looks": looks}
                | {"longest_gap_s": longest_gap_s}
            )
        elif open_:
            spells[-1] |= {"last_revision": number - 1, "end": {"not_before": before, "not_after": first}}
        open_, before = there, last
    return spells


def differing(archive: Archive, slug: str, phrases: Sequence[str]) -> list[str]:
    """Those of these phrases of which something else is told than the texts do."""
    reader = Reader(archive.conn)
    page = reader.page(slug)
    wrong = []
    for phrase in phrases:
        told = when(reader, phrase, [page])
        if (told[0]["spells"] if told else []) != spells_by_texts(archive, slug, phrase):
            wrong.append(phrase)
    return wrong


def phrases_of(texts: Sequence[Blocks], chance: random.Random, count: int) -> list[str]:
    """Parts of these texts, from anywhere to anywhere, across blocks too."""
    found = []
    for _ in range(count):
        text = "\n\n".join(text for _, text in chance.choice(texts))
        at = chance.choice([0, *(word.start() for word in re.finditer(r"\S+", text)), chance.randrange(len(text))])
        found.append(text[at : at + chance.choice([1, 2, 3, 5, 8, 13, 25, 50])])
    return found


BLOCK = st.tuples(
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).flatmap(
        lambda pieces: st.sampled_from([" ".join(pieces), "".join(pieces)])
    ),
)
HISTORY = st.lists(st.lists(BLOCK, min_size=1, max_size=5), min_size=1, max_size=6)


@given(HISTORY, st.randoms(use_true_random=False))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_the_lives_of_passages_tell_of_a_phrase_what_the_texts_do(
    tmp_path_factory: pytest.TempPathFactory, texts: list[Blocks], chance: random.Random
) -> None:
    with Archive.open(tmp_path_factory.mktemp("home"), holder="test") as archive:
        record(archive, "talks", texts)
        phrases = phrases_of(texts, chance, 40) + chance.sample(PIECES, 8) + ["talks go", ". They", "。谈", "nothing"]
        assert differing(archive, "talks", phrases) == []


def test_of_real_pages_too(tmp_path: Path) -> None:
    pages = sorted(CORPORA.glob("pages/*/*/page.json"))[::7][:6]
    if not pages:
        pytest.skip("the shared corpora are not there")
    chance = random.Random(5)
    with Archive.open(tmp_path, holder="test") as archive:
        for number, page in enumerate(pages):
            files = sorted(path for path in page.parent.iterdir() if path.name != "page.json")[:10]
            texts = [blocks for path in files if (blocks := blocks_of(path))]
            if texts:
                record(archive, f"page-{number}", texts)
                assert differing(archive, f"page-{number}", phrases_of(texts, chance, 30)) == [], page


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path, holder="test") as archive:
        yield archive


LINES = [[("paragraph", f"The talks at Lindholm go on. Sitting {n} was short. 第{n}次和平谈判。")] for n in range(12)]


def columns_read(archive: Archive, act: Callable[[], object]) -> set[tuple[str, str]]:
    """(table, column) of all that an act reads."""
    read: set[tuple[str, str]] = set()

    def note(action: int, table: str | None, column: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_READ:
            read.add((str(table), str(column)))
        return sqlite3.SQLITE_OK

    archive.conn.set_authorizer(note)
    try:
        act()
    finally:
        archive.conn.set_authorizer(None)
    return read


@pytest.mark.parametrize("phrase", ["talks", "talks at Lindholm", "Sitting 3 was", "和平谈判", "和", "nothing of that"])
def test_a_phrase_inside_a_passage_is_told_without_reading_a_revision(archive: Archive, phrase: str) -> None:
    record(archive, "talks", LINES)
    reader = Reader(archive.conn)
    page = reader.page("talks")
    read = columns_read(archive, lambda: when(reader, phrase, [page]))
    assert ("passages", "text") in read or phrase.startswith("nothing")
    assert ("revisions", "text") not in read


def test_only_revisions_in_which_both_parts_stood_are_read(archive: Archive) -> None:
    record(archive, "talks", [[("paragraph", "They shall go on."), ("heading", f"Sitting {n}")] for n in range(9)])
    reader = Reader(archive.conn)
    asked = Phrase(reader, "go on. Sitting 4")
    (spell,) = asked.spells_on(reader.page("talks").id)
    assert (spell["first_revision"], spell["last_revision"]) == (5, 5)
    assert asked.read < 400


def test_what_is_read_for_a_phrase_on_a_page_does_not_grow_with_other_pages(archive: Archive) -> None:
    reader = Reader(archive.conn)
    record(archive, "talks", LINES)
    page_id = reader.page("talks").id

    def read() -> int:
        asked = Phrase(reader, "short")
        assert asked.spells_on(page_id)
        return asked.read

    alone = read()
    for number in range(5):
        record(archive, f"other-{number}", LINES)
    assert read() == alone


def test_pages_that_may_hold_a_phrase_come_in_their_order_each_once(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(archive.conn)
    for number in range(4):
        record(archive, f"page-{number}", LINES if number % 2 else [[("paragraph", "Nothing else.")]])
    held = [reader.page(f"page-{number}").id for number in (1, 3)]
    for frequent in (holders.FREQUENT, 1):
        monkeypatch.setattr(holders, "FREQUENT", frequent)
        for phrase in ("talks", "short. 第", "和平", "和"):
            asked = Holders(reader, fold(phrase))
            assert list(asked.pages()) == held, phrase
            assert list(asked.pages(held[0])) == held[1:], phrase


@pytest.mark.parametrize(
    "phrase", ["the talks " * 3000, "和平" * 3000, '"' * 3000, "a. " * 3000, "\ud800 talks", "", " "]
)
def test_no_phrase_is_too_long_or_too_odd(archive: Archive, phrase: str) -> None:
    record(archive, "talks", LINES[:2])
    reader = Reader(archive.conn)
    assert when(reader, phrase, reader.pages()) == []


def test_a_phrase_of_hundreds_of_words_across_passages_is_found(archive: Archive) -> None:
    sentences = [f"Sitting {n} of the talks at Lindholm was short." for n in range(60)]
    texts = [[("paragraph", " ".join(sentences[:size]))] for size in (60, 59, 60)]
    record(archive, "talks", texts)
    assert differing(archive, "talks", [" ".join(sentences), " ".join(sentences[:59]), " ".join(sentences[3:])]) == []
    reader = Reader(archive.conn)
    (told,) = when(reader, " ".join(sentences), reader.pages())
    assert [spell["first_revision"] for spell in told["spells"]] == [1, 3]


def blocks_of(path: Path) -> Blocks:
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    tree = lxml_html.fromstring(body.decode("utf-8", "replace").encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    kinds = {"p": "paragraph", "li": "list_item", "h1": "heading", "h2": "heading", "td": "table_row"}
    found = [(kinds[node.tag], " ".join(node.text_content().split())) for node in tree.iter(*kinds)]
    return [block for block in found if block[1]][:150]
