"""The pages as a reader meets them, over the fictional archive."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import html as lxml_html

from archive.model import Outcome
from archive.pages import PageSettings
from archive.site import views


def tree(page: str) -> Any:
    return lxml_html.fromstring(page)


def text_of(page: str) -> str:
    return " ".join(tree(page).text_content().split())


def test_the_overview_tells_every_page_with_its_last_change(site: Any) -> None:
    page = text_of(site.html("/"))
    assert "3 pages watched, 5 changes recorded in 39 looks." in page
    assert "On settlement in the Straits of Meridia" in page
    assert "بشأن التسوية في مضائق ميريديا" in page
    assert "between 4 May 2031, 18:00 and 7 May 2031, 00:00 UTC" in page


def test_the_overview_finds_pages_by_any_word_in_any_script(site: Any) -> None:
    found = site.get("/.json?q=مضائق").json()
    assert [page["slug"] for page in found["listed"]] == ["straits-ar"]
    assert found["found"] == 1
    assert "No page matches" in site.html("/?q=nowhere+at+all")


def test_the_overview_sorts_pages_in_trouble_first(site: Any) -> None:
    listed = site.get("/.json?sort=trouble").json()["listed"]
    assert listed[0]["slug"] == "straits-ru"


def test_a_timeline_tells_revisions_gaps_and_silent_edits(site: Any) -> None:
    page = text_of(site.html("/page/straits"))
    assert "Revision 5" in page
    assert "silent edit" in page
    assert "Not seen at 5 looks, 5 May 2031, 18:00 UTC to 6 May 2031, 18:00 UTC" in page
    assert "held (challenge) a block or challenge page in place of the page" in page
    assert "The page says it was updated 4 May 2031" in page


def test_the_timelines_graph_is_also_a_table(site: Any) -> None:
    page = tree(site.html("/page/straits"))
    assert len(page.xpath("//figure//svg")) == 1
    rows = [" ".join(row.text_content().split()) for row in page.xpath("//figure//tbody/tr")]
    assert len(rows) == 7
    assert rows[0].startswith("Revision 11 May 2031, 06:00 UTC")
    assert rows[2].startswith("Not seen (held (challenge)), 5 looks")


def test_gaps_are_drawn_where_looks_did_not_show_the_page(site: Any) -> None:
    page = tree(site.html("/page/straits"))
    held, failed = page.xpath("//rect[contains(@class, 'gap')]")
    assert "held" in held.get("class")
    assert "failed" in failed.get("class")
    assert float(held.get("width").rstrip("%")) == pytest.approx(100 * 30 / 210, abs=0.01)


def test_a_revision_reads_as_it_stood_with_bounds_at_both_ends(site: Any) -> None:
    page = site.html("/page/straits/2")
    assert (
        "Appeared on 4 May 2031 between 12:00 and 18:00 UTC. Gone between 4 May 2031, 18:00 and 7 May 2031, 00:00 UTC."
        in text_of(page)
    )
    assert [node.text_content() for node in tree(page).xpath("//article//h3")] == ["Principles"]
    assert len(tree(page).xpath("//article//li[contains(text(), 'borders')]")) == 1
    look = site.get("/page/straits/2.json").json()["observation"]
    assert f"/page/straits/at/{look}" in page


def test_the_last_revision_says_until_when_it_is_known_to_stand(site: Any) -> None:
    assert "Still so 10 May 2031, 00:00 UTC." in text_of(site.html("/page/straits/5"))


def test_a_comparison_marks_changes_by_more_than_colour(site: Any) -> None:
    page = tree(site.html("/page/straits/1..2"))
    assert [node.text_content() for node in page.xpath("//div[@class='redline']//del")] == [
        "[deleted: must]",
        "[deleted: six]",
        "[deleted: 01.05.2031]",
    ]
    assert [node.text_content() for node in page.xpath("//div[@class='redline']//ins")] == [
        "[inserted: should]",
        "[inserted: twelve]",
        "[inserted: 04.05.2031]",
    ]


def test_a_comparison_says_when_between_what_and_whether_silently(site: Any) -> None:
    page = text_of(site.html("/page/straits/3..4"))
    assert "Changed on 8 May 2031 between 00:00 and 06:00 UTC." in page
    assert "A silent edit: the wording changed, yet both texts say they were updated 4 May 2031" in page


def test_revisions_far_apart_can_be_compared_and_read_side_by_side(site: Any) -> None:
    page = tree(site.html("/page/straits/1..4?view=side"))
    pairs = page.xpath("//div[contains(@class, 'pair') and contains(@class, 'changed')]")
    assert "must" in pairs[1].xpath(".//div[contains(@class, 'old')]")[0].text_content()
    assert "must" not in pairs[1].xpath(".//div[contains(@class, 'new')]")[0].text_content()


def test_a_comparison_is_bounded_in_time_and_size(site_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="long", url="http://a.example/"))
        for n in range(3):
            keeper.look("long", [("paragraph", f"Clause {place * 7919 % 10007} holds, {n}.") for place in range(2100)])

    long = site_of(story)
    page = long.html("/page/long/1..2")
    assert len(tree(page).xpath("//div[contains(@class, 'block')]")) == 2000
    assert "100 more passages are not shown here" in text_of(page)
    monkeypatch.setattr(views, "CHARS_COMPARED", 1000)
    response = long.get("/page/long/1..3")
    assert response.status_code == 413
    assert "variorum diff long 1 3" in response.text
    assert long.get("/page/long/2..3").status_code == 200


def test_a_comparison_does_not_repeat_what_is_long_and_unchanged(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="long", url="http://a.example/"))
        for n in range(2):
            keeper.look(
                "long", [("paragraph", f"Clause {place} holds{' no more' * n * (place == 7)}.") for place in range(200)]
            )

    page = site_of(story).html("/page/long/1..2")
    assert "no more" in tree(page).xpath("string(//div[@class='redline']//ins)")
    assert "191 unchanged passages: not repeated here" in text_of(page)
    assert "Clause 150 holds." not in page
    assert tree(page).xpath("string(//p[@class='fold-away']/a/@href)") == "/page/long/2"


def test_a_move_links_both_its_places(site: Any) -> None:
    page = tree(site.html("/page/straits/2..3"))
    for link in page.xpath("//a[@class='move-link']/@href"):
        assert page.xpath(f"//*[@id='{link[1:]}']")


def test_the_form_that_chooses_two_revisions_leads_to_their_comparison(site: Any) -> None:
    response = site.get("/page/straits/compare?a=4&b=2")
    assert (response.status_code, response.headers["location"]) == (302, "/page/straits/2..4")


def test_a_look_shows_the_text_that_it_saw_and_its_evidence(site: Any) -> None:
    page = text_of(site.html(f"/page/straits/at/{site.seqs['confirmed']}"))
    assert "the server called the page unchanged, and sent no text" in page
    assert "All 27 parties must take part in the talks." in page


def test_a_text_is_cited_by_the_look_that_saw_it_and_its_digest(site: Any) -> None:
    seq = site.seqs["first"]
    digest = site.get("/page/straits/1.json").json()["text_sha256"]
    base = f"/page/straits/at/{seq}/cite"
    words = site.get(f"{base}.txt").text
    assert words == (
        "On settlement in the Straits of Meridia. http://mea.norland.example/en/straits?view=full, as seen 2031-05-01T06:00:00Z."
        f" variorum, http://localhost/page/straits/at/{seq} (reading 1 by test/1, text SHA-256 {digest})\n"
    )
    assert site.get(f"{base}.csl.json").json()[0]["accessed"] == {"date-parts": [[2031, 5, 1]]}
    assert f"url = {{http://localhost/page/straits/at/{seq}}}" in site.get(f"{base}.bib").text
    assert site.get(f"/page/straits/at/{site.seqs['held']}/cite.txt").status_code == 404


def test_a_held_look_says_what_it_was_taken_for_and_why(site: Any) -> None:
    page = text_of(site.html(f"/page/straits/at/{site.seqs['held']}"))
    assert "It did not show the page." in page
    assert "variorum release" in page
    assert "Checking your browser before you go on" in page


def test_received_bytes_leave_only_as_sandboxed_text_to_keep(site: Any) -> None:
    response = site.get(f"/page/straits/at/{site.seqs['held']}/raw")
    assert response.content == b"<h1>Checking your browser</h1>"
    assert response.headers["content-type"] == "text/plain"
    assert response.headers["content-disposition"].startswith("attachment")
    assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_look_without_a_body_has_nothing_to_download(site: Any) -> None:
    assert site.get(f"/page/straits/at/{site.seqs['failed']}/raw").status_code == 404


def test_a_look_belongs_to_its_own_page(site: Any) -> None:
    assert site.get(f"/page/straits-ar/at/{site.seqs['held']}").status_code == 404


def test_arabic_texts_say_their_language_and_find_their_direction(site: Any) -> None:
    page = tree(site.html("/page/straits-ar/1..2"))
    blocks = page.xpath("//div[contains(@class, 'block')]/p")
    assert {(block.get("lang"), block.get("dir")) for block in blocks} == {("ar", "rtl")}
    assert {node.get("dir") for node in page.xpath("//del/span | //ins/span")} == {"ltr"}


def test_a_statement_shows_its_language_versions_side_by_side(site: Any) -> None:
    page = tree(site.html("/statement/straits"))
    rows = [[cell.text_content().split() for cell in row] for row in page.xpath("//div[@class='beside']")]
    assert rows[0][0][-2:] == ["of", "Meridia"]
    assert rows[0][1][-1] == "ميريديا"
    assert {node.get("lang") for node in page.xpath("//div[@class='beside']//div[@class='text']")} == {"en", "ar"}
    assert site.get("/statement/nothing").status_code == 404


def test_a_version_is_called_behind_only_where_the_other_certainly_changed_later(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        pages = [
            PageSettings(slug=slug, url=f"http://a.example/{slug}", statement="a b/c?") for slug in ("en", "ru", "kk")
        ]
        keeper.add(*pages)
        for slug in ("en", "ru", "kk"):
            keeper.look(slug, [("title", slug), ("paragraph", "It was so.")])
        keeper.look("ru", [("title", "ru"), ("paragraph", "It is not so.")])  # may be younger or older than the next
        keeper.look("en", [("title", "en"), ("paragraph", "It is not so.")])
        keeper.look("kk", [("title", "kk"), ("paragraph", "It was so.")])
        keeper.look("en", [("title", "en"), ("paragraph", "It is so again.")])
        keeper.look("ru", [("title", "ru"), ("paragraph", "It is not so.")])
        keeper.look("kk", [("title", "kk"), ("paragraph", "It was so !")])  # a quiet kind: punctuation

    told = site_of(story)
    versions = told.get("/statement/a%20b%2Fc%3F.json").json()["versions"]
    assert {version["page"]: version["behind"] for version in versions} == {"en": None, "kk": "en", "ru": "en"}
    assert "/statement/a%20b%2Fc%3F" in told.html("/page/en")
    assert "That may mean nothing." in text_of(told.html("/statement/a%20b%2Fc%3F"))


def test_health_tells_the_keeper_what_is_failing(site: Any) -> None:
    assert "1 page of 3 could not be seen at the last look." in text_of(site.html("/-/health"))
    health = site.get("/-/health.json").json()
    assert health["ok"] is False
    assert [(page["page"], page["not_accepted_in_a_row"]) for page in health["not_accepted"]] == [("straits-ru", 3)]


@pytest.mark.parametrize(
    "path",
    [
        "/page/nowhere",
        "/page/straits/99",
        "/page/straits/0",
        "/page/straits/1..99",
        "/page/straits/at/999999",
        "/nothing/here",
        "/page/straits/at/1",
    ],
)
def test_what_is_not_here_is_said_in_one_sentence_without_our_inside(site: Any, path: str) -> None:
    response = site.get(path)
    assert response.status_code == 404
    assert "Not in this archive" in response.text
    assert "Traceback" not in response.text
    assert str(site.path.parent) not in response.text


def test_errors_have_their_json_too(site: Any) -> None:
    response = site.get("/page/nowhere.json")
    assert (response.status_code, response.json()["error"]) == (404, "No page nowhere in this archive.")


def test_an_empty_archive_says_so(site_of: Callable[..., Any]) -> None:
    empty = site_of()
    assert "This archive is empty." in text_of(empty.html("/"))
    assert "No look has been taken yet." in text_of(empty.html("/-/health"))
    assert empty.get("/feed.atom").status_code == 200


def test_a_page_that_was_never_looked_at_says_so(site_of: Callable[..., Any]) -> None:
    new = site_of(lambda keeper: keeper.add(PageSettings(slug="new", url="http://a.example/")))
    page = text_of(new.html("/page/new"))
    assert "No look at this page has been taken yet." in page
    assert "Revision 1" not in page
    assert "not looked at yet" in text_of(new.html("/"))
    assert "No look at this page has been taken yet." in text_of(new.html("/page/new/looks"))


def test_a_page_with_only_failures_shows_them(site: Any) -> None:
    page = text_of(site.html("/page/straits-ru"))
    assert "None of the 3 looks so far showed this page itself, so it has no text yet." in page
    assert "failed (connection) no connection, or it broke before an answer" in page
    assert "the last so far" in page


def test_a_page_with_one_look_has_a_timeline(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="one", url="http://a.example/"))
        keeper.look("one", [("title", "One look")])

    assert "First seen 1 May 2031, 06:00 UTC" in text_of(site_of(story).html("/page/one"))


def test_an_earlier_slug_leads_to_the_page(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="before", url="http://a.example/"))
        keeper.look("before", [("title", "A page")])
        keeper.add(PageSettings(slug="after", url="http://b.example/", was=("before",)))

    renamed = site_of(story)
    assert renamed.get("/page/before").headers["location"] == "/page/after"
    assert renamed.get("/page/before/1.json?x=1").headers["location"] == "/page/after/1.json?x=1"
    assert "http://a.example/ since 1 May 2031" in text_of(renamed.html("/page/after"))


def test_a_long_history_is_shown_screen_by_screen(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="long", url="http://a.example/"))
        for n in range(130):
            keeper.look("long", [("paragraph", f"There were {n} ships in port.")])
        keeper.miss("long", Outcome.FAILED, "timeout")

    long = site_of(story)
    first = long.get("/page/long.json").json()
    assert [row["number"] for row in first["history"]] == list(range(81, 131))
    second = long.get(f"/page/long.json?below={first['older']}").json()
    assert [row["number"] for row in second["history"]] == list(range(31, 81))
    last = long.get(f"/page/long.json?below={second['older']}").json()
    assert [row["number"] for row in last["history"]] == list(range(1, 31))
    assert (len(first["gaps"]), len(second["gaps"]), last["older"]) == (1, 0, None)
    assert "Older revisions" in text_of(long.html("/page/long"))


def test_many_gaps_in_the_time_of_one_revision_are_told_together(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="shaky", url="http://a.example/"))
        for n in range(8):
            keeper.look("shaky", [("title", "One" if n < 6 else "Two")])
            keeper.miss("shaky", Outcome.FAILED, "timeout")

    page = site_of(story).html("/page/shaky")
    assert "at 6 looks in 6 separate gaps, 1 May 2031, 12:00 UTC to 4 May 2031, 00:00 UTC" in text_of(page)
    assert len(tree(page).xpath("//rect[contains(@class, 'gap')]")) == 8


def test_everything_stays_under_the_base_address(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="one", url="http://a.example/"))
        keeper.look("one", [("title", "One")])
        keeper.look("one", [("title", "Two")])

    moved = site_of(story, base_url="/history")
    for path in ("/", "/page/one", "/page/one/1..2", "/archive", "/archive/pages", "/nowhere"):
        response = moved.get(path)
        assert response.url.path.startswith("/history/")
        links = [link for _, _, link, _ in tree(response.text).iterlinks()]
        assert len(links) > 5
        assert all(urlsplit(link).path.startswith("/history/") or link.startswith(("#", "?")) for link in links), (
            path,
            links,
        )


class Outline(HTMLParser):
    """The heading levels of a page, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.lang = self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.levels.append(int(tag[1]))
        if tag == "html":
            self.lang = dict(attrs)["lang"] or ""


