//! Each kernel on every width of register that this machine can run, against the plain formula.

use po_core::nalgebra::DMatrix;
use pulp::{Simd, WithSimd};

use crate::acceleration::Acceleration;
use crate::correlations::Correlations;
use crate::factors::Factors;
use crate::lanes::{Eight, blocks, numbers, pack};
use crate::marginal;
use crate::panels::Panels;
use crate::together::{move_together, normalise};

/// Lengths around the boundaries of an eight.
const LENGTHS: [usize; 6] = [1, 7, 8, 9, 30, 65];

/// A few additions in another order, of numbers around one.
const ROUNDING: f64 = 1e-12;

/// What a kernel says with registers of one number, and with each wider register.
fn on_each_width<K: WithSimd>(kernel: impl Fn() -> K) -> Vec<K::Output> {
    let mut outputs = vec![Simd::vectorize(pulp::Scalar, kernel()), pulp::Arch::new().dispatch(kernel())];
    #[cfg(target_arch = "x86_64")]
    if let Some(v3) = pulp::x86::V3::try_new() {
        outputs.push(Simd::vectorize(v3, kernel()));
        outputs.push(kernel().with_simd(pulp::x86::V3_128b(v3)));
    }
    outputs
}

/// Two factors that all assets have in common.
struct Market {
    loadings: Vec<f64>,
    specific: Vec<f64>,
    correlations: DMatrix<f64>,
    scales: Vec<Eight>,
    budget: Vec<Eight>,
}

impl Market {
    fn new(len: usize) -> Self {
        let spread = |place: usize, step: f64| (place as f64 * step).fract();
        let loadings: Vec<f64> =
            (0..2 * len).map(|place| 0.05 + 0.2 * spread(place + 1, 0.618_033_988_75)).collect();
        let specific: Vec<f64> =
            (0..len).map(|place| 0.01 + 0.02 * spread(place, 0.414_213_562_37)).collect();
        let rows = DMatrix::from_column_slice(len, 2, &loadings);
        let covariance = &rows * rows.transpose() + DMatrix::from_diagonal(&specific.clone().into());
        let scale = |asset: usize| 1.0 / covariance[(asset, asset)].sqrt();
        let correlations =
            DMatrix::from_fn(len, len, |row, col| covariance[(row, col)] * scale(row) * scale(col));
        let (mut scales, mut budget) = (Vec::new(), Vec::new());
        pack((0..len).map(scale), 0.0, &mut scales);
        pack((0..len).map(|asset| (1 + asset % 4) as f64 / len as f64), 1e-60, &mut budget);
        Self { loadings, specific, correlations, scales, budget }
    }

    fn len(&self) -> usize {
        self.specific.len()
    }

    fn panels(&self) -> Panels {
        let rows = DMatrix::from_column_slice(self.len(), 2, &self.loadings);
        let covariance = &rows * rows.transpose() + DMatrix::from_diagonal(&self.specific.clone().into());
        let mut panels = Panels::default();
        panels.fill(covariance.as_slice(), &self.scales, self.len());
        panels
    }

    fn factors(&self) -> Factors {
        let mut factors = Factors::default();
        let assets: Vec<usize> = (0..self.len()).collect();
        factors.fill(&self.loadings, &self.specific, &assets, &self.scales);
        factors
    }

    fn start(&self) -> Vec<Eight> {
        let mut y = Vec::new();
        pack((0..self.len()).map(|asset| 0.1 + 0.01 * (asset % 7) as f64), 1e-30, &mut y);
        y
    }
}

/// The product with a start, sixty sweeps from there, and what those expect of the next.
struct Sweeps<'a, C>(&'a Market, C);

impl<C: Correlations> WithSimd for Sweeps<'_, C> {
    type Output = (Vec<f64>, Vec<f64>, f64);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Self(market, mut correlations) = self;
        let mut y = market.start();
        let mut product = vec![Eight::default(); y.len()];
        correlations.multiply(simd, &y, &mut product);
        correlations.couple(simd, &y, &market.budget);
        let mut acceleration = Acceleration::default();
        acceleration.begin(y.len());
        let mut step = f64::INFINITY;
        for _ in 0..60 {
            let before = y.clone();
            correlations.sweep(simd, &mut y, &market.budget);
            step = acceleration.advance(simd, &before, &mut y);
        }
        let of = |eights: &[Eight]| numbers(eights, market.len()).collect();
        (of(&product), of(&y), step)
    }
}

