"""kill -9, a full disk and a failing disk at every write, sync and truncate of a round."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def moments(recorded: Any) -> dict[str, int]:
    """How often one round makes each kind of call on the archive's files."""
    _, after, calls = recorded
    names: dict[str, int] = {}
    for call in calls:
        if call.path.startswith(str(after.path / "archive.")) and "lock" not in call.path:
            name = "fdatasync" if call.name == "sync" else call.name
            names[name] = names.get(name, 0) + 1
    return names


@pytest.mark.parametrize(("call", "few"), [("pwrite64", 3), ("fdatasync", 2), ("ftruncate", 1), ("unlink", 1)])
def test_a_round_killed_at_any_call_keeps_what_it_reported(
    home: Any, moments: Any, call: str, few: int, chosen: Any, tmp_path: Path
) -> None:
    kills = 0
    for moment in chosen(moments[call], few):
        one = home.copy(tmp_path / f"{call}-{moment}")
        killed = one.check(one.traced("-e", f"inject={call}:signal=SIGKILL:when={moment}"))
        assert killed.code in (-signal.SIGKILL, 0), (
            moment,
            killed,
        )  # a round may write less often than the recorded one
        kills += killed.code == -signal.SIGKILL
        one.require_sound()
        assert one.check().code == 0
        one.require_sound()
    assert kills


@pytest.mark.parametrize(
    ("call", "error", "few"), [("pwrite64", "ENOSPC", 2), ("pwrite64", "EIO", 1), ("fdatasync", "EIO", 2)]
)
def test_a_write_that_fails_is_one_clear_error_and_work_goes_on_when_it_works_again(
    home: Any, moments: Any, call: str, error: str, few: int, chosen: Any, tmp_path: Path
) -> None:
    failed = 0
    for moment in chosen(moments[call], few):
        one = home.copy(tmp_path / f"{call}-{error}-{moment}")
        before = len(one.reported)
        done = one.check(one.traced("-e", f"inject={call}:error={error}:when={moment}+"))
        assert "Traceback" not in done.err, done.err
        lines = [line for line in done.err.splitlines() if line.startswith("Error: ")]
        whole = len(one.reported) == before + 2  # what fails after the last look is the writing back, which can wait
        assert (done.code, len(lines)) == ((0, 0) if whole else (1, 1)), (moment, done)
        failed += not whole
        one.require_sound()
        assert one.check().code == 0
        one.require_sound()
    assert failed
