//! What an exponentially weighted estimate knows of each asset alone: eight assets at a time.

use std::iter::zip;

use pulp::{Arch, Simd, WithSimd};

use super::CorrelationOf;
use super::triangle::LANES;

/// Weights below this are taken for zero: what they weigh is beyond the rounding of anything else.
const FORGOTTEN: f64 = 1e-60;

/// Innovations beyond this are cut, so that their squares stay finite.
const LARGEST_INNOVATION: f64 = 1e50;

/// One number for each of eight assets.
type Eight = [f64; LANES];

/// Eight assets; those beyond the last one were never seen.
#[derive(Clone, Debug, Default, PartialEq)]
#[repr(align(64))]
pub(super) struct Assets {
    /// Weighted mean of the returns, and the sum of its weights.
    pub(super) mean: Eight,
    mean_weight: Eight,
    /// Weighted mean of the squared deviations, and the sum of its weights.
    pub(super) variance: Eight,
    variance_weight: Eight,
    /// The diagonal of the triangle.
    square: Eight,
    /// What the last observation weighs in the triangle, of 1; zero when it is forgotten.
    fade: Eight,
    /// Returns seen.
    pub(super) seen: Eight,
    /// What the rows of the triangle are multiplied by to become covariances: `σ / sqrt(square)`.
    pub(super) scale: Eight,
}

impl Assets {
    /// The numbers that make up the state, in a fixed order.
    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        let Self { mean, mean_weight, variance, variance_weight, square, fade, seen, scale } = self;
        [mean, mean_weight, variance, variance_weight, square, fade, seen, scale].into_iter().flatten()
    }

    /// The least number but the means: zero or more, unless the state was tampered with.
    #[cfg(feature = "serde")]
    pub(super) fn least(&self) -> f64 {
        let Self { mean: _, mean_weight, variance, variance_weight, square, fade, seen, scale } = self;
        let numbers =
            [mean_weight, variance, variance_weight, square, fade, seen, scale].into_iter().flatten();
        numbers.fold(f64::INFINITY, |least, &number| least.min(number))
    }

    /// Begins an asset with a variance that has the weight of a long history, in units of `volatility` in the
    /// triangle.
    pub(super) fn begin(&mut self, lane: usize, variance: f64, volatility: f64, seen: f64) {
        self.mean_weight[lane] = 1.0;
        self.variance[lane] = variance;
        self.variance_weight[lane] = 1.0;
        let moves = variance > 0.0;
        self.square[lane] = if moves { variance / (volatility * volatility) } else { 0.0 };
        self.fade[lane] = 1.0;
        self.seen[lane] = seen;
        self.scale[lane] = if moves { volatility } else { 0.0 };
    }

    pub(super) fn forget(&mut self, lane: usize) {
        self.numbers().skip(lane).step_by(LANES).for_each(|number| *number = 0.0);
    }

    /// Which assets have faded since it was asked last; the diagonal of the triangle is then zero for them.
    pub(super) fn take_faded(&mut self) -> [bool; LANES] {
        let mut faded = [false; LANES];
        for ((faded, fade), square) in zip(zip(&mut faded, &self.fade), &mut self.square) {
            *faded = *fade <= 0.0 && *square > 0.0;
            *square = if *faded { 0.0 } else { *square };
        }
        faded
    }
}

/// What each step multiplies weights by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rates {
    pub(super) volatility: f64,
    pub(super) correlation: f64,
    pub(super) mean: Option<f64>,
}

/// The constants of a pass, in registers.
struct Constants<S: Simd> {
    zero: S::f64s,
    one: S::f64s,
    forgotten: S::f64s,
}

