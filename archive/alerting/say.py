"""What an alert says, in sentences: values first, each sentence a list of parts of ours and parts of the page's.

The renderings (plain, HTML, short) differ in how they write a part, never in what they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from archive.alerting.event import ChangeFacts, Event
from archive.alerting.rules import NO_PHRASE, Match
from archive.site import words

Part = tuple[str, bool]  # text, and whether it is the page's own
Sentence = tuple[Part, ...]
Note = Literal["", "alternating", "settled", "unconfirmed", "transient"]

_NOTES: dict[str, str] = {
    "alternating": "The page shows this text and the one before by turns. Told once; further turns are not told while it lasts.",
    "settled": "The page showed this text and the one before by turns; this one has now stayed for a day.",
    "unconfirmed": "It could not be looked at again since: no look after this one showed the page.",
    "transient": "Gone again at the next look.",
}


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
    """A place in the reading room: its path, and the command that shows the same."""

    label: str
    path: str
    command: str


def headline(told: Told) -> Sentence:
    """One line that says it all: the page, what happened, how."""
    event = told.event
    name = (event.page.name, True)
    if event.kind == "changed":
        assert event.change is not None
        silent = "changed silently" if event.change.silent else "changed"
        if told.note == "alternating":
            silent = "alternates between two texts"
        return (name, (f" {silent}: {_amount(event.change)}", False))
    if event.kind == "out-of-step":
        return (name, (f" was reworded, {', '.join(event.behind)} not", False))
    if event.kind == "moved":
        return (name, (" has another address: ", False), (event.moved_to or "", True))
    return (name, (f" {_trouble(event)}", False))


def _amount(change: ChangeFacts) -> str:
    return words.amount(change.words_added, change.words_removed, change.words_moved)


def _trouble(event: Event) -> str:
    said = words.outcome(event.outcome, event.reason)
    if event.kind == "held":
        return f"is {said}"
    if event.kind == "gone":
        return f"is {said}"
    if event.kind == "failing":
        return f"can’t be read: {said} for {words.count(event.looks, 'look')}"
    if event.kind == "unobserved":
        return "has not been seen for too long"
    return "is back"


def sentences(told: Told) -> Iterator[Sentence]:
    """What happened, in order of weight."""
    event = told.event
    if event.change is not None:
        yield from _of_change(event, event.change, told.match)
    else:
        yield from _of_condition(event)
    if told.note:
        yield ((_NOTES[told.note], False),)


def _of_change(event: Event, change: ChangeFacts, match: Match) -> Iterator[Sentence]:
    when = words.said(words.bounds(change.not_before, change.not_after))
    yield ((f"Changed {when}.", False),)
    yield ((f"{', '.join(words.kinds(change.kinds)).capitalize()}: {_amount(change)}.", False),)
    if change.silent:
        yield (("Silent: the page’s own “Updated” date stayed as it was.", False),)
    elif change.silent is None:
        yield (("Whether silently can’t be told: the page’s own dates don’t settle it.", False),)
    for phrases, verb in ((match.appeared, "Appeared"), (match.disappeared, "Disappeared")):
        if phrases:
            yield ((f"{verb}: ", False), (", ".join(f"“{phrase}”" for phrase in phrases), True), (".", False))
    if event.kind == "out-of-step":
        yield ((f"Not reworded in the meantime: {', '.join(event.behind)}.", False),)


def _of_condition(event: Event) -> Iterator[Sentence]:
    at = words.moment(event.at)
    if event.kind == "recovered":
        yield ((f"The look of {at} showed the page again.", False),)
        if event.since:
            yield ((f"It had not been seen since {words.moment(event.since)}.", False),)
    elif event.kind == "moved":
        yield ((f"The look of {at} was led there for good: ", False), (event.moved_to or "", True), (".", False))
        said = "The page is followed there, and its history goes on. Give it that address with: "
        yield ((f"{said}variorum move {event.page.slug} URL", False),)
    elif event.kind == "unobserved":
        last = f"It was last seen {words.moment(event.since)}." if event.since else "It was never seen."
        yield ((last, False),)
    else:
        meaning = words.meaning(event.outcome or "", event.reason)
        yield ((f"The look of {at} showed: {meaning}.", False),)
        if event.kind == "failing" and event.since:
            yield ((f"No look has shown the page since {words.moment(event.since)}.", False),)
        if event.moved_to is not None:
            yield (("Its address leads for good to ", False), (event.moved_to, True), (".", False))
            yield ((f"If the page is there, confirm it with: variorum release {event.observation}", False),)
        yield (("The archived wording stays as it was; nothing of this became a revision.", False),)


def links(event: Event) -> tuple[Link, ...]:
    """The diff, the revision and the evidence; the last is never renumbered."""
    page = f"/page/{event.page.slug}"
    slug, seq = event.page.slug, event.observation
    evidence = Link(label="Evidence", path=f"{page}/at/{seq}", command=f"variorum explain {seq}")
    if event.change is None:
        return (Link(label="History", path=page, command=f"variorum history {slug}"), evidence)
    old, new = event.change.from_number, event.change.to_number
    return (
        Link(label="Diff", path=f"{page}/{old}..{new}", command=f"variorum diff {slug} {old} {new}"),
        Link(label="Revision", path=f"{page}/{new}", command=f"variorum show {slug} {new}"),
        evidence,
    )


SEVERITY = {"held": "warning", "gone": "failure", "failing": "failure", "unobserved": "failure", "recovered": "success"}


def severity(told: Told) -> str:
    """info, success, warning or failure, as notification services colour it."""
    change = told.event.change
    return "warning" if change is not None and change.silent else SEVERITY.get(told.event.kind, "info")
