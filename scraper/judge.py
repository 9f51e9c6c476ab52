"""Whether what arrived is the page itself, or an error, block, login or other page in its place.

Evidence beats shape: what the answer says of itself, what earlier looks of this page had, and only then how much text there is.
In doubt held: a missed revision is seen at the next look, a false one stays for ever.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from archive.model import PERMANENT, Capture, Outcome, Verdict
from scraper.evidence import Evidence, main_script, title_parts
from scraper.lexicon import COVERED, PHRASES, UNFILLED
from scraper.markup import digest
from scraper.page_words import ERROR_ALONE, SPEAKS_OF_PAGES

VERSION = "judge 2"

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_MAYBE_TYPES = (
    "",
    "text/plain",
    "application/octet-stream",
    "text/xml",
    "application/xml",
    "unknown/unknown",
    "content/unknown",
    "text/htm",
)
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|div|p|table|main|h1|meta|script|a)\b", re.IGNORECASE)
_MAGIC = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"BM",
    b"RIFF",
    b"\x00\x00\x00",
    b"{\\rtf",
    b"\xd0\xcf\x11\xe0",
)
_HOME = frozenset(
    re.findall(
        r"\S+", """home index default main start startseite accueil inicio pagina-inicial homepage portal welcome"""
    )
)
_LOGIN_PATH = re.compile(r"(?:^|[/_.-])(?:log-?in|sign-?in|logon|auth|sso|cas)(?:$|[/_.?-])", re.IGNORECASE)
DOUBTS = frozenset({"shrunk", "unfamiliar"})  # reasons without evidence of what else it is
_MAYBE_SELECTOR = frozenset({"shrunk", "unfamiliar", "shell", "language", "empty"})
_SAID_BY_MANY = frozenset({"login", "shell", "consent"})  # reasons whose words also stand on pages that are themselves
_OWN = 800  # characters of text of its own up to which a page may be an error page
_TITLE_OWN = 2500
_A_NAME = 60  # characters that are hardly more than the site's name
_TITLE_EDGE = " :|·•–—»«/-"


def held(reason: str, *facts: tuple[str, str]) -> Verdict:
    return Verdict(outcome=Outcome.HELD, reason=reason, facts=facts, version=VERSION)


def failed(reason: str, *facts: tuple[str, str]) -> Verdict:
    return Verdict(outcome=Outcome.FAILED, reason=reason, facts=facts, version=VERSION)


def judge_answer(capture: Capture) -> Verdict | None:
    """The verdict that HTTP alone settles; None where the body has to be seen. A 304 is the caller's to judge."""
    if capture.failure is not None:
        reason, detail = capture.failure
        outcome = Outcome.REFUSED if capture.refused else Outcome.FAILED
        return Verdict(
            outcome=outcome, reason=reason, facts=(("what happened", detail),) if detail else (), version=VERSION
        )
    status = capture.status
    if status is None:
        return failed("connection", ("what happened", "no answer came"))
    if status in (404, 410):
        return Verdict(
            outcome=Outcome.GONE,
            reason=f"http_{status}",
            facts=(("status", f"{status} {capture.status_reason}".strip()),),
            version=VERSION,
        )
    if status not in (200, 203):
        return failed(f"http_{status}", ("status", f"{status} {capture.status_reason}".strip()))
    if not capture.body or not capture.body.strip():
        return failed("empty", ("body", f"{len(capture.body or b'')} bytes, nothing but white space"))
    return _judge_type(capture)


def _judge_type(capture: Capture) -> Verdict | None:
    body, declared = capture.body or b"", (capture.header("content-type") or "").split(";")[0].strip().lower()
    start = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(_MAGIC) and not start.startswith(b"BM<"):
        return failed("not_html", ("content type", declared or "none"), ("first bytes", repr(start[:8])))
    sixteen = body[:2] in (b"\xff\xfe", b"\xfe\xff") or body[:200].count(0) > 60
    if body[:4096].count(0) > 400 and not sixteen:
        return failed("not_html", ("body", "binary data"))
    looks = bool(_MARKUP.search(body[:4096].replace(b"\0", b"") if sixteen else body[:65536]))
    if declared in _HTML_TYPES:
        if not looks and start[:1] in (b"{", b"["):
            return failed("not_html", ("body", "looks like JSON"))
        return None
    if declared in _MAYBE_TYPES and looks:
        return None
    return failed("not_html", ("content type", declared or "none"))


def judge_page(evidence: Evidence) -> Verdict:
    """Whether a parsed answer shows the page itself."""
    verdict = _first_verdict(evidence)
    doubtful = verdict.accepted or verdict.reason in _MAYBE_SELECTOR
    if not evidence.found.selected and doubtful:
        return held("selector", ("select", "matches nothing"), *verdict.facts)
    return verdict


