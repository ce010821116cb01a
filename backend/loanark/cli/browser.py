"""The little of a browser that the demo needs to walk through its own sign-in and HubSpot's consent page."""

import contextlib
import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import orjson


class BrowserError(Exception):
    """A page was not what it should be."""


@dataclass(frozen=True, slots=True)
class Form:
    action: str
    fields: dict[str, str]


class Browser:
    """Keeps cookies, follows redirects, fills in a form."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))

    def sign_in(self, email: str, password: str) -> None:
        self._send("GET", f"{self._base_url}/")
        self.post_json("/api/auth/browser/v1/auth/login", {"email": email, "password": password})

    def sign_out(self) -> None:
        """allauth answers a successful sign-out with 401: nobody is signed in now."""
        headers = {"X-CSRFToken": self._cookie("csrftoken"), "Referer": self._base_url}
        with contextlib.suppress(urllib.error.HTTPError):
            self._send("DELETE", f"{self._base_url}/api/auth/browser/v1/auth/session", headers=headers)

    def get_json(self, path: str) -> Any:
        return orjson.loads(self._send("GET", f"{self._base_url}{path}")[1])

    def changes(self, path: str) -> Iterator[Any]:
        """What the live stream at `path` tells of, until it ends."""
        with self._opener.open(f"{self._base_url}{path}", timeout=60) as stream:
            name = b""
            for line in stream:
                if line.startswith(b"event: "):
                    name = line.removeprefix(b"event: ").strip()
                elif line.startswith(b"data: ") and name == b"change":
                    yield orjson.loads(line.removeprefix(b"data: "))

    def post_json(self, path: str, body: object) -> Any:
        return self.send_json("POST", path, body)

    def send_json(self, method: str, path: str, body: object) -> Any:
        headers = {"Content-Type": "application/json", "X-CSRFToken": self._cookie("csrftoken")}
        headers["Referer"] = self._base_url
        return orjson.loads(self._send(method, f"{self._base_url}{path}", orjson.dumps(body), headers)[1])

    def open(self, url: str) -> Form:
        """The first form of a page."""
        address, body = self._send("GET", url)
        reader = _FormReader()
        reader.feed(body.decode())
        if reader.action is None:
            raise BrowserError(f"there is no form at {url}")
        return Form(urllib.parse.urljoin(address, reader.action), reader.fields)

    def submit(self, form: Form, *, button: str) -> None:
        body = urllib.parse.urlencode({**form.fields, "action": button}).encode()
        self._send("POST", form.action, body)

    def _send(
        self, method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[str, bytes]:
        request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)  # noqa: S310
        with self._opener.open(request, timeout=60) as response:
            return response.geturl(), response.read()

    def _cookie(self, name: str) -> str:
        return next((cookie.value or "" for cookie in self._cookies if cookie.name == name), "")


class _FormReader(HTMLParser):
    """Hidden inputs and the chosen (else first) option of each select."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = given.get("action", "")
        elif tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select and (self._select not in self.fields or "selected" in given):
            self.fields[self._select] = given.get("value", "")
