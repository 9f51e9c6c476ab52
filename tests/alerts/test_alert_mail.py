"""Alerts as mail, to a real SMTP server on loopback."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from archive.alerting.event import Event, PageFacts, compared_facts
from archive.alerting.render import Message, Rendered, render
from archive.alerting.say import Told
from archive.site.language import catalogues
from scraper.alerts import mail, service
from scraper.alerts.addresses import target_name
from scraper.alerts.result import Result

AT = datetime(2014, 5, 5, 10, tzinfo=UTC)
TEXTS = {
    "en": ("Position", "All parties must pay within 30 days.", "All parties should pay within 20 days."),
    "ru": ("Позиция", "Стороны должны платить в течение 30 дней.", "Стороны могут платить в течение 20 дней."),
    "ar": ("موقف الوزارة", "يجب على الأطراف الدفع خلال 30 يوما.", "ينبغي على الأطراف الدفع خلال 20 يوما."),
}


def rendered(language: str = "en", *, title: str | None = None, new: str | None = None, code: str = "en") -> Rendered:
    name, old, later = TEXTS[language]
    later = new or later
    change = compared_facts(
        old, later, numbers=(1, 2), bounds=("2014-05-04T10:00:00Z", "2014-05-05T10:00:00Z"), silent=True
    )
    page = PageFacts(id=1, slug="strait", title=title or name, url="https://mfa.example/", language=language)
    event = Event(kind="changed", page=page, observation=9, at="2014-05-05T10:00:00Z", change=change)
    told = Told(uid="a0123456789a", rule="strait", event=event)
    message = Message(uid=told.uid, kind="alert", told=(told,))
    return render(message, public_url="https://history.example", say=catalogues()[code])


def send(mailbox: Any, what: Rendered, *, to: str = "desk@paper.example", accepted: tuple[str, ...] = ()) -> Result:
    address = f"mailto://{mailbox.place}/?from=variorum@archive.example&to={to}"
    return service.send(address, what, at=AT, accepted=accepted)


def name(recipient: str) -> str:
    """What the archive calls a recipient."""
    return target_name(f"mailto:{recipient}")


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_mail_has_the_diff_as_text_and_as_html_in_any_script(mailbox: Any, language: str) -> None:
    assert send(mailbox, rendered(language)).state == "sent"
    (mail,) = mailbox.mails
    assert TEXTS[language][0] in mail["Subject"]
    assert mail["To"] == "desk@paper.example"
    assert mail.get_content_type() == "multipart/alternative"
    for number in ("30", "20"):
        assert number in part(mail, "plain")
        assert number in part(mail, "html")
    assert "[-30-]{+20+}" in part(mail, "plain")
    assert "https://history.example/page/strait/1..2" in part(mail, "plain")
    assert f'lang="{language}"' in part(mail, "html")


def test_its_headers_name_the_alert_and_say_that_a_machine_wrote_it(mailbox: Any) -> None:
    send(mailbox, rendered())
    (mail,) = mailbox.mails
    assert mail["Message-ID"] == "<a0123456789a@archive.example>"
    assert mail["X-Variorum-Id"] == "a0123456789a"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["References"] == "<page-strait@archive.example>"
    assert mail["Date"] == "Mon, 05 May 2014 10:00:00 +0000"


def found_wrong(mail: EmailMessage) -> list[object]:
    """What a strict reader of mail finds wrong with it."""
    headers = [header for part in mail.walk() for header in part.values()]
    return [
        *(wrong for part in mail.walk() for wrong in part.defects),
        *(wrong for one in headers for wrong in one.defects),
    ]


@pytest.mark.parametrize("code", ["en", "ru"])
@pytest.mark.parametrize("language", sorted(TEXTS))
def test_what_a_server_receives_is_right_to_the_letter(mailbox: Any, language: str, code: str) -> None:
    send(mailbox, rendered(language, code=code))
    (mail,), (raw,) = mailbox.mails, mailbox.raw
    assert found_wrong(mail) == []
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()
    assert mail["List-Id"] == "<strait.alerts.archive.example>"
    assert mail["Content-Language"] == code
    assert not re.search(
        r"""(src|background|href)=["'](?!https://history\.example/)|@import|url\(""", part(mail, "html")
    )


def test_what_is_mostly_latin_can_be_read_as_it_was_sent(mailbox: Any) -> None:
    send(mailbox, rendered())
    assert b"All parties [-must-]{+should+} pay within" in mailbox.raw[0]


