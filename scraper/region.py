"""Which part of a page is its text: the same rule for every site, so that it finds the same region in the next revision.

Parts that frame a page (menus, headers, footers, banners, share links, dated news lists) are set aside by what they are called or
made of; then the smallest container that holds all remaining prose is the region. Nothing that reads like prose is left out
because of where it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from scraper.blocks import Layout, Leaf, Node

_FRAME_ROLES = frozenset(
    {
        "navigation",
        "banner",
        "contentinfo",
        "search",
        "menu",
        "menubar",
        "dialog",
        "alertdialog",
        "toolbar",
        "complementary",
    }
)
_FRAME_TAGS = frozenset({"nav", "menu", "dialog", "search"})
_EDGE_TAGS = frozenset({"header", "footer", "aside"})
_FRAME_WORDS = frozenset(
    [
        "nav",
        "navbar",
        "navi",
        "navigation",
        "topnav",
        "sidenav",
        "subnav",
        "mainnav",
        "menu",
        "menus",
        "submenu",
        "megamenu",
        "mainmenu",
        "topmenu",
        "menubar",
        "dropdown",
        "offcanvas",
        "breadcrumb",
        "breadcrumbs",
        "crumbs",
        "pathway",
        "sidebar",
        "share",
        "sharing",
        "shares",
        "sharer",
        "social",
        "socials",
        "addthis",
        "sharethis",
        "addtoany",
        "cookie",
        "cookies",
        "consent",
        "gdpr",
        "ccpa",
        "onetrust",
        "cookiebot",
        "banner",
        "popup",
        "modal",
        "overlay",
        "lightbox",
        "toast",
        "advert",
        "adverts",
        "advertisement",
        "ads",
        "adsense",
        "sponsor",
        "sponsored",
        "promo",
        "related",
        "recommended",
        "recommendations",
        "newsletter",
        "subscribe",
        "subscription",
        "pagination",
        "pager",
        "paginator",
        "toolbar",
        "skip",
        "skiplink",
        "skiplinks",
        "skipnav",
        "search",
        "searchbox",
        "searchform",
        "login",
        "signin",
        "langswitcher",
        "language",
        "languages",
        "langs",
        "lang",
        "locale",
        "disqus",
        "weather",
        "meteo",
        "pogoda",
        "counter",
        "counters",
        "views",
        "viewcount",
        "hits",
        "visitors",
        "rating",
        "ratings",
        "copyright",
        "copyrights",
        "ticker",
        "marquee",
        "footer",
        "foot",
        "bottombar",
        "topbar",
        "subbar",
        "masthead",
        "teaser",
        "teasers",
        "accessibility",
        "noprint",
        "screenreader",
        "ribbon",
        "feedback",
        "survey",
    ]
)
_PAIRS = re.compile(
    r"(?:sr-only|visually-?hidden|screen-?reader|a11y-?hidden|skip-?(?:to|nav|link)|read-?more|see-?also|news-?(?:feed|list|ticker)|latest-?news|last-?news|"
    r"side-?bar|font-?(?:size|changer|resize)|back-?to-?top|scroll-?top|page-?(?:header|footer|top|bottom)|site-?(?:header|footer|logo|info)|"
    r"view-?counter|page-?views|hit-?counter|social-?(?:links|media|icons)|share-?(?:links|buttons|bar)|print-?(?:page|button)|tag-?cloud)",
    re.IGNORECASE,
)
_CONTENT_WORDS = frozenset(
    ["content", "main", "article", "post", "entry", "text", "body", "story", "single", "page", "section"]
)
_SPLIT = re.compile(r"[^a-zA-Z]+|(?<=[a-z])(?=[A-Z])")
_CHROME = re.compile(
    r"\s*(?:©|\(c\)\s|copyright\b|all rights reserved|все права|powered by|developed by|designed by|\d+\s*°|-?\+?\d+\s*°\s*[cf]\b"
    r"|(?:page )?(?:views?|hits|visits|visitors|просмотр\w*|көрілім\w*|переглядів|visitas|vues|aufrufe|lượt xem|浏览|阅读|访问|點閱|点击|閲覧|조회)[\w ]{0,12}[:：]?\s*[\d.,  ]+\s*$"
    r"|(?:version|v|build|release|версия)\s*[:.]?\s*\d+(?:\.\d+)+)",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(
    r"(?:[\w.,:/|–—-]+\s+){0,5}(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}[. ]*[^\W\d]{3,12}\.?,? \d{4}|[^\W\d]{3,12}\.? \d{1,2},? \d{4}|\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}:\d{2})(?:[\s,|–—-]+[\w.:]+){0,3}\s*"
)
_SENTENCE_END = re.compile(r"[.!?。！？؟।…:;：；]\s*[\"'»”’)\]）】]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The chosen part: its leaves by index, a description of where it is, and what inside and outside was set aside."""

    leaves: tuple[int, ...]
    frame: tuple[int, ...]  # leaves outside the region or set aside, in reading order
    name: str
    set_aside: tuple[str, ...]


