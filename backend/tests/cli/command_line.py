"""HubSpot on a port, and `loanark …` as a process of its own: what scripts see."""

import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import httpx2
import orjson

CONTACTS = 300


@dataclass(frozen=True)
class Hub:
    """The simulator as HubSpot's user and the network see it."""

    base_url: str
    token: str

    def call(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx2.request(method, self.base_url + path, headers=headers, **options)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def contacts(self, properties: list[str]) -> dict[str, dict[str, Any]]:
        """The properties of every contact, by id."""
        found: dict[str, dict[str, Any]] = {}
        query: dict[str, Any] = {"limit": 100, "properties": ",".join(properties)}
        while True:
            page = self.call("GET", "/crm/objects/2026-09/contacts", params=query)
            found |= {row["id"]: row["properties"] for row in page["results"]}
            if "paging" not in page:
                return found
            query["after"] = page["paging"]["next"]["after"]

    def writes(self) -> list[str]:
        rows = self.call("GET", "/_control/requests", params={"limit": 5000})["requests"]
        reading = ("/search", "/batch/read")
        return [row["path"] for row in rows if row["method"] != "GET" and not row["path"].endswith(reading)]


@dataclass(frozen=True)
class Said:
    """What a command said: its exit code, its document, its words for people."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Everything on stdout, which is one JSON document."""
        return orjson.loads(self.out)


@dataclass(frozen=True)
class Loanark:
    """`loanark …` with an environment of its own."""

    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str = "", **environment: str | None) -> Said:
        merged = {**self.environment, **environment}
        done = subprocess.run(
            [sys.executable, "-m", "loanark.cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            env={name: value for name, value in merged.items() if value is not None},
            check=False,
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)
