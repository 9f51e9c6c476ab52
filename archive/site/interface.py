"""What templates say, in one language: functions bound to its catalogue. Texts are escaped here, before their places are filled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from string import Formatter
from typing import Any

from markupsafe import Markup, escape

from archive.reading.lives import Stay
from archive.reading.search import Hit
from archive.site import inline, pieces, timeline, words
from archive.site.language import Catalogue
from archive.site.marks import Segment
from archive.site.timeline import Mark


def interface(say: Catalogue) -> dict[str, Any]:
    """The names that a template finds, by what they are there."""
    bound: dict[str, Callable[..., Any]] = {
        name: partial(getattr(words, name), say=say)
        for name in (
            "moment", "span", "stamp", "count", "share", "outcome", "meaning", "amount", "day", "month",
        )
    }  # fmt: skip
    bound |= {
        name: _safe(partial(getattr(pieces, name), say=say))
        for name in (
            "when", "span_of", "claim", "unseen", "silent_badge", "kind_list", "state", "ledger", "in_words", "aged_blocks",
        )
    }  # fmt: skip
    bound |= {name: _safe(getattr(pieces, name)) for name in ("quoted", "code", "link", "text_blocks", "marked")}

    def t(english: str, *, href: str | None = None, rel: str = "", **values: Any) -> Markup:
        """A text; what stands in brackets leads to `href`."""
        return _filled(say.text(english), href, rel, values)

    def tn(n: int, one: str, other: str, *, href: str | None = None, **values: Any) -> Markup:
        """A text that depends on a number, its place `{n}`."""
        return _filled(say.form(n, one, other), href, "", {"n": say.number(n), **values})

    def came(base: str, stay: Stay | Hit) -> Markup:
        """How a passage or phrase came, and the link to where."""
        if stay.first == 1:
            return _dated(say.text("[There at the first look], {when}"), f"{base}/1", bound["when"](stay.begin[1]))
        path = f"{base}/{stay.first - 1}..{stay.first}"
        return _dated(say.text("[Came] {when}"), path, bound["span_of"](*stay.begin))

    def went(base: str, stay: Stay | Hit) -> Markup:
        """How it went, if it did."""
        if stay.end is None or stay.last is None:
            return _plain(say.text("still there"))
        path = f"{base}/{stay.last}..{stay.last + 1}"
        return _dated(say.text("[went] {when}"), path, bound["span_of"](*stay.end))

    def marked_runs(segments: Sequence[Segment]) -> Markup:
        return Markup(inline.runs(segments, say))  # noqa: S704 - escaped there

    def spark_marks(found: Sequence[Mark]) -> Markup:
        return Markup(inline.marks(found))  # noqa: S704 - numbers and words of ours

    return {
        **bound,
        "t": t,
        "tn": tn,
        "number": say.number,
        "tick_label": partial(timeline.label, say=say),
        "came": came,
        "went": went,
        "marked_runs": marked_runs,
        "spark_marks": spark_marks,
        "via_words": {name: say(text) for name, text in words.VIA.items()},
        "cause_words": {name: say(text) for name, text in words.CAUSES.items()},
        "language_of_texts": say,
    }


def _safe(piece: Callable[..., str]) -> Callable[..., Markup]:
    """A function whose HTML needs no escaping."""
    return lambda *values, **more: Markup(piece(*values, **more))  # noqa: S704 - escaped there


def _dated(text: str, href: str, when: Markup) -> Markup:
    return _filled(text, href, "", {"when": when})


def _filled(text: str, href: str | None, rel: str, values: dict[str, Any]) -> Markup:
    """
    >>> _filled("[Last change] {when}", "/a?b&c", "", {"when": "<today>"})
    Markup('<a href="/a?b&amp;c">Last change</a> &lt;today&gt;')
    """
    if href is None:
        return _put(text, values) if values else _plain(text)
    before, _, rest = text.partition("[")
    inside, _, after = rest.partition("]")
    rel = f' rel="{escape(rel)}"' if rel else ""
    opening = f'<a href="{escape(href)}"{rel}>'
    return Markup("".join((_put(before, values), opening, _put(inside, values), "</a>", _put(after, values))))  # noqa: S704


def _put(text: str, values: dict[str, Any]) -> Markup:
    """As `escape(text).format(**values)`, which is slow, since a page has hundreds of texts."""
    filled = [said or escape(values[place]) for said, place in _cut(text)]
    return Markup("".join(filled))  # noqa: S704 - escaped here and there


@lru_cache(maxsize=5000)
def _plain(text: str) -> Markup:
    return _put(text, {})


@lru_cache(maxsize=5000)
def _cut(text: str) -> tuple[tuple[str, str], ...]:
    """A text as escaped words and names of places."""
    made: list[tuple[str, str]] = []
    for words_, place, *_ in Formatter().parse(text):
        made += [(str(escape(words_)), "")] if words_ else []
        made += [("", place)] if place is not None else []
    return tuple(made)
