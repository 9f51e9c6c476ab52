"""What became of one look: verdict, text, and what was learnt for the next; a pure function of the capture, the rules and the memory.

Gates in order of cost: the answer's head, the same body as last judged, the same visible text, and only then reading and judging.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from archive.model import Capture, Document, Interpretation, Outcome, Rules, Verdict, parse_utc, utc_text
from scraper import judge
from scraper.decode import decode
from scraper.evidence import Evidence, main_script, pieces, site_names, tail_code, word_set
from scraper.extract import VERSION as EXTRACT_VERSION
from scraper.extract import extract
from scraper.judge import judge_answer, judge_page
from scraper.markup import Unparsable, digest, parse, take_out_invisible, visible_text
from scraper.memory import Memory, codes, forget_body, load, merged, packed, unpacked
from scraper.restless import settle, waits
from scraper.selectors import apply_selectors
from scraper.stamps import read_head

_MOST_REFUSED = 20
_MOST_HOSTS = 8
_MOST_CHURN = 3
_CONFIRMING = 3  # equal looks from which a doubt may be settled by rule
_MOST_PASSAGES = 2500
_MOST_WORDS = 1500
_MOST_EARLIER = 4
_IN_TURN = 1  # returns of a left text from which texts count as shown in turn
_LASTING_TURN = 12  # looks in a row from which one of them is told again
VERSION = f"{EXTRACT_VERSION}, {judge.VERSION}"


def interpret(capture: Capture, rules: Rules, memory: str) -> Interpretation:
    """The interpretation of one capture. `memory` is what the previous look of this page returned, "" at first.

    Never raises for anything a server can send; the memory comes back byte-equal where nothing worth keeping was learnt.
    """
    body, known = _body_digest(capture), _known(rules, memory)
    return _settled(capture, known, memory, body) or _read(capture, rules, known, memory, body)


def gate(capture: Capture, rules: Rules, memory: str) -> Interpretation | None:
    """What `interpret` gives where that needs no parsing: no page came, or the body last judged. None where it does."""
    body = _body_digest(capture)
    if body and f'"body":"{body}"' not in memory:
        return None
    return _settled(capture, _known(rules, memory), memory, body)


def over_limit(capture: Capture, rules: Rules, memory: str, what: str) -> Interpretation:
    """`failed:parse` for a body that could not be read within its limits; known from now on, so that it is not tried again."""
    known = replace(_known(rules, memory), body=_body_digest(capture), judged_url=capture.final_url, visible="")
    return _judged(judge.failed("parse", ("limit", what)), known)


def needs_body(memory: str) -> bool:
    """Whether the next look must bring the whole page, since what is kept back until it lasts can't be counted by a 304."""
    known = load(memory)
    return waits(known) or known.other_looks > 0


def _known(rules: Rules, memory: str) -> Memory:
    """The memory, unless other rules or another version made it."""
    known = load(memory)
    made_by = digest(f"{VERSION}\n{rules!r}")[:16]
    return known if known.rules == made_by else Memory(rules=made_by, refused=known.refused)


def _body_digest(capture: Capture) -> str:
    """Of the body and what it is said to be; "" where the answer's head says that it is no page."""
    if capture.status == 304 or judge_answer(capture) is not None:
        return ""
    content_type = capture.header("content-type") or ""
    return sha256((capture.body or b"") + b"\n" + content_type.encode("utf-8", "replace")).hexdigest()


def _settled(capture: Capture, known: Memory, memory: str, body: str) -> Interpretation | None:
    """The gates that cost little: the answer's head, and the same body as last judged."""
    if capture.status == 304 and capture.failure is None and capture.conditional and known.accepted:
        # a validator is only ever that of the latest accepted body, whatever was held since
        return Interpretation(verdict=Verdict(version=judge.VERSION), same="not_modified", memory=memory)
    verdict = None if body else judge_answer(capture)
    if verdict is not None:
        return Interpretation(verdict=verdict, memory=memory)
    if known.body == body and _same_way(capture, known):
        return _again(known, "body", memory)
    return None


def _same_way(capture: Capture, known: Memory) -> bool:
    """Whether what is the same as last judged is judged the same: it came from the same place, and nothing waits to be seen again."""
    return known.judged_url == capture.final_url and not waits(known) and not known.other_looks


def _again(known: Memory, how: str, memory: str) -> Interpretation:
    """The same as last judged, whatever that was."""
    outcome = Outcome(known.outcome) if known.outcome else None
    verdict = Verdict(outcome=outcome, reason=known.reason or None, facts=known.facts, version=judge.VERSION)
    if known.doubt and known.doubt_looks < _CONFIRMING:
        memory = replace(known, doubt_looks=known.doubt_looks + 1).dump()
    return Interpretation(verdict=verdict, same=how if verdict.accepted else None, memory=memory)


