"""The columns of the evidence tables as functions of the log's entries: written by them, and verified against them."""

from __future__ import annotations

import hashlib
import json

from archive.evidence import Json, canonical


def observation_columns(entry: Json, latest_live: str | None) -> Json:
    """The columns of `observations`, all but its keys.

    `latest_live` is the latest `observed_at` of the page's live looks so far: a live look is never before it, whatever
    the clock said.
    """
    observed_at, clock_at = entry["observed_at"], None
    if entry["via"] == "live" and latest_live is not None and latest_live.rstrip("Z") > observed_at.rstrip("Z"):
        observed_at, clock_at = latest_live, observed_at
    return {
        "observed_at": observed_at,
        "clock_at": clock_at,
        "duration_ms": entry["duration_us"] // 1000,
        "via": entry["via"],
        "http_status": entry["status"],
        "outcome": entry["judged"]["outcome"],
        "reason": entry["judged"]["reason"],
        "received_bytes": entry["wire_bytes"],
    }


def act_columns(entry: Json) -> Json:
    """The columns of `acts`, all but its key."""
    return {
        "kind": entry["kind"],
        "observation_seq": entry["observation"],
        "at": entry["at"],
        "actor": entry["actor"],
    }


def reading_columns(entry: Json) -> Json:
    """The columns of `readings` that its entry states."""
    rules = canonical(entry["rules"])
    return {
        "number": entry["number"],
        "made_at": entry["at"],
        "rules": rules.decode(),
        "rules_sha256": hashlib.sha256(rules).hexdigest(),
        "version": entry["version"],
        "cause": entry["cause"],
    }


def page_columns(settings: Json) -> Json:
    """The columns of `pages` that a page's newest settings state."""
    return {
        "slug": settings["slug"],
        "url": settings["url"],
        "language": settings["language"],
        "statement": settings["statement"] or None,
        "tags": json.dumps(settings["tags"], ensure_ascii=False),
    }
