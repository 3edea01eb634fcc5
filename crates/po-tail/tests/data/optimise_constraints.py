"""Writes optimise_constraints.toml: tail risk under a limit on the tracking error, by another program.

Every case is stated from its definition in cvxpy, with the covariance of the scenarios under their probabilities, and
solved by Clarabel. Returns are made by a generator that the tests repeat bit for bit.

    pip install cvxpy==1.9.3 clarabel==0.11.1
    python optimise_constraints.py > optimise_constraints.toml
"""

import cvxpy as cp
import numpy as np

from optimise import decaying, market


def risk_of(measure, level, losses, p):
    """The risk of losses, an affine expression, and its constraints."""
    periods = len(p)
    if measure in ("cdar", "average-drawdown"):
        d = cp.Variable(periods)
        kept = [d >= 0, d[0] >= losses[0], d[1:] >= d[:-1] + losses[1:]]
        losses = d
    else:
        kept = []
    if measure in ("cvar", "cdar"):
        zeta, u = cp.Variable(), cp.Variable(periods, nonneg=True)
        return zeta + p @ u / (1 - level), kept + [u >= losses - zeta]
    if measure == "average-drawdown":
        return p @ losses, kept
    if measure == "worst-realisation":
        return cp.max(losses), kept
    zeta, z, u = cp.Variable(), cp.Variable(nonneg=True), cp.Variable(periods)
    kept += [cp.constraints.ExpCone(losses - zeta, z * np.ones(periods), u), p @ u <= z]
    return zeta - z * np.log(1 - level), kept


def solve(case):
    returns = market(case["seed"], case["periods"], case["assets"])
    periods, assets = returns.shape
    p = decaying(periods) if case.get("decaying") else np.full(periods, 1 / periods)
    mean = p @ returns
    centred = np.sqrt(p)[:, None] * (returns - mean)
    b = np.full(assets, 1 / assets)
    x = cp.Variable(assets)
    risk, kept = risk_of(case["measure"], 0.9, -returns @ x, p)
    kept += [cp.sum(x) == 1, x >= case["lower"], x <= 1]
    # In units of the limit, so that its multiplier is of the size of the objective.
    near = cp.SOC(cp.Constant(1.0), centred @ (x - b) / case["limit"])
    kept.append(near)
    number = case.get("number")
    objective = {
        "min-cvar": lambda: cp.Minimize(risk),
        "max-return": lambda: cp.Maximize(mean @ x),
        "min-risk": lambda: cp.Minimize(risk),
        "utility": lambda: cp.Maximize(mean @ x - number * risk),
    }[case["objective"]]()
    if case["objective"] == "max-return" and number is not None:
        kept.append(risk <= number)
    if case["objective"] == "min-risk":
        kept.append(mean @ x >= number)
    problem = cp.Problem(objective, kept)
    for tolerance in (1e-10, 1e-9, 1e-8):
        tolerances = {"tol_gap_abs": 0.1 * tolerance, "tol_gap_rel": tolerance, "tol_feas": tolerance}
        problem.solve(solver=cp.CLARABEL, max_iter=300, **tolerances)
        if problem.status == "optimal":
            break
    assert problem.status == "optimal", (case, problem.status)
    error = np.linalg.norm(centred @ (x.value - b))
    sign = 1 if case["objective"] in ("max-return", "utility") else -1
    price = sign * float(np.ravel(near.dual_value[0])[0]) / case["limit"]
    return {"value": float(problem.value), "error": float(error), "price": price, "weights": [float(w) for w in x.value]}


def cases():
    base = {"seed": 11, "periods": 60, "assets": 6, "lower": 0.0}
    for measure in ["cvar", "evar", "worst-realisation", "cdar", "average-drawdown"]:
        yield {**base, "measure": measure, "objective": "min-cvar", "limit": 0.002}
    cvar = {**base, "measure": "cvar"}
    yield {**cvar, "objective": "min-cvar", "limit": 0.001, "decaying": True}
    yield {**cvar, "objective": "min-cvar", "limit": 0.003, "lower": -0.2}
    yield {**cvar, "objective": "min-cvar", "limit": 0.5}
    yield {**cvar, "objective": "max-return", "limit": 0.002}
    yield {**cvar, "objective": "max-return", "limit": 0.002, "number": 0.0195}
    yield {**cvar, "objective": "min-risk", "limit": 0.003, "number": 0.0022}
    yield {**cvar, "objective": "utility", "limit": 0.002, "number": 0.3}
    yield {**cvar, "seed": 12, "periods": 100, "assets": 10, "objective": "utility", "limit": 0.003, "number": 0.1, "lower": -0.1}


def main():
    print("# Written by optimise_constraints.py.")
    for case in cases():
        print("\n[[case]]")
        for key, value in {**case, **solve(case)}.items():
            shown = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value).replace("'", '"')
            print(f"{key} = {shown}")


if __name__ == "__main__":
    main()