impl<S: Simd> Constants<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let [zero, one, forgotten] = [0.0, 1.0, FORGOTTEN].map(|number| simd.splat_f64s(number));
        Self { zero, one, forgotten }
    }

    /// Zero for what has faded.
    #[inline(always)]
    fn flush(&self, simd: S, weight: S::f64s) -> S::f64s {
        simd.select_f64s(simd.less_than_f64s(weight, self.forgotten), self.zero, weight)
    }

    /// A weight that has faded and to which the newest observation is added, if there is one; and the share
    /// of that observation in the weighted mean.
    #[inline(always)]
    fn gain(&self, simd: S, weight: S::f64s, decay: f64, present: S::f64s) -> (S::f64s, S::f64s) {
        let (decay, new) = (simd.splat_f64s(decay), simd.splat_f64s(1.0 - decay));
        let weight = simd.mul_add_e_f64s(decay, weight, simd.mul_f64s(present, new));
        let weight = self.flush(simd, weight);
        let seen = simd.greater_than_f64s(present, self.zero);
        (weight, simd.select_f64s(seen, simd.div_f64s(new, weight), self.zero))
    }
}

#[inline(always)]
fn registers<S: Simd>(eight: &Eight) -> &[S::f64s] {
    S::as_simd_f64s(eight).0
}

#[inline(always)]
fn registers_mut<S: Simd>(eight: &mut Eight) -> &mut [S::f64s] {
    S::as_mut_simd_f64s(eight).0
}

/// The deviations of the returns from the mean, zero for the missing; tells whether an asset was forgotten on
/// the way.
pub(super) struct Deviate<'a> {
    pub(super) assets: &'a mut [Assets],
    pub(super) rates: Rates,
    pub(super) returns: &'a [f64],
    pub(super) deviations: &'a mut [f64],
    pub(super) present: &'a mut [f64],
}

impl Deviate<'_> {
    pub(super) fn run(self) -> bool {
        Arch::new().dispatch(self)
    }
}

impl WithSimd for Deviate<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let Self { assets, rates, returns, deviations, present } = self;
        let constants = Constants::new(simd);
        let Constants { zero, one, .. } = constants;
        let fading = simd.splat_f64s(rates.correlation);
        let (whole, rest) = returns.as_chunks::<LANES>();
        let mut last = [f64::NAN; LANES];
        last[..rest.len()].copy_from_slice(rest);
        let outputs = zip(deviations.as_chunks_mut::<LANES>().0, present.as_chunks_mut::<LANES>().0);
        let mut faded = zero;
        for ((assets, returns), (deviations, present)) in
            zip(zip(assets, whole.iter().chain([&last])), outputs)
        {
            let Assets { mean, mean_weight, square, fade, seen, .. } = assets;
            let (deviations, present) = (registers_mut::<S>(deviations), registers_mut::<S>(present));
            let (seen, fade) = (registers_mut::<S>(seen), registers_mut::<S>(fade));
            let (returns, square) = (registers::<S>(returns), registers::<S>(square));
            for register in 0..LANES / S::F64_LANES {
                let value = returns[register];
                let is_number = simd.equal_f64s(value, value);
                present[register] = simd.select_f64s(is_number, one, zero);
                deviations[register] = simd.select_f64s(is_number, value, zero);
                seen[register] = simd.add_f64s(seen[register], present[register]);
                let aged = constants.flush(simd, simd.mul_f64s(fading, fade[register]));
                fade[register] = simd.select_f64s(is_number, one, aged);
                let known = simd.greater_than_f64s(fade[register], zero);
                faded = simd.max_f64s(faded, simd.select_f64s(known, zero, square[register]));
            }
            let Some(decay) = rates.mean else { continue };
            let (mean, weight) = (registers_mut::<S>(mean), registers_mut::<S>(mean_weight));
            for register in 0..LANES / S::F64_LANES {
                let present = present[register];
                let deviation = simd.mul_f64s(present, simd.sub_f64s(deviations[register], mean[register]));
                let gain;
                (weight[register], gain) = constants.gain(simd, weight[register], decay, present);
                mean[register] = simd.mul_add_e_f64s(gain, deviation, mean[register]);
                // The deviations from the old mean and from the new one, multiplied, are the square of this
                // one.
                let rest = simd.max_f64s(simd.sub_f64s(one, gain), zero);
                deviations[register] = simd.mul_f64s(deviation, simd.sqrt_f64s(rest));
            }
        }
        simd.reduce_max_f64s(faded) > 0.0
    }
}

