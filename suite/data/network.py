"""Downloads, by torchvision or of one file, that give up soon when the network does not answer."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
PROBE_SECONDS = 5.0
STALL_SECONDS = 8.0
START_SECONDS = 120.0  # for the child to import torchvision; a network is not involved


class DownloadFailed(Exception):
    """Why a download did not come about, in a few words."""


def offline() -> bool:
    """Whether SUITE_OFFLINE forbids the network."""
    return os.environ.get("SUITE_OFFLINE", "0") not in ("", "0")


def torchvision_class(class_name: str) -> Any:
    """The data set class `class_name` of torchvision."""
    try:
        from torchvision import datasets
    except Exception as error:  # a torchvision built for another torch fails with a RuntimeError
        raise DownloadFailed(f"torchvision cannot be imported: {error}") from None
    return getattr(datasets, class_name)


def fetch(class_name: str, folder: Path, **attributes: Any) -> None:
    """Let torchvision's `class_name`, with `attributes` in place of its own, download into `folder`; raises DownloadFailed.

    In a child process, which is stopped when nothing has come for STALL_SECONDS: torchvision sets no timeouts, and a child
    can be stopped wherever it hangs.
    """
    log.info("downloading %s", class_name)
    _child(folder, function="by_torchvision", class_name=class_name, attributes=attributes)


def fetch_file(url: str, folder: Path) -> Path:
    """Download `url` into `folder`, by a child process as `fetch`, and return the file; raises DownloadFailed."""
    log.info("downloading %s", url)
    _child(folder, function="one_file", url=url, name="download", timeout=2 * STALL_SECONDS)
    return folder / "download"


def serving(mirrors: list[str], file: str, seconds: float = PROBE_SECONDS) -> list[str]:
    """Those of `mirrors` that serve `file`, asked at the same time; DownloadFailed where none does within `seconds`."""
    import urllib.error
    import urllib.request

    outcomes: dict[str, str] = {}

    def ask(mirror: str) -> None:
        request = urllib.request.Request(mirror + file, headers={"User-Agent": "suite"})
        try:
            with urllib.request.urlopen(request, timeout=seconds):
                outcomes[mirror] = "served"
        except urllib.error.HTTPError as error:
            error.close()
            outcomes[mirror] = f"HTTP status {error.code}"
        except Exception as error:
            outcomes[mirror] = str(getattr(error, "reason", error)) or type(error).__name__

    threads = [threading.Thread(target=ask, args=(mirror,), daemon=True) for mirror in mirrors]
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    answers = dict(outcomes)
    if served := [mirror for mirror in mirrors if answers.get(mirror) == "served"]:
        return served
    reasons = {answers.get(mirror, f"no answer in {seconds:g} s") for mirror in mirrors}
    raise DownloadFailed(f"no mirror serves {file} ({', '.join(sorted(reasons))})")


def _child(folder: Path, **order: Any) -> None:
    _watched([sys.executable, "-m", "suite.data.fetch", json.dumps(order | {"folder": str(folder)})], folder)


def _watched(command: list[str], folder: Path) -> None:
    """Run `command`, which writes into `folder`; stop it when the folder does not grow."""
    errors = folder / "errors.txt"
    with open(errors, "wb") as stream:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
    try:
        size, since = -1, time.monotonic()
        while child.poll() is None:
            now, limit = time.monotonic(), STALL_SECONDS if (folder / "ready").exists() else START_SECONDS
            if (grown := _bytes_in(folder)) != size:
                size, since = grown, now
            elif now - since > limit:
                raise DownloadFailed(f"no data for {limit:g} s")
            time.sleep(0.05)
    finally:
        child.kill()
        child.wait()
    if child.returncode:
        last = errors.read_text(errors="replace").strip().splitlines()[-1:] or [f"exit status {child.returncode}"]
        raise DownloadFailed(last[0])


def _bytes_in(folder: Path) -> int:
    """Bytes of the files under `folder`, plus one for each file."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += 1 + path.stat().st_size
        except FileNotFoundError:  # renamed meanwhile
            continue
    return total
