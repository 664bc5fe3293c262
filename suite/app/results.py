"""What `suite.reproduce` gives: results with verdicts that render themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from suite import report
from suite.judging.judged import Judged


@dataclass(frozen=True)
class Results(Judged):
    """Stored runs of a reproduction in a profile: `frame`, `values`, `verdicts`, and all that is made of them."""

    def table(self, format: str = "markdown") -> str:
        """The table as "markdown", "latex", "csv" or "terminal"."""
        return report.render(self, format)

    def figure(self, path: str | Path) -> list[Path]:
        """Draw the figures; the file's ending gives the format. Several figures get numbers."""
        from suite.report.figures import draw

        return draw(self, Path(path))

    def write(self) -> list[Path]:
        """Write every rendered file (tables, figures, verdicts, departures) into the folder of the records."""
        return report.write(self)
