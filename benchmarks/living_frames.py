"""Sixteen ways in which sites of several decades put a page together, and how they mark up a text."""

from __future__ import annotations

import html
import re
from random import Random

# Fields: doctype-level {attrs} {head}; {site} {bar} {list} {rows} {side} {crumbs} {search} {foot}; {before} {top} {h1} {text} {end}
# {stamp} {column} {after}; {title} is the page's title as text.
SKELETONS: dict[str, str] = {
    "font_tables": """<HTML {attrs}><HEAD>{head}</HEAD><BODY bgcolor="#ffffff">
<TABLE width="760" border="0" align="center"><TR><TD colspan="3"><FONT size="5"><B>{site}</B></FONT></TD></TR>
<TR><TD colspan="3">{bar}</TD></TR><TR><TD width="150" valign="top">{rows}{column}</TD>
<TD valign="top">{before}<FONT size="4"><B>{title}</B></FONT><BR><BR>{top}{text}{end}<FONT size="1">{stamp}</FONT></TD></TR>
<TR><TD colspan="3">{after}<FONT size="1">{foot}</FONT></TD></TR></TABLE></BODY></HTML>""",
    "bitrix": """<!DOCTYPE html><html {attrs}><head>{head}</head><body><div id="panel"></div><div class="wrap">
<div class="header"><a class="logo" href="/">{site}</a>{search}{list}</div>{before}
<div class="bx-breadcrumb">{crumbs}</div><div class="workarea"><div class="left-col">{side}{column}</div>
<div class="bx-content"><h1 id="pagetitle">{title}</h1>{top}<div class="news-detail">{text}</div>{end}
<span class="news-date-time">{stamp}</span></div></div>{after}<div class="footer">{foot}</div></div></body></html>""",
    "drupal": """<!DOCTYPE html><html {attrs}><head>{head}</head><body class="html not-front"><div id="page-wrapper"><div id="page">
<div id="header"><div id="site-name"><a href="/">{site}</a></div></div><div id="navigation">{list}</div>
<div id="main-wrapper"><div id="main">{before}<div id="content" class="column"><div class="section">{crumbs}
<h1 class="title" id="page-title">{title}</h1>{top}<div class="region region-content"><div class="node node-page"><div class="content">
<div class="field field-name-body"><div class="field-items"><div class="field-item even">{text}</div></div></div></div></div></div>{end}
<div class="submitted">{stamp}</div></div></div><div class="region region-sidebar-first">{side}{column}</div></div></div>{after}
<div id="footer">{foot}</div></div></div></body></html>""",
    "wordpress": """<!DOCTYPE html><html {attrs}><head>{head}</head><body class="page-template-default"><div id="page" class="hfeed site">
<header id="masthead" class="site-header"><p class="site-title">{site}</p><nav class="main-navigation">{list}</nav></header>{before}
<div id="content" class="site-content"><main id="main" class="site-main"><article class="post hentry"><header class="entry-header">
<h1 class="entry-title">{title}</h1></header>{top}<div class="entry-content">{text}</div>{end}<footer class="entry-footer">{stamp}</footer>
</article></main><aside id="secondary" class="widget-area">{search}{side}{column}</aside></div>{after}
<footer class="site-footer">{foot}</footer></div></body></html>""",
    "govlike": """<!DOCTYPE html><html {attrs} class="template"><head>{head}</head><body class="template__body">
<a class="skip-link" href="#content">&rarr;</a><header role="banner"><a href="/">{site}</a>{search}</header>{before}
<div class="width-container"><nav aria-label="Breadcrumb">{crumbs}</nav><main id="content" role="main"><div class="grid-row">
<div class="two-thirds"><h1 class="heading-xl">{title}</h1>{top}<div class="govspeak">{text}</div>{end}<p class="metadata">{stamp}</p></div>
<div class="one-third">{column}{side}</div></div></main></div>{after}<footer role="contentinfo">{list}{foot}</footer></body></html>""",
    "sharepoint": """<!DOCTYPE html><html {attrs}><head>{head}</head><body><form method="post" id="aspnetForm">
<div id="s4-ribbonrow"></div><div id="s4-workspace"><div id="s4-bodyContainer"><div id="s4-titlerow">{site}<div class="ms-core-navigation">
{list}</div></div><div id="contentRow"><div id="sideNavBox">{side}{column}</div><div id="contentBox">{before}<div id="DeltaPlaceHolderMain">
<div class="ms-rte-layoutszone-outer"><h2>{title}</h2>{top}<div class="ms-rtestate-field">{text}</div>{end}<div>{stamp}</div></div></div>
</div></div></div></div>{after}<div id="footer">{foot}</div></form></body></html>""",
    "handwritten": """<html {attrs}><head>{head}</head><body><center><h3>{site}</h3>{bar}</center><hr>{before}
<h2>{title}</h2>{top}{text}{end}<p><small>{stamp}</small></p>{column}{after}<hr><address>{foot}</address></body></html>""",
    "html5": """<!doctype html><html {attrs}><head>{head}</head><body><header><a href="/">{site}</a><nav>{list}</nav></header>{before}
<main><article><h1>{title}</h1>{top}{text}{end}<p>{stamp}</p></article><aside>{column}{side}</aside></main>{after}
<footer><p>{foot}</p></footer></body></html>""",
    "joomla": """<!DOCTYPE html><html {attrs}><head>{head}</head><body><div class="container"><div class="moduletable_menu">{list}</div>
<div class="custom">{site}</div>{before}<div class="row"><div id="left" class="span3">{side}{column}</div><div class="span9">
<div id="system-message-container"></div><div class="item-page"><h2>{title}</h2><dl class="article-info"><dd>{stamp}</dd></dl>{top}
{text}{end}</div></div></div>{after}<div class="footer">{foot}</div></div></body></html>""",
    "typo": """<!DOCTYPE html><html {attrs}><head>{head}</head><body><div id="kopf">{site}{search}</div><div id="hauptmenue">{list}</div>
{before}<div id="inhalt"><!--SEARCH_begin--><div id="c101" class="csc-default"><h1>{title}</h1></div>{top}
<div id="c102" class="csc-default">{text}</div>{end}<!--SEARCH_end--><div class="datum">{stamp}</div></div>
<div id="rechts">{column}{side}</div>{after}<div id="fuss">{foot}</div></body></html>""",
    "div_soup": """<!DOCTYPE html><html {attrs}><head>{head}</head><body><div id="root"><div class="css-1a2b"><div class="css-9x">{site}</div>
<div class="css-77">{bar}</div></div>{before}<div class="css-3k"><div class="css-4m"><div class="css-q1"><div class="css-h">{title}</div>
<div class="css-z">{top}</div><div class="css-t9">{text}</div>{end}<div class="css-s">{stamp}</div></div></div><div class="css-c">{column}{side}
</div></div>{after}<div class="css-f">{foot}</div></div></body></html>""",
    "wiki": """<!DOCTYPE html><html {attrs}><head>{head}</head><body class="mediawiki"><div id="content" class="mw-body" role="main">{before}
<h1 id="firstHeading">{title}</h1><div id="bodyContent"><div id="siteSub">{site}</div>{top}<div id="mw-content-text">{text}</div>{end}</div>
</div><div id="mw-navigation"><div id="mw-panel">{list}{side}{column}</div>{search}</div>{after}
<div id="footer"><ul><li>{stamp}</li></ul>{foot}</div></body></html>""",
    "two_column_table": """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"><html {attrs}><head>{head}</head><body>
<table class="top"><tr><td>{site}</td><td>{search}</td></tr></table><div class="menu">{bar}</div>{before}<table class="layout"><tr>
<td class="leftcol">{rows}</td><td class="maincol"><table><tr><td class="zag">{title}</td></tr><tr><td>{top}</td></tr><tr>
<td class="txt">{text}</td></tr><tr><td>{end}</td></tr><tr><td class="small">{stamp}</td></tr></table></td>
<td class="rightcol">{column}{side}</td></tr></table>{after}<table class="bottom"><tr><td>{foot}</td></tr></table></body></html>""",
    "sections": """<!doctype html><html {attrs}><head>{head}</head><body><div class="topbar">{search}</div><header class="site"><h1>{site}</h1>
<nav>{bar}</nav></header>{before}<section class="page-head"><h2>{title}</h2></section><section class="page-top">{top}</section>
<section class="page-body">{text}</section><section class="page-end">{end}<div class="stamp">{stamp}</div></section>
<section class="promo">{column}</section>{after}<footer class="site">{side}{foot}</footer></body></html>""",
    "menu_in_main": """<!doctype html><html {attrs}><head>{head}</head><body><main><div class="logo">{site}</div>{list}{before}<div class="c">
<h1>{title}</h1>{top}{text}{end}</div>{column}{side}<div class="st">{stamp}</div>{after}<div class="ft">{foot}</div></main></body></html>""",
    "center_block": """<html {attrs}><head>{head}</head><body><center><table width=700><tr><td><center>{site}<br>{bar}</center>{before}<p>
<b>{title}</b><p>{top}<blockquote>{text}</blockquote>{end}<p align=right>{stamp}{column}{after}<p><font size=1>{foot}</font></td></tr></table>
</center></body></html>""",
}
BR_TEXT = ("font_tables", "handwritten", "two_column_table", "center_block")  # may write their text without paragraphs
_SEMANTIC = re.compile(r"(</?)(main|article|aside|nav|header|footer|section)\b")
_NAMED = re.compile(r' (class|id|role|aria-label)="([^"]*)"')


