# ruff: noqa: S311  (repeatable from a seed on purpose)
"""Playing a story: first run, steps, quiet, and what the checkers say then."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from hubspot_simulator.disorder.faults import Storm
from hubspot_simulator.errors import ApiError
from loanark.connections.problems import ConnectionFailed
from loanark.kit.errors import LoanArkError
from loanark.sync import brakes, runs
from loanark.sync.engine import Turn
from simulation import checkers
from simulation.actors import Actors
from simulation.checkers import Violation
from simulation.record import Record
from simulation.story import MARK, STAGE_FIELD, STAGE_PROPERTY, Aim, Step, Story, mark_of
from simulation.worker import REQUESTS, STATEMENTS, Endless, Strike, Workers
from simulation.world import World

#: A story must come to rest within so many turns after its last step.
TURNS_TO_REST = 80

#: Longer than any hint waits, any index lags, any outage lasts.
LONG = 660.0

#: Longer than HubSpot waits before it merges what LoanArk merged.
WAITED = 3_700.0
_MERGES_WAIT = """SELECT 1 FROM duplicate_merges
    WHERE hubspot = 'sending' OR state = 'live' AND hubspot IN ('waiting', 'approved')"""

#: A hint that was followed so often waits for something else.
TRIED_OFTEN = 6

#: The faults a step can order, and for which requests.
ORDERED_FAULTS = ("error", "reset", "timeout", "truncated", "garbled", "page", "throttle", "expire")
UNANSWERED = (
    ("/batch/update", "person edits"),
    ("/batch/update", "program updates"),
    ("/batch/upsert", "person creates"),
    ("/batch/archive", "person deletes"),
)
PATHS = (
    "/batch/update", "/batch/upsert", "/batch/archive", "/batch/read", "/batch/read", "/search", "/contacts", "",
)  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """What became of a story."""

    story: Story
    record: Record
    violations: list[Violation] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.violations


def play(story: Story, url: str, *, hasty: bool = False) -> Outcome:
    """Plays a story to its end, and checks it. `hasty`: one violation is enough."""
    world = World(story, url)
    with world.open():
        return Player(world).play(hasty=hasty)


class Player:
    """Carries the steps out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.actors = Actors(world)
        self.workers = Workers(world, self.actors.act)
        self.chance = random.Random()
        self._steps: dict[str, Callable[[], None]] = {
            "act": lambda: self.actors.act(self.chance),
            "turn": self.turn,
            "webhooks": self.webhooks,
            "wait": self.wait,
            "killed turn": self.killed_turn,
            "zombie": self.zombie,
            "zombie goes on": self.zombie_goes_on,
            "cut": self.cut,
            "fault": self.fault,
            "writes unanswered": self.writes_unanswered,
            "webhooks vanish": self.webhooks_vanish,
            "forged webhook": self.forged_webhook,
            "tokens expire": self.tokens_expire,
            "app removed": self.app_removed,
        }

    def play(self, *, hasty: bool = False) -> Outcome:
        world = self.world
        outcome = Outcome(world.story, world.record)
        try:
            self.begin()
            for step in world.story.steps:
                self.take(step)
            self.come_to_rest()
            self.act_once_more()
            outcome.violations += checkers.check_polls(world)
            if hasty and not outcome.good:
                return outcome
            self.edit_unseen()
            self.compare_completely()
            outcome.violations += checkers.check(world)
            if hasty and not outcome.good:
                return outcome
            outcome.violations += self.check_another_pass()
        except Endless as endless:
            outcome.violations.append(Violation("every turn ends", f"this one does not; it was at {endless}"[:300]))
        except Restless as restless:
            outcome.violations.append(Violation("after quiet the engine comes to rest", str(restless)))
        return outcome

    # ── The beginning ───────────────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """People on both sides, some of them on both; a connected account; a first run that was approved."""
        world, story = self.world, self.world.story
        self.chance = random.Random(f"begin {story.seed}")
        self.actors.chance = self.chance
        for _ in range(story.people):
            where = self.chance.random()
            alone = 1 - story.on_both_sides
            if where < alone / 2:
                self.actors.hubspot_creates()
            elif where < alone:
                self.actors.person_creates()
            else:
                self.on_both_sides()
        world.clock.sleep(story.settled_in_seconds)
        world.connect()
        if STAGE_FIELD in story.fields:
            world.sql("INSERT INTO field_mappings (field, property_name) VALUES (%s, %s)", STAGE_FIELD, STAGE_PROPERTY)
        for rule in story.rules:
            world.sql(
                "UPDATE field_mappings SET direction = %s, policy = %s, blank_may_overwrite = %s WHERE field = %s",
                rule.direction, rule.policy, rule.blank_may_overwrite, rule.field,
            )  # fmt: skip
        for _ in range(20):
            self.workers.turn()
            if waiting := world.rows("SELECT id FROM runs WHERE kind = 'preview' AND status = 'waiting'"):
                break
            world.clock.sleep(5)
        else:
            raise Restless("the first preview never ended")
        world.acts(lambda: runs.approve(waiting[0]["id"], by="jane"))
        world.tell("approved")
        if story.settled_first:
            self._rest(idle_turns=1)
        elif "killed turn" in story.machinery:
            # Workers die within the first load.
            deaths = self.chance.randint(0, 3) if story.first_deaths is None else story.first_deaths
            for _ in range(deaths):
                self.killed_turn()
        self.make_trouble()

    def on_both_sides(self) -> None:
        """The same person, entered on both sides before anybody connected anything."""
        world, number = self.world, self.world.number()
        email, mark = f"both{number}@example.com", mark_of(number)
        field, other = self.actors.text_field(), self.actors.text_field()
        theirs, ours = self.actors.value(field), self.actors.value(field)
        id = world.hubspot_creates({"email": email, MARK: mark, self.actors.property(field): theirs})
        world.typed("hubspot", id, field, theirs)
        world.deed("hubspot", id, "entered twice")
        found = world.rows(
            f"INSERT INTO contacts (email, {MARK}, {field}) VALUES (%s, %s, %s) RETURNING id",
            email.upper() if self.chance.random() < 0.3 else email, mark, ours,
        )  # fmt: skip
        world.typed("loanark", found[0]["id"], field, ours)
        if other != field:
            # HubSpot has a blank there: the first run brings it LoanArk's value.
            value = self.actors.value(other)
            world.sql(f"UPDATE contacts SET {other} = %s WHERE id = %s", value, found[0]["id"])
            world.typed("loanark", found[0]["id"], other, value)

    def make_trouble(self) -> None:
        world, story = self.world, self.world.story
        world.simulator.cause({**story.storm, **({"search-stale": story.stale_rate} if story.stale_rate else {})})
        world.simulator.faults.storm = Storm(
            {name: rate for name, rate in story.storm.items() if not name.startswith("webhook")}, story.seed
        )

    # ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, step: Step) -> None:
        self.chance = random.Random(step.seed)
        self.world.tell(f"#{step.number} {step.kind}")
        self.world.clock.sleep(self.chance.choice((0.0, 0.001, 0.3, 2.0)))
        self.world.count(f"step: {step.kind}")
        self._steps[step.kind]()
        self.heal()

    def heal(self) -> None:
        """What a person does who sees that the connection asks for it."""
        asks = self.world.rows("SELECT status FROM connections")[0]["status"] == "reconnect_needed"
        if asks and self.chance.random() < 0.5:
            self.reconnect()

    def reconnect(self) -> None:
        try:
            self.world.connect()
            self.world.count("authorised again")
            self.world.tell("  LoanArk user: connects again")
        except (ConnectionFailed, LoanArkError, ApiError) as error:
            self.world.tell(f"  LoanArk user: could not connect again ({error})")

    def _meddling(self) -> random.Random | None:
        return random.Random(self.chance.random()) if self.world.story.meddling else None

    def turn(self) -> None:
        if self.chance.random() < 0.5:
            self._something_due()
        seconds = self.chance.choice((0.0, 0.05, 0.5, 15.0, 15.0, 15.0))
        self.workers.turn(meddling=self._meddling(), seconds=seconds)

    def webhooks(self) -> None:
        count = self.world.deliver_webhooks()
        if count:
            self.world.count("webhooks delivered")
            self.world.tell(f"  {count} webhook requests")

    def wait(self) -> None:
        seconds = self.chance.choice((1.0, 5.0, 16.0, 50.0, 130.0))
        self.world.clock.sleep(seconds)
        self.world.tell(f"  {seconds:g} s pass")

    def _something_due(self) -> None:
        """A worker is seldom struck while it has nothing to do."""
        match self.chance.random():
            case few if few < 0.4:
                self.webhooks()
                self.world.clock.sleep(0.4)
            case some if some < 0.8:
                self.world.clock.sleep(16)

    def _strike(self, what: str, moments: tuple[str, ...]) -> Strike:
        self._something_due()
        if aim := self.world.story.aim:
            for name in aim.acts:
                if name in self._steps:
                    self._steps[name]()
                else:
                    self.actors.act(self.chance, only=name)
            return Strike(what, aim, after=0)
        moment = self.chance.choice(moments)
        most = {"before a request": 12, "after a request": 12, "before a statement": 90}.get(moment, 16)
        return Strike(what, Aim(moment), int(most * self.chance.random() ** 2))

    def killed_turn(self) -> None:
        self.workers.turn(strike=self._strike("dies", (*REQUESTS, *STATEMENTS)), meddling=self._meddling())

    def cut(self) -> None:
        self.workers.turn(strike=self._strike("is cut off", STATEMENTS), meddling=self._meddling())

    def zombie(self) -> None:
        if len(self.workers.zombies) < 2:
            self.workers.hang(self._strike("hangs", REQUESTS))

    def zombie_goes_on(self) -> None:
        if self.workers.zombies:
            if self.chance.random() < 0.6:
                self.world.clock.sleep(self.chance.uniform(10, 70))
                self.workers.turn(meddling=self._meddling())
            self.workers.wake(self.chance.choice(self.workers.zombies))

    def fault(self) -> None:
        spec = {
            "kind": self.chance.choice(ORDERED_FAULTS),
            "path": self.chance.choice(PATHS),
            "status": self.chance.choice((500, 502, 503, 504)),
            "count": self.chance.choice((1, 1, 2, 7, 12)),
        }
        if spec["kind"] in ("error", "reset", "timeout", "page"):
            spec["when"] = self.chance.choice(("before", "after"))
        self.world.simulator.faults.add(spec)
        self.world.tell(f"  fault: {spec}")

    def writes_unanswered(self) -> None:
        """Every attempt at a write is broken off, before or after its effect; and there is something to write."""
        path, act = self.chance.choice(UNANSWERED)
        when = self.chance.choice(("before", "before", "after"))
        self.actors.act(self.chance, only=act)
        self.world.simulator.faults.add({"kind": "reset", "path": path, "when": when, "count": 6})
        self.world.tell(f"  {path} is broken off six times, {when} the effect")
        for _ in range(2):
            self.workers.turn(meddling=self._meddling())
            self._something_due()

    def webhooks_vanish(self) -> None:
        lost = self.world.simulator.webhooks.take_due()
        if lost:
            self.world.count("webhooks lost on their way")

    def forged_webhook(self) -> None:
        """Somebody posts invented events, unsigned."""
        status = self.world.post_webhook("", {}, b'[{"portalId":70000001,"subscriptionType":"contact.deletion"}]')
        assert status == 401, status

    def tokens_expire(self) -> None:
        self.world.simulator.authority.expire_all()
        self.world.count("tokens expired at a step")

    def app_removed(self) -> None:
        if self.world.story.oauth:
            self.world.simulator.authority.expire_all()
            self.world.simulator.authority.uninstall(self.world.portal.id)
            self.world.count("app removed")
            self.world.tell("  HubSpot user: removes the app")

    # ── The end ─────────────────────────────────────────────────────────────────────────────────────────────────

    def come_to_rest(self) -> None:
        """All trouble ends. What was lost stays lost, and must be found anyway."""
        world = self.world
        world.tell("quiet")
        self.chance = random.Random(f"rest {world.story.seed}")
        world.simulator.faults.clear()
        world.simulator.cause({"webhook-loss": 0.0, "webhook-duplicate": 0.0, "webhook-late": 0.0, "search-stale": 0.0})
        self.actors.commit_late()
        while self.workers.zombies:
            self.workers.wake(self.workers.zombies[0])
        world.clock.sleep(60)
        # An id that HubSpot knows no more, and of which no event told, waits for two sweeps.
        self._rest(idle_turns=2, patience=TRIED_OFTEN)
        self._let_hubspot_merge(patience=TRIED_OFTEN)

    def act_once_more(self) -> None:
        """In peace: plain edits and clears on both sides, which must arrive by themselves."""
        for act in ("person clears", "hubspot clears", "person edits", "hubspot edits"):
            self.actors.act(self.chance, only=act)
        self._rest(idle_turns=2, patience=TRIED_OFTEN)

    def edit_unseen(self) -> None:
        """What neither a webhook nor the index ever tells: only the complete comparison that follows can find it."""
        webhooks = self.world.simulator.webhooks.settings
        webhooks.enabled = False
        for _ in range(2):
            self.actors.act(self.chance, only="hubspot edits unseen by search")
        webhooks.enabled = True

    def compare_completely(self) -> None:
        """A sweep finds what neither events nor polls told. An id that HubSpot knows no more takes two of them."""
        twice = any(deed.what == "erased" for deed in self.world.record.deeds)
        self._sweep(patience=TRIED_OFTEN if twice else None)
        if twice:
            self.world.clock.sleep(LONG)
            self._sweep()
        self._let_hubspot_merge()

    def _let_hubspot_merge(self, patience: int | None = None) -> None:
        """The time is over that HubSpot waits before it merges what LoanArk merged."""
        for _ in range(3):
            if not self.world.rows(_MERGES_WAIT):
                return
            self.world.clock.sleep(WAITED)
            self._rest(idle_turns=1, patience=patience)

    def _sweep(self, patience: int | None = None) -> None:
        """A complete comparison: it finds what no event and no poll told."""
        self.world.acts(lambda: runs.start("sweep", trigger="the end"))
        self._rest(idle_turns=1, patience=patience)

    def _rest(self, *, idle_turns: int, patience: int | None = None) -> None:
        """Turns until nothing more happens, however long is waited; but for hints that were followed so often."""
        world = self.world
        idle = 0
        for _ in range(TURNS_TO_REST):
            if world.rows("SELECT status FROM connections")[0]["status"] == "reconnect_needed":
                self.reconnect()
            self._approve_what_is_held()
            self.webhooks()
            turn = self.workers.turn(seconds=60)
            busy = turn is not Turn.IDLE or world.rows(
                "SELECT 1 FROM hints WHERE attempts < coalesce(%s, 1000000) UNION ALL SELECT 1 FROM intents UNION ALL "
                "SELECT 1 FROM runs WHERE status IN ('running', 'held')",
                patience,
            )
            idle = 0 if busy else idle + 1
            if idle >= idle_turns:
                return
            world.clock.sleep(LONG if turn is Turn.IDLE else 61.0)
        left = world.rows("SELECT side, record_id, source, attempts, last_error FROM hints")
        raise Restless(f"after {TURNS_TO_REST} turns: {turn}, hints {left[:3]}, {world.rows('SELECT * FROM intents')}")

    def _approve_what_is_held(self) -> None:
        world = self.world
        for row in world.rows("SELECT id FROM brakes WHERE state = 'held'"):
            world.acts(partial(brakes.decide, world.tenant_id, row["id"], "approved", by="jane"))
            world.count("brakes released by a person")
        for row in world.rows("SELECT id FROM runs WHERE status = 'held'"):
            world.acts(partial(runs.approve, row["id"], by="jane"))

    def check_another_pass(self) -> list[Violation]:
        """A look at everybody and a complete comparison, when all is well, change nothing."""
        world = self.world
        before = checkers.footprint(world)
        number = len(world.record.events)
        requests = len(world.simulator.log)
        world.tell("another pass")
        world.sql(
            """INSERT INTO hints (side, record_id, source, lane)
               SELECT 'hubspot', hubspot_id, 'another pass', 4 FROM contact_links WHERE state = 'live'
               UNION ALL SELECT 'loanark', id::text, 'another pass', 4 FROM contacts ON CONFLICT DO NOTHING"""
        )
        try:
            self._rest(idle_turns=1)
            self._sweep()
        except Restless as restless:
            return [Violation("after quiet another pass writes nothing", str(restless))]
        return checkers.nothing_written(world, before, number, requests)


class Restless(Exception):
    """The engine finds no end."""
