"""Writes codependence.toml next to itself: golden cases for the measures of codependence and their distances.

Run:    python generate_codependence.py
Needs:  dcor 0.7, scikit-learn 1.9.1, Riskfolio-Lib 7.4.0, pandas 3.1.1, scipy 1.17.1, numpy 2.4.6 (the versions
        are checked)

Expected values never come from po itself: they are the output of these libraries, or of the formula as its paper
prints it, written out naively. `sources` names the libraries whose numbers this run found equal to the stored ones
within 1e-11, or within half a unit of the eighth digit for those that Riskfolio-Lib rounds.

Where Riskfolio-Lib departs from the definitions, the definition is stored and Riskfolio-Lib is no source:
- its matrices of information and of tails are rounded to eight digits, and no tail dependence is below 1e-8;
- its width of bins after Scott has the constant 3.5 for (24 sqrt(pi))^(1/3) = 3.4908, so that numbers of bins may differ;
- under HGR it asks whether a correlation is one to the last bit; one that is not for rounding, an asset's with itself,
  takes tens of thousands of bins and as many gigabytes, and at -1 it divides by zero. Its count of bins is therefore
  wrapped here, so that correlations within 1e-10 of either end take the rule for one variable;
- the tail has ceil(alpha T) observations with the product rounded up by binary digits: 8 for alpha = 0.07, T = 100;
- where returns are tied with the threshold, it divides by fewer observations than the tail has, and cuts at one;
- bins are NumPy's, whose edges are rounded: returns that lie on an edge may fall below it. Here a return is in bin
  floor(bins (x - min) / (max - min)), computed with fractions.

  [[sample]]  name, observations, assets, returns (asset by asset)
  [[case]]    sample, estimator, setting, sources, expected (the matrix, column by column)
  [[distance]] sample, measure, form, sources, expected
"""

import json
import math
import textwrap
import warnings
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path

import dcor
import numpy as np
import pandas as pd
import riskfolio.src.AuxFunctions as riskfolio
from scipy import stats
from sklearn.metrics import mutual_info_score

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent
VERSIONS = {"dcor": "0.7", "scikit-learn": "1.9.1", "Riskfolio-Lib": "7.4.0", "pandas": "3.1.1",
            "scipy": "1.17.1", "numpy": "2.4.6"}
for package, expected in VERSIONS.items():
    assert version(package) == expected, f"{package} {version(package)} is not {expected}"
TIGHT, ROUNDED = 1e-11, 5.1e-9


def toml(value):
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, float):
        return repr(float(value) + 0.0)
    text = "[" + ", ".join(toml(item) for item in value) + "]"
    if len(text) <= 80:
        return text
    return "[\n" + textwrap.fill(text[1:-1] + ",", 110, initial_indent="    ", subsequent_indent="    ",
                                 break_on_hyphens=False) + "\n]"


def table(name, row):
    return "\n".join([f"[[{name}]]"] + [f"{key} = {toml(value)}" for key, value in row.items()])


# --- Samples ------------------------------------------------------------------------------------

def market(seed, observations, assets):
    """A common factor with heavy tails; the last asset but one moves against it, the last with its square."""
    rng = np.random.default_rng(seed)
    factor = rng.standard_t(5, observations)
    returns = 0.008 * np.outer(factor, rng.uniform(0.3, 1.2, assets))
    returns += 0.01 * rng.standard_t(5, (observations, assets))
    returns[:, -2] -= 0.015 * factor
    returns[:, -1] += 0.004 * factor * factor
    return np.round(returns, 7)


SAMPLES = {
    "market": market(2007, 250, 7),
    "hundred": market(2014, 100, 4),
    "long": market(2016, 777, 3),
    # Multiples of 1/64: many ties, and returns on the edges of bins.
    "grid": np.round(np.random.default_rng(2019).normal(0, 6, (120, 5)) + np.arange(5)) / 64,
}
SAMPLES["grid"][:, 4] = -SAMPLES["grid"][:, 1]  # on a falling line
SAMPLES["grid"][:50, 3] = SAMPLES["grid"][:50, 2]


def matrix(sample, entry, diagonal=None):
    returns = SAMPLES[sample]
    assets = returns.shape[1]
    out = np.empty((assets, assets))
    for i in range(assets):
        for j in range(assets):
            out[i, j] = diagonal if i == j and diagonal is not None else entry(returns[:, i], returns[:, j])
    return out


def sources(expected, **found):
    """The names of the matrices that are equal, off the diagonal too where that is all they promise."""
    names = []
    for name, (values, tolerance) in found.items():
        if np.abs(np.asarray(values, dtype=float) - expected).max() <= tolerance:
            names.append(name.replace("_", "-"))
    return names


