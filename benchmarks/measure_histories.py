"""How the interpreter does on full histories of pages that live: false changes, held looks, edits and notices told.

    python benchmarks/measure_histories.py [--seed 0] [--histories 48] [--looks 200] [--kind KIND] [--workers 1] [--json] [--wrong 200]
    python benchmarks/measure_histories.py --seed SEED --show LOOK

`living_pages.py` makes the histories and says what is true of each look. Every look goes through `interpret` as the archive does it,
with the memory of the look before. Figures per 10,000 count good looks (those that are no outage and not in doubt).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from difflib import unified_diff

from living_pages import history
from living_sites import KINDS, Look

from archive.diff import kinds
from archive.model import WORDING_KINDS, Interpretation, Rules
from scraper.interpret import interpret

WITHIN = 3  # good looks in which an edit or a notice must be told
LEARNING = 2  # changes of a living part after which it can be known as one; shown apart, counted all the same
STANDING = ("settled", "notice_ended")  # may stand without a change: what they end was perhaps never told
Living = tuple[tuple[str, tuple[str, ...]], ...]
COLUMNS = (
    "looks",
    "false",
    "learn",
    "quiet",
    "held",
    "outage",
    "edits",
    "once",
    "edit3",
    "rest",
    "rest3",
    "note",
    "note3",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One look that went wrong."""

    seed: int
    look: int
    kind: str
    what: str  # false change, quiet change, held, outage told, edit late, restless edit late, notice late
    why: str  # the part, the edit's shape or the outage that it rests on
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class Played:
    """What came of one history."""

    seed: int
    kind: str
    skeleton: str
    language: str
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[Wrong] = field(default_factory=list)

    def note(self, look: int, what: str, why: str, detail: str = "") -> None:
        self.wrong.append(Wrong(seed=self.seed, look=look, kind=self.kind, what=what, why=why, detail=detail))


@dataclass(slots=True, kw_only=True)
class Waiting:
    """An edit that is to be told, or was told just now."""

    look: Look
    before: str
    good: int = 0  # looks since, with its own
    told: bool = False

    @property
    def what(self) -> str:
        return "note" if self.look.truth == "notice" else "rest" if self.look.restless else "edit"

    @property
    def excuses(self) -> bool:
        """Whether a change now may be part of telling it: not yet told, or what a lasting line replaced still has to go."""
        return not self.told or self.look.shape.startswith("part_")


class Lively:
    """What the living parts of a page have said, and how often each has changed."""

    def __init__(self) -> None:
        self.labels: tuple[str, ...] = ()
        self.turned: Counter[int] = Counter()
        self._latest: list[tuple[str, ...]] = []
        self._ever: dict[str, int] = {}

    def saw(self, living: Living) -> None:
        """One more look."""
        now = [tuple(map(squeezed, lines)) for _, lines in living]
        self.labels = tuple(label for label, _ in living)
        before = self._latest or now
        self.turned.update(i for i, lines in enumerate(now) if lines != before[i])
        self._latest = now
        self._ever.update((line, i) for i, lines in enumerate(now) for line in lines)

    def parts(self, before: str, after: str) -> list[int]:
        """The parts whose lines the difference of two texts shows."""
        moved = squeezed("\n".join(set(before.split("\n\n")) ^ set(after.split("\n\n"))))
        return sorted({i for line, i in self._ever.items() if line in moved})


def squeezed(text: str) -> str:
    """The text without white space and cell borders, so that how a table row is written counts for nothing."""
    return "".join(text.replace("|", "").split())


def stands(look: Look, text: str) -> bool:
    """Whether the text says what the page says since this look."""
    plain = squeezed(text)
    places = [plain.find(squeezed(said)) for said in look.order]
    if -1 in places or places != sorted(places) or any(squeezed(said) not in plain for said in look.present):
        return False
    for said in look.present:  # a denial may hold the statement that it denies
        plain = plain.replace(squeezed(said), "\n")
    return not any(squeezed(said) in plain for said in look.absent)


def play(seed: int, looks: int) -> Played:
    """One history through the interpreter."""
    told = history(seed, looks=looks)
    reader = Reader(Played(seed=told.seed, kind=told.kind, skeleton=told.skeleton, language=told.language))
    memory = ""
    for look in told.looks:
        seen = interpret(look.capture, Rules(), memory)
        memory = seen.memory
        reader.follow(look, seen)
    return reader.played


