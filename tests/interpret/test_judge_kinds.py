"""Every kind of page that may stand in a page's place, and what is no such page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.model import Hop
from scraper.interpret import accepted_by_hand, held_by_hand, is_confirmed


def bare(title: str, *body: str, head: str = "") -> bytes:
    """A page without the site's frame."""
    text = "".join(line if line.startswith("<") else f"<p>{line}</p>" for line in body)
    return f"<html><head><title>{title}</title>{head}</head><body>{text}</body></html>".encode()


BARE = {
    "a challenge": (
        bare("Just a moment...", "<h1>Checking your browser before accessing</h1>", "Incident ID: 0-1"),
        "challenge",
    ),
    "a firewall's page": (
        bare(
            "Request Rejected",
            "The requested URL was rejected. Please consult with your administrator.",
            "Your support ID is: 1234567",
        ),
        "challenge",
    ),
    "a challenge in Chinese": (bare("安全验证", "为了您的访问安全，请完成安全验证后继续访问"), "challenge"),
    "a block in Russian": (bare("Доступ ограничен", "Ваш запрос был заблокирован системой защиты."), "challenge"),
    "nginx's error": (
        bare("504 Gateway Time-out", "<center><h1>504 Gateway Time-out</h1></center>", "<hr><center>nginx</center>"),
        "error_page",
    ),
    "IIS's error": (
        bare(
            "403 - Forbidden: Access is denied.",
            "<h1>Server Error</h1>",
            "You do not have permission to view this directory or page.",
        ),
        "error_page",
    ),
    "a database's error": (
        bare("Error", "Fatal error: Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused"),
        "error_page",
    ),
    "an error in French": (bare("Erreur", "Une erreur est survenue. Veuillez réessayer plus tard."), "error_page"),
    "a parked domain": (bare("mfa.example", "<h1>This domain is for sale</h1>", "Related searches"), "parked"),
    "a domain for sale in Russian": (bare("mfa.example", "Домен выставлен на продажу. Купить этот домен."), "parked"),
    "maintenance": (bare("Maintenance", "The site is under maintenance. Please try again later."), "maintenance"),
    "maintenance in Kazakh": (bare("Сайт", "Сайтта техникалық жұмыстар жүргізілуде."), "maintenance"),
    "maintenance in Japanese": (
        bare("お知らせ", "ただいまメンテナンス中です。しばらくお待ちください。"),
        "maintenance",
    ),
    "a consent page": (
        bare(
            "Before you continue",
            "We use cookies and data to deliver and maintain our services.",
            "<button>Accept all</button>",
        ),
        "consent",
    ),
    "a login form": (bare("Sign in", "<form><input name=u><input type=password name=p></form>"), "login"),
    "a login form in Ukrainian": (
        bare("Вхід до системи", "<form><input type=password></form>", "Введіть пароль"),
        "login",
    ),
    "a refresh to elsewhere": (
        bare("Redirect", "You should be redirected quickly.", head='<meta http-equiv=refresh content="0; url=/new">'),
        "moved",
    ),
    "a notice of another address": (bare("域名变更公告", "我网站域名已变更，正在跳转，请稍等。"), "moved"),
    "scripts to be filled in": (bare("Position on the Upper Valley", "<div id=root>Loading...</div>"), "shell"),
    "a default page": (
        bare("Welcome to nginx!", "<h1>Welcome to nginx!</h1>", "If you see this page, the web server is installed."),
        "error_page",
    ),
    "another site": (
        bare(
            "Best casino bonus",
            "Play the newest slots with a hundred free spins and win today.",
            "Our experts have ranked all casinos for you.",
        ),
        "unfamiliar",
    ),
}


@pytest.mark.parametrize("kind", sorted(BARE))
def test_what_stands_in_the_pages_place_is_held(kind, seen_page, page):
    body, reason = BARE[kind]

    assert seen_page.look(body) == f"held:{reason}"
    assert seen_page.last.verdict.facts, "a verdict shows what it rests on"
    assert seen_page.look(page()) == "unchanged", "the page is known again when it is back"


@pytest.mark.parametrize("kind", sorted(set(BARE) - {"another site", "scripts to be filled in"}))
def test_it_is_held_at_the_first_look_too(kind, history):
    body, reason = BARE[kind]

    assert history.look(body) == f"held:{reason}"


@pytest.mark.parametrize(
    ("title", "sentence", "reason"),
    [
        ("Access denied", "You are not authorized to access this page.", "error_page"),
        ("Position on the Upper Valley", "An unexpected error has occurred.", "error_page"),
        ("Position on the Upper Valley", "Loading...", "shell"),
        ("Position on the Upper Valley", "", "shell"),
        ("Position on the Upper Valley", "${pageBean.getContent}", "error_page"),
        ("Sign in", "Please sign in to continue.", "login"),
        ("Site maintenance", "We will be back soon.", "maintenance"),
    ],
)
def test_an_error_in_the_sites_own_frame_is_held(title, sentence, reason, seen_page, page):
    assert seen_page.look(page(title=title, body=[sentence], stamp="")) == f"held:{reason}"


