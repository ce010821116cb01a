"""What the product talks to on this machine: HubSpot seen from the wire, a mail server, a company's OpenID provider."""

from __future__ import annotations

import base64
import json
import secrets
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

#: Not passed on by the wire.
_OF_THE_HOP = frozenset({"connection", "transfer-encoding", "content-length", "content-encoding", "host"})


@dataclass
class Exchange:
    """A request that went over the wire, and its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    answer: bytes = b""


@dataclass
class Wire:
    """Stands before a server and passes everything on, or answers in its place as `trouble` says: each entry once, for
    the next request whose path holds its first part.

    What fails repeats whatever it was sent, credentials included: there are proxies, and error pages, that do.
    """

    target: str
    url: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    trouble: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, exchange: Exchange) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """None: the line goes dead."""
        self.exchanges.append(exchange)
        for planned in self.trouble:
            if planned[0] in exchange.path:
                self.trouble.remove(planned)
                return self._fail(planned[1], exchange)
        kept = {name: value for name, value in exchange.headers.items() if name.lower() not in _OF_THE_HOP}
        kept["Accept-Encoding"] = "identity"
        answer = httpx2.request(
            exchange.method, self.target + exchange.path, headers=kept, content=exchange.body, timeout=20
        )
        back = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in _OF_THE_HOP]
        return answer.status_code, back, answer.content

    def _fail(self, kind: str, exchange: Exchange) -> tuple[int, list[tuple[str, str]], bytes] | None:
        if kind == "dead":
            return None
        said = f"{exchange.method} {exchange.path} {exchange.headers} {exchange.body.decode(errors='replace')}"
        if kind == "page":
            return 502, [("Content-Type", "text/html")], f"<html><pre>{said}</pre></html>".encode()
        if kind == "broken":
            return 200, [("Content-Type", "application/json")], b'{"results": [{"id": "' + said.encode()
        status, _, word = kind.partition(" ")
        document = {"status": word or "error", "message": f"not with {said}", "error_description": said, "category": ""}
        return int(status), [("Content-Type", "application/json")], json.dumps(document).encode()


@contextmanager
def wire(target: str) -> Iterator[Wire]:
    """A wire to a server."""
    line = Wire(target)

    class Handler(_Quiet):
        def anything(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            exchange = Exchange(self.command, self.path, dict(self.headers.items()), body)
            answer = line.answer(exchange)
            if answer is None:
                self.close_connection = True
                return
            exchange.status, _, exchange.answer = answer
            self.reply(*answer)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = anything

    with _serving(Handler) as line.url:
        yield line


@dataclass
class Provider:
    """A company's OpenID Connect provider: whoever comes is `email`."""

    email: str
    url: str = ""
    key: Any = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))
    nonce: str = ""
    code: str = field(default_factory=lambda: f"canary-company-code-{secrets.token_hex(8)}")
    #: Refuse the next code, repeating what was asked.
    refuses: bool = False
    asked: list[Exchange] = field(default_factory=list)

    def way_back(self, address: str) -> str:
        """Where the browser is sent that came to the authorization endpoint."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.nonce = asked["nonce"]
        return f"{asked['redirect_uri']}?code={self.code}&state={asked['state']}"

    def tokens(self, asked: str) -> tuple[int, Any]:
        """What the token endpoint answers."""
        if self.refuses:
            return 400, {"error": "invalid_grant", "error_description": f"no: {asked}"}
        now = int(time.time())
        claims = {"iss": self.url, "aud": "loanark", "sub": "1", "iat": now, "exp": now + 300, "nonce": self.nonce}
        claims |= {"email": self.email, "email_verified": True, "name": "Dora"}
        token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "k"})
        return 200, {"access_token": "canary-company-access-token", "token_type": "Bearer", "id_token": token}

    def keys(self) -> Any:
        """The public half."""
        public = self.key.public_key().public_numbers()
        number = {name: _base64(value) for name, value in (("n", public.n), ("e", public.e))}
        return {"keys": [{"kty": "RSA", "kid": "k", "use": "sig", "alg": "RS256", **number}]}

    def described(self) -> Any:
        """Discovery."""
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.url, **{name: f"{self.url}/{place}" for name, place in places.items()}}


def _base64(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def provider(email: str) -> Iterator[Provider]:
    """A provider that vouches for one person."""
    one = Provider(email)

    class Handler(_Quiet):
        def do_GET(self) -> None:
            self.json(200, one.keys() if self.path == "/keys" else one.described())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            one.asked.append(Exchange("POST", self.path, dict(self.headers.items()), body))
            self.json(*one.tokens(f"{dict(self.headers.items())} {body.decode()}"))

    with _serving(Handler) as one.url:
        yield one


@dataclass
class MailServer:
    """Takes mail from whoever shows a name and password."""

    port: int = 0
    shown: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server without TLS, for this machine."""
    one = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"EHLO":
                    self.wfile.write(b"250-here\r\n250 AUTH PLAIN\r\n")
                    continue
                if word == b"AUTH":
                    one.shown.append(base64.b64decode(line.split()[-1]).decode())
                    self.wfile.write(b"235 yes\r\n")
                    continue
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    one.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 yes\r\n")
                if word == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        one.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield one
        server.shutdown()


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def json(self, status: int, document: Any) -> None:
        self.reply(status, [("Content-Type", "application/json")], json.dumps(document).encode())


@contextmanager
def _serving(handler: Callable[..., Any]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
