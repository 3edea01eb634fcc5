"""psd.toml: nearest correlation matrices and eigenvalue clipping."""

import numpy as np
from mpmath import mp, mpf
from skfolio.utils.stats import cov_nearest as skfolio_nearest
from statsmodels.stats.correlation_tools import corr_clipped, corr_nearest

import golden_file
from exact import ZERO, exact, rounded
from market import printed
from peers import SKFOLIO
from prove import power

HEAD = """
Repair of symmetric matrices that are not positive semidefinite.

[[nearest]]   the correlation matrix X nearest to A in the Frobenius norm, smallest eigenvalue at least floor:
              minimise |X - A|_F subject to X - floor I >= 0, diag X = 1 (Higham 2002)
  distance    |X - A|_F
  multipliers y with X = floor I + (A - floor I + diag y)_+: proves that X is the nearest
  printed     entries as a paper or manual prints them, within printed_tolerance
[[clip]]      matrix: eigenvalues below floor replaced by floor: V max(L, floor) V'
              rescaled: the same divided by the square roots of its diagonal on both sides (for correlation matrices)
"""


def eigen(matrix):
    values, vectors = mp.eigsy(mp.matrix(matrix.tolist()))
    n = len(matrix)
    return (np.array([values[i] for i in range(n)], dtype=object),
            np.array([[vectors[i, j] for j in range(n)] for i in range(n)], dtype=object))


def positive(matrix):
    values, vectors = eigen(matrix)
    kept = np.array([v if v > 0 else ZERO for v in values], dtype=object)
    return (vectors * kept[None, :]) @ vectors.T, values, vectors


def dykstra(a, floor, iterations=200_000, tolerance=1e-15):
    """Higham's alternating projections, in doubles."""
    y, correction = a.copy(), np.zeros_like(a)
    for _ in range(iterations):
        r = y - correction
        values, vectors = np.linalg.eigh((r + r.T) / 2)
        x = (vectors * np.maximum(values, floor)) @ vectors.T
        correction = x - r
        last, y = y, x.copy()
        np.fill_diagonal(y, 1.0)
        if np.abs(y - last).max() <= tolerance:
            break
    return y


def nearest(a, floor):
    """Newton on the dual (Qi and Sun 2006): Jacobian in doubles, residual in fifty digits."""
    n = len(a)
    y = np.ones(n) - np.diag(a)
    shifted = a - floor * np.eye(n)

    def parts(y):
        values, vectors = np.linalg.eigh(shifted + np.diag(y))
        return values, vectors, (vectors * np.maximum(values, 0)) @ vectors.T

    def jacobian(values, vectors):
        up = np.maximum(values, 0)
        gap = values[:, None] - values[None, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            w = np.where(np.abs(gap) > 1e-14, (up[:, None] - up[None, :]) / gap, (values[:, None] > 0) * 1.0)
        out = np.empty((n, n))
        for k in range(n):
            inner = np.outer(vectors[k], vectors[k]) * w
            out[:, k] = np.einsum("ij,jk,ik->i", vectors, inner, vectors)
        return out

    for _ in range(100):
        values, vectors, x = parts(y)
        residual = np.diag(x) + floor - 1
        if np.abs(residual).max() < 1e-13:
            break
        step = np.linalg.solve(jacobian(values, vectors) + 1e-14 * np.eye(n), -residual)
        size = 1.0
        while size > 1e-6 and np.abs(np.diag(parts(y + size * step)[2]) + floor - 1).max() > np.abs(residual).max():
            size /= 2
        y = y + size * step
    slope = np.linalg.inv(jacobian(*parts(y)[:2]) + 1e-14 * np.eye(n))
    big, base = exact(y), exact(a) - mpf(float(floor)) * exact(np.eye(n))
    for _ in range(30):
        x, _, _ = positive(base + np.diag(big))
        residual = np.array([x[i, i] + mpf(float(floor)) - 1 for i in range(n)], dtype=object)
        if max(abs(r) for r in residual) < mpf("1e-40"):
            break
        big = big - exact(slope) @ residual
    assert max(abs(r) for r in residual) < mpf("1e-30"), float(max(abs(r) for r in residual))
    return x + mpf(float(floor)) * exact(np.eye(n)), big


def noisy(n, seed, noise):
    rng = np.random.default_rng(seed)
    b = rng.normal(0.5, 0.4, (n, 2))
    c = b @ b.T + np.diag(rng.uniform(0.2, 1.0, n))
    d = np.sqrt(np.diag(c))
    e = rng.normal(0, noise, (n, n))
    c = np.clip(c / np.outer(d, d) + (e + e.T) / 2, -0.99, 0.99)
    c = printed(c, 6)
    np.fill_diagonal(c, 1.0)
    return c


def nearest_cases():
    higham4 = np.array([[2, -1, 0, 0], [-1, 2, -1, 0], [0, -1, 2, -1], [0, 0, -1, 2]], dtype=float)
    higham3 = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]], dtype=float)
    negative = np.full((4, 4), -0.6) + 1.6 * np.eye(4)
    sound = noisy(5, 1, 0.0)
    return [
        ("higham-3", "Higham (2002), section 4; printed there to four digits", higham3, 0.0,
         [1.0, 0.7607, 0.1573, 0.7607, 1.0, 0.7607, 0.1573, 0.7607, 1.0]),
        ("higham-4", "Higham (2002), section 4: a diagonal of 2; printed to four digits", higham4, 0.0,
         [1.0, -0.8084, 0.1916, 0.1068, -0.8084, 1.0, -0.6562, 0.1916, 0.1916, -0.6562, 1.0, -0.8084, 0.1068,
          0.1916, -0.8084, 1.0]),
        ("equal-negative", "all correlations -0.6: by symmetry the nearest is -1/3", negative, 0.0, None),
        ("sound", "already a correlation matrix: nothing to repair", sound, 0.0, None),
        ("six", "six assets, correlations estimated pair by pair", noisy(6, 6, 0.35), 0.0, None),
        ("ten", "ten assets, correlations estimated pair by pair", noisy(10, 10, 0.3), 0.0, None),
        ("ten-floor", "the same with eigenvalues of at least 0.01", noisy(10, 10, 0.3), 0.01, None),
        ("higham-4-floor", "eigenvalues of at least 0.1", higham4, 0.1, None),
        ("twenty-four", "twenty-four assets, a third of the eigenvalues negative", noisy(24, 24, 0.45), 0.0, None),
    ]


