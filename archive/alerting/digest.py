"""When digests are due: at a time of day in the reader's zone, over daylight-saving changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from archive.alerting.rules import Rule

_MONDAY = 0


def next_digest(rule: Rule, after: datetime) -> datetime:
    """The first time later than `after` at which the rule's digest is due; weekly ones on Monday.

    A time that the clock skips is due when the clock has skipped it, one that it shows twice is due once.

    >>> rule = Rule(name="r", targets=(), digest="daily", timezone="Europe/Paris")
    >>> [next_digest(rule, datetime(2026, 3, day, 12, tzinfo=UTC)).isoformat() for day in (27, 28)]
    ['2026-03-28T06:00:00+00:00', '2026-03-29T05:00:00+00:00']
    """
    zone = ZoneInfo(rule.timezone)
    hour, minute = map(int, rule.digest_at.split(":"))
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
        if at > after and (rule.digest == "daily" or day.weekday() == _MONDAY):
            return at
        day += timedelta(days=1)
