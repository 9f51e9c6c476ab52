"""The addresses of the reading room. Each handler carries values from `archive.site.views` into a template or JSON."""

from __future__ import annotations

import hashlib
import logging
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from datasette import NotFound, Response, hookimpl
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError
from jinja2 import Template
from jinja2.runtime import Context
from markupsafe import Markup

from archive.checkpoints import verifier_keys
from archive.errors import NotInArchive, VariorumError
from archive.lock import noted_to_read
from archive.reading import Reader
from archive.site import calendar, found, lives, texts, views
from archive.site.language import ENGLISH
from archive.site.links import keep
from archive.site.view import View
from archive.storage import trouble_of
from archive.text import direction

SLUG = r"(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)"
FORMAT = r"(?:\.(?P<format>json))?"
TIME_LIMIT_MS = 5000
UNFIT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")  # no characters of HTML
PLAIN = (FunctionType, MethodType, partial)
_log = logging.getLogger("variorum.site")


@hookimpl
def register_routes():
    return [
        (rf"/(?:index)?{FORMAT}$", overview),
        (r"/feed\.atom$", feed),
        (rf"/-/health{FORMAT}$", health),
        (rf"/search{FORMAT}$", search),
        (rf"/when{FORMAT}$", when),
        (rf"/statement/(?P<name>[^/]+?){FORMAT}$", statement),
        (r"/statement/(?P<name>[^/]+)/feed\.atom$", feed),
        (r"/-/(?!static/|permissions$|allow-debug$)(?P<rest>.*)$", hidden),
        (r"/-/(?P<rest>permissions|allow-debug)$", hidden),
        (rf"/page/{SLUG}{FORMAT}$", timeline),
        (rf"/page/{SLUG}/compare$", compare),
        (rf"/page/{SLUG}/looks{FORMAT}$", looks),
        (rf"/page/{SLUG}/calendar{FORMAT}$", calendar_of_looks),
        (rf"/page/{SLUG}/lifetimes{FORMAT}$", lifetimes),
        (rf"/page/{SLUG}/feed\.atom$", feed),
        (rf"/page/{SLUG}/(?P<number>\d{{1,9}}){FORMAT}$", revision),
        (rf"/page/{SLUG}/reading/(?P<reading>\d{{1,9}})/(?P<number>\d{{1,9}}){FORMAT}$", reading),
        (rf"/page/{SLUG}/(?P<old>\d{{1,9}})\.\.(?P<new>\d{{1,9}}){FORMAT}$", diff),
        (rf"/page/{SLUG}/at/(?P<seq>\d{{1,15}}){FORMAT}$", at),
        (rf"/page/{SLUG}/at/(?P<seq>\d{{1,15}})/raw$", raw),
        (rf"/page/{SLUG}/at/(?P<seq>\d{{1,15}})/proof\.zip$", proof),
        (rf"/page/{SLUG}/at/(?P<seq>\d{{1,15}})/cite\.(?P<form>txt|bib|csl\.json)$", cite),
    ]


async def overview(datasette, request):
    query = request.args.get("q") or ""
    return await _answer(
        datasette,
        request,
        "overview.html",
        lambda reader: views.overview_view(
            reader,
            query=query[:200],
            sort=request.args.get("sort") or "",
            page_number=_number(request, "n") or 1,
            statement=(request.args.get("statement") or "")[:200],
            language=(request.args.get("language") or "")[:35],
        ),
    )


async def health(datasette, request):
    now, home = datetime.now(UTC), _home(datasette)
    trouble, to_read = trouble_of(home), noted_to_read(home)
    response = await _answer(
        datasette,
        request,
        "health.html",
        lambda reader: views.health_view(reader, home=home, at=now, trouble=trouble, to_read=to_read),
    )
    if trouble is not None or to_read:  # what is not in the database has no part in the entity tag
        response.headers.pop("etag")
    if trouble is not None:
        response.status = 503
    return response


