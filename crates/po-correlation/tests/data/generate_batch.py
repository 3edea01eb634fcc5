"""Writes batch.toml next to itself: golden cases for the estimators of a whole sample.

Run:    python generate_batch.py
Needs:  scikit-learn 1.9.1, skfolio 1.12.2, Riskfolio-Lib 7.4.0, PyPortfolioOpt 1.6.0, pandas 3.1.1,
        scipy 1.17.1, mpmath 1.4.1, numpy 2.4.6 (the versions are checked)

Expected values never come from po itself: they are the output of these libraries, or of the formula
as its paper prints it, written out naively. `sources` names what was found equal to the stored
numbers within `tolerance`, relative to the largest entry.

  [[sample]]  name, observations, assets, returns (asset by asset)
  [[case]]    sample, estimator, setting, sources, expected (the covariance, column by column),
              intensity where there is one
"""

import json
import os
import textwrap
import warnings
from importlib.metadata import version
from itertools import combinations
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy: sums must not depend on the core count

import mpmath as mp
import numpy as np
import pandas as pd
import riskfolio
import riskfolio.src.AuxFunctions as riskfolio_aux
from pypfopt.risk_models import CovarianceShrinkage, semicovariance
from scipy import stats
from scipy.optimize import minimize_scalar
from skfolio.moments import DenoiseCovariance, DetoneCovariance, GerberCovariance
from skfolio.utils.stats import cov_nearest
from sklearn.covariance import MinCovDet, ledoit_wolf, oas

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent
VERSIONS = {"scikit-learn": "1.9.1", "skfolio": "1.12.2", "Riskfolio-Lib": "7.4.0",
            "PyPortfolioOpt": "1.6.0", "pandas": "3.1.1", "scipy": "1.17.1", "numpy": "2.4.6",
            "mpmath": "1.4.1"}
TIGHT = 1e-12


def toml(value):
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, float):
        return repr(float(value) + 0.0)
    items = [toml(item) for item in value]
    if items and isinstance(value[0], str):
        return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
    text = "[" + ", ".join(items) + "]"
    if len(text) <= 80:
        return text
    return "[\n" + textwrap.fill(", ".join(items) + ",", 100, initial_indent="    ",
                                 subsequent_indent="    ", break_on_hyphens=False) + "\n]"


def table(name, row):
    return "\n".join([f"[[{name}]]"] + [f"{key} = {toml(value)}" for key, value in row.items()])


# --- Samples ------------------------------------------------------------------------------------

def factor_returns(seed, observations, assets):
    rng = np.random.default_rng(seed)
    loadings = rng.normal(0.8, 0.4, assets)
    own = rng.uniform(0.5, 2.0, assets)
    market = rng.standard_t(5, observations)
    noise = rng.standard_t(5, (observations, assets))
    return 0.001 + 0.01 * (np.outer(market, loadings) + own * noise)


def contaminated(seed, observations, assets, outliers):
    returns = factor_returns(seed, observations, assets)
    returns[:outliers] += np.random.default_rng(seed + 1).choice([-0.15, 0.2], (outliers, 1))
    return np.random.default_rng(seed + 2).permutation(returns)


SAMPLES = {
    "market": factor_returns(1, 60, 8),
    "wide": factor_returns(2, 16, 20),
    "ties": np.round(factor_returns(3, 45, 5), 2),
    "square": factor_returns(8, 14, 13),
    "outliers": contaminated(4, 60, 3, 9),
    "pairs": contaminated(7, 30, 2, 5),
    "small": contaminated(5, 12, 2, 3),
    "noisy": factor_returns(6, 160, 14),
}


# --- Formulas, as printed -----------------------------------------------------------------------

