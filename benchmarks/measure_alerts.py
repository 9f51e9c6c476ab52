"""From the commit that owes an alert to its handing over: 300 pages, ten targets of which one hangs, 500 alerts at once.

    python benchmarks/measure_alerts.py [--pages 300] [--every 60] [--json]

`variorum serve` watches pages on loopback; each change is looked at again after a second and then told to web hooks on loopback.
Counted is from the log line that the service writes after the commit of the confirming look until the hook has read the message.

`spread`: one change on each of most pages, at most 18 for each target, so that no target has a flood.
`ten targets`: 18 changes for ten targets each; `one of ten hangs`: the same, while one of them takes messages and never answers.
`500 at once`: 100 changes for five targets each: a flood, of which the first come singly and the rest in summaries, by design
some minutes later (`archive.posting.WINDOW`).

Broken (exit 1): an alert that was never handed over, or p95 of the first three is 10 s or more.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MOST_P95_S = 10.0
PATIENCE_S = 420.0
GROUP = 18  # pages of one target: fewer than make a flood
FLOODED = 100
TEXT = "The Republic of Veldania has followed the talks on the Lower Strait from their beginning; part {n} of its position."
SETTINGS = """contact = "desk@archive.example"
[defaults]
every = "{every}s"
[fetch]
delay = "0s"
robots = false
allow_addresses = ["127.0.0.0/8"]
"""
PAGE = '[[page]]\nslug = "page-{n}"\nurl = "http://127.0.{a}.{b}:{port}/page-{n}"\ntags = ["{tag}"]\n'
RULE = '[[alert]]\nname = "{tag}-{target}"\ntags = ["{tag}"]\nconfirm = "1s"\nto = ["json://127.0.0.1:{port}/{tag}-{target}"]\n'


class World:
    """The pages and the hooks: one server, which knows when it was told what."""

    def __init__(self) -> None:
        self.edits: dict[str, int] = defaultdict(int)
        self.told: list[tuple[str, float, dict[str, Any]]] = []  # path, when, message
        self.hanging: set[str] = set()
        self.over = threading.Event()

    @contextmanager
    def serving(self) -> Iterator[int]:
        world = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                slug = self.path.strip("/")
                parts = "".join(f"<p>{TEXT.format(n=n)}</p>" for n in range(8))
                edited = f"<p>All parties must pay within {30 + world.edits[slug]} days to {slug}.</p>"
                html = f"<html lang=en><title>{slug}</title><main><h1>Position</h1>{parts}{edited}</main></html>"
                self._answer(html.encode(), "text/html; charset=utf-8")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                name = self.path.strip("/")
                world.told.append((name, time.time(), json.loads(body)))
                if name in world.hanging:
                    world.over.wait(PATIENCE_S)
                self._answer(b"", "text/plain")

            def _answer(self, body: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_: object) -> None:
                """A client that has gone breaks its pipe."""

        server = Server(("0.0.0.0", 0), Handler)  # noqa: S104 - a host is an address of 127.0.0.0/8
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            self.over.set()
            server.shutdown()
            server.server_close()


class Service:
    """`variorum serve`, and when it committed each look."""

    def __init__(self, home: Path) -> None:
        self.looks: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self.said = ""
        self.process = subprocess.Popen(
            [
                Path(sys.executable).with_name("variorum"),
                "--home",
                home,
                "serve",
                "--port",
                "0",
                "--log-format",
                "json",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            said = json.loads(line) if line.startswith("{") else {}
            self.said = self.said if said else line
            if said.get("event") == "look":
                self.looks[said["page"]].append((datetime.fromisoformat(said["at"]).timestamp(), said["outcome"]))

    def committed_s(self, slug: str, since_s: float) -> float | None:
        """When the look was committed that confirmed the page's change: the second after it was edited."""
        after = [(at_s, outcome) for at_s, outcome in list(self.looks[slug]) if at_s > since_s]
        changed = next((place for place, (_, outcome) in enumerate(after) if outcome == "changed"), None)
        return None if changed is None or len(after) < changed + 2 else after[changed + 1][0]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def tags_of(pages: int) -> dict[str, list[int]]:
    """The pages of each scene: two times ten targets, a flood, and the rest in groups."""
    found = {
        "ten": list(range(GROUP)),
        "hang": list(range(GROUP, 2 * GROUP)),
        "flood": list(range(2 * GROUP, 2 * GROUP + FLOODED)),
    }
    rest = list(range(2 * GROUP + FLOODED, pages))
    groups = [rest[at : at + GROUP] for at in range(0, len(rest), GROUP)]
    return found | {f"spread-{number}": group for number, group in enumerate(groups)}


