"""What services of Apprise are handed of a hostile page: nothing that they would act on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from archive.alerting.event import Event, PageFacts, compared_facts
from archive.alerting.inert import JOINER, in_markdown
from archive.alerting.render import Message, Rendered, render
from archive.alerting.say import Told
from scraper.alerts import service

AT = datetime(2014, 5, 5, 10, tzinfo=UTC)
HOSTILE = "**bold** _it_ [click](https://evil.example) @channel @all `code` <b>x</b> # head ~~gone~~ https://evil.example :smile: "
HOSTILE += ":+1: :100: 10:20:30 <t:1:R> <:a:1> @**all** #**stream** ||spoiler|| {{a}} {% b %} <% c %> #{d} [[e]] evil.example/x"


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
    for sign in ("https://evil", "@channel", "@all", ":smile:", "](https://evil"):
        assert sign not in text
    assert "a0123456789a" in text


def test_a_service_that_reads_markdown_in_everything_gets_it_escaped(sink: Any) -> None:
    shown = handed(sink, f"mmost://{sink.place}/{HOOK_PATH}").replace(JOINER, "")
    for sign in ("*", "[click", "`code", "_it"):
        assert f"\\\\{sign}" in shown
        assert f" {sign}" not in shown


# --- services that are asked nowhere but at their own host: what would be sent --------------------------------------

ELSEWHERE = {
    "telegram": "tgram://123456789:abcdefg_hijklmnopqrstuvwxyzABCDEFGH/12315544/",
    "slack": "slack://xoxb-1234-1234-abc124/#general",
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "discord embed": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?format=markdown",
    "teams": "workflows://host.example/workflow/signature",
    "google chat": "gchat://workspace/key/token",
    "webex": f"wxteams://{'a' * 80}",
    "zulip": f"zulip://bot@org/{'a' * 32}/stream",
    "nextcloud": "nctalk://user:word@host.example/room",
}
WITHOUT_ESCAPES = {"telegram", "slack", "google chat", "zulip", "nextcloud"}  # HTML, no Markdown, or none to be had


@pytest.fixture
def handed_elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """The body of the last request that a service would make for the hostile message, joiners shown as |."""
    bodies: list[str] = []

    def send(_: requests.Session, request: requests.PreparedRequest, **__: Any) -> requests.Response:
        body = request.body or b""
        text = body.decode() if isinstance(body, bytes) else body
        form = not text.startswith("{")
        bodies.append(
            json.dumps(parse_qs(text), ensure_ascii=False) if form else json.dumps(json.loads(text), ensure_ascii=False)
        )
        response = requests.Response()
        response.status_code, response.url, response._content = 200, str(request.url), b'{"ok": true, "result": []}'
        return response

    def handed(address: str) -> str:
        assert service.send(address, rendered(), at=AT).state == "sent"
        return bodies[-1].replace(JOINER, "|")

    monkeypatch.setattr(requests.Session, "send", send)
    return handed


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_a_chat_is_handed_nothing_that_it_would_act_on(name: str, handed_elsewhere: Callable[[str], str]) -> None:
    shown = handed_elsewhere(ELSEWHERE[name])
    for sign in ("https://evil", "evil.example", "@channel", "@all", "@**", "#**", ":smile:", ":+1:", ":100:", "<t:", "<:", "<b>x",
                 "](https://evil", "{{", "{%", "<%", "#{", "[["):  # fmt: skip
        assert sign not in shown
    assert "10:20:30" in shown.replace("\\", "")
    assert "https://history.example/page/strait/1..2" in shown
    if name not in WITHOUT_ESCAPES:
        assert "[Diff](https://history.example/page/strait/1..2)" in shown
        for sign in ("**bold", "*bold", "_it", "`code", "~~gone", "||spoiler"):
            assert f" {sign}" not in shown


@pytest.mark.parametrize(
    "line", ["# head", "> quote", "- item", "+ item", "12. item", "3) item", "===", "---", "***", "| a | b |"]
)
def test_a_line_of_a_page_begins_no_block_of_markdown(line: str) -> None:
    told = in_markdown(line)
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", told) == line
    assert re.match(r"\\[!-~]|\d+\\[.)]", told)


def test_a_mail_service_gets_the_mail_as_html(handed_elsewhere: Callable[[str], str]) -> None:
    shown = handed_elsewhere("sendgrid://apikey123:from@archive.example/desk@paper.example")
    assert '"type": "text/html"' in shown
    assert "https://history.example/page/strait/1..2" in shown
    assert "<b>x" not in shown
