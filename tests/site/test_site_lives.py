"""Lives of passages and ages of a text, as a reader meets them; and the proof of a look to download."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import html as lxml_html

from archive import checkpoints
from archive.pages import PageSettings
from archive.site import lives
from archive.store import Archive


def tree(page: str) -> Any:
    return lxml_html.fromstring(page)


def words_of(node: Any) -> str:
    return " ".join(node.text_content().split())


def passages(page: str, section: str) -> list[Any]:
    return list(tree(page).xpath(f"//section[@aria-labelledby='{section}']//ol[@class='lives']/li"))


def test_what_stands_is_told_in_reading_order_and_what_is_gone_apart(site: Any) -> None:
    page = site.html("/page/straits/lifetimes")
    present = [words_of(item) for item in passages(page, "present")]
    assert present[0].startswith("On settlement in the Straits of Meridia")
    assert present[1].startswith("All 27 parties should take part in the talks.")
    assert present[-1].startswith("Updated: 04.05.2031")
    gone = [words_of(item) for item in passages(page, "gone")]
    assert any(text.startswith("All 27 parties must take part in the talks.") for text in gone)
    assert not {text.split(" Came")[0] for text in gone} & {text.split(" Came")[0] for text in present}


def test_a_life_is_dated_by_bounds_and_leads_to_where_it_came_and_went(site: Any) -> None:
    page = site.html("/page/straits/lifetimes")
    (item,) = [item for item in passages(page, "gone") if "six months" in words_of(item)]
    assert (
        "There at the first look, 1 May 2031, 06:00 UTC; went on 4 May 2031 between 12:00 and 18:00 UTC."
        in words_of(item)
    )
    assert [link.get("href") for link in item.xpath(".//ul//a")] == ["/page/straits/1", "/page/straits/1..2"]


def test_a_passage_that_went_and_came_back_has_both_its_stays(site: Any) -> None:
    page = site.html("/page/straits/lifetimes")
    (item,) = [item for item in passages(page, "present") if "does not recognise" in words_of(item)]
    assert len(item.xpath(".//ul/li")) == 2
    assert [link.get("href") for link in item.xpath(".//ul//a")] == [
        "/page/straits/4..5",
        "/page/straits/1",
        "/page/straits/3..4",
    ]
    assert len(item.xpath(".//rect[contains(@class, 'stood')]")) == 2


def test_a_reworded_passage_shows_the_wording_it_was_made_from(site: Any) -> None:
    page = site.html("/page/straits/lifetimes")
    (item,) = [item for item in passages(page, "present") if "twelve months" in words_of(item)]
    (kin,) = item.xpath(".//details[contains(@class, 'life-kin')]")
    assert "They shall report to the Council every six months." in words_of(kin)
    (link,) = kin.xpath(".//a")
    assert tree(page).xpath(f"//li[@id='{link.get('href')[1:]}']")


def test_bars_lie_inside_the_chart(site: Any) -> None:
    for rect in tree(site.html("/page/straits/lifetimes")).xpath("//rect"):
        x, width = (float(rect.get(name).rstrip("%")) for name in ("x", "width"))
        assert 0 <= x <= x + width <= 100.01


def test_the_json_twin_tells_present_and_vanished(site: Any) -> None:
    found = site.get("/page/straits/lifetimes.json").json()
    assert found["page"] == "straits"
    assert all(life["present"] for life in found["present"])
    assert not any(life["present"] for life in found["vanished"])
    (spell,) = found["present"][1]["spells"]
    assert (spell["first_revision"], spell["last_revision"], spell["end"]) == (2, None, None)
    assert spell["looks"] > 1


def test_a_page_without_a_text_says_so(site: Any) -> None:
    assert "No text of this page has been seen yet." in site.html("/page/straits-ru/lifetimes")
    assert site.get("/page/nowhere/lifetimes").status_code == 404


def test_vanished_passages_come_a_screen_at_a_time_each_once(
    site_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lives, "VANISHED", 4)

    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="busy", url="http://a.example/"))
        for n in range(11):
            keeper.look("busy", [("paragraph", f"Article {n} of the treaty is in force."), ("paragraph", "It stands.")])

    site = site_of(story)
    seen, path = [], "/page/busy/lifetimes.json"
    while path:
        found = site.get(path).json()
        seen += [life["text"] for life in found["vanished"]]
        path = f"/page/busy/lifetimes.json?before={found['before']}" if found["before"] else ""
    assert seen == [f"Article {n} of the treaty is in force." for n in range(9, -1, -1)]


def test_present_passages_come_a_screen_at_a_time_in_reading_order(
    site_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lives, "PRESENT", 4)
    articles = [f"Article {n} of the treaty is in force." for n in range(10)]

    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="long", url="http://a.example/"))
        keeper.look("long", [("paragraph", "It went."), *(("paragraph", article) for article in articles)])
        keeper.look("long", [("paragraph", article) for article in articles])

    site = site_of(story)
    seen, path = [], "/page/long/lifetimes"
    while path:
        page = lxml_html.fromstring(site.html(path))
        seen += [
            words.text_content()
            for words in page.xpath("//section[@aria-labelledby='present']//p[contains(@class, 'life-words')]")
        ]
        assert bool(page.xpath("//*[@id='gone']")) == ("from=" not in path)
        path = next(iter(page.xpath("//section[@aria-labelledby='present']//a[@rel='next']/@href")), "")
    assert seen == articles
    assert "Passages 5 to 8 of 10" in site.html("/page/long/lifetimes?from=4")
    assert site.get("/page/long/lifetimes.json?from=8").json()["from"] is None
    assert "Nothing more." in site.html("/page/long/lifetimes?from=99")


def test_lives_are_answered_with_304_while_nothing_changed(site: Any) -> None:
    etag = site.get("/page/straits/lifetimes").headers["etag"]
    assert site.get("/page/straits/lifetimes", headers={"if-none-match": etag}).status_code == 304


# --- ages ------------------------------------------------------------------------------------------------------------


def test_ages_are_shown_on_demand_without_a_script(site: Any) -> None:
    assert "Show the age of each passage" in site.html("/page/straits/4")
    page = tree(site.html("/page/straits/4?ages=1"))
    article = page.xpath("//article")[0]
    ages = [words_of(node) for node in article.xpath(".//small[@class='age']")]
    assert ages[:3] == ["from the first look on", "since 4 May 2031, 18:00 UTC", "from the first look on"]
    (reworded,) = [node for node in article.xpath(".//span") if "It recognises the election" in node.text_content()]
    assert reworded.get("class") == "age-4"
    assert reworded.getnext().xpath(".//a/@href") == ["/page/straits/3..4"]


def test_a_text_with_ages_is_the_same_text(site: Any) -> None:
    page = tree(site.html("/page/straits/4?ages=1")).xpath("//article//div[contains(@class, 'text')]")[0]
    for node in page.xpath(".//small"):
        node.drop_tree()
    assert "".join(page.text_content().split()) == "".join(site.get("/page/straits/4.json").json()["text"].split())


def test_a_passage_that_came_back_is_as_old_as_its_last_stay(site: Any) -> None:
    told = site.get("/page/straits/5.json?ages=1").json()["passages"]
    by_text = {passage["text"]: passage for passage in told}
    assert by_text["It does not recognise the election of 2030."]["since_revision"] == 5
    assert by_text["Norland has given 4 million crowns in aid."]["since"]["not_before"] is None
    then = {passage["text"]: passage for passage in site.get("/page/straits/3.json?ages=1").json()["passages"]}
    assert then["It does not recognise the election of 2030."]["since_revision"] == 1


# --- proofs ----------------------------------------------------------------------------------------------------------


def test_a_look_that_a_checkpoint_covers_can_be_downloaded_with_its_proof(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> dict[str, int]:
        keeper.add(PageSettings(slug="proved", url="http://a.example/"))
        seqs = {"covered": keeper.look("proved", [("paragraph", "It is proved.")])}
        archive: Archive = keeper.archive
        checkpoints.make_key(archive.path.parent, "archive.example/log")
        checkpoints.make_checkpoint(archive, at=datetime(2031, 6, 1, tzinfo=UTC))
        seqs["later"] = keeper.look("proved", [("paragraph", "It is not proved yet.")])
        return seqs

    site = site_of(story)
    covered, later = site.seqs["covered"], site.seqs["later"]
    assert f'href="/page/proved/at/{covered}/proof.zip"' in site.html(f"/page/proved/at/{covered}")
    response = site.get(f"/page/proved/at/{covered}/proof.zip")
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"] == f'attachment; filename="proved-{covered}-proof.zip"'
    names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert {"entry.json", "entry.tlog-proof", "body.bin", "verify.py"} <= set(names)
    assert "proof.zip" not in site.html(f"/page/proved/at/{later}")
    assert site.get(f"/page/proved/at/{later}/proof.zip").status_code == 404


def test_without_a_checkpoint_there_is_no_proof_and_no_link_to_one(site: Any) -> None:
    seq = site.seqs["first"]
    assert "proof.zip" not in site.html(f"/page/straits/at/{seq}")
    assert site.get(f"/page/straits/at/{seq}/proof.zip").status_code == 404
