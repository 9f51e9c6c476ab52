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

from living_pages import KINDS, History, Look, history

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
    """An edit that is still to be told."""

    look: Look
    before: str
    good: int = 0

    @property
    def what(self) -> str:
        return "note" if self.look.truth == "notice" else "rest" if self.look.restless else "edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change that was told: the texts, and what the living parts said at the look before and how often they had changed."""

    before: str
    text: str
    earlier: Living
    turned: Counter[int]

    def parts(self, look: Look) -> list[int]:
        """The living parts that the difference shows, by number."""
        moved = squeezed("\n".join(set(self.before.split("\n\n")) ^ set(self.text.split("\n\n"))))
        both = zip(look.living, self.earlier or look.living, strict=True)
        return [i for i, (now, then) in enumerate(both) if any(squeezed(line) in moved for line in now[1] + then[1])]

    def difference(self) -> str:
        """The first blocks that went and came."""
        old, new = self.before.split("\n\n"), self.text.split("\n\n")
        gone = [line[:70] for line in old if line not in new][:3]
        came = [line[:70] for line in new if line not in old][:3]
        return f"-{gone} +{came}"


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
    return play_history(history(seed, looks=looks))


def play_history(told: History) -> Played:
    """A given history through the interpreter."""
    played = Played(seed=told.seed, kind=told.kind, skeleton=told.skeleton, language=told.language)
    memory, text, waiting = "", "", None
    earlier: Living = ()
    turned: Counter[int] = Counter()  # how often each living part has changed
    strayed = False  # what was last told is no wording of the page: its return is no second mistake
    for look in told.looks:
        seen = interpret(look.capture, Rules(), memory)
        memory = seen.memory
        before, text = text, _text_after(seen, text)
        changed = bool(before) and text != before
        if look.truth == "outage":
            _judge_outage(played, look, seen, changed)
            strayed = strayed or changed
            continue
        if look.truth in ("edited", "notice"):
            if waiting:
                _give_up(played, waiting)
            waiting = Waiting(look=look, before=before)
        if earlier:
            turned.update(i for i, (now, then) in enumerate(zip(look.living, earlier, strict=True)) if now != then)
        change = Told(before=before, text=text, earlier=earlier, turned=turned) if changed and not strayed else None
        _judge_good(played, look, seen, change, waiting)
        strayed = strayed and not changed
        earlier = look.living
        if waiting:
            waiting = _still_waiting(played, waiting, text)
    return played


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


def _judge_outage(played: Played, look: Look, seen: Interpretation, changed: bool) -> None:
    played.counts["outages"] += 1
    if changed:
        played.counts["outage"] += 1
        played.note(look.number, "outage told", look.shape)
    elif seen.verdict.accepted:
        played.counts["outage_accepted"] += 1


def _judge_good(played: Played, look: Look, seen: Interpretation, change: Told | None, waiting: Waiting | None) -> None:
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
    parts = change.parts(look)
    why = " + ".join(dict.fromkeys(look.living[i][0] for i in parts)) or "no living part"
    if not WORDING_KINDS & kinds(change.before, change.text).keys():
        played.counts["quiet"] += 1
        played.note(look.number, "quiet change", why, change.difference())
        return
    played.counts["false"] += 1
    learning = bool(parts) and all(change.turned[i] <= LEARNING for i in parts)
    played.counts["learn"] += learning
    played.note(look.number, "false change, learning" if learning else "false change", why, change.difference())


def _still_waiting(played: Played, waiting: Waiting, text: str) -> Waiting | None:
    waiting.good += 1
    if stands(waiting.look, text) and (text != waiting.before or waiting.look.shape in STANDING):
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
