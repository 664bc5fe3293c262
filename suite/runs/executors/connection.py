"""The connection to a Ray cluster: found or refused within seconds, in one line, and without Ray's own messages."""

from __future__ import annotations

import importlib.util
import io
import logging
import os
import socket
import sys
import threading
from pathlib import Path
from types import ModuleType

from suite.base.errors import SuiteError
from suite.runs.executors.processes import THREADS

log = logging.getLogger(__name__)

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_gcs_rpc_server_connect_timeout_s": "1",
    "RAY_py_gcs_connect_timeout_s": "8",
    "RAY_NUM_REDIS_GET_RETRIES": "8",
}
"""Set, unless the user has set them, before Ray is loaded. With the timeouts it gives up in about 20 seconds instead of 80."""
PACKAGES = ("suite", "baselines", "reproductions")
START = "start one with `ray start --head`, or give the address of one as --address HOST:6379"
PROBE_SECONDS = 5.0


class Overheard(io.TextIOBase):
    """Stands in for the standard output, where a thread of Ray's prints its news of lost nodes and processes: here they are messages."""

    def __init__(self) -> None:
        self.stdout, self.ours = sys.stdout, threading.current_thread()

    def write(self, text: str) -> int:
        if threading.current_thread() is self.ours:
            return self.stdout.write(text)
        if text.strip():
            log.info("%s", text.strip())
        return len(text)

    def flush(self) -> None:
        self.stdout.flush()


def load() -> ModuleType:
    """Ray; SuiteError where it is not installed."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError:
        raise SuiteError("--executor ray needs Ray, which is not installed", "pip install 'suite[ray]'") from None
    return ray


def connect(address: str, threads: int) -> None:
    """Join the cluster as its driver; the nodes get a copy of this code, so that they compute what this checkout says.

    `address`: HOST:PORT of the head, or "auto" for the cluster that this machine is a node of. Raises SuiteError within 30 seconds.
    """
    ray = load()
    if "://" in address:
        raise SuiteError(
            f"cannot use the address {address!r}", "run this command on a node of the cluster, with --address auto or HOST:6379"
        )
    if address != "auto":
        probe(address)
    variables = {**dict.fromkeys(THREADS, str(threads)), "MALLOC_ARENA_MAX": "1"}  # a run is no main thread, and heaps of threads are small
    environment = {"py_modules": packages(), "excludes": ["__pycache__"], "env_vars": variables}
    try:
        ray.init(address, runtime_env=environment, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False)
    except (Exception, SystemExit) as error:
        disconnect()
        reason = str(error).partition("\n")[0] if isinstance(error, Exception) else "nothing answers as Ray does"
        raise SuiteError(f"cannot join a Ray cluster at {address!r}: {reason}", START) from None


def disconnect() -> None:
    """Leave the cluster, which ends what this process has running there."""
    load().shutdown()


def capacities() -> list[dict[str, float]]:
    """What each living node of the cluster has in all, such as {"CPU": 8.0, "GPU": 1.0}."""
    return [node["Resources"] for node in load().nodes() if node["Alive"]]


def packages() -> list[str]:
    """The folders of this code."""
    found = (importlib.util.find_spec(name) for name in PACKAGES)
    return [str(Path(next(iter(spec.submodule_search_locations)))) for spec in found if spec and spec.submodule_search_locations]


def probe(address: str) -> None:
    """SuiteError unless something at HOST:PORT speaks HTTP/2, as Ray's head does: Ray itself would try for more than a minute."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise SuiteError(f"{address!r} is no address of a Ray cluster", "give HOST:PORT, such as 10.0.0.1:6379, or auto")
    try:
        with socket.create_connection((host, int(port)), timeout=PROBE_SECONDS) as connection:
            connection.settimeout(PROBE_SECONDS)
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5))
            header = connection.recv(9)
            if len(header) < 4 or header[3] != 4:  # a frame of settings comes first
                raise ConnectionError("what answers there is not Ray's head")
    except (OSError, OverflowError) as error:
        raise SuiteError(f"no Ray cluster answers at {address} ({error})", START) from None
