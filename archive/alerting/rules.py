"""Rules: which events are owed to whom. Pure; targets are names here, never addresses with secrets."""

from __future__ import annotations

from dataclasses import dataclass

from archive.alerting.event import ChangeFacts, Event
from archive.alerting.terms import Terms
from archive.text import RUNS_ON, fold

QUIET = frozenset({"stamp", "punctuation", "reflow", "moved", "invisible"})  # told only where a rule names them


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Terms):
    """The terms, and the names of those who are told."""

    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Why an event is owed by a rule: the rule's phrases that came and went."""

    appeared: tuple[str, ...] = ()
    disappeared: tuple[str, ...] = ()


NO_PHRASE = Match()


def owed(rule: Rule, event: Event) -> Match | None:
    """Whether the rule tells this event, and by which phrases; None where it does not."""
    if not _in_scope(rule, event):
        return None
    if event.kind != "changed":
        return Match() if event.kind in rule.on else None
    assert event.change is not None
    if not ("changed" in rule.on or ("silent" in rule.on and event.change.silent)):
        return None
    match = Match(
        appeared=tuple(phrase for phrase in rule.phrases if _turned(phrase, event.old_text, event.new_text)),
        disappeared=tuple(phrase for phrase in rule.phrases if _turned(phrase, event.new_text, event.old_text)),
    )
    return match if _worth(rule, event.change, match) else None


def _in_scope(rule: Rule, event: Event) -> bool:
    page = event.page
    language = page.language.lower()
    return (
        (not rule.pages or page.slug in rule.pages)
        and (not rule.tags or bool(set(rule.tags) & set(page.tags)))
        and (not rule.statements or page.statement in rule.statements)
        and (not rule.languages or any(_is_language(language, wanted.lower()) for wanted in rule.languages))
    )


def _is_language(language: str, wanted: str) -> bool:
    """RFC 4647 basic filtering: "zh" takes "zh-Hans" too."""
    return language == wanted or language.startswith(f"{wanted}-")


def _worth(rule: Rule, change: ChangeFacts, match: Match) -> bool:
    if not (rule.phrases or rule.kinds or rule.share):
        return not set(change.kinds) <= QUIET
    return (
        bool(match.appeared or match.disappeared)
        or bool(set(rule.kinds) & set(change.kinds))
        or bool(rule.share and change.share >= rule.share)
    )


def _turned(phrase: str, before: str, after: str) -> bool:
    return not holds_words(before, phrase) and holds_words(after, phrase)


def holds_words(text: str, phrase: str) -> bool:
    """Whether a text holds a phrase as whole words, case and marks folded; a `*` at its end leaves the ending open.

    >>> holds_words("Both ROAD maps failed", "road map"), holds_words("Both ROAD maps failed", "road map*")
    (False, True)
    """
    wanted, text = fold(phrase.removesuffix("*")), fold(text)
    open_end = phrase.endswith("*")
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        end = at + len(wanted)
        if _is_border(text, at) and (open_end or _is_border(text, end)):
            return True
        at = text.find(wanted, at + 1)
    return False


def _is_border(text: str, at: int) -> bool:
    """Whether a word may begin or end there; in scripts without spaces anywhere."""
    if at in (0, len(text)):
        return True
    before, after = text[at - 1], text[at]
    return not (before.isalnum() and after.isalnum()) or bool(RUNS_ON.match(before) or RUNS_ON.match(after))
