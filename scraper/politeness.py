"""Politeness as pure bookkeeping: when a host may be asked again, and who says it is us. Time is passed in."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version

MAX_WAIT_S = 24 * 3600  # the most that a server's Retry-After may ask for


def user_agent_text(contact: str = "", public_url: str = "") -> str:
    """Who asks: `variorum/<version> (+<contact or public_url>)`."""
    name = f"variorum/{version('variorum')}"
    return f"{name} (+{contact or public_url})" if contact or public_url else name


def retry_after_s(text: str, now: datetime) -> int | None:
    """The seconds that a Retry-After header asks us to wait, at most MAX_WAIT_S; None where it says neither form.

    >>> retry_after_s("120", datetime(2014, 5, 8, tzinfo=UTC)), retry_after_s("99999999999999999999", datetime.now(UTC))
    (120, 86400)
    >>> retry_after_s("Thu, 08 May 2014 00:01:00 GMT", datetime(2014, 5, 8, tzinfo=UTC))
    60
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:12]), MAX_WAIT_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0, min(int((at - now).total_seconds()), MAX_WAIT_S))
