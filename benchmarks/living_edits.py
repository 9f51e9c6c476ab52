"""Edits and notices: how the wording of a fictional page changes, and how to see that it was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from living_parts import IN_MAIN, Part, Words, sentence
from living_sites import Change, Content, Paragraph, Site

_EDITS = (
    "word",
    "number",
    "added",
    "deleted",
    "moved",
    "negation",
    "title",
    "paragraph",
    "section",
    "rewritten",
    "cut",
)


def edit(site: Site, content: Content, at: datetime, rng: Random, *, plain: bool = False) -> Change:
    """A real edit made before `at`, inside something restless where there is something to edit in; never there if `plain`."""
    made = None
    if not plain and rng.random() < (0.9 if site.kind == "restless_edits" else 0.6):
        made = _restless_edit(site, content, rng)
    while made is None:
        made = _plain_edit(site, content, rng.choice(_EDITS), at, rng)
    stamped = at - timedelta(minutes=rng.randint(1, 50)) if rng.random() < 0.6 else content.stamped
    return replace(made, content=replace(made.content, stamped=stamped))


def _restless_edit(site: Site, content: Content, rng: Random) -> Change | None:
    taken = {index for index, _, _ in content.lasting}
    unsaid = [line for line in site.words.lasting if line not in {said for _, _, said in content.lasting}]
    free = [part for part in site.parts if part.place in IN_MAIN and part.index not in taken and part.name != "cookie"]
    if not free or not unsaid:
        return None
    part, line = rng.choice(free), rng.choice(unsaid)
    if part.place == "inline":
        return _beside_inline(site, content, part, rng)
    how = rng.choice(("replaced", "bare", "slot", "inside") if part.is_list and part.size > 1 else ("replaced", "bare"))
    lasting = (*content.lasting, (part.index, how, line))
    return Change(content=replace(content, lasting=lasting), shape=f"part_{how}", restless=True, present=(line,))


def _beside_inline(site: Site, content: Content, part: Part, rng: Random) -> Change | None:
    at = next((n for n, one in enumerate(content.paragraphs) if one.inline == part), None)
    if at is None:
        return None
    paragraph = content.paragraphs[at]
    old, new = paragraph.sentences[0], _unused(site, content, rng)
    how = rng.choice(("reworded", "added", "instead"))
    if how == "reworded":
        edited = replace(paragraph, sentences=(new, *paragraph.sentences[1:]))
    elif how == "added":
        edited = replace(paragraph, sentences=(*paragraph.sentences, new))
    else:
        edited = replace(paragraph, sentences=(*paragraph.sentences, new), inline=None)
    paragraphs = (*content.paragraphs[:at], edited, *content.paragraphs[at + 1 :])
    absent = (old,) if how == "reworded" else ()
    done = replace(content, paragraphs=paragraphs)
    return Change(content=done, shape=f"beside_{how}", restless=True, present=(new,), absent=absent)


def _unused(site: Site, content: Content, rng: Random) -> str:
    used = {said for paragraph in content.paragraphs for said in paragraph.sentences}
    while (made := sentence(site.words, rng)) in used:
        pass
    return made


def _plain_edit(site: Site, content: Content, shape: str, at: datetime, rng: Random) -> Change | None:
    paragraphs = list(content.paragraphs)
    index = rng.randrange(len(paragraphs))
    paragraph = paragraphs[index]
    if shape == "title":
        return title_edit(site, content, at, rng, plain=True)
    if shape == "moved":
        return _moved(site, content, rng)
    if shape == "negation":
        return _negated(site, content)
    if shape in ("section", "rewritten", "cut"):
        return _large_edit(site, content, shape, rng)
    if shape == "paragraph":
        new = _unused(site, content, rng)
        paragraphs.insert(
            index, Paragraph(key=1000 + len(paragraphs) + rng.randrange(10**6), kind="p", sentences=(new,))
        )
        return Change(content=replace(content, paragraphs=tuple(paragraphs)), shape=shape, present=(new,))
    edited, present, absent = _edited(site, content, paragraph, shape, rng)
    if edited is None:
        return None
    paragraphs[index] = edited
    done = replace(content, paragraphs=tuple(paragraphs))
    beside = paragraph.inline is not None
    return Change(content=done, shape=shape, restless=beside, present=present, absent=absent)


def _large_edit(site: Site, content: Content, shape: str, rng: Random) -> Change | None:
    """A section of new paragraphs, a third of the sentences reworded, or a paragraph taken out."""
    paragraphs = list(content.paragraphs)
    if shape == "section":
        new: list[str] = []
        while len(new) < 6:
            new = list(dict.fromkeys([*new, _unused(site, content, rng)]))
        at, key = rng.randint(1, len(paragraphs)), 10**7 + rng.randrange(10**7)
        kinds = ("h", *rng.choice((("p", "p", "p", "p", "p"), ("p", "li", "li", "li", "p"))))
        paragraphs[at:at] = [Paragraph(key=key + n, kind=kinds[n], sentences=(said,)) for n, said in enumerate(new)]
        return Change(content=replace(content, paragraphs=tuple(paragraphs)), shape=shape, present=tuple(new))
    free = [n for n, one in enumerate(paragraphs) if one.key not in site.anchors.values() and not one.inline]
    if shape == "cut":
        if len(free) < 2 or len(paragraphs) < 4:
            return None
        gone = paragraphs.pop(rng.choice(free))
        return Change(content=replace(content, paragraphs=tuple(paragraphs)), shape=shape, absent=gone.sentences)
    present, absent = [], []
    for n in rng.sample(free, max(1, len(free) // 3)) if free else ():
        old, new_one = paragraphs[n].sentences[0], _unused(site, content, rng)
        if new_one in present:
            continue
        paragraphs[n] = replace(paragraphs[n], sentences=(new_one, *paragraphs[n].sentences[1:]))
        present.append(new_one)
        absent.append(old)
    if not present:
        return None
    done = replace(content, paragraphs=tuple(paragraphs))
    return Change(content=done, shape=shape, present=tuple(present), absent=tuple(absent))


def _edited(
    site: Site, content: Content, paragraph: Paragraph, shape: str, rng: Random
) -> tuple[Paragraph | None, tuple[str, ...], tuple[str, ...]]:
    """The paragraph with a sentence changed, added or deleted; what is new and what is gone."""
    said = list(paragraph.sentences)
    at = rng.randrange(len(said))
    old = said[at]
    if shape == "deleted":
        if len(said) < 2:
            return None, (), ()
        del said[at]
        return replace(paragraph, sentences=tuple(said)), (), (old,)
    if shape == "added":
        new = _unused(site, content, rng)
        return replace(paragraph, sentences=(*said[:at], new, *said[at:])), (new,), ()
    new = _with_other_number(old, rng) if shape == "number" else _with_other_word(site.words, old, rng)
    if new == old or any(new in other.sentences for other in content.paragraphs):
        return None, (), ()
    said[at] = new
    return replace(paragraph, sentences=tuple(said)), (new,), (old,)


def _with_other_number(old: str, rng: Random) -> str:
    numbers = list(dict.fromkeys("".join(c if c.isdigit() else " " for c in old).split()))
    return old.replace(numbers[0], str(int(numbers[0]) + rng.randint(1, 9)), 1) if numbers else old


def _with_other_word(words: Words, old: str, rng: Random) -> str:
    for parts in rng.sample((words.s, words.t), 2):
        for part in parts:
            if "{n}" not in part and part in old:
                other = rng.choice([one for one in parts if one != part and "{n}" not in one])
                return old.replace(part, other, 1)
    return old


def title_edit(site: Site, content: Content, at: datetime, rng: Random, *, plain: bool) -> Change:
    """Another title; `plain`, as always."""
    title = _unused(site, content, rng).strip(".。।")
    done = replace(content, title=title, stamped=at)
    return Change(content=done, shape="title", present=(title,), absent=(content.title,))


def _moved(site: Site, content: Content, rng: Random) -> Change | None:
    movable = [
        n
        for n, one in enumerate(content.paragraphs)
        if one.kind == "p" and one.key not in site.anchors.values() and not one.inline
    ]
    if len(movable) < 2:
        return None
    first, second = sorted(rng.sample(movable, 2))
    paragraphs = list(content.paragraphs)
    moved = paragraphs.pop(first)
    paragraphs.insert(second, moved)
    order = (content.paragraphs[second].sentences[0], moved.sentences[0])
    return Change(content=replace(content, paragraphs=tuple(paragraphs)), shape="moved", order=order)


def _negated(site: Site, content: Content) -> Change | None:
    for at, paragraph in enumerate(content.paragraphs):
        for old, new in site.words.pairs:
            if old in paragraph.sentences:
                edited = replace(paragraph, sentences=tuple(new if one == old else one for one in paragraph.sentences))
                paragraphs = (*content.paragraphs[:at], edited, *content.paragraphs[at + 1 :])
                return Change(
                    content=replace(content, paragraphs=paragraphs), shape="negation", present=(new,), absent=(old,)
                )
    return None


def notice(site: Site, content: Content, at: datetime, rng: Random) -> Change:
    lines: tuple[str, ...] = (rng.choice(site.words.notice),)
    if rng.random() < 0.35:
        above = replace(content, above=lines, stamped=at)
        return Change(content=above, truth="notice", shape="above", present=lines)
    if rng.random() < 0.4:
        lines = (*lines, _unused(site, content, rng))
    if rng.random() < 0.3:
        lines = (*lines, *content.paragraphs[0].sentences)  # the first paragraph is left to stand
    gone = tuple(content.paragraphs[n].sentences[0] for n in (0, -1) if content.paragraphs[n].sentences[0] not in lines)
    return Change(
        content=replace(content, notice=lines, stamped=at), truth="notice", shape="instead", present=lines, absent=gone
    )


def notice_ended(content: Content, at: datetime) -> Change:
    present = tuple(content.paragraphs[n].sentences[0] for n in (0, -1))
    done = replace(content, notice=(), above=())
    ended = tuple(line for line in (*content.notice, *content.above) if line not in content.paragraphs[0].sentences)
    return Change(content=done, shape="notice_ended", present=present, absent=ended)
