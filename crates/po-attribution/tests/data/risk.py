"""Writes risk.toml: risk by asset, factor and family, before and after the fact, by numpy, scipy and skfolio 1.12.2.

The small case is made up of round numbers; every expected value follows from its definition, here written with whole
matrices and correlations."""

import pathlib
import sys

import numpy as np
from scipy.stats import norm
from skfolio.attribution import realized_factor_attribution


def text(value):
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return "[" + ", ".join(text(item) for item in np.asarray(value).ravel().tolist()) + "]"


def table(head, entries):
    return [f"\n[{head}]"] + [f"{name} = {text(value)}" for name, value in entries.items()]


def split(exposures, covariance):
    """x sigma rho, with the correlation from the covariance of each source with the whole."""
    risk = np.sqrt(exposures @ covariance @ exposures)
    sigma = np.sqrt(np.diag(covariance))
    rho = (covariance @ exposures) / (sigma * risk)
    return risk, sigma, rho, exposures * sigma * rho


lines = ["# Written by risk.py with numpy, scipy and skfolio 1.12.2."]


def ex_ante(name, B, F, D, w, wb, asset_families, factor_families):
    entries = {"assets": len(w), "factors": len(F), "exposures": B.T, "factor_covariance": F, "specific": D,
               "weights": w, "benchmark": wb}
    S = B @ F @ B.T + np.diag(D)
    for kind, h in (("absolute", w), ("active", w - wb)):
        risk, sigma, rho, parts = split(h, S)
        entries |= {f"{kind}_risk": risk, f"{kind}_volatility": sigma, f"{kind}_correlation": rho,
                    f"{kind}_assets": parts}
        # Families as sources of their own: the covariance of what they contribute.
        M = np.array([[1.0 * (i in family) for i in range(len(w))] for family in asset_families]) * h
        _, family_sigma, family_rho, family_parts = split(np.ones(len(M)), M @ S @ M.T)
        entries |= {f"{kind}_family_volatility": family_sigma, f"{kind}_family_correlation": family_rho,
                    f"{kind}_families": family_parts}
        # Factors and what is specific: sources that are blocks of one covariance.
        x = np.append(B.T @ h, 1.0)
        G = np.zeros((len(x), len(x)))
        G[:-1, :-1] = F
        G[-1, -1] = h @ np.diag(D) @ h
        _, factor_sigma, factor_rho, factor_parts = split(x, G)
        entries |= {f"{kind}_factor_exposure": x, f"{kind}_factor_volatility": factor_sigma,
                    f"{kind}_factor_correlation": factor_rho, f"{kind}_factors": factor_parts}
        M = np.array([[1.0 * (k in family) for k in range(len(x))] for family in [*factor_families, [len(x) - 1]]]) * x
        _, sigma_f, rho_f, parts_f = split(np.ones(len(M)), M @ G @ M.T)
        entries |= {f"{kind}_factor_family_volatility": sigma_f, f"{kind}_factor_family_correlation": rho_f,
                    f"{kind}_factor_families": parts_f}
    parts = entries["absolute_assets"]
    entries["var99"] = norm.ppf(0.99) * parts
    entries["es975"] = norm.pdf(norm.ppf(0.975)) / 0.025 * parts
    entries["means"] = mu = np.linspace(-0.01, 0.02, len(w))
    entries["var95"] = norm.ppf(0.95) * parts - w * mu
    lines.extend(table(f"ex_ante.{name}", entries))


ex_ante("small",
        np.array([[1.1, 0.2, -0.1], [0.9, -0.3, 0.4], [1.0, 0.5, 0.0], [1.2, -0.1, -0.2]]),
        np.array([[0.0225, 0.001, -0.002], [0.001, 0.0064, 0.0005], [-0.002, 0.0005, 0.0049]]),
        np.array([0.01, 0.02, 0.015, 0.03]), np.array([0.4, 0.3, 0.2, 0.1]), np.full(4, 0.25),
        [[0, 3], [1, 2]], [[0], [1, 2]])
rng = np.random.default_rng(7)
n, k = 23, 5
A = rng.normal(size=(k, 2 * k)) * 0.05
w = rng.normal(0.05, 0.1, n)
ex_ante("random", rng.normal(0.3, 0.6, (n, k)), A @ A.T / 10, rng.uniform(0.0005, 0.003, n), w / w.sum(),
        rng.dirichlet(np.ones(n)), [list(range(0, n, 2)), list(range(1, n, 2))], [[0, 4], [1, 2, 3]])

# After the fact: contributions of a factor model, and the same by skfolio.
T, N, K = 48, 6, 3
f = rng.normal(0.0, 0.02, (T, K))
B = rng.normal(0.5, 0.5, (N, K))
eps = rng.normal(0.0, 0.01, (T, N))
h = rng.dirichlet(np.ones(N), T)
series = np.column_stack([(h @ B) * f, (h * eps).sum(1)])
R = series.sum(1)
theirs = realized_factor_attribution(
    asset_names=[f"a{i}" for i in range(N)], factor_names=["a", "b", "c"], weights=h, factor_returns=f,
    portfolio_returns=R, exposures=B, idio_returns=eps, annualization_factor=1.0)
grouped = np.column_stack([series[:, 0] + series[:, 2], series[:, 1] + series[:, 3]])
lines += table("ex_post", {
    "periods": T, "sources": K + 1, "series": series.T, "risk": theirs.total.vol,
    "contributions": np.append(theirs.factors.vol_contrib, theirs.idio.vol_contrib),
    "volatility": series.std(0, ddof=1),
    "correlation": [np.corrcoef(column, R)[0, 1] for column in series.T],
    "family_volatility": grouped.std(0, ddof=1),
    "family_correlation": [np.corrcoef(column, R)[0, 1] for column in grouped.T],
})
levels = np.array([1e-300, 1e-20, 1e-9, 0.001, 0.02, 0.075, 0.3, 0.5, 0.9, 0.925, 0.99, 0.999999])
lines += table("normal", {"levels": levels, "quantiles": norm.ppf(levels),
                          "shortfalls": norm.pdf(norm.ppf(levels)) / (1 - levels)})

(pathlib.Path(sys.argv[0]).parent / "risk.toml").write_text("\n".join(lines) + "\n")
