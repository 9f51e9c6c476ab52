"""The commands that read the record: revisions, comparisons, lifetimes, searches, exports. Registered on the program's group."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from archive.errors import UsageError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from archive.reading import Reader

slug_argument = click.argument("slug")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
_SPELL_HEADINGS = ("appeared between", "and", "gone between", "and", "looks", "longest gap", "what")


@click.command()
@slug_argument
@json_option
@click.pass_obj
def history(home: Path, slug: str, as_json: bool) -> None:
    """The revisions of a page: what it said, between when and when; with what people noted."""
    from archive.reading.alerts import noted
    from scraper.terminal import put_json, put_table, say

    with reader_of(home) as reader:
        rows = [row.as_json() for row in reader.history(slug)]
        remarks = noted(reader, reader.page(slug))
    if as_json:
        put_json(rows)
        return
    seen = {remark.observation for remark in remarks if remark.kind == "seen"}
    put_table(
        ("revision", "appeared between", "and", "last confirmed", "words", "page says updated", "what changed"),
        [
            (
                str(row["number"]),
                row["not_before"] or "(unknown)",
                row["not_after"],
                row["last_confirmed"],
                str(row["words"]),
                row["stamp_updated"] or "",
                " ".join(filter(None, (_what_changed(row), "seen" if row["observation"] in seen else ""))),
            )
            for row in rows
        ],
    )
    for remark in remarks:
        if remark.kind == "note":
            say(f"Note of {remark.at}: {remark.text}")


@click.command()
@slug_argument
@click.argument("which", metavar="[N|DATE]", required=False)
@click.option("--raw", is_flag=True, help="The received bytes of the revision's first look, as they came.")
@click.option("--headers", is_flag=True, help="Status line and headers of the revision's first look.")
@json_option
@click.pass_obj
def show(home: Path, slug: str, which: str | None, raw: bool, headers: bool, as_json: bool) -> None:
    """The text of a revision, of the latest if none is named; by number, or by a date such as 2014-05-09."""
    from archive.bodies import read_body
    from scraper.terminal import bytes_out, put, put_json, safe

    if raw + headers + as_json > 1:
        raise UsageError("--raw, --headers and --json exclude each other. Choose one.")
    with reader_of(home) as reader:
        revision = _revision(reader, slug, which)
        if raw:
            body_id = reader.observation(revision.row.observation).body_id
            assert body_id is not None
            bytes_out().write(read_body(reader.conn, body_id))
        elif headers:
            put(_head(reader.entry(revision.row.observation)))
        elif as_json:
            put_json(revision.as_json())
        else:
            put(safe(revision.text) if sys.stdout.isatty() else revision.text)


@click.command()
@slug_argument
@click.argument("old", metavar="[A]", required=False)
@click.argument("new", metavar="[B]", required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "html", "json"]), default="text", show_default=True, help="Form."
)
@click.pass_obj
def diff(home: Path, slug: str, old: str | None, new: str | None, form: str) -> None:
    """What changed from revision A to B: the last change if neither is named, from A to the latest without B."""
    from shutil import get_terminal_size

    from archive.diff import compare, render
    from scraper.terminal import put, put_json, safe

    with reader_of(home) as reader:
        numbers = [None if which is None else _revision(reader, slug, which).number for which in (old, new)]
        found = reader.diff(slug, numbers[0], numbers[1])
    if form == "json":
        put_json(found.as_json())
        return
    before, after = found.old.text, found.new.text
    line = render.redline(before, after, compare(before, after).ops)
    if form == "html":
        title = f"{found.new.row.title or slug}: {found.old.number} → {found.new.number}"
        about = f"Between {found.not_before or 'an unknown time'} and {found.not_after}"
        page = render.standalone_html(line, title=title, about=about, language=found.new.row.language)
        put(safe(page) if sys.stdout.isatty() else page)
    else:
        to_terminal = sys.stdout.isatty()
        width = get_terminal_size().columns if to_terminal else None
        put(render.terminal(line, colour=to_terminal, width=width))


@click.command()
@slug_argument
@json_option
@click.pass_obj
def lifetimes(home: Path, slug: str, as_json: bool) -> None:
    """Every passage a page ever had, with its spells on the page: from when to when, as bounds at both ends."""
    from archive.reading import lifetimes as lives
    from scraper.terminal import put_json, put_table

    with reader_of(home) as reader:
        rows = lives(reader, reader.page(slug))
    if as_json:
        put_json(rows)
        return
    put_table(_SPELL_HEADINGS, [_spell_row(row["text"], spell) for row in rows for spell in row["spells"]])


@click.command()
@click.argument("query")
@click.argument("slug", required=False)
@json_option
@click.pass_obj
def search(home: Path, query: str, slug: str | None, as_json: bool) -> None:
    """Every wording ever seen that holds these words, with their endings, or a "phrase in quotes" as it stands.

    Case and marks are folded; scripts without spaces are searched wherever the characters stand. Exits 4 where there is none.
    """
    from archive.reading.search import parse_query
    from archive.reading.search import search as find
    from scraper.terminal import put_json, put_table, say

    with reader_of(home) as reader:
        page = reader.page(slug) if slug else None
        found = find(reader, parse_query(query), page=page)
    rows = [hit.as_json() for hit in found.hits]
    if as_json:
        put_json(rows)
    elif rows:
        put_table(
            ("page", "first seen", "last seen", "what"),
            [
                (
                    row["page"],
                    row["begin"]["not_after"],
                    row["end"]["not_before"] if row["end"] else "still there",
                    row["text"],
                )
                for row in rows
            ],
        )
    if found.before is not None:
        say(f"These are the {len(rows)} newest. More words find fewer.")
    if not rows:
        say(f"No wording of {slug or 'any page of this archive'} ever held {query!r}.")
        sys.exit(4)


@click.command()
@click.argument("phrase")
@click.argument("slug", required=False)
@json_option
@click.pass_obj
def when(home: Path, phrase: str, slug: str | None, as_json: bool) -> None:
    """From when to when a page, or any page, said a phrase: as words, case and marks folded, across passages too.

    Exits 4 where no page ever said it.
    """
    from archive.reading import when as said
    from scraper.terminal import put_json, put_table, say

    with reader_of(home) as reader:
        rows = said(reader, phrase, [reader.page(slug)] if slug else reader.pages())
    if as_json:
        put_json(rows)
    elif rows:
        put_table(_SPELL_HEADINGS, [_spell_row(row["page"], spell) for row in rows for spell in row["spells"]])
    if not rows:
        say(f"No page of this archive ever said {phrase!r}." if slug is None else f"{slug} never said {phrase!r}.")
        sys.exit(4)


@click.command()
@click.argument("what", type=click.Choice(["snapshots", "revisions", "changes", "observations"]))
@click.argument("slug", required=False)
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True, help="Form.")
@click.option("--spreadsheet", is_flag=True, help="Make cells harmless that a spreadsheet would run as formulas.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write, in one step; stdout if left out.")
@click.pass_obj
def export(
    home: Path, what: str, slug: str | None, form: Literal["csv", "jsonl"], spreadsheet: bool, output: Path | None
) -> None:
    """Export as CSV (RFC 4180, UTF-8) or JSON lines, streamed: one row a snapshot, revision, change or observation."""
    from archive.export import export as write
    from scraper.files import whole_file
    from scraper.terminal import say

    with reader_of(home) as reader, whole_file(output) as out:
        rows = write(reader.conn, what, slug=slug, format=form, spreadsheet=spreadsheet, out=out)
    say(f"{rows} {what}" + (f" written to {output}" if output else ""))


def reader_of(home: Path) -> AbstractContextManager[Reader]:
    """The record of a home, to be read while others may write. Raises what `open_reader` raises."""
    from archive.opening import DATABASE
    from archive.reading import open_reader

    return open_reader(home / DATABASE)


def _revision(reader: Reader, slug: str, which: str | None) -> Any:
    """The revision of a number, or the one that stood at a date. Raises UsageError, NotInArchive."""
    if which is None:
        return reader.revision(slug)
    if which.isascii() and which.isdigit():
        return reader.revision(slug, int(which))
    try:
        at = datetime.fromisoformat(which)
    except ValueError as error:
        raise UsageError(f"{which} is neither a revision's number nor a date such as 2014-05-09.") from error
    if len(which) == len("2014-05-09"):
        at = at.replace(hour=23, minute=59, second=59)
    return reader.revision_at(slug, at if at.tzinfo else at.replace(tzinfo=UTC))


def _head(entry: bytes) -> str:
    """The status line and headers of a look, for people: what a terminal would obey is shown instead."""
    import json

    from scraper.terminal import safe

    value = json.loads(entry)
    lines = [f"HTTP/{value['http_version']} {value['status']} {value['status_reason']}".strip()]
    lines += [f"{name}: {text}" for name, text in value["headers"]]
    return "\n".join(safe(line) for line in lines)


def _what_changed(row: dict[str, Any]) -> str:
    from scraper.terminal import words_line

    if row["kinds"] is None:
        return "first text"
    silent = {True: " silent", None: "", False: ""}[row["silent"]]
    return f"{', '.join(row['kinds'])} ({words_line(row)}){silent}"


def _spell_row(what: str, spell: dict[str, Any]) -> tuple[str, ...]:
    begin, end = spell["begin"], spell["end"] or {"not_before": "still there", "not_after": ""}
    hours, seconds = divmod(spell["longest_gap_s"], 3600)
    gap = f"{hours} h" if hours else f"{seconds} s"
    return (
        begin["not_before"] or "(unknown)",
        begin["not_after"],
        end["not_before"],
        end["not_after"],
        str(spell["looks"]),
        gap,
        what,
    )


def register(group: click.Group) -> None:
    for command in (history, show, diff, lifetimes, search, when, export):
        group.add_command(command)