def naive_shrinkage(returns, target):
    """Ledoit and Wolf (2003; 2004, Honey), sums over t, i, j written out; divisor T."""
    x = returns - returns.mean(axis=0)
    t, n = x.shape
    s = x.T @ x / t
    cross = np.einsum("ti,tj->tij", x, x) - s
    pi = (cross**2).mean(axis=0)
    own = np.einsum("tii->ti", cross)
    off = ~np.eye(n, dtype=bool)
    if target == "constant-covariance":
        f = np.where(off, s[off].mean(), np.trace(s) / n)
        moved = np.where(off, cross[:, off].mean(axis=1)[:, None, None], own.mean(axis=1)[:, None, None])
        rho = (moved * cross).mean(axis=0).sum()  # of each entry with its mean
    elif target == "diagonal":
        f, rho = np.diag(np.diag(s)), np.trace(pi)
    elif target == "constant-correlation":
        sd = np.sqrt(np.diag(s))
        r = (s / np.outer(sd, sd))[off].mean()
        f = np.where(off, r * np.outer(sd, sd), np.diag(np.diag(s)))
        theta = np.einsum("ti,tij->ij", own, cross) / t  # theta_ii,ij
        ratio = np.outer(1 / sd, sd)                     # sqrt(s_jj / s_ii)
        both = ratio * theta + (ratio * theta).T
        rho = np.trace(pi) + r / 2 * both[off].sum()
    gamma = ((f - s) ** 2).sum()
    intensity = float(np.clip((pi.sum() - rho) / gamma / t, 0, 1))
    return intensity * f + (1 - intensity) * s, intensity


def published_oas(returns):
    """Chen, Wiesel, Eldar and Hero (2010), eq. (23)."""
    x = returns - returns.mean(axis=0)
    t, n = x.shape
    s = x.T @ x / t
    square, both = np.trace(s @ s), np.trace(s) ** 2
    rho = min(1.0, ((1 - 2 / n) * square + both) / ((t + 1 - 2 / n) * (square - both / n)))
    return rho * np.trace(s) / n * np.eye(n) + (1 - rho) * s, float(rho)


def nonlinear(returns):
    """Ledoit and Wolf (2020), eq. (4.3), (4.7), (4.8), (C.4), (C.5), (C.8), with fifty digits: the
    terms of (4.8) cancel where eigenvalues lie far apart."""
    mp.mp.dps = 50
    t, p = returns.shape
    n, m = t - 1, min(t - 1, p)
    x = mp.matrix(returns.tolist())
    for j in range(p):
        mean = sum(x[i, j] for i in range(t)) / t
        for i in range(t):
            x[i, j] -= mean
    values, vectors = mp.eigsy(x.T * x / n)
    values = list(values)
    lam, h, c, r5 = values[p - m:], mp.mpf(n) ** (-mp.mpf(1) / 3), mp.mpf(p) / n, mp.sqrt(5)
    d = []
    for i in range(m):
        f = hilbert = 0
        for j in range(m):
            u = (lam[i] - lam[j]) / (h * lam[j])
            f += 3 / (4 * r5) * max(0, 1 - u * u / 5) / (h * lam[j] * m)
            log = mp.log(abs((r5 - u) / (r5 + u)))
            hilbert += (-3 * u / (10 * mp.pi) + 3 / (4 * r5 * mp.pi) * (1 - u * u / 5) * log) / (h * lam[j] * m)
        if p <= n:
            d.append(lam[i] / ((mp.pi * c * lam[i] * f) ** 2 + (1 - c - mp.pi * c * lam[i] * hilbert) ** 2))
        else:
            d.append(lam[i] / (mp.pi**2 * lam[i] ** 2 * (f**2 + hilbert**2)))
    if p > n:
        at_zero = (3 / (10 * h * h) + 3 / (4 * r5 * h) * (1 - 1 / (5 * h * h))
                   * mp.log((1 + r5 * h) / (1 - r5 * h))) / mp.pi * sum(1 / v for v in lam) / m
        d = [1 / (mp.pi * (mp.mpf(p - n) / n) * at_zero)] * (p - n) + d
    found = vectors * mp.diag(d) * vectors.T
    return np.array([[float(found[i, j]) for j in range(p)] for i in range(p)])


def correlated(cov):
    sd = np.sqrt(np.diag(cov))
    return cov / np.outer(sd, sd), np.outer(sd, sd)


def noise_variance(values, q):
    """López de Prado (2020), snippets 2.1 to 2.4, the deepest of all minima."""
    def distance(variance):
        low, high = variance * (1 - (1 / q) ** 0.5) ** 2, variance * (1 + (1 / q) ** 0.5) ** 2
        grid = np.linspace(low, high, 1000)
        law = q / (2 * np.pi * variance * grid) * np.sqrt(np.maximum((high - grid) * (grid - low), 0))
        kernel = stats.norm.pdf((grid[:, None] - values[None]) / 0.01).mean(axis=1) / 0.01
        return ((kernel - law) ** 2).sum()
    grid = np.linspace(1e-5, 1 - 1e-5, 2000)
    best = grid[np.argmin([distance(v) for v in grid])]
    return minimize_scalar(distance, bounds=(max(1e-5, best - 1e-3), min(1 - 1e-5, best + 1e-3)), method="bounded",
                           options={"xatol": 1e-12}).x


