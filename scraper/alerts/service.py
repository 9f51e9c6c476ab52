"""One door for sending: reads an address with Apprise and sends mail and web hooks ourselves, everything else through it.

Importing Apprise costs a third of a second, so this module is imported only where something is sent.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

import apprise
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.email import NotifyEmail

from archive.alerting.inert import cut
from archive.alerting.render import Rendered
from scraper.alerts import bounded, hook, mail
from scraper.alerts.result import SENT, Result, of_status

READ_TIMEOUT_S = 20.0
_MARKDOWN = frozenset({"mmost", "mmosts", "rocket", "rockets"})  # read Markdown in whatever they are sent
_MARKED = re.compile(r"([\\`*_~\[\]<>#|])")


_log = logging.getLogger("apprise")
_log.propagate = False  # its lines name hosts and paths, which may be secrets
_log.handlers = [logging.NullHandler()]


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
    with bounded.one_try() as tried:
        if isinstance(plugin, NotifyJSON):
            result = hook.send(plugin, address, rendered.uid, rendered.payload, at_s=int(at.timestamp()))
        elif isinstance(plugin, NotifyEmail) and plugin.pgp_mode not in ("sign", "encrypt"):
            result = mail.send(plugin, rendered, at=at, accepted=accepted)
        else:
            result = _through_apprise(plugin, address, rendered, tried)
    return replace(result, wait_s=tried.retry_after_s) if result.state == "later" else result


def _through_apprise(plugin: Any, address: str, rendered: Rendered, tried: bounded.Try) -> Result:
    plugin.socket_read_timeout = max(plugin.socket_read_timeout, READ_TIMEOUT_S)
    service = apprise.Apprise(asset=plugin.asset)
    service.add(plugin)
    mail_like = isinstance(plugin, NotifyEmail)
    body, title = rendered.html if mail_like else rendered.short, rendered.title
    if address.partition(":")[0] in _MARKDOWN:
        body, title = (_MARKED.sub(r"\\\1", text) for text in (body, title))
    longest = plugin.body_maxlen
    sent = service.notify(
        body=body if mail_like or longest <= 0 else cut(body, longest - 1),
        title=title,
        notify_type=rendered.severity,
        body_format="html" if mail_like else "text",
    )
    return SENT if sent else _failed(tried)


def _failed(tried: bounded.Try) -> Result:
    """What a service means that says no, by the statuses of its answers.

    One that says so with 200 may mean it otherwise another time; the other good ones are a service's way to say yes.
    """
    bad = [status for status in tried.statuses if not 200 <= status < 300]
    if bad:
        return of_status(bad[-1])
    if tried.asked > len(tried.statuses):
        return Result(state="later", detail="no connection, or it broke")
    if tried.statuses and 200 not in tried.statuses:
        return SENT
    return Result(state="later", detail="HTTP 200" if tried.statuses else "it was not taken")
