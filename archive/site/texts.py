"""Pages that show a text: a revision, a look with its evidence, a statement in its languages; and how to cite it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from archive.anchors import there_by
from archive.bundle import make_bundle
from archive.checkpoints import newest_note
from archive.errors import NotInArchive
from archive.notes import VerifierKey
from archive.reading.lives import births
from archive.reading.missing import NoObservation
from archive.reading.reader import Reader
from archive.reading.readings import following_of, revision_of, text_at, version_of
from archive.reading.rows import Json, Look, PageRow, Revision, RevisionRow
from archive.reading.statements import statement
from archive.site.cite import Citation, citation
from archive.site.lives import Aged, aged, ages_json, cut
from archive.site.parallel import parallel
from archive.site.view import View


def revision_view(reader: Reader, slug: str, number: int, *, ages: bool = False) -> View:
    """A text as it stood; with `ages`, since when each of its passages had stood there."""
    with reader.one_instant():
        revision = reader.revision(slug, number)
        following = neighbour(reader, revision.page, number + 1)
        look = reader.observation(revision.row.observation)
        old = _aged(reader, revision) if ages else []
        cited = _cited(reader, revision, look.seq)
    view = _revision_view(revision, following, look, cited)
    if not ages:
        return view
    return View(values={**view.values, "aged": old}, as_json=lambda: {**view.as_json(), "passages": ages_json(old)})


def _aged(reader: Reader, revision: Revision) -> list[tuple[str, list[Aged]]]:
    passages = cut(revision.blocks)
    return aged(passages, births(reader, revision, [digest for _, own in passages for _, digest in own]))


def reading_view(reader: Reader, slug: str, reading: int, number: int) -> View:
    """A revision as an earlier reading (or the present one) numbered it."""
    with reader.one_instant():
        page = reader.page(slug)
        revision = revision_of(reader, page, reading, number)
        following = following_of(reader, page, reading, number)
        look = reader.observation(revision.row.observation)
        cited = _cited(reader, revision, look.seq)
    return _revision_view(revision, following, look, cited)


def _revision_view(revision: Revision, following: RevisionRow | None, look: Look, cited: str) -> View:
    page = revision.page
    earlier = revision.reading != page.reading
    return View(
        values={
            "page": page,
            "revision": revision,
            "row": revision.row,
            "following": following,
            "look": look,
            "cited": cited,
            "blocks": grouped(revision.blocks),
            "language": revision.row.language or page.language,
            "earlier": earlier,
            "prefix": f"/page/{page.slug}/reading/{revision.reading}" if earlier else f"/page/{page.slug}",
        },
        as_json=revision.as_json,
    )


def neighbour(reader: Reader, page: PageRow, number: int) -> RevisionRow | None:
    found = reader.history_of(page, below=number + 1, limit=1)
    return found[0] if found and found[0].number == number else None


def grouped(blocks: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Blocks next to each other that belong together (list items, table rows) as one group, others alone.

    >>> grouped([("paragraph", "a"), ("list_item", "b"), ("list_item", "c")])
    [('paragraph', ['a']), ('list_item', ['b', 'c'])]
    """
    made: list[tuple[str, list[str]]] = []
    for kind, text in blocks:
        if made and kind in ("list_item", "table_row") and made[-1][0] == kind:
            made[-1][1].append(text)
        else:
            made.append((kind, [text]))
    return made


def at_view(
    reader: Reader, slug: str, seq: int, *, reading: int | None = None, keys: Sequence[VerifierKey] = ()
) -> View:
    """One look: the text that it showed, or why it showed none, with its evidence. With `keys` it can be proved.

    The text is the one that was first read of it, so that what cited it finds it again whatever was done since, or the
    one of `reading`; a present reading that has another one is named beside it.
    """
    with reader.one_instant():
        page = reader.page(slug)
        look = _look_of(reader, page, seq)
        revision = text_at(reader, page, seq, reading)
        now = _present(reader, look, revision)
        cited = _cited(reader, revision, seq) if revision else ""
        entry: Json = json.loads(reader.entry(seq))
        read_by = revision.reading if revision else reading
        facts = reader.facts(page, seq, read_by)
        if revision is not None and not facts:
            facts = reader.facts(page, revision.row.observation, read_by)
        acts = reader.acts(seq)
        is_proved = bool(keys) and newest_note(reader.conn, covering=seq) is not None
        there = there_by(reader.conn, seq)
    return View(
        values={
            "page": page,
            "look": look,
            "revision": revision,
            "revision_path": _path_of(revision) if revision else "",
            "cited": cited,
            "earlier": reading is not None and reading != page.reading,
            "otherwise": reading is None
            and revision is not None
            and (now is None or now.row.text_sha256 != revision.row.text_sha256),
            "now": now,
            "blocks": grouped(revision.blocks) if revision else [],
            "language": (revision.row.language if revision else "") or page.language,
            "entry": entry,
            "facts": facts,
            "acts": acts,
            "is_proved": is_proved,
            "there_by": there,
        },
        as_json=lambda: {
            **look.as_json(),
            "title": (revision.row.title or None) if revision else None,
            "text": revision.text if revision else None,
            "text_sha256": revision.row.text_sha256 if revision else None,
            "reading": revision.reading if revision else None,
            "facts": [list(fact) for fact in facts],
            "acts": [{"kind": kind, "at": at} for kind, at in acts],
            "time_stamp": {"at": there[0], "authority": there[1]} if there else None,
            "entry": entry,
        },
    )


