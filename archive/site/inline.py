"""What would be too many calls for a template, as HTML with everything escaped: marked runs, and the marks of small charts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from archive.site.language import Catalogue
from archive.site.marks import Segment
from archive.site.timeline import Mark

_SAID = {
    "delete": "deleted",
    "insert": "inserted",
    "moved_away": "moved from here",
    "moved_here": "moved to here",
}


def runs(segments: Sequence[Segment], say: Catalogue) -> str:
    """Kept text as it is, changes in `<ins>` and `<del>` with words for those who can't see them, moves linked."""
    return "".join(_run(part, say) for part in segments)


def marks(found: Sequence[Mark]) -> str:
    """The changes of one page as lines in a chart of 16 units' height."""
    return "".join(f'<line class="{state}" x1="{x:.4g}%" x2="{x:.4g}%" y1="5" y2="16"/>' for x, state in found)


def _run(part: Segment, say: Catalogue) -> str:
    text = "".join(_named(piece) if named else escape(piece) for piece, named in part.pieces)
    if part.kind == "equal":
        return text
    tag = "del" if part.kind in ("delete", "moved_away") else "ins"
    css = "moved" if part.kind in ("moved_away", "moved_here") else "border" if part.border else ""
    anchor = f"{'from' if part.kind == 'moved_away' else 'change'}-{part.change}" if part.first else ""
    attributes = (f' class="{css}"' if css else "") + (f' id="{anchor}"' if anchor else "")
    marked = f"<{tag}{attributes}>{_unseen(f'[{say(_SAID[part.kind])}: ', say)}{text}{_unseen(']', say)}</{tag}>"
    link = _link(part, say)
    return (
        link + marked if part.kind == "moved_here" else marked + link
    )  # an edited passage is in parts: link to its begin


def _link(part: Segment, say: Catalogue) -> str:
    """From one place of a moved passage to the other."""
    if part.kind == "moved_away":
        return _arrow(f"#change-{part.change}", say("To where change {n} moved it", n=say.number(part.change)), "↓")
    if part.kind == "moved_here" and part.first:
        return _arrow(f"#from-{part.change}", say("To where this stood before"), "↑")
    return ""


def _arrow(href: str, said: str, sign: str) -> str:
    return f'<a class="move-link" dir="ltr" href="{href}" aria-label="{escape(said)}"><span aria-hidden="true">{sign}</span></a>'


def _unseen(words: str, say: Catalogue) -> str:
    return f'<span class="vh" lang="{say.code}" dir="{say.direction}">{escape(words)}</span>'


def _named(name: str) -> str:
    return f'<span class="char" dir="ltr" lang="en">{escape(name)}</span>'
