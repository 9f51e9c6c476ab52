"""Mail: text and HTML of our own making over SMTP, so that the id, the threads and the server's own answer are right.

The address is Apprise's `mailto://` or `mailtos://`, read by Apprise.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from archive.alerting.render import Rendered
from scraper.alerts.result import SENT, Result

TIMEOUT_S = 30.0
_SEVEN_BIT = SMTP.clone(cte_type="7bit")


def send(plugin: Any, rendered: Rendered, *, at: datetime, accepted: Collection[str]) -> Result:
    """One message to every recipient that has not taken it yet. `plugin` is Apprise's reading of the address."""
    everyone = recipients(plugin)
    left = [recipient for recipient in everyone if recipient not in accepted]
    if not everyone:
        return Result(state="never", detail="the address names no recipient")
    try:
        with _connected(plugin) as server:
            refused = _refused(server, plugin.from_addr[1], left, _message(plugin, rendered, at).as_bytes())
    except smtplib.SMTPResponseException as error:  # greeting, STARTTLS, login, sender or content refused
        return Result(state=_state([error.smtp_code]), detail=f"SMTP {error.smtp_code}")
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Result(state="later", detail=f"no mail server, or it broke off ({type(error).__name__})")
    if not refused:
        return SENT
    taken = tuple(recipient for recipient in left if recipient not in refused)
    codes = sorted(set(refused.values()))
    detail = f"SMTP {', '.join(map(str, codes))} for {len(refused)} of {len(everyone)} recipients"
    return Result(state=_state(codes), detail=detail, accepted=taken)


def _state(codes: Collection[int]) -> Any:
    return "never" if all(code >= 500 for code in codes) else "later"


def recipients(plugin: Any) -> list[str]:
    addresses = [address for _, address in plugin.targets]
    return list(dict.fromkeys([*addresses, *sorted(plugin.cc), *sorted(plugin.bcc)]))


def _refused(server: smtplib.SMTP, sender: str, to: list[str], content: bytes) -> dict[str, int]:
    """The recipients that the server refused, with its codes."""
    options = ["smtputf8"] if any(not address.isascii() for address in (sender, *to)) else []
    try:
        found = server.sendmail(sender, to, content, mail_options=options)
    except smtplib.SMTPRecipientsRefused as error:
        found = error.recipients
    return {recipient: code for recipient, (code, _) in found.items()}


def _connected(plugin: Any) -> smtplib.SMTP:
    """A connection as the address says: plain, TLS from the first byte, or STARTTLS; logged in where it has a password."""
    context = ssl.create_default_context()
    if not plugin.verify_certificate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if plugin.secure_mode == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(plugin.smtp_host, plugin.port, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(plugin.smtp_host, plugin.port, timeout=TIMEOUT_S)
    try:
        if plugin.secure_mode == "starttls":
            server.starttls(context=context)
        if plugin.user and plugin.password:
            server.login(plugin.user, plugin.password)
    except BaseException:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        raise
    return server


def _message(plugin: Any, rendered: Rendered, at: datetime) -> EmailMessage:
    """Headers and both parts; what a header takes from a page is one line of it, encoded.

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
    message["Subject"] = rendered.title
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{rendered.uid}@{domain}>"
    if rendered.thread:
        message["References"] = f"<{rendered.thread}@{domain}>"
    if rendered.rule:
        message["List-Id"] = f"<{rendered.rule}.alerts.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Variorum-Id"] = rendered.uid
    message["Content-Language"] = rendered.language
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    return message


def _address(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)
