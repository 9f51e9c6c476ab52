"""How long a page has been ill, and which of that is worth telling: one pure step a look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Ill = Literal["held", "gone", "failing"]
FAILING_AFTER = 3  # failed or refused looks in one spell of illness before a page counts as failing
_CLASS: dict[str, Ill] = {"held": "held", "gone": "gone", "failed": "failing", "refused": "failing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A spell of illness: it begins with a look that is not accepted and ends with one that is."""

    since: str = ""  # of its first look; empty: the page is well
    since_seq: int = 0
    held: int = 0
    gone: int = 0
    failing: int = 0

    @property
    def told(self) -> bool:
        """Whether any event came of it."""
        return bool(self.held or self.gone or self.failing >= FAILING_AFTER)

    @property
    def lasted(self) -> bool:
        """Whether more than one look saw the same trouble."""
        return self.held > 1 or self.gone > 1 or self.failing >= FAILING_AFTER


def after_look(condition: Condition, outcome: str, *, at: str, seq: int) -> tuple[Condition, Ill | None]:
    """The condition after a look, and the trouble that this look makes worth telling: each kind once a spell.

    >>> after_look(Condition(), "gone", at="2014-05-04T10:00:00Z", seq=7)[1]
    'gone'
    """
    ill = _CLASS.get(outcome)
    if ill is None:
        return Condition(), None
    begun = condition if condition.since else Condition(since=at, since_seq=seq)
    count = getattr(begun, ill) + 1
    first = count == (FAILING_AFTER if ill == "failing" else 1)
    return replace(begun, **{ill: count}), ill if first else None