#[test]
fn sweeps_lead_to_the_budget_on_every_width() {
    for len in LENGTHS {
        let market = Market::new(len);
        let start: Vec<f64> = numbers(&market.start(), len).collect();
        let expected = &market.correlations * DMatrix::from_column_slice(len, 1, &start);
        let dense = on_each_width(|| Sweeps(&market, market.panels()));
        let factor = on_each_width(|| Sweeps(&market, market.factors()));
        for (product, y, step) in dense.iter().chain(&factor) {
            assert!(product.iter().zip(&expected).all(|(a, b)| (a - b).abs() < ROUNDING), "{len}");
            let product = &market.correlations * DMatrix::from_column_slice(len, 1, y);
            for ((y, product), budget) in y.iter().zip(&product).zip(numbers(&market.budget, len)) {
                assert!((y * product - budget).abs() < ROUNDING, "{len}: {y} {product} {budget}");
            }
            assert!(*step < 1e-7, "{len}: {step}");
        }
    }
}

/// Sixty steps of all coordinates at once.
struct Together<'a, C>(&'a Market, C);

impl<C: Correlations> WithSimd for Together<'_, C> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
        let Self(market, mut correlations) = self;
        let mut y = market.start();
        let (mut product, mut step) = (vec![Eight::default(); y.len()], vec![Eight::default(); y.len()]);
        for round in 0..60 {
            correlations.multiply(simd, &y, &mut product);
            if round == 0 {
                assert!(normalise(simd, &market.budget, &mut product, &mut y));
            }
            move_together(simd, &market.budget, (&mut product, &mut step), &mut y);
        }
        numbers(&y, market.len()).collect()
    }
}

#[test]
fn steps_of_all_coordinates_lead_to_the_budget_on_every_width() {
    for len in LENGTHS {
        let market = Market::new(len);
        let dense = on_each_width(|| Together(&market, market.panels()));
        let factor = on_each_width(|| Together(&market, market.factors()));
        for y in dense.iter().chain(&factor) {
            let product = &market.correlations * DMatrix::from_column_slice(len, 1, y);
            for ((y, product), budget) in y.iter().zip(&product).zip(numbers(&market.budget, len)) {
                assert!((y * product - budget).abs() < ROUNDING, "{len}: {y} {product} {budget}");
            }
        }
    }
}

/// `C + diag(curvature)` solved for a right-hand side, against the product with the solution.
#[test]
fn both_forms_solve_newtons_equations() {
    fn residual<C: Correlations>(market: &Market, mut correlations: C) -> f64 {
        let (mut curvature, mut side, mut solution) = (Vec::new(), Vec::new(), Vec::new());
        pack((0..market.len()).map(|asset| 0.5 + (asset % 3) as f64), 0.0, &mut curvature);
        pack((0..market.len()).map(|asset| (asset % 5) as f64 - 2.0), 0.0, &mut side);
        correlations.decompose(&curvature).unwrap();
        correlations.solve(&side, &mut solution);
        let solved: Vec<f64> = numbers(&solution, market.len()).collect();
        let product = &market.correlations * DMatrix::from_column_slice(market.len(), 1, &solved);
        let own = solved.iter().zip(numbers(&curvature, market.len())).map(|(x, curvature)| x * curvature);
        let sides = numbers(&side, market.len());
        product.iter().zip(own).zip(sides).map(|((a, b), side)| (a + b - side).abs()).fold(0.0, f64::max)
    }
    for len in LENGTHS {
        let market = Market::new(len);
        assert!(residual(&market, market.panels()) < ROUNDING, "{len}");
        assert!(residual(&market, market.factors()) < ROUNDING, "{len}");
        assert_eq!(blocks(len), market.scales.len());
    }
}

#[test]
fn marginals_are_the_product_on_every_width() {
    struct Owned<'a>(&'a DMatrix<f64>, &'a [f64]);
    impl WithSimd for Owned<'_> {
        type Output = Vec<f64>;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
            let mut product = vec![f64::NAN; self.1.len()];
            let matrix = self.0.as_slice();
            marginal::Dense { matrix, weights: self.1, product: &mut product }.with_simd(simd);
            product
        }
    }
    for len in LENGTHS {
        let market = Market::new(len);
        let weights: Vec<f64> = (0..len).map(|asset| 0.3 - 0.01 * asset as f64).collect();
        let expected = &market.correlations * DMatrix::from_column_slice(len, 1, &weights);
        for product in on_each_width(|| Owned(&market.correlations, &weights)) {
            assert!(product.iter().zip(&expected).all(|(a, b)| (a - b).abs() < ROUNDING), "{len}");
        }
    }
}
