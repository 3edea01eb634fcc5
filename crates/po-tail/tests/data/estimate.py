"""Writes estimate.toml next to itself: estimates of tail risk from their definitions, by code that shares nothing with
the crate.

Run:    python estimate.py
Needs:  numpy, SciPy, mpmath

Sources
  historical, age-weighted   a sort and a loop over the losses
  normal                     scipy.stats.norm
  student_t                  scipy.stats.t.fit, whose result starts a search for a root of the score in 30 digits
  cornish_fisher             value at risk by the formula of PerformanceAnalytics (VaR.CornishFisher), its mean by a
                             quadrature of the quantile function in 30 digits
  matched                    parameters by a root search on moments that are quadratures themselves, in 30 digits
  evar                       a minimum in one variable, in 30 digits; the greatest loss where the tail is no wider than
                             its probability
  normal_error               mean and deviation are independent, with variances of s^2/T and s^2/(2T)
  cornish_fisher_error, matched_error
                             differences of 1e-8 in 30 digits in each moment, and the sum of squares of the influences
                             of all returns
  student_error              the inverse of the observed information, by differences in 30 digits
  tail_error                 Manistre and Hancock (2005), equation 1
  quantiles                  of Student's t, by a root search on mpmath's incomplete beta function
"""

from pathlib import Path

import mpmath as mp
import numpy as np
from scipy import stats

mp.mp.dps = 30


def tail(level):
    """The probability beyond a level, with the rounding of the level that a program sees."""
    return 1.0 - level


def weighted(losses, weights, level):
    """Value at risk and its mean, by walking down the losses."""
    order = sorted(zip(losses, weights), key=lambda pair: -pair[0])
    total = sum(weights)
    mass, left, mean, var, before = tail(level) * total, tail(level) * total, 0.0, None, 0.0
    for loss, weight in order:
        part = min(weight, left)
        mean += part * loss
        left -= part
        before += weight
        if var is None and before > mass * (1 + 1e-12):
            var = loss
    return var, mean / mass


def central(returns):
    values = [mp.mpf(float(value)) for value in returns]
    mean = mp.fsum(values) / len(values)
    moment = lambda k: mp.fsum((value - mean) ** k for value in values) / len(values)
    second = moment(2)
    return mean, second, moment(3) / second ** 1.5, moment(4) / second**2 - 3


def expansion(z, s, k):
    return z + (z**2 - 1) * s / 6 + (z**3 - 3 * z) * k / 24 - (2 * z**3 - 5 * z) * s**2 / 36


def normal_quantile(p):
    return -mp.sqrt(2) * mp.erfinv(1 - 2 * p)


def density(x):
    return mp.npdf(x)


def expanded(mean, deviation, s, k, level, scale=1):
    p = mp.mpf(tail(level))
    z = normal_quantile(p)
    mean_below = mp.quad(lambda x: expansion(x, s, k) * density(x), [-20, z - 2, z]) / p
    return -mean - deviation * scale * expansion(z, s, k), -mean - deviation * scale * mean_below


def matched(s, k):
    """Parameters, and the factor that brings the variance to one."""
    def moments(a, b):
        power = lambda n: mp.quad(lambda x: expansion(x, a, b) ** n * density(x), [-20, -6, 0, 6, 20])
        second = power(2)
        return second, power(3) / second**1.5, power(4) / second**2 - 3

    a, b = mp.findroot(lambda a, b: [m - t for m, t in zip(moments(a, b)[1:], (s, k))], (s * 0.7, k * 0.4), tol=1e-20)
    return a, b, 1 / mp.sqrt(moments(a, b)[0])


def student_fit(returns):
    degrees, location, scale = stats.t.fit(returns)
    values = [mp.mpf(float(value)) for value in returns]
    n = len(values)

    def score(m, s, v):
        squares = [((x - m) / s) ** 2 for x in values]
        weights = [(v + 1) / (v + q) for q in squares]
        by_m = mp.fsum(w * (x - m) for w, x in zip(weights, values)) / s
        by_s = mp.fsum(w * q for w, q in zip(weights, squares)) - n
        by_v = n * (mp.digamma((v + 1) / 2) - mp.digamma(v / 2)) + mp.fsum(
            1 - w - mp.log(1 + q / v) + 0 for w, q in zip(weights, squares))
        return [by_m, by_s, by_v]

    m, s, v = mp.findroot(score, (location, scale, degrees), tol=1e-22)
    value = lambda x: (mp.loggamma((v + 1) / 2) - mp.loggamma(v / 2) - mp.log(v * mp.pi) / 2 - mp.log(s)
                       - (v + 1) / 2 * mp.log(1 + ((x - m) / s) ** 2 / v))
    return m, s, v, mp.fsum(value(x) for x in values)


