//! Each kernel against the plain loop, on every width of register that this machine can run.
#![expect(clippy::float_cmp, reason = "where bits must agree, floats are compared as they are")]

use super::blocks::dispatch;
use super::reduce::{ArgMin, Dot, Sum};
use super::update::Axpy;
use super::*;

/// Lengths around every boundary: none, less than a block, a block, four blocks, and several times that.
const LENGTHS: [usize; 14] = [0, 1, 3, 7, 8, 9, 15, 31, 32, 33, 40, 63, 100, 257];

/// The plain sum of some terms, and how far another order of additions may take it: each addition rounds, by the
/// machine precision, a number that is at most the sum of the absolute terms.
fn plain_sum(terms: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let rounding = terms.clone().count() as f64 * f64::EPSILON;
    (terms.clone().sum(), rounding * terms.map(f64::abs).sum::<f64>())
}

/// Numbers in [-1, 1] without a pattern.
fn numbers(length: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..length).map(|_| next()).collect()
}

/// What a kernel says with registers of one number, and with each wider register that fuses multiply and add.
fn on_each_width<K: WithSimd>(kernel: impl Fn() -> K) -> (K::Output, Vec<K::Output>) {
    let scalar = Simd::vectorize(pulp::Scalar, kernel());
    let mut fused = Vec::new();
    #[cfg(target_arch = "x86_64")]
    if let Some(v3) = pulp::x86::V3::try_new() {
        fused.push(Simd::vectorize(v3, kernel()));
        fused.push(kernel().with_simd(pulp::x86::V3_128b(v3)));
        fused.push(dispatch(kernel()));
    }
    (scalar, fused)
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Asserts that every width says what `expected` is, and the fused widths the same bits.
fn assert_agreement<K: WithSimd<Output = f64>>((expected, tolerance): (f64, f64), kernel: impl Fn() -> K) {
    let (scalar, fused) = on_each_width(kernel);
    assert!((scalar - expected).abs() <= tolerance, "{scalar} is not {expected}");
    for output in &fused {
        assert!((output - expected).abs() <= tolerance, "{output} is not {expected}");
        assert_eq!(output.to_bits(), fused[0].to_bits());
    }
}

#[test]
fn dot_is_the_sum_of_products() {
    for length in LENGTHS {
        let (a, b) = (numbers(length, 1), numbers(length, 2));
        assert_agreement(plain_sum(a.iter().zip(&b).map(|(a, b)| a * b)), || Dot { a: &a, b: &b });
    }
}

#[test]
fn sum_is_the_sum() {
    for length in LENGTHS {
        let values = numbers(length, 3);
        assert_agreement(plain_sum(values.iter().copied()), || Sum(&values));
    }
}

#[test]
fn sums_do_not_depend_on_alignment() {
    let values = numbers(300, 4);
    for start in 0..9 {
        let window = &values[start..start + 257];
        let moved: Vec<f64> = window.to_vec();
        assert_eq!(sum(window).to_bits(), sum(&moved).to_bits());
        assert_eq!(dot(window, &moved).to_bits(), dot(&moved, window).to_bits());
    }
}

#[test]
fn what_is_not_a_number_is_not_lost() {
    for length in LENGTHS.into_iter().filter(|length| *length > 0) {
        for place in [0, length / 2, length - 1] {
            let mut values = numbers(length, 5);
            values[place] = f64::NAN;
            assert!(sum(&values).is_nan());
            assert!(dot(&values, &vec![0.0; length]).is_nan());
            values[place] = f64::NEG_INFINITY;
            assert_eq!(sum(&values), f64::NEG_INFINITY);
        }
    }
}

#[test]
fn axpy_adds_a_multiple() {
    for length in LENGTHS {
        let (x, start) = (numbers(length, 6), numbers(length, 7));
        // A kernel that owns what it changes, so that each width begins with the same numbers.
        struct Owned<'a>(&'a [f64], Vec<f64>);
        impl WithSimd for Owned<'_> {
            type Output = Vec<f64>;
            #[inline(always)]
            fn with_simd<S: Simd>(mut self, simd: S) -> Vec<f64> {
                Axpy { factor: 0.7, x: self.0, y: &mut self.1 }.with_simd(simd);
                self.1
            }
        }
        let plain: Vec<f64> = x.iter().zip(&start).map(|(x, y)| y + 0.7 * x).collect();
        let (scalar, fused) = on_each_width(|| Owned(&x, start.clone()));
        assert_eq!(scalar, plain);
        let exact: Vec<f64> = x.iter().zip(&start).map(|(x, y)| 0.7f64.mul_add(*x, *y)).collect();
        for output in fused {
            assert_eq!(bits(&output), bits(&exact));
        }
    }
}

