"""Which part of a page is its text: one rule for every site, so that it finds the same region in the next revision.

What only frames the page is set aside first (`frame.py`). A selector, where there is one, is obeyed. Else the page's own
main part counts, where it declares one, and within it the smallest container that holds all remaining prose. Nothing that
reads like prose is left out because of where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import accumulate

from scraper.blocks import Layout, Node
from scraper.frame import Traits, traits
from scraper.memory import code

SELECTED = "data-variorum-selected"  # marks the elements that a page's `select` matched
_ENOUGH = 400  # characters of prose beside which a list of links is a menu
_ENOUGH_IN_CELL = 120  # the same where they stand in different cells of a table that lays out the page
_LAYS_OUT = frozenset({"table", "tbody", "tr"})
_NOT_A_REGION = frozenset(
    {"p", "ul", "ol", "li", "table", "tbody", "tr", "td", "dl", "dd", "blockquote", "pre", "h1", "h2", "h3"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The chosen part: its leaves by index, the others, where it is, and why parts of the page were set aside."""

    leaves: tuple[int, ...]
    frame: tuple[int, ...]
    name: str
    set_aside: tuple[str, ...]


def find_region(layout: Layout) -> Region:
    """The main content of a layout; with no leaf at all, an empty region."""
    seen = traits(layout)
    kept = [i for i, why in enumerate(seen.why) if not why]
    if sum(len(layout.leaves[i].text) for i in kept) < 40:
        seen = _only_sure(layout, seen)
        kept = [i for i, why in enumerate(seen.why) if not why]
    root = _landmark(layout, seen)
    inside = _within(layout, root, kept)
    if not inside:
        root, inside = 0, kept
    root = _descend(layout, root, inside, seen)
    inside, why = _within(layout, root, inside), list(seen.why)
    for i in _loose_links(layout, root, inside, seen):
        why[i] = "links outside the main part"
    return _region(layout, [i for i in inside if not why[i]], _path(layout, root), tuple(why))


def _only_sure(layout: Layout, seen: Traits) -> Traits:
    """Where nearly everything was set aside though there is prose: a page whose wrappers are named after their parts."""
    prose = sum(len(leaf.text) for leaf, is_prose in zip(layout.leaves, seen.prose, strict=True) if is_prose)
    if prose < 300:
        return seen
    kept = tuple(
        why
        if why.startswith(("form", "cookie", "a cookie", "a copyright", "nav ", "<footer")) or leaf.link_chars
        else ""
        for leaf, why in zip(layout.leaves, seen.why, strict=True)
    )
    return Traits(why=kept, prose=seen.prose)


def steadied(region: Region, layout: Layout, text: Set[int], frame: Set[int]) -> Region:
    """The region as chosen before, where what was text or frame then has changed sides in numbers: no edit does that.

    `text` and `frame` are the codes of the blocks of the latest look and of what stood around them.
    """
    codes = [code(leaf.text) for leaf in layout.leaves]
    entered = [i for i in region.leaves if codes[i] not in text]
    strayed = [i for i in entered if codes[i] in frame]
    if len(strayed) < 3 or 5 * len(strayed) < 3 * len(entered):
        strayed = [i for i in strayed if 2 * layout.leaves[i].link_chars >= len(layout.leaves[i].text)]
    lost = [
        i for i in region.frame if codes[i] in text and codes[i] not in frame and layout.leaves[i].kind != "control"
    ]
    if len(lost) < 2:
        lost = []
    if not strayed and not lost:
        return region
    inside = sorted((set(region.leaves) - set(strayed)) | set(lost))
    chosen = set(inside)
    around = tuple(i for i in range(len(layout.leaves)) if i not in chosen)
    return Region(leaves=tuple(inside), frame=around, name=region.name, set_aside=region.set_aside)


def selected_region(layout: Layout, select: str) -> Region | None:
    """The leaves inside elements that a selector matched, form controls apart; None where it matched nothing."""
    marked = [node for node in layout.nodes if node.selected]
    if not marked:
        return None
    inside = sorted({i for node in marked for i in range(node.first, node.last) if layout.leaves[i].kind != "control"})
    return _region(layout, inside, f"select {select}", ("",) * len(layout.leaves))


def _region(layout: Layout, inside: list[int], name: str, why: tuple[str, ...]) -> Region:
    chosen = set(inside)
    frame = tuple(i for i in range(len(layout.leaves)) if i not in chosen)
    reasons = tuple(dict.fromkeys(why[i] for i in frame if why[i]))
    return Region(leaves=tuple(inside), frame=frame, name=name, set_aside=reasons)


def _within(layout: Layout, root: int, leaves: list[int]) -> list[int]:
    if not layout.nodes:
        return []
    node = layout.nodes[root]
    return [i for i in leaves if node.first <= i < node.last]


