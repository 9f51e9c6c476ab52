"""The addresses of RFC 7089, by which other tools find what a web address said at a time."""

from __future__ import annotations

import hashlib

from datasette import Response, hookimpl
from datasette.utils import sqlite_timelimit
from datasette.views.base import DatasetteError

from archive.errors import NotInArchive
from archive.memento import in_path, original_candidates, parse_accept_datetime, parse_stamp
from archive.reading import Reader
from archive.site import mementos

TIME_LIMIT_MS = 5000


@hookimpl
def register_routes():
    return [
        (r"/timemap/(?P<form>link|json)/(?:after/(?P<after>\d{1,15})/)?(?P<url>.+)$", timemap),
        (r"/timegate/(?P<url>.+)$", timegate),
        (r"/memento/(?P<stamp>\d{14}(?:-\d{1,15})?)/(?P<url>.+)$", memento),
    ]


async def timemap(datasette, request):
    after = request.url_vars["after"]
    return await _answer(
        datasette,
        request,
        lambda reader, candidates, absolute: mementos.timemap(
            reader, candidates, request.url_vars["form"], int(after) if after else None, absolute
        ),
    )


async def timegate(datasette, request):
    asked = request.headers.get("accept-datetime")
    instant = parse_accept_datetime(asked) if asked is not None else None
    if asked is not None and instant is None:
        raise DatasetteError("Accept-Datetime is no date such as: Thu, 08 May 2014 18:54:00 GMT", status=400)
    return await _answer(
        datasette,
        request,
        lambda reader, candidates, absolute: mementos.timegate(reader, candidates, instant, absolute),
    )


async def memento(datasette, request):
    stamp = request.url_vars["stamp"]
    digits, _, seq = stamp.partition("-")
    instant = parse_stamp(digits)
    if instant is None:
        raise DatasetteError("There is no such day and hour.", status=404)
    return await _answer(
        datasette,
        request,
        lambda reader, candidates, absolute: mementos.memento(
            reader, candidates, instant, int(seq) if seq else None, stamp, absolute
        ),
    )


async def _answer(datasette, request, make) -> Response:
    candidates = original_candidates(request.url_vars["url"], request.query_string)
    public_url = (datasette.plugin_config("reading_room") or {}).get("public_url")

    def absolute(path: str) -> str:
        return public_url + path if public_url else datasette.absolute_url(request, datasette.urls.path(path))

    def timed(conn):
        with sqlite_timelimit(conn, TIME_LIMIT_MS):
            return make(Reader(conn), candidates, absolute)

    database = datasette.get_database("archive")
    try:
        answer = await getattr(database, "read", database.execute_fn)(timed)
    except NotInArchive as error:
        raise DatasetteError("Nothing of this address is in this archive.", status=404) from error
    if answer.path is not None:
        return Response("", status=302, headers={**answer.headers, "location": datasette.urls.path(answer.path)})
    etag = f'"{hashlib.sha256(repr(sorted(answer.headers.items())).encode() + answer.body).hexdigest()[:32]}"'
    headers = {**answer.headers, "etag": etag, "cache-control": "max-age=0, must-revalidate"}
    if etag in request.headers.get("if-none-match", ""):
        return Response("", status=304, headers=headers, content_type=answer.content_type)
    return Response(answer.body, headers=headers, content_type=answer.content_type)


@hookimpl
def prepare_jinja2_environment(env):
    env.filters["in_path"] = in_path
