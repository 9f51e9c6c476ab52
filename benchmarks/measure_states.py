"""What variorum's peers tell of one page that is put into each of the states of `state_site.py`: the table in docs/alerts.md.

    python benchmarks/measure_states.py --site STATE_SITE [--urlwatch CMD] [--webchanges CMD] [--changedetection CMD] [--filter html2text]

Each state has a server of its own on loopback. All pages are looked at in A, three times in their state, then twice in A
again. A peer is a command of an environment of its own, with its settings as they come; `--filter` is given to urlwatch
and webchanges. A line is a state: what was told on coming into it, then on coming back. variorum's column is held by
tests/alerts/test_alert_states.py.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import requests

LOOKS_IN, LOOKS_BACK = 3, 2
WAIT_S = 120.0  # for a peer to have looked at every page
_HEADING = re.compile(r"^(?:\d+\. )?(NEW|CHANGED|ERROR)[^:\n]*: *(\w+)", re.MULTILINE)
NO_NETWORK = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}  # nothing asks for new versions

Told = dict[str, list[str]]  # by state
Round = Callable[[], Told]  # looks at every page once and says what was told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--filter", default="")
    for name in PEERS:
        parser.add_argument(f"--{name}", metavar="CMD", help=f"the command of {name}")
    asked = parser.parse_args()
    columns: dict[str, Told] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, peer in PEERS.items():
            if command := getattr(asked, name):
                home = Path(folder, name)
                home.mkdir()
                with serving(asked.site) as site, peer(command, home, site.bases, asked.filter) as look:
                    columns[name] = told_by(site, look)
    put_table(columns)


class Site:
    """A server for each state, all showing A at first."""

    def __init__(self, bases: Mapping[str, str]) -> None:
        self.bases = bases

    def put(self, state: str | None = None) -> None:
        """Each page into the state that it is for, or all into this one."""
        for name, base in self.bases.items():
            requests.post(f"{base}/_state?is={state or name}", timeout=10).raise_for_status()


@contextmanager
def serving(path: Path) -> Iterator[Site]:
    spec = spec_from_file_location("state_site", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    text = module.load(next((path.parents[1] / "corpora" / "seed").glob("*.txt")))
    servers = {name: ThreadingHTTPServer(("127.0.0.1", 0), module.handler(text)) for name in module.STATES}
    for server in servers.values():
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield Site({name: f"http://127.0.0.1:{server.server_address[1]}" for name, server in servers.items()})
    for server in servers.values():
        server.shutdown()
        server.server_close()


def told_by(site: Site, look: Round) -> Told:
    """What was told in each state, then after a stroke what was told in A again."""
    look()
    site.put()
    coming = [look() for _ in range(LOOKS_IN)]
    site.put("A")
    back = [look() for _ in range(LOOKS_BACK)]
    return {name: [*_all(coming, name), "/", *_all(back, name)] for name in site.bases}


def _all(rounds: list[Told], name: str) -> list[str]:
    return [said for told in rounds for said in told.get(name, [])]


# --- urlwatch and webchanges: a run of the command is a look at every page -------------------------------------------


@contextmanager
def urlwatch(command: str, home: Path, bases: Mapping[str, str], filter_name: str) -> Iterator[Round]:
    jobs = _jobs(home, bases, filter_name)
    yield lambda: _run([command, "--urls", jobs, "--config", "c.yaml", "--hooks", "h.py", "--cache", "cache.db"], home)


@contextmanager
def webchanges(command: str, home: Path, bases: Mapping[str, str], filter_name: str) -> Iterator[Round]:
    jobs = _jobs(home, bases, filter_name)
    yield lambda: _run([command, "--jobs", jobs, "--config", "c.yaml", "--database", "cache.db"], home)


def _jobs(home: Path, bases: Mapping[str, str], filter_name: str) -> str:
    filtered = f"filter:\n  - {filter_name}\n" if filter_name else ""
    text = "---\n".join(f"name: {name}\nurl: {base}/page\n{filtered}" for name, base in bases.items())
    (home / "jobs.yaml").write_text(text, "utf-8")
    return "jobs.yaml"


def _run(arguments: list[str], home: Path) -> Told:
    done = subprocess.run(
        arguments, cwd=home, env={**os.environ, **NO_NETWORK, "HOME": str(home)}, capture_output=True, text=True
    )
    told: Told = {}
    for said, name in dict.fromkeys(_HEADING.findall(done.stdout)):
        told.setdefault(name, []).append(said.lower())
    return told


# --- changedetection.io: a server, asked to look by its API, that notifies a sink ------------------------------------


@contextmanager
def changedetection(command: str, home: Path, bases: Mapping[str, str], _: str) -> Iterator[Round]:
    with sink() as (place, taken), _server(command, home) as (root, key):
        session = requests.Session()
        session.headers["x-api-key"] = key
        ids = {}
        for name, base in bases.items():
            asked = {"url": f"{base}/page", "title": name, "notification_urls": [f"json://{place}/"]}
            made = session.post(f"{root}/api/v1/watch", json={**asked, "notification_title": name}, timeout=30)
            made.raise_for_status()
            ids[name] = made.json()["uuid"]
        seen: dict[str, float] = dict.fromkeys(ids, 0.0)

        def look() -> Told:
            taken.clear()
            _looked_at(session, root, ids, seen)
            time.sleep(8)  # notifications go out from a queue
            told: Told = {name: ["changed"] for name in taken if name in ids}
            for name, uuid in ids.items():
                error = session.get(f"{root}/api/v1/watch/{uuid}", timeout=30).json().get("last_error")
                told.setdefault(name, []).extend(["error shown"] if error else [])
            return told

        yield look


def _looked_at(session: requests.Session, root: str, ids: Mapping[str, str], seen: dict[str, float]) -> None:
    """Order a look at each page, and wait until it was made."""
    for uuid in ids.values():
        session.get(f"{root}/api/v1/watch/{uuid}?recheck=1", timeout=30)
    end = time.monotonic() + WAIT_S
    left = dict(ids)
    while left and time.monotonic() < end:
        time.sleep(1)
        for name, uuid in list(left.items()):
            checked = session.get(f"{root}/api/v1/watch/{uuid}", timeout=30).json().get("last_checked") or 0
            if checked > seen[name]:
                seen[name] = checked
                del left[name]
    if left:
        raise SystemExit(f"changedetection.io did not look at {', '.join(left)} within {WAIT_S:.0f} s")


@contextmanager
def _server(command: str, home: Path) -> Iterator[tuple[str, str]]:
    """(address, key of its API)"""
    port = _free_port()
    env = {**os.environ, **NO_NETWORK, "ALLOW_IANA_RESTRICTED_ADDRESSES": "true", "DISABLE_VERSION_CHECK": "true"}
    env |= {"HOME": str(home), "LOGGER_LEVEL": "ERROR", "MINIMUM_SECONDS_RECHECK_TIME": "0"}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [command, "-d", str(home), "-h", "127.0.0.1", "-p", str(port)], cwd=home, env=env, stdout=log, stderr=log
        )
    try:
        yield f"http://127.0.0.1:{port}", _api_key(home, port)
    finally:
        process.terminate()
        process.wait(30)


def _api_key(home: Path, port: int) -> str:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        time.sleep(1)
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
            settings = json.loads((home / "changedetection.json").read_text("utf-8"))["settings"]
            return str(settings["application"]["api_access_token"])
        except (OSError, ValueError, KeyError):
            continue
    raise SystemExit("changedetection.io did not start")


def _free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return int(server.server_address[1])


@contextmanager
def sink() -> Iterator[tuple[str, list[str]]]:
    """(host and port, the titles of what is taken)"""
    taken: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            value: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            taken.append(str(value.get("title")))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}", taken
    server.shutdown()
    server.server_close()


PEERS: Mapping[str, Any] = {"urlwatch": urlwatch, "webchanges": webchanges, "changedetection": changedetection}


def put_table(columns: Mapping[str, Told]) -> None:
    print("| state |", " | ".join(columns), "|")
    print("|---|" + "---|" * len(columns))
    for name in next(iter(columns.values()), {}):
        print(f"| {name} |", " | ".join(" ".join(told[name]) for told in columns.values()), "|")


if __name__ == "__main__":
    main()
