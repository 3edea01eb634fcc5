//! Sums and products of lists, eight numbers side by side.
//!
//! The widest registers hold eight numbers, narrower ones share the eight lanes; no multiplication is fused with an
//! addition. So the bits are the same on every machine.

use pulp::Simd;

use crate::sum::{Sum, add};

/// Numbers side by side.
const LANES: usize = 8;

/// Room for the lanes: of its registers, the first [`width`] are used.
type Block<S> = [<S as Simd>::f64s; LANES];

/// Registers that the lanes fill.
#[inline(always)]
fn width<S: Simd>() -> usize {
    LANES / S::F64_LANES
}

/// The registers of whole blocks, and the numbers left over.
#[inline(always)]
fn split<S: Simd>(values: &[f64]) -> (&[S::f64s], &[f64]) {
    let (blocks, rest) = values.split_at(values.len() - values.len() % LANES);
    (S::as_simd_f64s(blocks).0, rest)
}

#[inline(always)]
fn split_mut<S: Simd>(values: &mut [f64]) -> (&mut [S::f64s], &mut [f64]) {
    let whole = values.len() - values.len() % LANES;
    let (blocks, rest) = values.split_at_mut(whole);
    (S::as_mut_simd_f64s(blocks).0, rest)
}

/// A sum in each lane, and the sum of its errors (Neumaier).
struct LaneSums<S: Simd> {
    simd: S,
    high: Block<S>,
    low: Block<S>,
}

impl<S: Simd> LaneSums<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let zeros = [simd.splat_f64s(0.0); LANES];
        Self { simd, high: zeros, low: zeros }
    }

    #[inline(always)]
    fn add(&mut self, register: usize, value: S::f64s) {
        let simd = self.simd;
        let high = self.high[register];
        let sum = simd.add_f64s(high, value);
        let from_value = simd.sub_f64s(sum, high);
        let from_high = simd.sub_f64s(sum, from_value);
        let error = simd.add_f64s(simd.sub_f64s(high, from_high), simd.sub_f64s(value, from_value));
        self.high[register] = sum;
        self.low[register] = simd.add_f64s(self.low[register], error);
    }

    /// Adds the lanes, and the numbers that filled none.
    #[inline(always)]
    fn total(&self, rest: impl Iterator<Item = f64>) -> Sum {
        let (mut high, mut low) = ([0.0; LANES], [0.0; LANES]);
        S::as_mut_simd_f64s(&mut high).0.copy_from_slice(&self.high[..width::<S>()]);
        S::as_mut_simd_f64s(&mut low).0.copy_from_slice(&self.low[..width::<S>()]);
        // Errors are so small that a plain sum of them keeps all digits that count.
        Sum { high: 0.0, low: low.iter().sum() }.plus_all(high.into_iter().chain(rest))
    }
}

/// Σ values.
#[inline(always)]
pub(super) fn total<S: Simd>(simd: S, values: &[f64]) -> Sum {
    let mut sums = LaneSums::new(simd);
    let (blocks, rest) = split::<S>(values);
    for block in blocks.chunks_exact(width::<S>()) {
        for (register, &value) in block.iter().enumerate() {
            sums.add(register, value);
        }
    }
    sums.total(rest.iter().copied())
}

/// Writes factor * a * b, place by place, and adds it up.
#[inline(always)]
pub(super) fn products<S: Simd>(simd: S, factor: f64, a: &[f64], b: &[f64], written: &mut [f64]) -> Sum {
    let mut sums = LaneSums::new(simd);
    let ((a, a_rest), (b, b_rest)) = (split::<S>(a), split::<S>(b));
    let (written, written_rest) = split_mut::<S>(written);
    let factors = simd.splat_f64s(factor);
    let blocks = a.chunks_exact(width::<S>()).zip(b.chunks_exact(width::<S>()));
    for (written, (a, b)) in written.chunks_exact_mut(width::<S>()).zip(blocks) {
        for register in 0..width::<S>() {
            let product = simd.mul_f64s(simd.mul_f64s(factors, a[register]), b[register]);
            written[register] = product;
            sums.add(register, product);
        }
    }
    for (written, (a, b)) in written_rest.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *written = factor * a * b;
    }
    sums.total(written_rest.iter().copied())
}

/// factor * values, added up.
#[inline(always)]
pub(super) fn scaled_total<S: Simd>(simd: S, factor: f64, values: &[f64]) -> Sum {
    let mut sums = LaneSums::new(simd);
    let (blocks, rest) = split::<S>(values);
    let factors = simd.splat_f64s(factor);
    for block in blocks.chunks_exact(width::<S>()) {
        for (register, &value) in block.iter().enumerate() {
            sums.add(register, simd.mul_f64s(factors, value));
        }
    }
    sums.total(rest.iter().map(|value| factor * value))
}

/// The inner products of some rows with one list, all of one length.
///
/// A row gives the same bits whatever rows are beside it.
#[inline(always)]
pub(super) fn inner_products<S: Simd, const ROWS: usize>(
    simd: S,
    rows: [&[f64]; ROWS],
    with: &[f64],
) -> [f64; ROWS] {
    let mut sums = [[simd.splat_f64s(0.0); LANES]; ROWS];
    let (blocks, rest) = split::<S>(with);
    let row_blocks = rows.map(|row| split::<S>(&row[..with.len()]).0);
    for (number, block) in blocks.chunks_exact(width::<S>()).enumerate() {
        let start = number * width::<S>();
        for row in 0..ROWS {
            let row_block = &row_blocks[row][start..start + width::<S>()];
            for register in 0..width::<S>() {
                let product = simd.mul_f64s(row_block[register], block[register]);
                sums[row][register] = simd.add_f64s(sums[row][register], product);
            }
        }
    }
    let whole = with.len() - rest.len();
    let mut products = [0.0; ROWS];
    for row in 0..ROWS {
        let mut lanes = [0.0; LANES];
        S::as_mut_simd_f64s(&mut lanes).0.copy_from_slice(&sums[row][..width::<S>()]);
        let [a, b, c, d, e, f, g, h] = lanes;
        let sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
        products[row] = rows[row][whole..].iter().zip(rest).fold(sum, |sum, (a, b)| sum + a * b);
    }
    products
}

