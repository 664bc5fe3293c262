"""The theory of relaxed variable splitting on one-layer no-overlap networks, as programs whose claims can be checked."""

from suite.theory.binarized import BinarizedNoOverlap
from suite.theory.claims import Expansion, angle_bound, expansion, rounding, stationarity
from suite.theory.geometry import Plane, plane
from suite.theory.no_overlap import NoOverlap
from suite.theory.problem import Problem
from suite.theory.record import Trajectory
from suite.theory.relu import ReLUNoOverlap
from suite.theory.sampling import empirical_coarse_gradient, empirical_loss, samples
from suite.theory.splitting import admm, rvscgd, rvsm

__all__ = [
    "BinarizedNoOverlap",
    "Expansion",
    "NoOverlap",
    "Plane",
    "Problem",
    "ReLUNoOverlap",
    "Trajectory",
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