CASES, DISTANCES = [], []


def case(sample, estimator, setting, expected, names):
    CASES.append({"sample": sample, "estimator": estimator, "setting": setting, "sources": names,
                  "expected": [float(v) for v in expected.T.flatten()]})


# --- Distance correlation -----------------------------------------------------------------------

def centred(x):
    a = np.abs(x[:, None] - x[None, :])
    return a - a.mean(0) - a.mean(1)[:, None] + a.mean()


def biased(x, y):
    a, b = centred(x), centred(y)
    return math.sqrt(max((a * b).mean(), 0) / math.sqrt((a * a).mean() * (b * b).mean()))


def u_centred(x):
    a = np.abs(x[:, None] - x[None, :])
    n = len(x)
    out = a - a.sum(0) / (n - 2) - a.sum(1)[:, None] / (n - 2) + a.sum() / ((n - 1) * (n - 2))
    np.fill_diagonal(out, 0)
    return out


def corrected(x, y):
    a, b = u_centred(x), u_centred(y)
    return (a * b).sum() / math.sqrt((a * a).sum() * (b * b).sum())


for sample, returns in SAMPLES.items():
    expected = matrix(sample, biased, 1.0)
    names = sources(expected, formula=(expected, TIGHT), dcor=(matrix(sample, dcor.distance_correlation), TIGHT),
                    riskfolio=(riskfolio.dcorr_matrix(returns), TIGHT))
    case(sample, "distance-correlation", "biased", expected, names)
    expected = matrix(sample, corrected, 1.0)
    names = sources(expected, formula=(expected, TIGHT),
                    dcor=(matrix(sample, dcor.u_distance_correlation_sqr), TIGHT))
    case(sample, "distance-correlation", "bias-corrected", expected, names)


# --- Information --------------------------------------------------------------------------------

def in_bins(x, bins):
    exact = [Fraction(float(v)) for v in x]
    least, greatest = min(exact), max(exact)
    return np.array([min(math.floor(bins * (v - least) / (greatest - least)), bins - 1) for v in exact])


def freedman_diaconis(x):
    q75, q25 = np.percentile(x, [75, 25])
    return (x.max() - x.min()) * len(x) ** (1 / 3) / (2 * (q75 - q25))


def scott(x):
    return (x.max() - x.min()) * len(x) ** (1 / 3) / ((24 * math.sqrt(math.pi)) ** (1 / 3) * x.std())


def hacine_gharbi(t):
    z = (8 + 324 * t + 12 * math.sqrt(36 * t + 729 * t**2)) ** (1 / 3)
    return z / 6 + 2 / (3 * z) + 1 / 3


def bivariate(x, y):
    rho = stats.pearsonr(x, y)[0]
    if abs(rho) > 1 - 1e-10:
        return hacine_gharbi(len(x))
    return math.sqrt(1 + math.sqrt(1 + 24 * len(x) / (1 - rho**2))) / math.sqrt(2)


def guarded(t, rho=None, count=riskfolio.numBins):
    return count(t, None if rho is None or abs(rho) > 1 - 1e-10 else rho)


riskfolio.numBins = guarded

RULES = {
    "number 12": lambda x, y: 12,
    "freedman-diaconis": lambda x, y: max(freedman_diaconis(x), freedman_diaconis(y)),
    "scott": lambda x, y: max(scott(x), scott(y)),
    "sturges": lambda x, y: 1 + math.log2(len(x)),
    "hacine-gharbi": lambda x, y: hacine_gharbi(len(x)),
    "hacine-gharbi-bivariate": bivariate,
}
RISKFOLIO = {"number 12": 12, "freedman-diaconis": "FD", "scott": "SC", "hacine-gharbi-bivariate": "HGR"}


def entropies(rule, x, y):
    bins = max(round(RULES[rule](x, y)), 2)
    i, j = in_bins(x, bins), in_bins(y, bins)
    counts = np.zeros((bins, bins))
    np.add.at(counts, (i, j), 1)
    h = [stats.entropy(c[c > 0]) for c in (counts.sum(1), counts.sum(0), counts.flatten())]
    assert abs(mutual_info_score(i, j) - max(h[0] + h[1] - h[2], 0)) < 1e-12
    return h


def mutual(rule, normalise):
    def entry(x, y):
        hx, hy, hxy = entropies(rule, x, y)
        return max(hx + hy - hxy, 0) / (min(hx, hy) if normalise else 1)
    return entry


def variation(rule, normalise):
    def entry(x, y):
        hx, hy, hxy = entropies(rule, x, y)
        return max(2 * hxy - hx - hy, 0) / (hxy if normalise else 1)
    return entry


