"""What of a page only frames its text: menus, headers, footers, banners, share links, counters, lists of dated links.

Told by what elements are, by what their authors call them, and by what they are made of; never by the name of a site.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from scraper.blocks import Layout, Leaf, Node


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS = _words("nav menu dialog search")
_EDGES = _words("header footer aside")
_ROWS = _words("tr tbody thead tfoot")  # "header" and "footer" are parts of a table there
_CELLS = _words("td th")
_WHOLES = _words("main article")
_OF_ITSELF = _TAGS | _EDGES | {"form"}  # what may be frame without a name or role
_NEAR = 20  # leaves on each side that count as beside a note
# Roles, and words that classes and ids are made of. NEVER text; FIRM: frame unless it holds most prose of the page, MOSTLY: unless a
# good part of it, as wrappers named after a part of theirs do; WEAK: unless any.
_NEVER = _words("cookie cookies consent gdpr ccpa onetrust cookiebot cookiebanner cookienotice cookiebar")
_FIRM = _words(
    """newsletter subscribe subscription related recommended recommendations disqus popup overlay lightbox toast
    breadcrumb breadcrumbs crumbs pathway pagination pager paginator share sharing shares sharer social socials addthis sharethis addtoany skip skiplink skiplinks skipnav login
    signin searchbox searchform langswitcher search menubar alertdialog"""
)
_MOSTLY = _words(
    """nav navbar navi navigation topnav sidenav subnav mainnav menu menus submenu megamenu mainmenu topmenu dropdown offcanvas sidebar
    banner modal dialog toolbar contentinfo complementary ticker marquee footer foot bottombar topbar subbar masthead comments commentlist
    respond ribbon gnb lnb snb"""
)
_WEAK = _words(
    """language languages langs lang locale weather meteo pogoda counter counters viewcount hits visitors rating ratings copyright copyrights
    teaser teasers promo accessibility noprint screenreader feedback survey poll advert adverts advertisement advertising ads adsense
    sponsor sponsored"""
)
_NAMES = _NEVER | _FIRM | _MOSTLY | _WEAK
_PAIRS = re.compile(
    r"sr-only|visually-?hidden|screen-?reader|a11y-?hidden|skip-?(?:to|nav|link)|news-?(?:feed|list|ticker)|(?:latest|last)-?news|"
    r"side-?bar|font-?(?:changer|resize)|back-?to-?top|scroll-?top|page-?(?:footer|top|bottom)|site-?(?:header|footer|logo|info)|"
    r"view-?counter|page-?views|hit-?counter|social-?(?:links|media|icons)|share-?(?:links|buttons|bar)|print-?(?:page|button)|tag-?cloud",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"sr-?only|hidden|reader|skip", re.IGNORECASE)
_CONTENT = _words("content main article post entry text body story single page section")
_ENTRY = _words("entry article post story")  # classes of the whole of a text, whatever else is said beside them
_STATES = _words("has is no with without js page body template")  # first words of classes that describe the whole page
_PARTS = _words(
    "footer foot banner teaser teasers promo views rating weather overlay"
)  # cards of content have such parts too
_HEADS = _words("header head top")  # frame where most of it is links
_SPLIT = re.compile(r"[^a-zA-Z]+|(?<=[a-z])(?=[A-Z])")
_CHROME = re.compile(
    r"\s*(?:©|\(c\)\s*(?:copyright\b|\d{4})|copyright\b|all rights reserved|все права|powered by|developed by|designed by|[-+−]?\d+\s*°\s*(?:[cf]\b|$)"
    r"|(?:page )?(?:views?|hits|visits|visitors|просмотр\w*|көрілім\w*|қаралым\w*|переглядів|visitas|vues|aufrufe|lượt xem|浏览|阅读|访问|點閱|点击|閲覧|조회)"
    r"[\w ]{0,12}[:：]?\s*[\d.,  ]+\s*(?:次|회)?\s*$"
    r"|(?:(?:users?|visitors?|guests?|people) )?online(?: now)?\s*[:：]\s*\d+|(?:сейчас )?(?:на сайте|онлайн|посетителей)\s*[:：]?\s*\d+|在线人数\s*[:：]?\s*\d+"
    r"|(?:version|v|build|release|версия)\s*[:.]?\s*\d+(?:\.\d+)+)",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(
    r"(?:[\w.,:/|–—-]+\s+){0,4}(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}[. ]*[^\W\d]{3,12}\.?,? \d{4}|[^\W\d]{3,12}\.? \d{1,2},? \d{4}"
    r"|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]|\d{1,2}:\d{2})(?:[\s,|–—-]+[\w.:]+){0,3}\s*"
)
_SENTENCE_END = re.compile(r"[.!?。！？؟।…:;：；]\s*[\"'»”’)\]）】]*$")
_USES_COOKIES = re.compile(
    r"(?:use[sd]?|using|utilis\w+|verwende\w*|nutz\w+|setzt|emplea|usa(?:mos)?|utiliz\w+|gebrui\w+|bruk\w+|anvend\w+|använd\w+|использу\w+|używa\w*|korzysta|"
    r"využív\w+|použív\w+|kullan\w+|koristi\w*|kasuta\w*|fogyaszt|haszn\w+|folos\w+|χρησιμοπο\w+|使用|利用|사용|تستخدم|نستخدم|accept|akzept|согла)[^.]{0,60}cookie"
    r"|cookies?[^.]{0,60}(?:use[sd]?|verwend\w+|utilis\w+|utiliz\w+|accept|akzept|consent|einverstanden|zustimm\w+|согла\w+)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_DATED = re.compile(r"\d:\d\d|\d{4}|\d[-./]\d\d?[-./]\d")  # what every such line has


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """For each leaf of a layout: why it is frame ("" if it is not), and whether it reads like prose."""

    why: tuple[str, ...]
    prose: tuple[bool, ...]


def traits(layout: Layout) -> Traits:
    """What each leaf of a layout is, before any region is chosen."""
    leaves = layout.leaves
    prose = tuple(map(_is_prose, leaves))
    why = ["form control" if leaf.kind == "control" else "" for leaf in leaves]
    _named_parts(layout, why, prose)
    _dated_lists(layout, why)
    _cookie_lines(layout, why, prose)
    for i, leaf in enumerate(leaves):  # prose is no such line
        if not why[i] and not prose[i] and len(leaf.text) < 200 and _CHROME.match(leaf.text):
            why[i] = "a copyright, version or counter line"
    return Traits(why=tuple(why), prose=prose)


def _named_parts(layout: Layout, why: list[str], prose: Sequence[bool]) -> None:
    """Set aside the containers that their element, role, id or classes name as frame."""
    leaves, nodes = layout.leaves, layout.nodes
    sizes = [len(leaf.text) for leaf in leaves]
    sums = list(accumulate((size if is_prose else 0 for size, is_prose in zip(sizes, prose, strict=True)), initial=0))
    free = list(accumulate((not reason for reason in why), initial=0))
    total, marks = sum(sizes) or 1, Counter[str]()
    first_level = [i for i, leaf in enumerate(leaves) if leaf.level == 1 and not why[i]]
    heading = first_level[0] if len(first_level) == 1 else -1
    in_content = bytearray(len(nodes))
    done = 0  # leaves before this one were set aside with a container that goes on to there, or have been passed
    for index, node in enumerate(nodes):
        tag = node.tag
        if node.parent >= 0 and (in_content[node.parent] or nodes[node.parent].tag in _WHOLES):
            in_content[index] = True
        if not (node.mark or node.role or tag in _OF_ITSELF) or node.last <= done or index == 0:
            continue
        if tag not in _OF_ITSELF and node.links < 5 and not _word(tag, node.role, node.mark):
            continue
        first, last = node.first, min(node.last, len(leaves))
        if first >= last or free[first] == free[last]:
            continue
        words = sums[last] - sums[first]
        titled = first <= heading < last
        if (titled and words >= 80) or (words >= 300 and not _ENTRY.isdisjoint(node.mark.split())):
            continue
        within = in_content[index] or titled or (tag == "aside" and _has_prose_beside(layout, node, prose))
        reason = _reason(node, words, words / (sums[-1] or 1), total, bool(within))
        if reason and node.mark and tag not in _TAGS and _word("div", "", node.mark) in _PARTS:
            marks = marks or Counter(node.mark for node in nodes)
            reason = "" if marks[node.mark] > 3 else reason
        if reason:
            why[first:last] = [given or reason for given in why[first:last]]
            done = last


def _reason(node: Node, prose_chars: int, prose_share: float, total: int, in_content: bool) -> str:
    """Why a container is frame; "" where it is not."""
    word = _word(node.tag, node.role, node.mark)
    head = _is_head(node) and prose_chars < 80
    if not word and not head and node.tag not in _EDGES and node.tag != "form":
        return ""
    if node.tag in ("html", "body", "main", "article", "h1") or node.chars > 0.6 * total:
        return ""
    if head:
        return f"links in {name_of(node)}"
    if (word in _FIRM and prose_share < 0.6) or _UNSEEN.search(word):
        return f"{word} in {name_of(node)}"
    if node.tag == "form" and not word:
        return "a form" if prose_chars < 400 and prose_share < 0.4 and node.chars < 0.4 * total else ""
    if prose_share >= 0.4 and prose_chars >= 200:
        return ""
    if word in _MOSTLY or (word and prose_chars < 80):
        return f"{word} in {name_of(node)}"
    return name_of(node) if node.tag in _EDGES and not word and _is_edge(node, prose_chars, in_content) else ""


def _has_prose_beside(layout: Layout, node: Node, prose: Sequence[bool]) -> bool:
    """Whether paragraphs stand next to a container, or on both sides of the group it is in, as they do to a note in a text."""
    group = layout.nodes[node.parent]
    before, after = _near_prose(layout, node, node.parent, prose)
    if before or after or group.parent < 0:
        return before or after
    return all(_near_prose(layout, group, group.parent, prose))


def _near_prose(layout: Layout, node: Node, above: int, prose: Sequence[bool]) -> tuple[bool, bool]:
    """Whether paragraphs of the container `above` itself stand close before and close after a part of it."""
    around = layout.nodes[above]

    def has_own(leaves: range) -> bool:
        return any(
            prose[i] and above in (layout.leaves[i].node, layout.nodes[layout.leaves[i].node].parent) for i in leaves
        )

    return (
        has_own(range(max(around.first, node.first - _NEAR), node.first)),
        has_own(range(node.last, min(around.last, node.last + _NEAR))),
    )


def _is_head(node: Node) -> bool:
    """Whether a container is named as the page's head and made of links, as a menu without a name of its own is."""
    return (
        node.links >= 5 and node.link_chars > 0.5 * node.chars and not _HEADS.isdisjoint(node.mark.casefold().split())
    )