def text_html(blocks: list[tuple[str, str]], style: str) -> str:
    """A text's blocks (kind, markup) as the site writes them: in paragraphs, in divs, in lines with breaks, or in table cells."""
    written: list[str] = []
    for at, (kind, inner) in enumerate(blocks):
        before = blocks[at - 1][0] if at else ""
        after = blocks[at + 1][0] if at + 1 < len(blocks) else ""
        written.append(_block_html(kind, inner, style, opens=before != kind, closes=after != kind))
    return "\n".join(written)


def _block_html(kind: str, inner: str, style: str, *, opens: bool, closes: bool) -> str:
    if kind == "part":
        return inner
    if style == "br":
        return {"h": f"<b>{inner}</b><br><br>", "li": f"- {inner}<br>", "row": f"{inner}<br>"}.get(
            kind, f"{inner}<br><br>"
        )
    if kind == "li":
        return f"{'<ul>' if opens else ''}<li>{inner}</li>{'</ul>' if closes else ''}"
    if kind == "row":
        first, _, rest = inner.partition("|")
        return f"{'<table>' if opens else ''}<tr><td>{first}</td><td>{rest}</td></tr>{'</table>' if closes else ''}"
    if kind == "h":
        return f"<h3>{inner}</h3>" if style != "div" else f"<div><strong>{inner}</strong></div>"
    return f"<div>{inner}</div>" if style == "div" else f"<p>{inner}</p>"


