"""A tree laid out as a reader meets it: leaves of text in reading order, inside the containers they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

BLOCK_TAGS = frozenset(
    re.findall(
        r"\S+",
        """address article aside blockquote body button center caption dd details dialog dir div dl dt fieldset
        figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html li legend main menu nav ol
        optgroup option p pre section select summary table tbody td tfoot th thead tr ul head title textarea noframes
        search""",
    )
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MOST_CELLS = 60  # of a row that is read as one
_MOST_INSIDE = 1000  # containers in such a row
_NOT_PROSE = frozenset({"button", "select", "option", "textarea", "optgroup", "title", "head"})


@dataclass(slots=True)  # by position, as the next: a page has thousands, and names would double what making one costs
class Node:
    """A container: an element that makes blocks, with what its part of the tree holds in all."""

    tag: str
    parent: int
    depth: int
    mark: str  # its role, id and classes, as written
    role: str
    first: int  # leaves from first to last - 1 stand in it
    last: int = 0
    chars: int = 0
    link_chars: int = 0
    links: int = 0
    selected: bool = False


@dataclass(slots=True)
class Leaf:
    """A run of text between two borders: its innermost container, its kind, how much of it is link text."""

    text: str
    node: int
    kind: str  # heading, paragraph, list_item, table_row, control
    link_chars: int = 0
    level: int = 0  # of a heading


@dataclass(slots=True, kw_only=True)
class Layout:
    """A page as nodes (parents before children) and leaves in reading order."""

    nodes: list[Node]
    leaves: list[Leaf]


class _Walk:
    """One pass over a tree; no recursion, so that depth costs nothing."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.leaves: list[Leaf] = []
        self.open: list[int] = []
        self.pieces: list[str] = []
        self.in_link = 0
        self.link_pieces = 0
        self.item: list[bool] = []  # for each open list item: whether its first leaf is still to come

    def enter(self, element: etree._Element, tag: str) -> None:
        if self.pieces:
            self.flush()
        get, above = element.get, self.open
        ident, classes = get("id"), get("class")
        mark = f"{ident} {classes}" if ident and classes else ident or classes or ""
        node = Node(tag, above[-1] if above else -1, len(above), mark, get("role") or "", len(self.leaves))
        above.append(len(self.nodes))
        self.nodes.append(node)
        if tag == "li":
            self.item.append(True)

    def leave(self, tag: str) -> None:
        if self.pieces:
            self.flush()
        index = self.open.pop()
        node = self.nodes[index]
        node.last = len(self.leaves)
        if tag == "tr":
            self.join_row(node, index)
        elif tag == "li" and self.item:
            self.item.pop()
        if node.parent >= 0 and (node.chars or node.links):
            above = self.nodes[node.parent]
            above.chars += node.chars
            above.link_chars += node.link_chars
            above.links += node.links

    def turn(self, links: int) -> None:
        """A link begins (1) or ends (-1)."""
        self.in_link += links
        if links > 0 and self.open:
            self.nodes[self.open[-1]].links += 1

    def flush(self) -> None:
        text = " ".join("".join(self.pieces).split())
        self.pieces.clear()
        linked, self.link_pieces = self.link_pieces, 0
        if not text or not self.open:
            return
        index = self.open[-1]
        node = self.nodes[index]
        size = len(text)
        node.chars += size
        if linked:
            linked = min(linked, size)
            node.link_chars += linked
        kind, level = self.kind_of(node)
        self.leaves.append(Leaf(text, index, kind, linked, level))

    def kind_of(self, node: Node) -> tuple[str, int]:
        tag = node.tag
        if tag in _HEADINGS:
            return "heading", int(tag[1])
        if node.role == "heading":
            return "heading", 2
        if tag in _NOT_PROSE:
            return "control", 0
        if self.item and self.item[-1]:
            self.item[-1] = False
            return "list_item", 0
        return "paragraph", 0

    def join_row(self, row: Node, index: int) -> None:
        """Make one leaf of a table row whose cells hold one leaf each at most."""
        if not 2 <= len(self.leaves) - row.first <= _MOST_CELLS or len(self.nodes) - index > _MOST_INSIDE:
            return
        leaves = self.leaves[row.first :]
        if len({leaf.node for leaf in leaves}) < len(leaves):
            return
        cells = {self.cell_of(leaf.node, index) for leaf in leaves}
        if len(cells) < len(leaves):
            return
        text = " ".join(leaf.text for leaf in leaves)
        self.leaves[row.first :] = [Leaf(text, index, "table_row", sum(leaf.link_chars for leaf in leaves))]
        row.last = len(self.leaves)
        for node in self.nodes[index + 1 :]:  # what stood in the cells stands in the row now
            node.first = node.last = row.first

    def cell_of(self, index: int, row: int) -> int:
        while self.nodes[index].parent != row and self.nodes[index].parent >= 0:
            index = self.nodes[index].parent
        return index


def lay_out(root: etree._Element, mark: str = "") -> Layout:
    """The layout of a tree whose invisible parts have been taken out; elements with the attribute `mark` are containers too."""
    walk = _Walk()
    pieces, enter, leave = walk.pieces, walk.enter, walk.leave
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag, starts = element.tag, event == "start"
        if tag in BLOCK_TAGS or (mark and element.get(mark) is not None):
            if starts:
                enter(element, tag)
                walk.nodes[-1].selected = mark != "" and element.get(mark) is not None
            else:
                leave(tag)
        elif tag == "a":
            if element.get("href") is not None:
                walk.turn(1 if starts else -1)
        elif tag == "br" and starts:
            walk.flush()
        text = element.text if starts else element.tail
        if text and (pieces or not text.isspace()):
            pieces.append(text)
            if walk.in_link:
                walk.link_pieces += len(text.strip())
    walk.flush()
    return Layout(nodes=walk.nodes, leaves=walk.leaves)
