"""Risk-budgeting libraries: each function returns (what was called, the weights)."""

import contextlib
import io
import warnings

import numpy as np
import pandas as pd
import riskfolio
import riskparityportfolio
from riskparityportfolio import vanilla
from skfolio import RiskMeasure
from skfolio.moments import EmpiricalCovariance
from skfolio.optimization import RiskBudgeting
from skfolio.prior import EmpiricalPrior

from market import Market, returns_with
from solvers import TIGHT

warnings.filterwarnings("ignore")
TOLERANCES = {k: (1e-10 if k.startswith("tol") else v) for k, v in TIGHT.items()}
RISKPARITY = "riskparityportfolio 0.6.0"
SKFOLIO = "skfolio 1.12.2"
RISKFOLIO = "Riskfolio-Lib 7.4.0"


def cyclical(covariance, budgets, method):
    """The argument names are exchanged inside the library: "spinu" runs Choi and Chen's iteration and the reverse."""
    weights = vanilla.design(covariance, budgets, tol=1e-15, maxiter=100_000, method=method)
    return f"{RISKPARITY} vanilla.design(covariance, budgets, tol=1e-15, method='{method}')", weights


def successive(covariance, budgets, cmat=None, cvec=None, dmat=None, dvec=None):
    """Successive convex approximation; minimises sum_i (share_i - b_i)^2."""
    portfolio = riskparityportfolio.RiskParityPortfolio(covariance, budget=budgets)
    rest = {} if dmat is None else {"Cmat": cmat, "cvec": cvec, "Dmat": dmat, "dvec": dvec}
    portfolio.design(verbose=False, maxiter=2000, wtol=1e-12, funtol=1e-16, **rest)
    return f"{RISKPARITY} RiskParityPortfolio(covariance, budget).design(Cmat, cvec, Dmat, dvec)", \
        np.asarray(portfolio.weights)


def skfolio(returns, budgets, measure, **settings):
    prior = EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False))
    model = RiskBudgeting(risk_measure=measure, risk_budget=budgets, prior_estimator=prior, solver="CLARABEL",
                          solver_params=dict(TOLERANCES), **settings)
    shown = "".join(f", {k}={v:g}" for k, v in settings.items())
    return f"{SKFOLIO} RiskBudgeting(risk_measure={measure.name}, risk_budget{shown})", model.fit(returns).weights_


def riskfolio_lib(returns, budgets, measure, alpha=0.05, covariance=None):
    columns = [f"a{i}" for i in range(returns.shape[1])]
    portfolio = riskfolio.Portfolio(returns=pd.DataFrame(returns, columns=columns), alpha=alpha)
    portfolio.assets_stats(method_mu="hist", method_cov="hist")
    if covariance is not None:
        portfolio.cov = pd.DataFrame(covariance, index=columns, columns=columns)
    portfolio.solvers = ["CLARABEL"]
    portfolio.sol_params = {"CLARABEL": dict(TOLERANCES)}
    budgets = np.asarray(budgets).reshape(-1, 1)
    with contextlib.redirect_stdout(io.StringIO()):
        weights = portfolio.rp_optimization(model="Classic", rm=measure, b=budgets)
        if weights is None:  # Clarabel does not get that far on its formulation: with its default tolerances
            portfolio.sol_params = {}
            weights = portfolio.rp_optimization(model="Classic", rm=measure, b=budgets)
    shown = "" if measure in ("MV", "MAD", "MSV") else f", alpha={alpha:g}"
    return (f"{RISKFOLIO} Portfolio.rp_optimization(rm='{measure}', b{shown})",
            None if weights is None else weights["weights"].to_numpy())


def on_covariance(covariance, budgets):
    """All that budget the volatility of a covariance."""
    market = Market("", "", "", covariance, np.zeros(len(covariance)))
    yield cyclical(covariance, budgets, "spinu")
    yield cyclical(covariance, budgets, "choi")
    try:
        returns = returns_with(market, 1)
    except np.linalg.LinAlgError:
        return  # a singular covariance: no returns with exactly these moments
    yield skfolio(returns, budgets, RiskMeasure.VARIANCE)
    yield riskfolio_lib(returns, budgets, "MV", covariance=covariance)
