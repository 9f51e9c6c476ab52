"""Long errors and doors, whole new governments, relaunches and stubs: told by more than a phrase in a short text."""

from __future__ import annotations

import pytest

from .page_makers import FRAMES, SITES, SOME_FRAMES, bare, long_page, page_of, told

NEWS = (
    "The Minister of the Interior met the mayors of the northern districts on Monday and promised them new roads.",
    "From next spring passports will be printed in Karsk, which shortens the time of waiting to ten days.",
    "The Aliens Board received two thousand appeals last year, a third more than in the year before it.",
    "A new border post was opened near Vost in the presence of the heads of both customs services.",
    "The census begins on the first of May, and every household will receive a letter with a number.",
    "Volunteers planted nine thousand trees along the river after the flood of last autumn had been dealt with.",
)
PEOPLE = {
    "en": (
        "Minister of Finance",
        "Minister of Justice",
        "Minister of Health",
        "Minister of Defence",
        "Minister of Labour",
        "Minister of Culture",
    ),
    "fr": (
        "Ministre des Finances",
        "Garde des Sceaux",
        "Ministre de la Santé",
        "Ministre des Armées",
        "Ministre du Travail",
        "Ministre de la Culture",
    ),
    "uk": (
        "Міністр фінансів",
        "Міністр юстиції",
        "Міністр охорони здоров'я",
        "Міністр оборони",
        "Міністр праці",
        "Міністр культури",
    ),
    "ky": (
        "Каржы министри",
        "Юстиция министри",
        "Саламаттык сактоо министри",
        "Коргоо министри",
        "Эмгек министри",
        "Маданият министри",
    ),
    "zh": ("财政部部长", "司法部部长", "卫生部部长", "国防部部长", "劳动部部长", "文化部部长"),
}
NAMES = (
    ("Bo Lind", "Ada Winter", "Karl Oster", "Eva Noor", "Jon Arnesen", "Mia Falk"),
    ("Ida Holm", "Per Dahl", "Rut Aas", "Nils Berg", "Tove Lie", "Odd Moe"),
    ("Siv Krog", "Leif Ras", "Unn Vik", "Arne Tun", "Liv Rud", "Geir Sand"),
)


def _cards(language: str, names: tuple[str, ...]) -> str:
    card = '<div class="col-md-4"><div class="card minister"><img src="/p.jpg" alt=""><h4><a href="/m/1">{}</a></h4><p>{}</p></div></div>'
    return "".join(card.format(*pair) for pair in zip(names, PEOPLE[language], strict=True))


def _table(language: str, names: tuple[str, ...]) -> str:
    rows = "".join(
        f"<tr><td>{post}</td><td>{name}</td></tr>" for name, post in zip(names, PEOPLE[language], strict=True)
    )
    return f"<table>{rows}</table>"


@pytest.mark.parametrize("frame", SOME_FRAMES)
@pytest.mark.parametrize("language", PEOPLE)
@pytest.mark.parametrize("made", [_cards, _table], ids=["cards", "table"])
def test_a_whole_new_government_is_a_revision_with_every_name(made, language, frame, history):
    for number, names in enumerate(NAMES):
        history.looks += 24 * 100
        assert history.look(page_of(language, frame, body=[made(language, names)])) == ("changed" if number else "new")
        assert [name for name in names if name not in history.text] == []


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("title", ["Page not found", "Sorry, we could not find that page", "404"])
def test_an_error_with_long_news_below_it_is_held(title, frame, history):
    history.look(long_page("en", frame, count=20))
    news = [f"<div class='item'><h3><a href='/n'>{line[:40]}</a></h3><p>{line}</p></div>" for line in NEWS]

    assert history.look(
        page_of(
            "en", frame, title=title, body=["The page you asked for is not here. Perhaps one of these helps:", *news]
        )
    ).startswith("held:")


