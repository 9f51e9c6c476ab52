"""Whatever a server sends, an interpretation comes back, and the page is known again afterwards."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.model import Outcome, Rules
from scraper.interpret import interpret

FEW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SCRAPS = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"<",
            b">",
            b"</",
            b"<!--",
            b"-->",
            b"<table>",
            b"<td>",
            b"<li>",
            b"<a href=x>",
            b"</p>",
            b"<select>",
            b"<svg>",
            b"&#x",
            b"\x00",
            b"\xff",
            b"<main>",
            b"<h1>",
        ]
    ),
)


def is_sound(seen) -> bool:
    document = seen.document
    texts = [] if document is None else [document.title, *(block.text for block in document.blocks)]
    assert all(text.encode("utf-8") is not None for text in texts)
    assert all(
        block.text == " ".join(block.text.split()) and block.text for block in (document.blocks if document else ())
    )
    assert seen.memory == "" or json.loads(seen.memory)
    return seen.verdict.outcome in (None, Outcome.HELD, Outcome.GONE, Outcome.FAILED)


@FEW
@given(
    st.binary(max_size=400),
    st.sampled_from(["text/html", "text/html; charset=utf-16", "text/html; charset=shift_jis", "text/plain", ""]),
)
def test_any_bytes_at_a_first_look(capture, body, content_type):
    assert is_sound(interpret(capture(body, content_type=content_type), Rules(), ""))


@FEW
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), SCRAPS), min_size=1, max_size=6), st.booleans())
def test_a_page_with_parts_cut_out_and_put_in(capture, page, edits, with_selector):
    rules = Rules(select="main", ignore=("p.x",)) if with_selector else Rules()
    known = interpret(capture(page()), rules, "")
    body = page()
    for where, length, scrap in edits:
        at = int(where * len(body))
        body = body[:at] + scrap + body[at + int(length * 200) :]

    seen = interpret(capture(body), rules, known.memory)

    assert is_sound(seen)
    assert interpret(capture(page()), rules, seen.memory).verdict.accepted


@FEW
@given(st.lists(st.text(max_size=40), max_size=6), st.lists(st.text(max_size=40), max_size=6))
def test_any_two_texts_one_after_the_other(capture, page, old, new):
    escape = lambda lines: [line.replace("&", "&amp;").replace("<", "&lt;") for line in lines]  # noqa: E731
    memory = interpret(capture(page(body=escape(old))), Rules(), "").memory

    assert is_sound(interpret(capture(page(body=escape(new))), Rules(), memory))
