"""Writes scenario.toml beside itself: copulas, margins and weighted tails by scipy.

Run:    python scenario.py
Needs:  scipy 1.17.1, numpy 2.4.6

kendall       tau-b of scipy.stats.kendalltau, with ties
correlation   sin(pi tau / 2)
degrees       the greatest of the likelihood of scipy.stats.multivariate_t less scipy.stats.t at the quantiles of
              rank / (T + 1), by scipy.optimize.minimize_scalar
margins       centre, scale and degrees of freedom of scipy.stats.t by scipy.optimize.minimize, started from many points
weighted      value at risk and conditional value at risk under probabilities: the linear programme of Rockafellar
              and Uryasev by scipy.optimize.linprog
"""

import pathlib

import numpy as np
from scipy import optimize, stats

rng = np.random.default_rng(11)
T, N = 200, 3
L = np.linalg.cholesky(np.array([[1.0, 0.6, 0.3], [0.6, 1.0, -0.2], [0.3, -0.2, 1.0]]))
X = rng.standard_normal((T, N)) @ L.T * np.sqrt(5 / rng.chisquare(5, (T, 1)))
X = np.round(0.01 * X + 0.0005, 4)  # four digits leave ties

tau = np.array([[stats.kendalltau(X[:, i], X[:, j]).statistic for j in range(N)] for i in range(N)])
R = np.sin(np.pi / 2 * tau)
np.fill_diagonal(R, 1.0)
U = np.column_stack([stats.rankdata(X[:, i]) / (T + 1) for i in range(N)])


def likelihood(df):
    z = stats.t.ppf(U, df)
    joint = stats.multivariate_t.logpdf(z, shape=R, df=df)
    return float(np.sum(joint) - np.sum(stats.t.logpdf(z, df)))


found = optimize.minimize_scalar(lambda inv: -likelihood(1 / inv), bounds=(1 / 300, 1.0), method="bounded", options={"xatol": 1e-13})
degrees = float(1 / found.x)
z = stats.norm.ppf(U)
gaussian = float(np.sum(stats.multivariate_normal.logpdf(z, cov=R)) - np.sum(stats.norm.logpdf(z)))

margins = []
for i in range(N):
    best = None
    for start in (3.0, 5.0, 10.0):
        f = lambda v: -np.sum(stats.t.logpdf(X[:, i], np.exp(v[2]), v[0] / 100, np.exp(v[1])))
        sol = optimize.minimize(f, [X[:, i].mean() * 100, np.log(X[:, i].std()), np.log(start)], method="Nelder-Mead",
                                options={"xatol": 1e-11, "fatol": 1e-13, "maxiter": 20000, "maxfev": 20000})
        if best is None or sol.fun < best.fun:
            best = sol
    centre, scale, df = best.x[0] / 100, np.exp(best.x[1]), np.exp(best.x[2])
    margins.append([float(stats.t.ppf(p, df, centre, scale)) for p in (0.001, 0.05, 0.6, 0.99)])
    print("margin", i, centre, scale, df)

p = np.round(rng.random(T), 4)
p = p / p.sum()
w = np.array([0.5, 0.3, 0.2])
loss = -X @ w
levels, tails = [0.9, 0.95, 0.99], []
for beta in levels:
    # min eta + sum p u / (1 - beta), u >= loss - eta, u >= 0
    c = np.concatenate([[1.0], p / (1 - beta)])
    a = np.hstack([-np.ones((T, 1)), -np.eye(T)])
    sol = optimize.linprog(c, A_ub=a, b_ub=-loss, bounds=[(None, None)] + [(0, None)] * T, method="highs")
    tails.append([float(sol.x[0]), float(sol.fun)])
covariance = np.cov(X.T, aweights=p, bias=True)

out = ["# Written by scenario.py; do not edit.", f"observations = {T}", f"assets = {N}", f"returns = {X.T.ravel().tolist()}",
       f"correlation = {R.ravel().tolist()}", f"degrees = {degrees!r}", f"likelihood = {likelihood(degrees)!r}",
       f"likelihood_at_4 = {likelihood(4.0)!r}", f"gaussian_likelihood = {gaussian!r}", f"margins = {margins}",
       f"probabilities = {p.tolist()}", f"weights = {w.tolist()}", f"levels = {levels}", f"tails = {tails}",
       f"mean = {(p @ X).tolist()}", f"covariance = {covariance.ravel().tolist()}"]
pathlib.Path(__file__).with_suffix(".toml").write_text("\n".join(out) + "\n")
print(degrees, likelihood(degrees), gaussian, tails)