@pytest.mark.parametrize("frame", FRAMES)
def test_a_consent_page_of_many_paragraphs_is_held(frame, history):
    history.look(long_page("en", frame, count=20))
    text = [
        "Before you continue",
        "We and our 814 partners store and access information on your device, such as cookies, and process personal data.",
        "With your permission we and our partners may use precise geolocation data and identification through device scanning.",
        "You may click to consent to this processing, or reject all, or see more detailed information and change your preferences.",
        "<button>Accept all</button><button>Reject all</button><button>Manage options</button>",
    ]

    assert history.look(bare("Your privacy", *text)).startswith("held:")


LONG_BARE = {
    "challenge with questions": bare(
        "Attention Required!", "<h1>One more step</h1>", "<h2>Please complete the security check to access norland.example</h2>", "<h2>Why do I have to complete a CAPTCHA?</h2>",
        "Completing the CAPTCHA proves you are a human and gives you temporary access to the web property.", "<h2>What can I do to prevent this in the future?</h2>",
        "If you are on a personal connection, like at home, you can run an anti-virus scan on your device to make sure it is not infected with malware.",
        "If you are at an office or shared network, you can ask the network administrator to run a scan across the network looking for misconfigured or infected devices.",
    ),
    "host error with columns": bare(
        "norland.example | 522: Connection timed out", "<h1>Connection timed out Error code 522</h1>", "<div>You Browser Working</div><div>Karsk Edge Working</div><div>norland.example Host Error</div>",
        "<h2>What happened?</h2>", "The initial connection between the edge network and the origin web server timed out. As a result, the web page can not be displayed.",
        "<h2>What can I do?</h2>", "If you're a visitor of this website: Please try again in a few minutes.", "If you're the owner of this website: Contact your hosting provider letting them know your web server is not completing requests.",
    ),
    "IIS long": bare(
        "404 - File or directory not found.", "<h1>Server Error</h1>", "<fieldset><h2>404 - File or directory not found.</h2><h3>The resource you are looking for might have been removed, had its name changed, or is temporarily unavailable.</h3></fieldset>",
    ),
    "old IE page": bare(
        "The page cannot be found", "<h1>The page cannot be found</h1>", "The page you are looking for might have been removed, had its name changed, or is temporarily unavailable.", "<hr>", "Please try the following:",
        "<ul><li>If you typed the page address in the Address bar, make sure that it is spelled correctly.</li><li>Click the Back button to try another link.</li></ul>", "<h2>HTTP 400 - Bad Request</h2>", "Internet Information Services",
    ),
    "old PHP listing": b"<html><body><br />\n<b>Warning</b>:  include(/home/www/conf/db.php): failed to open stream: Permission denied in <b>/home/www/index.php</b> on line <b>3</b><br />\n<br />\n<b>Warning</b>:  Cannot modify header information - headers already sent by (output started at /home/www/index.php:3) in <b>/home/www/lib.php</b> on line <b>88</b><br />\n</body></html>",
    "gbk interstitial": '<html><head><script>function go(){location.href="/page?adkey=81f2"}</script></head><body onload="go()">正在进行安全检查，请稍候</body></html>'.encode("gbk"),
    "gbk move": '<html><head><meta http-equiv="refresh" content="10;url=http://new.example/"><title>网站迁移</title></head><body>本网站域名已变更，10秒后自动跳转到新网站</body></html>'.encode("gbk"),
    "cp1251 hosting": '<html><head><title>Сайт отключен</title></head><body><h1>Сайт отключён</h1><p>Обслуживание сайта приостановлено. Если вы владелец сайта, обратитесь в службу поддержки хостинга.</p></body></html>'.encode("cp1251"),
    "shell with noscript": b'<!doctype html><html lang="en"><head><title>Entry and residence rules - Ministry of the Interior of Norland</title><meta name="description" content="Entry and residence rules of Norland"></head><body><noscript><h1>This site needs JavaScript</h1><p>Please enable JavaScript in the settings of your browser and load the page again.</p></noscript><div id="__next"></div><script src="/_next/static/main.js"></script></body></html>',
    "shell with skeleton": b'<!doctype html><html lang="en"><head><title>Entry and residence rules</title></head><body><div id="app"><div class="skeleton"></div><div class="skeleton"></div><p>Loading content, please wait...</p></div><script src="/app.js"></script></body></html>',
    "leaked template": bare("${page.title}", "<h1>{{ page.heading }}</h1>", "<p>{{ page.body }}</p>", "<%= footer %>"),
    "sso in German": bare("Anmeldung", "<h1>Zentrale Anmeldung</h1>", "<form><label>Benutzerkennung<input name=u></label><label>Passwort<input type=password name=p></label><button>Anmelden</button></form>", "Bitte schließen Sie nach der Nutzung Ihren Browser."),
    "archive of a national library": bare("Not in archive", "<h1>This page is not in the web archive</h1>", "The URL norland.example/rules has not been captured. Try the live web."),
    "court seizure": bare("This domain has been seized", "<h1>This domain has been seized</h1>", "This domain has been seized by the Federal Bureau under a warrant issued by the District Court of Karsk."),
    "hacked": bare("Hacked", "<h1>Hacked by d4rk_v0st</h1>", "Greetz to all. Your security is zero."),
}  # fmt: skip


