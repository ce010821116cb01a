# ruff: noqa: S311  (repeatable from a seed on purpose)
"""What one seed chooses: who acts, what goes wrong, by what rules. Stories differ in kind, not only in order.

Swarm testing: each story enables a random subset of actors and troubles at random rates, since what happens always
and together hides what happens alone. A directed story has a `Focus` besides: what it is about is there in plenty.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

#: A contact's mark: given at birth, on either side, and never changed by anybody. It tells who is who.
MARK = "lastname"


def letters(number: int) -> str:
    """A number in letters: names with other numbers in them are never taken for one person's."""
    text = ""
    while True:
        number, digit = divmod(number, 26)
        text = chr(ord("a") + digit) + text
        if not number:
            return text


def mark_of(number: int) -> str:
    """A person's mark."""
    return f"Born {letters(number)}"


#: Properties whose values are made unique, so that a value tells who typed it. The rest of a story's fields compare.
TEXT_FIELDS = ("city", "state", "company", "address", "zip", "phone", "mobilephone")
TYPED_FIELDS = {"loan_amount": "number", "closing_date": "date", "consent_to_contact": "bool"}
CHOICE_FIELDS = ("email_verification_status", "client_type_prospects")
#: A LoanArk text that meets HubSpot's life cycle: a step back is accepted there, and ignored without a word.
STAGE_FIELD, STAGE_PROPERTY = "loan_stage", "lifecyclestage"
#: Values that come again and again: they do not tell who gave them.
COMMON_FIELDS = frozenset({*CHOICE_FIELDS, STAGE_FIELD, "consent_to_contact"})

#: How often each actor acts, against the others, where a story has it.
ACTS = {
    "hubspot edits": 10,
    "hubspot clears": 2,
    "hubspot creates": 3,
    "hubspot archives": 2,
    "hubspot restores": 2,
    "hubspot merges": 2,
    "hubspot erases": 1,
    "hubspot bulk edits": 3,
    "hubspot rewrites the form": 2,
    "hubspot changes an email": 2,
    "hubspot adds a second email": 1,
    "hubspot holds the unreadable": 1,
    "hubspot chooses": 2,
    "hubspot edits unseen by search": 1,
    "hubspot touches many fields": 2,
    "person edits": 8,
    "person clears": 3,
    "person creates": 3,
    "person deletes": 2,
    "person restores": 2,
    "person changes an email": 2,
    "person types what hubspot refuses": 3,
    "person chooses": 2,
    "person steps a stage back": 3,
    "person decides a conflict": 3,
    "person retries": 2,
    "person resyncs": 1,
    "person starts a run": 1,
    "person cancels a run": 1,
    "program updates": 5,
    "program updates many": 2,
    "program inserts": 2,
    "program inserts twins": 1,
    "program deletes": 2,
    "program rewrites the form": 3,
    "program commits late": 2,
    "hubspot edits what is looked at": 4,
    "program edits what is looked at": 4,
    "both edit the same": 6,
    "both edit and delete": 2,
}

#: The same for duplicates, where a story has them switched on.
ACTS_ABOUT_DUPLICATES = {
    "hubspot enters a double": 4,
    "person enters a double": 4,
    "program inserts a double": 2,
    "program edits who is merged": 3,
    "person merges two": 4,
    "person merges a proposal": 6,
    "person rejects a proposal": 3,
    "person undoes a merge": 3,
    "person lets hubspot merge": 3,
    "hubspot edits who waits for its merge": 3,
}

#: Steps of the machinery, against the acts.
MACHINERY = {
    "turn": 20,
    "webhooks": 7,
    "wait": 5,
    "killed turn": 7,
    "zombie": 2,
    "zombie goes on": 2,
    "cut": 2,
    "fault": 4,
    "writes unanswered": 2,
    "webhooks vanish": 2,
    "forged webhook": 1,
    "tokens expire": 1,
    "app removed": 1,
}

#: What goes on without any trouble.
CALM = {name: MACHINERY[name] for name in ("turn", "webhooks", "wait")}

#: Trouble on the way, as shares of requests; see docs/simulator.md.
STORMS = (
    "error-before", "error-after", "reset-before", "reset-after", "timeout-after", "truncated", "garbled", "slow",
    "page", "throttle", "outage", "expire",
)  # fmt: skip
WEBHOOK_TROUBLE = ("webhook-loss", "webhook-duplicate", "webhook-late")

POLICIES = ("hubspot", "loanark", "newest", "ask")


