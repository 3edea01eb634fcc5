//! The log-likelihood of a sample, as a function of the parameters that are free.

use po_core::simd::sum;
use pulp::Arch;

use super::params::{GarchMean, GarchModel, GarchParams, InitialVariance, Innovations, Intercept};
use super::passes::{
    ALPHA, BETA, Density, GAMMA, Gradient, Information, MEAN, Nothing, OMEGA, Pass, Presample, SHAPE, Sums,
    Visitor,
};
use super::programme::{Constraint, Matrix, SIZE, Vector};

/// Degrees of freedom from the heaviest tail to one that nothing distinguishes from the normal.
pub(crate) const DEGREES: (f64, f64) = (2.05, 500.0);

/// How near to one the persistence may come, so that there is a long-run variance.
const BELOW_ONE: f64 = 1e-6;

/// The least ω, in units of the sample variance.
const LEAST_OMEGA: f64 = 1e-8;

/// A variance that is so many powers of e from that of the sample is no estimate: an EGARCH can make an
/// observation ever more likely by a variance that vanishes where it stands.
const WIDEST: f64 = 30.0;

/// An EGARCH whose log-variances amplify a change of an earlier one by more than this is no estimate either:
/// its recursion cannot be inverted (Wintenberger 2013), and its variances are those of the rounding.
const AMPLIFIED: f64 = 1e6;

/// Weight of each observation of the backcast against the one before it, and how many there are.
const BACKCAST: (f64, usize) = (0.94, 75);

/// In which unit Student's shape is free: 1/ν is nearly quadratic where ν is not, ν is what is reported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    Inverse,
    Degrees,
}

/// A sample with the settings under which it is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Likelihood<'a> {
    pub(crate) params: GarchParams,
    pub(crate) shape: Shape,
    pub(crate) returns: &'a [f64],
    /// The mean of the returns where one is fitted, and the mean square around it.
    pub(crate) centre: f64,
    pub(crate) variance: f64,
    backcast: f64,
    /// Which parameters are free, in order.
    free: [usize; SIZE],
    size: usize,
}

/// A point as the pass needs it: all parameters, what came before, and how the free ones move them.
pub(crate) struct Place {
    pub(crate) parameters: Vector,
    pub(crate) presample: Presample,
    /// `jacobian[parameter][free]`
    jacobian: Matrix,
}

/// What is seen at a point.
pub(crate) struct Look {
    pub(crate) log_likelihood: f64,
    pub(crate) gradient: Vector,
    /// In an EGARCH, the mean logarithm of what a change of a log-variance is multiplied by from one period to
    /// the next: below zero the past is forgotten, and the recursion can be inverted.
    pub(crate) expansion: f64,
    pub(crate) expansion_gradient: Vector,
    /// Whether an EGARCH amplifies a change almost as much as it may.
    pub(crate) cornered: bool,
}

impl Look {
    /// The slopes of the log-likelihood, less the force of a bound on the expansion.
    pub(crate) fn slopes(&self, force: f64) -> Vector {
        let mut slopes = self.gradient;
        slopes.iter_mut().zip(self.expansion_gradient).for_each(|(slope, bound)| *slope -= force * bound);
        slopes
    }
}

impl<'a> Likelihood<'a> {
    pub(crate) fn new(params: GarchParams, shape: Shape, returns: &'a [f64]) -> Self {
        let periods = returns.len() as f64;
        let centre = if params.mean == GarchMean::Constant { sum(returns) / periods } else { 0.0 };
        let square = |value: &f64| (value - centre) * (value - centre);
        let variance = returns.iter().map(square).sum::<f64>() / periods;
        let (mut backcast, mut weights, mut weight) = (0.0, 0.0, 1.0);
        for value in returns.iter().take(BACKCAST.1) {
            backcast += weight * square(value);
            weights += weight;
            weight *= BACKCAST.0;
        }
        let is_free = |parameter: &usize| match *parameter {
            MEAN => params.mean == GarchMean::Constant,
            OMEGA => params.intercept == Intercept::Free,
            GAMMA => params.model != GarchModel::Garch,
            SHAPE => params.innovations == Innovations::StudentT,
            _ => true,
        };
        let (mut free, mut size) = ([0; SIZE], 0);
        for parameter in (0..SIZE).filter(is_free) {
            free[size] = parameter;
            size += 1;
        }
        Self { params, shape, returns, centre, variance, backcast: backcast / weights, free, size }
    }

