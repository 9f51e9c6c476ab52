"""`serve --log-format json`: whatever the service says is one object a line, and holds no secret."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def run_with_trouble(home: Any, site: Any, statement: Any) -> tuple[str, str]:
    """What a service wrote to stdout and stderr that met a good page, a missing one, a bad watch list and a failing alert."""
    strait, missing = site.put("/strait", statement.html()), site.base + "/missing"
    home.watch({"strait": strait, "missing": missing}, every="1s")
    path = home.path / "variorum.toml"
    target = home.path / "target"
    target.write_text("json://keeper:SECRET-A@127.0.0.1:9/SECRET-B\n", "utf-8")
    os.chmod(target, 0o600)
    alert = '[[alert]]\nname = "all"\non = ["gone"]\nto = ["file:target", "jsons://x:SECRET-C@127.0.0.1:9/SECRET-D"]\n'
    good = path.read_text("utf-8") + alert
    path.write_text(good, "utf-8")
    password = home.path / "password"
    password.write_text("SECRET-E-long-enough\n", "utf-8")
    os.chmod(password, 0o600)
    out, err = home.path / "out", home.path / "err"
    arguments = ["--home", str(home.path), "serve", "--port", "0", "--private", "--password-file", str(password)]
    pid = home.nursery.start([*arguments, "--log-format", "json"], out=out, err=err)
    try:
        until(lambda: err.exists() and all(f'"outcome": "{it}"' in err.read_text() for it in ("unchanged", "gone")))
        path.write_text(good + 'proxy = "http://me:SECRET-F@[bad"\nselekt = 1\n', "utf-8")
        os.kill(pid, signal.SIGHUP)
        until(lambda: "not_read_again" in err.read_text())
        path.write_text(good.replace('every = "1s"', 'every = "2s"'), "utf-8")
        os.kill(pid, signal.SIGHUP)
        until(lambda: '"read_again"' in err.read_text())
    finally:
        os.kill(pid, signal.SIGTERM)
        assert home.nursery.finish() == 0
    return out.read_text("utf-8"), err.read_text("utf-8")


def until(true: Callable[[], bool], *, within_s: float = 60) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "nothing came of it in time"
        time.sleep(0.05)


def test_everything_a_service_says_is_one_object_a_line_without_secrets(home: Any, site: Any, statement: Any) -> None:
    out, err = run_with_trouble(home, site, statement)
    told = objects(err)
    assert out == ""
    assert all(list(line)[:4] == ["at", "level", "event", "message"] for line in told)
    assert all(line["at"].endswith("Z") for line in told)
    assert {"started", "look", "not_read_again", "read_again", "stopped"} <= {line["event"] for line in told}
    assert "SECRET" not in out + err
    looks = {line["page"]: line for line in told if line["event"] == "look"}
    assert (looks["strait"]["level"], looks["strait"]["outcome"]) == ("info", "unchanged")
    assert (looks["missing"]["level"], looks["missing"]["outcome"], looks["missing"]["http_status"]) == (
        "warning",
        "gone",
        404,
    )
    (changed,) = [line for line in told if line["event"] == "read_again"]
    assert sorted(changed["changed"]) == ["missing", "strait"]
    (refused,) = [line for line in told if line["event"] == "not_read_again"]
    assert refused["level"] == "error"


def test_an_error_that_ends_the_service_is_an_object_too(home: Any) -> None:
    done = home.run_installed("serve", "--log-format", "json")
    (told,) = objects(done.err)
    assert (done.code, told["level"], told["event"]) == (1, "error", "error")
    assert told["message"].startswith("Error: No watch list at ")


def test_a_bug_s_traceback_is_told_in_objects(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    (home.path / "sitecustomize.py").write_text(
        "import scraper.schedule\ndef broken(*_):\n    raise RuntimeError('a bug')\nscraper.schedule.Schedule.due = broken\n"
    )
    done = home.run_installed(
        "serve", "--port", "0", "--log-format", "json", env={**os.environ, "PYTHONPATH": str(home.path)}
    )
    told = objects(done.err)
    assert done.code == 1
    assert told[-1]["message"] == "RuntimeError: a bug"
