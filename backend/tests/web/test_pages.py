"""The user interface as it is served: what never changes is kept for ever, all else is asked for again."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

FILES = {
    "index.html": "<!doctype html><title>LoanArk</title>",
    "sw.js": "self.addEventListener('fetch', () => undefined);",
    "manifest.webmanifest": "{}",
    "theme.js": "0",
    "assets/app-Ab3d.js": "0",
}


@pytest.fixture
def pages(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    for name in ("FRONTEND_DIR", "WHITENOISE_ROOT"):
        monkeypatch.setattr(settings, name, tmp_path)
    return Client()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/sw.js", "text/javascript"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/theme.js", "text/javascript"),
        ("/", "text/html"),
    ],
)
def test_a_new_version_is_found_by_the_next_visit(pages: Client, path: str, kind: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)
    assert answer.headers["Cache-Control"] in ("no-cache", "max-age=0, public"), "kept only to be asked about"


def test_what_carries_its_hash_is_kept_for_ever(pages: Client) -> None:
    assert "immutable" in pages.get("/assets/app-Ab3d.js").headers["Cache-Control"]


def test_a_script_of_an_older_version_is_missing_and_no_page_in_its_place(pages: Client) -> None:
    answer = pages.get("/assets/app-0ld.js")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_the_worker_and_the_manifest_may_come_from_here_only(pages: Client) -> None:
    policy = pages.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "worker-src" not in policy, "they are what default-src says"
    assert "manifest-src" not in policy
