"""What an alert says, in the language of its rule: each sentence a list of parts of ours and parts of the page's.

The renderings (plain, HTML, short) differ in how they write a part, never in what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from archive.alerting.event import ChangeFacts, Event
from archive.alerting.rules import NO_PHRASE, Match
from archive.site import words
from archive.site.language import ENGLISH, Catalogue

Part = tuple[str, bool]  # text, and whether it is the page's own
Sentence = tuple[Part, ...]
Note = Literal["", "alternating", "settled", "unconfirmed", "transient"]

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One alert as it is told: the event, why the rule tells it, and what became of it since."""

    uid: str
    rule: str
    event: Event
    match: Match = NO_PHRASE
    note: Note = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A place in the reading room: its path, and the command that shows the same. `name` is that of the web hook's JSON."""

    name: str
    label: str
    path: str
    command: str


def headline(told: Told, say: Catalogue = ENGLISH) -> Sentence:
    """One line that says it all: the page, what happened, how."""
    event = told.event
    if event.change is not None and event.kind == "changed":
        return _filled(
            _of_rewording(told, say), page=_theirs(event.page.name), amount=_ours(_amount(event.change, say))
        )
    texts = {
        "held": say.text("{page} is {outcome}"),
        "gone": say.text("{page} is {outcome}"),
        "failing": say.text("{page} can’t be read: {outcome}, {looks}"),
        "unobserved": say.text("{page} has not been seen for too long"),
        "recovered": say.text("{page} is back"),
        "moved": say.text("{page} has another address: {url}"),
        "out-of-step": say.text("{page} was reworded, {pages} not"),
    }
    return _filled(
        texts[event.kind],
        page=_theirs(event.page.name),
        outcome=_ours(words.outcome(event.outcome, event.reason, say)),
        looks=_ours(say.many(event.looks, "{n} look in a row", "{n} looks in a row")),
        url=_theirs(event.moved_to or ""),
        pages=_ours(", ".join(event.behind)),
    )


def _of_rewording(told: Told, say: Catalogue) -> str:
    if told.note == "alternating":
        return say.text("{page} alternates between two texts: {amount}")
    if told.event.change is not None and told.event.change.silent:
        return say.text("{page} changed silently: {amount}")
    return say.text("{page} changed: {amount}")


def _filled(text: str, **places: Sentence) -> Sentence:
    """A text of ours with its places filled, what is the page's in parts of its own.

    >>> _filled("{page} is back", page=_theirs("Position"))
    (('Position', True), (' is back', False))
    """
    pieces = enumerate(_PLACE.split(text))
    parts = [part for place, piece in pieces for part in (places[piece] if place % 2 else _ours(piece))]
    return tuple(part for part in parts if part[0])


def read(sentence: Sentence) -> str:
    """A sentence as it reads, for lists: the page's words as they stand there."""
    return "".join(text for text, _ in sentence)


def _ours(text: str) -> Sentence:
    return ((text, False),)


def _theirs(text: str) -> Sentence:
    return ((text, True),)


def _amount(change: ChangeFacts, say: Catalogue) -> str:
    return words.amount(change.words_added, change.words_removed, change.words_moved, say)


def sentences(told: Told, say: Catalogue = ENGLISH) -> Iterator[Sentence]:
    """What happened, in order of weight."""
    event = told.event
    if event.change is not None:
        yield from _of_change(event, event.change, told.match, say)
    elif event.kind == "recovered":
        yield from _of_recovery(event, say)
    elif event.kind == "moved":
        yield from _of_move(event, say)
    elif event.kind == "unobserved":
        yield _of_silence(event, say)
    else:
        yield from _of_trouble(event, say)
    if told.note:
        yield _ours(_note(told.note, say))


