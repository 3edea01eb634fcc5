//! Dynamic conditional correlation, one bar after the other.

use po_core::{Correlation, Covariance, InputError, StreamingEstimator};
use pulp::Arch;

use super::advance::{Advance, Normalise};
use super::gaps::Gaps;
use super::params::{DccFilterParams, DccModel};
#[cfg(feature = "serde")]
use super::snapshot::Snapshot;
use super::target::greatest_ratio;
use super::triangle::{column, entries, packed};
use crate::Error;
use crate::stream::check_selection;

/// A dynamic conditional correlation that takes in one bar after the other, and at any time knows the
/// covariance of the next one.
///
/// An asset whose return is missing is treated as what the others let expect: its squared residual in its own
/// variance by the variance itself, its part in Q by the conditional mean and variance of its residual, given
/// the residuals that were seen. What the others say of each other stays what it would be without it, and Q
/// stays positive semidefinite. In the asymmetric model, its falls count with their long-run mean, and as
/// independent of the others'.
///
/// Written down and read again, it continues bit for bit, with a format that keeps every bit of a number.
///
/// # Shapes and units
/// Returns per bar in the units of the margins' parameters.
///
/// # Cost
/// Two reads and writes of a triangle of N²/2 numbers for each bar; where returns are missing, N³/3
/// multiplications more.
///
/// # Examples
/// ```
/// use po_core::{Covariance, StreamingEstimator};
/// use po_correlation::{DccFilter, DccFilterParams, DccParameters, GarchParameters, Margin};
///
/// let parameters = GarchParameters { omega: 0.1, alpha: 0.1, beta: 0.8, ..GarchParameters::default() };
/// let mut filter = DccFilter::new(DccFilterParams {
///     parameters: DccParameters { a: 0.1, b: 0.8, ..DccParameters::default() },
///     target: Covariance::from_column_slice(2, &[1.0, 0.5, 0.5, 1.0])?,
///     margins: vec![Margin { parameters, ..Margin::default() }; 2],
///     ..DccFilterParams::default()
/// })?;
/// filter.update(&[2.0, -2.0])?;
/// // Each variance is 0.1 + 0.4 + 0.8; Q is 0.1 + 0.4 + 0.8 on and 0.05 - 0.4 + 0.4 off the diagonal.
/// let covariance = filter.covariance()?;
/// assert!((covariance.as_view()[(0, 0)] - 1.3).abs() < 1e-14);
/// assert!((filter.correlation()?.as_view()[(0, 1)] - 0.05 / 1.3).abs() < 1e-15);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// As [`Dcc`](crate::Dcc).
///
/// # Settings
/// [`DccFilterParams`].
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Snapshot", into = "Snapshot"))]
pub struct DccFilter {
    pub(super) params: DccFilterParams,
    /// Of the next bar.
    pub(super) variances: Vec<f64>,
    pub(super) deviations: Vec<f64>,
    /// Q of the next bar, packed, and what is added to it each bar.
    pub(super) q: Vec<f64>,
    intercept: Vec<f64>,
    /// One over the root of the diagonal of Q, and R, packed.
    inverse_roots: Vec<f64>,
    pub(super) correlation: Vec<f64>,
    /// How many returns of each asset were seen, and how many bars.
    pub(super) observed: Vec<u64>,
    pub(super) bars: u64,
    /// The variances that this bar leads to, its residuals and falls, and the assets that are missing.
    next: Vec<f64>,
    residuals: Vec<f64>,
    falls: Vec<f64>,
    gaps: Gaps,
    /// The Cholesky factor of R, packed, once a bar was drawn.
    pub(super) draw: Vec<f64>,
}