/// Adds numbers of twice the digits, place by place.
#[inline(always)]
pub(super) fn add_lines<S: Simd>(simd: S, high: &mut [f64], low: &mut [f64], more: &[f64], more_low: &[f64]) {
    let ((high, high_rest), (low, low_rest)) = (split_mut::<S>(high), split_mut::<S>(low));
    let ((more, more_rest), (more_low, more_low_rest)) = (split::<S>(more), split::<S>(more_low));
    for (((high, low), &b), &b_low) in high.iter_mut().zip(low).zip(more).zip(more_low) {
        let low_sum = simd.add_f64s(*low, b_low);
        (*high, *low) = add_registers(simd, *high, low_sum, b);
    }
    for (((high, low), &b), &b_low) in high_rest.iter_mut().zip(low_rest).zip(more_rest).zip(more_low_rest) {
        (*high, *low) = add(*high, *low, b, b_low);
    }
}

/// Adds factor * values to numbers of twice the digits, place by place.
#[inline(always)]
pub(super) fn add_scaled<S: Simd>(simd: S, high: &mut [f64], low: &mut [f64], factor: f64, values: &[f64]) {
    let ((high, high_rest), (low, low_rest)) = (split_mut::<S>(high), split_mut::<S>(low));
    let (values, values_rest) = split::<S>(values);
    let factors = simd.splat_f64s(factor);
    for ((high, low), &value) in high.iter_mut().zip(low).zip(values) {
        (*high, *low) = add_registers(simd, *high, *low, simd.mul_f64s(factors, value));
    }
    for ((high, low), value) in high_rest.iter_mut().zip(low_rest).zip(values_rest) {
        (*high, *low) = add(*high, *low, factor * value, 0.0);
    }
}

/// As [`add`], whose last two parts are added already.
#[inline(always)]
fn add_registers<S: Simd>(simd: S, a: S::f64s, low: S::f64s, b: S::f64s) -> (S::f64s, S::f64s) {
    let sum = simd.add_f64s(a, b);
    let from_b = simd.sub_f64s(sum, a);
    let from_a = simd.sub_f64s(sum, from_b);
    let error = simd.add_f64s(simd.sub_f64s(a, from_a), simd.sub_f64s(b, from_b));
    let error = simd.add_f64s(error, low);
    let high = simd.add_f64s(sum, error);
    (high, simd.sub_f64s(error, simd.sub_f64s(high, sum)))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the widths give the same bits")]
mod tests {
    use pulp::WithSimd;

    use super::*;

    struct All<'a>(&'a [f64], &'a [f64]);

    impl WithSimd for All<'_> {
        type Output = Vec<f64>;

        fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
            let Self(a, b) = self;
            let mut written = vec![0.0; a.len()];
            let sums = [total(simd, a), products(simd, 1.7, a, b, &mut written), scaled_total(simd, -0.3, b)];
            let [first, second, third] = inner_products(simd, [a, b, &written], b);
            let (mut high, mut low) = (a.to_vec(), vec![1e-20; a.len()]);
            add_lines(simd, &mut high, &mut low, b, &written);
            add_scaled(simd, &mut high, &mut low, 0.9, a);
            let sums = sums.into_iter().flat_map(|sum| [sum.high, sum.low]);
            sums.chain([first, second, third]).chain(written).chain(high).chain(low).collect()
        }
    }

    fn lists(length: usize) -> (Vec<f64>, Vec<f64>) {
        let number = |place: usize| ((place * 7919 + 13) % 1009) as f64 / 1009.0 - 0.4;
        ((0..length).map(number).collect(), (length..2 * length).map(number).collect())
    }

    #[test]
    fn every_width_gives_the_same_bits() {
        for length in [0, 1, 7, 8, 9, 31, 500] {
            let (a, b) = lists(length);
            let narrow = Simd::vectorize(pulp::Scalar, All(&a, &b));
            assert_eq!(pulp::Arch::new().dispatch(All(&a, &b)), narrow);
            #[cfg(target_arch = "x86_64")]
            if let Some(v3) = pulp::x86::V3::try_new() {
                assert_eq!(Simd::vectorize(v3, All(&a, &b)), narrow);
            }
        }
    }

    /// The sums are of twice the digits; the products are plain.
    #[test]
    fn sums_are_those_of_one_number_after_the_other() {
        let (a, b) = lists(203);
        let all = pulp::Arch::new().dispatch(All(&a, &b));
        let plain: Sum = a.iter().copied().collect();
        let written: Sum = a.iter().zip(&b).map(|(a, b)| 1.7 * a * b).collect();
        let scaled: Sum = b.iter().map(|b| -0.3 * b).collect();
        assert_eq!([all[0], all[2], all[4]], [plain.value(), written.value(), scaled.value()]);
        let dot: Sum = a.iter().zip(&b).map(|(a, b)| a * b).collect();
        assert!((all[6] - dot.value()).abs() < 1e-13);
    }
}
