"""The theory of relaxed variable splitting on one-layer no-overlap networks, as programs whose claims can be checked."""

from suite.theory.binarized import BinarizedReLU
from suite.theory.claims import Expansion, angle_bound, expansion, rounding, stationarity
from suite.theory.geometry import Plane, plane
from suite.theory.no_overlap import NoOverlap
from suite.theory.problem import Problem
from suite.theory.record import Run
from suite.theory.relu import ReLU
from suite.theory.sampling import empirical_coarse_gradient, empirical_loss, samples
from suite.theory.splitting import admm, rvscgd, rvsm

__all__ = [
    "BinarizedReLU",
    "Expansion",
    "NoOverlap",
    "Plane",
    "Problem",
    "ReLU",
    "Run",
    "admm",
    "angle_bound",
    "empirical_coarse_gradient",
    "empirical_loss",
    "expansion",
    "plane",
    "rounding",
    "rvscgd",
    "rvsm",
    "samples",
    "stationarity",
]
