//! The log-likelihood of residuals, as a function of the parameters of their correlation.

use po_core::simd::sum;
use po_core::{Covariance, InputError, Returns};
use pulp::Arch;

use super::diagonal::{Diagonal, Fill};
use super::pairs::{Lag, PairScratch, PairSums};
use super::parameters::{DccCoefficient, DccParameters};
use super::params::{DccLikelihood, DccModel};
use super::recursion::Inputs;
use super::target::{Residuals, covariance, greatest_ratio, mean_product};
use super::triangle::{diagonal, packed};
use super::whole::{Whole, WholeScratch};
use crate::garch::{Constraint, Density, Innovations, Objective, SIZE};

/// How near to one the persistence may come.
const BELOW_ONE: f64 = 1e-6;

/// Student's degrees of freedom, at least and at most.
const DEGREES: (f64, f64) = (2.05, 500.0);

/// Residuals with everything about them that does not depend on the parameters.
#[derive(Clone, Debug)]
pub(crate) struct Likelihood {
    pub(crate) model: DccModel,
    pub(crate) innovations: Innovations,
    pub(crate) likelihood: DccLikelihood,
    pub(crate) residuals: Residuals,
    /// S, packed; of the corrected model without a given target, it follows from the parameters.
    target: Vec<f64>,
    pub(crate) falls: Vec<f64>,
    target_diagonal: Vec<f64>,
    falls_diagonal: Vec<f64>,
    /// Whether the target follows from the news.
    follows: bool,
    /// δ of the asymmetric model.
    pub(crate) delta: f64,
    /// Σ z²
    squares: f64,
    /// What the value is divided by in a search: pairs count each asset several times.
    pub(crate) scale: f64,
    diagonal: Diagonal,
    /// Of each asset, the sum of squared news, and its derivatives by a and b.
    news_squares: Vec<[f64; 3]>,
    pair_scratch: PairScratch,
    whole_scratch: WholeScratch,
}

impl Likelihood {
    pub(crate) fn new(
        model: DccModel,
        innovations: Innovations,
        likelihood: DccLikelihood,
        target: Option<&Covariance>,
        returns: &Returns,
    ) -> Result<Self, InputError> {
        let (periods, assets) = (returns.observations(), returns.assets());
        if assets < 2 {
            let (what, observations) = ("the assets of a correlation", assets);
            return Err(InputError::TooFewObservations { what, observations, required: 2 });
        }
        if let Some(target) = target.filter(|target| target.len() != assets) {
            let (expected, actual) = (assets, target.len());
            return Err(InputError::LengthMismatch { what: "the target", expected, actual });
        }
        let rows: Vec<f64> =
            (0..periods).flat_map(|row| (0..assets).map(move |col| returns.column(col)[row])).collect();
        let follows = target.is_none() && model == DccModel::Corrected;
        let (packed_target, target_diagonal) = match target {
            Some(target) => {
                let packed = packed(target);
                let diagonal = diagonal(assets, &packed).collect();
                (packed, diagonal)
            }
            None if follows => (Vec::new(), vec![1.0; assets]),
            None => {
                let packed = mean_product(assets, &rows);
                let diagonal = diagonal(assets, &packed).collect();
                (packed, diagonal)
            }
        };
        if let Some(asset) = target_diagonal.iter().position(|variance: &f64| *variance <= 0.0) {
            return Err(InputError::ZeroVariance { asset });
        }
        let (mut falls, mut falls_diagonal, mut delta) = (Vec::new(), vec![0.0; assets], 0.0);
        if model == DccModel::Asymmetric {
            let below: Vec<f64> = rows.iter().map(|value| value.min(0.0)).collect();
            falls = mean_product(assets, &below);
            falls_diagonal = diagonal(assets, &falls).collect();
            let target = covariance(assets, &packed_target)?;
            delta = greatest_ratio(&target, &covariance(assets, &falls)?)?;
        }
        let scale = match likelihood {
            DccLikelihood::Full => 1.0,
            DccLikelihood::Contiguous => 2.0 * (assets - 1) as f64 / assets as f64,
            DccLikelihood::AllPairs => (assets - 1) as f64,
        };
        let squares = sum(&rows.iter().map(|value| value * value).collect::<Vec<f64>>());
        Ok(Self {
            model,
            innovations,
            likelihood,
            residuals: Residuals { periods, assets, rows },
            target: packed_target,
            falls,
            target_diagonal,
            falls_diagonal,
            follows,
            delta,
            squares,
            scale,
            diagonal: Diagonal::default(),
            news_squares: Vec::new(),
            pair_scratch: PairScratch::default(),
            whole_scratch: WholeScratch::default(),
        })
    }

