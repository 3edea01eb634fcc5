"""Writes the golden files of the GARCH and DCC models next to itself: garch.toml, heavy.toml and dcc.toml.

Run:    python generate_garch.py
Needs:  arch 8.0.0, numpy 2.4.6, scipy 1.17.1 (the versions are checked)

Expected values never come from po itself.

garch.toml
  Simulated returns, and for each model and density the maximum of arch's own log-likelihood. arch stops its search
  early; the search is continued on arch's likelihood until it no longer moves, so that the parameters are good to
  about 1e-8. Standard errors are arch's, from a numerical Hessian (`robust = false` and `true`).

heavy.toml
  Independent returns with heavy tails, of which an EGARCH has little to tell, and where arch's search ends, as it
  ends: the log-likelihood that a search should reach, wherever the recursion can be inverted there.

dcc.toml
  Simulated residuals, and the log-likelihood, the composite log-likelihoods and the last correlations of the three
  models at fixed parameters, by a plain numpy recursion over whole matrices; and the maxima of the log-likelihoods,
  found by Nelder and Mead's method on that recursion.
"""

import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from arch import arch_model
from scipy.optimize import minimize
from scipy.special import gammaln

HERE = Path(__file__).parent
for package, expected in [("arch", "8.0.0"), ("numpy", "2.4.6"), ("scipy", "1.17.1")]:
    assert version(package) == expected, f"{package} {version(package)} is not {expected}"
warnings.simplefilter("ignore")


def numbers(values):
    """An array in lines of six."""
    texts = [repr(float(value)) for value in values]
    lines = [", ".join(texts[start : start + 6]) for start in range(0, len(texts), 6)]
    return "[\n    " + ",\n    ".join(lines) + ",\n]"


# ---------------------------------------------------------------- univariate


def simulate(periods, seed, mean, omega, alpha, gamma, beta, nu=None):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal(periods + 500) if nu is None else rng.standard_t(nu, periods + 500) * np.sqrt((nu - 2) / nu)
    h, returns = omega / (1 - alpha - gamma / 2 - beta), []
    for shock in z:
        e = np.sqrt(h) * shock
        returns.append(mean + e)
        h = omega + (alpha + gamma * (e < 0)) * e * e + beta * h
    # Six digits keep the file small.
    return np.round(np.array(returns[500:]), 6)


SERIES = {
    "calm": simulate(1000, 1, 0.05, 0.02, 0.06, 0.0, 0.92),
    "falling": simulate(1000, 2, 0.02, 0.05, 0.04, 0.12, 0.86, nu=6),
}


def garch_case(series, model, innovations, mean):
    returns = SERIES[series]
    kind = {"garch": ("GARCH", 0), "gjr": ("GARCH", 1), "egarch": ("EGARCH", 1)}[model]
    arch = arch_model(
        returns,
        mean=mean.capitalize(),
        vol=kind[0],
        p=1,
        o=kind[1],
        q=1,
        dist="t" if innovations == "student-t" else "normal",
        rescale=False,
    )
    first = arch.fit(disp="off", options={"ftol": 1e-12, "maxiter": 1000})
    backcast = arch.volatility.backcast(arch.resids(arch.starting_values()))
    bounds = arch.volatility.variance_bounds(arch.resids(arch.starting_values()))
    start = first.params.to_numpy()
    step = np.maximum(first.std_err.to_numpy(), 1e-6)

    def objective(u):
        value = arch._loglikelihood(start + step * u, np.zeros(len(returns)), backcast, bounds)
        return value if np.isfinite(value) else 1e10

    best = np.zeros(len(start))
    for _ in range(6):
        simplex = np.vstack([best, best + 0.05 * np.eye(len(best))])
        options = {"xatol": 1e-10, "fatol": 1e-13, "maxiter": 20000, "maxfev": 20000, "initial_simplex": simplex}
        best = minimize(objective, best, method="Nelder-Mead", options=options).x
    values = start + step * best
    fixed = arch.fit(starting_values=values, disp="off", options={"ftol": 1e-15, "maxiter": 1})
    robust = arch.fit(starting_values=values, disp="off", options={"ftol": 1e-15, "maxiter": 1}, cov_type="classic")
    at = -objective(best)
    lines = [
        "[[case]]",
        f'series = "{series}"',
        f'model = "{model}"',
        f'innovations = "{innovations}"',
        f'mean = "{mean}"',
        f"# {', '.join(first.params.index)}",
        f"parameters = {numbers(values)}",
        f"log_likelihood = {at!r}",
        f"standard_errors = {numbers(robust.std_err)}",
        f"robust_errors = {numbers(fixed.std_err)}",
    ]
    sigma = arch.fix(values).conditional_volatility
    lines.append(f"last_variance = {float(sigma[-1]) ** 2!r}")
    if model != "egarch":
        horizon = arch.fix(values).forecast(horizon=5, reindex=False).variance.to_numpy()[-1]
        lines.append(f"forecast = {numbers(horizon)}")
    print(series, model, innovations, mean, first.loglikelihood, at, values - start)
    return "\n".join(lines)


