"""Read queries over the fictional archive, as the command line uses them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.errors import HomeUnusable, NoPage, NotInArchive, NotOurDatabase
from archive.model import Outcome
from archive.pages import PageSettings
from archive.reading import (
    NoChange,
    NoObservation,
    NoRevision,
    NoRevisionAt,
    gaps,
    open_reader,
    overview,
    readings,
    totals,
)


def test_reading_writes_nothing(site: Any) -> None:
    with open_reader(site.path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.conn.execute("DELETE FROM pages")


def test_pages_come_by_slug_with_where_they_stand(site: Any) -> None:
    with open_reader(site.path) as reader:
        rows = [page.as_json() for page in reader.pages()]
    assert [(row["slug"], row["revisions"], row["outcome"]) for row in rows] == [
        ("straits", 5, "unchanged"),
        ("straits-ar", 2, "changed"),
        ("straits-ru", 0, "failed"),
    ]
    assert rows[0]["last_confirmed"] == "2031-05-10T00:00:00Z"
    assert rows[2]["title"] is None


def test_coverage_is_the_share_of_looks_that_showed_the_page(site: Any) -> None:
    with open_reader(site.path) as reader:
        shares = {row["page"]: row["coverage"] for row in (page.as_status_json() for page in reader.status())}
    assert shares == {"straits": round(25 / 34, 4), "straits-ar": 1.0, "straits-ru": 0.0}


def test_history_gives_every_revision_oldest_first_with_its_bounds(site: Any) -> None:
    with open_reader(site.path) as reader:
        rows = [row.as_json() for row in reader.history("straits")]
    assert [(row["number"], row["not_before"], row["not_after"]) for row in rows] == [
        (1, None, "2031-05-01T06:00:00Z"),
        (2, "2031-05-04T12:00:00Z", "2031-05-04T18:00:00Z"),
        (3, "2031-05-04T18:00:00Z", "2031-05-07T00:00:00Z"),
        (4, "2031-05-08T00:00:00Z", "2031-05-08T06:00:00Z"),
        (5, "2031-05-08T06:00:00Z", "2031-05-09T18:00:00Z"),
    ]
    assert rows[0]["kinds"] is None
    assert rows[3]["silent"] is True
    assert rows[2]["kinds"] == ["moved"]


def test_a_revision_is_found_by_number_or_by_time(site: Any) -> None:
    with open_reader(site.path) as reader:
        assert reader.revision("straits").number == 5
        assert reader.revision_at("straits", datetime(2031, 5, 4, 17, 59, tzinfo=UTC)).number == 1
        assert reader.revision_at("straits", datetime(2031, 5, 4, 18, 0, tzinfo=UTC)).number == 2
        assert reader.revision("straits", 2).blocks[3] == ("heading", "Principles")


def test_a_diff_of_neighbours_is_the_stored_change(site: Any) -> None:
    with open_reader(site.path) as reader:
        diff = reader.diff("straits", 1, 2).as_json()
        (stored,) = [change for change in reader.changes("straits") if change.to_number == 2]
    assert (diff["not_before"], diff["not_after"]) == (stored.not_before, stored.not_after)
    assert diff["kinds"] == list(stored.kinds)
    assert "".join(diff["new_text"][op["new"][0] : op["new"][1]] for op in diff["ops"]) == diff["new_text"]


def test_a_diff_names_the_last_change_unless_told_otherwise(site: Any) -> None:
    with open_reader(site.path) as reader:
        assert [(diff.old.number, diff.new.number) for diff in (reader.diff("straits"), reader.diff("straits", 2))] == [
            (4, 5),
            (2, 5),
        ]


def test_a_diff_over_several_changes_is_silent_only_if_its_stamps_say_so(site: Any) -> None:
    with open_reader(site.path) as reader:
        assert reader.diff("straits", 3, 5).silent is False  # a revert: nothing differs
        assert reader.diff("straits", 1, 4).silent is False  # the stamp moved with it
        assert reader.diff("straits", 2, 4).silent is None  # revision 2 was last seen in full on the day that it names


def test_changes_come_newest_first_and_page_by_key(site: Any) -> None:
    with open_reader(site.path) as reader:
        whole = [change.id for change in reader.changes()]
        paged: list[int] = []
        while page := reader.changes(before=paged[-1] if paged else None, limit=2):
            paged += [change.id for change in page]
        assert [change.not_after for change in reader.changes()] == sorted(
            (change.not_after for change in reader.changes()), reverse=True
        )
    assert paged == whole
    assert len(whole) == 5


def test_observations_page_by_key_in_the_order_of_the_history(site: Any) -> None:
    with open_reader(site.path) as reader:
        whole = [look.seq for look in reader.observations("straits", limit=1000)]
        paged: list[int] = []
        while page := reader.observations("straits", before=paged[-1] if paged else None, limit=7):
            paged += [look.seq for look in page]
        held = reader.observations("straits", outcomes=("held", "gone"))
    assert paged == whole == sorted(whole, reverse=True)
    assert [look.outcome for look in held] == ["gone", *["held"] * 5]


def test_gaps_are_runs_of_looks_that_did_not_show_the_page(site: Any) -> None:
    with open_reader(site.path) as reader:
        newest, oldest = gaps(reader, reader.page("straits"))
        (open_gap,) = gaps(reader, reader.page("straits-ru"))
    assert (oldest.looks, oldest.first_at, oldest.until) == (5, "2031-05-05T18:00:00Z", "2031-05-07T00:00:00Z")
    assert newest.reasons == (("failed", "timeout", 3), ("gone", "http_404", 1))
    assert (open_gap.until, open_gap.whole) == (None, True)


def test_a_gap_longer_than_what_is_read_says_so(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="down", url="http://a.example/"))
        keeper.look("down", [("title", "Up")])
        for _ in range(110):
            keeper.miss("down", Outcome.FAILED, "timeout")
        keeper.look("down", [("title", "Up")])
        keeper.miss("down", Outcome.FAILED, "timeout")

    with open_reader(site_of(story).path) as reader:
        newest, oldest = gaps(reader, reader.page("down"))
    assert (newest.looks, newest.whole) == (1, True)
    assert (oldest.looks, oldest.whole) == (99, False)


@pytest.mark.parametrize(
    ("ask", "error", "sentence"),
    [
        (lambda reader: reader.page("strait"), NoPage, "No page strait in this archive. Did you mean straits?"),
        (lambda reader: reader.history("x"), NoPage, "No page x in this archive. List them with: variorum pages"),
        (lambda reader: reader.revision("straits", 9), NoRevision, "No revision 9 of straits in this archive. It has 1 to 5. List them with: variorum history straits"),
        (lambda reader: reader.revision("straits", 0), NoRevision, "No revision 0 of straits in this archive. It has 1 to 5. List them with: variorum history straits"),
        (lambda reader: reader.revision("straits-ru"), NoRevision, "No revision of straits-ru in this archive yet. See why with: variorum status"),
        (lambda reader: reader.diff("straits", 1, 10**30), NoRevision, "It has 1 to 5."),
        (lambda reader: reader.revision_at("straits", datetime(2030, 1, 1, tzinfo=UTC)), NoRevisionAt, "It was first seen at 2031-05-01T06:00:00Z."),
        (lambda reader: reader.observation(10**30), NoObservation, "No observation 1"),
        (lambda reader: reader.entry(-1), NoObservation, "No observation -1"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_one_sentence(
    site: Any, ask: Callable[[Any], Any], error: type[NotInArchive], sentence: str
) -> None:
    with open_reader(site.path) as reader, pytest.raises(error) as raised:
        ask(reader)
    assert sentence in str(raised.value)
    assert raised.value.exit_code == 4


def test_the_first_revision_has_no_change_before_it(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="one", url="http://a.example/"))
        keeper.look("one", [("title", "One")])

    with open_reader(site_of(story).path) as reader, pytest.raises(NoChange):
        reader.diff("one")


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HomeUnusable, match="is not there"), open_reader(tmp_path / "none.db"):
        pass
    (tmp_path / "text.db").write_text("not a database at all, only some words in a file " * 20)
    with pytest.raises(NotOurDatabase), open_reader(tmp_path / "text.db"):
        pass
    assert not (tmp_path / "none.db").exists()


def test_a_page_read_again_shows_its_current_reading_alone(site_of: Callable[..., Any]) -> None:
    from archive.derive import comparison_with
    from archive.model import Block, Capture, Document, Interpretation, Rules, Verdict

    def again(look: Any, capture: Capture, rules: Rules, memory: str, latest: Any) -> Any:
        text = (capture.body or b"").decode()
        document = Document(title="", language="en", blocks=(Block(kind="paragraph", text=text),))
        found = Interpretation(verdict=Verdict(version="2"), document=document)
        return found, comparison_with(latest, found)

    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="page", url="http://a.example/"))
        for text in ("One.", "Two.", "Three."):
            keeper.look("page", [("title", text)])
        keeper.archive.read_again(
            keeper.archive.page_state("page"), Rules(), again, cause="settings", version="2", at=keeper.at
        )

    site = site_of(story)
    with open_reader(site.path) as reader:
        assert reader.page("page").reading == 2
        assert len(reader.history("page")) == 3
        assert len(reader.changes()) == 2
        assert reader.observations("page")[0].revision == 3
        assert [(row.number, row.is_current, row.revisions) for row in readings(reader, reader.page("page"))] == [
            (2, True, 3),
            (1, False, 3),
        ]
    assert "Reading 1: 3 revisions" in " ".join(site.html("/page/page").replace("</a>", "").split())
    assert "This is an earlier reading of the evidence" in site.html("/page/page/reading/1/3")
    assert "This is an earlier reading" not in site.html("/page/page/reading/2/3")
    assert site.get("/page/page/reading/1/2.json").json()["reading"] == 1
    assert [site.get(f"/page/page/reading/{path}").status_code for path in ("3/1", "1/4", "1/0")] == [404, 404, 404]


COUNTED = """
SELECT (SELECT count(*) FROM pages) AS pages, (SELECT count(*) FROM pages WHERE watched) AS watched,
    (SELECT count(*) FROM observations) AS looks, (SELECT count(*) FROM changes c JOIN revisions v ON v.id = c.to_revision_id
        JOIN readings r ON r.id = v.reading_id AND r.is_current) AS changes
