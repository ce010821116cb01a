"""The script ./run: what it lists, what it keeps off stdout, and how it recovers from an installation that failed."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

RUN = Path(__file__).resolve().parents[3] / "run"


def call(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, RUN, *arguments], capture_output=True, text=True, check=False, env=env)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module that works on a small clone in a temporary directory."""
    loader = importlib.machinery.SourceFileLoader("run_script", str(RUN))
    spec = importlib.util.spec_from_loader("run_script", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "run_script", module)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    places = {name: value for name, value in vars(module).items() if isinstance(value, Path)}
    for name, value in places.items():
        setattr(module, name, tmp_path / value.relative_to(RUN.parent))
    for folder in (module.REQUIREMENTS, module.STAMPS, module.FRONTEND / "src", module.OPENAPI.parent, module.CLIENT):
        folder.mkdir(parents=True)
    for name in ("base", "dev", "node", "uv"):
        (module.REQUIREMENTS / f"{name}.txt").write_text(name)
    (module.BACKEND / "pyproject.toml").write_text("[project]")
    (module.FRONTEND / "package.json").write_text("{}")
    (module.FRONTEND / "package-lock.json").write_text("{}")
    (module.FRONTEND / "src" / "main.tsx").write_text("hello")
    return module


class Steps:
    """Stands in for `step`: notes what would have been run, does what a test says, fails when told to."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.commands: list[list[str]] = []
        self.fails: str | None = None
        self.effects: dict[str, Callable[[], object]] = {}

    def __call__(self, what: str, argv: Sequence[str], *_: Any, into: Path | None = None, fatal: bool = True) -> None:
        self.done.append(what.split(" (")[0])
        self.commands.append(list(argv))
        if into:
            into.write_text("{}")
        if what == self.fails:
            raise SystemExit(1)
        self.effects.get(what, lambda: None)()

    def take(self) -> list[str]:
        done, self.done, self.commands = self.done, [], []
        return done


@pytest.fixture
def steps(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Steps:
    steps = Steps()
    monkeypatch.setattr(run, "step", steps)
    return steps


@pytest.fixture
def venv(run: ModuleType) -> Path:
    """A virtual environment that looks complete."""
    python: Path = run.VENV / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (run.STAMPS / "venv").write_text(str(run.VENV))
    return python


# ── The command line ────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_verb_it_lists_every_verb_with_a_line_each() -> None:
    done = call()
    assert done.returncode == 0
    listed = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")]
    expected = "demo up test check format setup loanark web worker migrate doctor hubspot-simulator"
    expected += " bench screenshots lighthouse simulate client advisories lock"
    assert " ".join(listed) == expected
    assert all(len(line.split()) > 3 for line in done.stdout.splitlines() if line.startswith("  "))


def test_an_unknown_verb_is_refused_on_stderr() -> None:
    done = call("dmeo")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "There is no verb 'dmeo'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["test", "pithon"],
            "There is no part 'pithon'. The parts are: lint, advisories, types, imports, python, frontend, browser.",
        ),
        (["test", "lint", "--", "-x"], "Options after -- go to pytest"),
        (["setup", "now"], "./run setup takes no arguments."),
        (["bench"], "Say what to measure"),
    ],
)
def test_a_wrong_call_is_explained_before_anything_is_installed(arguments: list[str], sentence: str) -> None:
    done = call(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(sentence)


def test_an_older_python_is_told_what_is_needed(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit):
        run.main(["setup"])
    assert "Python 3.11 or later is needed and this is 3.9" in capsys.readouterr().err


# ── Installing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_packages_are_installed_once_and_again_only_when_the_lock_file_changes(
    run: ModuleType, steps: Steps, venv: Path
) -> None:
    run.install_python()
    assert steps.take() == [
        "Installing uv, which installs the rest",
        "Installing Python packages",
        "Installing LoanArk",
    ]
    run.install_python()
    assert steps.take() == []
    (run.REQUIREMENTS / "base.txt").write_text("newer")
    run.install_python()
    assert steps.take() == ["Installing Python packages", "Installing LoanArk"]


def test_an_installation_that_was_cut_short_is_done_again_from_the_ground(
    run: ModuleType, steps: Steps, venv: Path
) -> None:
    steps.fails = "Installing Python packages"
    with pytest.raises(SystemExit):
        run.install_python()
    steps.fails = None
    steps.take()
    run.install_python()
    assert any("--reinstall" in command for command in steps.commands)
    steps.take()
    run.install_python()
    assert steps.take() == []


def test_the_test_tools_stay_when_the_demo_is_started_afterwards(run: ModuleType, steps: Steps, venv: Path) -> None:
    run.install_python(developer=True)
    steps.take()
    run.install_python()
    assert steps.take() == []


def test_a_half_made_or_moved_virtual_environment_is_made_anew(run: ModuleType, steps: Steps, venv: Path) -> None:
    run.create_venv()
    assert steps.take() == []
    for content in ("/some/where/else/.venv", None):
        (run.STAMPS / "venv").unlink()
        if content:
            (run.STAMPS / "venv").write_text(content)
        run.create_venv()
        assert "--clear" in steps.commands[0]
        steps.take()


def test_a_virtual_environment_made_with_uv_is_taken_over(run: ModuleType, steps: Steps, venv: Path) -> None:
    (run.STAMPS / "venv").unlink()
    (run.VENV / "pyvenv.cfg").write_text("home = /usr/bin\nuv = 0.13.9\n")
    run.create_venv()
    assert steps.commands
    assert "--clear" not in steps.commands[0]


def test_a_missing_venv_module_is_named_in_one_sentence(
    run: ModuleType, steps: Steps, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit):
        run.create_venv()
    assert capsys.readouterr().err.strip() == "Python's venv module is missing: apt-get install python3-venv"


@pytest.mark.parametrize(
    ("version", "usable"), [("v18.20.4", False), ("v20.18.9", False), ("v20.19.0", True), ("v24.1.0", True)]
)
def test_node_is_taken_from_the_system_if_it_is_new_enough(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, usable: bool
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("node", "npm"):
        (programs / name).write_text(f"#!/bin/sh\necho {version}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    assert (run.system_node() is not None) == usable


def test_without_node_the_python_package_brings_it(
    run: ModuleType, steps: Steps, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "system_node", lambda: None)
    run.install_python()
    assert any(str(run.REQUIREMENTS / "node.txt") in command for command in steps.commands)


def test_the_user_interface_is_built_when_its_sources_changed_or_a_build_was_cut_short(
    run: ModuleType, steps: Steps, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "find_node", lambda: sys.executable)
    (run.FRONTEND / "node_modules").mkdir()
    page = run.FRONTEND / "dist" / "index.html"
    page.parent.mkdir()
    steps.effects["Building the user interface"] = lambda: page.write_text("built")

    run.build_user_interface()
    assert steps.take() == ["Installing Node packages", "Building the user interface"]
    run.build_user_interface()
    assert steps.take() == []

    (run.FRONTEND / "src" / "main.test.tsx").write_text("a test is no source of the page")
    run.build_user_interface()
    assert steps.take() == []

    (run.FRONTEND / "src" / "main.tsx").write_text("hello, world")
    steps.fails = "Building the user interface"
    with pytest.raises(SystemExit):
        run.build_user_interface()
    steps.fails = None
    (run.FRONTEND / "src" / "main.tsx").write_text(
        "hello"
    )  # back to what was built first: dist may be half of the other
    steps.take()
    run.build_user_interface()
    assert steps.take() == ["Building the user interface"]


# ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_step_says_what_it_does_on_stderr_and_keeps_the_programs_chatter_to_itself(
    run: ModuleType, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run.step("Greeting", ["sh", "-c", "echo chatter; echo more >&2"], tmp_path)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("Greeting …\n  done in ")
    assert "chatter" not in err


def test_a_step_that_fails_shows_what_the_program_said_and_stops(
    run: ModuleType, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit):
        run.step("Greeting", ["sh", "-c", "echo no network; exit 7"], tmp_path)
    out, err = capfd.readouterr()
    assert out == ""
    assert "no network" in err
    assert "exit code 7" in err


def test_an_installer_that_outlives_a_killed_run_keeps_the_next_one_waiting(run: ModuleType, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with run.only_one_setup():
        orphan = subprocess.Popen(["cat"], stdin=reader, pass_fds=run._held_by_children)
    os.close(reader)
    contender = "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    probe = [sys.executable, "-c", contender, str(tmp_path)]
    assert subprocess.run(probe, check=False, capture_output=True).returncode != 0
    os.close(writer)
    orphan.wait()
    assert subprocess.run(probe, check=False, capture_output=True).returncode == 0


def test_a_command_that_runs_on_replaces_the_script_and_has_stdout_and_the_exit_code_to_itself(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\necho "{\\"pid\\": $$}"\nexit 5\n')
    program.chmod(0o755)
    code = f"""