TITLES = ["Позиция, «Пролив»; (a)", "=?utf-8?q?Bcc:_x?=", "<a@b.example>, x", "\ud800 lone", "موقف الوزارة " * 9, "Ж" * 200,
          "a\u2028b\x85c\x0bd\x1ce", "🏛 " * 40, "x" * 300, " \t ", '"', "a\\", "=?", "co\u0301te " * 20]  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
def test_a_subject_arrives_as_it_was_written_whatever_the_page_is_called(mailbox: Any, title: str) -> None:
    what = rendered(title=title)
    assert send(mailbox, what).state == "sent"
    (mail,) = mailbox.mails
    assert mail["Subject"] == what.title
    assert found_wrong(mail) == []


def test_a_hostile_page_adds_no_header_no_recipient_and_no_second_mail(mailbox: Any) -> None:
    evil = "x\r\nBcc: victim@evil.example\r\nContent-Type: text/html\r\n\r\n<b>hi</b>\r\n.\r\nMAIL FROM:<a@b>\r\n"
    send(mailbox, rendered(title=evil, new=f"All parties should pay.\n\n{evil}"))
    (mail,) = mailbox.mails
    assert mailbox.recipients == [["desk@paper.example"]]
    assert mail.get_all("Bcc") is None
    assert mail.get_all("Content-Type") == ["multipart/alternative"] or len(mail.get_all("Content-Type") or ()) == 1
    assert "<b>hi" not in part(mail, "html")


def test_a_long_title_of_any_script_stays_one_header(mailbox: Any) -> None:
    send(mailbox, rendered(title="Позиция " * 60))
    (mail,) = mailbox.mails
    assert mail["Subject"].startswith("Позиция Позиция")
    assert "…" in mail["Subject"]


@pytest.mark.parametrize(
    ("answer", "state"), [("550 no such user", "never"), ("451 greylisted", "later"), ("452 full", "later")]
)
def test_a_recipient_that_is_refused_for_good_or_for_now(mailbox: Any, answer: str, state: str) -> None:
    mailbox.answers["desk@paper.example"] = answer
    result = send(mailbox, rendered())
    assert (result.state, result.detail) == (state, f"SMTP {answer[:3]} for 1 of 1 recipients")


def test_of_two_recipients_only_the_one_that_was_put_off_gets_it_again(mailbox: Any) -> None:
    to = "one@paper.example,two@paper.example"
    mailbox.answers["two@paper.example"] = "451 greylisted"
    first = send(mailbox, rendered(), to=to)
    assert (first.state, first.accepted) == ("later", (name("one@paper.example"),))
    mailbox.answers.clear()
    assert send(mailbox, rendered(), to=to, accepted=first.accepted).state == "sent"
    assert mailbox.recipients == [["one@paper.example"], ["two@paper.example"]]
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1


@pytest.mark.parametrize(("at_end", "state"), [("554 spam", "never"), ("451 try later", "later")])
def test_a_content_that_is_refused(mailbox: Any, at_end: str, state: str) -> None:
    mailbox.at_end = at_end
    assert send(mailbox, rendered()).state == state


def test_a_mail_server_that_is_not_there_is_tried_again(mailbox: Any) -> None:
    mailbox.place = "127.0.0.1:1"
    assert send(mailbox, rendered()) == Result(
        state="later", detail="no mail server, or it broke off (ConnectionRefusedError)"
    )


@pytest.mark.parametrize("mode", ["hang", "close", "close after greeting"])
def test_a_mail_server_that_hangs_or_hangs_up_is_tried_again(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            conn, _ = server.accept()
            with conn:
                if mode == "hang":
                    conn.recv(1)  # until the client gives up
                elif mode == "close after greeting":
                    conn.sendall(b"220 here\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        address = f"mailto://127.0.0.1:{server.getsockname()[1]}/?from=v@archive.example&to=desk@paper.example"
        assert service.send(address, rendered(), at=AT).state == "later"
        thread.join()


def test_a_password_that_a_server_does_not_take_parks_the_mail(mailbox: Any) -> None:
    address = f"mailto://user:canary@{mailbox.place}/?from=v@archive.example&to=desk@paper.example"
    result = service.send(address, rendered(), at=AT)
    assert result.state in ("never", "later")
    assert "canary" not in result.detail
    assert mailbox.mails == []


def test_what_a_page_says_never_ends_the_mail(mailbox: Any) -> None:
    what = replace(rendered(), text="a\r\n.\r\nb\n.\nc\n")
    assert send(mailbox, what).state == "sent"
    assert part(mailbox.mails[0], "plain").replace("\r\n", "\n") == "a\n.\nb\n.\nc\n"
