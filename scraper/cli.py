"""The command line: open, call, print. What costs time to import is imported by the command that needs it."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from archive.errors import DatabaseError, UsageError, VariorumError, of_database
from scraper import alerts_cli, evidence_cli, log, reading_cli
from scraper.reading_cli import reader_of

if TYPE_CHECKING:
    from archive.readings import ReadingDifference

EXIT = {"held": 5, "refused": 5, "gone": 6, "failed": 6}

slug_argument = click.argument("slug")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


class Group(click.Group):
    """Shows each of our errors as one clear line a problem, and exits with its code; a bug shows its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except VariorumError as error:
            self._end(ctx, error)
        except DatabaseError as error:
            from archive.opening import DATABASE

            told = of_database(ctx.obj / DATABASE, error)
            if told is None:
                raise
            self._end(ctx, told)

    @staticmethod
    def _end(ctx: click.Context, error: VariorumError) -> None:
        from scraper.terminal import safe, say

        for line in str(error).splitlines():
            say(f"Error: {safe(line)}", event="error", level="error")
        ctx.exit(error.exit_code)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="VARIORUM_HOME",
    default=".",
    show_default="the current folder",
    help="The folder with variorum.toml and archive.db.",
)
@click.version_option(package_name="variorum")
@click.pass_context
def main(ctx: click.Context, home: Path) -> None:
    """Watch official web pages, archive what they said and when, and publish the history of every wording.

    Exit codes: 0 done, 1 error, 2 usage, 4 not in this archive, 5 held or refused, 6 gone or failed, 9 damage found.
    """
    ctx.obj = home


@main.command()
@click.pass_obj
def init(home: Path) -> None:
    """Make a home: a commented watch list and an empty archive."""
    from archive.errors import HomeUnusable
    from archive.store import Archive
    from scraper import program, watchlist
    from scraper.files import write_text
    from scraper.terminal import say

    path = program.watch_list_path(home)
    if path.exists():
        raise HomeUnusable(
            path, "is already there", "Nothing was changed. Edit it, or choose another home with --home."
        )
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HomeUnusable(home, f"can't be made ({error.strerror})", "Choose another home with --home.") from error
    Archive.open(home, holder="init").close()
    write_text(path, watchlist.starter())
    say(f"Wrote {path}. Add a page with: variorum add URL, look at it with: variorum check, go on with: variorum serve")


@main.command()
@click.argument("url")
@click.option("--slug", default="", help="The page's identity in this archive; made from the address if left out.")
@click.option("--select", default="", help="CSS of the text to watch; left out, the main content is found.")
@click.option("--ignore", multiple=True, help="CSS of a part to set aside; may be repeated.")
@click.option("--every", default="", help="How often to look: 90s, 30m, 6h, 1d.")
@click.option("--language", default="", help="The page's language (BCP 47), where it does not say so itself.")
@click.option("--statement", default="", help="Name that pages stating the same in other languages share.")
@click.pass_obj
def add(home: Path, /, url: str, slug: str, **keys: Any) -> None:
    """Add a page to the watch list; the rest of the file stays as it is."""
    from scraper import program, watchlist
    from scraper.files import write_text
    from scraper.terminal import put, say

    path = program.watch_list_path(home)
    watchlist.load(path)
    before = path.read_bytes().decode()
    after = watchlist.add_page(before, url=url, slug=slug, **keys)
    write_text(path, after)
    put(watchlist.parse(after).pages[-1].slug)
    say(f"Added to {path}. Look at it now with: variorum check {watchlist.parse(after).pages[-1].slug}")


@main.command()
@slug_argument
@click.argument("url")
@click.pass_obj
def move(home: Path, slug: str, url: str) -> None:
    """Record a page's new address, in the watch list and in the log; its history goes on with a seam.

    Every address that it had still resolves. Look at it there with: variorum check SLUG
    """
    from scraper.moving import move_page
    from scraper.terminal import safe, say

    if move_page(home, slug, url):
        say(f"{slug} is looked for at {safe(url)} from the next look on. Its history goes on: variorum check {slug}")
    else:
        say(f"{slug} has this address already. Nothing was changed.")


