"""Where in a TOML file each key stands."""

from __future__ import annotations

import tomllib
from typing import Any

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from scraper.toml_lines import Path, key_lines
from scraper.watchlist import starter

AWKWARD = '''# [not.a.table]
contact = "a # b [c] = \\" d"
"quoted key" = 1 # = 2
'lit\\eral' = 'x = "y'
dotted . "key" = true

[a.b]   # comment ]
text = """one
[not a table]
x = 1 \\"""
two"""""
raw = \'\'\'
y = 'z'
\'\'\'
date = 1979-05-27 07:32:00
list = [ "a", # , ]
  "b, ]",

  ["c", """
d"""],
  { k = "v", l = [1, 2] },
]
inline = { one = 1, two.three = "}" }
empty = ""
[[page]]
slug = "x"
[page.sub]
k = 1
[[page.item]]
[[page]]
slug = "y"
[[page.item]]
n = 1
[[page.item]]
n = 2
'''


def paths(value: Any, at: Path = ()) -> set[Path]:
    if isinstance(value, dict):
        found = {path for key, item in value.items() for path in paths(item, (*at, key))}
    elif isinstance(value, list):
        found = {path for index, item in enumerate(value) for path in paths(item, (*at, index))}
    else:
        found = set()
    return found | {at} if at else found


def test_every_key_of_an_awkward_file_has_a_line() -> None:
    assert paths(tomllib.loads(AWKWARD)) <= key_lines(AWKWARD).keys()


def test_lines_are_those_on_which_the_keys_stand() -> None:
    lines, text = key_lines(AWKWARD), AWKWARD.splitlines()
    for path, start in [
        (("contact",), "contact"),
        (("lit\\eral",), "'lit"),
        (("dotted", "key"), "dotted"),
        (("a", "b", "raw"), "raw"),
        (("a", "b", "list", 1), '  "b, ]"'),
        (("a", "b", "list", 2, 1), '  ["c"'),
        (("a", "b", "list", 3, "l", 1), "  { k"),
        (("a", "b", "empty"), "empty"),
        (("page", 1, "slug"), 'slug = "y"'),
        (("page", 1, "item", 1, "n"), "n = 2"),
    ]:
        assert text[lines[path] - 1].startswith(start)


def test_the_starter_file_is_covered() -> None:
    assert paths(tomllib.loads(starter())) <= key_lines(starter()).keys()


VALUES = st.recursive(
    st.text() | st.integers(-(10**9), 10**9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_every_key_of_any_written_file_has_a_line(tables: dict[str, Any]) -> None:
    text = tomlkit.dumps(tables)
    assert paths(tomllib.loads(text)) <= key_lines(text.replace("\r\n", "\n")).keys()
