"""Portfolio libraries: each function returns (what was called, the weights)."""

import warnings

import cvxpy as cp
import numpy as np
import pandas as pd
import riskfolio
from pypfopt import EfficientFrontier
from skfolio import RiskMeasure
from skfolio.moments import EmpiricalCovariance
from skfolio.optimization import BenchmarkTracker, MaximumDiversification, MeanRisk, ObjectiveFunction
from skfolio.prior import EmpiricalPrior
from skfolio.uncertainty_set import BaseMuUncertaintySet, UncertaintySet

from market import returns_with
from solvers import TIGHT

warnings.filterwarnings("ignore")
SKFOLIO = "skfolio 1.12.2"
PYPORTFOLIOOPT = "PyPortfolioOpt 1.6.0"
RISKFOLIO = "Riskfolio-Lib 7.4.0"


def pyportfolioopt(mean, covariance, call, bounds, *arguments, constraints=(), **keywords):
    frontier = EfficientFrontier(mean, covariance, weight_bounds=bounds, solver="CLARABEL",
                                 solver_options=dict(TIGHT))
    for constraint in constraints:
        frontier.add_constraint(constraint)
    getattr(frontier, call)(*arguments, **keywords)
    shown = ", ".join([f"{a:g}" for a in arguments] + [f"{k}={v:g}" for k, v in keywords.items()])
    return f"{PYPORTFOLIOOPT} EfficientFrontier(mean, covariance).{call}({shown})", frontier.weights


def prior():
    return EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False))


SOLVER = {"solver": "CLARABEL", "solver_params": dict(TIGHT)}


def skfolio(market, lower, upper, **keywords):
    """MeanRisk on simulated returns whose sample moments are the market's."""
    shown = ", ".join(f"{k}={getattr(v, 'name', v) if not isinstance(v, float) else format(v, 'g')}"
                      for k, v in keywords.items() if k not in ("mu_uncertainty_set_estimator", "y"))
    y = keywords.pop("y", None)
    model = MeanRisk(prior_estimator=prior(), min_weights=lower, max_weights=upper, **SOLVER, **keywords)
    model.fit(returns_with(market, 1), y)
    return f"{SKFOLIO} MeanRisk({shown})", model.weights_


def skfolio_diversification(market, lower, upper):
    model = MaximumDiversification(prior_estimator=prior(), min_weights=lower, max_weights=upper, **SOLVER)
    return f"{SKFOLIO} MaximumDiversification()", model.fit(returns_with(market, 1)).weights_


def skfolio_tracker(market, benchmark, lower, upper):
    returns = returns_with(market, 1)
    model = BenchmarkTracker(prior_estimator=prior(), risk_measure=RiskMeasure.STANDARD_DEVIATION,
                             min_weights=lower, max_weights=upper, **SOLVER)
    model.fit(returns, returns @ benchmark)
    return f"{SKFOLIO} BenchmarkTracker(risk_measure=STANDARD_DEVIATION)", model.weights_


class Ellipsoid(BaseMuUncertaintySet):
    """A given ellipsoid, in place of one that is estimated."""

    def __init__(self, radius=1.0, omega=None, prior_estimator=None):
        self.radius, self.omega, self.prior_estimator = radius, omega, prior_estimator

    def fit(self, X, y=None, **_):
        self.uncertainty_set_ = UncertaintySet(radius=self.radius, norm=2, geometry=np.linalg.cholesky(self.omega))
        return self


def riskfolio_lib(market, lower, upper, objective, rf=0.0, l=2.0, lower_return=None, upper_volatility=None):
    columns = [f"a{i}" for i in range(market.n)]
    portfolio = riskfolio.Portfolio(returns=pd.DataFrame(returns_with(market, 1), columns=columns),
                                    sht=bool((lower < 0).any()))
    portfolio.mu = pd.DataFrame([market.mean], columns=columns)
    portfolio.cov = pd.DataFrame(market.covariance, index=columns, columns=columns)
    portfolio.upperlng = float(upper.max())
    portfolio.solvers = ["CLARABEL"]
    portfolio.sol_params = {"CLARABEL": dict(TIGHT)}
    portfolio.lowerret, portfolio.upperdev = lower_return, upper_volatility
    if len(set(upper)) > 1 or (upper.max() < 1 and not (lower < 0).any()):
        eye = np.eye(market.n)
        portfolio.ainequality, portfolio.binequality = eye, upper.reshape(-1, 1)
    weights = portfolio.optimization(model="Classic", rm="MV", obj=objective, rf=rf, l=l, hist=True)
    shown = f"model='Classic', rm='MV', obj='{objective}'"
    shown += f", rf={rf:g}" if rf else ""
    shown += f", l={l:g}" if objective == "Utility" else ""
    shown += "" if lower_return is None else f", lowerret={lower_return:g}"
    shown += "" if upper_volatility is None else f", upperdev={upper_volatility:g}"
    return f"{RISKFOLIO} Portfolio.optimization({shown})", weights["weights"].to_numpy()