#[test]
fn argmin_is_the_first_least() {
    let plain = |values: &[f64]| {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        values.iter().position(|value| *value == least)
    };
    for length in LENGTHS {
        let mut values = numbers(length, 8);
        for place in 0..length {
            if place % 5 == 1 {
                values[place] = f64::NAN;
            }
            let (scalar, fused) = on_each_width(|| ArgMin(&values));
            assert_eq!(scalar, plain(&values));
            assert!(fused.iter().all(|output| *output == scalar));
            // The least value leaves, so that every place is the least once.
            if let Some(least) = scalar {
                values[least] = 1.0;
            }
        }
    }
    assert_eq!(argmin(&[]), None);
    assert_eq!(argmin(&[f64::NAN; 20]), None);
    assert_eq!(argmin(&[f64::INFINITY; 20]), Some(0));
    assert_eq!(argmin(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]), Some(2));
}

#[test]
fn lengths_are_taken_to_the_common_prefix() {
    let (a, b) = (numbers(50, 9), numbers(20, 10));
    assert_eq!(dot(&a, &b), dot(&a[..20], &b));
    assert_eq!(dot(&b, &a), dot(&b, &a[..20]));
    let mut long = a.clone();
    axpy(1.0, &b, &mut long);
    assert_eq!(long[20..], a[20..]);
    let mut short = b.clone();
    axpy(1.0, &a, &mut short);
    assert_eq!(short, long[..20]);
}

#[test]
fn the_instruction_set_is_the_one_of_the_machine() {
    #[cfg(target_arch = "x86_64")]
    assert_eq!(
        std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma"),
        ["AVX2+FMA", "AVX-512"].contains(&instruction_set())
    );
    let (scalar, fused) = on_each_width(|| InstructionSet);
    assert_eq!(scalar, "scalar");
    assert!(fused.is_empty() || fused == ["AVX2+FMA", "SIMD128", instruction_set()]);
}

mod combination {
    use nalgebra::DMatrix;

    use super::super::combination::Combination;
    use super::*;

    /// Columns of which some stand twice and some are beyond the last one: alone, in fours, and after them.
    const CHOICES: [&[usize]; 9] = [
        &[],
        &[2],
        &[9],
        &[0, 4, 1],
        &[4, 3, 2, 1],
        &[0, 9, 1, 2],
        &[3, 3, 0, 3, 0],
        &[9, 9, 9, 9, 1, 9],
        &[0, 1, 2, 3, 4, 0, 1, 2, 3, 4, usize::MAX],
    ];

    fn matrix(rows: usize) -> DMatrix<f64> {
        DMatrix::from_vec(rows, 5, numbers(rows * 5, 13))
    }