def _read(capture: Capture, rules: Rules, known: Memory, memory: str, body: str) -> Interpretation:
    """The gate of equal visible text, then the page itself."""
    same_way = _same_way(capture, known)
    known = replace(known, body=body, judged_url=capture.final_url)
    decoded = decode(capture.body or b"", capture.header("content-type"))
    try:
        root = parse(decoded.text)
        if root is not None and (rules.select or rules.ignore):
            root = parse(apply_selectors(decoded.text, rules))
    except Unparsable as why:
        return _judged(judge.failed("parse", ("parser", str(why))), replace(known, visible=""))
    if root is None:
        return _judged(judge.failed("empty", ("text", "none")), replace(known, visible=""))
    removed = take_out_invisible(root)
    visible = digest(visible_text(root))
    if known.visible == visible and same_way:
        return _again(known, "visible", _churned(known, memory))
    known = replace(known, visible=visible)
    today = capture.observed_at.date()
    found = extract(root, read_head(root, removed), rules, known=known, today=today, encoding=decoded.encoding)
    passwords = sum(1 for field in root.iter("input") if (field.get("type") or "").lower() == "password")
    evidence = Evidence(capture=capture, memory=known, found=found, markup=decoded.text, password_fields=passwords)
    verdict = judge_page(evidence)
    if not verdict.accepted:
        return replace(
            _judged(verdict, _doubted(known, verdict, found.document, capture.observed_at)), document=found.document
        )
    return _accepted(verdict, evidence, memory)


def _churned(known: Memory, memory: str) -> str:
    """The memory after a look whose bytes alone were new; where that goes on, new bytes are no longer worth keeping."""
    return replace(known, churn=known.churn + 1).dump() if known.churn < _MOST_CHURN else memory


def _judged(verdict: Verdict, known: Memory) -> Interpretation:
    outcome = verdict.outcome.value if verdict.outcome else ""
    memory = replace(known, outcome=outcome, reason=verdict.reason or "", facts=verdict.facts, churn=0)
    return Interpretation(verdict=verdict, memory=memory.dump())


def _doubted(known: Memory, verdict: Verdict, document: Document, at: datetime) -> Memory:
    """The memory after one more look at a text that is held in doubt."""
    if verdict.reason not in judge.DOUBTS:
        return replace(known, doubt="", doubt_looks=0, doubt_since="")
    text = digest(document.text)
    if text == known.doubt:
        return replace(known, doubt_looks=min(known.doubt_looks + 1, _CONFIRMING))
    return replace(known, doubt=text, doubt_looks=1, doubt_since=utc_text(at))


def _accepted(verdict: Verdict, evidence: Evidence, memory: str) -> Interpretation:
    """An accepted page: its text with restless parts at what was last told, or nothing new."""
    known, found = evidence.memory, evidence.found
    settled = settle(known, found.document.blocks, found.places, evidence.capture.observed_at, found.document.language)
    document = replace(
        found.document,
        blocks=settled.blocks,
        set_aside=(*found.document.set_aside, *(f"changes by itself: {text[:80]}" for text in settled.kept_back)),
    )
    text = digest(document.text)
    learnt = replace(settled.memory, outcome="", reason="", facts=(), doubt="", doubt_looks=0, doubt_since="")
    if known.accepted and text == known.text:
        quiet = _is_quiet(known, settled.memory)
        learnt = _turn_ended(replace(learnt, churn=min(known.churn + 1, _MOST_CHURN) if quiet else 0))
        unchanged = quiet and known.churn >= _MOST_CHURN and not known.outcome
        return Interpretation(
            verdict=verdict, document=document, same="visible", memory=memory if unchanged else learnt.dump()
        )
    if _comes_in_turn(known, text):
        texts = len({*known.earlier, known.text})
        fact = ("in turn", f"one of {texts} texts that this address shows in turn")
        turn = replace(
            learnt,
            told=known.told,
            parts=known.parts,
            left=known.left,
            other=text,
            other_looks=1,
            other_since=utc_text(evidence.capture.observed_at),
        )
        if text == known.other:
            turn = replace(turn, other_looks=known.other_looks + 1, other_since=known.other_since)
        verdict = replace(verdict, facts=(*verdict.facts, fact))
        return Interpretation(verdict=verdict, document=document, same="in_turn", memory=turn.dump())
    since = [parse_utc(known.other_since)] if text == known.other else []
    since += [settled.since] if settled.since else []
    earlier = (*(item for item in known.earlier if item != known.text), known.text) if known.text else known.earlier
    learnt = replace(
        _turn_ended(learnt),
        returns=known.returns + 1 if text in known.earlier else max(0, known.returns - 1),
        earlier=earlier[-_MOST_EARLIER:],
        churn=0,
    )
    memory = _learn(learnt, evidence, document).dump()
    return Interpretation(verdict=verdict, document=document, since=min(since, default=None), memory=memory)


