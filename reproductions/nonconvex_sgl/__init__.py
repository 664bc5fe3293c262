"""Bui, Park, Zhang, Qi and Xin 2021, "Structured sparsity of convolutional neural networks via nonconvex sparse group regularization",
Frontiers in Applied Mathematics and Statistics, doi 10.3389/fams.2020.529564, arXiv 2004.13077."""
