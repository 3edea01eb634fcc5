"""measures.toml: risk budgets of measures on scenarios."""

from pathlib import Path

import cvxpy as cp
import numpy as np
from mpmath import mp, mpf
from skfolio import RiskMeasure

import golden_file
import libraries
from exact import ZERO, exact, rounded, solve
from market import printed
from prove import power

HEAD = """
Risk budgets of homogeneous risk measures on scenarios, proven in 50 digits on the stored doubles.

[[scenarios]] returns, T x N, row by row (one row an observation, in time order)
[[case]]
  measure, level (beta), with r_t the portfolio's return in observation t, m its mean:
    cvar   min over a of a + sum_t max(0, -r_t - a) / ((1 - beta) T)          (Rockafellar and Uryasev 2000)
    cdar   the same of the drawdowns d_t = max(0, d_(t-1) - r_t), d_0 = 0: uncompounded, the start counts as a peak
    evar   min over z > 0 of z ln( sum_t exp(-r_t / z) / ((1 - beta) T) )       (Ahmadi-Javid 2012)
    mad    sum_t |r_t - m| / T
    semi   sqrt( sum_t min(0, r_t - m)^2 / (T - 1) )                           (divisor of skfolio and Riskfolio-Lib)
  budgets       b, positive, summing to one
  scaled        x = argmin risk(x) - sum b_i ln x_i over x > 0; risk(x) = 1 there
  objective     1 - sum b_i ln x_i
  weights       x / sum x;   risk = risk(weights) = 1 / sum x
  contributions b_i risk: at a kink they belong to that subgradient of the risk which meets the budgets
  kinks         how many equalities between scenarios hold at x: 0 where the risk is differentiable, and then
                contributions are w_i d risk / d w_i, whatever the method
  tolerance     for weights; the reference has all its digits, the reason says what a method can lose
"""

TIED = 1e-6  # of the risk: what the conic solver leaves of an exact tie


def simulate(name, why, seed, periods, assets, tail=4):
    rng = np.random.default_rng(seed)
    common = rng.standard_t(tail, (periods, 2)) * [0.012, 0.006]
    loadings = np.column_stack([rng.uniform(0.5, 1.3, assets), rng.normal(0, 0.8, assets)])
    own = rng.standard_t(tail, (periods, assets)) * rng.uniform(0.006, 0.02, assets)
    returns = printed(common @ loadings.T + own + 0.0004, 6)
    return {"name": name, "why": why, "source": f"numpy default_rng({seed}): two Student t({tail}) factors of scales "
            f"0.012 and 0.006, loadings uniform in [0.5, 1.3] and N(0, 0.8^2), specific t({tail}) of scales uniform in "
            "[0.006, 0.02], plus 0.0004; rounded to 6 significant digits", "observations": periods, "assets": assets,
            "returns": returns}


def conic(measure, returns, budgets, beta):
    """The start: cvxpy, exponential cones for the logarithms, linear programmes for the tails."""
    periods, assets = returns.shape
    unit = 1.0 / np.abs(returns).mean()  # order one
    r = returns * unit
    x = cp.Variable(assets)
    portfolio = r @ x
    constraints = []
    k = (1 - beta) * periods if beta else None
    if measure == "cvar":
        a, z = cp.Variable(), cp.Variable(periods, nonneg=True)
        constraints = [z >= -portfolio - a]
        risk = a + cp.sum(z) / k
    elif measure == "cdar":
        a, z, d = cp.Variable(), cp.Variable(periods, nonneg=True), cp.Variable(periods + 1)
        constraints = [d[0] == 0, d[1:] >= 0, d[1:] >= d[:-1] - portfolio, z >= d[1:] - a]
        risk = a + cp.sum(z) / k
    elif measure == "evar":
        t, z, u = cp.Variable(), cp.Variable(nonneg=True), cp.Variable(periods)
        constraints = [cp.sum(u) <= z, cp.constraints.ExpCone(-portfolio - t, z * np.ones(periods), u)]
        risk = t - z * np.log(k)
    elif measure == "mad":
        risk = cp.sum(cp.abs((r - r.mean(axis=0)) @ x)) / periods
    else:
        risk = cp.norm(cp.neg((r - r.mean(axis=0)) @ x)) / np.sqrt(periods - 1)
    problem = cp.Problem(cp.Minimize(risk - budgets @ cp.log(x)), constraints)
    problem.solve(solver=cp.CLARABEL, **libraries.TOLERANCES)
    return x.value * unit