def _is_edge(node: Node, prose_chars: int, in_content: bool) -> bool:
    """Whether a header, footer or aside is the page's; within its content they often hold content too."""
    few_links = node.link_chars < 0.4 * node.chars
    if node.tag == "header":
        return not few_links or not in_content
    return not (in_content and few_links and (node.tag == "aside" or prose_chars >= 80))


@lru_cache(maxsize=8192)
def _word(tag: str, role: str, mark: str) -> str:
    """The word that names an element as frame; "" where none does."""
    if tag in _TAGS:
        return tag
    if role in _NAMES:
        return role
    if tag in _ROWS:
        return ""
    for token in mark.split():
        parts = [part.lower() for part in _SPLIT.split(token) if part]
        if not parts or parts[0] in _STATES or (tag in _CELLS and "table" in parts):
            continue
        if tag[0] != "h" and not _CONTENT.intersection(parts):
            named = next((part for part in parts if part in _NAMES), "")
            if named:
                return named
        pair = _PAIRS.search(token)
        if pair:
            return pair[0].lower()
    return ""


def _dated_lists(layout: Layout, why: list[str]) -> None:
    """Set aside lists whose items are a date and a link each, as news teasers are, unless hardly anything else is there."""
    leaves = layout.leaves
    dated = [len(leaf.text) < 60 and _is_date_line(leaf.text) for leaf in leaves]
    if sum(dated) < 3:
        return
    linked = [leaf.link_chars > 0.8 * len(leaf.text) for leaf in leaves]
    free = sum(len(leaf.text) for leaf, reason in zip(leaves, why, strict=True) if not reason)
    for node in reversed(layout.nodes):
        if node.last - node.first < 6 or node.links < 3 or node.chars > 20_000 or node.tag in ("body", "html", "main"):
            continue
        span = [i for i in range(node.first, node.last) if not why[i]]
        dates, links = sum(dated[i] for i in span), sum(linked[i] for i in span)
        chars = sum(len(leaves[i].text) for i in span)
        if min(dates, links) >= 3 and dates + links >= 0.85 * len(span) and free - chars > 300:
            for i in span:
                why[i] = f"a list of dated links in {name_of(node)}"
            free -= chars