def write_garch():
    text = ["# Written by generate_garch.py with arch 8.0.0.", ""]
    for name, values in SERIES.items():
        text += ["[[series]]", f'name = "{name}"', f"returns = {numbers(values)}", ""]
    for series in SERIES:
        for model in ["garch", "gjr", "egarch"]:
            # Normal returns have no finite ν of greatest likelihood.
            for innovations in ["normal"] if series == "calm" else ["normal", "student-t"]:
                text += [garch_case(series, model, innovations, "constant"), ""]
    text += [garch_case("calm", "garch", "normal", "zero"), ""]
    text += [garch_case("falling", "egarch", "normal", "zero"), ""]
    text += [garch_case("falling", "egarch", "student-t", "zero"), ""]
    (HERE / "garch.toml").write_text("\n".join(text))


def write_heavy():
    text = ["# Written by generate_garch.py with arch 8.0.0.", ""]
    for seed in range(12):
        # Six digits keep the file small.
        returns = np.round(np.random.default_rng(seed).standard_t(3, 250), 6)
        text += ["[[series]]", f"returns = {numbers(returns)}", ""]
        for innovations in ["normal", "student-t"]:
            for mean in ["constant", "zero"]:
                dist = "t" if innovations == "student-t" else "normal"
                model = arch_model(returns, mean=mean, vol="EGARCH", p=1, o=1, q=1, dist=dist, rescale=False)
                fit = model.fit(disp="off")
                if fit.convergence_flag == 0:
                    text += [
                        "[[series.case]]",
                        f'innovations = "{innovations}"',
                        f'mean = "{mean}"',
                        f"# {', '.join(fit.params.index)}",
                        f"parameters = {numbers(fit.params)}",
                        f"log_likelihood = {float(fit.loglikelihood)!r}",
                        "",
                    ]
    (HERE / "heavy.toml").write_text("\n".join(text))


# --------------------------------------------------------------- correlation


def correlated(periods, assets, a, b, nu, seed):
    rng = np.random.default_rng(seed)
    loading = np.linspace(0.3, 0.8, assets)
    target = np.outer(loading, loading)
    np.fill_diagonal(target, 1.0)
    q, z = target.copy(), np.zeros((periods, assets))
    for t in range(periods):
        scale = 1 / np.sqrt(np.diag(q))
        heavy = np.sqrt((nu - 2) / rng.chisquare(nu))
        z[t] = np.linalg.cholesky(q * np.outer(scale, scale)) @ rng.standard_normal(assets) * heavy
        q = (1 - a - b) * target + a * np.outer(z[t], z[t]) + b * q
    return np.round(z, 6)


