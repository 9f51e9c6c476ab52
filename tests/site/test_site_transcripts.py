"""The way to what changed, as a keyboard goes it and as a screen reader is told it: from the overview to the marked words.

What must be told is kept in `transcripts/`, one file a language, for people to read. Where the pages have changed for the
better, TRANSCRIPTS=write makes the files again: read the difference before it is committed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.site import language
from archive.site.language import ENGLISH, Catalogue, catalogues

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(importlib.util.find_spec("playwright") is None, reason="not installed: playwright"),
]
FOLDER = Path(__file__).with_name("transcripts")
SAID = ("expanded", "pressed", "checked")
STATES = {
    ("expanded", True): "open", ("expanded", False): "closed", ("pressed", "true"): "pressed",
    ("pressed", "false"): "not pressed", ("checked", "true"): "chosen", ("checked", "false"): "not chosen",
}  # fmt: skip
STEPS = 60  # presses of Tab, at most, before the way counts as lost


class Reader:
    """Somebody at a keyboard who sees nothing: knows what has the focus, and what the page tells in reading order."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.told: list[str] = []
        self._devtools = page.context.new_cdp_session(page)

    def arrive(self) -> None:
        self.page.wait_for_load_state("load")
        html = self.page.locator("html")
        self.told.append(f"== {self.page.title()} [{html.get_attribute('lang')}, {html.get_attribute('dir')}]")

    def focused(self) -> str:
        found = self._devtools.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]
        tree = self._devtools.send(
            "Accessibility.getPartialAXTree", {"objectId": found["objectId"], "fetchRelatives": False}
        )
        node = tree["nodes"][0]
        name = " ".join(node.get("name", {}).get("value", "").split())
        states = [
            STATES[one["name"], one["value"]["value"]] for one in node.get("properties", ()) if one["name"] in SAID
        ]
        return " ".join([node["role"]["value"], *states, name])

    def step_to(self, href: str) -> None:
        """Tab after Tab, each stop told, until a link has the focus that leads there; then Enter."""
        for _ in range(STEPS):
            self.page.keyboard.press("Tab")
            self.told.append(f"Tab    {self.focused()}")
            if self.page.evaluate("document.activeElement.getAttribute('href')?.split('?')[0]") == href:
                self.page.keyboard.press("Enter")
                self.told.append("Enter")
                return
        raise AssertionError(f"{href} was not reached: {self.told}")

    def skip(self) -> None:
        self.page.keyboard.press("Tab")
        self.told.append(f"Tab    {self.focused()}")
        self.page.keyboard.press("Enter")
        self.told.append("Enter")

    def read(self, region: str) -> None:
        self.told += self.page.locator(region).first.aria_snapshot().splitlines()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.mark.parametrize("code", ["en", "ru", "he"])
def test_what_changed_is_found_by_keyboard_and_told_in_reading_order(
    served: Callable[[str], str], chromium: Any, pseudo: Catalogue, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    spoken = {"en": ENGLISH, "ru": catalogues()["ru"], "he": pseudo}
    monkeypatch.setattr(language, "catalogues", lambda: spoken)
    with chromium.new_context(locale=code, timezone_id="UTC", viewport={"width": 1000, "height": 800}) as context:
        reader = Reader(context.new_page())
        reader.page.goto(served("/"))
        reader.arrive()
        reader.skip()
        reader.step_to("/page/straits")
        reader.page.wait_for_url("**/page/straits")
        reader.arrive()
        reader.skip()
        reader.step_to("/page/straits/3..4")
        reader.page.wait_for_url("**/page/straits/3..4")
        reader.arrive()
        reader.read("header.opening")
        reader.skip()
        reader.step_to("#change-1")
        reader.read(".comparison")
    found = "\n".join(reader.told) + "\n"
    kept = FOLDER / f"{code}.txt"
    if os.environ.get("TRANSCRIPTS") == "write":
        kept.write_text(found, encoding="utf-8")
    assert found == kept.read_text("utf-8")