def student_tail(p, v):
    survival = lambda q: mp.betainc(v / 2, mp.mpf(1) / 2, 0, v / (v + q * q), regularized=True) / 2
    start = mp.mpf(float(stats.t.isf(float(p), float(v))))
    # By the logarithm, in which the tail is nearly a line.
    log = mp.findroot(lambda y: mp.log(survival(mp.exp(y))) - mp.log(p), mp.log(start), tol=1e-25)
    q = mp.exp(log)
    pdf = mp.gamma((v + 1) / 2) / mp.gamma(v / 2) / mp.sqrt(v * mp.pi) * (1 + q * q / v) ** (-(v + 1) / 2)
    return q, pdf * (v + q * q) / (v - 1) / p


def evar(losses, weights, level):
    p = mp.mpf(tail(level))
    losses = [mp.mpf(float(loss)) for loss in losses]
    weights = [mp.mpf(float(weight)) for weight in weights]
    top = max(losses)
    if mp.fsum(w for l, w in zip(losses, weights) if l == top) >= p:
        return top

    def value(log):
        z = mp.exp(log)
        return top + z * mp.log(mp.fsum(w * mp.exp((l - top) / z) for l, w in zip(losses, weights)) / p)
    log = mp.findroot(lambda y: mp.diff(value, y), mp.log(float(np.std([float(l) for l in losses]))), tol=1e-14)
    return value(log)


def formula(mean, second, third, fourth, level):
    """Value at risk of the expansion and its mean, from central moments; the mean by integrals that are known."""
    p = mp.mpf(tail(level))
    z, deviation = normal_quantile(p), mp.sqrt(second)
    s, k = third / second**1.5, fourth / second**2 - 3
    beyond = density(z) / p * (1 + z * s / 6 + (z**2 - 1) * k / 24 - (2 * z**2 - 1) * s**2 / 36)
    return -mean - deviation * expansion(z, s, k), -mean + deviation * beyond


def matched_formula(mean, second, third, fourth, level):
    """As formula, with parameters whose own moments are those given."""
    a, b, scale = matched(third / second**1.5, fourth / second**2 - 3)
    p = mp.mpf(tail(level))
    z, deviation = normal_quantile(p), mp.sqrt(second) * scale
    beyond = density(z) / p * (1 + z * a / 6 + (z**2 - 1) * b / 24 - (2 * z**2 - 1) * a**2 / 36)
    return -mean - deviation * expansion(z, a, b), -mean + deviation * beyond


def influence_errors(risk, returns, level):
    """Standard errors of a function of four central moments."""
    values = [mp.mpf(float(value)) for value in returns]
    n = len(values)
    mean = mp.fsum(values) / n
    m = [mean] + [mp.fsum((x - mean) ** k for x in values) / n for k in (2, 3, 4)]
    unit = [mp.sqrt(m[1]) ** k for k in (1, 2, 3, 4)]
    slopes = []
    for place in range(4):
        step = unit[place] * mp.mpf(10) ** -8
        ends = []
        for sign in (1, -1):
            moved = list(m)
            moved[place] += sign * step
            ends.append(risk(*moved, level))
        slopes.append([(a - b) / (2 * step) for a, b in zip(*ends)])
    errors = []
    for measure in (0, 1):
        total = mp.mpf(0)
        for x in values:
            d = x - mean
            influence = (d, d**2 - m[1], d**3 - m[2] - 3 * m[1] * d, d**4 - m[3] - 4 * m[2] * d)
            total += mp.fsum(i * slope[measure] for i, slope in zip(influence, slopes)) ** 2
        errors.append(mp.sqrt(total) / n)
    return errors


def student_errors(returns, m, s, v, levels):
    """Standard errors from the observed information in location, scale and degrees."""
    values = [mp.mpf(float(value)) for value in returns]

    def likelihood(m, s, v):
        return mp.fsum(mp.loggamma((v + 1) / 2) - mp.loggamma(v / 2) - mp.log(v * mp.pi) / 2 - mp.log(s)
                       - (v + 1) / 2 * mp.log(1 + ((x - m) / s) ** 2 / v) for x in values)

    steps = [s * mp.mpf(10) ** -7, s * mp.mpf(10) ** -7, v * mp.mpf(10) ** -7]
    centre = [m, s, v]

    def at(*moves):
        point = list(centre)
        for place, sign in moves:
            point[place] += sign * steps[place]
        return likelihood(*point)

    information = mp.matrix(3)
    for i in range(3):
        for j in range(3):
            second = at((i, 1), (j, 1)) - at((i, 1), (j, -1)) - at((i, -1), (j, 1)) + at((i, -1), (j, -1))
            information[i, j] = -second / (4 * steps[i] * steps[j])
    covariance = information**-1
    found = []
    for level in levels:
        p = mp.mpf(tail(level))
        step = v * mp.mpf(10) ** -7
        above, below, here = student_tail(p, v + step), student_tail(p, v - step), student_tail(p, v)
        errors = []
        for measure in (0, 1):
            g = mp.matrix([-1, here[measure], s * (above[measure] - below[measure]) / (2 * step)])
            errors.append(mp.sqrt((g.T * covariance * g)[0]))
        found.append(errors)
    return found


