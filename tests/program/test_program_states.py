"""Every state that a watched page can be in, through the installed command: the outcome and the kinds that must follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests

WORDING = {"wording", "sentence_added", "sentence_deleted", "number", "negation", "modality"}
NO_WORDING = {"STAMP", "MOVED", "TYPOGRAPHY"}  # states whose meaning says that no wording changed
NOT_SILENT = NO_WORDING | {"B"}


def test_every_state_of_the_shared_page_has_the_outcome_and_kinds_that_it_names(
    home: Any, state_site: Any, serve_handlers: Callable[..., list[str]]
) -> None:
    """Each state stands at an address of its own, so that three rounds show all of them after A and back to A."""
    seed = state_site.pathlib.Path(state_site.__file__).parent.parent / "corpora/seed"
    if not seed.is_dir():
        pytest.skip("../shared/corpora/seed is not there")
    text = state_site.load(next(seed.glob("*.txt")))
    states = list(state_site.STATES)
    bases = dict(zip(states, serve_handlers([state_site.handler(text) for _ in states]), strict=True))
    home.watch({state.lower(): f"{base}/page" for state, base in bases.items()}, keys={"timezone": "Asia/Almaty"})

    first = home.check(installed=True)
    for state, base in bases.items():
        requests.post(f"{base}/_state?is={state}", timeout=10)
    second = home.check(installed=True)
    for base in bases.values():
        requests.post(f"{base}/_state?is=A", timeout=10)
    back = home.check(installed=True)

    wrong = []
    for state, (outcomes, must, meaning) in state_site.STATES.items():
        slug = state.lower()
        problems = state_problems(state, outcomes, must, first[slug], second[slug], back[slug])
        wrong += [f"{state} ({meaning}): {problem}" for problem in problems]
    assert not wrong, "\n".join(wrong)


def state_problems(
    state: str, outcomes: str, must: list[str], first: dict[str, Any], then: dict[str, Any], back: dict[str, Any]
) -> list[str]:
    """What is not as it must be in three looks at a page: in A, in the state, in A again."""
    found = []
    if first["outcome"] != "new":
        found.append(f"first look: {first['outcome']} {first['reason']}")
    if then["outcome"] not in outcomes.split("|"):
        found.append(f"{then['outcome']} {then['reason']} instead of {outcomes}")
    change = then["change"] or {"kinds": [], "silent": None}
    missing = [name for name in must if name not in change["kinds"] and change.get(name) is not True]
    if missing:
        found.append(f"lacks {missing}: {change}")
    if state in NO_WORDING and WORDING & set(change["kinds"]):
        found.append(f"tells of wording: {change}")
    if state in NOT_SILENT and change["silent"] is True:
        found.append(f"called silent: {change}")
    expected = ("changed", 3) if then["outcome"] == "changed" else ("unchanged", 1)
    if (back["outcome"], back["revision"]) != expected:
        found.append(f"back to A: {back['outcome']} {back['reason']}, revision {back['revision']}")
    return found


def test_a_reworded_sentence_under_an_old_stamp_is_a_silent_edit(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())}, keys={"timezone": "Asia/Almaty"})
    home.check()
    site.put("/strait", reworded(statement, "highly interested", "interested").html())
    change = home.check()["strait"]["change"]
    assert change["silent"] is True
    assert change["kinds"] == ["wording"]


def test_a_reworded_sentence_under_a_new_stamp_is_not_silent(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    home.check()
    edited = reworded(statement, "highly interested", "interested")
    site.put("/strait", replace(edited, stamp=edited.stamp.replace("9.05.2014", "12.05.2014")).html())
    change = home.check()["strait"]["change"]
    assert change["silent"] is False
    assert set(change["kinds"]) == {"wording", "stamp"}


def test_a_text_that_comes_back_is_a_third_revision(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    for page in (statement, reworded(statement, "27 states", "31 states"), statement):
        site.put("/strait", page.html())
        home.check()
    first, second, third = home.history("strait")
    assert first["text_sha256"] == third["text_sha256"] != second["text_sha256"]


CHALLENGE = (
    "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser before accessing the site</h1>"
    "<p>Please enable JavaScript and cookies to continue. Ray ID: 7a0</p></body></html>"
)
IN_PLACE = {
    "a challenge page": (CHALLENGE, 200, "held", 5),
    "an empty body": ("", 200, "failed", 6),
    "service unavailable": ("<h1>Service Unavailable</h1>", 503, "failed", 6),
    "not found": ("<h1>Not Found</h1>", 404, "gone", 6),
    "gone for good": ("<h1>Gone</h1>", 410, "gone", 6),
    "forbidden": ("<h1>Forbidden</h1>", 403, "failed", 6),
}


@pytest.mark.parametrize("what", sorted(IN_PLACE))
def test_what_stands_in_place_of_the_page_never_becomes_a_revision(
    home: Any, site: Any, statement: Any, what: str
) -> None:
    html, status, outcome, exit_code = IN_PLACE[what]
    home.watch({"strait": site.put("/strait", statement.html())})
    home.check()
    site.put("/strait", html, status=status)
    done = home.run("check", "--json")
    assert (done.rows[0]["outcome"], done.code) == (outcome, exit_code)
    assert len(home.history("strait")) == 1


def test_an_outage_widens_the_bounds_of_the_change_after_it(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    home.check()
    site.put("/strait", "<h1>Service Unavailable</h1>", status=503)
    home.check()
    site.put("/strait", reworded(statement, "must not be", "may be").html())
    home.check()
    first, second = home.history("strait")
    assert second["not_before"] == first["last_observed"] < second["not_after"]


def test_a_menu_that_changes_is_no_change_of_the_page(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    home.check()
    site.put("/strait", replace(statement, menu="Home | News (3 new) | The Ministry").html())
    assert home.check()["strait"]["outcome"] == "unchanged"


def test_a_page_called_unchanged_by_its_server_is_confirmed_without_a_body(
    home: Any, site: Any, statement: Any
) -> None:
    home.watch({"strait": site.put("/strait", statement.html(), headers={"ETag": '"v1"'})})
    home.check()
    site.put("/strait", "", status=304, headers={"ETag": '"v1"'})
    row = home.check()["strait"]
    (revision,) = home.history("strait")
    assert (row["outcome"], row["reason"]) == ("unchanged", "not_modified")
    assert revision["last_observed"] < revision["last_confirmed"]


def reworded(statement: Any, old: str, new: str) -> Any:
    paragraphs = tuple(paragraph.replace(old, new) for paragraph in statement.paragraphs)
    assert paragraphs != statement.paragraphs
    return replace(statement, paragraphs=paragraphs)
