"""Statistics for few seeds: what three to five runs can carry, and what they cannot.

    intervals     mean, SD and Student-t interval of a cell; Welch's difference; the interval of a single future run
    comparisons   exact permutation test and Holm's correction against one named baseline
    ranks         Friedman, Iman and Davenport, Nemenyi: several methods over several (data set, model) blocks
    posterior     how probable a best average rank is, given what the seeds leave open
    blocks        which blocks can be ranked: those with runs of every method
    selection     the one-standard-error rule for the strength of a penalty

Every function takes plain sequences or arrays of finite numbers and keeps no state. Import from the module that holds the name;
the package itself imports nothing, so that declaring a claim costs nothing.
"""
