//! Quadratic programmes against cases that were proven optimal in fifty digits, and against what any optimum satisfies.

use po_convex::{Absolute, Error, Program, ProgramScratch, ProgramSolution, Rows, Start};
use po_core::nalgebra::DMatrix;
use po_core::{Certificate, Covariance, FactorCovariance, Status};
use proptest::prelude::*;
use serde::Deserialize;

use crate::random::{Random, config};

#[derive(Deserialize)]
struct File {
    market: Vec<Market>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Market {
    name: String,
    assets: usize,
    mean: Vec<f64>,
    #[serde(default)]
    covariance: Vec<f64>,
    #[serde(default)]
    factors: usize,
    #[serde(default)]
    loadings: Vec<f64>,
    #[serde(default)]
    factor_covariance: Vec<f64>,
    #[serde(default)]
    specific: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    market: String,
    quadratic: f64,
    linear: f64,
    lower: Vec<f64>,
    upper: Vec<f64>,
    budget: Option<[f64; 2]>,
    #[serde(default)]
    row: Vec<Row>,
    holdings: Option<Vec<f64>>,
    costs: Option<Vec<f64>>,
    turnover: Option<f64>,
    gross: Option<f64>,
    unique: bool,
    weights: Vec<f64>,
    objective: f64,
    budget_dual: Option<f64>,
    row_duals: Option<Vec<f64>>,
    bound_duals: Option<Vec<f64>>,
    turnover_dual: Option<f64>,
    gross_dual: Option<f64>,
    tolerance: f64,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    lower: f64,
    upper: f64,
    coefficients: Vec<f64>,
}

enum Matrix {
    Dense(Covariance),
    Factor(FactorCovariance),
}

impl Market {
    fn matrix(&self) -> Matrix {
        if self.covariance.is_empty() {
            let exposures = DMatrix::from_column_slice(self.assets, self.factors, &self.loadings);
            let factors = Covariance::from_column_slice(self.factors, &self.factor_covariance).unwrap();
            Matrix::Factor(FactorCovariance::new(exposures, factors, self.specific.clone()).unwrap())
        } else {
            Matrix::Dense(Covariance::from_column_slice(self.assets, &self.covariance).unwrap())
        }
    }
}

/// What a case becomes: everything that a programme borrows.
struct Owned {
    matrix: Matrix,
    scale: f64,
    linear: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    rows: Rows,
    holdings: Vec<f64>,
    costs: Vec<f64>,
    turnover: Option<f64>,
    gross: Option<f64>,
    zeros: Vec<f64>,
}

impl Owned {
    fn of(case: &Case, market: &Market) -> Self {
        let mut rows = Rows::new(market.assets);
        if let Some([lower, upper]) = case.budget {
            rows.push("budget", &vec![1.0; market.assets], lower, upper).unwrap();
        }
        for row in &case.row {
            rows.push(&row.name, &row.coefficients, row.lower, row.upper).unwrap();
        }
        Self {
            matrix: market.matrix(),
            scale: case.quadratic,
            linear: market.mean.iter().map(|mean| -case.linear * mean).collect(),
            lower: case.lower.clone(),
            upper: case.upper.clone(),
            rows,
            holdings: case.holdings.clone().unwrap_or_default(),
            costs: case.costs.clone().unwrap_or_default(),
            turnover: case.turnover,
            gross: case.gross,
            zeros: vec![0.0; market.assets],
        }
    }

    fn families(&self) -> Vec<Absolute<'_>> {
        let mut families = Vec::new();
        if !self.holdings.is_empty() {
            let limit = self.turnover.unwrap_or(f64::INFINITY);
            families.push(Absolute { label: "turnover", center: &self.holdings, cost: &self.costs, limit });
        }
        if let Some(limit) = self.gross {
            families.push(Absolute { label: "gross", center: &self.zeros, cost: &[], limit });
        }
        families
    }

