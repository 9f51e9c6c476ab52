"""The commands about evidence: verify, checkpoints, proofs, backups, redactions. Registered on the program's group."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from archive.notes import VerifierKey
    from archive.redact import Redacted
    from archive.verify import Known, Report

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
key_option = click.option(
    "--key",
    "keys",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A file with verifier keys that were kept elsewhere; left out, what is at hand is believed.",
)
root_option = click.option(
    "--root",
    "roots",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A PEM file with the root certificate of a time-stamp authority that was kept elsewhere; left out, the one stored.",
)


@click.command()
@click.option("--deep", is_flag=True, help="Decode and hash everything, not a sample.")
@click.option(
    "--checkpoint",
    "checkpoints",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A checkpoint that was kept elsewhere: finds removal, reordering, rewriting and rollback.",
)
@key_option
@root_option
@json_option
@click.pass_obj
def verify(
    home: Path,
    deep: bool,
    checkpoints: tuple[Path, ...],
    keys: tuple[Path, ...],
    roots: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Look for damage: structure, log, and the digests of a sample of entries and bodies. Nothing is ever written.

    Exits 0 where all is as it was stored, 9 where something is not (one line each), 1 where it could not be looked at.
    """
    from archive.checkpoints import verifier_keys
    from archive.opening import DATABASE
    from archive.verify import verify as look
    from scraper.terminal import Bars, put, put_json, safe, say

    own = verifier_keys(home)
    known = [_known(path, _keys(keys) or own) for path in checkpoints]
    with Bars() as bars:
        report = look(home / DATABASE, deep=deep, known=known, keys=own, roots=_roots(roots), told=bars.put)
    if as_json:
        put_json([finding.as_json() for finding in report.findings])
    else:
        for finding in report.findings:
            put(safe(finding.line))
    say(_summary(report))
    sys.exit(9 if report.damages else 0)


def _summary(report: Report) -> str:
    looked = f"{report.entries} of {report.size} entries and {report.bodies} of {report.stored_bodies} bodies hashed"
    if not report.damages:
        return f"No damage found: {looked}. The log's root is {report.root.hex()}."
    count = len(report.damages)
    return (
        f"{count} {'damage' if count == 1 else 'damages'} found: {looked}. Restore a backup with: variorum restore FILE;"
        " docs/evidence.md says what each means."
    )


def _keys(paths: tuple[Path, ...]) -> list[VerifierKey]:
    from archive.checkpoints import read_verifier_keys

    return [key for path in paths for key in read_verifier_keys(path)]


def _roots(paths: tuple[Path, ...]) -> list[str]:
    """The certificates of these files. Raises HomeUnusable, StampingUnavailable."""
    from archive.errors import HomeUnusable
    from archive.time_stamps import TimeStampWrong, read_roots

    found = []
    for path in paths:
        try:
            found.append(read_roots(path.read_bytes()))
        except (OSError, TimeStampWrong) as error:
            mend = "Name the PEM file with the root certificate that the authority publishes."
            raise HomeUnusable(path, f"can't be read as certificates ({error})", mend) from error
    return found


def _known(path: Path, keys: list[VerifierKey]) -> Known:
    """The checkpoint of a file. Raises HomeUnusable where there is none that one of the keys signed."""
    from archive import notes
    from archive.errors import HomeUnusable
    from archive.verify import Known

    try:
        return Known(where=f"the checkpoint {path}", checkpoint=notes.open_checkpoint(path.read_bytes().decode(), keys))
    except (OSError, ValueError) as error:
        mend = "Name the right file, and the key it was signed with by --key."
        raise HomeUnusable(path, f"is no checkpoint that can be believed ({error})", mend) from error


@click.command()
@click.option("--init", "begin", is_flag=True, help="Make the key that checkpoints are signed with.")
@click.option("--name", default="", help="With --init: the log's name, such as history.example.org/log.")
@click.option(
    "--anchor", "now", is_flag=True, help="Give it to the places of [anchor] at once, whenever their time would come."
)
@click.pass_obj
def checkpoint(home: Path, begin: bool, name: str, now: bool) -> None:
    """Print the newest checkpoint of the log, making one where the log has grown: give it away, to be kept elsewhere.

    With it nobody, the archive's owner included, can alter, remove or reorder what was recorded before without being
    found out. It is never signed where it would contradict an earlier one. stderr says which places of [anchor] have it;
    with --anchor it exits 1 where one could not be given it.
    """
    from archive import checkpoints
    from archive.anchors import anchors, newest_time_stamp
    from archive.store import Archive
    from scraper import clock
    from scraper.terminal import put, safe, say

    with Archive.open(home, holder="checkpoint") as archive:
        if begin:
            key = checkpoints.make_key(home, name or _log_name(home))
            say(f"Made {home / checkpoints.KEY}: keep it secret, and its copy elsewhere. Publish the verifier key:")
            put(key.text)
            checkpoints.make_checkpoint(archive, at=clock.now())
            return
        note = checkpoints.make_checkpoint(archive, at=clock.now())
        if now:
            _anchor(home)
        anchored = anchors(archive.conn, clock.now())
        stamped = newest_time_stamp(archive.conn)
    if note is None:
        if checkpoints.signing_key(home) is None:
            raise checkpoints.NoKey(home)
        say("The log is empty: there is nothing to sign yet. Look at a page with: variorum check")
        return
    put(note, newline=False)
    if stamped is not None:
        say(f"Time stamp: {stamped.size} entries were there by {stamped.at}, states {stamped.authority}.")
    for anchor in anchored:
        say(safe(anchor.line))
    sys.exit(1 if now and any(anchor.error for anchor in anchored) else 0)


