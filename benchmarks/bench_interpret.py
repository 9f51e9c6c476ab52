"""What judging and extracting one page costs, as multiples of a plain lxml parse with text collection in the same run.

    python benchmarks/bench_interpret.py [--looks 40]

Pages are made up, about 50 kB each: an article in a site's frame in Latin, Cyrillic and Chinese, and a table. Rows: an equal body,
an equal visible text under a new nonce, one changed sentence, and one changed sentence with a selector of the page's own.
CPU time, the median of all looks.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from lxml import html

from archive.model import Capture, Rules
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
MOST_VISIBLE, MOST_CHANGED = 1.5, 8.0


def page(script: str, *, table: bool = False) -> str:
    """A page of about 50 kB, half of it markup."""
    turn, space = random.Random(script), "" if script == "Chinese" else " "
    sentence = lambda: space.join(turn.choices(WORDS[script], k=14)) + ("。" if script == "Chinese" else ". ")  # noqa: E731
    menu = "".join(
        f'<li class="menu-item menu-item-{n}"><a href="/section/{n}" title="Section {n}">{turn.choice(WORDS[script])}</a></li>'
        for n in range(120)
    )
    parts, size = [], 0
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


def cost_ms(act: Callable[[int], object], looks: int) -> float:
    act(0)
    took = []
    for look in range(looks):
        begun = time.process_time()
        act(look)
        took.append(time.process_time() - begun)
    return 1000 * median(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--looks", type=int, default=40)
    looks = parser.parse_args().looks
    print(
        f"{'page':<16}{'kB':>5}{'lxml ms':>9}{'equal body':>12}{'equal text':>12}{'changed':>10}{'with select':>13}   (multiples of lxml)"
    )
    worst = [0.0, 0.0]
    for name, markup in [*((script, page(script)) for script in WORDS), ("table, Latin", page("Latin", table=True))]:
        body = markup.encode()
        known = interpret(capture(body), Rules(), "").memory
        select = Rules(select="main")
        known_select = interpret(capture(body), select, "").memory
        changed = [
            markup.replace("</p>", f" {n}.</p>", 1).replace("</td>", f" {n}</td>", 1).encode() for n in range(looks)
        ]
        nonce = [markup.replace("</head>", f"<script>var n={n}</script></head>").encode() for n in range(looks)]
        plain = cost_ms(lambda _, text=markup: " ".join(html.document_fromstring(text).itertext()), looks)
        rows = [
            cost_ms(lambda _, body=body, known=known: interpret(capture(body), Rules(), known), looks),
            cost_ms(lambda n, nonce=nonce, known=known: interpret(capture(nonce[n]), Rules(), known), looks),
            cost_ms(lambda n, changed=changed, known=known: interpret(capture(changed[n]), Rules(), known), looks),
            cost_ms(
                lambda n, changed=changed, known=known_select, select=select: interpret(
                    capture(changed[n]), select, known
                ),
                looks,
            ),
        ]
        worst = [max(worst[0], rows[1] / plain), max(worst[1], rows[2] / plain)]
        print(
            f"{name:<16}{len(body) / 1000:>5.0f}{plain:>9.2f}{rows[0] / plain:>11.2f}×{rows[1] / plain:>11.2f}×{rows[2] / plain:>9.2f}×{rows[3] / plain:>12.2f}×"
        )
    print(
        f"worst: equal text {worst[0]:.2f}× (at most {MOST_VISIBLE}), changed {worst[1]:.2f}× (at most {MOST_CHANGED})"
    )


if __name__ == "__main__":
    main()
