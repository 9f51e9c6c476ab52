"""kill -9 at any system call between a change, its messages and their notes: what is lost, what comes twice.

    python benchmarks/measure_alert_kills.py [--kills 240] [--seed 1] [--json]

A process records looks at pages and delivers what they owe, to a web hook, an ntfy-like service and a mail server on loopback at
once; strace kills it at a write or sync of the archive, or at a connect, send or receive of a message, each drawn by lot. Then
the next process goes on. Six things are killed: a `change` told at once, a `flood` that becomes a summary, the assembly of a
`digest`, the look that has to `confirm` a change, `alerts retry` of what was parked, and `alerts test`.

Broken (exit 1): an alert without its change or the other way round, a message that a target never got, one that came to a target
oftener than once for itself and once for each kill, or in all more repeats to a target than kills. Needs strace and leave to trace.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

CALLS = ("pwrite64", "fdatasync", "connect", "sendto", "recvfrom")
SCENES = {"change": 4, "flood": 3, "digest": 3, "confirm": 3, "retry": 2, "test": 1}  # with their shares of the kills
KILLS_A_HOME = 12
PAGES = 25  # of a flood

# Forks a process for each line of JSON, which stops until it is traced and told to go on.
NURSERY = """
import json, os, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
import archive.export, archive.reading.alerts, scraper.alerts.service, scraper.cli, scraper.program, scraper.terminal
from archive.model import Block, Capture, Document, Interpretation, Verdict
from archive.pages import PageSettings
from archive.store import Archive
from scraper import watchlist
from scraper.alerts.addresses import rules_of
from scraper.deliver import Deliverer

def look(archive, rules, slug, text):
    url = f"https://ministry.example/{slug}"
    document = Document(title="T", language="en", version="x/1", blocks=(Block(kind="paragraph", text=text),))
    found = Interpretation(verdict=Verdict(version="x/1"), document=document)
    capture = Capture(url=url, final_url=url, observed_at=datetime.now(UTC), duration_us=1, status=200, body=text.encode())
    archive.record(archive.page_state(slug), capture, found, None, rules)

def run(home, scene, text, pages):
    home = Path(home)
    if scene == "retry" or scene == "test":
        scraper.cli.main(["--home", str(home), "alerts", *(["retry"] if scene == "retry" else ["test", "all"])])
    watched = watchlist.load(home / "variorum.toml")
    slugs = [f"page-{number}" for number in range(pages)]
    with Archive.open(home, holder="test") as archive:
        settings = [PageSettings(slug=slug, url=f"https://ministry.example/{slug}") for slug in slugs]
        archive.sync_pages(settings, version="x/1", at=datetime.now(UTC))
        for slug in slugs if text else []:
            look(archive, rules_of(watched), slug, text)
            if scene == "confirm":
                time.sleep(1.15)
                look(archive, rules_of(watched), slug, text)
        Deliverer(home, watched).deliver_now()

scraper.alerts.service.read_address("json://127.0.0.1/")  # loads the services
while line := sys.stdin.readline():
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        out = os.open(os.devnull, os.O_WRONLY)
        os.dup2(out, 1); os.dup2(out, 2)
        if asked.pop("stopped"):
            os.kill(os.getpid(), signal.SIGSTOP)
        run(**asked)
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
RULES = """contact = "desk@archive.example"
[[page]]
slug = "page-0"
url = "https://ministry.example/page-0"
[[alert]]
name = "all"
to = ["json://{hook}/hook", "ntfy://{ntfy}/topic", "mailto://{mail}/?from=v@archive.example&to=desk@paper.example"]
confirm = "{confirm}"
digest = "{digest}"
"""


