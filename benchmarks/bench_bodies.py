"""What stored bodies cost: bytes a revision and CPU, for made-up but life-like pages, with git beside it in one run.

    python benchmarks/bench_bodies.py [--pages 200] [--revisions 50] [--no-git]

Every page has a site's frame (shared by ten pages), an article of made-up words with the frequencies of prose, and what
makes real pages noisy: a request token, a view counter, a rendering time, a list of latest news. Every revision changes
the noise and makes one edit: a few words, a number, a sentence added, removed or moved, now and then a paragraph.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.bodies import put_body, read_body
from archive.migrations import upgrade

_SYLLABLES = [
    "ka",
    "to",
    "mi",
    "re",
    "sa",
    "lo",
    "ne",
    "du",
    "pi",
    "va",
    "ter",
    "con",
    "al",
    "is",
    "or",
    "en",
    "per",
    "ti",
    "ma",
    "st",
    "ra",
    "gen",
    "ou",
    "fe",
    "li",
    "na",
    "des",
    "po",
    "che",
    "bri",
]
_FRAME_ITEMS = 42


@dataclass(slots=True)
class Page:
    """One page as its site would hold it; `html` renders it as a request would see it."""

    rng: random.Random
    site: int
    title: str
    words: list[str]
    weights: list[float]
    paragraphs: list[list[str]]
    news: list[str]
    views: int = 1000
    updated: int = 0

    def html(self) -> bytes:
        rng = self.rng
        self.views += rng.randrange(1, 400)
        token = "".join(rng.choices("0123456789abcdef", k=32))
        body = "\n".join(f"      <p>{' '.join(paragraph)}</p>" for paragraph in self.paragraphs)
        news = "\n".join(f'        <li><a href="/news/{len(item)}{item[:9]}">{item}</a></li>' for item in self.news)
        return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{self.title}</title>
  <meta name="csrf-token" content="{token}"><link rel="stylesheet" href="/assets/site-{self.site:08x}.css">
{_frame(self.site)}
  <main><article>
      <p class="stamp">Updated at: {1 + self.updated % 28}.05.2014, {self.updated % 24:02}:{self.updated % 60:02}</p>
{body}
      <span class="views">{self.views}</span>
  </article><aside><ul>
{news}
  </ul></aside></main>
<!-- rendered in 0.{rng.randrange(1000):03}s by node {rng.randrange(4)} -->
</body></html>
""".encode()

    def sentence(self) -> str:
        words = self.rng.choices(self.words, self.weights, k=self.rng.randrange(7, 26))
        if self.rng.random() < 0.2:
            words[self.rng.randrange(len(words))] = str(self.rng.randrange(2, 2500))
        return " ".join(words).capitalize() + "."

    def edit(self) -> None:
        """One edit of the wording, and the page's own noise."""
        rng = self.rng
        paragraph = rng.choice(self.paragraphs)
        at = rng.randrange(len(paragraph))
        draw = rng.random()
        if draw < 0.45:
            words = paragraph[at].split()
            for _ in range(rng.randrange(1, 4)):
                words[rng.randrange(len(words))] = rng.choices(self.words, self.weights)[0]
            paragraph[at] = " ".join(words)
        elif draw < 0.65:
            paragraph.insert(at, self.sentence())
        elif draw < 0.8 and len(paragraph) > 1:
            del paragraph[at]
        elif draw < 0.9:
            self.paragraphs[rng.randrange(len(self.paragraphs))].append(paragraph[at])
        else:
            self.paragraphs.insert(rng.randrange(len(self.paragraphs)), [self.sentence() for _ in range(3)])
            self.paragraphs.pop(rng.randrange(len(self.paragraphs)))
        if rng.random() < 0.7:
            self.updated += rng.randrange(1, 5000)
        if rng.random() < 0.4:
            self.news = [self.sentence(), *self.news[:-1]]


def _frame(site: int) -> str:
    """The head and navigation that all pages of a site share: about 5 kB."""
    rng = random.Random(f"frame {site}")
    items = ["".join(rng.choices(_SYLLABLES, k=3)) for _ in range(_FRAME_ITEMS)]
    links = "\n".join(
        f'    <li class="nav-item"><a class="nav-link" href="/{i}/{i[:4]}">{i.title()}</a></li>' for i in items
    )
    return f"</head><body>\n  <nav><ul>\n{links}\n  </ul></nav>"


