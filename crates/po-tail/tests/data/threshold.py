"""Writes threshold.toml: tails, thresholds, clusters and dependence by the formulas of the papers.

Run with Python 3.11, NumPy, SciPy and mpmath:  python threshold.py > threshold.toml

Nothing here is shared with the library: likelihoods are maximised by SciPy, second derivatives are taken by
mpmath, limiting distributions come from the eigenvalues of their covariance kernels and Imhof's integral, and
everything else is written as the definition reads, in loops.
"""

import math

import mpmath
import numpy as np
from scipy import optimize, stats

MODES = 300


def toml(value):
    if isinstance(value, (list, tuple, np.ndarray)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return repr(float(value))


def table(name, **entries):
    print(f"\n[[{name}]]")
    for key, value in entries.items():
        print(f"{key} = {toml(value)}")


def samples():
    random = np.random.default_rng(20261123)
    heavy = random.standard_t(3.0, 400)
    # A max-autoregressive series whose extremal index is 0.4.
    frechet = 1.0 / random.exponential(size=600)
    series = [frechet[0]]
    for shock in frechet[1:]:
        series.append(max(0.6 * series[-1], 0.4 * shock))
    # Two columns of a t copula, which share their shocks in volatility.
    normal = random.multivariate_normal([0.0, 0.0], [[1.0, 0.6], [0.6, 1.0]], 500)
    pair = normal / np.sqrt(random.chisquare(4.0, 500) / 4.0)[:, None]
    rounded = lambda values: [float(f"{value:.8g}") for value in values]
    return rounded(heavy), rounded(series), rounded(pair[:, 0]), rounded(pair[:, 1])


# Tail indices.


def hill(x, k):
    shape = sum(math.log(x[i] / x[k]) for i in range(k)) / k
    return shape, shape / math.sqrt(k)


def pickands(x, k):
    shape = math.log((x[k - 1] - x[2 * k - 1]) / (x[2 * k - 1] - x[4 * k - 1])) / math.log(2)
    variance = shape**2 * (2 ** (2 * shape + 1) + 1) / (2 * (2**shape - 1) * math.log(2)) ** 2
    return shape, math.sqrt(variance / k)


def dekkers(x, k):
    first = sum(math.log(x[i] / x[k]) for i in range(k)) / k
    second = sum(math.log(x[i] / x[k]) ** 2 for i in range(k)) / k
    g = first + 1 - 0.5 / (1 - first**2 / second)
    if g >= 0:
        variance = 1 + g * g
    else:
        variance = (
            (1 - g) ** 2
            * (1 - 2 * g)
            * (4 - 8 * (1 - 2 * g) / (1 - 3 * g) + (5 - 11 * g) * (1 - 2 * g) / ((1 - 3 * g) * (1 - 4 * g)))
        )
    return g, math.sqrt(variance / k)


def quantile_distance(x, largest, least):
    best = None
    for k in range(least, largest + 1):
        shape, _ = hill(x, k)
        distance = max(abs(x[j - 1] - x[k] * (k / j) ** shape) for j in range(1, largest + 2) if j <= largest)
        if best is None or distance < best[0]:
            best = (distance, k, shape)
    return best


# The limiting distributions.


def scores(shape):
    """Nodes s, weights and the two scores on them, after a substitution that tames the end of the tail."""
    t, w = np.polynomial.legendre.leggauss(3000)
    t, w = (t + 1) / 2, w / 2
    power = 12
    y, weights = t**power, w * power * t ** (power - 1)
    log = power * np.log(t)
    if shape == 0:
        u, v = -log, log**2 / 2
    else:
        u = -np.expm1(shape * log) / shape
        v = (-log - u) / shape
    information = np.array([[1 + shape, 1], [1, 2]]) / ((1 + shape) * (1 + 2 * shape))
    return y, weights, np.array([-1 + (1 + shape) * u, v - u]), information


def eigenvalues(shape, statistic):
    y, weights, score, information = scores(shape)
    j = np.arange(1, MODES + 1)
    if statistic == "cramer-von-mises":
        free = 1 / (j * np.pi) ** 2
        basis = np.sqrt(2) * np.cos(np.outer(j, np.pi * y))
        rest = 1 / 6 - free.sum()
    else:
        free = 1 / (j * (j + 1.0))
        basis = np.empty((MODES + 1, len(y)))
        basis[0], basis[1] = 1, 2 * y - 1
        for n in range(1, MODES):
            basis[n + 1] = ((2 * n + 1) * (2 * y - 1) * basis[n] - n * basis[n - 1]) / (n + 1)
        basis = basis[1:] * np.sqrt(2 * j + 1.0)[:, None]
        rest = 1 - free.sum()
    coefficients = np.sqrt(free)[:, None] * ((basis * weights) @ score.T)
    kernel = np.diag(free) - coefficients @ np.linalg.inv(information) @ coefficients.T
    return np.linalg.eigvalsh(kernel), rest


def p_value(statistic, value, shape, known={}):
    """Imhof's integral; the eigenvalues beyond the last are as good as their sum."""
    key = (round(shape, 14), statistic)
    if key not in known:
        known[key] = eigenvalues(shape, statistic)
    mu, rest = known[key]
    x = value - rest
    end, count = 60.0, 8000
    # u = v², because the integrand falls as exp(-c sqrt(u)).
    v = (np.arange(count) + 0.5) * end / count
    total = 0.0
    for part in np.array_split(v, 8):
        u = part**2
        angles = np.outer(u, mu)
        theta = 0.5 * np.arctan(angles).sum(1) - 0.5 * x * u
        size = np.exp(0.25 * np.log1p(angles**2).sum(1))
        total += np.sum(np.sin(theta) / (u * size) * 2 * part) * end / count
    return 0.5 + total / np.pi


# The generalised Pareto distribution.


def log_likelihood(shape, scale, excesses, log=math.log, log1p=math.log1p):
    total = 0
    for x in excesses:
        inner = shape * x / scale
        if inner <= -1:
            return -math.inf
        total -= log(scale) + (1 + 1 / shape) * log1p(inner)
    return total


def fit(excesses, known={}):
    key = tuple(excesses)
    if key not in known:
        known[key] = maximum(excesses)
    return known[key]


def maximum(excesses):
    start = [0.1, np.mean(excesses)]
    value = lambda p: -log_likelihood(p[0] or 1e-12, p[1], excesses) if p[1] > 0 else math.inf
    for _ in range(2):
        start = optimize.minimize(
            value, start, method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-13, "maxiter": 4000}
        ).x
    # Newton with exact derivatives polishes the last digits.
    mpmath.mp.dps = 30
    f = lambda a, b: log_likelihood(a, b, [mpmath.mpf(x) for x in excesses], mpmath.log, mpmath.log1p)
    a, b = mpmath.mpf(start[0]), mpmath.mpf(start[1])
    for _ in range(2):
        g = mpmath.matrix([mpmath.diff(f, (a, b), n) for n in [(1, 0), (0, 1)]])
        h = mpmath.matrix(2, 2)
        h[0, 0], h[1, 1] = mpmath.diff(f, (a, b), (2, 0)), mpmath.diff(f, (a, b), (0, 2))
        h[0, 1] = h[1, 0] = mpmath.diff(f, (a, b), (1, 1))
        step = h**-1 * g
        a, b = a - step[0], b - step[1]
    covariance = -(h**-1)
    return float(a), float(b), [[float(covariance[i, j]) for j in range(2)] for i in range(2)]


