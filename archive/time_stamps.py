"""Time stamps of checkpoints (RFC 3161): what an authority is asked, and whether its answer holds.

Signatures and chains are checked by the package `rfc3161-client` (extra `evidence`), imported when one is. A chain is
judged as of the time that the stamp states, so a stamp holds when its signer's certificate has expired since; nothing is
asked about revocation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from archive.bundle_verifier import Item, Wrong, inside, items, time_stamp
from archive.errors import VariorumError

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse  # type: ignore[import-not-found, unused-ignore]

MOST_BYTES = 128 * 1024  # of an answer; with a long chain they have about 10 000
CLOCKS_APART = timedelta(minutes=5)  # that the authority's time may lie outside the time of our asking
_SIGNING_CERTIFICATE = {  # the attributes by which a signer names its certificate, and the digest where none is named
    bytes.fromhex("2a864886f70d010910020c"): "sha1",
    bytes.fromhex("2a864886f70d010910022f"): "sha256",
}
_DIGESTS = {
    bytes.fromhex("2b0e03021a"): "sha1",
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
_VERIFY_ERROR = re.compile(r'Verify error: ([^"]+)|reason: "([^"]+)"')
_STATUS = ("granted", "granted with changes", "rejected", "waiting", "revocation warning", "revoked")


class TimeStampWrong(ValueError):
    """Why an answer is no time stamp of a checkpoint that can be believed, in words; who asked says of what."""


class StampingUnavailable(VariorumError):
    """The package that reads time stamps is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Time stamps need the package rfc3161-client. Install it with: pip install 'variorum[evidence]'"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What an authority is asked (TimeStampReq, DER): to stamp this note's digest, with its certificates in the answer."""

    note: str
    der: bytes
    nonce: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamp:
    """What a time stamp that holds states."""

    at: str  # UTC text, as exact as the authority made it
    policy: str  # its OID
    signer: str


def query(note: str) -> Query:
    """A new question, with a nonce of its own. Raises StampingUnavailable."""
    client = _client()
    builder = client.TimestampRequestBuilder(data=note.encode(), hash_algorithm=client.HashAlgorithm.SHA256)
    made = builder.build()
    return Query(note=note, der=made.as_bytes(), nonce=made.nonce)


def open_time_stamp(response: bytes, note: str, *, roots: str, policy: str = "", nonce: int | None = None) -> TimeStamp:
    """What a response states about this signed note, once its signature is led to one of `roots` (PEM).

    `policy` and `nonce` must be its own where they are given. Raises TimeStampWrong, StampingUnavailable.
    """
    answer = _decoded(response)
    at, digest = _stated(response)
    if digest != hashlib.sha256(note.encode()).digest():
        raise TimeStampWrong("it is a time stamp of something else than this checkpoint")
    info = answer.tst_info
    if nonce is not None and info.nonce != nonce:
        raise TimeStampWrong("it answers another question than was asked (its nonce is not ours)")
    if policy and info.policy.dotted_string != policy:
        raise TimeStampWrong(f"it was made under the policy {info.policy.dotted_string}, not {policy}")
    _verify(answer, digest, roots)
    der, signer = _signer(answer)
    if not _names(response, der):
        raise TimeStampWrong("it does not say which certificate signed it, or says another (RFC 5816)")
    return TimeStamp(at=at, policy=info.policy.dotted_string, signer=signer)


def open_by(response: bytes, note: str, trusted: Sequence[str]) -> TimeStamp:
    """As `open_time_stamp`, by any of several files of roots, of which there is one at least."""
    for roots in trusted:
        try:
            return open_time_stamp(response, note, roots=roots)
        except TimeStampWrong as error:
            wrong = error
    raise wrong


def require_now(at: datetime, *, sent_at: datetime, received_at: datetime) -> None:
    """Raises TimeStampWrong where a new stamp's time is not that of the asking, as far as both clocks can be right."""
    if not sent_at - CLOCKS_APART <= at <= received_at + CLOCKS_APART:
        away_s = (at - received_at).total_seconds()
        raise TimeStampWrong(
            f"its time is {abs(away_s):.0f} s {'after' if away_s > 0 else 'before'} this machine's: one of the clocks is wrong"
        )


def read_roots(pem: bytes) -> str:
    """A file of root certificates as text, once there is one in it. Raises TimeStampWrong, StampingUnavailable."""
    try:
        text = pem.decode("ascii")
    except UnicodeDecodeError:
        raise TimeStampWrong("it is no file of PEM certificates") from None
    _certificates(text)
    return text


def _client() -> Any:
    try:
        import rfc3161_client
    except ModuleNotFoundError as error:
        raise StampingUnavailable from error
    return rfc3161_client