    fn program<'a>(&'a self, families: &'a [Absolute<'a>]) -> Program<'a> {
        Program {
            risk: match &self.matrix {
                Matrix::Dense(covariance) => covariance.into(),
                Matrix::Factor(covariance) => covariance.into(),
            },
            scale: self.scale,
            ridge: &[],
            linear: &self.linear,
            lower: &self.lower,
            upper: &self.upper,
            rows: &self.rows,
            absolute: families,
        }
    }
}

fn largest(certificate: Certificate) -> f64 {
    let Certificate { primal_residual, dual_residual, complementarity, gap } = certificate;
    primal_residual.max(dual_residual).max(complementarity).max(gap.abs())
}

fn close(name: &str, what: &str, ours: &[f64], theirs: &[f64], tolerance: f64) {
    for (place, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert!((ours - theirs).abs() <= tolerance, "{name}: {what} {place} is {ours}, expected {theirs}");
    }
}

/// Residuals of the equations of optimality, in the units of the data, which are of order one or below.
const OPTIMAL: f64 = 1e-10;

#[test]
fn programmes_agree_with_their_optima_in_fifty_digits() {
    let file: File = toml::from_str(include_str!("../data/qp.toml")).unwrap();
    let mut scratch = ProgramScratch::default();
    let mut solution = ProgramSolution::default();
    for case in &file.case {
        let market = file.market.iter().find(|market| market.name == case.market).unwrap();
        let owned = Owned::of(case, market);
        let families = owned.families();
        let program = owned.program(&families);
        let name = case.name.as_str();
        program
            .solve_into(Start::Cold, &mut scratch, &mut solution)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(solution.status, Status::Converged, "{name}");
        assert!(largest(solution.certificate) <= OPTIMAL, "{name}: {:?}", solution.certificate);
        let scale = case.objective.abs().max(1e-3);
        close(name, "objective", &[solution.objective], &[case.objective], 1e-9 * scale);
        if case.unique {
            close(name, "weight", &solution.x, &case.weights, case.tolerance);
        }
        // Multipliers of the file have the opposite sign: those of `gradient + Σ dual = 0`.
        let budget = usize::from(case.budget.is_some());
        let duals: Vec<f64> =
            case.budget_dual.iter().chain(case.row_duals.iter().flatten()).map(|dual| -dual).collect();
        if case.budget_dual.is_some() || budget == 0 {
            close(name, "multiplier of row", &solution.rows, &duals, case.tolerance);
        }
        if let Some(bounds) = &case.bound_duals {
            let bounds: Vec<f64> = bounds.iter().map(|dual| -dual).collect();
            close(name, "multiplier of the bounds of asset", &solution.bounds, &bounds, case.tolerance);
        }
        if let Some(dual) = case.turnover_dual {
            close(name, "multiplier of the turnover", &solution.absolute, &[-dual], case.tolerance);
        }
        if let Some(dual) = case.gross_dual {
            let place = usize::from(case.holdings.is_some());
            close(
                name,
                "multiplier of the gross limit",
                &solution.absolute[place..],
                &[-dual],
                case.tolerance,
            );
        }
        let again = program.solve().unwrap();
        assert_eq!(again, solution, "{name}: in fresh memory");
    }
    assert_eq!(file.case.len(), 54);
}

