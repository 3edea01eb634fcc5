"""Times Python packages on hierarchical risk parity from returns to weights beside po, on the same returns.

    cargo run --release -p po-benches --example hrp_side_by_side -- FOLDER
    python benches/peers/hrp_side_by_side.py FOLDER [--largest 500]

The first command simulates the returns, allocates, and writes returns, weights and times to the folder. Prints one
Markdown table: task, program, median time, largest difference of a weight from po's, and the time as a multiple of po's.
One thread; a program that takes longer than --limit seconds for one run is said to.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

# One thread, before anything is imported that reads these.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402

PROGRAMS = ["PyPortfolioOpt", "skfolio", "Riskfolio-Lib"]


def frame(returns):
    import pandas as pd

    return pd.DataFrame(returns, columns=[f"a{i:04}" for i in range(returns.shape[1])])


def pyportfolioopt(returns, linkage, optimal):
    from pypfopt import HRPOpt

    if optimal:
        return None  # it has no optimal leaf order
    table = frame(returns)

    def run():
        weights = HRPOpt(table).optimize(linkage_method=linkage)
        return np.array([weights[name] for name in table.columns])

    return run


def skfolio(returns, linkage, optimal):
    from skfolio.cluster import HierarchicalClustering, LinkageMethod
    from skfolio.optimization import HierarchicalRiskParity
    from skfolio.seriation import HierarchicalSeriation

    def run():
        clustering = HierarchicalClustering(linkage_method=LinkageMethod[linkage.upper()])
        seriation = HierarchicalSeriation(
            hierarchical_clustering_estimator=clustering, optimal_ordering=optimal
        )
        return HierarchicalRiskParity(seriation_estimator=seriation).fit(returns).weights_

    return run


def riskfolio(returns, linkage, optimal):
    from riskfolio import HCPortfolio

    table = frame(returns)

    def run():
        portfolio = HCPortfolio(returns=table)
        weights = portfolio.optimization(
            model="HRP", codependence="pearson", rm="MV", linkage=linkage, leaf_order=optimal
        )
        return weights["weights"].to_numpy()

    return run


MAKERS = dict(zip(PROGRAMS, (pyportfolioopt, skfolio, riskfolio)))


def one(folder, task, program, seconds):
    """In a process of its own: time and difference as JSON."""
    warnings.simplefilter("ignore")
    linkage, order, size = task.split("-")
    periods, assets = map(int, size.split("x"))
    returns = np.fromfile(folder / f"returns_{size}.f64").reshape(assets, periods).T.copy()
    ours = np.fromfile(folder / f"{task}.f64")
    run = MAKERS[program](returns, linkage, order == "optimal")
    if run is None:
        return {}
    times, begin = [], time.perf_counter()
    while len(times) < 4 or (time.perf_counter() - begin < seconds and len(times) < 50):
        start = time.perf_counter()
        weights = run()
        times.append(time.perf_counter() - start)
        if times[0] > 30:
            break
    # The first run warms up where there are more.
    return {"seconds": statistics.median(times[1:] or times), "difference": float(np.abs(weights - ours).max())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--largest", type=int, default=2000, help="assets at most (default 2000)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long to repeat each (default 2)")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds after which a program is given up")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(one(arguments.folder, *arguments.child, arguments.seconds)))
        return
    po = json.loads((arguments.folder / "po.json").read_text())
    print("| task | program | time (median) | largest difference of a weight | times po |")
    print("|---|---|---|---|---|")
    for task, ours in po.items():
        if int(task.split("x")[1]) > arguments.largest:
            continue
        print(f"| {task} | po | {1e3 * ours:.4g} ms | | 1 |", flush=True)
        for program in PROGRAMS:
            command = [sys.executable, __file__, str(arguments.folder), "--child", task, program]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=arguments.limit)
                found = json.loads(done.stdout.strip().splitlines()[-1])
            except subprocess.TimeoutExpired:
                print(f"| {task} | {program} | more than {arguments.limit:g} s | | |", flush=True)
                continue
            except (IndexError, json.JSONDecodeError):
                print(f"| {task} | {program} | failed | | |", flush=True)
                continue
            if found:
                name = f"{program} {version(program.lower())}"
                print(f"| {task} | {name} | {1e3 * found['seconds']:.4g} ms | {found['difference']:.1e} | "
                      f"{found['seconds'] / ours:.3g} |", flush=True)


if __name__ == "__main__":
    main()