def test_every_link_leads_to_an_answer_of_this_site_and_every_page_has_an_outline(site: Any) -> None:
    seen: dict[str, str] = {}
    queue = ["/"]
    while queue:
        path = queue.pop()
        if path in seen or len(seen) > 250:
            continue
        response = site.get(path)
        assert response.status_code in (200, 302), (path, seen.get(path), response.status_code)
        seen[path] = response.headers.get("content-type", "")
        if not seen[path].startswith("text/html") or response.status_code == 302:
            continue
        page = lxml_html.fromstring(response.text)
        outline = Outline()
        outline.feed(response.text)
        assert outline.lang == "en", path
        assert page.findtext(".//title").strip(), path
        assert outline.levels.count(1) == 1, (path, outline.levels)
        assert all(b <= a + 1 for a, b in zip(outline.levels, outline.levels[1:], strict=False)), (path, outline.levels)
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), (path, ids)
        for element, attribute, link, _ in page.iterlinks():
            if attribute == "action" or link.startswith("data:"):
                continue
            assert not urlsplit(link).netloc, (path, link)
            if link.startswith("#") and element.tag == "a":
                assert link[1:] in ids, (path, link)
            target = urljoin(path, link).partition("#")[0]
            if "_sort" not in target and "lang=" not in target:
                queue.append(target)
    assert len(seen) > 60


def test_json_twins_hold_the_promised_keys(site: Any) -> None:
    diff = site.get("/page/straits/1..2.json").json()
    assert list(diff) == [
        "page", "from", "to", "not_before", "not_after", "kinds", "kind_spans", "silent",
        "removed", "added", "reworded", "moved", "ops", "old_text", "new_text",
    ]  # fmt: skip
    history = site.get("/page/straits.json").json()["history"]
    assert list(history[0]) == [
        "number", "title", "first_observed", "last_observed", "last_confirmed", "not_before", "not_after", "words",
        "stamp_created", "stamp_updated", "silent", "kinds", "words_added", "words_removed", "words_moved",
        "text_sha256", "observation",
    ]  # fmt: skip
    look = site.get(f"/page/straits/at/{site.seqs['first']}.json").json()
    assert json.dumps(look["entry"])
    assert look["text"] == site.get("/page/straits/1.json").json()["text"]