    struct Owned<'a>(&'a DMatrix<f64>, &'a [usize], &'a [f64], Vec<f64>);

    impl WithSimd for Owned<'_> {
        type Output = Vec<f64>;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
            let Self(matrix, columns, factors, mut sum) = self;
            Combination { matrix: matrix.as_view(), columns, factors, sum: &mut sum }.with_simd(simd);
            sum
        }
    }

    /// One column after the other, each by the rule given for one number.
    fn plain(
        matrix: &DMatrix<f64>,
        (columns, factors): (&[usize], &[f64]),
        start: &[f64],
        add: impl Fn(f64, f64, f64) -> f64,
    ) -> Vec<f64> {
        let mut sum = start.to_vec();
        for (&col, &factor) in columns.iter().zip(factors).filter(|(col, _)| **col < matrix.ncols()) {
            for (sum, x) in sum.iter_mut().zip(&matrix.column(col)) {
                *sum = add(factor, *x, *sum);
            }
        }
        sum
    }

    #[test]
    fn add_columns_adds_one_after_the_other() {
        for (rows, columns) in LENGTHS.iter().flat_map(|rows| CHOICES.map(|columns| (*rows, columns))) {
            let (matrix, factors, start) = (matrix(rows), numbers(columns.len(), 14), numbers(rows, 15));
            let (scalar, fused) = on_each_width(|| Owned(&matrix, columns, &factors, start.clone()));
            let rounded = plain(&matrix, (columns, &factors), &start, |factor, x, sum| factor * x + sum);
            assert_eq!(bits(&scalar), bits(&rounded), "{rows} rows, columns {columns:?}");
            let exact = plain(&matrix, (columns, &factors), &start, f64::mul_add);
            for output in fused {
                assert_eq!(bits(&output), bits(&exact), "{rows} rows, columns {columns:?}");
            }
        }
    }

    #[test]
    fn add_columns_is_axpy_for_each_column() {
        let (matrix, factors) = (matrix(100), numbers(11, 16));
        for columns in CHOICES {
            let (mut sum, mut expected) = (numbers(100, 17), numbers(100, 17));
            add_columns(matrix.as_view(), columns, &factors, &mut sum);
            for (&col, &factor) in columns.iter().zip(&factors).filter(|(col, _)| **col < 5) {
                axpy(factor, matrix.column(col).as_slice(), &mut expected);
            }
            assert_eq!(bits(&sum), bits(&expected));
        }
    }

    #[test]
    fn what_the_other_side_does_not_have_is_left_out() {
        let (matrix, factors, start) = (matrix(33), numbers(7, 18), numbers(40, 19));
        let columns = [4, 0, 1, 2, 3, 1, 0];
        let with = |columns: &[usize], factors: &[f64], rows: usize| {
            let mut sum = start[..rows].to_vec();
            add_columns(matrix.as_view(), columns, factors, &mut sum);
            sum
        };
        let whole = with(&columns, &factors, 33);
        let longer = with(&columns, &factors, 40);
        assert_eq!((&longer[..33], &longer[33..]), (whole.as_slice(), &start[33..]));
        assert_eq!(with(&columns, &factors, 20), whole[..20]);
        assert_eq!(with(&columns, &factors, 0), []);
        for fewer in 0..7 {
            let both = with(&columns[..fewer], &factors[..fewer], 33);
            assert_eq!(with(&columns[..fewer], &factors, 33), both);
            assert_eq!(with(&columns, &factors[..fewer], 33), both);
        }
        let mut sum = start.clone();
        add_columns(DMatrix::zeros(40, 0).as_view(), &columns, &factors, &mut sum);
        assert_eq!(sum, start);
    }

    #[test]
    fn columns_of_a_view_with_gaps_are_read_where_they_stand() {
        let whole = DMatrix::from_vec(60, 9, numbers(540, 20));
        let (part, factors) = (whole.view((3, 2), (50, 5)), numbers(6, 21));
        let (mut sum, mut expected) = ([0.5; 50], [0.5; 50]);
        add_columns(part, &[4, 0, 2, 1, 3, 4], &factors, &mut sum);
        add_columns(part.into_owned().as_view(), &[4, 0, 2, 1, 3, 4], &factors, &mut expected);
        assert_eq!(sum, expected);
    }
}

#[cfg(feature = "linalg")]
mod columns {
    use nalgebra::DMatrix;

