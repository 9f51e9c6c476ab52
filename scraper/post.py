"""One POST to an address that the watch list names, held to the rules of looks: addresses checked, answer and time bounded.

A redirect is not followed: what is sent is meant for the address that was named, and nobody else.
"""

from __future__ import annotations

from types import TracebackType

from archive.errors import VariorumError
from scraper.addresses import AddressRules
from scraper.deadline import Deadline, Watchdog
from scraper.faults import Fault, Forbidden
from scraper.fetch import REDIRECTS, FetchLimits, tls_context
from scraper.http1 import Head, read_pieces
from scraper.targets import read_target
from scraper.wire import CheckedAdapter, Errand, StrictResponse, ask, fault_of, set_errand

MOMENT_S = 0.05  # a socket's own time limit may end a request just before the deadline does


class PostFailed(VariorumError):
    """Nothing usable came back, and why."""


class Poster:
    """Sends from any number of threads, each request over a connection of its own. `close` ends those under way."""

    def __init__(self, limits: FetchLimits) -> None:
        """Of the limits count addresses, deadline, connect time, header and body bytes, certificates and user agent."""
        self._limits = limits
        self._rules = AddressRules.parse(limits.allow_addresses)
        self._context = tls_context(limits.ca_file)
        self._watchdog = Watchdog()

    def __enter__(self) -> Poster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._watchdog.close()

    def post(self, url: str, body: bytes, *, content_type: str, accept: str) -> bytes:
        """The body of a 200. Raises PostFailed for everything else."""
        limits = self._limits
        errand = Errand(
            rules=self._rules,
            deadline=Deadline(limits.deadline_s),
            connect_s=limits.connect_s,
            max_header_bytes=limits.max_header_bytes,
        )
        adapter = CheckedAdapter(self._context)
        self._watchdog.add(errand.deadline)
        set_errand(errand)
        try:
            answer = self._exchange(adapter, errand, url, body, content_type, accept)
        except Fault as fault:
            over = errand.deadline.late or (fault.reason == "timeout" and errand.deadline.left_s() < MOMENT_S)
            late = f"it took longer than {limits.deadline_s:g} s" if over else ""
            mend = "; [fetch] allow_addresses names those that may be asked" if isinstance(fault, Forbidden) else ""
            raise PostFailed(late or fault.detail + mend) from fault
        finally:
            errand.deadline.finish()
            set_errand(None)
            adapter.close()
        if errand.deadline.late:
            raise PostFailed(f"it took longer than {limits.deadline_s:g} s")
        return answer

    def _exchange(
        self, adapter: CheckedAdapter, errand: Errand, url: str, body: bytes, content_type: str, accept: str
    ) -> bytes:
        target = read_target(url)
        headers = {
            "Host": target.authority,
            "User-Agent": self._limits.user_agent,
            "Accept": accept,
            "Accept-Encoding": "identity",
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        answer, raw = ask(adapter, target, headers, errand, body=body)
        try:
            _require_ok(answer.head)
            return self._received(answer)
        except OSError as error:
            raise fault_of(error, "inside the answer") from error
        finally:
            raw.close()
            raw.release_conn()

    def _received(self, answer: StrictResponse) -> bytes:
        most = self._limits.max_body_bytes
        received = bytearray()
        for piece in read_pieces(answer.stream, answer.head, max_overhead_bytes=65_536):
            received += piece
            if len(received) > most:
                raise Fault("too_large", f"the answer has more than {most} bytes")
        return bytes(received)


def _require_ok(head: Head) -> None:
    if head.status in REDIRECTS:
        where = next(iter(head.values("location")), "nowhere")[:200]
        raise Fault("redirect", f"it leads on to {where} ({head.status}); name the address that answers itself")
    if head.status != 200:
        raise Fault(f"http_{head.status}", f"it answered {head.status} {head.reason}".rstrip())
    if any(coding.strip().lower() not in ("", "identity") for coding in head.values("content-encoding")):
        raise Fault("encoding", "the answer is compressed, which was not asked for")