async def statement(datasette, request):
    name = unquote(request.url_vars["name"])
    return await _answer(datasette, request, "statement.html", lambda reader: texts.statement_view(reader, name))


async def timeline(datasette, request):
    slug, below = request.url_vars["slug"], _number(request, "below")
    return await _answer(
        datasette, request, "timeline.html", lambda reader: views.timeline_view(reader, slug, below=below)
    )


async def looks(datasette, request):
    slug, before = request.url_vars["slug"], _number(request, "before")
    day = _day(request, "day")
    if day is not None:
        return await _answer(
            datasette,
            request,
            "looks.html",
            lambda reader: calendar.day_view(reader, slug, day, before=before, limit=views.LOOKS_SIZE),
        )
    return await _answer(datasette, request, "looks.html", lambda reader: views.looks_view(reader, slug, before=before))


async def calendar_of_looks(datasette, request):
    slug, year = request.url_vars["slug"], _number(request, "year")
    return await _answer(
        datasette, request, "calendar.html", lambda reader: calendar.calendar_view(reader, slug, year=year)
    )


async def compare(datasette, request):
    """Where the form that chooses two revisions leads."""
    old, new = sorted((_number(request, "a") or 1, _number(request, "b") or 1))
    slug = request.url_vars["slug"]
    path = f"/page/{slug}/{new}" if old == new else f"/page/{slug}/{old}..{new}"
    pinned = _number(request, "base")
    path += f"?base={pinned}" if pinned else ""
    return Response.redirect(datasette.urls.path(path))


async def revision(datasette, request):
    slug, number = request.url_vars["slug"], int(request.url_vars["number"])
    ages = request.args.get("ages") == "1"
    return await _answer(
        datasette, request, "revision.html", lambda reader: texts.revision_view(reader, slug, number, ages=ages)
    )


async def reading(datasette, request):
    slug, of, number = (request.url_vars[name] for name in ("slug", "reading", "number"))
    return await _answer(
        datasette, request, "revision.html", lambda reader: texts.reading_view(reader, slug, int(of), int(number))
    )


async def diff(datasette, request):
    slug, old, new, form = (request.url_vars[name] for name in ("slug", "old", "new", "format"))
    return await _answer(
        datasette,
        request,
        "diff.html",
        lambda reader: views.diff_view(reader, slug, int(old), int(new), as_json=form == "json"),
        side_by_side=request.args.get("view") == "side",
    )


async def at(datasette, request):
    slug, seq = request.url_vars["slug"], int(request.url_vars["seq"])
    return await _answer(
        datasette,
        request,
        "at.html",
        lambda reader: texts.at_view(reader, slug, seq, reading=_number(request, "reading"), keys=_keys(datasette)),
    )


async def lifetimes(datasette, request):
    slug, before, skip = request.url_vars["slug"], _number(request, "before"), _number(request, "from") or 0
    return await _answer(
        datasette,
        request,
        "lifetimes.html",
        lambda reader: lives.lifetimes_view(reader, slug, before=before, skip=skip),
    )


async def search(datasette, request):
    text, before = (request.args.get("q") or "")[:400], _number(request, "before")
    slug = (request.args.get("page") or "")[:64]
    return await _answer(
        datasette,
        request,
        "search.html",
        lambda reader: found.search_view(reader, text, slug=slug, before=before),
    )


async def when(datasette, request):
    phrase, after = (request.args.get("phrase") or "")[: found.PHRASE_CHARS], _number(request, "after")
    slug = (request.args.get("page") or "")[:64]
    return await _answer(
        datasette, request, "when.html", lambda reader: found.when_view(reader, phrase, slug=slug, after=after)
    )


async def proof(datasette, request):
    """One look with all that a stranger needs to check it."""
    slug, seq = request.url_vars["slug"], int(request.url_vars["seq"])
    keys = _keys(datasette)
    bundle = await _read(datasette, lambda reader: texts.proof(reader, slug, seq, keys))
    headers = {"content-disposition": f'attachment; filename="{slug}-{seq}-proof.zip"'}
    return _tagged(request, Response(bundle, content_type="application/zip", headers=headers))