    /// Which parameters are free, in order.
    pub(crate) fn free(&self) -> &[usize] {
        &self.free[..self.size]
    }

    /// The free ones of all parameters.
    pub(crate) fn restrict(&self, parameters: &Vector) -> Vector {
        let mut point = [0.0; SIZE];
        for (place, &parameter) in self.free().iter().enumerate() {
            let inverse = parameter == SHAPE && self.shape == Shape::Inverse;
            point[place] = if inverse { 1.0 / parameters[SHAPE] } else { parameters[parameter] };
        }
        point
    }

    /// Whether the mean square starts the recursion, rather than the backcast.
    fn presample(&self, mean: f64) -> (Presample, Presample) {
        let off = mean - self.centre;
        let sample = Presample { variance: self.variance + off * off, slope: 2.0 * off };
        let first = match self.params.initial_variance {
            InitialVariance::Backcast => Presample { variance: self.backcast, slope: 0.0 },
            InitialVariance::Sample => sample,
        };
        (first, sample)
    }

    /// All parameters at a point of the free ones.
    pub(crate) fn place(&self, point: &Vector) -> Place {
        let (mut parameters, mut jacobian) = ([0.0; SIZE], [[0.0; SIZE]; SIZE]);
        for (place, &parameter) in self.free().iter().enumerate() {
            parameters[parameter] = point[place];
            jacobian[parameter][place] = 1.0;
            if parameter == SHAPE && self.shape == Shape::Inverse {
                let nu = 1.0 / point[place];
                parameters[SHAPE] = nu;
                jacobian[SHAPE][place] = -nu * nu;
            }
        }
        let (presample, sample) = self.presample(parameters[MEAN]);
        if self.params.intercept == Intercept::Targeted {
            let [_, _, alpha, gamma, beta, _] = parameters;
            let (level, slopes) = if self.params.model == GarchModel::Egarch {
                let level = sample.variance.ln();
                parameters[OMEGA] = (1.0 - beta) * level;
                ((1.0 - beta) / sample.variance, [0.0, 0.0, -level])
            } else {
                let left = 1.0 - alpha - 0.5 * gamma - beta;
                parameters[OMEGA] = left * sample.variance;
                (left, [-sample.variance, -0.5 * sample.variance, -sample.variance])
            };
            for (place, &parameter) in self.free().iter().enumerate() {
                jacobian[OMEGA][place] = match parameter {
                    MEAN => level * sample.slope,
                    ALPHA => slopes[0],
                    GAMMA => slopes[1],
                    BETA => slopes[2],
                    _ => 0.0,
                };
            }
        }
        Place { parameters, presample, jacobian }
    }

    fn density(&self, parameters: &Vector) -> Density {
        let student = self.params.innovations == Innovations::StudentT;
        Density::new(student.then_some(parameters[SHAPE]), 1)
    }

    /// One pass at a place.
    pub(crate) fn pass(&self, place: &Place, visitor: &mut impl Visitor) -> Sums {
        let density = self.density(&place.parameters);
        Arch::new().dispatch(Pass {
            model: self.params.model,
            parameters: &place.parameters,
            density,
            presample: place.presample,
            returns: self.returns,
            visitor,
        })
    }

    pub(crate) fn log_likelihood(&self, point: &Vector) -> f64 {
        self.sound(&self.pass(&self.place(point), &mut Nothing))
    }