def links(names: tuple[str, ...], token: str) -> dict[str, str]:
    """A menu in five ways."""
    session = f"?sid={token}" if token else ""
    anchors = [f'<a href="/{number}/{session}">{html.escape(name)}</a>' for number, name in enumerate(names)]
    return {
        "bar": " | ".join(anchors),
        "list": "<ul>" + "".join(f"<li>{anchor}</li>" for anchor in anchors) + "</ul>",
        "rows": "<table>" + "".join(f"<tr><td>{anchor}</td></tr>" for anchor in anchors[3:]) + "</table>",
        "side": '<div class="menu-side">' + "<br>".join(anchors[2:8]) + "</div>",
        "crumbs": f'<div class="crumbs">{anchors[0]} &raquo; {anchors[3]}</div>',
    }


def without_semantics(page: str) -> str:
    """The page built of divs alone."""
    return _SEMANTIC.sub(r"\1div", page)


def neutral_names(page: str, salt: str) -> str:
    """The page with class names and ids that tell nothing; the same salt gives the same names."""

    def renamed(match: re.Match[str]) -> str:
        if match[1] in ("role", "aria-label"):
            return ""
        return (
            f' {match[1]}="'
            + " ".join(f"x{Random(f'{salt}:{name}').randrange(16**5):05x}" for name in match[2].split())
            + '"'
        )

    return _NAMED.sub(renamed, page)


def variant(page: str, which: int) -> str:
    """The page as another machine of the site sends it: the same words in other markup."""
    match which % 6:
        case 1:
            return re.sub(r">\s*\n\s*<", "><", page)
        case 2:
            return re.sub(r'="([\w-]+)"', r"='\1'", page).replace("<br>", "<br />")
        case 3:
            return re.sub(r"<(/?)(p|div|table|tr|td|ul|li|h1|h2|h3)\b", lambda m: f"<{m[1]}{m[2].upper()}", page)
        case 4:
            return page.replace("<p>", "<!-- w3 --><p>").replace("<body", "<!-- node 4 --><body")
        case 5:
            head, sep, rest = page.partition("</head>")
            return f'{head}<link rel="preload" href="/a.css">{sep}{rest}'.replace("</li>", "</li>\n\n  ").replace(
                "&raquo;", "»"
            )
    return page
