//! The exponentially weighted covariance in factor form, for thousands of assets.

use std::iter::zip;

use po_core::nalgebra::DMatrix;
use po_core::simd::axpy;
use po_core::{Covariance, FactorCovariance, InputError, StreamingEstimator};

use super::Decay;
use super::input::{check_bar, check_selection};
use super::regression::Regression;
use crate::Error;

/// Exposures that are brought together at a time.
const GATHERED: usize = 64;

/// Settings of [`FactorEwma`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `factors` | half-life 60 | [`Decay`] | how fast the covariance of the factors forgets |
/// | `specific` | half-life 60 | [`Decay`] | how fast the specific variances forget |
/// | `exposures` | `Fixed` | two kinds | whether the exposures stay as they are given |
/// | `min_observations` | 20 | 1 or more | returns after which an asset is ready |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct FactorEwmaParams {
    /// How fast the covariance of the factors forgets.
    pub factors: Decay,
    /// How fast the specific variances forget.
    pub specific: Decay,
    /// Whether the exposures stay as they are given.
    pub exposures: Exposures,
    /// Returns after which an asset is ready.
    pub min_observations: usize,
}

impl Default for FactorEwmaParams {
    fn default() -> Self {
        let sixty = Decay::HalfLife(60.0);
        Self { factors: sixty, specific: sixty, exposures: Exposures::Fixed, min_observations: 20 }
    }
}

/// Whether the exposures to the factors stay as they are given.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Exposures {
    /// They stay.
    #[default]
    Fixed,
    /// They are a start, and follow the returns by recursive least squares that forget at this pace; from the
    /// third bar for each factor on.
    Tracked(Decay),
}

/// The exponentially weighted covariance of N assets that K factors explain, up to specific risk.
///
/// ```text
/// f_t  = argmin_f Σ_i (r_it - b_i' f)²        over the assets seen
/// F_t  = weighted mean of f_s f_s'            d_it = n / (n - K) weighted mean of (r_is - b_i' f_s)²
/// Σ_t  = B F_t B' + diag(d_t)
/// b_it = b_i,t-1 + (r_it - b_i,t-1' f_t) g_t
/// g_t  = (Σ_s λ^(t-s) f_s f_s')⁻¹ f_t          b_t stays where exposures are fixed
/// ```
///
/// n counts the assets seen in the bar. Σ is positive semidefinite by its form. An asset that is missing does
/// not take part in the regression of the bar, and keeps its exposures and its specific variance: up to
/// rounding, the others' numbers are those of a run without it.
///
/// # Shapes and units
/// Returns per bar; exposures without unit.
///
/// # Cost
/// An update takes 2 N K multiplications, 3 N K where exposures are tracked, and K³/3; an asset that begins
/// or ceases to be seen K²/2.
///
/// # Examples
/// Four assets that follow one market without fail:
///
/// ```
/// use po_core::StreamingEstimator;
/// use po_correlation::{FactorEwma, FactorEwmaParams};
///
/// let mut estimate = FactorEwma::new(FactorEwmaParams::default(), 1, &[1.0, 2.0, 0.5, 1.0])?;
/// estimate.update(&[0.01, 0.02, 0.005, 0.01])?;
/// let covariance = estimate.factor_covariance()?;
/// assert!((covariance.factor_covariance().as_slice()[0] - 0.0001).abs() < 1e-18);
/// assert!((covariance.variances()[1] - 0.0004).abs() < 1e-18);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Factor returns by cross-sectional regression: Menchero, Orr and Wang (2011), section 2, here without
/// weights. Exposures that follow the returns: Chi, Eldar and Calderbank (2013), PETRELS, here with one gain
/// for all assets, after Yang (1995).
///
/// # Settings
/// [`FactorEwmaParams`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "super::snapshot::FactorState", into = "super::snapshot::FactorState")
)]
pub struct FactorEwma {
    params: FactorEwmaParams,
    /// Bars taken in.
    bars: u64,
    regression: Regression,
    /// K x K, and the weights of the bars that it is the mean of.
    factor_covariance: DMatrix<f64>,
    factor_weight: f64,
    /// `Σ_s λ^(t-s) f_s f_s'`, where exposures are tracked.
    information: DMatrix<f64>,
    /// Weighted mean of the squared residuals of each asset, the weights, and how many there were.
    specific: Vec<f64>,
    specific_weight: Vec<f64>,
    seen: Vec<f64>,
}