@main.command()
@slug_argument
@click.argument("region")
@click.pass_obj
def ignore(home: Path, slug: str, region: str) -> None:
    """Set a part of a page aside, by its CSS; the page's evidence is read again without it at the next look."""
    from scraper import program, watchlist
    from scraper.files import write_text
    from scraper.terminal import say

    path = program.watch_list_path(home)
    watchlist.load(path)
    write_text(path, watchlist.edit_page(path.read_bytes().decode(), slug, ignore=region))
    say(f"Changed {path}: {slug} is read without {region} from the next look on.")


@main.command()
@json_option
@click.pass_obj
def pages(home: Path, as_json: bool) -> None:
    """List the pages of the archive and of the watch list."""
    from scraper.terminal import put_json, put_table

    rows = _page_rows(home)
    if as_json:
        put_json(rows)
        return
    put_table(
        ("page", "revisions", "last look", "outcome", "title", "address"),
        [
            (
                row["slug"] if row["watched"] else f"{row['slug']} (unwatched)",
                str(row["revisions"]),
                row["observed_at"] or "never",
                _said(row["outcome"], row["reason"]),
                row["title"] or "",
                row["url"],
            )
            for row in rows
        ],
    )


def _page_rows(home: Path) -> list[dict[str, Any]]:
    """The archive's pages, and those of the watch list that were never looked at."""
    from archive.opening import DATABASE
    from scraper import program, watchlist

    watch_list = watchlist.load(program.watch_list_path(home))
    rows = []
    if (home / DATABASE).exists():
        with reader_of(home) as reader:
            rows = [page.as_json() for page in reader.pages()]
    known = {row["slug"] for row in rows}
    blank = dict.fromkeys(("title", "added_at", "first_observed", "last_confirmed", "observed_at", "outcome", "reason"))
    for page in watch_list.pages:
        if page.slug not in known:
            mine = {"language": page.language or None, "statement": page.statement or None, "tags": list(page.tags)}
            rows.append({"slug": page.slug, "url": page.url, **mine, **blank, "watched": True, "revisions": 0})
    return sorted(rows, key=lambda row: str(row["slug"]))


@main.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@json_option
@click.pass_obj
def check(home: Path, slugs: tuple[str, ...], as_json: bool) -> None:
    """Look at each page now, or at these; one line a page.

    robots.txt, delays and limits hold. Exits 5 where a page was held or refused, 6 where one was gone or failed.
    """
    from scraper import program, watchlist
    from scraper.terminal import LookPrinter, say

    watch_list = watchlist.load(program.watch_list_path(home))
    wanted = program.pages_named(watch_list, slugs)
    if not wanted:
        say("The watch list names no page. Add one with: variorum add URL")
    with LookPrinter(len(wanted), wide=max((len(page.slug) for page in wanted), default=0), as_json=as_json) as printer:
        program.check_now(home, watch_list, wanted, lambda _, recorded: printer.put(recorded.row()))
    codes = {EXIT.get(outcome, 0) for outcome in printer.outcomes}
    sys.exit(next((code for code in (6, 5) if code in codes), 0))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option(
    "--port", default=8001, show_default=True, type=click.IntRange(0, 65535), help="Port to serve on; 0: any."
)
@click.option("--base-url", default="/", show_default=True, help="Path under which a proxy publishes the archive.")
@click.option(
    "--private", is_flag=True, help="Ask every reader for a password: VARIORUM_PASSWORD, or the first line of a file."
)
@click.option(
    "--password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File with the password of --private; of mode 0600.",
)
@click.option(
    "--log-format",
    type=click.Choice(["lines", "json"]),
    default="lines",
    show_default=True,
    help="The log as lines for people, or as JSON, one object a line.",
)
@click.pass_obj
def serve(
    home: Path,
    host: str,
    port: int,
    base_url: str,
    private: bool,
    password_file: Path | None,
    log_format: Literal["lines", "json"],
) -> None:
    """Look at the pages on schedule and publish their history, until stopped.

    SIGHUP takes up variorum.toml as it is then, or says why not. SIGTERM and SIGINT end it cleanly, with exit 0.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the watch list is read: it then is as new as it can be
    if log_format == "json":
        log.use_json()
    from scraper import program, watchlist
    from scraper.private import read_password
    from scraper.serve import run

    if password_file is not None and not private:
        raise UsageError("--password-file goes with --private.")
    password = read_password(password_file, os.environ) if private else None
    watch_list = watchlist.load(program.watch_list_path(home))
    run(home, watch_list, host=host, port=port, base_url=base_url, password=password)


@main.command()
@click.option("--once", is_flag=True, help="Play the story through as fast as it goes, print a summary, and end.")
@click.option(
    "--port", default=8001, show_default=True, type=click.IntRange(0, 65535), help="Port of the reading room."
)
def demo(once: bool, port: int) -> None:
    """Watch a fictional ministry's page being edited: the whole service, on this machine alone."""
    from scraper.demo.play import run

    run(once=once, port=port)