def statistics(excesses, shape, scale):
    z = np.sort(stats.genpareto.cdf(excesses, shape, scale=scale))
    survival = np.sort(stats.genpareto.sf(excesses, shape, scale=scale))
    n = len(z)
    i = np.arange(1, n + 1)
    a2 = -n - np.sum((2 * i - 1) * (np.log(z) + np.log(survival))) / n
    w2 = 1 / (12 * n) + np.sum((z - (2 * i - 1) / (2 * n)) ** 2)
    return a2, w2


def automatic(losses, quantiles, statistic, significance):
    x = sorted(losses, reverse=True)
    rows = []
    for quantile in quantiles:
        k = math.floor(len(x) * (1 - quantile) + 1e-9)
        excesses = [value - x[k] for value in x[:k]]
        shape, scale, _ = fit(excesses)
        value = statistics(excesses, shape, scale)[statistic == "cramer-von-mises"]
        rows.append((k, x[k], shape, scale, value, p_value(statistic, value, shape)))
    p = np.array([row[-1] for row in rows])
    forward = np.cumsum(-np.log1p(-p)) / np.arange(1, len(p) + 1)
    strong = np.array(
        [np.exp(sum(math.log(p[j]) / (j + 1) for j in range(i, len(p)))) * len(p) / (i + 1) for i in range(len(p))]
    )
    count = lambda adjusted: max([i + 1 for i, value in enumerate(adjusted) if value <= significance], default=0)
    return rows, forward, strong, count(forward), count(strong)


