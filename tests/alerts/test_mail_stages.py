"""A mail server in trouble at each stage of a delivery: what is lost, what is repeated, and how long it takes."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.alerting.event import Event, PageFacts
from archive.alerting.render import Message, Rendered, render
from archive.alerting.say import Told
from scraper.alerts import bounded, mail, service
from scraper.alerts.addresses import target_name
from scraper.alerts.result import SENT, Result

AT = datetime(2014, 5, 5, 10, tzinfo=UTC)
LOGIN = "user:canary@"
GOOD = {
    "greeting": "220 here",
    "EHLO": "250-here\r\n250-AUTH PLAIN\r\n250 SIZE 1000000",
    "HELO": "250 here",
    "AUTH": "235 welcome",
    "MAIL": "250 OK",
    "DATA": "354 go on",
    "content": "250 taken",
    "QUIT": "221 bye",
    "RSET": "250 OK",
}


class Server:
    """A mail server that says at each stage what the test wants: an answer, or close, hang, drip or flood."""

    def __init__(self) -> None:
        self.says: dict[str, str] = {}
        self.context: ssl.SSLContext | None = None
        self.taken: list[list[str]] = []  # the recipients of each mail that it answered for, or read to its end
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        socket.create_connection(self._listener.getsockname()).close()
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            conn, _ = self._listener.accept()
            if self._closing.is_set():
                conn.close()
                return
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn: socket.socket) -> None:
        try:
            with conn:
                self._say(conn, "greeting")
                self._dialogue(conn)
        except OSError:
            return  # the client has gone

    def _dialogue(self, conn: socket.socket) -> None:
        stream = conn.makefile("rb")
        to: list[str] = []
        while line := stream.readline():
            words = line.decode().split()
            verb = words[0].upper()
            if verb == "RCPT":
                to.append(words[1].removeprefix("TO:").strip("<>"))
                self._say(conn, to[-1], "250 OK")
                continue
            self._say(conn, verb)
            if verb == "STARTTLS":
                assert self.context is not None
                with self.context.wrap_socket(conn, server_side=True) as tls:
                    return self._dialogue(tls)
            if verb == "DATA" and self.says.get("DATA", "354").startswith("354"):
                while stream.readline() not in (b".\r\n", b""):
                    pass
                self.taken.append([one for one in to if self.says.get(one, "250").startswith("2")])
                to = []
                self._say(conn, "content")

    def _say(self, conn: socket.socket, stage: str, usual: str = "502 what") -> None:
        said = self.says.get(stage, GOOD.get(stage, usual))
        if said == "close":
            conn.shutdown(socket.SHUT_RDWR)
        elif said == "hang":
            self._closing.wait(30)
        elif said == "drip":
            while not self._closing.wait(0.05):
                conn.sendall(b"2")
        elif said == "flood":
            while not self._closing.is_set():
                conn.sendall(b"250-and so on\r\n" * 1000)
        else:
            conn.sendall(said.encode() + b"\r\n")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def rendered() -> Rendered:
    page = PageFacts(id=1, slug="strait", title="Position", url="https://mfa.example/")
    told = Told(
        uid="a0123456789a", rule="r", event=Event(kind="gone", page=page, observation=9, at="2014-05-05T10:00:00Z")
    )
    return render(Message(uid=told.uid, kind="alert", told=(told,)), public_url="")


def send(server: Server, *, to: str = "desk@paper.example", accepted: tuple[str, ...] = (), how: str = "") -> Result:
    address = f"mailto://{LOGIN}{server.place}/?from=v@archive.example&to={to}{how}"
    return service.send(address, rendered(), at=AT, accepted=accepted)


def name(recipient: str) -> str:
    """What the archive calls a recipient."""
    return target_name(f"mailto:{recipient}")


STAGES = ("greeting", "AUTH", "MAIL", "desk@paper.example", "DATA", "content")


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("answer", "state"), [("451 later", "later"), ("554 never", "never"), ("421 bye", "later")])
def test_a_refusal_counts_by_its_first_digit_at_each_stage(server: Server, stage: str, answer: str, state: str) -> None:
    server.says[stage] = answer
    assert send(server).state == state
    server.says.clear()
    assert send(server) == SENT
    assert server.taken[-1] == ["desk@paper.example"]


@pytest.mark.parametrize("stage", [*STAGES, "EHLO"])
@pytest.mark.parametrize("what", ["close", "hang", "drip", "flood"])
def test_a_server_that_goes_silent_or_on_and_on_at_any_stage_is_tried_again_soon(
    server: Server, stage: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_S", 0.15)
    monkeypatch.setattr(mail, "QUIT_S", 0.2)
    monkeypatch.setattr(bounded, "TRY_S", 0.4)
    server.says[stage] = what
    assert send(server).state == "later"


@pytest.mark.parametrize("answer", ["421 bye", "500 what", "close", "hang"])
def test_how_a_server_says_good_bye_is_no_reason_to_send_again(
    server: Server, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "QUIT_S", 0.2)
    server.says["QUIT"] = answer
    assert send(server) == SENT


@pytest.mark.parametrize(("stage", "answer"), [("content", "252 taken, I think"), ("desk@paper.example", "252 may be")])
def test_any_answer_of_the_two_hundreds_is_a_yes(server: Server, stage: str, answer: str) -> None:
    server.says[stage] = answer
    assert send(server) == SENT


TO = "one@paper.example,two@paper.example,three@paper.example"


def test_a_server_that_closes_among_the_recipients_has_taken_the_mail_for_none_of_them(server: Server) -> None:
    server.says["two@paper.example"] = "421 too many"
    first = send(server, to=TO)
    assert (first.state, first.accepted, server.taken) == ("later", (), [])
    server.says.clear()
    assert send(server, to=TO) == SENT
    assert server.taken == [TO.split(",")]


def test_of_three_recipients_each_has_the_mail_once_and_the_hopeless_one_is_said(server: Server) -> None:
    server.says |= {"two@paper.example": "451 greylisted", "three@paper.example": "550 nobody"}
    first = send(server, to=TO)
    assert (first.state, first.accepted) == ("later", (name("one@paper.example"),))
    del server.says["two@paper.example"]
    second = send(server, to=TO, accepted=first.accepted)
    assert (second.state, second.accepted) == ("never", (name("two@paper.example"),))
    server.says.clear()
    assert send(server, to=TO, accepted=(*first.accepted, *second.accepted)) == SENT
    assert server.taken == [["one@paper.example"], ["two@paper.example"], ["three@paper.example"]]


def test_a_mail_that_everybody_has_is_not_sent_again(server: Server) -> None:
    assert send(server, to=TO, accepted=tuple(map(name, TO.split(",")))) == SENT
    assert server.taken == []


def test_a_server_without_starttls_gets_no_password_and_no_mail(server: Server) -> None:
    result = send(server, how="&mode=starttls")
    assert (result.state, result.detail) == ("later", "the mail server does not offer what the address asks for")
    assert server.taken == []


@pytest.fixture
def certified(server: Server, tmp_path: Path) -> Server:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, made = str(tmp_path / "key"), str(tmp_path / "certificate")
    how = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=elsewhere.example"]
    subprocess.run([openssl, "req", "-x509", *how, "-keyout", key, "-out", made], check=True, capture_output=True)
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(made, key)
    server.says |= {"EHLO": "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN", "STARTTLS": "220 go"}
    return server


def test_a_certificate_that_nobody_vouches_for_gets_no_mail_unless_the_address_says_so(certified: Server) -> None:
    result = send(certified, how="&mode=starttls")
    assert (result.state, "SSLCertVerificationError" in result.detail) == ("later", True)
    assert certified.taken == []
    assert send(certified, how="&mode=starttls&verify=no") == SENT


@pytest.mark.parametrize(("answer", "state"), [("454 not now", "later"), ("501 never", "never")])
def test_a_starttls_that_is_refused_sends_nothing_in_the_open(certified: Server, answer: str, state: str) -> None:
    certified.says["STARTTLS"] = answer
    assert send(certified, how="&mode=starttls").state == state
    assert certified.taken == []
