"""What comes in a fictional page's place: no answer, errors, block and login pages, and the like, also in the site's own frame."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from living_answers import capture_of, page_html, said_by
from living_parts import all_words, headline
from living_sites import Content, Look, Site, first_content

from archive.model import Capture, Hop

OUTAGES = (
    "connection",
    "timeout",
    "tls",
    "http_500",
    "http_502",
    "http_503_frame",
    "http_403",
    "http_404",
    "error_bare",
    "error_frame",
    "database_frame",
    "missing_frame",
    "challenge",
    "check_own",
    "maintenance",
    "maintenance_503",
    "empty",
    "empty_text",
    "cut_told",
    "cut_silent",
    "login_redirect",
    "login_frame",
    "home_redirect",
    "http_429",
    "loop",
    "shell",
    "parked",
    "language",
    "consent",
    "not_html",
)


_PLAIN = (("Content-Type", "text/html; charset=utf-8"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where and when it happens, and how the site would frame a text."""

    site: Site
    at: datetime
    rng: Random
    incident: str
    framed: Callable[..., bytes]

    def text(self, label: str) -> str:
        """One of the site's own sentences, as a paragraph."""
        return f"<p>{html.escape(self.site.words.said(label))}</p>"

    def bare(self, title: str, text: str) -> bytes:
        """A page without the site's frame."""
        return (
            f'<html lang="{self.site.words.language}"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body><h1>{title}</h1>{text}<hr><small>{self.incident}</small></body></html>"
        ).encode()

    def sent(self, body: bytes | None, **more: object) -> Capture:
        return capture_of(self.site, self.at, body, **more)

    def sent_bare(self, title: str, text: str, **more: object) -> Capture:
        return self.sent(self.bare(title, text), headers=_PLAIN, **more)

    def sent_from(self, there: str, body: bytes, **more: object) -> Capture:
        """An answer after a redirect."""
        hop = Hop(url=self.site.url, status=302, reason="Found", headers=(("Location", there),), peer=None)
        return self.sent(body, final_url=there, hops=(hop,), **more)


def outage_look(
    site: Site,
    content: Content,
    shape: str,
    number: int,
    at: datetime,
    ticks: dict[int, int],
    looks: list[Look],
    rng: Random,
) -> Look:
    """A look that brings something else than the page; `looks` are those before it."""
    said = said_by(site, number, at, ticks)
    living = tuple((part.label, tuple(item.text for item in said[part.index])) for part in site.parts)

    def framed(main: str, title: str = "") -> bytes:
        shown = replace(content, title=title or content.title)
        return page_html(site, shown, at, said, rng, main=main).encode(site.encoding, "xmlcharrefreplace")

    scene = Scene(site=site, at=at, rng=rng, incident=f"{rng.randrange(16**10):010x}", framed=framed)
    good = next((look.capture.body for look in reversed(looks) if look.truth != "outage" and look.capture.body), b"")
    capture = _no_page(scene, shape) or _cut(scene, shape, good) or _in_frame(scene, shape) or _bare(scene, shape)
    return Look(number=number, capture=capture, truth="outage", shape=shape, living=living)


def _no_page(scene: Scene, shape: str) -> Capture | None:
    match shape:
        case "connection" | "timeout" | "tls":
            return scene.sent(None, status=None, status_reason="", headers=(), end="none", failure=(shape, shape))
        case "loop":
            return scene.sent(None, status=302, end="none", failure=("redirect", "more than 10 hops"))
        case "empty":
            return scene.sent(b"")
        case "not_html":
            return scene.sent(
                b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>", headers=(("Content-Type", "application/pdf"),)
            )
    return None


