"""A splitting method on a one-layer no-overlap network of Gaussian inputs, from many random starts at once, as a method of the harness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from suite.base.lazy import torch
from suite.methods.base import Method
from suite.penalties import Elementwise, named
from suite.theory.binarized import BinarizedNoOverlap
from suite.theory.problem import Problem
from suite.theory.relu import ReLUNoOverlap
from suite.theory.splitting import ITERATIONS, Iteration

if TYPE_CHECKING:
    from torch import Tensor

    from suite.base.seeding import Streams
    from suite.theory.no_overlap import NoOverlap

TITLES = {"rvscgd": "RVSCGD", "rvsm": "RVSM", "admm": "ADMM"}
NETWORKS = ("binarized", "relu")
MAGNITUDES = ("equal", "normal")


@dataclass(unsafe_hash=True, kw_only=True)
class Starts(Method):
    """min over w, u of f(w) + lambda P(u) + beta/2 ||w - u||^2, f the population loss of the network (Dinh and Xin 2018, 2020).

    Nothing is sampled but teachers and starts, so that a run has no data set. What a schedule means here: `batch_size` starts, each
    with a teacher of its own; steps of size eta, its `learning_rate`; one point of the curves after each of its `epochs` of
    `epoch_steps` iterations.

    algorithm     "rvscgd", "rvsm" or "admm", see `suite.theory.splitting`
    network       "binarized" or "relu"; "": binarized for rvscgd, which normalises w, and ReLU for the others
    threshold     the penalty P whose proximal map gives u, a sum over the weights that `suite.penalties.named` knows: "l0", "l1", "tl1"
    shape         of P, such as a of TL1; None: the usual one
    k, d          patches of the network, and weights of the filter that they share
    support       how many entries of w* are not zero: the first, since no start prefers any
    magnitudes    of those entries: "equal", 1 / sqrt(support) with random signs, or "normal", N(0, 1) brought to norm 1 together
    slope         of the coarse ReLU of the binarized network

    The starts w0 are uniform on the unit sphere, the sphere of w*, for either network. Starts with one seed, d and number are the same
    for all algorithms, penalties and teachers, and teachers of one support and magnitudes the same for all algorithms and penalties.

    Raises ValueError for what is not among the above or out of range, and for an algorithm that is not for the network.
    """

    program: ClassVar[str] = "suite.theory.program"
    viewed: ClassVar[tuple[str, ...]] = ("w",)
    drawn: ClassVar[tuple[str, ...]] = ("batch_size",)  # so many random starts

    algorithm: str = "rvscgd"
    network: str = ""
    threshold: str = "l0"
    shape: float | None = None
    lam: float = 1e-4
    beta: float = 4e-3
    k: int = 20
    d: int = 50
    support: int = 10
    magnitudes: str = "equal"
    slope: float = 1.0

    def __post_init__(self) -> None:
        _one_of("algorithm", self.algorithm, tuple(ITERATIONS))
        _one_of("network", self.network, ("", *NETWORKS))
        _one_of("magnitudes", self.magnitudes, MAGNITUDES)
        if not isinstance(self.penalised(), Elementwise):
            raise ValueError(f"threshold must be a sum over the weights, not {self.threshold!r}")
        for name in ("lam", "beta"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be finite and not negative, got {getattr(self, name)}")
        if self.lam > 0 and self.beta == 0:
            raise ValueError("beta must be positive where lam is: without the quadratic the penalty does not reach w")
        if not 1 <= self.support <= self.d:
            raise ValueError(f"support must lie between 1 and d = {self.d}, got {self.support}")
        ITERATIONS[self.algorithm].check(self.built())

    @property
    def title(self) -> str:  # type: ignore[override]  # one class for three algorithms
        return f"{TITLES[self.algorithm]} without overlap"

    def penalised(self) -> Elementwise:
        """P."""
        return named(self.threshold, self.shape)  # type: ignore[return-value]  # refused in __post_init__ where it is no Elementwise

    def built(self) -> NoOverlap:
        """The network."""
        network = self.network or ("binarized" if self.algorithm == "rvscgd" else "relu")
        if network == "binarized":
            return BinarizedNoOverlap(self.k, slope=self.slope)
        if self.slope != 1:
            raise ValueError(f"the ReLU network has no slope to choose, got {self.slope}")
        return ReLUNoOverlap(self.k)

    def teachers(self, n: int, streams: Streams) -> Tensor:
        """w* of n starts, (n, d), norm 1."""
        w = torch.randn(n, self.d, generator=streams.generator("teacher"), dtype=torch.float64)
        if self.magnitudes == "equal":
            w = torch.where(w < 0, -1.0, 1.0).to(w.dtype)
        w[:, self.support :] = 0
        return torch.nn.functional.normalize(w, dim=-1)

    def starts(self, n: int, streams: Streams) -> Tensor:
        """w0 of n starts, (n, d), norm 1."""
        w = torch.randn(n, self.d, generator=streams.generator("starts"), dtype=torch.float64)
        return torch.nn.functional.normalize(w, dim=-1)

    def begin(self, n: int, eta: float, streams: Streams, device: str = "cpu") -> Iteration:
        """The algorithm on n random problems, before its first step."""
        w_star, w0 = self.teachers(n, streams).to(device), self.starts(n, streams).to(device)
        problem = Problem(self.built(), self.penalised(), w_star, lam=self.lam, beta=self.beta, eta=eta)
        return ITERATIONS[self.algorithm](problem, w0)


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(filter(None, known))}, got {value!r}")