/// A programme with all that there is, of a size and a seed.
fn random(assets: usize, seed: u64) -> Owned {
    let mut random = Random::new(seed);
    let factors = 3;
    let loadings: Vec<f64> = (0..assets * factors).map(|_| 0.1 * random.normal()).collect();
    let mut exposures = DMatrix::from_column_slice(assets, factors, &loadings);
    exposures.column_mut(0).iter_mut().for_each(|beta| *beta += 0.15);
    let specific: Vec<f64> = (0..assets).map(|_| random.between(0.01, 0.06)).collect();
    let identity = Covariance::new(DMatrix::identity(factors, factors)).unwrap();
    let matrix = FactorCovariance::new(exposures, identity, specific).unwrap();
    let matrix = if random.uniform() < 0.5 {
        Matrix::Factor(matrix)
    } else {
        Matrix::Dense(matrix.covariance().unwrap())
    };
    let mut rows = Rows::new(assets);
    rows.push("budget", &vec![1.0; assets], 1.0, 1.0).unwrap();
    let short = random.uniform() < 0.4;
    let holdings: Vec<f64> = (0..assets).map(|_| random.uniform()).collect();
    let held: f64 = holdings.iter().sum();
    let holdings: Vec<f64> = holdings.iter().map(|holding| holding / held).collect();
    // The holdings satisfy every row, so that no request is infeasible.
    for number in 0..random.below(4) {
        let row: Vec<f64> = (0..assets)
            .map(|_| if random.uniform() < 0.4 { random.between(0.5, 2.0) } else { 0.0 })
            .collect();
        let value: f64 = row.iter().zip(&holdings).map(|(a, h)| a * h).sum();
        let (down, up) = (random.between(0.0, 0.2), random.between(0.0, 0.1));
        rows.push(format!("row {number}"), &row, value - down, value + up).unwrap();
    }
    let cost = random.uniform() < 0.5;
    Owned {
        matrix,
        scale: random.between(0.5, 5.0),
        linear: (0..assets).map(|_| 0.05 * random.normal()).collect(),
        lower: holdings.iter().map(|_| if short { -0.3 } else { 0.0 }).collect(),
        upper: holdings.iter().map(|holding| holding.max(random.between(0.1, 0.6))).collect(),
        rows,
        costs: holdings.iter().map(|_| if cost { random.between(0.0, 0.02) } else { 0.0 }).collect(),
        turnover: (random.uniform() < 0.4).then(|| random.between(0.05, 0.8)),
        gross: short.then(|| random.between(1.0, 1.8)),
        holdings,
        zeros: vec![0.0; assets],
    }
}

proptest! {
    #![proptest_config(config(400))]

    /// The certificate is a proof: stationary, feasible, complementary, without a gap; whatever the start.
    #[test]
    fn every_solution_is_certified(assets in 2_usize..40, seed in any::<u64>()) {
        let owned = random(assets, seed);
        let families = owned.families();
        let program = owned.program(&families);
        let cold = program.solve().unwrap();
        prop_assert!(largest(cold.certificate) <= OPTIMAL, "{:?}", cold.certificate);

        // From the active set of another programme, the same optimum.
        let mut scratch = ProgramScratch::default();
        let tilted: Vec<f64> = owned.linear.iter().enumerate().map(|(i, c)| c + 0.01 * (i % 3) as f64).collect();
        let mut warm = Program { linear: &tilted, ..program }.solve().unwrap();
        program.solve_into(Start::Warm, &mut scratch, &mut warm).unwrap();
        prop_assert!(largest(warm.certificate) <= OPTIMAL, "{:?}", warm.certificate);
        for (cold, warm) in cold.x.iter().zip(&warm.x) {
            prop_assert!((cold - warm).abs() <= 1e-9, "{cold} and {warm}");
        }
    }

    /// No portfolio between the optimum and the holdings, which are feasible, is better.
    #[test]
    fn nothing_feasible_is_better(assets in 2_usize..30, seed in any::<u64>()) {
        let owned = random(assets, seed);
        let families = owned.families();
        let program = owned.program(&families);
        let solution = program.solve().unwrap();
        let covariance = match &owned.matrix {
            Matrix::Dense(covariance) => covariance.clone(),
            Matrix::Factor(covariance) => covariance.covariance().unwrap(),
        };
        let objective = |x: &[f64]| {
            let product = covariance.as_view() * DMatrix::from_column_slice(assets, 1, x);
            let risk: f64 = product.iter().zip(x).map(|(a, b)| a * b).sum();
            let linear: f64 = owned.linear.iter().zip(x).map(|(a, b)| a * b).sum();
            let costs: f64 =
                x.iter().zip(&owned.holdings).zip(&owned.costs).map(|((x, h), k)| k * (x - h).abs()).sum();
            0.5 * owned.scale * risk + linear + costs
        };
        prop_assert!((solution.objective - objective(&solution.x)).abs() <= 1e-12);
        for share in [1e-3, 0.1, 0.5, 1.0] {
            let between: Vec<f64> =
                solution.x.iter().zip(&owned.holdings).map(|(x, h)| x + share * (h - x)).collect();
            prop_assert!(objective(&between) >= solution.objective - 1e-12);
        }
    }
}