# Clusters.


def intervals(losses, u):
    times = [t for t, x in enumerate(losses) if x > u]
    gaps = np.diff(times).astype(float)
    n = len(times)
    if gaps.max() <= 2:
        theta = 2 * gaps.sum() ** 2 / ((n - 1) * (gaps**2).sum())
    else:
        theta = 2 * (gaps - 1).sum() ** 2 / ((n - 1) * ((gaps - 1) * (gaps - 2)).sum())
    theta = min(1.0, theta)
    c = math.floor(theta * n) + 1
    ordered = sorted(gaps, reverse=True)
    while c > 1 and (c > len(ordered) or ordered[c - 2] == ordered[c - 1]):
        c -= 1
    return theta, int(ordered[c - 1]), n


def clusters(losses, u, run):
    found = []
    last = None
    for t, x in enumerate(losses):
        if x > u:
            if last is None or t - last > run:
                found.append([])
            found[-1].append(x)
            last = t
    return found


def k_gaps(losses, u, gap):
    times = [t for t, x in enumerate(losses) if x > u]
    q = len(times) / len(losses)
    scaled = [q * max(t - gap, 0) for t in np.diff(times)]

    def value(theta):
        return sum(mpmath.log(1 - theta) if s == 0 else 2 * mpmath.log(theta) - theta * s for s in scaled)

    mpmath.mp.dps = 30
    start = optimize.minimize_scalar(lambda t: -float(value(t)), bounds=(1e-6, 1 - 1e-6), method="bounded").x
    theta = mpmath.findroot(lambda t: mpmath.diff(value, t), start)
    return float(theta), float(1 / mpmath.sqrt(-mpmath.diff(value, theta, 2)))


# Dependence.


def chi(first, second, u, coverage):
    n = len(first)
    a, b = stats.rankdata(first) / (n + 1), stats.rankdata(second) / (n + 1)
    under = np.mean(np.maximum(a, b) < u)
    over = np.mean(np.minimum(a, b) > u)
    z = stats.norm.ppf(0.5 + coverage / 2)
    value = 2 - math.log(under) / math.log(u)
    width = z * math.sqrt(under * (1 - under) / n) / (under * abs(math.log(u)))
    bar = 2 * math.log(1 - u) / math.log(over) - 1
    bar_width = z * 2 * abs(math.log(1 - u)) / (math.log(over) ** 2 * over) * math.sqrt(over * (1 - over) / n)
    least = 2 - math.log(max(2 * u - 1, 1e-300)) / math.log(u) if u > 0.5 else -math.inf
    return (
        value,
        [max(value - width, least), min(value + width, 1)],
        bar,
        [max(bar - bar_width, -1), min(bar + bar_width, 1)],
        int(round(over * n)),
    )


def t_dependence(rho, nu):
    mpmath.mp.dps = 40
    rho, nu = mpmath.mpf(rho), mpmath.mpf(nu)
    x = mpmath.sqrt((nu + 1) * (1 - rho) / (1 + rho))
    # P(|t| > x) of ν + 1 degrees as a regularised incomplete beta function.
    return mpmath.betainc((nu + 1) / 2, 0.5, 0, (nu + 1) / (nu + 1 + x * x), regularized=True)


