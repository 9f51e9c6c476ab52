"""The demo as a user starts it: the story told by the whole service."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from archive.opening import DATABASE
from archive.reading import open_reader
from scraper.demo import play
from scraper.demo.ministry import Ministry
from scraper.demo.story import SLUGS, STORY, Expected, Step

LIVE = "from scraper.demo.play import run; run(once=False, port=0, pause_s=0.2)"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The home and the output of one `variorum demo --once`."""
    home = tmp_path_factory.mktemp("demo")
    code = f"from pathlib import Path; from scraper.demo.play import run; run(once=True, home=Path({str(home)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return home, done.stdout


def test_the_story_is_told_as_it_is_written(told: tuple[Path, str]) -> None:
    titles = [line.removeprefix("── ") for line in told[1].splitlines() if line.startswith("── ")]
    assert titles[:-1] == [step.title for step in STORY]


def test_every_look_is_told_in_one_line(told: tuple[Path, str]) -> None:
    lines = [line for line in told[1].splitlines() if line.startswith("  orrin-")]
    assert len(lines) == len(STORY) * len(SLUGS)


def test_changes_are_shown_word_by_word(told: tuple[Path, str]) -> None:
    assert "[-delegations-]{+envoys+}" in told[1]


def test_nothing_of_the_terminals_colours_goes_into_a_file(told: tuple[Path, str]) -> None:
    assert "\x1b" not in told[1]


def test_the_archive_holds_the_revisions_and_the_silent_edits(told: tuple[Path, str]) -> None:
    with open_reader(told[0] / DATABASE) as reader:
        silent = {slug: [row.silent for row in reader.history(slug)] for slug in SLUGS}
    assert silent == {
        "orrin-en": [None, False, True, False, False, False],
        "orrin-ru": [None, False, False],
        "orrin-ar": [None, True, True],
    }


def test_the_installed_command_plays_the_story_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("variorum")
    done = subprocess.run(
        [command, "demo", "--once"], cwd=tmp_path, env={"TMPDIR": str(tmp_path)}, capture_output=True, timeout=60
    )
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])


def test_a_look_that_says_otherwise_than_the_story_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Step(
        title="A page that is said to be gone", edit=STORY[0].edit, expected={"orrin-en": Expected(outcome="gone")}
    )
    monkeypatch.setattr(play, "STORY", (wrong,))
    with pytest.raises(play.StoryMissed, match="“A page that is said to be gone” was told as orrin-en new"):
        play.run(once=True, home=tmp_path)


def test_the_watch_list_of_the_demo_gives_leave_for_its_own_address_alone(tmp_path: Path) -> None:
    with Ministry() as ministry:
        found = play.write_watch_list(tmp_path, ministry)
    assert found.fetch.allow_addresses == (ministry.address,)
    assert {page.slug: page.url for page in found.pages} == ministry.pages


@pytest.fixture
def live(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", LIVE], stdout=subprocess.PIPE, text=True, env={"TMPDIR": str(tmp_path)}
    )
    deadline = threading.Timer(60, process.kill)
    deadline.start()
    yield process
    deadline.cancel()
    process.kill()
    process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """The first line with these words in it."""
    assert process.stdout is not None
    line = next((line for line in process.stdout if words in line), "")
    assert line, f"never said: {words}"
    return line


def test_the_live_demo_shows_changes_as_they_happen_and_ends_cleanly(
    live: subprocess.Popen[str], tmp_path: Path
) -> None:
    address = read_until(live, "The reading room:").split()[3]
    read_until(live, "changed    1 → 2")
    assert requests.get(f"{address}page/orrin-en/1..2", timeout=10).status_code == 200
    live.send_signal(signal.SIGTERM)
    assert live.wait(timeout=60) == 0
    assert list(tmp_path.iterdir()) == []
