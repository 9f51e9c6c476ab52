"""The commands about alerts: list, preview, test, retry; and triage: seen, note. Registered by `scraper.cli`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.errors import HomeLocked, UsageError

if TYPE_CHECKING:
    from archive.alerting.event import Event
    from archive.alerting.say import Told
    from archive.posting import Postbox
    from archive.reading.alerts import AlertRow
    from archive.site.language import Catalogue
    from archive.triage import Remark
    from scraper.watchlist import AlertRule, WatchList

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


class NoRule(UsageError):
    """The watch list has no alert by that name."""

    def __init__(self, name: str, known: list[str]) -> None:
        named = f"It has {', '.join(known)}." if known else "It has none: add an [[alert]] table."
        super().__init__(f"No alert {name} in the watch list. {named}")


@click.group(invoke_without_command=True)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many, the newest first.")
@json_option
@click.pass_context
def alerts(ctx: click.Context, limit: int, as_json: bool) -> None:
    """List the alerts of this archive and what became of each; or preview, test, retry."""
    if ctx.invoked_subcommand is not None:
        return
    from archive.opening import DATABASE
    from archive.reading import open_reader
    from archive.reading.alerts import alerts as listed
    from scraper.terminal import put_json, put_table

    with open_reader(ctx.obj / DATABASE) as reader:
        rows = listed(reader, limit=limit)
    if as_json:
        put_json([row.as_json() for row in rows])
        return
    put_table(
        ("alert", "noticed", "rule", "what", "state", "deliveries"),
        [(row.uid, row.made_at, row.rule, row.headline, _standing(row), _deliveries(row)) for row in rows],
    )


def _standing(row: AlertRow) -> str:
    return " ".join(filter(None, (row.state, row.note, "seen" if row.seen_at else "")))


def _deliveries(row: AlertRow) -> str:
    return "; ".join(
        f"{delivery.target} {delivery.state}" + (f" ({delivery.error})" if delivery.error else "")
        for delivery in row.deliveries
    )


@alerts.command()
@click.argument("name", required=False)
@click.option("--since", default="", metavar="DATE", help="From this date on; the whole history if left out.")
@json_option
@click.pass_obj
def preview(home: Path, name: str | None, since: str, as_json: bool) -> None:
    """What the watch list's alerts, or one of them, would have said over the archive's history. Sends nothing."""
    from archive.opening import DATABASE
    from archive.reading import open_reader
    from archive.rehearsal import rehearse
    from archive.site import words
    from archive.site.language import catalogues
    from scraper.alerts.addresses import rules_of
    from scraper.terminal import put_json, put_table, say

    watch_list = _watch_list(home)
    rules = [rule for rule in rules_of(watch_list) if name is None or rule.name == _named(watch_list, name).name]
    spoken = {rule.name: catalogues()[rule.language] for rule in rules}
    with open_reader(home / DATABASE) as reader:
        told = rehearse(reader.conn, rules, since=_since(since))
        rows = [_preview_row(one, spoken[one.rule]) for one in told]
    if as_json:
        put_json(rows)
        return
    put_table(
        ("when", "rule", "page", "event", "what it would have said"),
        [(row["at"], row["rule"], row["page"], _event(row), row["said"]) for row in rows],
    )
    gone = sum(row["transient"] for row in rows)
    say(f"{words.count(len(rows), 'alert')}, {gone} of them gone again at the next look. Nothing was sent.")


def _event(row: dict[str, Any]) -> str:
    return f"{row['event']} (transient)" if row["transient"] else row["event"]


def _preview_row(told: Told, say: Catalogue) -> dict[str, Any]:
    from archive.alerting.say import headline, read

    event = told.event
    return {
        "at": event.at,
        "rule": told.rule,
        "page": event.page.slug,
        "event": event.kind,
        "observation": event.observation,
        "kinds": list(event.change.kinds) if event.change else None,
        "silent": event.change.silent if event.change else None,
        "phrases": {"appeared": list(told.match.appeared), "disappeared": list(told.match.disappeared)},
        "transient": told.note == "transient",
        "said": read(headline(told, say)),
    }


def _since(text: str) -> str:
    from archive.model import utc_text

    if not text:
        return ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text} is no date; write one such as 2014-05-09.") from error
    return utc_text(at if at.tzinfo else at.replace(tzinfo=UTC))


@alerts.command()
@click.argument("name")
@click.pass_obj
def test(home: Path, name: str) -> None:
    """Send a sample of an alert to each of its targets, now. Exits 1 where one did not take it."""
    from scraper.alerts.addresses import target_name
    from scraper.deliver import Sender
    from scraper.terminal import put

    watch_list = _watch_list(home)
    rule = _named(watch_list, name)
    sender = Sender(home, watch_list)
    rendered = sender.rendered(_sample(watch_list, rule))
    failed = False
    for written in rule.to:
        result = sender.send_to(written, rendered)
        failed |= result.state != "sent"
        put(f"{target_name(written)}  {'sent' if result.state == 'sent' else f'not sent: {result.detail}'}")
    sys.exit(1 if failed else 0)


def _sample(watch_list: WatchList, rule: AlertRule) -> Any:
    """A message about a change that never was, on a page of the rule's."""
    import secrets

    from archive.alerting.render import Message
    from archive.alerting.say import Told

    uid = f"t{secrets.token_hex(6)[:11]}"
    told = Told(uid=uid, rule=rule.name, event=_sample_event(watch_list, rule))
    return Message(uid=uid, kind="test", told=(told,), rule=rule.name)


