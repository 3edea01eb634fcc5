//! The split of risk, before and after the fact.

use po_core::simd::{axpy, dot, sum};
use po_core::{Covariance, FactorCovariance, InputError, Returns};

use super::{RiskAttribution, RiskInput};
use crate::factor::{check_families, windows};
use crate::{Error, Family};

/// The covariance of the assets, as a matrix or by factors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RiskModel<'a> {
    /// A matrix.
    Full(&'a Covariance),
    /// Exposures, covariance of factors, and specific variances, which never become a matrix.
    Factors(&'a FactorCovariance),
}

/// Memory that a risk attribution keeps from call to call; it grows to the largest problem seen.
#[derive(Clone, Debug, Default)]
pub struct RiskAttributionScratch {
    /// Weights less those of the benchmark: N.
    active: Vec<f64>,
    /// Covariances with the portfolio: N; or its returns: T.
    with: Vec<f64>,
    /// Exposures to uncorrelated factors: K; or returns of a family: T.
    exposures: Vec<f64>,
}

impl RiskAttributionScratch {
    /// The weights of the last portfolio, less those of its benchmark.
    pub(super) fn active(&self) -> &[f64] {
        &self.active
    }
}

/// The risk of a portfolio, by asset, before the fact, with fresh memory.
///
/// # Errors
/// As [`risk_attribution_into`].
///
/// # Examples
/// ```
/// use po_attribution::{Family, RiskInput, RiskModel, risk_attribution};
/// use po_core::{Covariance, Weights};
///
/// let covariance = Covariance::from_column_slice(2, &[0.04, 0.02, 0.02, 0.04])?;
/// let (weights, benchmark) = (Weights::new(vec![0.7, 0.3])?, Weights::equal(2)?);
/// let families = [Family::new("all", [0, 1])];
/// let input = RiskInput { weights: &weights, benchmark: Some(&benchmark), families: &families };
/// let tracking = risk_attribution(RiskModel::Full(&covariance), &input)?;
/// // 0.2 more of the one and less of the other, whose difference has a volatility of 0.2.
/// assert!((tracking.risk - 0.04).abs() < 1e-16);
/// assert!((tracking.sources.contribution[1] - 0.02).abs() < 1e-16);
/// assert!((tracking.families.volatility[0] - 0.04).abs() < 1e-16);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn risk_attribution(model: RiskModel<'_>, input: &RiskInput<'_>) -> Result<RiskAttribution, Error> {
    let mut attribution = RiskAttribution::default();
    risk_attribution_into(model, input, &mut RiskAttributionScratch::default(), &mut attribution)?;
    Ok(attribution)
}

/// The risk of a portfolio, by asset, before the fact; from the second call of a size on without touching the heap.
///
/// # Errors
/// [`InputError::LengthMismatch`] unless there is one weight for each asset; [`Error::NotPartition`] for families that
/// leave out an asset or name it twice; [`InputError::NotPositiveSemidefinite`] when the variance of the portfolio is
/// below zero by more than rounding, or overflows.
///
/// # Cost
/// N² multiplications for a matrix, 2 N K for factors; families take as much again.
pub fn risk_attribution_into(
    model: RiskModel<'_>,
    input: &RiskInput<'_>,
    scratch: &mut RiskAttributionScratch,
    attribution: &mut RiskAttribution,
) -> Result<(), Error> {
    let RiskAttributionScratch { active, with, exposures } = scratch;
    let assets = match model {
        RiskModel::Full(covariance) => covariance.len(),
        RiskModel::Factors(covariance) => covariance.len(),
    };
    if assets == 0 {
        return Err(InputError::Empty { what: "the covariance" }.into());
    }
    input.active_into(assets, active)?;
    check_families(input.families, assets)?;
    resize(with, assets);
    match model {
        RiskModel::Full(covariance) => {
            for (asset, with) in with.iter_mut().enumerate() {
                *with = dot(covariance.column(asset), active);
            }
        }
        RiskModel::Factors(covariance) => {
            resize(exposures, covariance.factors());
            covariance.multiply_into(active, exposures, with)?;
        }
    }
    attribution.sources.exposure.clear();
    attribution.sources.exposure.extend_from_slice(active);
    let source = |asset: usize| match model {
        RiskModel::Full(covariance) => (covariance.column(asset)[asset], with[asset]),
        RiskModel::Factors(covariance) => {
            let loadings = covariance.loadings().as_slice().iter().skip(asset).step_by(assets);
            let common: f64 = loadings.map(|loading| loading * loading).sum();
            (covariance.specific()[asset] + common, with[asset])
        }
    };
    attribution.write(source)?;
    for family in input.families {
        let variance = match model {
            RiskModel::Full(covariance) => {
                let with = |asset: usize| -> f64 {
                    let column = covariance.column(asset);
                    family.members.iter().map(|&other| active[other] * column[other]).sum()
                };
                family.members.iter().map(|&asset| active[asset] * with(asset)).sum()
            }
            RiskModel::Factors(covariance) => {
                let own =
                    family.members.iter().map(|&asset| active[asset].powi(2) * covariance.specific()[asset]);
                let common = covariance.loadings().as_slice().chunks_exact(assets).map(|loadings| {
                    family.members.iter().map(|&asset| active[asset] * loadings[asset]).sum::<f64>().powi(2)
                });
                own.sum::<f64>() + common.sum::<f64>()
            }
        };
        attribution.push_family(variance, family.sum(&attribution.sources.contribution));
    }
    Ok(())
}

