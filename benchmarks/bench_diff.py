"""Our comparison beside rapidfuzz, git, difflib and diff-match-patch (`pip install diff-match-patch`), in one table.

    python benchmarks/bench_diff.py [--quick]

All engines compare words and signs, but for diff-match-patch as it comes, which compares characters; git gets one to a
line. The table has seconds of CPU, of this process and its children. Where the cases with known truth lie beside the
checkout (`../shared/diffcases`), its last columns show how well each engine marks them: F1 of changed characters, and
the share of cases marked perfectly. A dash: it would take too long, and was not run. Under the table stands our time as
a share of rapidfuzz's where 5 % of the sentences were edited.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import random
import re
import resource
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Indel

from archive.diff import ops as our_ops

Op = dict[str, object]
Engine = Callable[[str, str], list[Op]]
Blocks = Callable[[list[str], list[str]], Iterator[tuple[int, int, int]]]

TOKEN = re.compile(r"\w+|[^\w\s]")
EVALUATOR = Path(__file__).resolve().parents[1] / "../shared/tools/evaluate_diff.py"
LIMIT = 10**8  # words times words that differ: more takes the slow ones minutes
PEER = "rapidfuzz, words"
EDITED = "5 %"


def cpu_s() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


# --- engines ---------------------------------------------------------------------------------------------------------


def on_words(blocks: Blocks) -> Engine:
    """An engine that keeps matching blocks of words and signs, and the white space between kept neighbours."""

    def compare(old: str, new: str) -> list[Op]:
        spans_a, spans_b = [m.span() for m in TOKEN.finditer(old)], [m.span() for m in TOKEN.finditer(new)]
        a, b = [old[x:y] for x, y in spans_a], [new[x:y] for x, y in spans_b]
        kept: list[tuple[int, int, int, int]] = []
        for i, j, size in blocks(a, b):
            for step in range(size):
                (p, q), (r, s) = spans_a[i + step], spans_b[j + step]
                if kept and step and old[kept[-1][1] : p] == new[kept[-1][3] : r]:
                    kept[-1] = (kept[-1][0], q, kept[-1][2], s)
                else:
                    kept.append((p, q, r, s))
        return list(covering(kept, len(old), len(new)))

    return compare


def covering(kept: list[tuple[int, int, int, int]], size_old: int, size_new: int) -> Iterator[Op]:
    at_old = at_new = 0
    for p, q, r, s in [*kept, (size_old, size_old, size_new, size_new)]:
        if p > at_old:
            yield {"op": "delete", "old": [at_old, p], "new": [at_new, at_new]}
        if r > at_new:
            yield {"op": "insert", "old": [p, p], "new": [at_new, r]}
        if q > p:
            yield {"op": "equal", "old": [p, q], "new": [r, s]}
        at_old, at_new = q, s


def difflib_blocks(a: list[str], b: list[str]) -> Iterator[tuple[int, int, int]]:
    for block in difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks():
        yield block.a, block.b, block.size


def rapidfuzz_blocks(a: list[str], b: list[str]) -> Iterator[tuple[int, int, int]]:
    for code in Indel.opcodes(a, b):
        if code.tag == "equal":
            yield code.src_start, code.dest_start, code.src_end - code.src_start


def git_blocks(a: list[str], b: list[str]) -> Iterator[tuple[int, int, int]]:
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder, "a"), Path(folder, "b")
        one.write_text("".join(f"{word}\n" for word in a), "utf-8")
        two.write_text("".join(f"{word}\n" for word in b), "utf-8")
        command = ["git", "diff", "--no-index", "--histogram", "-U0", str(one), str(two)]
        said = subprocess.run(command, capture_output=True, check=False).stdout.decode("utf-8", "replace")
    i = j = 0
    for found in re.finditer(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", said, re.MULTILINE):
        start, size_a, other, size_b = (int(part) if part else 1 for part in found.groups())
        begin = start - 1 if size_a else start
        yield i, j, begin - i
        i, j = begin + size_a, (other - 1 if size_b else other) + size_b
    yield i, j, len(a) - i


def diff_match_patch() -> Engine | None:
    if importlib.util.find_spec("diff_match_patch") is None:
        return None
    module = importlib.import_module("diff_match_patch")

    def compare(old: str, new: str) -> list[Op]:
        differ = module.diff_match_patch()
        differ.Diff_Timeout = 0
        found = differ.diff_main(old, new)
        differ.diff_cleanupSemantic(found)
        out: list[Op] = []
        a = c = 0
        for sign, text in found:
            b, d = a + len(text) * (sign <= 0), c + len(text) * (sign >= 0)
            out.append({"op": {0: "equal", -1: "delete", 1: "insert"}[sign], "old": [a, b], "new": [c, d]})
            a, c = b, d
        return out

    return compare


def patch_blocks(a: list[str], b: list[str]) -> Iterator[tuple[int, int, int]]:
    """diff-match-patch with a character for each word."""
    codes: dict[str, str] = {}
    one, two = ("".join(codes.setdefault(word, _code(len(codes))) for word in side) for side in (a, b))
    differ = importlib.import_module("diff_match_patch").diff_match_patch()
    differ.Diff_Timeout = 0
    i = j = 0
    for sign, text in differ.diff_main(one, two, False):
        if sign == 0:
            yield i, j, len(text)
        i, j = i + len(text) * (sign <= 0), j + len(text) * (sign >= 0)


def _code(number: int) -> str:
    return chr(number + 1 if number < 0xD000 else number + 0x1000)  # never half of a pair


def engines() -> dict[str, tuple[Engine | None, Callable[[Case], bool]]]:
    """Each engine, None if it is not installed, and which cases it is given."""
    patch = diff_match_patch()
    return {
        "variorum": (our_ops, _always),
        PEER: (on_words(rapidfuzz_blocks), _always),
        "git histogram, words": (on_words(git_blocks), _always),
        "difflib, words": (on_words(difflib_blocks), _few),
        "diff-match-patch": (patch, _few),
        "diff-match-patch, words": (patch and on_words(patch_blocks), _few),
    }


def _always(case: Case) -> bool:
    return True


def _few(case: Case) -> bool:
    return case.words * case.differing <= LIMIT


# --- inputs ----------------------------------------------------------------------------------------------------------


def vocabulary(rng: random.Random) -> list[str]:
    return ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(8000)]


def sentences(rng: random.Random, known: list[str], count: int) -> list[str]:
    return [" ".join(rng.choices(known, k=15)).capitalize() + "." for _ in range(count)]


def paragraphs(parts: list[str]) -> str:
    return "\n\n".join(" ".join(parts[at : at + 4]) for at in range(0, len(parts), 4))


def edited(rng: random.Random, parts: list[str], share: float) -> list[str]:
    """The same sentences, a share of them with one word replaced."""
    out = list(parts)
    for at in rng.sample(range(len(parts)), max(1, int(len(parts) * share))):
        said = out[at].split(" ")
        said[rng.randint(1, 13)] = "replaced"
        out[at] = " ".join(said)
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Two texts, and how many words they have and differ in."""

    words: int
    differing: int
    old: str
    new: str


