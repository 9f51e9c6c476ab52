"""From a tree to the page's text: title, blocks in reading order, the page's own stamp line last."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lxml import etree

from archive.model import Block, Document, Rules
from archive.stamps import day_of_today_line, is_age_line, is_label, is_stamp_line
from scraper.blocks import Layout, Leaf, lay_out
from scraper.habits import Place, reads_on
from scraper.markup import PARSER_VERSION
from scraper.memory import Memory, code, coded, codes
from scraper.region import SELECTED, Region, find_region, selected_region, steadied
from scraper.restless import MOST_BLOCKS
from scraper.stamps import Head, page_stamps

VERSION = f"extract 3, {PARSER_VERSION}"
_UNSEEN = re.compile(r"[\s\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]*")
_DATE_LIKE = re.compile(r"\d{4}|\d[./-]\d|年|월")
_WHOLE_DATE = re.compile(  # every date that `archive.stamps` reads has a year and a day near it, or three numbers
    r"\d{5}|\d{4}\D{1,60}\d|\d\D{1,60}\d{4}|[年년]|\d\D?[-./\u0640]\D?\d\d?\D?[-./\u0640]\D?\d\d"
)
_MOST_STAMPS = 4
_MOST_FRAME = 1500
_LONGEST_TITLE = 2000  # characters in which a heading is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """A document, and what of the page is not its text but tells whether this is the page."""

    document: Document
    frame: tuple[str, ...]  # texts outside the document, in reading order
    layout: Layout
    head: Head
    head_title: str
    selected: bool  # the page's `select`, where it has one, matched something
    places: tuple[Place, ...]  # for each block


def extract(
    root: etree._Element,
    head: Head,
    rules: Rules,
    *,
    known: Memory,
    today: date,
    encoding: str,
) -> Extract:
    """The text of a page whose invisible parts have been taken out, looked at on the UTC day `today`."""
    layout = lay_out(root, SELECTED if rules.select else "")
    region = _chosen(layout, rules, known)
    around = [layout.leaves[i] for i in region.frame]
    head_title = _head_title(root)
    title = _title(layout.leaves, region, head_title)
    body, stamps = _split_stamps([leaf for i in region.leaves if _is_seen(leaf := layout.leaves[i])])
    if not stamps:
        stamps = _split_stamps(around)[1][-1:]
    language = rules.language or head.language
    body, clocks = _without_clocks(_without_title(title, body), today, language)
    blocks = _blocks(title, body, stamps)
    created, updated = page_stamps(stamps, head, rules, language, "\n".join(block.text for block in blocks))
    document = Document(
        title=title,
        language=language,
        blocks=blocks,
        created=created,
        updated=updated,
        encoding=encoding,
        region=region.name,
        set_aside=(*region.set_aside, *(f"counted from today: {text}" for text in clocks)),
        visible_sha256=known.visible,
        frame=codes((leaf.text for leaf in around), most=_MOST_FRAME),
        version=VERSION,
    )
    before, after = int(bool(title)), len(blocks) - len(body) - int(bool(title))
    return Extract(
        document=document,
        frame=tuple(leaf.text for leaf in around),
        layout=layout,
        head=head,
        head_title=head_title,
        selected=not rules.select or region.name.startswith("select "),
        places=(Place(),) * before + _places(layout, body) + (Place(),) * after,
    )


def _chosen(layout: Layout, rules: Rules, known: Memory) -> Region:
    """What the page's `select` matches; else, or where it matches nothing, its main content, as it was found before."""
    region = selected_region(layout, rules.select) if rules.select else None
    if region is None:
        region = find_region(layout)
        if known.values:
            region = steadied(region, layout, coded(known.values), coded(known.frame))
    return region


def _is_seen(leaf: Leaf) -> bool:
    """Whether a leaf has a character that shows."""
    return leaf.text[0].isalnum() or not _UNSEEN.fullmatch(leaf.text)


def _places(layout: Layout, body: Sequence[Leaf]) -> tuple[Place, ...]:
    """For each leaf the path to it, and the widget it is part of: the largest container around it without any of the main prose."""
    if len(body) > MOST_BLOCKS:
        return (Place(),) * len(body)
    paths: dict[int, int] = {-1: 1}
    for leaf in body:
        chain = []
        node = leaf.node
        while node not in paths:
            chain.append(node)
            node = layout.nodes[node].parent
        for below in reversed(chain):
            here = layout.nodes[below]
            # not by its class, which may be made anew at every look
            paths[below] = code(f"{paths[here.parent]}/{here.tag}")
    chars: Counter[int] = Counter()
    for leaf in body:
        chars[paths[leaf.node]] += 0 if _is_linked(leaf) else len(leaf.text)
    main = max(chars, key=lambda path: chars[path], default=0)
    prose = [paths[leaf.node] == main and not _is_linked(leaf) and reads_on(leaf.text) for leaf in body]
    widgets = _widgets(layout, [leaf.node for leaf, is_prose in zip(body, prose, strict=True) if is_prose])
    named: dict[int, int] = {}
    counts: Counter[int] = Counter()
    places: list[Place] = []
    before = -1
    for leaf, is_prose in zip(body, prose, strict=True):
        widget = -1 if is_prose else widgets[leaf.node]
        if not is_prose and (widget < 0 or layout.nodes[widget].last - layout.nodes[widget].first == 1):
            widget = layout.nodes[widget].parent if widget >= 0 else leaf.node  # it goes with those beside it
            if widget != before:
                named.pop(widget, None)
        if widget >= 0 and widget not in named:
            counts[paths[widget]] += 1
            named[widget] = code(f"{paths[widget]} {counts[paths[widget]]}")
        before = widget
        name = named.get(widget, 0)
        places.append(Place(path=paths[leaf.node], widget=name, prose=is_prose, linked=_is_linked(leaf)))
    return tuple(places)


