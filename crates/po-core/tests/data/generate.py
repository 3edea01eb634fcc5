"""Writes the golden files of po-core next to itself: every *.toml in this folder.

Run:    python generate.py
Needs:  numpy 2.4.6, scipy 1.17.1 (the versions are checked; on the same machine a second run writes the same bytes)

Expected values never come from po itself: they are the output of LAPACK through numpy and scipy.

Files
  positive_definite   matrix, lower (its Cholesky factor), log_determinant, right_hand_side, solution
  indefinite          matrix, right_hand_side, solution, negative (how many eigenvalues are)
  symmetric           matrix, eigenvalues ascending
  rectangular         matrix, singular values descending, rank, right_hand_side, least squares of least norm
  covariance          returns, mean, covariance (T - 1 in the denominator), shares (risk contributions of equal weights)
  factor_covariance   exposures, factor_covariance, specific, covariance (B F B' + diag(d)), weights, product, variance

Matrices are stored column by column. `tolerance` is relative to the largest expected number; `why` gives the condition
number that it comes from, or what else does.
"""

import os
from importlib.metadata import version
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy: sums must not depend on the core count

import numpy as np
import scipy.linalg

HERE = Path(__file__).parent
VERSIONS = {"numpy": "2.4.6", "scipy": "1.17.1"}


def check_versions():
    for package, expected in VERSIONS.items():
        assert version(package) == expected, f"{package} is {version(package)}, expected {expected}"


def number(value):
    return repr(float(value))


def numbers(values):
    """A list of numbers, column by column, wrapped."""
    items = [number(value) for value in np.asarray(values, dtype=float).flatten(order="F")]
    lines, line = [], "   "
    for item in items:
        if len(line) + len(item) + 2 > 100:
            lines.append(line)
            line = "   "
        line += f" {item},"
    return "[\n" + "\n".join([*lines, line]) + "\n]"


def write(name, why, source, cases):
    text = ["# Written by generate.py; do not edit.", f'name = "{name}"', f'why = "{why}"', f'source = "{source}"']
    for case in cases:
        text.append("\n[[case]]")
        for key, value in case.items():
            if isinstance(value, str):
                text.append(f'{key} = "{value}"')
            elif isinstance(value, int):
                text.append(f"{key} = {value}")
            elif isinstance(value, float):
                text.append(f"{key} = {number(value)}")
            else:
                text.append(f"{key} = {numbers(value)}")
    (HERE / f"{name}.toml").write_text("\n".join(text) + "\n")


def rounded(rng, *shape):
    """Standard normal numbers with six decimals, so that files stay readable."""
    return np.round(rng.standard_normal(shape), 6)


def positive_definite():
    rng = np.random.default_rng(1)
    for size, why in [(1, "one number"), (5, "small"), (12, "one block of the decomposition"), (20, "several registers")]:
        root = rounded(rng, 2 * size, size)
        matrix = np.round(root.T @ root / (2 * size), 9)
        right = rounded(rng, size)
        yield {
            "name": f"sample{size}",
            "why": f"{why}; condition number {np.linalg.cond(matrix):.0f}",
            "size": size,
            "matrix": matrix,
            "lower": np.linalg.cholesky(matrix),
            "log_determinant": float(np.linalg.slogdet(matrix)[1]),
            "right_hand_side": right,
            "solution": scipy.linalg.solve(matrix, right, assume_a="pos"),
            "tolerance": 1e-12,
        }


def indefinite():
    rng = np.random.default_rng(2)
    half = rounded(rng, 9, 9)
    dense = half + half.T
    no_diagonal = dense - np.diag(np.diag(dense))
    root = rounded(rng, 16, 8)
    hessian = np.round(root.T @ root / 16, 9)
    constraints = np.vstack([np.ones(8), rounded(rng, 2, 8)])
    optimality = np.block([[hessian, constraints.T], [constraints, np.zeros((3, 3))]])
    large = rounded(rng, 20, 20)
    large = large + large.T
    for name, matrix, why in [
        ("dense9", dense, "no structure"),
        ("no_diagonal9", no_diagonal, "zeros on the diagonal: pivots of two rows"),
        ("optimality11", optimality, "a quadratic program in 8 unknowns with 3 equations: 3 negative eigenvalues"),
        ("dense20", large, "more rows than one block of the decomposition"),
    ]:
        right = rounded(rng, len(matrix))
        yield {
            "name": name,
            "why": f"{why}; condition number {np.linalg.cond(matrix):.0f}",
            "size": len(matrix),
            "matrix": matrix,
            "right_hand_side": right,
            "solution": scipy.linalg.solve(matrix, right, assume_a="sym"),
            "negative": int((np.linalg.eigvalsh(matrix) < 0).sum()),
            "tolerance": 1e-12,
        }


