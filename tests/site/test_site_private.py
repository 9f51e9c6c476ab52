"""An archive that is not public: everything it serves asks for the password."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from scraper.private import ENVIRONMENT, PasswordUnusable, private, read_password

PASSWORD = "пароль: long enough"  # noqa: S105 - of these tests
EVERYTHING = ["/", "/page/straits", "/page/straits.json", "/feed.atom", "/static/room.css", "/static/local.js", "/archive/pages.csv", "/-/health", "/nowhere"]  # fmt: skip


def basic(password: str, user: str = "reader") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def ask(site: Any, path: str, **headers: str) -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=private(site.datasette.app(), PASSWORD))
        async with httpx.AsyncClient(transport=transport, base_url="http://archive.example") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(once())


@pytest.mark.parametrize("path", EVERYTHING)
def test_nothing_is_served_without_the_password(site: Any, path: str) -> None:
    refused = ask(site, path)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert refused.headers["cache-control"] == "no-store"
    assert "Meridia" not in refused.text


@pytest.mark.parametrize("path", EVERYTHING[:-1])
def test_everything_is_served_with_the_password_and_kept_by_no_shared_cache(site: Any, path: str) -> None:
    answer = ask(site, path, **basic(PASSWORD))
    assert answer.status_code == 200
    assert answer.headers["cache-control"].startswith("private")
    assert "public" not in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "headers",
    [basic("wrong"), basic(PASSWORD + " "), basic(""), {"Authorization": "Basic !!!"}, {"Authorization": "Basic"},
     {"Authorization": "Basic " + base64.b64encode(PASSWORD.encode()[:3]).decode()},
     {"Authorization": basic(PASSWORD)["Authorization"].replace("Basic", "Bearer")},
     {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode()}],
)  # fmt: skip
def test_anything_else_is_refused(site: Any, headers: dict[str, str]) -> None:
    assert ask(site, "/", **headers).status_code == 401


def test_a_wrong_password_is_answered_late(site: Any) -> None:
    begun = time.monotonic()
    ask(site, "/", **basic("wrong"))
    assert time.monotonic() - begun >= 0.5


def test_the_password_stands_in_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\nnot this\n", "utf-8")
    path.chmod(0o640)
    with pytest.raises(PasswordUnusable, match="chmod 600"):
        read_password(path, {})
    path.chmod(0o600)
    assert read_password(path, {ENVIRONMENT: "another one"}) == PASSWORD


@pytest.mark.parametrize(
    ("environment", "said"), [({}, "holds no password"), ({ENVIRONMENT: "short"}, "shorter than 8")]
)
def test_no_password_and_a_short_one_are_refused(environment: dict[str, str], said: str) -> None:
    with pytest.raises(PasswordUnusable, match=said):
        read_password(None, environment)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe"])
def test_a_file_without_a_password_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(PasswordUnusable):
        read_password(path, {})


def test_the_service_asks_for_the_password(tmp_path: Path) -> None:
    (tmp_path / "variorum.toml").write_text('contact = "archive@example.org"\n', "utf-8")
    command = [Path(sys.executable).parent / "variorum", "--home", tmp_path, "serve", "--port", "0", "--private"]
    environment = {name: value for name, value in os.environ.items() if name != ENVIRONMENT}
    bare = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert bare.returncode == 1
    assert ENVIRONMENT in bare.stderr
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment | {ENVIRONMENT: PASSWORD})
    try:
        assert process.stderr is not None
        address = next(word for word in process.stderr.readline().split() if word.startswith("http://"))
        assert httpx.get(address, timeout=30, trust_env=False).status_code == 401
        assert httpx.get(address, timeout=30, trust_env=False, headers=basic(PASSWORD)).status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0