    /// The parameters at a point of the free ones: a, b, g where there is asymmetry, 1/ν of Student's t.
    pub(crate) fn parameters(&self, point: &[f64; SIZE]) -> DccParameters {
        let asymmetric = self.model == DccModel::Asymmetric;
        let shape = point[2 + usize::from(asymmetric)];
        DccParameters {
            a: point[0],
            b: point[1],
            g: if asymmetric { point[2] } else { 0.0 },
            degrees_of_freedom: (self.innovations == Innovations::StudentT).then(|| 1.0 / shape),
        }
    }

    pub(crate) fn point(&self, parameters: &DccParameters) -> [f64; SIZE] {
        let mut point = [parameters.a, parameters.b, 0.0, 0.0, 0.0, 0.0];
        let asymmetric = self.model == DccModel::Asymmetric;
        if asymmetric {
            point[2] = parameters.g;
        }
        if let Some(nu) = parameters.degrees_of_freedom {
            point[2 + usize::from(asymmetric)] = 1.0 / nu;
        }
        point
    }

    pub(crate) fn constraints(&self) -> Vec<(DccCoefficient, Constraint)> {
        let asymmetric = self.model == DccModel::Asymmetric;
        let shape = 2 + usize::from(asymmetric);
        let mut constraints = Vec::with_capacity(6);
        let mut constrain = |coefficient, terms: &[(usize, f64)], lower| {
            let mut normal = [0.0; SIZE];
            terms.iter().for_each(|(place, factor)| normal[*place] = *factor);
            constraints.push((coefficient, Constraint { normal, lower }));
        };
        constrain(DccCoefficient::A, &[(0, 1.0)], 0.0);
        constrain(DccCoefficient::B, &[(1, 1.0)], 0.0);
        let sum = [(0, -1.0), (1, -1.0), (2, -self.delta)];
        constrain(DccCoefficient::Persistence, &sum[..shape], BELOW_ONE - 1.0);
        if asymmetric {
            constrain(DccCoefficient::G, &[(2, 1.0)], 0.0);
        }
        if self.innovations == Innovations::StudentT {
            constrain(DccCoefficient::DegreesOfFreedom, &[(shape, 1.0)], 1.0 / DEGREES.1);
            constrain(DccCoefficient::DegreesOfFreedom, &[(shape, -1.0)], -1.0 / DEGREES.0);
        }
        constraints
    }

    /// The log-likelihood over that of independent standard normal residuals, and its derivatives by a, b, g
    /// and ν.
    pub(crate) fn evaluate(&mut self, parameters: &DccParameters, gradient: bool) -> (f64, [f64; 4]) {
        let assets = self.residuals.assets;
        Arch::new().dispatch(Fill {
            model: self.model,
            parameters: *parameters,
            assets,
            residuals: &self.residuals.rows,
            target: &self.target_diagonal,
            falls: &self.falls_diagonal,
            gradient,
            diagonal: &mut self.diagonal,
        });
        if self.follows {
            self.sum_news(gradient);
        }
        let dimension = if self.likelihood == DccLikelihood::Full { assets } else { 2 };
        let density = Density::new(parameters.degrees_of_freedom, dimension);
        let (sums, units) = match self.likelihood {
            DccLikelihood::Full => (self.whole(parameters, density, gradient), 1),
            DccLikelihood::Contiguous => (self.lag(1, parameters, density, gradient), assets - 1),
            DccLikelihood::AllPairs => {
                let mut total = PairSums::default();
                for lag in 1..assets {
                    let sums = self.lag(lag, parameters, density, gradient);
                    total.log_determinants += sums.log_determinants;
                    total.tails += sums.tails;
                    total.forms += sums.forms;
                    total.slopes.iter_mut().zip(sums.slopes).for_each(|(total, slope)| *total += slope);
                }
                (total, assets * (assets - 1) / 2)
            }
        };
        let observations = (units * self.residuals.periods) as f64;
        let normal = -0.5 * std::f64::consts::TAU.ln() * dimension as f64;
        let away = if density.student { density.factor * sums.tails } else { 0.5 * sums.forms };
        let value = observations * (density.constant - normal) - 0.5 * sums.log_determinants - away
            + 0.5 * self.counted_squares();
        let shape = observations * density.slope - 0.5 * sums.tails + 0.5 * density.kappa * sums.forms;
        let [a, b, g] = sums.slopes;
        (value, [a, b, g, if density.student { shape } else { 0.0 }])
    }