@pytest.mark.parametrize("name", LONG_BARE)
def test_a_long_page_in_its_place_is_refused(name, history):
    history.look(long_page("en", "drupal", count=20))

    assert history.look(LONG_BARE[name]).startswith(("held:", "failed:"))


@pytest.mark.parametrize("name", [name for name in LONG_BARE if name not in ("court seizure", "hacked")])
def test_a_long_page_in_its_place_is_refused_at_the_first_look(name, history):
    assert history.look(LONG_BARE[name]).startswith(("held:", "failed:"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tables", "bootstrap"),
        ("divs", "semantic"),
        ("aspx", "drupal"),
        ("drupal", "bootstrap"),
        ("bootstrap", "semantic"),
    ],
)
@pytest.mark.parametrize("language", ["en", "de", "ru", "ar", "zh", "ja", "el", "kk", "hu"])
def test_a_relaunch_with_half_its_text_rewritten_is_shown_at_once(language, old, new, history):
    site = SITES[language]
    history.look(long_page(site, old, count=16))
    body = [*site.body, *(f"{n}. {site.body[n % 5]} {site.title} {n * 11}." for n in range(1, 9))]

    assert history.look(page_of(site, new, body=body, head=f"{site.name}: {site.title}")) == "changed"


@pytest.mark.parametrize("frame", ["divs", "drupal", "bootstrap", "semantic"])
@pytest.mark.parametrize("language", ["en", "pt", "sr", "th", "he"])
def test_a_print_view_with_the_same_text_is_no_change_of_wording(language, frame, history):
    site = SITES[language]
    history.look(long_page(site, frame, count=16))
    first = history.text
    body = first.split("\n\n")[1:]

    outcome = history.look(
        bare(
            f"{site.title} - {site.name}",
            f"<h1>{site.title}</h1>",
            *[f"<p>{line}</p>" for line in body if line != site.title],
            language=language,
        )
    )

    assert outcome in ("unchanged", "changed")
    assert not told(first, history.text)


@pytest.mark.parametrize("language", ["en", "fr", "ru", "zh"])
def test_two_error_pages_with_other_incident_numbers_leave_the_text_alone(language, history):
    history.look(page_of(language, "drupal"))
    first = history.text
    for number in ("88000110-55501", "88000110-99213"):
        assert history.look(bare("Access Denied", "<h1>Access Denied</h1>", f"Incident ID: {number}")).startswith(
            "held:"
        )

    assert history.look(page_of(language, "drupal")) == "unchanged"
    assert history.text == first
