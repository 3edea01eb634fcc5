"""Simulated markets: covariances from factor models, never from data of the world."""

from dataclasses import dataclass

import numpy as np


def printed(array, digits=10):
    """Rounded to `digits` significant decimals: the number that is stored is the number that is solved."""
    array = np.asarray(array, dtype=float)
    return np.array([float(f"{x:.{digits}g}") for x in array.reshape(-1)]).reshape(array.shape)


@dataclass
class Market:
    name: str
    why: str
    source: str
    covariance: np.ndarray
    mean: np.ndarray | None = None
    loadings: np.ndarray | None = None
    factor_covariance: np.ndarray | None = None
    specific: np.ndarray | None = None

    @property
    def n(self):
        return len(self.covariance)

    def row(self):
        row = {"name": self.name, "why": self.why, "source": self.source, "assets": self.n,
               "mean": self.mean}
        if self.loadings is None:
            return row | {"covariance": self.covariance}
        return row | {"factors": self.loadings.shape[1], "loadings": self.loadings.T,
                      "factor_covariance": self.factor_covariance, "specific": self.specific}


def factor_market(name, why, seed, assets, factors=3, market=(0.16, 0.04), styles=0.06, specific=(0.08, 0.25),
                  reward=0.3, keep_factors=False):
    """Annual scale: one market factor, `factors - 1` style factors, specific risk; means that pay for variance."""
    rng = np.random.default_rng(seed)
    loadings = np.empty((assets, factors))
    loadings[:, 0] = rng.normal(market[0], market[1], assets)
    loadings[:, 1:] = rng.normal(0.0, styles, (assets, factors - 1))
    own = rng.uniform(*specific, assets)
    loadings, own = printed(loadings, 6), printed(own, 6)
    covariance = loadings @ loadings.T + np.diag(own ** 2)
    noise = rng.normal(0.0, 0.02, assets)
    mean = printed(reward * np.sqrt(np.diag(covariance)) + noise, 6)
    source = (f"numpy default_rng({seed}), annual: loadings N x {factors}, column 0 N({market[0]}, {market[1]}^2), "
              f"others N(0, {styles}^2); specific volatility uniform in {list(specific)}; mean = {reward} volatility "
              "+ N(0, 0.02^2); covariance = B B' + diag(s^2), rounded to 10 significant digits")
    if keep_factors:
        chol = np.tril(rng.normal(0.0, 0.25, (factors, factors)), -1) + np.eye(factors)
        factor_covariance = printed(chol @ chol.T, 8)
        variance = printed(own ** 2, 8)
        covariance = loadings @ factor_covariance @ loadings.T + np.diag(variance)
        source = source.replace("covariance = B B' + diag(s^2), rounded to 10 significant digits",
                                "covariance = B F B' + diag(specific), F = C C' with C unit lower triangular, "
                                "entries N(0, 0.25^2)")
        return Market(name, why, source, covariance, mean, loadings, factor_covariance, variance)
    covariance = printed(covariance)
    assert (covariance == covariance.T).all()
    return Market(name, why, source, covariance, mean)


def short_sample(name, why, seed, observations, assets, bits=14):
    """Fewer observations than assets, on a grid: X'X / 2^k is exact in doubles, so the rank is exactly T - 1."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0.0, 0.04, (observations, 1)) * rng.uniform(0.5, 1.5, assets)
    returns = common + rng.normal(0.0, 0.05, (observations, assets))
    returns = np.round(returns * 2 ** bits)
    returns[-1] -= returns.sum(axis=0)  # the mean is exactly zero
    covariance = returns.T @ returns / 2 ** (2 * bits + 4)
    mean = printed(rng.normal(0.06, 0.04, assets), 6)
    source = (f"numpy default_rng({seed}): {observations} x {assets} one-factor returns rounded to multiples of "
              f"2^-{bits}, the last row set so that each column sums to zero; covariance = X'X / 16, exact in doubles")
    return Market(name, why, source, covariance, mean)


def from_table(name, why, source, sigma, correlation, mean=None):
    """Volatilities and correlations as they are printed."""
    sigma, correlation = np.array(sigma), np.array(correlation)
    covariance = printed(correlation * np.outer(sigma, sigma), 12)
    return Market(name, why, source, covariance, None if mean is None else np.array(mean))


def returns_with(market, seed, periods=None):
    """T x N returns whose sample mean and covariance (divisor T - 1) are those of the market."""
    n = market.n
    periods = periods or 3 * n
    z = np.random.default_rng(seed).normal(size=(periods, n))
    z -= z.mean(axis=0)
    q, _ = np.linalg.qr(z)
    q -= q.mean(axis=0)
    scale = np.linalg.cholesky(market.covariance)
    return market.mean + q @ scale.T * np.sqrt(periods - 1)