def symmetric():
    rng = np.random.default_rng(3)
    half = rounded(rng, 8, 8)
    root = rounded(rng, 10, 3)
    for name, matrix, why in [
        ("dense8", half + half.T, "no structure"),
        ("rank3", root @ root.T, "rank 3 of 10: seven eigenvalues are zero"),
        ("graded6", np.array([[10.0 ** -(i + j) for j in range(6)] for i in range(6)]) + np.diag(10.0 ** -np.arange(0, 12, 2)), "entries from 1 to 1e-10"),
    ]:
        yield {
            "name": name,
            "why": f"{why}; eigenvalues are as good as rounding of the largest",
            "size": len(matrix),
            "matrix": matrix,
            "eigenvalues": scipy.linalg.eigh(matrix, eigvals_only=True, driver="evr"),
            "tolerance": 1e-13,
        }


def rectangular():
    rng = np.random.default_rng(4)
    deficient = rounded(rng, 9, 2) @ rounded(rng, 2, 5)
    for name, matrix, why in [
        ("tall8x3", rounded(rng, 8, 3), "more rows than columns: least squares"),
        ("tall30x4", rounded(rng, 30, 4), "many more rows than columns: another path through the algorithm"),
        ("wide3x7", rounded(rng, 3, 7), "more columns than rows: the shortest of many solutions"),
        ("square6", rounded(rng, 6, 6), "square"),
        ("deficient9x5", deficient, "rank 2 of 5"),
    ]:
        right = rounded(rng, len(matrix))
        solution, _, rank, values = np.linalg.lstsq(matrix, right, rcond=None)
        yield {
            "name": name,
            "why": why,
            "rows": matrix.shape[0],
            "cols": matrix.shape[1],
            "matrix": matrix,
            "values": values,
            "rank": int(rank),
            "right_hand_side": right,
            "solution": solution,
            "tolerance": 1e-13,
        }


def covariance():
    rng = np.random.default_rng(5)
    for name, observations, assets, offset, why, tolerance in [
        ("year5", 12, 5, 0.0, "a year of months", 1e-14),
        ("wide9", 6, 9, 0.0, "fewer periods than assets: singular", 1e-14),
        ("offset4", 40, 4, 100.0, "means ten thousand times the deviations: four digits of the returns cancel", 1e-10),
    ]:
        returns = np.round(0.01 * rng.standard_normal((observations, assets)), 6) + offset
        sample = np.cov(returns, rowvar=False)
        marginal = sample.sum(axis=1)
        yield {
            "name": name,
            "why": why,
            "observations": observations,
            "assets": assets,
            "returns": returns,
            "mean": returns.mean(axis=0),
            "covariance": sample,
            "shares": marginal / marginal.sum(),
            "tolerance": tolerance,
        }


def factor_covariance():
    rng = np.random.default_rng(6)
    for name, assets, rank, factors, why in [
        ("market5", 5, 1, 1, "one factor"),
        ("styles9", 9, 3, 3, "correlated factors, and an asset without specific risk"),
        ("collinear7", 7, 2, 4, "factors of rank 2 of 4: their covariance is singular"),
        ("wide3", 3, 5, 5, "more factors than assets"),
    ]:
        exposures = rounded(rng, assets, factors)
        root = 0.01 * rounded(rng, factors, rank)
        of_factors = root @ root.T
        specific = np.round(1e-4 * rng.random(assets), 8)
        specific[assets // 2] = 0.0 if name == "styles9" else specific[assets // 2]
        dense = exposures @ of_factors @ exposures.T + np.diag(specific)
        weights = rounded(rng, assets)
        yield {
            "name": name,
            "why": why,
            "assets": assets,
            "factors": factors,
            "exposures": exposures,
            "factor_covariance": of_factors,
            "specific": specific,
            "covariance": dense,
            "weights": weights,
            "product": dense @ weights,
            "variance": float(weights @ dense @ weights),
            "tolerance": 1e-13,
        }


def main():
    check_versions()
    lapack = "numpy 2.4.6 and scipy 1.17.1 (LAPACK), generate.py"
    write("positive_definite", "Cholesky factor, log-determinant and solution", lapack, positive_definite())
    write("indefinite", "solutions with symmetric pivoting, and inertia", lapack, indefinite())
    write("symmetric", "eigenvalues", lapack, symmetric())
    write("rectangular", "singular values, rank and least squares", lapack, rectangular())
    write("covariance", "sample mean, covariance and risk contributions", "numpy 2.4.6: mean, cov; generate.py", covariance())
    write("factor_covariance", "covariances of factor models", "numpy 2.4.6: matrix products; generate.py", factor_covariance())


if __name__ == "__main__":
    main()
