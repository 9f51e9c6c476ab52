"""Frames of fictional official sites from 1998 to 2025, and looks played through them with memory carried over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from archive.diff import kinds

from .page_texts import SITES, Site

QUIET = {"stamp", "moved", "punctuation", "reflow", "whitespace", "invisible"}  # kinds that tell of no wording
RIGHT_TO_LEFT = {"ar", "fa", "he"}


def lines(body: Iterable[str]) -> str:
    """Paragraphs of the texts; what begins with a tag stands as it is."""
    return "\n".join(line if line.startswith("<") else f"<p>{escape(line)}</p>" for line in body)


def _links(site: Site) -> list[str]:
    return [f'<a href="/{site.language}/{n}">{escape(name)}</a>' for n, name in enumerate(site.menu)]


def _head(site: Site, title: str, charset: str = "utf-8", more: str = "") -> str:
    return f'<head><meta http-equiv="Content-Type" content="text/html; charset={charset}"><title>{escape(title)}</title>{more}</head>'


def _start(site: Site) -> str:
    direction = ' dir="rtl"' if site.language in RIGHT_TO_LEFT else ""
    return f'<!DOCTYPE html>\n<html lang="{site.language}"{direction}>'


def tables(site: Site, title: str, body: str, head: str, extra: str = "") -> str:
    """1998: nested tables, fonts, no doctype, no language."""
    menu = "".join(f"<TR><TD><FONT SIZE=2>{link}</FONT></TD></TR>" for link in _links(site))
    return (
        f"<HTML>{_head(site, head)}<BODY BGCOLOR=#FFFFFF><TABLE WIDTH=760 BORDER=0><TR><TD COLSPAN=2><IMG SRC=/img/top.gif ALT=''>"
        f"<B>{escape(site.name)}</B></TD></TR><TR><TD VALIGN=top WIDTH=160><TABLE>{menu}</TABLE></TD><TD VALIGN=top>"
        f"<H2>{escape(title)}</H2>{body}</TD></TR></TABLE>{extra}<HR><CENTER><FONT SIZE=1>&copy; 1999 {escape(site.name)}</FONT></CENTER></BODY></HTML>"
    )


def divs(site: Site, title: str, body: str, head: str, extra: str = "") -> str:
    """2006: XHTML with columns in divs."""
    menu = "".join(f"<li>{link}</li>" for link in _links(site))
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
        f'<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="{site.language}" lang="{site.language}">{_head(site, head)}<body>'
        f'<div id="wrapper"><div id="header"><div id="logo"><a href="/">{escape(site.name)}</a></div></div><div id="leftcol"><ul id="menu">{menu}</ul></div>'
        f'<div id="content"><h1>{escape(title)}</h1>{body}</div>{extra}<div id="footer"><p>&copy; 2006 {escape(site.name)}</p></div></div></body></html>'
    )


def aspx(site: Site, title: str, body: str, head: str, extra: str = "") -> str:
    """2010: one form around everything, view state, generated ids."""
    menu = "".join(f'<td class="AspNet-Menu-Leaf">{link}</td>' for link in _links(site))
    return (
        f'{_start(site)}{_head(site, head)}<body><form method="post" action="page.aspx?id=17" id="aspnetForm"><input type="hidden" name="__VIEWSTATE" '
        f'value="/wEPDwUKLTk2NjA1NDk0M2Rk" /><div class="s4-title"><span id="ctl00_SiteName">{escape(site.name)}</span></div><table class="topnav"><tr>{menu}</tr></table>'
        f'<input name="ctl00$txtSearch" type="text" /><input type="submit" value="{escape(site.menu[4])}" /><div id="ctl00_MSO_ContentDiv"><span class="ms-pagetitle">'
        f'<h2 id="ctl00_Title">{escape(title)}</h2></span><div id="ctl00_PlaceHolderMain_Text" class="ms-rtestate-field">{body}</div></div>{extra}'
        f'<div class="s4-footer">&copy; 2010 {escape(site.name)}<br/>{escape(site.menu[6])}</div></form></body></html>'
    )


def drupal(site: Site, title: str, body: str, head: str, extra: str = "") -> str:
    """2014: a content system's regions, breadcrumb, search block, news in the side column."""
    menu = "".join(f'<li class="leaf">{link}</li>' for link in _links(site))
    return (
        f'{_start(site)}{_head(site, head, more="<script src=/misc/jquery.js></script>")}<body class="html not-front no-sidebars page-node">'
        f'<div id="page"><header role="banner"><a href="/" rel="home"><img src="/logo.png" alt="{escape(site.name)}"></a><nav><ul class="menu">{menu}</ul></nav>'
        f'<form action="/search" class="search-block-form"><input type="search" name="q"><button>{escape(site.menu[4])}</button></form></header>'
        f'<div class="breadcrumb"><a href="/">{escape(site.menu[0])}</a> » <a href="/1">{escape(site.menu[1])}</a></div>'
        f'<div class="region region-content"><h1 class="page-title">{escape(title)}</h1><div class="node-page"><div class="field-item">{body}</div></div></div>{extra}'
        f'<footer class="footer"><p>{escape(site.name)}</p><ul>{menu}</ul></footer></div></body></html>'
    )


