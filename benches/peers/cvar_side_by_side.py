"""Times linear-programming solvers on the least conditional value at risk beside po, on the same scenarios.

    cargo run --release -p po-benches --example cvar_side_by_side -- FOLDER
    python benches/peers/cvar_side_by_side.py FOLDER [--largest 3000000] [--limit 120]

The first command simulates the returns, solves, and writes returns, risks and times to the folder. Prints one Markdown
table: task, program, median time, relative difference of the risk from po's, and the time as a multiple of po's. One thread;
setting up and solving are timed, putting the matrix together is not.
"""

import argparse
import json
import os
import statistics
import time
from importlib.metadata import version
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
import scipy.sparse as sp  # noqa: E402

LEVEL = 0.95


def highs(matrix, cost, column_bounds, row_bounds, maximise, limit):
    import highspy

    matrix = sp.csc_matrix(matrix)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.shape[1], matrix.shape[0]
    model.col_cost_ = np.asarray(cost, float)
    model.col_lower_, model.col_upper_ = column_bounds
    model.row_lower_, model.row_upper_ = row_bounds
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if maximise:
        model.sense_ = highspy.ObjSense.kMaximize

    def run():
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("solver", "simplex")
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("time_limit", float(limit))
        solver.passModel(model)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return solver.getInfo().objective_function_value

    return run


def dual(returns, gross, limit):
    """The worst mean of the best asset: N rows over the prices of the scenarios; with short sales, 2 N of them."""
    scenarios, assets = returns.shape
    share = 1.0 / ((1.0 - LEVEL) * scenarios)
    inf = np.inf
    losses = -returns.T
    one = np.ones((assets, 1))
    simplex = np.concatenate([np.ones(scenarios), [0.0, 0.0]])
    if gross == 0.0:
        # theta <= loss of each asset under z.
        matrix = np.vstack([np.hstack([losses, -one, np.zeros((assets, 1))]), simplex])
        cost = np.concatenate([np.zeros(scenarios), [1.0, 0.0]])
        lower = np.concatenate([np.zeros(assets), [1.0]])
        upper = np.concatenate([np.full(assets, inf), [1.0]])
    else:
        # theta - eta <= loss <= theta + eta, and eta costs the limit.
        up = np.hstack([losses, -one, one])
        down = np.hstack([losses, -one, -one])
        matrix = np.vstack([up, down, simplex])
        cost = np.concatenate([np.zeros(scenarios), [1.0, -gross]])
        lower = np.concatenate([np.zeros(assets), np.full(assets, -inf), [1.0]])
        upper = np.concatenate([np.full(assets, inf), np.zeros(assets), [1.0]])
    columns = (np.concatenate([np.zeros(scenarios), [-inf, 0.0]]), np.concatenate([np.full(scenarios, share), [inf, inf]]))
    return highs(matrix, cost, columns, (lower, upper), True, limit)


def clarabel(returns, gross, limit):
    import clarabel as solver

    scenarios, assets = returns.shape
    share = 1.0 / ((1.0 - LEVEL) * scenarios)
    more = assets if gross > 0.0 else 0
    size = assets + 1 + scenarios + more
    cost = np.concatenate([np.zeros(assets), [1.0], np.full(scenarios, share), np.zeros(more)])
    rest = sp.csc_matrix((scenarios, more))
    blocks = [
        sp.hstack([sp.csc_matrix(np.ones((1, assets))), sp.csc_matrix((1, size - assets))]),
        sp.hstack([sp.csc_matrix(-returns), sp.csc_matrix(-np.ones((scenarios, 1))), -sp.eye(scenarios), rest]),
        sp.hstack([sp.csc_matrix((scenarios, assets + 1)), -sp.eye(scenarios), rest]),
    ]
    right = [np.ones(1), np.zeros(2 * scenarios)]
    if more:
        middle = sp.csc_matrix((assets, 1 + scenarios))
        blocks += [
            sp.hstack([sp.eye(assets), middle, -sp.eye(assets)]),
            sp.hstack([-sp.eye(assets), middle, -sp.eye(assets)]),
            sp.hstack([sp.csc_matrix((1, assets + 1 + scenarios)), sp.csc_matrix(np.ones((1, assets)))]),
        ]
        right += [np.zeros(2 * assets), np.array([gross])]
    else:
        blocks.append(sp.hstack([-sp.eye(assets), sp.csc_matrix((assets, size - assets))]))
        right.append(np.zeros(assets))
    matrix, right = sp.vstack(blocks).tocsc(), np.concatenate(right)
    cones = [solver.ZeroConeT(1), solver.NonnegativeConeT(len(right) - 1)]
    settings = solver.DefaultSettings()
    settings.verbose, settings.time_limit, settings.max_threads = False, float(limit), 1

    def run():
        answer = solver.DefaultSolver(sp.csc_matrix((size, size)), cost, matrix, right, cones, settings).solve()
        return answer.obj_val if str(answer.status) in ("Solved", "AlmostSolved") else None

    return run


PROGRAMS = {"HiGHS, simplex on the dual": ("highspy", dual), "Clarabel": ("clarabel", clarabel)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--largest", type=int, default=3_000_000, help="numbers in the largest matrix that others get")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds that others get for a run")
    args = parser.parse_args()
    ours = json.loads((args.folder / "po.json").read_text())
    print("| assets x scenarios | program | time | difference | multiple of po |\n|---|---|---|---|---|")
    for task, own in ours.items():
        assets, scenarios, gross = task.split("x")
        assets, scenarios, gross = int(assets), int(scenarios), float(gross)
        print(f"| {task} | po, gap {own['gap']:.0e} | {own['seconds'] * 1e3:.3g} ms | | 1 |", flush=True)
        if assets * scenarios > args.largest:
            continue
        returns = np.fromfile(args.folder / f"wild_{scenarios}x{assets}.f64").reshape(assets, scenarios).T
        for name, (package, build) in PROGRAMS.items():
            run = build(np.ascontiguousarray(returns), gross, args.limit)
            times, value = [], None
            while len(times) < 3 and sum(times) < args.limit:
                start = time.perf_counter()
                value = run()
                times.append(time.perf_counter() - start)
                if value is None:
                    break
            label = f"{name} {version(package)}"
            if value is None:
                print(f"| {task} | {label} | more than {args.limit:.0f} s | | |", flush=True)
                continue
            seconds = statistics.median(times)
            difference = (value - own["cvar"]) / own["cvar"]
            multiple = seconds / own["seconds"]
            print(f"| {task} | {label} | {seconds * 1e3:.4g} ms | {difference:+.0e} | {multiple:.0f} |", flush=True)


main()
