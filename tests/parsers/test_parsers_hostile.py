"""Pages made to exhaust a parser: each comes to one clear outcome within the limits, and the next page is read as ever."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archive.model import Capture, Interpretation, Outcome, Rules
from scraper.check import understood
from scraper.parsers import ParserLimits, Parsers

LIMITS = ParserLimits(cpu_s=2, memory_bytes=160 * 1024 * 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    make: Callable[[], str]
    outcomes: frozenset[str]


def shape(make: Callable[[], str], *outcomes: str) -> Shape:
    return Shape(make=make, outcomes=frozenset(outcomes))


def words(count: int) -> str:
    letters = random.Random(7)
    return " ".join("".join(letters.choices("abcdefghij", k=8)) for _ in range(count))


SHAPES = {
    "nested_100k": shape(lambda: "<div>" * 100_000 + "x" + "</div>" * 100_000, "failed:parse"),
    "unclosed_200k": shape(lambda: "<p><b>unclosed " * 200_000, "failed:parse", "accepted"),
    "attrs_100k": shape(lambda: f"<p {' '.join(f'a{n}={n}' for n in range(100_000))}>Hello there.</p>", "accepted"),
    "words_unique_1mb": shape(lambda: f"<p>{words(115_000)}</p>", "accepted"),
    "line_5mb": shape(lambda: f"<p>{'a' * 5_000_000}</p>", "accepted"),
    "paragraphs_3m_unclosed": shape(lambda: "<p>" * 3_000_000, "failed:parse"),
    "breaks_1m": shape(lambda: f"<p>{'a<br>' * 1_500_000}</p>", "failed:parse"),
    "hidden_200k": shape(lambda: '<p style="display:none">x</p>' * 200_000, "failed:parse", "failed:empty"),
    "stamps_150k": shape(lambda: "<p>Updated at : 9.05.2014, 00:54</p>" * 150_000, "failed:parse", "accepted"),
    "blocks_350k": shape(lambda: "".join(f"<p>Number {n}.</p>" for n in range(350_000)), "failed:parse"),
}


def capture_of(markup: str) -> Capture:
    body = f"<!doctype html><html lang=en><head><title>A page</title></head><body>{markup}</body></html>".encode()
    return Capture(
        url="http://mfa.example/",
        final_url="http://mfa.example/",
        observed_at=datetime(2014, 5, 9, tzinfo=UTC),
        duration_us=1000,
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=body,
    )


def told(seen: Interpretation) -> str:
    return "accepted" if seen.verdict.outcome is None else f"{seen.verdict.outcome}:{seen.verdict.reason}"


@pytest.fixture(scope="module")
def parsers() -> Iterator[Parsers]:
    with Parsers(limits=LIMITS) as pool:
        yield pool


@pytest.mark.parametrize("name", SHAPES)
def test_a_hostile_shape_comes_to_one_clear_outcome(parsers: Parsers, name: str) -> None:
    seen = parsers.read(capture_of(SHAPES[name].make()), Rules(), "")
    assert told(seen) in SHAPES[name].outcomes
    assert seen.verdict.accepted or seen.verdict.facts
    good = parsers.read(capture_of("<main><p>The consulate is open on working days.</p></main>"), Rules(), "")
    assert good.verdict.accepted


def test_a_body_that_ran_over_its_limit_is_not_tried_again(parsers: Parsers) -> None:
    capture = capture_of(SHAPES["paragraphs_3m_unclosed"].make())
    first = parsers.read(capture, Rules(), "")
    parsers_that_start_nothing = Parsers(workers=1, limits=LIMITS)
    parsers_that_start_nothing.close()
    again = parsers_that_start_nothing.read(capture, Rules(), first.memory)
    assert first.verdict.facts[0][0] == "limit"
    assert again.verdict == first.verdict


def test_too_little_memory_never_gives_part_of_a_text() -> None:
    capture = capture_of("".join(f"<p>Paragraph number {n} of <b>the</b> text.</p>" for n in range(6_000)))
    with Parsers() as enough:
        whole = enough.read(capture, Rules(), "")
    assert whole.verdict.accepted
    for kib in range(600, 16_000, 1400):
        with Parsers(limits=ParserLimits(memory_bytes=kib * 1024)) as parsers:
            seen = parsers.read(capture, Rules(), "")
        assert seen == whole or told(seen) == "failed:parse", kib


def test_a_parser_short_of_memory_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    capture = capture_of("<p " + " ".join(f"a{n}={n}" for n in range(300)) + ">Hello there.</p>" * 3_000)
    for kib in range(300, 3_000, 450):
        with Parsers(limits=ParserLimits(memory_bytes=kib * 1024)) as parsers:
            parsers.read(capture, Rules(), "")
    assert capfd.readouterr().err == ""


def test_a_text_that_can_not_be_compared_within_the_limits_is_a_failed_look(parsers: Parsers) -> None:
    old = "\n\n".join(f"Article {n} is in force." for n in range(60_000))
    capture = capture_of("".join(f"<p>Section {n * 7} was repealed.</p>" for n in range(40_000)))
    roomy = ParserLimits(cpu_s=10)
    state: Any = SimpleNamespace(rules=Rules(), memory="", latest=SimpleNamespace(text=old, block_kinds=()))
    page: Any = SimpleNamespace(slug="p")
    with Parsers(limits=roomy) as readers:
        read = readers.read(capture, Rules(), "")

    class Slow(Parsers):
        def read(self, capture: Capture, rules: Rules, memory: str) -> Interpretation:
            return read

    with Slow(limits=ParserLimits(cpu_s=1, memory_bytes=48 * 1024 * 1024)) as slow:
        look = understood(page, state, capture, slow)
    assert (look.interpretation.verdict.outcome, look.interpretation.verdict.reason) == (Outcome.FAILED, "parse")
    assert "compare" in look.interpretation.verdict.facts[0][1]
    assert look.comparison is None


def test_resident_memory_of_a_process_is_small(parsers: Parsers) -> None:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("the system does not tell memory in /proc")
    with Parsers() as lean:
        lean.read(capture_of("<main><p>The consulate is open on working days.</p></main>"), Rules(), "")
        (worker,) = lean._idle
        resident = int(Path(f"/proc/{worker._process.pid}/statm").read_text().split()[1]) * 4096
    assert resident < 48 * 1024 * 1024
