#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Regenerate the polynomial coefficients of the kernels.

Fits each polynomial by least squares of the relative error on Chebyshev nodes in 60 digits (near
minimax). Rounds one coefficient at a time to the working type and refits the rest, so that later
coefficients compensate for the rounding of earlier ones. Prints the coefficients and the maximum
relative error of the rounded polynomial.
`pip install mpmath numpy`, then run without arguments.

    exp:     e^-r     = 1 - r*S(r),                  r in [-ln2/2, ln2/2]
    log1p:   log1p(t) = t - s*(t - s^2*W(s^2)),      s = t/(2+t), t in [0, 1]
"""
import numpy as np
from mpmath import cos, exp, fabs, log, log1p, lu_solve, matrix, mp, mpf, pi, sqrt

mp.dps = 60


def fit(f, weight, powers, nodes):
    """The c that minimise sum (weight(x) * (f(x) - sum c_j x^powers_j))^2 over the nodes."""
    A, y = matrix(len(nodes), len(powers)), matrix(len(nodes), 1)
    for i, x in enumerate(nodes):
        w = weight(x)
        y[i] = w * f(x)
        for j, p in enumerate(powers):
            A[i, j] = w * x ** p
    return lu_solve(A, y)


def show(name, f, weight, degree, a, b, kind):
    nodes = [(a + b) / 2 - (b - a) / 2 * cos(pi * (2 * i + 1) / 160) for i in range(80)]
    rounded = []
    for j in range(degree + 1):
        rest = lambda x: f(x) - sum(mpf(c) * x ** k for k, c in enumerate(rounded))
        rounded.append(float(kind(float(fit(rest, weight, range(j, degree + 1), nodes)[0]))))
    worst = max(
        fabs(weight(x) * (f(x) - sum(mpf(c) * x ** j for j, c in enumerate(rounded))))
        for x in (a + (b - a) * mpf(k) / 2001 for k in range(1, 2001)))
    print(f"{name}, degree {degree}, {kind.__name__}: relative error 2^{float(log(worst, 2)):.2f}")
    for j, c in enumerate(rounded):
        print(f"  c{j} = {c.hex()}  // {c!r}")


def exp_s(r):
    return (1 - exp(-r)) / r


def log_w(v):
    s = sqrt(v)
    return (log1p(2 * s / (1 - s)) - 2 * s) / (s * v)


if __name__ == "__main__":
    half = log(mpf(2)) / 2
    for kind, e, w in ((np.float32, (4, 5), (2, 3)), (np.float64, (9, 10), (8, 9))):
        for degree in e:
            show("exp S", exp_s, lambda r: r * exp(r), degree, -half, half, kind)
        for degree in w:
            weight = lambda v: v * sqrt(v) / log1p(2 * sqrt(v) / (1 - sqrt(v)))
            show("log1p W", log_w, weight, degree, mpf(0), mpf(1) / 9, kind)