def find_region(layout: Layout) -> Region:
    """The main content of a layout; with no leaf at all, an empty region."""
    total = sum(len(leaf.text) for leaf in layout.leaves) or 1
    aside = _frames(layout, total)
    kept = [i for i in range(len(layout.leaves)) if not aside[i]]
    root = _landmark(layout, aside)
    inside = _within(layout, root, kept)
    if not inside:
        inside, root = kept, 0
    root = _descend(layout, root, inside)
    inside = _within(layout, root, inside)
    inside = [i for i in inside if not _CHROME.match(layout.leaves[i].text)]
    chosen = set(inside)
    frame = tuple(i for i in range(len(layout.leaves)) if i not in chosen)
    reasons = dict.fromkeys(aside[i] for i in frame if aside[i])
    name = _path(layout, root) if layout.nodes else ""
    return Region(leaves=tuple(inside), frame=frame, name=name, set_aside=tuple(reasons))


def _within(layout: Layout, root: int, leaves: list[int]) -> list[int]:
    if root < 0 or not layout.nodes:
        return []
    node = layout.nodes[root]
    return [i for i in leaves if node.first <= i < node.last]


def _frames(layout: Layout, total: int) -> list[str]:
    """For each leaf, why it is set aside; "" for those that are kept."""
    why = [""] * len(layout.leaves)
    for i, leaf in enumerate(layout.leaves):
        if leaf.kind == "control":
            why[i] = "form control"
    headings = [i for i, leaf in enumerate(layout.leaves) if leaf.level == 1]
    marks = Counter(node.mark for node in layout.nodes)
    for index, node in enumerate(layout.nodes):
        if node.first == node.last or (why[node.first] and why[node.last - 1] and node.last - node.first == 1):
            continue
        reason = _frame_reason(layout, index, node, total, headings)
        if reason and node.mark and marks[node.mark] > 3 and node.tag not in _FRAME_TAGS and _part_word(node.mark):
            reason = ""
        if reason:
            for i in range(node.first, node.last):
                why[i] = why[i] or reason
    _dated_lists(layout, why)
    return why


def _frame_reason(layout: Layout, index: int, node: Node, total: int, headings: list[int]) -> str:
    word = _frame_word(node.tag, node.role, node.mark)
    if not word and node.tag not in _EDGE_TAGS and node.tag != "form":
        return ""
    if index == 0 or node.tag in ("html", "body", "main", "article", "h1") or node.chars > 0.6 * total:
        return ""
    prose = sum(len(layout.leaves[i].text) for i in range(node.first, node.last) if _is_prose(layout.leaves[i]))
    if node.tag == "form":
        return "a form" if not word and prose < 400 and node.chars < 0.4 * total else ""
    if node.tag in _EDGE_TAGS:
        if prose > 0.5 * node.chars and node.chars > 0.15 * total and not word:
            return ""
        if node.tag == "header" and any(node.first <= i < node.last for i in headings) and node.links < 3:
            return ""
        if node.tag == "aside" and not word and node.link_chars < 0.4 * node.chars:
            return ""
        return f"<{node.tag}>"
    if word not in _SURE_WORDS and prose > 0.6 * node.chars and node.chars > 0.25 * total:
        return ""
    return f"{word} in <{node.tag}{_hash(node.mark)}>"


_PARTS = frozenset({"footer", "foot", "banner", "teaser", "teasers", "promo", "views", "rating", "weather", "overlay"})
_SURE_WORDS = frozenset(
    {"nav", "navigation", "menu", "cookie", "cookies", "consent", "gdpr", "breadcrumb", "breadcrumbs"}
)


def _part_word(mark: str) -> bool:
    """Whether a mark is one that parts of content carry as well (`card-footer`), where it recurs."""
    return _frame_word("div", "", mark) in _PARTS


@lru_cache(maxsize=8192)
def _frame_word(tag: str, role: str, mark: str) -> str:
    """The word that names an element as part of the frame; "" where none does."""
    if tag in _FRAME_TAGS:
        return tag
    if role in _FRAME_ROLES:
        return role
    if not mark:
        return ""
    for token in mark.split():
        parts = [part.lower() for part in _SPLIT.split(token) if part]
        if parts and parts[0] in ("has", "is", "no", "with", "without", "js", "page", "body", "template"):
            continue
        for part in parts:
            if part in _FRAME_WORDS and not (_CONTENT_WORDS & set(parts)):
                return part
        pair = _PAIRS.search(token)
        if pair:
            return pair[0].lower()
    return ""


