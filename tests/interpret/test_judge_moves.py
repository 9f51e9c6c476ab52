"""A page that is led to another address for good: followed on its host, held at another one until a person confirms it."""

from __future__ import annotations

import pytest

from archive.model import Hop
from scraper.interpret import accepted_by_hand

ASKED = "http://mfa.example/en/position"
ELSEWHERE = "https://ministry.example/position"


def led(*statuses: int, to: str) -> dict[str, object]:
    """What a look that redirects lead from the page's address to another one looks like."""
    hops = tuple(Hop(url=ASKED, status=status, reason="", headers=(), peer=None) for status in statuses)
    return {"hops": hops, "final_url": to}


@pytest.mark.parametrize("status", [301, 308])
def test_the_same_text_at_another_host_is_held_as_moved(seen_page, page, status: int) -> None:
    assert seen_page.look(page(), **led(status, to=ELSEWHERE)) == "held:moved"


def test_an_edited_text_at_another_host_is_held_as_moved(seen_page, page) -> None:
    edited = page().replace(b"</p>", b" So it is.</p>", 1)
    assert seen_page.look(edited, **led(301, to=ELSEWHERE)) == "held:moved"


@pytest.mark.parametrize("to", ["http://mfa.example/en/position-2014", "https://mfa.example/en/position"])
def test_the_same_text_elsewhere_on_its_host_is_the_page(seen_page, page, to: str) -> None:
    assert seen_page.look(page(), **led(301, to=to)) == "unchanged"


def test_a_host_with_and_without_www_is_one(seen_page, page) -> None:
    assert seen_page.look(page(), **led(301, to="https://www.mfa.example/en/position")) == "unchanged"


def test_a_passing_redirect_to_another_host_is_judged_by_what_stands_there(seen_page, page) -> None:
    assert seen_page.look(page(), **led(302, to=ELSEWHERE)) == "unchanged"


def test_the_first_look_goes_where_it_is_led(history, page) -> None:
    assert history.look(page(), **led(301, to=ELSEWHERE)) == "new"
    assert history.look(page(), **led(301, to=ELSEWHERE)) == "unchanged"


def test_an_error_page_at_another_host_is_told_as_what_it_is(seen_page, page) -> None:
    error = b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"
    assert seen_page.look(error, **led(301, to=ELSEWHERE)) == "held:soft_404"


def test_a_host_that_a_person_confirmed_is_the_pages_from_then_on_even_after_it_came_back(seen_page, page) -> None:
    assert seen_page.look(page(), **led(301, to=ELSEWHERE)) == "held:moved"
    seen_page.memory = accepted_by_hand(seen_page.memory, seen_page.last.document, ELSEWHERE)
    edited = page().replace(b"</p>", b" So it is.</p>", 1)
    told = [
        seen_page.look(page(), **led(301, to=ELSEWHERE)),
        seen_page.look(edited),
        seen_page.look(edited, **led(301, to=f"{ELSEWHERE}-2")),
        seen_page.look(edited, **led(301, to="http://third.example/position")),
    ]
    assert told == ["unchanged", "changed", "unchanged", "held:moved"]
