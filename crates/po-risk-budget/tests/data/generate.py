"""Writes the golden files of po-risk-budget next to itself: every *.toml in this folder.

Run:    python generate.py               (all files, about a minute)
        python generate.py budgets       (some of them)
Needs:  numpy 2.4.6, scipy 1.17.1, cvxpy 1.9.3, clarabel 0.11.1, scs 3.3.1, skfolio 1.12.2, Riskfolio-Lib 7.4.0,
        riskparityportfolio 0.6.0 with jax 0.10.2 and quadprog 0.1.14, mpmath 1.4.1
        (the versions are checked; on the same machine a second run writes the same bytes)

Arithmetic, markets and the TOML writer are those of ../../../po-convex/tests/data.
Expected values never come from po itself: the stationarity conditions are solved and checked in 50-digit
arithmetic on the stored doubles, from a start that a double-precision solver proposes. `sources` says how
far each library was from the result.

Files
  budgets      equal and unequal budgets of volatility: closed forms, papers, factor form, signs, groups, zeros
  measures     budgets of CVaR, CDaR, EVaR, mean absolute deviation and semi-deviation on scenarios
  constrained  bounds and rows: the barrier form, the nearest achievable budgets, caps on contributions

Floats are written with the fewest digits (at most 17) that read back as the same double.
All inputs are simulated from seeds or printed in the papers named; none is market data.
"""

import os
import sys
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy: sums must not depend on the core count
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_ENABLE_X64"] = "1"
sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[2] / "po-convex" / "tests" / "data"))

from importlib import import_module
from importlib.metadata import version

VERSIONS = {"numpy": "2.4.6", "scipy": "1.17.1", "cvxpy": "1.9.3", "clarabel": "0.11.1", "scs": "3.3.1",
            "skfolio": "1.12.2", "Riskfolio-Lib": "7.4.0", "riskparityportfolio": "0.6.0", "jax": "0.10.2",
            "quadprog": "0.1.14", "mpmath": "1.4.1"}
FILES = ["budgets", "measures", "constrained"]


def main():
    for package, wanted in VERSIONS.items():
        assert version(package) == wanted, f"{package} {version(package)}, wanted {wanted}"
    for file in sys.argv[1:] or FILES:
        print(file)
        import_module(file).main()


if __name__ == "__main__":
    main()