def test_an_error_that_stays_for_weeks_never_becomes_a_revision(seen_page, page):
    outcomes = {
        seen_page.look(page(title="Page not found", body=[f"Sorry, nothing here. Request {n}."], stamp=""))
        for n in range(40)
    }

    assert outcomes == {"held:soft_404"}


def test_a_notice_that_the_page_is_being_updated_is_a_revision(seen_page, page):
    assert seen_page.look(page(body=["This page is currently being updated."])) == "changed"
    assert seen_page.look(page()) == "changed"


def test_a_redesign_with_the_same_text_is_the_page(seen_page, paragraphs):
    text = "".join(f"<div class=t>{line}</div>" for line in paragraphs)
    body = f"<html lang=en><title>Valdonia: Position on the Upper Valley</title><body><table><tr><td><a href=/>Start</a></td><td>{text}</td></tr></table></body></html>"

    assert seen_page.look(body.encode()) in ("changed", "unchanged")


def test_the_other_language_at_the_address_is_held(seen_page, page):
    russian = [
        "Министерство поддерживает мирное урегулирование спора о Верхней долине и призывает все стороны вернуться к переговорам.",
        "Оно осуждает насилие против мирных жителей во всех его формах и будет внимательно следить за положением.",
        "Заявления на въезд принимаются в рабочие дни с девяти до восемнадцати часов в каждом консульстве.",
        "Сбор составляет 60 крон, и половину для детей до двенадцати лет, которые едут с родителями.",
    ]

    body = page(
        title="Позиция по Верхней долине", body=russian, stamp="", language="ru", menu="Главная", site="МИД Вальдонии"
    )

    assert seen_page.look(body) == "held:language"


@pytest.mark.parametrize("declared", ["en", ""])
def test_it_is_held_too_where_the_page_declares_the_same_language(declared, history, page):
    russian = [
        "Министерство поддерживает мирное урегулирование спора о Верхней долине и призывает все стороны к переговорам."
    ] * 4
    assert history.look(page(language=declared)) == "new"

    assert history.look(page(title="Позиция", body=russian, stamp="", language=declared)) == "held:language"


def test_a_page_cut_off_in_its_middle_is_held(seen_page, page):
    whole = page()

    assert seen_page.look(whole[: whole.index(b"The fee is")]) == "held:half"


def test_a_page_that_never_closed_its_markup_is_not_half(history, page):
    assert history.look(page(close="")) == "new"
    assert history.look(page(close="")) == "unchanged"


def test_a_redirect_to_the_home_page_is_a_soft_404(seen_page, page):
    hops = (Hop(url="http://mfa.example/en/position", status=302, reason="", headers=(), peer=None),)

    outcome = seen_page.look(
        page(title="Home", body=["Welcome to the ministry.", "News of the day."], stamp=""),
        final_url="http://mfa.example/",
        hops=hops,
    )

    assert outcome == "held:soft_404"


def test_a_redirect_to_a_login_is_held_as_login(seen_page):
    hops = (Hop(url="http://mfa.example/en/position", status=302, reason="", headers=(), peer=None),)

    assert (
        seen_page.look(bare("Welcome", "Hello."), final_url="http://mfa.example/login?next=x", hops=hops)
        == "held:login"
    )


def test_a_constant_redirect_is_the_page_and_passes_the_gates(history, page):
    way = {
        "final_url": "https://mfa.example/en/position",
        "hops": (Hop(url="http://mfa.example/en/position", status=301, reason="", headers=(), peer=None),),
    }
    assert history.look(page(), **way) == "new"

    assert history.look(page(), **way) == "unchanged"
    assert history.last.same == "body"


@pytest.mark.parametrize(
    ("body", "content_type", "outcome"),
    [
        (b"", "text/html", "failed:empty"),
        (b" \n\t ", "text/html", "failed:empty"),
        (b"<html><body></body></html>", "text/html", "failed:empty"),
        (b"%PDF-1.4 ...", "text/html", "failed:not_html"),
        (b'{"error": "rate limited"}', "application/json", "failed:not_html"),
        (b'{"error": "rate limited"}', "text/html", "failed:not_html"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "text/html", "failed:not_html"),
        (b"no markup at all", "text/plain", "failed:not_html"),
    ],
)
def test_what_is_no_page_fails(body, content_type, outcome, seen_page):
    assert seen_page.look(body, content_type=content_type) == outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, "gone:http_404"),
        (410, "gone:http_410"),
        (403, "failed:http_403"),
        (503, "failed:http_503"),
        (206, "failed:http_206"),
    ],
)
def test_a_status_speaks_for_itself(status, outcome, seen_page, page):
    assert seen_page.look(page(), status=status) == outcome


def test_a_failure_before_any_answer_is_named(seen_page):
    assert seen_page.look(None, status=None, failure=("timeout", "30 s")) == "failed:timeout"


def test_an_address_that_was_not_asked_is_refused(seen_page):
    assert seen_page.look(None, status=None, failure=("robots", "Disallow: /"), refused=True) == "refused:robots"


def test_a_304_to_a_conditional_request_is_the_same_page(seen_page):
    assert seen_page.look(None, status=304, conditional=True) == "unchanged"
    assert seen_page.last.same == "not_modified"


