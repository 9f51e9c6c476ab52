"""Web hooks: our JSON (docs/webhook.schema.json), signed as Standard Webhooks says (standardwebhooks.com, HMAC-SHA256).

The address is Apprise's `json://` or `jsons://`, with its headers, parameters and method; `sign=KEY` in its query gives the
key of the signature, or `sign=env:NAME` the variable that holds it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from scraper.alerts.addresses import NoAddress
from scraper.alerts.result import Result, of_status

TIMEOUT_S = (10.0, 30.0)  # to connect, and between two packets of the answer
_SECRET = "whsec_"  # noqa: S105 - the prefix of keys that are written in base64


def send(plugin: Any, address: str, uid: str, payload: Mapping[str, object], *, at_s: int) -> Result:
    """One POST. `plugin` is Apprise's reading of the address. Raises NoAddress where its key is not there."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "variorum", **plugin.headers}
    headers |= {"Webhook-Id": uid, "Webhook-Timestamp": str(at_s)}
    key = key_of(address)
    if key is not None:
        headers["Webhook-Signature"] = signature(key, uid, at_s, body)
    place = f"{plugin.host}:{plugin.port}" if plugin.port else plugin.host
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.request(
                plugin.method,
                f"{'https' if plugin.secure else 'http'}://{place}{plugin.fullpath or '/'}",
                data=body,
                params=plugin.params,
                headers=headers,
                auth=(plugin.user, plugin.password or "") if plugin.user else None,
                verify=plugin.verify_certificate,
                timeout=TIMEOUT_S,
                allow_redirects=False,
                stream=True,
            ) as response:
                return of_status(response.status_code)
    except requests.RequestException as error:
        return Result(state="later", detail=_kind(error))


def _kind(error: requests.RequestException) -> str:
    """What went wrong, without the address that the error's own text repeats."""
    for kind, said in (
        (requests.exceptions.SSLError, "TLS failed"),
        (requests.exceptions.ConnectTimeout, "no connection in time"),
        (requests.exceptions.ReadTimeout, "no answer in time"),
        (requests.exceptions.ConnectionError, "no connection, or it broke"),
    ):
        if isinstance(error, kind):
            return said
    return type(error).__name__


def signature(key: bytes, uid: str, at_s: int, body: bytes) -> str:
    """The header that lets a receiver know who sent this body, and when.

    >>> signature(b"key", "a1", 1400000000, b"{}")
    'v1,sul9NWpKhL+ie7PJFmafrOCLBL6juExzR1CPoquicPQ='
    """
    signed = hmac.new(key, f"{uid}.{at_s}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def key_of(address: str) -> bytes | None:
    """The key that an address is signed with; None where it has none. Raises NoAddress."""
    written = parse_qs(urlsplit(address).query).get("sign", [""])[0]
    if not written:
        return None
    if written.startswith("env:"):
        name = written[4:]
        written = os.environ.get(name, "").strip()
        if not written:
            raise NoAddress(f"env:{name}", "the environment has no such variable", f"Set {name} where variorum runs.")
    if not written.startswith(_SECRET):
        return written.encode()
    try:
        return base64.b64decode(written.removeprefix(_SECRET), validate=True)
    except binascii.Error as error:
        raise NoAddress(
            "sign", "a key that begins with whsec_ is in base64", "Write the key as it was given."
        ) from error
