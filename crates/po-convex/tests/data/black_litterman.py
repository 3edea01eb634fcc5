"""black_litterman.toml: posteriors from fifty-digit algebra, two libraries, and two papers' printed tables."""

import warnings

import numpy as np
import pandas as pd
from pypfopt import BlackLittermanModel
from skfolio.moments import EquilibriumMu
from skfolio.prior import BlackLitterman, EmpiricalPrior

import golden_file
from exact import ZERO, exact, rounded, solve
from market import factor_market, printed, returns_with
from peers import PYPORTFOLIOOPT, SKFOLIO, prior

HEAD = """
Black-Litterman posteriors: algebra in 50 digits on the stored doubles, checked against libraries and printed tables.

[[case]]
  covariance        S, N x N
  prior             the equilibrium mean p; where market_weights and risk_aversion stand there, p = risk_aversion S w
  views             P, K x N, row by row; view_returns q; omega the K variances of the views; tau
  confidences       given instead of omega: omega_k = tau (1 - c_k) / c_k P_k S P_k' (Idzorek; Walters' closed form);
                    c = 1: the view holds exactly; c = 0: as if the view were not there
  posterior_mean    p + tau S P' (P tau S P' + omega)^-1 (q - P p)
  uncertainty       M = tau S - tau S P' (P tau S P' + omega)^-1 P tau S
  posterior_covariance   S + M
  weights_on_prior_covariance       (risk_aversion S)^-1 posterior_mean, not scaled to sum to one
  weights_on_posterior_covariance   (risk_aversion (S + M))^-1 posterior_mean (He and Litterman)
  printed_*         what the paper prints, in per cent, with printed_tolerance in the same unit
  tolerance         relative to the largest entry: the algebra in doubles loses a few digits, no more
"""


def posterior(covariance, prior_mean, views, returns, omega, tau, confidences=None):
    s, p, q = exact(covariance), exact(prior_mean), exact(returns)
    views, t = exact(views), exact([tau])[0]
    keep = list(range(len(q)))
    if confidences is not None:
        c = exact(confidences)
        keep = [k for k in keep if c[k] > 0]
        views, q, c = views[keep], q[keep], c[keep]
        variance = np.array([t * (1 - ck) / ck * (v @ s @ v) for ck, v in zip(c, views)], dtype=object)
    else:
        variance = exact(omega)
    if not keep:
        return p, t * s
    tsp = t * (s @ views.T)
    inner = views @ tsp
    for k, v in enumerate(variance):
        inner[k, k] = inner[k, k] + v
    both = solve(inner, np.concatenate([(q - views @ p)[:, None], tsp.T], axis=1))
    return p + tsp @ both[:, 0], t * s - tsp @ both[:, 1:]