impl FactorEwma {
    /// An estimate that has seen nothing yet, from the exposures of the assets, factor after factor.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a setting out of its range, without factors, or with more of them than
    /// assets; [`InputError::LengthMismatch`] unless each factor has as many exposures;
    /// [`InputError::NotFinite`] for an exposure, whose row is its factor;
    /// [`InputError::NotPositiveDefinite`] when factors are collinear.
    pub fn new(params: FactorEwmaParams, factors: usize, exposures: &[f64]) -> Result<Self, Error> {
        params.factors.check()?;
        params.specific.check()?;
        if let Exposures::Tracked(decay) = params.exposures {
            decay.check()?;
        }
        if params.min_observations == 0 {
            let (name, expected) = ("the least number of observations", "1 or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
        }
        let regression = Regression::new(factors, exposures)?;
        let assets = regression.assets();
        Ok(Self {
            params,
            bars: 0,
            regression,
            factor_covariance: DMatrix::zeros(factors, factors),
            factor_weight: 0.0,
            information: DMatrix::zeros(factors, factors),
            specific: vec![0.0; assets],
            specific_weight: vec![0.0; assets],
            seen: vec![0.0; assets],
        })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &FactorEwmaParams {
        &self.params
    }

    /// Bars taken in.
    #[must_use]
    pub fn bars(&self) -> u64 {
        self.bars
    }

    /// Number of factors.
    #[must_use]
    pub fn factors(&self) -> usize {
        self.factor_covariance.nrows()
    }

    /// The exposures of the assets, factor after factor.
    #[must_use]
    pub fn exposures(&self) -> &[f64] {
        self.regression.exposures().as_slice()
    }

    /// What each factor returned in the last bar.
    #[must_use]
    pub fn factor_returns(&self) -> &[f64] {
        self.regression.coefficients()
    }

    /// The variance of each asset that the factors do not explain; zero for an asset never seen.
    #[must_use]
    pub fn specific(&self) -> &[f64] {
        &self.specific
    }

    /// Returns of an asset taken in; zero for an asset that there is not.
    #[must_use]
    pub fn observations(&self, asset: usize) -> u64 {
        self.seen.get(asset).map_or(0, |seen| *seen as u64)
    }

    /// The covariance that is known now, in factor form.
    ///
    /// # Errors
    /// [`InputError::NeverObserved`] for the first asset that was never seen; as [`FactorCovariance::new`],
    /// should it overflow.
    ///
    /// # Cost
    /// N K² multiplications, and fresh memory.
    pub fn factor_covariance(&self) -> Result<FactorCovariance, Error> {
        self.check_seen()?;
        let factor_covariance = Covariance::new(self.factor_covariance.clone())?;
        let exposures = self.regression.exposures().clone();
        Ok(FactorCovariance::new(exposures, factor_covariance, self.specific.clone())?)
    }

    fn check_seen(&self) -> Result<(), InputError> {
        match self.seen.iter().position(|seen| *seen < 1.0) {
            Some(asset) => Err(InputError::NeverObserved { asset }),
            None => Ok(()),
        }
    }

    /// Lets the exposures follow the last bar.
    fn track(&mut self, decay: f64) {
        let Self { information, regression, .. } = self;
        add_square(information, decay, 1.0, regression.coefficients());
        // As many bars as factors would be matched without error.
        if self.bars >= 3 * information.nrows() as u64 {
            regression.track(information);
        }
    }

    /// Every number of the state, in a fixed order.
    #[cfg(feature = "serde")]
    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        let Self { regression, factor_covariance, factor_weight, information, specific, .. } = self;
        let matrices = factor_covariance.iter_mut().chain(information.iter_mut());
        let vectors = specific.iter_mut().chain(&mut self.specific_weight).chain(&mut self.seen);
        regression.numbers().chain(std::iter::once(factor_weight)).chain(matrices).chain(vectors)
    }

    /// The least number that must not be negative.
    #[cfg(feature = "serde")]
    pub(super) fn restore(&mut self, bars: u64) -> f64 {
        self.bars = bars;
        let vectors = self.specific.iter().chain(&self.specific_weight).chain(&self.seen);
        vectors.fold(self.factor_weight, |least, &number| least.min(number))
    }
}

/// `S = λ S + weight x x'`, exactly symmetric.
fn add_square(matrix: &mut DMatrix<f64>, decay: f64, weight: f64, x: &[f64]) {
    for (mut column, own) in zip(matrix.column_iter_mut(), x) {
        for (entry, other) in zip(&mut column, x) {
            *entry = decay * *entry + weight * (own * other);
        }
    }
}

impl StreamingEstimator for FactorEwma {
    type Error = Error;