class Reader:
    """One who is told of a page what the interpreter tells, and knows what is true."""

    def __init__(self, played: Played) -> None:
        self.played = played
        self.text = ""
        self.lively = Lively()
        self.waiting: Waiting | None = None
        self.late: list[Waiting] = []
        self.strayed = False  # what was last told is no wording of the page: its return is no second mistake
        self.returning = 0  # looks left in which that return may be told in parts

    def follow(self, look: Look, seen: Interpretation) -> None:
        """One more look."""
        before, self.text = self.text, _text_after(seen, self.text)
        changed = bool(before) and self.text != before
        if look.truth == "outage":
            self._outage(look, seen, changed)
            return
        self.lively.saw(look.living)
        if look.truth in ("edited", "notice"):
            self._give_up()
            if look.shape == "notice_ended":
                self.late = [one for one in self.late if one.what != "note"]
            self.waiting = Waiting(look=look, before=before)
        told_late = [one for one in self.late if not stands(one.look, before) and stands(one.look, self.text)]
        self.late = [one for one in self.late if one not in told_late]
        excused = (
            self.strayed or self.returning > 0 or bool(told_late) or (self.waiting is not None and self.waiting.excuses)
        )
        if look.truth != "either":
            self._good(look, seen)
            if changed and not excused:
                self._false(look, before)
        self.returning = WITHIN - 1 if self.strayed and changed else max(0, self.returning - 1)
        self.strayed = self.strayed and not changed
        self._wait()

    def _outage(self, look: Look, seen: Interpretation, changed: bool) -> None:
        self.played.counts["outages"] += 1
        if changed:
            self.strayed = True
            self.played.counts["outage"] += 1
            self.played.note(look.number, "outage told", look.shape)
        elif seen.verdict.accepted:
            self.played.counts["outage_accepted"] += 1

    def _good(self, look: Look, seen: Interpretation) -> None:
        self.played.counts["looks"] += 1
        noticed = self.waiting is not None and self.waiting.what == "note"
        if not seen.verdict.accepted and not noticed:
            self.played.counts["held"] += 1
            facts = "; ".join(f"{key}={value}" for key, value in seen.verdict.facts)
            why = f"{seen.verdict.outcome}:{seen.verdict.reason} at {look.shape or look.truth}"
            self.played.note(look.number, "held", why, facts)

    def _false(self, look: Look, before: str) -> None:
        """A change told though the wording is the same."""
        parts = self.lively.parts(before, self.text)
        why = " + ".join(dict.fromkeys(self.lively.labels[i] for i in parts)) or "no living part"
        if not WORDING_KINDS & kinds(before, self.text).keys():
            self.played.counts["quiet"] += 1
            self.played.note(look.number, "quiet change", why, difference(before, self.text))
            return
        learning = bool(parts) and all(self.lively.turned[i] <= LEARNING for i in parts)
        self.played.counts["false"] += 1
        self.played.counts["learn"] += learning
        what = "false change, learning" if learning else "false change"
        self.played.note(look.number, what, why, difference(before, self.text))

    def _wait(self) -> None:
        """Whether the edit that is waited for is told by now."""
        waiting = self.waiting
        if waiting is None:
            return
        waiting.good += 1
        moved = self.text != waiting.before or waiting.look.shape in STANDING
        if not waiting.told and moved and stands(waiting.look, self.text):
            waiting.told = True
            self.played.counts[f"{waiting.what}s"] += 1
            self.played.counts[f"{waiting.what}3"] += 1
            self.played.counts["once"] += waiting.what == "edit" and waiting.good == 1
        if waiting.good >= WITHIN:
            self._give_up()

    def _give_up(self) -> None:
        waiting, self.waiting = self.waiting, None
        if waiting is None or waiting.told:
            return
        self.late.append(waiting)
        self.played.counts[f"{waiting.what}s"] += 1
        what = {"note": "notice late", "rest": "restless edit late", "edit": "edit late"}[waiting.what]
        said = " / ".join((*waiting.look.present, *(f"not: {line}" for line in waiting.look.absent)))
        self.played.note(waiting.look.number, what, waiting.look.shape, said[:200])


def difference(before: str, after: str) -> str:
    """The first blocks that went and came."""
    old, new = before.split("\n\n"), after.split("\n\n")
    gone = [line[:70] for line in old if line not in new][:3]
    came = [line[:70] for line in new if line not in old][:3]
    return f"-{gone} +{came}"


def show(seed: int, number: int, looks: int) -> None:
    """One look and what the interpreter makes of it, for a person who asks why."""
    memory, text = "", ""
    for look in history(seed, looks=looks).looks[: number + 1]:
        seen = interpret(look.capture, Rules(), memory)
        before, text, memory = text, _text_after(seen, text), seen.memory
    document = seen.document
    print((look.capture.body or b"").decode("utf-8", "replace"))
    print(f"\ntruth: {look.truth} {look.shape}, present {look.present}, absent {look.absent}\nliving: {look.living}")
    print(f"verdict: {seen.verdict.outcome} {seen.verdict.reason} {seen.verdict.facts}, same {seen.same}")
    if document:
        print(f"title: {document.title}\nregion: {document.region}\nset aside: {document.set_aside}")
    print(
        "\n".join(unified_diff(before.split("\n\n"), text.split("\n\n"), "told before", "told now", n=1, lineterm=""))
    )


