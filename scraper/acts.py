"""Reading a capture, alone or with what people said of it: a release accepts a held look, a hold sets an accepted one aside."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Protocol

from archive.alerting.rules import Rule
from archive.derive import Derived, Latest, Look, comparison_with
from archive.diff import Comparison, compare
from archive.errors import VariorumError
from archive.log import acts as acts_of
from archive.log import captures
from archive.model import ACCEPTED, Capture, Interpretation, Outcome, Rules, Verdict
from archive.reading import Look as ObservedLook
from archive.reading import Reader
from archive.readings import Interpreter, Read
from archive.redactions import as_redacted
from archive.store import Act, Archive
from scraper.interpret import VERSION, accepted_by_hand, held_by_hand, over_limit
from scraper.memory import forget_body, load
from scraper.parser_worker import read
from scraper.parsers import Died, OverLimit, ended

Kind = Literal["release", "hold"]


class Reading(Protocol):
    """What captures are read and texts compared by: `Parsers`, which can be stopped, or this process."""

    def read(self, capture: Capture, rules: Rules, memory: str) -> Interpretation: ...

    def compare(self, old: str, new: str) -> Comparison:
        """Raises OverLimit or Died."""


class _Here:
    """Without limits: for evidence that is known to be harmless."""

    read = staticmethod(read)
    compare = staticmethod(compare)


HERE = _Here()


class ActRefused(VariorumError):
    """An act that the observation does not allow."""

    def __init__(self, kind: Kind, seq: int, outcome: str, reason: str | None) -> None:
        needed = "held" if kind == "release" else "accepted"
        stands = " ".join(filter(None, (outcome, reason)))
        super().__init__(
            f"Observation {seq} stands as {stands}; {kind} is for {needed} looks. See why with: variorum explain {seq}"
        )


def reader_of(acts: Mapping[int, str], reading: Reading = HERE) -> Interpreter:
    """What reads all of a page's evidence, with the acts that stand on its observations, by seq."""

    def with_acts(look: Look, capture: Capture, rules: Rules, memory: str, latest: Latest | None) -> Read:
        if look.is_redacted:
            return as_redacted(memory, version=VERSION), None
        kind = acts.get(look.seq)
        if kind is None:
            found = reading.read(capture, rules, memory)
        else:
            found = (_released if kind == "release" else _held)(reading, capture, rules, memory)
        return compared(found, capture, rules, memory, latest, reading)

    return with_acts


def compared(
    found: Interpretation, capture: Capture, rules: Rules, memory: str, latest: Latest | None, reading: Reading
) -> Read:
    """With its comparison. A text that can't be compared within the limits counts as one that can't be read."""
    try:
        return found, comparison_with(latest, found, reading.compare)
    except OverLimit as over:
        return over_limit(capture, rules, memory, f"{over}, to compare it with the text before"), None
    except Died as died:
        return ended(memory, f"{died}, comparing it with the text before"), None


def _afresh(memory: str) -> str:
    """The memory with which a body is read all the same, though it was judged before."""
    return forget_body(load(memory)).dump()


def _released(reading: Reading, capture: Capture, rules: Rules, memory: str) -> Interpretation:
    found = reading.read(capture, rules, _afresh(memory))
    if found.verdict.accepted or found.document is None:
        return found
    verdict = Verdict(facts=(("released by hand", found.verdict.reason or ""), *found.verdict.facts), version=VERSION)
    return replace(found, verdict=verdict, memory=accepted_by_hand(memory, found.document, capture.final_url))


def _held(reading: Reading, capture: Capture, rules: Rules, memory: str) -> Interpretation:
    found = reading.read(capture, rules, _afresh(memory))
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
    reading: Reading = HERE,
) -> Derived:
    """Record the act and read the page again with it; how the observation stands now. Raises ActRefused.

    `actor` is who runs this program where nobody is named.
    """
    outcome, reason = standing
    if outcome not in (ACCEPTED if kind == "hold" else {Outcome.HELD}):
        raise ActRefused(kind, seq, outcome, reason)
    page = archive.page_state(slug)
    act = Act(kind=kind, observation_seq=seq, actor=actor or getpass.getuser())
    interpreter = reader_of({**acts_of(archive.conn, page.page_id), seq: kind}, reading)
    return archive.act(page, act, interpreter, version=VERSION, at=at, alerts=alerts)


def explain(reader: Reader, seq: int, reading: Reading) -> tuple[ObservedLook, Interpretation]:
    """The interpretation of one observation, made again from the evidence up to it: with the text, region and stamps read.

    A look that was taken as equal to the one before it without being read is read here all the same. Raises
    NoObservation.
    """
    observed = reader.observation(seq)
    page = reader.page(observed.page)
    rules = reader.rules(page)
    interpreter = reader_of(acts_of(reader.conn, page.id), reading)
    memory = ""
    for look, capture in captures(reader.conn, page.id):
        found, _ = interpreter(look, capture, rules, memory, None)
        if look.seq == seq:
            if found.same in ("body", "visible"):
                afresh, _ = interpreter(look, capture, rules, _afresh(memory), None)
                found = replace(afresh, same=found.same)
            return observed, found
        memory = found.memory
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