impl DccFilter {
    /// A filter before its first bar: Q at its target, each variance at its initial or long-run value.
    ///
    /// # Errors
    /// [`InputError::Empty`] for no asset, or an asymmetric model without `falls`;
    /// [`InputError::LengthMismatch`] where the margins, the target and the falls differ in size;
    /// [`InputError::OutOfRange`] for parameters outside the model, [`InputError::AssetOutOfRange`] for an
    /// initial variance; [`InputError::ZeroVariance`] in the target; for the asymmetric model,
    /// [`InputError::NotPositiveDefinite`].
    pub fn new(params: DccFilterParams) -> Result<Self, Error> {
        let variances = check(&params)?;
        let assets = variances.len();
        let (target, parameters) = (packed(&params.target), params.parameters);
        let mut intercept: Vec<f64> =
            target.iter().map(|target| (1.0 - parameters.a - parameters.b) * target).collect();
        if let Some(falls) = params.falls.as_ref().filter(|_| params.model == DccModel::Asymmetric) {
            intercept.iter_mut().zip(packed(falls)).for_each(|(entry, fall)| *entry -= parameters.g * fall);
        }
        let mut filter = Self {
            variances,
            deviations: vec![0.0; assets],
            q: target,
            intercept,
            inverse_roots: vec![0.0; assets],
            correlation: vec![0.0; entries(assets)],
            observed: vec![0; assets],
            bars: 0,
            next: vec![0.0; assets],
            residuals: vec![0.0; assets],
            falls: vec![0.0; assets],
            gaps: Gaps::new(assets),
            draw: Vec::new(),
            params,
        };
        filter.normalise();
        Ok(filter)
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &DccFilterParams {
        &self.params
    }

    /// How many bars were taken in.
    #[must_use]
    pub fn bars(&self) -> u64 {
        self.bars
    }

    /// The variance of each asset in the next bar.
    #[must_use]
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// How many returns of an asset were seen; none for an asset that there is not.
    #[must_use]
    pub fn observations(&self, asset: usize) -> Option<u64> {
        self.observed.get(asset).copied()
    }

    /// The correlation of two assets in the next bar; none where there is no such asset.
    #[must_use]
    pub fn pair(&self, one: usize, other: usize) -> Option<f64> {
        let (assets, low, high) = (self.variances.len(), one.min(other), one.max(other));
        (high < assets).then(|| self.correlation[column(assets, low) + high - low])
    }

    /// The correlation of the next bar.
    ///
    /// # Errors
    /// None: what was taken in was checked.
    pub fn correlation(&self) -> Result<Correlation, Error> {
        let assets = self.variances.len();
        let mut entries = vec![0.0; assets * assets];
        self.correlation_into(&mut entries)?;
        Ok(Correlation::from_column_slice(assets, &entries)?)
    }

    /// As [`DccFilter::correlation`], into N * N numbers, column by column.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for another number of entries.
    pub fn correlation_into(&self, entries: &mut [f64]) -> Result<(), Error> {
        let assets = self.variances.len();
        let (expected, actual) = (assets * assets, entries.len());
        if expected != actual {
            return Err(
                InputError::LengthMismatch { what: "the list of correlations", expected, actual }.into()
            );
        }
        for col in 0..assets {
            let below = &self.correlation[column(assets, col)..][..assets - col];
            for (row, value) in (col..assets).zip(below) {
                entries[col * assets + row] = *value;
                entries[row * assets + col] = *value;
            }
        }
        Ok(())
    }

    /// The covariance of the next bar.
    ///
    /// # Errors
    /// [`InputError::NotFinite`] where variances are so large that their product overflows.
    pub fn covariance(&self) -> Result<Covariance, Error> {
        let mut covariance = Covariance::default();
        self.covariance_into(&mut covariance)?;
        Ok(covariance)
    }

    /// The next variances and the residuals of a bar, or what is wrong with it; nothing else changes.
    fn take(&mut self, returns: &[f64]) -> Result<(), InputError> {
        let (expected, actual) = (self.variances.len(), returns.len());
        if expected != actual {
            return Err(InputError::LengthMismatch { what: "the list of returns", expected, actual });
        }
        self.gaps.missing.clear();
        for (asset, (value, margin)) in returns.iter().zip(&self.params.margins).enumerate() {
            let variance = self.variances[asset];
            if value.is_nan() {
                self.gaps.missing.push(asset);
                self.next[asset] = margin.parameters.expected_variance(margin.model, variance);
                self.residuals[asset] = 0.0;
                continue;
            }
            let residual = value - margin.parameters.mean;
            let z = residual / self.deviations[asset];
            let next = margin.parameters.next_variance(margin.model, variance, residual);
            if !((z * z).is_finite() && next > 0.0 && next.is_finite()) {
                let (name, value, expected) = ("the return", *value, "a number whose square is finite");
                return Err(InputError::AssetOutOfRange { name, asset, value, expected });
            }
            self.next[asset] = next;
            self.residuals[asset] = z;
        }
        Ok(())
    }

    /// Everything that follows from the variances and Q.
    pub(super) fn normalise(&mut self) {
        for (deviation, variance) in self.deviations.iter_mut().zip(&self.variances) {
            *deviation = variance.sqrt();
        }
        let assets = self.variances.len();
        Arch::new().dispatch(Normalise {
            assets,
            q: &self.q,
            roots: &mut self.inverse_roots,
            correlation: &mut self.correlation,
        });
    }
}

impl StreamingEstimator for DccFilter {
    type Error = Error;

    fn assets(&self) -> usize {
        self.variances.len()
    }

