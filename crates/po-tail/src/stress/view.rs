//! What somebody believes of the returns to come.

use std::fmt::{self, Display};

use po_core::{Confidence, InputError, Returns, Universe};

/// A number that describes the distribution of returns.
///
/// Terms are the assets and what is held of them: a statistic is that of `Σ c_i r_i`, so that the difference of two
/// assets has a mean as an asset has.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Statistic {
    /// The expected return.
    Mean(Vec<(usize, f64)>),
    /// The standard deviation of the return.
    Volatility(Vec<(usize, f64)>),
    /// The third standardised moment.
    Skewness(Vec<(usize, f64)>),
    /// The fourth standardised moment, 3 for the normal distribution.
    Kurtosis(Vec<(usize, f64)>),
    /// The correlation of two assets.
    Correlation(usize, usize),
    /// The loss that is reached with a probability of `1-β`.
    Var(Vec<(usize, f64)>, Confidence),
    /// The mean of the losses in the worst cases, of probability `1-β`.
    Cvar(Vec<(usize, f64)>, Confidence),
    /// The probability that the return is at most as high as told.
    Probability(Vec<(usize, f64)>, f64),
}

/// How a statistic stands to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Relation {
    /// At most as great.
    AtMost,
    /// At least as great.
    AtLeast,
    /// Equal.
    Equal,
}

/// A view: a statistic of the returns is, or is at most, or is at least, a number.
///
/// # Shapes and units
/// Returns per period; losses and risks positive.
///
/// # Examples
/// ```
/// use po_core::Universe;
/// use po_tail::PoolingView;
///
/// let universe = Universe::new(["AAPL", "MSFT"])?;
/// let view = PoolingView::parse("mean AAPL >= mean MSFT + 0.1%", &universe)?;
/// assert_eq!(view.value, 0.001);
/// assert_eq!(view.named(&universe), "mean (AAPL - MSFT) >= 0.001");
/// # Ok::<(), po_tail::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PoolingView {
    /// What is described.
    pub statistic: Statistic,
    /// How it stands to the number.
    pub relation: Relation,
    /// The number.
    pub value: f64,
}

impl Statistic {
    fn word(&self) -> &'static str {
        match self {
            Self::Mean(_) => "mean",
            Self::Volatility(_) => "vol",
            Self::Skewness(_) => "skew",
            Self::Kurtosis(_) => "kurtosis",
            Self::Correlation(..) => "corr",
            Self::Var(..) => "var",
            Self::Cvar(..) => "cvar",
            Self::Probability(..) => "probability",
        }
    }

    /// The assets and what is held of them; none for a correlation.
    pub(super) fn terms(&self) -> &[(usize, f64)] {
        match self {
            Self::Mean(terms)
            | Self::Volatility(terms)
            | Self::Skewness(terms)
            | Self::Kurtosis(terms)
            | Self::Var(terms, _)
            | Self::Cvar(terms, _)
            | Self::Probability(terms, _) => terms,
            Self::Correlation(..) => &[],
        }
    }
}

impl PoolingView {
    /// Whether the view fits so many assets, and its number is one that the statistic can take.
    pub(super) fn check(&self, assets: usize) -> Result<(), InputError> {
        let (name, expected, inside) = match &self.statistic {
            Statistic::Mean(_) => ("the mean", "a finite number", true),
            Statistic::Skewness(_) => ("the skewness", "a finite number", true),
            Statistic::Kurtosis(_) => ("the kurtosis", "a number of 1 or more", self.value >= 1.0),
            Statistic::Volatility(_) => ("the volatility", "a positive number", self.value > 0.0),
            Statistic::Correlation(..) => {
                ("the correlation", "a number in [-1, 1]", (-1.0..=1.0).contains(&self.value))
            }
            Statistic::Var(..) => ("the value at risk", "a finite number", true),
            Statistic::Cvar(..) => ("the conditional value at risk", "a finite number", true),
            Statistic::Probability(..) => {
                ("the probability", "a number in [0, 1]", (0.0..=1.0).contains(&self.value))
            }
        };
        if !(self.value.is_finite() && inside) {
            return Err(InputError::OutOfRange { name, value: self.value, expected });
        }
        let terms = self.statistic.terms();
        let pair = if let Statistic::Correlation(first, second) = self.statistic {
            if first == second {
                let (name, expected) = ("the second asset of a correlation", "another one than the first");
                return Err(InputError::AssetOutOfRange {
                    name,
                    asset: second,
                    value: second as f64,
                    expected,
                });
            }
            vec![(first, 1.0), (second, 1.0)]
        } else {
            Vec::new()
        };
        if terms.is_empty() && pair.is_empty() {
            return Err(InputError::Empty { what: "the list of assets in a view" });
        }
        for &(asset, coefficient) in terms.iter().chain(&pair) {
            if asset >= assets {
                let (name, value) = ("the index in a view", asset as f64);
                let expected = "an index below the number of assets";
                return Err(InputError::AssetOutOfRange { name, asset, value, expected });
            }
            if !coefficient.is_finite() {
                let (name, value) = ("the coefficient in a view", coefficient);
                return Err(InputError::AssetOutOfRange { name, asset, value, expected: "a finite number" });
            }
        }
        Ok(())
    }

    /// The view in words, with the assets called by their names.
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        let mut text = String::new();
        // Nothing can fail where text is written to text.
        let _ = self.write(&mut text, |asset| universe.label(asset));
        text
    }

    fn write(&self, f: &mut impl fmt::Write, label: impl Fn(usize) -> String) -> fmt::Result {
        f.write_str(self.statistic.word())?;
        if let Statistic::Var(_, confidence) | Statistic::Cvar(_, confidence) = &self.statistic {
            // Two decimal places of a per cent are enough to tell one level from another.
            write!(f, "@{}%", (confidence.level() * 1e4).round() / 100.0)?;
        }
        if let Statistic::Correlation(first, second) = self.statistic {
            write!(f, " {} {}", label(first), label(second))?;
        } else if let [(asset, coefficient)] = self.statistic.terms()
            && (coefficient - 1.0).abs() < f64::EPSILON
        {
            write!(f, " {}", label(*asset))?;
        } else {
            f.write_str(" (")?;
            for (place, (asset, coefficient)) in self.statistic.terms().iter().enumerate() {
                let sign = match (place, *coefficient < 0.0) {
                    (0, true) => "-",
                    (0, false) => "",
                    (_, true) => " - ",
                    (_, false) => " + ",
                };
                let size = coefficient.abs();
                if (size - 1.0).abs() < f64::EPSILON {
                    write!(f, "{sign}{}", label(*asset))?;
                } else {
                    write!(f, "{sign}{size} * {}", label(*asset))?;
                }
            }
            f.write_str(")")?;
        }
        if let Statistic::Probability(_, below) = self.statistic {
            write!(f, " <= {below}")?;
        }
        write!(f, " {} {}", self.relation, self.value)
    }
}

impl Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Equal => "=",
        })
    }
}

impl Display for PoolingView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, |asset| format!("asset {asset}"))
    }
}

/// `Σ c_i r_si` in each scenario.
pub(super) fn combined(returns: &Returns, terms: &[(usize, f64)]) -> Vec<f64> {
    let mut combined = vec![0.0; returns.observations()];
    terms.iter().for_each(|&(asset, c)| po_core::simd::axpy(c, returns.column(asset), &mut combined));
    combined
}