def _comes_in_turn(known: Memory, text: str) -> bool:
    """Whether a text is one of those that the address shows in turn, and did not stand for long enough to be told."""
    lasted = text == known.other and known.other_looks + 1 >= _LASTING_TURN
    return known.returns >= _IN_TURN and text in known.earlier and not lasted


def _turn_ended(memory: Memory) -> Memory:
    return replace(memory, other="", other_looks=0, other_since="")


def _is_quiet(known: Memory, after: Memory) -> bool:
    """Whether a look with the same text has taught nothing but new digests."""
    return known.other_looks == 0 and all(
        getattr(after, name) == getattr(known, name) for name in ("values", "told", "parts")
    )


def _learn(known: Memory, evidence: Evidence, document: Document) -> Memory:
    """The memory with this accepted page as the latest."""
    return replace(
        known,
        accepted=True,
        text=digest(document.text),
        title=document.title[:300],
        site=site_names(evidence.found.head_title[:300]),
        language=document.language,
        script=known.script if known.script and evidence.kept > 0.9 else main_script(evidence.texts),
        final_url=evidence.capture.final_url[:500],
        canonical=evidence.found.head.canonical,
        chars=sum(len(text) for text in evidence.texts),
        passages=packed(list(dict.fromkeys(evidence.parts.values()))[:_MOST_PASSAGES]),
        before=_before(evidence),
        words=_words(evidence),
        frame=document.frame,
        tail=tail_code(evidence.found.layout.leaves),
        closed=evidence.closed,
        password=bool(evidence.password_fields),
    )


def _words(evidence: Evidence) -> str:
    """The words of the latest text and of those before it; after a small edit, as they were."""
    known = evidence.memory
    if known.words and evidence.kept > 0.9 and evidence.known > 0.9:
        return known.words
    words = word_set([evidence.found.document.title, *evidence.texts], most=_MOST_WORDS)
    return merged(codes(words, most=_MOST_WORDS), known.words)


def _before(evidence: Evidence) -> str:
    """The passages of earlier texts that the latest has not, so that a text is known again when it returns."""
    known = evidence.memory
    if known.accepted and evidence.kept < 0.6:
        latest = set(evidence.parts.values())
        return packed([item for item in unpacked(merged(known.passages, known.before)) if item not in latest])
    return known.before


def is_confirmed(memory: str, at: datetime) -> bool:
    """Whether a text held only in doubt (`shrunk`, `unfamiliar`) was seen at three equal looks over at least 24 hours by then."""
    known = load(memory)
    return known.doubt_looks >= _CONFIRMING and at - parse_utc(known.doubt_since) >= timedelta(hours=24)


def accepted_by_hand(memory: str, document: Document, final_url: str) -> str:
    """The memory after a person released a held look: its text is the page's latest, its like is familiar, its host the page's."""
    known = load(memory)
    text = digest(document.text)
    texts = [block.text for block in document.blocks if block.kind not in ("title", "stamp")]
    return replace(
        _turn_ended(forget_body(known)),
        accepted=True,
        told="",  # what is told from now on begins with the next look
        parts=(),
        left=(),
        text=text,
        title=document.title[:300],
        language=document.language,
        chars=sum(map(len, texts)),
        passages=codes(pieces(texts)),
        words=codes(word_set([*texts, document.title])),
        frame=document.frame or known.frame,
        closed=False,
        final_url=final_url[:500],
        hosts=tuple(dict.fromkeys((*known.hosts, judge.host_name(final_url))))[-_MOST_HOSTS:],
        refused=tuple(digest_ for digest_ in known.refused if digest_ != text),
    ).dump()


def held_by_hand(memory: str, document: Document) -> str:
    """The memory after a person set a look aside: given the memory from before that look, equal texts are held from now on."""
    known = load(memory)
    refused = (*known.refused, digest(document.text))[-_MOST_REFUSED:]
    return replace(forget_body(known), refused=tuple(dict.fromkeys(refused))).dump()
