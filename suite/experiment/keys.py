"""The keys of many runs at once: runs that differ by the seed alone share all but the last step."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from suite.experiment.spec import PROTOCOL, RunSpec, digest

ANY = 999_999_999_937
"""A seed that stands for all others."""


def keys(spec: RunSpec, seeds: Iterable[int]) -> list[str]:
    """`replace(spec, seed=seed).key` of every seed, at a twentieth of the cost."""
    identity = {"protocol": PROTOCOL, **replace(spec, seed=ANY).identity()}
    before, after = json.dumps(identity, sort_keys=True, separators=(",", ":")).split(f'"seed":{ANY}')
    own = {0: replace(spec, seed=0).key}  # a seed of 0 is the default, and not written
    return [own.get(seed) or digest(f'{before}"seed":{seed}{after}') for seed in seeds]
