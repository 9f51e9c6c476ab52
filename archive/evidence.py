"""The record of one observation: canonical JSON, hashed as a leaf of the log (archive/merkle.py).

Canonical: UTF-8, sorted keys, no white space, no floats (RFC 8785 without its number rules, since only integers occur).
Formats are written down in docs/evidence.md.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sqlite3
import ssl
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from archive.bodies import zstd_version
from archive.model import Capture, Headers, Hop, Rendered, Rules, Tls, utc_text

Json = dict[str, Any]


def canonical(value: Json) -> bytes:
    """The one byte string of a value of str, int, bool, None, lists and dicts with str keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def canonical_sha256(value: Json) -> str:
    """The digest of a value's canonical bytes, in lower-case hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def rules_json(rules: Rules) -> Json:
    return {
        "select": rules.select,
        "ignore": list(rules.ignore),
        "language": rules.language,
        "timezone": rules.timezone,
        "date_order": rules.date_order,
    }


def rules_from_json(value: Json) -> Rules:
    return Rules(**{**value, "ignore": tuple(value["ignore"])})


@cache
def environment() -> Json:
    """Product, Python and library versions: what else a result may depend on."""
    names = ("requests", "urllib3", "lxml", "beautifulsoup4", "soupsieve", "protego", "rapidfuzz")
    linked = {"sqlite": sqlite3.sqlite_version, "zstd": zstd_version, "openssl": ssl.OPENSSL_VERSION}
    return {
        "product": f"variorum/{version('variorum')}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in names} | linked,
    }


def observation_entry(
    capture: Capture, *, seq: int, page: str, settings_sha256: str, body_sha256: str | None, judged: Json
) -> Json:
    """Everything about one look that is evidence, and what it was judged to be at the time."""
    rendered = {} if capture.rendered is None else {"rendered": _rendered(capture.rendered)}
    return {
        "kind": "observation",
        "seq": seq,
        "page": page,
        "url": capture.url,
        "final_url": capture.final_url,
        "observed_at": utc_text(capture.observed_at),
        "duration_us": capture.duration_us,
        "via": capture.via,
        "request_headers": _headers(capture.request_headers),
        "hops": [_hop(hop) for hop in capture.hops],
        "http_version": capture.http_version,
        "status": capture.status,
        "status_reason": capture.status_reason,
        "headers": _headers(capture.headers),
        "body_sha256": body_sha256,
        "body_bytes": None if capture.body is None else len(capture.body),
        "wire_sha256": capture.wire_sha256,
        "wire_bytes": capture.wire_bytes,
        "end": capture.end,
        "failure": list(capture.failure) if capture.failure else None,
        "refused": capture.refused,
        "peer": capture.peer,
        "addresses": list(capture.addresses),
        "tls": _tls(capture.tls),
        "vantage": capture.vantage,
        "conditional": capture.conditional,
        "retry_after_s": capture.retry_after_s,
        "date_skew_s": date_skew_s(capture),
        "settings_sha256": settings_sha256,
        "environment": environment(),
        "judged": judged,
        **rendered,
    }


def capture_from_entry(entry: Json, body: bytes | None) -> Capture:
    """The capture that an observation's entry describes, with its stored body: what a new reading reads."""
    return Capture(
        url=entry["url"],
        final_url=entry["final_url"],
        observed_at=datetime.fromisoformat(entry["observed_at"]),
        duration_us=entry["duration_us"],
        via=entry["via"],
        request_headers=_pairs(entry["request_headers"]),
        hops=tuple(
            Hop(
                url=hop["url"],
                status=hop["status"],
                reason=hop["reason"],
                headers=_pairs(hop["headers"]),
                peer=hop["peer"],
                tls=_tls_from(hop["tls"]),
            )
            for hop in entry["hops"]
        ),
        http_version=entry["http_version"],
        status=entry["status"],
        status_reason=entry["status_reason"],
        headers=_pairs(entry["headers"]),
        body=body,
        wire_bytes=entry["wire_bytes"],
        wire_sha256=entry["wire_sha256"],
        end=entry["end"],
        failure=(entry["failure"][0], entry["failure"][1]) if entry["failure"] else None,
        refused=entry["refused"],
        peer=entry["peer"],
        addresses=tuple(entry["addresses"]),
        tls=_tls_from(entry["tls"]),
        vantage=entry["vantage"],
        retry_after_s=entry["retry_after_s"],
        conditional=entry["conditional"],
        rendered=_rendered_from(entry.get("rendered")),
    )


def date_skew_s(capture: Capture) -> int | None:
    """How many whole seconds the server's `Date` is ahead of our clock; None where it sent none that can be read."""
    date = capture.header("date")
    try:
        at = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    return int((at - capture.observed_at).total_seconds()) if at and at.tzinfo else None


def _headers(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in headers]


def _pairs(headers: list[list[str]]) -> Headers:
    return tuple((name, value) for name, value in headers)


def _rendered(rendered: Rendered) -> Json:
    return {
        "browser": rendered.browser,
        "received_sha256": None if rendered.received is None else hashlib.sha256(rendered.received).hexdigest(),
        "received_bytes": None if rendered.received is None else len(rendered.received),
        "screenshot_sha256": None if rendered.screenshot is None else hashlib.sha256(rendered.screenshot).hexdigest(),
        "screenshot_bytes": None if rendered.screenshot is None else len(rendered.screenshot),
        "requests": rendered.requests,
        "wire_bytes": rendered.wire_bytes,
        "refused": [list(pair) for pair in rendered.refused],
    }


def _rendered_from(value: Json | None) -> Rendered | None:
    """How the browser made the page, without the bytes of what it received and showed."""
    if value is None:
        return None
    return Rendered(
        browser=value["browser"],
        requests=value["requests"],
        wire_bytes=value["wire_bytes"],
        refused=tuple((url, why) for url, why in value["refused"]),
    )


def _tls(tls: Tls | None) -> Json | None:
    if tls is None:
        return None
    return {
        "version": tls.version,
        "cipher": tls.cipher,
        "chain_sha256": list(tls.chain_sha256),
        "verified": tls.verified,
        "detail": tls.detail,
    }


def _tls_from(value: Json | None) -> Tls | None:
    return None if value is None else Tls(**{**value, "chain_sha256": tuple(value["chain_sha256"])})


def _hop(hop: Hop) -> Json:
    return {
        "url": hop.url,
        "status": hop.status,
        "reason": hop.reason,
        "headers": _headers(hop.headers),
        "peer": hop.peer,
        "tls": _tls(hop.tls),
    }
