"""What the watch list says of one alert, without who is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one `[[alert]]` of the watch list tells, and when. Empty `pages`, `tags`, `statements` and `languages` do not narrow.

    `phrases`, `kinds` and `share` say which changes are worth telling: one of them suffices; without any, every change is
    that is not of quiet kinds alone.
    """

    name: str
    pages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    on: tuple[str, ...] = ("changed",)
    phrases: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    share: float = 0.0  # of the words of both texts, 0 to 1
    digest: str = "immediate"
    digest_at: str = "07:00"  # in `timezone`; weekly ones on Monday
    timezone: str = "UTC"
    language: str = "en"  # in which it is told: one that the reading room speaks
    confirm_s: float = 600.0
    unobserved_after_s: float = 2 * 86400.0
    out_of_step_after_s: float = 2 * 86400.0