def denoised(cov, observations, kind, edge=None, keep=0.0, components=0):
    corr, scale = correlated(cov)
    values, vectors = np.linalg.eigh(corr)
    q = observations / len(cov)
    if edge is None:
        edge = noise_variance(values, q) * (1 + (1 / q) ** 0.5) ** 2
    noise = values < edge
    if kind == "constant-residual":
        values = np.where(noise, values[noise].mean(), values)
        corr = correlated(vectors @ np.diag(values) @ vectors.T)[0]
    elif kind == "targeted-shrinkage":
        part = vectors[:, noise] @ np.diag(values[noise]) @ vectors[:, noise].T
        corr = corr - part + keep * part + (1 - keep) * np.diag(np.diag(part))
    if components:
        values, vectors = np.linalg.eigh(corr)
        corr = correlated(vectors[:, :-components] @ np.diag(values[:-components]) @ vectors[:, :-components].T)[0]
    return corr * scale, int((~noise).sum()), float(edge)


def consistency(share, assets):
    return share / stats.chi2.cdf(stats.chi2.ppf(share, assets), assets + 2)


def exhaustive_determinant(returns, support):
    """The raw minimum covariance determinant over all subsets."""
    best = min(combinations(range(len(returns)), support),
               key=lambda rows: np.linalg.det(np.cov(returns[list(rows)].T, ddof=0)))
    share = support / len(returns)
    return np.cov(returns[list(best)].T, ddof=0) * consistency(share, returns.shape[1])


def many_starts(returns, support):
    rng, best = np.random.default_rng(0), (np.inf, None)
    for _ in range(3000):
        rows = rng.choice(len(returns), returns.shape[1] + 1, replace=False)
        for _ in range(50):
            away = returns - returns[rows].mean(axis=0)
            distances = np.einsum("ti,ti->t", away @ np.linalg.inv(np.cov(returns[rows].T, ddof=0)), away)
            after = np.sort(np.argsort(distances)[:support])
            if np.array_equal(after, rows):
                break
            rows = after
        best = min(best, (np.linalg.slogdet(np.cov(returns[rows].T, ddof=0))[1], rows), key=lambda pair: pair[0])
    return best[1]


def reweighted(returns, rows):
    share, assets = len(rows) / len(returns), returns.shape[1]
    cov = np.cov(returns[rows].T, ddof=0) * consistency(share, assets)
    away = returns - returns[rows].mean(axis=0)
    distances = np.einsum("ti,ti->t", away @ np.linalg.inv(cov), away)
    kept = np.flatnonzero(distances < stats.chi2.isf(0.025, assets))
    return np.cov(returns[kept].T, ddof=0) * consistency(0.975, assets), returns[kept].mean(axis=0), kept


def weighted(returns, decay, centred=True):
    weights = decay ** np.arange(len(returns))[::-1]
    if centred:
        return np.cov(returns.T, aweights=weights, ddof=1)
    return (returns * (weights / weights.sum())[:, None]).T @ returns


# --- Cases --------------------------------------------------------------------------------------

CASES = []


def case(sample, estimator, setting, found, tolerance=TIGHT, **more):
    """`found` maps a source to its matrix; the first is stored, the others must agree with it."""
    sources = list(found)
    expected = np.asarray(found[sources[0]])
    for source in sources[1:]:
        gap = np.abs(np.asarray(found[source]) - expected).max() / np.abs(expected).max()
        assert gap <= tolerance, (sample, estimator, setting, source, gap)
    CASES.append({"sample": sample, "estimator": estimator, "setting": setting, "sources": sources,
                  "tolerance": tolerance, "expected": expected.ravel(order="F").tolist(), **more})