class Polyhedral:
    """risk = sum_k q_k (D_k'x): sorted losses with weights, |deviations|, or drawdowns; kinks are ties."""

    def __init__(self, measure, returns, beta, x):
        self.measure, self.r, self.n = measure, exact(returns), returns.shape[1]
        self.t = len(returns)
        self.rows(x)
        losses = np.array([float(v) for v in self.d @ exact(x)])
        self.ties, self.limits = list(self.peak_ties), list(self.peak_limits)
        if measure == "mad":
            tied = np.flatnonzero(np.abs(losses) < TIED)
            signs = np.where(losses > 0, 1, -1)
            weight = [mpf(int(signs[t])) / self.t if t not in tied else ZERO for t in range(self.t)]
            self.base = sum((w * row for w, row in zip(weight, self.d)), exact(np.zeros(self.n)))
            for t in tied:
                self.ties.append(self.d[t])
                self.limits.append(("mad", t))
            self.weight = weight
            return
        k = mpf(self.t) * (1 - mpf(str(beta)))  # the level as it is written, not its nearest double
        order = np.argsort(-losses, kind="stable")
        whole = int(mp.floor(k))
        cap = 1 / k
        whole_number = k == whole
        edge = losses[order[whole - 1 if whole_number else whole]]
        above = [t for t in order if losses[t] > edge + TIED]
        tied = [t for t in order if abs(losses[t] - edge) <= TIED]
        rest = 1 - cap * len(above)
        self.weight = [ZERO] * self.t
        for t in above:
            self.weight[t] = cap
        for t in tied:
            self.weight[t] = rest / len(tied)
        self.cap, self.tied, self.above = cap, tied, above
        self.base = sum((w * row for w, row in zip(self.weight, self.d) if w), exact(np.zeros(self.n)))
        for t in tied[1:]:
            self.ties.append(self.d[t] - self.d[tied[0]])
            self.limits.append(("tail", t))
        self.peaks()

    def rows(self, x):
        self.peak_ties, self.peak_limits, self.choice = [], [], None
        if self.measure == "cvar":
            self.d = -self.r
        elif self.measure == "mad":
            mean = sum(self.r, exact(np.zeros(self.n))) / self.t
            self.d = self.r - mean[None, :]
        else:
            cumulated = [exact(np.zeros(self.n))]
            for row in self.r:
                cumulated.append(cumulated[-1] + row)
            self.cumulated = np.array(cumulated, dtype=object)
            level = np.array([float(v) for v in self.cumulated @ exact(x)])
            self.choice = [int(np.argmax(level[:t + 2])) for t in range(self.t)]
            self.near = [[p for p in range(t + 2) if p != self.choice[t]
                          and level[self.choice[t]] - level[p] < TIED] for t in range(self.t)]
            self.d = np.array([self.cumulated[self.choice[t]] - self.cumulated[t + 1] for t in range(self.t)],
                              dtype=object)

    def peaks(self):
        """Two peaks of one height: weight may move from one to the other, as much as hangs on them."""
        if self.choice is None:
            return
        moved = {}
        for t in range(self.t):
            if self.weight[t]:
                for p in self.near[t]:
                    key = (p, self.choice[t])
                    moved[key] = moved.get(key, ZERO) + self.weight[t]
        for (p, chosen), weight in moved.items():
            self.ties.append(self.cumulated[p] - self.cumulated[chosen])
            self.limits.append(("peak", weight))

    def solve(self, x, b):
        """base + ties' theta = b / x and ties x = 0."""
        e = np.array(self.ties, dtype=object).reshape(len(self.ties), self.n)
        x, theta = exact(x), exact(np.zeros(len(self.ties)))
        n, k = self.n, len(self.ties)
        if k:
            g = np.array([[float(v) for v in row] for row in e])
            theta = exact(np.linalg.lstsq(g.T, rounded(b / x - self.base), rcond=None)[0])
        for _ in range(60):
            kkt = np.full((n + k, n + k), ZERO, dtype=object)
            kkt[:n, :n] = np.diag(b / x ** 2) + ZERO
            kkt[:n, n:], kkt[n:, :n] = e.T, e
            right = np.concatenate([b / x - self.base - e.T @ theta, -(e @ x)])
            step = solve(kkt, right)
            x, theta = x + step[:n], theta + step[n:]
            if max(abs(v) for v in step[:n] / x) < mpf("1e-44"):
                break
        else:
            raise ArithmeticError("Newton's method did not settle")
        self.check(x, theta)
        return x

    def check(self, x, theta):
        """The multipliers stay within what the ties allow, and nobody else crosses them."""
        assert all(v > 0 for v in x)
        losses = self.d @ x
        small = mpf("1e-30")
        if self.measure == "mad":
            for t, v in enumerate(losses):
                if self.weight[t]:
                    assert v * self.weight[t] > small
                else:
                    assert abs(v) < small
            for (_, t), v in zip(self.limits, theta):
                assert abs(v) <= mpf(1) / self.t
            return
        weight = list(self.weight)
        for (kind, what), v in zip(self.limits, theta):
            if kind == "tail":
                weight[what] += v
                weight[self.tied[0]] -= v
            else:
                assert 0 <= v <= what, "peak weight"
        assert all(0 <= w <= self.cap for w in weight)
        assert abs(sum(weight) - 1) < small
        edge = losses[self.tied[0]]
        for t, v in enumerate(losses):
            if t in self.tied:
                assert abs(v - edge) < small
            else:
                assert (v > edge) == (t in self.above)
        if self.choice is not None:
            level = self.cumulated @ x
            for t in range(self.t):
                top = max(level[:t + 2])
                if weight[t]:
                    assert top - level[self.choice[t]] < small


