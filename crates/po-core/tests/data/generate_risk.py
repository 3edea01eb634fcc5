"""Writes risk.json next to itself: the golden values of the measures of risk.

Run:    python generate_risk.py
Needs:  numpy 2.4.6, scipy 1.17.1, mpmath 1.4.1, cvxpy 1.9.3, riskfolio-lib 7.4.0 (the versions are checked; on the same
        machine a second run writes the same bytes)

Expected values never come from po itself. Most are what Riskfolio-Lib returns. Where its definition is another one, or
where it goes no further than its solver, the value is computed here from the definition, and Riskfolio-Lib's is asserted
to be near it:

  var, lower quantile     by counting in whole numbers; Riskfolio-Lib takes the upper one
  lower partial moments   divided by T; Riskfolio-Lib divides the second one by T - 1 and takes the root
  tail-gini               the integral in exact fractions; Riskfolio-Lib sums over levels
  evar, edar              in thirty digits of mpmath at the root of the derivative; Riskfolio-Lib stops within 2e-3
  rlvar, rldar            in thirty digits at the roots of both derivatives, where primal and dual agree; for κ = 0.3
                          asserted to be within 1e-6 of what Clarabel finds for losses in percent. Riskfolio-Lib gives it
                          smaller numbers and stops within 2e-3

Fields: series (name, returns); cases (series, risk as serde writes it, expected, source).
"""

import json
import warnings
from fractions import Fraction
from importlib.metadata import version
from math import ceil, floor
from pathlib import Path

import cvxpy as cp
import mpmath
import numpy as np
import riskfolio.src.RiskFunctions as rk
import scipy.optimize

HERE = Path(__file__).parent
VERSIONS = {"numpy": "2.4.6", "scipy": "1.17.1", "mpmath": "1.4.1", "cvxpy": "1.9.3", "riskfolio-lib": "7.4.0"}
KAPPAS = ["0.3", "0.05", "0.9"]
mpmath.mp.dps = 30
warnings.filterwarnings("ignore")


def check_versions():
    for package, expected in VERSIONS.items():
        assert version(package) == expected, f"{package} is {version(package)}, expected {expected}"


def series():
    """Decimals of five places, so that the file is short and says exactly what was measured."""
    rng = np.random.default_rng(1952)
    market = 0.0004 + 0.01 * rng.standard_t(4, 130)
    trend = 0.002 + 0.012 * rng.standard_normal(97)
    bear = -0.003 + 0.02 * rng.standard_t(4, 40)
    ties = rng.choice([-0.02, -0.01, 0.0, 0.01, 0.03], 60)
    every = {"fat tails": market, "a trend": trend, "mostly losses": bear, "five values": ties}
    return {name: np.round(values, 5) for name, values in every.items()}


def near(ours, theirs, tolerance):
    assert abs(ours - theirs) <= tolerance * abs(theirs), (ours, theirs)
    return float(ours)


def counting(losses, level, lower):
    """The quantile by its rank; the level is a decimal in words, so that no rounding moves the rank."""
    tail = len(losses) * (1 - Fraction(level))
    rank = floor(tail) if lower else ceil(tail) - 1
    return float(np.sort(losses)[::-1][rank])


def tail_gini(losses, level):
    """2/a² ∫_0^a (a - u) L(u) du, where L(u) is the k-th greatest loss for u in ((k-1)/T, k/T]."""
    tail, total = 1 - Fraction(level), Fraction(0)
    for k, loss in enumerate(sorted(map(Fraction, losses.tolist()), reverse=True)):
        low, high = Fraction(k, len(losses)), min(Fraction(k + 1, len(losses)), tail)
        if low < high:
            total += loss * ((tail - low) ** 2 - (tail - high) ** 2)
    return float(total / tail**2)


def degenerate(losses, level):
    """So many losses equal the greatest that they fill the tail."""
    return np.sum(losses == losses.max()) >= len(losses) * (1 - Fraction(level))


def root_between(function, low, high):
    """A root in the logarithm of z, after doubling towards a change of sign."""
    while function(low) < 0:
        low -= 2
    while function(high) > 0:
        high += 2
    return scipy.optimize.brentq(function, low, high, xtol=1e-15, rtol=1e-15, maxiter=500)


def evar(losses, level):
    """The risk is least at its temperature, so that an error of 1e-10 there is one of 1e-20 in the risk."""
    if degenerate(losses, level):
        return float(losses.max())
    top, limit = losses.max(), -np.log(float(1 - Fraction(level)))

    def excess(log_z):
        x = (losses - top) / np.exp(log_z)
        p = np.exp(x) / np.exp(x).sum()
        return (p * x).sum() - np.log(np.exp(x).mean()) - limit

    z = mpmath.mpf(np.exp(root_between(excess, np.log(losses.std()), np.log(losses.std()))))
    total = mpmath.fsum(mpmath.exp((mpmath.mpf(loss) - top) / z) for loss in losses.tolist())
    return float(top + z * mpmath.log(total / (len(losses) * (1 - mpmath.mpf(level)))))


