"""A person's browser without a screen: reads pages, follows links, fills in forms and sends them as a browser would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2

# What stands apart from what comes before it.
APART = frozenset({"td", "th", "tr", "dt", "dd", "div", "p", "li", "h1", "h2", "h3", "label", "option", "button", "a"})
VOID = frozenset({"input", "br", "meta", "link", "wbr", "hr", "img"})
Attributes = dict[str, str | None]


@dataclass
class Form:
    """Where it goes, and what it sends when nobody changes anything."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    # Of all its fields, by the names of Python.
    names: dict[str, str] = field(default_factory=dict)
    # Address and method of the buttons that have their own, by id.
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class Page(HTMLParser):
    """What is on a page."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__()
        self.status, self.headers, self.url = response.status_code, response.headers, str(response.url)
        self.links: list[str] = []
        self.forms: dict[str, Form] = {}
        self.ids: dict[str, str] = {}
        self.tags: list[tuple[str, Attributes]] = []
        self.text = ""
        self._open: list[tuple[str, str]] = []
        self._form: Form | None = None
        self._select: list[str] = []
        self._area: str | None = None
        self.feed(response.text)
        assert not self._open, f"never closed: {self._open}"

    # ---- reading ------------------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Attributes = dict(attrs)
        self.tags.append((tag, given))
        if tag in APART or given.get("class") in ("under", "tag"):
            self.handle_data(" ")
        name = given.get("id") or ""
        if name:
            assert name not in self.ids, f"twice: {name}"
            self.ids[name] = ""
        if tag not in VOID:
            self._open.append((tag, name))
        if tag == "a":
            self.links.append(given["href"] or "")
        elif tag == "form":
            self._form = Form(given["action"] or "", (given.get("method") or "get").upper())
            self.forms[name or self._form.action] = self._form
        elif self._form is not None and "disabled" not in given:
            self._control(self._form, tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def _control(self, form: Form, tag: str, given: Attributes) -> None:
        name, kind = given.get("name") or "", given.get("type") or "text"
        form.names[name.replace("-", "_")] = name
        if tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in given):
            form.values.append((name, given.get("value") or ""))
        elif tag == "button" and given.get("formaction"):
            form.buttons[given.get("id") or ""] = given["formaction"] or "", (given.get("formmethod") or "post").upper()
        elif tag == "select":
            self._select = [name]
        elif tag == "option" and self._select and ("selected" in given or len(self._select) == 1):
            self._select = [self._select[0], given.get("value") or ""]
        elif tag == "textarea":
            self._area = name
            form.values.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        opened, _ = self._open.pop()
        assert opened == tag, f"{opened} was open when {tag} was closed"
        if tag == "select" and self._form is not None and len(self._select) == 2:
            self._form.values.append((self._select[0], self._select[1]))
            self._select = []
        if tag == "textarea":
            self._area = None
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        self.text += data
        for _, name in self._open:
            if name:
                self.ids[name] += data
        if self._area is not None and self._form is not None:
            name, before = self._form.values[-1]
            self._form.values[-1] = name, (before + data).removeprefix("\n")

    # ---- asking -------------------------------------------------------------------------------------

    @property
    def words(self) -> str:
        """The text with single spaces."""
        return " ".join(self.text.split())

    def of(self, name: str) -> str:
        """The words inside the element with this id."""
        return " ".join(self.ids[name].split())

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


class Browser:
    """Goes from page to page."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http
        self.page: Page

    def open(self, path: str) -> Page:
        self.page = Page(self._http.get(path, follow_redirects=True))
        return self.page

    def submit(self, form: str, press: str = "", /, **changed: str | list[str]) -> Page:
        """Send a form of this page, as it is but for some values; ``press`` is a button with an address of its own."""
        there = self.page.forms[form]
        address, method = there.buttons.get(press, (there.action, there.method))
        address = urljoin(self.page.url, address)
        sent = changed_values(there, changed)
        if method == "GET":
            answer = self._http.get(f"{address.partition('?')[0]}?{urlencode(sent)}", follow_redirects=True)
        else:
            body, kind = urlencode(sent), "application/x-www-form-urlencoded"
            headers = {"Content-Type": kind}
            answer = self._http.post(address, content=body, headers=headers, follow_redirects=True)
        self.page = Page(answer)
        return self.page


def changed_values(form: Form, changed: Mapping[str, str | list[str]]) -> list[tuple[str, str]]:
    """Only what the form has can be changed. Line ends go as CR LF, as HTML says."""
    new = {form.names[name]: value if isinstance(value, list) else [value] for name, value in changed.items()}
    sent = [(name, value) for name, value in form.values if name not in new]
    sent += [(name, one) for name, values in new.items() for one in values]
    return [(name, value.replace("\r\n", "\n").replace("\n", "\r\n")) for name, value in sent]
