"""One door for sending: reads an address with Apprise and sends mail and web hooks ourselves, everything else through it.

Importing Apprise costs a third of a second, so this module is imported only where something is sent.
"""

from __future__ import annotations

import logging
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
_MARKDOWN = frozenset({"discord", "mmost", "mmosts"})  # read Markdown in whatever they are sent
_MARKDOWN_TITLE = frozenset({"workflows", "workflow"})  # and in titles too
_MAIL = frozenset(
    {"azure", "brevo", "mailgun", "o365", "postmark", "resend", "sendgrid", "ses", "smtp2go", "sparkpost"}
)

_log = logging.getLogger("apprise")
_log.propagate = False  # its lines name hosts and paths, which may be secrets
_log.disabled = True  # whatever others do to handlers and levels
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
    body, title, form = _told(plugin, address.partition(":")[0], rendered)
    longest = plugin.body_maxlen
    sent = service.notify(
        body=body if form == "html" or longest <= 0 else cut(body, longest - 1),
        title=title,
        notify_type=rendered.severity,
        body_format=form,
    )
    return SENT if sent else _failed(tried)


def _told(plugin: Any, scheme: str, rendered: Rendered) -> tuple[str, str, str]:
    """(body, title, what Apprise is to take the body for) as a service shows it: nothing of a page becomes markup there.

    What Apprise would make of plain text for services that read Markdown breaks links, and it leaves some titles as they are.
    """
    if isinstance(plugin, NotifyEmail) or (scheme in _MAIL and plugin.notify_format == "html"):
        return rendered.html, rendered.title, "html"
    if scheme in _MARKDOWN:
        return rendered.markdown, "", str(plugin.notify_format)
    if plugin.notify_format != "markdown":
        return rendered.short, rendered.title, "text"
    if plugin.title_maxlen <= 0 or scheme in _MARKDOWN_TITLE:
        return rendered.markdown, "", "markdown"
    return rendered.markdown.partition("\n")[2], rendered.title, "markdown"


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
