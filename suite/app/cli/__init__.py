"""The command line. Each module adds its commands to the group `main`."""

from suite.app.cli import compute, data, overview, publish, stored
from suite.app.cli.group import main

__all__ = ["compute", "data", "main", "overview", "publish", "stored"]
