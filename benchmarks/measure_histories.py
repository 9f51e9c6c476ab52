"""How the interpreter does on full histories of pages that live: false changes, held looks, edits and notices told.

    python benchmarks/measure_histories.py [--seed 0] [--histories 48] [--looks 200] [--kind KIND] [--workers 1] [--json] [--wrong 60]

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

from living_pages import KINDS, History, Look, history

from archive.diff import kinds
from archive.model import WORDING_KINDS, Interpretation, Rules
from scraper.interpret import interpret

WITHIN = 3  # good looks in which an edit or a notice must be told
EARLY = 10  # looks in which a page may still be learnt; shown apart, counted all the same
Living = tuple[tuple[str, tuple[str, ...]], ...]
COLUMNS = (
    "looks",
    "false",
    "early",
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
    """An edit that is still to be told."""

    look: Look
    before: str
    good: int = 0

    @property
    def what(self) -> str:
        return "note" if self.look.truth == "notice" else "rest" if self.look.restless else "edit"


def squeezed(text: str) -> str:
    """The text without white space and cell borders, so that how a table row is written counts for nothing."""
    return "".join(text.replace("|", "").split())


def stands(look: Look, text: str) -> bool:
    """Whether the text says what the page says since this look."""
    plain = squeezed(text)
    if any(squeezed(said) not in plain for said in look.present) or any(
        squeezed(said) in plain for said in look.absent
    ):
        return False
    places = [plain.find(squeezed(said)) for said in look.order]
    return -1 not in places and places == sorted(places)


def play(seed: int, looks: int) -> Played:
    """One history through the interpreter."""
    return play_history(history(seed, looks=looks))


def play_history(told: History) -> Played:
    """A given history through the interpreter."""
    played = Played(seed=told.seed, kind=told.kind, skeleton=told.skeleton, language=told.language)
    memory, text, waiting = "", "", None
    earlier: Living = ()
    for look in told.looks:
        seen = interpret(look.capture, Rules(), memory)
        memory = seen.memory
        before, text = text, _text_after(seen, text)
        changed = bool(before) and text != before
        if look.truth == "outage":
            _judge_outage(played, look, seen, changed)
            continue
        if look.truth in ("edited", "notice"):
            if waiting:
                _give_up(played, waiting)
            waiting = Waiting(look=look, before=before)
        _judge_good(played, look, seen, (before, text) if changed else None, waiting, earlier)
        earlier = look.living
        if waiting:
            waiting = _still_waiting(played, waiting, text)
    return played


def _text_after(seen: Interpretation, text: str) -> str:
    return seen.document.text if seen.verdict.accepted and not seen.same and seen.document else text


def _judge_outage(played: Played, look: Look, seen: Interpretation, changed: bool) -> None:
    played.counts["outages"] += 1
    if changed:
        played.counts["outage"] += 1
        played.note(look.number, "outage told", look.shape)
    elif seen.verdict.accepted:
        played.counts["outage_accepted"] += 1


def _judge_good(
    played: Played,
    look: Look,
    seen: Interpretation,
    change: tuple[str, str] | None,
    waiting: Waiting | None,
    earlier: Living,
) -> None:
    if look.truth == "either":
        return
    played.counts["looks"] += 1
    if not seen.verdict.accepted and not (waiting and waiting.what == "note"):
        played.counts["held"] += 1
        facts = "; ".join(f"{key}={value}" for key, value in seen.verdict.facts)
        played.note(
            look.number, "held", f"{seen.verdict.outcome}:{seen.verdict.reason} at {look.shape or look.truth}", facts
        )
    if change is None or waiting is not None:
        return
    if not WORDING_KINDS & kinds(*change).keys():
        played.counts["quiet"] += 1
        played.note(look.number, "quiet change", _part_in(look, change, earlier), _difference(*change))
        return
    played.counts["false"] += 1
    played.counts["early"] += look.number < EARLY
    played.note(look.number, "false change", _part_in(look, change, earlier), _difference(*change))


def _still_waiting(played: Played, waiting: Waiting, text: str) -> Waiting | None:
    waiting.good += 1
    if stands(waiting.look, text) and (text != waiting.before or waiting.look.shape == "settled"):
        played.counts[f"{waiting.what}s"] += 1
        played.counts["once"] += waiting.what == "edit" and waiting.good == 1
        played.counts[f"{waiting.what}3"] += 1
        return None
    if waiting.good >= WITHIN:
        _give_up(played, waiting)
        return None
    return waiting


def _give_up(played: Played, waiting: Waiting) -> None:
    played.counts[f"{waiting.what}s"] += 1
    what = {"note": "notice late", "rest": "restless edit late", "edit": "edit late"}[waiting.what]
    said = " / ".join((*waiting.look.present, *(f"not: {line}" for line in waiting.look.absent)))
    played.note(waiting.look.number, what, waiting.look.shape, said[:200])


def _part_in(look: Look, change: tuple[str, str], earlier: Living) -> str:
    """The living parts that the difference shows."""
    old, new = (set(text.split("\n\n")) for text in change)
    moved = squeezed("\n".join(old ^ new))
    found = [label for label, lines in (*look.living, *earlier) if any(squeezed(line) in moved for line in lines)]
    return " + ".join(dict.fromkeys(found)) or "no living part"


def _difference(before: str, after: str) -> str:
    old, new = before.split("\n\n"), after.split("\n\n")
    gone = [line[:70] for line in old if line not in new][:3]
    came = [line[:70] for line in new if line not in old][:3]
    return f"-{gone} +{came}"


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
        "early": per_10_000("early"),
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
        "per 10,000 good looks: false = wording told that is none (early: of them in the first 10 looks), quiet = other changes, held;"
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
    reasons = Counter((one.what, one.why) for history_ in played for one in history_.wrong)
    print("\nby reason:")
    for (what, why), count in sorted(reasons.items(), key=lambda item: (item[0][0], -item[1])):
        print(f"  {count:5} {what}: {why}")
    shown: Counter[tuple[str, str]] = Counter()
    print("\nseed look kind: what went wrong (at most two of a reason)")
    for one in [one for history_ in played for one in history_.wrong]:
        shown[one.what, one.why] += 1
        if shown[one.what, one.why] <= 2 and sum(min(2, count) for count in shown.values()) <= wrong:
            print(f"  {one.seed} {one.look} {one.kind}: {one.what}: {one.why} {one.detail}")


def main() -> None:
    """Plays the histories asked for and prints what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--histories", type=int, default=48)
    parser.add_argument("--looks", type=int, default=200)
    parser.add_argument("--kind", choices=KINDS, help="only histories of this kind")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--wrong", type=int, default=60, help="how many looks that went wrong are printed")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
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