/// The risk of a portfolio, by factor and what is specific, before the fact, with fresh memory.
///
/// # Errors
/// As [`factor_risk_attribution_into`].
///
/// # Examples
/// ```
/// use po_attribution::{RiskInput, factor_risk_attribution};
/// use po_core::{Covariance, FactorCovariance, Weights, nalgebra::DMatrix};
///
/// let market = Covariance::from_column_slice(1, &[0.04])?;
/// let exposures = DMatrix::from_column_slice(2, 1, &[1.0, 0.5]);
/// let covariance = FactorCovariance::new(exposures, market, vec![0.01, 0.03])?;
/// let weights = Weights::new(vec![0.5, 0.5])?;
/// let parts = factor_risk_attribution(&covariance, &RiskInput::new(&weights))?;
/// // A variance of 0.75² 0.04 from the market, and 0.25 (0.01 + 0.03) besides.
/// assert!((parts.risk - 0.0325_f64.sqrt()).abs() < 1e-16);
/// assert_eq!(parts.sources.exposure, [0.75, 1.0]);
/// assert!((parts.sources.contribution[1] - 0.01 / 0.0325_f64.sqrt()).abs() < 1e-16);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn factor_risk_attribution(
    model: &FactorCovariance,
    input: &RiskInput<'_>,
) -> Result<RiskAttribution, Error> {
    let mut attribution = RiskAttribution::default();
    factor_risk_attribution_into(model, input, &mut RiskAttributionScratch::default(), &mut attribution)?;
    Ok(attribution)
}

/// The risk of a portfolio, by factor and what is specific, before the fact; from the second call of a size on without
/// touching the heap.
///
/// # Shapes and units
/// K + 1 sources: the factors, with the portfolio's exposures, and last what is specific, with an exposure of one.
/// Families are a partition of the K factors; what is specific is one more, the last.
///
/// # Errors
/// As [`risk_attribution_into`], for families of factors.
///
/// # Cost
/// N K + K² multiplications.
pub fn factor_risk_attribution_into(
    model: &FactorCovariance,
    input: &RiskInput<'_>,
    scratch: &mut RiskAttributionScratch,
    attribution: &mut RiskAttribution,
) -> Result<(), Error> {
    let RiskAttributionScratch { active, with, .. } = scratch;
    let (assets, factors) = (model.len(), model.factors());
    input.active_into(assets, active)?;
    check_families(input.families, factors)?;
    let exposures = &mut attribution.sources.exposure;
    exposures.clear();
    let all = model.exposures();
    exposures.extend(all.column_iter().map(|column| dot(column.data.into_slice(), active)));
    resize(with, factors);
    with.iter_mut().enumerate().for_each(|(factor, with)| {
        *with = dot(model.factor_covariance().column(factor), exposures);
    });
    exposures.push(1.0);
    let specific: f64 =
        active.iter().zip(model.specific()).map(|(weight, variance)| weight * weight * variance).sum();
    let covariance = model.factor_covariance();
    let source = |place: usize| match with.get(place) {
        Some(&with) => (covariance.column(place)[place], with),
        None => (specific, specific),
    };
    attribution.write(source)?;
    for family in input.families {
        let exposure = &attribution.sources.exposure;
        let with = |factor: usize| -> f64 {
            let column = covariance.column(factor);
            family.members.iter().map(|&other| exposure[other] * column[other]).sum()
        };
        let variance = family.members.iter().map(|&factor| exposure[factor] * with(factor)).sum();
        attribution.push_family(variance, family.sum(&attribution.sources.contribution));
    }
    if !input.families.is_empty() {
        attribution.push_family(specific, attribution.sources.contribution[factors]);
    }
    Ok(())
}

