# ruff: noqa: S311  (repeatable from a seed on purpose; no secret depends on it)
"""People for a portal: generated from a seed, or read from a CSV file.

The generated portal looks like a US lender's after some years: a few thousand VIPs and prospects with option
values from several eras, telephone numbers as people type them, gaps, accents, and the same person twice.
"""

from __future__ import annotations

import csv
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from hubspot_simulator import names
from hubspot_simulator.clock import DAY_MS, parse_instant
from hubspot_simulator.errors import ValueProblem
from hubspot_simulator.model import FIRST_ID, Contact, Owner, Property, Props
from hubspot_simulator.records import catalogue
from hubspot_simulator.records.values import check

DEFAULT_COUNT = 41_341
VIP_SHARE = 1_716 / DEFAULT_COUNT
PROSPECT_SHARE = 15_609 / DEFAULT_COUNT
OPENED = 1_530_403_200_000  # July 2018: the portal's first records
LATEST = 1_793_491_200_000  # November 2026: nothing seeded is newer, so that a restart changes nothing
OWNER_COUNT = 25


def owners(seed: int) -> list[Owner]:
    """The loan officers."""
    rng = random.Random(f"owners-{seed}")
    found: list[Owner] = []
    taken: set[str] = set()
    while len(found) < OWNER_COUNT:
        first, last = rng.choice(names.FIRST[:120]), rng.choice(names.LAST[:120])
        email = f"{first}.{last}@loanark.example.com".lower()
        if email in taken:
            continue
        taken.add(email)
        number = len(found)
        found.append(
            Owner(41_629_000 + number * 7, 9_100_000 + number * 13, first, last, email, OPENED + number * DAY_MS)
        )
    return found


