"""From an alignment to operations that cover both texts exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archive.diff.align import Alignment, Link
from archive.diff.wording import Piece, changed_hunks, pieces, pieces_of

Kind = Literal["equal", "delete", "insert", "move"]


@dataclass(frozen=True, slots=True)
class Op:
    """One stretch of both texts: `equal` and `move` have the same text on both sides, the others an empty side."""

    op: Kind
    old: tuple[int, int]
    new: tuple[int, int]


def link_pieces(aligned: Alignment, link: Link) -> list[Piece]:
    """The kept and changed pieces of one link."""
    a, b = aligned.old_spans[link.old[0]][0], aligned.old_spans[link.old[1] - 1][1]
    c, d = aligned.new_spans[link.new[0]][0], aligned.new_spans[link.new[1] - 1][1]
    old, new = aligned.old, aligned.new
    was, now = aligned.old_tokens.get(link.old[0]), aligned.new_tokens.get(link.new[0])
    single = link.old[1] - link.old[0] == 1 and link.new[1] - link.new[0] == 1
    if single and was is not None and now is not None:  # cut already, and numbered together
        return pieces_of(old, a, b, new, c, d, was, now, changed_hunks(was, now))
    return pieces(old, a, b, new, c, d, plain=aligned.plain)


def assemble(aligned: Alignment, linked: list[list[Piece]]) -> list[Op]:
    """The operations in reading order; `linked` holds the pieces of each link."""
    return _Assembly(aligned, linked).run()


class _Assembly:
    def __init__(self, aligned: Alignment, linked: list[list[Piece]]) -> None:
        self.aligned = aligned
        self.linked = linked
        self.ops: list[Op] = []
        self.by_new = {link.new[0]: index for index, link in enumerate(aligned.links)}
        self.moved_old = sorted(
            (link.old[0], link.old[1], index) for index, link in enumerate(aligned.links) if link.moved
        )
        self.next_moved = 0

    def run(self) -> list[Op]:
        aligned = self.aligned
        at_old = at_new = 0  # offsets
        passage_old = passage_new = 0
        for index, link in enumerate(aligned.links):
            if link.moved:
                continue
            start_old, start_new = aligned.old_spans[link.old[0]][0], aligned.new_spans[link.new[0]][0]
            self._gap(at_old, start_old, passage_old, link.old[0], at_new, start_new, passage_new, link.new[0])
            for piece in self.linked[index]:
                self._piece(piece, "equal")
            passage_old, passage_new = link.old[1], link.new[1]
            at_old, at_new = aligned.old_spans[passage_old - 1][1], aligned.new_spans[passage_new - 1][1]
        size_old, size_new = len(aligned.old_spans), len(aligned.new_spans)
        self._gap(at_old, len(aligned.old), passage_old, size_old, at_new, len(aligned.new), passage_new, size_new)
        return self.ops

    def _piece(self, piece: Piece, kept: Kind) -> None:
        same, a, b, c, d = piece
        if same:
            self._add(kept, a, b, c, d)
            return
        self._add("delete", a, b, c, c)
        self._add("insert", b, b, c, d)

    def _add(self, op: Kind, a: int, b: int, c: int, d: int) -> None:
        if a == b and c == d:
            return
        last = self.ops[-1] if self.ops else None
        if last is not None and last.op == op:
            touches_old = last.old[1] == a or op == "insert"
            touches_new = last.new[1] == c or op == "delete"
            if touches_old and touches_new:
                start_old = last.old[0] if op != "insert" else b
                self.ops[-1] = Op(op, (start_old, b), (last.new[0] if op != "delete" else c, d))
                return
        self.ops.append(Op(op, (a, b), (c, d)))

    def _gap(
        self, a: int, b: int, passage_a: int, passage_b: int, c: int, d: int, passage_c: int, passage_d: int
    ) -> None:
        """What stands between two links that stay: white space, passages gone and come, ends of moves."""
        old, new = self.aligned.old, self.aligned.new
        if passage_a == passage_b and passage_c == passage_d:
            self._white(a, b, c, d)
            return
        first_old = self.aligned.old_spans[passage_a][0] if passage_a < passage_b else b
        first_new = self.aligned.new_spans[passage_c][0] if passage_c < passage_d else d
        head = first_old - a if old[a:first_old] == new[c:first_new] else 0
        last_old = self.aligned.old_spans[passage_b - 1][1] if passage_a < passage_b else a + head
        last_new = self.aligned.new_spans[passage_d - 1][1] if passage_c < passage_d else c + head
        tail = b - last_old if old[last_old:b] == new[last_new:d] else 0
        self._add("equal", a, a + head, c, c + head)
        self._old_side(a + head, b - tail, passage_b, c + head)
        self._new_side(c + head, d - tail, passage_c, passage_d, b - tail)
        self._add("equal", b - tail, b, d - tail, d)

    def _white(self, a: int, b: int, c: int, d: int) -> None:
        old, new = self.aligned.old, self.aligned.new
        if old[a:b] == new[c:d]:
            self._add("equal", a, b, c, d)
        else:
            self._piece((False, a, b, c, d), "equal")

    def _old_side(self, a: int, b: int, passage_end: int, at_new: int) -> None:
        """Deletes old[a:b] but for what moved away from there."""
        while self.next_moved < len(self.moved_old) and self.moved_old[self.next_moved][0] < passage_end:
            first, last, index = self.moved_old[self.next_moved]
            start, end = self.aligned.old_spans[first][0], self.aligned.old_spans[last - 1][1]
            self._add("delete", a, start, at_new, at_new)
            a = end
            self.next_moved += 1
            follower = self.moved_old[self.next_moved] if self.next_moved < len(self.moved_old) else None
            if follower is not None and self._runs_on(index, follower[2]):
                a = self.aligned.old_spans[follower[0]][0]
        self._add("delete", a, b, at_new, at_new)

    def _runs_on(self, index: int, follower: int) -> bool:
        """Whether two moved links are neighbours in both texts, with the same white space between them."""
        links, aligned = self.aligned.links, self.aligned
        one, two = links[index], links[follower]
        if not (one.moved and two.moved and one.old[1] == two.old[0] and one.new[1] == two.new[0]):
            return False
        between_old = aligned.old[aligned.old_spans[one.old[1] - 1][1] : aligned.old_spans[two.old[0]][0]]
        between_new = aligned.new[aligned.new_spans[one.new[1] - 1][1] : aligned.new_spans[two.new[0]][0]]
        return between_old == between_new

    def _new_side(self, c: int, d: int, passage_c: int, passage_d: int, at_old: int) -> None:
        """Inserts new[c:d] but for what moved there, which is shown in its new place with what was changed in it."""
        passage = passage_c
        while passage < passage_d:
            index = self.by_new.get(passage)
            if index is None:
                passage += 1
                continue
            link = self.aligned.links[index]
            start, end = self.aligned.new_spans[link.new[0]][0], self.aligned.new_spans[link.new[1] - 1][1]
            self._add("insert", at_old, at_old, c, start)
            for piece in self.linked[index]:
                self._piece(piece, "move")
            c, passage = end, link.new[1]
            follower = self.by_new.get(passage) if passage < passage_d else None
            if follower is not None and self._runs_on(index, follower):
                after_old = self.aligned.old_spans[link.old[1] - 1][1]
                start_old = self.aligned.old_spans[self.aligned.links[follower].old[0]][0]
                start_new = self.aligned.new_spans[self.aligned.links[follower].new[0]][0]
                self._add("move", after_old, start_old, c, start_new)
                c = start_new
        self._add("insert", at_old, at_old, c, d)
