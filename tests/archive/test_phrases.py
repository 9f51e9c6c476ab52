"""When a phrase stood on a page, held against the texts of all its revisions; and that it is told without reading them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from archive.model import Block, Capture, Document, Interpretation, Verdict
from archive.pages import PageSettings
from archive.reading import Reader, when
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
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
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


def blocks_of(path: Path) -> Blocks:
    import gzip

    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    tree = lxml_html.fromstring(body.decode("utf-8", "replace").encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    kinds = {"p": "paragraph", "li": "list_item", "h1": "heading", "h2": "heading", "td": "table_row"}
    found = [(kinds[node.tag], " ".join(node.text_content().split())) for node in tree.iter(*kinds)]
    return [block for block in found if block[1]][:150]