def revisions(number: int, count: int, *, kilobytes: int = 14, edited: bool = True) -> Iterator[bytes]:
    """The bodies of one page's looks, the same for the same arguments; without edits they differ by noise alone."""
    rng = random.Random(f"page {number}")
    vocabulary = random.Random("language")
    words = ["".join(vocabulary.choices(_SYLLABLES, k=vocabulary.randrange(1, 5))) for _ in range(6000)]
    weights = [1 / (rank + 2.7) for rank in range(len(words))]
    page = Page(
        rng=rng, site=number // 10, title=f"Position {number}", words=words, weights=weights, paragraphs=[], news=[]
    )
    page.news = [page.sentence() for _ in range(6)]
    while len(page.html()) < kilobytes * 1000:
        page.paragraphs.append([page.sentence() for _ in range(rng.randrange(2, 7))])
    for _ in range(count):
        yield page.html()
        if edited:
            page.edit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What storing all revisions came to."""

    revision_count: int
    full_bytes: int
    data_bytes: int
    file_bytes: int
    write_us: list[float]
    read_us: list[float]
    deepest: int


def store(path: Path, sources: list[Iterator[bytes]], count: int) -> Stored:
    """Every look's body put into a new database, then every one read back, in CPU time of this process."""
    conn = sqlite3.connect(path, isolation_level=None)
    upgrade(Database(conn))
    empty_bytes = path.stat().st_size
    conn.execute("BEGIN")
    last: list[int | None] = [None] * len(sources)
    write_us: list[float] = []
    full_bytes = 0
    for _ in range(count):
        for number, source in enumerate(sources):
            body = next(source)
            full_bytes += len(body)
            began = time.process_time_ns()
            last[number] = put_body(conn, body, last[number])
            write_us.append((time.process_time_ns() - began) / 1000)
    conn.execute("COMMIT")
    read_us: list[float] = []
    for (blob_id,) in conn.execute("SELECT id FROM blobs ORDER BY id").fetchall():
        read_us.append(min(_read_us(conn, blob_id) for _ in range(3)))
    data_bytes, deepest = conn.execute("SELECT sum(length(data)), max(depth) FROM blobs").fetchone()
    conn.close()
    return Stored(
        revision_count=len(sources) * count,
        full_bytes=full_bytes,
        data_bytes=data_bytes,
        file_bytes=path.stat().st_size - empty_bytes,
        write_us=sorted(write_us),
        read_us=sorted(read_us),
        deepest=deepest,
    )


def _read_us(conn: sqlite3.Connection, blob_id: int) -> float:
    began = time.process_time_ns()
    read_body(conn, blob_id)
    return (time.process_time_ns() - began) / 1000


def git_bytes(folder: Path, pages: int, count: int) -> tuple[int, int]:
    """(of bodies alone, of the whole pack) after `git gc --aggressive`, one commit for each round of all pages."""
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    sources = [revisions(number, count) for number in range(pages)]
    with subprocess.Popen([*git, "fast-import", "--quiet"], stdin=subprocess.PIPE) as importer:
        assert importer.stdin is not None
        for turn in range(count):
            importer.stdin.write(b"commit refs/heads/main\ncommitter b <b@example> %d +0000\ndata 1\nc\n" % (turn * 60))
            for number, source in enumerate(sources):
                body = next(source)
                importer.stdin.write(b"M 100644 inline %d.html\ndata %d\n%s\n" % (number, len(body), body))
        importer.stdin.close()
    subprocess.run([*git, "gc", "--aggressive", "--prune=now", "--quiet"], check=True)
    listing = subprocess.run(
        [*git, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectsize:disk)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    blobs = sum(int(size) for kind, size in zip(listing[::2], listing[1::2], strict=True) if kind == "blob")
    return blobs, sum(path.stat().st_size for path in folder.glob(".git/objects/pack/*.pack"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--revisions", type=int, default=50)
    parser.add_argument("--no-git", action="store_true", help="leave git's part out; it takes a minute or so")
    arguments = parser.parse_args()
    pages, count = arguments.pages, arguments.revisions
    with tempfile.TemporaryDirectory() as folder:
        report(
            f"{pages} pages of 14 kB, {count} revisions each",
            store(Path(folder) / "edited.db", [revisions(number, count) for number in range(pages)], count),
        )
        if not arguments.no_git:
            blobs, pack = (size / pages / count for size in git_bytes(Path(folder), pages, count))
            print(
                f"  git gc --aggressive: {blobs:.0f} bytes a revision for the bodies, {pack:.0f} with trees and commits"
            )
        noisy = [revisions(number, 200, kilobytes=50, edited=False) for number in range(5)]
        report(
            "5 pages of 50 kB, 200 looks each that differ by noise alone", store(Path(folder) / "noisy.db", noisy, 200)
        )


def report(title: str, stored: Stored) -> None:
    each = stored.revision_count
    print(f"{title} ({stored.full_bytes / each / 1000:.1f} kB on average)")
    print(
        f"  archive: {stored.data_bytes / each:.0f} bytes a body,"
        f" {stored.file_bytes / each:.0f} in the database file; deepest chain: {stored.deepest} steps"
    )
    for name, times in (("put_body", stored.write_us), ("read_body", stored.read_us)):
        print(
            f"  {name}: {times[each // 2]:.0f} us of CPU (median), {times[each * 99 // 100]:.0f} (99th of 100),"
            f" {times[-1]:.0f} (worst)"
        )


if __name__ == "__main__":
    main()
