"""The strengths that the rule of `integrated-tl1/selection` chooses from its records, by data set and method; a test holds them to it."""

from collections import defaultdict

CHOSEN: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(lambda: 1e-4))
