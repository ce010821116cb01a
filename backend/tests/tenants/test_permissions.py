"""The table of permissions: the documentation shows what the code says."""

import re
from pathlib import Path

import loanark
from loanark.tenants.models import Role
from loanark.tenants.permissions import MEANINGS, NEVER_BY_TOKEN, OF_ROLE, Permission

PAGE = (Path(loanark.__file__).parents[2] / "docs" / "permissions.md").read_text()


def test_the_page_shows_the_table_as_it_is() -> None:
    shown = {}
    for line in PAGE.splitlines():
        if found := re.match(r"\| `([a-z]+:[a-z]+)` \|", line):
            _, _, meaning, *marks, _ = (cell.strip() for cell in line.split("|"))
            shown[found[1]] = (meaning, *marks)
    roles = (Role.LOAN_OFFICER, Role.SALES_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR)
    assert shown == {
        permission.value: (
            MEANINGS[permission],
            *("yes" if permission in OF_ROLE[role] else "" for role in roles),
            "" if permission in NEVER_BY_TOKEN else "yes",
        )
        for permission in Permission
    }


def test_whoever_changes_something_sees_it() -> None:
    for role, held in OF_ROLE.items():
        for permission in held:
            noun, _, verb = permission.partition(":")
            if verb in ("write", "erase", "run") and f"{noun}:read" in list(Permission):
                assert f"{noun}:read" in held, role
