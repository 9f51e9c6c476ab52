"""Messages on their way: real servers on loopback that take them, or don't."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive import posting
from archive.alerting.rules import Rule
from scraper import deliver
from scraper.alerts.addresses import NoAddress, address_of, target_name
from scraper.deliver import Deliverer, Sender
from scraper.watchlist import AlertRule, WatchList

A, B, C = "All parties must pay.", "All parties should pay.", "All parties may pay or wait."


def watch_list(*to: str) -> WatchList:
    return WatchList(public_url="https://history.example", alerts=(AlertRule(name="all", to=to, confirm_s=0.0),))


def owe(watched: Any, *to: str, count: int = 1) -> WatchList:
    """As many alerts as are asked for, owed to these addresses."""
    found = watch_list(*to)
    names = tuple(target_name(written) for written in to)
    watched.rules = (Rule(name="all", targets=names, confirm_s=0.0),)
    watched.see("talks", 0, A)
    for number in range(count):
        watched.see("talks", number + 1, f"{B} {number}")
    return found


def deliver_now(watched: Any, found: WatchList) -> None:
    Deliverer(watched.archive.path.parent, found).deliver_now()


def messages(watched: Any) -> list[tuple[str, int, str | None]]:
    rows: list[tuple[str, int, str | None]] = watched.archive.conn.execute(
        "SELECT state, attempts, error FROM messages ORDER BY id"
    ).fetchall()
    return rows


def due_now(watched: Any) -> None:
    with watched.archive.transaction() as conn:
        conn.execute("UPDATE messages SET due_at = '2014-05-09T00:00:00Z' WHERE state = 'owed'")


def test_an_alert_is_sent_once_to_each_target_with_one_id(watched: Any, make_sink: Callable[[], Any]) -> None:
    one, two = make_sink(), make_sink()
    found = owe(watched, f"json://{one.place}/a", f"json://{two.place}/b")
    deliver_now(watched, found)
    deliver_now(watched, found)
    assert one.ids == two.ids == watched.alerts("uid")
    assert messages(watched) == [("sent", 1, None), ("sent", 1, None)]


@pytest.mark.parametrize(
    ("mode", "said"),
    [("busy", "HTTP 503"), ("broken", "HTTP 500"), ("close", "no connection, or it broke")],
)
def test_a_target_in_trouble_is_tried_again_with_the_same_id(watched: Any, sink: Any, mode: str, said: str) -> None:
    found = owe(watched, f"json://{sink.place}/hook")
    sink.mode = mode
    deliver_now(watched, found)
    assert messages(watched) == [("owed", 1, said)]
    sink.mode = "take"
    deliver_now(watched, found)
    assert messages(watched)[0][0] == "owed", "it was tried again at once"
    due_now(watched)
    deliver_now(watched, found)
    assert messages(watched) == [("sent", 2, None)]
    assert set(sink.ids) == set(watched.alerts("uid"))


def test_a_try_put_off_before_the_clock_was_set_back_waits_no_longer_than_any(watched: Any, sink: Any) -> None:
    found = owe(watched, f"json://{sink.place}/hook")
    sink.mode = "busy"
    deliver_now(watched, found)
    with watched.archive.transaction() as conn:
        conn.execute("UPDATE messages SET due_at = '2999-01-01T00:00:00Z'")
    sink.mode = "take"
    deliver_now(watched, found)
    assert messages(watched) == [("sent", 2, None)]


def test_a_server_that_is_not_there_is_tried_again(watched: Any, sink: Any) -> None:
    found = owe(watched, f"json://{sink.place}/hook")
    sink.close()
    deliver_now(watched, found)
    assert messages(watched) == [("owed", 1, "no connection, or it broke")]


def test_an_answer_that_will_never_be_right_parks_the_message_until_it_is_asked_for(watched: Any, sink: Any) -> None:
    found = owe(watched, f"json://{sink.place}/hook")
    sink.mode = "refuse"
    deliver_now(watched, found)
    assert messages(watched) == [("parked", 1, "HTTP 401")]
    sink.mode = "take"
    deliver_now(watched, found)
    assert sink.taken == []
    with watched.archive.transaction() as conn:
        assert posting.retry(conn, deliver.clock.now()) == 1
    deliver_now(watched, found)
    assert sink.ids == watched.alerts("uid")


def test_a_redirect_is_not_followed(watched: Any, sink: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            conn, _ = server.accept()
            with conn:
                conn.recv(65536)
                conn.sendall(
                    f"HTTP/1.1 302 Found\r\nLocation: http://{sink.place}/\r\nContent-Length: 0\r\n\r\n".encode()
                )

        thread = threading.Thread(target=answer)
        thread.start()
        deliver_now(watched, owe(watched, f"json://127.0.0.1:{server.getsockname()[1]}/hook"))
        thread.join()
    assert messages(watched) == [("parked", 1, "HTTP 302")]
    assert sink.taken == []


def test_a_target_that_hangs_delays_no_other(watched: Any, make_sink: Callable[[], Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(deliver, "GRACE_S", 0.2)
    hung, well = make_sink(), make_sink()
    hung.mode = "hang"
    found = owe(watched, f"json://{hung.place}/a", f"json://{well.place}/b")
    deliverer = Deliverer(watched.archive.path.parent, found)
    deliverer.start()
    assert len(well.wait(1)) == 1
    deliverer.stop()
    assert sorted(messages(watched)) == [("owed", 1, "no answer before variorum ended"), ("sent", 1, None)]


def test_a_target_that_comes_back_gets_its_alert_while_the_service_runs(
    watched: Any, sink: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "FIRST_DELAY_S", 0.1)
    found = owe(watched, f"json://{sink.place}/hook")
    sink.mode = "busy"
    deliverer = Deliverer(watched.archive.path.parent, found)
    deliverer.start()
    try:
        while not any(error for _, _, error in messages(watched)):
            time.sleep(0.02)
        sink.mode = "take"
        assert [taken.headers["Webhook-Id"] for taken in sink.wait(1)] == watched.alerts("uid")
    finally:
        deliverer.stop()
    assert messages(watched)[0][0] == "sent"


def test_what_was_under_way_when_a_process_ended_is_sent_again_with_the_same_id(watched: Any, sink: Any) -> None:
    found = owe(watched, f"json://{sink.place}/hook")
    with watched.archive.transaction() as conn:
        (post,) = posting.next_posts(conn, deliver.clock.now(), busy=())
    assert messages(watched) == [("sending", 1, None)]
    deliver_now(watched, found)
    assert sink.ids == [post.message.uid]
    assert messages(watched) == [("sent", 2, None)]


def test_a_flood_comes_as_one_summary_for_each_target(watched: Any, make_sink: Callable[[], Any]) -> None:
    one, two = make_sink(), make_sink()
    deliver_now(watched, owe(watched, f"json://{one.place}/", f"json://{two.place}/", count=120))
    for sink in (one, two):
        assert [taken.value["kind"] for taken in sink.taken] == ["summary"]
    assert {alert["id"] for alert in one.taken[0].value["alerts"]} == set(watched.alerts("uid"))


def test_a_flood_that_trickles_is_told_singly_at_first_and_then_in_few_summaries_that_are_never_late(
    watched: Any, box: Any
) -> None:
    owe(watched, "env:A")
    began = deliver.clock.now()
    sent = []
    owed_s = {watched.alerts("uid")[0]: 0}
    for second in range(600):
        at = began + timedelta(seconds=second)
        if second % 2 == 0 and second < 300:
            watched.see("talks", 10 + second, f"{C} {second}")
            owed_s[watched.alerts("uid")[-1]] = second
        with box.transaction() as conn:
            for post in posting.next_posts(conn, at, busy=()):
                sent.append((post.message.kind, second, [second - owed_s.pop(told.uid) for told in post.message.told]))
                posting.note_sent(conn, post, at)
    assert owed_s == {}
    assert [kind for kind, _, _ in sent[: posting.FLOOD]] == ["alert"] * posting.FLOOD
    assert sum(second < 300 for _, second, _ in sent) <= 35
    waits_s = sorted(wait for _, second, waits in sent if second < 80 for wait in waits)
    assert waits_s[int(0.95 * len(waits_s))] < 10


def test_messages_sent_before_the_clock_was_set_back_make_no_flood(watched: Any, box: Any) -> None:
    owe(watched, "env:A", count=posting.FLOOD + 5)
    at = deliver.clock.now()
    with box.transaction() as conn:
        conn.execute("UPDATE deliveries SET message_id = NULL")
        for number in range(posting.FLOOD):
            conn.execute(
                "INSERT INTO messages (uid, kind, rule, target, state, made_at, due_at, sent_at)"
                " VALUES (?, 'alert', 'all', 'env:A', 'sent', ?1, ?1, '2999-01-01T00:00:00Z')",
                (f"a{number}",),
            )
        (post,) = posting.next_posts(conn, at, busy=())
    assert post.message.kind == "summary"


def test_after_a_week_of_outage_nothing_is_missing_and_tries_were_few(watched: Any, box: Any) -> None:
    owe(watched, "env:A", count=30)
    at, tries = deliver.clock.now(), 0
    end = at + timedelta(days=7)
    while at < end:
        with box.transaction() as conn:
            for post in posting.next_posts(conn, at, busy=()):
                tries += 1
                posting.note_failed(conn, post, at, "HTTP 503", jitter=0.5)
        at = max(posting.next_due(box.conn) or end, at + timedelta(seconds=1))
    told = set()
    while True:
        with box.transaction() as conn:
            posts = posting.next_posts(conn, at, busy=())
            for post in posts:
                told |= {told.uid for told in post.message.told}
                posting.note_sent(conn, post, at)
        if not posts:
            break
        at += posting.WINDOW
    assert told == set(watched.alerts("uid"))
    assert 100 < tries < 250


def test_what_no_target_takes_for_two_weeks_is_parked(watched: Any, box: Any) -> None:
    owe(watched, "env:A")
    at = deliver.clock.now()
    with box.transaction() as conn:
        (post,) = posting.next_posts(conn, at, busy=())
        posting.note_failed(conn, post, at + timedelta(days=15), "HTTP 503", jitter=0.0)
    assert messages(watched) == [("parked", 1, "given up after 1 tries: HTTP 503")]


def test_a_message_that_its_target_chokes_on_lets_the_others_pass(watched: Any, box: Any) -> None:
    owe(watched, "env:A", count=2)
    at = deliver.clock.now()
    tried = []
    for _ in range(10):
        with box.transaction() as conn:
            (post,) = posting.next_posts(conn, at, busy=())
            tried.append(post.message.uid)
            posting.note_failed(conn, post, at, "HTTP 500", jitter=0.0)
        at += timedelta(hours=2)
    assert tried.count(watched.alerts("uid")[0]) == 8
    assert tried[-1] == watched.alerts("uid")[1]


def test_what_a_well_target_is_owed_waits_for_no_message_that_it_chokes_on(watched: Any, box: Any) -> None:
    owe(watched, "env:A")
    at = deliver.clock.now()
    for _ in range(8):
        with box.transaction() as conn:
            (post,) = posting.next_posts(conn, at, busy=())
            posting.note_failed(conn, post, at, "HTTP 500", jitter=0.0)
        at = posting.next_due(box.conn) or at
    watched.see("talks", 20, C)
    at -= timedelta(minutes=5)
    with box.transaction() as conn:
        (passing,) = posting.next_posts(conn, at, busy=())
        posting.note_sent(conn, passing, at)
        assert posting.next_posts(conn, at, busy=()) == []
    assert passing.message.uid == watched.alerts("uid")[1]


def test_a_recipient_that_took_a_mail_which_was_parked_for_another_does_not_get_it_again(
    watched: Any, box: Any
) -> None:
    owe(watched, "env:A")
    at = deliver.clock.now()
    with box.transaction() as conn:
        (post,) = posting.next_posts(conn, at, busy=())
        posting.note_parked(conn, post, "SMTP 550", accepted=("one@paper.example",))
        posting.retry(conn, at)
        (again,) = posting.next_posts(conn, at, busy=())
    assert again.accepted == ("one@paper.example",)


def test_a_target_that_asks_to_be_let_alone_is_let_alone_for_an_hour_at_most(watched: Any, box: Any) -> None:
    owe(watched, "env:A")
    at = deliver.clock.now()
    for asked_s, waits_s in ((120.0, 120), (86_400.0, 3600)):
        with box.transaction() as conn:
            (post,) = posting.next_posts(conn, at, busy=())
            posting.note_failed(conn, post, at, "HTTP 429", jitter=0.0, wait_s=asked_s)
        due = posting.next_due(box.conn)
        assert due is not None
        assert due - at == timedelta(seconds=waits_s)
        at = due


def test_what_is_under_way_when_a_command_ends_is_not_sent_again_at_every_start(
    watched: Any, sink: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "SOON_S", 0.3)
    sink.mode = "hang"
    found = owe(watched, f"json://{sink.place}/hook")
    deliver_now(watched, found)
    sink.mode = "take"
    deliver_now(watched, found)
    assert messages(watched) == [("owed", 1, "no answer before variorum ended")]
    assert sink.taken == []


def test_a_target_that_no_alert_names_any_more_is_parked(watched: Any) -> None:
    owe(watched, "json://127.0.0.1:9/old")
    deliver_now(watched, watch_list("json://127.0.0.1:9/new"))
    assert messages(watched) == [("parked", 1, "no alert of the watch list names this target any more")]


def test_an_address_that_no_service_reads_is_parked(watched: Any) -> None:
    deliver_now(watched, owe(watched, "nonsense://x"))
    assert messages(watched)[0][0] == "parked"


# --- signatures, services --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "key"),
    [("plain-key", b"plain-key"), (f"whsec_{base64.b64encode(b'0123456789abcdef').decode()}", b"0123456789abcdef")],
)
def test_a_web_hook_is_signed_with_id_time_and_body(
    watched: Any, sink: Any, written: str, key: bytes, monkeypatch: Any
) -> None:
    monkeypatch.setenv("HOOK_KEY", written)
    deliver_now(watched, owe(watched, f"json://{sink.place}/hook?sign=env:HOOK_KEY&+X-Extra=yes"))
    (taken,) = sink.taken
    signed = f"{taken.headers['Webhook-Id']}.{taken.headers['Webhook-Timestamp']}.".encode() + taken.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert taken.headers["Webhook-Signature"] == f"v1,{expected}"
    assert taken.headers["X-Extra"] == "yes"
    assert taken.value["id"] == taken.headers["Webhook-Id"]
    assert abs(int(taken.headers["Webhook-Timestamp"]) - time.time()) < 60


def test_a_web_hook_without_a_key_is_not_signed(watched: Any, sink: Any) -> None:
    deliver_now(watched, owe(watched, f"json://{sink.place}/hook"))
    assert "Webhook-Signature" not in sink.taken[0].headers


def test_a_missing_key_is_said_and_waited_for(watched: Any, sink: Any) -> None:
    deliver_now(watched, owe(watched, f"json://{sink.place}/hook?sign=env:NO_SUCH_KEY"))
    state, _, error = messages(watched)[0]
    assert (state, "NO_SUCH_KEY" in (error or ""), sink.taken) == ("owed", True, [])


def test_ntfy_gets_a_short_text_with_marks_and_no_picture_from_elsewhere(watched: Any, sink: Any) -> None:
    deliver_now(watched, owe(watched, f"ntfy://user:canary@{sink.place}/topic"))
    (taken,) = sink.taken
    assert taken.value["title"] == "River talks changed: 2 words added, 1 removed"
    assert "[-must-]{+should+}" in taken.value["message"]
    assert watched.alerts("uid")[0] in taken.value["message"]
    assert "github" not in str(taken.headers)


@pytest.mark.parametrize(("mode", "state"), [("refuse", "parked"), ("busy", "owed"), ("close", "owed")])
def test_the_answer_of_a_service_of_apprise_counts(watched: Any, sink: Any, mode: str, state: str) -> None:
    found = owe(watched, f"ntfy://{sink.place}/topic")
    sink.mode = mode
    deliver_now(watched, found)
    assert messages(watched)[0][0] == state


# --- addresses -------------------------------------------------------------------------------------------------------


def test_an_address_may_stand_in_the_environment_or_in_a_file_of_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL", "mailto://x")
    secret = tmp_path / "hook"
    secret.write_text("json://y\n")
    secret.chmod(0o600)
    assert address_of("env:MAIL", tmp_path) == "mailto://x"
    assert address_of("file:hook", tmp_path) == "json://y"
    secret.chmod(0o640)
    with pytest.raises(NoAddress, match="chmod 600"):
        address_of("file:hook", tmp_path)
    with pytest.raises(NoAddress, match="NOT_SET"):
        address_of("env:NOT_SET", tmp_path)


def test_the_name_of_a_target_tells_nothing_of_its_address() -> None:
    one, two = target_name("slack://T0/B0/secret"), target_name("slack://T0/B0/secret2")
    assert one.startswith("slack:")
    assert len({one, two}) == 2
    assert "secret" not in one + two
    assert target_name("env:MAIL") == "env:MAIL"


def test_whatever_a_service_raises_is_a_failed_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: Any
) -> None:
    from scraper.alerts import service

    def broken(*_: object, **__: object) -> None:
        raise KeyError("token=canary")

    monkeypatch.setattr(service, "send", broken)
    deliver_now(watched, owe(watched, "ntfy://127.0.0.1/topic"))
    assert messages(watched) == [("owed", 1, "the service failed (KeyError)")]


def test_the_sender_names_no_address_in_what_it_says(watched: Any) -> None:
    found = owe(watched, "json://user:canary@127.0.0.1:9/canary?sign=canary")
    with watched.archive.transaction() as conn:
        (post,) = posting.next_posts(conn, deliver.clock.now(), busy=())
    result = Sender(watched.archive.path.parent, found).send(replace(post))
    assert result.state == "later"
    assert "canary" not in result.detail
