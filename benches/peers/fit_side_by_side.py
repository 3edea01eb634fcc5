"""Times Python packages that fit GARCH and DCC models beside po, on the same returns.

    cargo run --release -p po-benches --example fit_side_by_side -- FOLDER
    python benches/peers/fit_side_by_side.py FOLDER [--largest 100]

The first command simulates the returns, fits them, and writes both to the folder. Prints one Markdown table: task, program,
median time, log-likelihood reached, parameters (alpha and beta, or a and b), and the time as a multiple of po's.
"""

import argparse
import json
import os
import statistics
import time
import warnings
from importlib.metadata import version
from pathlib import Path

# One thread, before anything is imported that reads these.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

PERIODS = 2000


def median(run, seconds):
    """The median time of several runs after one to warm up and compile, and what the last one gave."""
    result = run()
    times, start = [], time.perf_counter()
    while len(times) < 3 or (time.perf_counter() - start < seconds and len(times) < 200):
        before = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - before)
        if times[0] > 60:
            break
    return statistics.median(times), result


def garch(returns, **model):
    from arch import arch_model

    return lambda: arch_model(returns, mean="Constant", p=1, q=1, **model).fit(disp="off", show_warning=False)


def dcc(returns, **how):
    import pymgarch

    return lambda: pymgarch.DCC().fit(returns, compute_se=False, **how)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--largest", type=int, default=100, help="assets at most (default 100)")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to repeat each (default 1)")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    po = json.loads((arguments.folder / "po.json").read_text())
    print("| task | program | time (median) | log-likelihood | parameters | times po |")
    print("|---|---|---|---|---|---|")

    def row(task, program, seconds, likelihood, parameters):
        pair = ", ".join(f"{value:.5f}" for value in parameters)
        ratio = seconds / po[task]["seconds"]
        print(f"| {task} | {program} | {1e3 * seconds:.4g} ms | {likelihood:.3f} | {pair} | {ratio:.3g} |", flush=True)

    def returns(assets):
        return np.loadtxt(arguments.folder / f"returns_{PERIODS}x{assets}.csv", delimiter=",")

    models = {
        "garch-normal": {"vol": "GARCH"},
        "garch-t": {"vol": "GARCH", "dist": "t"},
        "gjr-normal": {"vol": "GARCH", "o": 1},
        "egarch-normal": {"vol": "EGARCH", "o": 1},
    }
    likelihoods = {"full": {"method": "full"}, "contiguous": {"method": "composite", "pairs": "contiguous"}}
    for task, ours in po.items():
        row(task, "po", ours["seconds"], ours["log_likelihood"], ours["parameters"])
        kind, size = task.split("/")
        if kind in models:
            seconds, fit = median(garch(returns(10)[:, 0], **models[kind]), arguments.seconds)
            parameters = [fit.params["alpha[1]"], fit.params["beta[1]"]]
            row(task, f"arch {version('arch')}", seconds, fit.loglikelihood, parameters)
        elif (assets := int(size.split("x")[1])) <= arguments.largest:
            how = likelihoods[kind.removeprefix("dcc-")]
            seconds, fit = median(dcc(returns(assets), **how), arguments.seconds)
            row(task, f"pymgarch {version('pymgarch')}", seconds, fit.loglikelihood, list(fit.psi)[:2])


if __name__ == "__main__":
    main()
