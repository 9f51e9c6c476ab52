"""Every page in Chromium: what axe-core finds, phones, the dark, the keyboard, no scripts, from right to left, local times."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from archive.site import language
from archive.site.language import ENGLISH, Catalogue, catalogues

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDED = ("playwright", "axe_playwright_python")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
PAGES = [
    "/", "/?sort=statement", "/page/straits", "/page/straits?base=2", "/page/straits/2", "/page/straits/3?ages=1",
    "/page/straits/1..2", "/page/straits/1..4?view=side", "/page/straits/looks", "/page/straits/calendar",
    "/page/straits/lifetimes", "/page/straits-ar/1..2", "/page/straits-ar/2", "/page/straits-ru",
    "/page/straits/at/{first}", "/page/straits/at/{held}", "/page/straits/at/{failed}", "/statement/straits", "/-/health",
    "/search?q=talks", "/when?phrase=talks", "/archive", "/archive/revisions", "/archive/pages/1", "/nowhere",
]  # fmt: skip
FEW = ["/", "/page/straits?base=2", "/page/straits/2", "/page/straits/1..4?view=side", "/page/straits/calendar",
       "/page/straits/lifetimes", "/page/straits-ar/1..2", "/page/straits/at/{held}", "/archive/revisions"]  # fmt: skip
MIRRORED = Catalogue(code="he", name="עברית", direction="rtl")  # English words: the layout is what is tried


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def contexts(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens one window for each set of options."""
    opened: dict[str, Any] = {}

    def of(**options: Any) -> Any:
        key = repr(sorted(options.items()))
        if key not in opened:
            opened[key] = browser.new_context(**options)
        return opened[key]

    yield of
    for context in opened.values():
        context.close()


@pytest.fixture
def tab(contexts: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Opens a tab that notes the complaints of its console."""
    pages = []

    def of(**options: Any) -> Any:
        pages.append(contexts(**options).new_page())
        page = pages[-1]
        page.complaints = []
        page.on("console", lambda told: page.complaints.append(told.text) if told.type == "error" else None)
        return page

    yield of
    for page in pages:
        page.close()


def findings(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def test_axe_finds_what_is_wrong(tab: Callable[..., Any]) -> None:
    page = tab(bypass_csp=True)
    page.set_content("<html><body><img src='data:,'><p style='color:#eee;background:#fff'>pale</p></body></html>")
    assert {one.partition(":")[0] for one in findings(page)} >= {"image-alt", "color-contrast", "html-has-lang"}


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_in_the_light_and_in_the_dark(
    served: Callable[[str], str], tab: Callable[..., Any], path: str
) -> None:
    page = tab(bypass_csp=True)
    page.goto(served(path))
    assert findings(page) == []
    page.emulate_media(color_scheme="dark")
    assert findings(page) == []


SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_of_320_pixels_never_scrolls_sideways_and_no_script_is_needed(
    served: Callable[[str], str], tab: Callable[..., Any], path: str
) -> None:
    page = tab(viewport={"width": 320, "height": 640})
    page.goto(served(path))
    assert page.evaluate(SIDEWAYS) == 0
    words = page.inner_text("main")
    bare = tab(java_script_enabled=False, viewport={"width": 320, "height": 640})
    bare.goto(served(path))
    assert bare.inner_text("main") == words


@pytest.mark.parametrize("path", FEW)
def test_a_page_from_right_to_left_is_sound(
    served: Callable[[str], str], tab: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(language, "catalogues", lambda: {"en": ENGLISH, "he": MIRRORED})
    page = tab(viewport={"width": 320, "height": 640}, bypass_csp=True)
    page.goto(served(path) + ("&" if "?" in path else "?") + "lang=he")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert page.evaluate(SIDEWAYS) == 0
    assert findings(page) == []


@pytest.mark.parametrize("code", sorted(set(catalogues()) - {"en"}))
@pytest.mark.parametrize("path", FEW)
def test_longer_words_of_other_languages_fit_a_phone(
    served: Callable[[str], str], tab: Callable[..., Any], path: str, code: str
) -> None:
    page = tab(viewport={"width": 320, "height": 640}, locale=code)
    page.goto(served(path))
    assert page.evaluate("document.documentElement.lang") == code
    assert page.evaluate(SIDEWAYS) == 0


FOCUSED = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    if (!at.dataset.place) at.dataset.place = String(++window.places || (window.places = 1));
    const style = getComputedStyle(at);
    return [at.dataset.place, at.tagName, style.outlineStyle !== "none" && style.outlineWidth !== "0px"];
}"""
REACHABLE = """() => Array.from(document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']"))
    .filter((one) => one.tabIndex >= 0 && one.type !== "hidden" && one.checkVisibility()
        && !(one.type === "radio" && !one.checked)).length"""


@pytest.mark.parametrize(
    "path", ["/", "/page/straits", "/page/straits/1..2", "/page/straits/calendar", "/archive/pages"]
)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    served: Callable[[str], str], tab: Callable[..., Any], path: str
) -> None:
    page = tab()
    page.goto(served(path))
    wanted = page.evaluate(REACHABLE)
    assert wanted > 5
    reached = []
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or (reached and focused[0] == reached[0][0]):
            break
        reached.append(focused)
    assert len(reached) == wanted
    assert [one for one in reached if not one[2]] == []


