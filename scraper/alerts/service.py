"""One door for sending: reads an address with Apprise and sends mail and web hooks ourselves, everything else through it.

Importing Apprise costs a third of a second, so this module is imported only where something is sent.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Collection
from datetime import datetime
from typing import Any

import apprise
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.email import NotifyEmail

from archive.alerting.inert import cut
from archive.alerting.render import Rendered
from scraper.alerts import hook, mail
from scraper.alerts.result import SENT, Result, of_status

READ_TIMEOUT_S = 20.0
_STATUS = re.compile(r"\berror\s*=\s*([1-5][0-9]{2})\b")
_MARKDOWN = frozenset({"mmost", "mmosts", "rocket", "rockets"})  # read Markdown in whatever they are sent
_MARKED = re.compile(r"([\\`*_~\[\]<>#|])")


class _Heard(logging.Handler):
    """Hears what Apprise logs about a send on this thread, for the status in it; nothing of it is passed on or kept."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.local = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        found = _STATUS.search(record.getMessage())
        if found:
            self.local.status = int(found[1])

    def begin(self) -> None:
        self.local.status = None

    @property
    def status(self) -> int | None:
        return getattr(self.local, "status", None)


_heard = _Heard()
_log = logging.getLogger("apprise")
_log.propagate = False  # its lines name hosts and paths, which may be secrets
_log.handlers = [_heard]
_log.setLevel(logging.INFO)


def _asset() -> apprise.AppriseAsset:
    """Nothing kept on disk, nothing read into a text, no picture from elsewhere, no redirect, no threads of its own."""
    return apprise.AppriseAsset(
        app_id="variorum",
        app_desc="variorum",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        interpret_escapes=False,
        interpret_emojis=False,
        http_redirects=False,
        storage_mode="memory",
        service_timeout=0,
        pgp_autogen=False,
        pem_autogen=False,
    )


def read_address(address: str) -> Any | None:
    """Apprise's reading of an address; None where no service has it, or where it lacks something."""
    return apprise.Apprise.instantiate(address, asset=_asset())


def send(address: str, rendered: Rendered, *, at: datetime, accepted: Collection[str] = ()) -> Result:
    """Send a message to one address. Raises NoAddress where the key of its signature is not there."""
    plugin = read_address(address)
    if plugin is None:
        return Result(state="never", detail="no service reads this address; see its form in Apprise’s documentation")
    if isinstance(plugin, NotifyJSON):
        return hook.send(plugin, address, rendered.uid, rendered.payload, at_s=int(at.timestamp()))
    if isinstance(plugin, NotifyEmail) and plugin.pgp_mode not in ("sign", "encrypt"):
        return mail.send(plugin, rendered, at=at, accepted=accepted)
    return _through_apprise(plugin, address, rendered)


def _through_apprise(plugin: Any, address: str, rendered: Rendered) -> Result:
    plugin.socket_read_timeout = max(plugin.socket_read_timeout, READ_TIMEOUT_S)
    service = apprise.Apprise(asset=plugin.asset)
    service.add(plugin)
    mail_like = isinstance(plugin, NotifyEmail)
    body, title = rendered.html if mail_like else rendered.short, rendered.title
    if address.partition(":")[0] in _MARKDOWN:
        body, title = (_MARKED.sub(r"\\\1", text) for text in (body, title))
    longest = plugin.body_maxlen
    _heard.begin()
    sent = service.notify(
        body=body if mail_like or longest <= 0 else cut(body, longest - 1),
        title=title,
        notify_type=rendered.severity,
        body_format="html" if mail_like else "text",
    )
    if sent:
        return SENT
    status = _heard.status
    return Result(state="later", detail="it was not taken") if status is None else _failed(status)


def _failed(status: int) -> Result:
    """A service that says no with a status; one that says so with a good one may mean it otherwise another time."""
    found = of_status(status)
    return found if found.state != "sent" else Result(state="later", detail=f"HTTP {status}")
