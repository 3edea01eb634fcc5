"""Times SciPy, and Grimshaw's one-dimensional profile in NumPy, on the samples of the bench tail_fit.

    cargo bench -p po-benches --bench tail_fit
    python benches/peers/tail_fit.py

Prints one Markdown table: distribution, excesses, program, median time, log-likelihood.
"""

import os
import statistics
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
from scipy import optimize, stats  # noqa: E402

SECONDS = 2.0


def median(run):
    result = run()
    times, start = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - start < SECONDS:
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    return statistics.median(times), result


def uniform(count):
    return np.modf(np.arange(1, count + 1) * 0.61803398875)[0]


def grimshaw(x):
    """The profile in the tilt, minimised by Brent's method between its ends; shape and scale."""
    unit = x.max()
    z = x / unit

    def loss(s):
        tilt = np.expm1(s)
        q = np.mean(np.log1p(tilt * z)) / tilt
        return np.log(q) + tilt * q

    s = optimize.minimize_scalar(loss, bounds=(-10, 20), method="bounded", options={"xatol": 1e-10}).x
    tilt = np.expm1(s)
    q = np.mean(np.log1p(tilt * z)) / tilt
    return tilt * q, q * unit


def main():
    print("| distribution | sample | program | median | log-likelihood |\n|---|---|---|---|---|")

    def report(distribution, count, program, run, likelihood):
        seconds, found = median(run)
        print(f"| {distribution} | {count} | {program} | {seconds * 1e6:.1f} us | {likelihood(found):.8f} |")

    for shape, counts in ((0.2, (50, 500, 5000)), (-0.3, (500,)), (0.8, (500,))):
        for count in counts:
            x = stats.genpareto.ppf(uniform(count), shape)
            name = f"generalised Pareto, {shape}"
            report(name, count, "scipy genpareto.fit(floc=0)", lambda: stats.genpareto.fit(x, floc=0),
                   lambda p: np.sum(stats.genpareto.logpdf(x, *p)))  # fmt: skip
            report(name, count, "NumPy profile", lambda: grimshaw(x),
                   lambda p: np.sum(stats.genpareto.logpdf(x, p[0], scale=p[1])))  # fmt: skip
    for count in (65, 500):
        x = stats.genextreme.ppf(uniform(count), 0.05, loc=3.9, scale=0.2)
        report("generalised extreme value", count, "scipy genextreme.fit", lambda: stats.genextreme.fit(x),
               lambda p: np.sum(stats.genextreme.logpdf(x, *p)))  # fmt: skip


if __name__ == "__main__":
    main()