def _anchor(home: Path) -> None:
    """Give the places of the watch list the newest checkpoint. Raises HomeUnusable where it names none."""
    from archive.errors import HomeUnusable
    from scraper import program, watchlist
    from scraper.anchor import anchor_now

    path = program.watch_list_path(home)
    watch_list = watchlist.load(path)
    if watch_list.anchor is None:
        raise HomeUnusable(
            path, "names no place for checkpoints", "Write an [anchor] table; docs/operate.md shows one."
        )
    anchor_now(home, watch_list, force=True)


def _log_name(home: Path) -> str:
    """The name of a new log: where it is published, and what tells it from every other."""
    import secrets
    from urllib.parse import urlsplit

    from scraper import program, watchlist

    host = urlsplit(watchlist.load(program.watch_list_path(home)).public_url).hostname
    return f"{host or 'variorum.invalid'}/{secrets.token_hex(4)}"


@click.command()
@click.argument("seq", type=click.IntRange(1))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The zip file to write.")
@click.pass_obj
def prove(home: Path, seq: int, output: Path) -> None:
    """Write a bundle by which a stranger can check one entry offline: bytes, headers, entry, proof, and a script for it."""
    from archive.bundle import make_bundle
    from archive.checkpoints import NoKey, verifier_keys
    from archive.files import write_whole
    from archive.opening import DATABASE
    from archive.reading import open_reader
    from scraper.terminal import say

    keys = verifier_keys(home)
    if not keys:
        raise NoKey(home)
    with open_reader(home / DATABASE) as reader, reader.one_instant():
        bundle = make_bundle(reader.conn, seq, keys)
    write_whole(output, bundle)
    say(f"Wrote {output}. Anybody checks it with: variorum verify-proof {output}, or with the verify.py in it")


@click.command("verify-proof")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@key_option
@root_option
def verify_proof(files: tuple[Path, ...], keys: tuple[Path, ...], roots: tuple[Path, ...]) -> None:
    """Check bundles, or folders they were unpacked into, offline. Exits 9 where one does not hold."""
    from archive.bundle import NotProved, check_bundle
    from scraper.terminal import put, safe, say

    trusted, authorities = _keys(keys), _roots(roots)
    failed = False
    for path in files:
        try:
            lines = check_bundle(path, trusted, authorities)
        except NotProved as error:
            say(f"Error: {safe(str(error))}")
            failed = True
            continue
        for line in lines:
            put(f"{path}: {safe(line)}")
    sys.exit(9 if failed else 0)


@click.command()
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing, only say what would differ; exits 9 where it would."
)
@json_option
@click.pass_obj
def rebuild(home: Path, only_check: bool, as_json: bool) -> None:
    """Make everything that follows from the evidence again: readings, judgements, revisions and changes.

    The same evidence, rules and version give the same rows, so what differs had been altered or damaged. Readings of other
    versions stay as they are.
    """
    from archive.checkpoints import require_continuation
    from archive.rebuild import rebuild as make
    from archive.store import Archive
    from scraper.acts import reader_of
    from scraper.interpret import VERSION
    from scraper.parsers import Parsers
    from scraper.terminal import Bars, put_json, put_table, say

    with Archive.open(home, holder="rebuild") as archive, Parsers() as parsers, Bars() as bars:
        require_continuation(home, archive.conn)
        found = make(
            archive,
            partial(reader_of, reading=parsers),
            version=VERSION,
            keep=not only_check,
            told=lambda done, of: bars.put("log", done, of),
        )
    rows = [{"table": table, "rows": count, "differing": found.differing[table]} for table, count in found.rows.items()]
    if as_json:
        put_json(rows)
    else:
        put_table(("table", "rows", "differing"), [[str(value) for value in row.values()] for row in rows])
    if found.kept:
        say(f"{found.kept} of {found.readings} readings were kept as they are: this version can't make them again.")
    sys.exit(9 if only_check and any(found.differing.values()) else 0)


