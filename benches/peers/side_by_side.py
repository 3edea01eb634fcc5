"""Times other programs on the matrices that the benches of po use, and puts po's own times beside them.

    cargo run --release -p po-benches --example side_by_side > po.json
    python side_by_side.py --po po.json            the table, in Markdown, on standard output
    python side_by_side.py --only quadprog --sizes 20 100

Each measurement runs in a process of its own, on one thread, after one run to warm up. A program that is
not installed, fails or runs out of time gets a row that says so.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
                 "RAYON_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"  # before numpy

import numpy as np

SIZES = {"min-variance": [20, 100, 500], "risk-parity": [20, 100, 1000]}
FACTORS = 12
MASK = (1 << 64) - 1


# --- The data: benches/lib.rs, number by number -------------------------------------------------

def uniforms(seed=20_260_101):
    """Knuth's 64-bit linear congruential generator, the upper 53 bits as a number in [0, 1)."""
    state = seed
    while True:
        state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) & MASK
        yield (state >> 11) / (1 << 53)


def covariance(assets):
    uniform = uniforms()
    specific = [0.008 + 0.02 * next(uniform) for _ in range(assets)]
    loadings = np.empty((assets, FACTORS))
    for row in loadings:
        row[:] = [0.001 * (next(uniform) - 0.5) for _ in range(FACTORS)]
        row[0] = 0.004 + 0.008 * next(uniform)
        gain = 0.004 + 0.01 * next(uniform)  # Rust evaluates the right side of `+=` before the place
        row[1 + int(next(uniform) * (FACTORS - 1))] += gain
    common = np.zeros((assets, assets))
    for k in range(FACTORS):  # one factor after the other, as the sum in Rust runs: the same bits
        common += np.outer(loadings[:, k], loadings[:, k])
    return common + np.diag(np.array(specific) ** 2)


# --- Minimum variance, long only, fully invested ------------------------------------------------
# Each maker takes the covariance and returns a function without arguments that returns the weights. What a
# user does once (translating to the solver's own types) is in the maker; set-up and solution are timed.

def scaled(s):
    """To a mean variance of one: the bare solvers stop at absolute tolerances, and daily variances are 1e-4."""
    return s / np.diag(s).mean()


def clarabel_direct(s):
    import clarabel
    from scipy import sparse
    s, n = scaled(s), len(s)
    p = sparse.csc_matrix(np.triu(s))
    a = sparse.csc_matrix(np.vstack([np.ones((1, n)), -np.eye(n)]))
    b = np.concatenate([[1.0], np.zeros(n)])
    cones = [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(n)]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    if hasattr(settings, "max_threads"):
        settings.max_threads = 1
    return lambda: np.array(clarabel.DefaultSolver(p, np.zeros(n), a, b, cones, settings).solve().x)


def piqp_dense(s):
    import piqp
    s, n = scaled(s), len(s)
    zero, one, low, high = np.zeros(n), np.ones((1, n)), np.zeros(n), np.full(n, np.inf)
    none = np.zeros((0, n))

    def run():
        solver = piqp.DenseSolver()
        solver.setup(s, zero, one, np.ones(1), none, np.zeros(0), np.zeros(0), low, high)
        solver.solve()
        return np.array(solver.result.x)
    return run


def osqp_of(**settings):
    def make(s):
        import osqp
        from scipy import sparse
        s, n = scaled(s), len(s)
        p = sparse.csc_matrix(np.triu(s))
        a = sparse.csc_matrix(np.vstack([np.ones((1, n)), np.eye(n)]))
        low, high = np.concatenate([[1.0], np.zeros(n)]), np.concatenate([[1.0], np.full(n, np.inf)])

        def run():
            solver = osqp.OSQP()
            solver.setup(p, np.zeros(n), a, low, high, verbose=False, **settings)
            return np.array(solver.solve().x)
        return run
    return make


def quadprog_dense(s):
    import quadprog
    s, n = scaled(s), len(s)
    c = np.column_stack([np.ones(n), np.eye(n)])
    b = np.concatenate([[1.0], np.zeros(n)])
    return lambda: quadprog.solve_qp(s, np.zeros(n), c, b, 1)[0]


def cvxpy_clarabel(s):
    import cvxpy as cp

    def run():
        x = cp.Variable(len(s))
        cp.Problem(cp.Minimize(cp.quad_form(x, cp.psd_wrap(s))), [cp.sum(x) == 1, x >= 0]).solve(solver=cp.CLARABEL)
        return x.value
    return run