def risk_of(measure, returns, beta, x):
    """In fifty digits."""
    r = exact(returns)
    portfolio = r @ x
    t = len(portfolio)
    if measure == "mad":
        m = sum(portfolio) / t
        return sum(abs(v - m) for v in portfolio) / t
    if measure == "semi":
        m = sum(portfolio) / t
        return mp.sqrt(sum((v - m) ** 2 for v in portfolio if v < m) / (t - 1))
    losses = [-v for v in portfolio]
    if measure == "cdar":
        drawdown, path = ZERO, []
        for loss in losses:
            drawdown = max(ZERO, drawdown + loss)
            path.append(drawdown)
        losses = path
    k = mpf(t) * (1 - mpf(str(beta)))
    if measure == "evar":
        return evar(r, x, k)[0]
    losses = sorted(losses, reverse=True)
    whole = int(mp.floor(k))
    rest = (k - whole) * losses[whole] if k != whole else ZERO
    return (sum(losses[:whole]) + rest) / k


def evar(r, x, k, gradient=False):
    """Value, z, and the gradient: the losses under the tilted probabilities."""
    losses = -(r @ x)
    top = max(losses)
    z = (top - sum(losses) / len(losses)) / 3

    def at(z):
        e = [mp.exp((v - top) / z) for v in losses]
        s = sum(e)
        q = [v / s for v in e]
        mean = sum(p * v for p, v in zip(q, losses))
        value = top + z * mp.log(s / k)
        slope = mp.log(s / k) + top / z - mean / z
        second = sum(p * (v - mean) ** 2 for p, v in zip(q, losses)) / z ** 3
        return value, slope, second, q, mean

    for _ in range(300):
        value, slope, second, q, mean = at(z)
        step = -slope / second
        while z + step <= z / 4:
            step = -z / 2
        z = z + step
        if abs(step) < mpf("1e-45") * z:
            break
    value, slope, second, q, mean = at(z)
    g = -(np.array(q, dtype=object) @ r)
    if not gradient:
        return value, z, g
    # d2 risk = (covariance of the scenarios - its part along the losses) / z, both tilted.
    centred = -r - g[None, :]
    weighted = centred * np.array(q, dtype=object)[:, None]
    deviation = np.array([v - mean for v in losses], dtype=object)
    along = weighted.T @ deviation
    hessian = (weighted.T @ centred - along[:, None] * along[None, :] / (along @ x)) / z
    return value, z, g, hessian


def smooth(measure, returns, beta, x, b):
    """Newton on risk'(x) = b / x for the two differentiable measures."""
    r, n = exact(returns), returns.shape[1]
    x = exact(x)
    for _ in range(60):
        if measure == "evar":
            k = mpf(len(r)) * (1 - mpf(str(beta)))
            value, _, g, h = evar(r, x, k, True)
        else:
            c = r - (sum(r, exact(np.zeros(n))) / len(r))[None, :]
            d = c @ x
            low = [t for t in range(len(r)) if d[t] < 0]
            p = c[low].T @ c[low] / (len(r) - 1)
            px = p @ x
            value = mp.sqrt(x @ px)
            g = px / value
            h = p / value - px[:, None] * px[None, :] / value ** 3
        step = solve(h + np.diag(b / x ** 2), b / x - g)
        x = x + step
        if max(abs(v) for v in step / x) < mpf("1e-42"):
            break
    else:
        raise ArithmeticError("Newton's method did not settle")
    return x


