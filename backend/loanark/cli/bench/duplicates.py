"""How well the same person is found, on labelled people, and how fast pairs are weighed."""

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import click

from loanark.cli.output import command, json_option, show
from loanark.core.duplicates.keys import keys
from loanark.core.duplicates.person import person
from loanark.core.duplicates.score import Frequencies, Score, score

DATA = Path(__file__).parents[3] / "benchmarks" / "people"
SETS = ("febrl1", "febrl2", "febrl3", "fake1000", "uspeople", "contacts")

#: A key that more people share is skipped in bulk: comparing all of them costs more than it finds.
LARGEST_BLOCK = 60

_COLUMNS = {"first": "first_name", "middle": "middle_name", "last": "last_name", "birth": "dob"}
_SAME = ("email", "phone", "mobile", "address", "city", "zip")

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A labelled set: of the suggested pairs how many are right, of the right ones how many were suggested; and the
    same of those certain enough to be merged without a person."""

    people: str
    contacts: int
    pairs: int
    precision: float
    recall: float
    f1: float
    certain_precision: float
    certain_recall: float
    compared: int
    compared_per_second: float


@click.command()
@click.option("--people", "names", multiple=True, type=click.Choice(SETS), help="Which sets; all of them if none.")
@json_option
@command
def duplicates(names: tuple[str, ...], as_json: bool) -> None:
    """How well the same person is found among labelled people, with one configuration for all sets."""
    measured = [find(name) for name in names or SETS]
    if as_json:
        show([asdict(row) for row in measured])
        return
    click.echo(
        f"{'people':<10}{'contacts':>9}{'pairs':>7}{'precision':>11}{'recall':>8}{'F1':>7}"
        f"{'certain: precision':>20}{'recall':>8}{'compared':>10}{'a second':>10}"
    )
    for row in measured:
        click.echo(
            f"{row.people:<10}{row.contacts:>9,}{row.pairs:>7,}{row.precision:>11.3f}{row.recall:>8.3f}{row.f1:>7.3f}"
            f"{row.certain_precision:>20.4f}{row.certain_recall:>8.3f}{row.compared:>10,}"
            f"{row.compared_per_second:>10,.0f}"
        )


def find(name: str) -> Found:
    """Measures one set."""
    rows = _read(f"{name}_contacts.csv")
    truth = {row["id"]: (row["entity"], row["split"]) for row in _read(f"{name}_truth.csv")}
    label = [truth[row["id"]] for row in rows]
    people = [person(_values(row)) for row in rows]
    book = Frequencies.of(people)
    blocks: defaultdict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(people):
        for key in keys(one):
            blocks[key].append(number)
    pairs = {pair for block in blocks.values() if len(block) <= LARGEST_BLOCK for pair in combinations(block, 2)}
    began = time.perf_counter()
    weighed = {(one, other): score(people[one], people[other], book) for one, other in pairs}
    took = time.perf_counter() - began
    return _told(name, label, weighed, took)


def _told(name: str, label: list[tuple[str, str]], weighed: Mapping[Pair, Score], took: float) -> Found:
    right = sum(count * (count - 1) // 2 for count in Counter(label).values())
    within = {pair: found for pair, found in weighed.items() if label[pair[0]][1] == label[pair[1]][1]}
    precision, recall = _precision_and_recall(label, (pair for pair, one in within.items() if one.is_suggested), right)
    certain = _precision_and_recall(label, (pair for pair, one in within.items() if one.is_certain), right)
    return Found(
        people=name,
        contacts=len(label),
        pairs=right,
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall),
        certain_precision=certain[0],
        certain_recall=certain[1],
        compared=len(weighed),
        compared_per_second=len(weighed) / took,
    )


def _precision_and_recall(label: list[tuple[str, str]], pairs: Iterable[Pair], right: int) -> tuple[float, float]:
    """Where nothing is said, nothing is wrong."""
    hits = Counter(label[one] == label[other] for one, other in pairs)
    return (hits[True] / hits.total() if hits else 1.0), hits[True] / right


def _values(row: Mapping[str, str]) -> dict[str, str]:
    return {name: row[column] for name, column in _COLUMNS.items()} | {name: row[name] for name in _SAME}


def _read(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
