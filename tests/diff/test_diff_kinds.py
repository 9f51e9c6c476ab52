"""Kinds of change, each named with the spans it rests on, in the languages and scripts of official pages."""

from __future__ import annotations

import pytest

from archive.diff import compare, kinds

CREATED = "Created at : 4.12.2013, 19:47, Updated at : "


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("The river is open to all.", "The lake is open to all.", {"wording"}),
        ("The river is open. It is wide.", "The river is open. Boats pass daily. It is wide.", {"sentence_added"}),
        ("The river is open. Boats pass daily. It is wide.", "The river is open. It is wide.", {"sentence_deleted"}),
        ("A fee of 40 crowns is due.", "A fee of 50 crowns is due.", {"number"}),
        ("Собрание назначено на 3 июня.", "Собрание назначено на 4 июня.", {"number"}),
        ("The fee is due; pay here.", "The fee is due, pay here.", {"punctuation"}),
        ("The fee is due. Pay it here today.", "The fee is due; pay it here today.", {"punctuation"}),
        ("The fee is due.", "The «fee» is due.", {"punctuation"}),
        ("Human beings are free.", "Hum\u200ban beings are free.", {"invisible"}),
        ("Caf\u00e9 is open.", "Cafe\u0301 is open.", {"invisible"}),
        ("Kazakhstan is wide.", "K\u0430zakhstan is wide.", {"homoglyph"}),
        ("الدين يسر للناس.", "الدین یسر للناس.", {"homoglyph"}),
        ("One is here. Two is here.", "One is here.\n\nTwo is here.", {"reflow"}),
        ("One is  here.", "One\nis here.", {"whitespace"}),
        (f"Text stays.\n\n{CREATED}9.05.2014, 00:54", f"Text stays.\n\n{CREATED}10.06.2014, 11:00", {"stamp"}),
        ("First one is here. Second one is there now.", "Second one is there now. First one is here.", {"moved"}),
    ],
)
def test_a_single_edit_has_exactly_its_kind(old: str, new: str, expected: set[str]) -> None:
    assert set(kinds(old, new)) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The State shall keep the banks open to the public.", "The State may keep the banks open to the public."),
        ("The Ministry supports the plan of the village.", "The Ministry notes the plan of the village."),
        ("Стороны должны вернуться к переговорам.", "Стороны могут вернуться к переговорам."),
        ("Тараптар есепті уақытында ұсынуға тиіс.", "Тараптар есепті уақытында ұсынуға мүмкін."),
        ("يجب على الأطراف تقديم تقاريرها.", "يمكن على الأطراف تقديم تقاريرها."),
        ("各方应当恢复谈判。", "各方可以恢复谈判。"),
        ("国は岸を開くべきである。", "国は岸を開くことができる。"),
        (
            "Toutes les parties doivent reprendre les discussions.",
            "Toutes les parties peuvent reprendre les discussions.",
        ),
        (
            "Alle Parteien sollten zu den Gesprächen zurückkehren.",
            "Alle Parteien müssen zu den Gesprächen zurückkehren.",
        ),
        ("Todas las partes deben volver a la mesa.", "Todas las partes pueden volver a la mesa."),
        ("Усі сторони мають повернутися до переговорів.", "Усі сторони можуть повернутися до переговорів."),
        ("Οι δήμοι μπορούν να ορίζουν τις ώρες.", "Οι δήμοι πρέπει να ορίζουν τις ώρες."),
    ],
)
def test_how_binding_a_sentence_is_is_hinted_at_in_its_language(old: str, new: str) -> None:
    found = kinds(old, new)
    assert set(found) == {"modality"}
    assert found["modality"]["hint"] is True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The Ministry supports the plan of the village.", "The Ministry does not support the plan of the village."),
        ("All parties should return to the talks.", "All parties should not return to the talks."),
        ("Министерство поддерживает это право.", "Министерство не поддерживает это право."),
        ("Қазақстан бұл құқықты қолдайды.", "Қазақстан бұл құқықты қолдамайды."),
        ("Bakanlık bu hakkı destekliyor ve korur.", "Bakanlık bu hakkı desteklemiyor ve korur."),
        ("يجب على الأطراف العودة إلى المحادثات.", "لا يجب على الأطراف العودة إلى المحادثات."),
        ("各方必须恢复谈判。", "各方不必恢复谈判。"),
        ("外務省はこの権利を支持する。", "外務省はこの権利を支持しない。"),
        ("L'État garantit que les berges restent ouvertes.", "L'État ne garantit pas que les berges restent ouvertes."),
        ("המשרד תומך בזכותו של כל כפר.", "המשרד אינו תומך בזכותו של כל כפר."),
        ("मंत्रालय इस अधिकार का समर्थन करता है।", "मंत्रालय इस अधिकार का समर्थन नहीं करता है।"),
        ("เรือจอดรอที่ท่าเทียบเรือได้", "เรือไม่จอดรอที่ท่าเทียบเรือได้"),
        ("გემები ნავსადგურში იცდიან.", "გემები ნავსადგურში არ იცდიან."),
        ("Tàu chờ tại cầu cảng của bến.", "Tàu không chờ tại cầu cảng của bến."),
        (
            "Se lykkää päätöksen täytäntöönpanoa ja on voimassa.",
            "Se ei lykkää päätöksen täytäntöönpanoa ja on voimassa.",
        ),
        ("선박은 항구 부두에서 대기한다.", "선박은 항구 부두에서 대기하지 않는다."),
        ("Кемелер порттың айлағында күтеді.", "Кемелер порттың айлағында күтпейді."),
    ],
)
def test_a_negation_put_in_is_hinted_at_in_its_language(old: str, new: str) -> None:
    found = kinds(old, new)
    assert set(found) == {"negation"}
    assert found["negation"]["hint"] is True