import importlib.machinery, os, pathlib, sys
sys.dont_write_bytecode = True
run = importlib.machinery.SourceFileLoader("run_script", {str(RUN)!r}).load_module()
print(os.getpid(), file=sys.stderr)
run.say("Installing …")
run.become([pathlib.Path({str(program)!r}), "--json"])
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert done.stdout == f'{{"pid": {done.stderr.split()[0]}}}\n'


# ── Tests ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_part_is_run_whatever_becomes_of_the_others_and_a_table_tells(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "install_python", lambda developer: None)
    monkeypatch.setattr(
        run,
        "PARTS",
        {
            "lint": [run.Command(["false"], tmp_path), run.Command(["echo", "still run"], tmp_path)],
            "types": [lambda: run.stop("It said why.")],
            "imports": [run.Command(["true"], tmp_path)],
        },
    )
    assert run.run_parts(["lint", "types", "imports"]) == 1
    out, err = capfd.readouterr()
    assert "still run" in out
    assert "It said why." in err
    assert [line.split()[::2] for line in out.splitlines()[-3:]] == [
        ["lint", "FAILED"],
        ["types", "FAILED"],
        ["imports", "OK"],
    ]
    assert run.run_parts(["imports"]) == 0


@pytest.mark.parametrize(
    ("failures", "second", "code", "told"),
    [
        (1, 0, 0, "python, flaky (passed at the second try): tests.a > test_0"),
        (1, 1, 1, "python: tests.a > test_0"),
        (4, 0, 1, "python: tests.a > test_3"),
        (0, 0, 1, "FAILED"),  # no test, but the coverage: that is not tried again
    ],
)
def test_the_few_that_fail_are_tried_once_more_and_told_either_way(
    run: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failures: int,
    second: int,
    code: int,
    told: str,
) -> None:
    report = run.report_of("python")
    report.parent.mkdir(parents=True)

    def play(command: Any) -> int:
        again = "--again" in command.argv
        failed = second if again else failures
        cases = [
            f'<testcase classname="tests.a" name="test_{n}"><failure message="no"/></testcase>' for n in range(failed)
        ]
        report.write_text(f"<testsuite>{''.join(cases)}</testsuite>")
        return failed if again else 1

    monkeypatch.setattr(run, "PARTS", {"python": [run.Command(["x"], run.ROOT, again=("--again",))]})
    monkeypatch.setattr(run, "install_python", lambda **_: None)
    monkeypatch.setattr(run, "install_node_packages", lambda: None)
    monkeypatch.setattr(run, "run", play)
    assert run.run_parts(["python"]) == code
    assert told in capsys.readouterr().out