def bootstrap(site: Site, title: str, body: str, head: str, extra: str = "") -> str:
    """2019: containers, cards, icons, a cookie bar below everything."""
    menu = "".join(f'<li class="nav-item">{link}</li>' for link in _links(site))
    return (
        f'{_start(site)}{_head(site, head)}<body><nav class="navbar navbar-expand-lg"><a class="navbar-brand" href="/">{escape(site.name)}</a>'
        f'<ul class="navbar-nav">{menu}</ul></nav><div class="container"><div class="row"><div class="col-md-9"><h1>{escape(title)}</h1>{body}</div>'
        f'<div class="col-md-3"><div class="card"><div class="card-body"><a href="/2">{escape(site.menu[2])}</a></div></div></div></div></div>{extra}'
        f'<footer class="bg-dark"><div class="container"><small>© 2019 {escape(site.name)}</small> <i class="fa fa-twitter"></i></div></footer>'
        "<script>window.dataLayer=[];</script></body></html>"
    )


def semantic(site: Site, title: str, body: str, head: str, extra: str = "") -> str:
    """2023: skip link, landmarks, article."""
    menu = "".join(f"<li>{link}</li>" for link in _links(site))
    return (
        f'{_start(site)}{_head(site, head)}<body><a class="skip" href="#main">↓</a><header class="site-header"><a href="/">{escape(site.name)}</a>'
        f'<nav aria-label="main"><ul>{menu}</ul></nav></header><main id="main"><article><h1>{escape(title)}</h1>{body}</article></main>{extra}'
        f'<footer class="site-footer"><p>© 2023 {escape(site.name)}</p></footer></body></html>'
    )


FRAMES: dict[str, Callable[..., str]] = {
    "tables": tables, "divs": divs, "aspx": aspx, "drupal": drupal, "bootstrap": bootstrap, "semantic": semantic,
}  # fmt: skip
SOME_FRAMES = ("tables", "aspx", "bootstrap")


def page_of(
    site: Site | str,
    frame: str = "semantic",
    *,
    title: str | None = None,
    body: Iterable[str] | None = None,
    head: str | None = None,
    extra: str = "",
    charset: str = "",
) -> bytes:
    """The watched page of a site in one frame; `head` is its `<title>` (the page's title and the site's name where left out)."""
    site = SITES[site] if isinstance(site, str) else site
    title = site.title if title is None else title
    head = (f"{title} - {site.name}" if title else site.name) if head is None else head
    text = FRAMES[frame](site, title, lines(site.body if body is None else body), head, extra)
    return (
        text.replace("charset=utf-8", f"charset={charset}").encode(charset, "xmlcharrefreplace")
        if charset
        else text.encode()
    )


def bare(title: str, *body: str, language: str = "", head: str = "") -> bytes:
    """A page without any frame, as servers and gateways make them."""
    attribute = f' lang="{language}"' if language else ""
    return f'<!DOCTYPE html><html{attribute}><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{lines(body)}</body></html>'.encode()


def long_page(
    site: Site | str, frame: str = "drupal", *, count: int = 60, change: Callable[[str], str] = str, **more: object
) -> bytes:
    """The site's paragraphs and many numbered articles made of them, changed by a function of the whole body."""
    site = SITES[site] if isinstance(site, str) else site
    numbered = [f"<p>{n}. {escape(site.body[n % 5])} ({n * 7 % 31 + 1}/{n * 13 % 97})</p>" for n in range(1, count)]
    return page_of(site, frame, body=[change("\n".join([lines(site.body), *numbered]))], **more)  # type: ignore[arg-type]


def told(before: str, after: str) -> bool:
    """Whether a reader would be told of a change of wording between two texts."""
    return bool(set(kinds(before, after)) - QUIET)
