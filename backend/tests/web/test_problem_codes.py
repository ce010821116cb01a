"""Whoever meets a problem's code finds it explained: on the page its `type` leads to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.test import Client

import loanark
from loanark.connections.problems import _TITLES
from loanark.contacts.queries import _FIXES
from loanark.web import docs

ROOT = Path(loanark.__file__).parent

#: Functions that take a code, and where.
TAKERS = {"problem": 1, "ConnectionFailed": 0, "fail": 0, "cls": 0}


def texts(node: ast.AST) -> Iterator[str]:
    """The texts a value may be: a constant, or either branch of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from [*texts(node.body), *texts(node.orelse)]


def codes_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=args) if name in TAKERS and len(args) > TAKERS[name]:
                yield from texts(args[TAKERS[name]])
            case ast.Assign(targets=[ast.Name(id="code")], value=value):
                yield from texts(value)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value in ("code", "problem"):
                        yield from texts(value)


def used() -> set[str]:
    found = {code for path in ROOT.rglob("*.py") for code in codes_in(ast.parse(path.read_text()))}
    return found | set(_TITLES) | set(_FIXES)


def test_codes_are_found_in_the_sources() -> None:
    assert {"not-found", "stale", "malformed", "http", "account-taken", "no-token", "authorization-expired"} <= used()
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in used())


def test_every_code_is_documented_and_no_other() -> None:
    assert set(re.findall(r"^### (.+)$", docs.text(), re.MULTILINE)) == used()


def test_every_section_says_what_happened_what_is_safe_and_what_to_do() -> None:
    sections = re.split(r"^### ", docs.text(), flags=re.MULTILINE)[1:]
    lacking = {
        section.splitlines()[0]
        for section in sections
        if not re.search(r"\*\*What happened:\*\*.*\*\*Safe:\*\*.*\*\*What\sto\sdo:\*\*", section, re.DOTALL)
    }
    assert lacking == set()


def test_a_problems_type_leads_to_its_section(database: str) -> None:
    browser = Client()
    problem = browser.get("/api/nothing").json()
    address, _, code = problem["type"].partition("#")
    answer = browser.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f'<h3 id="{code}">' in answer.content.decode()
    assert browser.post(address).status_code in (403, 405)