def test_a_stale_client_fails_the_tests_and_the_tree_is_left_as_it_was(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run.OPENAPI.write_text("old")
    (run.CLIENT / "index.ts").write_text("old")

    def generate() -> None:
        run.OPENAPI.write_text("new")
        (run.CLIENT / "extra.ts").write_text("new")

    monkeypatch.setattr(run, "generate_client", generate)
    assert run.client_is_fresh() == 1
    assert "frontend/api/openapi.json, frontend/src/client/extra.ts" in capsys.readouterr().out
    assert run.OPENAPI.read_text() == "old"
    assert not (run.CLIENT / "extra.ts").exists()

    monkeypatch.setattr(run, "generate_client", lambda: None)
    assert run.client_is_fresh() == 0


def test_the_openapi_document_is_replaced_only_by_a_complete_one(run: ModuleType, steps: Steps) -> None:
    run.OPENAPI.write_text("old")
    steps.fails = "Writing the OpenAPI document"
    with pytest.raises(SystemExit):
        run.generate_client()
    assert run.OPENAPI.read_text() == "old"
    assert [path.name for path in run.OPENAPI.parent.iterdir()] == ["openapi.json"]


def test_without_browsers_an_ordinary_user_is_told_what_to_install(
    run: ModuleType, steps: Steps, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("LOANARK_CHROMIUM", "")
    monkeypatch.setenv("LOANARK_FIREFOX", "")
    monkeypatch.setenv("LOANARK_WEBKIT", "")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert run.find_browsers() == 1
    said = capsys.readouterr().err
    assert "apt-get install chromium" in said
    assert "apt-get install firefox-esr" in said
    assert "apt-get install webkit2gtk-driver" in said
    assert steps.take() == []


def test_a_pooler_is_installed_by_root_only_and_only_where_there_is_none(
    run: ModuleType, steps: Steps, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here: dict[str, str | None] = {"pgbouncer": None, "apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr(run.shutil, "which", lambda name, path=None: here[name])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    run.find_pooler()
    assert steps.take() == []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    run.find_pooler()
    assert steps.take() == ["Installing pgbouncer from the distribution"]
    here["pgbouncer"] = "/usr/sbin/pgbouncer"
    run.find_pooler()
    assert steps.take() == []


@pytest.fixture
def browsers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """All of them are on the path, and nobody may install another."""
    for name in ("chromium", "WebKitWebDriver"):
        (tmp_path / name).touch(mode=0o755)
    put_firefox(tmp_path, "153.7.0esr")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for name in ("CHROMIUM", "FIREFOX", "WEBKIT"):
        monkeypatch.setenv(f"LOANARK_{name}", "")
    return tmp_path


def put_firefox(place: Path, version: str) -> None:
    program = place / "firefox-esr"
    program.write_text(f"#!/bin/sh\necho Mozilla Firefox {version}\n")
    program.chmod(0o755)


def test_browsers_on_the_path_are_told_to_the_tests(run: ModuleType, browsers: Path) -> None:
    assert run.find_browsers() == 0
    assert os.environ["LOANARK_CHROMIUM"] == str(browsers / "chromium")
    assert os.environ["LOANARK_FIREFOX"] == str(browsers / "firefox-esr")
    assert os.environ["LOANARK_WEBKIT"] == str(browsers / "WebKitWebDriver")


def test_a_firefox_that_playwright_cannot_drive_is_left_out(
    run: ModuleType, browsers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_firefox(browsers, "140.12.0esr")
    assert run.find_browsers() == 0
    assert os.environ["LOANARK_FIREFOX"] == ""
    assert "apt-get install firefox-esr" in capsys.readouterr().err


# ── Advisories ──────────────────────────────────────────────────────────────────────────────────────────────────────

CLEAN_PYTHON = '{"dependencies": [{"name": "django", "version": "5.2", "vulns": []}]}'
CLEAN_NODE = '{"vulnerabilities": {}}'


@pytest.fixture
def advised(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What pip-audit and npm answer; a test changes it."""
    answers = {"pip-audit": CLEAN_PYTHON, "npm": CLEAN_NODE}
    monkeypatch.setattr(run.subprocess, "run", lambda argv, **_: subprocess.CompletedProcess(argv, 1, answers[argv[0]]))
    return answers


def test_without_known_weaknesses_all_is_well(run: ModuleType, advised: dict[str, str]) -> None:
    assert run.known_weaknesses() == 0


@pytest.mark.parametrize(
    ("tool", "answer"),
    [
        ("pip-audit", '{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "aliases": []}]}]}'),
        ("npm", '{"vulnerabilities": {"b": {"range": "<2", "via": [{"url": "https://x.example/GHSA-2"}, "a"]}}}'),
    ],
)
def test_a_known_weakness_fails_until_it_is_answered(
    run: ModuleType, advised: dict[str, str], capsys: pytest.CaptureFixture[str], tool: str, answer: str
) -> None:
    advised[tool] = answer
    assert run.known_weaknesses() == 1
    name = "PYSEC-1" if tool == "pip-audit" else "GHSA-2"
    assert f"{name} is not answered" in capsys.readouterr().out
    run.ADVISORIES.parent.mkdir(exist_ok=True)
    run.ADVISORIES.write_text(f"# Advisories\n\n### {name}\n\nDoes not touch us, since.\n")
    assert run.known_weaknesses() == 0


@pytest.mark.parametrize(
    ("tool", "answer"),
    [
        ("pip-audit", ""),
        ("pip-audit", '{"dependencies": [{"name": "a", "skip_reason": "could not be asked"}]}'),
        ("npm", '{"error": {"summary": "no route"}}'),
    ],
)
def test_what_could_not_be_asked_is_not_taken_for_well(
    run: ModuleType, advised: dict[str, str], capsys: pytest.CaptureFixture[str], tool: str, answer: str
) -> None:
    advised[tool] = answer
    assert run.known_weaknesses() == run.UNKNOWN
    assert "nothing is known" in capsys.readouterr().out


def test_a_part_that_could_not_find_out_says_so_and_fails_nothing(
    run: ModuleType, steps: Steps, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "PARTS", {"one": [lambda: run.UNKNOWN], "two": [run.Command(["x"], run.ROOT)]})
    monkeypatch.setattr(run, "install_python", lambda **_: None)
    monkeypatch.setattr(run, "run", lambda _: 0)
    assert run.run_parts(["one", "two"]) == 0
    assert "NOT KNOWN" in capsys.readouterr().out
    monkeypatch.setattr(run, "run", lambda _: run.UNKNOWN)  # a program's own exit code
    assert run.run_parts(["two"]) == 1