def rlvar(losses, level, kappa):
    """As evar, with two multipliers; any pair of them bounds the risk from above, any weights within the entropy from below."""
    if degenerate(losses, level):
        return float(losses.max())
    T, top = len(losses), losses.max()
    tail, kappa = T * (1 - mpmath.mpf(level)), mpmath.mpf(kappa)
    limit = (tail**-kappa - tail**kappa) / (2 * kappa)
    k, c = float(kappa), float(limit)

    def weights(s, z):
        y = (losses - top) / z + s
        u = np.where(y > 0, (k * y + np.sqrt(1 - k * k + (k * y) ** 2)) / (1 + k), (1 - k) / (np.sqrt(1 - k * k + (k * y) ** 2) - k * y))
        return u ** (1 / k)

    def level_of(z):
        """The s = (max l - t) / z at which the weights sum to one."""
        return scipy.optimize.brentq(lambda s: weights(s, z).sum() - 1, -np.sinh(k * np.log(T)) / k - 1, 1 + 1e-9, xtol=1e-15, rtol=1e-15)

    def excess(log_z):
        p = weights(level_of(np.exp(log_z)), np.exp(log_z))
        return ((p ** (1 + k) - p ** (1 - k)) / (2 * k)).sum() - c

    z = np.exp(root_between(excess, np.log(losses.std()), np.log(losses.std())))
    s, z = mpmath.mpf(level_of(z)), mpmath.mpf(z)
    y = [(mpmath.mpf(loss) - top) / z + s for loss in losses.tolist()]
    p = [((kappa * v + mpmath.sqrt(1 - kappa**2 + (kappa * v) ** 2)) / (1 + kappa)) ** (1 / kappa) for v in y]
    entropy = mpmath.fsum((w ** (1 + kappa) - w ** (1 - kappa)) / (2 * kappa) for w in p)
    primal = top - z * s + z * limit + z * (mpmath.fsum(w * v for w, v in zip(p, y)) - entropy)
    dual = mpmath.fsum(w * mpmath.mpf(loss) for w, loss in zip(p, losses.tolist()))
    assert abs(primal - dual) < 1e-10 * abs(primal), (primal, dual)
    return float(primal)


def rlvar_by_cones(losses, level, kappa):
    """The greatest mean loss over scenario weights, by a cone solver, of losses in percent."""
    k, T = float(kappa), len(losses)
    tail = float(T * (1 - Fraction(level)))
    p, above, below = cp.Variable(T), cp.Variable(T), cp.Variable(T)
    constraints = [
        cp.sum(p) == 1,
        cp.sum(above - below) / (2 * k) <= (tail**-k - tail**k) / (2 * k),
        cp.PowCone3D(above, np.ones(T), p, 1 / (1 + k)),
        cp.PowCone3D(p, np.ones(T), below, 1 - k),
    ]
    problem = cp.Problem(cp.Maximize(p @ (100 * losses)), constraints)
    return problem.solve(solver="CLARABEL") / 100


def checked(ours, losses, level, kappa):
    """Near what the cone solver says, and not too far from Riskfolio-Lib; for other κ the solver gives up."""
    if kappa == "0.3":
        near(ours, rlvar_by_cones(losses, level, kappa), 1e-6)
        near(ours, rk.RLVaR_Hist(-losses, alpha=float(1 - Fraction(level)), kappa=0.3), 2e-3)
    return ours


def drawdowns(returns, compounded):
    """In fractions, so that both kinds are exact before they are rounded once."""
    wealth = peak = Fraction(1)
    result = []
    for value in map(Fraction, [repr(v) for v in returns.tolist()]):
        wealth = wealth * (1 + value) if compounded else wealth + value
        peak = max(peak, wealth)
        result.append(float((peak - wealth) / peak if compounded else peak - wealth))
    return np.array(result)


