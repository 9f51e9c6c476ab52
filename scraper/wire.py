"""requests, urllib3 and http.client, held to our rules: addresses checked, answers read strictly, sockets on a deadline.

Only the adapter of `requests` is used, not its Session: a Session adds cookies, netrc and environment proxies, and
reads the body of a redirect it was told not to follow. And urllib3 is shown no headers of an answer, so that it
interprets none.
"""

from __future__ import annotations

import http.client
import ipaddress
import queue
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from archive.model import Tls
from scraper.addresses import AddressRules, is_localhost
from scraper.deadline import Deadline
from scraper.faults import Fault, Forbidden
from scraper.http1 import Head, read_head
from scraper.pools import PooledAdapter
from scraper.targets import Target

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

SPARE_CONNECTIONS = 4  # kept open to one origin
SPARE_ORIGINS = 64

_TUNNEL = re.compile(r"Tunnel connection failed: ([0-9]{3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What is known of one connection."""

    peer: str  # "address:port" as connected
    addresses: tuple[str, ...] = ()  # what the name resolved to
    tls: Tls | None = None


@dataclass(slots=True, kw_only=True)
class Errand:
    """The look that a thread is on: what its connections must keep to, and what they tell about themselves."""

    rules: AddressRules
    deadline: Deadline
    connect_s: float
    max_header_bytes: int
    request_target: str = ""  # what the request line names, exactly
    reused: bool = False  # the last request went over a connection that had answered before
    link: Link | None = None
    addresses: tuple[str, ...] = ()  # of the last name resolved, asked or not


_local = threading.local()


def set_errand(errand: Errand | None) -> Errand | None:
    """Names the look that this thread is on, for the connections that it opens or takes up; returns the one before."""
    before: Errand | None = getattr(_local, "errand", None)
    _local.errand = errand
    return before


def _current() -> Errand:
    errand: Errand = _local.errand
    return errand


class StrictResponse(http.client.HTTPResponse):
    """An answer whose head is read by `http1`, and whose body is read by nobody here."""

    head: Head
    stream: Any  # the buffered stream itself

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._socket = sock

    def begin(self) -> None:
        if self.headers is not None:
            return
        self.stream = self.fp
        try:
            self.head = read_head(self.fp, max_bytes=_current().max_header_bytes)
        except OSError as error:
            raise fault_of(error, "before an answer") from error
        self.headers = self.msg = http.client.HTTPMessage()
        self.version = 10 if self.head.version == "1.0" else 11
        self.code = self.status = self.head.status
        self.reason = self.head.reason
        self.chunked, self.length = self.head.chunked, self.head.length
        self.will_close = not self.head.persistent

    def at_rest(self) -> bool:
        """Whether nothing of an answer is left over, so that the connection may be used again."""
        try:
            self._socket.settimeout(0)
            return not self.stream.peek(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False


class _Checked:
    """What plain and TLS connections have in common."""

    _link: Link | None = None
    _answers = 0

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        self._answers = 0
        errand = _current()
        sock, self._link = open_socket(connection._dns_host, connection.port, errand, proxied=bool(connection.proxy))
        errand.link = self._link
        return sock

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        """Asks for the look's own request target: urllib3 would have rewritten it."""
        parent: Any = super()
        errand, sock = _current(), getattr(self, "sock", None)
        errand.reused, errand.link = self._answers > 0, self._link if sock is not None else None
        errand.deadline.watch(sock)
        parent.request(method, errand.request_target, *args, **kwargs)

    def getresponse(self) -> Any:
        parent: Any = super()
        response = parent.getresponse()
        self._answers += 1
        return response


class CheckedConnection(_Checked, HTTPConnection):
    response_class = StrictResponse

    def connect(self) -> None:
        super().connect()
        _current().deadline.watch(self.sock)


class CheckedTlsConnection(_Checked, HTTPSConnection):
    response_class = StrictResponse

    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            raise fault_of(error, "while TLS was agreed") from error
        sock = self.sock
        _current().deadline.watch(sock)
        if isinstance(sock, ssl.SSLSocket) and self._link is not None:
            self._link = replace(self._link, tls=_tls_of(sock, verified=self.is_verified))
            _current().link = self._link


class CheckedPool(HTTPConnectionPool):
    ConnectionCls = CheckedConnection


class CheckedTlsPool(HTTPSConnectionPool):
    ConnectionCls = CheckedTlsConnection


class CheckedAdapter(PooledAdapter):
    """The adapter of `requests`, over connections that keep to the look's rules. One TLS context serves all of them."""

    pools = MappingProxyType({"http": CheckedPool, "https": CheckedTlsPool})

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=SPARE_ORIGINS, pool_maxsize=SPARE_CONNECTIONS)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: object, cert: object = None
    ) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, True)
        return host, {"ssl_context": self._context}

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """The context decides; the parent would have each new connection load the certificates again."""

    def build_response(self, req: requests.PreparedRequest, resp: BaseHTTPResponse) -> requests.Response:
        """Nothing but the raw response: no cookie is read, no encoding guessed."""
        response = requests.Response()
        response.raw = resp
        return response