def linear(sample):
    x = SAMPLES[sample]
    frame = CovarianceShrinkage(pd.DataFrame(x), returns_data=True, frequency=1)
    cov, intensity = ledoit_wolf(x)
    case(sample, "ledoit-wolf", "identity", {"scikit-learn ledoit_wolf": cov}, intensity=float(intensity))
    for target in ["constant-covariance", "diagonal", "constant-correlation"]:
        cov, intensity = naive_shrinkage(x, target)
        case(sample, "ledoit-wolf", target, {"the formula": cov}, intensity=intensity)
    cov, intensity = frame._ledoit_wolf_single_factor()
    case(sample, "ledoit-wolf", "single-factor", {"PyPortfolioOpt single_factor": cov}, intensity=float(intensity))
    cov, intensity = oas(x)
    case(sample, "oas", "many-assets", {"scikit-learn oas": cov}, intensity=float(intensity))
    cov, intensity = published_oas(x)
    case(sample, "oas", "published", {"the formula": cov}, intensity=intensity)


def simple(sample):
    x = SAMPLES[sample]
    frame = pd.DataFrame(x)
    case(sample, "sample", "degrees-of-freedom", {"numpy cov": np.cov(x.T)})
    case(sample, "sample", "observations", {"numpy cov ddof=0": np.cov(x.T, ddof=0)})
    case(sample, "semi", "mean", {"Riskfolio-Lib covar_matrix semi": riskfolio.covar_matrix(frame, method="semi")})
    case(sample, "semi", "0.002",
         {"PyPortfolioOpt semicovariance": semicovariance(frame, True, benchmark=0.002, frequency=1)})
    last = frame.ewm(alpha=0.06).cov().iloc[-x.shape[1]:]
    case(sample, "ewma", "0.94", {"pandas ewm.cov": last, "numpy cov aweights": weighted(x, 0.94)})
    case(sample, "ewma", "zero 0.97", {"the formula": weighted(x, 0.97, False)})
    slow, scale = correlated(weighted(x, 0.5 ** (1 / 40)))[0], correlated(weighted(x, 0.5 ** (1 / 10)))[1]
    case(sample, "ewma", "half-lives 10 40", {"numpy cov aweights": slow * scale})


def ranks(sample):
    x = SAMPLES[sample]
    n = x.shape[1]
    scale = correlated(np.cov(x.T))[1]
    rho = stats.spearmanr(x).statistic
    tau = np.array([[stats.kendalltau(x[:, i], x[:, j], variant="b").statistic for j in range(n)] for i in range(n)])
    case(sample, "spearman", "plain", {"scipy spearmanr": rho * scale, "pandas": pd.DataFrame(x).corr("spearman") * scale})
    case(sample, "kendall", "plain", {"scipy kendalltau": tau * scale})
    case(sample, "spearman", "normal", {"scipy spearmanr": 2 * np.sin(np.pi / 6 * rho) * scale})
    case(sample, "kendall", "normal", {"scipy kendalltau": np.sin(np.pi / 2 * tau) * scale})


def gerber(sample):
    x = SAMPLES[sample]
    for threshold in [0.5, 0.9]:
        for name, psd, theirs in [("gs1", True, riskfolio.gerber_cov_stat1), ("gs2", False, riskfolio.gerber_cov_stat2)]:
            found = GerberCovariance(threshold=threshold, psd_variant=psd, nearest=False).fit(x).covariance_
            case(sample, "gerber", f"{name} {threshold}",
                 {"skfolio GerberCovariance": found, f"Riskfolio-Lib gerber_cov_stat{name[-1]}": theirs(x, threshold)})