def _is_linked(leaf: Leaf) -> bool:
    return leaf.link_chars > 0.8 * len(leaf.text)


def _widgets(layout: Layout, prose: Sequence[int]) -> list[int]:
    """For each node the outermost one around it that holds none of the prose; -1 where it holds some itself."""
    holds = bytearray(len(layout.nodes))
    for node in prose:
        holds[node] = 1
    for i in range(len(holds) - 1, 0, -1):
        holds[layout.nodes[i].parent] |= holds[i]
    widgets: list[int] = []
    for i, here in enumerate(layout.nodes):
        above = widgets[here.parent] if here.parent >= 0 else -1
        widgets.append(-1 if holds[i] else above if above >= 0 else i)
    return widgets


def _head_title(root: etree._Element) -> str:
    for element in root.iter("title"):
        title = " ".join("".join(element.itertext()).split())
        if title:
            return title
    return ""


def _title(leaves: Sequence[Leaf], region: Region, head_title: str) -> str:
    """The heading that the document's own title names; else the only first-level heading; else that title."""
    folded = _fold(head_title[:_LONGEST_TITLE])
    inside = [leaves[i] for i in region.leaves if leaves[i].kind == "heading"]
    anywhere = [leaf for leaf in leaves if leaf.kind == "heading"]
    for leaf in (*inside, *anywhere):
        if len(leaf.text) >= 3 and _fold(leaf.text) and _fold(leaf.text) in folded:
            return leaf.text
    first = [leaf for leaf in inside if leaf.level == 1]
    if len(first) == 1:
        return first[0].text
    return head_title or (inside[0].text if inside else "")


def _fold(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _split_stamps(leaves: Sequence[Leaf]) -> tuple[list[Leaf], list[str]]:
    """The leaves without the page's own stamp lines, and those lines; many of them are items' dates, and stay."""
    body: list[Leaf] = []
    stamps: list[str] = []
    skip = False
    for leaf, following in zip(leaves, [*leaves[1:], None], strict=True) if leaves else ():
        if skip:
            skip = False
        elif _may_be_stamp(leaf.text) and is_stamp_line(leaf.text):
            stamps.append(leaf.text)
        elif (
            following is not None
            and len(following.text) < 60
            and _may_be_stamp(following.text)
            and is_label(leaf.text)
            and is_stamp_line(f"{leaf.text.rstrip(':： ')}: {following.text}")
        ):
            stamps.append(f"{leaf.text} {following.text}")
            skip = True
        else:
            body.append(leaf)
    if len(stamps) > _MOST_STAMPS:
        return list(leaves), []
    return body, stamps


def _may_be_stamp(text: str) -> bool:
    return len(text) < 300 and _DATE_LIKE.search(text) is not None and _WHOLE_DATE.search(text) is not None


def _without_title(title: str, body: Sequence[Leaf]) -> list[Leaf]:
    """The leaves without form controls, and without leading headings that repeat the title."""
    folded = _fold(title)
    text = [leaf for leaf in body if leaf.kind != "control"]
    while text and folded and text[0].kind == "heading" and _fold(text[0].text) == folded:
        del text[0]
    return text


def _without_clocks(body: Sequence[Leaf], today: date, language: str) -> tuple[list[Leaf], list[str]]:
    """The leaves without lines that show the day of the look (in whatever zone) or an age counted from it, and those lines."""
    kept: list[Leaf] = []
    clocks: list[str] = []
    for leaf in body:
        day = day_of_today_line(leaf.text, language) if len(leaf.text) <= 80 and _may_be_stamp(leaf.text) else None
        if (day is not None and abs(day - today) <= timedelta(days=1)) or is_age_line(leaf.text):
            clocks.append(leaf.text)
        else:
            kept.append(leaf)
    return kept, clocks


def _blocks(title: str, body: Sequence[Leaf], stamps: Sequence[str]) -> tuple[Block, ...]:
    blocks = [Block(kind="title", text=title)] if title else []
    blocks += [Block(kind=leaf.kind, text=leaf.text) for leaf in body]
    blocks += [Block(kind="stamp", text=text) for text in dict.fromkeys(stamps)]
    return tuple(blocks)
