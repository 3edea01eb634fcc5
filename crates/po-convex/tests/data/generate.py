"""Writes the golden files of po-convex next to itself: every *.toml in this folder.

Run:    python generate.py            (all files, about a minute)
        python generate.py qp psd     (some of them)
Needs:  numpy 2.4.6, scipy 1.17.1, cvxpy 1.9.3, clarabel 0.11.1, quadprog 0.1.14, piqp 0.7.0, osqp 1.1.3,
        scs 3.3.1, PyPortfolioOpt 1.6.0, skfolio 1.12.2, Riskfolio-Lib 7.4.0, statsmodels 0.15.0, mpmath 1.4.1
        (the versions are checked; on the same machine a second run writes the same bytes)

Expected values never come from po itself. Solvers and libraries propose; exact.py solves the optimality
conditions of what they propose in 50-digit arithmetic on the stored doubles, proves that the point is the
optimum, and only then is it stored. `sources` says how far each solver and library was from it.

Files
  qp               quadratic programmes: bounds, rows, budgets, costs, turnover, gross, singular, degenerate
  markowitz        the Markowitz family: variance, utility, return, Sharpe, diversification, tracking, robust
  black_litterman  posteriors; two papers' printed tables
  frontier         turning points of the efficient frontier
  infeasible       least violations and all minimal conflicts; unbounded requests
  psd              nearest correlation matrices, eigenvalue clipping
  integer          cardinality, minimum positions, forbidden pairs
  nearest          portfolios nearest to a target

Floats are written with the fewest digits (at most 17) that read back as the same double.
All inputs are simulated from seeds or printed in the papers named; none is market data.
"""

import os
import sys

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy: sums must not depend on the core count
sys.dont_write_bytecode = True

from importlib import import_module
from importlib.metadata import version

VERSIONS = {"numpy": "2.4.6", "scipy": "1.17.1", "cvxpy": "1.9.3", "clarabel": "0.11.1", "quadprog": "0.1.14",
            "piqp": "0.7.0", "osqp": "1.1.3", "scs": "3.3.1", "PyPortfolioOpt": "1.6.0", "skfolio": "1.12.2",
            "Riskfolio-Lib": "7.4.0", "statsmodels": "0.15.0", "mpmath": "1.4.1"}
FILES = ["qp", "markowitz", "black_litterman", "frontier", "infeasible", "psd", "integer", "nearest"]


def main():
    for package, wanted in VERSIONS.items():
        assert version(package) == wanted, f"{package} {version(package)}, wanted {wanted}"
    for file in sys.argv[1:] or FILES:
        print(file)
        import_module(file).main()


if __name__ == "__main__":
    main()
