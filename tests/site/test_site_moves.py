"""The seam where a page's history goes on at another address, on its timeline and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from archive.model import Hop, Outcome
from archive.pages import PageSettings

FIRST, SECOND, THIRD = "http://old.example/talks", "http://old.example/en/talks", "https://new.example/talks"
PAGE = PageSettings(slug="talks", url=FIRST, language="en")
TEXT = [("paragraph", "The talks begin in May.")]


def led(url: str, to: str, *statuses: int) -> dict[str, Any]:
    return {
        "final_url": to,
        "hops": tuple(Hop(url=url, status=status, reason="", headers=(), peer=None) for status in statuses),
    }


def story(keeper: Any) -> dict[str, int]:
    """Three addresses: the second by a redirect, the third by the keeper."""
    keeper.add(PAGE)
    seqs = {"first": keeper.look("talks", TEXT)}
    seqs["passing"] = keeper.look("talks", TEXT, **led(FIRST, "http://old.example/away", 302))
    seqs["held"] = keeper.miss("talks", Outcome.HELD, "moved", **led(FIRST, THIRD, 301))
    seqs["led"] = keeper.look("talks", TEXT, **led(FIRST, SECOND, 308))
    keeper.look("talks", TEXT, **led(FIRST, SECOND, 308))
    keeper.look("talks", TEXT, **led(FIRST, f"{SECOND}?session=7", 308))
    keeper.add(replace(PAGE, url=THIRD))
    keeper.look("talks", [("paragraph", "The talks begin in June.")])
    seqs["proxy"] = keeper.look("talks", [("paragraph", "The talks begin in June.")], vantage="http://127.0.0.1:3128")
    return seqs


@pytest.fixture(scope="module")
def moves(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Any]) -> Any:
    return make(tmp_path_factory.mktemp("moves") / "home", story)


def test_each_new_address_is_one_seam_of_accepted_looks_alone(moves: Any) -> None:
    found = moves.get("/page/talks.json").json()
    assert [(seam["url"], seam["observation"]) for seam in found["seams"]] == [
        (SECOND, moves.seqs["led"]),
        (THIRD, None),
    ]
    assert [address["url"] for address in found["addresses"]] == [FIRST, THIRD]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["The page’s address led for good to", "by the keeper’s decision"]),
        ("ru", ["Адрес страницы насовсем переадресован на", "По решению хранителя"]),
        ("kk", ["Беттің мекенжайы біржола", "Сақтаушының шешімімен"]),
    ],
)
def test_the_timeline_shows_the_seams_in_the_readers_language(moves: Any, language: str, said: list[str]) -> None:
    text = moves.get(f"/page/talks?lang={language}").text
    assert text.count('class="moment seam"') == 2
    assert all(words in text for words in said)
    assert f">{SECOND}</code>" in text


def test_a_page_that_is_led_away_says_so_until_its_address_is_changed(
    tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Any]
) -> None:
    def before(keeper: Any) -> dict[str, int]:
        keeper.add(PAGE)
        return {"led": keeper.look("talks", TEXT, **led(FIRST, SECOND, 301))}

    def after(keeper: Any) -> dict[str, int]:
        seqs = before(keeper)
        keeper.add(replace(PAGE, url=SECOND))
        return seqs

    said = "This address leads for good to"
    places = [tmp_path_factory.mktemp("led") / "home" for _ in range(2)]
    pages = [make(place, told).get("/page/talks").text for place, told in zip(places, (before, after), strict=True)]
    assert [said in page for page in pages] == [True, False]


def test_the_proxy_stands_with_the_evidence(moves: Any) -> None:
    shown = {name: moves.get(f"/page/talks/at/{moves.seqs[name]}").text for name in ("proxy", "first")}
    assert "http://127.0.0.1:3128" in shown["proxy"]
    assert ["Asked through the proxy" in text for text in shown.values()] == [True, False]


def test_the_table_of_seams_is_for_readers_too(moves: Any) -> None:
    page = moves.get("/archive/seams").text
    assert "What the columns mean" in page
    assert SECOND in page


def test_an_address_that_the_page_was_led_to_resolves_too(moves: Any) -> None:
    found = {url: moves.get(f"/timemap/json/{url}") for url in (FIRST, SECOND, THIRD, f"{SECOND}/nowhere")}
    assert [response.status_code for response in found.values()] == [200, 200, 200, 404]
    counts = {len(found[url].json()["mementos"]["list"]) for url in (FIRST, SECOND, THIRD)}
    assert len(counts) == 1
