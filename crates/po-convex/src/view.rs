//! What an investor believes about the return of a portfolio.

use po_core::{InputError, Universe};

use crate::{Error, LinearConstraint};

/// A name that nobody gives an asset.
const STAND_IN: char = '\u{1}';

/// A belief: the portfolio with these exposures will return `mean`.
///
/// # Shapes and units
/// N exposures; the mean is a return per the period of the covariance.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct View {
    /// What reports call it.
    pub label: String,
    /// A row of P: the exposure of the portfolio to each asset.
    pub exposures: Vec<f64>,
    /// q: its expected return.
    pub mean: f64,
    /// How sure the investor is.
    pub uncertainty: Uncertainty,
}

/// How uncertain a view is: its entry ω on the diagonal of Ω, where p are its exposures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Uncertainty {
    /// As uncertain as the prior is about the same portfolio (He, Litterman 1999).
    ///
    /// ```text
    /// ω = τ p Σ p'
    /// ```
    #[default]
    Proportional,
    /// A variance of the mean, zero or more; at zero the view holds exactly.
    Variance(f64),
    /// A confidence from zero, no say, to one, exact: how far the view alone would tilt the mean towards itself.
    ///
    /// ```text
    /// ω = τ p Σ p' (1 - c) / c
    /// ```
    ///
    /// # Source
    /// Idzorek (2005), who searches for ω, in the closed form of Walters (2007).
    Confidence(f64),
}

impl View {
    /// A view from its exposures; [`BlackLitterman::posterior`](crate::BlackLitterman::posterior) checks it.
    #[must_use]
    pub fn new(label: impl Into<String>, exposures: Vec<f64>, mean: f64, uncertainty: Uncertainty) -> Self {
        Self { label: label.into(), exposures, mean, uncertainty }
    }

    /// A view in words: `AAPL - MSFT = 2%`, `0.5 * AAPL + 0.5 * XOM = 4%`, `Energy - Technology = 0.01`.
    ///
    /// The language is that of [`LinearConstraint::parse`], with one difference: a group stands for the mean return of
    /// its members, not for the sum of their weights.
    ///
    /// # Errors
    /// As [`LinearConstraint::parse`]; [`Error::Syntax`] for a limit where an equation is expected.
    ///
    /// # Examples
    /// ```
    /// use po_convex::{Uncertainty, View};
    /// use po_core::Universe;
    ///
    /// let universe = Universe::new(["AAPL", "MSFT", "XOM"])?
    ///     .grouped("sector", [Some("Technology"), Some("Technology"), Some("Energy")])?;
    /// let view = View::parse("Energy - Technology = 2%", &universe, Uncertainty::Confidence(0.6))?;
    /// assert_eq!((view.exposures.as_slice(), view.mean), ([-0.5, -0.5, 1.0].as_slice(), 0.02));
    /// # Ok::<(), po_convex::Error>(())
    /// ```
    pub fn parse(text: &str, universe: &Universe, uncertainty: Uncertainty) -> Result<Self, Error> {
        let assets = universe.len();
        let (groups, stand_ins) = with_stand_ins(universe)?;
        let equation = LinearConstraint::parse(text, &stand_ins)?;
        if equation.lower() < equation.upper() {
            let at = 1 + text.chars().take_while(|letter| !matches!(letter, '<' | '>')).count();
            let expected = "=: a view is an equation".to_owned();
            return Err(Error::Syntax { text: text.to_owned(), at, expected });
        }
        let mut exposures = vec![0.0; assets];
        for &(subject, coefficient) in equation.terms() {
            match subject.checked_sub(assets) {
                None => exposures[subject] += coefficient,
                Some(group) => {
                    let members = &groups[group];
                    let share = coefficient / members.len() as f64;
                    members.iter().for_each(|&member| exposures[member] += share);
                }
            }
        }
        Ok(Self::new(text.trim(), exposures, equation.lower(), uncertainty))
    }

    pub(crate) fn check(&self, assets: usize) -> Result<(), InputError> {
        super::black_litterman::check_numbers(
            "the list of exposures of a view",
            "the exposure of a view",
            assets,
            &self.exposures,
        )?;
        if self.exposures.iter().all(|exposure| *exposure == 0.0) {
            return Err(InputError::Empty { what: "the portfolio of a view" });
        }
        let out_of_range = |name, value, expected| Err(InputError::OutOfRange { name, value, expected });
        if !self.mean.is_finite() {
            return out_of_range("the mean of a view", self.mean, "a finite number");
        }
        match self.uncertainty {
            Uncertainty::Variance(variance) if !(variance.is_finite() && variance >= 0.0) => {
                out_of_range("the variance of a view", variance, "a finite number, zero or more")
            }
            Uncertainty::Confidence(confidence) if !(0.0..=1.0).contains(&confidence) => {
                out_of_range("the confidence in a view", confidence, "[0, 1]")
            }
            _ => Ok(()),
        }
    }
}

/// The universe with one more asset for each group, its only member there, and the members that it stands for.
fn with_stand_ins(universe: &Universe) -> Result<(Vec<Vec<usize>>, Universe), InputError> {
    let mut groups = Vec::new();
    let mut labels = Vec::new();
    for (number, grouping) in universe.groupings().iter().enumerate() {
        for label in grouping.groups() {
            groups.push(grouping.members(label)?);
            labels.push((number, label.to_owned()));
        }
    }
    let names = universe.names().iter().cloned();
    let names = names.chain((0..groups.len()).map(|group| format!("{STAND_IN}{group}")));
    let mut stand_ins = Universe::new(names)?;
    for (number, grouping) in universe.groupings().iter().enumerate() {
        let own = |(of, label): &(usize, String)| (*of == number).then(|| label.clone());
        let all = std::iter::repeat_n(None, universe.len()).chain(labels.iter().map(own));
        stand_ins = stand_ins.grouped(grouping.name(), all)?;
    }
    Ok((groups, stand_ins))
}
