"""Rules of the house that imports cannot express (those that they can are contracts in pyproject.toml)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import loanark

ROOT = Path(loanark.__file__).parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text())
    for path in ROOT.rglob("*.py")
    if "migrations" not in path.parts
}

#: Where rows of tenants are read and written: everybody else goes through these.
DATA = {"models", "queries", "access", "actions"}
DATA_PACKAGES = {"sync", "cli"}
#: What the account's own modules keep in its row: token, limit, mapping.
DATA_MODULES = {"connections.clients", "connections.credentials", "connections.mapping"}

#: Doors: the only modules of the sync that know requests and answers.
DOORS = {"sync.api", "sync.edits_api", "sync.held_api", "sync.monitor_api", "sync.webhooks"}


def attributes(tree: ast.AST) -> Iterator[ast.Attribute]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
            yield node


def test_there_are_modules() -> None:
    assert {"core.plan", "tenants.access", "web.api", "sync.engine"} <= set(MODULES)


def test_the_core_has_no_clock() -> None:
    clocks = {"now", "utcnow", "today", "time", "monotonic"}
    found = [
        (name, node.func.attr)
        for name, tree in MODULES.items()
        if name.startswith("core.")
        for clock in clocks
        for node in calls(tree, clock)
        if isinstance(node.func, ast.Attribute)
    ]
    assert found == []


def test_tables_are_touched_where_data_is_kept() -> None:
    found = {
        name
        for name, tree in MODULES.items()
        for node in attributes(tree)
        if node.attr == "objects"
        and name.rsplit(".", 1)[-1] not in DATA
        and name.split(".", 1)[0] not in DATA_PACKAGES
        and name not in DATA_MODULES
    }
    assert found == set()


def test_every_row_lock_says_which_it_is() -> None:
    """`FOR UPDATE` also blocks those who only refer to the row; `FOR NO KEY UPDATE` does not."""
    found = [
        name
        for name, tree in MODULES.items()
        for call in calls(tree, "select_for_update")
        if "no_key" not in {keyword.arg for keyword in call.keywords}
    ]
    assert found == []


def test_nothing_happens_by_signal() -> None:
    found = [
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("django.dispatch", "django.db.models.signals"))
    ]
    assert found == []


def test_the_engine_knows_nothing_of_requests() -> None:
    found = [
        name
        for name, tree in MODULES.items()
        if name.startswith(("sync.", "core.", "hubspot.")) and name not in DOORS
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.http"
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    bare = {name for name, tree in MODULES.items() if not ast.get_docstring(tree) and not name.endswith("apps")}
    assert bare == set()


def test_every_function_says_what_it_returns() -> None:
    found = [
        (name, node.name)
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is None
    ]
    assert found == []


def test_every_row_of_a_tenants_table_is_made_with_its_tenant() -> None:
    """Doors lead in: who opens an organisation's data outside of `enter` and `tenant_scope` is found here."""
    found = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and "set_config('loanark.tenant_id'" in node.value
    }
    # Making an organisation, and a benchmark's made-up book in a database of its own.
    assert found <= {"tenants.actions", "cli.bench.book"}
