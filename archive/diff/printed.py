"""A redline as one HTML file that stands alone: for a browser, for a mail, and for print. No script, nothing fetched."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from archive.diff.markup import ENGLISH, inline_html, side_by_side_html
from archive.diff.redline import Redline

# Colours keep a contrast of 4.5:1 on their ground, light and dark; marks do not rest on colour alone.
STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --quiet: #595959; --line: #c8c8c8;
  --gone: #9b1c1c; --gone-ground: #fdecea; --come: #14532d; --come-ground: #e6f4ea; --move: #1e3a8a; --move-ground: #e8eefc }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --paper: #161616; --quiet: #a8a8a8; --line: #484848;
  --gone: #ffb4ab; --gone-ground: #3b1512; --come: #a5e3b4; --come-ground: #10301b; --move: #b5c9ff; --move-ground: #182348 } }
body { margin: 2rem auto; max-width: 46rem; padding: 0 1rem; color: var(--ink); background: var(--paper);
  font: 1.0625rem/1.6 Georgia, "Noto Serif", "Noto Naskh Arabic", "Noto Serif CJK SC", serif }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 } .v-about { color: var(--quiet); margin: .25rem 0 2rem }
.v-block { margin: 0 0 1em; overflow-wrap: anywhere; text-align: start }
.v-del, .v-away { color: var(--gone); background: var(--gone-ground); text-decoration: line-through }
.v-ins { color: var(--come); background: var(--come-ground); text-decoration: underline; text-underline-offset: .15em }
.v-away, .v-here { color: var(--move); background: var(--move-ground) }
.v-here { text-decoration: underline double; text-underline-offset: .15em }
.v-char { font: .75em/1 ui-monospace, monospace; border: 1px solid currentcolor; border-radius: .2em; padding: .05em .3em;
  display: inline-block; text-decoration: none; direction: ltr; unicode-bidi: isolate }
.v-del + .v-ins, .v-ins + .v-del { margin-inline-start: .2em }
.v-num, .v-jump { font: .72em/1 system-ui, sans-serif; vertical-align: super; color: var(--quiet); text-decoration: none;
  margin-inline: .1em .15em; unicode-bidi: isolate }
.v-num:focus-visible, .v-jump:focus-visible { outline: 2px solid currentcolor; outline-offset: 2px }
:target { outline: 2px solid var(--quiet); outline-offset: 2px }
.v-fold { margin: 0 0 1em; border-block: 1px dashed var(--line); padding: .25rem 0 } .v-fold summary { color: var(--quiet); cursor: pointer }
.v-sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
table { border-collapse: collapse; width: 100%; table-layout: fixed } th { text-align: start; font-weight: normal; color: var(--quiet) }
td { vertical-align: top; padding: .35rem .6rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; text-align: start }
body:has(table) { max-width: 80rem }
@media screen and (max-width: 42rem) { table, tbody, tr, td { display: block } td { border: 0; padding: .35rem 0 } tr { border-top: 1px solid var(--line) }
  .v-same .v-old, td:empty { display: none } .v-row:not(.v-same) td { padding-inline-start: .6rem; border-inline-start: 2px solid var(--come) }
  .v-row:not(.v-same) .v-old { border-color: var(--gone) } .v-folded td { border: 0 !important; padding-inline-start: 0 !important } }
@media print { body { margin: 0; max-width: none; color: #000; background: #fff; font-size: 11pt } .v-jump, .v-fold summary { color: #000 }
  .v-del, .v-ins, .v-away, .v-here { background: none; print-color-adjust: exact } .v-block { break-inside: avoid } }
"""


def standalone_html(
    line: Redline,
    *,
    title: str,
    about: str = "",
    language: str = "",
    side_by_side: bool = False,
    context: int | None = 1,
    labels: Mapping[str, str] = ENGLISH,
) -> str:
    """A whole HTML file. `about` says under the title what is compared; `context` None folds nothing, as print needs."""
    if side_by_side:
        body = f"<table>\n{side_by_side_html(line, context=context, labels=labels)}\n</table>"
    else:
        body = inline_html(line, context=context, labels=labels)
    said = f'<p class="v-about" dir="auto">{escape(about)}</p>\n' if about else ""
    return (
        f'<!doctype html>\n<html lang="{escape(language or "und")}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n"
        f'<main>\n<h1 dir="auto">{escape(title)}</h1>\n{said}{body}\n</main>\n</html>\n'
    )
