"""The demo's story: what happens to the ministry's site, step by step, and what the service is to say of each step.

A step is a pure edit of the site. `expected` names what comes of the next look at each page; pages that it leaves out
are unchanged. After the last step the site is as it was at first, so that the story can go round again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from scraper.demo.texts import ARABIC, ENGLISH, RUSSIAN, Statement

SLUGS = MappingProxyType({"orrin-en": "en", "orrin-ru": "ru", "orrin-ar": "ar"})  # to the language of the page

FINE, CHALLENGE, UNAVAILABLE, CLOSED = "fine", "challenge", "unavailable", "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the ministry's server has to say."""

    statements: Mapping[str, Statement]  # by language
    condition: str = FINE  # or a challenge page for everybody, 503, connections closed without an answer

    def with_edit(self, language: str, edit: Callable[[Statement], Statement]) -> Site:
        return replace(self, statements={**self.statements, language: edit(self.statements[language])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What one look is to come to."""

    outcome: str
    reason: str | None = None
    kinds: frozenset[str] = frozenset()  # exactly these
    silent: bool | None = False  # of a change


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens to the site."""

    title: str
    edit: Callable[[Site], Site]
    expected: Mapping[str, Expected] = field(default_factory=dict)  # by slug; others are unchanged


FIRST = Site(statements={statement.language: statement for statement in (ENGLISH, RUSSIAN, ARABIC)})


def _english(edit: Callable[[Statement], Statement]) -> Callable[[Site], Site]:
    return lambda site: site.with_edit("en", edit)


def _changed(slug: str, *kinds: str, silent: bool | None = False) -> dict[str, Expected]:
    return {slug: Expected(outcome="changed", kinds=frozenset(kinds), silent=silent)}


def _everywhere(outcome: str, reason: str | None = None) -> dict[str, Expected]:
    return {slug: Expected(outcome=outcome, reason=reason) for slug in SLUGS}


def _condition(condition: str) -> Callable[[Site], Site]:
    return lambda site: replace(site, condition=condition)


STORY: tuple[Step, ...] = (
    Step(title="A first look at the statement in English, Russian and Arabic", edit=lambda _: FIRST,
         expected=_everywhere("new")),
    Step(
        title="English: a sentence is reworded, and the page says so with a new stamp",
        edit=_english(
            lambda text: text.reworded(
                "We support every effort to bring the Highland and Lowland delegations back to direct talks.",
                "We support every effort of the co-sponsors to bring the Highland and Lowland envoys back to the table.",
            ).stamped("21.01.2014, 16:40")
        ),
        expected=_changed("orrin-en", "wording", "stamp"),
    ),
    Step(
        title="English: a silent edit. One word goes, the stamp stays",
        edit=_english(lambda text: text.reworded("a fair solution of", "a solution of")),
        expected=_changed("orrin-en", "wording", silent=True),
    ),
    Step(
        title="English: the stamp moves on, and nothing else does",
        edit=_english(lambda text: text.stamped("9.05.2014, 00:54")),
        expected=_changed("orrin-en", "stamp"),
    ),
    Step(
        title="English: the paragraph on the Sarn Heights moves to the end",
        edit=_english(lambda text: text.moved(4, to=5)),
        expected=_changed("orrin-en", "moved"),
    ),
    Step(
        title="Russian: a sentence is added, with a new stamp",
        edit=lambda site: site.with_edit(
            "ru",
            lambda text: text.reworded(
                "за годы переговоров.",
                "за годы переговоров. Столица Авенмура открыта для нового раунда консультаций.",
            ).stamped("10.05.2014, 09:30"),
        ),
        expected=_changed("orrin-ru", "sentence_added", "stamp"),
    ),
    Step(
        title="Arabic: a number changes, and the stamp stays",
        edit=lambda site: site.with_edit("ar", lambda text: text.reworded("٤٢٠٠٠", "٣٨٠٠٠")),
        expected=_changed("orrin-ar", "number", silent=True),
    ),
    Step(
        title="A guard before the site answers everybody with a challenge page, status 200",
        edit=_condition(CHALLENGE),
        expected=_everywhere("held", "challenge"),
    ),
    Step(
        title="An outage: 503 Service Unavailable",
        edit=_condition(UNAVAILABLE),
        expected=_everywhere("failed", "http_503"),
    ),
    Step(
        title="The outage goes on: connections are closed without an answer",
        edit=_condition(CLOSED),
        expected=_everywhere("failed", "connection"),
    ),
    Step(title="The site is back as it was", edit=_condition(FINE)),
    Step(
        title="All three: everything is put back to its first wording and its first stamp",
        edit=lambda _: FIRST,
        expected={
            **_changed("orrin-en", "wording", "moved", "stamp"),
            **_changed("orrin-ru", "sentence_deleted", "stamp"),
            **_changed("orrin-ar", "number", silent=True),
        },
    ),
)  # fmt: skip
