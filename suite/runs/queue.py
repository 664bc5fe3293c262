"""Which run comes next: its order, the runs it builds on, and the time that is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush

from suite.base.stopping import TimeLimit
from suite.experiment.spec import RunSpec
from suite.experiment.task import Task
from suite.runs.timings import Timing, estimate, from_records


class Fit:
    """Says of a run whether it is begun: one that cannot finish in the time left, by what its kind takes, is not.

    But for a run that would not fit into the whole limit either, one that goes on from a checkpoint, and one that nothing is known of.
    """

    def __init__(self, limit: TimeLimit | None, device: str, begun: Callable[[str], bool]) -> None:
        self.limit, self.device, self.begun = limit, device.partition(":")[0], begun
        self.timings: dict[str, Timing] = {}

    def __call__(self, spec: RunSpec) -> bool:
        if self.limit is None:
            return True
        seconds, left = estimate([(spec, 1)], self.timings, self.device), self.limit.left
        return left > 0 and (seconds is None or not left < seconds <= self.limit.whole or self.begun(spec.key))

    def learn(self, records: Iterable[dict], specs: Mapping[str, RunSpec]) -> None:
        """To be told of what is finished: runs of its kind are taken to last as long. specs: the runs by key."""
        if self.limit is not None:
            self.timings |= from_records(records, specs)


class Queue:
    """The runs that are still to be computed, in order, each held back until the runs it builds on are finished.

    known    the records there are by key, to which finished ones are added
    task     the task of a run, from its spec and the records that it builds on
    fits     whether a run is begun now; another may be instead
    """

    def __init__(
        self,
        missing: list[RunSpec],
        known: dict[str, dict],
        task: Callable[[RunSpec, tuple[dict, ...]], Task],
        fits: Callable[[RunSpec], bool],
    ) -> None:
        self.waiting = {spec.key: spec for spec in missing}
        self.known, self.task, self.fits = known, task, fits
        self.order = {key: place for place, key in enumerate(self.waiting)}
        self.needs = {key: [needed.key for needed in spec.needs()] for key, spec in self.waiting.items()}
        self.users: dict[str, list[str]] = {}
        for key, needs in self.needs.items():
            for needed in needs:
                self.users.setdefault(needed, []).append(key)
        self.ready = [(place, key) for key, place in self.order.items() if self.can_start(key)]

    def can_start(self, key: str) -> bool:
        return all(needed in self.known and self.known[needed]["status"] == "done" for needed in self.needs[key])

    def finished(self, key: str) -> None:
        """To be told of every run that is newly known: those that waited for it alone can start."""
        for user in self.users.get(key, ()):
            if user in self.waiting and self.can_start(user):
                heappush(self.ready, (self.order[user], user))

    def next(self) -> Task | None:
        """The first run that can be computed now; None when there is none, or none yet."""
        passed = []
        try:
            while self.ready:
                place, key = heappop(self.ready)
                if self.fits(self.waiting[key]):
                    return self.task(self.waiting.pop(key), tuple(self.known[needed] for needed in self.needs[key]))
                passed.append((place, key))
            return None
        finally:
            for left in passed:
                heappush(self.ready, left)

    def blocked(self, failed: set[str]) -> list[str]:
        """The runs that can never start, as one that they build on is among the failed or has diverged."""
        found: dict[str, None] = {}
        for key in self.waiting:
            for needed in self.needs[key]:
                if needed in failed or needed in found or self.known.get(needed, {}).get("status", "done") != "done":
                    found[key] = None
        return list(found)
