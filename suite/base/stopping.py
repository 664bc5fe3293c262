"""What ends a command early: a signal, or the time that it was given. Both are raised in the main thread, at once."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

SIGNALS = ("SIGTERM", "SIGHUP")
ALARM = "SIGALRM"
"""The clock's own, where the system has one."""
TIDY_SECONDS = 15.0
"""So long after the first signal no other is heeded: what was being done is put away."""
LONGEST_MARGIN = 30.0


class Stopped(KeyboardInterrupt):
    """Told to end. To libraries it is what Ctrl-C is: some of them know no other exception that is none of theirs.

    Its notes (`add_note`) say how far things are.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"stopped {what}")


class TimeUp(Stopped):
    """The time that the command was given is over."""

    def __init__(self) -> None:
        super().__init__("at the time limit")


@dataclass(frozen=True)
class TimeLimit:
    """Seconds that a command may take in all. Of them a sixth, at most half a minute, is left for what comes after the runs: writing
    checkpoints, rendering tables."""

    seconds: float
    begun: float = field(default_factory=time.monotonic)

    @property
    def whole(self) -> float:
        """Seconds for runs in all."""
        return self.seconds - min(LONGEST_MARGIN, self.seconds / 6)

    @property
    def left(self) -> float:
        """Seconds for runs that are left."""
        return self.begun + self.whole - time.monotonic()


class Heard:
    """What this process has heard. holding: it waits; waiting: what does; deaf_until: the time up to which nothing further is heeded."""

    holding = False
    waiting: KeyboardInterrupt | None = None
    deaf_until = -math.inf


def in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextmanager
def stoppable(limit: TimeLimit | None = None) -> Iterator[None]:
    """Within it SIGTERM and SIGHUP raise `Stopped` in the main thread, and the end of the time limit `TimeUp`.

    A signal that was ignored stays so (nohup), as does one that a program handles itself where Ctrl-C is concerned. In another thread
    than the main one there are no signals, nor an alarm.
    """
    if not in_main_thread():
        yield
        return
    told: Stopped | None = None

    def stop(number: int, frame: object) -> None:
        nonlocal told
        name = signal.Signals(number).name
        error = TimeUp() if name == ALARM else Stopped(f"by {name}") if name in SIGNALS else KeyboardInterrupt()
        if isinstance(error, Stopped):
            if time.monotonic() < Heard.deaf_until:
                return
            Heard.deaf_until, told = time.monotonic() + TIDY_SECONDS, error
        if Heard.holding and Heard.waiting is None:
            Heard.waiting = error
        else:
            raise error

    alarm, before = limit is not None and hasattr(signal, ALARM), Heard.deaf_until
    heeded = {}
    try:
        for number, handler in handlers(alarm):
            heeded[number] = handler
            signal.signal(number, stop)
        if limit is not None and alarm:
            signal.setitimer(signal.ITIMER_REAL, max(limit.left, 0.001))
        yield
    except KeyboardInterrupt:
        if told is not None:
            raise told from None  # a library may have passed it on as a plain one
        raise
    finally:
        Heard.deaf_until = math.inf
        if alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in heeded.items():
            signal.signal(number, handler)
        Heard.deaf_until = before


def handlers(alarm: bool) -> Iterator[tuple[int, Any]]:
    """The signals to heed, those that the system has, each with its handler so far."""
    for name in ("SIGINT", *SIGNALS, ALARM):
        number = getattr(signal, name, None)
        if number is None or (name == ALARM and not alarm):
            continue
        handler = signal.getsignal(number)
        if name == ALARM or (handler is not signal.SIG_IGN and (name != "SIGINT" or handler is signal.default_int_handler)):
            yield number, handler or signal.SIG_DFL


@contextmanager
def held() -> Iterator[None]:
    """Within it what stops the command waits until its end, so that what is half written elsewhere is not left so. A second Ctrl-C does
    not wait."""
    if Heard.holding or not in_main_thread():
        yield
        return
    Heard.holding = True
    try:
        yield
    finally:
        waiting, Heard.waiting, Heard.holding = Heard.waiting, None, False
        if waiting is not None:
            raise waiting