def _landmark(layout: Layout, seen: Traits) -> int:
    """The page's own declared main part, where exactly one holds text and most prose; an article only if it holds all; else the whole."""
    prose = [i for i, is_prose in enumerate(seen.prose) if is_prose and not seen.why[i]]
    mains = _outermost(layout, [i for i, node in enumerate(layout.nodes) if node.tag == "main" or node.role == "main"])
    holding = [i for i in mains if not all(seen.why[layout.nodes[i].first : layout.nodes[i].last])]
    if len(holding) == 1:
        node = layout.nodes[holding[0]]
        within = sum(1 for i in prose if node.first <= i < node.last)
        if 2 * within >= len(prose) or len(prose) < 3:
            return _with_heading(layout, seen, holding[0])
    for i in _outermost(layout, [i for i, node in enumerate(layout.nodes) if node.tag == "article"]):
        node = layout.nodes[i]
        if prose and node.first <= prose[0] and prose[-1] < node.last:
            return i
    return 0


def _with_heading(layout: Layout, seen: Traits, index: int) -> int:
    """The container that holds a main part and the page's first-level heading with prose before it, where they stand apart."""
    node = layout.nodes[index]
    before = [i for i in range(node.first) if not seen.why[i]]
    heading = next((i for i in before if layout.leaves[i].level == 1), None)
    if heading is None or not any(seen.prose[i] for i in before if i > heading):
        return index
    while index > 0 and not layout.nodes[index].first <= heading:
        index = layout.nodes[index].parent
    return index


def _outermost(layout: Layout, indexes: list[int]) -> list[int]:
    """Of containers in document order, those in none of the others."""
    outer: list[int] = []
    for i in indexes:
        if not outer or not _is_inside(layout, i, outer[-1]):
            outer.append(i)
    return outer


def _is_inside(layout: Layout, index: int, other: int) -> bool:
    node, around = layout.nodes[index], layout.nodes[other]
    return other < index and around.depth < node.depth and around.first <= node.first and node.last <= around.last


def _descend(layout: Layout, root: int, inside: list[int], seen: Traits) -> int:
    """The smallest container within `root` that holds all prose; all that is no link where hardly any is prose; else everything."""
    leaves = layout.leaves
    enough = 0.3 * sum(len(leaves[i].text) for i in inside)
    wanted = [i for i in inside if seen.prose[i]]
    if sum(len(leaves[i].text) for i in wanted) < enough:
        wanted = [i for i in inside if leaves[i].link_chars < 0.5 * len(leaves[i].text)]
    if sum(len(leaves[i].text) for i in wanted) < enough:
        wanted = inside
    if not wanted:
        return root
    first, last, best = wanted[0], wanted[-1], root
    for index in range(root + 1, len(layout.nodes)):
        node = layout.nodes[index]
        if node.first > first:
            break
        if last < node.last and _is_inside(layout, index, best):
            best = index
    while best > root and layout.nodes[best].tag in _NOT_A_REGION:
        best = layout.nodes[best].parent
    return best


def _loose_links(layout: Layout, root: int, inside: list[int], seen: Traits) -> list[int]:
    """Leaves of link lists in other branches of the region than the one that holds most of its prose: menus without a name."""
    sizes = [0] * len(layout.leaves)
    for i in inside:
        sizes[i] = len(layout.leaves[i].text) if seen.prose[i] else 0
    sums = list(accumulate(sizes, initial=0))
    if not layout.nodes or layout.nodes[root].tag == "main" or sums[-1] < _ENOUGH_IN_CELL:
        return []
    best = _fullest(layout, root, sums)
    if best is None or (best.tag != "td" and sums[-1] < _ENOUGH):
        return []
    loose = bytearray(len(sizes))
    for node in layout.nodes:
        apart = node.last <= best.first or node.first >= best.last
        if apart and node.depth > layout.nodes[root].depth and node.links >= 3 and node.link_chars >= 0.8 * node.chars:
            loose[node.first : node.last] = b"\1" * (node.last - node.first)
    return [i for i in inside if loose[i] and not seen.prose[i]]


def _fullest(layout: Layout, root: int, sums: Sequence[int]) -> Node | None:
    """The branch that holds most of the prose; of tables that only lay out a page, the cell."""
    parts: dict[int, list[int]] = {}
    for index, node in enumerate(layout.nodes):
        parts.setdefault(node.parent, []).append(index)

    def best_part(index: int) -> int:
        best = max(
            parts.get(index, ()), key=lambda i: sums[layout.nodes[i].last] - sums[layout.nodes[i].first], default=-1
        )
        node = layout.nodes[best]
        return best if best >= 0 and sums[node.last] - sums[node.first] >= 0.75 * sums[-1] else -1

    found = best_part(root)
    while found >= 0:
        inner = best_part(found)
        if inner < 0 or not {layout.nodes[found].tag, layout.nodes[inner].tag} & _LAYS_OUT:
            return layout.nodes[found]
        found = inner
    return None


def _path(layout: Layout, index: int) -> str:
    """Where a container stands: tags with ids or first classes, outermost first."""
    parts: list[str] = []
    while layout.nodes and index >= 0 and len(parts) < 4:
        node = layout.nodes[index]
        parts.append(".".join((node.tag, *(word[:40] for word in node.mark.split()[:1]))))
        index = node.parent
    return " > ".join(reversed(parts))
