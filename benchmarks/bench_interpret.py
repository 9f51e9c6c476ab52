"""What judging and extracting one page costs, as multiples of a plain lxml parse with text collection in the same run.

    python benchmarks/bench_interpret.py [--looks 40] [--corpus ../shared/corpora]

Pages: made-up ones of about 50 kB (an article in a site's frame in Latin, Cyrillic and Chinese, and a table) with one changed
sentence; and, where the corpus is there, the latest change of each real page's history. Columns: an equal body; an equal visible
text under new bytes, as such a page is read from its third look on; the changed text; the changed text with a selector of the
page's own, and that as multiples of what beautifulsoup4 with soupsieve takes to give the same selector's text. CPU time, the
median of all looks, each beside its peers. Last, the most memory that Python took for a page beside its size.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bs4 import BeautifulSoup
from lxml import html

from archive.model import Capture, Rules
from scraper.decode import decode
from scraper.interpret import interpret

WORDS = {
    "Latin": [
        "ministry",
        "visitors",
        "consulate",
        "fee",
        "children",
        "application",
        "decision",
        "complete",
        "received",
        "valley",
        "talks",
        "parties",
        "peaceful",
        "support",
    ],
    "Cyrillic": [
        "министерство",
        "граждане",
        "консульство",
        "сбор",
        "дети",
        "заявление",
        "решение",
        "получено",
        "долина",
        "переговоры",
        "стороны",
        "мирный",
        "поддержка",
    ],
    "Chinese": list("外交部公民领事馆费用儿童申请决定收到山谷谈判各方和平支持"),
}
SELECT = "main, article, #content, body p"
COLUMNS = ("equal body", "equal text", "changed", "selected", "of its peer")
MOST = {"equal text": 1.5, "changed": 8.0}
FEWEST_KB = 40  # smaller pages pay what every look costs beside their own little


def page(script: str, *, table: bool = False) -> str:
    """A page of about 50 kB, half of it markup."""
    turn, space = random.Random(script), "" if script == "Chinese" else " "

    def sentence() -> str:
        return space.join(turn.choices(WORDS[script], k=14)) + ("。" if script == "Chinese" else ". ")

    menu = "".join(
        f'<li class="menu-item menu-item-{n}"><a href="/section/{n}" title="Section {n}">{turn.choice(WORDS[script])}</a></li>'
        for n in range(120)
    )
    parts: list[str] = []
    size = 0
    while size < 30_000:
        part = f'<p class="paragraph text-body" id="p{len(parts)}">{"".join(sentence() for _ in range(4))}</p>'
        if table:
            part = (
                '<tr class="row">'
                + "".join(
                    f'<td class="cell">{turn.choice(WORDS[script])} {turn.randint(1, 999)}</td>' for _ in range(5)
                )
                + "</tr>"
            )
        parts.append(part)
        size += len(part.encode())
    body = f"<table>{''.join(parts)}</table>" if table else "".join(parts)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Position | Ministry</title><script>{"var a=1;" * 400}</script></head><body>'
        f"<header><nav><ul>{menu}</ul></nav></header><main><h1>Position</h1>{body}<p>Updated at : 9.05.2014, 00:54</p></main>"
        "<footer><p>12 Old Bridge Street</p><p>© Ministry</p></footer></body></html>"
    )


def capture(body: bytes) -> Capture:
    url = "http://mfa.example/"
    return Capture(
        url=url,
        final_url=url,
        observed_at=datetime(2014, 5, 9, tzinfo=UTC),
        duration_us=0,
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=body,
    )


def made_up() -> Iterator[tuple[str, bytes, bytes]]:
    """Name, body before and body after one changed sentence or cell."""
    for name, markup in [*((script, page(script)) for script in WORDS), ("table, Latin", page("Latin", table=True))]:
        yield name, markup.encode(), markup.replace("</p>", " 7.</p>", 1).replace("</td>", " 7</td>", 1).encode()


def real(corpus: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """Name, and the two bodies of the latest change that is told, of each page's history."""
    for file in sorted(corpus.glob("pages/*/*/page.json")):
        memory, body, change = "", b"", None
        for revision in sorted(json.loads(file.read_text("utf-8"))["revisions"], key=lambda item: item["date"]):
            data = (file.parent / revision["file"]).read_bytes()
            data = gzip.decompress(data) if revision["file"].endswith(".gz") else data
            seen = interpret(capture(data), Rules(), memory)
            if seen.verdict.accepted and seen.same is None:
                change = (body, data) if body else None
                body = data
            memory = seen.memory
        if change is not None:
            yield file.parent.name, *change