def given_moments(s):
    """skfolio estimates its moments from returns; here they are given."""
    from skfolio.prior import BasePrior, ReturnDistribution

    class Given(BasePrior):
        def __init__(self):
            pass

        def fit(self, X, y=None, **_):
            self.return_distribution_ = ReturnDistribution(mu=np.zeros(len(s)), covariance=s, returns=np.asarray(X))
            return self
    return Given(), np.random.default_rng(0).normal(0.0, 0.01, (50, len(s)))


def skfolio_mean_risk(s):
    from skfolio import RiskMeasure
    from skfolio.optimization import MeanRisk
    prior, returns = given_moments(s)
    return lambda: MeanRisk(risk_measure=RiskMeasure.VARIANCE, prior_estimator=prior).fit(returns).weights_


def pyportfolioopt_min_volatility(s):
    from pypfopt import EfficientFrontier

    def run():
        frontier = EfficientFrontier(None, s)
        frontier.min_volatility()
        return frontier.weights
    return run


def riskfolio_portfolio(s):
    import pandas as pd
    import riskfolio
    names = [f"a{i}" for i in range(len(s))]
    portfolio = riskfolio.Portfolio(returns=pd.DataFrame(
        np.random.default_rng(0).normal(0.0, 0.01, (50, len(s))), columns=names))
    portfolio.mu = pd.DataFrame([np.zeros(len(s))], columns=names)
    portfolio.cov = pd.DataFrame(s, index=names, columns=names)
    portfolio.solvers = ["CLARABEL"]
    return portfolio


def riskfolio_min_risk(s):
    portfolio = riskfolio_portfolio(s)
    return lambda: portfolio.optimization(model="Classic", rm="MV", obj="MinRisk")["weights"].to_numpy()


# --- Equal risk contributions -------------------------------------------------------------------

def cyclical(method, tolerance):
    def make(s):
        # The compiled part alone: the package's own import wants jax.
        package = importlib.util.find_spec("riskparityportfolio")
        if package is None:
            raise ModuleNotFoundError("riskparityportfolio")
        library = next(Path(package.submodule_search_locations[0]).glob("vanilla*.so"), None)
        if library is None:
            raise ModuleNotFoundError("the compiled part of riskparityportfolio")
        spec = importlib.util.spec_from_file_location("vanilla", library)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        budgets = np.full(len(s), 1.0 / len(s))
        return lambda: module.design(s, budgets, tol=tolerance, maxiter=100_000, method=method)
    return make


def skfolio_risk_budgeting(s):
    from skfolio import RiskMeasure
    from skfolio.optimization import RiskBudgeting
    prior, returns = given_moments(s)
    return lambda: RiskBudgeting(risk_measure=RiskMeasure.VARIANCE, prior_estimator=prior).fit(returns).weights_


def riskfolio_rp(s):
    portfolio = riskfolio_portfolio(s)
    return lambda: portfolio.rp_optimization(model="Classic", rm="MV")["weights"].to_numpy()


PROGRAMS = {  # task -> (name in the table, package, maker)
    "min-variance": [
        ("quadprog", "quadprog", quadprog_dense),
        ("PIQP, dense", "piqp", piqp_dense),
        ("Clarabel", "clarabel", clarabel_direct),
        ("OSQP, its defaults (1e-3)", "osqp", osqp_of()),
        ("OSQP, 1e-8, polished", "osqp", osqp_of(eps_abs=1e-8, eps_rel=1e-8, polishing=True, max_iter=100_000)),
        ("cvxpy with Clarabel", "cvxpy", cvxpy_clarabel),
        ("PyPortfolioOpt", "PyPortfolioOpt", pyportfolioopt_min_volatility),
        ("skfolio", "skfolio", skfolio_mean_risk),
        ("Riskfolio-Lib", "Riskfolio-Lib", riskfolio_min_risk),
    ],
    "risk-parity": [
        # Inside the library the two names are exchanged: "spinu" runs the iteration of Choi and Chen.
        ("riskparityportfolio, 'spinu', 1e-4 (default)", "riskparityportfolio", cyclical("spinu", 1e-4)),
        ("riskparityportfolio, 'choi', 1e-4", "riskparityportfolio", cyclical("choi", 1e-4)),
        ("riskparityportfolio, 'spinu', 1e-10", "riskparityportfolio", cyclical("spinu", 1e-10)),
        ("riskparityportfolio, 'choi', 1e-10", "riskparityportfolio", cyclical("choi", 1e-10)),
        ("skfolio", "skfolio", skfolio_risk_budgeting),
        ("Riskfolio-Lib", "Riskfolio-Lib", riskfolio_rp),
    ],
}


