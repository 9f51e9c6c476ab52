"""The deliverer: sends what the outbox owes, each target for itself, while the rounds go on.

One thread asks the outbox what is due and notes what became of it; each message goes out on a thread of its own, so that a
target that hangs delays no other. The archive's own connection stays with the rounds: see `archive.posting.Postbox`.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive import overdue, posting
from archive.alerting.render import Message, Rendered, render
from archive.errors import StoreFailed
from archive.opening import DATABASE
from archive.posting import Post, Postbox
from archive.site.language import ENGLISH, Catalogue, catalogues
from scraper import clock
from scraper.alerts.addresses import NoAddress, address_of, addresses_by_name, rules_of
from scraper.alerts.result import Result
from scraper.terminal import say
from scraper.watchlist import WatchList

TICK_S = 1.0
GRACE_S = 3.0  # for messages under way when the service ends
SOON_S = 30.0  # for messages under way when a command ends
ATTEND_S = 60.0  # between two questions for what time alone makes worth telling
LOOKING_AFTER_S = 600.0  # of running: a page that was not seen by then is not so because nothing ran
PAUSE_S = 10.0  # after the disk refused a note
_LEFT = "no answer before variorum ended"


@dataclass(frozen=True, slots=True)
class Done:
    post: Post
    result: Result


class Sender:
    """How a message gets to a target, by the target's name."""

    def __init__(self, home: Path, watch_list: WatchList) -> None:
        self._home = home
        self._addresses: Mapping[str, str] = addresses_by_name(watch_list)
        self._languages = {alert.name: alert.language for alert in watch_list.alerts}
        self.public_url = watch_list.public_url

    def send(self, post: Post) -> Result:
        written = self._addresses.get(post.target)
        if written is None:
            return Result(state="never", detail="no alert of the watch list names this target any more")
        try:
            rendered = self.rendered(post.message)
        except Exception as error:  # one message that can't be written must not keep its target's others back
            return Result(state="never", detail=f"the message could not be written ({type(error).__name__})")
        return self.send_to(written, rendered, accepted=post.accepted)

    def rendered(self, message: Message) -> Rendered:
        return render(message, public_url=self.public_url, say=self._language(message))

    def _language(self, message: Message) -> Catalogue:
        """That of its rules, where they are told in one."""
        codes = {self._languages.get(told.rule, ENGLISH.code) for told in message.told}
        return catalogues()[codes.pop()] if len(codes) == 1 else ENGLISH

    def send_to(self, written: str, rendered: Rendered, *, accepted: tuple[str, ...] = ()) -> Result:
        """To a target as the watch list writes it. A failure of whatever service is a result, and tells no address."""
        from scraper.alerts import service

        try:
            return service.send(address_of(written, self._home), rendered, at=clock.now(), accepted=accepted)
        except NoAddress as error:
            return Result(state="later", detail=str(error))
        except Exception as error:  # whatever a service's own code makes of an answer
            return Result(state="later", detail=f"the service failed ({type(error).__name__})")


