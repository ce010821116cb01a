"""The engine at work, and what may befall it: death at any moment, a cut database connection, a long sleep.

A worker can be struck before and after any request to HubSpot, before any SQL statement, before and after any commit.
What dies does nothing more: neither its `finally` nor its transaction reaches anybody, as with a process that was
killed.
"""

import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

import psycopg
from django.db import connections

from loanark.sync import engine, lease
from loanark.sync.engine import Turn
from simulation.story import Aim
from simulation.world import World

#: Where a worker can be struck.
REQUESTS = ("before a request", "after a request")
STATEMENTS = ("before a statement", "before a commit", "after a commit")

#: Each act between two steps makes more to do: without an end to them a turn would have none.
ACTS_IN_A_TURN = 6

#: Longer than a turn needs.
TURN_SECONDS = 15.0


#: A turn that asks for more than this many requests and statements has no end.
MOMENTS_OF_A_TURN = 10_000


class Endless(BaseException):
    """A turn that would go on for ever; not an `Exception`, so that nothing in the product catches it."""


class Killed(BaseException):
    """Not an `Exception`: nothing in the product catches it, as nothing catches SIGKILL."""


@dataclass(slots=True)
class Strike:
    """What befalls a worker, at the moment of a kind that comes after so many others."""

    what: str  # dies | is cut off | hangs
    at: Aim
    after: int
    done: bool = False


@dataclass(slots=True)
class Mind:
    """What a thread that runs the engine has before it."""

    name: str
    strike: Strike | None = None
    #: The chance of acts in between, of this turn alone.
    meddling: random.Random | None = None
    dead: bool = False
    acts: int = 0
    moments: int = 0
    #: Gives the baton away until somebody wakes this worker.
    sleep: Callable[[], None] | None = None


