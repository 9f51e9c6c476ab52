"""Every error that a user can meet: one sentence that names the thing, what is wrong, and the next step.

Subclasses take values and write their own sentence, so that no caller composes messages. `exit_code` is what the
command line exits with (README, "Exit codes"). Anything that is not a `VariorumError` is a bug and shows a traceback.
"""

from __future__ import annotations

import sqlite3


class VariorumError(Exception):
    """An error with one clear sentence for the person at the terminal."""

    exit_code = 1


class UsageError(VariorumError):
    """The command was called with something that can't be."""

    exit_code = 2


class NotInArchive(VariorumError):
    """A page, revision or observation that this archive does not hold."""

    exit_code = 4


class Damaged(VariorumError):
    """Something stored is not what was stored."""

    exit_code = 9

    def __init__(self, what: str, how: str) -> None:
        self.what, self.how = what, how
        super().__init__(f"Damage in the archive: {what}: {how}. Restore it from a backup, or see docs/evidence.md.")


class Redacted(NotInArchive):
    """A body that was taken down."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            f"The body {sha256} was redacted: its bytes are gone, its digest and its entries stay. Why, says: variorum verify"
        )


class HomeUnusable(VariorumError):
    """The home folder, or the database in it, can't be used as asked."""

    def __init__(self, path: object, why: str, mend: str) -> None:
        super().__init__(f"{path} {why}. {mend}")


class NotOurDatabase(VariorumError):
    """A file at the archive's place that this program did not make."""

    def __init__(self, path: object) -> None:
        super().__init__(
            f"{path} is not a variorum archive. Nothing was changed. Choose another home with --home, or move that file away."
        )


class NewerArchive(VariorumError):
    """A database made by a later version of this program."""

    def __init__(self, path: object, steps: list[str]) -> None:
        super().__init__(
            f"{path} was made by a newer variorum (it has {', '.join(steps)}). Nothing was changed. Upgrade variorum to use it."
        )


class OlderArchive(VariorumError):
    """A database that lacks what this version reads."""

    def __init__(self, path: object) -> None:
        super().__init__(
            f"{path} is as an earlier variorum left it. The next command that writes brings it up to date: variorum check"
        )


class HomeLocked(VariorumError):
    """Another process of ours is writing to this home."""

    def __init__(self, home: object, holder: str) -> None:
        super().__init__(
            f"{home} is in use by {holder}. One process writes to a home at a time: stop that one, or wait for it to end."
        )


class StoreFailed(VariorumError):
    """The disk or the database refused a write; nothing of that look was stored."""

    def __init__(self, path: object, error: object) -> None:
        self.why = str(error)
        super().__init__(
            f"{path} could not be written ({error}). What was reported before is safe. Free space or mend the disk."
        )


class NoPage(NotInArchive):
    """No page by that slug."""

    def __init__(self, slug: str, near: str | None = None) -> None:
        hint = f" Did you mean {near}?" if near else " List them with: variorum pages"
        super().__init__(f"No page {slug} in this archive.{hint}")


class SlugsOfOnePage(VariorumError):
    """Two pages of the watch list by slugs that are of one page in the archive."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(
            f"The slugs {one} and {other} belong to one page of this archive, which was renamed. Give the new page another slug."
        )


DatabaseError = sqlite3.DatabaseError  # what SQLite raises, for who tells of it
_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_DISK = ("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_BUSY")


def of_database(path: object, error: DatabaseError) -> VariorumError | None:
    """What SQLite says of the file or of its disk, as an error of ours; None where it is a bug."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(_DAMAGE):
        return Damaged(str(path), f"it can't be read ({error})")
    if name.startswith(_DISK):
        return HomeUnusable(path, f"can't be read or written ({error})", "Free space, or mend the disk.")
    return None