    fn assets(&self) -> usize {
        self.seen.len()
    }

    /// Takes in one bar.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one return per asset; [`InputError::NotFinite`] for a
    /// return that is infinite, with the number of bars before it as its row; [`InputError::AssetOutOfRange`]
    /// for one beyond 1e100; [`InputError::TooFewObservations`] when fewer assets are seen than there are
    /// factors; [`InputError::NotPositiveDefinite`] when factors are collinear on the assets that are seen.
    fn update(&mut self, returns: &[f64]) -> Result<(), Error> {
        check_bar(self.seen.len(), self.bars, returns)?;
        let observed = self.regression.fit(returns)?;
        self.bars += 1;

        let decay = self.params.factors.factor();
        self.factor_weight = decay * self.factor_weight + (1.0 - decay);
        let gain = (1.0 - decay) / self.factor_weight;
        add_square(&mut self.factor_covariance, 1.0 - gain, gain, self.regression.coefficients());

        let decay = self.params.specific.factor();
        // What the regression bends towards the returns, on average over the assets.
        let freedom = observed as f64 / (observed.saturating_sub(self.factors()).max(1)) as f64;
        let known = zip(zip(&mut self.specific, &mut self.specific_weight), &mut self.seen);
        for (((specific, weight), seen), (value, residual)) in
            known.zip(zip(returns, self.regression.residuals()))
        {
            let present = if value.is_nan() { 0.0 } else { 1.0 };
            *seen += present;
            *weight = decay * *weight + present * (1.0 - decay);
            let gain = present * (1.0 - decay) / weight.max(f64::MIN_POSITIVE);
            *specific += gain * (freedom * residual * residual - *specific);
        }
        if let Exposures::Tracked(decay) = self.params.exposures {
            self.track(decay.factor());
        }
        Ok(())
    }

    fn ready(&self, asset: usize) -> bool {
        asset < self.seen.len() && self.observations(asset) >= self.params.min_observations as u64
    }

    /// Writes the covariance that is known now, with a number for each pair: at N²K/2 multiplications.
    ///
    /// # Errors
    /// [`InputError::NeverObserved`] for the first asset that was never seen; [`InputError::NotFinite`]
    /// should a covariance overflow.
    fn covariance_into(&self, covariance: &mut Covariance) -> Result<(), Error> {
        self.check_seen()?;
        let (assets, exposures) = (self.seen.len(), self.regression.exposures());
        covariance.assign_lower(assets, |col, below| {
            below.fill(0.0);
            for (factor, of_factor) in exposures.as_slice().chunks_exact(assets).enumerate() {
                let with = self.factor_covariance.column(factor);
                let exposure = zip(&with, exposures.row(col).iter()).map(|(with, own)| with * own).sum();
                axpy(exposure, &of_factor[col..], below);
            }
            below[0] = below[0].max(0.0) + self.specific[col];
        })?;
        Ok(())
    }

    /// Writes the covariance of some assets that is known now, with a number for each pair.
    ///
    /// # Errors
    /// As [`covariance_into`](StreamingEstimator::covariance_into), for those assets; [`InputError::OutOfRange`] for
    /// assets that there are not, or that do not ascend.
    fn covariance_of_into(&self, assets: &[usize], covariance: &mut Covariance) -> Result<(), Error> {
        let all = self.seen.len();
        check_selection(all, assets)?;
        if let Some(&asset) = assets.iter().find(|&&asset| self.seen[asset] < 1.0) {
            return Err(InputError::NeverObserved { asset }.into());
        }
        let exposures = self.regression.exposures();
        covariance.assign_lower(assets.len(), |place, below| {
            let (col, rows) = (assets[place], &assets[place..]);
            below.fill(0.0);
            for (factor, of_factor) in exposures.as_slice().chunks_exact(all).enumerate() {
                let with = self.factor_covariance.column(factor);
                let exposure: f64 = zip(&with, exposures.row(col).iter()).map(|(with, own)| with * own).sum();
                // Through the same kernel as that of all assets, for the same bits.
                let mut gathered = [0.0; GATHERED];
                for (entries, rows) in zip(below.chunks_mut(GATHERED), rows.chunks(GATHERED)) {
                    zip(&mut gathered, rows).for_each(|(exposure, &row)| *exposure = of_factor[row]);
                    axpy(exposure, &gathered[..rows.len()], entries);
                }
            }
            below[0] = below[0].max(0.0) + self.specific[col];
        })?;
        Ok(())
    }
}