def pyportfolioopt(case, confidences):
    n = len(case["prior"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = BlackLittermanModel(
            pd.DataFrame(case["covariance"]), pi=np.array(case["prior"]).reshape(-1, 1), P=case["views"],
            Q=np.array(case["view_returns"]).reshape(-1, 1), tau=case["tau"],
            omega="idzorek" if confidences else np.diag(case["omega"]),
            view_confidences=case["confidences"] if confidences else None)
        mean, covariance = model.bl_returns().to_numpy(), model.bl_cov().to_numpy()
    assert len(mean) == n
    return (f"{PYPORTFOLIOOPT} BlackLittermanModel(pi, P, Q, tau, "
            + ("omega='idzorek', view_confidences" if confidences else "omega") + ")", mean, covariance)


def text_of(view, value, names):
    terms = [f"{c:+.17g} * {name}" for c, name in zip(view, names) if c]
    return " ".join(terms).lstrip("+") + f" == {value:.17g}"


def skfolio(case, market, confidences):
    names = [f"a{i}" for i in range(market.n)]
    returns = pd.DataFrame(returns_with(market, 1), columns=names)
    views = [text_of(v, r, names) for v, r in zip(case["views"], case["view_returns"])]
    estimator = EmpiricalPrior(covariance_estimator=prior().covariance_estimator, mu_estimator=EquilibriumMu(
        risk_aversion=case["risk_aversion"], weights=case["market_weights"],
        covariance_estimator=prior().covariance_estimator))
    model = BlackLitterman(views=views, prior_estimator=estimator, tau=case["tau"],
                           view_confidences=case["confidences"] if confidences else None).fit(returns)
    found = model.return_distribution_
    return (f"{SKFOLIO} BlackLitterman(views, tau" + (", view_confidences" if confidences else "")
            + ", prior_estimator=EmpiricalPrior(mu_estimator=EquilibriumMu()))", found.mu, found.covariance)


TOLERANCE = 1e-12


def finish(case, market=None, library=True, differences=()):
    confidences = case.get("confidences")
    s, delta = np.array(case["covariance"]), case.get("risk_aversion")
    mean, m = posterior(s, case["prior"], case["views"], case["view_returns"], case.get("omega"), case["tau"],
                        confidences)
    covariance = exact(s) + m
    sources = []
    calls = []
    if library:
        calls.append(pyportfolioopt(case, confidences))
        default = confidences is not None or np.allclose(
            case["omega"], [case["tau"] * v @ s @ v for v in np.array(case["views"])], rtol=1e-9)
        if market is not None and default:
            calls.append(skfolio(case, market, confidences))
    for call, found_mean, found_covariance in calls:
        far = max(np.abs(found_mean - rounded(mean)).max() / np.abs(rounded(mean)).max(),
                  np.abs(found_covariance.reshape(-1) - rounded(covariance)).max() / np.abs(s).max())
        assert far < 1e-7, (case["name"], call, far)
        sources.append(f"{call}: within 1e{int(np.ceil(np.log10(far + 1e-16)))} of the largest entry")
    sources.append("algebra in 50 digits (black_litterman.py)")
    row = {"name": case.pop("name"), "why": case.pop("why"), "source": case.pop("source"), "sources": sources}
    if differences:
        row["differences"] = list(differences)
    given = {k: v for k, v in case.items() if not k.startswith("printed")}
    given["views"] = np.array(case["views"])
    row |= {"assets": len(s)} | given
    row |= {"posterior_mean": rounded(mean), "posterior_covariance": rounded(covariance), "uncertainty": rounded(m)}
    if delta is not None:
        d = exact([delta])[0]
        row["weights_on_prior_covariance"] = rounded(solve(d * exact(s), mean))
        row["weights_on_posterior_covariance"] = rounded(solve(d * covariance, mean))
    row["tolerance"] = TOLERANCE
    row |= {k: v for k, v in case.items() if k.startswith("printed")}
    return row


# He and Litterman (1999), tables 1 and 2.
COUNTRIES = ["Australia", "Canada", "France", "Germany", "Japan", "UK", "USA"]
HE_CORRELATION = [[0.488], [0.478, 0.664], [0.515, 0.655, 0.861], [0.439, 0.310, 0.355, 0.354],
                  [0.512, 0.608, 0.783, 0.777, 0.405], [0.491, 0.779, 0.668, 0.653, 0.306, 0.652]]
HE_VOLATILITY = [0.160, 0.203, 0.248, 0.271, 0.210, 0.200, 0.187]
HE_WEIGHTS = [0.016, 0.022, 0.052, 0.055, 0.116, 0.124, 0.615]


def he_litterman():
    c = np.eye(7)
    for i, row in enumerate(HE_CORRELATION, 1):
        c[i, :i] = c[:i, i] = row
    s = printed(c * np.outer(HE_VOLATILITY, HE_VOLATILITY), 12)
    prior_mean = printed(2.5 * s @ HE_WEIGHTS, 15)
    printed_prior = [3.9, 6.9, 8.4, 9.0, 4.3, 6.8, 7.6]
    assert np.abs(100 * prior_mean - printed_prior).max() < 0.05001
    germany = [0, 0, -0.295, 1, 0, -0.705, 0]
    canada = [0, 1, 0, 0, 0, 0, -1]
    base = {"covariance": s, "prior": prior_mean, "risk_aversion": 2.5, "market_weights": HE_WEIGHTS, "tau": 0.05}
    tables = [
        ("he-litterman-germany", "Germany will outperform the rest of Europe by 5 %", [germany], [0.05],
         [4.3, 7.6, 9.3, 11.0, 4.5, 7.0, 8.1], [1.5, 2.1, -4.0, 35.4, 11.0, -9.5, 58.6]),
        ("he-litterman-canada", "and Canada will outperform the USA by 3 %", [germany, canada], [0.05, 0.03],
         [4.4, 8.7, 9.5, 11.2, 4.6, 7.0, 7.5], [1.5, 41.9, -3.4, 33.6, 11.0, -8.2, 18.8]),
    ]
    for name, why, views, returns, mean, weights in tables:
        views = np.array(views)
        omega = printed([0.05 * v @ s @ v for v in views], 15)
        row = finish(base | {
            "name": name, "why": why, "source": "He and Litterman (1999), The Intuition Behind Black-Litterman Model "
            "Portfolios: correlations, volatilities, market weights as printed", "views": views,
            "view_returns": returns, "omega": omega, "printed_prior_percent": printed_prior,
            "printed_mean_percent": mean, "printed_weights_percent": weights,
            "printed_of": "prior, posterior_mean, weights_on_posterior_covariance", "printed_tolerance": 0.06,
            "printed_reason": "one decimal of a per cent; -4.0 is printed for -3.95, since the paper shows its "
                              "view's coefficients with three digits"})
        assert np.abs(100 * row["posterior_mean"] - mean).max() < 0.06, 100 * row["posterior_mean"]
        assert np.abs(100 * row["weights_on_posterior_covariance"] - weights).max() < 0.06, \
            100 * row["weights_on_posterior_covariance"]
        yield row


# Idzorek (2005), tables 1, 2 and 6.
IDZOREK_COVARIANCE = """
 0.001005  0.001328 -0.000579 -0.000675  0.000121  0.000128 -0.000445 -0.000437
 0.001328  0.007277 -0.001307 -0.000610 -0.002237 -0.000989  0.001442 -0.001535
-0.000579 -0.001307  0.059852  0.027588  0.063497  0.023036  0.032967  0.048039
-0.000675 -0.000610  0.027588  0.029609  0.026572  0.021465  0.020697  0.029854
 0.000121 -0.002237  0.063497  0.026572  0.102488  0.042744  0.039943  0.065994
 0.000128 -0.000989  0.023036  0.021465  0.042744  0.032056  0.019881  0.032235
-0.000445  0.001442  0.032967  0.020697  0.039943  0.019881  0.028355  0.035064
-0.000437 -0.001535  0.048039  0.029854  0.065994  0.032235  0.035064  0.079958
"""
IDZOREK_WEIGHTS = [0.1934, 0.2613, 0.1209, 0.1209, 0.0134, 0.0134, 0.2418, 0.0349]

IDZOREK_AVERSION = 3.0655  # printed as "approximately 3.07"; this value brings all 24 printed numbers within 0.01


def idzorek():
    s = np.array(IDZOREK_COVARIANCE.split(), dtype=float).reshape(8, 8)
    assert (s == s.T).all()
    prior_mean = printed(IDZOREK_AVERSION * s @ IDZOREK_WEIGHTS, 15)
    views = np.zeros((3, 8))
    views[0, 6] = 1
    views[1, :2] = [-1, 1]
    views[2, 2:6] = [0.9, -0.9, 0.1, -0.1]
    returns = [0.0525, 0.0025, 0.02]
    printed_prior = [0.08, 0.67, 6.41, 4.08, 7.43, 3.70, 4.80, 6.60]
    base = {"covariance": s, "prior": prior_mean, "risk_aversion": IDZOREK_AVERSION, "market_weights": IDZOREK_WEIGHTS,
            "tau": 0.025, "views": views, "view_returns": returns}
    source = ("Idzorek (2005), A Step-by-Step Guide to the Black-Litterman Model: covariance, market weights and "
              "views as printed; risk aversion 3.0655, printed as approximately 3.07")
    return base, source, printed_prior


def idzorek_cases():
    base, source, printed_prior = idzorek()
    s, views = base["covariance"], base["views"]
    assert np.abs(100 * base["prior"] - printed_prior).max() < 0.01
    mean = [0.07, 0.50, 6.50, 4.32, 7.59, 3.94, 4.93, 6.84]
    weights = [29.88, 15.59, 9.35, 14.82, 1.04, 1.65, 27.81, 3.49]
    row = finish(base | {
        "name": "idzorek", "why": "absolute and relative views; one weighs two assets against two", "source": source,
        "omega": printed([0.025 * v @ s @ v for v in views], 15), "printed_prior_percent": printed_prior,
        "printed_mean_percent": mean, "printed_weights_percent": weights,
        "printed_of": "prior, posterior_mean, weights_on_prior_covariance", "printed_tolerance": 0.01,
        "printed_reason": "two decimals of a per cent, on a covariance of six printed decimals"})
    assert np.abs(100 * row["posterior_mean"] - mean).max() < 0.01
    assert np.abs(100 * row["weights_on_prior_covariance"] - weights).max() < 0.01
    yield row
    yield finish(base | {
        "name": "idzorek-confidences", "why": "the paper's confidences of 25 %, 50 % and 65 %", "source": source,
        "confidences": [0.25, 0.5, 0.65]})


def simulated():
    market = factor_market("", "", 77, 6)
    weights = np.array([0.25, 0.25, 0.125, 0.125, 0.125, 0.125])
    prior_mean = printed(2.5 * market.covariance @ weights, 15)
    base = {"source": market.source, "covariance": market.covariance, "prior": prior_mean, "risk_aversion": 2.5,
            "market_weights": weights, "tau": 0.05}
    views = np.array([[1, 0, 0, 0, 0, 0], [0, 1, -1, 0, 0, 0], [0, 0, 0, 0.5, 0.5, -1]], dtype=float)
    returns = [0.12, 0.02, -0.01]
    default = printed([0.05 * v @ market.covariance @ v for v in views], 15)
    named = lambda name, why, **rest: base | {"name": name, "why": why} | rest
    yield finish(named("absolute", "one view on one asset", views=views[:1], view_returns=returns[:1],
                       omega=default[:1]), market)
    yield finish(named("relative", "one asset against another", views=views[1:2], view_returns=returns[1:2],
                       omega=default[1:2]), market)
    yield finish(named("three-views", "absolute, relative and two against one, variances tau P S P'", views=views,
                       view_returns=returns, omega=default), market)
    yield finish(named("given-omega", "view variances that are given", views=views, view_returns=returns,
                       omega=[0.0004, 0.0025, 0.0001]), market)
    yield finish(named("confidences", "confidences of 20 %, 50 % and 90 %", views=views, view_returns=returns,
                       confidences=[0.2, 0.5, 0.9]), market)
    yield finish(named("certain", "a confidence of 1: the view holds exactly, P_1 posterior_mean = 0.12", views=views,
                       view_returns=returns, confidences=[1.0, 0.5, 0.5]), market)
    yield finish(named("no-confidence", "a confidence of 0: the view is not there", views=views,
                       view_returns=returns, confidences=[0.5, 0.0, 0.5]), market, library=False, differences=[
        "PyPortfolioOpt 1.6.0 sets omega to 1e6 for a confidence of 0: the view is nearly, not wholly, ignored"])
    agree = [float(v @ prior_mean) for v in views]
    yield finish(named("views-that-agree", "the views say what the prior says: the mean does not move, the "
                       "uncertainty shrinks", views=views, view_returns=agree, omega=default), market)
    yield finish(named("same-view-twice", "twice the same view: as one of half the variance", views=views[[0, 0]],
                       view_returns=[0.12, 0.12], omega=default[[0, 0]]), market)


def main():
    rows = list(he_litterman()) + list(idzorek_cases()) + list(simulated())
    golden_file.write("black_litterman.toml", HEAD, case=rows)
    print(f"  black_litterman: {len(rows)} cases")


if __name__ == "__main__":
    main()
