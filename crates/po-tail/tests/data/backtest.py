"""Writes backtest.toml next to itself: back-tests of synthetic forecasts by SciPy, statsmodels, arch and plain NumPy.

Run:    python backtest.py
Needs:  numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0, arch 8.0.0

Each [[case]] holds returns, forecasts of value at risk and expected shortfall as losses, and what follows:
  kupiec        likelihood ratio from scipy.stats.binom.logpmf, scipy.stats.chi2.sf, the sum of scipy.stats.binom.pmf over
                as great ratios, scipy.stats.binomtest of both sides, binom.sf, binom.cdf
  markov        the ratio of independence and that with Kupiec's, from the counts of pairs, each with chi2.sf
  first, mixed  Kupiec's time until first failure and Haas's sums, from scipy.stats.geom.logpmf
  durations     scipy.stats.weibull_min.logpdf and logsf, maximised by scipy.optimize.minimize over both logarithms:
                shape, rate, the two ratios; left out where there is no maximum
  zones         scipy.stats.binom.ppf at 95 % and 99.99 %
  dq            statsmodels OLS (pinv) of hits: explained sum of squares, rank, chi2.sf, for each set of regressors
  z             Acerbi and Szekely's Z1 (nan without violations), Z2 and minimally biased statistic, in signs of returns
  residuals     scipy.stats.ttest_1samp, alternative greater, of losses less shortfall, unscaled and over the shortfall
  calibration   Nolde and Ziegel's quadratic forms by numpy.linalg.pinv
  scores        means of tick, FZ0 and asymmetric Laplace scores, in signs of returns as their papers have them
  cumulative    Du and Escanciano's statistics of ranks
[[dm]] compares losses: statsmodels OLS on a constant with cov_type HAC, with lags by the formulas.
[mcs] is arch's MCS on the resamples of po-core's stationary bootstrap, whose generator is written again below.
"""

import json
import textwrap
from importlib.metadata import version
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from arch.bootstrap import MCS
from scipy import optimize, stats

HERE = Path(__file__).parent
VERSIONS = {"numpy": "2.4.6", "scipy": "1.17.1", "statsmodels": "0.15.0", "arch": "8.0.0"}
# seed, days, level, factor on true risk, whether the forecast follows the volatility
CASES = [(1, 300, 0.95, 1.0, True), (2, 250, 0.99, 1.1, True), (3, 60, 0.99, 3.0, True), (4, 260, 0.975, 0.6, False),
         (5, 100, 0.9, 0.8, False)]


def toml(value):
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        value = float(value)
        return "nan" if np.isnan(value) else repr(value + 0.0)
    text = "[" + ", ".join(toml(item) for item in value) + "]"
    if len(text) <= 100:
        return text
    return "[\n" + textwrap.fill(text[1:-1] + ",", 100, initial_indent="    ", subsequent_indent="    ",
                                 break_on_hyphens=False) + "\n]"


def market(seed, days, level, factor, follows):
    """A volatility that persists, Student's t with five degrees, forecasts that are right at factor 1."""
    random = np.random.default_rng(seed)
    noise, variance, returns, risk = random.standard_t(5, days) * np.sqrt(3 / 5), 1e-4, [], []
    quantile = stats.t.isf(1 - level, 5)
    mean = stats.t.pdf(quantile, 5) / (1 - level) * (5 + quantile**2) / 4
    for shock in noise:
        deviation = np.sqrt(variance)
        returns.append(5e-4 + deviation * shock)
        scale = factor * (deviation if follows else 0.01) * np.sqrt(3 / 5)
        risk.append((scale * quantile - 5e-4, scale * mean - 5e-4))
        variance = 4e-6 + 0.15 * deviation**2 * shock**2 + 0.81 * variance
    returns = np.round(returns, 6)
    var, cvar = np.round(np.array(risk), 6).T
    if seed == 5:
        # Violations at both ends, so that no duration is cut off.
        returns[[0, 1, -1]] = -0.05
    return returns, var, cvar


def weibull(hits):
    """Shape, rate, and the best log-likelihoods of all, of shape 1, and a function of the rate at shape 1."""
    places = np.flatnonzero(hits) + 1
    complete = np.diff(places).astype(float)
    ends = ([] if hits[0] else [places[0]]) + ([] if hits[-1] else [len(hits) - places[-1]])
    censored = np.array(ends, dtype=float)

    def likelihood(rate, shape):
        law = stats.weibull_min(shape, scale=1 / rate)
        return law.logpdf(complete).sum() + law.logsf(censored).sum()

    def best(function, start):
        for _ in range(5):
            found = optimize.minimize(function, start, method="Nelder-Mead",
                                      options={"xatol": 1e-12, "fatol": 1e-14, "maxiter": 4000})
            start = found.x
        return found.x, -found.fun

    (rate, shape), top = best(lambda x: -likelihood(*np.exp(x)), np.log([len(complete) / len(hits), 1.0]))
    _, flat = best(lambda x: -likelihood(np.exp(x[0]), 1.0), np.log([len(complete) / len(hits)]))
    return np.exp(shape), np.exp(rate), top, flat, lambda p: likelihood(p, 1.0)


