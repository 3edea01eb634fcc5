"""From a problem to a stored case: proposals of several solvers, the proven optimum, and how far each was off."""

import numpy as np

import solvers
from exact import refine

PROOF = "proof: optimality conditions hold to 1e-38 in 50-digit arithmetic (exact.py)"


def power(x):
    """The next power of ten: stable under the last digits of another machine's sums."""
    return "1e-16" if x <= 1e-16 else f"1e{int(np.ceil(np.log10(x) - 1e-9)):d}"


def proven(problem, peers=(), start=None, objective_within=1e-9):
    """(optimum, sources). `peers`: (call, weights, asserted distance of the weights)."""
    found = solvers.all_of(problem)
    # The solver that is nearest to a vertex of the active set makes the best proposal: try them in turn.
    optimum, errors = None, []
    for x in ([start] if start is not None else []) + list(found.values()):
        try:
            optimum = refine(problem, x)
            break
        except ArithmeticError as error:
            errors.append(str(error))
    assert optimum is not None, errors
    sources = []
    for name, x in found.items():
        zero = abs(optimum.objective) < 1e-12  # then only the absolute distance says something
        gap = abs(problem.objective(x) - optimum.objective) / (1.0 if zero else abs(optimum.objective))
        apart = np.abs(x - optimum.weights).max()
        if "SCS" in name or "OSQP" in name:
            if gap > 1e-6:
                continue
        else:
            assert gap <= objective_within, (name, gap)
        sources.append(f"{name}: objective within {power(gap)}" + (" (absolute)" if zero else "")
                       + (f", weights within {power(apart)}" if optimum.unique else ""))
    for call, x, within in peers:
        apart = np.abs(np.asarray(x) - optimum.weights).max()
        assert apart <= within, f"{call}: {apart} > {within}"
        sources.append(f"{call}: weights within {power(apart)}")
    return optimum, sources + [PROOF]


def request(problem):
    """The constraints as they are stored. Lower and upper always; the rest where it is used."""
    budget = next((r for r in problem.rows if r.name == "budget"), None)
    return {
        "lower": problem.lower, "upper": problem.upper,
        "budget": None if budget is None else [budget.lower, budget.upper],
        "holdings": problem.holdings, "costs": problem.costs if problem.costs.any() else None,
        "gross": problem.gross, "turnover": problem.turnover,
    }, [{"name": r.name, "lower": r.lower, "upper": r.upper, "coefficients": r.coefficients}
        for r in problem.rows if r.name != "budget"]


def answer(problem, optimum, tolerance=None):
    answer = {"unique": optimum.unique, "weights": optimum.weights, "objective": optimum.objective,
              "duals_unique": optimum.duals_unique}
    if optimum.duals_unique:
        if "budget" in optimum.rows:
            answer["budget_dual"] = optimum.rows["budget"]
        names = [name for name in optimum.rows if name != "budget"]
        if names:
            answer["row_duals"] = [optimum.rows[name] for name in names]
        answer["gross_dual"], answer["turnover_dual"] = optimum.gross, optimum.turnover
        if optimum.limits:
            answer["limit_duals"] = list(optimum.limits.values())
        answer["bound_duals"] = optimum.bounds  # only where the holdings do not lie on a bound that is reached
    answer["condition"] = float(f"{optimum.condition:.2g}")
    answer["tolerance"] = tolerance or optimum.tolerance()
    return answer