class Workers:
    """Everybody who runs the engine in a story."""

    def __init__(self, world: World, act: Callable[..., None]) -> None:
        self._world = world
        self._act = act
        self._minds: dict[int, Mind] = {}
        self._acting = False
        self.zombies: list[Zombie] = []
        world.at = self.at

    # ── Turns ───────────────────────────────────────────────────────────────────────────────────────────────────

    def turn(
        self, *, strike: Strike | None = None, meddling: random.Random | None = None, seconds: float = TURN_SECONDS
    ) -> Turn | None:
        """A turn of a worker of this process. None: it did not live to tell, or its turn failed."""
        return self.work(Mind("worker", strike, meddling), seconds)

    def work(self, mind: Mind, seconds: float = TURN_SECONDS) -> Turn | None:
        """A turn of any worker, in its own thread."""
        world, known = self._world, set(lease._held_here)
        self._minds[threading.get_ident()] = mind
        try:
            with self._watched():
                turn = engine.advance(world.tenant_id, turn_seconds=seconds)
        except Killed:
            self._bury(mind, known)
            return None
        except Endless as endless:
            self._bury(mind, known)
            self._surprise(mind, endless)
            raise
        except Exception as error:  # noqa: BLE001  `loanark.sync.worker` goes on whatever a turn ends in; so do we
            connections.close_all()
            if not (mind.strike and mind.strike.what == "is cut off" and mind.strike.done):
                self._surprise(mind, error)
            world.tell(f"  {mind.name}: the turn failed: {type(error).__name__}")
            return None
        finally:
            del self._minds[threading.get_ident()]
            if mind.strike and mind.strike.what == "is cut off":
                # As `loanark.sync.worker` does after every turn; elsewhere here that would only cost time.
                connections.close_all()
        world.tell(f"  {mind.name}: {turn.name}")
        world.count(f"turn: {turn.name.lower()}")
        return turn

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Every statement and every commit of this thread's connection is told."""
        wrapper = connections["default"]
        real = type(wrapper).commit

        def commit() -> None:
            try:
                self.at("before a commit", "COMMIT")
            except (Killed, Endless):
                wrapper.connection.rollback()
                raise
            real(wrapper)
            self.at("after a commit", "COMMIT")

        wrapper.commit = commit  # type: ignore[method-assign]
        try:
            with wrapper.execute_wrapper(self._before_statement):
                yield
        finally:
            del wrapper.commit

    def _before_statement(self, execute: Any, query: Any, params: Any, many: bool, context: Any) -> Any:
        self.at("before a statement", str(query))
        return execute(query, params, many, context)

    def _surprise(self, mind: Mind, error: BaseException) -> None:
        where = _innermost(error)
        said = (str(error).splitlines() or [""])[0][:200]
        self._world.record.surprises.append(f"{type(error).__name__} in {where}: {said}")
        self._world.tell(f"  {mind.name}: SURPRISE {type(error).__name__} in {where}: {said}")

    def _bury(self, mind: Mind, known: set[str]) -> None:
        """The process is gone. On this host others see that at once; of another host they learn when its lease ends."""
        world = self._world
        _drop_the_connection()
        holder = str((world.rows("SELECT holder FROM leases") or [{"holder": ""}])[0]["holder"])
        if holder and holder not in known:
            if world.chance.random() < 0.25:
                lease._held_here.add(holder)
                world.count("death on another host: its lease must run out")
                world.clock.sleep(world.chance.choice((0.0, 20.0, 46.0, 46.0)))
            else:
                lease._held_here.discard(holder)
        world.tell(f"  {mind.name} is dead")

    # ── Moments ─────────────────────────────────────────────────────────────────────────────────────────────────

    def at(self, moment: str, where: str) -> None:
        """Told at every moment at which something may happen to a worker, or between two steps of it."""
        mind = self._minds.get(threading.get_ident())
        if mind is None or self._acting:
            return
        if mind.dead:
            raise Killed
        mind.moments += 1
        if mind.moments > MOMENTS_OF_A_TURN:
            raise Endless(where)
        if mind.strike and not mind.strike.done and _is_it(mind.strike.at, moment, where):
            self._strike(mind, mind.strike, where)
        place = self._world.story.meddling_at
        anywhere = moment != "before a commit" and not connections["default"].in_atomic_block
        if mind.meddling and anywhere and (place is None or _is_it(place, moment, where)):
            self._meddle(mind, mind.meddling, alone=moment == "after a commit")

    def _strike(self, mind: Mind, strike: Strike, where: str) -> None:
        if strike.after > 0:
            strike.after -= 1
            return
        if strike.what == "hangs" and connections["default"].in_atomic_block:
            return  # it would hold locks for which nobody in this process could wait: a moment later
        strike.done = True
        place = _engine_place()
        self._world.tell(f"  {mind.name} {strike.what} {strike.at.moment} ({where[:60]}) in {place}")
        self._world.count(f"{strike.what} {strike.at.moment}")
        self._world.count(f"place: {place} {strike.what} {strike.at.moment}")
        match strike.what:
            case "dies":
                mind.dead = True
                raise Killed
            case "is cut off":
                self._cut_off()
            case _ if mind.sleep:
                mind.sleep()

    def _cut_off(self) -> None:
        """The database ends the connection; the worker finds out at its next statement."""
        underlying = connections["default"].connection
        if isinstance(underlying, psycopg.Connection):
            pid = underlying.info.backend_pid
            self._world.admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    def _meddle(self, mind: Mind, chance: random.Random, *, alone: bool) -> None:
        """`alone`: only by those who do not need this process's connection, which is coming out of a commit."""
        if mind.acts >= ACTS_IN_A_TURN or chance.random() >= self._world.story.meddling:
            return
        mind.acts += 1
        self._acting = True
        place = self._world.story.meddling_at
        try:
            self._world.count("acts between two steps of the engine")
            if place:
                for act in place.acts:
                    self._act(chance, only=act)
            else:
                self._act(chance, alone)
        finally:
            self._acting = False

    # ── Workers that hang ───────────────────────────────────────────────────────────────────────────────────────

    def hang(self, strike: Strike) -> None:
        """A worker on another host begins a turn, and stops in the middle of it (if it comes that far)."""
        zombie = Zombie(self, strike)
        zombie.start()
        if not zombie.over:
            self.zombies.append(zombie)

    def wake(self, zombie: "Zombie") -> None:
        """It goes on as if no time had passed."""
        self.zombies.remove(zombie)
        self._world.tell("  the worker that hung goes on")
        zombie.go_on()


class Zombie:
    """A worker in a thread of its own. Only one thread runs at any time: a baton goes to and fro."""

    def __init__(self, workers: Workers, strike: Strike) -> None:
        self._workers = workers
        self._strike = strike
        self._mine, self._theirs = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._live, name="zombie", daemon=True)
        self.over = False

    def start(self) -> None:
        self._thread.start()
        self._theirs.acquire()

    def go_on(self) -> None:
        self._mine.release()
        self._theirs.acquire()
        self._thread.join()

    def _live(self) -> None:
        try:
            with suppress(Endless):
                self._workers.work(Mind("another worker", self._strike, sleep=self._sleep))
        finally:
            connections["default"].close()
            self.over = True
            self._theirs.release()

    def _sleep(self) -> None:
        self._theirs.release()
        self._mine.acquire()


def _drop_the_connection() -> None:
    """As the end of a process does: whatever it was in the middle of is rolled back by the database."""
    wrapper = connections["default"]
    if wrapper.connection is not None:
        wrapper.connection.close()
    del connections["default"]


def _is_it(aim: Aim, moment: str, where: str) -> bool:
    return moment == aim.moment and (not aim.text or aim.text in f"{where} in {_engine_place()}")


def _engine_place() -> str:
    """The innermost function of the engine that is at work."""
    frame: FrameType | None = sys._getframe(1)
    while frame:
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith(("loanark.sync.", "loanark.connections.")) and not name.endswith("session"):
            return f"{name.removeprefix('loanark.').removeprefix('sync.')}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "?"


def _innermost(error: BaseException) -> str:
    place, trace = "?", error.__traceback__
    while trace:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("loanark."):
            place = f"{name.removeprefix('loanark.')}.{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
