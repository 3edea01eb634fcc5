"""qp.toml: quadratic programmes with bounds, rows, budget ranges, costs, turnover and gross limits."""

import numpy as np

import golden_file
from exact import Problem, Row
from market import Market, factor_market, from_table, printed, short_sample
from prove import answer, proven, request

HEAD = """
Quadratic programmes of portfolios, each proven optimal in 50-digit arithmetic.

[[market]]  covariance N x N (symmetric), or in factor form loadings (N x K, column by column),
            factor_covariance (K x K) and specific (N variances): loadings factor_covariance loadings' + diag(specific)
[[case]]    minimise quadratic/2 x'Sx - linear mean'x + sum_i costs_i |x_i - holdings_i|
            subject to lower <= x <= upper, budget[0] <= sum x <= budget[1], rows, sum |x| <= gross,
            sum |x - holdings| <= turnover
  objective the minimum of exactly this function
  unique    the weights are the only optimum (else they are one of many, and only the objective is to be compared)
  *_dual    gradient + sum of dual * gradient of its constraint = 0: positive where an upper limit holds, negative
            where a lower one does; d objective / d limit = -dual. Stored only where they are the only ones.
            The gradients of costs, gross and turnover at a kink take the value that closes the equation.
  condition of the optimality system (covariance scaled to 1); tolerance = 2e-15 * condition, at least 1e-11,
            rounded up to a power of ten: what an exact active-set method in doubles may lose. An interior-point
            method that stops at 1e-9 needs its own.
"""

INF = np.inf


def budget(n, low=1.0, high=None):
    return Row("budget", np.ones(n), low, low if high is None else high)


def indicator(n, members, weight=1.0):
    row = np.zeros(n)
    row[list(members)] = weight
    return row


def markets():
    return [
        from_table("table4", "four assets whose numbers can be checked by hand",
                   "Maillard, Roncalli, Teiletche (2010), printed volatilities and correlations",
                   [0.1, 0.2, 0.3, 0.4],
                   [[1, 0.8, 0, 0], [0.8, 1, 0, 0], [0, 0, 1, -0.5], [0, 0, -0.5, 1]],
                   [0.03, 0.06, 0.05, 0.08]),
        factor_market("ten", "an ordinary small market", 10, 10),
        factor_market("twenty", "an ordinary market with four sectors of five", 20, 20, factors=5),
        factor_market("alike20", "correlations of 0.97 to 0.999: badly conditioned", 21, 20, market=(0.2, 0.01),
                      styles=0.005, specific=(0.004, 0.03)),
        short_sample("short24", "12 observations of 24 assets: covariance of rank 11", 24, 12, 24),
        factor_market("factors60", "factor form", 60, 60, factors=4, keep_factors=True),
        twins(),
        with_cash(),
        Market("unit4", "identity covariance", "by hand", np.eye(4), np.array([0.1, 0.2, 0.3, 0.4])),
        Market("pair", "two assets: closed forms", "by hand", np.array([[0.04, 0.006], [0.006, 0.09]]),
               np.array([0.05, 0.1])),
        Market("single", "one asset", "by hand", np.array([[0.04]]), np.array([0.05])),
    ]


def twins():
    base = factor_market("", "", 6, 6)
    order = [0, 0, 1, 2, 2, 3, 4, 5, 5, 5]
    return Market("twins10", "six different assets, of which 0, 2 and 5 stand there two, two and three times",
                  base.source + "; assets repeated as 0, 0, 1, 2, 2, 3, 4, 5, 5, 5",
                  base.covariance[np.ix_(order, order)], base.mean[order])


def with_cash():
    base = factor_market("", "", 7, 7)
    covariance = np.zeros((8, 8))
    covariance[:7, :7] = base.covariance
    return Market("cash8", "the last asset has no variance and no covariance",
                  base.source + "; an eighth asset of zero variance and mean 0.02", covariance,
                  np.append(base.mean, 0.02))


def drift(market, seed, lower=0.0, spread=0.6):
    """Holdings that sum to one exactly: multiples of 1/1024."""
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.full(market.n, spread))
    grid = np.round(weights * 1024)
    grid[grid.argmax()] += 1024 - grid.sum()
    assert grid.sum() == 1024 and (grid / 1024 >= lower).all()
    return grid / 1024