def x_log(x, y):
    return x * np.log(y) if x else 0.0


def case(seed, days, level, factor, follows):
    returns, var, cvar = market(seed, days, level, factor, follows)
    p = 1 - level
    hits = (returns < -var).astype(int)
    x = hits.sum()
    law = stats.binom(days, p)
    free = np.array([stats.binom.logpmf(k, days, k / days) for k in range(days + 1)])
    ratios = 2 * (free - law.logpmf(np.arange(days + 1)))
    exact = law.pmf(np.arange(days + 1))[ratios >= ratios[x] - 1e-8].sum()
    kupiec = [ratios[x], stats.chi2.sf(ratios[x], 1), exact, stats.binomtest(int(x), days, p).pvalue, law.sf(x - 1), law.cdf(x)]

    pairs = np.zeros((2, 2), dtype=int)
    for one, two in zip(hits[:-1], hits[1:]):
        pairs[one, two] += 1
    rate = pairs[:, 1].sum() / pairs.sum()
    bound = x_log(pairs[:, 0].sum(), 1 - rate) + x_log(pairs[:, 1].sum(), rate)
    loose = sum(x_log(pairs[i, j], pairs[i, j] / max(pairs[i].sum(), 1)) for i in (0, 1) for j in (0, 1))
    independence = 2 * (loose - bound)
    markov = [independence, stats.chi2.sf(independence, 1), independence + ratios[x],
              stats.chi2.sf(independence + ratios[x], 2)]

    def wait(d):
        return 2 * (stats.geom.logpmf(d, 1 / d) - stats.geom.logpmf(d, p))

    waits = [wait(d) for d in np.diff(np.concatenate([[0], np.flatnonzero(hits) + 1]))]
    first = waits[0] if x else -2 * days * np.log(1 - p)
    mixed = [sum(waits), stats.chi2.sf(sum(waits), x) if x else 1.0, sum(waits) + ratios[x],
             stats.chi2.sf(sum(waits) + ratios[x], x + 1)]
    durations = []
    if x > 2:
        shape, rate, top, flat, at = weibull(hits)
        durations = [shape, rate, 2 * (top - flat), stats.chi2.sf(2 * (top - flat), 1), 2 * (top - at(p)),
                     stats.chi2.sf(2 * (top - at(p)), 2)]

    def dq(lags, values):
        hit = hits - p
        rows = range(lags, days)
        columns = [np.ones(days - lags)] + [[var[t - k] for t in rows] for k in values]
        columns += [[hit[t - k] for t in rows] for k in range(1, lags + 1)]
        design = np.column_stack(columns)
        fitted = sm.OLS(hit[lags:], design).fit(method="pinv").fittedvalues
        # The scale of the columns is none of the rank.
        degrees = np.linalg.matrix_rank(design / np.abs(design).max(axis=0))
        statistic = fitted @ fitted / (p * (1 - p))
        return [statistic, float(degrees), stats.chi2.sf(statistic, degrees)]

    es = -cvar
    z1 = np.sum(returns * hits / cvar) / x + 1 if x else np.nan
    z2 = np.sum(returns * hits / (days * p * cvar)) + 1
    z_es = np.mean((cvar - var - np.maximum(-(returns + var), 0) / p) / cvar)
    residuals = []
    if x > 1:
        for scale in (np.ones(days), cvar):
            sample = ((es - returns) / scale)[hits == 1]
            test = stats.ttest_1samp(sample, 0.0, alternative="greater")
            residuals += [sample.mean(), test.statistic, test.pvalue]
    v = np.column_stack([hits - p, var - cvar + hits * (-var - returns) / p])

    def form(values):
        mean, second = values.mean(axis=0), values.T @ values / days
        return days * mean @ np.linalg.pinv(second, rcond=1e-14) @ mean

    general = ((cvar - var) / p * v[:, 0] + v[:, 1])[:, None]
    scale = np.array([1.0, 1 / np.sqrt(np.mean(v[:, 1] ** 2))])
    t = np.sqrt(days) * v.mean(axis=0) / np.sqrt((v**2).mean(axis=0))
    q = np.sort(stats.norm.sf(t))
    calibration = [form(v * scale), min(2 * q[0], q[1]), form(general / np.abs(general).max()),
                   form(general / cvar[:, None])]
    tick = (p - hits) * (returns + var)
    fz0 = -hits * (-var - returns) / (p * es) + -var / es + np.log(-es) - 1
    laplace = -np.log((p - 1) / es) - (returns + var) * (p - (returns <= -var)) / (p * es)
    ranks = np.round(stats.norm.cdf(returns / 0.01), 6)
    cumulative = (p - ranks) * (ranks <= p) / p
    centred = cumulative - p / 2
    gamma = [np.sum(centred[j:] * centred[:days - j]) / (days - j) for j in range(6)]
    conditional = days * sum((gamma[j] / gamma[0]) ** 2 for j in range(1, 6))
    u = np.sqrt(days) * centred.mean() / np.sqrt(p * (1 / 3 - p / 4))
    return tick, {
        "days": days, "level": level, "returns": returns, "var": var, "cvar": cvar, "violations": x, "kupiec": kupiec,
        "transitions": pairs.ravel(), "markov": markov, "first": [first, stats.chi2.sf(first, 1)], "mixed": mixed,
        "durations": durations, "zones": [int(law.ppf(0.95)), int(law.ppf(0.9999))],
        "dq": [dq(4, [0]), dq(1, []), dq(2, [0, 1, 2])], "z": [z1, z2, z_es], "residuals": residuals,
        "calibration": calibration, "scores": [tick.mean(), fz0.mean(), laplace.mean()], "ranks": ranks,
        "cumulative": [cumulative.mean(), u, 2 * stats.norm.sf(abs(u)), conditional, stats.chi2.sf(conditional, 5)],
    }


