//! Scenarios whose dependence is that of a copula, and whose assets keep their own distributions.

use po_convex::nearest_correlation;
use po_core::linalg::{Cholesky, gemm_into};
use po_core::nalgebra::DMatrix;
use po_core::simd::dot;
use po_core::{Correlation, InputError, Returns, threads};

use super::golden::summit;
use super::kendall;
use super::law::{Law, Table};
use super::margin::{Margin, MarginModel};
use super::random::Random;
use super::sampling::BLOCK;
use super::{Sampling, Scenarios};
use crate::Error;

/// Least and greatest degrees of freedom that are sought; beyond the latter the copula is as good as Gaussian.
const DEGREES: (f64, f64) = (1.0, 300.0);

/// The least eigenvalue of a correlation that had to be repaired.
const FLOOR: f64 = 1e-6;

/// Fewest observations for a copula.
const FEWEST: usize = 10;

/// Which copula.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum CopulaFamily {
    /// That of the multivariate t distribution, with degrees of freedom by maximum likelihood.
    #[default]
    StudentT,
    /// The same, with degrees of freedom as told.
    StudentTWith {
        /// A positive number.
        degrees: f64,
    },
    /// That of the multivariate normal distribution, whose tails are independent.
    Gaussian,
}

/// Settings of [`Copula::fit`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `family` | `StudentT` | three families | which copula |
/// | `margins` | `SemiParametric { tail: 0.1 }` | three models | how each asset is distributed by itself |
/// | `antithetic` | false | | whether scenarios come in pairs, of which one is the mirror image of the other |
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct CopulaParams {
    /// Which copula.
    pub family: CopulaFamily,
    /// How each asset is distributed by itself.
    pub margins: MarginModel,
    /// Whether scenarios come in pairs, of which one is the mirror image of the other.
    pub antithetic: bool,
}

/// A copula over fitted margins.
///
/// ```text
/// ρ_ij = sin(π τ_ij / 2),   u_ti = rank(r_ti) / (T + 1)
/// ν = argmax Σ_t ln c(u_t; ρ, ν)
/// ```
///
/// τ is Kendall's rank correlation; a ρ that is not positive definite becomes the nearest one that is.
///
/// # Examples
/// ```
/// use po_core::Returns;
/// use po_tail::{Copula, CopulaFamily, CopulaParams, MarginModel, Sampling};
///
/// let a: Vec<f64> = (0..40).map(|t| f64::from(t * 7 % 40) * 0.001).collect();
/// let both: Vec<f64> = a.iter().chain(&a).copied().enumerate().map(|(i, r)| if i == 41 { 0.02 } else { r }).collect();
/// let returns = Returns::from_column_slice(40, 2, &both)?;
/// let params = CopulaParams {
///     family: CopulaFamily::Gaussian,
///     margins: MarginModel::Empirical,
///     ..CopulaParams::default()
/// };
/// let copula = Copula::fit(&returns, &params)?;
/// assert!(copula.correlation().as_slice()[1] > 0.9);
/// let scenarios = copula.sample(&Sampling { scenarios: 100, ..Sampling::default() })?;
/// assert!(scenarios.returns().as_slice().iter().all(|r| (0.0..=0.039).contains(r)));
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Demarta and `McNeil`, The t copula and related copulas (2005); `McNeil`, Frey and Embrechts, Quantitative risk
/// management (2005), section 5.5.
///
/// # Settings
/// [`CopulaParams`]
#[derive(Clone, Debug)]
pub struct Copula {
    params: CopulaParams,
    correlation: Correlation,
    /// L' of the correlation.
    root: DMatrix<f64>,
    degrees: Option<f64>,
    log_likelihood: f64,
    margins: Vec<Margin>,
}

