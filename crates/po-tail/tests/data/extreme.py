"""Writes extreme.toml next to itself: fits of extreme-value distributions to seeded samples.

Run:    python extreme.py
Needs:  scipy 1.17.1, numpy 2.4.6, mpmath 1.4.1 (the versions are checked; a second run writes the same bytes)

Nothing here comes from po. Samples are drawn by scipy and rounded to seven digits. By maximum likelihood, scipy's
optimum is polished by Newton's method on the log-likelihood as it stands in the books, in extended precision and with
derivatives by differences of sixth order; covariances are inverses of that Hessian; ends of profile intervals solve
"the likelihood has fallen by half a quantile of chi square, and is stationary in what is left". The penalised optimum
is found alike, moments and the estimator of Zhang and Stephens follow from their papers in numpy. The distributions
themselves are computed with thirty digits.
"""

from importlib.metadata import version
from pathlib import Path

import mpmath as mp
import numpy as np
from scipy import optimize, stats

for package, expected in (("scipy", "1.17.1"), ("numpy", "2.4.6"), ("mpmath", "1.4.1")):
    assert version(package) == expected, f"{package} is {version(package)}, expected {expected}"

mp.mp.dps = 30
THRESHOLD, LEVEL, CONFIDENCE = 10.0, 0.99, 0.95
LONG = np.longdouble
HALF = LONG(float(stats.chi2.ppf(CONFIDENCE, 1))) / 2
STENCIL = ((1, LONG(3) / 4), (2, LONG(-3) / 20), (3, LONG(1) / 60))


def gpd_log_likelihood(x, shape, scale):
    y = shape * x / scale
    if np.any(y <= -1):
        return LONG("nan")
    return -len(x) * np.log(scale) - (1 + 1 / shape) * np.sum(np.log1p(y))


def gev_log_likelihood(x, location, scale, shape):
    y = shape * (x - location) / scale
    if np.any(y <= -1):
        return LONG("nan")
    t = np.log1p(y) / shape
    return -len(x) * np.log(scale) - (1 + shape) * np.sum(t) - np.sum(np.exp(-t))


def derivative(f, place, k, step):
    """Of f, a number or a vector, by one parameter."""
    total = 0
    for distance, weight in STENCIL:
        for sign in (-1, 1):
            moved = place.copy()
            moved[k] += sign * distance * step[k]
            total = total + sign * weight * f(moved)
    return total / step[k]


def gradient(f, place, step):
    return np.array([derivative(lambda p: f(*p), place, k, step) for k in range(len(place))], dtype=LONG)


def hessian(f, place, step):
    rows = [derivative(lambda p: gradient(f, p, step), place, k, step) for k in range(len(place))]
    matrix = np.array(rows, dtype=LONG)
    return (matrix + matrix.T) / 2


def solve(matrix, right):
    """Gaussian elimination in extended precision."""
    size = len(right)
    a = np.column_stack([matrix, right]).astype(LONG)
    for k in range(size):
        pivot = k + int(np.argmax(np.abs(a[k:, k])))
        a[[k, pivot]] = a[[pivot, k]]
        for row in range(size):
            if row != k:
                a[row] -= a[k] * (a[row, k] / a[k, k])
    return a[:, size] / np.array([a[k, k] for k in range(size)])


def inverse(matrix):
    return np.array([solve(matrix, unit) for unit in np.eye(len(matrix), dtype=LONG)])


def newton(equations, place, step):
    """The root of as many equations as unknowns, which come with their Jacobian."""
    place = np.array(place, dtype=LONG)
    for _ in range(60):
        values, jacobian = equations(place)
        move = solve(jacobian, -values)
        cut = LONG(1)
        while not np.all(np.isfinite(equations(place + cut * move)[1])):
            cut /= 2
            if cut < 1e-6:
                raise ValueError("no root in the domain")
        place = place + cut * move
        if cut == 1 and np.max(np.abs(move / step)) < 1e-9:
            return place
    raise ValueError("no root")


def maximise(f, start, step):
    place = newton(lambda p: (gradient(f, p, step), hessian(f, p, step)), start, step)
    return place, f(*place), inverse(-hessian(f, place, step))


def profile_end(f, place, value, covariance, index, direction, step):
    """Where f has fallen by HALF along its profile in one parameter."""
    others = [k for k in range(len(place)) if k != index]
    current = np.array(place, dtype=LONG)
    pieces = 16
    guess = current + direction * np.sqrt(2 * HALF) / pieces * covariance[index] / np.sqrt(covariance[index, index])
    for part in range(1, pieces + 1):
        target = value - HALF * LONG(part * part) / (pieces * pieces)

        def equations(p, target=target):
            slopes, matrix = gradient(f, p, step), hessian(f, p, step)
            values = np.concatenate([[f(*p) - target], slopes[others]])
            return values, np.vstack([slopes, matrix[others]])

        found = newton(equations, guess, step)
        guess, current = 2 * found - current, found
    return current[index]


