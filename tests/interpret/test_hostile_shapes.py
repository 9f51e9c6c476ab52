"""Markup that is meant to break parsers gives one clear outcome and does not hang."""

from __future__ import annotations

import time

import pytest

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
