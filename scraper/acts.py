"""Reading a capture, alone or with what people said of it: a release accepts a held look, a hold sets an accepted one aside."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from archive.alerting.rules import Rule
from archive.derive import Derived, Look
from archive.errors import VariorumError
from archive.log import acts as acts_of
from archive.log import captures
from archive.model import ACCEPTED, Capture, Interpretation, Outcome, Rules, Verdict
from archive.reading import Look as ObservedLook
from archive.reading import Reader
from archive.readings import Interpreter
from archive.redactions import as_redacted
from archive.store import Act, Archive
from scraper.interpret import VERSION, accepted_by_hand, held_by_hand
from scraper.memory import forget_body, load
from scraper.parser_worker import read

Kind = Literal["release", "hold"]
Read = Callable[[Capture, Rules, str], Interpretation]


class ActRefused(VariorumError):
    """An act that the observation does not allow."""

    def __init__(self, kind: Kind, seq: int, outcome: str, reason: str | None) -> None:
        needed = "held" if kind == "release" else "accepted"
        stands = " ".join(filter(None, (outcome, reason)))
        super().__init__(
            f"Observation {seq} stands as {stands}; {kind} is for {needed} looks. See why with: variorum explain {seq}"
        )


def reader_of(acts: Mapping[int, str], read: Read = read) -> Interpreter:
    """`read` for a reading of all of a page's evidence, with the acts that stand on its observations, by seq."""

    def with_acts(look: Look, capture: Capture, rules: Rules, memory: str) -> Interpretation:
        if look.is_redacted:
            return as_redacted(memory, version=VERSION)
        kind = acts.get(look.seq)
        if kind is None:
            return read(capture, rules, memory)
        return (_released if kind == "release" else _held)(read, capture, rules, memory)

    return with_acts


def _afresh(memory: str) -> str:
    """The memory with which a body is read all the same, though it was judged before."""
    return forget_body(load(memory)).dump()


def _released(read: Read, capture: Capture, rules: Rules, memory: str) -> Interpretation:
    found = read(capture, rules, _afresh(memory))
    if found.verdict.accepted or found.document is None:
        return found
    verdict = Verdict(facts=(("released by hand", found.verdict.reason or ""), *found.verdict.facts), version=VERSION)
    return replace(found, verdict=verdict, memory=accepted_by_hand(memory, found.document, capture.final_url))


def _held(read: Read, capture: Capture, rules: Rules, memory: str) -> Interpretation:
    found = read(capture, rules, _afresh(memory))
    if not found.verdict.accepted or found.document is None:
        return found
    verdict = Verdict(outcome=Outcome.HELD, reason="by_hand", facts=found.verdict.facts, version=VERSION)
    return replace(found, verdict=verdict, same=None, memory=held_by_hand(memory, found.document))


def perform(
    archive: Archive,
    slug: str,
    kind: Kind,
    seq: int,
    *,
    standing: tuple[str, str | None],
    at: datetime,
    alerts: Sequence[Rule] = (),
    actor: str = "",
) -> Derived:
    """Record the act and read the page again with it; how the observation stands now. Raises ActRefused.

    `actor` is who runs this program where nobody is named.
    """
    outcome, reason = standing
    if outcome not in (ACCEPTED if kind == "hold" else {Outcome.HELD}):
        raise ActRefused(kind, seq, outcome, reason)
    page = archive.page_state(slug)
    act = Act(kind=kind, observation_seq=seq, actor=actor or getpass.getuser())
    interpreter = reader_of({**acts_of(archive.conn, page.page_id), seq: kind})
    return archive.act(page, act, interpreter, version=VERSION, at=at, alerts=alerts)


def explain(reader: Reader, seq: int) -> tuple[ObservedLook, Interpretation]:
    """The interpretation of one observation, made again from the evidence up to it: with the text, region and stamps read.

    A look that was taken as equal to the one before it without being read is read here all the same. Raises
    NoObservation.
    """
    observed = reader.observation(seq)
    page = reader.page(observed.page)
    rules = reader.rules(page)
    interpreter = reader_of(acts_of(reader.conn, page.id))
    memory = ""
    for look, capture in captures(reader.conn, page.id):
        if look.seq == seq:
            found = interpreter(look, capture, rules, memory)
            if found.same in ("body", "visible"):
                found = replace(interpreter(look, capture, rules, _afresh(memory)), same=found.same)
            return observed, found
        memory = interpreter(look, capture, rules, memory).memory
    raise AssertionError(f"observation {seq} is none of page {page.slug}")


def explanation(observed: ObservedLook, found: Interpretation) -> dict[str, Any]:
    """What `explain` tells of one observation, in the order in which a person asks."""
    document = found.document
    look = observed.as_json()
    told: dict[str, Any] = {name: look[name] for name in ("observation", "page", "observed_at", "http_status")}
    told |= {"outcome": look["outcome"], "reason": look["reason"], "same_as_before": found.same}
    told["facts"] = [list(fact) for fact in found.verdict.facts]
    told["version"] = found.verdict.version
    if document is not None:
        told |= {
            "title": document.title,
            "language": document.language or None,
            "encoding": document.encoding,
            "region": document.region,
            "set_aside": list(document.set_aside),
            "blocks": len(document.blocks),
            "created": document.created and document.created.in_words,
            "updated": document.updated and document.updated.in_words,
            "extractor": document.version,
        }
    return told