def dm(losses, others, rule, horizon):
    difference = losses - others
    total = len(difference)
    if rule == "newey-west":
        centred = difference - difference.mean()
        first = int(4 * (total / 100) ** (2 / 9))
        gamma = [centred[j:] @ centred[:total - j] for j in range(first + 1)]
        slope = 2 * sum(j * gamma[j] for j in range(1, first + 1)) / (gamma[0] + 2 * sum(gamma[1:]))
        lags = int(1.1447 * (slope**2 * total) ** (1 / 3))
    elif rule == "andrews":
        centred = difference - difference.mean()
        rho = centred[1:] @ centred[:-1] / (centred @ centred)
        lags = int(1.1447 * (4 * rho**2 / ((1 - rho) ** 2 * (1 + rho) ** 2) * total) ** (1 / 3))
    elif rule == "rule-of-thumb":
        lags = int(4 * (total / 100) ** (2 / 9))
    elif rule == "horizon":
        lags = horizon - 1
    uniform = {"kernel": "uniform"} if rule == "horizon" else {}
    fit = sm.OLS(difference, np.ones(total)).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False} | uniform)
    statistic = fit.tvalues[0]
    corrected = statistic * np.sqrt((total + 1 - 2 * horizon + horizon * (horizon - 1) / total) / total)
    return {"rule": rule, "horizon": horizon, "losses": losses, "others": others, "lags": lags,
            "found": [difference.mean(), statistic, 2 * stats.norm.sf(abs(statistic)), corrected,
                      2 * stats.t.sf(abs(corrected), total - 1), stats.t.sf(corrected, total - 1)]}


MASK = (1 << 64) - 1


def mixed(state):
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return state ^ (state >> 31)


def resample(days, number, seed, block):
    state = mixed(seed ^ mixed(number))

    def draw():
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) & MASK
        return mixed(state)

    indices = []
    while len(indices) < days:
        start, length = (draw() * days) >> 64, 0
        while len(indices) < days:
            indices.append((start + length) % days)
            length += 1
            if (draw() >> 11) / 2**53 < 1 / block:
                break
    return np.array(indices)


class Given:
    def __init__(self, days, many):
        self.days, self.many = days, many

    def bootstrap(self, _):
        for number in range(self.many):
            yield ((resample(self.days, number, 7, 5),), {})


def confidence_set():
    random = np.random.default_rng(21)
    days, many = 120, 200
    common = random.standard_normal(days)
    losses = np.column_stack([common + 0.6 * random.standard_normal(days) + shift for shift in (0.0, 0.05, 0.3, 0.12, 0.7)])
    losses = np.round(losses, 4)
    row = {"resamples": many, "seed": 7, "block": 5, "losses": losses.T.ravel(), "days": days}
    for method, name in (("R", "range"), ("max", "max")):
        mcs = MCS(losses, 0.05, reps=many, method=method)
        mcs.bootstrap = Given(days, many)
        mcs.compute()
        row[name] = [float(mcs.pvalues.loc[model, "Pvalue"]) for model in range(5)]
        row[f"{name}_order"] = list(mcs.pvalues.index)
    return row


if __name__ == "__main__":
    for package, wanted in VERSIONS.items():
        assert version(package) == wanted, f"{package} {version(package)}, wanted {wanted}"
    rows = [case(*settings) for settings in CASES]
    lines = ["# Written by backtest.py; do not edit.", f'source = "{", ".join(f"{p} {v}" for p, v in VERSIONS.items())}"']
    table = confidence_set()
    lines += ["", "[mcs]"] + [f"{key} = {toml(value)}" for key, value in table.items()]
    for _, row in rows:
        lines += ["", "[[case]]"] + [f"{key} = {toml(value)}" for key, value in row.items()]
    random = np.random.default_rng(9)
    smooth = np.convolve(random.standard_normal(90), [0.5, 0.3, 0.2, 0.4], "valid")[:80]
    one, two = np.round(1 + 0.2 * smooth + 0.1 * random.standard_normal(80), 4), np.round(0.95 + 0.1 * random.random(80), 4)
    for rule, horizon in (("newey-west", 1), ("andrews", 1), ("rule-of-thumb", 4), ("horizon", 3)):
        lines += ["", "[[dm]]"] + [f"{key} = {toml(value)}" for key, value in dm(one, two, rule, horizon).items()]
    (HERE / "backtest.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
