"""The processes that parse: the same results as without them, few of them, replaced when they end, and nothing left behind."""

from __future__ import annotations

import importlib.util
import os
import pickle
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from archive.diff import compare
from archive.model import Capture, Outcome, Rules
from scraper.interpret import interpret
from scraper.parsers import Died, OverLimit, ParserLimits, Parsers, _PlainValues

CORPORA = Path(__file__).resolve().parents[2] / "../shared/corpora"


def capture_of(body: bytes | None, *, look: int = 0, **more: Any) -> Capture:
    url = "http://mfa.example/en/position"
    given: dict[str, Any] = {
        "url": url,
        "final_url": url,
        "observed_at": datetime(2014, 5, 9, tzinfo=UTC) + timedelta(hours=look),
        "duration_us": 1000,
        "status": 200,
        "headers": (("Content-Type", "text/html; charset=utf-8"),),
        "body": body,
    }
    return Capture(**(given | more))


def page(text: str = "The Ministry supports the settlement of the dispute over the Upper Valley.") -> bytes:
    return (
        '<!doctype html><html lang="en"><head><title>Position | Ministry</title></head><body><nav>Home News</nav>'
        f"<main><h1>Position</h1><p>{text}</p><p>Updated at : 9.05.2014, 00:54</p></main></body></html>"
    ).encode()


def children() -> set[str]:
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        pytest.skip("the system does not list a process's children in /proc")
    return {pid for path in tasks.glob("*/children") for pid in path.read_text().split()}


@pytest.fixture
def parsers() -> Iterator[Parsers]:
    with Parsers() as pool:
        yield pool


@pytest.mark.parametrize(
    "rules", [Rules(), Rules(select="main", ignore=("nav",), language="en")], ids=["bare", "rules"]
)
def test_a_page_is_read_as_without_a_process(parsers: Parsers, rules: Rules) -> None:
    memory = ""
    for look, body in enumerate((page(), page(), page() + b"<!-- 1 -->", page("It condemns violence."), b"", None)):
        seen = capture_of(body, look=look)
        expected = interpret(seen, rules, memory)
        assert parsers.read(seen, rules, memory) == expected
        memory = expected.memory


def test_the_corpus_is_read_as_without_a_process(parsers: Parsers) -> None:
    if not CORPORA.is_dir():
        pytest.skip("the shared corpora are not there")
    spec = importlib.util.spec_from_file_location("shared_load", CORPORA / "load.py")
    assert spec is not None
    assert spec.loader is not None
    load = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(load)
    memories: dict[str, str] = {}
    texts: dict[str, str] = {}
    for look, (about, _, body) in enumerate(islice(load.revisions(), 0, None, 3)):
        seen, memory = capture_of(body, look=look), memories.get(about["url"], "")
        expected = interpret(seen, Rules(), memory)
        assert parsers.read(seen, Rules(), memory) == expected, about["url"]
        memories[about["url"]] = expected.memory
        if expected.document is not None:
            old, texts[about["url"]] = texts.get(about["url"], ""), expected.document.text
            assert parsers.compare(old, expected.document.text) == compare(old, expected.document.text), about["url"]


def test_many_threads_get_each_their_own_answer(parsers: Parsers) -> None:
    def title_of(number: int) -> str:
        seen = parsers.read(capture_of(page(f"This is text number {number}.")), Rules(), "")
        assert seen.document is not None
        return seen.document.text.split("\n\n")[1]

    before = children()
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(title_of, range(200))) == [f"This is text number {number}." for number in range(200)]
    assert len(children() - before) <= 2


def test_what_needs_no_parsing_starts_no_process(parsers: Parsers) -> None:
    memory = interpret(capture_of(page()), Rules(), "").memory
    before = children()
    assert parsers.read(capture_of(page(), look=1), Rules(), memory).same == "body"
    assert parsers.read(capture_of(None, status=304, conditional=True), Rules(), memory).same == "not_modified"
    assert parsers.read(capture_of(None, status=404), Rules(), memory).verdict.reason == "http_404"
    assert parsers.read(capture_of(None, failure=("timeout", "late")), Rules(), memory).verdict.reason == "timeout"
    assert children() == before


def test_closing_leaves_no_process() -> None:
    before = children()
    with Parsers() as parsers:
        parsers.read(capture_of(page()), Rules(), "")
        assert children() > before
    assert children() == before


def test_a_process_that_was_killed_from_outside_costs_no_look(parsers: Parsers) -> None:
    before = children()
    expected = parsers.read(capture_of(page()), Rules(), "")
    (pid,) = children() - before
    os.kill(int(pid), signal.SIGKILL)
    assert parsers.read(capture_of(page()), Rules(), "") == expected


def test_a_process_is_replaced_after_so_many_calls() -> None:
    with Parsers(limits=ParserLimits(most_calls=2)) as parsers:
        before, seen = children(), set()
        for number in range(4):
            parsers.read(capture_of(page(f"Text {number}.")), Rules(), "")
            seen |= children() - before
        assert len(seen) == 2


def test_a_process_that_grew_is_replaced() -> None:
    with Parsers(limits=ParserLimits(resident_bytes=1)) as parsers:
        before = children()
        assert parsers.read(capture_of(page()), Rules(), "").verdict.accepted
        assert children() == before


def test_a_python_path_in_the_current_folder_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parsers: Parsers
) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "__init__.py").write_text("raise SystemExit(3)")
    (tmp_path / "lxml.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert parsers.read(capture_of(page()), Rules(), "").verdict.accepted


def test_after_closing_nothing_is_started() -> None:
    parsers = Parsers()
    parsers.close()
    before = children()
    assert parsers.read(capture_of(page()), Rules(), "").verdict.reason == "parse"
    with pytest.raises(Died):
        parsers.compare("a", "b")
    assert children() == before


def test_a_comparison_over_its_limit_says_so() -> None:
    with Parsers(limits=ParserLimits(memory_bytes=8 * 1024 * 1024)) as parsers, pytest.raises(OverLimit, match="MiB"):
        parsers.compare(
            "\n\n".join(f"One {n}." for n in range(50_000)), "\n\n".join(f"Two {n}." for n in range(50_000))
        )


@pytest.mark.parametrize("evil", [os.system, print, pickle.loads, Path, Exception])
def test_an_answer_that_is_no_plain_value_is_refused(evil: Any) -> None:
    with pytest.raises(pickle.UnpicklingError):
        _PlainValues(BytesIO(pickle.dumps(evil))).load()


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_comes_back_from_a_parser_under_every_python(outcome: Outcome) -> None:
    message = pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
    assert b"getattr" not in message
    assert _PlainValues(BytesIO(message)).load() is outcome


@pytest.mark.parametrize(
    "answer",
    [b"garbage", b"\x80\x05K.", pickle.dumps(Outcome.HELD).replace(b"held", b"hell"), pickle.dumps([])[:-2] + b"a."],
    ids=["no pickle", "cut off", "no outcome", "no stack"],
)
def test_a_parser_that_answers_nonsense_has_died(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    program = f"import os; fd = {{limits!r}}[0]; os.read(fd, 1); os.write(fd, {answer!r}) # {{path}}"
    monkeypatch.setattr("scraper.parsers._PROGRAM", program)
    with Parsers() as parsers:
        seen = parsers.read(capture_of(page()), Rules(), "")
    assert seen.verdict.reason == "parse"
    assert seen.verdict.facts[0][0] == "the parser ended"