def reached(task, s, weights):
    """What the weights are worth once they are weights: not negative, summing to one."""
    w = np.maximum(np.asarray(weights, dtype=float).reshape(-1), 0.0)
    w = w / w.sum()
    if task == "min-variance":
        return float(w @ s @ w)
    contributions = w * (s @ w)
    return float(np.abs(contributions / contributions.sum() * len(w) - 1.0).max())


def measure(task, assets, name, seconds):
    """In the child: one line of JSON."""
    package, maker = next((package, maker) for shown, package, maker in PROGRAMS[task] if shown == name)
    warnings.filterwarnings("ignore")
    try:
        found = version(package)
        s = covariance(assets)
        run = maker(s)
        weights = run()
    except (PackageNotFoundError, ImportError):
        return {"note": "not installed"}
    except Exception as error:
        return {"note": f"failed: {type(error).__name__}: {str(error).splitlines()[0][:80] if str(error) else ''}"}
    times = []
    begin = time.perf_counter()
    while len(times) < 5 or (len(times) < 2000 and time.perf_counter() - begin < seconds):
        start = time.perf_counter()
        weights = run()
        times.append(time.perf_counter() - start)
        if time.perf_counter() - begin > 20 * seconds and len(times) >= 3:
            break
    return {"version": found, "seconds": statistics.median(times), "runs": len(times),
            "objective": reached(task, s, weights)}


# --- The table ----------------------------------------------------------------------------------

def duration(seconds):
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def child(task, assets, name, arguments):
    command = [sys.executable, __file__, "--child", task, str(assets), name, "--seconds", str(arguments.seconds)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=arguments.limit)
    except subprocess.TimeoutExpired:
        return {"note": f"more than {arguments.limit:g} s"}
    lines = done.stdout.strip().splitlines()
    try:
        return json.loads(lines[-1])
    except (IndexError, json.JSONDecodeError):
        return {"note": f"failed with exit code {done.returncode}"}


def objective(task, value):
    return f"{value:.9g}" if task == "min-variance" else f"{value:.1e}"


def table(arguments):
    po = json.loads(Path(arguments.po).read_text(encoding="utf-8")) if arguments.po else {}
    print("| task | assets | program | time (median) | reached | times po |")
    print("|---|---|---|---|---|---|")
    for task in arguments.tasks:
        for assets in arguments.sizes or SIZES[task]:
            ours = po.get(f"{task}/{assets}")
            if ours:
                print(f"| {task} | {assets} | po | {duration(ours['seconds'])} | "
                      f"{objective(task, ours['objective'])} | 1 |", flush=True)
            for name, _, _ in PROGRAMS[task]:
                if arguments.only and not any(wanted.lower() in name.lower() for wanted in arguments.only):
                    continue
                found = child(task, assets, name, arguments)
                if "note" in found:
                    print(f"| {task} | {assets} | {name} | {found['note']} | | |", flush=True)
                    continue
                ratio = f"{found['seconds'] / ours['seconds']:.3g}" if ours else ""
                print(f"| {task} | {assets} | {name} ({found['version']}) | {duration(found['seconds'])} | "
                      f"{objective(task, found['objective'])} | {ratio} |", flush=True)
    print()
    print("One thread; median of at least three runs after one to warm up. Reached: minimum variance, the variance "
          "of the weights; risk parity, the largest relative distance of a risk share from 1/N.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--po", help="the JSON that po's example side_by_side prints")
    parser.add_argument("--tasks", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--sizes", nargs="+", type=int, help="instead of the usual numbers of assets")
    parser.add_argument("--only", nargs="+", help="programs whose name contains one of these")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to repeat each (default 1)")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds after which a program is given up")
    parser.add_argument("--sum", type=int, metavar="ASSETS", help="print the sum of the covariance's entries and stop")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.sum:
        total = 0.0
        for entry in covariance(arguments.sum).reshape(-1).tolist():
            total += entry
        print(repr(total))
    elif arguments.child:
        task, assets, name = arguments.child
        print(json.dumps(measure(task, int(assets), name, arguments.seconds)))
    else:
        table(arguments)


if __name__ == "__main__":
    main()
