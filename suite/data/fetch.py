"""The child process of `suite.data.network`: python -m suite.data.fetch ORDER, with ORDER in JSON.

Each function touches `ready` in `folder` before it turns to the network.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path


def by_torchvision(folder: Path, class_name: str, attributes: dict) -> None:
    """Download with a torchvision class that has `attributes` in place of its own."""
    from torchvision import datasets

    (folder / "ready").touch()
    type(class_name, (getattr(datasets, class_name),), attributes)(folder, download=True)


def one_file(folder: Path, url: str, name: str, timeout: float) -> None:
    """Download `url` as `folder/name`; what has come is written at once, so that a slow download is seen to grow."""
    (folder / "ready").touch()
    request = urllib.request.Request(url, headers={"User-Agent": "suite"})
    with urllib.request.urlopen(request, timeout=timeout) as response, open(folder / name, "wb") as target:
        while part := response.read1(1 << 16):
            target.write(part)
            target.flush()


def main(order: dict) -> None:
    """Call the function that `order` names."""
    functions: dict[str, Callable[..., None]] = {"by_torchvision": by_torchvision, "one_file": one_file}
    functions[order.pop("function")](Path(order.pop("folder")), **order)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
