//! The exponentially weighted covariance.

use po_core::{Covariance, InputError};

use super::assets::{Assets, Rates};
use super::input::check_asset;
use super::lags::Lags;
use super::regime::Regime;
use super::step::Work;
use super::triangle::{LANES, Triangle, offset};
use super::{CorrelationOf, EwmaParams};
use crate::Error;

/// Of so many assets, the places in the triangle are kept at hand while a covariance of some is written.
const AT_ONCE: usize = 512;

/// The exponentially weighted covariance of N assets, one bar after the other.
///
/// ```text
/// Σ_ij = S_ij sqrt(v_i v_j) / sqrt(S_ii S_jj)
/// S_t  = λ_c S_{t-1} + x_t x_t'
/// v_it = Σ_s λ_v^(t-s) x_is² / Σ_s λ_v^(t-s)      over the bars s in which asset i was seen
/// ```
///
/// x are the returns, or their deviations from an exponentially weighted mean. With one decay for both, and
/// nothing missing, this is the covariance of RiskMetrics with weights that sum to one from the first bar
/// on.
///
/// **Missing returns.** In x a missing return is zero, and in `v_i` its bar does not count. So S is a sum of
/// squares, and Σ, which is S with rows and columns scaled alike, is positive semidefinite whatever is
/// missing. Nothing that is said of two assets depends on a third: their numbers are the same bits as in a
/// run without it (unless a `regime` multiplies all). The price: a correlation is, on average, multiplied by
/// `W_ij / sqrt(W_i W_j)`, the weight of the bars that the two assets share over the geometric mean of the
/// weights of their own bars. It is 1 for assets that were seen together, and grows from 0 to 1 for one that
/// lists late, as its sample grows. No rule that weights the products `x_i x_j` by pair and keeps every
/// sample positive semidefinite shrinks less: its weights must themselves be positive semidefinite. An asset
/// that halts keeps its variance, bit for bit, while its correlations fade; once its last return weighs less
/// than 1e-60, it begins anew.
///
/// With the feature `serde` the state can be written and read back, and goes on bit for bit in every format:
/// it is written as the bits of its numbers.
///
/// # Shapes and units
/// Returns per bar; Σ is N x N in squared returns per bar.
///
/// # Cost
/// An update reads, multiplies, adds to and writes N²/2 numbers; it adds twice with `lags`.
///
/// # Examples
/// ```
/// use po_core::{Covariance, StreamingEstimator};
/// use po_correlation::{Decay, Ewma, EwmaParams};
///
/// let params = EwmaParams { volatility: Decay::HalfLife(1.0), ..EwmaParams::default() };
/// let mut ewma = Ewma::new(params, 2)?;
/// ewma.update(&[0.03, 0.01])?;
/// ewma.update(&[0.00, 0.02])?;
/// let mut covariance = Covariance::default();
/// ewma.covariance_into(&mut covariance)?;
/// // The weights of the two bars are 1/3 and 2/3.
/// assert!((covariance.as_slice()[0] - 0.0003).abs() < 1e-18);
/// assert!((covariance.as_slice()[1] - 0.0001).abs() < 1e-18);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// J.P. Morgan and Reuters, *RiskMetrics Technical Document* (1996), section 5.2, here with
/// normalised weights. Two decays: Menchero, Orr and Wang, *The Barra US Equity Model (USE4), Methodology
/// Notes* (2011), section 4. Newey and West (1987), equation 5, with Bartlett's kernel on the weighted
/// series, which keeps it positive semidefinite.
///
/// # Settings
/// [`EwmaParams`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "super::snapshot::EwmaState", into = "super::snapshot::EwmaState")
)]
pub struct Ewma {
    pub(super) params: EwmaParams,
    pub(super) rates: Rates,
    pub(super) len: usize,
    /// Bars taken in.
    pub(super) bars: u64,
    pub(super) assets: Vec<Assets>,
    pub(super) triangle: Triangle,
    pub(super) regime: Option<Regime>,
    /// The last deviations, and the last numbers of which the triangle keeps the products.
    pub(super) lags: [Lags; 2],
    pub(super) work: Work,
}

impl Ewma {
    /// An estimate of the covariance of `assets` assets that has seen nothing yet.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a setting out of its range; [`InputError::Empty`] without assets.
    pub fn new(params: EwmaParams, assets: usize) -> Result<Self, Error> {
        params.check()?;
        if assets == 0 {
            return Err(InputError::Empty { what: "the list of assets" }.into());
        }
        let blocks = assets.div_ceil(LANES);
        let length = LANES * blocks;
        let rates = Rates {
            volatility: params.volatility.factor(),
            correlation: params.correlation.unwrap_or(params.volatility).factor(),
            mean: params.mean.map(super::Decay::factor),
        };
        let with_lags = if params.lags > 0 { length } else { 0 };
        Ok(Self {
            rates,
            len: assets,
            bars: 0,
            assets: vec![Assets::default(); blocks],
            triangle: Triangle::new(blocks),
            regime: params.regime.map(|decay| Regime::new(decay.factor())),
            lags: [Lags::new(params.lags, length), Lags::new(params.lags, length)],
            work: Work {
                present: vec![0.0; length],
                deviations: vec![0.0; length],
                standard: vec![0.0; length],
                with_lags: [vec![0.0; with_lags], vec![0.0; with_lags]],
            },
            params,
        })
    }

