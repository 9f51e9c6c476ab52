"""A time-stamp authority on loopback: a real one, which runs `openssl ts` for each question, and can be made to misbehave."""

from __future__ import annotations

import ipaddress
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from archive import checkpoints
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.posting import Postbox
from archive.store import Archive
from scraper import watchlist
from scraper.anchor import Anchoring
from scraper.watchlist import WatchList

OPENSSL = shutil.which("openssl")
POLICY = "1.3.6.1.4.1.99999.1"
LONG_AGO = datetime(2014, 5, 9, 12, tzinfo=UTC)

CONFIG = """
[tsa]
default_tsa = service
[service]
serial = {folder}/{name}.serial
signer_cert = {folder}/{name}.pem
certs = {folder}/{name}-chain.pem
signer_key = {folder}/{name}.key
signer_digest = sha256
default_policy = {policy}
digests = {digests}
accuracy = secs:1
clock_precision_digits = 3
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def issue(
    name: str, by: Signer | None, *, is_ca: bool, began: datetime | None = None, ended: datetime | None = None
) -> Signer:
    """A new certificate of an invented authority, by itself or by the one above it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began or now - timedelta(days=30))
        .not_valid_after(ended or now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if not is_ca:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return Signer(certificate=builder.sign(by.key if by else key, hashes.SHA256()), key=key)


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what authorities sign with: one as it should be, one expired, one of another root, one that takes no SHA-256."""
    if OPENSSL is None:
        pytest.skip("there is no openssl to make a time-stamp authority with")
    folder = tmp_path_factory.mktemp("authority")
    root, other = issue("Veldania Root", None, is_ca=True), issue("Some Other Root", None, is_ca=True)
    middle = issue("Veldania Time Authority", root, is_ca=True)
    expired = issue(
        "Veldania Stamp 2013", middle, is_ca=False, began=LONG_AGO, ended=datetime.now(UTC) - timedelta(days=1)
    )
    signers = {
        "good": (issue("Veldania Stamp", middle, is_ca=False), [middle, root]),
        "expired": (expired, [middle, root]),
        "other": (issue("Other Stamp", other, is_ca=False), [other]),
        "picky": (issue("Picky Stamp", middle, is_ca=False), [middle]),
    }
    for name, (signer, chain) in signers.items():
        private = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(signer.pem)
        (folder / f"{name}.key").write_bytes(private)
        (folder / f"{name}-chain.pem").write_bytes(b"".join(above.pem for above in chain))
        digests = "sha512" if name == "picky" else "sha256, sha512"
        (folder / f"{name}.conf").write_text(CONFIG.format(folder=folder, name=name, policy=POLICY, digests=digests))
    private = middle.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "middle.key").write_bytes(private)
    (folder / "root.pem").write_bytes(root.pem)
    (folder / "other-root.pem").write_bytes(other.pem)
    return folder


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Authority:
    """Listens on loopback. `behave` turns a question into the answer; the default is a proper time stamp."""

    trust: Path
    tls: ssl.SSLContext | None = None
    questions: list[bytes] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.behave: Callable[[bytes], Answer] = self.good
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                outer.questions.append(asked)
                status, headers, body = outer.behave(asked)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    return  # hung up on

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self._server.server_address[1]}/tsr"

    def close(self) -> None:
        self.hold.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reply(self, question: bytes, *, signer: str = "good") -> bytes:
        with self._lock:
            asked, made = self.trust / "asked.tsq", self.trust / "made.tsr"
            asked.write_bytes(question)
            self.openssl("ts", "-reply", "-config", self.trust / f"{signer}.conf", "-queryfile", asked, "-out", made)
            return made.read_bytes()

    def other_question(self, *, data: bytes | None = None, digest: str = "") -> bytes:
        """A question of somebody else: with a nonce of its own."""
        with self._lock:
            what, made = self.trust / "other.data", self.trust / "other.tsq"
            what.write_bytes(data or b"")
            of = ["-digest", digest] if digest else ["-data", what]
            self.openssl("ts", "-query", *of, "-sha256", "-cert", "-out", made)
            return made.read_bytes()

    def good(self, question: bytes) -> Answer:
        return 200, {"Content-Type": "application/timestamp-reply"}, self.reply(question)

    def silent(self, _: bytes) -> Answer:
        self.hold.wait(60)
        return 200, {}, b""

    def openssl(self, *arguments: object) -> str:
        assert OPENSSL is not None
        done = subprocess.run([OPENSSL, *map(str, arguments)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def authority(trust: Path) -> Iterator[Authority]:
    pytest.importorskip("rfc3161_client", reason="time stamps take the extra variorum[evidence]")
    made = Authority(trust)
    yield made
    made.close()


@pytest.fixture
def secure_authority(trust: Path) -> Iterator[Authority]:
    """One behind TLS, with a certificate that only `ca_file` vouches for."""
    pytest.importorskip("rfc3161_client", reason="time stamps take the extra variorum[evidence]")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (trust / "server.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (trust / "server-and-key.pem").write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trust / "server-and-key.pem")
    made = Authority(trust, tls=context)
    yield made
    made.close()


@dataclass
class Home:
    """An archive with a key, whose log grows as it is told to."""

    path: Path
    anchor: str = ""  # the lines of the [anchor] table
    fetch: str = 'allow_addresses = ["127.0.0.1"]'
    at: datetime = LONG_AGO

    def __post_init__(self) -> None:
        self.path.mkdir(exist_ok=True)
        self._slugs: list[str] = []
        self.is_open = True
        self.archive = Archive.open(self.path, holder="test")
        checkpoints.make_key(self.path, "archive.example/log")
        self.grow()

    def grow(self) -> str:
        """One entry more, and the checkpoint of it."""
        self.at += timedelta(hours=1)
        self._slugs.append(f"page-{len(self._slugs) + 1}")
        pages = [PageSettings(slug=slug, url=f"https://ministry.example/{slug}") for slug in self._slugs]
        self.archive.sync_pages(pages, version="x/1", at=self.at)
        note = checkpoints.make_checkpoint(self.archive, at=self.at)
        assert note is not None
        return note

    @property
    def watch_list(self) -> WatchList:
        (self.path / watchlist.FILE_NAME).write_text(f"[fetch]\n{self.fetch}\n[anchor]\n{self.anchor}\n", "utf-8")
        return watchlist.load(self.path / watchlist.FILE_NAME)

    def give(self, *, force: bool = True) -> None:
        """Anchor once, as the service does."""
        anchoring = Anchoring(self.path, self.watch_list)
        box = Postbox(self.path / DATABASE)
        try:
            anchoring.anchor(box, force=force)
        finally:
            box.close()
            anchoring.close()

    def row(self, sql: str) -> Any:
        return self.archive.conn.execute(sql).fetchone()

    def close(self) -> None:
        if self.is_open:
            self.archive.close()
        self.is_open = False


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    yield made
    made.close()