def _of_change(event: Event, change: ChangeFacts, match: Match, say: Catalogue) -> Iterator[Sentence]:
    when = words.said(words.bounds(change.not_before, change.not_after, say))
    yield _ours(say("Changed {when}.", when=when))
    kinds = ", ".join(words.kinds(change.kinds, say))
    yield _ours(f"{kinds[:1].upper()}{kinds[1:]}: {_amount(change, say)}.")
    if change.silent:
        yield _ours(say("Silent: the page’s own “updated” date stayed as it was."))
    elif change.silent is None:
        yield _ours(say("Whether silently can’t be told: the page’s own dates don’t settle it."))
    if match.appeared:
        yield _filled(say.text("Appeared: {phrases}."), phrases=_phrases(match.appeared, say))
    if match.disappeared:
        yield _filled(say.text("Disappeared: {phrases}."), phrases=_phrases(match.disappeared, say))
    if event.kind == "out-of-step":
        yield _ours(say("Not reworded in the meantime: {pages}.", pages=", ".join(event.behind)))


def _phrases(phrases: tuple[str, ...], say: Catalogue) -> Sentence:
    quoted = [_filled(say.text("“{phrase}”"), phrase=_theirs(phrase)) for phrase in phrases]
    return tuple(part for place, one in enumerate(quoted) for part in ((_ours(", ") if place else ()) + one))


def _of_recovery(event: Event, say: Catalogue) -> Iterator[Sentence]:
    yield _ours(say("The look of {when} showed the page again.", when=words.moment(event.at, say=say)))
    if event.since:
        yield _ours(say("It had not been seen since {when}.", when=words.moment(event.since, say=say)))


def _of_move(event: Event, say: Catalogue) -> Iterator[Sentence]:
    led = say.text("The look of {when} was led there for good: {url}.")
    yield _filled(led, when=_ours(words.moment(event.at, say=say)), url=_theirs(event.moved_to or ""))
    move = f"variorum move {event.page.slug} URL"
    yield _ours(
        say("The page is followed there, and its history goes on. Give it that address with: {command}", command=move)
    )


def _of_silence(event: Event, say: Catalogue) -> Sentence:
    if not event.since:
        return _ours(say("It was never seen."))
    return _ours(say("It was last seen {when}.", when=words.moment(event.since, say=say)))


def _of_trouble(event: Event, say: Catalogue) -> Iterator[Sentence]:
    meaning = words.meaning(event.outcome or "", event.reason, say)
    yield _ours(say("The look of {when} showed: {meaning}.", when=words.moment(event.at, say=say), meaning=meaning))
    if event.kind == "failing" and event.since:
        yield _ours(say("No look has shown the page since {when}.", when=words.moment(event.since, say=say)))
    if event.moved_to is not None:
        yield _filled(say.text("Its address leads for good to {url}."), url=_theirs(event.moved_to))
        command = f"variorum release {event.observation}"
        yield _ours(say("If the page is there, confirm it with: {command}", command=command))
    yield _ours(say("The archived wording stays as it was; nothing of this became a revision."))


def _note(note: Note, say: Catalogue) -> str:
    if note == "alternating":
        return say(
            "The page shows this text and the one before by turns. Told once; further turns are not told while it lasts."
        )
    if note == "settled":
        return say("The page showed this text and the one before by turns; this one has now stayed for a day.")
    if note == "unconfirmed":
        return say("It could not be looked at again since: no look after this one showed the page.")
    return say("Gone again at the next look.")


def links(event: Event, say: Catalogue = ENGLISH) -> tuple[Link, ...]:
    """The diff, the revision and the evidence; the last is never renumbered."""
    page = f"/page/{event.page.slug}"
    slug, seq = event.page.slug, event.observation
    evidence = Link(name="evidence", label=say("Evidence"), path=f"{page}/at/{seq}", command=f"variorum explain {seq}")
    if event.change is None:
        return (Link(name="history", label=say("History"), path=page, command=f"variorum history {slug}"), evidence)
    old, new = event.change.from_number, event.change.to_number
    return (
        Link(name="diff", label=say("Diff"), path=f"{page}/{old}..{new}", command=f"variorum diff {slug} {old} {new}"),
        Link(name="revision", label=say("Revision"), path=f"{page}/{new}", command=f"variorum show {slug} {new}"),
        evidence,
    )


SEVERITY = {"held": "warning", "gone": "failure", "failing": "failure", "unobserved": "failure", "recovered": "success"}


def severity(told: Told) -> str:
    """info, success, warning or failure, as notification services colour it."""
    change = told.event.change
    return "warning" if change is not None and change.silent else SEVERITY.get(told.event.kind, "info")