def scenarios():
    return [simulate("sixty", "60 observations of 4 assets", 60, 60, 4),
            simulate("hundred", "100 observations of 5 assets", 100, 100, 5),
            simulate("year", "250 observations of 8 assets", 250, 250, 8)]


REASON = {
    "cvar": "piecewise linear: a method that finds the scenarios of the tail has all digits, a smoothing one has not",
    "cdar": "piecewise linear: a method that finds the tail and the peaks has all digits, a smoothing one has not",
    "evar": "smooth: quadratic convergence to a relative gradient of 1e-10",
    "mad": "piecewise linear: at most N - 1 kinks, each met to 1e-10",
    "semi": "smooth: quadratic convergence to a relative gradient of 1e-10",
}
PEERS = {"cvar": ("CVAR", "CVaR", "cvar_beta"), "cdar": ("CDAR", "CDaR", "cdar_beta"),
         "evar": ("EVAR", "EVaR", "evar_beta"), "mad": ("MEAN_ABSOLUTE_DEVIATION", "MAD", None),
         "semi": ("SEMI_DEVIATION", "MSV", None)}


def cases():
    for s in scenarios():
        n = s["assets"]
        ramp = np.arange(1, n + 1) / (n * (n + 1) / 2)
        for measure, beta in (("cvar", 0.95), ("cvar", 0.9), ("cdar", 0.95), ("cdar", 0.9), ("evar", 0.95),
                              ("evar", 0.9), ("mad", None), ("semi", None)):
            yield s, measure, beta, np.full(n, 1.0 / n), "equal"
            if beta != 0.95:
                yield s, measure, beta, ramp, "ramp"


def main():
    rows = []
    for s, measure, beta, budgets, shape in cases():
        returns = s["returns"]
        b = exact(budgets)
        b = b / sum(b)
        start = conic(measure, returns, rounded(b), beta)
        kinks = 0
        if measure in ("cvar", "cdar", "mad"):
            pieces = Polyhedral(measure, returns, beta, start)
            x = pieces.solve(start, b)
            kinks = len(pieces.ties)
        else:
            x = smooth(measure, returns, beta, start, b)
        value = risk_of(measure, returns, beta, x)
        assert abs(value - 1) < mpf("1e-30"), float(value - 1)
        w = x / sum(x)
        far = np.abs(start / start.sum() - rounded(w)).max()
        sources = [f"cvxpy 1.9.3 with Clarabel 0.11.1, tolerances 1e-10, risk(x) - sum b_i ln x_i: weights within {power(far)}"]
        assert far < 1e-5
        differences = []
        skfolio_name, riskfolio_name, setting = PEERS[measure]
        settings = {setting: beta} if setting else {}
        alpha = round(1 - beta, 10) if beta else 0.05
        for text, found in (libraries.skfolio(returns, rounded(b), RiskMeasure[skfolio_name], **settings),
                            libraries.riskfolio_lib(returns, rounded(b), riskfolio_name, alpha=alpha)):
            if found is None:
                differences.append(f"{text} with Clarabel: no solution found")
                continue
            distance = np.abs(found - rounded(w)).max()
            (sources if distance < 1e-4 else differences).append(
                f"{text}: weights " + (f"within {power(distance)}" if distance < 1e-4 else f"off by up to {distance:.1g}"))
        sources.append("stationarity and the order of the scenarios, checked in 50 digits (measures.py)")
        name = f"{s['name']}-{measure}" + (f"-{beta:g}" if beta else "") + f"-{shape}"
        risk = 1 / sum(x)
        rows.append({
            "name": name, "scenarios": s["name"], "measure": measure, "level": beta, "sources": sources,
            "differences": differences or None, "budgets": rounded(b), "scaled": rounded(x),
            "objective": float(1 - sum(bi * mp.log(xi) for bi, xi in zip(b, x))), "weights": rounded(w),
            "risk": float(risk), "contributions": rounded(b * risk), "kinks": kinks, "tolerance": 1e-8,
            "reason": REASON[measure]})
        print(f"  measures {name:24} kinks {kinks} conic {far:.1e}", *differences)
    golden_file.write("measures.toml", HEAD, Path(__file__).parent, scenarios=scenarios(), case=rows)