def _is_date_line(text: str) -> bool:
    return bool(_DIGIT.search(text) and _DATED.search(text) and _DATE_LINE.fullmatch(text))


def _cookie_lines(layout: Layout, why: list[str], prose: Sequence[bool]) -> None:
    """Set aside the few lines of a cookie notice, unless the page's text is about cookies or goes on around them."""
    leaves = layout.leaves
    lines = [i for i, leaf in enumerate(leaves) if not why[i] and ("ookie" in leaf.text or "COOKIE" in leaf.text)]
    if not 0 < len(lines) <= 3:
        return
    sizes = [len(leaf.text) if prose[i] and not why[i] else 0 for i, leaf in enumerate(leaves)]
    for i in lines:
        sizes[i] = 0
    sums = list(accumulate(sizes, initial=0))
    for i in lines:
        text = leaves[i].text
        if len(text) < 700 and _USES_COOKIES.search(text) and not _stands_in_text(layout, i, sums):
            why[i] = "a cookie notice"


def _stands_in_text(layout: Layout, index: int, sums: Sequence[int]) -> bool:
    """Whether a leaf has much prose beside it in the container of its element, or before and after it in one around that."""
    node = layout.nodes[layout.leaves[index].node]
    for step in range(5):
        if node.parent < 0:
            return False
        node = layout.nodes[node.parent]
        before, after = sums[index] - sums[node.first], sums[node.last] - sums[index + 1]
        if (before + after > 1000 and step == 0) or min(before, after) > 200:
            return True
    return False


def _is_prose(leaf: Leaf) -> bool:
    """Whether a leaf reads like text rather than like a label."""
    size = len(leaf.text)
    if size < 8 or leaf.kind == "control" or size - leaf.link_chars < 0.4 * size:
        return False
    if size < 80 and max(leaf.text) >= "\u2e80":  # one of these characters says as much as three letters
        size *= 3
    if size < 25 or (size < 80 and not _SENTENCE_END.search(leaf.text)):
        return False
    return len(leaf.text) >= 200 or not _CHROME.match(leaf.text)


def name_of(node: Node) -> str:
    """A container as people write it: tag and first class or id."""
    first = node.mark.split()[:1]
    return f"<{node.tag}{' ' + first[0][:40] if first else ''}>"