def _first_verdict(evidence: Evidence) -> Verdict:
    for rule in (
        _by_hand,
        _signed_in,
        _textless,
        _familiar,
        _replaced,
        _phrases,
        _redirected,
        _home,
        _emptied,
        _strange,
    ):
        verdict = rule(evidence)
        if verdict is not None:
            return _with_mend(verdict, evidence)
    return _accepted(evidence)


def _with_mend(verdict: Verdict, evidence: Evidence) -> Verdict:
    """The verdict, with the way to see a page that only scripts fill."""
    scripted = verdict.reason == "shell" or (verdict.reason == "empty" and "<script" in evidence.markup.lower())
    if not scripted or evidence.capture.rendered is not None:
        return verdict
    mend = ("mend", 'if scripts make this page, look at it with: fetcher = "browser"')
    return replace(verdict, facts=(*verdict.facts, mend))


def _accepted(evidence: Evidence, *facts: tuple[str, str]) -> Verdict:
    if evidence.memory.accepted:
        facts = (("known text", _percent(evidence.known)), *facts)
        if evidence.frame_kept is not None:
            facts = (*facts, ("known frame", _percent(evidence.frame_kept)))
    return Verdict(facts=facts, version=VERSION)


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def _by_hand(evidence: Evidence) -> Verdict | None:
    if evidence.memory.refused and digest(evidence.found.document.text) in evidence.memory.refused:
        return held("by_hand", ("text", "the same as one that a person set aside"))
    return None


def _textless(evidence: Evidence) -> Verdict | None:
    if evidence.texts or (evidence.found.document.blocks and evidence.found.layout.leaves and _visible(evidence)):
        return None
    refresh = evidence.found.head.refresh
    facts = (("text", "none"), *((("refresh", refresh),) if refresh else ()))
    return failed("empty", *facts)


def _visible(evidence: Evidence) -> bool:
    return any(leaf.kind != "control" for leaf in evidence.found.layout.leaves)


def _familiar(evidence: Evidence) -> Verdict | None:
    """The page, by its text: accepted, unless it ends in its middle or has lost nearly everything."""
    memory = evidence.memory
    if not memory.accepted:
        return None
    cut_off = memory.closed and not evidence.closed and not evidence.ends_as_before
    if cut_off and (evidence.known >= 0.3 or evidence.kept > 0.1 or evidence.same_title):
        return held("half", ("end", "the markup is not closed, as it was before, and what stood last is missing"))
    shrunk = evidence.kept < 0.2 and evidence.own_chars < 0.25 * memory.chars and memory.chars > 800
    if shrunk:
        said = _said_in_news(evidence)
        if said is not None:
            return said
    if shrunk and evidence.known > 0.8 and not (evidence.told and (evidence.frame_kept or 0) >= 0.8):
        return held(
            "shrunk",
            ("text before", f"{memory.chars} characters"),
            ("text now", f"{evidence.own_chars} characters, all known"),
        )
    hardly = evidence.kept < 0.2 and evidence.known * sum(map(len, evidence.parts)) < _A_NAME < 0.2 * memory.chars
    if (evidence.known < 0.4 and evidence.kept < 0.4) or hardly:
        return None
    return _moved(evidence) or _accepted(evidence)


def _said_in_news(evidence: Evidence) -> Verdict | None:
    """What most of the new words say where hardly anything else is left of the text."""
    chars = sum(map(len, evidence.news))
    for reason, pattern in (*PHRASES, *SPEAKS_OF_PAGES):
        said = [text for text in evidence.news if pattern.search(text)]
        by_many = reason in _SAID_BY_MANY and not evidence.password_fields
        if said and not by_many and 2 * sum(map(len, said)) >= chars and chars <= _OWN // 2:
            return held(reason, ("new text", said[0][:120]), _own_text(evidence))
    return None


def _replaced(evidence: Evidence) -> Verdict | None:
    """A refresh to elsewhere with little text of its own."""
    refresh = evidence.found.head.refresh
    match = re.match(r"\s*(\d+)(?:\.\d+)?\s*[;,]\s*(?:url\s*=)?\s*['\"]?(\S+)", refresh, re.IGNORECASE)
    if match is None or int(match[1]) > 60 or evidence.own_chars > 1500:
        return None
    reason = "login" if _LOGIN_PATH.search(match[2]) else "moved"
    return held(
        reason,
        ("refresh", f"to {match[2][:200]} after {match[1]} s"),
        ("text of its own", f"{evidence.own_chars} characters"),
    )


