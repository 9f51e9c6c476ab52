"""What the addresses of RFC 7089 answer: TimeGates, TimeMaps and mementos, as values for whoever sends them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.memento import (
    JSON_FORMAT,
    LINK_FORMAT,
    Link,
    Memento,
    http_date,
    in_path,
    link_header,
    link_timemap,
    memento_links,
    original_headers,
)
from archive.reading.mementos import NoMemento, Snapshots, page_of
from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow

PART = 500  # mementos in one part of a TimeMap

Absolute = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An original resource here: its address as this archive knows it, and ours about it."""

    page: PageRow
    address: str
    encoded: str  # the address as the end of a path
    root: str  # address of this reading room

    def path(self, *parts: str) -> str:
        return "/".join(("", *parts, self.encoded))

    def uri(self, *parts: str) -> str:
        return self.root + self.path(*parts)

    def uri_of(self, memento: Memento) -> str:
        return self.uri("memento", memento.stamp)

    def links(self) -> list[Link]:
        return [
            Link(uri=self.encoded, rel="original"),
            Link(uri=self.uri("timegate"), rel="timegate"),
            Link(uri=self.uri("timemap", "link"), rel="timemap", type=LINK_FORMAT),
            Link(uri=self.uri("timemap", "json"), rel="timemap", type=JSON_FORMAT),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A redirect to a path here, or bytes to send."""

    headers: dict[str, str]
    path: str | None = None
    body: bytes = b""
    content_type: str = "text/plain"


def _resource(reader: Reader, candidates: Sequence[str], absolute: Absolute) -> tuple[Resource, Snapshots]:
    page, address = page_of(reader, candidates)
    resource = Resource(page=page, address=address, encoded=in_path(address), root=absolute("/").rstrip("/"))
    return resource, Snapshots(reader, page)


def timegate(reader: Reader, candidates: Sequence[str], instant: datetime | None, absolute: Absolute) -> Answer:
    """To the memento that stood at an instant; the newest where none is named, the first where nothing was seen yet.

    Raises NoMemento.
    """
    with reader.one_instant():
        resource, snapshots = _resource(reader, candidates, absolute)
        first, last = snapshots.first(), snapshots.last()
        chosen = last if instant is None else snapshots.at(instant)
    if chosen is None:
        raise NoMemento(resource.address)
    links = resource.links() + memento_links([("first", first), ("last", last), ("", chosen)], resource.uri_of)
    return Answer(
        path=resource.path("memento", chosen.stamp),
        headers={"vary": "accept-datetime", "link": link_header(link for link in links if link.rel != "timegate")},
    )


def memento(
    reader: Reader, candidates: Sequence[str], instant: datetime, seq: int | None, stamp: str, absolute: Absolute
) -> Answer:
    """The received bytes of one snapshot, with the original headers beside; a redirect where the stamp names none exactly.

    Raises NoMemento, Damaged.
    """
    with reader.one_instant():
        resource, snapshots = _resource(reader, candidates, absolute)
        found = snapshots.at(instant) if seq is None else snapshots.by_seq(seq) or snapshots.at(instant)
        if found is None:
            raise NoMemento(resource.address)
        if found.stamp != stamp:
            return Answer(path=resource.path("memento", found.stamp), headers={})
        around = [("first", snapshots.first()), ("last", snapshots.last())]
        around += [("prev", snapshots.before(found)), ("next", snapshots.after(found)), ("", found)]
        look = reader.observation(found.seq)
        entry: Json = json.loads(reader.entry(found.seq))
        assert look.body_id is not None
        body = reader.body(look.body_id)
    rendering = Link(uri=absolute(f"/page/{resource.page.slug}/at/{found.seq}"), rel="alternate", type="text/html")
    links = [*resource.links(), *memento_links(around, resource.uri_of), rendering]
    return Answer(
        body=body,
        headers={
            **original_headers(entry["headers"]),
            "memento-datetime": http_date(found.observed_at),
            "link": link_header(links),
            "content-security-policy": "sandbox; default-src 'none'",
        },
    )


def timemap(reader: Reader, candidates: Sequence[str], form: str, after: int | None, absolute: Absolute) -> Answer:
    """Every snapshot of a resource, oldest first; a long list in parts, each naming the next. Raises NoMemento."""
    with reader.one_instant():
        resource, snapshots = _resource(reader, candidates, absolute)
        edge = None if after is None else snapshots.by_seq(after)
        found = snapshots.part(edge, PART + 1)
        first, last = snapshots.first(), snapshots.last()
    if not found:
        raise NoMemento(resource.address)
    shown, more = found[:PART], len(found) > PART
    part = () if edge is None else ("after", str(edge.seq))
    following = ("after", str(shown[-1].seq)) if more else None
    if form == "json":
        value = _json(resource, shown, first, last, part, following)
        return Answer(body=json.dumps(value, ensure_ascii=False).encode(), content_type=JSON_FORMAT, headers={})
    begin, until = shown[0].observed_at, shown[-1].observed_at
    links = [
        Link(uri=resource.encoded, rel="original"),
        Link(uri=resource.uri("timegate"), rel="timegate"),
        Link(uri=resource.uri("timemap", "link", *part), rel="self", type=LINK_FORMAT, begin=begin, until=until),
    ]
    if following:
        uri = resource.uri("timemap", "link", *following)
        links.append(Link(uri=uri, rel="timemap", type=LINK_FORMAT, begin=found[-1].observed_at))
    ends = [("first", first if shown[0] == first else None), ("last", last if shown[-1] == last else None)]
    mementos = memento_links([*ends[:1], *(("", one) for one in shown), *ends[1:]], resource.uri_of)
    return Answer(body=link_timemap([*links, *mementos]).encode(), content_type=LINK_FORMAT, headers={})


def _json(
    resource: Resource,
    shown: Sequence[Memento],
    first: Memento | None,
    last: Memento | None,
    part: tuple[str, ...],
    following: tuple[str, ...] | None,
) -> Json:
    def told(one: Memento | None) -> Any:
        return one and {"datetime": f"{one.observed_at[:19]}Z", "uri": resource.uri_of(one)}

    return {
        "original_uri": resource.address,
        "self": resource.uri("timemap", "json", *part),
        "timegate_uri": resource.uri("timegate"),
        "timemap_uri": {
            "link_format": resource.uri("timemap", "link"),
            "json_format": resource.uri("timemap", "json"),
        },
        "next": resource.uri("timemap", "json", *following) if following else None,
        "mementos": {"first": told(first), "last": told(last), "list": [told(one) for one in shown]},
    }
