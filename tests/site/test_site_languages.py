"""The reading room and alerts in other languages: every text has its translation, every page speaks one language, choices go along."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2 import nodes
from lxml import html as lxml_html

import archive.alerting
import archive.site
from archive.model import REASONS
from archive.site import language, words
from archive.site.language import ENGLISH, PLURALS, Catalogue, catalogues, choose
from archive.site.links import keep

TEMPLATES = archive.site.site_dir() / "templates"
SOURCES = Path(archive.site.__file__).parent
ALERTING = Path(archive.alerting.__file__).parent
PLACE = re.compile(r"\{\w+\}")
TRANSLATED = [one for one in catalogues().values() if one is not ENGLISH]


def template_calls() -> Iterator[tuple[str, list[str]]]:
    """(t, tn or count; its constant texts) of every call in a template."""
    for path in TEMPLATES.rglob("*.html"):
        for call in jinja2.Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("t", "tn", "count"):
                yield call.node.name, [arg.value for arg in call.args if isinstance(arg, nodes.Const)]


def source_calls() -> Iterator[tuple[str, list[str]]]:
    """The same of the calls of a catalogue in Python."""
    for path in (*SOURCES.glob("*.py"), *ALERTING.glob("*.py"), *(archive.site.site_dir() / "plugins").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if called in ("say", "say.text") and texts:
                yield "t", texts
            elif called in ("say.many", "say.form") and texts:
                yield "tn", texts


def needed() -> tuple[set[str], set[str]]:
    """(texts, singulars of texts that depend on a number) that the reading room says."""
    texts = {*words.OUTCOMES.values(), *words.KINDS.values(), *words.VIA.values(), *words.CAUSES.values()}
    texts |= {*words._REASONS.values(), *words._PLAIN.values()}
    texts |= {f"{code.replace('_', ' ')}|reason" for _, code, _ in REASONS if not code.startswith("http_")}
    plurals = {name for _, name in words._UNITS}
    for noun, verbs in (("word", ("added", "removed", "moved")), ("passage", tuple(words._COUNTED.values()))):
        plurals |= {f"{{n}} {noun} {verb}" for verb in verbs}
        texts |= {f"{{n}} {verb}" for verb in verbs}
    for kind, found in (*template_calls(), *source_calls()):
        if kind == "t":
            texts.add(found[0])
        else:
            plurals.add(f"{{n}} {found[0]}" if kind == "count" else found[0])
    return texts, plurals


@pytest.mark.parametrize("one", TRANSLATED, ids=lambda one: one.code)
def test_a_catalogue_has_every_text_and_no_other(one: Catalogue) -> None:
    texts, plurals = needed()
    assert set(one.texts) == texts
    assert set(one.plurals) == plurals


@pytest.mark.parametrize("one", TRANSLATED, ids=lambda one: one.code)
def test_a_translation_keeps_the_places_and_the_link_of_its_text(one: Catalogue) -> None:
    pairs = list(one.texts.items())
    for english, said in pairs:
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(said)), english
        assert [english.count(mark) for mark in "[]"] == [said.count(mark) for mark in "[]"], english
    _, forms = PLURALS[one.plural]
    for english, said_by_form in one.plurals.items():
        assert tuple(said_by_form) == forms, english
        links = {said.count("[") for said in said_by_form.values()}
        assert links == {english.count("[")}, english


@pytest.mark.parametrize("one", TRANSLATED, ids=lambda one: one.code)
def test_a_catalogue_names_months_and_days(one: Catalogue) -> None:
    assert [len(names) for names in (one.months, one.months_alone, one.days, one.days_short)] == [12, 12, 7, 7]
    assert one.direction in ("ltr", "rtl")


NAMES = re.compile(r"variorum|UTC|CSV|TimeMap|BibTeX|CSL-JSON|JSON|HTTP|SQL|&\w+;")
LETTERS = re.compile(r"[A-Za-z]{2,}")
SPOKEN = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"')


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_says_anything_in_english_of_its_own(path: Path) -> None:
    environment = jinja2.Environment(autoescape=True)
    source = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}|<textarea.*?</textarea>", "", path.read_text("utf-8"))
    data = "".join(text if kind == "data" else "\0" for _, kind, text in environment.lex(source))
    said = [*SPOKEN.findall(data), re.sub(r"<[^>]*>", " ", data)]
    assert [words for text in said for words in LETTERS.findall(NAMES.sub(" ", text))] == []
    shown = [branch.value for output in environment.parse(source).find_all(nodes.Output)
             for choice in output.find_all(nodes.CondExpr) for branch in (choice.expr1, choice.expr2)
             if isinstance(branch, nodes.Const) and isinstance(branch.value, str)]  # fmt: skip
    assert [text for text in shown if re.search(r"[A-Z]|[a-z] [a-z]", NAMES.sub("", text))] == []


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 проверок"), (1, "1 проверка"), (2, "2 проверки"), (5, "5 проверок"), (11, "11 проверок"),
     (12, "12 проверок"), (21, "21 проверка"), (22, "22 проверки"), (111, "111 проверок"), (1022, "1\u00a0022 проверки")],
)  # fmt: skip
def test_russian_counts_as_russians_do(number: int, said: str) -> None:
    assert words.count(number, "look", say=catalogues()["ru"]) == said


def test_dates_are_said_in_the_language() -> None:
    instants = ("2031-05-04T18:00:00Z", "2031-05-07T00:00:00Z")
    russian, kazakh = catalogues()["ru"], catalogues()["kk"]
    assert words.said(words.bounds(*instants, say=russian)) == "между 4 мая 2031, 18:00 и 7 мая 2031, 00:00 UTC"
    assert words.moment(instants[0], say=kazakh) == "2031 ж. 4 мамыр, 18:00 UTC"


@pytest.mark.parametrize(
    ("asked", "accepts", "code"),
    [(None, "", "en"), (None, "ru-KZ,kk;q=0.9", "ru"), (None, "fr, kk-Cyrl-KZ;q=0.5", "kk"), ("kk", "ru", "kk"),
     ("xx", "ru", "ru"), (None, "ru;q=0, en", "en"), (None, "*;q=0.1, ;;;, q=ru", "en"), (None, "RU", "ru"),
     (None, "en;q=0.5,ru;q=0.6", "ru")],
)  # fmt: skip
def test_the_language_is_the_one_asked_for_else_the_one_liked_best(asked: str | None, accepts: str, code: str) -> None:
    assert choose(asked, accepts, catalogues()).code == code


PAGES = [
    "/", "/page/straits", "/page/straits/2", "/page/straits/3?ages=1", "/page/straits/1..2", "/page/straits/1..4?view=side",
    "/page/straits/looks", "/page/straits/calendar", "/page/straits/looks?day=2031-05-05", "/page/straits/lifetimes", "/page/straits-ru", "/page/straits/at/{first}",
    "/page/straits/at/{held}", "/page/straits/at/{failed}", "/statement/straits", "/-/health", "/search?q=talks",
    "/when?phrase=talks", "/archive", "/archive/revisions", "/archive/pages/1", "/nowhere", "/?q=nothing+at+all",
]  # fmt: skip


@pytest.mark.parametrize("code", ["ru", "kk"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_its_language_to_people_and_to_caches(site: Any, path: str, code: str) -> None:
    path = path.format(**site.seqs)
    english = site.get(path)
    other = site.get(path, headers={"Accept-Language": code})
    assert lxml_html.fromstring(other.text).get("lang") == code
    assert other.headers["content-language"] == code
    assert "accept-language" in other.headers["vary"].lower()
    if "etag" in english.headers:
        assert other.headers["etag"] != english.headers["etag"]
        again = site.get(path, headers={"Accept-Language": code, "If-None-Match": english.headers["etag"]})
        assert again.status_code == 200
        not_again = site.get(path, headers={"Accept-Language": code, "If-None-Match": other.headers["etag"]})
        assert (not_again.status_code, not_again.headers["vary"]) == (304, other.headers["vary"])


def test_a_language_that_was_asked_for_goes_along_in_links_forms_and_redirects(site: Any) -> None:
    page = lxml_html.fromstring(site.html("/?lang=ru"))
    links = [link for link in page.xpath("//a/@href") if "/page/" in link or link.startswith("/search")]
    assert links
    assert all("lang=ru" in link for link in links)
    form = lxml_html.fromstring(site.html("/search?lang=ru&q=talks")).xpath("//form")[0]
    assert form.xpath("./input[@name='lang']/@value") == ["ru"]
    assert site.get("/page/straits/compare?a=1&b=3&lang=ru").headers["location"] == "/page/straits/1..3?lang=ru"
    assert "lang=" not in "".join(lxml_html.fromstring(site.html("/")).xpath("//main//a/@href"))


def test_datasettes_own_tables_take_a_language_too(site: Any) -> None:
    page = site.html("/archive/pages?lang=ru&slug=straits")
    assert "Таблица" in page
    assert "1 строка" in page


def test_a_choice_is_kept_only_where_it_leads_on_this_site() -> None:
    page = '<a href="#x"><a href="//b.example/"><a href="/a.json"><a href="/a?lang=kk"><a href="/b?c=1&amp;d=2#e"><a href="?n=2">'
    assert keep(page, {"lang": "ru"}) == (
        '<a href="#x"><a href="//b.example/"><a href="/a.json"><a href="/a?lang=kk">'
        '<a href="/b?c=1&amp;d=2&amp;lang=ru#e"><a href="?n=2&amp;lang=ru">'
    )


@pytest.fixture
def speaks_pseudo(monkeypatch: pytest.MonkeyPatch, pseudo: Catalogue) -> None:
    monkeypatch.setattr(language, "catalogues", lambda: {"en": ENGLISH, "he": pseudo})


DATA = "ancestor-or-self::*[self::bdi or self::textarea or self::code or self::style or @dir='auto' or @dir='ltr' or contains(@class, 'digest') or contains(@class, 'address')]"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.usefixtures("speaks_pseudo")
def test_a_page_in_a_language_from_right_to_left_says_nothing_in_english(site: Any, path: str) -> None:
    page = lxml_html.fromstring(site.get(path.format(**site.seqs), headers={"Accept-Language": "he"}).text)
    assert (page.get("lang"), page.get("dir")) == ("he", "rtl")
    said = []
    for text in page.xpath(f"//body//text()[not(parent::*/{DATA})]"):
        spoken = text.getparent().xpath("ancestor-or-self::*[@lang][1]/@lang")[0] if not text.is_tail else None
        if text.is_tail:
            spoken = text.getparent().getparent().xpath("ancestor-or-self::*[@lang][1]/@lang")[0]
        if spoken == "he":
            said.append(str(text))
    for attribute in ("aria-label", "title", "placeholder"):
        said += page.xpath(f"//body//@{attribute}")
    assert [text for text in said if LETTERS.search(NAMES.sub("", text))] == []


def test_a_feed_speaks_a_language_only_where_it_was_asked_for(site: Any) -> None:
    assert "Changed between" in site.get("/feed.atom", headers={"Accept-Language": "ru"}).text
    asked = site.get("/feed.atom?lang=ru")
    assert "Изменено между" in asked.text
    assert asked.headers["etag"] != site.get("/feed.atom").headers["etag"]