impl Copula {
    /// Fits a copula and the margins.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than ten; [`InputError::OutOfRange`] for degrees of freedom that are
    /// not positive or a share of a tail outside (0, 1/2); as [`GpdFit::fit`](crate::GpdFit::fit) for a tail that
    /// cannot be fitted, which needs ten observations.
    ///
    /// # Cost
    /// N² T ln T/2 comparisons for the rank correlations, and for the degrees of freedom about 40 times T N²
    /// multiplications.
    pub fn fit(returns: &Returns, params: &CopulaParams) -> Result<Self, Error> {
        let (observations, assets) = (returns.observations(), returns.assets());
        if observations < FEWEST {
            let what = "the observations for a copula";
            return Err(InputError::TooFewObservations { what, observations, required: FEWEST }.into());
        }
        if let CopulaFamily::StudentTWith { degrees } = params.family
            && !(degrees > 0.0 && degrees.is_finite())
        {
            let (name, expected) = ("the number of degrees of freedom", "a positive number");
            return Err(InputError::OutOfRange { name, value: degrees, expected }.into());
        }
        let threads = threads::processors();
        let margins = threads::each(
            0..assets,
            threads,
            || (),
            |(), _, asset| Margin::fit(params.margins, returns.column(asset)),
        );
        let margins = margins.into_iter().collect::<Result<Vec<_>, _>>()?;
        let taus = kendall::matrix(returns, threads);
        let mut entries: Vec<f64> =
            taus.iter().map(|tau| (std::f64::consts::FRAC_PI_2 * tau).sin()).collect();
        entries.iter_mut().step_by(assets + 1).for_each(|entry| *entry = 1.0);
        let raw = Correlation::from_column_slice(assets, &entries)?;
        let (correlation, factor) = match Cholesky::new(raw.as_view()) {
            Ok(factor) if factor.pivots().all(|pivot| pivot * pivot > FLOOR) => (raw, factor),
            _ => {
                let nearest = nearest_correlation(assets, &entries, FLOOR)?;
                let factor = Cholesky::new(nearest.as_view())?;
                (nearest, factor)
            }
        };
        let pseudo = Pseudo::new(returns);
        let likelihood = |law| pseudo.log_likelihood(law, &factor, threads);
        let degrees = match params.family {
            CopulaFamily::Gaussian => None,
            CopulaFamily::StudentTWith { degrees } => Some(degrees),
            CopulaFamily::StudentT => {
                // In the inverse the likelihood is nearly a parabola, and the Gaussian copula is not at infinity.
                let value = |inverse: f64| likelihood(Law::Student(1.0 / inverse));
                Some(1.0 / summit(value, 1.0 / DEGREES.1, 1.0 / DEGREES.0, 38))
            }
        };
        let log_likelihood = likelihood(degrees.map_or(Law::Normal, Law::Student));
        let root = factor.lower().transpose();
        Ok(Self { params: *params, correlation, root, degrees, log_likelihood, margins })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &CopulaParams {
        &self.params
    }

    /// The correlation of the copula.
    #[must_use]
    pub fn correlation(&self) -> &Correlation {
        &self.correlation
    }

    /// The degrees of freedom; none for the Gaussian copula. Those sought lie between 1 and 300.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> Option<f64> {
        self.degrees
    }

    /// The logarithm of the likelihood of the ranks.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The return that an asset stays below with a probability, by its own fitted distribution.
    ///
    /// # Errors
    /// [`InputError::AssetOutOfRange`] for an asset that there is not; [`InputError::OutOfRange`] for a probability
    /// outside (0, 1).
    pub fn margin_quantile(&self, asset: usize, probability: f64) -> Result<f64, InputError> {
        let Some(margin) = self.margins.get(asset) else {
            let (name, expected) = ("the index", "an index below the number of assets");
            return Err(InputError::AssetOutOfRange { name, asset, value: asset as f64, expected });
        };
        if !(probability > 0.0 && probability < 1.0) {
            let (name, expected) = ("the probability", "a number in (0, 1)");
            return Err(InputError::OutOfRange { name, value: probability, expected });
        }
        let below = probability < 0.5;
        Ok(margin.quantile(if below { probability } else { 1.0 - probability }, below))
    }