def costs_ms(acts: Sequence[Callable[[int], object]], looks: int) -> list[float]:
    """The median cost of each act; all are run in turn, so that they meet the same machine."""
    took: list[list[float]] = [[] for _ in acts]
    for look in range(-1, looks):
        for act, times in zip(acts, took, strict=True):
            begun = time.process_time()
            act(look)
            times.append(time.process_time() - begun)
    return [1000 * median(times[1:]) for times in took]


def ratios(before: bytes, after: bytes, looks: int) -> list[float]:
    """What one page costs: the plain parse in ms, then the multiples of it or of the selecting peer, in the order of COLUMNS."""
    text = decode(after, "text/html").text
    known, select = interpret(capture(before), Rules(), "").memory, Rules(select=SELECT)
    known_select = interpret(capture(before), select, "").memory
    seen = settled = interpret(capture(after), Rules(), known).memory
    for look in range(4):
        settled = interpret(capture(after + b" " * (look + 1)), Rules(), settled).memory
    acts: list[Callable[[int], object]] = [
        lambda _: " ".join(html.document_fromstring(text.encode()).itertext()),
        lambda _: [found.get_text(" ") for found in BeautifulSoup(text, "lxml").select(SELECT)],
        lambda _: interpret(capture(after), Rules(), seen),
        lambda look: interpret(capture(after + b"\n" * (look + 9)), Rules(), settled),
        lambda _: interpret(capture(after), Rules(), known),
        lambda _: interpret(capture(after), select, known_select),
    ]
    plain, selecting, same, visible, changed, selected = costs_ms(acts, looks)
    return [plain, same / plain, visible / plain, changed / plain, selected / plain, selected / selecting]


def peak_share(body: bytes) -> float:
    """The most memory that Python took while a page was read, as a multiple of its size (libxml2's tree is not in it)."""
    look = capture(body)
    tracemalloc.start()
    try:
        interpret(look, Rules(), "")
        return tracemalloc.get_traced_memory()[1] / len(body)
    finally:
        tracemalloc.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--looks", type=int, default=40)
    parser.add_argument("--corpus", type=Path, default=Path(__file__).resolve().parents[1] / "../shared/corpora")
    given = parser.parse_args()
    print(f"{'page':<34}{'kB':>5}{'lxml ms':>9}" + "".join(f"{name:>13}" for name in COLUMNS) + f"{'memory':>9}")
    rows = []
    for name, before, after in [*made_up(), *real(given.corpus)]:
        plain, *times = ratios(before, after, given.looks)
        rows.append((name, len(after), [*times, peak_share(after)]))
        shown = "".join(f"{ratio:>12.2f}×" for ratio in times)
        print(f"{name[:33]:<34}{len(after) / 1000:>5.0f}{plain:>9.2f}{shown}{rows[-1][2][-1]:>8.1f}×")
    for title, kept in (
        ("all", rows),
        (f"of {FEWEST_KB} kB and more", [row for row in rows if row[1] >= 1000 * FEWEST_KB]),
    ):
        print(f"\n{len(kept)} pages, {title}")
        for i, name in enumerate((*COLUMNS, "memory")):
            worst = max(kept, key=lambda row: row[2][i])
            most = f" (at most {MOST[name]}×)" if name in MOST else ""
            middle = median(row[2][i] for row in kept)
            print(f"  {name:<13}median {middle:>6.2f}×   worst {worst[2][i]:>6.2f}× {worst[0]}{most}")


if __name__ == "__main__":
    main()
