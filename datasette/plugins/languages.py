"""In which language a page speaks: `?lang=`, which goes along in its links, else what the browser asks for, else English."""

from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl

from archive.site import language
from archive.site.interface import interface
from archive.site.links import keep, with_query

KEY = "variorum.language"  # in a request: (its catalogue, the rest of its query)
ASKED = "variorum.asked"  # the same where feeds go: only if it was asked for


@hookimpl
def extra_template_vars(datasette, request):
    spoken, query = request.scope.get(KEY, (language.ENGLISH, "")) if request else (language.ENGLISH, "")
    others = [(one, with_query(query, {"lang": one.code})) for one in language.catalogues().values()]
    return {**interface(spoken), "language_choices": others}


@hookimpl
def asgi_wrapper(datasette):
    def wrap(app):
        async def spoken_to(scope, receive, send):
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            asked, rest = _without_language(scope.get("query_string", b"").decode("latin-1"))
            accepts = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
            spoken = language.choose(asked, accepts, language.catalogues())
            kept = {"lang": spoken.code} if asked == spoken.code else {}
            inner = {**scope, "query_string": rest.encode("latin-1"), KEY: (spoken, rest)}
            inner[ASKED] = spoken if kept else language.ENGLISH
            base = datasette.setting("base_url")
            await app(inner, receive, _Speaking(send, spoken.code, kept, base))

        return spoken_to

    return wrap


def _without_language(query):
    """(the language asked for, the rest of the query as it came)"""
    if "lang=" not in query:
        return None, query
    pairs = parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="surrogateescape")
    asked = [value for name, value in pairs if name == "lang"]
    if not asked:
        return None, query
    return asked[-1], urlencode([pair for pair in pairs if pair[0] != "lang"], errors="surrogateescape")


class _Speaking:
    """Says the language of a page in its headers, and keeps one that was asked for in its links."""

    def __init__(self, send, language, kept, base):
        self._send, self._language, self._kept, self._base = send, language, kept, base
        self._start, self._body = None, []

    async def __call__(self, message):
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._start is not None and message["type"] == "http.response.body":
            self._body.append(message.get("body", b""))
            if not message.get("more_body"):
                await self._finish()
        else:
            await self._send(message)

    async def _begin(self, message):
        headers = [(bytes(name).lower(), value) for name, value in message.get("headers", ())]
        headers = [(name, self._leading(value) if name == b"location" else value) for name, value in headers]
        kind = dict(headers).get(b"content-type", b"")
        if not kind.startswith(b"text/html"):
            await self._send({**message, "headers": headers})
            return
        headers += [(b"content-language", self._language.encode()), (b"vary", b"Accept-Language")]
        message = {**message, "headers": headers}
        if self._kept and message["status"] != 304:
            self._start = message
        else:
            await self._send(message)

    def _leading(self, location):
        text = location.decode("latin-1")
        if not self._kept or not text.startswith(self._base):
            return location
        path, _, query = text.partition("?")
        return (path + with_query(query, self._kept)).encode("latin-1")

    async def _finish(self):
        body = keep(b"".join(self._body).decode(), self._kept, under=self._base).encode()
        headers = [(name, value) for name, value in self._start["headers"] if name != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})