@main.command()
@json_option
@click.pass_obj
def status(home: Path, as_json: bool) -> None:
    """Each page: last outcome, next look, coverage, what is failing, and alerts that are owed or parked.

    stderr says which pages are led to another address for good, which alerts failed, which places of [anchor] have the log's
    checkpoints, or since when they have not, which hosts are left alone for a while, when the disk will be full, and how many
    pages a service has still to read anew.
    """
    from archive.anchors import anchors, not_anchored_since
    from archive.cool_downs import cool_downs
    from archive.growth import growth
    from archive.lock import noted_to_read
    from archive.model import utc_text
    from archive.reading.alerts import outstanding, unsent_by_page
    from archive.site import words
    from archive.storage import trouble_of
    from scraper import clock
    from scraper.terminal import put_json, put_table, safe, say

    trouble = trouble_of(home)
    if trouble is not None:
        since = f" since {trouble.since}" if trouble.since else ""
        say(
            f"Nothing can be stored{since}: {trouble.why}. Free space or mend the disk; a service then goes on by itself."
        )
    to_read = noted_to_read(home)
    if to_read:
        say(
            f"Still to be read anew, beside the looks: {words.count(to_read, 'page')}. Each is looked at when that is done."
        )
    with reader_of(home) as reader:
        rows = [page.as_status_json() for page in reader.status()]
        unsent, outbox = unsent_by_page(reader), outstanding(reader)
        places = anchors(reader.conn, clock.now())
        disk = growth(reader.conn, home, clock.now())
        cooling = [(host, found) for host, found in cool_downs(reader.conn).items() if found.until > clock.now()]
    for row in rows:
        row["disk"] = disk.as_json()
        row["not_anchored_since"] = not_anchored_since(places)
        row["alerts_owed"], row["alerts_parked"] = unsent.get(row["page"], (0, 0))
    if as_json:
        put_json(rows)
        return
    put_table(
        ("page", "outcome", "last look", "next look", "looks", "coverage", "ill in a row", "missed", "alerts"),
        [
            (
                row["page"],
                _said(row["outcome"], row["reason"]),
                row["observed_at"] or "never",
                row["due_at"] or "not scheduled",
                str(row["looks"]),
                "" if row["coverage"] is None else f"{100 * row['coverage']:.1f} %",
                str(row["not_accepted_in_a_row"] or ""),
                str(row["missed_rounds"] or ""),
                _unsent(row["alerts_owed"], row["alerts_parked"]),
            )
            for row in rows
        ],
    )
    for row in rows:
        if row["moved_to"]:
            new = safe(row["moved_to"])
            say(f"{row['page']} is led to {new} for good. Record it with: variorum move {row['page']} {new}")
    for uid, target, error, due_at in outbox.failed:
        what = f"alert {uid} to {target}: {error.rstrip('.')}"
        if due_at is None:
            say(f"Parked: {what}. Send it again with: variorum alerts retry {uid}")
        else:
            say(f"Owed: {what}. It is tried again at {due_at}.")
    for place in places:
        say(safe(place.line))
    for host, found in sorted(cooling):
        times = f"{found.failures} times in a row" if found.failures > 1 else "once"
        say(safe(f"{host} is left alone until {utc_text(found.until)}: it failed or asked for rest {times}."))
    say(disk.line)