def _signed_in(evidence: Evidence) -> Verdict | None:
    most = _OWN if evidence.memory.accepted else _OWN // 4
    if evidence.password_fields and not evidence.memory.password and evidence.own_chars < most and evidence.known < 0.5:
        return held("login", ("form", "a password field"), _own_text(evidence))
    return None


def _phrases(evidence: Evidence) -> Verdict | None:
    """What the title, the opening or a short text says of itself."""
    return _said_in_title(evidence) or _said_in_opening(evidence) or _said_in_text(evidence)


def _said_in_title(evidence: Evidence) -> Verdict | None:
    memory = evidence.memory
    titles = sorted({evidence.found.document.title, evidence.found.head_title} - {"", memory.title})
    for reason, pattern in PHRASES:
        most = _TITLE_OWN if memory.accepted and reason in ("soft_404", "error_page") else _OWN
        hit = next((match for title in titles if (match := pattern.search(title))), None)
        if hit is not None and evidence.own_chars <= most and _is_title_of(reason, hit, evidence):
            return held(reason, ("title", hit[0]), _own_text(evidence))
    alone = next((title for title in titles if any(map(ERROR_ALONE.fullmatch, title_parts(title)[:1]))), "")
    if alone and evidence.own_chars <= _OWN:
        return held("error_page", ("title", alone), _own_text(evidence))
    return None


def _is_title_of(reason: str, hit: re.Match[str], evidence: Evidence) -> bool:
    """Whether a phrase is what a title says, rather than a word in the title of a page about it."""
    by_many = reason in _SAID_BY_MANY and not evidence.password_fields
    if not by_many and (evidence.memory.accepted or len(evidence.found.frame) < 4):
        return True
    part = next((part for part in title_parts(hit.string) if hit[0] in part), hit.string)
    return len(hit[0]) >= (0.6 if by_many else 0.4) * len(part)


def _said_in_opening(evidence: Evidence) -> Verdict | None:
    """The first words of an unknown text, whatever suggestions follow them."""
    if not evidence.memory.accepted or evidence.known >= 0.1 or evidence.own_chars > _TITLE_OWN:
        return None
    opening = [text for text in evidence.own[:2] if len(text) <= 200]
    for reason, pattern in PHRASES:
        hit = next((match for text in opening if (match := pattern.search(text))), None)
        if hit is not None and reason in ("soft_404", "error_page", "maintenance", "challenge"):
            return held(reason, ("text begins", hit.string[:120]), _own_text(evidence))
    return None


def _said_in_text(evidence: Evidence) -> Verdict | None:
    accepted = evidence.memory.accepted
    strange = evidence.about < 0.2 if accepted else len(evidence.found.frame) < 4
    if evidence.own_chars > (_OWN if strange else _OWN // 2):
        return None
    headings = [block.text for block in evidence.found.document.blocks if block.kind == "heading"]
    opening = 2 if strange and not accepted and evidence.own_chars > _OWN // 2 else None
    sample = "\n".join([*headings[:opening], *evidence.own[:opening]])[: 2 * _OWN]
    for reason, pattern in (*PHRASES, *SPEAKS_OF_PAGES):
        hit = pattern.search(sample)
        if hit is None or not (accepted or _says_mostly(evidence, pattern)):
            continue
        if reason not in _SAID_BY_MANY or len(sample) <= _OWN // 4 or evidence.password_fields:
            return held(reason, ("text", _around(sample, hit)), _own_text(evidence))
    return None


def _says_mostly(evidence: Evidence, pattern: re.Pattern[str]) -> bool:
    """Whether most of a page never seen before says so, rather than one sentence among others; without a frame, any does."""
    if len(evidence.found.frame) < 4:
        return True
    names = {evidence.found.document.title, *title_parts(evidence.found.head_title), *evidence.found.frame}
    texts = [text for text in evidence.own if text not in names]
    said = sum(len(text) for text in texts if pattern.search(text))
    return said >= 0.55 * sum(map(len, texts))


def _own_text(evidence: Evidence) -> tuple[str, str]:
    return ("text of its own", f"{evidence.own_chars} characters")


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 20) : match.end() + 40].split())


def _redirected(evidence: Evidence) -> Verdict | None:
    capture, memory = evidence.capture, evidence.memory
    if not capture.hops or capture.final_url in (capture.url, memory.final_url):
        return None
    asked, final = urlsplit(capture.url), urlsplit(capture.final_url)
    way = ("redirected to", capture.final_url[:300])
    if _LOGIN_PATH.search(final.path) and not _LOGIN_PATH.search(asked.path):
        return held("login", way)
    if asked.path.strip("/") and _is_home(capture.final_url):
        return held("soft_404", way, ("target", "looks like the site's home page"))
    return _moved(evidence)