@dataclass(frozen=True, slots=True)
class Rule:
    """One field's rule in this story."""

    field: str
    direction: str = "both"
    policy: str = "hubspot"
    blank_may_overwrite: bool = True


@dataclass(frozen=True, slots=True)
class Duplicates:
    """How a story's organisation wants duplicates treated: held back, and merges in HubSpot followed."""

    automatic: bool = False
    #: Until HubSpot merges what LoanArk merged.
    wait_hours: int = 0


@dataclass(frozen=True, slots=True)
class Aim:
    """A moment of a worker (see `worker.py`); `text` is of its request or statement, or of the place in the engine."""

    moment: str
    text: str = ""
    #: What is done just before a worker is struck, steps of the machinery as well; or who acts between two steps of it.
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens. `seed` is its own chance, so that leaving others out changes nothing of it."""

    number: int
    kind: str
    seed: str


@dataclass(frozen=True, slots=True)
class Story:
    """All choices of one seed."""

    seed: int
    oauth: bool
    rules: tuple[Rule, ...]
    people: int
    search_lag_ms: int
    search_jitter_ms: int
    property_lag_ms: int
    webhooks: bool
    webhook_delay_ms: int
    storm: dict[str, float]
    stale_rate: float
    #: The share of the engine's requests (and of its statements outside of transactions) at which an actor acts.
    meddling: float
    settled_first: bool
    #: HubSpot's limit in ten seconds, rows of one of its pages, and results it gives to one search.
    limit: int
    page: int
    search_page: int
    acts: dict[str, int]
    machinery: frozenset[str]
    steps: tuple[Step, ...]
    #: The share of the first people that are on both sides before anything is connected.
    on_both_sides: float = 0.2
    #: So many seconds before.
    settled_in_seconds: float = 0.0
    #: So many workers die within the first load; None: up to three, where workers die.
    first_deaths: int | None = None
    #: None: nobody is held back, and who is merged in HubSpot stays two in LoanArk.
    duplicates: Duplicates | None = None
    #: None: a worker is struck anywhere, and actors act anywhere between two steps of it.
    aim: Aim | None = None
    meddling_at: Aim | None = None
    #: What a replay leaves out.
    without: frozenset[str] = field(default_factory=frozenset)

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(rule.field for rule in self.rules)

    def rule(self, name: str) -> Rule:
        return next(rule for rule in self.rules if rule.field == name)

    def only(self, numbers: Sequence[int]) -> "Story":
        wanted = set(numbers)
        return replace(self, steps=tuple(step for step in self.steps if step.number in wanted))

    def leaving_out(self, names: frozenset[str]) -> "Story":
        """Without some kinds of trouble: a storm's name, `meddling`, `stale`, `lag`, or an act."""
        return replace(
            self,
            storm={name: rate for name, rate in self.storm.items() if name not in names},
            stale_rate=0.0 if "stale" in names else self.stale_rate,
            meddling=0.0 if "meddling" in names else self.meddling,
            search_lag_ms=0 if "lag" in names else self.search_lag_ms,
            search_jitter_ms=0 if "lag" in names else self.search_jitter_ms,
            acts={name: weight for name, weight in self.acts.items() if name not in names},
            without=self.without | names,
        )


@dataclass(frozen=True, slots=True)
class Focus:
    """What a directed story is about. Only these acts and troubles happen in it, beside turns, webhooks and waiting;
    of what it says nothing about, the seed decides."""

    #: How often each actor acts, against the others.
    acts: Mapping[str, int]
    #: Steps of the machinery, against those of `CALM`.
    machinery: Mapping[str, int] = field(default_factory=dict)
    storm: Mapping[str, float] = field(default_factory=dict)
    #: Anything else, by its name in `Story`.
    settings: Mapping[str, Any] = field(default_factory=dict)


def write(seed: int, *, steps: int, focus: Focus | None = None) -> Story:
    """The story of a seed."""
    story = _any_story(seed, steps)
    return _directed(story, focus, steps) if focus else _with_duplicates(story)


def _with_duplicates(story: Story) -> Story:
    """About half of the stories are also about duplicates. Its chance is its own: the others are what they were."""
    chance = random.Random(f"duplicates {story.seed}")
    if chance.random() < 0.5:
        return story
    acts = {name: weight for name, weight in ACTS_ABOUT_DUPLICATES.items() if chance.random() < 0.8}
    chosen = Duplicates(automatic=chance.random() < 0.4, wait_hours=chance.choice((0, 0, 1)))
    return replace(story, acts={**story.acts, **acts}, duplicates=chosen)