class Maker:
    """Makes one person after another; the same seed makes the same people."""

    def __init__(self, count: int, seed: int, owner_ids: list[str]) -> None:
        self.count = count
        self.rng = random.Random(f"people-{seed}")
        self.owner_ids = owner_ids
        self.addresses: set[str] = set()
        self.recent: list[Props] = []
        order = list(range(count))
        self.rng.shuffle(order)
        vips, prospects = round(count * VIP_SHARE), round(count * PROSPECT_SHARE)
        self.vips = set(order[:vips])
        # A few past clients are prospects again.
        overlap = vips // 14
        self.prospects = set(order[vips - overlap : vips - overlap + prospects])

    def contacts(self) -> Iterator[Contact]:
        rng = self.rng
        contact_id = FIRST_ID
        span = LATEST - OPENED
        for number in range(self.count):
            created = OPENED + int(span * ((number + rng.random()) / self.count))
            updated = created + int((LATEST - created) * rng.random() ** 2)
            yield Contact(contact_id, self.person(number), created, updated)
            contact_id += rng.choice((1, 1, 1, 1, 2, 3, 50))

    def person(self, number: int) -> Props:
        rng = self.rng
        if self.recent and rng.random() < 0.02:
            props = self._variant(rng.choice(self.recent))
        else:
            props = self._fresh()
            if len(self.recent) < 500:
                self.recent.append(props)
            elif rng.random() < 0.05:
                self.recent[rng.randrange(500)] = props
        self._classify(props, number)
        return props

    def _fresh(self) -> Props:
        rng = self.rng
        chance = rng.random
        first, last = rng.choice(names.FIRST), rng.choice(names.LAST)
        city, state, area, low, high = names.CITIES[int(len(names.CITIES) * chance() ** 1.6)]
        props: Props = {"firstname": first, "lastname": last}
        if chance() < 0.05:
            props["firstname"] = rng.choice((first.upper(), first.lower(), f"{first} {rng.choice('ABCDJKLMRST')}."))
        if chance() < 0.03:
            del props[rng.choice(("firstname", "lastname"))]
        if chance() < 0.9:
            props["email"] = self._address(first, last)
        if chance() < 0.84:
            props["phone"] = self._phone(area)
        if chance() < 0.48:
            props["mobilephone"] = self._phone(area)
        if chance() < 0.3:
            props["company"] = rng.choice(names.FIRMS)
        if chance() < 0.25:
            props["jobtitle"] = rng.choice(names.JOBS)
        if chance() < 0.72:
            props["address"] = self._street()
        if chance() < 0.86:
            props["city"] = city
            props["state"] = state
            props["zip"] = f"{low + int((high - low + 1) * chance()):05d}"
        return props

    def _variant(self, original: Props) -> Props:
        """The same person once more, as a second form or import leaves them."""
        rng = self.rng
        props = dict(original)
        for name in ("email_verification_status", "client_type_vip_status", "client_type_prospects"):
            props.pop(name, None)
        first = props.get("firstname", "")
        if first in names.NICKNAMES:
            props["firstname"] = names.NICKNAMES[first]
        elif len(first) > 3 and rng.random() < 0.3:
            props["firstname"] = first[:-1]
        email = props.pop("email", None)
        if email and rng.random() < 0.6:
            local = email.partition("@")[0]
            props["email"] = self._unused(
                local + rng.choice(("1", "77", ".home", "_tx")), rng.choice(names.MAIL_DOMAINS)
            )
        if "phone" in props:
            digits = re.sub(r"\D", "", props["phone"])[-10:]
            if len(digits) == 10:
                props["phone"] = self._format(digits)
        for name in ("address", "company", "jobtitle"):
            if rng.random() < 0.4:
                props.pop(name, None)
        if not ({"email", "firstname", "lastname"} & props.keys()):
            props["lastname"] = rng.choice(names.LAST)
        return props

    def _address(self, first: str, last: str) -> str:
        rng = self.rng
        given, family = plain(first), plain(last)
        style = rng.random()
        if style < 0.4:
            local = f"{given}.{family}"
        elif style < 0.6:
            local = f"{given[:1]}{family}"
        elif style < 0.8:
            local = f"{given}{family}{rng.randrange(100)}"
        else:
            local = f"{given}_{family[:1]}{rng.randrange(1950, 2005)}"
        return self._unused(local, rng.choice(names.MAIL_DOMAINS))

    def _unused(self, local: str, domain: str) -> str:
        address, number = f"{local}@{domain}", 2
        while address in self.addresses:
            address = f"{local}{number}@{domain}"
            number += self.rng.randrange(1, 9)
        self.addresses.add(address)
        return address

    def _phone(self, area: str) -> str:
        rng = self.rng
        if rng.random() < 0.012:
            return rng.choice(("n/a", "none", "call after 5pm", "000-000-0000", "512-555", "ask for Maria", "555"))
        if rng.random() < 0.01:
            return rng.choice(("+52 55 5555 0143", "+44 20 7946 0958", "+49 30 901820", "+1 604 555 0187"))
        return self._format(f"{area}555{rng.randrange(10_000):04d}")

    def _format(self, digits: str) -> str:
        a, b, c = digits[:3], digits[3:6], digits[6:]
        style = int(self.rng.random() * 12)
        if style < 4:
            return f"({a}) {b}-{c}"
        if style < 6:
            return f"{a}-{b}-{c}"
        if style == 6:
            return f"{a}.{b}.{c}"
        if style == 7:
            return f"+1 {a} {b} {c}"
        if style == 8:
            return digits
        if style == 9:
            return f"+1{digits}"
        if style == 10:
            return f"({a}) {b}-{c} x{self.rng.randrange(10, 999)}"
        return f"1-{a}-{b}-{c}"

    def _street(self) -> str:
        rng = self.rng
        text = f"{rng.randrange(1, 9900)} {rng.choice(names.STREETS)} {rng.choice(names.STREET_KINDS)}"
        return (
            f"{text}{rng.choice((', Apt ', ' #', ', Unit '))}{rng.randrange(1, 400)}" if rng.random() < 0.15 else text
        )

    def _classify(self, props: Props, number: int) -> None:
        rng = self.rng
        chance = rng.random
        if chance() < 0.62:
            props["email_verification_status"] = pick(rng, catalogue.VERIFICATION, (40, 6, 14, 6, 10, 12, 4, 8))
        if number in self.vips:
            props["client_type_vip_status"] = pick(rng, catalogue.VIP, (30, 30, 10, 10, 14, 6))
        if number in self.prospects:
            chosen = {pick(rng, catalogue.PROSPECTS, (40, 14, 12, 12, 6, 5, 6, 5))}
            if chance() < 0.18:
                chosen.add(pick(rng, catalogue.PROSPECTS, (10, 30, 20, 20, 10, 10, 0, 0)))
            props["client_type_prospects"] = ";".join(sorted(chosen))
            if chance() < 0.2:
                props["preapproval_amount"] = str(rng.randrange(120, 900) * 1000)
        if chance() < 0.88:
            props["hubspot_owner_id"] = rng.choice(self.owner_ids)
        if chance() < 0.04:
            props["do_not_call"] = "true"
        if chance() < 0.06:
            props["next_review_date"] = f"2027-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        props["lifecyclestage"] = (
            "customer" if number in self.vips else "opportunity" if number in self.prospects else "lead"
        )


