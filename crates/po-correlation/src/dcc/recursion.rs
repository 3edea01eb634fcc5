//! What a likelihood is made of, and one entry of Q and its derivatives, from one period to the next.

use super::diagonal::Diagonal;
use super::parameters::DccParameters;
use super::params::DccModel;
use crate::garch::Density;

/// What the likelihood of all assets and that of pairs are made of.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a> {
    pub(crate) assets: usize,
    pub(crate) parameters: DccParameters,
    pub(crate) model: DccModel,
    /// Whether the target follows from the news.
    pub(crate) follows: bool,
    pub(crate) density: Density,
    pub(crate) residuals: &'a [f64],
    /// S and N, packed.
    pub(crate) target: &'a [f64],
    pub(crate) falls: &'a [f64],
    pub(crate) diagonal: &'a Diagonal,
    /// For a target that follows from the news, the sums of their squares and of those times the slopes of
    /// the diagonal's logarithm.
    pub(crate) squares: &'a [[f64; 3]],
    pub(crate) gradient: bool,
}

/// How much of each thing goes into the next Q.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recursion {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) g: f64,
    /// a / 2 in the corrected model, where the news move with the diagonal of Q; else zero.
    pub(crate) moving: f64,
}

/// An entry of the intercept, with its derivatives by a, b and g.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Intercept {
    pub(crate) value: f64,
    pub(crate) slopes: [f64; 3],
}

impl Intercept {
    /// `(1 - a - b) S - g N`, where S may move with a and b.
    #[inline(always)]
    pub(crate) fn new(parameters: &DccParameters, target: f64, moves: [f64; 2], falls: f64) -> Self {
        let left = 1.0 - parameters.a - parameters.b;
        Self {
            value: left * target - parameters.g * falls,
            slopes: [left * moves[0] - target, left * moves[1] - target, -falls],
        }
    }
}