def path(z, model, a, b, g):
    """R_t of all periods, and that of the one after the last."""
    periods, assets = z.shape
    falls = np.minimum(z, 0.0)
    n_bar = falls.T @ falls / periods
    if model == "corrected":
        d = np.ones(assets)
        stars = np.zeros_like(z)
        for t in range(periods):
            stars[t] = z[t] * np.sqrt(d)
            d = (1 - a - b) + (a * z[t] ** 2 + b) * d
        target = stars.T @ stars / periods
        scale = 1 / np.sqrt(np.diag(target))
        target = target * np.outer(scale, scale)
    else:
        target = z.T @ z / periods
    q, all_r = target.copy(), []
    for t in range(periods + 1):
        scale = 1 / np.sqrt(np.diag(q))
        all_r.append(q * np.outer(scale, scale))
        if t < periods:
            news = z[t] * np.sqrt(np.diag(q)) if model == "corrected" else z[t]
            q = (1 - a - b) * target - g * n_bar + a * np.outer(news, news) + b * q + g * np.outer(falls[t], falls[t])
    return all_r


def density(r, z, nu):
    n = len(z)
    _, log_det = np.linalg.slogdet(r)
    form = z @ np.linalg.solve(r, z)
    if nu is None:
        return -0.5 * (n * np.log(2 * np.pi) + log_det + form)
    constant = gammaln((nu + n) / 2) - gammaln(nu / 2) - n / 2 * np.log(np.pi * (nu - 2))
    return constant - 0.5 * log_det - (nu + n) / 2 * np.log1p(form / (nu - 2))


def correlation_part(z, model, a, b, g=0.0, nu=None):
    """The log-likelihood over that of independent standard normals."""
    if not (a >= 0 and b >= 0 and g >= 0 and a + b + g < 1):
        return -1e10
    r = path(z, model, a, b, g)
    normal = -0.5 * (z**2 + np.log(2 * np.pi)).sum()
    return sum(density(r[t], z[t], nu) for t in range(len(z))) - normal


def composite(z, model, a, b, g, nu, pairs):
    return sum(correlation_part(z[:, list(pair)], model, a, b, g, nu) for pair in pairs)


def maximum(z, model, student):
    size = 2 + (model == "asymmetric") + student

    def minus(x):
        nu = 1 / x[-1] if student else None
        if student and not 0.002 < x[-1] < 0.48:
            return 1e10
        return -correlation_part(z, model, x[0], x[1], x[2] if model == "asymmetric" else 0.0, nu)

    best = np.array([0.04, 0.92] + [0.01] * (model == "asymmetric") + [0.05] * student)
    for _ in range(2):
        simplex = np.vstack([best, best + 0.01 * np.eye(size)])
        options = {"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000, "initial_simplex": simplex}
        best = minimize(minus, best, method="Nelder-Mead", options=options).x
    return best, -minus(best)


def write_dcc():
    text = ["# Written by generate_garch.py with numpy 2.4.6.", ""]
    z = correlated(400, 4, 0.05, 0.90, 6, 3)
    contiguous = [(k, k + 1) for k in range(3)]
    every = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    text += [f"assets = {z.shape[1]}", f"# Asset by asset.", f"residuals = {numbers(z.T.ravel())}", ""]
    for model in ["engle", "corrected", "asymmetric"]:
        for innovations in ["normal", "student-t"]:
            student = innovations == "student-t"
            a, b, g, nu = 0.03, 0.93, 0.02 if model == "asymmetric" else 0.0, 8.0 if student else None
            r = path(z, model, a, b, g)
            best, value = maximum(z, model, student)
            print(model, innovations, best, value)
            text += [
                "[[case]]",
                f'model = "{model}"',
                f'innovations = "{innovations}"',
                f"a = {a}",
                f"b = {b}",
                f"g = {g}",
                *([f"degrees_of_freedom = {nu}"] if student else []),
                f"log_likelihood = {float(correlation_part(z, model, a, b, g, nu))!r}",
                f"contiguous = {float(composite(z, model, a, b, g, nu, contiguous))!r}",
                f"all_pairs = {float(composite(z, model, a, b, g, nu, every))!r}",
                f"last_correlation = {numbers(r[-2].ravel())}",
                f"next_correlation = {numbers(r[-1].ravel())}",
                f"# a, b, then g and 1/nu where they are free",
                f"maximum = {numbers(best)}",
                f"maximum_log_likelihood = {float(value)!r}",
                "",
            ]
    (HERE / "dcc.toml").write_text("\n".join(text))


if __name__ == "__main__":
    write_garch()
    write_heavy()
    write_dcc()
