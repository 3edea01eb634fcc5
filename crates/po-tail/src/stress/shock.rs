//! Stresses: what is supposed to happen to returns, volatilities and correlations.

use po_core::linalg::{Cholesky, SymmetricEigen};
use po_core::nalgebra::DMatrix;
use po_core::{Covariance, InputError, Returns, Universe, Weights};

use super::fault::Fault;
use super::parse::{Statement, statement};
use crate::{Error, Scenarios};

/// Up to this share of its variance, what other assets leave of one is rounding.
const SINGULAR: f64 = 1e-14;

/// What a stress does to scenarios with its shocks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum StressMode {
    /// Every scenario is followed by the shock: `(1 + r)(1 + s) - 1`.
    #[default]
    Shift,
    /// One scenario is added, in which the shocks are the returns; the others share what probability is left.
    Row {
        /// The probability of the scenario that is added.
        probability: f64,
    },
}

/// A stress: returns of some assets, factors of volatilities, a level of all correlations.
///
/// | Line | Meaning |
/// |---|---|
/// | `AAPL -20%` | a return |
/// | `Energy -30%`, `all -10%` | the same return for each asset of a group, for each asset |
/// | `volatility x2`, `volatility Energy x1.5` | deviations from the mean are multiplied |
/// | `correlations 0.8` | all correlations become so |
///
/// A later line overrides an earlier one; `asset:` or the name of a grouping and a colon say what a name is, where it
/// could be both.
///
/// # Examples
/// ```
/// use po_core::Universe;
/// use po_tail::Stress;
///
/// let universe = Universe::new(["AAPL", "XOM"])?.grouped("sector", [Some("Technology"), Some("Energy")])?;
/// let stress = Stress::parse(["all -10%", "Energy -30%", "volatility x2"], &universe)?;
/// assert_eq!(stress.shocks(), [Some(-0.1), Some(-0.3)]);
/// assert_eq!(stress.volatility_factors(), [2.0, 2.0]);
/// # Ok::<(), po_tail::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Stress {
    shocks: Vec<Option<f64>>,
    volatility_factors: Vec<f64>,
    correlation: Option<f64>,
}

impl Stress {
    /// A stress from numbers; none for an asset of which nothing is supposed.
    ///
    /// # Errors
    /// [`InputError::Empty`] without assets; [`InputError::LengthMismatch`] unless both lists are as long;
    /// [`InputError::AssetOutOfRange`] for a return below -1 or a factor below zero; [`InputError::OutOfRange`] for a
    /// correlation that not all pairs of so many assets can have.
    pub fn new(
        shocks: Vec<Option<f64>>,
        volatility_factors: Vec<f64>,
        correlation: Option<f64>,
    ) -> Result<Self, InputError> {
        let assets = shocks.len();
        if assets == 0 {
            return Err(InputError::Empty { what: "the list of shocks" });
        }
        if volatility_factors.len() != assets {
            let (expected, actual) = (assets, volatility_factors.len());
            return Err(InputError::LengthMismatch {
                what: "the list of volatility factors",
                expected,
                actual,
            });
        }
        for (asset, value) in shocks.iter().enumerate().filter_map(|(asset, shock)| Some((asset, (*shock)?)))
        {
            if !(value.is_finite() && value >= -1.0) {
                let (name, expected) = ("the shock", "a return of -1 or more");
                return Err(InputError::AssetOutOfRange { name, asset, value, expected });
            }
        }
        if let Some((asset, &value)) =
            volatility_factors.iter().enumerate().find(|(_, f)| !(f.is_finite() && **f >= 0.0))
        {
            let (name, expected) = ("the volatility factor", "zero or more");
            return Err(InputError::AssetOutOfRange { name, asset, value, expected });
        }
        if let Some(value) = correlation {
            let least = if assets > 1 { -1.0 / (assets as f64 - 1.0) } else { -1.0 };
            if !(least..=1.0).contains(&value) {
                let (name, expected) = ("the correlation of all assets", "a number in [-1/(N-1), 1]");
                return Err(InputError::OutOfRange { name, value, expected });
            }
        }
        Ok(Self { shocks, volatility_factors, correlation })
    }

    /// A stress in words.
    ///
    /// # Errors
    /// [`Error::Syntax`] with the place where reading ended; [`InputError::UnknownName`] with the nearest known name;
    /// else as [`Stress::new`].
    pub fn parse<S: AsRef<str>>(
        lines: impl IntoIterator<Item = S>,
        universe: &Universe,
    ) -> Result<Self, Error> {
        let assets = universe.len();
        let (mut shocks, mut factors, mut correlation) = (vec![None; assets], vec![1.0; assets], None);
        for line in lines {
            match statement(line.as_ref(), universe)? {
                Statement::Shock(members, size) => members.iter().for_each(|&m| shocks[m] = Some(size)),
                Statement::Volatility(members, factor) => members.iter().for_each(|&m| factors[m] = factor),
                Statement::Correlations(value) => correlation = Some(value),
                Statement::View(_) => {
                    return Err(Fault::expected(0, "a stress, for example AAPL -20%").of(line.as_ref()));
                }
            }
        }
        Ok(Self::new(shocks, factors, correlation)?)
    }