def _directed(story: Story, focus: Focus, steps: int) -> Story:
    chosen = {"duplicates": None, "stale_rate": 0.0, "meddling": 0.0, "settled_first": True, **focus.settings}
    machinery = {**CALM, **focus.machinery}
    if not chosen.get("webhooks", story.webhooks):
        machinery = _without_webhooks(machinery)
    return replace(
        story,
        acts=dict(focus.acts),
        machinery=frozenset(machinery),
        storm=dict(focus.storm),
        steps=_steps(random.Random(f"directed {story.seed}"), story.seed, steps, machinery),
        **chosen,
    )


def _any_story(seed: int, steps: int) -> Story:
    chance = random.Random(f"story {seed}")
    some = chance.uniform(0.35, 0.9)
    acts = {name: weight for name, weight in ACTS.items() if chance.random() < some}
    acts.setdefault("hubspot edits", 6)
    acts.setdefault("person edits", 6)
    if "both edit the same" not in acts and chance.random() < 0.7:
        acts["both edit the same"] = 8
    calm = chance.random() < 0.2
    machinery = {name: weight for name, weight in MACHINERY.items() if chance.random() < 0.7}
    if calm:
        machinery = {name: weight for name, weight in machinery.items() if name in CALM}
    machinery |= {"turn": 20, "wait": 5}
    storm = {} if calm else {name: chance.uniform(0.002, 0.06) for name in STORMS if chance.random() < 0.3}
    storm |= {} if calm else {name: chance.uniform(0.05, 0.6) for name in WEBHOOK_TROUBLE if chance.random() < 0.4}
    webhooks = chance.random() < 0.65
    if not webhooks:
        machinery = _without_webhooks(machinery)
    return Story(
        seed=seed,
        oauth=chance.random() < 0.8,
        rules=_rules(chance),
        people=chance.choice((2, 4, 6, 10)),
        search_lag_ms=chance.choice((0, 500, 5_000, 30_000, 60_000)),
        search_jitter_ms=chance.choice((0, 2_000, 30_000, 60_000)),
        property_lag_ms=chance.choice((0, 0, 700, 2_000)),
        webhooks=webhooks,
        webhook_delay_ms=chance.choice((0, 200, 5_000)),
        storm=storm,
        stale_rate=0.0 if calm else chance.choice((0.0, 0.0, 0.1, 0.4)),
        meddling=chance.choice((0.0, 0.05, 0.15, 0.4)),
        settled_first=chance.random() < 0.6,
        limit=chance.choice((110, 110, 40, 20)),
        page=chance.choice((100, 5, 3)),
        search_page=chance.choice((200, 6, 3, 3)),
        acts=acts,
        machinery=frozenset(machinery),
        steps=_steps(chance, seed, steps, machinery),
    )


def _without_webhooks(machinery: Mapping[str, int]) -> dict[str, int]:
    return {name: weight for name, weight in machinery.items() if "webhook" not in name}


def _rules(chance: random.Random) -> tuple[Rule, ...]:
    """A few fields, so that both sides meet in them often."""
    names = chance.sample(TEXT_FIELDS, chance.randint(2, 4))
    names += [name for name in CHOICE_FIELDS if chance.random() < 0.4]
    names += [name for name in TYPED_FIELDS if chance.random() < 0.25]
    names += [STAGE_FIELD] if chance.random() < 0.2 else []
    plain = chance.random() < 0.25
    rules = []
    for name in names:
        policy = chance.choice(POLICIES)
        if name == "client_type_prospects" and chance.random() < 0.6:
            policy = "union"
        one_way = not plain and chance.random() < 0.15
        rules.append(
            Rule(
                name,
                direction=chance.choice(("to_loanark", "to_hubspot")) if one_way else "both",
                policy="hubspot" if plain else policy,
                blank_may_overwrite=plain or chance.random() < 0.75,
            )
        )
    return tuple(rules)


def _steps(chance: random.Random, seed: int, count: int, machinery: dict[str, int]) -> tuple[Step, ...]:
    share = chance.uniform(0.35, 0.65)
    steps = []
    for number in range(count):
        machine = chance.random() < share
        kind = chance.choices(list(machinery), list(machinery.values()))[0] if machine else "act"
        steps.append(Step(number, kind, f"{seed}/{number}"))
    return tuple(steps)
