"""RFC 7089: TimeGates, TimeMaps and mementos of every address that a page ever had."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from archive.memento import original_candidates, original_headers, parse_accept_datetime
from archive.model import Outcome
from archive.pages import PageSettings
from archive.site import mementos

URL = "http://mea.norland.example/en/straits?view=full"
LINK = re.compile(r'<([^>]*)>((?:; [a-z]+="[^"]*")*)')


def links(text: str) -> list[tuple[str, dict[str, str]]]:
    """The links of a header or a TimeMap as (address, attributes)."""
    return [(uri, dict(re.findall(r'([a-z]+)="([^"]*)"', rest))) for uri, rest in LINK.findall(text)]


def by_rel(text: str) -> dict[str, str]:
    return {rel: uri for uri, said in links(text) for rel in said["rel"].split() if rel != "memento"}


def path_of(uri: str) -> str:
    return uri.removeprefix("http://localhost")


def story(keeper: Any) -> dict[str, int]:
    keeper.add(PageSettings(slug="moved", url="http://old.example/a b?x=%41&y=é"))
    seqs = {"first": keeper.look("moved", [("paragraph", "It stood at its old address.")])}
    keeper.add(PageSettings(slug="moved", url="https://new.example/a"))
    seqs["held"] = keeper.miss("moved", Outcome.HELD, "challenge")
    seqs["second"] = keeper.look("moved", [("paragraph", "It stands at its new address.")])
    keeper.look("moved")
    keeper.every = timedelta(milliseconds=300)
    seqs["third"] = keeper.look("moved", [("paragraph", "Once more.")])
    seqs["fourth"] = keeper.look("moved", [("paragraph", "And at once again.")])
    return seqs


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Any]) -> Any:
    return make(tmp_path_factory.mktemp("moved") / "home", story)


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "https://new.example/a",
        "https:/new.example/a",
        "HTTPS://NEW.example:443/a",
        "https%3A%2F%2Fnew.example%2Fa",
        "new.example/a",
        "https://new.example/a#part",
        "http://old.example/a%20b?x=%41&y=é",
        "http:/old.example/a%20b?x=%41&y=%C3%A9",
        "http%3A%2F%2Fold.example%2Fa%20b%3Fx%3D%2541%26y%3D%C3%A9",
    ],
)
def test_every_address_that_a_page_had_resolves_however_a_client_writes_it(moved: Any, path: str) -> None:
    response = moved.get(f"/timegate/{path}")
    assert response.status_code == 302, path
    assert response.headers["location"].startswith("/memento/2031")


def test_percent_encoding_is_undone_once_and_no_more() -> None:
    candidates = original_candidates("http%253A//a.example/", "")
    assert "http://a.example/" not in candidates
    assert "http%3A//a.example/" in [one.removeprefix("https://") for one in candidates]
    assert original_candidates("http://a.example/%2520", "") == [
        "http://a.example/%2520",
        "http://a.example/%20",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "http://nowhere.example/",
        "//evil.example/",
        "http://[",
        "http://a:b:c/",
        "javascript:alert(1)",
        "%00",
        "%ff",
        "\\evil",
        "..%2f..",
    ],
)
def test_what_is_not_here_is_not_found_and_nobody_is_sent_off(moved: Any, path: str) -> None:
    for prefix in ("/timegate/", "/timemap/link/", "/timemap/json/", "/memento/20310501060000/"):
        response = moved.get(prefix + path)
        assert response.status_code == 404, (prefix, path)
        assert "location" not in response.headers


# --- TimeGate --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "stamp"),
    [
        (None, "20310509180000"),
        ("Sun, 04 May 2031 18:00:00 GMT", "20310504180000"),
        ("Mon, 05 May 2031 20:00:00 GMT", "20310504180000"),  # nothing was seen of it in between
        ("Thu, 01 Jan 1970 00:00:00 GMT", "20310501060000"),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "20310509180000"),
    ],
)
def test_a_timegate_leads_to_what_stood_at_that_time(site: Any, asked: str | None, stamp: str) -> None:
    response = site.get(f"/timegate/{URL}", headers={"accept-datetime": asked} if asked else {})
    assert response.status_code == 302
    assert response.headers["location"] == f"/memento/{stamp}/{URL}"
    assert "accept-datetime" in response.headers["vary"]
    rels = by_rel(response.headers["link"])
    assert rels["original"] == URL
    assert {"timemap", "first", "last"} <= set(rels)


@pytest.mark.parametrize("asked", ["yesterday", "2031-05-04T18:00:00Z", "", "Sun, 99 May 2031 18:00:00 GMT"])
def test_a_timegate_refuses_what_is_no_date(site: Any, asked: str) -> None:
    assert site.get(f"/timegate/{URL}", headers={"accept-datetime": asked}).status_code == 400
    assert parse_accept_datetime(asked) is None


# --- mementos --------------------------------------------------------------------------------------------------------


def test_a_memento_is_the_received_bytes_as_text_that_nothing_runs(site: Any) -> None:
    response = site.get(f"/memento/20310504180000/{URL}")
    assert response.status_code == 200
    assert response.content == site.get(by_at(response)).content
    assert response.headers["content-type"] == "text/plain"
    assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["memento-datetime"] == "Sun, 04 May 2031 18:00:00 GMT"
    assert response.headers["x-archive-orig-content-type"] == "text/html; charset=utf-8"


def by_at(response: Any) -> str:
    """The raw bytes of the look that a memento's alternate shows."""
    return path_of(by_rel(response.headers["link"])["alternate"]) + "/raw"