/// The numbers of which the triangle keeps the products: deviations, or innovations.
pub(super) struct Standardise<'a> {
    pub(super) assets: &'a [Assets],
    pub(super) correlation_of: CorrelationOf,
    pub(super) rates: Rates,
    pub(super) deviations: &'a [f64],
    pub(super) standard: &'a mut [f64],
}

impl Standardise<'_> {
    pub(super) fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for Standardise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { assets, correlation_of, rates, deviations, standard } = self;
        let root = simd.splat_f64s((1.0 - rates.correlation).sqrt());
        let (zero, largest) = (simd.splat_f64s(0.0), simd.splat_f64s(LARGEST_INNOVATION));
        let (deviations, standard) = (S::as_simd_f64s(deviations).0, S::as_mut_simd_f64s(standard).0);
        if correlation_of == CorrelationOf::Returns {
            for (standard, &deviation) in zip(standard, deviations) {
                *standard = simd.mul_f64s(root, deviation);
            }
            return;
        }
        let variances = assets.iter().flat_map(|assets| registers::<S>(&assets.variance));
        for (standard, (&deviation, &variance)) in zip(standard, zip(deviations, variances)) {
            let own = simd.mul_f64s(deviation, deviation);
            let known = simd.greater_than_f64s(variance, zero);
            let volatility = simd.sqrt_f64s(simd.select_f64s(known, variance, own));
            let innovation = simd.div_f64s(deviation, volatility);
            let cut = simd.min_f64s(simd.max_f64s(innovation, simd.neg_f64s(largest)), largest);
            let moves = simd.greater_than_f64s(volatility, zero);
            *standard = simd.select_f64s(moves, simd.mul_f64s(root, cut), zero);
        }
    }
}

/// The variances and the scales after the products of one bar.
pub(super) struct Spread<'a> {
    pub(super) assets: &'a mut [Assets],
    pub(super) rates: Rates,
    pub(super) present: &'a [f64],
    /// The deviations, and what each is multiplied by: itself, and what there is of the bars before.
    pub(super) deviations: [&'a [f64]; 2],
    /// The same for what the triangle keeps.
    pub(super) standard: [&'a [f64]; 2],
}

impl Spread<'_> {
    pub(super) fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for Spread<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { assets, rates, present, deviations, standard } = self;
        let constants = Constants::new(simd);
        let zero = constants.zero;
        let fading = simd.splat_f64s(rates.correlation);
        let least = simd.splat_f64s(f64::MIN_POSITIVE);
        let [deviations, with] = deviations.map(|numbers| numbers.as_chunks::<LANES>().0);
        let [standard, with_standard] = standard.map(|numbers| numbers.as_chunks::<LANES>().0);
        let present = present.as_chunks::<LANES>().0;
        let inputs = zip(zip(deviations, with), zip(standard, with_standard));
        for (assets, (present, ((deviations, with), (standard, with_standard)))) in
            zip(assets, zip(present, inputs))
        {
            let [present, deviations, with, standard, with_standard] =
                [present, deviations, with, standard, with_standard].map(registers::<S>);
            let Assets { variance, variance_weight, square, scale, .. } = assets;
            let [variance, weight, square, scale] =
                [variance, variance_weight, square, scale].map(registers_mut::<S>);
            for register in 0..LANES / S::F64_LANES {
                let gain;
                (weight[register], gain) =
                    constants.gain(simd, weight[register], rates.volatility, present[register]);
                let surprise =
                    simd.sub_f64s(simd.mul_f64s(deviations[register], with[register]), variance[register]);
                let now = simd.mul_add_e_f64s(gain, surprise, variance[register]);
                variance[register] = simd.max_f64s(now, zero);
                let product = simd.mul_f64s(standard[register], with_standard[register]);
                let sum = simd.mul_add_e_f64s(fading, square[register], product);
                square[register] = simd.max_f64s(sum, zero);
                let ratio = simd.sqrt_f64s(simd.div_f64s(variance[register], square[register]));
                let moves = simd.greater_than_f64s(square[register], least);
                scale[register] = simd.select_f64s(moves, ratio, zero);
            }
        }
    }
}
