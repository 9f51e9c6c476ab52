"""Two hundred looks at pages as they live: teasers in turn, today's date, temperatures, counters, outages and returns, and edits."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

BEGUN = datetime(2014, 5, 9, 6, tzinfo=UTC)
LOOKS = 200
COUNTRIES = ("Norway", "Chile", "Kenya", "Japan", "Peru", "Ghana", "Nepal", "Malta", "Cuba", "Fiji")
NEWS = [
    f"Minister {name} meets the ambassador of {country}"
    for name in ("Adams", "Berg", "Cole", "Dahl")
    for country in COUNTRIES
]


def world(look: int, at: datetime, turn: random.Random) -> dict[str, str]:
    """What stands around the text at one look."""
    latest = [NEWS[(look // 7 + n) % len(NEWS)] for n in range(5)]
    dated = "".join(
        f"<p>{at:%d %B %Y}, {n + 9}:15</p><p><a href='/n{n}'>{text}</a></p>" for n, text in enumerate(latest)
    )
    links = "".join(f"<li><a href='/t{n}'>{text}</a></li>" for n, text in enumerate(turn.sample(NEWS, 4)))
    return {
        "dated news in a column": f"<div class=k1><h4>What is new</h4>{dated}</div>",
        "links in a column": f"<div class=k2><h4>Also of interest</h4><ul>{links}</ul></div>",
        "links in a sidebar": f"<aside class=sidebar><ul>{links}</ul></aside>",
        "the date of today": f"<div class=k3>{at:%A, %d %B %Y}</div>",
        "a temperature": f"<div class=k4>{turn.randint(-9, 30)} °C</div>",
        "counters": f"<div class=k5><span>Views: {1000 + look}</span></div><div>Online: {turn.randint(1, 40)}</div>",
        "a token": f"<input type=hidden name=csrf value={turn.random()}><!-- {turn.random()} -->",
        "a footer's year and version": f"<footer><p>© {at.year} Ministry</p><p>Version 1.{look // 50}.0</p></footer>",
    }


def page_at(look: int, lines: list[str], turn: random.Random, parts: list[str] | None = None) -> bytes:
    around = world(look, BEGUN + timedelta(hours=look), turn)
    shown = "".join(text for name, text in around.items() if parts is None or name in parts)
    text = "".join(f"<p>{line}</p>" for line in lines)
    return (
        '<!doctype html><html lang=en><head><title>Rules of entry | Ministry</title></head><body><div class=top><a href="/">Home</a></div>'
        f"<div class=page><div class=wide><h1>Rules of entry</h1>{text}</div>{shown}</div></body></html>"
    ).encode()


def outage(look: int, turn: random.Random) -> tuple[bytes | None, dict[str, object]]:
    kinds: list[tuple[bytes | None, dict[str, object]]] = [
        (b"<html><title>502 Bad Gateway</title><body><h1>502 Bad Gateway</h1></body></html>", {"status": 502}),
        (
            b"<html><title>504 Gateway Time-out</title><body><center><h1>504 Gateway Time-out</h1></center></body></html>",
            {},
        ),
        (
            f"<html><title>Just a moment...</title><body><p>Checking your browser. Ray ID: {turn.random()}</p></body></html>".encode(),
            {},
        ),
        (None, {"status": None, "failure": ("timeout", "30 s")}),
        (b"<html><title>Maintenance</title><body><p>We will be back soon.</p></body></html>", {}),
    ]
    return kinds[look % len(kinds)]


@pytest.mark.parametrize("part", [*world(0, BEGUN, random.Random(0)), "all of it"])
def test_what_lives_around_the_text_is_never_told(part, history, paragraphs):
    turn = random.Random(part)
    parts = None if part == "all of it" else [part]

    outcomes = [history.look(page_at(look, list(paragraphs), turn, parts)) for look in range(LOOKS)]

    assert outcomes == ["new"] + ["unchanged"] * (LOOKS - 1)


def test_outages_are_never_told_as_wording_nor_good_looks_held(history, paragraphs):
    turn = random.Random(2)
    assert history.look(page_at(0, list(paragraphs), turn)) == "new"
    for look in range(1, LOOKS):
        if look % 9 == 0:
            body, more = outage(look, turn)
            assert history.look(body, **more).split(":")[0] in ("failed", "held")
        else:
            assert history.look(page_at(look, list(paragraphs), turn)) == "unchanged"


def test_every_edit_amid_all_this_is_told_at_once(history, paragraphs):
    turn = random.Random(3)
    lines = list(paragraphs)
    assert history.look(page_at(0, lines, turn)) == "new"
    for look in range(1, LOOKS):
        edited = look % 6 == 0
        if edited:
            at = look % len(lines)
            lines[at] = f"{lines[at].split(' It is edition')[0]} It is edition {look} of this rule."

        assert history.look(page_at(look, lines, turn)) == ("changed" if edited else "unchanged")


def test_a_real_notice_amid_all_this_is_shown_at_once_and_the_page_known_again(history, paragraphs):
    turn = random.Random(4)
    for look in range(20):
        history.look(page_at(look, list(paragraphs), turn))

    assert (
        history.look(
            page_at(
                20, ["The consulate is closed until further notice because of the flood in the Upper Valley."], turn
            )
        )
        == "changed"
    )
    assert history.look(page_at(21, list(paragraphs), turn)) == "changed"
