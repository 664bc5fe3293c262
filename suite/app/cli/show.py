"""What commands say of results: the table, the failures, the exit code."""

from __future__ import annotations

import json

import click


def show(results, as_json: bool, quiet: bool = False) -> None:
    """Print the table, the failures and the summary line; as JSON, counts and verdicts in one object."""
    from suite.report.banner import banner

    counts = results.counts
    if as_json:
        summary = {
            "id": results.reproduction.id,
            "profile": results.profile,
            "seeds": results.seeds,
            "folder": str(results.folder),
        }
        summary |= {"result": results.is_result, "banner": banner(results), "counts": counts, "verdicts": results.verdicts}
        click.echo(json.dumps(summary, indent=2))
        return
    if not quiet:
        click.echo(results.table("terminal"))
    for key, failure in results.failures.items():
        click.echo(f"failed: {failure.get('method')} seed {failure.get('seed')}: {failure.get('error')} (failures/{key}.json)", err=True)
    if counts:
        more = f", diverged {counts['diverged']}" if counts.get("diverged") else ""
        click.echo(f"computed {counts['computed']}, reused {counts['reused']}, failed {counts['failed']}{more}; files in {results.folder}")


def exit_code(results, strict: bool) -> int:
    """0, 1 when runs failed or diverged, 3 when strict and a verdict fell short."""
    if results.failures or results.counts.get("diverged"):
        return 1
    judged = [*results.verdicts["numbers"], *results.verdicts["claims"]]
    short = any(v["verdict"] in ("not reproduced", "does not hold") and not v["interim"] for v in judged)
    return 3 if strict and short else 0