def cases(market):
    """(name, why, market, quadratic, linear, rest of the problem)."""
    m = {x.name: x for x in market}
    ten, twenty, alike, short, factors = m["ten"], m["twenty"], m["alike20"], m["short24"], m["factors60"]
    h10, h20, h60 = drift(ten, 1), drift(twenty, 2), drift(factors, 3, spread=0.3)
    sector = [indicator(20, range(5 * s, 5 * s + 5)) for s in range(4)]
    one = lambda market, low=1.0, high=None: [budget(market.n, low, high)]
    costs10 = np.array([0.001, 0.002, 0.001, 0.003, 0.002, 0.001, 0.004, 0.002, 0.001, 0.002])
    costs20 = np.where(np.arange(20) % 3 == 0, 0.004, 0.0015)

    def case(name, why, market, quadratic=1.0, linear=0.0, **rest):
        return name, why, market, quadratic, linear, {"rows": one(market)} | rest

    return [
        case("min-variance", "minimum variance, long only", ten),
        case("min-variance-caps", "no asset above 15 %", ten, upper=0.15),
        case("min-variance-long-short", "some short by up to 30 %", ten, lower=-0.3, upper=0.5),
        case("min-variance-free", "only the budget: inv(S) 1 / 1'inv(S) 1", ten, lower=-INF, upper=INF),
        case("min-variance-table", "paper prints 74.5 %, 0 %, 15.2 %, 10.3 %", m["table4"]),
        case("min-variance-pair", "closed form w1 = (s22 - s12) / (s11 + s22 - 2 s12) = 0.084/0.118", m["pair"]),
        case("min-variance-single", "nothing to choose", m["single"]),
        case("sectors", "one sector at least 40 %, one at most 10 %, one exactly 25 %", twenty, upper=0.2, rows=[
            budget(20), Row("first", sector[0], 0.4, INF), Row("second", sector[1], -INF, 0.1),
            Row("third", sector[2], 0.25, 0.25), Row("fourth", sector[3], 0.05, 0.9)]),
        case("overlapping-rows", "rows that share assets, with coefficients other than one", twenty, 4.0, 1.0,
             lower=-0.1, upper=0.3, rows=[
                 budget(20), Row("beta", printed(twenty.covariance.mean(axis=1) / twenty.covariance.mean(), 6), 0.9, 1.0),
                 Row("spread", sector[0] - sector[3], -0.05, 0.05),
                 Row("income", twenty.mean, 0.085, INF)]),
        case("budget-range-at-its-lower-end", "minimum variance keeps as much cash as it may", ten,
             rows=one(ten, 0.8, 1.0)),
        case("budget-range-inside", "a high risk aversion invests between the two ends", ten, 6.0, 1.0,
             rows=one(ten, 0.2, 1.0)),
        case("budget-range-at-its-upper-end", "a low risk aversion invests all it may", ten, 2.0, 1.0,
             rows=one(ten, 0.2, 1.2), upper=0.5),
        case("no-budget", "neither a budget nor finite bounds: inv(S) mean / 5", ten, 5.0, 1.0, lower=-INF,
             upper=INF, rows=[]),
        case("utility", "mean-variance, long only", ten, 5.0, 1.0),
        case("utility-bold", "a risk aversion of 0.02: one asset takes all", ten, 0.02, 1.0),
        case("utility-timid", "a risk aversion of 2000: next to minimum variance", ten, 2000.0, 1.0),
        case("linear-programme", "no variance at all: a vertex", twenty, 0.0, 1.0, upper=0.3),
        case("costs", "some trade, some stay where they are", ten, 3.0, 1.0, holdings=h10, costs=costs10),
        case("costs-too-high", "nobody trades: x = holdings", ten, 3.0, 1.0, holdings=h10, costs=0.2),
        case("costs-long-short", "holdings of both signs", ten, 4.0, 1.0, lower=-0.2, upper=0.6,
             holdings=np.array([0.25, -0.125, 0.125, 0.25, -0.0625, 0.1875, 0.0, 0.25, 0.0, 0.125]), costs=costs10),
        case("turnover", "20 % of turnover, minimum variance", ten, holdings=h10, turnover=0.2),
        case("turnover-slack", "a limit that is not reached", ten, holdings=h10, turnover=1.9),
        case("turnover-zero", "no trade is allowed: x = holdings", ten, holdings=h10, turnover=0.0),
        case("turnover-and-costs", "both at once", ten, 5.0, 1.0, holdings=h10, turnover=0.3, costs=costs10),
        case("gross-160-net-100", "long 130 %, short 30 %", ten, 3.0, 1.0, lower=-0.3, upper=0.6, gross=1.6),
        case("gross-exactly-net", "gross = net = 1 means long only", ten, 3.0, 1.0, lower=-0.3, upper=0.6, gross=1.0),
        case("dollar-neutral", "net zero, gross 2", ten, 3.0, 1.0, lower=-0.5, upper=0.5, gross=2.0,
             rows=one(ten, 0.0)),
        case("everything", "sectors, caps, shorts, costs, turnover, gross and a budget range at once", twenty, 4.0, 1.0,
             lower=-0.1, upper=0.25, rows=[
                 budget(20, 0.95, 1.0), Row("first", sector[0], 0.2, 0.4), Row("second", sector[1], -INF, 0.15),
                 Row("third", sector[2], 0.25, 0.25), Row("income", twenty.mean, 0.06, INF)],
             gross=1.3, turnover=0.8, holdings=h20, costs=costs20),
        case("alike", "minimum variance on nearly equal assets, long only", alike),
        case("alike-long-short", "the same with shorts: large opposite positions", alike, lower=-1.0, upper=1.0),
        case("alike-utility", "mean-variance on nearly equal assets", alike, 10.0, 1.0, lower=-0.5, upper=0.5),
        case("short-sample", "covariance of rank 11, long only", short),
        case("short-sample-caps", "covariance of rank 11, caps of 8 %", short, upper=0.08),
        case("short-sample-utility", "covariance of rank 11, mean-variance", short, 5.0, 1.0),
        case("short-sample-riskless", "shorts of 100 % allowed: variance zero, many optima", short, lower=-1.0, upper=1.0),
        case("factor-form", "minimum variance, 60 assets", factors),
        case("factor-form-caps", "minimum variance, caps of 4 %", factors, upper=0.04),
        case("factor-form-long-short", "shorts of 3 %", factors, lower=-0.03, upper=0.1),
        case("factor-form-turnover", "mean-variance with 50 % of turnover", factors, 4.0, 1.0, holdings=h60,
             turnover=0.5, upper=0.2),
        case("factor-form-costs", "mean-variance with costs", factors, 4.0, 1.0, holdings=h60, costs=0.003),
        case("factor-neutral", "no exposure to the second factor, little to the third", factors, 4.0, 1.0,
             lower=-0.05, upper=0.1, rows=[budget(60), Row("second factor", factors.loadings[:, 1], 0.0, 0.0),
                                          Row("third factor", factors.loadings[:, 2], -0.005, 0.005)]),
        case("twins", "identical assets: the objective is unique, the split is not", m["twins10"]),
        case("twins-caps", "identical assets, all of them at their caps or none", m["twins10"], upper=0.12),
        case("cash", "an asset without risk", m["cash8"], 4.0, 1.0),
        case("cash-min-variance", "an asset without risk takes all of the minimum variance", m["cash8"]),
        case("row-redundant", "the same sector limit three times, once doubled, and one that follows from the budget",
             twenty, upper=0.2, rows=[
                 budget(20), Row("first", sector[0], 0.4, INF), Row("again", sector[0], 0.4, 1.0),
                 Row("doubled", 2 * sector[0], 0.8, INF), Row("all", np.ones(20), -INF, 1.0)]),
        case("pinned", "three assets are held by equal bounds", ten, lower=np.array(
            [0.0, 0.1, 0.0, 0.0, 0.0, 0.25, 0.0, 0.0, 0.0, 0.0]), upper=np.array(
            [1.0, 0.1, 1.0, 0.0, 1.0, 0.25, 1.0, 1.0, 1.0, 1.0])),
        case("all-pinned", "the bounds leave one point", m["pair"], lower=np.array([0.25, 0.75]),
             upper=np.array([0.25, 0.75])),
        case("caps-that-just-reach", "the caps sum to the budget: one point", ten, upper=np.full(10, 0.125) * np.array(
            [1, 1, 1, 1, 1, 1, 1, 1, 0, 0])),
        case("holdings-at-the-bounds", "holdings lie on both bounds, with costs and turnover", ten, 5.0, 1.0,
             upper=0.25, holdings=np.array([0.25, 0.25, 0.25, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
             turnover=0.4, costs=costs10),
        case("holdings-out-of-bounds", "holdings that the new caps forbid", ten, 5.0, 1.0, upper=0.15,
             holdings=np.array([0.5, 0.25, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]), turnover=1.5),
        case("weakly-active", "each cap is just touched: every bound dual is zero", m["unit4"], upper=0.25),
        case("simplex-projection", "identity covariance: the projection of the mean", m["unit4"], 1.0, 1.0),
        case("negative-budget", "net short", ten, 3.0, 1.0, lower=-0.6, upper=0.1, rows=one(ten, -1.0)),
    ]


def build(market):
    rows = []
    for name, why, of, quadratic, linear, rest in cases(market):
        problem = Problem(of.n, quadratic * of.covariance,
                          None if linear == 0 else -linear * of.mean, **rest)
        optimum, sources = proven(problem)
        constraints, own = request(problem)
        row = {"name": name, "why": why, "market": of.name, "sources": sources, "quadratic": quadratic,
               "linear": linear} | constraints | answer(problem, optimum)
        x = optimum.weights
        row |= {"variance": x @ of.covariance @ x}
        if own:
            row["row"] = own
        rows.append(row)
        print(f"  qp {name:34} unique {optimum.unique!s:5} duals {optimum.duals_unique!s:5} cond "
              f"{optimum.condition:.1e} changes {optimum.changes}")
    return rows


def main():
    market = markets()
    golden_file.write("qp.toml", HEAD, market=[m.row() for m in market], case=build(market))


if __name__ == "__main__":
    main()