def _unsent(owed: int, parked: int) -> str:
    return ", ".join(f"{number} {state}" for number, state in ((owed, "owed"), (parked, "parked")) if number)


seq_argument = click.argument("seq", type=click.IntRange(1))


@main.command()
@seq_argument
@json_option
@click.pass_obj
def explain(home: Path, seq: int, as_json: bool) -> None:
    """Why an observation was judged and read as it was: the facts, the region chosen, what was set aside, the stamps."""
    from scraper import acts
    from scraper.parsers import Parsers
    from scraper.terminal import put, put_json, safe

    with reader_of(home) as reader, Parsers() as parsers:
        told = acts.explanation(*acts.explain(reader, seq, parsers))
    if as_json:
        put_json(told)
        return
    for name, value in told.items():
        for line in value if isinstance(value, list) else [value]:
            text = ": ".join(map(str, line)) if isinstance(line, list | tuple) else line
            put(f"{name:18}  {safe(str(text)) if text is not None else '-'}")


@main.command()
@seq_argument
@click.pass_obj
def release(home: Path, seq: int) -> None:
    """Accept a held look as the page after all: its text becomes a revision, and the page is read again from its evidence."""
    _act(home, "release", seq)


@main.command()
@seq_argument
@click.pass_obj
def hold(home: Path, seq: int) -> None:
    """Set an accepted look aside: it makes no revision any more, and equal texts are held from now on."""
    _act(home, "hold", seq)


def _act(home: Path, kind: Literal["release", "hold"], seq: int) -> None:
    from scraper import acts, clock, program, watchlist
    from scraper.alerts.addresses import rules_of
    from scraper.parsers import Parsers
    from scraper.terminal import say

    with reader_of(home) as reader:
        look = reader.observation(seq)
    watch_list = watchlist.load(program.watch_list_path(home))
    with program.archive_of(home, watch_list, holder=kind) as archive, Parsers() as parsers:
        derived = acts.perform(
            archive,
            look.page,
            kind,
            seq,
            standing=(look.outcome, look.reason),
            at=clock.now(),
            alerts=rules_of(watch_list),
            reading=parsers,
        )
        program.deliver_owed(home, watch_list)
    revision = f", revision {derived.number} of {look.page}" if derived.number else ""
    say(f"Observation {seq} stands as {_said(derived.outcome, derived.reason)}{revision}.")


@main.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@json_option
@click.pass_obj
def reread(home: Path, slugs: tuple[str, ...], as_json: bool) -> None:
    """Read all evidence of a page again, by its present rules and this version: what differs is our change, not theirs.

    The earlier reading stays citable, and nothing is alerted: stderr says how many alerts would have told of it.
    """
    from archive.site import words
    from scraper import program, watchlist
    from scraper.terminal import difference_line, put, put_json, say

    watch_list = watchlist.load(program.watch_list_path(home))
    rows: list[dict[str, Any]] = []

    def told(page: watchlist.Page, found: ReadingDifference) -> None:
        rows.append({"page": page.slug, **asdict(found)})
        if not as_json:
            put(difference_line(rows[-1]))

    unsent = program.read_again(home, watch_list, program.pages_named(watch_list, slugs), told)
    if as_json:
        put_json(rows)
    if unsent:
        say(
            f"{words.count(unsent, 'alert')} would have told of what shows now and did not before. None was sent;"
            " read them with: variorum alerts preview"
        )


main.add_command(alerts_cli.alerts)
main.add_command(alerts_cli.seen)
main.add_command(alerts_cli.note)


def _said(outcome: str | None, reason: str | None) -> str:
    return " ".join(filter(None, (outcome, reason)))


evidence_cli.register(main)
reading_cli.register(main)
