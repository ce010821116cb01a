"""Ten thousand calls of the client through a storm: nothing is lost from the accounts, no limit is exceeded in any
window, no retry doubles a create, and what is told as refused did not happen.

The real client behind the real budget in PostgreSQL, and the simulator with every kind of fault, all on one virtual
clock. Every written value is unique, so that the simulator's records tell which call wrote them.
"""

import math
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from hubspot_simulator import ManualClock, Settings, Simulator
from hubspot_simulator.limits import Limit
from hubspot_simulator.oauth import OPTIONAL_SCOPES, REQUIRED_SCOPES, Install
from hubspot_simulator.transport import SimulatorTransport
from loanark.connections.budget import LANES, Budget
from loanark.hubspot import oauth
from loanark.hubspot.client import Client
from loanark.hubspot.errors import HubSpotError, Transient, UnknownOutcome
from loanark.hubspot.models import BatchOutcome, Confirmed, Create, Rejected, Unknown, Update, Upsert
from loanark.kit import clock

SEEDS = (1, 2, 3, 4)
CALLS = 2_500
KEY = "loanark_id"
STORM = {
    "error-before": 0.03,
    "error-after": 0.02,
    "reset-before": 0.01,
    "reset-after": 0.01,
    "timeout-before": 0.005,
    "timeout-after": 0.005,
    "slow": 0.005,
    "truncated": 0.01,
    "garbled": 0.01,
    "page": 0.01,
    "throttle": 0.002,
    "outage": 0.002,
    "expire": 0.005,
}