def test_a_kind_names_the_spans_it_rests_on() -> None:
    old, new = "A fee of 40 crowns is due today.", "A fee of 50 crowns is due now."
    found = kinds(old, new)
    assert [old[a:b] for a, b in found["number"]["old"]] == ["40"]
    assert [new[a:b] for a, b in found["wording"]["new"]] == ["now"]


def test_a_moved_and_edited_sentence_is_both_moved_and_reworded() -> None:
    one, two, three = (
        "The embassy is open on weekdays only.",
        "All parties return to the talks.",
        "The river is wide here.",
    )
    edited = one.replace("only", "except holidays")
    found = compare(f"{one}\n\n{two}\n\n{three}", f"{two}\n\n{three}\n\n{edited}")
    assert set(found.kinds) == {"moved", "wording"}
    assert found.reworded == ((one, edited),)
    assert found.moved == (edited,)


def test_an_unchanged_moved_sentence_is_only_among_the_moved() -> None:
    one, two, three = "The embassy is open on weekdays.", "All parties return to the talks.", "The river is wide here."
    found = compare(f"{one} {two} {three}", f"{two} {three} {one}")
    assert (found.moved, found.reworded, found.added, found.removed) == ((one,), (), (), ())
    assert (found.words_added, found.words_removed, found.words_moved) == (0, 0, 6)


def test_a_quiet_difference_is_among_the_reworded() -> None:
    assert compare("Pay the fee; here.", "Pay the fee, here.").reworded == (
        ("Pay the fee; here.", "Pay the fee, here."),
    )


def test_a_summary_holds_codes_and_values_and_no_sentence_in_any_language() -> None:
    summary = compare("All must pay 40 crowns.", "All should pay 50 crowns.").summary
    assert [dict(line) for line in summary] == [
        {"code": "passages_reworded", "values": {"count": 1}},
        {"code": "number", "values": {"count": 1, "hint": False, "said": [{"old": "40", "new": "50"}]}},
        {"code": "modality", "values": {"count": 1, "hint": True, "said": [{"old": "must", "new": "should"}]}},
    ]


def test_equal_texts_have_no_kind_and_one_equal_op() -> None:
    found = compare("Same. Text.", "Same. Text.")
    assert not found.kinds
    assert [op.op for op in found.ops] == ["equal"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The fee is due and paid.", "The fee is due, and paid."),
        ("费用如下，：第一项", "费用如下：第一项"),
        ("The fee is due", "The fee is due."),
    ],
)
def test_a_dividing_mark_that_comes_or_goes_is_told_as_wording_too(old: str, new: str) -> None:
    assert set(kinds(old, new)) == {"wording", "punctuation"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The fee, is due.", "The fee; is due."),
        ("The 'fee' is due.", "The fee is due."),
        ("It is - due.", "It is – due."),
    ],
)
def test_a_mark_that_is_replaced_and_quotation_marks_are_typography(old: str, new: str) -> None:
    assert set(kinds(old, new)) == {"punctuation"}
