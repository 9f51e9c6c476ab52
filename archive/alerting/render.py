"""Messages: one alert, a summary of many or a digest, as plain text, HTML, short text and JSON. Pure.

Everything of a page is written inert; our own links are the only ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from archive.alerting.event import Event, Segment
from archive.alerting.inert import cut, inert, isolated
from archive.alerting.say import Link, Sentence, Told, headline, links, sentences, severity

MessageKind = Literal["alert", "summary", "digest", "test"]
SCHEMA_VERSION = "1.0"
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
    severity: str
    thread: str  # the same for all messages about one page; empty where there are several
    payload: dict[str, Any]


def render(message: Message, *, public_url: str) -> Rendered:
    """`public_url` is where the reading room is published; empty: commands stand in place of links."""
    title = cut(_title(message), _TITLE_CHARS)
    return Rendered(
        uid=message.uid,
        title=title,
        text=_text(message, title, public_url),
        html=_html(message, title, public_url),
        short=_short(message, public_url),
        severity=severity(message.told[0]) if len(message.told) == 1 else "info",
        thread=f"page-{message.told[0].event.page.id}" if len(message.told) == 1 else "",
        payload=_payload(message, title, public_url),
    )


def _title(message: Message) -> str:
    if message.kind in ("alert", "test") and len(message.told) == 1:
        prefix = "Sample: " if message.kind == "test" else ""
        return prefix + plain(headline(message.told[0]), title=True)
    count = len(message.told) + message.more
    pages = len({told.event.page.id for told in message.told})
    where = f"on {pages} page{'s' * (pages != 1)}"
    what = {"digest": f"Digest {message.rule}:", "summary": "Summary:"}[message.kind]
    return f"{what} {count} alert{'s' * (count != 1)} {where}"


def plain(sentence: Sentence, *, title: bool = False) -> str:
    """One sentence as plain text, the page's words inert; shortened where it is a title."""
    return "".join(isolated(cut(text, 90) if title else text) if theirs else text for text, theirs in sentence)


def _footer(message: Message) -> str:
    rules = ", ".join(sorted({told.rule for told in message.told}))
    seen = f" Mark it as seen with: variorum seen {message.uid}" if message.kind == "alert" else ""
    return f"Alert {message.uid}, by the rule {rules}.{seen}"


# --- plain text ------------------------------------------------------------------------------------------------------