    use super::super::columns::{Gram, Product};
    use super::*;

    /// Columns around the width of a tile and of a panel, rows around a block and around the rows of a tile.
    const SHAPES: [(usize, usize); 12] = [
        (0, 3),
        (3, 0),
        (1, 1),
        (7, 2),
        (8, 5),
        (20, 9),
        (64, 13),
        (5, 97),
        (9, 200),
        (511, 6),
        (513, 7),
        (1100, 4),
    ];

    fn matrix(rows: usize, cols: usize) -> DMatrix<f64> {
        DMatrix::from_vec(rows, cols, numbers(rows * cols, 11))
    }

    struct OwnedGram<'a>(&'a DMatrix<f64>);

    impl WithSimd for OwnedGram<'_> {
        type Output = DMatrix<f64>;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> DMatrix<f64> {
            let mut gram = DMatrix::from_element(self.0.ncols(), self.0.ncols(), f64::NAN);
            Gram { a: self.0.as_view(), gram: &mut gram }.with_simd(simd);
            gram
        }
    }

    #[test]
    fn lower_gram_holds_the_inner_products() {
        for (rows, cols) in SHAPES {
            let a = matrix(rows, cols);
            let (scalar, fused) = on_each_width(|| OwnedGram(&a));
            for col in 0..cols {
                for row in col..cols {
                    let (left, right) = (a.column(row), a.column(col));
                    let (plain, tolerance) = plain_sum(left.iter().zip(&right).map(|(x, y)| x * y));
                    assert!((scalar[(row, col)] - plain).abs() <= tolerance);
                    for output in &fused {
                        assert!((output[(row, col)] - plain).abs() <= tolerance);
                        assert_eq!(output[(row, col)].to_bits(), fused[0][(row, col)].to_bits());
                    }
                }
                assert!((0..col).all(|row| scalar[(row, col)] == 0.0), "above the diagonal there is nothing");
            }
        }
    }

    struct OwnedProduct<'a>(&'a DMatrix<f64>, &'a [f64]);

    impl WithSimd for OwnedProduct<'_> {
        type Output = Vec<f64>;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
            let mut sum = vec![0.25; self.0.nrows()];
            Product { factor: 0.5, a: self.0.as_view(), x: self.1, sum: &mut sum }.with_simd(simd);
            sum
        }
    }

    #[test]
    fn add_product_adds_each_column() {
        for (rows, cols) in SHAPES {
            let (a, x) = (matrix(rows, cols), numbers(cols, 12));
            let (scalar, fused) = on_each_width(|| OwnedProduct(&a, &x));
            for row in 0..rows {
                let terms = a.row(row).iter().zip(&x).map(|(a, x)| 0.5 * a * x).collect::<Vec<f64>>();
                let (plain, tolerance) = plain_sum(std::iter::once(0.25).chain(terms));
                assert!((scalar[row] - plain).abs() <= tolerance);
                for output in &fused {
                    assert!((output[row] - plain).abs() <= tolerance);
                    assert_eq!(output[row].to_bits(), fused[0][row].to_bits());
                }
            }
        }
    }

    #[test]
    fn views_with_gaps_are_read_where_they_stand() {
        let whole = matrix(40, 9);
        let part = whole.view((3, 2), (30, 5));
        let (mut gram, mut expected) = (DMatrix::zeros(5, 5), DMatrix::zeros(5, 5));
        lower_gram(part, &mut gram);
        lower_gram(part.into_owned().as_view(), &mut expected);
        assert_eq!(gram, expected);
        let (mut sum, mut expected) = (vec![0.0; 30], vec![0.0; 30]);
        add_product(1.0, part, &[1.0, -1.0, 2.0, 0.5, 3.0], &mut sum);
        add_product(1.0, part.into_owned().as_view(), &[1.0, -1.0, 2.0, 0.5, 3.0], &mut expected);
        assert_eq!(sum, expected);
    }
}
