//! What holds for any target and any constraints.

use po_convex::{
    Constraints, Costs, LinearConstraint, NearestAllocation, NearestInput, NearestParams, NearestPortfolio,
    NearestScratch, Nearness, Net,
};
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, Weights};
use proptest::prelude::*;

use super::{PROVEN, assert_near, assert_proven};
use crate::random::{Random, config};

/// A constraint is met to the rounding of its sum.
const MET: f64 = 1e-11;

/// Two orders of the same assets are added up differently, and a small pull against it is amplified by the floor of
/// relative moves, 1e-6.
const ORDER: f64 = 1e-9;

const ALL: [Nearness; 3] = [Nearness::Relative, Nearness::Euclidean, Nearness::TrackingError];

/// Constraints that some portfolios satisfy, and a target that does not.
struct Problem {
    covariance: Covariance,
    target: Vec<f64>,
    constraints: Constraints,
    feasible: Vec<Vec<f64>>,
}

fn portfolio(random: &mut Random, assets: usize, shorts: bool) -> Vec<f64> {
    let mut weights: Vec<f64> = (0..assets).map(|_| -(1.0 - random.uniform()).ln()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    if shorts {
        let (first, second) = (random.below(assets), random.below(assets));
        weights[first] += 0.2;
        weights[second] -= 0.2;
    }
    weights
}

impl Problem {
    fn new(assets: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let shorts = random.uniform() < 0.4;
        let loadings = DMatrix::from_fn(assets, 3, |_, _| 0.1 * random.normal());
        let mut matrix = &loadings * loadings.transpose();
        (0..assets).for_each(|asset| matrix[(asset, asset)] += 0.01 + 0.02 * random.uniform());
        let covariance = Covariance::new(matrix).unwrap();
        let feasible: Vec<Vec<f64>> = (0..3).map(|_| portfolio(&mut random, assets, shorts)).collect();
        let span = |value: &dyn Fn(&[f64]) -> f64| {
            let values = feasible.iter().map(|weights| value(weights));
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
        };
        let linear = (0..random.below(6)).map(|row| {
            let members: Vec<(usize, f64)> = (0..assets)
                .filter(|asset| asset % (row + 2) == 0 || random.uniform() < 0.2)
                .map(|asset| (asset, if row == 3 { 0.5 } else { 1.0 }))
                .collect();
            let (low, high) = span(&|weights| members.iter().map(|(asset, a)| a * weights[*asset]).sum());
            LinearConstraint::new(format!("row {row}"), members, low, high).unwrap()
        });
        let linear = linear.collect();
        let (lower, upper) = (0..assets).map(|asset| span(&|weights| weights[asset])).unzip();
        let holdings = portfolio(&mut random, assets, shorts);
        let distance =
            |weights: &[f64]| weights.iter().zip(&holdings).map(|(a, b)| (a - b).abs()).sum::<f64>();
        let turnover = (random.uniform() < 0.5).then(|| span(&distance).1);
        let gross = shorts.then(|| span(&|weights| weights.iter().map(|weight| weight.abs()).sum()).1);
        let mut target = portfolio(&mut random, assets, shorts);
        if random.uniform() < 0.3 {
            target[random.below(assets)] = 0.0;
        }
        let constraints = Constraints {
            bounds: Some(Bounds::new(lower, upper).unwrap()),
            budget: Net { lower: 1.0 - 1e-13, upper: 1.0 + 1e-13 },
            gross,
            linear,
            holdings: Some(Weights::new(holdings.clone()).unwrap()),
            turnover,
            ..Constraints::default()
        };
        Self { covariance, target, constraints, feasible }
    }

    fn params(&self, nearness: Nearness) -> NearestParams {
        NearestParams { constraints: self.constraints.clone(), nearness, ..NearestParams::default() }
    }

    fn allocate(&self, params: NearestParams, target: &[f64]) -> NearestAllocation {
        let target = Weights::new(target.to_vec()).unwrap();
        let allocation =
            NearestPortfolio::new(params).unwrap().allocate((&target, &self.covariance).into()).unwrap();
        assert_proven(&allocation);
        allocation
    }

    /// `M (w - t)`
    fn slope(&self, nearness: Nearness, weights: &[f64]) -> Vec<f64> {
        let moved: Vec<f64> = weights.iter().zip(&self.target).map(|(w, t)| w - t).collect();
        match nearness {
            Nearness::Relative => {
                moved.iter().zip(&self.target).map(|(m, t)| m / t.abs().max(1e-6)).collect()
            }
            Nearness::Euclidean => moved,
            Nearness::TrackingError => {
                let column = |asset| self.covariance.column(asset).iter();
                (0..moved.len()).map(|asset| column(asset).zip(&moved).map(|(s, m)| s * m).sum()).collect()
            }
        }
    }

    fn objective(&self, params: &NearestParams, weights: &[f64]) -> f64 {
        let slope = self.slope(params.nearness, weights);
        let moved = weights.iter().zip(&self.target).map(|(w, t)| w - t);
        let squared: f64 = moved.zip(slope).map(|(moved, slope)| moved * slope).sum();
        0.5 * squared + params.cost_weight * self.cost(params, weights)
    }

    fn cost(&self, params: &NearestParams, weights: &[f64]) -> f64 {
        let Some(Costs::Each(rates)) = &params.constraints.costs else { return 0.0 };
        let holdings = self.constraints.holdings.as_ref().unwrap().as_slice();
        rates.iter().zip(weights.iter().zip(holdings)).map(|(rate, (w, h))| rate * (w - h).abs()).sum()
    }

    fn assert_feasible(&self, weights: &[f64]) {
        let Constraints { bounds, linear, holdings, turnover, gross, .. } = &self.constraints;
        let bounds = bounds.as_ref().unwrap();
        let limits = bounds.lower().iter().zip(bounds.upper());
        assert!(weights.iter().zip(limits).all(|(w, (lower, upper))| lower <= w && w <= upper));
        assert!((weights.iter().sum::<f64>() - 1.0).abs() <= MET);
        for row in linear {
            let value = row.value(weights).unwrap();
            assert!(value >= row.lower() - MET && value <= row.upper() + MET, "{row:?}: {value}");
        }
        let holdings = holdings.as_ref().unwrap().as_slice();
        let traded: f64 = weights.iter().zip(holdings).map(|(a, b)| (a - b).abs()).sum();
        assert!(turnover.is_none_or(|limit| traded <= limit + MET));
        let size: f64 = weights.iter().map(|weight| weight.abs()).sum();
        assert!(gross.is_none_or(|limit| size <= limit + MET));
    }
}

proptest! {
    #![proptest_config(config(150))]

    /// The weights keep all constraints; no feasible portfolio is nearer, by value and by the slope towards it; and the
    /// nearest portfolio to the nearest portfolio is itself, to the bit.
    #[test]
    fn nothing_feasible_is_nearer(assets in 2_usize..40, seed in any::<u64>()) {
        let problem = Problem::new(assets, seed);
        for nearness in ALL {
            let params = problem.params(nearness);
            let allocation = problem.allocate(params.clone(), &problem.target);
            let weights = allocation.solution.weights.as_slice();
            problem.assert_feasible(weights);
            let objective = problem.objective(&params, weights);
            prop_assert!((objective - allocation.objective).abs() <= 1e-13 * (1.0 + objective));
            let slope = problem.slope(nearness, weights);
            for other in &problem.feasible {
                prop_assert!(objective <= problem.objective(&params, other) + PROVEN * (1.0 + objective));
                let towards: f64 = slope.iter().zip(other.iter().zip(weights)).map(|(s, (a, b))| s * (a - b)).sum();
                let size: f64 = slope.iter().map(|slope| slope.abs()).sum();
                prop_assert!(towards >= -PROVEN * (1.0 + size), "{nearness:?}: {towards}");
            }
            let again = problem.allocate(params, weights);
            prop_assert_eq!(again.solution.weights.as_slice(), weights);
            prop_assert_eq!((again.distance, again.moved), (0.0, false));
        }
    }

    /// The same with costs, which have no slope: the value alone.
    #[test]
    fn nothing_feasible_is_better_with_costs(assets in 2_usize..30, seed in any::<u64>(), size in 0.0_f64..4.0) {
        let mut problem = Problem::new(assets, seed);
        let mut random = Random::new(!seed);
        let rates = (0..assets).map(|_| random.between(0.0, 0.05)).collect();
        problem.constraints.costs = Some(Costs::Each(rates));
        for nearness in ALL {
            let scale = if nearness == Nearness::TrackingError { 0.01 } else { 1.0 };
            let params = NearestParams { cost_weight: scale * size, ..problem.params(nearness) };
            let allocation = problem.allocate(params.clone(), &problem.target);
            let weights = allocation.solution.weights.as_slice();
            problem.assert_feasible(weights);
            let objective = problem.objective(&params, weights);
            prop_assert!((objective - allocation.objective).abs() <= 1e-13 * (1.0 + objective));
            prop_assert!((problem.cost(&params, weights) - allocation.cost).abs() <= 1e-14);
            for other in &problem.feasible {
                for step in [1.0, 0.1, 1e-3] {
                    let between: Vec<f64> =
                        weights.iter().zip(other).map(|(own, other)| own + step * (other - own)).collect();
                    let value = problem.objective(&params, &between);
                    prop_assert!(objective <= value + PROVEN * (1.0 + objective));
                }
            }
        }
    }

    /// The order of the assets says nothing.
    #[test]
    fn permuted_assets_have_permuted_weights(assets in 2_usize..25, seed in any::<u64>(), shift in 1_usize..24) {
        let problem = Problem::new(assets, seed);
        let place = |asset: usize| (asset + shift) % assets;
        let moved = |values: &[f64]| {
            let mut moved = vec![0.0; assets];
            values.iter().enumerate().for_each(|(asset, value)| moved[place(asset)] = *value);
            moved
        };
        let entries = problem.covariance.as_view();
        let mut matrix = DMatrix::zeros(assets, assets);
        for row in 0..assets {
            (0..assets).for_each(|col| matrix[(place(row), place(col))] = entries[(row, col)]);
        }
        let Constraints { bounds, linear, holdings, .. } = &problem.constraints;
        let bounds = bounds.as_ref().unwrap();
        let linear = linear.iter().map(|row| {
            let terms = row.terms().iter().map(|(asset, a)| (place(*asset), *a)).collect();
            LinearConstraint::new(row.label(), terms, row.lower(), row.upper()).unwrap()
        });
        let permuted = Problem {
            covariance: Covariance::new(matrix).unwrap(),
            target: moved(&problem.target),
            constraints: Constraints {
                bounds: Some(Bounds::new(moved(bounds.lower()), moved(bounds.upper())).unwrap()),
                linear: linear.collect(),
                holdings: holdings.as_ref().map(|held| Weights::new(moved(held.as_slice())).unwrap()),
                ..problem.constraints.clone()
            },
            feasible: Vec::new(),
        };
        for nearness in ALL {
            let one = problem.allocate(problem.params(nearness), &problem.target);
            let other = permuted.allocate(permuted.params(nearness), &permuted.target);
            assert_near(other.solution.weights.as_slice(), &moved(one.solution.weights.as_slice()), ORDER);
        }
    }

    /// Memory that has seen other problems, of other sizes and norms, leaves no trace.
    #[test]
    fn allocate_into_is_allocate_to_the_bit(seeds in proptest::collection::vec((2_usize..20, any::<u64>()), 2..5)) {
        let (mut scratch, mut allocation) = (NearestScratch::default(), NearestAllocation::default());
        for (assets, seed) in seeds {
            let problem = Problem::new(assets, seed);
            let target = Weights::new(problem.target.clone()).unwrap();
            let input = NearestInput { target: &target, covariance: Some((&problem.covariance).into()) };
            for nearness in ALL {
                for tracked in [false, true] {
                    let mut params = problem.params(nearness);
                    if tracked {
                        params.constraints.benchmark =
                            Some(Weights::new(problem.feasible[0].clone()).unwrap());
                        params.constraints.tracking_error = Some(0.02);
                    }
                    let portfolio = NearestPortfolio::new(params).unwrap();
                    portfolio.allocate_into(input, &mut scratch, &mut allocation).unwrap();
                    assert_proven(&allocation);
                    prop_assert_eq!(&allocation, &portfolio.allocate(input).unwrap());
                }
            }
        }
    }
}
