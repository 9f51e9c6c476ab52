"""Mail: text and HTML of our own making over SMTP, so that the id, the threads and the server's own answer are right.

The address is Apprise's `mailto://` or `mailtos://`, read by Apprise.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from archive.alerting.render import Rendered
from scraper.alerts.addresses import target_name
from scraper.alerts.bounded import watch
from scraper.alerts.result import SENT, Result

TIMEOUT_S = 30.0  # of each answer
QUIT_S = 5.0  # for a server to say good-bye
_MOST_ANSWER = 65_536  # bytes of one answer, over all of its lines
_CLOSING = 421  # the server ends the connection, whatever it has said before
_SEVEN_BIT = SMTP.clone(cte_type="7bit")


def send(plugin: Any, rendered: Rendered, *, at: datetime, accepted: Collection[str]) -> Result:
    """One message to every recipient that has not taken it yet. `plugin` is Apprise's reading of the address.

    The archive knows a recipient that took it by its name alone (`target_name`).
    """
    everyone = recipients(plugin)
    left = [recipient for recipient in everyone if not accepted or _name(recipient) not in accepted]
    if not everyone:
        return Result(state="never", detail="the address names no recipient")
    if not left:
        return SENT
    try:
        with _connected(plugin) as server:
            refused = _refused(server, plugin.from_addr[1], left, _content(plugin, rendered, at))
    except smtplib.SMTPResponseException as error:  # greeting, STARTTLS, login, sender or content refused
        return Result(state=_state([error.smtp_code]), detail=f"SMTP {error.smtp_code}")
    except smtplib.SMTPNotSupportedError:
        return Result(state="later", detail="the mail server does not offer what the address asks for")
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Result(state="later", detail=f"no mail server, or it broke off ({type(error).__name__})")
    if not refused:
        return SENT
    taken = tuple(_name(recipient) for recipient in left if recipient not in refused)
    codes = sorted(set(refused.values()))
    detail = f"SMTP {', '.join(map(str, codes))} for {len(refused)} of {len(everyone)} recipients"
    return Result(state=_state(codes), detail=detail, accepted=taken)


def _state(codes: Collection[int]) -> Any:
    return "never" if all(code >= 500 for code in codes) else "later"


def _name(recipient: str) -> str:
    return target_name(f"mailto:{recipient}")


def recipients(plugin: Any) -> list[str]:
    addresses = [address for _, address in plugin.targets]
    return list(dict.fromkeys([*addresses, *sorted(plugin.cc), *sorted(plugin.bcc)]))


def _refused(server: _Server, sender: str, to: list[str], content: bytes) -> dict[str, int]:
    """Hand the mail over; returns the recipients that the server refused, with its codes. All others have taken it.

    Of an answer the first digit counts (RFC 5321, section 4.3.2). Raises SMTPResponseException where nobody takes it.
    """
    server.ehlo_or_helo_if_needed()
    options = ["smtputf8"] if any(not address.isascii() for address in (sender, *to)) else []
    if server.has_extn("size"):
        options.append(f"size={len(content)}")
    code, answer = server.mail(sender, options)
    if not _is_good(code):
        raise smtplib.SMTPSenderRefused(code, answer, sender)
    codes: dict[str, int] = {}
    for recipient in to:
        codes[recipient] = server.rcpt(recipient)[0]
        if codes[recipient] == _CLOSING:
            return dict.fromkeys(to, _CLOSING)
    refused = {recipient: code for recipient, code in codes.items() if not _is_good(code)}
    if len(refused) < len(to):
        code, answer = server.data(content)
        if not _is_good(code):
            raise smtplib.SMTPDataError(code, answer)
    return refused


def _is_good(code: int) -> bool:
    return 200 <= code < 300


class _Server(smtplib.SMTP):
    """A mail server whose answers are read up to a size, on sockets that the time of a try binds."""

    def _get_socket(self, *args: Any) -> Any:
        sock = super()._get_socket(*args)  # type: ignore[misc]
        watch(sock)
        return sock

    def getreply(self) -> tuple[int, bytes]:
        """As the parent's. An answer of more than `_MOST_ANSWER` bytes, which the parent takes for a 500 or reads on and on, is none."""
        self.file: Any = self.file or self.sock.makefile("rb")  # type: ignore[union-attr]
        texts: list[bytes] = []
        room = _MOST_ANSWER
        while True:
            try:
                line = self.file.readline(room)
            except OSError as error:
                self.close()
                raise smtplib.SMTPServerDisconnected("it broke off") from error
            room -= len(line)
            if not line.endswith(b"\n") or not room:
                self.close()
                raise smtplib.SMTPServerDisconnected("it broke off, or went on and on")
            texts.append(line[4:].strip())
            if not line[:3].isdigit():
                return -1, b"\n".join(texts)
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(texts)


class _TlsServer(_Server, smtplib.SMTP_SSL):
    """TLS from the first byte."""


@contextmanager
def _connected(plugin: Any) -> Iterator[_Server]:
    """A connection as the address says: plain, TLS from the first byte, or STARTTLS; logged in where it has a password.

    How it ends says nothing of the mail: what was taken has been taken.
    """
    context = ssl.create_default_context()
    if not plugin.verify_certificate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if plugin.secure_mode == "ssl":
        server: _Server = _TlsServer(plugin.smtp_host, plugin.port, timeout=TIMEOUT_S, context=context)
    else:
        server = _Server(plugin.smtp_host, plugin.port, timeout=TIMEOUT_S)
    try:
        if plugin.secure_mode == "starttls":
            server.starttls(context=context)
            watch(server.sock)
        if plugin.user and plugin.password:
            server.login(plugin.user, plugin.password)
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            if server.sock is not None:
                server.sock.settimeout(QUIT_S)
            server.quit()
        server.close()


def _content(plugin: Any, rendered: Rendered, at: datetime) -> bytes:
    return _subject(rendered.title) + _message(plugin, rendered, at).as_bytes()


def _subject(title: str) -> bytes:
    """The header encoded by the older of the library's two ways: the newer loses a space where it folds a line (Python 3.11).

    >>> _subject("=?utf-8?q?x?=")
    b'Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=\\r\\n'
    """
    charset = "ascii" if title.isascii() and "=?" not in title else "utf-8"
    folded = Header(title, charset, header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {folded}\r\n".encode("ascii")


def _message(plugin: Any, rendered: Rendered, at: datetime) -> EmailMessage:
    """Both parts and all headers but the subject, which alone says something of a page.

    A part is quoted-printable or base64, whichever is shorter: a text that is mostly Latin can be read as it was sent.
    """
    message = EmailMessage(policy=_SEVEN_BIT)
    domain = re.sub(r"[^A-Za-z0-9.-]", "", plugin.from_addr[1].rpartition("@")[2]) or "variorum.invalid"
    message["From"] = _address(plugin.from_addr[0] or "variorum", plugin.from_addr[1])
    message["To"] = [_address(name or "", address) for name, address in plugin.targets]
    if plugin.cc:
        message["Cc"] = [_address(plugin.names.get(address) or "", address) for address in sorted(plugin.cc)]
    if plugin.reply_to:
        message["Reply-To"] = [_address("", parseaddr(address)[1]) for address in sorted(plugin.reply_to)]
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{rendered.uid}@{domain}>"
    if rendered.thread:
        message["References"] = f"<{rendered.thread}@{domain}>"
    if rendered.rule:
        message["List-Id"] = f"<{rendered.rule}.alerts.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Variorum-Id"] = rendered.uid
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    message["Content-Language"] = rendered.language
    return message


def _address(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)
