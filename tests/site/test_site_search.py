"""Full-text search over every wording ever seen, and phrases, as a reader meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from lxml import html as lxml_html

from archive.pages import PageSettings
from archive.reading import holders, open_reader
from archive.reading import search as searching
from archive.site import found as pages_found
from archive.site.found import snippet
from archive.store import Archive
from archive.text import fold, holds_phrase
from archive.wordings import clear_index


def paragraph(text: str) -> list[tuple[str, str]]:
    return [("paragraph", text)]


def many_scripts(keeper: Any) -> None:
    texts = {
        "cyrillic": ["Ёлка стоит на площади; переговоры идут.", "Ничего больше нет."],
        "arabic": ["يجب على الأطراف مُحَمَّد المشاركة في المحادثات.", "انتهى."],
        "chinese": ["双方在2031年3月举行了和平谈判，参加BRICS会议。", "没有了。"],
        "japanese": ["東京都で会議が開かれました。", "おわり。"],
        "hindi": ["शांति वार्ता जारी है।", "समाप्त।"],
        "korean": ["평화를 위한 회담이 열렸다.", "끝."],
        "greek": ["Η Ειρήνη είναι δυνατή.", "Τέλος."],
        "latin": ["État de Palestine; Straße; ﬁnal accords.", "Nothing."],
    }
    keeper.add(*(PageSettings(slug=slug, url=f"http://{slug}.example/") for slug in texts))
    for slug, (first, second) in texts.items():
        keeper.look(slug, paragraph(first))
        keeper.look(slug, paragraph(second))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Any]) -> Any:
    return make(tmp_path_factory.mktemp("scripts") / "home", many_scripts)


def slugs(site: Any, query: str) -> set[str]:
    return {hit["page"] for hit in site.get(f"/search.json?q={quote(query)}").json()["found"]}


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("елка", "cyrillic"),
        ("ПЕРЕГОВОР", "cyrillic"),
        ("محمد", "arabic"),
        ("المحادثات", "arabic"),
        ("和平谈判", "chinese"),
        ("和平", "chinese"),
        ("谈", "chinese"),
        ("BRICS", "chinese"),
        ("brics 和平", "chinese"),
        ("東京", "japanese"),
        ("会議が", "japanese"),
        ("शांति", "hindi"),
        ("평화", "korean"),
        ("ειρηνη", "greek"),
        ("etat palest", "latin"),
        ('"etat de palestine"', "latin"),
        ("strasse", "latin"),
        ("final", "latin"),
    ],
)
def test_a_wording_that_is_gone_is_found_in_its_script_whatever_case_and_marks(
    scripts: Any, query: str, slug: str
) -> None:
    assert slugs(scripts, query) == {slug}


@pytest.mark.parametrize("query", ["和平会", "平和", '"palestine de"', "lation", "ерегово"])
def test_what_was_never_said_is_not_found(scripts: Any, query: str) -> None:
    assert slugs(scripts, query) == set()


def test_what_was_found_is_marked_dated_and_led_to(site: Any) -> None:
    page = lxml_html.fromstring(site.html("/search?q=crowns+AID"))
    assert [node.text_content() for node in page.xpath("//mark")] == ["crowns", "aid"]
    (hit,) = page.xpath("//ol[@class='found']/li")
    assert "There at the first look, 1 May 2031, 06:00 UTC; still there." in " ".join(hit.text_content().split())
    assert hit.xpath(".//h3/a/@href") == ["/page/straits"]


def test_a_vanished_wording_says_when_it_went(site: Any) -> None:
    (hit,) = site.get("/search.json?q=six+months").json()["found"]
    assert hit["present"] is False
    assert hit["end"] == {"not_before": "2031-05-04T12:00:00Z", "not_after": "2031-05-04T18:00:00Z"}
    assert (hit["first_revision"], hit["last_revision"]) == (1, 1)


def test_a_search_can_be_of_one_page(site: Any) -> None:
    assert site.get("/search.json?q=Sable&page=straits-ar").json()["found"][0]["page"] == "straits-ar"
    assert site.get("/search.json?q=crowns&page=straits-ar").json()["found"] == []
    assert site.get("/search?q=crowns&page=nowhere").status_code == 404


def test_hits_come_a_screen_at_a_time_each_once(site_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "PAGE_SIZE", 3)

    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="long", url="http://a.example/"))
        keeper.look("long", [("paragraph", f"Article number{n} stands. 第{n}条和平。") for n in range(10)])

    site = site_of(story)
    for query in ("article", "条和平", "和平", "第"):
        seen, path = [], f"/search.json?q={quote(query)}"
        while path:
            found = site.get(path).json()
            seen += [hit["text"] for hit in found["found"]]
            path = f"/search.json?q={quote(query)}&before={found['before']}" if found["before"] else ""
        assert len(seen) == len(set(seen)) == 10, query


QUERIES = [
    *("article", "art", "number7", '"article number3 stands"', "第", "第3", "3条", "条和平", "和平。", "brics和", '"stands. 第"'),
    *("article 和平", "stands 第3条", "nothing", "covid-19 article", "(第", "和)"),
]  # fmt: skip


@pytest.mark.parametrize("doubtful", [searching.DOUBTFUL, 1])
def test_a_search_of_one_page_finds_what_a_search_of_all_finds_there(
    site_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, doubtful: int
) -> None:
    monkeypatch.setattr(searching, "DOUBTFUL", doubtful)

    def story(keeper: Any) -> None:
        keeper.add(*(PageSettings(slug=f"page-{n}", url=f"http://a.example/{n}") for n in range(2)))
        for n in range(2):
            keeper.look(
                f"page-{n}",
                [("paragraph", f"Article number{m} stands; Covid-19, (第{m}条和)平。BRICS和") for m in range(n, 9)],
            )

    with open_reader(site_of(story).path) as reader:
        for query in map(searching.parse_query, QUERIES):
            everywhere = searching.search(reader, query).hits
            for slug in ("page-0", "page-1"):
                there = searching.search(reader, query, page=reader.page(slug)).hits
                assert there == tuple(hit for hit in everywhere if hit.page == slug), query


def test_letters_and_pairs_of_scripts_without_spaces_are_found_wherever_they_stand(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="page", url="http://a.example/"))
        keeper.look("page", paragraph("２０３１年３月(和平)会議、BRICSと ガ行。𠀀"))

    site = site_of(story)
    for query in ("年", "3月", "1年", "(和", "平)", "議、", "と", "sと", "ガ", "ガ行", "𠀀", "３月", "和平 年 と"):
        assert slugs(site, query) == {"page"}, query
    for query in ("月年", "年和", "和会", "と行", "平和", "和平 京"):
        assert slugs(site, query) == set(), query


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '""',
        "*",
        "a*",
        "NOT",
        "a AND",
        "NEAR(a b)",
        "^a",
        "passage_words: a",
        "-a",
        "a:b",
        "(",
        "{}",
        "\x00",
        "'",
        "%",
        "_",
        "a " * 300,
        "𠀀",
        "\ud7ff",
        "a\u0301",
        '"a" "b',
        "和 " * 50,
    ],
)
def test_no_query_is_taken_for_the_language_of_the_index(scripts: Any, query: str) -> None:
    for path in ("/search", "/search.json"):
        assert scripts.get(f"{path}?q={quote(query)}").status_code == 200
    assert scripts.get(f"/when?phrase={quote(query)}").status_code == 200


def test_garbled_parameters_are_no_bug(scripts: Any) -> None:
    for path in (
        "/search?q=%ff%fe",
        "/search?q=a&before=x",
        "/search?q=a&before=999999999999999",
        "/search?q=a&q=b",
        "/when?phrase=%ed%a0%80&after=-1",
        "/search",
        "/when",
    ):
        assert scripts.get(path).status_code == 200, path


def test_a_long_passage_is_cut_around_what_was_found() -> None:
    text = "word " * 300 + "Needle " + "word " * 300
    pieces = snippet(text, ("needle",))
    assert ("Needle", True) in pieces
    assert len("".join(piece for piece, _ in pieces)) < 450
    assert pieces[0] == pieces[-1] == ("…", False)


def test_a_snippet_is_the_passage_and_nothing_else() -> None:
    text = "<b>Road maps</b> & road «map»"
    pieces = snippet(text, ("road map", "road"))
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, marked in pieces if marked] == ["Road maps", "road «map"]


def treaty(keeper: Any) -> None:
    keeper.add(PageSettings(slug="old", url="http://a.example/"))
    keeper.look("old", paragraph("An old treaty. 古い条約。"))


def test_passages_older_than_the_index_are_taken_in_when_the_archive_is_opened(site_of: Callable[..., Any]) -> None:
    path = site_of(treaty).path
    with Archive.open(path.parent, holder="test") as archive:
        clear_index(archive.conn)
    with open_reader(path) as reader:
        assert searching.search(reader, searching.parse_query("treaty")).hits == ()
    Archive.open(path.parent, holder="test").close()
    with open_reader(path) as reader:
        for query in ("treaty", "古い条", "古い"):
            for page in (None, reader.page("old")):
                assert len(searching.search(reader, searching.parse_query(query), page=page).hits) == 1


def test_an_earlier_reading_is_not_searched(site_of: Callable[..., Any]) -> None:
    site = site_of(treaty)
    assert slugs(site, "treaty") == {"old"}
    with Archive.open(site.path.parent, holder="test") as archive:
        archive.conn.execute("UPDATE readings SET is_current = 0")
    assert slugs(site, "treaty") == set()


def test_search_is_answered_with_304_while_nothing_changed(site: Any) -> None:
    etag = site.get("/search?q=crowns").headers["etag"]
    assert site.get("/search?q=crowns", headers={"if-none-match": etag}).status_code == 304


# --- phrases ---------------------------------------------------------------------------------------------------------


def test_a_phrase_is_dated_on_every_page_that_said_it(site: Any) -> None:
    page = lxml_html.fromstring(site.html("/when?phrase=PARTIES+MUST+take"))
    (hit,) = page.xpath("//ol[@class='found']/li")
    assert "went on 4 May 2031 between 12:00 and 18:00 UTC" in " ".join(hit.text_content().split())
    assert hit.xpath(".//ul//a/@href") == ["/page/straits/1", "/page/straits/1..2"]


@pytest.mark.parametrize(
    ("text", "phrase", "held"),
    [
        ("वार्ता जारी है", "वार्ता", True),
        ("वार्ता जारी है", "ता", False),  # a syllable after a vowel sign begins no word
        ("The `plain' text", "`plain", True),
        ("The `plain’ texte soigné", "`plain", True),  # signs fold alike, whatever else stands there
        ("Ёлка — «да»", 'елка - "да', True),
        ("\U0001d15e\U0001d165 état", "etat", True),
    ],
)
def test_a_phrase_begins_where_a_word_does_and_folds_as_the_text(text: str, phrase: str, held: bool) -> None:
    assert holds_phrase(fold(text), fold(phrase)) is held


def test_a_phrase_may_go_across_sentences(site: Any) -> None:
    (said,) = site.get("/when.json?phrase=in+the+talks.+They+shall").json()["said"]
    assert said["page"] == "straits"
    assert said["present"] is True


@pytest.mark.parametrize(
    ("phrase", "slug"),
    [
        ("елка", "cyrillic"),
        ("和平谈判", "chinese"),
        ("和", "chinese"),
        ("محمد", "arabic"),
        ("etat de palest", "latin"),
        ("वार्ता", "hindi"),
    ],
)
def test_choosing_pages_by_the_index_loses_none(scripts: Any, phrase: str, slug: str) -> None:
    assert [said["page"] for said in scripts.get(f"/when.json?phrase={quote(phrase)}").json()["said"]] == [slug]


def test_words_that_are_everywhere_choose_no_pages_and_lose_none(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders, "FREQUENT", 1)
    (said,) = site.get("/when.json?phrase=protocol+3+of+the+Sable").json()["said"]
    assert said["page"] == "straits"


def test_a_phrase_can_be_asked_of_one_page(site: Any) -> None:
    assert "This page never said it." in site.html("/when?phrase=crowns&page=straits-ar")
    assert "Said on" in site.html("/when?phrase=crowns&page=straits")
    assert site.get("/when.json?phrase=crowns&page=straits-ar").json()["said"] == []
    assert site.get("/when?phrase=a&page=nowhere").status_code == 404


def test_pages_are_read_so_many_at_a_time(site_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages_found, "PAGES_SAID", 2)

    def story(keeper: Any) -> None:
        keeper.add(*(PageSettings(slug=f"page-{n}", url=f"http://a.example/{n}") for n in range(5)))
        for n in range(5):
            keeper.look(f"page-{n}", paragraph("The road map stands."))

    site = site_of(story)
    for phrase in ("road map", "map stands"):
        seen, path = [], f"/when.json?phrase={quote(phrase)}"
        while path:
            found = site.get(path).json()
            assert len(found["said"]) <= 2
            seen += [said["page"] for said in found["said"]]
            path = f"/when.json?phrase={quote(phrase)}&after={found['after']}" if found["after"] else ""
        assert seen == [f"page-{n}" for n in range(5)]


def test_a_passage_of_endless_words_is_marked_at_no_more_than_a_bounded_price(lines_run: Callable[..., int]) -> None:
    terms = searching.parse_query("a " * 200 + " ".join(f"a{n}" for n in range(30))).marked
    assert len(terms) == len(set(terms)) <= 20

    def mark(words: int) -> object:
        return snippet("a " * words, terms)

    mark(10)
    assert lines_run(lambda: mark(400_000)) < 1.1 * lines_run(lambda: mark(40_000))