def _text(message: Message, title: str, public_url: str) -> str:
    parts = [title]
    for place, told in enumerate(message.told[:_LISTED]):
        if len(message.told) > 1:
            parts.append(f"— {plain(headline(told))}  [{told.uid}]")
        parts.append("\n".join(plain(sentence) for sentence in sentences(told)))
        if place < _IN_FULL:
            parts += _text_excerpt(told.event)
        parts.append("\n".join(_text_link(link, public_url) for link in links(told.event)))
    parts += _left_out(message)
    parts.append(f"-- \n{_footer(message)}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _text_excerpt(event: Event) -> list[str]:
    if event.change is None:
        return []
    parts = ["".join(_marked(segment) for segment in block) for block in event.change.blocks]
    return parts + ([_more_blocks(event.change.left_out)] if event.change.left_out else [])


def _marked(segment: Segment) -> str:
    return _MARKS[segment[0]].format(inert(segment[1]))


def _more_blocks(count: int) -> str:
    return f"… and {count} more changed passage{'s' * (count != 1)}."


def _text_link(link: Link, public_url: str) -> str:
    return f"{link.label}: {public_url}{link.path}" if public_url else f"{link.label}: {link.command}"


def _left_out(message: Message) -> list[str]:
    count = max(0, len(message.told) - _LISTED) + message.more
    return [f"… and {count} more. List them with: variorum alerts"] if count else []


# --- short text ------------------------------------------------------------------------------------------------------


def _short(message: Message, public_url: str) -> str:
    if len(message.told) > 1 or message.more:
        lines = [plain(headline(told)) for told in message.told[:_IN_FULL]]
        rest = len(message.told) + message.more - len(lines)
        lines += [f"… and {rest} more. List them with: variorum alerts"] if rest else []
        return "\n".join([*lines, f"[{message.uid}]"])
    told = message.told[0]
    lines = [plain(sentence) for sentence in sentences(told)]
    lines += _short_excerpt(told.event)
    lines += [_text_link(link, public_url) for link in links(told.event)]
    return "\n".join([*lines, f"[{message.uid}]"])


def _short_excerpt(event: Event) -> list[str]:
    lines: list[str] = []
    left = _SHORT_CHARS
    for block in event.change.blocks if event.change else ():
        parts: list[str] = []
        for kind, text in block:
            shown = cut(text, 60 if kind == "equal" else 300)
            parts.append(_MARKS[kind].format(inert(shown)))
            left -= len(shown)
        lines.append("".join(parts))
        if left <= 0:
            break
    rest = (len(event.change.blocks) - len(lines) + event.change.left_out) if event.change else 0
    return lines + ([_more_blocks(rest)] if rest else [])


# --- HTML ------------------------------------------------------------------------------------------------------------


def _html(message: Message, title: str, public_url: str) -> str:
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title></title></head>'
        "<body style=\"font-family:Georgia,'Noto Serif',serif;font-size:16px;line-height:1.5;color:#1c1b1a;"
        'background:#ffffff;max-width:42em;margin:1.5em auto;padding:0 1em">',
        f'<h1 style="font-size:20px;line-height:1.3;margin:0 0 .8em">{escape(title)}</h1>',
    ]
    for place, told in enumerate(message.told[:_LISTED]):
        if len(message.told) > 1:
            parts.append(f'<h2 style="font-size:17px;margin:1.6em 0 .4em">{_html_of(headline(told))}</h2>')
        parts += [f'<p style="margin:0 0 .3em">{_html_of(sentence)}</p>' for sentence in sentences(told)]
        if place < _IN_FULL:
            parts += _html_excerpt(told.event)
        parts.append(_html_links(told.event, public_url))
    parts += [f"<p>{escape(line)}</p>" for line in _left_out(message)]
    parts.append(
        '<p style="margin-top:2em;padding-top:.6em;border-top:1px solid #d8d4cc;font-size:13px;color:#5f5b55">'
        f"{escape(_footer(message))}</p></body></html>"
    )
    return "\n".join(parts)


def _html_of(sentence: Sentence) -> str:
    return "".join(f"<bdi>{escape(inert(text))}</bdi>" if theirs else escape(text) for text, theirs in sentence)


def _html_excerpt(event: Event) -> list[str]:
    change = event.change
    if change is None:
        return []
    language = f' lang="{escape(event.page.language, quote=True)}"' if event.page.language else ""
    style = "margin:.8em 0;padding:.1em .9em;border-inline-start:3px solid #d8d4cc"
    parts = [
        f'<p dir="auto"{language} style="{style}">{"".join(map(_html_segment, block))}</p>' for block in change.blocks
    ]
    if any(kind.startswith("moved") for block in change.blocks for kind, _ in block):
        parts.append(
            '<p style="font-size:14px">Violet has moved: from where it is struck through to where it is underlined.</p>'
        )
    return parts + ([f"<p>{_more_blocks(change.left_out)}</p>"] if change.left_out else [])


def _html_segment(segment: Segment) -> str:
    kind, text = segment
    if kind == "equal":
        return escape(inert(text))
    tag, style = _STYLES[kind]
    return f'<{tag} style="{style};margin-inline-end:.2em"><bdi>{escape(inert(text))}</bdi></{tag}>'


def _html_links(event: Event, public_url: str) -> str:
    if not public_url:
        said = " · ".join(f"{link.label}: <code>{escape(link.command)}</code>" for link in links(event))
    else:
        said = " · ".join(
            f'<a href="{escape(public_url + link.path, quote=True)}">{link.label}</a>' for link in links(event)
        )
    return f'<p style="margin:.8em 0;font-size:14px">{said}</p>'


# --- JSON ------------------------------------------------------------------------------------------------------------


def _payload(message: Message, title: str, public_url: str) -> dict[str, Any]:
    """The body of a web hook (docs/webhook.schema.json). `title`, `message` and `type` are for receivers that show text."""
    return {
        "version": SCHEMA_VERSION,
        "id": message.uid,
        "kind": message.kind,
        "title": title,
        "message": _short(message, public_url),
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
        "links": {link.label.lower(): f"{public_url}{link.path}" for link in links(event)} if public_url else {},
    }
