"""Errors before an answer: certificates, authorities, proxies, redirects, malformed answers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.certificates import self_signed, server_context
from support.downloads import Fetch, is_clean
from support.http_server import CONTENT, Handler, ScriptedServer, status
from tasks.download.download import downloaded_file
from tasks.errors import DataError, NetworkError, ParamsError, SetupError

Secure = Callable[[Path], str]


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ScriptedServer, Secure]]:
    """An HTTPS server, and what starts it with a certificate and returns its URL."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ScriptedServer()

    def start(certificate: Path) -> str:
        context = server_context(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.start()
        return server.url.replace("http:", "https:")

    yield server, start
    server.stop()


class TestCertificate:
    def test_of_a_known_authority(
        self,
        secure: tuple[ScriptedServer, Secure],
        fetch: Fetch,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        certificate = self_signed(tmp_path)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert downloaded_file(fetch(secure[1](certificate)).path).read_bytes() == CONTENT

    def test_of_an_unknown_authority_is_one_line_and_not_tried_again(
        self,
        secure: tuple[ScriptedServer, Secure],
        fetch: Fetch,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        url = secure[1](self_signed(tmp_path))
        with pytest.raises(SetupError) as refused:
            fetch(url)
        assert str(refused.value) == (
            f"{url}: the server's certificate is not accepted: self-signed certificate; expected "
            "one of an authority that this machine knows or that the file REQUESTS_CA_BUNDLE has"
        )
        assert "attempt" not in caplog.text
        assert refused.value.__suppress_context__

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({"days": -1}, "certificate has expired"),
            ({"address": "127.0.0.9"}, "IP address mismatch, certificate is not valid for"),
        ],
    )
    def test_that_does_not_fit(
        self,
        secure: tuple[ScriptedServer, Secure],
        fetch: Fetch,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        options: dict[str, object],
        told: str,
    ) -> None:
        certificate = self_signed(tmp_path, **options)  # type: ignore[arg-type] # by name
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        with pytest.raises(SetupError, match=f"certificate is not accepted: {told}"):
            fetch(secure[1](certificate))

    def test_an_earlier_download_does_not_hide_it(
        self,
        secure: tuple[ScriptedServer, Secure],
        fetch: Fetch,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        certificate = self_signed(tmp_path)
        url = secure[1](certificate)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        fetch(url)
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with pytest.raises(SetupError, match="certificate is not accepted"):
            fetch(url)


class TestAuthorities:
    @pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    def test_a_file_that_is_not_there(
        self,
        secure: tuple[ScriptedServer, Secure],
        fetch: Fetch,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
    ) -> None:
        url = secure[1](self_signed(tmp_path))
        monkeypatch.setenv(name, "/nowhere/ca.pem")
        with pytest.raises(SetupError) as refused:
            fetch(url)
        assert str(refused.value) == (
            f"{url}: {name} is '/nowhere/ca.pem', expected a file of certificates of authorities "
            "(PEM); mend it or unset it"
        )

    def test_a_file_of_something_else(
        self,
        secure: tuple[ScriptedServer, Secure],
        fetch: Fetch,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        url = secure[1](self_signed(tmp_path))
        (tmp_path / "ca.pem").write_text("no certificate")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        with pytest.raises(SetupError, match=r"REQUESTS_CA_BUNDLE is .*ca.pem', expected a"):
            fetch(url)


class TestProxy:
    @pytest.fixture(autouse=True)
    def _proxied(self, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG002 - fetch's server sets NO_PROXY
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)

    def test_of_socks(self, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "socks5h://me:pa55word@127.0.0.1:1")
        with pytest.raises(SetupError, match="names a SOCKS proxy, expected one of http") as told:
            fetch()
        assert "pa55word" not in str(told.value)

    def test_that_is_malformed(self, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "http:///me:pa55word@")
        with pytest.raises(SetupError, match="the proxy in the environment has a malformed") as e:
            fetch()
        assert "pa55word" not in str(e.value)

    def test_that_does_not_answer(self, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "http://me:pa55word@127.0.0.1:1")
        with pytest.raises(NetworkError, match=r"gz: .*refused.*; attempts made: 3") as told:
            fetch()
        assert "pa55word" not in str(told.value)


class TestRedirect:
    @pytest.mark.parametrize("location", ["http://[::1/a.tar", "http://127.0.0.1:99999/a.tar"])
    def test_to_a_malformed_url(self, fetch: Fetch, server: ScriptedServer, location: str) -> None:
        server.script.append(status(302, Location=location))
        with pytest.raises((DataError, ParamsError), match=r"malformed"):
            fetch()
        assert len(server.requests) == 1

    @pytest.mark.parametrize("scheme", ["file:///etc/passwd", "ftp://127.0.0.1/a", "s3://b/a.tar"])
    def test_to_another_scheme(self, fetch: Fetch, server: ScriptedServer, scheme: str) -> None:
        server.script.append(status(302, Location=scheme))
        with pytest.raises(DataError, match="redirects to another scheme, expected http or https"):
            fetch()

    def test_with_an_endless_body_is_followed(self, fetch: Fetch, server: ScriptedServer) -> None:
        def endless(handler: Handler) -> None:
            handler.answer(302, {"Location": "/b.tar", "Transfer-Encoding": "chunked"})
            while not handler.server.stopped.is_set():
                handler.wfile.write(b"1000\r\n" + bytes(4096) + b"\r\n")

        server.script.append(endless)
        assert downloaded_file(fetch().path).read_bytes() == CONTENT


class TestMalformedAnswer:
    def test_text_from_the_server_is_escaped(self, fetch: Fetch, server: ScriptedServer) -> None:
        def answer(handler: Handler) -> None:
            handler.wfile.write(b"HTTP/1.1 404 \x1b[2Jsucceeded\x9b\r\nContent-Length: 0\r\n\r\n")

        server.script.append(answer)
        with pytest.raises(DataError) as told:
            fetch()
        assert r"answered 404 \x1b[2Jsucceeded\x9b, expected 200" in str(told.value)
        assert str(told.value).isprintable()

    @pytest.mark.parametrize(
        "answer",
        [
            b"\x1b[2J\r\n\r\n",
            b"HTTP/1.1 abc OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000 + b"\r\n",
            b"HTTP/1.1 200 OK\r\na: " + b"b" * 10**6 + b"\r\n\r\n",
            b"",
        ],
        ids=["no status", "no number", "many headers", "long header", "nothing"],
    )
    def test_is_tried_again_and_told_in_one_short_line(
        self, fetch: Fetch, server: ScriptedServer, tmp_path: Path, answer: bytes
    ) -> None:
        def say(handler: Handler) -> None:
            handler.wfile.write(answer)

        server.script.extend([say] * 3)
        with pytest.raises(NetworkError, match="attempts made: 3") as told:
            fetch()
        assert str(told.value).isprintable()
        assert len(str(told.value)) < 500
        assert is_clean(tmp_path)

    @pytest.mark.parametrize("etag", ["no quotes", '"\x0b"', '"' + "x" * 5000 + '"', '"a"b"'])
    def test_an_etag_that_is_none_is_not_sent_back(
        self, fetch: Fetch, server: ScriptedServer, etag: str
    ) -> None:
        server.etag = etag
        fetch()
        fetch()
        assert "If-None-Match" not in server.requests[-1][1]

    def test_a_login_is_asked_for(self, fetch: Fetch, server: ScriptedServer) -> None:
        server.script.append(status(401))
        with pytest.raises(DataError, match=r"401 Unauthorized, expected 200; does it need a log"):
            fetch()
