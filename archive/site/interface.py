"""What templates say, in one language: functions bound to its catalogue. Texts are escaped here, before their places are filled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from markupsafe import Markup, escape

from archive.site import inline, timeline, words
from archive.site.language import Catalogue
from archive.site.marks import Segment

_OPEN, _CLOSE = Markup('<a href="{}"{}>'), Markup("</a>")
_REL = Markup(' rel="{}"')


def interface(say: Catalogue) -> dict[str, Any]:
    """The names that a template finds, by what they are there."""
    bound = {
        name: partial(getattr(words, name), say=say)
        for name in (
            "moment", "bounds", "span", "stamp", "count", "share", "outcome", "meaning", "kinds", "amount", "summary",
            "day", "month",
        )
    }  # fmt: skip

    def t(english: str, *, href: str | None = None, rel: str = "", **values: Any) -> Markup:
        """A text; what stands in brackets leads to `href`."""
        return _filled(say.text(english), href, rel, values)

    def tn(n: int, one: str, other: str, *, href: str | None = None, **values: Any) -> Markup:
        """A text that depends on a number, its place `{n}`."""
        return _filled(say.form(n, one, other), href, "", {"n": say.number(n), **values})

    def marked_runs(segments: Sequence[Segment]) -> Markup:
        return Markup(inline.runs(segments, say))  # noqa: S704 - escaped there

    return {
        **bound,
        "t": t,
        "tn": tn,
        "said": words.said,
        "number": say.number,
        "tick_label": partial(timeline.label, say=say),
        "marked_runs": marked_runs,
        "via_words": {name: say(text) for name, text in words.VIA.items()},
        "cause_words": {name: say(text) for name, text in words.CAUSES.items()},
        "language_of_texts": say,
    }


def _filled(text: str, href: str | None, rel: str, values: dict[str, Any]) -> Markup:
    """
    >>> _filled("[Last change] {when}", "/a?b&c", "", {"when": "<today>"})
    Markup('<a href="/a?b&amp;c">Last change</a> &lt;today&gt;')
    """
    if href is None:
        return escape(text).format(**values)
    before, _, rest = text.partition("[")
    inside, _, after = rest.partition("]")
    opening = _OPEN.format(href, _REL.format(rel) if rel else "")
    pieces = [escape(piece).format(**values) for piece in (before, inside, after)]
    return pieces[0] + opening + pieces[1] + _CLOSE + pieces[2]
