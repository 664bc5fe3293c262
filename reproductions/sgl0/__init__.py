"""Bui, Park, Zhang, Qi and Xin 2019, "l0 regularized structured sparsity convolutional neural networks", arXiv 1912.07868."""

from suite.methods.schedule import Schedule

PAPER = Schedule(epochs=200, milestones=(40, 80, 120, 160))
"""Section 3.1: Adam at 1e-3, a tenth every 40 epochs, 200 epochs; batches of 100 as in the authors' code."""

QUICK_EPOCHS = 4