    /// Scenarios, all as likely.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for no scenario or no thread; [`InputError::NotFinite`] where a tail is so heavy that a
    /// return is not.
    ///
    /// # Cost
    /// S N² multiplications, and S N normal numbers and quantiles.
    pub fn sample(&self, sampling: &Sampling) -> Result<Scenarios, Error> {
        let (assets, seed, antithetic) = (self.margins.len(), sampling.seed, self.params.antithetic);
        let law = self.degrees.map_or(Law::Normal, Law::Student);
        let tails = Table::of_tail(law);
        let transports: Vec<_> = self.margins.iter().map(|margin| margin.transport(law)).collect();
        let place = || (DMatrix::zeros(BLOCK, assets), DMatrix::zeros(BLOCK, assets), Vec::new());
        sampling.draw(assets, place, |(normal, joint, scales), start, rows, out| {
            scales.clear();
            for row in 0..rows {
                let scenario = start + row;
                let (pair, sign) = match (antithetic, scenario % 2) {
                    (true, odd) => (scenario / 2, if odd == 1 { -1.0 } else { 1.0 }),
                    (false, _) => (scenario, 1.0),
                };
                let mut random = Random::of(seed, pair);
                (0..assets).for_each(|asset| normal[(row, asset)] = random.normal());
                let mixing =
                    self.degrees.map_or(1.0, |degrees| (degrees / random.chi_squared(degrees)).sqrt());
                scales.push(sign * mixing);
            }
            gemm_into(1.0, normal, &self.root, 0.0, joint)?;
            for (asset, column) in out.chunks_exact_mut(rows).enumerate() {
                let joint = &joint.column(asset).data.into_slice()[..rows];
                column.iter_mut().zip(joint).zip(&*scales).for_each(|((x, z), scale)| *x = z * scale);
                self.margins[asset].replace(law, &tails, transports[asset].as_ref(), column);
            }
            Ok(())
        })
    }
}

/// The pseudo-observations: ranks over T + 1.
struct Pseudo {
    /// Per asset and row, which of the levels.
    places: Vec<Vec<u32>>,
    levels: Vec<f64>,
}

impl Pseudo {
    fn new(returns: &Returns) -> Self {
        let size = returns.observations();
        // Ties share the mean of their ranks, which is a whole number or a half: levels are by halves.
        let levels = (0..=2 * size).map(|twice| twice as f64 / (2.0 * (size as f64 + 1.0))).collect();
        let places = (0..returns.assets()).map(|asset| doubled_ranks(returns.column(asset))).collect();
        Self { places, levels }
    }

    fn log_likelihood(&self, law: Law, factor: &Cholesky, threads: usize) -> f64 {
        const PIECE: usize = 64;
        let (size, assets) = (self.places[0].len(), self.places.len());
        let mut used = vec![false; self.levels.len()];
        self.places.iter().flatten().for_each(|&place| used[place as usize] = true);
        let values: Vec<f64> = self
            .levels
            .iter()
            .zip(&used)
            .map(|(&u, used)| if *used { law.quantile(u) } else { 0.0 })
            .collect();
        let densities: Vec<f64> =
            values.iter().zip(&used).map(|(&x, used)| if *used { law.log_density(x) } else { 0.0 }).collect();
        let joint_constant = joint_constant(law, assets) - 0.5 * factor.log_determinant();
        let parts =
            threads::each((0..size).step_by(PIECE), threads, Vec::new, |x: &mut Vec<f64>, _, start| {
                x.clear();
                let rows = start..(start + PIECE).min(size);
                let mut own = 0.0;
                for row in rows.clone() {
                    for places in &self.places {
                        x.push(values[places[row] as usize]);
                        own += densities[places[row] as usize];
                    }
                }
                // The numbers are finite and as many as rows need: nothing can be refused.
                let solved = factor.solve(x).unwrap_or_default();
                let forms = x.chunks_exact(assets).zip(solved.chunks_exact(assets));
                let joint: f64 = forms.map(|(x, y)| joint_kernel(law, assets, dot(x, y))).sum();
                joint + joint_constant * rows.len() as f64 - own
            });
        parts.iter().sum()
    }
}

/// Twice the mean rank of each value, from two on.
fn doubled_ranks(values: &[f64]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0; values.len()];
    let mut start = 0;
    for run in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        // The ranks are start + 1 to start + length.
        let doubled = (2 * start + run.len() + 1) as u32;
        run.iter().for_each(|&row| ranks[row] = doubled);
        start += run.len();
    }
    ranks
}

/// The logarithm of what the joint density is multiplied by, for a correlation of determinant one.
fn joint_constant(law: Law, assets: usize) -> f64 {
    use statrs::function::gamma::ln_gamma;
    let size = assets as f64;
    match law {
        Law::Normal => -0.5 * size * std::f64::consts::TAU.ln(),
        Law::Student(degrees) => {
            ln_gamma(0.5 * (degrees + size))
                - ln_gamma(0.5 * degrees)
                - 0.5 * size * (degrees * std::f64::consts::PI).ln()
        }
    }
}

/// The logarithm of the joint density, less its constant, at a quadratic form.
fn joint_kernel(law: Law, assets: usize, form: f64) -> f64 {
    match law {
        Law::Normal => -0.5 * form,
        Law::Student(degrees) => -0.5 * (degrees + assets as f64) * (form / degrees).ln_1p(),
    }
}
