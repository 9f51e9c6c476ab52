"""TLS: verified, recorded, and refused where it can't be verified. Certificates are made for the run with openssl."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ca.pem, and signed by it good.pem (127.0.0.1) and other.pem (other.example), each with its .key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make certificates with")
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*args: str) -> None:
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=folder)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    usage = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    openssl(
        "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test authority", *usage
    )
    for name, alternative in (("good", "IP:127.0.0.1"), ("other", "DNS:other.example")):
        (folder / f"{name}.ext").write_text(f"subjectAltName={alternative}\n")
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                f"{name}.pem", "-days", "2", "-extfile", f"{name}.ext")  # fmt: skip
    return folder


def context(certificates: Path, name: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    return made


def test_a_verified_connection_is_recorded_and_kept(start_server, new_fetcher, certificates: Path) -> None:
    server = start_server(tls=context(certificates, "good"))
    url = server.page(lambda talk: talk.ok(b"secret"))
    fetcher = new_fetcher(ca_file=str(certificates / "ca.pem"))
    captures = [fetcher.fetch(url, now=lambda: NOW) for _ in range(3)]
    leaf = sha256(ssl.PEM_cert_to_DER_cert((certificates / "good.pem").read_text())).hexdigest()
    for capture in captures:
        assert (capture.failure, capture.body, capture.peer) == (None, b"secret", f"127.0.0.1:{server.port}")
        assert (capture.tls.version, capture.tls.chain_sha256, capture.tls.verified) == ("TLSv1.3", (leaf,), True)
        assert capture.tls.cipher.startswith("TLS_")
    assert server.connections == 1


@pytest.mark.parametrize(
    ("name", "trusted", "detail"),
    [("good", False, "unable to get local issuer certificate"), ("other", True, "IP address mismatch")],
)
def test_a_certificate_that_cannot_be_verified_is_a_tls_failure(
    start_server, new_fetcher, certificates: Path, name: str, trusted: bool, detail: str
) -> None:
    server = start_server(tls=context(certificates, name))
    fetcher = new_fetcher(ca_file=str(certificates / "ca.pem") if trusted else "")
    capture = fetcher.fetch(server.page(lambda talk: talk.ok()), now=lambda: NOW)
    assert (capture.failure[0], capture.tls.verified, capture.status) == ("tls", False, None)
    assert detail in capture.failure[1]
    assert server.talks == []


def test_a_server_that_speaks_no_tls_is_a_tls_failure(start_server, new_fetcher) -> None:
    class Plain(ssl.SSLContext):
        def wrap_socket(self, sock, **_):  # type: ignore[no-untyped-def, override]
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return sock

    server = start_server(tls=Plain(ssl.PROTOCOL_TLS_SERVER))
    assert new_fetcher().fetch(server.origin, now=lambda: NOW).failure[0] == "tls"


def test_a_handshake_without_answer_ends_at_the_deadline(start_server, new_fetcher, certificates: Path) -> None:
    class Mute(ssl.SSLContext):
        def wrap_socket(self, sock, **_):  # type: ignore[no-untyped-def, override]
            sock.recv(9999)
            return sock

    server = start_server(tls=Mute(ssl.PROTOCOL_TLS_SERVER))
    capture = new_fetcher(deadline_s=0.3).fetch(server.origin, now=lambda: NOW)
    assert capture.failure[0] == "timeout"  # by the socket's own time, or by the look's


def test_a_redirect_over_tls_keeps_what_its_handshake_showed(server, start_server, new_fetcher, certificates) -> None:
    secure = start_server(tls=context(certificates, "good"))
    end = server.page(lambda talk: talk.ok(b"plain"))
    start = secure.page(f"HTTP/1.1 301 Moved\r\nLocation: {end}\r\n\r\n".encode())
    capture = new_fetcher(ca_file=str(certificates / "ca.pem")).fetch(start, now=lambda: NOW)
    assert (capture.hops[0].tls.verified, capture.tls, capture.body) == (True, None, b"plain")


def test_a_body_over_tls_that_comes_too_slowly_ends_at_the_deadline(start_server, new_fetcher, certificates) -> None:
    server = start_server(tls=context(certificates, "good"))

    def stall(talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\n\r\nstart")
        talk.stay_silent()

    fetcher = new_fetcher(ca_file=str(certificates / "ca.pem"), deadline_s=0.5)
    capture = fetcher.fetch(server.page(stall), now=lambda: NOW)
    assert (capture.failure[0], capture.end, capture.body) == ("timeout", "time", b"start")


def test_a_proxy_s_password_goes_to_the_proxy_and_never_through_its_tunnel(
    server, new_fetcher, certificates: Path
) -> None:
    """Also not along a redirect from http to https, where the request in the tunnel is for somebody else."""
    inner: list[bytes] = []

    def tunnel(talk) -> None:
        talk.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        with context(certificates, "good").wrap_socket(talk.socket, server_side=True) as tls:
            inner.append(tls.recv(65_536))
            tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend")

    there = b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:444/end\r\nContent-Length: 0\r\n\r\n"
    server.page(lambda talk: talk.send(there), path="http://page.example/start")
    server.page(tunnel, path="127.0.0.1:444")
    fetcher = new_fetcher(ca_file=str(certificates / "ca.pem"))
    proxy = f"http://keeper:canary@127.0.0.1:{server.port}"
    capture = fetcher.fetch("http://page.example/start", now=lambda: NOW, proxy=proxy)
    assert (capture.body, capture.final_url) == (b"end", "https://127.0.0.1:444/end")
    assert ["Proxy-Authorization" in dict(talk.headers) for talk in server.talks] == [True, True]
    assert b"GET /end" in inner[0]
    assert b"authorization" not in inner[0].lower()
    assert "canary" not in repr(capture)


@pytest.mark.parametrize("reason", ["407 Y2FuYXJ5 canary", "502 canary"])
def test_what_a_proxy_says_of_its_refusal_is_not_repeated(server, fetch, reason: str) -> None:
    """It may repeat what it was sent."""
    server.page(f"HTTP/1.1 {reason}\r\nX: canary\r\nContent-Length: 6\r\n\r\ncanary".encode(), path="page.example:443")
    capture = fetch("https://page.example/", proxy=f"http://keeper:canary@127.0.0.1:{server.port}")
    assert capture.failure[0] == "connection"
    assert reason[:3] in capture.failure[1]
    assert "canary" not in repr(capture)
