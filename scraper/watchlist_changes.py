"""What is different between two watch lists, for a service that takes up the later one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scraper.watchlist import FILE_NAME, FetchSettings, WatchList

_SHOWN = 5  # slugs named of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Pages by slug, and which tables changed."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]  # by their new slug, where that changed
    alerts: bool
    fetch: bool
    asking: bool  # what pages are asked for with has to be made anew
    anchoring: bool  # likewise how checkpoints are given away
    waits: tuple[str, ...]  # what is taken up at the next start only

    @property
    def facts(self) -> dict[str, tuple[str, ...]]:
        return {"added": self.added, "removed": self.removed, "changed": self.changed}

    @property
    def line(self) -> str:
        """What was taken up, in one line."""
        parts = [_named(what, slugs) for what, slugs in self.facts.items() if slugs]
        parts += ["[[alert]] changed"] if self.alerts else []
        parts += ["[fetch] changed"] if self.fetch else []
        later = f" Taken up at the next start: {', '.join(self.waits)}." if self.waits else ""
        return f"{FILE_NAME} was read again: {'; '.join(parts) or 'no page, alert or [fetch] changed'}.{later}"


def changes_of(before: WatchList, after: WatchList) -> Changes:
    old, new = {page.slug: page for page in before.pages}, {page.slug: page for page in after.pages}
    old_slug = {slug: next((name for name in (slug, *page.was) if name in old), None) for slug, page in new.items()}
    kept = set(old_slug.values())
    who = (before.contact, before.public_url) != (after.contact, after.public_url)
    fetch = before.fetch != after.fetch
    browser = any(page.fetcher == "browser" for page in after.pages)
    had_browser = any(page.fetcher == "browser" for page in before.pages)
    return Changes(
        added=tuple(slug for slug, was in old_slug.items() if was is None),
        removed=tuple(slug for slug in old if slug not in kept),
        changed=tuple(slug for slug, was in old_slug.items() if was is not None and old[was] != new[slug]),
        alerts=before.alerts != after.alerts,
        fetch=fetch,
        asking=who or _by_gate(before.fetch) != _by_gate(after.fetch) or browser != had_browser,
        anchoring=who or fetch or before.anchor != after.anchor,
        waits=(
            *(["executor"] if before.fetch.executor != after.fetch.executor else []),
            *(["public_url in the reading room"] if before.public_url != after.public_url else []),
        ),
    )


def _by_gate(fetch: FetchSettings) -> FetchSettings:
    """The settings without those that hold for hosts, not for how one look is made."""
    return replace(fetch, delay_s=0.0, back_off_s=0.0, executor="")


def _named(what: str, slugs: Sequence[str]) -> str:
    more = f" and {len(slugs) - _SHOWN} more" if len(slugs) > _SHOWN else ""
    return f"{what} {', '.join(slugs[:_SHOWN])}{more}"