"""


def test_the_totals_that_are_kept_are_those_that_are_counted(site_of: Callable[..., Any]) -> None:
    """Through changes, a page that is no longer watched and comes back, and looks that showed nothing."""

    def story(keeper: Any) -> None:
        one, two = (PageSettings(slug=slug, url=f"http://a.example/{slug}") for slug in ("one", "two"))
        keeper.add(one, two)
        for text in ("It stands.", "It stood.", "It stands again."):
            keeper.look("one", [("paragraph", text)])
        keeper.look("two", [("paragraph", "Nothing new.")])
        keeper.add(one)
        keeper.miss("one", Outcome.FAILED, "timeout")
        keeper.add(one, two)
        keeper.add(two)

    made = site_of(story)
    with open_reader(made.path) as reader:
        kept = totals(reader).as_json()
        counted = reader.row(COUNTED)
    assert counted is not None
    assert {name: kept[name] for name in counted.keys()} == dict(counted)  # noqa: SIM118 - a Row iterates over values
    assert (kept["pages"], kept["watched"], kept["changes"]) == (2, 1, 2)


def test_a_sharp_s_is_found_by_two_of_them(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="weg", url="http://a.example/", statement="Straße", tags=("Große Lage",)))

    queries = ("strasse", "STRASS", "grosse", "straße", "rasen")
    with open_reader(site_of(story).path) as reader:
        found = {query: overview(reader, query=query).found for query in queries}
    assert found == {"strasse": 1, "STRASS": 1, "grosse": 1, "straße": 1, "rasen": 0}