class Deliverer:
    """Sends until it is stopped. Made and started by the process that holds the home."""

    def __init__(
        self,
        home: Path,
        watch_list: WatchList,
        *,
        ended: Callable[[], None] = lambda: None,
        refused: Callable[[StoreFailed], None] = lambda error: say(f"Error: alerts wait: {error}"),
        took: Callable[[], None] = lambda: None,
    ) -> None:
        """`ended` is called when the sending has ended, for whatever reason; `refused` and `took` as the disk does with notes."""
        self._ended = ended
        self._refused = refused
        self._took = took
        self._error: BaseException | None = None
        self._home = home
        self._path = home / DATABASE
        self.replace(watch_list)
        self._started_s = time.monotonic()
        self._attended_s: float | None = None
        self._done: queue.SimpleQueue[Done | None] = queue.SimpleQueue()
        self._busy: dict[str, Post] = {}  # by target: what is under way
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deliverer", daemon=True)

    def replace(self, watch_list: WatchList) -> None:
        """From now on by the alerts of this watch list. Any thread may call it."""
        self._sender = Sender(self._home, watch_list)
        self._rules = rules_of(watch_list)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There may be something to send."""
        self._done.put(None)

    def stop(self) -> None:
        """Note what comes back soon; what is still under way then is sent again later, by the next process."""
        self._stopping.set()
        self.wake()
        self._thread.join()
        if self._error:
            raise self._error

    def _run(self) -> None:
        try:
            with closing(Postbox(self._path)) as box:
                _again(box)
                while not self._stopping.is_set():
                    self._step(box)
                self._finish(box, GRACE_S)
        except BaseException as error:
            self._error = error
        finally:
            self._ended()

    def _step(self, box: Postbox) -> None:
        try:
            self._attend(box, looking=time.monotonic() - self._started_s > LOOKING_AFTER_S)
            if self._hand_out(box):
                self._took()
        except StoreFailed as error:
            self._refused(error)
            self._stopping.wait(PAUSE_S)
            return
        self._note(box, TICK_S)

    def _attend(self, box: Postbox, *, looking: bool) -> None:
        """Owe what time alone makes worth telling: digests at once, the rest once in a while."""
        if not self._rules:
            return
        at, now_s = clock.now(), time.monotonic()
        lately = self._attended_s is not None and now_s - self._attended_s < ATTEND_S
        if lately and not overdue.has_work(box.conn, self._rules, at):
            return
        with box.transaction() as conn:
            overdue.attend(conn, self._rules, at, looking=looking)
        self._attended_s = now_s

    def _hand_out(self, box: Postbox) -> int:
        at = clock.now()
        if not box.has_work(at):
            return 0
        with box.transaction() as conn:
            posts = posting.next_posts(conn, at, busy=self._busy)
        for post in posts:
            self._busy[post.target] = post
            threading.Thread(target=self._send, args=(post,), name=f"alert {post.message.uid}", daemon=True).start()
        return len(posts)

    def _send(self, post: Post) -> None:
        self._done.put(Done(post, self._sender.send(post)))

    def _note(self, box: Postbox, timeout_s: float) -> None:
        """Note what has come back within that time, all of it at once; where the disk refuses, until it takes it."""
        came = list(self._came_back(timeout_s))
        if not came:
            return
        try:
            with box.transaction():
                for done in came:
                    _note_one(box, done, clock.now())
        except StoreFailed as error:
            self._refused(error)
            for done in came:
                self._done.put(done)
            time.sleep(1.0)
            return
        self._took()
        for done in came:
            self._busy.pop(done.post.target, None)

    def _came_back(self, timeout_s: float) -> Iterator[Done]:
        """What has come back by now, or the first thing that does."""
        with suppress(queue.Empty):
            done = self._done.get(timeout=timeout_s)
            while True:
                if done is not None:
                    yield done
                done = self._done.get_nowait()

    def _finish(self, box: Postbox, timeout_s: float) -> None:
        end = time.monotonic() + timeout_s
        while self._busy and time.monotonic() < end:
            self._note(box, max(0.01, end - time.monotonic()))
        self._leave(box)

    def _leave(self, box: Postbox) -> None:
        """What is still under way may or may not arrive: it is tried again with the delay of a failed try, not at every start."""
        if not self._busy:
            return
        left = Result(state="later", detail=_LEFT)
        try:
            with box.transaction():
                for post in self._busy.values():
                    _note_one(box, Done(post, left), clock.now())
        except StoreFailed as error:
            self._refused(error)

    def deliver_now(self) -> None:
        """Send what is due, once each, and return soon: for commands that end."""
        with closing(Postbox(self._path)) as box:
            _again(box)
            self._attend(box, looking=True)
            end = time.monotonic() + SOON_S
            while time.monotonic() < end and (self._hand_out(box) or self._busy):
                self._note(box, max(0.01, end - time.monotonic()))
            self._leave(box)


def _again(box: Postbox) -> None:
    with box.transaction() as conn:
        posting.begin_again(conn, clock.now())


def _note_one(box: Postbox, done: Done, at: datetime) -> None:
    """Inside a transaction of the box."""
    post, result, conn = done.post, done.result, box.conn
    if result.state == "sent":
        posting.note_sent(conn, post, at)
    elif result.state == "never":
        posting.note_parked(conn, post, result.detail, accepted=result.accepted)
    else:
        posting.note_failed(
            conn,
            post,
            at,
            result.detail,
            jitter=random.random(),
            accepted=result.accepted,
            wait_s=result.wait_s,
        )