    /// Σ z², with each asset counted as often as it stands in a pair.
    fn counted_squares(&self) -> f64 {
        let Residuals { assets, rows, .. } = &self.residuals;
        match self.likelihood {
            DccLikelihood::Full => self.squares,
            DccLikelihood::AllPairs => self.squares * (assets - 1) as f64,
            DccLikelihood::Contiguous => {
                let ends = |row: &[f64]| row[0] * row[0] + row[assets - 1] * row[assets - 1];
                2.0 * self.squares - rows.chunks_exact(*assets).map(ends).sum::<f64>()
            }
        }
    }

    fn sum_news(&mut self, gradient: bool) {
        let assets = self.residuals.assets;
        self.news_squares.clear();
        self.news_squares.resize(assets, [0.0; 3]);
        let [by_a, by_b, _] = &self.diagonal.slopes;
        for (row, news) in self.diagonal.news.chunks_exact(assets).enumerate() {
            for (asset, (sums, news)) in self.news_squares.iter_mut().zip(news).enumerate() {
                let square = news * news;
                sums[0] += square;
                if gradient {
                    sums[1] += square * by_a[row * assets + asset];
                    sums[2] += square * by_b[row * assets + asset];
                }
            }
        }
    }

    fn inputs(&self, parameters: &DccParameters, density: Density, gradient: bool) -> Inputs<'_> {
        Inputs {
            assets: self.residuals.assets,
            parameters: *parameters,
            model: self.model,
            follows: self.follows,
            density,
            residuals: &self.residuals.rows,
            target: &self.target,
            falls: &self.falls,
            diagonal: &self.diagonal,
            squares: &self.news_squares,
            gradient,
        }
    }

    fn lag(&mut self, lag: usize, parameters: &DccParameters, density: Density, gradient: bool) -> PairSums {
        let mut scratch = std::mem::take(&mut self.pair_scratch);
        let of = self.inputs(parameters, density, gradient);
        let sums = Arch::new().dispatch(Lag { lag, of, scratch: &mut scratch });
        self.pair_scratch = scratch;
        sums
    }

    fn whole(&mut self, parameters: &DccParameters, density: Density, gradient: bool) -> PairSums {
        let mut scratch = std::mem::take(&mut self.whole_scratch);
        let of = self.inputs(parameters, density, gradient);
        let sums = Whole { of, scratch: &mut scratch }.run();
        self.whole_scratch = scratch;
        sums
    }

    /// S at the given parameters, packed.
    pub(crate) fn target(&mut self, parameters: &DccParameters) -> Vec<f64> {
        if !self.follows {
            return self.target.clone();
        }
        let assets = self.residuals.assets;
        Arch::new().dispatch(Fill {
            model: self.model,
            parameters: *parameters,
            assets,
            residuals: &self.residuals.rows,
            target: &self.target_diagonal,
            falls: &self.falls_diagonal,
            gradient: false,
            diagonal: &mut self.diagonal,
        });
        let mut target = mean_product(assets, &self.diagonal.news);
        let roots: Vec<f64> = diagonal(assets, &target).map(f64::sqrt).collect();
        let pairs = (0..assets).flat_map(|col| (col..assets).map(move |row| (row, col)));
        for (entry, (row, col)) in target.iter_mut().zip(pairs) {
            *entry = if row == col { 1.0 } else { *entry / (roots[row] * roots[col]) };
        }
        target
    }
}

impl Objective for Likelihood {
    fn size(&self) -> usize {
        let asymmetric = self.model == DccModel::Asymmetric;
        2 + usize::from(asymmetric) + usize::from(self.innovations == Innovations::StudentT)
    }

    fn value(&mut self, point: &[f64; SIZE], gradient: &mut [f64; SIZE]) -> f64 {
        let parameters = self.parameters(point);
        let (value, [a, b, g, shape]) = self.evaluate(&parameters, true);
        let last = self.size() - 1;
        gradient.fill(0.0);
        (gradient[0], gradient[1]) = (-a / self.scale, -b / self.scale);
        if self.model == DccModel::Asymmetric {
            gradient[2] = -g / self.scale;
        }
        if let Some(nu) = parameters.degrees_of_freedom {
            gradient[last] = shape * nu * nu / self.scale;
        }
        -value / self.scale
    }
}