@pytest.mark.parametrize("width", [720, 768, 1100])
def test_the_earlier_text_stands_beside_the_later_one_at_the_side_where_reading_begins(
    served: Callable[[str], str], tab: Callable[..., Any], width: int
) -> None:
    page = tab()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(served("/page/straits/1..4?view=side"))
    for pair in page.locator(".pair.changed").all():
        old, new = (pair.locator(side).bounding_box() for side in (".side.old", ".side.new"))
        assert old["x"] + old["width"] <= new["x"]
        assert abs(old["y"] - new["y"]) < 1


def test_the_keyboard_skips_to_the_content(served: Callable[[str], str], tab: Callable[..., Any]) -> None:
    page = tab()
    page.goto(served("/page/straits"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_readers_own_time_is_added_beside_utc_when_asked_for(
    served: Callable[[str], str], tab: Callable[..., Any]
) -> None:
    page = tab(timezone_id="Asia/Almaty", locale="en-GB")
    page.goto(served("/page/straits/2"))
    assert "23:00" not in page.inner_text("main")
    page.click("button.times-switch")
    words = " ".join(page.inner_text("header.opening").split())
    assert "on 4 May 2031 between 12:00 and 18:00 UTC" in words
    assert "17:00" in words
    assert "23:00" in words
    page.goto(served("/page/straits/3"))
    assert page.locator("button.times-switch").get_attribute("aria-pressed") == "true"
    assert page.locator(".local-time").first.is_visible()
    page.click("button.times-switch")
    assert not page.locator(".local-time").first.is_visible()
    assert page.complaints == []


def test_a_reader_in_utc_is_offered_no_other_time(served: Callable[[str], str], tab: Callable[..., Any]) -> None:
    page = tab(timezone_id="UTC")
    page.goto(served("/page/straits/2"))
    assert page.locator("button.times-switch").count() == 0


@pytest.mark.parametrize("path", ["/page/straits/1..4", "/page/straits-ar/1..2", "/page/straits"])
def test_colours_of_the_system_keep_every_mark(
    served: Callable[[str], str], tab: Callable[..., Any], path: str
) -> None:
    page = tab(forced_colors="active")
    page.goto(served(path))
    marks = page.locator("main ins, main del").all()
    assert marks
    decorated = "(one) => [getComputedStyle(one).textDecorationLine, getComputedStyle(one).borderTopStyle]"
    assert [mark for mark in marks[:20] if mark.evaluate(decorated) == ["none", "none"]] == []
