"""Anchoring: giving checkpoints of the log to the places that the watch list names, while the rounds go on.

A place that fails or hangs holds up no look and fails no command: what came of it is noted, `status` says it, and it is
tried again later and later.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from archive import anchors
from archive.anchors import Stamped
from archive.checkpoints import NoKey, signing_key
from archive.errors import Damaged, HomeUnusable, StoreFailed, VariorumError
from archive.files import write_whole
from archive.model import parse_utc
from archive.notes import parse_checkpoint, parse_note
from archive.opening import DATABASE
from archive.posting import Postbox
from archive.time_stamps import (
    MOST_BYTES,
    StampingUnavailable,
    TimeStampWrong,
    open_time_stamp,
    query,
    read_roots,
    require_now,
)
from scraper import clock
from scraper.fetch import FetchLimits
from scraper.politeness import user_agent_text
from scraper.post import Poster, PostFailed
from scraper.terminal import say
from scraper.watchlist import WatchList
from scraper.watchlist_anchor import AnchorSettings

TICK_S = 60.0  # between two looks at what is due, while nothing is recorded
COMMAND_S = 60.0
LOOK_S = 0.25  # how soon it is noticed that the service ends
GRACE_S = 3.0  # for what is under way when the service ends
_LONGEST_ERROR = 300


class NotAnchored(VariorumError):
    """Why a place did not get a checkpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A checkpoint to be given to a place."""

    size: int
    note: str
    stamped: Stamped | None  # its time stamp, if it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place, and how it is given a checkpoint: that returns a time stamp where it makes one, or raises NotAnchored."""

    name: str
    give: Callable[[Given], Stamped | None]


