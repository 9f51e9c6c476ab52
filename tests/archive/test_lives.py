"""The lives of passages as the archive keeps them, held against the same lives followed in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.diff.lifetimes import Lifetimes
from archive.model import Block, Capture, Document, Interpretation, Outcome, Verdict, utc_text
from archive.pages import PageSettings
from archive.reading import Reader, lifetimes, when
from archive.store import Archive

NOON = datetime(2014, 5, 9, 12, tzinfo=UTC)
SENTENCES = [
    "The Ministry supports the river talks.",
    "Both banks shall share the water of the Orrin in equal parts.",
    "Both banks should share the water of the Orrin in equal parts.",
    "No village may be moved without the consent of those who live in it.",
    "The talks are held in the old customs house at Lindholm.",
]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path, holder="test") as archive:
        yield archive


def seen(sentences: Sequence[str]) -> Interpretation:
    blocks = (Block(kind="title", text="River talks"), *(Block(kind="paragraph", text=text) for text in sentences))
    return Interpretation(verdict=Verdict(), document=Document(title="River talks", language="en", blocks=blocks))


HELD = Interpretation(verdict=Verdict(outcome=Outcome.HELD, reason="challenge"))


def record(archive: Archive, slug: str, looks: Sequence[tuple[int, Interpretation]]) -> None:
    archive.sync_pages([PageSettings(slug=slug, url="https://ministry.example/")], version="x/1", at=NOON)
    for hours, interpretation in looks:
        at = NOON + timedelta(hours=hours)
        capture = Capture(url="u", final_url="u", observed_at=at, duration_us=1, body=b"%d" % hours, status=200)
        archive.record(archive.page_state(slug), capture, interpretation)


def lives(archive: Archive, slug: str) -> dict[str, dict[str, object]]:
    reader = Reader(archive.conn)
    return {row["text"]: row for row in lifetimes(reader, reader.page(slug))}


def at(hours: int) -> str:
    return utc_text(NOON + timedelta(hours=hours))


def test_a_passage_that_stood_from_the_first_look_has_no_lower_bound_and_no_end(archive: Archive) -> None:
    record(archive, "talks", [(0, seen(SENTENCES[:1])), (3, seen(SENTENCES[:1]))])
    life = lives(archive, "talks")[SENTENCES[0]]
    assert life["present"] is True
    assert life["spells"] == [
        {
            "first_revision": 1,
            "last_revision": None,
            "begin": {"not_before": None, "not_after": at(0)},
            "end": None,
            "looks": 2,
            "longest_gap_s": 3 * 3600,
        }
    ]


def test_a_passage_that_went_and_came_back_has_two_spells_with_bounds_at_both_ends(archive: Archive) -> None:
    with_it, without = seen(SENTENCES[:2]), seen(SENTENCES[:1])
    record(archive, "talks", [(0, with_it), (1, with_it), (2, without), (5, without), (6, with_it)])
    first, second = lives(archive, "talks")[SENTENCES[1]]["spells"]  # type: ignore[misc]
    assert first["begin"] == {"not_before": None, "not_after": at(0)}
    assert first["end"] == {"not_before": at(1), "not_after": at(2)}
    assert (first["looks"], first["longest_gap_s"]) == (2, 3600)
    assert (first["first_revision"], first["last_revision"]) == (1, 1)
    assert second["begin"] == {"not_before": at(5), "not_after": at(6)}
    assert (second["first_revision"], second["last_revision"], second["end"]) == (3, None, None)
    assert (second["looks"], second["longest_gap_s"]) == (1, 0)


def test_a_held_look_ends_nothing_and_widens_the_bounds(archive: Archive) -> None:
    record(archive, "talks", [(0, seen(SENTENCES[:2])), (4, HELD), (9, seen(SENTENCES[:1]))])
    (spell,) = lives(archive, "talks")[SENTENCES[1]]["spells"]  # type: ignore[misc]
    assert spell["end"] == {"not_before": at(0), "not_after": at(9)}


def test_a_reworded_passage_names_the_one_it_was_made_from(archive: Archive) -> None:
    record(archive, "talks", [(0, seen([SENTENCES[1]])), (1, seen([SENTENCES[2]]))])
    assert lives(archive, "talks")[SENTENCES[2]]["ancestor"] == SENTENCES[1]


def test_a_lost_passage_that_comes_back_reworded_is_known_as_its_ancestor(archive: Archive) -> None:
    record(
        archive, "talks", [(0, seen(SENTENCES[:2])), (1, seen(SENTENCES[:1])), (2, seen([SENTENCES[0], SENTENCES[2]]))]
    )
    assert lives(archive, "talks")[SENTENCES[2]]["ancestor"] == SENTENCES[1]


def test_a_moved_passage_keeps_its_life(archive: Archive) -> None:
    record(archive, "talks", [(0, seen(SENTENCES[:4])), (1, seen([*SENTENCES[1:4], SENTENCES[0]]))])
    assert len(lives(archive, "talks")[SENTENCES[0]]["spells"]) == 1  # type: ignore[arg-type]


def test_a_phrase_is_dated_across_passages_whatever_its_case_and_marks(archive: Archive) -> None:
    record(archive, "talks", [(0, seen(SENTENCES[:1])), (1, seen(SENTENCES[:2])), (5, seen(SENTENCES[:1]))])
    reader = Reader(archive.conn)
    (found,) = when(reader, "RIVER TÁLKS. both banks", [reader.page("talks")])
    assert found["present"] is False
    assert found["spells"] == [
        {
            "first_revision": 2,
            "last_revision": 2,
            "begin": {"not_before": at(0), "not_after": at(1)},
            "end": {"not_before": at(1), "not_after": at(5)},
            "looks": 1,
            "longest_gap_s": 0,
        }
    ]


@given(st.lists(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4, unique=True), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_tell_the_same_lives_as_following_them_in_memory(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]]
) -> None:
    followed: Lifetimes[str] = Lifetimes()
    shown = None
    for hours, sentences in enumerate(texts):
        if sentences == shown:
            followed.seen(at(hours), 3600)
        else:
            kinds = ["title", *["paragraph"] * len(sentences)]
            followed.changed("\n\n".join(["River talks", *sentences]), at(hours), 3600 if hours else 0, kinds)
        shown = sentences
    with Archive.open(tmp_path_factory.mktemp("home"), holder="test") as archive:
        record(archive, "talks", [(hours, seen(sentences)) for hours, sentences in enumerate(texts)])
        kept = lives(archive, "talks")
    assert set(kept) == {life.passage.text for life in followed.lives()}
    for life in followed.lives():
        row = kept[life.passage.text]
        assert row["present"] is life.present
        assert [(spell["begin"]["not_after"], spell["looks"], spell["longest_gap_s"]) for spell in row["spells"]] == [  # type: ignore[attr-defined]
            (spell.begin_not_after, spell.looks, spell.longest_gap_s) for spell in life.spells
        ]
        ends = [spell["end"] and spell["end"]["not_after"] for spell in row["spells"]]  # type: ignore[attr-defined]
        assert ends == [spell.end_not_after for spell in life.spells]