def main():
    rows = []
    for name, why, a, floor, shown in nearest_cases():
        x, y = nearest(a, floor)
        flat = rounded(x).reshape(len(a), -1)
        sources, differences = [], []
        other = dykstra(a, floor)
        far = np.abs(other - flat).max()
        assert far < 1e-9, (name, far)
        sources.append(f"alternating projections with Dykstra's correction (Higham 2002) in numpy 2.4.6: within {power(far)}")
        if floor == 0.0:
            found = corr_nearest(a, threshold=1e-15, n_fact=1000)
            gap = np.abs(found - flat).max()
            text = f"statsmodels 0.15.0 corr_nearest(threshold=1e-15, n_fact=1000): within {power(max(gap, 1e-16))}"
            (sources if gap < 1e-7 else differences).append(
                text if gap < 1e-7 else "statsmodels 0.15.0 corr_nearest takes a unit diagonal for granted: a positive "
                f"definite input comes back as it is, off by up to {gap:.1g}")
            if np.allclose(np.diag(a), 1.0):
                found = skfolio_nearest(a, higham=True, higham_max_iteration=100_000)
                gap = np.abs(found - flat).max()
                (sources if gap < 1e-7 else differences).append(
                    f"{SKFOLIO} cov_nearest(higham=True): within {power(max(gap, 1e-16))}")
        sources.append("Newton's method on the dual (Qi and Sun 2006), residual below 1e-30 in 50 digits")
        if shown is not None:
            assert np.abs(flat.reshape(-1) - shown).max() < 5.01e-5
        if name == "equal-negative":
            assert np.abs(flat + 1 / 3 - 4 / 3 * np.eye(4)).max() < 1e-15
        rows.append({"name": name, "why": why, "sources": sources, "differences": differences or None,
                     "size": len(a), "matrix": a, "floor": floor, "nearest": flat, "distance": float(
                         mp.sqrt(sum((v - mpf(float(w))) ** 2 for v, w in zip(x.reshape(-1), a.reshape(-1))))),
                     "multipliers": rounded(y), "tolerance": 1e-9,
                     "reason": "a method that stops at steps of 1e-10; the reference itself has all its digits",
                     "printed": shown, "printed_tolerance": None if shown is None else 5.01e-5})
        print(f"  psd {name}: Dykstra {far:.1e} {differences}")
    clips = []
    for name, why, a, floor in (
            ("higham-3", "an eigenvalue of 1 - sqrt(2)", nearest_cases()[0][2], 0.0),
            ("six", "six assets", noisy(6, 6, 0.35), 0.0),
            ("ten", "ten assets, floor of 1e-8", noisy(10, 10, 0.3), 1e-8),
            ("ten-high", "ten assets, floor of 0.05", noisy(10, 10, 0.3), 0.05),
            ("covariance", "volatilities other than one", printed(
                noisy(6, 6, 0.35) * np.outer(*[np.arange(1, 7) / 20] * 2), 12), 1e-4)):
        values, vectors = eigen(exact(a))
        kept = np.array([max(v, mpf(float(floor))) for v in values], dtype=object)
        clipped = (vectors * kept[None, :]) @ vectors.T
        d = np.array([mp.sqrt(clipped[i, i]) for i in range(len(a))], dtype=object)
        rescaled = clipped / d[:, None] / d[None, :]
        sources = []
        if name != "covariance":
            found = corr_clipped(a, threshold=floor)
            far = np.abs(found - rounded(rescaled).reshape(len(a), -1)).max()
            assert far < 1e-12
            sources.append(f"statsmodels 0.15.0 corr_clipped(threshold={floor:g}) for rescaled: within {power(max(far, 1e-16))}")
        sources.append("mpmath 1.4.1 eigsy at 50 digits")
        clips.append({"name": name, "why": why, "sources": sources, "size": len(a), "matrix": a, "floor": floor,
                      "eigenvalues": rounded(np.array(sorted(values), dtype=object)),
                      "clipped": rounded(clipped), "rescaled": rounded(rescaled), "tolerance": 1e-12})
    golden_file.write("psd.toml", HEAD, nearest=rows, clip=clips)


if __name__ == "__main__":
    main()
