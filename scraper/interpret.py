"""What became of one look: verdict, text, and what was learnt for the next; a pure function of the capture, the rules and the memory.

Gates in order of cost: the answer's head, the same body as last judged, the same visible text, and only then reading and judging.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from archive.model import Capture, Document, Interpretation, Outcome, Rules, Verdict
from scraper import judge
from scraper.decode import decode
from scraper.extract import VERSION as EXTRACT_VERSION
from scraper.extract import extract
from scraper.judge import Evidence, judge_answer, judge_page, pieces, site_names, tail_code, word_set
from scraper.markup import Unparsable, digest, parse, take_out_invisible, visible_text
from scraper.memory import Memory, codes, forget_body, load, merged, packed, unpacked
from scraper.selectors import apply_selectors
from scraper.stamps import read_head

_MOST_REFUSED = 20
VERSION = f"{EXTRACT_VERSION}, {judge.VERSION}"


def interpret(capture: Capture, rules: Rules, memory: str) -> Interpretation:
    """The interpretation of one capture. `memory` is what the previous look of this page returned, "" at first.

    Never raises for anything a server can send; the memory comes back byte-equal where nothing worth keeping was learnt.
    """
    known = load(memory)
    made_by = digest(f"{VERSION}\n{rules!r}")[:16]
    if known.rules != made_by:
        known = replace(forget_body(known), rules=made_by)
    if capture.status == 304 and capture.failure is None and capture.conditional and known.body:
        return _again(known, "not_modified", memory)
    verdict = judge_answer(capture)
    if verdict is not None:
        return Interpretation(verdict=verdict, memory=memory)
    return _read(capture, rules, known, memory)


def _again(known: Memory, how: str, memory: str) -> Interpretation:
    """The same as last judged, whatever that was."""
    outcome = Outcome(known.outcome) if known.outcome else None
    verdict = Verdict(outcome=outcome, reason=known.reason or None, facts=known.facts, version=judge.VERSION)
    return Interpretation(verdict=verdict, same=how if verdict.accepted else None, memory=memory)


def _read(capture: Capture, rules: Rules, known: Memory, memory: str) -> Interpretation:
    body = capture.body or b""
    content_type = capture.header("content-type")
    body_digest = sha256(body + b"\n" + (content_type or "").encode("utf-8", "replace")).hexdigest()
    if known.body == body_digest and not capture.hops:
        return _again(known, "body", memory)
    decoded = decode(body, content_type)
    try:
        root = parse(decoded.text)
        if root is not None and (rules.select or rules.ignore):
            root = parse(apply_selectors(decoded.text, rules))
    except Unparsable as why:
        return _judged(judge.failed("parse", ("parser", str(why))), known, body_digest, "")
    if root is None:
        return _judged(judge.failed("empty", ("text", "none")), known, body_digest, "")
    removed = take_out_invisible(root)
    visible = digest(visible_text(root))
    if known.visible == visible and not capture.hops:
        if known.churn >= 3:
            return _again(known, "visible", memory)
        return _again(known, "visible", replace(known, body=body_digest, churn=known.churn + 1).dump())
    found = extract(root, read_head(root, removed), rules, visible_sha256=visible, encoding=decoded.encoding)
    passwords = sum(1 for field in root.iter("input") if (field.get("type") or "").lower() == "password")
    evidence = Evidence(capture=capture, memory=known, found=found, markup=decoded.text, password_fields=passwords)
    verdict = judge_page(evidence)
    learnt = _judged(verdict, known, body_digest, visible)
    if not verdict.accepted:
        return replace(learnt, document=found.document)
    return replace(
        learnt, document=found.document, memory=_learn(known, evidence, capture, body_digest, visible).dump()
    )


def _judged(verdict: Verdict, known: Memory, body: str, visible: str) -> Interpretation:
    outcome = verdict.outcome.value if verdict.outcome else ""
    memory = replace(
        known, body=body, visible=visible, outcome=outcome, reason=verdict.reason or "", facts=verdict.facts, churn=0
    )
    return Interpretation(verdict=verdict, memory=memory.dump())


def _learn(known: Memory, evidence: Evidence, capture: Capture, body: str, visible: str) -> Memory:
    """The memory with this accepted page as the latest."""
    document = evidence.found.document
    return replace(
        known,
        body=body,
        visible=visible,
        outcome="",
        reason="",
        facts=(),
        churn=known.churn if known.visible == visible else 0,
        accepted=True,
        text=digest(document.text),
        accepted_visible=visible,
        title=document.title[:300],
        site=site_names(evidence.found.head_title[:300]),
        language=document.language,
        final_url=capture.final_url[:500],
        chars=sum(len(text) for text in evidence.texts),
        passages=codes(pieces(evidence.texts)),
        before=_before(known, evidence),
        words=merged(codes(word_set([*evidence.texts, document.title])), known.words),
        frame=document.frame,
        tail=tail_code(evidence.found.layout.leaves),
        closed=evidence.closed,
        password=bool(evidence.password_fields),
        region=document.region,
    )


def _before(known: Memory, evidence: Evidence) -> str:
    """The passages of earlier texts that the latest has not, so that a text is known again when it returns."""
    if known.accepted and evidence.kept < 0.6:
        latest = set(evidence.parts.values())
        return packed([item for item in unpacked(merged(known.passages, known.before)) if item not in latest])
    return known.before


def accepted_by_hand(memory: str, document: Document) -> str:
    """The memory after a person released a held look: its text is the page's latest, and its like is familiar."""
    known = load(memory)
    text = digest(document.text)
    texts = [block.text for block in document.blocks if block.kind not in ("title", "stamp")]
    return replace(
        forget_body(known),
        accepted=True,
        text=text,
        accepted_visible=document.visible_sha256,
        title=document.title[:300],
        language=document.language,
        chars=sum(map(len, texts)),
        passages=codes(pieces(texts)),
        words=codes(word_set([*texts, document.title])),
        frame=document.frame or known.frame,
        closed=False,
        region=document.region,
        refused=tuple(digest_ for digest_ in known.refused if digest_ != text),
    ).dump()


def held_by_hand(memory: str, document: Document) -> str:
    """The memory after a person set a look aside: given the memory from before that look, equal texts are held from now on."""
    known = load(memory)
    refused = (*known.refused, digest(document.text))[-_MOST_REFUSED:]
    return replace(forget_body(known), refused=tuple(dict.fromkeys(refused))).dump()
