"""What services of Apprise are handed of a hostile page: nothing that they would act on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from archive.alerting.event import Event, PageFacts, compared_facts
from archive.alerting.inert import JOINER
from archive.alerting.render import Message, Rendered, render
from archive.alerting.say import Told
from scraper.alerts import service

AT = datetime(2014, 5, 5, 10, tzinfo=UTC)
HOSTILE = "**bold** _it_ [click](https://evil.example) @channel @all `code` <b>x</b> # head ~~gone~~ https://evil.example :smile:"


def rendered() -> Rendered:
    old, new = "They must pay.", f"They must pay. {HOSTILE}"
    change = compared_facts(
        old, new, numbers=(1, 2), bounds=("2014-05-04T10:00:00Z", "2014-05-05T10:00:00Z"), silent=None
    )
    page = PageFacts(id=1, slug="strait", title=f"Position {HOSTILE}", url="https://mfa.example/")
    event = Event(kind="changed", page=page, observation=9, at="2014-05-05T10:00:00Z", change=change)
    told = Told(uid="a0123456789a", rule="strait", event=event)
    return render(Message(uid=told.uid, kind="alert", told=(told,)), public_url="https://history.example")


def handed(sink: Any, address: str) -> str:
    """All text of what the service was sent."""
    assert service.send(address, rendered(), at=AT).state == "sent"
    taken = sink.taken[-1]
    if taken.headers["Content-Type"] == "application/json":
        return json.dumps(taken.value, ensure_ascii=False)
    body: str = taken.body.decode()
    return json.dumps(parse_qs(body), ensure_ascii=False) if "form" in taken.headers["Content-Type"] else body


HOOK_PATH = "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    "address",
    [
        f"mmost://{{place}}/{HOOK_PATH}",
        "ntfy://{place}/topic",
        "form://{place}/",
        "gotify://{place}/Abcdefghijklmno",
        "xml://{place}/",
    ],
)
def test_no_mention_link_or_emoji_of_the_page_is_handed_on(sink: Any, address: str) -> None:
    text = handed(sink, address.format(place=sink.place))
    for sign in ("https://evil", "@channel", "@all", ":smile:", "](https"):
        assert sign not in text
    assert "a0123456789a" in text


def test_a_service_that_reads_markdown_in_everything_gets_it_escaped(sink: Any) -> None:
    shown = handed(sink, f"mmost://{sink.place}/{HOOK_PATH}").replace(JOINER, "")
    for sign in ("*", "[click", "`code", "_it"):
        assert f"\\\\{sign}" in shown
        assert f" {sign}" not in shown
