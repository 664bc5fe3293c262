"""What a reader must know about the runs behind a table: read from the records, so that a table cannot say anything else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from suite.judging.judged import Judged


def records(results: Judged) -> list[dict[str, Any]]:
    """The table's records, in order."""
    return [results.records[key] for key in results.experiment.specs if key in results.records]


def command(results: Judged) -> str:
    """How to make the table again."""
    return f"python -m suite reproduce {results.reproduction.id} --profile {results.profile} --seeds {results.seeds}"


def header(results: Judged) -> dict[str, str]:
    """Name and content of each line above the table."""
    found = records(results)
    environments = [record["environment"] for record in found]
    return {
        "Source": results.reproduction.source,
        "Profile": f"{results.profile} ({_length(results)})",
        "Seeds": f"{results.seeds} ({', '.join(str(seed) for seed in range(results.seeds))})",
        "Runs": _runs(results),
        "Data": distinct(map(_data, found)) or ", ".join(datasets(results)) or ("none" if results.reproduction.cells else ""),
        "Device": distinct(map(_device, environments)) or "none yet",
        "Software": distinct(map(_software, environments)) or "none yet",
        "Code": distinct(map(_code, environments)) or "none yet",
        "Cost": _cost(found),
        "Again": f"`{command(results)}`",
    }


def _length(results: Judged) -> str:
    """How long the runs train, by group where groups differ."""
    profile = results.experiment.settings
    lengths: dict[str, list[str]] = {}
    for group in results.reproduction.groups or ("",):
        schedule = profile.groups.get(group, profile.schedule)
        steps = f" of {plural(schedule.epoch_steps, 'step')}" if schedule.epoch_steps else ""
        lengths.setdefault(plural(schedule.epochs, "epoch") + steps, []).append(group)
    if len(lengths) == 1:
        return next(iter(lengths))
    return "; ".join(f"{', '.join(groups)}: {length}" for length, groups in lengths.items())


def datasets(results: Judged) -> list[str]:
    """The data sets that the runs used."""
    return results.experiment.datasets


def unfinished(results: Judged) -> list[str]:
    """A line for each run that was computed and gave no metrics, with what says why."""
    lines, several = [], len(datasets(results)) > 1
    for key, spec in results.experiment.specs.items():
        if key in results.records:
            status, where = results.records[key]["status"], f"record {key}"
        else:
            status, where = "failed" if key in results.failures else "done", f"failures/{key}.json"
        if status != "done":
            place = f"{spec.dataset}: " if several and spec.dataset else ""
            lines.append(f"{place}`{spec.method.row}`, seed {spec.seed}: {status} ({where})")
    return lines


def distinct(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def plural(n: int, noun: str) -> str:
    return f"{n} {noun}" + ("" if n == 1 else "s")


def _runs(results: Judged) -> str:
    keys, statuses = results.experiment.specs, [record["status"] for record in records(results)]
    failed = sum(key in results.failures and key not in results.records for key in keys)
    parts = [f"{statuses.count('done')} of {len(keys)} finished"]
    counts = (("diverged", statuses.count("diverged")), ("failed", failed), ("not computed", len(keys) - len(statuses) - failed))
    return ", ".join(parts + [f"{count} {name}" for name, count in counts if count])


def _data(record: dict[str, Any]) -> str:
    data = record["data"]
    if not record["dataset"]:
        return f"none, {data['starts']:,} random starts a run" if "starts" in data else "none"
    held = f", {data['n_validation']:,} held-out" if data.get("n_validation") else ""
    return f"{record['dataset']} ({data['n_train']:,} training{held} and {data['n_test']:,} test examples)"


def _device(environment: dict[str, Any]) -> str:
    return f"{environment.get('gpu') or environment['device']}, {environment['cpu']}, {plural(environment['threads'], 'thread')} a run"


def _software(environment: dict[str, Any]) -> str:
    return f"torch {environment['packages']['torch']}, Python {environment['python']}"


def _code(environment: dict[str, Any]) -> str:
    commit = environment.get("git_commit")
    if not commit:
        return f"suite {environment.get('suite') or 'of unknown version'}, commit unknown"
    return f"commit {commit[:12]}" + (" with local changes" if environment.get("git_dirty") else "")


def _cost(found: list[dict[str, Any]]) -> str:
    seconds = [record["cost"]["wall_seconds"] for record in found]
    if not seconds:
        return "none yet"
    lost = sum(record["cost"]["wall_seconds"] < record["cost"].get("training_seconds", 0.0) for record in found)
    less = f", of {plural(lost, 'run')} the last part only" if lost else ""  # of old runs that were resumed
    return f"{sum(seconds) / 3600:.2g} hours in all, at most {max(seconds):.0f} s a run{less}"