def main():
    heavy, series, first, second = samples()
    print("# Written by threshold.py from NumPy, SciPy and mpmath: do not edit.")
    print(f"heavy = {toml(heavy)}")
    print(f"series = {toml(series)}")
    print(f"first = {toml(first)}")
    print(f"second = {toml(second)}")
    x = sorted(heavy, reverse=True)
    for k in [5, 20, 40]:
        for estimator, name in [(hill, "hill"), (pickands, "pickands"), (dekkers, "dekkers-einmahl-de-haan")]:
            shape, error = estimator(x, k)
            print("\n[[index]]")
            print(f'estimator = "{name}"\nk = {k}\nshape = {toml(shape)}\nstandard_error = {toml(error)}')
    distance, k, shape = quantile_distance(x, 60, 10)
    table("hill", k=k, shape=shape, distance=distance, threshold=x[k])
    shape, error = hill(x, 40)
    z = stats.norm.ppf(0.95)
    for level in [0.95, 0.99, 0.999]:
        reach = math.log(40 / (400 * (1 - level)))
        value = x[40] * math.exp(shape * reach)
        width = math.exp(z * error * max(reach, 1))
        table("weissman", level=level, value=value, shortfall=value / (1 - shape), interval=[value / width, value * width])
    for k in [1, 2, 40, 200, 399]:
        e = np.array([value - x[k] for value in x[:k]])
        width = stats.norm.ppf(0.975) * e.std(ddof=1) / math.sqrt(k) if k > 1 else math.inf
        low, high = (e.mean() - width, e.mean() + width) if k > 1 else (-1e300, 1e300)
        table("mean_excess", k=k, threshold=x[k], mean=e.mean(), interval=[low, high])
    for statistic in ["anderson-darling", "cramer-von-mises"]:
        for shape in [-0.4, -0.2, 0.0, 0.15, 0.5, 0.9]:
            values = [0.04, 0.08, 0.15, 0.25] if statistic == "cramer-von-mises" else [0.3, 0.6, 1.0, 1.8]
            p = [p_value(statistic, value, shape) for value in values]
            print("\n[[limit]]")
            print(f'statistic = "{statistic}"\nshape = {toml(shape)}\nvalues = {toml(values)}\np_values = {toml(p)}')
    quantiles = [0.5, 0.6, 0.7, 0.8, 0.9]
    for name, losses in [("heavy", heavy), ("series", series)]:
        for statistic in ["anderson-darling", "cramer-von-mises"]:
            rows, forward, strong, of_forward, of_strong = automatic(losses, quantiles, statistic, 0.1)
            print("\n[[automatic]]")
            print(f'losses = "{name}"\nstatistic = "{statistic}"')
            for column, key in enumerate(["exceedances", "thresholds", "shapes", "scales", "statistics", "p_values"]):
                print(f"{key} = {toml([row[column] for row in rows])}")
            print(f"forward = {toml(forward)}\nstrong = {toml(strong)}")
            print(f"rejected_forward = {of_forward}\nrejected_strong = {of_strong}")
    for quantile in [0.6, 0.8, 0.9]:
        k = math.floor(len(x) * (1 - quantile) + 1e-9)
        shape, scale, covariance = fit([value - x[k] for value in x[:k]])
        u = x[k]
        modified = covariance[1][1] - 2 * u * covariance[0][1] + u * u * covariance[0][0]
        table(
            "stability",
            quantile=quantile,
            shape=shape,
            shape_error=math.sqrt(covariance[0][0]),
            modified_scale=scale - shape * u,
            modified_scale_error=math.sqrt(modified),
        )
    for quantile in [0.85, 0.9, 0.95]:
        u = sorted(series, reverse=True)[math.floor(len(series) * (1 - quantile) + 1e-9)]
        theta, run, n = intervals(series, u)
        groups = clusters(series, u, run)
        ones = k_gaps(series, u, 1)
        blocks = sum(max(series[i : i + 20]) > u for i in range(0, len(series), 20))
        table(
            "clusters",
            threshold=u,
            exceedances=n,
            intervals=theta,
            run_length=run,
            clusters=len(groups),
            maxima=[max(group) for group in groups],
            runs_of_three=len(clusters(series, u, 3)) / n,
            blocks_of_twenty=blocks / n,
            gaps_of_one=ones,
        )
    for u in [0.6, 0.8, 0.9, 0.95]:
        value, interval, bar, bar_interval, joint = chi(first, second, u, 0.95)
        table("chi", level=u, chi=value, interval=interval, chi_bar=bar, chi_bar_interval=bar_interval, joint=joint)
    for share in [0.05, 0.1, 0.13]:
        k = math.ceil(share * len(first) - 1e-9)
        low = set(np.argsort(first)[:k]) & set(np.argsort(second)[:k])
        high = set(np.argsort(first)[-k:]) & set(np.argsort(second)[-k:])
        table("matrix", share=share, lower=len(low) / k, upper=len(high) / k)
    for rho in [-0.9, -0.5, 0.0, 0.3, 0.5, 0.9, 0.999]:
        for nu in [0.5, 2.0, 4.0, 10.0, 100.0]:
            table("t", correlation=rho, degrees=nu, dependence=t_dependence(rho, nu))


main()
