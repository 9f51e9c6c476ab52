"""Time stamps by a real authority: what is believed and kept, what is refused and why, and what other tools say of it."""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from archive import anchors, time_stamps
from archive.time_stamps import TimeStampWrong
from scraper.anchor import Anchorer

EXPIRED = Path(__file__).with_name("expired_since")
NOTE = "archive.example/log\n3\nDWUF2BQyWb6EB8/SxlC4Rn7eoL0pNRFZFISv5cH4kcw=\n\n— archive.example/log WRHV3TDi\n"


def configure(home: Any, authority: Any, *, root: str = "root.pem", more: str = "") -> None:
    home.anchor = f'authority = "{authority.url}"\nroot = "{authority.trust / root}"\n{more}'


def error_of(home: Any) -> str:
    """Why nothing was kept: that nothing was, is checked."""
    assert home.row("SELECT count(*) FROM time_stamps") == (0,)
    error, failures, size = home.row("SELECT error, failures, size FROM anchors")
    assert (failures, size) == (1, 0)
    return str(error)


def test_the_authority_is_asked_for_the_newest_note_and_its_answer_is_kept_beside_it(home: Any, authority: Any) -> None:
    configure(home, authority, more='policy = "1.3.6.1.4.1.99999.1"')
    home.give()
    kept = anchors.newest_time_stamp(home.archive.conn)
    assert kept is not None
    assert (kept.size, kept.authority) == (home.row("SELECT max(size) FROM checkpoints")[0], authority.url)
    assert kept.note == (home.path / "archive.checkpoint").read_text("utf-8")
    assert hashlib.sha256(kept.note.encode()).digest() in authority.questions[0]
    assert home.row("SELECT size, failures, error FROM anchors") == (kept.size, 0, None)


def test_openssl_accepts_what_is_kept(home: Any, authority: Any, tmp_path: Path) -> None:
    configure(home, authority)
    home.give()
    kept = anchors.newest_time_stamp(home.archive.conn)
    assert kept is not None
    (tmp_path / "note").write_bytes(kept.note.encode())
    (tmp_path / "tsr").write_bytes(kept.response)
    arguments = ("-in", tmp_path / "tsr", "-data", tmp_path / "note", "-CAfile", authority.trust / "root.pem")
    authority.openssl("ts", "-verify", *arguments)


def test_the_question_has_a_nonce_of_its_own_and_asks_for_certificates(authority: Any, tmp_path: Path) -> None:
    asked = [time_stamps.query(NOTE) for _ in range(3)]
    assert len({question.nonce for question in asked}) == 3
    (tmp_path / "tsq").write_bytes(asked[0].der)
    told = authority.openssl("ts", "-query", "-in", tmp_path / "tsq", "-text")
    assert f"Nonce: 0x{asked[0].nonce:X}" in told.replace("0x0", "0x")
    assert "Certificate required: yes" in told
    assert "Hash Algorithm: sha256" in told


def refusing(
    body: Callable[[Any, bytes], bytes],
) -> Callable[[Any], Callable[[bytes], tuple[int, dict[str, str], bytes]]]:
    return lambda authority: lambda question: (200, {}, body(authority, question))


REFUSED = {
    "another nonce": (
        refusing(lambda a, q: a.reply(a.other_question(digest=digest_in(q)))),
        "it answers another question than was asked",
    ),
    "another digest": (
        refusing(lambda a, q: a.reply(a.other_question(data=b"something else"))),
        "it is a time stamp of something else than this checkpoint",
    ),
    "another root": (refusing(lambda a, q: a.reply(q, signer="other")), "self-signed certificate in certificate chain"),
    "an expired certificate": (refusing(lambda a, q: a.reply(q, signer="expired")), "certificate has expired"),
    "no": (refusing(lambda a, q: a.reply(q, signer="picky")), "the authority did not grant it: rejected"),
    "garbage": (refusing(lambda a, q: b"<html>maintenance</html>"), "it is no time stamp (RFC 3161)"),
    "nothing": (refusing(lambda a, q: b""), "it is no time stamp (RFC 3161)"),
    "half of it": (refusing(lambda a, q: a.reply(q)[:700]), "it is no time stamp (RFC 3161)"),
    "more behind it": (refusing(lambda a, q: a.reply(q) + b"\0"), "it is no time stamp (RFC 3161)"),
    "too much": (refusing(lambda a, q: bytes(200_000)), "the answer has more than 131072 bytes"),
    "an error": (lambda a: lambda q: (503, {}, b"busy"), "it answered 503 Service Unavailable"),
    "a redirect": (
        lambda a: lambda q: (302, {"Location": "http://127.0.0.1:9/"}, b""),
        "it leads on to http://127.0.0.1:9/",
    ),
    "compressed": (lambda a: lambda q: (200, {"Content-Encoding": "gzip"}, b"x"), "the answer is compressed"),
}


def digest_in(question: bytes) -> str:
    """The SHA-256 that a question is about: the 32 bytes after its algorithm."""
    at = question.index(bytes.fromhex("608648016503040201"))
    return question[at + 13 :][:32].hex()