def test_a_memento_is_linked_to_its_neighbours_and_to_our_rendering(site: Any) -> None:
    rels = by_rel(site.get(f"/memento/20310504180000/{URL}").headers["link"])
    assert rels["original"] == URL
    assert path_of(rels["timegate"]) == f"/timegate/{URL}"
    assert path_of(rels["first"]) == f"/memento/20310501060000/{URL}"
    assert path_of(rels["prev"]) == f"/memento/20310504120000/{URL}"
    assert path_of(rels["next"]) == f"/memento/20310507000000/{URL}"
    assert path_of(rels["last"]) == f"/memento/20310509180000/{URL}"
    assert "All 27 parties should take part" in site.html(path_of(rels["alternate"]))


def test_the_first_memento_has_none_before_it_and_the_last_none_after(site: Any) -> None:
    assert "prev" not in by_rel(site.get(f"/memento/20310501060000/{URL}").headers["link"])
    assert "next" not in by_rel(site.get(f"/memento/20310509180000/{URL}").headers["link"])


def test_another_time_leads_to_the_memento_that_stood_then(site: Any) -> None:
    response = site.get(f"/memento/20310505000000/{URL}")
    assert (response.status_code, response.headers["location"]) == (302, f"/memento/20310504180000/{URL}")
    assert site.get(f"/memento/20311399000000/{URL}").status_code == 404


def test_a_memento_is_answered_with_304_while_nothing_around_it_changed(site: Any) -> None:
    for path in (f"/memento/20310504180000/{URL}", f"/timemap/link/{URL}", f"/timemap/json/{URL}"):
        etag = site.get(path).headers["etag"]
        assert site.get(path, headers={"if-none-match": etag}).status_code == 304


def test_snapshots_of_one_second_have_addresses_of_their_own(moved: Any) -> None:
    url = "https://new.example/a"
    listed = links(moved.get(f"/timemap/link/{url}").text)
    third, fourth = [path_of(uri) for uri, said in listed if "memento" in said["rel"].split()][-2:]
    assert third == f"{fourth.partition('/http')[0]}-{moved.seqs['third']}/{url}"
    assert moved.get(third).text == "Once more."
    assert moved.get(fourth).text == "And at once again."
    assert path_of(by_rel(moved.get(fourth).headers["link"])["prev"]) == third


def test_received_headers_are_sent_harmlessly() -> None:
    given = [
        ("Set-Cookie", "a=b\r\nX-Injected: 1"),
        ("X Bad", "x"),
        ("Link", "<a>"),
        ("link", "<b>"),
        ("X-Long", "y" * 9000),
        ("X-After", "it"),
    ]
    assert original_headers(given) == {
        "x-archive-orig-set-cookie": "a=b X-Injected: 1",
        "x-archive-orig-link": "<a>, <b>",
        "x-archive-orig-x-after": "it",
    }