class Anchoring:
    """The places of one watch list. `close` ends what is under way."""

    def __init__(self, home: Path, watch_list: WatchList) -> None:
        assert watch_list.anchor is not None
        self._home = home
        self._settings: AnchorSettings = watch_list.anchor
        self._poster = Poster(_limits(watch_list)) if self._settings.authority else None
        self._closed = threading.Event()

    def close(self) -> None:
        self._closed.set()
        if self._poster is not None:
            self._poster.close()

    @property
    def places(self) -> list[Place]:
        """The authority first, so that the others get its time stamp too."""
        settings = self._settings
        found = []
        if settings.authority:
            found.append(Place(name=settings.authority, give=self._to_authority))
        if settings.directory:
            found.append(Place(name=f"directory {settings.directory}", give=self._to_directory))
        if settings.command:
            found.append(Place(name=f"command {settings.command[0]}", give=self._to_command))
        return found

    def anchor(self, box: Postbox, *, force: bool = False) -> None:
        """Give each place the newest checkpoint, where its time has come; with `force` also before. Raises StoreFailed."""
        settings, places = self._settings, self.places
        with box.transaction() as conn:
            names = [place.name for place in places]
            anchors.sync_places(conn, names, overdue_after_s=settings.overdue_after_s, at=clock.now())
            anchors.note_hindrance(conn, self._hindrance())
        for place in places:
            if self._closed.is_set():
                return
            with box.transaction() as conn:
                found = anchors.next_checkpoint(conn, place.name, clock.now(), every_s=settings.every_s, force=force)
            if found is None:
                continue
            self._give(box, place, *found)

    def _hindrance(self) -> str | None:
        """Why there is no new checkpoint to give to anybody."""
        try:
            return None if signing_key(self._home) else str(NoKey(self._home))
        except HomeUnusable as error:
            return str(error)

    def _give(self, box: Postbox, place: Place, size: int, note: str) -> None:
        every_s = self._settings.every_s
        try:
            with box.transaction() as conn:
                given = Given(size=size, note=note, stamped=anchors.time_stamp_of(conn, size))
            stamped = place.give(given)
        except (NotAnchored, Damaged) as error:
            if not self._closed.is_set():  # else it was us who ended it
                with box.transaction() as conn:
                    anchors.note_failed(conn, place.name, str(error)[:_LONGEST_ERROR], clock.now(), every_s=every_s)
            return
        with box.transaction() as conn:
            if stamped is not None:
                anchors.put_time_stamp(conn, stamped, received_at=clock.now())
            anchors.note_anchored(conn, place.name, size, clock.now(), every_s=every_s)

    # the places

    def _to_authority(self, given: Given) -> Stamped:
        settings = self._settings
        assert self._poster is not None
        root = self._home / settings.root
        try:
            roots = read_roots(root.read_bytes())
            asked = query(given.note)
            sent_at = clock.now()
            response = self._poster.post(
                settings.authority,
                asked.der,
                content_type="application/timestamp-query",
                accept="application/timestamp-reply",
            )
            found = open_time_stamp(response, given.note, roots=roots, policy=settings.policy, nonce=asked.nonce)
            require_now(parse_utc(found.at), sent_at=sent_at, received_at=clock.now())
        except OSError as error:
            raise NotAnchored(f"the root certificate {root} can't be read ({error.strerror})") from error
        except (PostFailed, TimeStampWrong, StampingUnavailable) as error:
            raise NotAnchored(str(error)) from error
        return Stamped(
            size=given.size, note=given.note, at=found.at, authority=settings.authority, roots=roots, response=response
        )

    def _to_directory(self, given: Given) -> None:
        folder = self._home / self._settings.directory
        name = f"checkpoint-{_key_id(given.note)}-{given.size}"
        files = {f"{name}.txt": given.note.encode()}
        if given.stamped is not None:
            files[f"{name}.tsr"] = given.stamped.response
        if not folder.is_dir():
            raise NotAnchored(f"{folder} is no directory: make it, or mount what should be there")
        try:
            for path, data in ((folder / name, data) for name, data in files.items()):
                if not path.exists():
                    write_whole(path, data)
                elif path.suffix == ".txt" and path.read_bytes() != data:
                    raise NotAnchored(
                        f"{path} is another checkpoint of that size: two logs under one name, or a forged file"
                    )
        except HomeUnusable as error:
            raise NotAnchored(str(error)) from error
        except OSError as error:
            raise NotAnchored(f"{folder} can't be used ({error.strerror})") from error

    def _to_command(self, given: Given) -> None:
        command = self._settings.command
        try:
            process = subprocess.Popen(
                command,
                cwd=self._home,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise NotAnchored(f"it can't be run ({error})") from error
        said = self._outcome(process, given.note.encode())
        if process.returncode:
            last = (said.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
            raise NotAnchored(f"it ended with {process.returncode}: {last}")

    def _outcome(self, process: subprocess.Popen[bytes], note: bytes) -> bytes:
        """What it said on stderr, when it has ended. It is killed, with what it started, when its time is up or ours."""
        ends_s = time.monotonic() + COMMAND_S
        unsent: bytes | None = note
        while True:
            try:
                return process.communicate(unsent, timeout=LOOK_S)[1]
            except subprocess.TimeoutExpired:
                unsent = None  # it is being sent, and may be given once only
                if time.monotonic() < ends_s and not self._closed.is_set():
                    continue
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise NotAnchored(f"it took longer than {COMMAND_S:g} s")


def _limits(watch_list: WatchList) -> FetchLimits:
    """Those of looks, but for the size of an answer."""
    fetch = watch_list.fetch
    return FetchLimits(
        deadline_s=fetch.deadline_s,
        max_body_bytes=MOST_BYTES,
        allow_addresses=fetch.allow_addresses,
        ca_file=fetch.ca_file,
        user_agent=user_agent_text(watch_list.contact, watch_list.public_url),
    )


def _key_id(note: str) -> str:
    """The key that signed a checkpoint, as its signature line names it."""
    parsed = parse_note(note)
    origin = parse_checkpoint(parsed.text).origin
    return next(signature.key_id.hex() for signature in parsed.signatures if signature.name == origin)


def anchor_now(home: Path, watch_list: WatchList, *, force: bool = False) -> None:
    """Give the places what is due to them, once. The caller has the archive open. What the disk refuses is told."""
    if watch_list.anchor is None:
        return
    anchoring = Anchoring(home, watch_list)
    try:
        with closing(Postbox(home / DATABASE)) as box:
            anchoring.anchor(box, force=force)
    except (StoreFailed, HomeUnusable) as error:
        say(f"Error: nothing was noted of where checkpoints go: {error}", event="not_stored", level="error")
    finally:
        anchoring.close()


class Anchorer:
    """Anchors on a thread of its own until it is stopped. Made and started by the process that holds the home."""

    def __init__(self, home: Path, watch_list: WatchList) -> None:
        self._path = home / DATABASE
        self._anchoring = Anchoring(home, watch_list) if watch_list.anchor is not None else None
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="anchorer", daemon=True)

    def start(self) -> None:
        if self._anchoring is not None:
            self._thread.start()

    def wake(self) -> None:
        """There may be a new checkpoint."""
        self._woken.set()

    def stop(self) -> None:
        """End soon: what is under way is given up, and asked again by the next process."""
        self._stopping.set()
        self._woken.set()
        if self._anchoring is not None:
            self._anchoring.close()
            self._thread.join()
        if self._error:
            raise self._error

    def _run(self) -> None:
        assert self._anchoring is not None
        try:
            with closing(Postbox(self._path)) as box:
                while not self._stopping.is_set():
                    self._woken.clear()
                    try:
                        self._anchoring.anchor(box)
                    except StoreFailed as error:
                        say(
                            f"Error: nothing was noted of where checkpoints go: {error}",
                            event="not_stored",
                            level="error",
                        )
                    if not self._stopping.is_set():
                        self._woken.wait(TICK_S)
        except BaseException as error:  # a bug, which ends no look; raised when the service ends
            self._error = error
            say(
                f"Error: checkpoints go nowhere until the service is started again ({error!r})",
                event="anchoring_ended",
                level="error",
            )