    /// An estimate that begins with a covariance known from elsewhere, which weighs as a long history does; a
    /// mean begins at zero. Every asset is ready.
    ///
    /// ```text
    /// Σ_1 = λ Σ_0 + (1 - λ) r_1 r_1'
    /// ```
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a setting out of its range; [`InputError::Empty`] without assets.
    ///
    /// # Examples
    /// Volatility 1 %, a move of 2 %, and a decay of 0.9 (Hull, *Risk Management and Financial
    /// Institutions*):
    ///
    /// ```
    /// use po_core::{Covariance, StreamingEstimator};
    /// use po_correlation::{Decay, Ewma, EwmaParams};
    ///
    /// let params = EwmaParams { volatility: Decay::Factor(0.9), ..EwmaParams::default() };
    /// let mut ewma = Ewma::starting_from(params, &Covariance::from_column_slice(1, &[0.0001])?)?;
    /// ewma.update(&[0.02])?;
    /// assert!((ewma.variance(0) - 0.00013).abs() < 1e-18);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn starting_from(params: EwmaParams, covariance: &Covariance) -> Result<Self, Error> {
        let mut ewma = Self::new(params, covariance.len())?;
        // Products of innovations have the size of correlations.
        let volatilities = match ewma.params.correlation_of {
            CorrelationOf::Returns => vec![1.0; covariance.len()],
            CorrelationOf::Innovations => covariance.volatilities(),
        };
        let seen = ewma.params.min_observations as f64;
        for (col, &own) in volatilities.iter().enumerate() {
            let column = covariance.column(col);
            ewma.assets[col / LANES].begin(col % LANES, column[col], own, seen);
            for (row, &other) in volatilities.iter().enumerate().skip(col) {
                let product = own * other;
                ewma.triangle.set(row, col, if product > 0.0 { column[row] / product } else { 0.0 });
            }
        }
        Ok(ewma)
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &EwmaParams {
        &self.params
    }

    /// Bars taken in.
    #[must_use]
    pub fn bars(&self) -> u64 {
        self.bars
    }

    /// Returns of an asset taken in; zero for an asset that there is not.
    #[must_use]
    pub fn observations(&self, asset: usize) -> u64 {
        self.of(asset, |assets, lane| assets.seen[lane]) as u64
    }

    /// The mean of an asset: zero where it is not estimated.
    #[must_use]
    pub fn mean(&self, asset: usize) -> f64 {
        self.of(asset, |assets, lane| assets.mean[lane])
    }

    /// The variance of an asset that is known now; zero for an asset never seen.
    #[must_use]
    pub fn variance(&self, asset: usize) -> f64 {
        self.multiplier() * self.of(asset, |assets, lane| assets.variance[lane])
    }

    /// The covariance of two assets that is known now; zero where one was never seen.
    #[must_use]
    pub fn covariance(&self, asset: usize, other: usize) -> f64 {
        let (row, col) = (asset.max(other), asset.min(other));
        if row == col || row >= self.len {
            return self.variance(row);
        }
        let scale = |asset| self.of(asset, |assets, lane| assets.scale[lane]);
        self.multiplier() * (self.triangle.get(row, col) * (scale(row) * scale(col)))
    }

    /// What all variances are multiplied by: 1 without a `regime`.
    ///
    /// ```text
    /// B_t² = mean over the ready assets of x_it² / v_i,t-1
    /// φ_t² = Σ_s λ^(t-s) B_s² / Σ_s λ^(t-s)
    /// ```
    ///
    /// # Examples
    /// Twice the usual move: the square of the multiplier's newest term is 4.
    ///
    /// ```
    /// use po_core::{Covariance, StreamingEstimator};
    /// use po_correlation::{Decay, Ewma, EwmaParams};
    ///
    /// let params = EwmaParams { regime: Some(Decay::HalfLife(1.0)), ..EwmaParams::default() };
    /// let mut ewma = Ewma::starting_from(params, &Covariance::from_column_slice(1, &[0.0001])?)?;
    /// ewma.update(&[0.02])?;
    /// assert!((ewma.multiplier() - 4.0).abs() < 1e-12);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    ///
    /// # Source
    /// The volatility regime adjustment of Menchero, Orr and Wang (2011), section 4.3; a short-term
    /// volatility update in the sense of Paleologo, *The Elements of Quantitative Investing* (2025); for the
    /// idea to rescale by a faster volatility, Hull and White (1998).
    #[must_use]
    pub fn multiplier(&self) -> f64 {
        self.regime.as_ref().map_or(1.0, Regime::multiplier)
    }

