"""Writes optimise_peers.toml: portfolios of least tail risk by skfolio and Riskfolio-Lib.

    pip install skfolio==1.12.2 riskfolio-lib==7.4.0
    python optimise_peers.py > optimise_peers.toml
"""

import sys
import warnings

import numpy as np
import pandas as pd
import riskfolio as rp
from optimise import market
from skfolio import RiskMeasure
from skfolio.optimization import MeanRisk, ObjectiveFunction

warnings.filterwarnings("ignore")

SKFOLIO = {
    "cvar": RiskMeasure.CVAR,
    "evar": RiskMeasure.EVAR,
    "worst-realisation": RiskMeasure.WORST_REALIZATION,
    "cdar": RiskMeasure.CDAR,
    "edar": RiskMeasure.EDAR,
    "maximum-drawdown": RiskMeasure.MAX_DRAWDOWN,
    "average-drawdown": RiskMeasure.AVERAGE_DRAWDOWN,
}
RISKFOLIO = {
    "cvar": "CVaR",
    "evar": "EVaR",
    "worst-realisation": "WR",
    "cdar": "CDaR",
    "edar": "EDaR",
    "maximum-drawdown": "MDD",
    "average-drawdown": "ADD",
}


# Riskfolio-Lib prints what it thinks of a problem: the file must not hold it.
FILE, sys.stdout = sys.stdout, sys.stderr


def emit(peer, measure, objective, seed, periods, assets, confidence, weights):
    print("\n[[case]]", file=FILE)
    print(f'peer = "{peer}"\nmeasure = "{measure}"\nobjective = "{objective}"', file=FILE)
    print(f"seed = {seed}\nperiods = {periods}\nassets = {assets}\nconfidence = {confidence}", file=FILE)
    print("weights = [" + ", ".join(f"{weight:.12g}" for weight in weights) + "]", file=FILE)


def main():
    print("# Written by optimise_peers.py: skfolio 1.12.2 and Riskfolio-Lib 7.4.0.", file=FILE)
    seed, periods, assets, confidence = 41, 200, 6, 0.95
    returns = pd.DataFrame(market(seed, periods, assets), columns=[f"A{i}" for i in range(assets)])
    for measure, name in SKFOLIO.items():
        levels = {"cvar_beta": confidence, "evar_beta": confidence, "cdar_beta": confidence, "edar_beta": confidence}
        for objective, function in [
            ("min-cvar", ObjectiveFunction.MINIMIZE_RISK),
            ("max-ratio", ObjectiveFunction.MAXIMIZE_RATIO),
        ]:
            try:
                model = MeanRisk(objective_function=function, risk_measure=name, **levels).fit(returns)
            except Exception as error:
                print(measure, objective, error, file=sys.stderr)
                continue
            emit("skfolio", measure, objective, seed, periods, assets, confidence, model.weights_)
    for measure, name in RISKFOLIO.items():
        portfolio = rp.Portfolio(returns=returns)
        portfolio.assets_stats(method_mu="hist", method_cov="hist")
        portfolio.alpha = 1.0 - confidence
        portfolio.solvers = ["CLARABEL"]
        for objective, function in [("min-cvar", "MinRisk"), ("max-ratio", "Sharpe")]:
            weights = portfolio.optimization(model="Classic", rm=name, obj=function, rf=0, hist=True)
            if weights is None:
                print(measure, objective, "nothing", file=sys.stderr)
                continue
            emit("riskfolio", measure, objective, seed, periods, assets, confidence, weights["weights"].to_numpy())


if __name__ == "__main__":
    main()
