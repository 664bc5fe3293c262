"""The same losses and coarse gradients from m sampled inputs, a block at a time: millions of samples fit in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from suite.base.lazy import torch

if TYPE_CHECKING:
    from torch import Generator, Tensor, dtype

    from suite.theory.no_overlap import NoOverlap

BLOCK = 2**21
"""Numbers in a block of inputs, and at most about as many in a block of activations."""


def samples(m: int, k: int, d: int, generator: Generator, dtype: dtype) -> Iterator[Tensor]:
    """Blocks of inputs (samples, k, d) of N(0, 1) numbers on the generator's device, m samples in all.

    The blocks depend on m, k and d only, so one seed gives one set of samples. ValueError unless m is positive.
    """
    if m < 1:
        raise ValueError(f"m must be positive, not {m!r}")
    size = max(1, BLOCK // (k * d))
    for start in range(0, m, size):
        yield torch.randn(min(size, m - start), k, d, generator=generator, dtype=dtype, device=generator.device)


def empirical_loss(network: NoOverlap, w: Tensor, w_star: Tensor, m: int, generator: Generator) -> Tensor:
    """factor / m times the sum over m samples of (h(w, Z) - h(w*, Z))^2, shape (...) for `w` of shape (..., d).

    All weights see the same samples. `w_star` broadcasts against `w` and may have any norm.
    """
    flat, stars = _flatten(w, w_star)
    total = torch.zeros(len(flat), dtype=torch.float64, device=w.device)
    for z in samples(m, network.k, w.shape[-1], generator, w.dtype):
        for rows in _rows(len(flat), z):
            gap = _gap(network, z @ flat[rows].T, z @ stars[rows].T)
            total[rows] += gap.square().sum(0).double()
    return (total * (network.factor / m)).to(w.dtype).reshape(w.shape[:-1])


def empirical_coarse_gradient(network: NoOverlap, w: Tensor, w_star: Tensor, m: int, generator: Generator) -> Tensor:
    """2 factor slope / m times the sum over m samples of (h(w, Z) - h(w*, Z)) sum_i 1[Z_i^T w > 0] Z_i, with the shape of `w`.

    The straight-through estimate through a ReLU of that slope; for the ReLU network the gradient of its empirical loss.
    """
    flat, stars = _flatten(w, w_star)
    total = torch.zeros(flat.shape, dtype=torch.float64, device=w.device)
    for z in samples(m, network.k, w.shape[-1], generator, w.dtype):
        for rows in _rows(len(flat), z):
            products = z @ flat[rows].T
            gap = _gap(network, products, z @ stars[rows].T)
            weight = (products > 0).to(z.dtype).mul_(gap.unsqueeze(1))
            total[rows] += (weight.flatten(0, 1).T @ z.flatten(0, 1)).double()
    return (total * (2 * network.factor * network.coarse_slope / m)).to(w.dtype).reshape(w.shape)


def _flatten(w: Tensor, w_star: Tensor) -> tuple[Tensor, Tensor]:
    """Both as matrices of the same shape, one weight in a row."""
    return w.reshape(-1, w.shape[-1]), w_star.expand_as(w).reshape(-1, w.shape[-1])


def _rows(n: int, z: Tensor) -> Iterator[slice]:
    """Slices of the n weights such that their activations on `z` are about a block of numbers."""
    size = max(1, BLOCK // (z.shape[0] * z.shape[1]))
    return (slice(start, start + size) for start in range(0, n, size))


def _gap(network: NoOverlap, products: Tensor, teacher: Tensor) -> Tensor:
    """h(w, Z) - h(w*, Z) from the inner products (samples, k, n): shape (samples, n)."""
    return network.activation(products).sum(1) - network.activation(teacher).sum(1)
