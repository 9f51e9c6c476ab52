"""The life of every passage: spells with bounds, returns, moves, ancestry, and phrases across passages."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.diff import blame
from archive.diff.lifetimes import Kin, Life, Lifetimes, Looks, standing, turn

FEE = "Every applicant must pay a fee of forty crowns at the counter."
HOURS = "The office is open on weekdays from nine to five."
RIVER = "The river may be used by all inhabitants of the valley."


def followed(*texts: str) -> dict[str, Life[int]]:
    """Lives by text after looks at 0, 10, 20, … that show these texts."""
    lifetimes: Lifetimes[int] = Lifetimes()
    last = None
    for index, text in enumerate(texts):
        if text == last:
            lifetimes.seen(index * 10, 10.0)
        else:
            lifetimes.changed(text, index * 10, 10.0 if index else 0.0)
        last = text
    return {life.passage.text: life for life in lifetimes.lives()}


def bounds(life: Life[int]) -> list[tuple[int | None, int, int, int | None]]:
    return [(s.begin_not_before, s.begin_not_after, s.end_not_before, s.end_not_after) for s in life.spells]


def test_what_stood_there_from_the_start_has_no_lower_bound_and_no_end() -> None:
    assert bounds(followed(FEE, FEE)[FEE]) == [(None, 0, 10, None)]


def test_a_passage_begins_and_ends_between_two_looks() -> None:
    lives = followed(HOURS, f"{HOURS} {FEE}", f"{HOURS} {FEE}", HOURS)
    assert bounds(lives[FEE]) == [(0, 10, 20, 30)]
    assert not lives[FEE].present
    assert lives[FEE].spells[0].looks == 2


def test_text_that_comes_back_has_a_second_spell() -> None:
    assert bounds(followed(f"{FEE} {HOURS}", HOURS, f"{HOURS}\n\n{FEE}")[FEE]) == [(None, 0, 0, 10), (10, 20, 20, None)]


def test_a_moved_passage_keeps_its_life() -> None:
    lives = followed(f"{FEE}\n\n{HOURS}\n\n{RIVER}", f"{HOURS}\n\n{RIVER}\n\n{FEE}")
    assert bounds(lives[FEE]) == [(None, 0, 10, None)]


def test_a_reworded_passage_names_the_one_it_was_made_from() -> None:
    softer = FEE.replace("must", "should")
    lives = followed(f"{FEE} {HOURS}", f"{softer} {HOURS}")
    assert lives[softer].ancestor == lives[FEE].passage.sha256
    assert bounds(lives[FEE]) == [(None, 0, 0, 10)]


def test_a_lost_passage_that_returns_with_small_edits_names_the_lost_one() -> None:
    edited = FEE.replace("forty", "fifty")
    lives = followed(f"{FEE}\n\n{HOURS}", HOURS, HOURS, f"{HOURS}\n\n{edited}")
    assert lives[edited].ancestor == lives[FEE].passage.sha256


def test_a_new_passage_that_is_like_nothing_has_no_ancestor() -> None:
    assert followed(f"{FEE}\n\n{HOURS}", HOURS, f"{HOURS}\n\n{RIVER}")[RIVER].ancestor is None


def test_a_blanked_page_ends_everything_and_its_return_begins_it_again() -> None:
    lives = followed(f"{FEE} {HOURS}", "", f"{FEE} {HOURS}")
    assert [len(lives[text].spells) for text in (FEE, HOURS)] == [2, 2]


def test_a_spell_knows_the_longest_gap_in_its_evidence() -> None:
    lifetimes: Lifetimes[int] = Lifetimes()
    lifetimes.changed(HOURS, 0)
    lifetimes.seen(50, 50.0)
    lifetimes.changed(f"{HOURS} {FEE}", 60, 10.0)
    lifetimes.seen(80, 20.0)
    lifetimes.seen(85, 5.0)
    lives = {life.passage.text: life for life in lifetimes.lives()}
    assert (lives[HOURS].spells[0].longest_gap_s, lives[FEE].spells[0].longest_gap_s) == (50.0, 20.0)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_the_longest_gap_since_any_look_is_right_however_few_are_kept(gaps: list[int]) -> None:
    looks: Looks[int] = Looks()
    for at, gap in enumerate(gaps):
        looks = looks.seen(at, float(gap))
    for number in range(1, len(gaps) + 1):
        assert looks.longest_gap_since(number) == max(gaps[number:], default=0)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sets(st.sampled_from([FEE, HOURS, RIVER, FEE.replace("fee", "fine")])), min_size=1, max_size=8))
def test_spells_are_where_the_text_was_and_nowhere_else(history: list[set[str]]) -> None:
    texts = ["\n\n".join(sorted(parts)) for parts in history]
    lives = followed(*texts)
    for text, life in lives.items():
        seen = {
            look for spell in life.spells for look in range(spell.begin_not_after // 10, spell.end_not_before // 10 + 1)
        }
        assert seen == {look for look, parts in enumerate(history) if text in parts}
        assert sum(spell.looks for spell in life.spells) == len(seen)


def test_a_turn_names_only_what_begins_and_ends() -> None:
    found = turn(f"{FEE} {HOURS} {RIVER}", f"{FEE} {RIVER}")
    assert not found.begun
    assert found.ended == tuple(standing(HOURS))


def test_paragraphs_of_known_kind_keep_it_and_only_prose_is_cut() -> None:
    text = f"Fees. And hours\n\n{FEE} {HOURS}\n\nUpdated at : 9.05.2014, 00:54"
    found = standing(text, ("heading", "paragraph", "stamp")).values()
    assert [passage.kind for passage in found] == ["heading", "sentence", "sentence", "stamp"]


def test_of_many_lost_passages_the_likest_is_found() -> None:
    lost = standing(
        "\n\n".join(f"Clause {number} speaks of {number * 7} barges on the river." for number in range(500))
    )
    kin = Kin(lost.values())
    again = next(iter(standing("Clause 321 speaks of 2247 large barges on the river.").values()))
    found = kin.of(again)
    assert found is not None
    assert lost[found].text == "Clause 321 speaks of 2247 barges on the river."


def test_words_that_return_keep_their_numbers() -> None:
    one, _, three = blame([f"{FEE} {HOURS}", HOURS, f"{HOURS} {FEE}"])
    size = len(blame([FEE])[0])
    assert [lineage for *_, lineage in one[:size]] == [lineage for *_, lineage in three[-size:]]


def test_a_word_put_back_after_an_edit_keeps_its_number() -> None:
    one, two, three = blame(["All must pay.", "All should pay.", "All must pay."])
    assert one == three
    assert two[1][2] not in {lineage for *_, lineage in one}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(f"{FEE} {HOURS} a. б. 人。".split()), max_size=12).map(" ".join), max_size=5))
def test_no_revision_has_one_lineage_twice(revisions: list[str]) -> None:
    for text, found in zip(revisions, blame(revisions), strict=True):
        lineages = [lineage for *_, lineage in found]
        assert len(lineages) == len(set(lineages))
        assert "".join(text[a:b] for a, b, _ in found) == "".join(text.split())


def test_a_wording_put_back_in_place_of_one_like_it_has_its_words_back() -> None:
    one, _, three = blame([";the", "the;", ";the"])
    assert one[0][2] == three[0][2]


def test_words_of_a_script_without_spaces_are_cut_the_same_whatever_the_text_was_before() -> None:
    text = "ประเทศहिन्दी।the"
    one, _, three = blame([text, "ปี।ระเทศहिन्दी।the", text])
    assert one == three