def of_one_series(r):
    """Triples of risk, value and source."""
    T, library, here = len(r), "Riskfolio-Lib 7.4.0", "computed from the definition"
    losses, gains = -r, r
    yield "equal", 1.0, here
    yield "variance", np.var(r, ddof=1), "numpy 2.4.6, var"
    yield "standard-deviation", np.std(r, ddof=1), "numpy 2.4.6, std"
    yield "semi-variance", rk.SemiDeviation(r) ** 2, f"{library}, SemiDeviation, squared"
    yield "semi-deviation", rk.SemiDeviation(r), f"{library}, SemiDeviation"
    yield "mad", rk.MAD(r), f"{library}, MAD"
    yield "square-root-kurtosis", rk.Kurtosis(r), f"{library}, Kurtosis"
    yield "square-root-semi-kurtosis", rk.SemiKurtosis(r), f"{library}, SemiKurtosis"
    yield "gini-mean-difference", rk.GMD(r), f"{library}, GMD"
    yield "worst-realisation", rk.WR(r), f"{library}, WR"
    yield "range", rk.RG(r), f"{library}, RG"
    for threshold in [0.0, 0.0015]:
        root = rk.LPM(r, MAR=threshold, p=2) * np.sqrt((T - 1) / T)
        source = f"{library}, LPM, divisor T"
        yield {"first-lower-partial-moment": {"threshold": threshold}}, rk.LPM(r, MAR=threshold, p=1), f"{library}, LPM"
        yield {"second-lower-partial-moment": {"threshold": threshold}}, root**2, source
        yield {"downside-deviation": {"threshold": threshold}}, root, source
    for level in ["0.95", "0.9", "0.7"]:
        a, c = float(1 - Fraction(level)), {"confidence": float(level)}
        for lower in [True, False]:
            quantile = {"quantile": "lower" if lower else "upper"}
            value = counting(losses, level, lower)
            if not lower:
                value = near(value, rk.VaR_Hist(r, alpha=a), 0.0)
            yield {"var": {**c, **quantile}}, value, here if lower else f"{library}, VaR_Hist"
            both = {"losses": float(level), "gains": 0.9}
            value = counting(losses, level, lower) + counting(gains, "0.9", lower)
            if not lower:
                value = near(value, rk.VRG(r, alpha=a, beta=0.1), 0.0)
            yield {"var-range": {**both, **quantile}}, value, here if lower else f"{library}, VRG"
        yield {"cvar": c}, rk.CVaR_Hist(r, alpha=a), f"{library}, CVaR_Hist"
        yield {"cvar-range": both}, rk.CVRG(r, alpha=a, beta=0.1), f"{library}, CVRG"
        gini = tail_gini(losses, level)
        yield {"tail-gini": c}, near(gini, rk.TG(r, alpha=a, a_sim=5000), 2e-5), here
        yield {"tail-gini-range": both}, gini + tail_gini(gains, "0.9"), here
        entropic = evar(losses, level)
        yield {"evar": c}, near(entropic, rk.EVaR_Hist(r, alpha=a)[0], 2e-3), here
        yield {"evar-range": both}, entropic + evar(gains, "0.9"), here
        relativistic_too = level == "0.95"
        for kappa in KAPPAS if relativistic_too else []:
            k = {"kappa": float(kappa)}
            relativistic = rlvar(losses, level, kappa)
            yield {"rlvar": {**c, **k}}, checked(relativistic, losses, level, kappa), here
        if relativistic_too:
            relativistic = rlvar(losses, level, "0.3") + rlvar(gains, "0.9", "0.3")
            yield {"rlvar-range": {**both, "kappa": 0.3}}, relativistic, here
        for kind, short in [("uncompounded", "Abs"), ("compounded", "Rel")]:
            k, depths = {"compounding": kind}, drawdowns(r, kind == "compounded")
            theirs = {name: getattr(rk, f"{name}_{short}") for name in ["MDD", "ADD", "UCI", "DaR", "CDaR", "EDaR"]}
            if level == "0.95":
                yield {"maximum-drawdown": k}, theirs["MDD"](r), f"{library}, MDD_{short}"
                yield {"average-drawdown": k}, theirs["ADD"](r), f"{library}, ADD_{short}"
                yield {"ulcer-index": k}, theirs["UCI"](r), f"{library}, UCI_{short}"
            for lower in [True, False]:
                quantile = {"quantile": "lower" if lower else "upper"}
                value = counting(depths, level, lower)
                if not lower:
                    value = near(value, theirs["DaR"](r, alpha=a), 1e-12)
                yield {"drawdown-at-risk": {**c, **quantile, **k}}, value, here if lower else f"{library}, DaR_{short}"
            yield {"cdar": {**c, **k}}, theirs["CDaR"](r, alpha=a), f"{library}, CDaR_{short}"
            entropic = evar(depths, level)
            yield {"edar": {**c, **k}}, near(entropic, theirs["EDaR"](r, alpha=a)[0], 2e-3), here
            if relativistic_too:
                relativistic = rlvar(depths, level, "0.3")
                yield {"rldar": {**c, "kappa": 0.3, **k}}, checked(relativistic, depths, level, "0.3"), here


def main():
    check_versions()
    every = series()
    cases = [
        {"series": name, "risk": risk, "expected": float(expected), "source": source}
        for name, returns in every.items()
        for risk, expected, source in of_one_series(returns)
    ]
    lines = ['{"note":"Written by generate_risk.py; do not edit.","series":{']
    lines.append(",\n".join(f"{json.dumps(name)}:{json.dumps(returns.tolist(), separators=(',', ':'))}" for name, returns in every.items()))
    lines.append('},"cases":[')
    lines.append(",\n".join(json.dumps(case, separators=(",", ":")) for case in cases))
    lines.append("]}")
    (HERE / "risk.json").write_text("\n".join(lines) + "\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
