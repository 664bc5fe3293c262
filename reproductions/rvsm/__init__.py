"""Dinh and Xin 2018, "Convergence of a relaxed variable splitting method for learning sparse neural networks via l1, l0, and
transformed-l1 penalties", arXiv 1812.05719."""

SOURCE = "Dinh and Xin 2018 (arXiv 1812.05719)"