    /// The return supposed of each asset.
    #[must_use]
    pub fn shocks(&self) -> &[Option<f64>] {
        &self.shocks
    }

    /// What the volatility of each asset is multiplied by.
    #[must_use]
    pub fn volatility_factors(&self) -> &[f64] {
        &self.volatility_factors
    }

    /// What all correlations become.
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        self.correlation
    }

    /// The same stress, with the assets that nothing was supposed of at what they are expected to do.
    ///
    /// ```text
    /// E[r_u | r_k = s] = Σ_uk Σ_kk⁻¹ s
    /// ```
    ///
    /// k are the assets with a shock, u those without. Means are taken for zero: over the horizon of a shock they are
    /// lost in it. The covariance is that of the stress: with its factors and its correlation.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for a covariance of other assets; [`InputError::NotPositiveDefinite`] where the
    /// shocks cannot be told apart; as [`Stress::new`] for an asset that would lose more than everything.
    ///
    /// # Examples
    /// ```
    /// use po_core::Covariance;
    /// use po_tail::Stress;
    ///
    /// let stress = Stress::new(vec![Some(-0.2), None], vec![1.0; 2], None)?;
    /// let covariance = Covariance::from_column_slice(2, &[0.04, 0.03, 0.03, 0.09])?;
    /// // The second asset has a beta of 0.75 to the first.
    /// assert!((stress.propagated(&covariance)?.shocks()[1].unwrap_or_default() + 0.15).abs() < 1e-15);
    /// # Ok::<(), po_tail::Error>(())
    /// ```
    ///
    /// # Source
    /// Kupiec, Stress testing in a value at risk framework (1998), equation 4.
    pub fn propagated(&self, covariance: &Covariance) -> Result<Self, Error> {
        let assets = self.shocks.len();
        if covariance.len() != assets {
            let (expected, actual) = (assets, covariance.len());
            return Err(InputError::LengthMismatch { what: "the covariance", expected, actual }.into());
        }
        let known: Vec<usize> = (0..assets).filter(|&asset| self.shocks[asset].is_some()).collect();
        if known.is_empty() {
            return Ok(self.clone());
        }
        let volatilities = covariance.volatilities();
        let entry = |a: usize, b: usize| {
            let factors = self.volatility_factors[a] * self.volatility_factors[b];
            match self.correlation {
                Some(rho) if a != b => rho * volatilities[a] * volatilities[b] * factors,
                _ => covariance.as_view()[(a, b)] * factors,
            }
        };
        let given: Vec<f64> = known.iter().filter_map(|&asset| self.shocks[asset]).collect();
        let block = DMatrix::from_fn(known.len(), known.len(), |row, col| entry(known[row], known[col]));
        let solved = Cholesky::new(block.as_view())?.solve(&given)?;
        let expected =
            |asset: usize| known.iter().zip(&solved).map(|(&k, x)| entry(asset, k) * x).sum::<f64>();
        let shocks =
            (0..assets).map(|asset| Some(self.shocks[asset].unwrap_or_else(|| expected(asset)))).collect();
        Ok(Self::new(shocks, self.volatility_factors.clone(), self.correlation)?)
    }

    /// What the shocks do to a portfolio; assets without a shock stand still.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one weight per asset.
    pub fn portfolio(&self, weights: &Weights) -> Result<f64, InputError> {
        self.fits("the list of weights", weights.len())?;
        let each = self.shocks.iter().zip(weights.as_slice());
        Ok(each.map(|(shock, weight)| weight * shock.unwrap_or(0.0)).sum())
    }

    /// The scenarios under the stress: volatilities and correlations are changed around the means, then come the shocks.
    ///
    /// Correlations change by the map that moves the scenarios least: with C the correlation, C* the one asked for and z
    /// the standardised returns,
    ///
    /// ```text
    /// z* = C^(-1/2) (C^(1/2) C* C^(1/2))^(1/2) C^(-1/2) z
    /// ```
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for scenarios of other assets; [`InputError::OutOfRange`] for a probability
    /// outside [0, 1]; [`InputError::NotPositiveDefinite`] where correlations are to be changed of assets of which one
    /// is a mixture of others; [`InputError::ZeroVariance`] where one does not move.
    ///
    /// # Source
    /// The map is that of Dowson and Landau, The Fréchet distance between multivariate normal distributions (1982).
    pub fn apply(&self, scenarios: &Scenarios, mode: StressMode) -> Result<Scenarios, Error> {
        self.fits("the list of shocks", scenarios.assets())?;
        let (rows, assets) = (scenarios.len(), scenarios.assets());
        let mut matrix = scenarios.returns().as_view().clone_owned();
        self.scale(scenarios, &mut matrix)?;
        let mut probabilities = scenarios.probabilities().to_vec();
        match mode {
            StressMode::Shift => {
                for (column, shock) in matrix.as_mut_slice().chunks_exact_mut(rows).zip(&self.shocks) {
                    let Some(shock) = shock else { continue };
                    column.iter_mut().for_each(|r| *r = (1.0 + *r) * (1.0 + shock) - 1.0);
                }
            }
            StressMode::Row { probability } => {
                if !(0.0..=1.0).contains(&probability) {
                    let (name, expected) = ("the probability of the stress", "a number in [0, 1]");
                    return Err(InputError::OutOfRange { name, value: probability, expected }.into());
                }
                matrix = matrix.insert_row(rows, 0.0);
                (0..assets).for_each(|asset| matrix[(rows, asset)] = self.shocks[asset].unwrap_or(0.0));
                probabilities.iter_mut().for_each(|p| *p *= 1.0 - probability);
                probabilities.push(probability);
            }
        }
        Ok(Scenarios::new(Returns::new(matrix)?, probabilities)?)
    }

    /// Changes deviations from the means.
    fn scale(&self, scenarios: &Scenarios, matrix: &mut DMatrix<f64>) -> Result<(), Error> {
        let rows = scenarios.len();
        let mean = scenarios.mean();
        if let Some(rho) = self.correlation {
            let covariance = scenarios.covariance()?;
            let map = self.map(&covariance, rho)?;
            for (column, mean) in matrix.as_mut_slice().chunks_exact_mut(rows).zip(&mean) {
                column.iter_mut().for_each(|r| *r -= mean);
            }
            let mut moved = DMatrix::zeros(rows, scenarios.assets());
            po_core::linalg::gemm_into(1.0, matrix, &map, 0.0, &mut moved)?;
            for (column, mean) in moved.as_mut_slice().chunks_exact_mut(rows).zip(&mean) {
                column.iter_mut().for_each(|r| *r += mean);
            }
            *matrix = moved;
        }
        let columns = matrix.as_mut_slice().chunks_exact_mut(rows).zip(&mean);
        for ((column, mean), factor) in columns.zip(&self.volatility_factors) {
            if (factor - 1.0).abs() > 0.0 {
                column.iter_mut().for_each(|r| *r = mean + factor * (*r - mean));
            }
        }
        Ok(())
    }

    /// The map of deviations, transposed: one column per asset that results.
    fn map(&self, covariance: &Covariance, rho: f64) -> Result<DMatrix<f64>, Error> {
        let size = covariance.len();
        let correlation = covariance.correlation()?;
        let volatilities = covariance.volatilities();
        // A correlation that is singular has no inverse root; Cholesky's decomposition says so in the house's words.
        let factor = Cholesky::new(correlation.as_view())?;
        if let Some(pivot) = factor.pivots().position(|pivot| pivot * pivot <= SINGULAR) {
            return Err(InputError::NotPositiveDefinite { pivot }.into());
        }
        let target = DMatrix::from_fn(size, size, |row, col| if row == col { 1.0 } else { rho });
        let root = power(&correlation.as_view().clone_owned(), 0.5)?;
        let inverse = power(&correlation.as_view().clone_owned(), -0.5)?;
        let middle = power(&symmetric(&(&root * target * &root)), 0.5)?;
        let map = &inverse * middle * &inverse;
        Ok(DMatrix::from_fn(size, size, |from, to| map[(to, from)] * volatilities[to] / volatilities[from]))
    }

    fn fits(&self, what: &'static str, actual: usize) -> Result<(), InputError> {
        let expected = self.shocks.len();
        if actual == expected { Ok(()) } else { Err(InputError::LengthMismatch { what, expected, actual }) }
    }
}

fn symmetric(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |row, col| {
        0.5 * (matrix[(row, col)] + matrix[(col, row)])
    })
}

/// A power of a positive semidefinite matrix.
fn power(matrix: &DMatrix<f64>, exponent: f64) -> Result<DMatrix<f64>, InputError> {
    let eigen = SymmetricEigen::new(matrix.as_view())?;
    let mut scaled = eigen.vectors().clone_owned();
    for (mut column, value) in scaled.column_iter_mut().zip(eigen.values()) {
        column *= value.max(0.0).powf(exponent);
    }
    Ok(symmetric(&(scaled * eigen.vectors().transpose())))
}