def _sample_event(watch_list: WatchList, rule: AlertRule) -> Event:
    from datetime import timedelta

    from archive.alerting.event import Event, PageFacts, compared_facts
    from archive.model import utc_text
    from scraper import clock

    page = next((page for page in watch_list.pages if not rule.pages or page.slug in rule.pages), None)
    old = "This is a sample. The parties must settle the question within 30 days."
    new = "This is a sample. The parties should settle the question within 60 days."
    at = clock.now()
    facts = PageFacts(
        id=0, slug=page.slug if page else "sample", title="", url=page.url if page else "https://ministry.example/"
    )
    change = compared_facts(
        old, new, numbers=(1, 2), bounds=(utc_text(at - timedelta(hours=6)), utc_text(at)), silent=False
    )
    return Event(kind="changed", page=facts, observation=1, at=utc_text(at), change=change)


@alerts.command()
@click.argument("uid", metavar="[ID]", required=False)
@click.pass_obj
def retry(home: Path, uid: str | None) -> None:
    """Send again what is parked or waits for its next try: all of it, or one message."""
    from archive import posting
    from archive.site import words
    from scraper import clock
    from scraper.deliver import Deliverer
    from scraper.terminal import say

    with _writer(home, "alerts retry") as (box, alone):
        with box.transaction() as conn:
            count = posting.retry(conn, clock.now(), uid)
        if count and alone:
            Deliverer(home, _watch_list(home)).deliver_now()
    due = f"{words.count(count, 'message')} {'is' if count == 1 else 'are'} due again."
    say(due + ("" if alone else " The running service sends them."))


@click.command()
@click.argument("which", metavar="ID")
@click.pass_obj
def seen(home: Path, which: str) -> None:
    """Note that a change was seen: by the id of its alert, or the number of the change."""
    from archive.opening import DATABASE
    from archive.reading import open_reader
    from archive.reading.alerts import seen_observation
    from archive.triage import Remark

    with open_reader(home / DATABASE) as reader:
        slug, seq = seen_observation(reader, which)
        page_id = reader.page(slug).id
    _remark(home, page_id, slug, Remark(kind="seen", actor=_actor(), observation_seq=seq))


@click.command()
@click.argument("slug")
@click.argument("text")
@click.pass_obj
def note(home: Path, slug: str, text: str) -> None:
    """Put a note to a page's history; it can't be taken back."""
    from archive.opening import DATABASE
    from archive.reading import open_reader
    from archive.triage import Remark

    if not text.strip():
        raise UsageError("The note is empty. Write something, in quotes.")
    with open_reader(home / DATABASE) as reader:
        page = reader.page(slug)
    _remark(home, page.id, page.slug, Remark(kind="note", actor=_actor(), text=text.strip()))


def _actor() -> str:
    import getpass

    return getpass.getuser()


def _remark(home: Path, page_id: int, slug: str, word: Remark) -> None:
    from archive.model import utc_text
    from archive.triage import remark
    from scraper import clock
    from scraper.terminal import say

    with _writer(home, word.kind) as (box, _), box.transaction() as conn:
        seq = remark(conn, page_id, slug, word, utc_text(clock.now()))
    say(f"Noted on {slug} as entry {seq} of the log.")


@contextmanager
def _writer(home: Path, holder: str) -> Iterator[tuple[Postbox, bool]]:
    """The outbox for writing, and whether nothing else runs on this home.

    Triage can't wait for the service to end, so that this writes a few rows beside it, in transactions that take turns with
    the service's; where the file's schema is not this version's, the other one has to end first.
    """
    from archive.opening import DATABASE
    from archive.posting import Postbox, has_our_schema
    from archive.store import Archive

    try:
        archive = Archive.open(home, holder=holder)
    except HomeLocked:
        if not has_our_schema(home / DATABASE):
            raise
        with closing(Postbox(home / DATABASE)) as box:
            yield box, False
        return
    with archive, closing(Postbox(home / DATABASE)) as box:
        yield box, True


def _watch_list(home: Path) -> WatchList:
    from scraper import program, watchlist

    return watchlist.load(program.watch_list_path(home))


def _named(watch_list: WatchList, name: str) -> AlertRule:
    rule = next((rule for rule in watch_list.alerts if rule.name == name), None)
    if rule is None:
        raise NoRule(name, [rule.name for rule in watch_list.alerts])
    return rule
