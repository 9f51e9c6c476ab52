"""Messages: one alert, a summary of many or a digest, as plain text, HTML, short text and JSON. Pure.

Everything of a page is written inert; our own links are the only ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from archive.alerting.event import Event, Segment
from archive.alerting.inert import cut, in_markdown, inert, isolated, isolated_block, joined, turns
from archive.alerting.say import Link, Sentence, Told, headline, links, sentences, severity
from archive.site.language import ENGLISH, Catalogue
from archive.text import direction

MessageKind = Literal["alert", "summary", "digest", "test"]
SCHEMA_VERSION = "1.1"
_TITLE_CHARS = 150
_SHORT_CHARS = 900  # of excerpts in a short message
_LISTED = 200  # alerts told one by one in a summary or digest; the rest is counted
_IN_FULL = 20  # of them with their excerpts in mail

_MARKS = {
    "equal": "{}",
    "delete": "[-{}-]",
    "insert": "{{+{}+}}",
    "moved_away": "[>{}>]",
    "moved_here": "{{<{}<}}",
}
_STYLES = {
    "delete": ("del", "background:#ffe3e0;color:#8c1d18;text-decoration:line-through"),
    "insert": ("ins", "background:#ddf5e0;color:#12572a;text-decoration:underline"),
    "moved_away": ("del", "background:#ece6f7;color:#4b2f80;text-decoration:line-through"),
    "moved_here": ("ins", "background:#ece6f7;color:#4b2f80;text-decoration:underline"),
}
_BODY = (
    "font-family:Georgia,'Noto Serif',serif;font-size:16px;line-height:1.5;color:#1c1b1a;background:#ffffff;"
    "max-width:42em;margin:1.5em auto;padding:0 1em;overflow-wrap:anywhere"
)
_TEXT = "margin:.8em 0;padding:.1em .9em;border-inline-start:3px solid #d8d4cc"
_FOOTER = "margin-top:2em;padding-top:.6em;border-top:1px solid #d8d4cc;font-size:13px;color:#5f5b55"
_DARK = (  # for clients that are dark themselves; the others read what stands in each tag
    "@media (prefers-color-scheme:dark){body{background:#1b1a19!important;color:#e9e6e0!important}"
    "a{color:#9cc3f5!important}.quiet{color:#b1aca4!important}.quiet,.text{border-color:#4a4743!important}"
    "del{background:#4a1f1c!important;color:#ffc9c2!important}ins{background:#173d22!important;color:#bdeac8!important}"
    ".moved{background:#362a52!important;color:#dccfff!important}}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one delivery says. `uid` is the same for every target and at every repeat."""

    uid: str
    kind: MessageKind
    told: tuple[Told, ...]
    rule: str = ""
    more: int = 0  # alerts that it stands for beyond those in `told`


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message ready to be sent, in every form."""

    uid: str
    title: str
    text: str
    html: str
    short: str
    markdown: str  # the short text, for services that read Markdown: with its title, and links by their names
    severity: str
    language: str  # of what is ours in it
    rule: str  # by which it is told; empty where there are several
    thread: str  # the same for all messages about one page; empty where there are several
    payload: dict[str, Any]


def render(message: Message, *, public_url: str, say: Catalogue = ENGLISH) -> Rendered:
    """`public_url` is where the reading room is published; empty: commands stand in place of links."""
    title = _title(message, say)
    line = cut(plain(title, title=True), _TITLE_CHARS)
    rules = {told.rule for told in message.told}
    return Rendered(
        uid=message.uid,
        title=line,
        text=_text(message, line, public_url, say),
        html=_html(message, title, public_url, say),
        short=_short(message, public_url, say),
        markdown=_markdown(message, line, public_url, say),
        severity=severity(message.told[0]) if len(message.told) == 1 else "info",
        language=say.code,
        rule=rules.pop() if len(rules) == 1 else "",
        thread=f"page-{message.told[0].event.page.slug}" if len(message.told) == 1 else "",
        payload=_payload(message, line, public_url, say),
    )


def _title(message: Message, say: Catalogue) -> Sentence:
    if message.kind in ("alert", "test") and len(message.told) == 1:
        said = headline(message.told[0], say)
        return ((f"{say('Sample:')} ", False), *said) if message.kind == "test" else said
    count = len(message.told) + message.more
    pages = len({told.event.page.id for told in message.told})
    what = say("Digest {rule}:", rule=message.rule) if message.kind == "digest" else say("Summary:")
    alerts, where = say.many(count, "{n} alert", "{n} alerts"), say.many(pages, "on {n} page", "on {n} pages")
    return ((f"{what} {alerts} {where}", False),)


def plain(sentence: Sentence, *, title: bool = False) -> str:
    """One sentence as plain text, the page's words inert; shortened where it is a title."""
    return "".join(isolated(cut(text, 90) if title else text) if theirs else text for text, theirs in sentence)


def _footer(message: Message, say: Catalogue) -> str:
    rules = ", ".join(sorted({told.rule for told in message.told}))
    said = say("Alert {id}, by the rule {rules}.", id=message.uid, rules=rules)
    if message.kind != "alert":
        return said
    return f"{said} {say('Mark it as seen with: {command}', command=f'variorum seen {message.uid}')}"


