"""Downloads that give up soon when the network does not answer."""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
PROBE_SECONDS = 5.0
STALL_SECONDS = 8.0


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


def fetch(mirrors: list[str], file: str, folder: Path, md5: str | None = None, unpack: Any = None) -> Path:
    """Download `file` into `folder` from the first of `mirrors` that has it, and return its path; raises DownloadFailed.

    The file is there whole, with the MD5 that is given, or not at all; `unpack` is one of pooch's processors. The first mirror from
    which nothing comes for STALL_SECONDS ends it: a user waits once for a network that no longer answers.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel(logging.WARNING)
    headers = {"User-Agent": "suite", "Accept-Encoding": "identity"}
    downloader = pooch.HTTPDownloader(chunk_size=1 << 16, timeout=(PROBE_SECONDS, STALL_SECONDS), headers=headers)
    name, reason = file.rpartition("/")[2], f"no mirror of {file}"
    for mirror in mirrors:
        log.info("downloading %s", mirror + file)
        try:
            pooch.retrieve(mirror + file, md5 and f"md5:{md5}", name, folder, unpack, downloader)
            return folder / name
        except requests.RequestException as error:
            if "timed out" in str(error):  # requests has three classes for it
                raise DownloadFailed(f"no data for {STALL_SECONDS:g} s") from None
            reason = str(error)
        except ValueError as error:  # pooch's, for another MD5
            reason = str(error)
    raise DownloadFailed(reason)


def check_by_torchvision(class_name: str, folder: Path) -> None:
    """Let torchvision check and read what was put into `folder` in its layout; raises DownloadFailed."""
    try:
        torchvision_class(class_name)(folder, train=False)
    except RuntimeError as error:
        raise DownloadFailed(str(error)) from None


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
