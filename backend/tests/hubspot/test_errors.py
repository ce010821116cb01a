"""The tree of errors as drawn in the module, and as it is."""

import inspect
import re

import pytest

from loanark.hubspot import errors
from loanark.hubspot.errors import HubSpotError, Reaction

#: "     │   ├─ RateLimited         too many calls just now        retry later"
DRAWN = re.compile(r"^    (?P<branches>[ │├└─]*)(?P<name>[A-Z]\w+)\s*(?P<words>.*?)(?:\s{2,}(?P<reaction>[a-z, ]+))?$")


def drawn() -> dict[str, tuple[str | None, str | None]]:
    """Name: parent and reaction, from the picture."""
    found: dict[str, tuple[str | None, str | None]] = {}
    above: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        match = DRAWN.match(line)
        if match and ("─" in match["branches"] or match["name"] == "HubSpotError"):
            depth = (len(match["branches"]) + 3) // 4
            found[match["name"]] = (above.get(depth - 1), match["reaction"])
            above[depth] = match["name"]
    return found


def classes() -> dict[str, type[HubSpotError]]:
    return {
        name: kind for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, HubSpotError)
    }


def test_the_picture_shows_every_error_under_its_parent() -> None:
    parents = {name: kind.__base__.__name__ if kind is not HubSpotError else None for name, kind in classes().items()}  # type: ignore[union-attr]
    assert {name: parent for name, (parent, _) in drawn().items()} == parents


@pytest.mark.parametrize("name", sorted(classes().keys() - {"HubSpotError", "Transient"}))
def test_the_picture_tells_the_right_reaction(name: str) -> None:
    assert drawn()[name][1] == classes()[name].reaction


def test_every_reaction_is_explained() -> None:
    _, _, text = (errors.__doc__ or "").partition("Reactions,")
    explained = set(re.findall(r"^    ([a-z, ]+?)\s{2,}[A-Z]", text, re.MULTILINE))
    assert explained == {str(one) for one in Reaction} - {"gone", "merged"} | {"gone, merged"}
