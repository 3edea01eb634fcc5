"""Writes factor.toml: factor attribution and regressions, by numpy, statsmodels 0.15.0 and skfolio 1.12.2."""

import pathlib
import sys
import warnings

import numpy as np
import statsmodels.api as sm
from skfolio.attribution import realized_factor_attribution

warnings.filterwarnings("ignore")


def text(value):
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    items = [text(item) for item in (value.tolist() if isinstance(value, np.ndarray) else value)]
    return "[" + ", ".join(items) + "]"


def table(head, entries):
    return [f"\n[{head}]"] + [f"{name} = {text(value)}" for name, value in entries.items()]


lines = ["# Written by factor.py with numpy, statsmodels 0.15.0 and skfolio 1.12.2."]

# Attribution -------------------------------------------------------------------------------------------------------
rng = np.random.default_rng(20260101)
T, N, K = 36, 7, 4
families = np.array(["market", "style", "style", "industry"])
f = rng.normal(0.002, 0.02, (T, K))
B = rng.normal(0.0, 0.5, (T, N, K))
B[:, :, 0] = rng.uniform(0.6, 1.4, (T, N))
r = np.einsum("tnk,tk->tn", B, f) + rng.normal(0.0, 0.01, (T, N))
w = rng.dirichlet(np.ones(N), T) * 1.2 - 0.02
b = rng.dirichlet(np.ones(N), T)
observed = (w * r).sum(1) - rng.uniform(0.0, 0.0005, T)
q = rng.uniform(0.5, 2.0, (T, N))
s2 = rng.uniform(0.5e-4, 2e-4, (T, N))
eps = r - np.einsum("tnk,tk->tn", B, f)

wealth_p = np.concatenate([[1.0], np.cumprod(1 + observed)[:-1]])
wealth_b = np.concatenate([[1.0], np.cumprod(1 + (b * r).sum(1))[:-1]])


def totals(h, unattributed):
    by_asset = np.einsum("tn,tnk,tk->nk", h, B, f)
    own = (h * eps).sum(0)
    return {
        "factors": by_asset.sum(0),
        "families": [by_asset[:, families == name].sum() for name in ["market", "style", "industry"]],
        "specific": own.sum(),
        "unattributed": unattributed.sum(),
        "asset_by_factor": by_asset.T.ravel(),
        "asset_specific": own,
    }


u = observed - (w * r).sum(1)
lines += table("attribution", {
    "periods": T, "assets": N, "factors": K,
    "returns": r.T.ravel(), "factor_returns": f.T.ravel(),
    "exposures": B.transpose(0, 2, 1).ravel(), "weights": w.ravel(), "benchmark": b.ravel(),
    "portfolio_returns": observed, "regression_weights": q.ravel(), "specific_variances": s2.ravel(),
})
cases = {
    "arithmetic": (w, u, observed.sum()),
    "money": (w * wealth_p[:, None], u * wealth_p, np.prod(1 + observed) - 1),
    "active_arithmetic": (w - b, u, (observed - (b * r).sum(1)).sum()),
    "active_money": (w * wealth_p[:, None] - b * wealth_b[:, None], u * wealth_p,
                     np.prod(1 + observed) - np.prod(1 + (b * r).sum(1))),
}
for name, (h, unattributed, total) in cases.items():
    lines += table(f"attribution.{name}", totals(h, unattributed) | {"total": total})

# skfolio tells means per period: times T they are the arithmetic totals.
theirs = realized_factor_attribution(
    asset_names=[f"a{i}" for i in range(N)], factor_names=[f"f{k}" for k in range(K)], factor_families=families,
    weights=w, factor_returns=f, portfolio_returns=observed, exposures=B, exposure_lag=0, idio_returns=eps,
    idio_variances=s2, regression_weights=q, annualization_factor=1.0, compute_uncertainty=True)
order = [list(theirs.families.names).index(name) for name in ["market", "style", "industry"]]
lines += table("attribution.skfolio", {
    "factors": theirs.factors.mu_contrib * T, "specific": theirs.idio.mu_contrib * T,
    "unattributed": theirs.unattributed.mu_contrib * T, "families": theirs.families.mu_contrib[order] * T,
    "asset_by_factor": theirs.asset_by_factor_contrib.mu_contrib.T.ravel() * T,
    "factor_errors": theirs.factors.mu_contrib_uncertainty * T,
    "family_errors": theirs.families.mu_contrib_uncertainty[order] * T,
    "systematic_error": theirs.systematic.mu_uncertainty * T,
    "risk": theirs.total.vol,
    "risk_contributions": np.concatenate([theirs.factors.vol_contrib,
                                          [theirs.idio.vol_contrib, theirs.unattributed.vol_contrib]]),
})

# Errors of given covariances: contributions are linear in what is estimated, so that J V J' is exact.
A = rng.normal(0, 0.003, (T, K, K))
cov_f = A @ A.transpose(0, 2, 1)
se_B = rng.uniform(0.02, 0.2, (N, K))
C = rng.normal(0, 0.1, (N, K, K))
cov_B = C @ C.transpose(0, 2, 1)
h = cases["active_money"][0]
masks = {f"f{k}": np.eye(K)[k] for k in range(K)}
masks |= {name: (families == name).astype(float) for name in ["market", "style", "industry"]}
masks |= {"all": np.ones(K)}