def _text_after(seen: Interpretation, text: str) -> str:
    return seen.document.text if seen.verdict.accepted and not seen.same and seen.document else text


# ---- the table ----------------------------------------------------------------------------------------------------------------


def row(counts: Counter[str]) -> dict[str, float | int | None]:
    """The figures of one line of the table."""

    def share(part: str, whole: str) -> float | None:
        return round(100 * counts[part] / counts[whole], 1) if counts[whole] else None

    def per_10_000(what: str) -> float:
        return round(10_000 * counts[what] / max(1, counts["looks"]), 1)

    return {
        "looks": counts["looks"],
        "false": per_10_000("false"),
        "learn": per_10_000("learn"),
        "quiet": per_10_000("quiet"),
        "held": per_10_000("held"),
        "outage": counts["outage"],
        "edits": counts["edits"],
        "once": share("once", "edits"),
        "edit3": share("edit3", "edits"),
        "rest": counts["rests"],
        "rest3": share("rest3", "rests"),
        "note": counts["notes"],
        "note3": share("note3", "notes"),
    }


def summed(played: Iterable[Played]) -> Counter[str]:
    """The counts of several histories together."""
    total: Counter[str] = Counter()
    for one in played:
        total.update(one.counts)
    return total


def print_table(played: list[Played], wrong: int) -> None:
    """The table by kind, the reasons by number, and the looks that went wrong."""
    print(
        "per 10,000 good looks: false = wording told that is none (learn: of parts at their first two changes), quiet = other changes, held;"
    )
    print(
        "outage = outages told as wording; once / edit3 = % of edits told at once / within three looks; rest = edits where something"
    )
    print("is restless; note = notices")
    print(f"{'kind':15}" + "".join(f"{name:>8}" for name in COLUMNS))
    for kind in (*KINDS, "all"):
        of = [one for one in played if kind in (one.kind, "all")]
        if of:
            figures = row(summed(of))
            print(f"{kind:15}" + "".join(f"{'–' if figures[name] is None else figures[name]:>8}" for name in COLUMNS))
    _print_reasons([one for history_ in played for one in history_.wrong], wrong)


def _print_reasons(wrong: list[Wrong], most: int) -> None:
    """What went wrong by reason, with the histories it comes from and the first look of each; parts by name, pace and whether they link."""
    grouped: dict[tuple[str, str], list[Wrong]] = {}
    for one in wrong:
        grouped.setdefault((one.what, _short(one.why)), []).append(one)
    print("\nwhat: why: how often, in how many histories: seed:look of the first in each")
    for (what, why), group in sorted(grouped.items(), key=lambda item: (item[0][0], -len(item[1])))[:most]:
        first = {one.seed: one for one in reversed(group)}
        where = " ".join(f"{seed}:{one.look}" for seed, one in sorted(first.items())[:6])
        print(f"{len(group):6} {what}: {why}, in {len(first)}: {where}")


def _short(why: str) -> str:
    if "@" not in why:
        return why
    labels = why.split(" + ")
    if len(labels) > 1:
        return "several parts"
    name, _, rest = labels[0].partition("@")
    return f"{name} {rest.split('/')[1]}{' nolink' if rest.endswith('nolink') else ''}"


def main() -> None:
    """Plays the histories asked for and prints what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--histories", type=int, default=48)
    parser.add_argument("--looks", type=int, default=200)
    parser.add_argument("--kind", choices=KINDS, help="only histories of this kind")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--wrong", type=int, default=200, help="how many reasons are printed")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--show", metavar="LOOK", type=int, help="only this look of the first seed: its source and what is told of it"
    )
    given = parser.parse_args()
    if given.show is not None:
        show(given.seed, given.show, given.looks)
        return
    seeds = [
        seed
        for seed in range(given.seed, given.seed + given.histories)
        if given.kind in (None, KINDS[seed % len(KINDS)])
    ]
    with ProcessPoolExecutor(given.workers) as pool:
        played = list(pool.map(play, seeds, [given.looks] * len(seeds)))
    if given.json:
        kinds_seen = [kind for kind in KINDS if any(one.kind == kind for one in played)]
        by_kind = {kind: row(summed(one for one in played if one.kind == kind)) for kind in kinds_seen}
        wrong = [asdict(one) for history_ in played for one in history_.wrong]
        print(json.dumps({"all": row(summed(played)), "kinds": by_kind, "wrong": wrong}, ensure_ascii=False, indent=1))
    else:
        print_table(played, given.wrong)


if __name__ == "__main__":
    main()