/// The risk that a portfolio has had, by whatever its returns are the sum of, with fresh memory.
///
/// # Errors
/// As [`realised_risk_attribution_into`].
///
/// # Examples
/// ```
/// use po_attribution::realised_risk_attribution;
/// use po_core::Returns;
///
/// // What a hedge contributes takes half of the other part's moves away.
/// let series = Returns::from_column_slice(3, 2, &[0.02, -0.02, 0.0, -0.01, 0.01, 0.0])?;
/// let parts = realised_risk_attribution(&series, &[])?;
/// assert!((parts.risk - 0.01).abs() < 1e-17);
/// assert!((parts.sources.contribution[0] - 0.02).abs() < 1e-17);
/// assert!((parts.sources.correlation[1] + 1.0).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn realised_risk_attribution(series: &Returns, families: &[Family]) -> Result<RiskAttribution, Error> {
    let mut attribution = RiskAttribution::default();
    realised_risk_attribution_into(
        series,
        families,
        &mut RiskAttributionScratch::default(),
        &mut attribution,
    )?;
    Ok(attribution)
}

/// The risk that a portfolio has had, by whatever its returns are the sum of; from the second call of a size on without
/// touching the heap.
///
/// ```text
/// R_t = Σ_m c_mt          σ(R) = Σ_m σ(c_m) ρ(c_m, R)
/// ```
///
/// # Shapes and units
/// One column for each source: what an asset, a factor or a stage of decision contributes to the return of each period.
/// Exposures are one; deviations have T - 1 degrees of freedom. Families are a partition of the columns.
///
/// # Errors
/// [`InputError::TooFewObservations`] for fewer than two periods; [`Error::NotPartition`] for families that leave out a
/// column or name it twice; [`InputError::NotPositiveSemidefinite`] when the variance overflows.
///
/// # Cost
/// 3 T M operations for M sources; families take T M more.
pub fn realised_risk_attribution_into(
    series: &Returns,
    families: &[Family],
    scratch: &mut RiskAttributionScratch,
    attribution: &mut RiskAttribution,
) -> Result<(), Error> {
    let RiskAttributionScratch { with, exposures: part, .. } = scratch;
    let (periods, sources) = (series.observations(), series.assets());
    if periods < 2 {
        let what = "the observations for a deviation";
        return Err(InputError::TooFewObservations { what, observations: periods, required: 2 }.into());
    }
    check_families(families, sources)?;
    resize(with, periods);
    for source in 0..sources {
        axpy(1.0, series.column(source), with);
    }
    centre(with);
    resize(part, periods);
    let degrees = (periods - 1) as f64;
    attribution.sources.exposure.clear();
    attribution.sources.exposure.resize(sources, 1.0);
    attribution.write(|place| {
        part.copy_from_slice(series.column(place));
        centre(part);
        (dot(part, part) / degrees, dot(part, with) / degrees)
    })?;
    for family in families {
        part.fill(0.0);
        family.members.iter().for_each(|&member| axpy(1.0, series.column(member), part));
        centre(part);
        attribution.push_family(dot(part, part) / degrees, family.sum(&attribution.sources.contribution));
    }
    Ok(())
}

/// The risk of each of many windows of the past, the first of which starts with the first period.
///
/// # Shapes and units
/// Windows of `window` periods, each `step` periods after the one before it.
///
/// # Errors
/// As [`realised_risk_attribution_into`]; [`InputError::Empty`] for a window or a step of zero.
///
/// # Examples
/// ```
/// use po_attribution::rolling_realised_risk_attribution;
/// use po_core::Returns;
///
/// let series = Returns::from_column_slice(4, 1, &[0.01, -0.01, 0.02, -0.02])?;
/// let windows = rolling_realised_risk_attribution(&series, &[], 2, 2)?;
/// assert!((windows[1].risk - 2.0 * windows[0].risk).abs() < 1e-16);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn rolling_realised_risk_attribution(
    series: &Returns,
    families: &[Family],
    window: usize,
    step: usize,
) -> Result<Vec<RiskAttribution>, Error> {
    let mut scratch = RiskAttributionScratch::default();
    windows(series.observations(), window, step)?
        .map(|range| {
            let mut attribution = RiskAttribution::default();
            let rows: Vec<usize> = range.collect();
            realised_risk_attribution_into(&series.rows(&rows)?, families, &mut scratch, &mut attribution)?;
            Ok(attribution)
        })
        .collect()
}

fn centre(values: &mut [f64]) {
    let mean = sum(values) / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
}

fn resize(values: &mut Vec<f64>, length: usize) {
    values.clear();
    values.resize(length, 0.0);
}
