"""What may be seen and how: tables that metadata.yaml describes, under headers that run, sniff, frame and tell nothing."""

import re

from datasette import hookimpl

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
ELSEWHERE = re.compile(rb"^(?:[/\\]{2,}|(?!/).*)")  # what leads, or a browser takes to lead, to another site


@hookimpl
def permission_allowed(datasette, action, resource):
    """A table is published by being described; one that is not, of whatever release, is not for readers."""
    if action != "view-table":
        return None
    database, table = resource
    return None if table in _published(datasette, database) else False


@hookimpl
def prepare_jinja2_environment(env, datasette):
    env.globals["published"] = _published(datasette, "archive")


def _published(datasette, database):
    described = datasette.metadata("tables", database=database) or {}
    return {table for table, about in described.items() if "title" in about}


@hookimpl
def asgi_wrapper(datasette):
    def wrap(app):
        async def guarded(scope, receive, send):
            if scope["type"] != "http":
                await app(scope, receive, send)
                return

            async def send_guarded(message):
                if message["type"] == "http.response.start":
                    given = [_on_this_site(*header) for header in message.get("headers", ())]
                    names = {bytes(name).lower() for name, _ in given}
                    more = [(name, value) for name, value in HEADERS.items() if name not in names]
                    message = {**message, "headers": [*given, *more]}
                await send(message)

            await app(scope, receive, send_guarded)

        return guarded

    return wrap


def _on_this_site(name, value):
    """A header as it is; of a redirect, whoever made it, one that leads nowhere else."""
    return (name, ELSEWHERE.sub(b"/", value)) if bytes(name).lower() == b"location" else (name, value)