def _dated_lists(layout: Layout, why: list[str]) -> None:
    """Set aside lists whose items are a date and a link each, as news teasers are, unless they are nearly all there is."""
    free = sum(len(leaf.text) for leaf, reason in zip(layout.leaves, why, strict=True) if not reason) or 1
    for node in reversed(layout.nodes):
        count = node.last - node.first
        if count < 6 or node.links < 3 or node.tag in ("body", "html", "main") or node.chars > 20_000:
            continue
        span = [i for i in range(node.first, node.last) if not why[i]]
        if len(span) < 6:
            continue
        dates = sum(1 for i in span if len(layout.leaves[i].text) < 60 and _DATE_LINE.fullmatch(layout.leaves[i].text))
        links = sum(1 for i in span if layout.leaves[i].link_chars > 0.8 * len(layout.leaves[i].text))
        chars = sum(len(layout.leaves[i].text) for i in span)
        if dates >= 3 and links >= 3 and dates + links >= 0.85 * len(span) and free - chars > 300:
            for i in span:
                why[i] = f"a list of dated links in <{node.tag}{_hash(node.mark)}>"
            free -= chars


def _is_prose(leaf: Leaf) -> bool:
    """Whether a leaf reads like text rather than like a label."""
    plain = len(leaf.text) - leaf.link_chars
    if leaf.kind == "control" or plain < 0.4 * len(leaf.text) or _CHROME.match(leaf.text):
        return False
    wide = sum(1 for char in leaf.text[:80] if char >= "\u2e80")
    size = len(leaf.text) + 2 * wide
    return size >= 80 or (size >= 25 and bool(_SENTENCE_END.search(leaf.text)))


def _landmark(layout: Layout, aside: list[str]) -> int:
    """The page's own declared main part, where there is exactly one that holds text; else the whole page."""
    for matches in (
        [i for i, node in enumerate(layout.nodes) if node.tag == "main" or node.role == "main"],
        [i for i, node in enumerate(layout.nodes) if node.tag == "article"],
    ):
        outer = [i for i in matches if not any(_is_inside(layout, i, other) for other in matches if other != i)]
        holding = [i for i in outer if any(not aside[k] for k in range(layout.nodes[i].first, layout.nodes[i].last))]
        if len(holding) == 1 and (
            layout.nodes[holding[0]].tag == "main"
            or layout.nodes[holding[0]].role == "main"
            or _holds_most(layout, aside, holding[0])
        ):
            return holding[0]
    return 0


def _holds_most(layout: Layout, aside: list[str], root: int) -> bool:
    prose = [i for i, leaf in enumerate(layout.leaves) if not aside[i] and _is_prose(leaf)]
    node = layout.nodes[root]
    return bool(prose) and all(node.first <= i < node.last for i in prose)


def _is_inside(layout: Layout, index: int, other: int) -> bool:
    node, outer = layout.nodes[index], layout.nodes[other]
    return other < index and outer.depth < node.depth and outer.first <= node.first and node.last <= outer.last


def _descend(layout: Layout, root: int, inside: list[int]) -> int:
    """The smallest container within `root` that holds all prose of it; headings count too, so that names in cards are not lost."""
    wanted = [i for i in inside if _is_prose(layout.leaves[i])]
    if sum(len(layout.leaves[i].text) for i in wanted) < 0.3 * sum(len(layout.leaves[i].text) for i in inside):
        wanted = [i for i in inside if not _CHROME.match(layout.leaves[i].text)]
    if not wanted:
        return root
    first, last = wanted[0], wanted[-1]
    best = root
    for index in range(root, len(layout.nodes)):
        node = layout.nodes[index]
        if (
            node.first <= first
            and last < node.last
            and node.depth >= layout.nodes[best].depth
            and _is_or_inside(layout, index, best)
        ):
            best = index
    return _up_from_parts(layout, best, root)


def _up_from_parts(layout: Layout, index: int, root: int) -> int:
    """Not a paragraph, list or table alone: the container around it."""
    while index > root and layout.nodes[index].tag in (
        "p",
        "ul",
        "ol",
        "li",
        "table",
        "tbody",
        "tr",
        "td",
        "dl",
        "dd",
        "blockquote",
        "pre",
        "h1",
        "h2",
        "h3",
    ):
        index = layout.nodes[index].parent
    return index


def _is_or_inside(layout: Layout, index: int, other: int) -> bool:
    return index == other or _is_inside(layout, index, other)


def _hash(mark: str) -> str:
    return f" {mark.split()[0][:40]}" if mark else ""


def _path(layout: Layout, index: int) -> str:
    """Where a container stands, by tags, ids and first classes, for people and for the next look."""
    parts: list[str] = []
    while index >= 0 and len(parts) < 4:
        node = layout.nodes[index]
        parts.append(node.tag + (f".{node.mark.split()[0][:40]}" if node.mark.split() else ""))
        index = node.parent
    return " > ".join(reversed(parts))