def gpd_case(name, shape, scale, size, seed, observations):
    x = stats.genpareto.rvs(shape, scale=scale, size=size, random_state=np.random.default_rng(seed))
    x = np.array([float(f"{v:.7g}") for v in x])
    xs = np.array([LONG(f"{v!r}") for v in x.tolist()])
    fitted = stats.genpareto.fit(x, floc=0)

    def f(shape, scale):
        return gpd_log_likelihood(xs, shape, scale)

    start = optimize.minimize(
        lambda p: -float(np.sum(stats.genpareto.logpdf(x, p[0], scale=np.exp(p[1])))),
        [fitted[0], np.log(fitted[2])],
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 4000},
    ).x
    step = np.array([3e-4, 3e-4 * np.exp(start[1])], dtype=LONG)
    place, value, covariance = maximise(f, (start[0], np.exp(start[1])), step)
    lines = ["[[gpd]]", f'name = "{name}"', f"excesses = {[float(v) for v in x]}"]

    def write(key, value):
        lines.append(f"{key} = {value}")

    def numbers(values):
        return [float(v) for v in values]

    write("likelihood", numbers(place))
    write("log_likelihood", float(value))
    write("covariance", numbers([covariance[0, 0], covariance[0, 1], covariance[1, 1]]))
    write("scipy_log_likelihood", float(np.sum(stats.genpareto.logpdf(x, *fitted))))
    write("shape_interval", numbers(profile_end(f, place, value, covariance, 0, way, step) for way in (-1, 1)))

    # Risks beyond a threshold: the scale by the risk and the shape.
    c = (1 - LONG(repr(LEVEL))) * observations / size
    quantile = lambda shape: (c ** -shape - 1) / shape  # noqa: E731
    risks = {"var": quantile, "cvar": lambda shape: (quantile(shape) + 1) / (1 - shape)}
    write("observations", observations)
    for risk, factor in risks.items():
        if risk == "cvar" and place[0] >= 1:
            continue
        at = place[1] * factor(place[0])

        def g(log_risk, shape, factor=factor):
            return gpd_log_likelihood(xs, shape, np.exp(log_risk) / factor(shape))

        other = np.array([np.log(at), place[0]])
        widths = np.array([3e-4, 3e-4], dtype=LONG)
        about = inverse(-hessian(g, other, widths))
        write(risk, float(THRESHOLD + at))
        ends = []
        for way in (-1, 1):
            try:
                ends.append(float(THRESHOLD + np.exp(profile_end(g, other, value, about, 0, way, widths))))
            except ValueError:
                ends.append(float("inf") if way > 0 else 0.0)
        write(f"{risk}_interval", ends)

    def penalised(shape, scale):
        return f(shape, scale) - shape / (1 - shape) if shape > 0 else f(shape, scale)

    if 0.05 < place[0]:
        begin = optimize.minimize(
            lambda p: float(-penalised(LONG(p[0]), np.exp(LONG(p[1])))) if 0 < p[0] < 1 else 1e9,
            [min(float(place[0]) * 0.9, 0.5), np.log(float(place[1]))],
            method="Nelder-Mead",
            options={"xatol": 1e-7, "fatol": 1e-10},
        ).x
        write("penalised", numbers(maximise(penalised, (begin[0], np.exp(begin[1])), step)[0]))

    s = np.sort(x)
    positions = (np.arange(1, size + 1) - 0.35) / size
    a, b = s.mean(), np.mean((1 - positions) * s)
    write("weighted_moments", [float(2 - a / (a - 2 * b)), float(2 * a * b / (a - 2 * b))])
    ratio = s.mean() ** 2 / s.var(ddof=1)
    write("moments", [float((1 - ratio) / 2), float(s.mean() * (1 + ratio) / 2)])

    # Zhang and Stephens (2009), in their k = -xi and theta = k / sigma.
    m = 20 + int(np.sqrt(size))
    theta = 1 / s[-1] + (1 - np.sqrt(m / (np.arange(1, m + 1) - 0.5))) / (3 * s[int(size / 4 + 0.5) - 1])
    k = np.array([-np.mean(np.log1p(-t * s)) for t in theta])
    profile = size * (np.log(theta / k) + k - 1)
    weights = 1 / np.array([np.sum(np.exp(profile - value)) for value in profile])
    best = float(np.sum(theta * weights))
    k = -float(np.mean(np.log1p(-best * s)))
    write("quasi_bayesian", [-k, k / best])
    return "\n".join(lines)