def _decoded(response: bytes) -> TimeStampResponse:
    client = _client()
    try:
        answer: TimeStampResponse = client.decode_timestamp_response(_in_order(response))
    except ValueError as error:
        raise TimeStampWrong("it is no time stamp (RFC 3161)") from error
    if answer.status != 0:
        status = _STATUS[answer.status] if 0 <= answer.status < len(_STATUS) else f"status {answer.status}"
        said = "; ".join(answer.status_string)
        raise TimeStampWrong(f"the authority did not grant it: {status}{f' ({said})' if said else ''}")
    try:
        _ = answer.tst_info
    except ValueError as error:
        raise TimeStampWrong("it is no time stamp (RFC 3161)") from error
    return answer


def _stated(response: bytes) -> tuple[str, bytes]:
    try:
        return time_stamp(response)
    except Wrong as error:
        raise TimeStampWrong(f"it can't be read: {error}") from error


def _verify(answer: TimeStampResponse, digest: bytes, roots: str) -> None:
    verifier = _client().VerifierBuilder(roots=_certificates(roots)).build()
    try:
        verifier.verify(answer, digest)
    except Exception as error:  # whatever two packages and OpenSSL make of an answer that was sent to harm them
        raise TimeStampWrong(f"it is not signed by an authority that the root vouches for: {_why(error)}") from error


def _why(error: Exception) -> str:
    """OpenSSL's own word for it, where it has one."""
    found = _VERIFY_ERROR.findall(str(error))
    said = next((verify for verify, _ in found if verify), next((reason for _, reason in found), ""))
    return said or str(error)[:200] or type(error).__name__


def _certificates(pem: str) -> list[Any]:
    try:
        from cryptography.x509 import load_pem_x509_certificates
    except ModuleNotFoundError as error:
        raise StampingUnavailable from error
    try:
        return load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise TimeStampWrong("it is no file of PEM certificates") from error


def _signer(answer: TimeStampResponse) -> tuple[bytes, str]:
    """(DER, name) of the certificate that signed; the answer has it, or it would not have been verified."""
    from cryptography.x509 import load_der_x509_certificate

    (info,) = answer.signed_data.signer_infos
    for der in answer.signed_data.certificates:
        certificate = load_der_x509_certificate(der)
        if certificate.serial_number == info.serial_number and certificate.issuer == info.issuer:
            return der, certificate.subject.rfc4514_string()
    raise TimeStampWrong("the certificate that signed it is not in it")


def _names(response: bytes, certificate: bytes) -> bool:
    """Whether its signed attributes name this certificate by its digest: the package does not ask, RFC 3161, 2.4.2 does."""
    try:
        named = [
            _named(value, _SIGNING_CERTIFICATE[oid])
            for oid, value in _attributes(response)
            if oid in _SIGNING_CERTIFICATE
        ]
        return bool(named) and all(hashlib.new(name, certificate).digest() == digest for name, digest in named)
    except (ValueError, IndexError, KeyError):
        return False


def _attributes(response: bytes) -> list[tuple[bytes, bytes]]:
    """(OID, value) of the signed attributes of its one signer."""
    signers = _signed_data(response)[-1]
    (signer,) = items(signers[1])
    attributes = next(content for tag, content, _ in items(signer[1]) if tag == 0xA0)
    pairs = [items(content) for _, content, _ in items(attributes)]
    return [(oid[1], values[1]) for oid, values in pairs]


def _named(value: bytes, algorithm: str) -> tuple[str, bytes]:
    """(algorithm, digest) of the first certificate of a SigningCertificate (RFC 2634) or SigningCertificateV2 (RFC 5035)."""
    parts = items(items(inside(value, 0x30)[0][1])[0][1])
    if parts[0][0] == 0x30:  # another algorithm than the usual one
        algorithm = _DIGESTS[items(parts.pop(0)[1])[0][1]]
    return algorithm, parts[0][1]


def _signed_data(response: bytes) -> list[Item]:
    """The parts of the SignedData in a response."""
    _, token = inside(response, 0x30)
    return items(inside(inside(token[2], 0x30)[1][2], 0xA0)[0][1])


def _in_order(response: bytes) -> bytes:
    """The same response with its certificates in the order that DER asks for.

    Authorities that run OpenSSL send them in the order of their chain, and the package refuses that. No signature covers
    their order.
    """
    try:
        certificates = next(whole for tag, _, whole in _signed_data(response) if tag == 0xA0)
        content = items(certificates)[0][1]
        ordered = b"".join(sorted(whole for _, _, whole in items(content)))
    except (ValueError, IndexError, StopIteration):
        return response
    head = certificates[: len(certificates) - len(content)]
    return response.replace(certificates, head + ordered, 1)
