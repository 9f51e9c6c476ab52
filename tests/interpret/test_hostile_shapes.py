"""Markup that is meant to break parsers gives one clear outcome and does not hang."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from archive.model import Rules
from scraper.decode import decode
from scraper.interpret import interpret

SHAPES = {
    "deeply nested": "<div>" * 100_000 + "<p>deep</p>" + "</div>" * 100_000,
    "unclosed": "<b><i>" * 100_000,
    "a tag with 100,000 attributes": "<span " + " ".join(f"a{n}=1" for n in range(100_000)) + ">text</span>",
    "unterminated tags": "<a " + "<a " * 100_000,
    "one line of five megabytes": "<p>" + "word " * (1 << 20) + "</p>",
    "a hundred thousand equal paragraphs": "<p>same line</p>" * 100_000,
    "a hundred thousand list items in one box": (
        "<div class=x><ul>" + "<li><a href=/>link</a></li>" * 50_000 + "</ul></div>"
    ),
    "a table of a hundred thousand cells": "<table>" + ("<tr>" + "<td>1</td>" * 100 + "</tr>") * 1000 + "</table>",
    "two hundred thousand hidden elements": "<p hidden>gone</p>" * 200_000,
    "two hundred thousand hidden words in a line": "<b style='display:none'>gone</b> word " * 200_000,
    "an unclosed comment": "<!-- " + "x" * 100_000,
    "an entity bomb": '<!DOCTYPE html [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><p>&b;</p>',
    "an outer entity": '<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/passwd">]><p>&f;</p>',
}


@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.parametrize("place", ["main", "body"])
def test_it_gives_one_outcome_and_does_not_hang(shape, place, seen_page, page):
    markup = SHAPES[shape]
    body = (
        page().replace(b"<main>", b"<main>" + markup.encode())
        if place == "main"
        else page().replace(b"<header>", markup.encode() + b"<header>")
    )
    begun = time.process_time()

    outcome = seen_page.look(body)

    assert outcome.split(":")[0] in ("unchanged", "changed", "failed", "held")
    assert time.process_time() - begun < 120
    if seen_page.last.document is not None:
        assert "root:" not in seen_page.last.document.text
    assert len(seen_page.memory) < 128_000
    assert seen_page.look(page()) in ("unchanged", "changed")


GROWING: dict[str, Callable[[int], str]] = {
    "hidden parts in a line": lambda n: "<b hidden>gone</b> word " * n,
    "hidden parts in hidden parts": lambda n: "<div hidden>" * 200 + "<b hidden>gone</b>" * n,
    "paragraphs deep in a menu": lambda n: "<nav class=menu>" * 200 + "<p>words</p>" * n,
    "buttons deep in named parts": lambda n: "<div class=banner>" * 200 + "<button>press</button>" * n,
    "rows": lambda n: "<table>" + "<tr><td>one<td>two" * n + "</table>",
    "tables in rows": lambda n: "<table><tr><td>one<td><table><tr><td>two<td>three</table></table>" * n,
    "headings that repeat the title": lambda n: "<h2>Position on the Upper Valley</h2>" * n,
    "links": lambda n: "<p><a href=/x>a link</a></p>" * n,
    "stamp lines": lambda n: "<p>Updated at : 9.05.2014, 00:54</p>" * n,
    "dated links deep in sections": lambda n: "<section>" * 100 + "<p>9.05.2014</p><p><a href=/x>link</a></p>" * n,
    "notes": lambda n: "<aside><p>A note.</p></aside><p>It stands beside a sentence that is long enough.</p>" * n,
}


@pytest.mark.parametrize("begin", [b"<!-- ", b"<style>x", b"<", b"<script "])
def test_the_encoding_of_bytes_full_of_beginnings_without_end_is_guessed_without_hanging(begin):
    begun = time.process_time()

    decoded = decode(b"\xe9 " + begin * (120_000 // len(begin)), None)

    assert len(decoded.text) > 119_000
    assert time.process_time() - begun < 120


@pytest.mark.parametrize("select", ["", "div, section, nav, p"], ids=["by itself", "selected"])
@pytest.mark.parametrize("shape", sorted(GROWING))
def test_four_times_the_markup_is_at_most_five_times_the_work(shape, select, page, capture, lines_run):
    rules = Rules(select=select)
    memory = interpret(capture(page()), rules, "").memory

    def read(n: int) -> object:
        body = page().replace(b"<main>", b"<main>" + GROWING[shape](n).encode())
        return interpret(capture(body, look=1), rules, memory)

    read(10)

    assert lines_run(lambda: read(1200)) < 5 * lines_run(lambda: read(300))
