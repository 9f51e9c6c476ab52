"""What a message says, and that nothing of a page takes effect in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.alerting.event import Event, PageFacts, compared_facts
from archive.alerting.inert import JOINER, inert
from archive.alerting.render import Message, Rendered, render
from archive.alerting.rules import Match
from archive.alerting.say import Told
from archive.site.language import catalogues

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = (
    "see https://evil.example/x or www.evil.example, mail a@evil.example, @everyone @here <!channel> <@U1> :smile: "
    "[click](https://evil.example) ![p](//evil.example/p.png) <b>bold</b> <script>alert(1)</script> {{config}} ${HOME} "
    "\x1b[31mred\x1b[0m \u202egnol\u202c \r\nBcc: x@evil.example\r\n\r\n.\r\nQUIT"
)


def told_of(old: str, new: str, *, title: str = "Position on the Strait", language: str = "en", **keys: Any) -> Told:
    change = compared_facts(
        old,
        new,
        numbers=(3, 4),
        bounds=("2014-05-04T10:00:00Z", "2014-05-05T10:00:00Z"),
        silent=keys.pop("silent", False),
    )
    page = PageFacts(id=1, slug="strait", title=title, url="https://mfa.example/strait", language=language)
    event = Event(kind="changed", page=page, observation=412, at="2014-05-05T10:00:00Z", change=change)
    return Told(uid="a0123456789a", rule="strait", event=event, **keys)


def rendered(*told: Told, public_url: str = "https://history.example", **keys: Any) -> Rendered:
    return render(Message(uid=told[0].uid, kind=keys.pop("kind", "alert"), told=told, **keys), public_url=public_url)


MUST = told_of("All parties must pay within 30 days.", "All parties should pay within 20 days.")


def test_a_message_says_page_change_bounds_and_links_in_every_form() -> None:
    found = rendered(MUST)
    assert found.title == "Position on the Strait changed: 2 words added, 2 removed"
    for form in (found.text, found.short, found.html):
        assert "between 4 May 2014, 10:00 and 5 May 2014, 10:00 UTC" in form
        for path in ("/page/strait/3..4", "/page/strait/4", "/page/strait/at/412"):
            assert f"https://history.example{path}" in form
        assert "a0123456789a" in form
    assert "All parties [-must-]{+should+} pay within [-30-]{+20+} days." in found.text
    assert "[-must-]{+should+}" in found.short
    assert re.search(r"<del [^>]*><bdi>must</bdi></del><ins [^>]*><bdi>should</bdi></ins>", found.html)


def test_without_a_public_address_commands_stand_in_place_of_links() -> None:
    found = rendered(MUST, public_url="")
    assert "Diff: variorum diff strait 3 4" in found.text
    assert "<a " not in found.html
    assert found.payload["alerts"][0]["links"] == {}


@pytest.mark.parametrize(("silent", "said"), [(True, "Silent: the page’s own"), (None, "can’t be told"), (False, "")])
def test_silence_is_said_only_where_it_is_known(silent: bool | None, said: str) -> None:
    found = rendered(told_of("They must pay.", "They should pay.", silent=silent))
    assert said in found.text
    assert ("silently" in found.title) is (silent is True)


def test_phrases_that_came_and_went_are_named() -> None:
    found = rendered(replace(MUST, match=Match(appeared=("road map",), disappeared=("must pay",))))
    assert "Appeared: “road map”." in found.text
    assert "Disappeared: “must pay”." in found.short


@pytest.mark.parametrize("kind", ["held", "gone", "failing", "recovered", "unobserved"])
def test_trouble_is_said_without_a_word_about_wording(kind: Any) -> None:
    outcome = {"held": ("held", "challenge"), "gone": ("gone", "http_404"), "failing": ("failed", "timeout")}
    event = Event(
        kind=kind,
        page=MUST.event.page,
        observation=412,
        at="2014-05-05T10:00:00Z",
        outcome=outcome.get(kind, (None, None))[0],
        reason=outcome.get(kind, (None, None))[1],
        since="2014-05-04T10:00:00Z",
        looks=3,
    )
    found = rendered(Told(uid="a1", rule="r", event=event))
    assert found.title.startswith("Position on the Strait ")
    assert "Changed" not in found.text
    assert found.payload["alerts"][0]["change"] is None


@pytest.mark.parametrize("kind", ["alert", "test", "summary", "digest"])
@pytest.mark.parametrize("code", ["ru", "kk"])
def test_a_message_speaks_one_language_and_leaves_the_pages_words_as_they_are(kind: Any, code: str) -> None:
    held = Event(
        kind="held",
        page=MUST.event.page,
        observation=413,
        at="2014-05-06T10:00:00Z",
        outcome="held",
        reason="challenge",
    )
    failing = replace(held, kind="failing", outcome="failed", reason="timeout", since="2014-05-04T10:00:00Z", looks=22)
    many = [
        replace(MUST, match=Match(appeared=("road map",)), note="alternating"),
        Told(uid="a1", rule="r", event=held, note="unconfirmed"),
        Told(uid="a2", rule="r", event=failing),
        Told(uid="a3", rule="r", event=replace(held, kind="recovered", since="2014-05-04T10:00:00Z")),
        Told(uid="a4", rule="r", event=replace(held, kind="unobserved", since=None)),
        Told(uid="a5", rule="r", event=replace(MUST.event, kind="out-of-step", behind=("strait-ru",)), note="settled"),
        Told(uid="a6", rule="r", event=replace(held, kind="moved", moved_to="https://mfa.example/en/strait")),
        Told(uid="a7", rule="r", event=replace(held, reason="moved", moved_to="https://b.example/"), note="transient"),
    ]
    told = tuple(many) if kind in ("summary", "digest") else tuple(many[:1])
    message = Message(uid="a0", kind=kind, told=told, rule="r", more=300 if kind == "summary" else 0)
    found = render(message, public_url="https://history.example", say=catalogues()[code])
    theirs = re.compile(
        r"Position on the Strait|All parties.*|road map|strait(-ru)?|variorum \w+( \w+)*|https\S*|\[\w+\]|UTC|HTTP|\ba\d+\b|\br\b|strait"
    )
    shown = Seen(found.html).text
    for text in (found.title, found.text, found.short, shown):
        assert re.findall("[A-Za-z]{2,}", theirs.sub("", text)) == []
    assert f'<html lang="{code}"' in found.html
    assert '<p dir="ltr" lang="en"' in found.html
    assert found.payload["language"] == code


def test_russian_alerts_decline_as_russian_does() -> None:
    many = tuple(replace(MUST, uid=f"a{number}") for number in range(22))
    found = render(Message(uid="d1", kind="digest", told=many, rule="desk"), public_url="", say=catalogues()["ru"])
    assert found.title == "Сводка desk: 22 оповещения на 1 странице"
    assert "между 4 мая 2014, 10:00 и 5 мая 2014, 10:00 UTC" in found.text
    assert "— Position on the Strait: изменено, 2 слова добавлено, 2 удалено" in found.text


def test_in_plain_text_a_mark_keeps_to_its_words_where_they_run_from_right_to_left() -> None:
    old, new = "قرار NATO رقم 338. UNRWA", "قرار EU رقم 1397. UNRWA"
    found = rendered(told_of(old, new, language="ar"), public_url="")
    passage = "\u2067قرار [-\u2066NATO\u2069-]{+\u2066EU\u2069+} رقم [-338-]{+1397+}. UNRWA\u2069".replace(
        "\u2066", "\u2068"
    )
    assert passage in found.text
    assert passage in found.short


def test_a_page_can_not_end_what_sets_its_words_apart() -> None:
    found = rendered(told_of("يجب الدفع.", "يجب\u2069 الدفع\u2069\u202e.", title="موقف\u2069\u2069 x", language="ar"))
    for form in (found.title, found.text, found.short):
        depth = 0
        for char in form:
            depth += (char in "\u2066\u2067\u2068") - (char == "\u2069")
            assert depth >= 0
        assert depth == 0


def test_right_to_left_words_do_not_turn_our_sentences_round() -> None:
    found = rendered(told_of("يجب الدفع.", "ينبغي الدفع.", title="موقف الوزارة", language="ar"))
    assert found.title.startswith("\u2068موقف الوزارة\u2069 changed")
    assert '<p dir="rtl" lang="ar"' in found.html


# --- nothing of a page takes effect ----------------------------------------------------------------------------------


class Seen(HTMLParser):
    """The tags, addresses and text of an HTML document."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: set[str] = set()
        self.text = ""
        self._hidden = False
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += "" if self._hidden else data

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._hidden = tag == "style"
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src", "action", "background")}
        assert not [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.parametrize("at", ["text", "title"])
def test_a_hostile_page_adds_no_tag_no_address_and_no_line_of_a_header(at: str) -> None:
    calm, hostile = "They must pay.", f"They must pay. {HOSTILE}"
    found = rendered(told_of(calm, hostile) if at == "text" else told_of(calm, "They may pay.", title=HOSTILE))
    plain = rendered(told_of(calm, "They may pay."))
    seen, expected = Seen(found.html), Seen(plain.html)
    assert seen.tags <= expected.tags | {"del", "ins", "bdi"}
    assert seen.addresses == expected.addresses
    assert "\n" not in found.title
    assert "\r" not in found.text + found.short + found.html
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", found.title + found.text + found.short + found.html
    )


