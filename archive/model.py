"""The values that cross rooms, and the closed table of outcomes. Frozen, and picklable in and out.

All times are timezone-aware UTC. The words are those of docs/words.md (Memento, WARC).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What one look at a page came to."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    HELD = "held"
    GONE = "gone"
    FAILED = "failed"
    REFUSED = "refused"

    def __reduce_ex__(self, protocol: object) -> tuple[type[Outcome], tuple[str]]:
        """Pickled as a call of this class: Python before 3.11.4 would name `getattr`, which no careful reader lets in."""
        return Outcome, (self.value,)


DOUBTS = frozenset({"shrunk", "unfamiliar"})  # reasons without evidence of what is wrong
ACCEPTED = frozenset({Outcome.NEW, Outcome.UNCHANGED, Outcome.CHANGED})

# The closed table of (outcome, reason code, meaning). `http_NNN` stands for any three-digit status.
REASONS: tuple[tuple[Outcome, str, str], ...] = (
    (Outcome.UNCHANGED, "not_modified", "the server called the page unchanged (304); no body was seen"),
    (Outcome.UNCHANGED, "in_turn", "another of the texts that this address shows in turn, told where it lasts"),
    (Outcome.HELD, "challenge", "a block or challenge page in place of the page"),
    (Outcome.HELD, "login", "a login or paywall form in place of the page"),
    (Outcome.HELD, "consent", "a consent or cookie page in place of the page"),
    (Outcome.HELD, "soft_404", "a not-found page, or the home page, answered with a success status"),
    (Outcome.HELD, "error_page", "a server's or site's error message answered with a success status"),
    (Outcome.HELD, "parked", "a parked or for-sale domain"),
    (Outcome.HELD, "maintenance", "a maintenance notice of the whole site"),
    (Outcome.HELD, "shell", "a page that scripts would have to fill: it holds no text of its own"),
    (Outcome.HELD, "language", "the site's other language at this address"),
    (Outcome.HELD, "selector", "the page's `select` matches nothing"),
    (Outcome.HELD, "half", "a page that ends in its middle"),
    (Outcome.HELD, "moved", "a permanent redirect to another host, or a page that says it has moved"),
    (Outcome.HELD, "shrunk", "in doubt: far less text than before, without evidence of what it is"),
    (Outcome.HELD, "unfamiliar", "in doubt: neither frame nor text is known from this page's history"),
    (Outcome.HELD, "by_hand", "set aside by a person with `hold`"),
    (Outcome.HELD, "redacted", "its body was taken down with `redact`"),
    (Outcome.GONE, "http_404", "the server says: not found"),
    (Outcome.GONE, "http_410", "the server says: gone for good"),
    (Outcome.FAILED, "http_NNN", "an HTTP status that brings no page"),
    (Outcome.FAILED, "timeout", "the look took longer than its deadline"),
    (Outcome.FAILED, "connection", "no connection, or it broke before an answer"),
    (Outcome.FAILED, "tls", "the server's certificate or TLS could not be verified"),
    (Outcome.FAILED, "protocol", "the answer is not proper HTTP"),
    (Outcome.FAILED, "too_large", "more bytes than `max_body` allows, on the wire or decoded"),
    (Outcome.FAILED, "truncated", "the body ended before its announced end"),
    (Outcome.FAILED, "encoding", "a content encoding that was not offered, or is broken"),
    (Outcome.FAILED, "empty", "no text arrived"),
    (Outcome.FAILED, "not_html", "the body is not HTML"),
    (Outcome.FAILED, "parse", "the body could not be parsed within its limits"),
    (Outcome.FAILED, "redirect", "a redirect without end, or without a usable target"),
    (Outcome.FAILED, "forbidden_target", "redirected to an address that may not be asked"),
    (Outcome.REFUSED, "robots", "robots.txt asks us not to look"),
    (Outcome.REFUSED, "forbidden_address", "an address that may not be asked (private, loopback …) without leave"),
)


# The kinds of a change, in the order in which they are told: those that tell of wording, then those that stand for themselves.
_OF_WORDING = ("wording", "sentence_added", "sentence_deleted", "number", "negation", "modality")
KINDS = (*_OF_WORDING, "moved", "stamp", "punctuation", "homoglyph", "invisible", "reflow")
WORDING_KINDS = frozenset(_OF_WORDING)


def utc_text(at: datetime) -> str:
    """RFC 3339 text of an aware time, in UTC, with a fraction only where there is one.

    >>> utc_text(datetime(2014, 5, 8, 18, 54, tzinfo=UTC))
    '2014-05-08T18:54:00Z'
    >>> utc_text(datetime(2014, 5, 8, 18, 54, 0, 250000, tzinfo=UTC))
    '2014-05-08T18:54:00.25Z'
    """
    if at.tzinfo is None:
        raise ValueError(f"naive time: {at!r}")
    text = at.astimezone(UTC).isoformat().removesuffix("+00:00")
    return (text.rstrip("0") if "." in text else text) + "Z"


def parse_utc(text: str) -> datetime:
    """The aware time of what `utc_text` wrote.

    >>> parse_utc("2014-05-08T18:54:00Z").tzinfo is UTC
    True
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"naive time: {text!r}")
    return at.astimezone(UTC)


Headers = tuple[tuple[str, str], ...]  # as received: order and repeats kept; latin-1 decoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What the TLS handshake of one connection showed."""

    version: str
    cipher: str
    chain_sha256: tuple[str, ...]  # lower-case hex of each DER certificate, leaf first
    verified: bool
    detail: str = ""  # the verification error, where there was one


