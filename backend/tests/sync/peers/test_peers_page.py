"""`docs/peers.md` lists every history, and each history says whose it is and what it was seen to fail without."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[3] / "docs" / "peers.md"
HISTORIES = {
    node.name: ast.get_docstring(node) or ""
    for file in sorted(HERE.glob("test_peers_*.py"))
    if file != Path(__file__)
    for node in ast.parse(file.read_text()).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
}


def test_the_page_lists_every_history_and_no_other() -> None:
    assert set(re.findall(r"`(test_\w+)`", PAGE.read_text())) == set(HISTORIES)


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_cites_its_report_as_the_page_does(name: str) -> None:
    reports = re.findall(r"https?://[^\s)]+", HISTORIES[name])
    assert reports or "no public report found" in HISTORIES[name]
    (row,) = [line for line in PAGE.read_text().splitlines() if f"`{name}`" in line]
    assert re.findall(r"\((https?://[^\s)]+)\)", row) == reports
