"""Writes seriation.toml next to itself: spectral orders by skfolio.

Run:    python seriation.py
Needs:  skfolio 1.12.2 and what generate.py needs, whose covariances are used.

Each [[expected]] names the file of its covariance. Coordinates next to each other are checked to lie further apart
than 1e-9, so that the order does not hang on rounding.
"""

import numpy as np
from generate import covariance, factor_returns, toml, HERE, VERSIONS
from importlib.metadata import version
from skfolio.seriation import SpectralSeriation

from schur import FILES


if __name__ == "__main__":
    for package, wanted in VERSIONS.items():
        assert version(package) == wanted, f"{package} {version(package)}, wanted {wanted}"
    lines = ["# Written by seriation.py; do not edit.",
             'source = "skfolio 1.12.2 SpectralSeriation().fit(sqrt((1 - rho) / 2))"']
    for file, (seed, days, assets, factors, mean, degrees) in FILES.items():
        cov = covariance(factor_returns(seed, days, assets, factors, mean=mean, degrees=degrees)[0])
        deviation = np.sqrt(np.diag(cov))
        distance = np.sqrt(np.clip((1 - cov / np.outer(deviation, deviation)) / 2, 0, 1))
        np.fill_diagonal(distance, 0)
        seriation = SpectralSeriation().fit(distance)
        assert np.diff(np.sort(seriation.coordinates_)).min() > 1e-9 and seriation.spectral_gap_ > 1e-6
        lines += ["", "[[expected]]", f"file = {toml(file)}", f"order = {toml(seriation.ordering_.tolist())}"]
    (HERE / "seriation.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