    /// Takes in the returns of one bar.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`]; [`InputError::AssetOutOfRange`] for a return that is infinite, or so
    /// far out that its square is.
    fn update(&mut self, returns: &[f64]) -> Result<(), Error> {
        self.take(returns)?;
        let assets = self.variances.len();
        let asymmetric = self.params.model == DccModel::Asymmetric;
        for (fall, z) in self.falls.iter_mut().zip(&self.residuals) {
            *fall = z.min(0.0);
        }
        let gaps = !self.gaps.missing.is_empty();
        if gaps {
            self.gaps.expect(assets, &self.correlation, &mut self.residuals);
        }
        if self.params.model == DccModel::Corrected {
            for (z, root) in self.residuals.iter_mut().zip(&self.inverse_roots) {
                *z /= root;
            }
        }
        Arch::new().dispatch(Advance {
            a: self.params.parameters.a,
            b: self.params.parameters.b,
            g: if asymmetric { self.params.parameters.g } else { 0.0 },
            news: &self.residuals,
            falls: &self.falls,
            intercept: &self.intercept,
            q: &mut self.q,
        });
        if gaps {
            self.gaps.spread(assets, &self.params, &self.inverse_roots, &mut self.q);
        }
        std::mem::swap(&mut self.variances, &mut self.next);
        self.normalise();
        self.bars += 1;
        for (observed, value) in self.observed.iter_mut().zip(returns) {
            *observed += u64::from(!value.is_nan());
        }
        Ok(())
    }

    /// Whether a return of the asset was seen: the parameters are known from the start.
    fn ready(&self, asset: usize) -> bool {
        self.observed.get(asset).is_some_and(|observed| *observed > 0)
    }

    /// Writes the covariance of the next bar.
    ///
    /// # Errors
    /// [`InputError::NotFinite`] where variances are so large that their product overflows.
    fn covariance_into(&self, covariance: &mut Covariance) -> Result<(), Error> {
        let assets = self.variances.len();
        covariance.assign_lower(assets, |col, below| {
            let (from, left) = (column(assets, col), self.deviations[col]);
            let correlation = &self.correlation[from..from + below.len()];
            for ((entry, correlation), right) in
                below.iter_mut().zip(correlation).zip(&self.deviations[col..])
            {
                *entry = correlation * left * right;
            }
            below[0] = self.variances[col];
        })?;
        Ok(())
    }

    /// Writes the covariance of some assets in the next bar.
    ///
    /// # Errors
    /// As [`covariance_into`](StreamingEstimator::covariance_into); [`InputError::OutOfRange`] for assets that there are
    /// not, or that do not ascend.
    fn covariance_of_into(&self, assets: &[usize], covariance: &mut Covariance) -> Result<(), Error> {
        let all = self.variances.len();
        check_selection(all, assets)?;
        covariance.assign_lower(assets.len(), |place, below| {
            let col = assets[place];
            let (from, left) = (column(all, col), self.deviations[col]);
            for (entry, &row) in below.iter_mut().zip(&assets[place..]) {
                *entry = self.correlation[from + row - col] * left * self.deviations[row];
            }
            below[0] = self.variances[col];
        })?;
        Ok(())
    }
}

/// Refuses settings that do not fit together, and finds the first variance of each asset.
fn check(params: &DccFilterParams) -> Result<Vec<f64>, InputError> {
    let DccFilterParams { model, parameters, target, falls, margins } = params;
    let expected = target.len();
    if expected == 0 {
        return Err(InputError::Empty { what: "the target" });
    }
    if margins.len() != expected {
        let actual = margins.len();
        return Err(InputError::LengthMismatch { what: "the list of margins", expected, actual });
    }
    if let Some(asset) = (0..expected).find(|&asset| target.column(asset)[asset] <= 0.0) {
        return Err(InputError::ZeroVariance { asset });
    }
    let mut delta = 0.0;
    if *model == DccModel::Asymmetric {
        let Some(falls) = falls else {
            return Err(InputError::Empty { what: "the mean product of falls" });
        };
        if falls.len() != expected {
            let actual = falls.len();
            return Err(InputError::LengthMismatch { what: "the mean product of falls", expected, actual });
        }
        delta = greatest_ratio(target, falls)?;
    }
    parameters.check(*model, delta)?;
    let first = |(asset, margin): (usize, &super::params::Margin)| {
        margin.parameters.check(margin.model, margin.parameters.degrees_of_freedom.is_some())?;
        let long_run = || margin.parameters.long_run_variance(margin.model);
        let value = margin.initial_variance.unwrap_or_else(long_run);
        if value > 0.0 && value.is_finite() {
            return Ok(value);
        }
        let (name, expected) = ("the initial variance", "a positive, finite number");
        Err(InputError::AssetOutOfRange { name, asset, value, expected })
    };
    margins.iter().enumerate().map(first).collect()
}