@pytest.mark.parametrize("what", REFUSED)
def test_an_answer_that_does_not_hold_is_not_kept_and_said_why(home: Any, authority: Any, what: str) -> None:
    behave, why = REFUSED[what]
    authority.behave = behave(authority)
    configure(home, authority)
    home.give()
    assert why in error_of(home)


def test_another_policy_than_the_one_asked_for_is_refused(home: Any, authority: Any) -> None:
    configure(home, authority, more='policy = "1.2.3"')
    home.give()
    assert error_of(home) == "it was made under the policy 1.3.6.1.4.1.99999.1, not 1.2.3"


def test_an_authority_that_hangs_costs_the_deadline_and_no_more(home: Any, authority: Any) -> None:
    authority.behave = authority.silent
    configure(home, authority)
    home.fetch += '\ndeadline = "1s"'
    home.give()
    assert error_of(home) == "it took longer than 1 s"


def test_what_is_under_way_ends_when_the_service_does_and_is_no_failure(home: Any, authority: Any) -> None:
    authority.behave = authority.silent
    configure(home, authority)
    anchorer = Anchorer(home.path, home.watch_list)
    anchorer.start()
    for _ in range(600):
        if authority.questions:
            break
        threading.Event().wait(0.05)
    anchorer.stop()
    assert home.row("SELECT failures, error FROM anchors") == (0, None)


def test_an_authority_behind_tls_is_believed_by_ca_file_alone(home: Any, secure_authority: Any) -> None:
    configure(home, secure_authority)
    home.give()
    assert "self-signed certificate" in error_of(home)
    home.fetch += f'\nca_file = "{secure_authority.trust / "server.pem"}"'
    home.give()
    assert home.row("SELECT count(*) FROM time_stamps") == (1,)


def test_an_address_that_may_not_be_asked_is_not(home: Any, authority: Any) -> None:
    configure(home, authority)
    home.fetch = ""
    home.give()
    assert "127.0.0.1 is a loopback address" in error_of(home)
    assert authority.questions == []


@pytest.mark.parametrize(("away_s", "word"), [(-301, "before"), (331, "after")])
def test_a_time_far_from_this_machines_is_refused(away_s: int, word: str) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with pytest.raises(TimeStampWrong, match=f"{word} this machine's"):
        time_stamps.require_now(now + timedelta(seconds=away_s), sent_at=now, received_at=now + timedelta(seconds=30))


def test_a_time_stamp_holds_when_its_signer_has_expired_since() -> None:
    """A chain is judged as of the time that is stated. The certificate in this one was valid for a minute, and is not now."""
    pytest.importorskip("rfc3161_client", reason="time stamps take the extra variorum[evidence]")
    note, roots = (EXPIRED / "note.txt").read_text("utf-8"), (EXPIRED / "root.pem").read_text()
    found = time_stamps.open_time_stamp((EXPIRED / "response.tsr").read_bytes(), note, roots=roots)
    assert found.signer == "CN=Veldania Stamp of a Minute"
    with pytest.raises(TimeStampWrong, match="something else"):
        time_stamps.open_time_stamp((EXPIRED / "response.tsr").read_bytes(), NOTE, roots=roots)


def test_a_certificate_put_in_place_of_the_signers_is_refused(authority: Any) -> None:
    """Of the same issuer, number and key, so that the signature holds by it too; but the signer names another by its digest."""
    question = time_stamps.query(NOTE)
    response = authority.reply(question.der)
    signer = x509.load_pem_x509_certificate((authority.trust / "good.pem").read_bytes())
    middle = load_pem_private_key((authority.trust / "middle.key").read_bytes(), None)
    assert isinstance(middle, EllipticCurvePrivateKey)
    builder = (
        x509.CertificateBuilder()
        .subject_name(signer.subject)
        .issuer_name(signer.issuer)
        .public_key(signer.public_key())
        .serial_number(signer.serial_number)
        .not_valid_before(signer.not_valid_before_utc)
        .not_valid_after(signer.not_valid_after_utc - timedelta(days=1))
    )
    for extension in signer.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    der = signer.public_bytes(Encoding.DER)
    twins = (builder.sign(middle, hashes.SHA256()).public_bytes(Encoding.DER) for _ in range(20_000))
    twin = next(twin for twin in twins if len(twin) == len(der))
    assert der in response
    roots = (authority.trust / "root.pem").read_text()
    with pytest.raises(TimeStampWrong, match="it does not say which certificate signed it, or says another"):
        time_stamps.open_time_stamp(response.replace(der, twin), NOTE, roots=roots)


def test_no_garbled_answer_is_anything_but_refused(authority: Any) -> None:
    question = time_stamps.query(NOTE)
    response = authority.reply(question.der)
    roots = (authority.trust / "root.pem").read_text()
    chance = random.Random(3161)
    believed = 0
    for turn in range(600):
        garbled = bytearray(response)
        at = chance.randrange(len(garbled))
        garbled[at] ^= 1 << chance.randrange(8)
        if turn % 3 == 0:
            del garbled[at : at + chance.randrange(1, 40)]
        try:
            found = time_stamps.open_time_stamp(bytes(garbled), NOTE, roots=roots, nonce=question.nonce)
        except TimeStampWrong:
            continue
        believed += 1
        assert found.signer == "CN=Veldania Stamp"  # what no signature covers: certificates that are not needed
    assert believed < 300