class Sinks:
    """What the three targets took, as (target, id of the message), in order."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.refusing = False
        self._lock = threading.Lock()

    def take(self, target: str, uid: str) -> None:
        with self._lock:
            self.taken.append((target, uid))

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refusing:
            return "554 no"
        self.take("mailto", str(message_from_bytes(envelope.content)["X-Variorum-Id"]))
        return "250 taken"

    @contextmanager
    def web(self, target: str) -> Iterator[str]:
        sinks = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) == length and not sinks.refusing:
                    value = json.loads(body)
                    sinks.take(target, value.get("id") or re.findall(r"\[([adst][0-9a-f]{11})\]", value["message"])[-1])
                self.send_response(401 if sinks.refusing else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a killed client breaks its pipe
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class Nursery:
    """Processes that have imported everything already."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, trace: list[str] | None = None, **asked: Any) -> int:
        """The exit code of one run; `trace` are the arguments of the strace that follows it."""
        child = self._said({**asked, "stopped": trace is not None})
        if trace is None:
            return self._said("")
        _wait_for(child, "State:\tT")
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-p", str(child), *trace], stderr=subprocess.DEVNULL)
        _wait_for(child, f"TracerPid:\t{tracer.pid}\n")
        os.kill(child, signal.SIGCONT)
        code = self._said("")
        tracer.wait()
        return code

    def close(self) -> None:
        self._process.communicate()

    def _said(self, asked: Any) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write((json.dumps(asked) if asked else "") + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def _wait_for(process: int, said: str) -> None:
    """Until the system says that of a process."""
    while said not in Path(f"/proc/{process}/status").read_text("utf-8"):
        time.sleep(0.002)


class Home:
    """One archive, whose processes are killed again and again."""

    def __init__(self, path: Path, scene: str, sinks: Sinks, nursery: Nursery, places: dict[str, str]) -> None:
        self.path, self.scene, self._sinks, self._nursery = path, scene, sinks, nursery
        self._pages = PAGES if scene == "flood" else 1
        self._texts = 0
        path.mkdir()
        rules = RULES.format(
            **places,
            confirm="1s" if scene == "confirm" else "0",
            digest="daily" if scene == "digest" else "immediate",
        )
        (path / "variorum.toml").write_text(rules, "utf-8")
        self.clean()

    def clean(self) -> None:
        """A run that nobody kills."""
        self._texts += 1
        self._prepare()
        scene = "confirm" if self.scene == "confirm" else ""
        code = self._nursery.run(
            home=str(self.path), scene=scene, text=f"The text number {self._texts}.", pages=self._pages
        )
        assert code == 0, code

    def traced(self, *trace: str) -> int:
        self._texts += 1
        if self.scene == "retry":
            self._sinks.refusing = True
            self.clean()
            self._sinks.refusing = False
        self._prepare()
        text = f"The text number {self._texts}."
        return self._nursery.run([*trace], home=str(self.path), scene=self.scene, text=text, pages=self._pages)

    def _prepare(self) -> None:
        """Let a digest be due, and what waits for its next try."""
        if (self.path / "archive.db").exists():
            with sqlite3.connect(self.path / "archive.db") as conn:
                conn.execute(
                    "UPDATE alert_rules SET digest_due_at = '2014-05-09T00:00:00Z' WHERE digest_due_at IS NOT NULL"
                )
                conn.execute("UPDATE messages SET due_at = '2014-05-09T00:00:00Z' WHERE state = 'owed'")
            conn.close()

    def send_the_rest(self) -> None:
        """What a person does in the end: ask again for what is parked."""
        assert self._nursery.run(home=str(self.path), scene="retry", text="", pages=self._pages) == 0
        self.clean()

    def stored(self, sql: str) -> list[Any]:
        conn = sqlite3.connect(f"{(self.path / 'archive.db').as_uri()}?mode=ro", uri=True)
        try:
            return conn.execute(sql).fetchall()
        finally:
            conn.close()


def calls_of(home: Home, file: Path) -> dict[str, int]:
    """The calls of one run that nobody kills, as strace counts them: within a thread."""
    assert home.traced("-e", f"trace={','.join(CALLS)}", "-o", str(file)) == 0
    counts: Counter[tuple[str, str]] = Counter()
    for line in file.read_text("utf-8", "replace").splitlines():
        found = re.match(r"(\d+) +(\w+)\(", line)
        if found:
            counts[found[1], found[2]] += 1
    most: dict[str, int] = {}
    for (_, call), count in counts.items():
        most[call] = max(most.get(call, 0), count)
    return most


def judged(home: Home, taken: list[tuple[str, str]], kills: int) -> dict[str, int]:
    """What was lost and repeated, once everything has been sent that is still owed."""
    owed = home.stored("SELECT m.target, m.uid, m.state FROM messages m")
    pending = home.stored("SELECT 1 FROM deliveries WHERE message_id IS NULL")
    steps = home.stored(
        "SELECT sum(json_extract(content, '$.event.change.to_number') - json_extract(content, '$.event.change.from_number'))"
        " FROM alerts WHERE state = 'owed'"
    )
    changes = home.stored("SELECT count(*) FROM changes")
    expected = Counter((target.partition(":")[0], uid) for target, uid, _ in owed)
    got = Counter(pair for pair in taken if not pair[1].startswith("t"))
    repeats = {pair: count - 1 for pair, count in got.items() if count > 1}
    by_target = Counter[str]()
    for (target, _), count in repeats.items():
        by_target[target] += count
    return {
        "messages": len(owed),
        "lost": len(set(expected) - set(got)) + len(pending) + abs(steps[0][0] - changes[0][0]),
        "unexpected": len(set(got) - set(expected)),
        "unsent": sum(state != "sent" for _, _, state in owed),
        "repeats": sum(repeats.values()),
        "most_of_one": max(repeats.values(), default=0),
        "beyond": sum(max(0, count - kills) for count in by_target.values()),
    }


def kill_one_scene(scene: str, kills: int, chance: random.Random, **parts: Any) -> dict[str, Any]:
    total: Counter[str] = Counter()
    most = 0
    folder, sinks = parts["folder"], parts["sinks"]
    number = 0
    while total["kills"] < kills:
        sinks.taken.clear()
        home = Home(folder / f"{scene}-{number}", scene, sinks, parts["nursery"], parts["places"])
        number += 1
        counts = calls_of(home, folder / "calls")
        killed = 0
        for _ in range(3 * KILLS_A_HOME):
            if killed == KILLS_A_HOME or total["kills"] + killed == kills:
                break
            call = chance.choice(sorted(counts))
            when = chance.randint(1, counts[call])
            code = home.traced(
                "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={when}", "-o", os.devnull
            )
            killed += code == -signal.SIGKILL
            assert code in (0, -signal.SIGKILL), (scene, call, when, code)
        home.clean()
        home.send_the_rest()
        found = judged(home, sinks.taken, killed)
        most = max(most, found.pop("most_of_one"))
        total.update({**found, "kills": killed, "homes": 1})
        shutil.rmtree(home.path)
    return {
        "scene": scene,
        **{name: total[name] for name in ("kills", "messages", "lost", "unsent", "unexpected", "repeats", "beyond")},
        "most_of_one": most,
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=240)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    sinks = Sinks()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        places = {"hook": stack.enter_context(sinks.web("json")), "ntfy": stack.enter_context(sinks.web("ntfy"))}
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        mail = Controller(sinks, hostname="127.0.0.1", port=port)
        mail.start()
        stack.callback(mail.stop)
        places["mail"] = f"127.0.0.1:{port}"
        nursery = Nursery()
        stack.callback(nursery.close)
        rows = []
        for scene, share in SCENES.items():
            kills = max(1, asked.kills * share // sum(SCENES.values()))
            parts = {"folder": folder, "sinks": sinks, "nursery": nursery, "places": places}
            rows.append(kill_one_scene(scene, kills, random.Random(f"{asked.seed} {scene}"), **parts))
            if not asked.json:
                print("  ".join(f"{name} {value}" for name, value in rows[-1].items()), flush=True)
    if asked.json:
        print(json.dumps(rows))
    kills = sum(row["kills"] for row in rows)
    broken = sum(row["lost"] + row["unsent"] + row["unexpected"] + row["beyond"] for row in rows)
    print(
        f"{kills} kills, {sum(row['repeats'] for row in rows)} repeats, {sum(row['lost'] for row in rows)} lost",
        file=sys.stderr,
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
