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
from archive.reading.readings import following_of, revision_of
from archive.reading.rows import Json, Look, PageRow, Revision, RevisionRow
from archive.reading.statements import statement
from archive.site.cite import Citation, citation
from archive.site.lives import aged, ages_json
from archive.site.parallel import parallel
from archive.site.view import View


def revision_view(reader: Reader, slug: str, number: int, *, ages: bool = False) -> View:
    """A text as it stood; with `ages`, since when each of its passages had stood there."""
    with reader.one_instant():
        revision = reader.revision(slug, number)
        following = neighbour(reader, revision.page, number + 1)
        look = reader.observation(revision.row.observation)
        born = births(reader, revision) if ages else None
    view = _revision_view(revision, following, look)
    if born is None:
        return view
    old = aged(revision.blocks, born)
    return View(values={**view.values, "aged": old}, as_json={**view.as_json, "passages": ages_json(old)})


def reading_view(reader: Reader, slug: str, reading: int, number: int) -> View:
    """A revision as an earlier reading (or the present one) numbered it."""
    with reader.one_instant():
        page = reader.page(slug)
        revision = revision_of(reader, page, reading, number)
        following = following_of(reader, page, reading, number)
        look = reader.observation(revision.row.observation)
    return _revision_view(revision, following, look)


def _revision_view(revision: Revision, following: RevisionRow | None, look: Look) -> View:
    page = revision.page
    earlier = revision.reading != page.reading
    return View(
        values={
            "page": page,
            "revision": revision,
            "row": revision.row,
            "following": following,
            "look": look,
            "blocks": grouped(revision.blocks),
            "language": revision.row.language or page.language,
            "earlier": earlier,
            "prefix": f"/page/{page.slug}/reading/{revision.reading}" if earlier else f"/page/{page.slug}",
        },
        as_json=revision.as_json(),
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


def at_view(reader: Reader, slug: str, seq: int, *, keys: Sequence[VerifierKey] = ()) -> View:
    """One look: the text that it showed, or why it showed none, with its evidence. With `keys` it can be proved."""
    with reader.one_instant():
        page = reader.page(slug)
        look = _look_of(reader, page, seq)
        revision: Revision | None = None
        if look.revision is not None:
            revision = reader.revision(slug, look.revision)
        entry: Json = json.loads(reader.entry(seq))
        facts = reader.facts(page, seq)
        if revision is not None and not facts:
            facts = reader.facts(page, revision.row.observation)
        acts = reader.acts(seq)
        is_proved = bool(keys) and newest_note(reader.conn, covering=seq) is not None
        there = there_by(reader.conn, seq)
    return View(
        values={
            "page": page,
            "look": look,
            "revision": revision,
            "blocks": grouped(revision.blocks) if revision else [],
            "language": (revision.row.language if revision else "") or page.language,
            "entry": entry,
            "facts": facts,
            "acts": acts,
            "is_proved": is_proved,
            "there_by": there,
        },
        as_json={
            **look.as_json(),
            "title": (revision.row.title or None) if revision else None,
            "text": revision.text if revision else None,
            "text_sha256": revision.row.text_sha256 if revision else None,
            "facts": [list(fact) for fact in facts],
            "acts": [{"kind": kind, "at": at} for kind, at in acts],
            "time_stamp": {"at": there[0], "authority": there[1]} if there else None,
            "entry": entry,
        },
    )


def _look_of(reader: Reader, page: PageRow, seq: int) -> Look:
    look = reader.observation(seq)
    if look.page != page.slug:
        raise NoObservation(seq, page.slug)
    return look


def cite_view(reader: Reader, slug: str, seq: int, *, title: str, absolute: Callable[[str], str]) -> Citation:
    """How to cite what one look saw. Raises NoPage, NoObservation, NothingSeen."""
    with reader.one_instant():
        page = reader.page(slug)
        look = _look_of(reader, page, seq)
        if look.revision is None:
            raise NothingSeen(seq)
        revision = reader.revision(slug, look.revision)
    return citation(page, look, revision, archive=title, address=absolute(f"/page/{page.slug}/at/{seq}"))


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
        as_json={
            "statement": name,
            "versions": [version.as_json() for version in versions],
            "rows": [
                [[block[1] for block in text[a:b]] for text, (a, b) in zip(texts, row, strict=True)] for row in rows
            ],
        },
    )