    /// Forgets an asset, as if it had never been listed; the others' numbers stay as they are.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] when there is no such asset.
    pub fn forget(&mut self, asset: usize) -> Result<(), Error> {
        check_asset(self.len, asset)?;
        self.assets[asset / LANES].forget(asset % LANES);
        self.lags.iter_mut().for_each(|lags| lags.forget(asset));
        self.forget_products(asset);
        Ok(())
    }

    /// Writes the covariance of the sum of the returns of the next `horizon` bars, which are expected to be
    /// alike.
    ///
    /// ```text
    /// h Σ
    /// ```
    ///
    /// An exponentially weighted estimate has no level to return to: the forecast for each bar to come is Σ.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a horizon of zero; else as
    /// [`covariance_into`](po_core::StreamingEstimator::covariance_into).
    pub fn forecast_into(&self, horizon: u32, covariance: &mut Covariance) -> Result<(), Error> {
        if horizon == 0 {
            let (name, expected) = ("the horizon", "a number of bars, 1 or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
        }
        self.write(f64::from(horizon), covariance)
    }

    /// From the next bar on, variances and correlations forget as fast as this.
    pub(super) fn set_decay(&mut self, decay: f64) {
        self.rates = Rates { volatility: decay, correlation: decay, mean: None };
    }

    /// Every number of the state, in a fixed order.
    #[cfg(feature = "serde")]
    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        let Self { assets, triangle, regime, lags, .. } = self;
        let lags = lags.iter_mut().flat_map(Lags::numbers);
        let regime = regime.iter_mut().flat_map(Regime::numbers);
        assets.iter_mut().flat_map(Assets::numbers).chain(triangle.numbers()).chain(regime).chain(lags)
    }

    #[cfg(feature = "serde")]
    pub(super) fn set_bars(&mut self, bars: u64) {
        self.bars = bars;
    }

    /// The least number but means and products: zero or more, unless the state was tampered with.
    #[cfg(feature = "serde")]
    pub(super) fn least(&self) -> f64 {
        self.assets.iter().map(Assets::least).fold(self.multiplier(), f64::min)
    }

    /// The covariance of some assets, of which all are there, in ascending order.
    pub(super) fn write_of(&self, assets: &[usize], covariance: &mut Covariance) -> Result<(), Error> {
        let factor = self.multiplier();
        if let Some(&asset) = assets.iter().find(|&&asset| self.observations(asset) == 0) {
            return Err(InputError::NeverObserved { asset }.into());
        }
        let scale = |asset: usize| self.assets[asset / LANES].scale[asset % LANES];
        // Where the entries lie is found once for each row, not once for each entry.
        let (mut offsets, mut scales) = ([0; AT_ONCE], [0.0; AT_ONCE]);
        for ((at, own), &asset) in offsets.iter_mut().zip(&mut scales).zip(assets) {
            (*at, *own) = (offset(asset), scale(asset));
        }
        covariance.assign_lower(assets.len(), |place, below| {
            let col = assets[place];
            let (own, base) = (factor * scale(col), self.triangle.base(col));
            let first = AT_ONCE.min(assets.len()).saturating_sub(place);
            let (near, far) = below.split_at_mut(first);
            if let (Some(offsets), Some(scales)) = (offsets.get(place..), scales.get(place..)) {
                near.iter_mut()
                    .zip(offsets)
                    .for_each(|(entry, offset)| *entry = self.triangle.at(base + offset));
                near.iter_mut().zip(scales).for_each(|(entry, scale)| *entry *= own * scale);
            }
            for (entry, &row) in far.iter_mut().zip(&assets[place + first..]) {
                *entry = self.triangle.at(base + offset(row)) * (own * scale(row));
            }
            below[0] = factor * self.assets[col / LANES].variance[col % LANES];
        })?;
        Ok(())
    }

    fn of(&self, asset: usize, number: impl Fn(&Assets, usize) -> f64) -> f64 {
        self.assets.get(asset / LANES).map_or(0.0, |assets| number(assets, asset % LANES))
    }

    pub(super) fn forget_products(&mut self, asset: usize) {
        (0..asset).for_each(|col| self.triangle.set(asset, col, 0.0));
        (asset..LANES * self.assets.len()).for_each(|row| self.triangle.set(row, asset, 0.0));
    }

    pub(super) fn write(&self, factor: f64, covariance: &mut Covariance) -> Result<(), Error> {
        let factor = factor * self.multiplier();
        if let Some(asset) = (0..self.len).find(|&asset| self.observations(asset) == 0) {
            return Err(InputError::NeverObserved { asset }.into());
        }
        covariance.assign_tiles(
            self.len,
            factor,
            |number| self.triangle.tile(number),
            |block| &self.assets[block].scale,
            |asset| factor * self.assets[asset / LANES].variance[asset % LANES],
        )?;
        Ok(())
    }
}