def _cited(reader: Reader, revision: Revision, seq: int) -> str:
    """What the address of a look needs so that it shows this text of it: nothing where it is the one that was first read."""
    first = revision if revision.reading == 1 else text_at(reader, revision.page, seq)
    is_first = first is None or first.row.text_sha256 == revision.row.text_sha256
    return "" if is_first else f"?reading={revision.reading}"


def _present(reader: Reader, look: Look, revision: Revision | None) -> Revision | None:
    """What the present reading has of a look, of which `revision` was read."""
    if look.revision is None:
        return None
    is_present = revision is not None and revision.reading == revision.page.reading
    return revision if is_present else reader.revision(look.page, look.revision)


def _path_of(revision: Revision) -> str:
    """Where a revision stands, below its page: by its reading's number where that is not the present one."""
    earlier = revision.reading != revision.page.reading
    return f"reading/{revision.reading}/{revision.number}" if earlier else str(revision.number)


def _look_of(reader: Reader, page: PageRow, seq: int) -> Look:
    look = reader.observation(seq)
    if look.page != page.slug:
        raise NoObservation(seq, page.slug)
    return look


def cite_view(
    reader: Reader, slug: str, seq: int, *, reading: int | None, title: str, absolute: Callable[[str], str]
) -> Citation:
    """How to cite what one look saw, as it was first read or as `reading` has it. Raises NoPage, NoObservation, NothingSeen."""
    with reader.one_instant():
        page = reader.page(slug)
        look = _look_of(reader, page, seq)
        revision = text_at(reader, page, seq, reading)
        if revision is None:
            raise NothingSeen(seq)
        asked: str = json.loads(reader.entry(seq))["url"]
        cited = _cited(reader, revision, seq)
        version = version_of(reader, page, revision.reading)
    address = absolute(f"/page/{page.slug}/at/{seq}{cited}")
    return citation(page, look, revision, asked=asked, version=version, archive=title, address=address)


class NothingSeen(NotInArchive):
    """A look that did not show the page, so that there is no text to cite."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"Observation {seq} did not show the page: there is no text to cite. See why with: variorum explain {seq}"
        )


def proof(reader: Reader, slug: str, seq: int, keys: Sequence[VerifierKey]) -> bytes:
    """The bundle by which a stranger can check one look. Raises NoPage, NoObservation, NoProof, Damaged."""
    with reader.one_instant():
        _look_of(reader, reader.page(slug), seq)
        if not keys or newest_note(reader.conn, covering=seq) is None:
            raise NoProof(seq)
        return make_bundle(reader.conn, seq, list(keys))


class NoProof(NotInArchive):
    """A look that no checkpoint covers yet."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"Observation {seq} can’t be proved yet: no checkpoint covers it. Make one with: variorum checkpoint"
        )


def raw_body(reader: Reader, slug: str, seq: int) -> bytes:
    """The received bytes of one look. Raises NoPage, NoObservation, NoBody, Damaged."""
    with reader.one_instant():
        look = _look_of(reader, reader.page(slug), seq)
        if look.body_id is None:
            raise NoBody(seq)
        return reader.body(look.body_id)


class NoBody(NotInArchive):
    """A look that brought no body."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"Observation {seq} brought no body: nothing to download. See why with: variorum explain {seq}"
        )


def statement_view(reader: Reader, name: str) -> View:
    """The language versions of one statement side by side."""
    with reader.one_instant():
        versions = statement(reader, name)
    texts = [version.revision.blocks for version in versions]
    rows = parallel(texts)
    cells = [[grouped(text[a:b]) for text, (a, b) in zip(texts, row, strict=True)] for row in rows]
    languages = [version.revision.row.language or version.revision.page.language for version in versions]
    return View(
        values={
            "name": name,
            "versions": versions,
            "languages": languages,
            "cells": cells,
            "by_slug": {version.revision.page.slug: version for version in versions},
        },
        as_json=lambda: {
            "statement": name,
            "versions": [version.as_json() for version in versions],
            "rows": [
                [[block[1] for block in text[a:b]] for text, (a, b) in zip(texts, row, strict=True)] for row in rows
            ],
        },
    )
