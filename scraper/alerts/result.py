"""What became of one try to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_LATER = frozenset({408, 425, 429})  # statuses below 500 that may be right another time


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`sent`; `later`: it may be right another time; `never`: this answer will not change. `detail` holds no secret.

    `accepted` are the names of the recipients of a mail that took it while others did not; `wait_s` is how long a service asks to be let alone.
    """

    state: Literal["sent", "later", "never"]
    detail: str = ""
    accepted: tuple[str, ...] = ()
    wait_s: int = 0


SENT = Result(state="sent")


def of_status(status: int) -> Result:
    """The result of an HTTP status. A redirect is not followed: what is sent is for the address that was named.

    >>> of_status(204).state, of_status(503).state, of_status(410)
    ('sent', 'later', Result(state='never', detail='HTTP 410', accepted=(), wait_s=0))
    """
    if 200 <= status < 300:
        return SENT
    return Result(state="later" if status in _LATER or status >= 500 else "never", detail=f"HTTP {status}")