class World:
    """One account, one client, one clock."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = ManualClock()
        self.simulator = Simulator(Settings(contacts=300, seed=seed, limit=Limit(110), search_lag_ms=2_000), self.clock)
        self.portal = self.simulator.first_portal()
        self.transport = SimulatorTransport(self.simulator)
        install = Install(self.portal.id, "refresh", [*REQUIRED_SCOPES, *OPTIONAL_SCOPES])
        self.simulator.authority.installs["refresh"] = install
        self.access = ""
        # Half of the worlds begin with a limit that is too high, and rows that an answer says nothing about.
        self.guess = 110 if seed % 2 else 190
        self.portal.rules.missing_rows_untold = not seed % 2
        self.client = Client(
            base_url=self.simulator.base_url,
            token=self.token,
            gate=Budget(uuid4(), self.guess, on_limit=lambda _: None),
            transport=self.transport,
            sleep=self.sleep,
            jitter=self.chance.random,
        )
        self.numbers = iter(range(1, 10**9))
        self.told: Counter[str] = Counter()
        #: Value → what we were told about it.
        self.written: dict[str, str] = {}
        self.creates: set[str] = set()

    # The budget's clock, which the simulator shares

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)

    def sleep(self, seconds: float) -> None:
        self.clock.advance(math.ceil(seconds * 1000))

    def token(self, anew: bool) -> str:
        """A connection's tokens, refreshed through the same storm."""
        while anew or not self.access:
            try:
                authority = self.simulator.authority
                tokens = oauth.refresh(
                    client_id=authority.client_id,
                    client_secret=authority.client_secret,
                    refresh_token="refresh",
                    base_url=self.simulator.base_url,
                    transport=self.transport,
                )
            except Transient:
                self.sleep(1)
                continue
            self.access = tokens.access_token
            break
        return self.access

    # Calls

    def value(self) -> str:
        return f"v{next(self.numbers)}"

    def some_ids(self, most: int) -> list[str]:
        return [str(id) for id in self.chance.sample(self.portal.live, self.chance.randint(1, most))]

    def call(self) -> None:
        kinds = {"create": 3, "update": 4, "upsert": 4, "archive": 1, "list": 2, "read": 3, "search": 2, "get": 2}
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        lane = self.chance.choice(list(LANES))
        if self.chance.random() < 0.004:
            moment = self.clock.now_ms() + self.chance.randrange(5_000)
            setattr(self.portal, self.chance.choice(["locked_until", "moving_until"]), moment)
        try:
            getattr(self, kind)(lane)
            self.told[f"{kind}: answered"] += 1
        except HubSpotError as error:
            self.told[f"{kind}: {type(error).__name__}"] += 1

    def write(self, kind: str, inputs: dict[str, str], lane: str, *, create: bool) -> None:
        """`inputs`: our key of each input to the unique value it writes."""
        if create:
            self.creates.update(inputs.values())
        rows = {
            "create": lambda: self.client.batch_create(
                [Create(key, {"lastname": value}) for key, value in inputs.items()], lane=lane
            ),
            "update": lambda: self.client.batch_update(
                [Update(key, key, {"city": value}) for key, value in inputs.items()], lane=lane
            ),
            "upsert": lambda: self.client.batch_upsert(
                [Upsert(key, key, KEY, {"lastname": value}) for key, value in inputs.items()], lane=lane
            ),
        }
        try:
            outcome: BatchOutcome = rows[kind]()
        except UnknownOutcome:
            self.written |= dict.fromkeys(inputs.values(), "unknown")
            raise
        except HubSpotError:
            self.written |= dict.fromkeys(inputs.values(), "refused")
            raise
        assert list(outcome.outcomes) == list(inputs), "every input is accounted for, and no other"
        for key, told in outcome.outcomes.items():
            match told:
                case Confirmed(contact=contact):
                    assert kind != "update" or contact.id == key
                    self.written[inputs[key]] = "confirmed"
                case Rejected():
                    self.written[inputs[key]] = "refused"
                case Unknown():
                    self.written[inputs[key]] = "unknown"

    def create(self, lane: str) -> None:
        inputs = {f"c{number}": self.value() for number in range(self.chance.randint(1, 12))}
        self.write("create", inputs, lane, create=True)

    def update(self, lane: str) -> None:
        ids = self.some_ids(12)
        if self.chance.random() < 0.1:
            ids.append("999999999")  # nobody's
        self.write("update", {id: self.value() for id in ids}, lane, create=False)

    def upsert(self, lane: str) -> None:
        keys = {f"k{self.chance.randrange(400)}" for _ in range(self.chance.randint(1, 12))}
        self.write("upsert", {key: self.value() for key in sorted(keys)}, lane, create=False)

    def archive(self, lane: str) -> None:
        if len(self.portal.live) < 200:
            return
        ids = self.some_ids(3)
        assert list(self.client.batch_archive(ids, lane=lane).outcomes) == ids

    def list(self, lane: str) -> None:
        after = str(self.chance.choice(self.portal.live))
        ids = [int(contact.id) for contact in self.client.list_contacts(["city"], after, lane=lane).results]
        assert ids == sorted(ids)

    def read(self, lane: str) -> None:
        ids = [*self.some_ids(20), "999999999"]
        read = self.client.batch_read(ids, ["city"], lane=lane)
        assert set(read.contacts) | set(read.missing) | set(read.failed) == set(ids)
        assert not {*read.missing, *read.failed} & {str(id) for id in self.portal.live}, "a failed read is no evidence"

    def search(self, lane: str) -> None:
        self.client.search_modified(self.clock.now_ms() - 60_000, lane=lane)

    def get(self, lane: str) -> None:
        [id] = self.some_ids(1)
        assert self.client.get_contact(id, ["city"], lane=lane).id == id

    # What really happened

    def happened(self) -> Counter[str]:
        """How many records a value was ever written to."""
        times: Counter[str] = Counter()
        for contact in self.portal.contacts.values():
            times.update({r.value for name in ("city", "lastname") for r in contact.revisions(name)})
        return times


@pytest.fixture(params=SEEDS)
def world(request: pytest.FixtureRequest, database: str) -> Iterator[World]:
    built = World(request.param)
    with clock.use(built):
        yield built
    built.client.close()


def test_a_storm_over_thousands_of_calls(world: World) -> None:
    world.client.create_property_group("loanark", "LoanArk", lane="person")
    world.client.create_property(KEY, "LoanArk id", "string", "text", "loanark", has_unique_value=True, lane="person")
    world.simulator.cause(STORM)
    for _ in range(CALLS):
        world.call()

    happened = world.happened()
    wrong = {
        value: told
        for value, told in world.written.items()
        if (told == "confirmed" and happened[value] != 1) or (told == "refused" and happened[value])
    }
    assert wrong == {}, "confirmed is done once, refused is not done"
    assert {value for value in world.creates if happened[value] > 1} == set(), "no retry doubles a create"

    meter = world.portal.meter
    assert meter.most_arrivals() <= 110
    assert meter.search_arrivals.maximum <= 5

    fates = Counter(world.written.values())
    assert fates["confirmed"] > 10 * fates["unknown"], f"and most of it worked: {fates} {world.told}"
    met = {entry["fault"].split("-")[0] for entry in world.simulator.log if "fault" in entry}
    assert met == {name.partition("-")[0] for name in STORM}, "through every kind of trouble"
