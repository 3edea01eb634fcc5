//! Coordinate descent, accelerated: all coordinates at once, and where that is slow, in turn and block by block.

use pulp::{Arch, Simd, WithSimd};

use crate::acceleration::Acceleration;
use crate::correlations::Correlations;
use crate::lanes::{Eight, LANES};
use crate::together::{move_together, normalise};

/// Sweeps after which the blocks look anew at how their assets answer to each other.
const RENEWAL: usize = 8;

/// Sweeps over which the speed of convergence is measured.
const MEASURED: usize = 6;

/// What a sweep of all coordinates at once must leave of the residual at most, on average, not to be the last.
const TOGETHER: f64 = 0.4;

/// What coordinate descent remembers.
#[derive(Clone, Debug, Default)]
pub(crate) struct DescentScratch {
    /// The point before the sweep, and C times it.
    before: Vec<Eight>,
    product: Vec<Eight>,
    step: Vec<Eight>,
    acceleration: Acceleration,
    /// How many more sweeps may move all coordinates at once.
    together: usize,
    /// Sweeps of the present kind.
    sweeps: usize,
    /// The last estimates of the residual, the one of sweep k at place k modulo their number.
    estimates: [f64; MEASURED],
}

impl DescentScratch {
    /// Forgets the last problem. The first sweeps, so many at most, move all coordinates at once.
    pub(crate) fn begin(&mut self, blocks: usize, together: usize) {
        self.before.resize(blocks, Eight::default());
        self.product.resize(blocks, Eight::default());
        self.step.resize(blocks, Eight::default());
        self.acceleration.begin(blocks);
        (self.together, self.sweeps) = (together, 0);
    }

    /// From now on, coordinates move in turn.
    fn take_turns(&mut self) {
        self.begin(self.before.len(), 0);
    }

    #[inline(always)]
    fn move_in_turn<S: Simd, C: Correlations>(
        &mut self,
        simd: S,
        correlations: &mut C,
        budget: &[Eight],
        y: &mut [Eight],
    ) {
        if self.sweeps.is_multiple_of(RENEWAL) {
            correlations.couple(simd, y, budget);
        }
        self.before.copy_from_slice(y);
        correlations.sweep(simd, y, budget);
    }

    /// Whether all coordinates can move at once, and may do so again.
    #[inline(always)]
    fn move_at_once<S: Simd, C: Correlations>(
        &mut self,
        simd: S,
        correlations: &mut C,
        budget: &[Eight],
        y: &mut [Eight],
    ) -> bool {
        self.together -= 1;
        correlations.multiply(simd, y, &mut self.product);
        if self.sweeps == 0 && !normalise(simd, budget, &mut self.product, y) {
            return false;
        }
        self.before.copy_from_slice(y);
        move_together(simd, budget, (&mut self.product, &mut self.step), y);
        self.together > 0
    }
}

/// How a run of sweeps ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Descent {
    /// The residual is estimated to be within the goal.
    Near {
        /// The estimate.
        estimate: f64,
    },
    /// Convergence is too slow to wait for.
    Slow,
    /// Numbers overflowed, as they do without a minimum to converge to.
    Lost,
    /// The sweeps are used up.
    Limit,
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop {
    /// The estimated residual that is good enough.
    pub(crate) goal: f64,
    /// Sweeps at most.
    pub(crate) limit: usize,
    /// How many more sweeps are worth waiting for, if there is an alternative.
    pub(crate) patience: Option<f64>,
}

/// Sweeps until one of the reasons to stop is there; tells how many sweeps that took.
pub(crate) fn descend<C: Correlations>(
    correlations: &mut C,
    budget: &[Eight],
    y: &mut [Eight],
    scratch: &mut DescentScratch,
    stop: Stop,
) -> (Descent, usize) {
    Arch::new().dispatch(Descend { correlations, budget, y, scratch, stop })
}

struct Descend<'a, C> {
    correlations: &'a mut C,
    budget: &'a [Eight],
    y: &'a mut [Eight],
    scratch: &'a mut DescentScratch,
    stop: Stop,
}

impl<C: Correlations> WithSimd for Descend<'_, C> {
    type Output = (Descent, usize);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (Descent, usize) {
        let Self { correlations, budget, y, scratch, stop } = self;
        // A step of the same relative length for every asset changes no share by more than this.
        let largest = budget.iter().flat_map(|eight| eight.0).fold(0.0, f64::max);
        let unit = largest / ((LANES * y.len()) as f64).sqrt();
        for sweep in 1..=stop.limit {
            if scratch.together == 0 {
                scratch.move_in_turn(simd, correlations, budget, y);
            } else if !scratch.move_at_once(simd, correlations, budget, y) {
                scratch.take_turns();
                continue;
            }
            let estimate = unit * scratch.acceleration.advance(simd, &scratch.before, y);
            let place = scratch.sweeps % MEASURED;
            let earlier = std::mem::replace(&mut scratch.estimates[place], estimate);
            scratch.sweeps += 1;
            if estimate <= stop.goal {
                return (Descent::Near { estimate }, sweep);
            }
            if !estimate.is_finite() {
                return (Descent::Lost, sweep);
            }
            if scratch.sweeps > MEASURED {
                if scratch.together == 0 && slow(earlier, estimate, stop) {
                    return (Descent::Slow, sweep);
                }
                if scratch.together > 0 && estimate > earlier * TOGETHER.powi(MEASURED as i32) {
                    scratch.take_turns();
                }
            }
        }
        (Descent::Limit, stop.limit)
    }
}

/// Whether the estimate, which fell from `earlier` to `now`, will take too long to fall to the goal.
fn slow(earlier: f64, now: f64, stop: Stop) -> bool {
    let per_sweep = (earlier / now).ln() / MEASURED as f64;
    stop.patience.is_some_and(|patience| per_sweep * patience < (now / stop.goal).ln())
}
