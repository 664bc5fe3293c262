"""What the rows of stored runs are called, and which of them belong together: groups, series, views, baselines."""

from __future__ import annotations

from suite.experiment.cell import without_group
from suite.methods.base import Method
from suite.records.results import Results, Row


def grouped(results: Results) -> bool:
    """Whether the rows stand in groups that are compared each within itself."""
    return any(results.reproduction.groups)


def groups(results: Results) -> dict[str, list[Row]]:
    """The rows by group, in order; one group "" where there are none."""
    found: dict[str, list[Row]] = {}
    for row in results.rows:
        found.setdefault(row.cell.group, []).append(row)
    return found


def group_label(results: Results, row: Row) -> str:
    """The row's group as a reader sees it; with the data set where that is not the group's own: "mnist (on digits)"."""
    own = next(cell.dataset for cell in results.reproduction.cells if cell.row == row.cell.row)
    group = row.cell.group or own
    return group if row.cell.dataset == own else f"{group} (on {row.cell.dataset})"


def labels(results: Results) -> dict[str, str]:
    """What a reader sees in the first column, by row; where two rows of a group would look the same, the options that differ are named."""
    names = {}
    for group, rows in groups(results).items():
        shown = [row.label for row in rows]
        for row in rows:
            options = without_group(group, row.cell.row).removeprefix(row.cell.method.name).strip()
            names[row.key] = f"{row.label} {options}".rstrip() if shown.count(row.label) > 1 else row.label
    return names


def full_labels(results: Results) -> dict[str, str]:
    """The labels with the group before them, for a sentence."""
    names = labels(results)
    return {row.key: f"{row.cell.group}: {names[row.key]}" if row.cell.group else names[row.key] for row in results.rows}


def series_labels(results: Results) -> dict[str, str]:
    """What a reader calls each series (`Cell.series`): its method's title; where several of a group share that, with what differs."""
    methods = {row.cell.series: row.cell.method for row in results.rows}
    alike: dict[str, list[Method]] = {series: [] for series in methods}
    for rows in groups(results).values():
        for series in (present := {row.cell.series: row.cell.method for row in rows}):
            alike[series] += [other for other in present.values() if other.title == methods[series].title]
    names = {}
    for series, method in methods.items():
        sharing = alike[series]
        differing = [n for n in method.options() if n != "lam" and len({_spelled(other, n) for other in sharing}) > 1]
        options = ", ".join(f"{name}={_spelled(method, name)}" for name in differing)
        files = {other.name for other in sharing}
        shown = options if len(files) == 1 else series
        names[series] = f"{method.title} ({shown})" if differing or len(files) > 1 else method.title
    return names


def _spelled(method: Method, option: str) -> str:
    value = method.chosen().get(option)
    return value.row if isinstance(value, Method) else str(value)


def baselines(results: Results) -> dict[str, Row]:
    """By group, the row that the others of the group are compared with, where it has runs."""
    name = results.reproduction.baseline
    found: dict[str, Row] = {}
    for group, rows in groups(results).items():
        key = f"{group}/{name}" if group else name
        ours = [row for row in rows if row.key == key and row.runs and not row.is_view]
        found |= {group: ours[0]} if ours else {}
    return found
