"""Every reading command on a real terminal, over an archive of terminal escapes: shown, never obeyed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.model import Outcome
from archive.pages import PageSettings

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\x1bc\u202edesrever\u2066 \x1b[31mred\x08\x00over\x7f"
OBEYED = re.compile(
    "\x1b(?!\\[[0-9;]*m)|\x1b\\[31mred|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)
# Runs each command on a terminal of its own, from a process that has imported the program already.
NURSERY = """
import json, os, pty, sys
import archive.diff, archive.export, archive.reading, scraper.cli, scraper.reading_cli, scraper.terminal
for arguments in json.load(sys.stdin):
    child, terminal = pty.fork()
    if not child:
        scraper.cli.main(arguments, prog_name="variorum")
    shown = b""
    try:
        while piece := os.read(terminal, 65536):
            shown += piece
    except OSError:
        pass
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode("utf-8", "replace")]))
"""


def story(keeper: Any) -> dict[str, int]:
    url = f"http://a.example/{ESCAPES}"
    keeper.add(PageSettings(slug="bad", url=url, language="en", statement=ESCAPES, tags=(ESCAPES,)))
    hostile: dict[str, Any] = {
        "headers": ((ESCAPES, ESCAPES),),
        "status_reason": ESCAPES,
        "final_url": url,
        "peer": ESCAPES,
    }
    first = [("title", ESCAPES), ("paragraph", f"They must pay. {ESCAPES}"), ("heading", ESCAPES)]
    later = [("title", ESCAPES + "2"), ("paragraph", f"They should pay. {ESCAPES} more"), ("list_item", ESCAPES)]
    return {
        "first": keeper.look("bad", first, **hostile),
        "held": keeper.miss("bad", Outcome.HELD, "challenge", facts=((ESCAPES, ESCAPES),), body=ESCAPES.encode()),
        "failed": keeper.miss("bad", Outcome.FAILED, "connection", failure=("connection", ESCAPES)),
        "later": keeper.look("bad", later, **hostile),
    }


COMMANDS = [
    ["pages"], ["status"], ["status", "--json"], ["history", "bad"], ["history", "bad", "--json"], ["show", "bad"], ["show", "bad", "1"],
    ["show", "bad", "--headers"], ["show", "bad", "--raw"], ["show", "bad", "--json"], ["diff", "bad"],
    ["diff", "bad", "--format", "html"], ["diff", "bad", "--format", "json"], ["lifetimes", "bad"],
    ["lifetimes", "bad", "--json"], ["search", "pay"], ["search", "pay", "--json"], ["search", ESCAPES.replace("\x00", "")],
    ["when", "pay"], ["when", "pay", "bad", "--json"], ["explain", "{first}"], ["explain", "{held}"], ["explain", "{failed}"],
    ["explain", "{held}", "--json"], ["export", "snapshots"], ["export", "observations"], ["export", "changes", "--format", "jsonl"],
    ["alerts"], ["history", ESCAPES.replace("\x00", "")], ["show", "bad", ESCAPES.replace("\x00", "")],
]  # fmt: skip


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Any]) -> dict[str, tuple[int, str]]:
    """What a terminal got of each command, and the exit code."""
    site = make(tmp_path_factory.mktemp("escapes") / "home", story)
    seqs = {f"{{{name}}}": str(seq) for name, seq in site.seqs.items()}
    home = ["--home", str(Path(site.path).parent)]
    runs = [home + [seqs.get(argument, argument) for argument in command] for command in COMMANDS]
    done = subprocess.run(
        [sys.executable, "-c", NURSERY], input=json.dumps(runs), capture_output=True, text=True, timeout=120, check=True
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {" ".join(command): (code, text) for command, (code, text) in zip(COMMANDS, found, strict=True)}


@pytest.mark.parametrize("command", [" ".join(command) for command in COMMANDS])
def test_a_terminal_obeys_nothing_that_a_page_says(shown: dict[str, tuple[int, str]], command: str) -> None:
    code, text = shown[command]
    assert OBEYED.search(text) is None
    assert "Traceback" not in text
    assert text.strip() or code == 0


def test_what_is_shown_of_it_can_be_read(shown: dict[str, tuple[int, str]]) -> None:
    for command in ("show bad", "show bad --raw", "export snapshots", "diff bad --format html"):
        assert "\\x1b]0;owned\\x07" in shown[command][1], command
    for command in ("search pay --json", "lifetimes bad --json", "diff bad --format json"):
        assert "\\u001b]0;owned\\u0007" in shown[command][1], command
        assert "\\u009b31m" in shown[command][1], command