def gev_case(name, location, scale, shape, size, seed):
    x = stats.genextreme.rvs(-shape, loc=location, scale=scale, size=size, random_state=np.random.default_rng(seed))
    x = np.array([float(f"{v:.7g}") for v in x])
    xs = np.array([LONG(f"{v!r}") for v in x.tolist()])

    def f(location, scale, shape):
        return gev_log_likelihood(xs, location, scale, shape)

    start = optimize.minimize(
        lambda p: -float(np.sum(stats.genextreme.logpdf(x, -p[2], loc=p[0], scale=np.exp(p[1])))),
        [location, np.log(scale), shape],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000, "maxfev": 8000},
    ).x
    width = np.exp(start[1])
    step = np.array([3e-4 * width, 3e-4 * width, 3e-4], dtype=LONG)
    place, value, covariance = maximise(f, (start[0], width, start[2]), step)
    lines = ["[[gev]]", f'name = "{name}"', f"maxima = {[float(v) for v in x]}"]
    lines.append(f"likelihood = {[float(v) for v in place]}")
    lines.append(f"log_likelihood = {float(value)}")
    entries = [float(covariance[a, b]) for a in range(3) for b in range(a, 3)]
    lines.append(f"covariance = {entries}")
    ends = [float(profile_end(f, place, value, covariance, 2, way, step)) for way in (-1, 1)]
    lines.append(f"shape_interval = {ends}")

    y = -np.log1p(-LONG(1) / 50)

    def g(level, scale, shape):
        return gev_log_likelihood(xs, level - scale * (y**-shape - 1) / shape, scale, shape)

    level = place[0] + place[1] * (y ** -place[2] - 1) / place[2]
    other = np.array([level, place[1], place[2]])
    about = inverse(-hessian(g, other, step))
    lines.append(f"level = {float(level)}")
    ends = [float(profile_end(g, other, value, about, 0, way, step)) for way in (-1, 1)]
    lines.append(f"level_interval = {ends}")

    s = np.sort(x)
    i = np.arange(size)
    b0, b1 = s.mean(), np.mean(i / (size - 1) * s)
    b2 = np.mean(i * (i - 1) / ((size - 1) * (size - 2)) * s)
    target = mp.mpf(3 * b2 - b0) / mp.mpf(2 * b1 - b0)
    k = mp.findroot(lambda k: (1 - mp.mpf(3) ** -k) / (1 - mp.mpf(2) ** -k) - target, -shape + 0.05)
    sigma = (2 * b1 - b0) * k / (mp.gamma(1 + k) * (1 - mp.mpf(2) ** -k))
    lines.append(f"weighted_moments = {[float(b0 + sigma * (mp.gamma(1 + k) - 1) / k), float(sigma), float(-k)]}")
    return "\n".join(lines)


def closed_case():
    """The distributions themselves, with thirty digits."""
    lines = []
    for shape in (-0.7, -0.2, -1e-9, 0.0, 1e-12, 1e-4, 0.3, 1.2):
        for x in (1e-6, 0.7, 1.3):
            z, w = mp.mpf(repr(shape)), mp.mpf(repr(x)) / 2
            t = w if z == 0 else mp.log1p(z * w) / z
            rate = mp.exp(-t)
            entries = [shape, x, 1 - rate, rate, mp.exp(-(1 + z) * t) / 2, mp.exp(-rate), 1 - mp.exp(-rate)]
            entries.append(mp.exp(-(1 + z) * t - rate) / 2)
            lines.append(f"    {[float(v) for v in entries]},")
    moments = []
    for shape in (-1.5, -0.3, -0.05, -1e-5, 0.0, 1e-7, 0.02, 0.09, 0.3, 0.45):
        z = mp.mpf(repr(shape))
        if z == 0:
            mean, variance = mp.euler, mp.pi**2 / 6
        else:
            mean = (mp.gamma(1 - z) - 1) / z
            variance = (mp.gamma(1 - 2 * z) - mp.gamma(1 - z) ** 2) / z**2
        moments.append(f"    {[shape, float(mean), float(variance)]},")
    head = [
        "# Of scale 2 and location 0: shape, x, and of the generalised Pareto distribution P(X <= x), P(X > x) and the",
        "# density, and of the generalised extreme-value distribution the same.",
        "points = [",
    ]
    tail = ["]", "# Standard generalised extreme-value distribution: shape, mean, variance.", "moments = ["]
    return "\n".join(head + lines + tail + moments + ["]"])


def main():
    parts = [
        '# Written by extreme.py.',
        f"threshold = {THRESHOLD}\nlevel = {LEVEL}\nconfidence = {CONFIDENCE}\nperiod = 50.0",
        f"chi_square_quantile = {float(2 * HALF)}",
        closed_case(),
        gpd_case("heavy", 0.35, 7.0, 109, 1, 2167),
        gpd_case("returns", 0.2, 0.012, 150, 2, 2500),
        gpd_case("nearly exponential", 0.0, 1.0, 90, 3, 1500),
        gpd_case("bounded", -0.25, 3.0, 100, 4, 1800),
        gpd_case("few", 0.25, 1.0, 40, 5, 800),
        gpd_case("infinite mean", 1.3, 2.0, 120, 6, 2400),
        gev_case("annual", 3.9, 0.2, -0.06, 65, 7),
        gev_case("losses", 0.02, 0.008, 0.25, 80, 8),
        gev_case("bounded", 10.0, 2.0, -0.35, 60, 9),
    ]
    (Path(__file__).parent / "extreme.toml").write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