def spread(jacobian, covariance):
    return float(np.sqrt(jacobian @ covariance @ jacobian))


def blocks(matrices):
    size = sum(len(matrix) for matrix in matrices)
    whole = np.zeros((size, size))
    at = 0
    for matrix in matrices:
        whole[at:at + len(matrix), at:at + len(matrix)] = matrix
        at += len(matrix)
    return whole


by_returns, by_errors, by_covariances = [], [], []
for mask in masks.values():
    to_returns = np.concatenate([(B[t].T @ h[t]) * mask for t in range(T)])
    by_returns.append(spread(to_returns, blocks(list(cov_f))))
    to_exposures = np.concatenate([sum(h[t, i] * f[t] * mask for t in range(T)) for i in range(N)])
    by_errors.append(spread(to_exposures, np.diag((se_B ** 2).ravel())))
    by_covariances.append(spread(to_exposures, blocks(list(cov_B))))
lines += table("attribution.errors", {
    "factor_covariances": cov_f.ravel(), "exposure_errors": se_B.T.ravel(), "exposure_covariances": cov_B.ravel(),
    "by_factor_returns": by_returns, "by_exposures": by_errors, "by_exposure_covariances": by_covariances,
})

# Regressions -------------------------------------------------------------------------------------------------------
T, K = 60, 3
F = rng.normal(0.004, 0.03, (T, K))
F[:, 1] += 0.6 * F[:, 0]
noise = np.zeros(T)
for t in range(T):
    noise[t] = (0.5 * noise[t - 1] if t else 0.0) + rng.normal(0, 0.004) * (1 + 20 * abs(F[t, 0]))
y = 0.001 + F @ np.array([0.9, -0.4, 0.2]) + noise
lines += table("regression", {"periods": T, "factors": F.T.ravel(), "portfolio": y})
X = sm.add_constant(F)
mean = F.mean(0)
settings = [("classical", 0, False), ("hc0", 0, False), ("hc1", 0, False), ("hc2", 0, False), ("hc3", 0, False),
            ("newey-west", 0, False), ("newey-west", 1, True), ("newey-west", 4, False), ("newey-west", 7, True)]
for kind, lags, correction in settings:
    if kind == "newey-west":
        fit = sm.OLS(y, X).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": correction})
    else:
        fit = sm.OLS(y, X).fit(cov_type="nonrobust" if kind == "classical" else kind.upper())
    V = np.asarray(fit.cov_params())
    beta = fit.params[1:]
    e = np.asarray(fit.resid)

    # Estimated means: a sandwich over all moments at once, then the gradient of each contribution.
    leverage = np.einsum("ti,ij,tj->t", X, np.linalg.inv(X.T @ X), X)
    adjusted = e / {"hc2": np.sqrt(1 - leverage), "hc3": 1 - leverage}.get(kind, 1.0)
    moments = np.hstack([X * adjusted[:, None], F - mean])
    bread = np.zeros((2 * K + 1, 2 * K + 1))
    bread[:K + 1, :K + 1] = X.T @ X
    bread[K + 1:, K + 1:] = T * np.eye(K)
    meat = moments.T @ moments
    for lag in range(1, lags + 1):
        step = moments[lag:].T @ moments[:-lag]
        meat += (1 - lag / (lags + 1)) * (step + step.T)
    if kind == "hc1" or correction:
        meat *= T / (T - K - 1)
    joint = np.linalg.inv(bread) @ meat @ np.linalg.inv(bread).T
    if kind == "classical":
        joint = np.zeros_like(joint)
        joint[:K + 1, :K + 1] = V
        joint[K + 1:, K + 1:] = np.cov(F.T) / T
    gradients = np.zeros((K, 2 * K + 1))
    for k in range(K):
        gradients[k, 1 + k] = mean[k]
        gradients[k, K + 1 + k] = beta[k]
    together = gradients.sum(0)
    lines.append("")
    lines.append("[[regression.fit]]")
    for name, value in {
        "kind": kind, "lags": lags, "correction": correction,
        "coefficients": np.asarray(fit.params), "errors": np.asarray(fit.bse), "t": np.asarray(fit.tvalues),
        "covariance": V.ravel(), "r_squared": fit.rsquared, "adjusted_r_squared": fit.rsquared_adj,
        "residual_deviation": np.sqrt(fit.ssr / fit.df_resid), "contributions": beta * mean,
        "given_errors": np.abs(mean) * np.asarray(fit.bse)[1:],
        "given_systematic_error": np.sqrt(mean @ V[1:, 1:] @ mean),
        "estimated_errors": np.sqrt(np.diag(gradients @ joint @ gradients.T)),
        "estimated_systematic_error": np.sqrt(together @ joint @ together),
    }.items():
        lines.append(f"{name} = {text(value)}")

(pathlib.Path(sys.argv[0]).parent / "factor.toml").write_text("\n".join(lines) + "\n")
