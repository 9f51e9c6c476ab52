"""An archive that is not public: one password before everything it serves, by HTTP Basic (RFC 7617)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import os
import secrets
import stat
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from archive.errors import VariorumError

ENVIRONMENT = "VARIORUM_PASSWORD"
LEAST_CHARS = 8
WRONG_DELAY_S = 0.5  # before a wrong password is answered; other answers don't wait
_FILE_BYTES = 4096

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class PasswordUnusable(VariorumError):
    """No password to serve an archive with, or one that is not kept well."""


def read_password(path: Path | None, environment: Mapping[str, str]) -> str:
    """The password from a file of ours alone, else from the environment. Raises PasswordUnusable."""
    if path is not None:
        password, place = _from_file(path), str(path)
    else:
        password, place = environment.get(ENVIRONMENT, ""), ENVIRONMENT
    if not password:
        raise PasswordUnusable(
            f"{place} holds no password. Set {ENVIRONMENT}, or name a file of mode 0600 with --password-file."
        )
    if len(password) < LEAST_CHARS:
        raise PasswordUnusable(
            f"The password in {place} is shorter than {LEAST_CHARS} characters. Choose a longer one."
        )
    return password


def _from_file(path: Path) -> str:
    """The first line of a file that nobody else can read."""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise PasswordUnusable(f"{path} can be read by others. Keep it for yourself: chmod 600 {path}")
            data = file.read(_FILE_BYTES)
    except OSError as error:
        raise PasswordUnusable(f"The password file {path} can't be read ({error.strerror}).") from error
    try:
        return data.decode().partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError as error:
        raise PasswordUnusable(f"The password file {path} is not UTF-8 text.") from error


def private(app: App, password: str) -> App:
    """The application behind a password; any user name will do. Only a keyed hash of the password stays in memory.

    Answers are marked as private, so that no cache on the way keeps them for others.
    """
    key = secrets.token_bytes(32)
    wanted = _hash(key, password.encode())

    async def guarded(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        given = _given(scope)
        if given is not None and hmac.compare_digest(_hash(key, given), wanted):
            await app(scope, receive, _privately(send))
            return
        if given is not None:
            await asyncio.sleep(WRONG_DELAY_S)
        await _refuse(send)

    return guarded


def _hash(key: bytes, password: bytes) -> bytes:
    return hmac.digest(key, password, "sha256")


def _given(scope: Message) -> bytes | None:
    """The password that a request brings, as bytes; None where it brings none."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, credentials = value.partition(b" ")
            if scheme.lower() != b"basic":
                return None
            try:
                _, colon, password = base64.b64decode(credentials.strip(), validate=True).partition(b":")
            except binascii.Error:
                return None
            return bytes(password) if colon else None
    return None


def _privately(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(bytes(name).lower(), value) for name, value in message.get("headers", ())]
            said = next((value for name, value in headers if name == b"cache-control"), b"max-age=0, must-revalidate")
            kept = [one for one in headers if one[0] != b"cache-control"]
            message = {**message, "headers": [*kept, (b"cache-control", b"private, " + said.replace(b"public, ", b""))]}
        await send(message)

    return marked


async def _refuse(send: Send) -> None:
    body = b"This archive is private: its password is needed.\n"
    headers = [
        (b"www-authenticate", b'Basic realm="variorum", charset="UTF-8"'),
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'"),
    ]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": body})
