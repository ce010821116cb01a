"""The client on a real socket, before servers that speak HTTP and JSON in their own ways."""

import gzip
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Semaphore, Thread

import orjson
import pytest

from loanark.hubspot import transport
from loanark.hubspot.client import Client
from loanark.hubspot.errors import HubSpotError, NotHubSpot, Unavailable, UnknownOutcome
from loanark.hubspot.models import Create, Upsert

PAGE = orjson.dumps({"results": [{"id": "1", "properties": {"city": "Zürich 山"}}], "paging": {"next": {"after": "2"}}})
PAGE_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=utf-8\r\n"


class RawServer:
    """Answers with bytes: one script a connection, one part of it for each request on it; then it closes."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.scripts: list[list[bytes | Callable[[socket.socket], None]]] = []
        self.closed = Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, suppress(OSError):
                    script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                    for part in script:
                        if not self._request(connection):
                            break
                        if isinstance(part, bytes):
                            connection.sendall(part)
                        else:
                            part(connection)
                self.closed.release()

    def _request(self, connection: socket.socket) -> bool:
        """Reads one whole request; whether there was one."""
        text = b""
        while b"\r\n\r\n" not in text:
            more = connection.recv(65_536)
            if not more:
                return False
            text += more
        head, _, body = text.partition(b"\r\n\r\n")
        sizes = [
            int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
        ]
        while len(body) < sum(sizes):
            body += connection.recv(65_536)
        self.received.append(head + b"\r\n\r\n" + body)
        return True


@pytest.fixture
def server() -> Iterator[RawServer]:
    built = RawServer()
    yield built
    built.close()


def client_of(server: RawServer, timeout: float = 5.0) -> Client:
    return Client(base_url=server.base_url, token=lambda _: "t", timeout=timeout, sleep=lambda _: None)


def sized(body: bytes, *headers: bytes, status: bytes = b"200 OK", version: bytes = b"1.1") -> bytes:
    lines = [b"HTTP/" + version + b" " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(body: bytes, size: int, *, head: bytes = PAGE_HEAD, trailer: bytes = b"") -> bytes:
    chunks = b"".join(
        b"%x;ext=1\r\n%b\r\n" % (len(part), part) for part in (body[n : n + size] for n in range(0, len(body), size))
    )
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n" + trailer + b"\r\n"


def in_drops(answer: bytes) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n in range(len(answer)):
            connection.sendall(answer[n : n + 1])

    return send


JSON = b"Content-Type: application/json"

WAYS = {
    "in chunks": chunked(PAGE, 7),
    "in chunks with a trailer": chunked(PAGE, 1000, trailer=b"X-Sum: 1\r\n"),
    "compressed": sized(gzip.compress(PAGE), JSON, b"Content-Encoding: gzip"),
    "deflated": sized(zlib.compress(PAGE), JSON, b"Content-Encoding: deflate"),
    "compressed in chunks": chunked(gzip.compress(PAGE), 5, head=PAGE_HEAD + b"Content-Encoding: gzip\r\n"),
    "until the connection ends": b"HTTP/1.0 200 OK\r\n\r\n" + PAGE,
    "by the old protocol": sized(PAGE, JSON, version=b"1.0"),
    "without a type": sized(PAGE),
    "as another type": sized(PAGE, b"Content-Type: text/plain; charset=iso-8859-1"),
    "with headers in any case": sized(PAGE, b"CONTENT-TYPE:application/json", b"x-hubspot-correlation-id:   7"),
    "after early hints": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + sized(PAGE, JSON),
    "after a word to go on": b"HTTP/1.1 100 Continue\r\n\r\n" + sized(PAGE, JSON),
    "with spaces around": sized(b"\r\n  " + PAGE + b"\n\n", JSON),
    "with a byte order mark": sized(b"\xef\xbb\xbf" + PAGE, JSON),
    "drop by drop": in_drops(sized(PAGE, JSON)),
    "closing": sized(PAGE, JSON, b"Connection: close"),
    "without a reason": sized(PAGE, JSON, status=b"200 "),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_page_is_read_however_it_is_sent(server: RawServer, way: str) -> None:
    server.scripts = [[WAYS[way]]]
    with client_of(server) as client:
        page = client.list_contacts(["city"], lane="sweep")
    assert ([contact.properties["city"] for contact in page.results], page.after) == (["Zürich 山"], "2")


def test_what_is_sent_is_plain_http(server: RawServer) -> None:
    server.scripts = [[sized(b'{"results":[{"id":"7","objectWriteTraceId":"a"}]}', JSON)]]
    with client_of(server) as client:
        outcome = client.batch_upsert([Upsert("a", "a", "key", {"city": "Zürich"})], lane="edit")
    assert outcome.confirmed["a"].contact.id == "7"
    head, _, body = server.received[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /crm/objects/2026-09/contacts/batch/upsert HTTP/1.1\r\n")
    assert b"authorization: bearer t" in head.lower()
    assert b"content-type: application/json" in head.lower()
    assert orjson.loads(body)["inputs"][0]["properties"] == {"city": "Zürich"}


# Connections that end

BROKEN = {
    "before a word": lambda connection: None,
    "in the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "in the body": sized(PAGE, JSON)[:-5],
    "in a chunk": chunked(PAGE, 7)[:-20],
    "between chunks": chunked(PAGE, 7).removesuffix(b"0\r\n\r\n"),
    "in the packing": sized(gzip.compress(PAGE)[:-20], JSON, b"Content-Encoding: gzip"),
    "in the text, unseen": b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + PAGE[:-9],
    "before the text, unseen": b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n",
    "with garbage": b"SSH-2.0-OpenSSH_9.2\r\n",
    "with a wrong packing": sized(PAGE, JSON, b"Content-Encoding: gzip"),
}


@pytest.mark.parametrize("where", BROKEN)
def test_a_page_that_breaks_off_is_read_again(server: RawServer, where: str) -> None:
    server.scripts = [[BROKEN[where]], [sized(PAGE, JSON)]]
    with client_of(server) as client:
        assert len(client.list_contacts(["city"], lane="sweep").results) == 1
    assert len(server.received) == 2


@pytest.mark.parametrize("where", BROKEN)
def test_a_create_whose_answer_breaks_off_is_unknown_and_sent_once(server: RawServer, where: str) -> None:
    server.scripts = [[BROKEN[where]], [sized(b'{"results":[]}', JSON)]]
    with client_of(server) as client:
        outcome = client.batch_create([Create("a", {"email": "a@example.com"})], lane="edit")
    assert list(outcome.unknown) == ["a"]
    assert len(server.received) == 1


def test_connections_that_are_closed_without_a_word_cost_no_create(server: RawServer) -> None:
    """The server keeps no connection, and does not say so."""
    done = sized(b'{"results":[{"id":"7","objectWriteTraceId":"a"}]}', JSON, status=b"201 Created")
    server.scripts = [[sized(PAGE, JSON)], [sized(PAGE, JSON)], [done]]
    with client_of(server) as client:
        for _ in range(2):
            client.list_contacts(["city"], lane="sweep")
            assert server.closed.acquire(timeout=10)
        outcome = client.batch_create([Create("a", {"email": "a@example.com"})], lane="edit")
    assert list(outcome.confirmed) == ["a"]
    assert len(server.received) == 3


def test_a_server_that_is_silent_is_given_up(server: RawServer) -> None:
    server.scripts = [[lambda connection: time.sleep(0.5)]]
    with client_of(server, timeout=0.1) as client, pytest.raises(Unavailable, match="did not answer"):
        client.account(lane="person")


def test_a_server_that_never_ends_its_answer_is_given_up(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each single piece comes in time."""
    monkeypatch.setattr(transport, "RESPONSE_SECONDS", 0.2)
    monkeypatch.setattr(transport, "MAX_WAIT", 0.1)

    def trickle(connection: socket.socket) -> None:
        connection.sendall(PAGE_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(50):
            connection.sendall(b"1\r\n \r\n")
            time.sleep(0.02)

    server.scripts = [[trickle]]
    with client_of(server) as client, pytest.raises(Unavailable, match="not complete"):
        client.account(lane="person")
    assert len(server.received) == 1


def test_nobody_at_the_address_is_told(server: RawServer) -> None:
    server.close()
    with client_of(server) as client, pytest.raises(Unavailable, match="could not be reached"):
        client.account(lane="person")


# Others than HubSpot


@pytest.mark.parametrize(
    "answer",
    [
        sized(b"<html>Sign in</html>", b"Content-Type: text/html"),
        sized(b"", b"Location: https://login.example.com/", status=b"302 Found"),
        sized(b"<h1>Not Found</h1>", status=b"404 Not Found"),
        sized(b"\x00\x01\x02", b"Content-Type: application/octet-stream"),
    ],
    ids=["page", "redirect", "page 404", "bytes"],
)
def test_another_server_is_not_taken_for_hubspot(server: RawServer, answer: bytes) -> None:
    server.scripts = [[answer]]
    with client_of(server) as client, pytest.raises(NotHubSpot):
        client.account(lane="person")
    assert len(server.received) == 1


def test_a_write_to_another_server_may_have_happened(server: RawServer) -> None:
    server.scripts = [[sized(b"OK", b"Content-Type: text/plain")]]
    with client_of(server) as client, pytest.raises(UnknownOutcome):
        client.merge("1", "2", lane="person")


# JSON in other forms


def test_half_a_character_in_a_text_does_not_hide_the_page(server: RawServer) -> None:
    body = b'{"results":[{"id":"1","properties":{"city":"a\\ud83d","state":"\\ud83d\\ude00"}}]}'
    server.scripts = [[sized(body, JSON)]]
    with client_of(server) as client:
        (contact,) = client.list_contacts(["city"], lane="sweep").results
    assert contact.properties == {"city": "a\N{REPLACEMENT CHARACTER}", "state": "😀"}


@pytest.mark.parametrize(
    "row",
    [
        b'{"id":"1"}',
        b'{"id":1,"properties":null,"archived":null,"updatedAt":null}',
        b'{"properties":{},"url":"x","unknown":{"a":[1]},"id":"1","associations":{},"propertiesWithHistory":null}',
    ],
)
def test_a_contact_may_lack_all_but_its_id(server: RawServer, row: bytes) -> None:
    server.scripts = [[sized(b'{"paging":null,"results":[' + row + b"]}", JSON)]]
    with client_of(server) as client:
        page = client.list_contacts(["city"], lane="sweep")
    assert ([contact.id for contact in page.results], page.after) == (["1"], None)


@pytest.mark.parametrize("depth", [10, 600, 100_000])
@pytest.mark.parametrize("core", [b"", b'"\\ud800"'], ids=["nothing", "half a character"])
def test_nonsense_of_any_depth_is_an_error_of_ours(server: RawServer, depth: int, core: bytes) -> None:
    server.scripts = [[sized(b'{"results":' + b"[" * depth + core + b"]" * depth + b"}", JSON)]]
    with client_of(server) as client, pytest.raises(HubSpotError):
        client.list_contacts(["city"], lane="sweep")
