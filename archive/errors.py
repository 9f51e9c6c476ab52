"""Every error that a user can meet: one sentence that names the thing, what is wrong, and the next step.

Subclasses take values and write their own sentence, so that no caller composes messages. `exit_code` is what the
command line exits with (README, "Exit codes"). Anything that is not a `VariorumError` is a bug and shows a traceback.
"""

from __future__ import annotations


class VariorumError(Exception):
    """An error with one clear sentence for the person at the terminal."""

    exit_code = 1


class UsageError(VariorumError):
    """The command was called with something that can't be."""

    exit_code = 2


class NotInArchive(VariorumError):
    """A page, revision or observation that this archive does not hold."""

    exit_code = 4