def _cut(scene: Scene, shape: str, good: bytes) -> Capture | None:
    """Some of the page as it last came."""
    if shape not in ("cut_told", "cut_silent"):
        return None
    body = good[: len(good) * scene.rng.randint(20, 75) // 100]
    return scene.sent(body, end="cut", failure=("truncated", "body cut")) if shape == "cut_told" else scene.sent(body)


def _in_frame(scene: Scene, shape: str) -> Capture | None:
    """Something else where the text was, in the site's own frame."""
    words = scene.site.words
    missing = words.said("missing").replace("。", ".").replace("।", ".").split(".")[0]
    match shape:
        case "http_503_frame":
            return scene.sent(scene.framed(scene.text("error")), status=503)
        case "http_404":
            return scene.sent(scene.framed(scene.text("missing"), missing), status=404)
        case "missing_frame":
            return scene.sent(scene.framed(scene.text("missing"), missing))
        case "error_frame":
            return scene.sent(scene.framed(f"{scene.text('error')}<p>ID: {scene.incident}</p>"))
        case "database_frame":
            return scene.sent(
                scene.framed("<p>Warning: mysql_connect(): Too many connections in /srv/www/db.php on line 31</p>")
            )
        case "empty_text":
            return scene.sent(scene.framed("<div></div>"))
        case "login_frame":
            return scene.sent(scene.framed(scene.text("login") + _login_form(scene)))
        case "home_redirect":
            text = "".join(f"<p>{html.escape(headline(words, scene.rng))}</p>" for _ in range(4))
            return scene.sent_from("/".join((*scene.site.url.split("/")[:3], "")), scene.framed(text, words.menu[0]))
    return None


def _bare(scene: Scene, shape: str) -> Capture:
    """A page of its own, without the site's frame."""
    words, rng = scene.site.words, scene.rng
    match shape:
        case "http_500":
            return scene.sent_bare("500 Internal Server Error", "<p>nginx</p>", status=500)
        case "http_502":
            return scene.sent_bare("502 Bad Gateway", "<p>nginx</p>", status=502)
        case "http_403":
            return scene.sent_bare("403 Forbidden", "<p>Access denied.</p>", status=403)
        case "http_429":
            return scene.sent_bare("Too Many Requests", "<p>Slow down.</p>", status=429)
        case "shell":
            return scene.sent_bare(
                words.site, '<div id="app"></div><script src="/a.js"></script><noscript>JavaScript</noscript>'
            )
        case "parked":
            text = "<p>This domain is for sale. Buy this domain. Related searches: flights, hotels, loans.</p>"
            return scene.sent_bare("valdonia.example", text)
        case "language":
            return scene.sent(_in_another_language(scene), headers=_PLAIN)
        case "consent":
            return scene.sent_bare(
                words.site, f"{scene.text('cookie')}<button>{html.escape(words.said('accept'))}</button>"
            )
        case "error_bare":
            return scene.sent_bare("Error", scene.text("error"))
        case "challenge":
            text = f'<p>Checking your browser before accessing {words.city}.</p><div id="cf-wrapper">Ray ID: {scene.incident}</div>'
            return scene.sent_bare("Just a moment...", text, status=rng.choice((200, 403, 503)))
        case "check_own":
            return scene.sent_bare(words.site, f"{scene.text('check')}<noscript>JavaScript</noscript>")
        case "maintenance":
            return scene.sent_bare(words.site, scene.text("repair"))
        case "maintenance_503":
            return scene.sent_bare(words.site, scene.text("repair"), status=503)
        case "login_redirect":
            body = scene.bare(words.said("login"), _login_form(scene))
            return scene.sent_from("http://login.valdonia.example/signin", body, headers=_PLAIN)
    raise ValueError(shape)


def _login_form(scene: Scene) -> str:
    user, password = scene.site.words.said("user"), scene.site.words.said("password")
    return (
        f'<form method="post"><p>{user} <input name="u"></p><p>{password} <input type="password" name="p"></p></form>'
    )


def _in_another_language(scene: Scene) -> bytes:
    """The site's page of that name in another language."""
    words = scene.rng.choice([words for words in all_words().values() if words.language != scene.site.words.language])
    there = replace(scene.site, words=words, parts=(), anchors={}, encoding="utf-8", encoding_in="meta", machines=1)
    return page_html(there, first_content(words, scene.rng), scene.at, {}, scene.rng).encode()
