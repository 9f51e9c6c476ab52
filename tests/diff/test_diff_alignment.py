"""How passages and words are aligned: what a reader would mark, and nothing else; bounded on the worst inputs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archive.diff import blame, ops
from archive.diff.lifetimes import Lifetimes
from archive.text import fold, passages, words


def marked(old: str, new: str) -> list[tuple[str, str]]:
    """The changes: ("delete", text), ("insert", text), ("move", text)."""
    return [
        (str(op["op"]), old[slice(*op["old"])] or new[slice(*op["new"])])  # type: ignore[misc]
        for op in ops(old, new)
        if op["op"] != "equal" and (old[slice(*op["old"])] + new[slice(*op["new"])]).strip()  # type: ignore[misc]
    ]


def test_a_replaced_word_alone_is_marked() -> None:
    assert marked("All must pay.", "All should pay.") == [("delete", "must"), ("insert", "should")]


def test_a_deleted_sentence_amid_others_is_marked_whole_and_nothing_else() -> None:
    assert marked("One is here. Two is gone. Three is here.", "One is here. Three is here.") == [
        ("delete", "Two is gone. ")
    ]


def test_the_lighter_of_two_swapped_sentences_has_moved() -> None:
    short, long = "The fee is due.", "The river is open to all inhabitants of the valley."
    assert marked(f"{short} {long}", f"{long} {short}") == [("move", short)]


def test_a_sentence_moved_past_a_heading_leaves_the_heading_in_place() -> None:
    sentence = "No one shall be deprived of the river."
    old = f"The talks go on here.\n\nArticle 1\n\n{sentence} Banks stay open."
    new = f"The talks go on here. {sentence}\n\nArticle 1\n\nBanks stay open."
    assert marked(old, new) == [("move", sentence)]


def test_a_joined_and_edited_pair_of_sentences_stays_in_place() -> None:
    old = "Reports are due in June of this year. The council allocated funds for humanitarian aid."
    new = "Reports are due in July of this year and the council allocated funds for humanitarian aid."
    assert ("move", "") not in marked(old, new)
    assert [kind for kind, _ in marked(old, new)].count("delete") == 2


def test_a_paragraph_moved_into_a_sentence_is_found_there() -> None:
    stamp = "Created at : 4.12.2013, 19:47, Updated at : 9.05.2014, 00:54"
    old = f"The peace rests on resolutions No. 242 and No. 338, the principles of Lorn, its annex and the map of the valley.\n\n{stamp}"
    new = f"The peace rests on resolutions No. 242 and No. {stamp} 338, the principles of Lorn, its annex and the map of the valley."
    assert marked(old, new) == [("move", stamp)]


def test_unrelated_sentences_are_not_held_together_by_small_words() -> None:
    old, new = "The cat of the house sleeps in the sun.", "Under the bridge the boats of fishermen wait."
    assert [kind for kind, _ in marked(old, new)] == ["delete", "insert"]


def test_a_letter_is_never_cut_from_its_marks() -> None:
    assert marked("caf\u00e9", "cafe\u0301") == [("delete", "\u00e9"), ("insert", "e\u0301")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Idrissov met 27 participants. They agreed on No. 242.", 2),
        ("1. The parties agree. 2. They sign.", 3),
        ("The U.S. Ambassador spoke. J. Smith listened.", 2),
        ("Am 14. März traf er Dr. Weber. Danach ging er.", 2),
        ("14 марта 2013 г. делегация и др. участники встретились. Они ушли.", 2),
        ("И. О. Иванов сказал: «Да!» Потом он ушёл.", 2),
        ("¿Quién decide? ¡Nadie! El municipio.", 3),
        ("Really?! he asked... and left. Then came another.", 2),
        ("他说。“好的。”她走了！真的？", 4),
        ("「行く。」と言った。そして帰った。", 2),
        ("هل وصل؟ نعم. ثم غادر.", 3),
        ("यह पहला है। यह दूसरा है।", 2),
        ("Τι είναι; Είναι καλό. Ναι.", 3),
        ("Value is 3.14 or www.example.org today.", 1),
        ("Heading\n\nText here.\n \nMore", 3),
        ("", 0),
    ],
)
def test_sentences_end_where_they_end_in_each_script(text: str, expected: int) -> None:
    assert len(passages(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2013年3月14日", ["2013", "年", "3", "月", "14", "日"]),
        ("国はカメラを買う", ["国", "は", "カメラ", "を", "買", "う"]),
        ("naïve coo\u0301perate", ["naïve", "coo\u0301perate"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("قانونٌ جديد", ["قانونٌ", "جديد"]),
        ("שָׁלוֹם עולם", ["שָׁלוֹם", "עולם"]),
    ],
)
def test_words_are_sensible_units_in_each_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_folding_drops_case_and_marks_but_keeps_vowels_that_are_letters() -> None:
    assert fold("Ёлка ÉTÉ Straße") == "елка ete strasse"
    assert fold("قانونٌ") == fold("قانون")
    assert fold("किताब") != fold("कतब")


LinesRun = Callable[[Callable[[], object]], int]
WORST = {
    "equal lines": lambda n: ("\n\n".join(["a line"] * n), "\n\n".join(["a line"] * (n + n // 10))),
    "one sentence repeated and edited": lambda n: ("It is due now. " * n, "It is due later. " * n),
    "everything rewritten": lambda n: (
        " ".join(f"a{i} b{i * 7} c{i * 3}." for i in range(n)),
        " ".join(f"d{i} e{i * 5} f{i * 11}." for i in range(n)),
    ),
    "no spaces": lambda n: ("a" * 40 * n, "a" * 20 * n + "b" + "a" * 20 * n),
    "distinct words in one sentence": lambda n: (
        " ".join(f"w{i}" for i in range(4 * n)),
        " ".join(f"w{i}" for i in reversed(range(4 * n))),
    ),
    "few Han characters": lambda n: ("的一是不了人" * n, "了人的不一是" * n),
    "stops and closers": lambda n: ('."' * 5 * n, '.".' * 4 * n),
    "passages inside each other": lambda n: (
        " ".join(f"Item number {i} of the list" for i in range(n)),
        ". ".join(f"Item number {i} of the list" for i in range(n)),
    ),
}


@pytest.mark.parametrize("name", WORST)
def test_work_grows_little_faster_than_the_text_on_bad_inputs(name: str, lines_run: LinesRun) -> None:
    make = WORST[name]
    assert lines_run(lambda: ops(*make(4000))) < 6 * lines_run(lambda: ops(*make(1000)))


def _two_lines_shuffled(count: int) -> tuple[str, str]:
    """Thue-Morse sequences of two lines, and of the two exchanged in the later half."""
    lines = ["a line", "b line"]
    marks = [index.bit_count() % 2 for index in range(count)]
    later = [1 - mark if index > count // 2 else mark for index, mark in enumerate(reversed(marks))]
    return "\n\n".join(lines[mark] for mark in marks), "\n\n".join(lines[mark] for mark in later)


def test_following_words_of_often_repeated_passages_grows_with_the_text(lines_run: LinesRun) -> None:
    def follow(count: int) -> object:
        old, new = _two_lines_shuffled(count)
        return blame([old, new, old])

    assert lines_run(lambda: follow(1600)) < 6 * lines_run(lambda: follow(400))


def _words_handled(old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many words the search for ancestors holds against each other."""
    count = 0

    def counted(one: list[str], two: list[str]) -> float:
        nonlocal count
        count += len(one) + len(two)
        return 0.0

    monkeypatch.setattr("archive.diff.lifetimes._likeness", counted)
    followed: Lifetimes[int] = Lifetimes()
    for at, text in enumerate((old, new, old)):
        followed.changed(text, at)
    return count


def test_many_short_passages_are_not_held_against_one_long_lost_one(monkeypatch: pytest.MonkeyPatch) -> None:
    old = " ".join(f"Item number {index} of the list" for index in range(400))
    new = ". ".join(f"Item number {index} of the list" for index in range(400))
    assert _words_handled(old, new, monkeypatch) < 4 * len(words(old))
