from __future__ import annotations

import pickle
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.site.parallel import parallel

EN = [
    ("title", "On settlement in the Straits"),
    ("paragraph", "The Ministry has followed the talks in Port Sable since 1997. All 27 parties must take part."),
    ("heading", "Principles"),
    ("list_item", "Respect for the borders of 12 March 1978."),
    ("list_item", "Free passage for ships of every flag."),
    ("paragraph", "Norland has given 4 million crowns in aid."),
]
RU = [
    ("title", "Об урегулировании в проливах"),
    ("paragraph", "Министерство следит за переговорами в Порт-Сейбле с 1997 года. Все 27 сторон должны участвовать."),
    ("heading", "Принципы"),
    ("list_item", "Уважение границ от 12 марта 1978 года."),
    ("list_item", "Свободный проход судов под любым флагом."),
    ("paragraph", "Норландия предоставила помощь в размере 4 миллионов крон."),
]
AR = [
    ("title", "بشأن التسوية في المضائق"),
    ("paragraph", "تتابع الوزارة المحادثات في ميناء سابل منذ عام ١٩٩٧. يجب على الأطراف الـ ٢٧ المشاركة."),
    ("heading", "المبادئ"),
    ("list_item", "حرية المرور للسفن من كل علم."),
    ("paragraph", "قدمت نورلاند مساعدات بقيمة ٤ ملايين كرونة."),
]


def test_versions_of_the_same_build_stand_block_by_block() -> None:
    assert parallel([EN, RU]) == [((n, n + 1), (n, n + 1)) for n in range(6)]


def test_a_version_that_lacks_a_block_has_a_hole_there() -> None:
    rows = parallel([EN, AR])
    assert ((3, 4), (3, 3)) in rows
    assert rows[-1] == ((5, 6), (4, 5))


def test_a_block_that_one_version_has_alone_stands_in_a_row_of_its_own() -> None:
    more = [
        *RU[:2],
        ("paragraph", "Этого абзаца больше нигде нет, и говорит он о другом: о 3051 годе и о 88 портах."),
        *RU[2:],
    ]
    assert ((2, 2), (2, 3)) in parallel([EN, more])


def test_three_versions_share_their_rows() -> None:
    rows = parallel([EN, RU, AR])
    assert rows[0] == ((0, 1), (0, 1), (0, 1))
    assert rows[-1] == ((5, 6), (5, 6), (4, 5))


def test_numbers_are_known_in_the_digits_of_each_script() -> None:
    one = [("paragraph", "In 1997 it began."), ("paragraph", "In 2003 it went.")]
    two = [("paragraph", "في ٢٠٠٣ انتهى.")]
    assert parallel([one, two]) == [((0, 1), (0, 0)), ((1, 2), (0, 1))]


def test_very_long_versions_stand_beside_each_other_as_wholes(lines_run: Callable[[Callable[[], object]], int]) -> None:
    register = [("paragraph", f"Entry {n} of the register.") for n in range(4000)]
    assert parallel([register, register]) == [((0, 4000), (0, 4000))]
    assert lines_run(lambda: parallel([register, register])) < 100


def test_no_version_and_empty_versions_are_no_trouble() -> None:
    assert parallel([]) == []
    assert parallel([[], []]) == []
    assert parallel([[], EN]) == [((0, 0), (0, 6))]
    assert parallel([EN, []]) == [((n, n + 1), (0, 0)) for n in range(6)]


blocks = st.lists(st.tuples(st.sampled_from(["title", "paragraph", "list_item"]), st.text(max_size=40)), max_size=9)


@settings(max_examples=150, deadline=None)
@given(st.lists(blocks, min_size=1, max_size=4))
def test_every_block_of_every_version_stands_in_one_row_in_order(texts: list[list[tuple[str, str]]]) -> None:
    rows = parallel(texts)
    for place, text in enumerate(texts):
        assert [n for row in rows for n in range(*row[place])] == list(range(len(text)))
    assert pickle.loads(pickle.dumps(rows)) == rows  # noqa: S301 - our own