def test_a_304_after_a_held_look_speaks_of_the_latest_accepted_body(seen_page):
    assert seen_page.look(BARE["maintenance"][0]) == "held:maintenance"

    assert seen_page.look(None, status=304, conditional=True) == "unchanged"


def test_a_304_that_nobody_asked_for_fails(seen_page):
    assert seen_page.look(None, status=304) == "failed:http_304"


def test_a_released_look_is_the_page_from_then_on(seen_page):
    assert seen_page.look(BARE["another site"][0]) == "held:unfamiliar"
    seen_page.memory = accepted_by_hand(seen_page.memory, seen_page.last.document, "http://mfa.example/en/position")

    assert seen_page.look(BARE["another site"][0]) == "unchanged"


def test_a_released_look_is_told_as_it_is_though_something_had_been_kept_back(seen_page, page, paragraphs):
    for names in (("Norway", "Chile", "Kenya"), ("Japan", "Peru", "Ghana"), ("Nepal", "Malta", "Cuba")):
        links = "".join(f"<li><a href='/n'>The Minister meets the envoy of {name}</a></li>" for name in names)
        seen_page.look(page(body=[*paragraphs, f"<ul>{links}</ul>"]))
    assert seen_page.look(BARE["another site"][0]) == "held:unfamiliar"
    released = seen_page.last.document
    seen_page.memory, seen_page.text = (
        accepted_by_hand(seen_page.memory, released, "http://mfa.example/en/position"),
        released.text,
    )

    assert seen_page.look(BARE["another site"][0]) == "unchanged"


def test_a_look_set_aside_by_hand_is_held_when_it_comes_again(history, page):
    assert history.look(page()) == "new"
    before = history.memory
    assert history.look(page(body=["Something wrong that only a person can see here."])) == "changed"

    history.memory = held_by_hand(before, history.last.document)

    assert history.look(page(body=["Something wrong that only a person can see here."])) == "held:by_hand"


def test_a_doubt_is_confirmed_by_three_equal_looks_over_a_day(seen_page):
    for _ in range(3):
        assert seen_page.look(BARE["another site"][0]) == "held:unfamiliar"
    first = datetime(2014, 5, 9, 1, tzinfo=UTC)

    assert not is_confirmed(seen_page.memory, first + timedelta(hours=23))
    assert is_confirmed(seen_page.memory, first + timedelta(hours=24))


def test_positive_evidence_of_an_error_page_is_never_confirmed(seen_page):
    for _ in range(5):
        assert seen_page.look(BARE["nginx's error"][0]) == "held:error_page"

    assert not is_confirmed(seen_page.memory, datetime(2015, 1, 1, tzinfo=UTC))


NEWS_OF_THE_DAY = [
    f"The minister opened the {n}th bridge over the river this morning and thanked the builders for their work."
    for n in range(12)
]


def test_the_home_page_in_the_pages_place_is_told_by_the_address_it_gives_itself(history, page):
    def with_address(body: bytes, path: str) -> bytes:
        return body.replace(b"</head>", f'<link rel="canonical" href="http://mfa.example/{path}"></head>'.encode())

    assert history.look(with_address(page(), "en/position")) == "new"
    assert history.look(with_address(page(title="Welcome", body=NEWS_OF_THE_DAY, stamp=""), "")) == "held:soft_404"


def test_the_home_page_in_the_pages_place_is_told_by_its_title(seen_page, page):
    home = (
        page(title="X", body=NEWS_OF_THE_DAY, stamp="").replace(b"<title>X | ", b"<title>").replace(b"<h1>X</h1>", b"")
    )

    assert seen_page.look(home) == "held:soft_404"


def test_an_error_that_a_long_list_of_suggestions_follows_is_held(seen_page, page):
    body = ["We could not find the page that you asked for.", *NEWS_OF_THE_DAY]

    assert seen_page.look(page(title="Ministry", body=body, stamp="")) == "held:soft_404"


def test_the_home_page_in_the_pages_place_is_told_by_a_title_without_the_pages_own_part(history, page):
    def titled(head_title: str, **more: object) -> bytes:
        start, rest = page(**more).split(b"<title>")
        return (start + f"<title>{head_title}".encode() + rest[rest.index(b"</title>") :]).replace(b"h1>", b"h3>")

    assert history.look(titled("Position: Valdonia.example : The official website")) == "new"
    home = titled(": Valdonia.example : The official website", title="Welcome", body=NEWS_OF_THE_DAY, stamp="")
    assert history.look(home) == "held:soft_404"


def test_a_page_that_calls_the_home_of_another_site_its_address_has_moved(history, page):
    def with_address(body: bytes, url: str) -> bytes:
        return body.replace(b"</head>", f'<link rel="canonical" href="{url}"></head>'.encode())

    assert history.look(with_address(page(), "http://mfa.example/en/position")) == "new"
    elsewhere = page(title="Welcome", body=NEWS_OF_THE_DAY, stamp="")
    assert history.look(with_address(elsewhere, "http://valdonia.example/")) == "held:moved"
