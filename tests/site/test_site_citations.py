"""What was cited is found again, byte for byte, whatever the keeper does to the history afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive.model import Capture, Rules
from archive.pages import PageSettings
from archive.store import Archive
from scraper import acts
from scraper.interpret import VERSION, interpret

URL = "http://mea.norland.example/en/straits"
BEGAN = datetime(2031, 5, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)
VISITS = "<p class=visits>Read by {n} people of the Straits in the year that was.</p>"


def page(*passages: str, visits: int = 40) -> bytes:
    calm = "".join(
        f"<p>Norland takes note of protocol {n} of the Sable accords, which stays in force.</p>" for n in range(6)
    )
    words = "".join(f"<p>{passage}</p>" for passage in passages)
    html = f"<title>On the Straits</title><main><h1>On the Straits</h1>{words}{calm}{VISITS.format(n=visits)}</main>"
    return f"<!doctype html><html lang=en>{html}</html>".encode()


LOGIN = (
    b"<!doctype html><html lang=en><title>Log in</title><main><h1>Log in</h1><form method=post>"
    b"<input name=user><input type=password name=password><button>Log in</button></form></main></html>"
)


def look(archive: Archive, body: bytes, at: datetime, *, via: str = "live") -> int:
    state = archive.page_state("straits")
    capture = Capture(
        url=URL, final_url=URL, observed_at=at, duration_us=1000, http_version="HTTP/1.1", status=200,
        status_reason="OK", headers=(("Content-Type", "text/html; charset=utf-8"),), body=body, wire_bytes=len(body), via=via,
    )  # fmt: skip
    return archive.record(state, capture, interpret(capture, state.rules, state.memory)).seq


def settings(**rules: Any) -> PageSettings:
    return PageSettings(slug="straits", url=URL, language="en", rules=Rules(**rules))


def read_again(archive: Archive, rules: Rules, cause: str) -> None:
    state = archive.page_state("straits")
    reader = acts.reader_of(acts.acts_of(archive.conn, state.page_id))
    archive.read_again(state, rules, reader, cause=cause, version=VERSION, at=BEGAN + 90 * DAY)


def everything(site: Any, seq: int) -> dict[str, bytes]:
    """All that a citation leads to."""
    base = f"/page/straits/at/{seq}"
    answer = site.get(f"{base}.json").json()
    told = {
        "text": answer["text"].encode(),
        "digest": answer["text_sha256"].encode(),
        "shown": site.html(base).partition("<article")[2].partition("</article>")[0].encode(),
    }
    for name in ("cite.txt", "cite.bib", "cite.csl.json", "raw"):
        response = site.get(f"{base}/{name}")
        assert response.status_code == 200, (base, name)
        told[name] = response.content
    return told


@pytest.fixture
def cited(make: Any, tmp_path: Any) -> tuple[Any, list[int], int]:
    """A site, ten of its looks to cite, and a held one."""
    home = tmp_path / "home"
    seqs: list[int] = []

    def story(keeper: Any) -> dict[str, int]:
        keeper.add(settings())
        for day in range(10):
            stands = f"All {20 + day // 2} parties must take part in the talks of the year."
            seqs.append(look(keeper.archive, page(stands, visits=40 + 7 * (day // 3)), BEGAN + day * DAY))
        return {"held": look(keeper.archive, LOGIN, BEGAN + 10 * DAY)}

    site = make(home, story)
    return site, seqs, site.seqs["held"]


def test_ten_citations_give_the_same_bytes_after_an_import_a_release_and_new_rules(
    cited: tuple[Any, list[int], int],
) -> None:
    site, seqs, held = cited
    before = [everything(site, seq) for seq in seqs]
    assert len({told["digest"] for told in before}) > 3
    with Archive.open(site.path.parent, holder="test") as archive:
        older = look(archive, page("All 9 parties shall take part in talks."), BEGAN - 400 * DAY, via="wayback")
        read_again(archive, Rules(), "import")
    assert site.get(f"/page/straits/at/{older}.json").json()["revision"] == 1
    assert [everything(site, seq) for seq in seqs] == before
    with Archive.open(site.path.parent, holder="test") as archive:
        acts.perform(archive, "straits", "release", held, standing=("held", "login"), at=BEGAN + 80 * DAY, alerts=())
    assert [everything(site, seq) for seq in seqs] == before
    released = everything(site, held)
    with Archive.open(site.path.parent, holder="test") as archive:
        archive.sync_pages([settings(ignore=(".visits",))], version=VERSION, at=BEGAN + 89 * DAY)
        read_again(archive, Rules(ignore=(".visits",)), "rules")
    assert site.get(f"/page/straits/at/{seqs[0]}.json").json()["revision"] == 2
    assert [everything(site, seq) for seq in [*seqs, held]] == [*before, released]


def test_a_text_that_was_read_again_otherwise_has_a_citation_of_its_own(cited: tuple[Any, list[int], int]) -> None:
    site, seqs, _ = cited
    with Archive.open(site.path.parent, holder="test") as archive:
        archive.sync_pages([settings(ignore=(".visits",))], version=VERSION, at=BEGAN + 89 * DAY)
        read_again(archive, Rules(ignore=(".visits",)), "rules")
    at = f"/page/straits/at/{seqs[0]}"
    assert "Read by 40 people" in site.html(at)
    assert "was read again since" in site.html(at)
    assert "Read by 40 people" not in site.html("/page/straits/1")
    address = f"{at}?reading=2"
    assert f"{address}</bdi>" in site.html("/page/straits/1")
    assert f"http://localhost{address} (reading 2 by " in site.get(f"{at}/cite.txt?reading=2").text
    assert "Read by 40 people" not in site.html(address)
    digest = site.get("/page/straits/1.json").json()["text_sha256"]
    assert digest in site.get(f"{at}/cite.txt?reading=2").text
    assert site.get(f"{at}.json?reading=2").json()["text_sha256"] == digest
    assert site.get(f"{at}/cite.txt?reading=7").status_code == 404