# --- plain text ------------------------------------------------------------------------------------------------------


def _text(message: Message, title: str, public_url: str, say: Catalogue) -> str:
    parts = [title]
    for place, told in enumerate(message.told[:_LISTED]):
        if len(message.told) > 1:
            parts.append(f"— {plain(headline(told, say))}  [{told.uid}]")
        parts.append("\n".join(plain(sentence) for sentence in sentences(told, say)))
        if place < _IN_FULL:
            parts += _text_excerpt(told.event, say)
        parts.append("\n".join(_text_link(link, public_url) for link in links(told.event, say)))
    parts += _left_out(message, say)
    parts.append(f"-- \n{_footer(message, say)}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _text_excerpt(event: Event, say: Catalogue) -> list[str]:
    if event.change is None:
        return []
    parts = [_marked(block) for block in event.change.blocks]
    return parts + ([_more_blocks(event.change.left_out, say)] if event.change.left_out else [])


def _marked(block: Sequence[Segment]) -> str:
    """A passage with its changes marked; where words of it run from right to left, each mark keeps to its words."""
    told = [(kind, inert(text)) for kind, text in block]
    if not any(turns(text) for _, text in told):
        return "".join(_MARKS[kind].format(text) for kind, text in told)
    marked = (text if kind == "equal" else _MARKS[kind].format(isolated_block(text)) for kind, text in told)
    return isolated_block("".join(marked), direction("".join(text for _, text in block)))


def _more_blocks(count: int, say: Catalogue) -> str:
    return say.many(count, "… and {n} more changed passage.", "… and {n} more changed passages.")


def _text_link(link: Link, public_url: str) -> str:
    return f"{link.label}: {public_url}{link.path}" if public_url else f"{link.label}: {link.command}"


def _left_out(message: Message, say: Catalogue) -> list[str]:
    count = max(0, len(message.told) - _LISTED) + message.more
    return [_more(count, say)] if count else []


def _more(count: int, say: Catalogue) -> str:
    return say("… and {n} more. List them with: {command}", n=say.number(count), command="variorum alerts")


# --- short text ------------------------------------------------------------------------------------------------------


def _short(message: Message, public_url: str, say: Catalogue) -> str:
    told = message.told[0]
    linked = [] if _is_many(message) else [_text_link(link, public_url) for link in links(told.event, say)]
    return "\n".join([*_short_lines(message, say), *linked, f"[{message.uid}]"])


def _markdown(message: Message, title: str, public_url: str, say: Catalogue) -> str:
    lines = [f"**{in_markdown(title)}**", *map(in_markdown, _short_lines(message, say))]
    if public_url and not _is_many(message):
        named = links(message.told[0].event, say)
        lines.append(
            " · ".join(f"[{in_markdown(link.label)}]({_in_brackets(public_url + link.path)})" for link in named)
        )
    elif not _is_many(message):
        lines += [in_markdown(_text_link(link, "")) for link in links(message.told[0].event, say)]
    return "  \n".join([*lines, in_markdown(f"[{message.uid}]")])


def _in_brackets(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")


def _is_many(message: Message) -> bool:
    return len(message.told) > 1 or message.more > 0


def _short_lines(message: Message, say: Catalogue) -> list[str]:
    if _is_many(message):
        lines = [plain(headline(told, say)) for told in message.told[:_IN_FULL]]
        rest = len(message.told) + message.more - len(lines)
        return lines + ([_more(rest, say)] if rest else [])
    told = message.told[0]
    return [*(plain(sentence) for sentence in sentences(told, say)), *_short_excerpt(told.event, say)]


def _short_excerpt(event: Event, say: Catalogue) -> list[str]:
    lines: list[str] = []
    left = _SHORT_CHARS
    for block in event.change.blocks if event.change else ():
        shown = [(kind, cut(text, 60 if kind == "equal" else 300)) for kind, text in block]
        lines.append(_marked(shown))
        left -= sum(len(text) for _, text in shown)
        if left <= 0:
            break
    rest = (len(event.change.blocks) - len(lines) + event.change.left_out) if event.change else 0
    return lines + ([_more_blocks(rest, say)] if rest else [])


# --- HTML ------------------------------------------------------------------------------------------------------------


def _html(message: Message, title: Sentence, public_url: str, say: Catalogue) -> str:
    line = plain(title, title=True)
    parts = [
        f'<!doctype html><html lang="{say.code}" dir="{say.direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(line)}</title><style>{_DARK}</style></head>"
        f'<body style="{_BODY}">',
        f'<h1 style="font-size:20px;line-height:1.3;margin:0 0 .8em">{_html_of(title, message.told[0], cut_to=90)}</h1>',
    ]
    for place, told in enumerate(message.told[:_LISTED]):
        if len(message.told) > 1:
            parts.append(f'<h2 style="font-size:17px;margin:1.6em 0 .4em">{_html_of(headline(told, say), told)}</h2>')
        parts += [f'<p style="margin:0 0 .3em">{_html_of(sentence, told)}</p>' for sentence in sentences(told, say)]
        if place < _IN_FULL:
            parts += _html_excerpt(told.event, say)
        parts.append(_html_links(told.event, public_url, say))
    parts += [f"<p>{escape(line)}</p>" for line in _left_out(message, say)]
    parts.append(f'<p class="quiet" style="{_FOOTER}">{escape(_footer(message, say))}</p></body></html>')
    return "\n".join(parts)


def _html_of(sentence: Sentence, told: Told, *, cut_to: int = 1000) -> str:
    language = _lang(told.event)
    return "".join(
        f"<bdi{language}>{escape(inert(cut(text, cut_to)))}</bdi>" if theirs else escape(text)
        for text, theirs in sentence
    )


def _lang(event: Event) -> str:
    """The attribute that says in which language the page is."""
    return f' lang="{escape(event.page.language, quote=True)}"' if event.page.language else ""


def _html_excerpt(event: Event, say: Catalogue) -> list[str]:
    change = event.change
    if change is None:
        return []
    parts = [
        f'<p dir="{direction("".join(text for _, text in block))}"{_lang(event)} class="text" style="{_TEXT}">'
        f"{_html_block(block)}</p>"
        for block in change.blocks
    ]
    if any(kind.startswith("moved") for block in change.blocks for kind, _ in block):
        said = say("Violet has moved: from where it is struck through to where it is underlined.")
        parts.append(f'<p style="font-size:14px">{escape(said)}</p>')
    return parts + ([f"<p>{escape(_more_blocks(change.left_out, say))}</p>"] if change.left_out else [])


def _html_block(block: Sequence[Segment]) -> str:
    before, following = ["", *(text for _, text in block)], [*(kind for kind, _ in block[1:]), "equal"]
    return "".join(
        _html_segment(
            kind, joined(last, text) + inert(text), apart="" if beside == "equal" else ";margin-inline-end:.2em"
        )
        for (kind, text), last, beside in zip(block, before, following, strict=False)
    )


def _html_segment(kind: str, told: str, *, apart: str) -> str:
    """`apart` keeps what was deleted from what stands in its place."""
    if kind == "equal":
        return escape(told)
    tag, style = _STYLES[kind]
    moved = ' class="moved"' if kind.startswith("moved") else ""
    return f'<{tag}{moved} style="{style}{apart}"><bdi>{escape(told)}</bdi></{tag}>'


def _html_links(event: Event, public_url: str, say: Catalogue) -> str:
    if not public_url:
        said = " · ".join(f"{escape(link.label)}: <code>{escape(link.command)}</code>" for link in links(event, say))
    else:
        said = " · ".join(
            f'<a href="{escape(public_url + link.path, quote=True)}">{escape(link.label)}</a>'
            for link in links(event, say)
        )
    return f'<p style="margin:.8em 0;font-size:14px">{said}</p>'


# --- JSON ------------------------------------------------------------------------------------------------------------


def _payload(message: Message, title: str, public_url: str, say: Catalogue) -> dict[str, Any]:
    """The body of a web hook (docs/webhook.schema.json). `title`, `message` and `type` are for receivers that show text."""
    return {
        "version": SCHEMA_VERSION,
        "id": message.uid,
        "kind": message.kind,
        "title": title,
        "message": _short(message, public_url, say),
        "language": say.code,
        "type": severity(message.told[0]) if len(message.told) == 1 else "info",
        "alerts": [
            _alert_json(told, public_url, in_full=place < _IN_FULL) for place, told in enumerate(message.told[:_LISTED])
        ],
        "more": max(0, len(message.told) - _LISTED) + message.more,
    }


def _alert_json(told: Told, public_url: str, *, in_full: bool) -> dict[str, Any]:
    event = told.event
    page, change = event.page, event.change
    blocks = change.blocks if change is not None and in_full else ()
    return {
        "id": told.uid,
        "rule": told.rule,
        "event": event.kind,
        "page": {
            "slug": page.slug,
            "url": page.url,
            "title": page.title or None,
            "language": page.language or None,
            "statement": page.statement or None,
            "tags": list(page.tags),
        },
        "observation": event.observation,
        "observed_at": event.at,
        "outcome": event.outcome,
        "reason": event.reason,
        "since": event.since,
        "note": told.note or None,
        "phrases": {"appeared": list(told.match.appeared), "disappeared": list(told.match.disappeared)},
        "behind": list(event.behind),
        "moved_to": event.moved_to,
        "change": None
        if change is None
        else {
            "from": change.from_number,
            "to": change.to_number,
            "not_before": change.not_before,
            "not_after": change.not_after,
            "kinds": list(change.kinds),
            "silent": change.silent,
            "words_added": change.words_added,
            "words_removed": change.words_removed,
            "words_moved": change.words_moved,
            "passages": [[{"op": kind, "text": text} for kind, text in block] for block in blocks],
            "passages_left_out": change.left_out + len(change.blocks) - len(blocks),
        },
        "links": {link.name: f"{public_url}{link.path}" for link in links(event)} if public_url else {},
    }
