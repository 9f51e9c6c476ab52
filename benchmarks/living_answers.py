"""What a fictional page's server sends at one look: the page in its site's frame."""

from __future__ import annotations

import html
from datetime import datetime
from random import Random

import living_frames as frames
from living_parts import IN_MAIN, PLACES, Item, Part, items_of, part_html, written_date
from living_sites import Change, Content, Look, Said, Site

from archive.model import Capture


def capture_of(site: Site, at: datetime, body: bytes | None, **more: object) -> Capture:
    charset = f"; charset={site.encoding}" if site.encoding_in != "meta" else ""
    given: dict[str, object] = {
        "url": site.url,
        "final_url": site.url,
        "observed_at": at,
        "duration_us": 180_000,
        "status": 200,
        "status_reason": "OK",
        "headers": (("Content-Type", f"text/html{charset}"),),
        "body": body,
        "wire_bytes": len(body or b""),
    }
    return Capture(**(given | more))  # type: ignore[arg-type]


def good_look(
    site: Site,
    content: Content,
    number: int,
    at: datetime,
    ticks: dict[int, int],
    change: Change | None,
    truth: str,
    rng: Random,
) -> Look:
    said = said_by(site, number, at, ticks)
    page = page_html(site, content, at, said, rng)
    living = tuple((part.label, tuple(item.text for item in said[part.index])) for part in site.parts)
    capture = capture_of(site, at, page.encode(site.encoding, "xmlcharrefreplace"))
    if change is None or truth:
        return Look(number=number, capture=capture, truth=truth or "same", living=living)
    return Look(
        number=number,
        capture=capture,
        truth=change.truth,
        shape=change.shape,
        restless=change.restless,
        present=change.present,
        absent=change.absent,
        order=change.order,
        living=living,
    )


def said_by(site: Site, number: int, at: datetime, ticks: dict[int, int]) -> Said:
    return {part.index: items_of(part, site.words, tick=ticks[part.index], look=number, at=at) for part in site.parts}


def page_html(site: Site, content: Content, at: datetime, said: Said, rng: Random, *, main: str = "") -> str:
    """The page's source. `main` stands in the place of the text."""
    token = f"{rng.randrange(16**12):012x}"
    session = token if site.sessions else ""
    lasting = {index: (how, line) for index, how, line in content.lasting}
    placed: dict[str, list[str]] = {place: [] for place in PLACES}
    between: dict[int, list[str]] = {}
    hide = bool(main or content.notice)
    for part in site.parts:
        made = _part_html(site, part, said[part.index], lasting.get(part.index), session)
        if part.place == "between":
            between.setdefault(site.anchors[part.index], []).append(made)
        elif part.place != "inline":
            placed[part.place].append(made)
    text = main or _text(site, content, between, said)
    stamp = written_date(site.words, content.stamped.date(), site.stamp_form)
    fields = {
        place: "" if hide and place in IN_MAIN else "\n".join(made)
        for place, made in placed.items()
        if place != "between"
    }
    fields |= frames.links(site.words.menu, session)
    fields |= {
        "attrs": f'lang="{site.words.language}"' + (' dir="rtl"' if site.words.rtl else ""),
        "head": _head(site, content, token),
        "site": html.escape(site.words.site),
        "search": _search(site, token),
        "foot": f"{html.escape(site.words.labels['address'])}<br>© 2014 {html.escape(site.words.site)}",
        "title": html.escape(content.title),
        "text": text,
        "stamp": html.escape(site.words.said("stamp", stamp)) if site.stamp_form != 5 and not main else "",
    }
    return _finish(site, frames.SKELETONS[site.skeleton].format(**fields), token, rng)


def _part_html(site: Site, part: Part, items: tuple[Item, ...], lasting: tuple[str, str] | None, session: str) -> str:
    how, line = lasting or ("", "")
    if how == "bare":
        return f"<p>{html.escape(line)}</p>"
    if how == "replaced":
        hook = f' class="{part.hook}"' if part.hook else ""
        tag = part.wrap or "div"
        return f"<{tag}{hook}><p>{html.escape(line)}</p></{tag}>"
    return part_html(
        part, site.words, items, session, slot=line if how == "slot" else "", inside=line if how == "inside" else ""
    )


def _text(site: Site, content: Content, between: dict[int, list[str]], said: Said) -> str:
    if content.notice:
        return frames.text_html([("p", html.escape(line)) for line in content.notice], site.text_style)
    blocks = [("p", f"<b>{html.escape(line)}</b>") for line in content.above]
    gap = site.words.gap
    for paragraph in content.paragraphs:
        lines = [html.escape(line) for line in paragraph.sentences]
        lines[0] = _linked(paragraph.sentences[0], paragraph.key)
        if paragraph.kind == "row":
            said_ = html.escape(paragraph.sentences[0])
            lines = [said_.replace(" ", " | ", 1)] if gap else [f"{said_[:3]}|{said_[3:]}"]
        if paragraph.inline and said[paragraph.inline.index]:
            now = html.escape(said[paragraph.inline.index][0].text)
            style = paragraph.inline.style
            now = (now, f"<span>{now}</span>", f"<b>{now}</b>")[style % 3]
            lines.insert(0 if style % 5 == 0 else min(style % 4, len(lines)), now)
        blocks.append((paragraph.kind, gap.join(lines)))
        blocks.extend(("part", made) for made in between.get(paragraph.key, ()))
    return frames.text_html(blocks, site.text_style)


def _linked(line: str, key: int) -> str:
    """A paragraph's first sentence as markup; in every ninth paragraph part of it is a link, in every seventh in bold."""
    middle = line.find(" ", len(line) // 2) if " " in line else len(line) // 2
    start, end = html.escape(line[:middle]), html.escape(line[middle:])
    if key % 9 == 4:
        return f'{start}<a href="/law/{key}">{end}</a>'
    return f"<strong>{start}</strong>{end}" if key % 7 == 3 else start + end


def _head(site: Site, content: Content, token: str) -> str:
    title, name = html.escape(content.title), html.escape(site.words.site)
    told = (f"{title} | {name}", f"{name} – {title}", title, name)[site.title_form]
    meta = (
        f'<meta http-equiv="Content-Type" content="text/html; charset={site.encoding}">'
        if site.encoding_in != "header"
        else ""
    )
    script = (
        f'<script nonce="{token}">var t = "{token}";</script><meta name="csrf-token" content="{token}">'
        if site.tokens
        else ""
    )
    return f"{meta}<title>{told}</title>{script}"


def _search(site: Site, token: str) -> str:
    hidden = f'<input type="hidden" name="csrf" value="{token}">' if site.tokens else ""
    return f'<form action="/search">{hidden}<input name="q"><button>{html.escape(site.words.said("search"))}</button></form>'


def _finish(site: Site, page: str, token: str, rng: Random) -> str:
    if not site.semantic:
        page = frames.without_semantics(page)
    if site.shuffled_names:
        page = frames.neutral_names(page, token)
    elif not site.telling:
        page = frames.neutral_names(page, str(site.seed))
    return frames.variant(page, rng.randrange(site.machines)) if site.machines > 1 else page
