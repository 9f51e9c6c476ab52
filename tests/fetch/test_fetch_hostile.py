"""Every behaviour of the hostile server that is about transport comes out with a reason that it expects."""

from __future__ import annotations

import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from archive.model import Capture
from scraper.fetch import Fetcher, FetchLimits
from scraper.robots import Robots

PATH = Path(__file__).resolve().parents[2] / "../shared/tools/hostile_server.py"
TRANSPORT = (
    "timeout",
    "connection",
    "tls",
    "protocol",
    "too_large",
    "truncated",
    "encoding",
    "redirect",
    "forbidden_target",
)
DEADLINE_S = 5.0
PATIENT_S = 90.0  # for what must come to another end than the deadline, on however busy a machine


def load() -> ModuleType | None:
    if not PATH.exists():
        return None
    os.environ.setdefault("HOSTILE_HOLD", "30")
    spec = importlib.util.spec_from_file_location("hostile_server", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hostile = load()
pytestmark = pytest.mark.skipif(hostile is None, reason="the hostile server is not beside this checkout")
EXPECTED = {} if hostile is None else {name: behaviour.expect for name, behaviour in hostile.BEHAVIOURS.items()}
ROBOTS = {} if hostile is None else {name: expected for name, (_, expected) in hostile.ROBOTS.items()}
# judged later, by what the body holds or how it ends
BY_CONTENT = {"length_short_cut", "comment_unclosed", "half_page"}


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def found() -> dict[str, Capture | bool]:
    """What a look at each behaviour, and robots.txt of each kind ("robots:NAME"), came to; and who hit the canary."""
    assert hostile is not None
    with hostile.HostileServer(phase=1) as server:
        allowed = tuple(f"127.0.0.1:{port}" for role, port in server.ports.items() if role != "canary")
        limits = FetchLimits(deadline_s=DEADLINE_S, allow_addresses=allowed)
        urls = {name: server.url(name) for name in EXPECTED}
        urls |= {
            name: f"https://127.0.0.1:{server.ports[name]}/good" for name in server.ports if name.startswith("tls_")
        }
        patient_limits = replace(limits, deadline_s=PATIENT_S)
        with Fetcher(limits) as fetcher, Fetcher(patient_limits) as patient, ThreadPoolExecutor(12) as pool:
            robots = Robots(fetcher, now=now)
            looks = {
                name: pool.submit((fetcher if may_be_late(name) else patient).fetch, url, now=now)
                for name, url in urls.items()
            }
            asked = {
                name: pool.submit(robots.allowed, f"http://127.0.0.1:{server.ports[f'robots:{name}']}/page")
                for name in ROBOTS
            }
            results: dict[str, Capture | bool] = {name: look.result() for name, look in looks.items()}
            results |= {f"robots:{name}": answer.result()[0] for name, answer in asked.items()}
        results["canary"] = bool(server.canary_hits)
        results["cookies"] = any("cookie" in hit["headers"] or "authorization" in hit["headers"] for hit in server.hits)
    return results


def may_be_late(name: str) -> bool:
    return "failed:timeout" in EXPECTED.get(name, ())


def outcome(capture: Capture) -> str:
    if capture.failure:
        return f"{'refused' if capture.refused else 'failed'}:{capture.failure[0]}"
    return f"http_{capture.status}"


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_behaviour_of_transport_has_a_reason_that_is_expected(found: dict[str, Capture], name: str) -> None:
    got, expected = outcome(found[name]), EXPECTED[name]
    if got.startswith(("failed", "refused")):
        assert got in expected
    elif got == "http_200":
        only_transport = all(wanted.partition(":")[2] in TRANSPORT for wanted in expected)
        assert not only_transport or name in BY_CONTENT
    else:
        assert any(wanted.endswith(got) for wanted in expected) or "failed:empty" in expected


@pytest.mark.parametrize("name", sorted(filter(may_be_late, EXPECTED)))
def test_no_behaviour_holds_a_look_beyond_its_deadline(found: dict[str, Capture], name: str) -> None:
    assert found[name].duration_us < (DEADLINE_S + 60) * 1_000_000


def test_certificates_that_cannot_be_verified_are_tls_failures(found: dict[str, Capture]) -> None:
    tls = {name: outcome(look) for name, look in found.items() if name.startswith("tls_")}
    assert set(tls.values()) <= {"failed:tls"}


@pytest.mark.parametrize("name", sorted(ROBOTS))
def test_robots_txt_of_every_kind_is_read_as_expected(found: dict[str, bool], name: str) -> None:
    assert found[f"robots:{name}"] is (ROBOTS[name] == "unchanged")


def test_the_canary_is_never_asked(found: dict[str, bool]) -> None:
    assert found["canary"] is False


def test_no_cookie_and_no_credential_is_ever_sent(found: dict[str, bool]) -> None:
    assert found["cookies"] is False