def tail_error(losses, level):
    """Of the mean of a tail: its variance, and what the quantile adds."""
    n, p = len(losses), tail(level)
    var, cvar = weighted(losses, np.ones(n), level)
    left, squares = p * n, 0.0
    for loss in sorted(losses, reverse=True):
        part = min(1.0, left)
        squares += part * (loss - cvar) ** 2
        left -= part
    return np.sqrt((squares / (p * n) + level * (cvar - var) ** 2) / (n * p))


def number(value):
    return repr(float(value))


def pair(values):
    return "[" + ", ".join(number(value) for value in values) + "]"


def main():
    random = np.random.default_rng(20250301)
    lines = ["# Written by estimate.py; do not edit.", ""]
    series = {
        "heavy": np.round(0.0004 + 0.01 * random.standard_t(5, 300), 6),
        "mild": np.round(0.0005 + 0.008 * (random.gamma(6, 1, 250) / np.sqrt(6) * -1 + np.sqrt(6)), 6),
        "short": np.round(0.02 * random.standard_t(4, 40), 5),
    }
    for name, returns in series.items():
        lines += ["[[series]]", f'name = "{name}"', f"returns = {pair(returns)}"]
        losses = -returns
        weights = random.dirichlet(np.full(len(returns), 0.7))
        weights /= weights.sum()
        lines.append(f"probabilities = {pair(weights)}")
        m, s, v, likelihood = student_fit(returns)
        lines.append(f"student = {pair([m, s, v, likelihood])}")
        mean, second, skewness, kurtosis = central(returns)
        lines.append(f"shape = {pair([skewness, kurtosis])}")
        a, b, scale = matched(skewness, kurtosis)
        levels = (0.9, 0.95, 0.975, 0.99)
        for level, student_error in zip(levels, student_errors(returns, m, s, v, levels)):
            ages = 0.97 ** np.arange(len(returns))[::-1]
            z = stats.norm.isf(tail(level))
            deviation = np.std(returns, ddof=1)
            q, beyond = student_tail(mp.mpf(tail(level)), v)
            lines += ["", "[[series.level]]", f"confidence = {level}"]
            lines.append(f"historical = {pair(weighted(losses, np.ones(len(losses)), level))}")
            lines.append(f"age_weighted = {pair(weighted(losses, ages, level))}")
            lines.append(f"probable = {pair(weighted(losses, weights, level))}")
            lines.append(f"evar = {number(evar(losses, weights, level))}")
            normal = (-returns.mean() + z * deviation, -returns.mean() + deviation * stats.norm.pdf(z) / tail(level))
            lines.append(f"normal = {pair(normal)}")
            lines.append(f"student_t = {pair((-m + s * q, -m + s * beyond))}")
            lines.append(f"cornish_fisher = {pair(expanded(mean, mp.sqrt(second), skewness, kurtosis, level))}")
            lines.append(f"matched = {pair(expanded(mean, mp.sqrt(second), a, b, level, scale))}")
            factors = (z, stats.norm.pdf(z) / tail(level))
            by_normal = [deviation * np.sqrt((1 + x**2 / 2) / len(returns)) for x in factors]
            lines.append(f"normal_error = {pair(by_normal)}")
            lines.append(f"student_error = {pair(student_error)}")
            lines.append(f"cornish_fisher_error = {pair(influence_errors(formula, returns, level))}")
            lines.append(f"matched_error = {pair(influence_errors(matched_formula, returns, level))}")
            lines.append(f"tail_error = {number(tail_error(losses, level))}")
            half = 0.025
            binomial = stats.binom(len(returns), level)
            ranks = np.arange(len(returns) + 1)
            lower = ranks[binomial.cdf(ranks) <= half]
            upper = ranks[binomial.cdf(ranks) >= 1 - half][0]
            ordered = np.sort(losses)
            low = ordered[lower[-1]] if len(lower) else -np.inf
            high = ordered[upper] if upper < len(returns) else np.inf
            text = lambda x: "-inf" if x == -np.inf else "inf" if x == np.inf else number(x)
            lines.append(f"ranks = [{text(low)}, {text(high)}]")
            covered = (binomial.cdf(upper) if upper < len(returns) else 1.0) - (binomial.cdf(lower[-1]) if len(lower) else 0.0)
            lines.append(f"covered = {number(covered)}")
        lines.append("")
    for v in (2.1, 2.5, 3.0, 4.0, 5.5, 8.0, 15.0, 40.0, 200.0, 2000.0, 9000.0, 20000.0):
        for level in (0.75, 0.9, 0.99, 0.9999, 0.9999999):
            q, beyond = student_tail(mp.mpf(tail(level)), mp.mpf(v))
            lines += ["[[quantile]]", f"degrees = {v}", f"confidence = {level}", f"tail = {pair((q, beyond))}", ""]
    Path(__file__).with_suffix(".toml").write_text("\n".join(lines))


main()