def _keys(datasette):
    return verifier_keys(_home(datasette))


def _home(datasette) -> Path:
    return Path(datasette.get_database("archive").path).parent


async def raw(datasette, request):
    """Received bytes, as text that no browser runs, to keep."""
    slug, seq = request.url_vars["slug"], int(request.url_vars["seq"])
    body = await _read(datasette, lambda reader: texts.raw_body(reader, slug, seq))
    headers = {
        "content-disposition": f'attachment; filename="{slug}-{seq}.txt"',
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(body, content_type="text/plain", headers=headers)


async def cite(datasette, request):
    slug, seq, form = request.url_vars["slug"], int(request.url_vars["seq"]), request.url_vars["form"]
    found = await _read(
        datasette,
        lambda reader: texts.cite_view(
            reader,
            slug,
            seq,
            reading=_number(request, "reading"),
            title=_site_title(datasette),
            absolute=_absolute(datasette, request),
        ),
    )
    if form == "csl.json":
        return Response.json([found.csl])
    text = f"{found.words}\n" if form == "txt" else found.bibtex
    return Response(text, content_type="text/plain; charset=utf-8")


async def feed(datasette, request):
    slug, name = request.url_vars.get("slug"), request.url_vars.get("name")
    known = request.headers.get("if-none-match", "")
    etag, body = await _read(
        datasette,
        lambda reader: views.feed_view(
            reader,
            slug,
            statement=unquote(name) if name else None,
            before=_number(request, "before"),
            title=_site_title(datasette),
            absolute=_absolute(datasette, request),
            known=known,
            say=request.scope["variorum.asked"],
        ),
    )
    return Response(
        body or "",
        status=200 if body else 304,
        headers={"etag": etag, "cache-control": "max-age=0, must-revalidate"},
        content_type="application/atom+xml; charset=utf-8",
    )


async def hidden(datasette, request):
    """Datasette's own pages about itself, which tell of paths and settings."""
    raise NotFound("There is nothing at this address.")


async def _answer(datasette, request, template: str, view: Callable[[Reader], View], **more: Any) -> Response:
    shown = await _read(datasette, view)
    page = shown.values.get("page")
    if page is not None and "slug" in request.url_vars and page.slug != request.url_vars["slug"]:
        return _renamed(datasette, request, page.slug)
    if request.url_vars.get("format") == "json":
        return _tagged(request, Response.json(shown.as_json()))
    values = {
        **shown.values,
        **more,
        "public": _absolute(datasette, request),
        "site_title": _site_title(datasette),
        "here": request.path,
    }
    pinned = _pinned(request, page)
    found = _at_once(datasette.jinja_env).get_template(f"room/{template}")
    html = await datasette.render_template(found, {**values, "pinned": pinned}, request=request)
    if pinned is not None:
        html = keep(html, {"base": str(pinned)}, under=datasette.urls.path(f"/page/{page.slug}"))
    return _tagged(request, Response.html(UNFIT.sub("\ufffd", html)))


class _AtOnce(Template):
    """A template that waits for nothing, so that it need not ask of every piece whether to wait for it."""

    async def render_async(self, *values, **more):
        return self.render(*values, **more)


class _Context(Context):
    """Calls a plain function as it is, as most that templates call are: Jinja asks each time whether it wants to be told more."""

    def call(self, called, *values, **more):
        if type(called) not in PLAIN or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *values, **more)
        more.pop("_block_vars", None)
        more.pop("_loop_vars", None)
        return called(*values, **more)


@lru_cache(maxsize=4)
def _at_once(env):
    """Datasette's environment for templates that wait for nothing."""
    made = env.overlay(enable_async=False)
    made.template_class = _AtOnce
    made.context_class = _Context
    return made


