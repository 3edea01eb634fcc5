//! Programmes in conditional value at risk, cold and warm.

use po_convex::{Absolute, Rows};
use po_core::{Confidence, Returns};
use po_tail::{CvarProgram, CvarScratch, CvarSolution};

use super::calls;

#[test]
fn the_second_solution_does_not_allocate() {
    let mut scratch = CvarScratch::default();
    let mut solution = CvarSolution::default();
    for (assets, scenarios) in [(70, 600), (12, 300), (1, 20)] {
        let wave = |place: usize| 0.02 * (0.618 * (place * place % 7919) as f64).sin();
        let values: Vec<f64> = (0..assets * scenarios).map(wave).collect();
        let returns = Returns::from_column_slice(scenarios, assets, &values).unwrap();
        let mut rows = Rows::new(assets);
        rows.push("budget", &vec![1.0; assets], 1.0, 1.0).unwrap();
        rows.push("first", &vec![0.5; assets], f64::NEG_INFINITY, 0.9).unwrap();
        let (zeros, holdings) = (vec![0.0; assets], vec![1.0 / assets as f64; assets]);
        let costs = vec![0.0002; assets];
        let (lower, upper) = (vec![-0.5; assets], vec![1.0; assets]);
        let absolute = [
            Absolute { label: "turnover", center: &holdings, cost: &costs, limit: 1.0 },
            Absolute { label: "gross", center: &zeros, cost: &[], limit: 1.5 },
        ];
        for (price, limit) in [(1.0, f64::INFINITY), (1.0, 0.5)] {
            let program = CvarProgram {
                returns: &returns,
                probabilities: &[],
                confidence: Confidence::new(0.9).unwrap(),
                price,
                limit,
                linear: &zeros,
                ridge: &[],
                lower: &lower,
                upper: &upper,
                rows: &rows,
                absolute: &absolute,
            };
            let mut solve = |cold: bool| {
                if cold {
                    solution.tail.clear();
                }
                program.solve_into(&mut scratch, &mut solution).unwrap();
            };
            solve(true);
            assert_eq!(calls(|| solve(true)), 0, "{assets} assets, cold, limit {limit}");
            solve(false);
            assert_eq!(calls(|| solve(false)), 0, "{assets} assets, warm, limit {limit}");
        }
    }
}
