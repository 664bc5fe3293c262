"""Liu, Li, Shen, Huang, Yan and Zhang 2017, "Learning Efficient Convolutional Networks through Network Slimming", ICCV, arXiv 1708.06519;
Bui, Park, Zhang, Qi and Xin 2020 and 2021, on nonconvex penalties in its place, arXiv 2010.01242.
"""

LIU = "Liu et al. 2017 (arXiv 1708.06519)"
BUI = "Bui et al. 2021 (arXiv 2010.01242)"
