"""What alerts say of a page that has another address."""

from __future__ import annotations

from typing import Any

import pytest

from archive.alerting.event import Event, PageFacts, event_from_json, event_json
from archive.alerting.render import Message, Rendered, render
from archive.alerting.say import Told

NEW = "https://new.example/talks"


def event(kind: Any, **more: Any) -> Event:
    page = PageFacts(id=1, slug="talks", title="River talks", url="http://old.example/talks")
    return Event(kind=kind, page=page, observation=41, at="2014-05-09T12:00:00Z", **more)


def rendered(told: Event, public_url: str = "") -> Rendered:
    message = Message(uid="a1", kind="alert", told=(Told(uid="a1", rule="places", event=told),))
    return render(message, public_url=public_url)


def bare(text: str) -> str:
    """Without the marks that keep a page's words apart from ours."""
    return "".join(char for char in text if char not in "\u2060\u2068\u2069")


def test_a_new_address_is_named_in_the_title_and_with_what_to_do() -> None:
    found = rendered(event("moved", moved_to=NEW))
    assert bare(found.title) == f"River talks has another address: {NEW}"
    assert "variorum move talks URL" in found.text
    assert found.payload["alerts"][0]["moved_to"] == NEW


def test_a_page_held_at_another_host_says_where_and_how_to_confirm_it() -> None:
    found = rendered(event("held", outcome="held", reason="moved", looks=1, moved_to=NEW))
    assert f"leads for good to {NEW}" in bare(found.text)
    assert "variorum release 41" in found.text


def test_a_new_address_is_no_link_of_ours() -> None:
    found = rendered(event("moved", moved_to=NEW), public_url="https://history.example")
    assert f'href="{NEW}' not in found.html
    assert NEW not in found.text


@pytest.mark.parametrize("moved_to", [None, NEW])
def test_an_event_comes_back_from_its_json_also_from_that_of_an_earlier_version(moved_to: str | None) -> None:
    told = event("held", outcome="held", reason="moved", moved_to=moved_to)
    assert event_from_json(event_json(told)) == told
    before = {key: value for key, value in event_json(told).items() if key != "moved_to"}
    assert event_from_json(before).moved_to is None