def _pinned(request, page) -> int | None:
    """The revision of this page that its reader compares others with."""
    number = _number(request, "base")
    return number if page is not None and number and number <= page.revisions else None


def _renamed(datasette, request, slug: str) -> Response:
    """An earlier slug of a page leads to the same address under its present one."""
    old = request.url_vars["slug"]
    rest = request.path.partition(f"/page/{old}")[2]
    query = f"?{request.query_string}" if request.query_string else ""
    return Response.redirect(datasette.urls.path(f"/page/{slug}{rest}{query}"))


async def _read(datasette, read: Callable[[Reader], Any]) -> Any:
    def timed(conn):
        with sqlite_timelimit(conn, TIME_LIMIT_MS):
            return read(Reader(conn))

    database = datasette.get_database("archive")
    try:
        return await getattr(database, "read", database.execute_fn)(timed)
    except NotInArchive as error:
        raise NotFound(_for_readers(str(error))) from error


def _for_readers(sentence: str) -> str:
    """An error's sentence without its advice for the command line."""
    return re.split(r" (?:[A-Z][^.]* with: variorum|Did you mean)", sentence)[0]


def _tagged(request, response: Response) -> Response:
    """With an entity tag, so that what has not changed is not sent again (RFC 9110, section 13)."""
    body = response.body if isinstance(response.body, bytes) else response.body.encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response.headers |= {"etag": etag, "cache-control": "max-age=0, must-revalidate"}
    if etag in request.headers.get("if-none-match", ""):
        return Response("", status=304, headers=response.headers, content_type=response.content_type)
    return response


def _site_title(datasette) -> str:
    return datasette.metadata("title") or "variorum"


def _number(request, name: str) -> int | None:
    text = request.args.get(name) or ""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def _day(request, name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name) or "")
    except ValueError:
        return None


def _absolute(datasette, request) -> Callable[[str], str]:
    public_url = (datasette.plugin_config("reading_room") or {}).get("public_url")
    root = public_url or datasette.absolute_url(request, datasette.urls.path("/")).rstrip("/")
    return lambda path: root + path


@hookimpl
def prepare_jinja2_environment(env):
    env.filters["query_of"] = _query_of
    env.filters["direction"] = direction
    env.filters["path_part"] = partial(quote, safe="")


def _query_of(url: str) -> str:
    """An address of the page that is shown, as its query alone: right behind whatever proxy."""
    return f"?{urlsplit(url).query}"


@hookimpl(hookwrapper=True)
def handle_exception(datasette, request, exception):
    """Every error as one calm page that tells nothing of our inside; a bug is logged. Takes the place of Datasette's own."""
    outcome = yield
    outcome.force_result([_error_page(datasette, request, exception)])


async def _error_page(datasette, request, exception) -> Response:
    say, _ = request.scope.get("variorum.language", (ENGLISH, ""))
    status, message, title = 500, say("Something went wrong while this page was made. It has been logged."), None
    if isinstance(exception, Base400):
        status, message = exception.status, str(exception.args[0]) if exception.args else ""
    elif isinstance(exception, DatasetteError):
        status, title = exception.status, exception.title
        message = Markup(exception.message) if exception.message_is_html else exception.message  # noqa: S704 - Datasette's
    elif isinstance(exception, views.TooLong):
        status, title, message = 413, say("Too long to compare here"), str(exception)
    elif isinstance(exception, sqlite3.OperationalError) and str(exception) == "interrupted":
        status, title = 503, say("That took too long")
        message = say("This would keep other readers waiting. Ask for less at a time: more words, or one page.")
    elif isinstance(exception, VariorumError):
        message = say("This part of the archive can’t be read. It has been logged; its keeper can run: variorum verify")
    if status >= 500:
        _log.error("%s %s failed", request.method, request.path, exc_info=exception)
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": str(message), "status": status, "title": title}, status=status)
    values = {"status": status, "error": message, "title": title}
    return Response.html(await datasette.render_template("error.html", values, request=request), status=status)
