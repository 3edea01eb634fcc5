"""Writes seriation.toml next to itself: spectral orders by skfolio, and what is allocated in them.

Run:    python seriation.py
Needs:  skfolio 1.12.2 and what generate.py needs, whose covariances are used.

Each [[expected]] names the file of its covariance, the spectral order of its assets, and the weights of skfolio's
hierarchical risk parity and Schur complementary allocation (gamma 0.5, keep_monotonic) in that order; one with
`distances` is ordered by those of skfolio's distance estimator, which it names. Coordinates next to each other
are checked to lie further apart than 1e-9, so that the order does not hang on rounding.
"""

import numpy as np
from generate import covariance, factor_returns, toml, HERE, VERSIONS
from importlib.metadata import version
from skfolio.distance import KendallDistance, PearsonDistance, SpearmanDistance
from skfolio.moments import EmpiricalCovariance
from skfolio.optimization import HierarchicalRiskParity, SchurComplementary
from skfolio.prior import EmpiricalPrior
from skfolio.seriation import SpectralSeriation

from schur import FILES

CASES = [(file, None) for file in FILES] + [("factor8", KendallDistance()), ("factor20", SpearmanDistance())]


def row(file, estimator):
    seed, days, assets, factors, mean, degrees = FILES[file]
    returns, _ = factor_returns(seed, days, assets, factors, mean=mean, degrees=degrees)
    settings = {"distance_estimator": estimator or PearsonDistance(), "seriation_estimator": SpectralSeriation(),
                "prior_estimator": EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False))}
    hrp = HierarchicalRiskParity(**settings).fit(returns)
    schur = SchurComplementary(gamma=0.5, keep_monotonic=True, **settings).fit(returns)
    if estimator is None:
        cov = covariance(returns)
        deviation = np.sqrt(np.diag(cov))
        distance = np.sqrt(np.clip((1 - cov / np.outer(deviation, deviation)) / 2, 0, 1))
        np.fill_diagonal(distance, 0)
        given = []
    else:
        distance = estimator.fit(returns).distance_
        given = [f"estimator = {toml(type(estimator).__name__)}", f"distances = {toml(distance.ravel().tolist())}"]
    seriation = SpectralSeriation().fit(distance)
    assert np.diff(np.sort(seriation.coordinates_)).min() > 1e-9 and seriation.spectral_gap_ > 1e-6
    assert (seriation.ordering_ == hrp.seriation_estimator_.ordering_).all()
    return ["", "[[expected]]", f"file = {toml(file)}", *given, f"order = {toml(seriation.ordering_.tolist())}",
            f"weights = {toml(hrp.weights_.tolist())}", f"schur = {toml(schur.weights_.tolist())}",
            f"effective_gamma = {toml(float(schur.effective_gamma_))}"]


if __name__ == "__main__":
    for package, wanted in VERSIONS.items():
        assert version(package) == wanted, f"{package} {version(package)}, wanted {wanted}"
    lines = ["# Written by seriation.py; do not edit.",
             'source = "skfolio 1.12.2 SpectralSeriation, HierarchicalRiskParity and SchurComplementary"']
    for file, estimator in CASES:
        lines += row(file, estimator)
    (HERE / "seriation.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
