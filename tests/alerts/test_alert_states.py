"""The shared page in its 18 states: an alert exactly where a person would want one."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests

SHARED = Path(__file__).resolve().parents[3] / "shared"

# state: the events told when it is there at every look, and then is gone again; of a change the title's word for silence.
# The page is looked at three times in the state and twice after it, the second look confirming the first. That a text is back
# is told after half an hour, which is not waited for here.
TOLD: dict[str, list[str]] = {
    "A": [],
    "B": ["changed"],
    "SILENT": ["changed silently"],
    "STAMP": [],
    "MOVED": [],
    "TYPOGRAPHY": [],
    "NUMBER": ["changed silently"],
    "NEGATION": ["changed silently"],
    "NAV": [],
    "SPACES": [],
    "BLOCK200": ["held", "recovered"],
    "SOFT404": ["held", "recovered"],
    "LOGIN": ["held", "recovered"],
    "EMPTY": ["failing", "recovered"],
    "HALF": ["held", "recovered"],
    "HTTP503": ["failing", "recovered"],
    "HTTP404": ["gone", "recovered"],
    "NOTICE": ["changed silently"],
}


@dataclass
class States:
    """One server for each state, all showing A at first."""

    module: ModuleType
    bases: dict[str, str] = field(default_factory=dict)

    def put(self, *, state: str | None = None) -> None:
        """Every page into the state that it is for, or all into this one."""
        for name, base in self.bases.items():
            requests.post(f"{base}/_state?is={state or name}", timeout=10)


@pytest.fixture
def states() -> Iterator[States]:
    path = SHARED / "tools" / "state_site.py"
    seed = SHARED / "corpora" / "seed"
    if not path.is_file() or not seed.is_dir():
        pytest.skip("../shared/tools/state_site.py or ../shared/corpora/seed is not there")
    spec = importlib.util.spec_from_file_location("state_site", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = States(module)
    text = module.load(next(seed.glob("*.txt")))
    servers = []
    for name in module.STATES:
        handler = module.handler(text)
        handler.disable_nagle_algorithm = True
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        servers.append((server, thread))
        made.bases[name] = f"http://127.0.0.1:{server.server_address[1]}"
    yield made
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def watch(path: Path, states: States, sink: Any) -> None:
    lines = [
        'contact = "archive@example.org"',
        "[fetch]",
        'delay = "0"',
        'allow_addresses = ["127.0.0.1"]',
        'back_off = "0"',
    ]
    for name, base in states.bases.items():
        lines += ["[[page]]", f'slug = "{name.lower()}"', f'url = "{base}/page"', 'timezone = "Asia/Almaty"']
    lines += ["[[alert]]", 'name = "desk"', 'confirm = "1s"', f'to = ["json://{sink.place}/"]']
    lines += ['on = ["changed", "silent", "held", "gone", "failing", "recovered"]']
    (path / "variorum.toml").write_text("\n".join(lines) + "\n", "utf-8")


def told(sink: Any) -> dict[str, list[str]]:
    """What was told of each state's page, in order."""
    found: dict[str, list[str]] = {name: [] for name in TOLD}
    for taken in sink.taken:
        for alert in taken.value["alerts"]:
            silent = alert["change"] is not None and alert["change"]["silent"] is True
            found[alert["page"]["slug"].upper()].append(alert["event"] + (" silently" if silent else ""))
    return found


def test_each_state_is_told_as_a_person_would_want_it(states: States, sink: Any, command: Any, tmp_path: Path) -> None:
    watch(tmp_path, states, sink)
    command.run("--home", str(tmp_path), "check")
    states.put()
    for _ in range(3):
        command.run("--home", str(tmp_path), "check")
        time.sleep(1.1)
    states.put(state="A")
    for _ in range(2):
        command.run("--home", str(tmp_path), "check")
        time.sleep(1.1)
    assert told(sink) == TOLD


def test_a_state_that_lasts_for_one_look_is_told_to_nobody(
    states: States, sink: Any, command: Any, tmp_path: Path
) -> None:
    watch(tmp_path, states, sink)
    command.run("--home", str(tmp_path), "check")
    states.put()
    command.run("--home", str(tmp_path), "check")
    states.put(state="A")
    time.sleep(1.1)
    command.run("--home", str(tmp_path), "check")
    assert told(sink) == {name: [] for name in TOLD}
