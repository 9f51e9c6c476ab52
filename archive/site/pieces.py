"""The small pieces of HTML that all pages share, everything escaped. A page has hundreds of them, which is too many calls for a template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from archive.reading.lives import Birth
from archive.site import words
from archive.site.language import Catalogue
from archive.site.lives import Aged
from archive.text import direction

_FINER = re.compile(r"(?<=\.\d{3})\d+")  # of a time: HTML takes no more than milliseconds

_TAGS = {"title": 'h2 class="t-title"', "heading": 'h3 class="t-heading"', "stamp": 'p class="t-stamp"'}
_AGED = {"title": "t-title", "heading": "t-heading", "stamp": "t-stamp", "list_item": "t-item", "table_row": "t-row"}
_HEADED = {"title": "h2", "heading": "h3"}
_LISTS = {"list_item": "<ul>", "table_row": '<ul class="t-rows">'}


def when(text: str | None, seconds: bool = False, *, say: Catalogue) -> str:
    """An instant, UTC."""
    return _time(words.moment(text, seconds=seconds, say=say), text) if text else escape(say("never"))


def span_of(not_before: str | None, not_after: str, *, say: Catalogue) -> str:
    """When something happened, between two looks."""
    parts = words.bounds(not_before, not_after, say=say)
    inside = "".join(_time(text, instant) if instant else escape(text) for text, instant in parts)
    return f'<span class="bounds">{inside}</span>'


def claim(value: str, *, say: Catalogue) -> str:
    """A time that the page claims."""
    return _time(words.stamp(value, say=say) or "", value)


def quoted(text: str, language: str = "", tag: str = "span", class_: str = "") -> str:
    """Words from the archive, which say their language and direction."""
    css = f' class="{class_}"' if class_ else ""
    return f'<{tag}{css}{_spoken(language)} dir="{direction(text)}">{escape(text)}</{tag}>'


def text_blocks(groups: Sequence[tuple[str, Sequence[str]]], language: str) -> str:
    """A text to read: blocks by their kinds, those that belong together in one list (`archive.site.texts.grouped`)."""
    return f'<div class="text"{_spoken(language)}>\n{"".join(_group(kind, texts) for kind, texts in groups)}</div>'


def _group(kind: str, texts: Sequence[str]) -> str:
    if kind in _LISTS:
        return f"{_LISTS[kind]}{''.join(_block('li', text) for text in texts)}</ul>\n"
    return _block(_TAGS.get(kind, "p"), texts[0]) + "\n"


def _block(tag: str, text: str) -> str:
    name, _, _ = tag.partition(" ")
    return f'<{tag} dir="{direction(text)}">{escape(text)}</{name}>'


def marked(pieces: Sequence[tuple[str, bool]], language: str) -> str:
    """Words from the archive with what was looked for in them: (text, is what was looked for)."""
    inside = "".join(f"<mark>{escape(text)}</mark>" if found else escape(text) for text, found in pieces)
    return (
        f'<p class="found-words"{_spoken(language)} dir="{direction("".join(text for text, _ in pieces))}">{inside}</p>'
    )


def aged_blocks(blocks: Sequence[tuple[str, Sequence[Aged]]], language: str, base: str, *, say: Catalogue) -> str:
    """A text with since when its passages had stood there, below the page's address `base`."""
    made = [f'<div class="text aged"{_spoken(language)}>']
    for kind, passages in blocks:
        tag = _HEADED.get(kind, "p")
        way = direction("".join(passage.text for passage in passages))
        made.append(f'\n<{tag} class="{_AGED.get(kind, "t-plain")}" dir="{way}">')
        for passage in passages:
            made.append(f'<span class="age-{passage.shade}">{escape(passage.text)}</span>')
            made += [f" {_age(passage.birth, base, say)} "] if passage.is_told else []
        made.append(f"</{tag}>")
    return "".join([*made, "\n</div>"])


def _age(birth: Birth | None, base: str, say: Catalogue) -> str:
    if birth is None:
        said = escape(say("age not known"))
    elif birth.revision == 1:
        said = link(f"{base}/1", escape(say("from the first look on")))
    else:
        since = escape(say.text("since {when}")).replace("{when}", when(birth.not_after, say=say))
        said = link(f"{base}/{birth.revision - 1}..{birth.revision}", since)
    return f'<small class="age" lang="{say.code}" dir="{say.direction}">{said}</small>'


def unseen(said: str, *, say: Catalogue) -> str:
    """Words of ours for those who can't see a mark, inside a text of whatever language."""
    return f'<span class="vh" lang="{say.code}" dir="{say.direction}">{escape(said)}</span>'


def code(said: str) -> str:
    return f'<code dir="ltr">{escape(said)}</code>'


def link(href: str, inside: str) -> str:
    """`inside` is HTML."""
    return f'<a href="{escape(href)}">{inside}</a>'


def silent_badge(silent: bool | None, *, say: Catalogue) -> str:
    if not silent:
        return ""
    title = escape(say("The wording changed, the page’s own “updated” date did not"))
    return f'<span class="badge silent" title="{title}">{escape(say("silent edit"))}</span>'


def kind_list(names: Sequence[str] | None, *, say: Catalogue) -> str:
    if not names:
        return ""
    inside = " · ".join(f"<span>{escape(kind)}</span>" for kind in words.kinds(names, say=say))
    return f'<p class="kinds"><span class="vh">{escape(say("Kinds of change:"))} </span>{inside}</p>'


def in_words(lines: Sequence[Mapping[str, Any]], language: str, *, say: Catalogue) -> str:
    """What the summary of a change says: how many passages, and the tellingest wordings as they were and are."""
    told = words.summary(lines, say=say)
    examples = ", ".join(_example(was, now, language, say) for was, now in told.examples)
    inside = ": ".join(part for part in (escape(told.counts), examples) if part)
    return f'<p class="in-words">{inside}</p>' if inside else ""


def _example(was: str, now: str, language: str, say: Catalogue) -> str:
    sides = (("del", say("was:"), was), ("ins", say("now:"), now))
    return " ".join(_side(tag, f"{said} ", text, language, say) for tag, said, text in sides if text)


def _side(tag: str, said: str, text: str, language: str, say: Catalogue) -> str:
    return f'<{tag} dir="{direction(text)}"{_spoken(language)}>{unseen(said, say=say)}{escape(text)}</{tag}>'


def state(outcome: str | None, reason: str | None, *, say: Catalogue) -> str:
    return f'<span class="state {escape(outcome or "never")}">{escape(words.outcome(outcome, reason, say=say))}</span>'


def ledger(added: int, removed: int, moved: int, *, say: Catalogue) -> str:
    """How many words a change touched, in figures."""
    told = [("plus", say("words added"), "+", added), ("minus", say("words removed"), "−", removed)]
    told += [("shift", say("words moved"), "↕", moved)] if moved else []
    inside = " ".join(
        f'<span class="{css}" title="{escape(title)}">{sign}{say.number(n)}</span>' for css, title, sign, n in told
    )
    return f'<span class="ledger">{inside}</span>'


def _spoken(language: str) -> str:
    return f' lang="{escape(language)}"' if language else ""


def _time(said: str, instant: str) -> str:
    return f'<time datetime="{escape(_FINER.sub("", instant))}">{escape(said)}</time>'