#[test]
fn a_multiplier_is_the_slope_of_the_objective_in_its_limit() {
    let owned = random(12, 7);
    let families = owned.families();
    let solution = owned.program(&families).solve().unwrap();
    let step = 1e-6;
    for row in 0..owned.rows.len() {
        let shifted = |step: f64| {
            let mut rows = Rows::new(12);
            for other in 0..owned.rows.len() {
                let by = if other == row { step } else { 0.0 };
                let (lower, upper) = (owned.rows.lower()[other] + by, owned.rows.upper()[other] + by);
                rows.push(owned.rows.label(other), owned.rows.row(other), lower, upper).unwrap();
            }
            Program { rows: &rows, ..owned.program(&families) }.solve().unwrap().objective
        };
        let slope = (shifted(step) - shifted(-step)) / (2.0 * step);
        // A difference quotient with this step has some ten digits.
        assert!((slope - solution.rows[row]).abs() <= 1e-8, "{slope} and {}", solution.rows[row]);
    }
}

/// Sectors within narrow bands, costs of trading, and returns that outweigh the risk: few assets are free, and guesses of
/// assets and rows go round in circles.
#[test]
fn programmes_on_which_guesses_cycle_are_solved() {
    let (assets, sectors) = (30, 5);
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let loadings = DMatrix::from_fn(assets, 3, |_, factor| {
            if factor == 0 { random.between(0.006, 0.014) } else { 0.004 * random.normal() }
        });
        let own = DMatrix::from_fn(
            assets,
            assets,
            |row, col| {
                if row == col { random.between(1e-5, 4e-4) } else { 0.0 }
            },
        );
        let covariance = Covariance::new(&loadings * loadings.transpose() + own).unwrap();
        let mut rows = Rows::new(assets);
        rows.push("budget", &vec![1.0; assets], 1.0, 1.0).unwrap();
        for sector in 0..sectors {
            let members: Vec<f64> =
                (0..assets).map(|asset| f64::from(u8::from(asset % sectors == sector))).collect();
            let (least, most) = (random.between(0.10, 0.15), random.between(0.2, 0.3));
            rows.push(format!("sector {sector}"), &members, least, most).unwrap();
        }
        let raw: Vec<f64> = (0..assets).map(|_| (random.uniform() - 0.5).max(0.0)).collect();
        let total: f64 = raw.iter().sum();
        let holdings: Vec<f64> = raw.iter().map(|weight| weight / total).collect();
        let cost: Vec<f64> = (0..assets).map(|_| random.between(1e-4, 1e-3)).collect();
        let linear: Vec<f64> = (0..assets).map(|_| -random.between(0.0, 1e-3)).collect();
        let limit = if seed % 2 == 0 { f64::INFINITY } else { 0.4 };
        let family = Absolute { label: "turnover", center: &holdings, cost: &cost, limit };
        let program = Program {
            risk: (&covariance).into(),
            scale: 2.0,
            ridge: &[],
            linear: &linear,
            lower: &vec![0.0; assets],
            upper: &vec![0.18; assets],
            rows: &rows,
            absolute: &[family],
        };
        match program.solve() {
            Ok(solution) => {
                assert_eq!(solution.status, Status::Converged, "{seed}");
                assert!(largest(solution.certificate) <= 1e-10, "{seed}: {:?}", solution.certificate);
            }
            // A limit on turnover can keep holdings out of the bands.
            Err(error) => assert!(limit < 1.0 && matches!(error, Error::Infeasible(_)), "{seed}: {error}"),
        }
    }
}
