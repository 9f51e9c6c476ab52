"""Documents that attack their readers by what they say: entities, includes, selectors' and patterns' worst cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest

from archive.model import Capture, Interpretation, Rules
from scraper.parsers import ParserLimits, Parsers

FRAME = (
    "<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><main><h1>Position</h1>"
    "<p>The Republic has followed the talks from their beginning.</p>{body}<p>All must pay.</p></main></body></html>"
)


def capture_of(body: bytes, kind: str = "text/html; charset=utf-8") -> Capture:
    return Capture(
        url="http://mfa.example/",
        final_url="http://mfa.example/",
        observed_at=datetime(2014, 5, 9, tzinfo=UTC),
        duration_us=1000,
        status=200,
        headers=(("Content-Type", kind),),
        body=body,
    )


@pytest.fixture(scope="module")
def parsers() -> Iterator[Parsers]:
    with Parsers(limits=ParserLimits(cpu_s=60)) as pool:
        yield pool


def told(seen: Interpretation) -> str:
    return "accepted" if seen.verdict.outcome is None else f"{seen.verdict.outcome}:{seen.verdict.reason}"


# --- entities and includes -------------------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "a file": '<!DOCTYPE html [<!ENTITY x SYSTEM "file://{path}">]>',
    "a public one": '<!DOCTYPE html [<!ENTITY x PUBLIC "-//x" "file://{path}">]>',
    "a parameter": '<!DOCTYPE html [<!ENTITY % p SYSTEM "file://{path}">%p;<!ENTITY x "%p;">]>',
    "a subset elsewhere": '<!DOCTYPE html SYSTEM "file://{path}">',
    "billion laughs": f'<!DOCTYPE html [<!ENTITY l0 "ha">{LAUGHS}<!ENTITY x "&l9;">]>',
    "one large, often": f'<!DOCTYPE html [<!ENTITY x "{"ha" * 20_000}">]>',
    "itself": '<!DOCTYPE html [<!ENTITY x "&y;"><!ENTITY y "&x;">]>',
}
KINDS = ["text/html", "application/xhtml+xml", "text/xml", "application/rss+xml", "image/svg+xml"]
INSIDE = (
    '<p>Talks &x; go on.</p><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="file://{path}"/>'
    '<svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text><image href="file://{path}"/><use href="file://{path}#a"/></svg>'
    '<iframe src="file://{path}"></iframe><link rel="import" href="file://{path}"><object data="file://{path}"></object>'
)


@pytest.mark.parametrize("kind", KINDS)
def test_no_entity_or_include_reads_a_file_or_grows(parsers: Parsers, tmp_path: Path, kind: str) -> None:
    (tmp_path / "secret").write_text("canary0Secret7")
    for name, doctype in DOCTYPES.items():
        for start in ('<?xml version="1.0"?><?xml-stylesheet href="file://{path}"?>', ""):
            body = (start + doctype + FRAME.format(title="A page &x;", head="", body=INSIDE).partition(">")[2]).replace(
                "{path}", str(tmp_path / "secret")
            )
            seen = parsers.read(capture_of(body.encode(), kind), Rules(), "")
            assert seen.verdict.reason != "parse", name
            text = seen.document.text if seen.document else ""
            assert "canary" not in text + repr(seen.verdict), name
            assert len(text) < 2 * len(body), name


# --- selectors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "select", ["section div div p", "section div div div div p", "div:has(div div p)", "p:not(div p)"]
)
def test_a_page_nested_against_its_own_selector_ends_alone(select: str) -> None:
    deep = "<section>" + "<div>" * 200 + "<p>x</p>" * 2_000 + "</div>" * 200 + "</section>"
    with Parsers(workers=1, limits=ParserLimits(cpu_s=3)) as parsers:
        seen = parsers.read(capture_of(FRAME.format(title="x", head="", body=deep).encode()), Rules(select=select), "")
        assert told(seen) in ("failed:parse", "accepted", "held:selector")
        good = parsers.read(capture_of(FRAME.format(title="x", head="", body="").encode()), Rules(), "")
        assert told(good) == "accepted"


# --- patterns --------------------------------------------------------------------------------------------------------

PUMPED = [" ", "\xa0 ", "\n", "\u200b", "a", "1", "中", "а ", ". ", "-", "| ", "/", "[", '"', "<", "&", "1.", "12:", "9.05.2014, ",
          "1 May ", "Updated: ", "not ", "Mr. "]  # fmt: skip


@pytest.mark.parametrize("pumped", PUMPED)
def test_no_repetition_in_any_place_of_a_page_takes_more_than_its_length(parsers: Parsers, pumped: str) -> None:
    """A pattern that goes back over what it has read would need a minute for one of these."""
    long = escape(pumped * (12_000 // len(pumped)))
    head = f'<meta name="description" content="{long}"><meta property="article:modified_time" content="{long}">'
    body = f'<p>Updated at : {long}</p><div class="{long}" style="{long}"><a href="{long}">It stands inside.</a></div>'
    seen = parsers.read(capture_of(FRAME.format(title=long, head=head, body=body).encode()), Rules(), "")
    assert seen.verdict.reason != "parse"