def noise(sample):
    x = SAMPLES[sample]
    cov, t = np.cov(x.T), len(x)
    q = t / x.shape[1]
    values = np.linalg.eigvalsh(correlated(cov)[0])
    ours, signals, edge = denoised(cov, t, "constant-residual")
    variance = edge / (1 + (1 / q) ** 0.5) ** 2
    case(sample, "denoise", "constant-residual",
         {"the formula": ours, "skfolio DenoiseCovariance": DenoiseCovariance().fit(x).covariance_,
          "Riskfolio-Lib denoiseCov fixed": riskfolio_aux.denoiseCov(cov, q, kind="fixed")},
         signals=signals, variance=variance)
    shrunk, signals, _ = denoised(cov, t, "targeted-shrinkage", keep=0.3)
    case(sample, "denoise", "targeted-shrinkage 0.3",
         {"the formula": shrunk, "Riskfolio-Lib denoiseCov shrink": riskfolio_aux.denoiseCov(cov, q, kind="shrink", alpha=0.3)},
         signals=signals, variance=variance)
    unit = denoised(cov, t, "constant-residual", edge=(1 + (1 / q) ** 0.5) ** 2)
    case(sample, "denoise", "unit", {"the formula": unit[0]}, signals=unit[1], variance=1.0)
    edge, below = (1 + (1 / q) ** 0.5) ** 2, None
    while below is None or (values < edge).sum() != below:
        below = int((values < edge).sum())
        edge = values[:below].mean() * (1 + (1 / q) ** 0.5) ** 2
    residual = denoised(cov, t, "constant-residual", edge=edge)
    case(sample, "denoise", "residual", {"the formula": residual[0]}, signals=residual[1],
         variance=float(values[:below].mean()))
    # The market is a large part of what is taken away, so that the cancellation costs a digit.
    case(sample, "denoise", "detone", {"the formula": denoised(cov, t, "none", edge=1.0, components=1)[0],
                                       "skfolio DetoneCovariance": DetoneCovariance().fit(x).covariance_}, tolerance=1e-11)
    case(sample, "denoise", "constant-residual detone",
         {"the formula": denoised(cov, t, "constant-residual", components=1)[0]}, tolerance=1e-11)


def robust():
    for sample in ["outliers", "pairs"]:
        x = SAMPLES[sample]
        rows = many_starts(x, int(np.ceil(0.5 * (len(x) + x.shape[1] + 1))))
        cov, location, kept = reweighted(x, rows)
        found = {"concentration from 3000 random starts, in numpy": cov}
        fits = [MinCovDet(random_state=seed).fit(x) for seed in range(40)]
        for fit in fits:  # the factors and the second estimate, from the subset that scikit-learn found
            theirs = reweighted(x, np.flatnonzero(fit.raw_support_))
            assert np.abs(theirs[0] / fit.covariance_ - 1).max() < TIGHT and (theirs[2] == np.flatnonzero(fit.support_)).all()
        best = min(fits, key=lambda fit: np.linalg.det(fit.raw_covariance_))
        if sample == "pairs":  # with three assets scikit-learn stops at a subset that is not the best
            found["scikit-learn MinCovDet, the best of 40 seeds"] = best.covariance_
        case(sample, "mcd", "reweighted", found, location=location.tolist(), kept=kept.tolist())
    x = SAMPLES["small"]
    case("small", "mcd", "raw 8", {"all subsets of 8": exhaustive_determinant(x, 8)})


def repair():
    rng = np.random.default_rng(9)
    corr = np.clip(rng.normal(0, 0.7, (6, 6)), -0.95, 0.95)
    corr = np.tril(corr, -1)
    corr = corr + corr.T + np.eye(6)
    sd = np.linspace(0.01, 0.03, 6)
    values, vectors = np.linalg.eigh(corr)
    clipped = correlated(vectors @ np.diag(np.maximum(values, 0)) @ vectors.T)[0] * np.outer(sd, sd)
    near = cov_nearest(corr * np.outer(sd, sd))
    # skfolio clips at 1e-13.
    case("", "repair", "clip", {"the formula": clipped, "skfolio cov_nearest": near}, tolerance=1e-10,
         broken=(corr * np.outer(sd, sd)).ravel().tolist())


def main():
    for package, expected in VERSIONS.items():
        assert version(package) == expected, (package, version(package), expected)
    for sample in ["market", "wide"]:
        linear(sample)
    simple("market")
    for sample in ["market", "wide", "square"]:
        case(sample, "nonlinear", "", {"the formula, mpmath": nonlinear(SAMPLES[sample])}, tolerance=1e-11)
    for sample in ["market", "ties"]:
        ranks(sample)
        gerber(sample)
    noise("noisy")
    robust()
    repair()
    samples = [table("sample", {"name": name, "observations": x.shape[0], "assets": x.shape[1],
                                "returns": x.ravel(order="F").tolist()}) for name, x in SAMPLES.items()]
    blocks = ["# Written by generate_batch.py; do not edit."] + samples + [table("case", row) for row in CASES]
    (HERE / "batch.toml").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


main()
