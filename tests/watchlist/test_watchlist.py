"""Reading, refusing and extending the watch list."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.model import Rules
from scraper import watchlist
from scraper.watchlist import NoWatchList, PageRefused, WatchListError, add_page, load, parse, slug_for, starter

FULL = """
contact = "archive@example.org"
public_url = "https://history.example.org/"
[defaults]
cron = "15 7 * * mon-fri"
timezone = "Asia/Almaty"
[fetch]
delay = "2s"
back_off = "5m"
deadline = "20s"
max_body = "5MB"
allow_addresses = ["127.0.0.1:8000", "10.0.0.0/8", "[::1]:9"]
robots = false
full_every = 12
fetcher = "browser"
executor = "dask://127.0.0.1:8786"
ca_file = "ca.pem"
[[page]]
slug = "middle-east"
url = "https://mfa.example/en/position"
select = "article"
ignore = [".share", ".views"]
language = "en"
timezone = "Asia/Almaty"
date_order = "dmy"
statement = "settlement"
tags = ["mfa"]
was = ["position"]
every = "90s"
fetcher = "http"
confirm = "0"
proxy = "http://proxy.example:3128"
[[page]]
slug = "second"
url = "http://министерство.example/"
[[alert]]
name = "negotiations"
pages = ["middle-east"]
tags = ["mfa"]
on = ["changed", "silent"]
phrases = ["Road map"]
kinds = ["number"]
to = ["env:VARIORUM_MAIL", "json://127.0.0.1:9000/hook"]
digest = "daily"
confirm = "5m"
"""

PAGE = '[[page]]\nslug = "a"\nurl = "https://a.example/"\n'


def problems(text: str) -> list[str]:
    with pytest.raises(WatchListError) as caught:
        parse(text)
    return str(caught.value).splitlines()


def test_every_key_of_the_design_is_read() -> None:
    found = parse(FULL)
    page, second = found.pages
    assert found.contact == "archive@example.org"
    assert found.public_url == "https://history.example.org"
    assert found.fetch == watchlist.FetchSettings(
        delay_s=2,
        back_off_s=300,
        deadline_s=20,
        max_body_bytes=5_000_000,
        allow_addresses=("127.0.0.1:8000", "10.0.0.0/8", "[::1]:9"),
        robots=False,
        full_every=12,
        fetcher="browser",
        executor="dask://127.0.0.1:8786",
        ca_file="ca.pem",
    )
    assert page.rules == Rules(
        select="article", ignore=(".share", ".views"), language="en", timezone="Asia/Almaty", date_order="dmy"
    )
    assert (page.statement, page.tags, page.was, page.proxy) == (
        "settlement",
        ("mfa",),
        ("position",),
        "http://proxy.example:3128",
    )
    assert (page.cadence.every_s, page.fetcher, page.confirm_s) == (90, "http", 0)
    assert (second.fetcher, second.confirm_s, second.rules) == ("browser", None, Rules())
    assert found.alerts == (
        watchlist.AlertRule(
            name="negotiations",
            pages=("middle-east",),
            tags=("mfa",),
            on=("changed", "silent"),
            phrases=("Road map",),
            kinds=("number",),
            to=("env:VARIORUM_MAIL", "json://127.0.0.1:9000/hook"),
            digest="daily",
            timezone="Asia/Almaty",
            confirm_s=300,
        ),
    )


def test_slug_and_url_are_enough() -> None:
    (page,) = parse(PAGE).pages
    assert (page.slug, page.cadence.every_s, page.fetcher) == ("a", 21600, "http")


def test_an_empty_file_watches_nothing() -> None:
    assert parse("") == watchlist.WatchList()


def test_a_watch_list_can_go_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(parse(FULL))) == parse(FULL)  # noqa: S301 our own bytes


def test_the_zone_of_the_schedule_is_not_taken_for_that_of_the_pages_stamps() -> None:
    (page,) = parse('[defaults]\ncron = "0 9 * * *"\ntimezone = "Europe/Paris"\n' + PAGE).pages
    assert page.rules.timezone == ""
    assert page.due(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 1, 8, tzinfo=UTC)


def test_a_pages_own_cron_line_is_meant_in_the_pages_own_zone() -> None:
    page = PAGE + 'cron = "0 9 * * *"\ntimezone = "Asia/Almaty"\n'
    (read,) = parse('[defaults]\ntimezone = "Europe/Paris"\n' + page).pages
    assert read.due(datetime(2014, 5, 9, tzinfo=UTC)) == datetime(2014, 5, 9, 3, tzinfo=UTC)


def test_an_interval_counts_from_the_last_look_and_jitter_is_added() -> None:
    (page,) = parse(PAGE).pages
    assert page.due(datetime(2026, 1, 1, tzinfo=UTC), jitter_s=30) == datetime(2026, 1, 1, 6, 0, 30, tzinfo=UTC)


def test_a_naive_time_is_refused() -> None:
    (page,) = parse(PAGE).pages
    with pytest.raises(ValueError, match="naive"):
        page.due(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("contcat = 'x'", 1, "contcat", "did you mean contact?"),
        ("\nevery = '6h'", 2, "every", "belongs into the table [defaults]"),
        ("robots = true", 1, "robots", "belongs into the table [fetch]"),
        ("[fetch]\ndelya = '1s'", 2, "fetch.delya", "did you mean delay?"),
        ("[fetch]\ndelay = 1", 2, "fetch.delay", "must be text in quotes, not a number"),
        ("[fetch]\nrobots = 'no'", 2, "fetch.robots", "true or false"),
        ("[fetch]\nfull_every = true", 2, "fetch.full_every", "whole number"),
        ("[fetch]\nfull_every = 0", 2, "fetch.full_every", "whole number from 1"),
        ("[fetch]\nmax_body = '10 bananas'", 2, "fetch.max_body", "not a size"),
        ("[fetch]\nmax_body = '10mb'", 2, "fetch.max_body", "not a size"),
        ("[fetch]\nmax_body = '0MB'", 2, "fetch.max_body", "more than 0"),
        ("[fetch]\ndeadline = '0s'", 2, "fetch.deadline", "longer than 0"),
        ("[fetch]\nallow_addresses = '127.0.0.1'", 2, "fetch.allow_addresses", "must be a list"),
        (
            "[fetch]\nallow_addresses = [\n'10.0.0.0/8',\n'10.0.0.1/8']",
            4,
            "fetch.allow_addresses",
            "mean '10.0.0.0/8'?",
        ),
        ("[fetch]\nallow_addresses = ['localhost:80']", 2, "fetch.allow_addresses", "no address or network"),
        ("[fetch]\nallow_addresses = ['127.0.0.1:99999']", 2, "fetch.allow_addresses", "no address or network"),
        ("[fetch]\nallow_addresses = ['::1:80x']", 2, "fetch.allow_addresses", "no address or network"),
        ("[fetch]\nexecutor = 'dask'", 2, "fetch.executor", "dask://"),
        ("[fetch]\nfetcher = 'browsr'", 2, "fetch.fetcher", "did you mean 'browser'?"),
        ("[[fetch]]\n", 1, "fetch", "single brackets"),
        ("[page]\nslug = 'a'", 1, "page", "double brackets"),
        ("page = ['a']", 1, "page", "double brackets"),
        ("contact = 'a\\u0020b\u00e9'", 1, "contact", "ASCII"),
        ('contact = "a\\r\\nX: y"', 1, "contact", "one line"),
        ("public_url = 'https://a.example/?x'", 1, "public_url", "without ?"),
        ("[defaults]\nevery = '6 hours'", 2, "defaults.every", 'as in "90s" or "6h"'),
        ("[defaults]\nevery = '0s'", 2, "defaults.every", "longer than 0"),
        ("[defaults]\ncron = '0 0 31 2 *'", 2, "defaults.cron", "never comes due"),
        ("[defaults]\ncron = '0 0 * * 1'", 2, "defaults.cron", "write names"),
        ("[defaults]\nevery = '6h'\ncron = '0 0 * * *'", 3, "defaults.cron", "can't both be set"),
        ("[defaults]\ntimezone = 'Almaty'", 2, "defaults.timezone", "did you mean 'Asia/Almaty'?"),
        ("[defaults]\ntimezone = 'Asia/Almata'", 2, "defaults.timezone", "did you mean 'Asia/Almaty'?"),
        ("[defaults]\ntimezone = '../../etc/passwd'", 2, "defaults.timezone", "no time zone"),
        ("[defaults]\ntimezone = 'Europe'", 2, "defaults.timezone", "no time zone"),
        ("[defaults]\ntimezone = ''", 2, "defaults.timezone", "no time zone"),
        (PAGE + "selct = 'p'", 4, "page.selct", "did you mean select?"),
        (PAGE + "select = 'p:::x'", 4, "page.select", "not a CSS selector"),
        (PAGE + "select = '//div'", 4, "page.select", "not a CSS selector"),
        (PAGE + "select = 'p::before'", 4, "page.select", "not a CSS selector"),
        (PAGE + "select = ' '", 4, "page.select", "is empty"),
        (PAGE + "ignore = [\n'.a',\n'.b[', '.c']", 6, "page.ignore", "not a CSS selector"),
        (PAGE + "ignore = '.a'", 4, "page.ignore", "must be a list"),
        (PAGE + "tags = ['a', 3]", 4, "page.tags", "must be text"),
        (PAGE + "language = 'english language'", 4, "page.language", "language tag"),
        (PAGE + "date_order = 'dym'", 4, "page.date_order", "dmy, mdy, ymd"),
        (PAGE + "was = ['a']", 4, "page.was", "taken by line 2"),
        (PAGE + "proxy = 'socks5://p.example:1'", 4, "page.proxy", "http://"),
        (PAGE + "proxy = 'https://p.example:1'", 4, "page.proxy", "must be http://"),
        (PAGE + "every = 2026-01-01", 4, "page.every", "not a date"),
        (PAGE + PAGE, 5, "page.slug", "taken by line 2"),
        ("[[page]]\nslug = 'a'", 1, "page.url", "is missing"),
        ("[[page]]\nslug = 'A b'\nurl = 'https://a.example'", 2, "page.slug", "hyphens"),
        ("[[page]]\nslug = 'a--b'\nurl = 'https://a.example'", 2, "page.slug", "hyphens"),
        (f"[[page]]\nslug = '{'a' * 65}'\nurl = 'https://a.example'", 2, "page.slug", "at most 64"),
        ("[[alert]]\nname = 'a'\nto = ['nowhere']", 3, "alert.to", "no alert address"),
        ("[[alert]]\nname = 'a'\nto = []", 3, "alert.to", "names no address"),
        ("[[alert]]\nname = 'a'", 1, "alert.to", "is missing"),
        (PAGE + "[[alert]]\nname='x'\nto=['env:A']\npages=['b']", 7, "alert.pages", "no page has the page 'b'"),
        (
            PAGE + "tags=['mfa']\n[[alert]]\nname='x'\nto=['env:A']\ntags=['mfo']",
            8,
            "alert.tags",
            "did you mean 'mfa'?",
        ),
        ("[[alert]]\nname='x'\nto=['env:A']\nkinds=['nmber']", 4, "alert.kinds", "did you mean 'number'?"),
        ("[[alert]]\nname='x'\nto=['env:A']\non=['chnged']", 4, "alert.on", "did you mean 'changed'?"),
        ("[[alert]]\nname='x'\nto=['env:A']\n[[alert]]\nname='x'\nto=['env:A']", 5, "alert.name", "earlier alert"),
        ('"a\\nb" = 1', 1, r"'a\nb'", "unknown key"),
    ],
)
def test_a_wrong_value_is_named_with_its_line_and_mend(text: str, line: int, key: str, says: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(f"variorum.toml:{line}: {key}: ")
    assert says in problem


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://a.example/", "http://"),
        ("a.example/page", "http://"),
        ("javascript:alert(1)", "http://"),
        ("https://", "no proper host"),
        ("https:///path", "no proper host"),
        ("https://a..example/", "no proper host"),
        ("https://-a.example/", "no proper host"),
        ("https://[::1", "no address"),
        ("https://[zz]/", "no"),
        ("https://a.example:99999/", "no address"),
        ("https://a.example:0/", "no proper host"),
        ("https://user:secret@a.example/", "password"),
        ("https://user@a.example/", "password"),
        ("https://user:secret@[a.example/", "password"),
        ("https://user:sec/secret@a.example/", "password"),
        ("https://user:ret secret@a.example/", "password"),
        ("user:secret@a.example", "password"),
        ("https://a.example/a b", "space"),
        ("https://a.example/\\u0000", "space or control"),
        ("https://a.example/\\r\\nHost: b", "space or control"),
        ("https://a.example\\\\@b.example/", "user name"),
        ("https://a.example/#part", "#"),
        ("", "is empty"),
    ],
)
def test_an_address_that_cant_be_asked_is_refused(url: str, says: str) -> None:
    (problem,) = problems(f'[[page]]\nslug = "a"\nurl = "{url}"\n')
    assert problem.startswith("variorum.toml:3: page.url: ")
    assert says in problem
    assert "secret" not in problem


@pytest.mark.parametrize(
    "url", ["http://a.example", "https://a.example:8443/x?y=1&z=%20", "http://127.0.0.1:8000/", "http://[::1]:8/"]
)
def test_proper_addresses_are_taken_as_they_are(url: str) -> None:
    assert parse(f'[[page]]\nslug = "a"\nurl = "{url}"\n').pages[0].url == url


def test_every_error_is_listed_in_the_order_of_the_lines() -> None:
    found = problems("[fetch]\ndelay = 1\nrobot = true\n" + PAGE + "select = '['\n" + PAGE)
    assert [problem.split(":")[1] for problem in found] == ["2", "3", "7", "9"]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('contact = "a', "variorum.toml:1: TOML: "),
        ("a = 1\na = 2", "variorum.toml:2: TOML: "),
        ("a = 1\n\nb = = 2", "variorum.toml:3: TOML: "),
        ("a = [1,\n2", "variorum.toml:2: TOML: "),
        ("a = " + "[" * 5000 + "]" * 5000, "variorum.toml:1: file: has brackets nested too deeply"),
        ("a = " + "9" * 5000, "variorum.toml:1: TOML: "),
    ],
)
def test_broken_toml_is_shown_with_its_line(text: str, start: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(start)


def test_a_syntax_error_names_the_column() -> None:
    assert problems("a = 1\nb = = 2") == ["variorum.toml:2: TOML: Invalid value, at column 5"]


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoWatchList, match="variorum init"):
        load(tmp_path / "variorum.toml")


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WatchListError, match="can't be read"):
        load(tmp_path)


def test_a_file_in_another_encoding_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "variorum.toml"
    path.write_bytes("# a\n# \xe9\n".encode("latin-1"))
    with pytest.raises(WatchListError, match=r"variorum\.toml:2: file: is not UTF-8"):
        load(path)


def test_a_byte_order_mark_and_dos_line_ends_are_no_error(tmp_path: Path) -> None:
    path = tmp_path / "variorum.toml"
    path.write_bytes(b"\xef\xbb\xbf" + PAGE.replace("\n", "\r\n").encode())
    assert load(path).pages[0].slug == "a"


@pytest.mark.parametrize(
    ("content", "said"), [(None, "can't be read (No such file or directory)"), ("no PEM", "has no certificate in it")]
)
def test_a_file_of_certificates_that_is_of_no_use_is_refused_with_its_line(
    tmp_path: Path, content: str | None, said: str
) -> None:
    path, certificates = tmp_path / "variorum.toml", tmp_path / "ca.pem"
    path.write_text(f'[fetch]\nca_file = "{certificates}"\n', "utf-8")
    if content is not None:
        certificates.write_text(content, "utf-8")
    with pytest.raises(WatchListError) as refused:
        load(path)
    assert str(refused.value).startswith(f"{path}:2: fetch.ca_file: {certificates} {said}")


def test_a_bad_file_exits_with_1() -> None:
    with pytest.raises(WatchListError) as caught:
        parse("x = 1")
    assert caught.value.exit_code == 1


def test_the_starter_file_is_valid_and_begins_with_the_statement() -> None:
    found = parse(starter())
    first = found.pages[0]
    assert first.url == "http://www.mfa.kz/en/content-view/pozitsiya-rk-po-bvu"
    assert (first.rules.timezone, first.rules.date_order) == ("Asia/Almaty", "dmy")
    assert "variorum move" in starter()


def test_what_the_starter_file_offers_in_comments_is_valid_too() -> None:
    keys = [line[2:] if line.startswith(("# ", "#\t")) and " = " in line else line for line in starter().splitlines()]
    text = "\n".join(line.removeprefix("# ") if line in ("# [[alert]]", "# [anchor]") else line for line in keys)
    found = parse(text.replace('"6h"                  #', '"6h" #'))
    assert found.alerts[0].phrases == ("State of Palestine", "Road map")
    assert found.anchor is not None
    assert found.anchor.directory == "/mnt/elsewhere/checkpoints"


def test_adding_a_page_keeps_every_byte_before_it() -> None:
    text = starter().replace("\n", "\r\n")
    longer = add_page(text, url="https://a.example/x", slug="x", ignore=[".share"], select="article")
    assert longer.startswith(text)
    assert "\n" not in longer.replace("\r\n", "")
    added = parse(longer).pages[-1]
    assert (added.slug, added.url, added.rules.select, added.rules.ignore) == (
        "x",
        "https://a.example/x",
        "article",
        (".share",),
    )


def test_adding_to_a_file_without_a_last_line_end_works() -> None:
    assert [page.slug for page in parse(add_page(PAGE.rstrip(), url="https://b.example/", slug="b")).pages] == [
        "a",
        "b",
    ]


def test_awkward_values_survive_being_added() -> None:
    selector = 'p[title="a\\\\b"], a[href*="\'"]'
    assert parse(add_page("", url="https://b.example/", select=selector)).pages[0].rules.select == selector


def test_a_slug_is_made_where_none_is_given_and_is_unique() -> None:
    text = add_page(add_page("", url="https://b.example/en/p"), url="https://b.example/en/p")
    assert [page.slug for page in parse(text).pages] == ["b-example-en-p", "b-example-en-p-2"]


def test_a_page_that_cant_be_added_is_refused_with_every_reason() -> None:
    with pytest.raises(PageRefused) as caught:
        add_page(PAGE, url="ftp://b.example/", slug="a", every="soon", colour="red")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["colour", "every", "slug", "url"]
    assert caught.value.exit_code == 2


def test_nothing_is_added_to_a_file_that_is_invalid() -> None:
    with pytest.raises(WatchListError):
        add_page("x = 1", url="https://b.example/")


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("http://www.mfa.kz/en/content-view/pozitsiya-rk-po-bvu", "mfa-kz-en-pozitsiya-rk-po-bvu"),
        ("https://mfa.example/", "mfa-example"),
        ("https://mfa.example/Politique%20Étrangère.aspx", "mfa-example-politique-etrangere"),
        ("https://министерство.рф/позиция", "page"),
        ("https://mfa.example/i.php?id=5&lang=ru", "mfa-example-i-id-5-lang-ru"),
        ("https://mfa.example/" + "word-" * 30, "mfa-example-word-word-word-word-word-word-word-word-word-word"),
        ("https://" + "a" * 63 + ".example/b", "a" * 63),
    ],
)
def test_slugs_tell_host_language_and_page(url: str, slug: str) -> None:
    assert slug_for(url) == slug
    assert len(slug) <= 64


def test_a_number_at_the_end_of_a_long_slug_keeps_within_the_limit() -> None:
    url = "https://" + "a" * 60 + ".example/"
    first = slug_for(url)
    assert len(slug_for(url, {first})) <= 64


def test_reading_a_watch_list_loads_none_of_the_heavy_packages() -> None:
    heavy = "{'apscheduler', 'requests', 'datasette', 'sqlite_utils', 'tomlkit', 'bs4'}"
    code = f"import sys; from scraper.watchlist import parse; parse(''); print({heavy} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
