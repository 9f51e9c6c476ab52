"""Why a look brought nothing usable: raised inside a fetch, recorded at its door, never seen by callers."""

from __future__ import annotations


class Fault(Exception):
    """A reason code of the closed table in `archive.model`, and a detail in words."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class Unanswered(Fault):
    """The connection ended before a single byte of an answer: on a reused connection worth asking once more."""

    def __init__(self, detail: str) -> None:
        super().__init__("connection", detail)


class Forbidden(Fault):
    """An address that may not be asked."""

    def __init__(self, detail: str) -> None:
        super().__init__("forbidden_target", detail)


class BadTarget(Fault):
    """A text that is no usable web address."""

    def __init__(self, detail: str) -> None:
        super().__init__("redirect", detail)