    /// The log-likelihood and its gradient by the free parameters.
    pub(crate) fn gradient(&self, point: &Vector, gradient: &mut Vector) -> f64 {
        let look = self.look(point);
        *gradient = look.gradient;
        look.log_likelihood
    }

    /// Everything of first order at a point of the free parameters.
    pub(crate) fn look(&self, point: &Vector) -> Look {
        let place = self.place(point);
        let mut scores = Gradient::default();
        let sums = self.pass(&place, &mut scores);
        let all = scores.finish(&self.density(&place.parameters), self.returns.len(), &sums);
        let free = |all: &[f64]| {
            let mut slopes = [0.0; SIZE];
            for (jacobian, all) in place.jacobian.iter().zip(all) {
                slopes.iter_mut().zip(jacobian).for_each(|(slope, jacobian)| *slope += all * jacobian);
            }
            slopes
        };
        Look {
            log_likelihood: self.sound(&sums),
            gradient: free(&all),
            expansion: sums.expansion,
            expansion_gradient: free(&sums.expansion_slopes),
            cornered: sums.amplified > 0.1 * AMPLIFIED,
        }
    }

    /// The log-likelihood, unless a search should stay away.
    fn sound(&self, sums: &Sums) -> f64 {
        let wild = sums.widest > WIDEST || sums.amplified > AMPLIFIED;
        if self.shape == Shape::Inverse && wild { f64::NAN } else { sums.log_likelihood }
    }

    /// The sum of the outer products of the scores, by the free parameters; or what is expected of it.
    pub(crate) fn information(&self, point: &Vector, expected: bool) -> Matrix {
        let place = self.place(point);
        let mut scores =
            Information { density: self.density(&place.parameters), expected, sum: [[0.0; 8]; SIZE] };
        self.pass(&place, &mut scores);
        let mut information = [[0.0; SIZE]; SIZE];
        for (left, scores) in place.jacobian.iter().zip(&scores.sum) {
            for (right, score) in place.jacobian.iter().zip(scores) {
                for (information, left) in information.iter_mut().zip(left) {
                    information.iter_mut().zip(right).for_each(|(sum, right)| *sum += left * score * right);
                }
            }
        }
        information
    }

    /// The linear constraints on the free parameters, each with what it bounds: 0 for ω, 1 for α, 2 for α + γ, 3
    /// for β, 4 for the persistence, 5 for the shape.
    pub(crate) fn constraints(&self, mut add: impl FnMut(usize, Constraint)) {
        let mut constrain = |kind: usize, terms: &[(usize, f64)], lower: f64| {
            let mut normal = [0.0; SIZE];
            for (place, parameter) in self.free().iter().enumerate() {
                normal[place] =
                    terms.iter().find(|(term, _)| term == parameter).map_or(0.0, |(_, factor)| *factor);
            }
            if normal.iter().any(|factor| *factor != 0.0) {
                add(kind, Constraint { normal, lower });
            }
        };
        if self.params.model == GarchModel::Egarch {
            constrain(4, &[(BETA, -1.0)], BELOW_ONE - 1.0);
            constrain(4, &[(BETA, 1.0)], BELOW_ONE - 1.0);
        } else {
            constrain(0, &[(OMEGA, 1.0)], LEAST_OMEGA * self.variance);
            constrain(1, &[(ALPHA, 1.0)], 0.0);
            constrain(3, &[(BETA, 1.0)], 0.0);
            constrain(4, &[(ALPHA, -1.0), (GAMMA, -0.5), (BETA, -1.0)], BELOW_ONE - 1.0);
        }
        if self.params.model == GarchModel::Gjr {
            constrain(2, &[(ALPHA, 1.0), (GAMMA, 1.0)], 0.0);
        }
        constrain(5, &[(SHAPE, 1.0)], 1.0 / DEGREES.1);
        constrain(5, &[(SHAPE, -1.0)], -1.0 / DEGREES.0);
    }
}
