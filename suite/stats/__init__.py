"""Statistics for few seeds: what three to five runs can carry, and what they cannot.

    intervals     mean, SD and Student-t interval of a cell; Welch's difference; the interval of a single future run
    comparisons   exact permutation test and Holm's correction against one named baseline
    ranks         Friedman, Iman and Davenport, Nemenyi: several methods over several (data set, model) blocks
    claims        what a paper says about a table, as data (imports neither numpy nor scipy)
    blocks        which blocks can be ranked: those with runs of every method
    selection     the one-standard-error rule for the strength of a penalty
    verdicts      decides on published numbers, and on claims about pairs of rows
    judge         decides on every kind of claim

Every function takes plain sequences or arrays of finite numbers and keeps no state. Import from the module that holds the name;
the package itself imports nothing, so that declaring a claim costs nothing.
"""
