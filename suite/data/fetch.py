"""The child process of `suite.data.network`: python -m suite.data.fetch ORDER, with ORDER in JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(order: dict) -> None:
    """Download with the torchvision class, mirrors and (file, MD5) resources of `order`."""
    from torchvision import datasets

    folder = Path(order["folder"])
    (folder / "ready").touch()
    name, attributes = order["class_name"], {key: order[key] for key in ("mirrors", "resources")}
    type(name, (getattr(datasets, name),), attributes)(folder, download=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