for sample in ["market", "grid", "long"]:
    for rule in RULES if sample != "long" else ["hacine-gharbi-bivariate", "freedman-diaconis"]:
        for scale in ["nats", "normalised"]:
            normalise = scale == "normalised"
            for estimator, of, theirs in [
                ("mutual-information", mutual, riskfolio.mutual_info_matrix),
                ("variation-of-information", variation, riskfolio.var_info_matrix),
            ]:
                diagonal = 0.0 if of is variation else 1.0 if normalise else None
                expected = matrix(sample, of(rule, normalise), diagonal)
                found = {"scikit_learn": (expected, TIGHT)}  # asserted for each pair
                if rule in RISKFOLIO:
                    found["riskfolio"] = (theirs(SAMPLES[sample], RISKFOLIO[rule], normalise), ROUNDED)
                case(sample, estimator, f"{rule} {scale}", expected, sources(expected, **found))


# --- Tails --------------------------------------------------------------------------------------

def tail(level):
    def entry(x, y):
        k = math.ceil(Fraction(str(level)) * len(x))
        u, v = x <= np.sort(x)[k - 1], y <= np.sort(y)[k - 1]
        return (u & v).sum() / max(u.sum(), v.sum())
    return entry


for sample, level in [("market", 0.05), ("market", 0.2), ("hundred", 0.07), ("grid", 0.1), ("long", 0.013)]:
    expected = matrix(sample, tail(level))
    floored = np.maximum(expected, 1e-8)
    theirs = riskfolio.ltdi_matrix(SAMPLES[sample], level).to_numpy()
    names = ["formula"] + (["riskfolio"] if np.abs(theirs - floored).max() <= ROUNDED else [])
    case(sample, "lower-tail-dependence", str(level), expected, names)


# --- Distances ----------------------------------------------------------------------------------

FORMS = {
    "angular": lambda c: np.sqrt(np.maximum(1 - c, 0) / 2),
    "absolute-angular": lambda c: np.sqrt(np.maximum(1 - np.abs(c), 0)),
    "squared-angular": lambda c: np.sqrt(np.maximum(1 - c**2, 0)),
    "complement": lambda c: np.sqrt(np.maximum(1 - c, 0)),
    "negative-logarithm": lambda c: -np.log(np.maximum(c, 1e-8)),
}


def distance(sample, measure, form, codependence, theirs=None, tolerance=TIGHT):
    expected = FORMS[form](codependence)
    names = ["formula"]
    if theirs is not None:
        codep, dist = riskfolio.codep_dist(pd.DataFrame(SAMPLES[sample]), codependence=theirs, alpha_tail=0.05)
        assert np.abs(codep.to_numpy() - np.maximum(codependence, 1e-8 if theirs == "tail" else -1)).max() < ROUNDED
        away = np.abs(dist.to_numpy() - expected)
        np.fill_diagonal(away, 0)  # a correlation of 1 - 1e-16 with itself has a distance of 1e-8
        assert away.max() < tolerance, (measure, form, away.max())
        names.append("riskfolio")
    np.fill_diagonal(expected, 0)
    DISTANCES.append({"sample": sample, "measure": measure, "form": form, "sources": names,
                      "expected": [float(v) for v in expected.T.flatten()]})


frame = pd.DataFrame(SAMPLES["market"])
for kind in ["pearson", "spearman", "kendall"]:
    rho = frame.corr(method=kind).to_numpy()
    distance("market", kind, "angular", rho, kind)
    distance("market", f"absolute {kind}", "complement", np.abs(rho), f"abs_{kind}")
    distance("market", kind, "absolute-angular", rho)
    distance("market", kind, "squared-angular", rho)
distance("market", "distance-correlation", "complement", matrix("market", biased, 1.0), "distance")
distance("market", "distance-correlation", "angular", matrix("market", biased, 1.0))
# Their tail dependence is rounded to eight digits before its logarithm is taken.
distance("market", "lower-tail-dependence", "negative-logarithm", matrix("market", tail(0.05)), "tail", 1e-6)

# --- The file -----------------------------------------------------------------------------------

parts = ["# Written by generate_codependence.py, with "
         + ", ".join(f"{name} {number}" for name, number in VERSIONS.items()) + "."]
for name, returns in SAMPLES.items():
    observations, assets = returns.shape
    parts.append(table("sample", {"name": name, "observations": observations, "assets": assets,
                                  "returns": [float(v) for v in returns.T.flatten()]}))
parts += [table("case", row) for row in CASES] + [table("distance", row) for row in DISTANCES]
(HERE / "codependence.toml").write_text("\n\n".join(parts) + "\n")
for row in CASES:
    print(row["sample"], row["estimator"], row["setting"], row["sources"])
