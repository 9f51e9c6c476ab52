"""Renderings of a comparison: readable without colour, safe whatever the page says, whole in every form."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from archive.diff import compare
from archive.diff.render import (
    Redline,
    inline_html,
    redline,
    side_by_side_html,
    standalone_html,
    terminal,
    unified,
)

OLD = """Position of the Republic

The Ministry supports the plan. All parties must return to the talks. The embassy is open on weekdays.

The first clause stays as it was.

The second clause stays as it was.

The third clause stays as it was.

The fourth clause stays as it was.

Human beings are free in Kazakhstan."""
NEW = """Position of the Republic

The embassy is open on weekdays. The Ministry notes the plan. All parties must return to the talks.

The first clause stays as it was.

The second clause stays as it was.

The third clause stays as it was.

The fourth clause stays as it was.

Hum\u200ban beings are free in K\u0430zakhstan."""


def made(old: str, new: str) -> Redline:
    return redline(old, new, compare(old, new).ops)


def test_a_terminal_without_colour_shows_every_change_by_marks() -> None:
    said = terminal(made(OLD, NEW), colour=False)
    assert "(1){<The embassy is open on weekdays.<} The Ministry (2)[-supports-]{+notes+} the plan." in said
    assert "(1)[>The embassy is open on weekdays.>]" in said
    assert "\x1b" not in said


def test_colour_only_adds_to_what_is_there_without() -> None:
    line = made(OLD, NEW)
    assert re.sub(r"\x1b\[[0-9;]*m", "", terminal(line, colour=True)) == terminal(line, colour=False)


def test_invisible_and_look_alike_characters_are_shown_by_name() -> None:
    said = terminal(made(OLD, NEW), colour=False)
    assert "Hum(3){+<U+200B ZERO WIDTH SPACE>+}an" in said
    assert "[-a <U+0061 LATIN SMALL LETTER A>-]{+а <U+0430 CYRILLIC SMALL LETTER A>+}" in said


def test_two_forms_of_one_letter_are_told_apart_by_name() -> None:
    said = terminal(made("Caf\u00e9 is open.", "Cafe\u0301 is open."), colour=False)
    assert "U+00E9 LATIN SMALL LETTER E WITH ACUTE" in said
    assert "U+0301 COMBINING ACUTE ACCENT" in said


def _columns(said: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in said)


def test_lines_for_a_narrow_terminal_are_broken_between_words_and_hold_all_of_them() -> None:
    line = made(OLD, NEW)
    said = terminal(line, colour=False, width=40)
    assert max(map(_columns, said.split("\n"))) <= 40
    assert said.split() == terminal(line, colour=False).split()


def test_lines_of_wide_characters_are_broken_between_them_but_not_before_a_stop() -> None:
    said = terminal(
        made("全部各方必须参加谈判。大使馆开放。", "全部各方可以参加谈判。大使馆开放。"), colour=False, width=14
    )
    assert [_columns(part) <= 16 for part in said.split("\n")]
    assert not any(part.startswith("。") for part in said.split("\n"))
    assert said.replace("\n", "") == "全部各方(1)[-必须-]{+可以+}参加谈判。大使馆开放。"


def test_colour_is_closed_at_the_end_of_every_line() -> None:
    for part in terminal(made(OLD, NEW), colour=True, width=30).split("\n"):
        codes = re.findall(r"\x1b\[([0-9;]*)m", part)
        assert codes[1::2] == ["0"] * len(codes[1::2])
        assert len(codes) % 2 == 0


def test_control_characters_of_the_page_never_reach_the_terminal() -> None:
    said = terminal(made("Safe.", "Safe \x1b[2J\x07\u202egnp.exe\u2069 \x9b31m."), colour=False)
    assert not set("\x1b\x07\x9b\u202e\u2069") & set(said)
    assert "<U+001B ESCAPE>" in said
    assert "<U+202E RIGHT-TO-LEFT OVERRIDE>" in said


def test_long_unchanged_stretches_fold_and_can_be_unfolded() -> None:
    line = made(OLD, NEW)
    assert "2 unchanged paragraphs" in terminal(line, colour=False)
    assert "unchanged" not in terminal(line, colour=False, context=None)
    assert html.fromstring(inline_html(line)).findall(".//details/summary")[0].text == "2 unchanged paragraphs"


def test_html_ids_are_unique_and_every_link_leads_to_one() -> None:
    for said in (inline_html(made(OLD, NEW)), f"<table>{side_by_side_html(made(OLD, NEW))}</table>"):
        tree = html.fromstring(said)
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert {target[1:] for target in tree.xpath("//@href")} <= set(ids)


def test_both_ends_of_a_move_link_to_each_other() -> None:
    tree = html.fromstring(inline_html(made(OLD, NEW)))
    here, away = tree.xpath("//ins[@class='v-here']")[0], tree.xpath("//del[@class='v-away']")[0]
    assert f"#{away.get('id')}" in here.xpath("./preceding-sibling::a[1]/@href")
    assert f"#{here.get('id')}" in away.xpath("./preceding-sibling::a[1]/@href")


def test_markup_of_the_page_is_text() -> None:
    nasty = '<script>alert(1)</script> "quoted" & <b onclick=x>bold</b>'
    for said in (inline_html(made("Start.", nasty)), side_by_side_html(made(nasty, "End."))):
        assert "<script" not in said
        assert "<b " not in said


def test_a_changed_paragraph_border_is_shown_and_is_no_change_of_words() -> None:
    said = terminal(made("One is here. Two is here.", "One is here.\n\nTwo is here."), colour=False)
    assert said == "One is here.(1){+¶+}\n\nTwo is here.\n"


def test_unified_text_has_each_changed_paragraph_twice() -> None:
    said = unified(
        made("A kept line.\n\nAll must pay.", "A kept line.\n\nAll should pay."), old_label="1", new_label="2"
    )
    assert said == "--- 1\n+++ 2\n@@ -1,2 +1,2 @@\n A kept line.\n-All must pay.\n+All should pay.\n"


def test_nothing_is_said_of_equal_texts_in_unified_form() -> None:
    assert unified(made(OLD, OLD), old_label="1", new_label="2") == ""


def test_a_new_stamp_is_one_change() -> None:
    assert made("Updated at : 9.05.2014, 00:54", "Updated at : 10.06.2015, 11:02").changes == 1


def test_a_replaced_part_of_a_number_or_date_is_shown_as_the_whole_of_it() -> None:
    said = terminal(made("It was 04.05.2031, 1,250,000 crowns.", "It was 09.05.2031, 1,350,000 crowns."), colour=False)
    assert said == "It was (1)[-04.05.2031-]{+09.05.2031+}, [-1,250,000-]{+1,350,000+} crowns.\n"


def test_the_parts_of_a_date_that_changed_are_one_replacement() -> None:
    said = terminal(made("Updated at : 9.05.2014", "Updated at : 10.06.2015"), colour=False)
    assert said == "Updated at : (1)[-9.05.2014-]{+10.06.2015+}\n"


def test_a_paragraph_that_moved_and_was_edited_has_no_paragraph_mark() -> None:
    one, two, three = "The embassy is open on 4 days of May.", "All parties return.", "The river is wide and deep."
    line = made(f"{one}\n\n{two}\n\n{three}", f"{two}\n\n{three}\n\n{one.replace('4', '5')}")
    assert "¶" not in terminal(line, colour=False)


def test_a_paragraph_that_moved_whole_stands_alone_at_both_ends() -> None:
    one, two, three = "The embassy is open.", "All parties return to the talks.", "The river is wide and deep."
    line = made(f"{one}\n\n{two}\n\n{three}", f"{two}\n\n{three}\n\n{one}")
    assert [[run.kind for run in block.runs] for block in line.blocks] == [
        ["moved_away"],
        ["equal"],
        ["equal"],
        ["moved_here"],
    ]


def test_what_is_not_the_pages_own_text_leaves_the_direction_of_a_paragraph_alone() -> None:
    tree = html.fromstring(inline_html(made("صدر البيان أمس.", "نشر البيان أمس.")))
    ours = tree.xpath("//*[contains(@class,'v-sr') or contains(@class,'v-num') or contains(@class,'v-char')]")
    assert ours
    assert all(node.get("dir") for node in ours)


def test_a_standalone_file_names_its_encoding_and_fetches_nothing() -> None:
    said = standalone_html(made(OLD, NEW), title="a <b>", about="From 1 to 2", language="en", context=None)
    tree = html.document_fromstring(said)
    assert tree.xpath("//meta/@charset") == ["utf-8"]
    assert not tree.xpath("//*[@src] | //script | //link")
    assert tree.findtext(".//h1") == "a <b>"


def _side(said: str, *gone: str) -> str:
    tree = html.fromstring(said)
    for node in tree.xpath("//*[contains(@class,'v-sr') or contains(@class,'v-num') or contains(@class,'v-jump')]"):
        node.drop_tag() if node.text is None else node.clear(keep_tail=True)
    for name in gone:
        for node in tree.xpath(f"//{name}"):
            node.clear(keep_tail=True)
    return "".join("".join(tree.itertext()).split())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["One.", "Two", "Three!", "four,", "«five»", "صدر", "支持。"]), max_size=12))
def test_the_joint_html_holds_the_whole_later_text(parts: list[str]) -> None:
    old = " ".join(parts)
    new = " ".join(sorted(parts))
    assert _side(inline_html(made(old, new), context=None), "del") == "".join(new.split())


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text())
def test_every_rendering_of_any_text_can_be_written_as_utf_8(old: str, new: str) -> None:
    line = made(old, new)
    for said in (
        terminal(line, colour=True),
        inline_html(line),
        side_by_side_html(line),
        unified(line, old_label="1", new_label="2"),
    ):
        said.encode()