def pick(rng: random.Random, rows: tuple[tuple[str, str, bool], ...], weights: tuple[int, ...]) -> str:
    return rng.choices(rows, weights)[0][0]


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """A name as it appears in an e-mail address."""
    name = name.replace("ø", "o").replace("Ø", "O").replace("ł", "l").replace("Ł", "L").replace("ß", "ss")
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z]", "", text) or "contact"


# ---- from a file ------------------------------------------------------------------------------------

HEADERS = {
    "first_name": "firstname",
    "last_name": "lastname",
    "middle_name": "middle_name",
    "mobile": "mobilephone",
    "dob": "date_of_birth",
    "id": "source_record_id",
    "source": "record_source",
    "zip_code": "zip",
    "postal_code": "zip",
    "street": "address",
}


@dataclass(slots=True)
class Loaded:
    """What came out of a file, and what had to be left out of it."""

    contacts: list[Contact] = field(default_factory=list)
    new_properties: list[Property] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)


def load(path: Path, properties: dict[str, Property], owner_ids: frozenset[str]) -> Loaded:
    """Read people from a CSV file; columns are HubSpot property names or the usual words for them.

    Unknown columns become text properties. A value that HubSpot would refuse, and an e-mail that somebody
    above already has, is left blank and counted: never dropped silently.
    """
    loaded = Loaded()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = {header: property_name(header) for header in reader.fieldnames or []}
        known = dict(properties)
        for name in columns.values():
            if name not in known:
                label = name.replace("_", " ").capitalize()
                known[name] = Property(name, label, defined_by_hubspot=False)
                loaded.new_properties.append(known[name])
        taken: set[str] = set()
        for number, row in enumerate(reader):
            props = _row(row, columns, known, owner_ids, loaded.problems)
            address = props.get("email")
            if address in taken:
                loaded.problems["duplicate e-mail left blank"] += 1
                del props["email"]
            elif address:
                taken.add(address)
            created = _moment(row.get("createdate"), OPENED + number * 60_000)
            updated = _moment(row.get("lastmodifieddate"), created)
            loaded.contacts.append(Contact(FIRST_ID + number, props, created, updated))
    return loaded


def property_name(header: str) -> str:
    name = re.sub(r"[^a-z0-9_]+", "_", header.strip().lower()).strip("_") or "column"
    return HEADERS.get(name, name if name[0].isalpha() else f"c_{name}")


def _row(
    row: dict[str, str],
    columns: dict[str, str],
    known: dict[str, Property],
    owner_ids: frozenset[str],
    problems: Counter[str],
) -> Props:
    props: Props = {}
    for header, name in columns.items():
        text = (row.get(header) or "").strip()
        prop = known[name]
        if not text or prop.read_only or name == "createdate":
            continue
        try:
            props[name] = check(prop, text, "", owner_ids).value
        except ValueProblem as problem:
            problems[f"{name} left blank: {problem.code}"] += 1
    return props


def _moment(text: str | None, otherwise: int) -> int:
    found = parse_instant(text) if text else None
    return otherwise if found is None else found