@pytest.mark.parametrize(
    "sign",
    [
        "https://evil",
        "//evil",
        "www.evil",
        "evil.example",
        "a@evil",
        "@everyone",
        "@here",
        "<!channel",
        "<@U1",
        "](",
        "{{",
        "${",
        ":smile:",
    ],
)
def test_what_chat_services_act_on_is_broken_by_an_invisible_joiner(sign: str) -> None:
    found = rendered(told_of("They must pay.", f"They must pay. {HOSTILE}"))
    for form in (found.short, found.text):
        assert sign not in form
        assert sign in form.replace(JOINER, "")


@given(st.text(max_size=80))
def test_inert_text_reads_as_it_was(text: str) -> None:
    shown = inert(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]", shown)
    plain = re.sub("[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+", " ", text)
    if shown.replace(JOINER, "") != plain.replace(JOINER, ""):
        assert "<U+" in shown


# --- web hooks, summaries --------------------------------------------------------------------------------------------


def schema_problems(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """What of a JSON value is not as its schema says: of JSON Schema what `docs/webhook.schema.json` uses."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        tried = [schema_problems(value, one, root, at) for one in schema["anyOf"]]
        return [] if any(not problems for problems in tried) else tried[0]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{at}: {value!r}"]
    types: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "boolean": bool,
        "null": type(None),
    }
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(isinstance(value, types[name]) and (name != "integer" or value is not True) for name in names):
        return [f"{at}: {type(value).__name__} is not {names}"]
    problems: list[str] = []
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        problems.append(f"{at}: {value!r} is not like {schema['pattern']}")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        problems += [f"{at}: lacks {key}" for key in schema.get("required", []) if key not in value]
        extra = schema.get("additionalProperties", True)
        for key, item in value.items():
            if key in known:
                problems += schema_problems(item, known[key], root, f"{at}.{key}")
            elif extra is False:
                problems.append(f"{at}: has {key}, which the schema does not know")
            elif isinstance(extra, dict):
                problems += schema_problems(item, extra, root, f"{at}.{key}")
    if isinstance(value, list):
        for place, item in enumerate(value):
            problems += schema_problems(item, schema["items"], root, f"{at}[{place}]")
    return problems


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs/webhook.schema.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("kind", ["alert", "summary", "digest", "test"])
def test_the_body_of_a_web_hook_is_as_its_schema_says(kind: Any) -> None:
    told = (MUST,) if kind in ("alert", "test") else (MUST, replace(MUST, uid="a2"))
    payload = json.loads(json.dumps(rendered(*told, kind=kind, rule="strait").payload))
    assert schema_problems(payload, schema(), schema()) == []


def test_the_schema_finds_what_is_wrong() -> None:
    payload = rendered(MUST).payload
    assert schema_problems({**payload, "id": 7, "extra": 1}, schema(), schema()) != []


def test_a_web_hook_has_the_texts_as_they_stand_on_the_page() -> None:
    payload = rendered(told_of("They must pay.", f"They must pay {HOSTILE}")).payload
    texts = "".join(part["text"] for passage in payload["alerts"][0]["change"]["passages"] for part in passage)
    assert "https://evil.example/x" in texts


def test_a_summary_tells_many_alerts_a_line_each_and_counts_the_rest() -> None:
    many = [replace(MUST, uid=f"a{number}") for number in range(200)]
    found = rendered(*many, kind="summary", more=800)
    assert found.title == "Summary: 1,000 alerts on 1 page"
    assert "… and 800 more. List them with: variorum alerts" in found.text
    assert found.text.count("— Position on the Strait changed") == 200
    assert len(found.short) < 4000
    assert found.payload["more"] == 800
    assert len(found.payload["alerts"]) == 200


def test_a_long_change_is_told_in_bounded_length() -> None:
    old = "\n\n".join(
        f"Paragraph {number} says that all must pay {number} coins. " + "word " * 400 for number in range(60)
    )
    found = rendered(told_of(old, old.replace("must", "may")))
    assert len(found.text) < 30_000
    assert "… and 48 more changed passages." in found.text
    assert len(found.short) < 4000