def ask(
    adapter: CheckedAdapter,
    target: Target,
    headers: Mapping[str, str],
    errand: Errand,
    *,
    proxy: str = "",
    body: bytes | None = None,
) -> tuple[StrictResponse, BaseHTTPResponse]:
    """Sends one GET, or with a body one POST, and reads the answer's head.

    Returns the answer and urllib3's hold on its connection: `release_conn` gives it back for reuse, `close` ends it.
    Raises Fault.
    """
    if proxy:
        errand.rules.check_unresolved(target.host, target.port)
    request = requests.PreparedRequest()
    request.method, request.url, request.body = "GET" if body is None else "POST", target.url, body
    request.headers = dict(headers)  # type: ignore[assignment]  # only iterated over
    errand.request_target = target.url if proxy and target.scheme == "http" else target.path
    left_s = errand.deadline.left_s()
    proxies = {"http": proxy, "https": proxy} if proxy else None
    try:
        response = adapter.send(request, stream=True, timeout=(min(errand.connect_s, left_s), left_s), proxies=proxies)
    except (OSError, ValueError, HTTPError) as error:
        raise fault_of(error, "before an answer") from error
    raw: Any = response.raw
    return raw._original_response, raw


def open_socket(host: str, port: int, errand: Errand, *, proxied: bool) -> tuple[socket.socket, Link]:
    """A connection to the first address of `host` that may be asked and answers.

    A proxy's own address is not checked: it is named in the settings. Raises Forbidden, or Fault("connection").
    """
    found = resolve(host, port, errand)
    refusals: dict[str, str] = {}
    if not proxied:
        errand.addresses = tuple(dict.fromkeys(str(sockaddr[0]) for _, sockaddr in found))
        refusals = {a: meaning for a in errand.addresses if (meaning := errand.rules.why_not(a, port))}
    usable = [(family, sockaddr) for family, sockaddr in found if sockaddr[0] not in refusals]
    if not usable:
        address, meaning = next(iter(refusals.items()))
        raise Forbidden(f"{address} is {meaning}" if address == host else f"{host} is at {address}, {meaning}")
    failure: OSError | None = None
    for family, sockaddr in usable:
        try:
            sock = _connect(family, sockaddr, errand)
        except OSError as error:
            failure = error
            continue
        try:
            return sock, _checked_link(sock, errand, proxied=proxied)
        except (Fault, OSError):  # or its time was up, and it leads nowhere any more
            sock.close()
            raise
    assert failure is not None
    raise fault_of(failure, f"to {host} port {port}") from failure


def resolve(host: str, port: int, errand: Errand) -> list[tuple[int, Any]]:
    """The (family, socket address) pairs of a host, in the resolver's order, within the look's time.

    The system's resolver can't be interrupted, so it runs in a thread that may be left behind. It is not asked where
    localhost is (RFC 6761, 6.3): who answers for it would decide what it means.
    """
    if is_localhost(host):
        return [(socket.AF_INET, ("127.0.0.1", port)), (socket.AF_INET6, ("::1", port, 0, 0))]
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        pass
    else:
        return [(socket.AF_INET, (host, port)) if version == 4 else (socket.AF_INET6, (host, port, 0, 0))]
    answers: queue.SimpleQueue[list[tuple[int, Any]] | OSError] = queue.SimpleQueue()

    def run() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(int(family), sockaddr) for family, _, _, _, sockaddr in found])
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=run, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=errand.deadline.left_s())
    except queue.Empty:
        raise Fault("timeout", f"the name {host} was not resolved in time") from None
    if isinstance(answer, OSError):
        raise Fault("connection", f"the name {host} could not be resolved: {answer.strerror or answer}")
    if not answer:
        raise Fault("connection", f"the name {host} has no address")
    return answer


def _connect(family: int, sockaddr: Any, errand: Errand) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(min(errand.connect_s, errand.deadline.left_s()))
        errand.deadline.watch(sock)
        sock.connect(sockaddr)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(errand.deadline.left_s())
    except OSError:
        sock.close()
        raise
    return sock


def _checked_link(sock: socket.socket, errand: Errand, *, proxied: bool) -> Link:
    """Asks the connection itself where it leads: what a name resolves to may have changed in between."""
    address, port = sock.getpeername()[:2]
    if not proxied:
        errand.rules.check(address, port)
    peer = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return Link(peer=peer, addresses=() if proxied else errand.addresses)


def _tls_of(sock: ssl.SSLSocket, *, verified: bool) -> Tls:
    """Version, cipher and the digests of the certificates that the server sent."""
    inner: Any = sock if hasattr(sock, "get_unverified_chain") else sock._sslobj  # type: ignore[attr-defined]
    chain = inner.get_unverified_chain() or []
    ders = [item if isinstance(item, bytes) else ssl.PEM_cert_to_DER_cert(item.public_bytes()) for item in chain]
    cipher = sock.cipher()
    return Tls(
        version=sock.version() or "",
        cipher=cipher[0] if cipher else "",
        chain_sha256=tuple(sha256(der).hexdigest() for der in ders),
        verified=verified,
    )


def fault_of(error: BaseException, where: str) -> Fault:
    """What an error of the libraries below comes to, by the first of its causes that says something."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    for cause in causes:
        if isinstance(cause, Fault):
            return cause
        if isinstance(cause, ssl.SSLError):
            return Fault("tls", f"{getattr(cause, 'verify_message', '') or cause.reason or cause} ({where})")
        if isinstance(cause, TimeoutError):
            return Fault("timeout", f"no answer in time ({where})")
    said = str(getattr(causes[-1], "strerror", None) or causes[-1])
    tunnel = _TUNNEL.match(said)  # what follows is the proxy's own text, which may repeat the password that it was sent
    return Fault("connection", f"the proxy answered {tunnel[1]}" if tunnel else f"{said} ({where})")