# --- TimeMaps --------------------------------------------------------------------------------------------------------


def test_a_timemap_lists_every_snapshot_oldest_first_and_nothing_else(site: Any) -> None:
    listed = [said for _, said in links(site.get(f"/timemap/link/{URL}").text) if "memento" in said["rel"].split()]
    looks = site.get("/page/straits/looks.json").json()["observations"]
    seen = [look for look in looks if look["revision"] and look["body_sha256"]]
    assert len(listed) == len(seen)
    assert listed[0]["rel"] == "first memento"
    assert listed[-1]["rel"] == "last memento"
    assert site.get(f"/timemap/link/{URL}").headers["content-type"] == "application/link-format"


def test_both_forms_of_a_timemap_tell_the_same(moved: Any) -> None:
    url = "http://old.example/a%20b?x=%41&y=%C3%A9"
    as_links = [uri for uri, said in links(moved.get(f"/timemap/link/{url}").text) if "memento" in said["rel"].split()]
    as_json = moved.get(f"/timemap/json/{url}").json()
    assert [one["uri"] for one in as_json["mementos"]["list"]] == as_links
    assert as_json["original_uri"] == "http://old.example/a b?x=%41&y=é"
    assert all(moved.get(path_of(uri)).status_code == 200 for uri in as_links)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_long_timemap_comes_in_parts_that_name_the_next(
    moved: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    url = "https://new.example/a"
    whole = [one["uri"] for one in moved.get(f"/timemap/json/{url}").json()["mementos"]["list"]]
    monkeypatch.setattr(mementos, "PART", size)
    seen, path = [], f"/timemap/link/{url}"
    while path:
        found = links(moved.get(path).text)
        seen += [uri for uri, said in found if "memento" in said["rel"].split()]
        path = next((path_of(uri) for uri, said in found if said["rel"] == "timemap"), "")
    assert seen == whole
    assert moved.get(f"/timemap/json/{url}").json()["next"] == (
        f"http://localhost/timemap/json/after/{moved.seqs[['first', 'second', 'third'][size - 1]]}/{url}"
        if size < 4
        else None
    )


def test_hostile_addresses_stay_addresses(site_of: Callable[..., Any]) -> None:
    bad = "javascript:alert(1)//http://a.example/\"'><script>alert(2)</script>\r\nX-Injected: 1"

    def told(keeper: Any) -> None:
        keeper.add(PageSettings(slug="bad", url=bad))
        keeper.look("bad", [("paragraph", "Bad.")], headers=(("X-A", "1\r\nX-Injected: 2"), ("Location", bad)))

    site = site_of(told)
    gate = site.get(f"/timegate/{quote(bad, safe='')}")
    assert gate.status_code == 302
    assert gate.headers["location"].startswith("/memento/2031")
    for response in (gate, site.get(gate.headers["location"]), site.get(f"/timemap/link/{quote(bad, safe='')}")):
        assert response.status_code in (200, 302)
        assert "x-injected" not in response.headers
        for text in (response.text, response.headers.get("link", ""), response.headers.get("location", "")):
            assert "<script" not in text
            assert "\"'>" not in text
    looks = site.html("/page/bad/looks")
    assert 'href="/timemap/link/javascript' in looks


def test_under_a_base_address_links_and_redirects_keep_to_it(site_of: Callable[..., Any]) -> None:
    def told(keeper: Any) -> None:
        keeper.add(PageSettings(slug="one", url="http://a.example/"))
        keeper.look("one", [("paragraph", "One.")])

    site = site_of(told, base_url="/history/", public_url="https://archive.example/history")
    response = site.get("/timegate/http://a.example/")
    assert response.headers["location"] == "/history/memento/20310501060000/http://a.example/"
    shown = site.get(response.headers["location"].removeprefix("/history"))
    assert by_rel(shown.headers["link"])["timegate"] == "https://archive.example/history/timegate/http://a.example/"