def inputs(quick: bool) -> dict[str, Case]:
    """Cases by the name of their column."""
    rng = random.Random(7)
    known = vocabulary(rng)
    page, book = sentences(rng, known, 20), sentences(rng, known, 400 if quick else 4000)
    moved = [*book[len(book) // 2 :], *book[: len(book) // 2]]
    other = sentences(rng, known, len(book))
    again = ["The fee is due on the first day of the month."] * (len(book) * 2)
    size = len(book) * 15
    cut = (paragraphs(book), "a" * len(book) * 25)
    return {
        "page, 1 edit": Case(words=300, differing=1, old=paragraphs(page), new=paragraphs(edited(rng, page, 0.01))),
        f"{size} w, {EDITED}": Case(
            words=size, differing=len(book) // 20, old=cut[0], new=paragraphs(edited(rng, book, 0.05))
        ),
        "halves swapped": Case(words=size, differing=size, old=cut[0], new=paragraphs(moved)),
        "all rewritten": Case(words=size, differing=size, old=cut[0], new=paragraphs(other)),
        "one repeated": Case(
            words=len(again) * 11,
            differing=len(again),
            old=paragraphs(again),
            new=paragraphs([*again, *again[: len(again) // 10]]),
        ),
        "no spaces": Case(words=size, differing=1, old=cut[1] * 2, new=f"{cut[1]}b{cut[1]}"),
    }


# --- the table -------------------------------------------------------------------------------------------------------


def measured(engine: Engine, old: str, new: str) -> float:
    start = cpu_s()
    engine(old, new)
    return cpu_s() - start


def quality(engine: Engine) -> tuple[str, str]:
    if not EVALUATOR.exists():
        return "", ""
    spec = importlib.util.spec_from_file_location("evaluate_diff", EVALUATOR)
    assert spec is not None
    assert spec.loader is not None
    evaluator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(evaluator)
    held = types.ModuleType("engine_under_test")
    held.__dict__["run"] = engine
    sys.modules["engine_under_test"] = held
    found, _ = evaluator.run_engine("engine_under_test:run", evaluator.CASES / "cases.jsonl")
    return f"{found['ALL']['chF1']:.2f}", f"{found['ALL']['perfect']:.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description="Our comparison beside others, in CPU seconds.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    quick = parser.parse_args().quick
    our_ops("Warm up.", "Warmed up.")
    columns = inputs(quick)
    print(f"{'CPU seconds':24s}" + "".join(f"{name:>16s}" for name in columns) + f"{'F1':>8s}{'perfect':>9s}")
    edited_column = next(column for column in columns if EDITED in column)
    taken: dict[str, float | None] = {}
    for name, (engine, suits) in engines().items():
        if engine is None:
            print(f"{name:24s}not installed")
            continue
        times = [measured(engine, case.old, case.new) if suits(case) else None for case in columns.values()]
        taken[name] = times[list(columns).index(edited_column)]
        f1, perfect = quality(engine)
        said = "".join(f"{'-' if time is None else f'{time:.4f}':>16s}" for time in times)
        print(f"{name:24s}{said}{f1:>8s}{perfect:>9s}", flush=True)
    ours, peers = taken["variorum"], taken[PEER]
    assert ours is not None
    assert peers is not None
    print(f"{edited_column} of sentences edited: {ours / peers:.2f} of the time of {PEER}")


if __name__ == "__main__":
    main()
