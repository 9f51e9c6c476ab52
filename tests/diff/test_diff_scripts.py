"""What a reader of each script would mark: sentences that end where they end, and moves that take nothing apart."""

from __future__ import annotations

import pytest

from archive.diff import ops
from archive.diff.lexicon import lexicon_for
from archive.text import passages


def marked(old: str, new: str) -> list[tuple[str, str]]:
    """The changes: ("delete", text), ("insert", text), ("move", text)."""
    return [
        (str(op["op"]), said)
        for op in ops(old, new)
        if op["op"] != "equal" and (said := old[slice(*op["old"])] or new[slice(*op["new"])]).strip()  # type: ignore[misc]
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Der Eigentümer zahlt z. B. die Hafengebühr. Sie ist fällig.", 2),
        ("La longueur est de 25 m. Il faut des cordes.", 2),
        ("M. Dupont est venu. Il a parlé.", 2),
        ("Des lampes, des gilets, etc. Qui paie ?", 2),
        ("Жарна 500 руб. Платёж вносит владелец.", 2),
        ("Вёсла, канаты и т. д. Лодки стоят у берега.", 2),
        ("هذا ما قاله د. حسن أمس. ثم غادر.", 2),
        ("გემები იცდიან. მდინარე ღიაა. ყველა მოვიდა.", 3),
        ("แม่น้ำเปิดให้ทุกคน ดร. สมชายกล่าว", 1),
        ("เรือมีความยาวไม่เกิน 25 เมตร เจ้าของเรือชำระค่าธรรมเนียมทุกปี", 2),
        ("คณะกรรมการพิจารณาคำขอ และแจ้งผลเป็นหนังสือ", 1),
        ("ประกาศเมื่อวันที่ 14 มีนาคม 2556", 1),
    ],
)
def test_units_letters_and_clauses_end_sentences_as_readers_take_them(text: str, expected: int) -> None:
    assert len(passages(text)) == expected


def test_a_sentence_moved_to_the_paragraph_before_leaves_the_paragraph_in_place() -> None:
    first, stays, moves, last = (
        "One is here now.",
        "The length is 25 feet.",
        "Ropes and lamps are needed here.",
        "It is due.",
    )
    assert marked(f"{first}\n\n{stays} {moves} {last}", f"{first} {moves}\n\n{stays} {last}") == [("move", moves)]


def test_a_list_item_of_a_script_with_vowel_signs_moves_past_others_alone() -> None:
    items = ["1. कप्तान का लाइसेंस", "(क) मूल प्रति", "(ख) सत्यापित प्रतिलिपि", "2. नाव का बीमा"]
    assert marked("\n\n".join(items), "\n\n".join([*items[1:], items[0]])) == [("move", items[0])]


def test_a_short_sentence_of_syllables_that_moved_and_was_edited_has_moved() -> None:
    old = "규칙을 공표했다. 선박은 항구 부두에서 대기한다. 강은 열려 있다.\n\n배의 길이는 짧다.\n\n결정은 서면으로 알린다."
    new = "규칙을 공표했다. 강은 열려 있다.\n\n배의 길이는 짧다.\n\n결정은 서면으로 알린다. 선박은 항구 부두에서 대기하지 않는다."
    assert ("move", "선박은 항구 부두에서 ") in marked(old, new)


def test_a_sentence_alone_in_its_place_keeps_the_words_that_it_begins_with() -> None:
    old, new = "The owner pays the fee every year.", "The owner remains exempt from all dues."
    assert ("delete", "pays the fee every year") in marked(f"Here. {old} There.", f"Here. {new} There.")


def test_a_negation_put_into_a_run_of_syllables_is_marked_alone() -> None:
    assert marked("เรือจอดรอที่ท่าเทียบเรือได้", "เรือไม่จอดรอที่ท่าเทียบเรือได้") == [("insert", "ไม่")]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Кемелер порттың айлағында күтеді.", "kk"),
        ("Кемелер порттун жээгинде күтөт.", "ky"),
        ("Кораблі чекають у порту.", "uk"),
        ("Корабли ждут у причала порта.", "ru"),
        ("Tàu chờ tại cầu cảng.", "vi"),
        ("کشتی‌ها در بندر می‌مانند.", "fa"),
    ],
)
def test_a_language_is_told_by_its_letters_where_common_words_are_few(text: str, language: str) -> None:
    found = lexicon_for(text)
    assert found is not None
    assert found.language == language