PERMANENT = frozenset({301, 308})  # redirects that give a page a new address (RFC 9110, 15.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect on the way: its answer's head. The body of a redirect is never read."""

    url: str
    status: int
    reason: str
    headers: Headers
    peer: str | None  # "address:port" as connected
    tls: Tls | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """How a browser made the page that is the capture's body."""

    browser: str  # name and version
    received: bytes | None = None  # what the server sent as the page, content encodings undone
    screenshot: bytes | None = None  # PNG
    requests: int = 0  # that the page made besides its own
    wire_bytes: int = 0  # of their answers
    refused: tuple[tuple[str, str], ...] = ()  # what the page wanted from where nothing may be asked: address, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What one look at a page brought back, before any judgement about it.

    `failure` is a (reason code, detail in words) pair where no usable answer came; then `status` may be None.
    `body` is the entity with content encodings undone, as far as it came; None where none was read.
    """

    url: str  # the address asked
    observed_at: datetime  # UTC start of the look
    duration_us: int  # monotonic
    via: str = "live"  # live, warc, wayback, memento, git, folder
    final_url: str
    request_headers: Headers = ()
    hops: tuple[Hop, ...] = ()
    http_version: str = ""
    status: int | None = None
    status_reason: str = ""
    headers: Headers = ()
    body: bytes | None = None
    wire_bytes: int = 0
    wire_sha256: str | None = None  # of the body as sent, before content decoding (after transfer decoding)
    end: str = "full"  # full, cut, time, size, none
    failure: tuple[str, str] | None = None
    refused: bool = False  # nothing was asked: `failure` says why (robots, forbidden_address)
    peer: str | None = None
    addresses: tuple[str, ...] = ()  # the address answers that the name resolved to
    tls: Tls | None = None
    vantage: str = "direct"  # or the proxy used, without credentials
    retry_after_s: int | None = None
    conditional: bool = False  # a validator was sent
    rendered: Rendered | None = None  # where a browser made `body` of what came; then `wire_sha256` is of what came

    def __post_init__(self) -> None:
        if self.observed_at.tzinfo is None:
            raise ValueError(f"naive observed_at: {self.observed_at!r}")

    @property
    def moved_to(self) -> str | None:
        """Where the permanent redirects (301, 308) at the beginning of the way lead; None where there is none."""
        lasting = next((n for n, hop in enumerate(self.hops) if hop.status not in PERMANENT), len(self.hops))
        if not lasting:
            return None
        return self.hops[lasting].url if lasting < len(self.hops) else self.final_url

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case; None where there is none."""
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a page's text is read: everything of its settings that can change a text. Its digest names a reading."""

    select: str = ""  # CSS; empty: the main content is found automatically
    ignore: tuple[str, ...] = ()  # CSS of regions set aside
    language: str = ""  # BCP 47; empty: as the page says
    timezone: str = ""  # IANA name of the zone of the page's own stamps; empty: unknown, so stamps widen by their doubt
    date_order: str = ""  # dmy, mdy, ymd; empty: settled by language and by the page's other dates, else left unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a page's text, in reading order; white space is folded to single spaces, never empty."""

    kind: str  # title, heading, paragraph, list_item, table_row, stamp
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time that the page claims for itself, with its doubt: it lies in [earliest, latest)."""

    text: str  # as written on the page
    value: str  # UTC text where the time of day is known, else the date ("2014-05-09")
    earliest: datetime
    latest: datetime

    @property
    def in_words(self) -> str:
        """The time with its doubt and as it is written, for `explain` and the page of a look."""
        return f"{self.value} (from {utc_text(self.earliest)} to {utc_text(self.latest)}), written {self.text!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What extraction made of one body: the page's text and the page's own dates."""

    title: str
    language: str  # BCP 47 as found or given; "" unknown
    blocks: tuple[Block, ...]  # title first, the page's own stamp line last
    created: Stamp | None = None
    updated: Stamp | None = None
    encoding: str = "utf-8"  # WHATWG name
    region: str = ""  # which part of the page was taken, for `explain`
    set_aside: tuple[str, ...] = ()  # parts left out and why, for `explain`
    visible_sha256: str = ""  # of all visible text of the page: the third gate
    frame: str = ""  # short hashes of what stands around the text, by which the page is known again
    version: str = ""  # extractor and parser with versions

    @property
    def text(self) -> str:
        """The page's text as it is compared, dated, exported and hashed: blocks separated by blank lines."""
        return "\n\n".join(block.text for block in self.blocks)

    @property
    def text_sha256(self) -> str:
        """The digest of `text` in UTF-8, in lower-case hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a capture shows the page itself. `outcome` None means: yes, as far as can be seen."""

    outcome: Outcome | None = None  # HELD, GONE, FAILED, REFUSED, or None
    reason: str | None = None
    facts: tuple[tuple[str, str], ...] = ()  # what it rests on, shown by `explain`
    version: str = ""

    @property
    def accepted(self) -> bool:
        return self.outcome is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation:
    """What became of one capture: the verdict, the text where there is one, and what was learnt for the next look.

    `same` says that nothing is told: the text is the latest accepted one (304, equal body, equal visible text), or it is one
    of the page's earlier texts, shown in turn with it.
    """

    verdict: Verdict
    document: Document | None = None
    same: str | None = None  # not_modified, body, visible, in_turn
    since: datetime | None = None  # the look that showed first what is told only now, since it had to last; dates by it
    memory: str = field(default="", repr=False)  # JSON, made by the interpreter for itself; kept by the archive