def write_home(home: Path, tags: dict[str, list[int]], port: int, every_s: int) -> None:
    parts = [SETTINGS.format(every=every_s)]
    for tag, pages in tags.items():
        parts += [PAGE.format(n=n, a=n // 100 + 1, b=n % 100 + 1, port=port, tag=tag) for n in pages]
    for tag in tags:
        targets = {"ten": 10, "hang": 10, "flood": 5}.get(tag, 1)
        parts += [RULE.format(tag=tag, target=target, port=port) for target in range(targets)]
    (home / "variorum.toml").write_text("".join(parts), "utf-8")


def waits(
    world: World, service: Service, wanted: set[tuple[str, str]], edited_s: float
) -> tuple[list[float], int, dict[str, int]]:
    """Seconds from commit to handing over of each (target, page), how many never came, and each target's messages."""
    end_s = time.monotonic() + PATIENCE_S
    while True:
        arrived: dict[tuple[str, str], float] = {}
        messages: dict[str, int] = defaultdict(int)
        for name, at_s, message in list(world.told):
            if at_s > edited_s and any(name == target for target, _ in wanted):
                messages[name] += 1
                for alert in message["alerts"]:
                    arrived.setdefault((name, alert["page"]["slug"]), at_s)
        missing = wanted - set(arrived)
        if not missing or time.monotonic() > end_s:
            break
        time.sleep(0.5)
    time.sleep(1.0)  # for the last lines of the log
    found = []
    for key in wanted & set(arrived):
        committed_s = service.committed_s(key[1], edited_s)
        if committed_s is not None:
            found.append(max(0.0, arrived[key] - committed_s))
    return sorted(found), len(missing), messages


def row(name: str, found: Sequence[float], missing: int, messages: dict[str, int]) -> dict[str, Any]:
    def share(part: float) -> float:
        return round(found[min(len(found) - 1, int(part * len(found)))], 2) if found else -1.0

    most = max(messages.values(), default=0)
    return {
        "scene": name,
        "alerts": len(found),
        "p50_s": share(0.5),
        "p95_s": share(0.95),
        "max_s": share(1.0),
        "never": missing,
        "most_messages": most,
    }


def edited(world: World, pages: Sequence[int]) -> float:
    """Edit these pages; returns when."""
    at_s = time.time()
    for page in pages:
        world.edits[f"page-{page}"] += 1
    return at_s


def measured(pages: int, every_s: int) -> Iterator[dict[str, Any]]:
    world = World()
    tags = tags_of(pages)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_home(home, tags, stack.enter_context(world.serving()), every_s)
        service = Service(home)
        stack.callback(service.stop)
        while sum(bool(looks) for looks in list(service.looks.values())) < pages:
            time.sleep(0.5)
            assert service.process.poll() is None, f"the service has ended: {service.said}"
        spread = {tag: own for tag, own in tags.items() if re.match("spread", tag)}
        at_s = edited(world, [page for own in spread.values() for page in own])
        yield row(
            "spread",
            *waits(world, service, {(f"{tag}-0", f"page-{n}") for tag, own in spread.items() for n in own}, at_s),
        )
        at_s = edited(world, tags["ten"])
        yield row(
            "ten targets",
            *waits(world, service, {(f"ten-{t}", f"page-{n}") for t in range(10) for n in tags["ten"]}, at_s),
        )
        world.hanging = {"hang-0"}
        at_s = edited(world, tags["hang"])
        well = {(f"hang-{t}", f"page-{n}") for t in range(1, 10) for n in tags["hang"]}
        yield row("one of ten hangs", *waits(world, service, well, at_s))
        at_s = edited(world, tags["flood"])
        yield row(
            "500 at once",
            *waits(world, service, {(f"flood-{t}", f"page-{n}") for t in range(5) for n in tags["flood"]}, at_s),
        )


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pages", type=int, default=300)
    options.add_argument("--every", type=int, default=60, help="seconds between two looks at a page")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    rows = []
    for found in measured(asked.pages, asked.every):
        rows.append(found)
        if not asked.json:
            print("  ".join(f"{name} {value}" for name, value in found.items()), flush=True)
    if asked.json:
        print(json.dumps(rows))
    slow = any(found["p95_s"] >= MOST_P95_S for found in rows[:3])
    return 1 if slow or any(found["never"] for found in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
