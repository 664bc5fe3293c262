"""Stopped by signals or the time limit: at once, with nothing lost, and what goes on from there ends as if nobody had stopped it."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress

import pytest
from misbehaving import Misbehaving
from reproducible import reproducible

from suite.base import checkpoint, stopping
from suite.base.stopping import Stopped, TimeLimit, TimeUp, held, stoppable
from suite.experiment.spec import RunSpec
from suite.runs.queue import Fit, Queue
from suite.runs.timings import Timing, kind
from suite.runs.tracking import Tracker

SIGNALS = [signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def handlers_are_put_back():
    watched = [*SIGNALS, signal.SIGALRM, signal.SIGINT]
    before = [signal.getsignal(number) for number in watched]
    yield
    assert [signal.getsignal(number) for number in watched] == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def told(number: int) -> None:
    """This process is, and waits."""
    os.kill(os.getpid(), number)
    time.sleep(30)


def told_twice(number: int) -> None:
    try:
        told(number)
    finally:
        for other in SIGNALS:
            os.kill(os.getpid(), other)
        time.sleep(0.01)


def told_again(number: int) -> None:
    with suppress(Stopped):
        told(number)
    told(number)


def told_as_libraries_do(number: int) -> None:
    try:
        told(number)
    except KeyboardInterrupt:
        raise KeyboardInterrupt from None


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("do", [told, told_twice, told_as_libraries_do])
def test_a_signal_is_raised_at_once_and_further_ones_are_ignored(do, number):
    started = time.monotonic()
    with pytest.raises(Stopped, match=f"stopped by {number.name}"), stoppable():
        do(number)
    assert time.monotonic() - started < 20


def test_one_that_comes_long_after_the_first_is_heeded(monkeypatch):
    monkeypatch.setattr(stopping, "TIDY_SECONDS", -1.0)
    started = time.monotonic()
    with pytest.raises(Stopped), stoppable():
        told_again(signal.SIGTERM)
    assert time.monotonic() - started < 20


def test_a_signal_that_was_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(0.01)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_ctrl_c_stays_what_it_is():
    with pytest.raises(KeyboardInterrupt) as found, stoppable(TimeLimit(100)):
        told(signal.SIGINT)
    assert type(found.value) is KeyboardInterrupt


def test_the_alarm_rings_before_the_limit():
    started = time.monotonic()
    with pytest.raises(TimeUp, match="at the time limit"), stoppable(TimeLimit(0.5)):
        time.sleep(30)
    assert 0.41 <= time.monotonic() - started < 20
    with pytest.raises(TimeUp), stoppable(TimeLimit(0.5, begun=started)):
        time.sleep(30)
    assert time.monotonic() - started < 20
    assert TimeLimit(3600).whole == 3570


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_must_not_be_cut_in_half_is_not(number):
    done = []

    def write():
        with held(), held():
            os.kill(os.getpid(), number)
            time.sleep(0.01)
            done.append("written")
        done.append("too late")

    with pytest.raises(KeyboardInterrupt), stoppable():
        write()
    assert done == ["written"]


def test_a_second_ctrl_c_does_not_wait():
    def write():
        with held():
            os.kill(os.getpid(), signal.SIGINT)
            told(signal.SIGINT)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), stoppable():
        write()
    assert time.monotonic() - started < 20


def test_another_thread_goes_on_without():
    done = []

    def work():
        with stoppable(TimeLimit(0.01)):
            time.sleep(0.05)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def test_a_system_without_them_has_neither(monkeypatch):
    for name in ("SIGHUP", "SIGALRM", "setitimer"):
        monkeypatch.delattr(signal, name)
    with pytest.raises(Stopped), stoppable(TimeLimit(0.01)):
        [time.sleep(0.05), told(signal.SIGTERM)]


# What is begun


class Clock:
    """A limit of ten seconds, of which so many are left."""

    whole = 10.0

    def __init__(self, left):
        self.left = left


@pytest.fixture
def specs(table) -> dict[str, RunSpec]:
    return {spec.method.name: spec for spec in table("dense", "l1", "sgl0").at("smoke", 1).runs}


@pytest.fixture
def timings(specs):
    """l1 takes 3 s, sgl0 30 s, and of dense it is known what runs like it take: the median."""
    return {kind(specs[name]): Timing(epoch=seconds - 1.0, rest=1.0) for name, seconds in {"l1": 3.0, "sgl0": 30.0}.items()}


@pytest.mark.parametrize(
    ("left", "begun", "expected"),
    [
        (10.0, (), {"dense", "l1", "sgl0"}),  # those that do not fit into the whole limit are begun all the same
        (2.0, (), {"dense", "sgl0"}),
        (2.0, ("l1",), {"dense", "l1", "sgl0"}),
        (-0.1, ("l1",), set()),
    ],
)
def test_no_run_is_begun_that_cannot_finish(specs, timings, left, begun, expected):
    keys = {specs[name].key for name in begun}
    fits = Fit(Clock(left), "cpu", keys.__contains__)
    fits.timings = timings
    assert {name for name, spec in specs.items() if fits(spec)} == expected


def test_what_is_not_known_is_begun_and_what_has_finished_is_known(specs):
    record = {"key": specs["l1"].key, "status": "done", "curves": {"seconds": [5.0]}, "environment": {"device": "cuda:0"}}
    fits = Fit(Clock(4.0), "cuda:1", lambda key: False)
    assert fits(specs["l1"])
    fits.learn([record | {"cost": {"wall_seconds": 6.0, "training_seconds": 5.0}}], {specs["l1"].key: specs["l1"]})
    assert not fits(specs["l1"])
    assert not fits(specs["dense"])
    assert Fit(None, "cpu", lambda key: False)(specs["l1"])


def test_a_shorter_run_further_down_takes_the_place_of_one_that_does_not_fit(specs):
    fits = {"l1"}
    queue = Queue(list(specs.values()), {}, lambda spec, records: spec.method.name, lambda spec: spec.method.name in fits)
    assert [queue.next(), queue.next()] == ["l1", None]
    fits |= {"sgl0", "dense"}
    assert [queue.next(), queue.next(), queue.next()] == ["dense", "sgl0", None]


def test_what_no_time_was_left_for_is_no_failure(table, compute_table, store, witness):
    """The first run takes longer than is left after it; what builds on it is left, too, and goes on in the next command."""
    wanted, watcher = table("magnitude", "l1"), witness()
    everything = wanted.at("smoke", 1).runs
    (dense,) = everything[0].needs()

    class Late(TimeLimit):
        left = property(lambda self: 60.0 if store.read(dense.key) is None else 0.5)

    def learn(self, records, specs):
        self.timings |= {kind(spec): Timing(0.0, 50.0) for spec in everything}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fit, "learn", learn)
        found = compute_table(wanted, watchers=[watcher], limit=Late(100))
    assert found.counts == {"computed": 1, "reused": 0, "failed": 0, "diverged": 0, "left": 2}
    assert found.stopped == "stopped at the time limit: 1 of 3 runs are there"
    assert not list(store.folder.glob("failures/*"))
    assert watcher.closed == 1
    again = compute_table(wanted)
    assert (again.counts, again.stopped) == ({"computed": 2, "reused": 1, "failed": 0, "diverged": 0}, "")


# What goes on


def test_a_sweep_with_a_time_limit_goes_on_and_ends_as_without(table, compute_table, store, monkeypatch):
    """Again and again, until all is there, each time in time."""
    monkeypatch.setattr(checkpoint, "SECONDS", checkpoint.SECONDS)
    wanted, calls = table(Misbehaving(how="dawdles"), "dense", epochs=14), 0
    while True:
        started, calls = time.monotonic(), calls + 1
        found = compute_table(wanted, 2, limit=TimeLimit(2.5))
        assert time.monotonic() - started < 2.5
        assert found.counts["failed"] == 0
        if not found.stopped:
            break
        assert found.stopped.startswith(f"stopped at the time limit: {len(found.records)} of 4 runs are there")
    assert 2 < calls < 12
    assert max(record["cost"].get("parts", 1) for record in found.records.values()) > 1
    monkeypatch.setattr(Misbehaving, "after_step", lambda self: None)
    whole = compute_table(wanted, 2, force=True)
    assert reproducible(found.records, ("environment",)) == reproducible(whole.records, ("environment",))


def test_a_signal_says_how_far_it_came(table, compute_table, witness, monkeypatch):
    monkeypatch.setattr(checkpoint, "SECONDS", -1.0)
    told = witness(lambda event, n: event == "epoch" and n == 2 and len(told.results) == 1 and os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(Stopped, match="by SIGTERM") as found:
        compute_table(table("dense", "l1", "sgl0", epochs=3), watchers=[told])
    assert found.value.__notes__ == ["1 of 3 runs are there, 1 half done"]
    assert told.closed == 1


def test_no_run_of_mlflow_stays_running(table, compute_table, witness, tmp_path):
    """The signal comes while a finished run is about to be shown there."""
    from mlflow.tracking import MlflowClient

    told = witness(lambda event, n: event == "result" and os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(Stopped):
        compute_table(table("dense", "l1"), watchers=[told, Tracker(tmp_path, "fake/table", "smoke")])
    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}")
    runs = client.search_runs([client.get_experiment_by_name("fake/table").experiment_id])
    assert sorted(run.info.status for run in runs) == ["FAILED", "FINISHED"]
