"""What must hold of every comparison, for any text whatever."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.diff import compare, kinds, ops
from archive.text import passages, words

WORDS = st.sampled_from(
    [
        "the",
        "The",
        "must",
        "not.",
        "No",
        "242",
        "1,250,000",
        "a",
        "b",
        "a.",
        "b!",
        "«с»",
        "Казахстан",
        "не",
        "должен.",
        "支持。",
        "人",
        "はない。",
        "لا",
        "يجب.",
        "é",
        "é",
        "hu\u200bman",
        "\xad",
        ";",
        "—",
        "👨\u200d👩",
        "ไทย",
        "ประเทศ",
        "हिन्दी।",
        "̈",
        "İ",
        "ﬁ",
        "Updated",
        "at",
        ":",
        "9.05.2014,",
        "00:54",
    ]
)
SPACES = st.sampled_from(["", " ", "  ", "\n", "\n\n", "\n \n\n", "\u00a0", "\u2028"])


@st.composite
def prose(draw: st.DrawFn) -> str:
    """A text of few words in many arrangements, so that repeats, moves and near likeness come up."""
    parts = draw(st.lists(st.tuples(WORDS, SPACES), max_size=30))
    return "".join(word + space for word, space in parts)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text and the same text with some stretches cut, doubled, replaced or moved."""
    old = draw(prose())
    new = old
    for _ in range(draw(st.integers(0, 3))):
        a, b = sorted((draw(st.integers(0, len(new))), draw(st.integers(0, len(new)))))
        piece, place = new[a:b], draw(st.integers(0, len(new)))
        new = draw(
            st.sampled_from(
                [
                    new[:a] + new[b:],
                    new[:place] + piece + new[place:],
                    new[:a] + draw(prose()) + new[b:],
                    new[:a] + piece[::-1] + new[b:],
                ]
            )
        )
    return old, new


def assert_exact(old: str, new: str, found: list[dict[str, Any]]) -> None:
    covered_old, covered_new = bytearray(len(old)), bytearray(len(new))
    last_old = last_new = 0
    built: list[tuple[int, str]] = []
    for op in found:
        (a, b), (c, d) = op["old"], op["new"]
        assert 0 <= a <= b <= len(old)
        assert 0 <= c <= d <= len(new)
        if op["op"] in ("equal", "move"):
            assert old[a:b] == new[c:d]
        if op["op"] == "equal":
            assert a >= last_old
            assert c >= last_new
            last_old, last_new = b, d
        if op["op"] != "insert":
            assert not any(covered_old[a:b])
            covered_old[a:b] = b"\1" * (b - a)
        if op["op"] != "delete":
            assert not any(covered_new[c:d])
            covered_new[c:d] = b"\1" * (d - c)
            built.append((c, new[c:d] if op["op"] == "insert" else old[a:b]))
        else:
            assert c == d
        if op["op"] == "insert":
            assert a == b
    assert all(covered_old)
    assert all(covered_new)
    assert "".join(text for _, text in sorted(built, key=lambda part: part[0])) == new


@settings(max_examples=150, deadline=None)
@given(st.text(), st.text())
def test_applying_the_ops_gives_the_later_text_for_any_unicode(old: str, new: str) -> None:
    assert_exact(old, new, ops(old, new))


@settings(max_examples=400, deadline=None)
@given(edited())
def test_applying_the_ops_gives_the_later_text_after_edits(pair: tuple[str, str]) -> None:
    assert_exact(*pair, ops(*pair))


@settings(max_examples=150, deadline=None)
@given(edited())
def test_a_comparison_names_kinds_exactly_if_the_texts_differ(pair: tuple[str, str]) -> None:
    old, new = pair
    found = kinds(old, new)
    assert bool(found) == (old != new)
    assert ("whitespace" in found) <= (len(found) == 1)
    assert set(found) == set(compare(old, new).kinds)


@settings(max_examples=150, deadline=None)
@given(edited())
def test_texts_equal_but_for_white_space_have_no_kind_but_white_space_or_reflow(pair: tuple[str, str]) -> None:
    old, _ = pair
    assert set(kinds(old, " ".join(old.split()))) <= {"whitespace", "reflow"}


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), prose()))
def test_passages_cover_all_that_is_not_white_space(text: str) -> None:
    at = 0
    for start, end in passages(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_words_are_in_the_text_in_order(text: str) -> None:
    at = 0
    for word in words(text):
        at = text.index(word, at) + len(word)
