"""The ministry's pages as HTML: the statement in the frame of its site, and what stands there when it can't be shown."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from scraper.demo.texts import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a statement on a page in one language."""

    direction: str
    ministry: str
    menu: tuple[str, ...]
    position: str  # where the statement stands in the menu
    share: str
    news_title: str
    news: tuple[str, ...]
    views: str
    footer: str


LANGUAGES = (("en", "English"), ("ru", "Русский"), ("ar", "العربية"))
FRAMES = {
    "en": Frame(
        direction="ltr",
        ministry="Ministry of Foreign Affairs of the Republic of Avenmoor",
        menu=("Home", "The Ministry", "Foreign policy", "Consular matters", "Press office"),
        position="Positions",
        share="Share",
        news_title="News",
        news=(
            "The Minister received the ambassador of Telmark",
            "Avenmoor and Sundrey opened a joint chamber of commerce",
            "Consular hours over the spring holidays",
            "A round table on river navigation was held in Port Ellan",
            "Avenmoor joined the convention on mountain rescue",
        ),
        views="Views",
        footer="1 Harbour Square, Port Ellan. Telephone 0 14 20 00. All rights reserved.",
    ),
    "ru": Frame(
        direction="ltr",
        ministry="Министерство иностранных дел Республики Авенмур",
        menu=("Главная", "Министерство", "Внешняя политика", "Консульские вопросы", "Пресс-служба"),
        position="Позиции",
        share="Поделиться",
        news_title="Новости",
        news=(
            "Министр принял посла Тельмарка",
            "Авенмур и Сандри открыли совместную торговую палату",
            "Часы работы консульств в весенние праздники",
        ),
        views="Просмотры",
        footer="Порт-Эллан, Портовая площадь, 1. Телефон 0 14 20 00. Все права защищены.",
    ),
    "ar": Frame(
        direction="rtl",
        ministry="وزارة خارجية جمهورية أفنمور",
        menu=("الرئيسية", "الوزارة", "السياسة الخارجية", "الشؤون القنصلية", "المكتب الصحفي"),
        position="المواقف",
        share="مشاركة",
        news_title="الأخبار",
        news=(
            "الوزير يستقبل سفير تلمارك",
            "أفنمور وساندري تفتتحان غرفة تجارة مشتركة",
            "ساعات عمل القنصليات في عطلة الربيع",
        ),
        views="المشاهدات",
        footer="بورت إيلان، ساحة الميناء 1. هاتف 0 14 20 00. جميع الحقوق محفوظة.",
    ),
}

_STYLE = (
    "body{margin:0;font:16px/1.5 serif;color:#222}header,footer{background:#1d3b53;color:#fff;padding:1em 2em}"
    "nav a{color:#fff;margin-inline-end:1.2em}main{display:flex;gap:3em;max-width:64em;margin:auto;padding:1em 2em}"
    "article{flex:3}aside{flex:1;font-size:.9em}.stamp,.views{color:#666;font-size:.85em}"
)


def statement_page(statement: Statement, *, look: int, lively: bool) -> str:
    """The statement in its frame. `look` counts requests: a lively page turns its teasers and its counter with it."""
    frame = FRAMES[statement.language]
    turn = look if lively else 0
    news = [frame.news[(turn + offset) % len(frame.news)] for offset in range(3)]
    views = f'<p class="views">{frame.views}: {18402 + turn}</p>' if lively else ""
    languages = "".join(f'<a href="/{code}/position" hreflang="{code}">{name}</a>' for code, name in LANGUAGES)
    paragraphs = "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in statement.paragraphs)
    return f"""<!doctype html>
<html lang="{statement.language}" dir="{frame.direction}">
<head>
<meta charset="utf-8">
<title>{escape(statement.title)} | {frame.ministry}</title>
<style>{_STYLE}</style>
</head>
<body>
<header><strong>{frame.ministry}</strong>
<nav>{_links(frame.menu)}</nav>
<nav class="languages">{languages}</nav>
</header>
<div class="breadcrumbs"><a href="/">{frame.menu[0]}</a> › <a href="#">{frame.menu[2]}</a> › {frame.position}</div>
<main>
<article>
<h1>{escape(statement.title)}</h1>
{paragraphs}
<p class="stamp">{statement.stamp_line}</p>
{views}
<ul class="share"><li><a href="#">{frame.share}</a></li></ul>
</article>
<aside class="news">
<h2>{frame.news_title}</h2>
<ul>
{"".join(f'<li><a href="#">{title}</a></li>' for title in news)}
</ul>
</aside>
</main>
<footer><p>{frame.footer}</p></footer>
</body>
</html>
"""


def home_page() -> str:
    """The way to the three versions."""
    links = "".join(f'<li><a href="/{code}/position">{name}</a></li>' for code, name in LANGUAGES)
    return _plain(FRAMES["en"].ministry, f"<ul>{links}</ul>")


def challenge_page() -> str:
    """What a guard before a site says to whom it takes for a machine."""
    return _plain(
        "Checking your browser before you continue",
        "<p>This site is protected against automated requests. Please wait while we verify that you are human.</p>"
        "<noscript><p>Please enable JavaScript and cookies to continue.</p></noscript>"
        '<form id="challenge-form" method="post" action="/verify"><input type="hidden" name="token" value="7f3a"></form>'
        "<p>Request ID: 8c41d07be2</p>",
    )


def unavailable_page() -> str:
    return _plain(
        "503 Service Unavailable", "<p>The server is temporarily unable to answer. Please try again later.</p>"
    )


def not_found_page() -> str:
    return _plain("404 Not Found", "<p>There is no such page on this server.</p>")


def _links(titles: tuple[str, ...]) -> str:
    return "".join(f'<a href="#">{title}</a>' for title in titles)


def _plain(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{body}</body></html>\n"
    )