@click.command()
@click.argument("seqs", nargs=-1, required=True, type=click.IntRange(1), metavar="SEQ...")
@click.option("--why", required=True, help="The reason, which becomes part of the log.")
@click.pass_obj
def redact(home: Path, seqs: tuple[int, ...], why: str) -> None:
    """Take down the bodies of observations for good, with their texts; digests and entries stay, and so does the reason.

    It does not reach backups, exports and bundles made before, nor texts that other bodies share.
    """
    import getpass

    from archive.checkpoints import require_continuation
    from archive.redact import finish
    from archive.redact import redact as take_down
    from archive.store import Archive
    from scraper import clock
    from scraper.acts import reader_of
    from scraper.interpret import VERSION
    from scraper.parsers import Parsers
    from scraper.terminal import say

    if not why.strip():
        raise click.UsageError("--why must say something: it is all that will be left.")
    if sys.stdin.isatty():
        click.prompt(
            f"The bodies of {', '.join(map(str, seqs))} can't be had back. Type redact to go on",
            type=click.Choice(["redact"]),
            show_choices=False,
            err=True,
        )
    with Archive.open(home, holder="redact") as archive, Parsers() as parsers:
        require_continuation(home, archive.conn)
        done = take_down(
            archive,
            seqs,
            why=why,
            actor=getpass.getuser(),
            reader_of=partial(reader_of, reading=parsers),
            version=VERSION,
            at=clock.now(),
        )
        finish(archive, seqs)
    for item in done:
        say(_said_of(item))
    say(
        "Backups, exports and bundles made before still have it. A page that still shows it will be stored again as soon as"
    )
    say(
        "anything else in it differs: take the page out of the watch list, or set that part aside with: variorum ignore"
    )


def _said_of(item: Redacted) -> str:
    looks = ", ".join(map(str, item.observations))
    before = "" if item.is_new else " before"
    shared = f" Its text stays with {', '.join(map(str, item.shared))}, which have other bodies." if item.shared else ""
    return (
        f"The body {item.sha256} of {looks} ({', '.join(item.pages)}) was redacted{before}, by entry {item.seq}; {item.texts} of its"
        f" texts emptied, {item.encoded_again} other bodies encoded again.{shared}"
    )


@click.command()
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--deep", is_flag=True, help="Verify everything in the copy, not a sample of it.")
@click.option(
    "--with-key", is_flag=True, help="Copy the signing key too: who has the backup can then sign in your name."
)
@click.option("--keep", type=click.IntRange(0), default=0, help="Remove all but the newest so many backups in DEST.")
@click.pass_obj
def backup(home: Path, dest: Path, deep: bool, with_key: bool, keep: int) -> None:
    """Copy the archive into a new folder in DEST, also while it is written to, and verify the copy.

    The watch list, the public keys and the last checkpoint go with it. Prints the folder.
    """
    from archive.backup import back_up
    from scraper import clock, program
    from scraper.terminal import Bars, put

    watch_list = program.watch_list_path(home)
    with Bars() as bars:
        made = back_up(
            home,
            dest,
            watch_list=watch_list,
            at=clock.now(),
            deep=deep,
            with_key=with_key,
            keep=keep,
            told=bars.put,
        )
    put(str(made))
    _warn_of_secrets(made / watch_list.name)


def _warn_of_secrets(path: Path) -> None:
    """Say where a copy of a watch list holds secrets; one that can't be read was copied all the same."""
    from archive.errors import VariorumError
    from scraper import watchlist
    from scraper.alerts.addresses import warning_of
    from scraper.terminal import say

    try:
        warning = warning_of(watchlist.load(path))
    except VariorumError:
        return
    if warning is not None:
        say(f"Warning: {warning}", level="warning")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Move a database that is there aside; it is never removed.")
@click.option(
    "--checkpoint",
    "checkpoints",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A checkpoint of the old log that was kept elsewhere: it tells what is missing.",
)
@key_option
@click.pass_obj
def restore(home: Path, file: Path, replace: bool, checkpoints: tuple[Path, ...], keys: tuple[Path, ...]) -> None:
    """Put a backup (its folder, or the database in it) into this home, verified, as the beginning of a new log.

    The log's first new entry says what is known to be missing. A new key signs from then on; the old log's stays beside it.
    """
    import getpass

    from archive.backup import restore as put_back
    from archive.checkpoints import KEY, VERIFIER_KEYS, verifier_keys
    from scraper import clock
    from scraper.terminal import Bars, say

    believed = _keys(keys) or verifier_keys(home) or verifier_keys(file if file.is_dir() else file.parent)
    known = [_known(path, believed).checkpoint for path in checkpoints]
    with Bars() as bars:
        done = put_back(
            home, file, actor=getpass.getuser(), at=clock.now(), known=known, replace=replace, told=bars.put
        )
    lost = f" Known to be lost: entries {done.lost[0]} to {done.lost[1]}." if done.lost else ""
    say(f"Restored {done.size} entries; entry {done.seq} says so.{lost}")
    if done.moved:
        say(f"The database that was there is now {home / done.moved}.")
    if done.origin:
        say(
            f"A new log begins: {done.origin}. Its key is {home / KEY}; publish the new line of {home / VERIFIER_KEYS}."
        )


def register(group: click.Group) -> None:
    """Put these commands on the program's group."""
    for command in (verify, checkpoint, prove, verify_proof, rebuild, redact, backup, restore):
        group.add_command(command)