def _moved(evidence: Evidence) -> Verdict | None:
    """A permanent redirect to a host that is not known to be the page's, whatever stands there: only a person can confirm it."""
    capture, memory = evidence.capture, evidence.memory
    if not memory.accepted or not any(hop.status in PERMANENT for hop in capture.hops):
        return None
    known = {host_name(url) for url in (capture.url, memory.final_url)} | {*memory.hosts}
    if host_name(capture.final_url) in known:
        return None
    return held("moved", ("redirected to", capture.final_url[:300]), ("known text", _percent(evidence.known)))


def host_name(url: str) -> str:
    """The host's name; with and without www. are one."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _home(evidence: Evidence) -> Verdict | None:
    """The site's home page in the page's place, by the address or the title that it gives itself."""
    memory, head = evidence.memory, evidence.found.head
    if not memory.accepted or evidence.about > 0.6:
        return None
    if head.canonical and memory.canonical and _is_home(head.canonical) and not _is_home(memory.canonical):
        elsewhere = urlsplit(head.canonical).hostname not in (None, urlsplit(memory.canonical).hostname)
        reason = "moved" if elsewhere else "soft_404"
        return held(reason, ("address that it gives itself", head.canonical), ("before", memory.canonical))
    title = evidence.found.head_title
    if title in memory.site and not evidence.same_title:
        return held("soft_404", ("title", f"{title}: the site's name alone"), ("known text", _percent(evidence.known)))
    rest = title.strip(_TITLE_EDGE)
    own = memory.title.removesuffix(rest).rstrip() if rest and evidence.known < 0.1 else memory.title
    if own and len(own) < len(memory.title) and own[-1] in _TITLE_EDGE:
        return held(
            "soft_404",
            ("title", f"{rest}: without what stood before it, {own}"),
            ("known text", _percent(evidence.known)),
        )
    return None


def _is_home(url: str) -> bool:
    steps = [part for part in urlsplit(url).path.casefold().split("/") if part]
    return not steps or (len(steps) < 3 and steps[-1].split(".")[0] in _HOME)


def _emptied(evidence: Evidence) -> Verdict | None:
    """A frame without text of its own: a notice alone, a template that was not filled in, or one that scripts fill."""
    accepted = evidence.memory.accepted
    sample = "\n".join([*evidence.texts, *(evidence.found.frame if accepted or not evidence.texts else ())])[:20000]
    if not evidence.texts:
        for reason, pattern in PHRASES:
            hit = pattern.search(sample[: 2 * _OWN])
            if hit is not None:
                return held(reason, ("text", _around(sample, hit)), ("text of its own", "none"))
    unfilled = UNFILLED.search(sample)
    if unfilled is not None and evidence.own_chars < _OWN:
        return held("error_page", ("text", f"a template that was not filled in: {unfilled[0][:80]}"))
    if not evidence.texts or (evidence.own_chars < 30 and accepted and evidence.memory.chars >= 100):
        before = f"; before {evidence.memory.chars}" if accepted else ""
        return held("shell", ("text of its own", f"{evidence.own_chars} characters{before}"))
    return None


def _strange(evidence: Evidence) -> Verdict | None:
    """Neither the text nor anything else of the page is known."""
    memory = evidence.memory
    if not memory.accepted:
        return None
    frame = evidence.frame_kept
    facts = (
        ("known text", _percent(evidence.known)),
        ("known words", _percent(evidence.about)),
        ("known frame", "the page has none" if frame is None else _percent(frame)),
        ("title", "the same" if evidence.same_title else "another"),
        ("text of its own", f"{evidence.own_chars} characters; before {memory.chars}"),
    )
    language = evidence.found.document.language.split("-")[0]
    before = memory.language.split("-")[0]
    as_long = evidence.own_chars >= 0.4 * memory.chars
    if language and before and language != before and as_long and (frame is None or frame < 0.6):
        return held("language", ("language", f"{language}; before {before}"), *facts)
    script = main_script(evidence.own)
    if as_long and evidence.about < 0.35 and script and memory.script and script != memory.script:
        return held("language", ("script", f"{script}; before {memory.script}"), *facts)
    in_frame = frame is not None and (frame >= 0.4 or (frame >= 0.1 and evidence.same_site))
    if in_frame:
        covered = not (language or before) or (language or before) in COVERED
        enough = 50 if covered and evidence.told else 150
        if evidence.same_title or evidence.about >= 0.2 or evidence.own_chars >= min(enough, 0.25 * memory.chars):
            return None
        return held("shrunk", *facts)
    if (
        evidence.same_title and (evidence.about >= 0.1 or evidence.own_chars < 200 or as_long)
    ) or evidence.about >= 0.35:
        return None
    return held("unfamiliar", *facts)
