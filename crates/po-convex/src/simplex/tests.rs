//! The rule against cycles ends at the same optimum as the steepest descent.

use super::*;

/// Sums of some products of numbers near to one.
const SAME: f64 = 1e-9;

/// Rows of small whole numbers, many of them at their limits at once, so that many steps have no length.
fn degenerate(seed: usize) -> (Vec<f64>, Vec<[f64; 2]>, Vec<[f64; 2]>) {
    let (columns, rows) = (6 + seed % 4, 5 + seed % 3);
    let entry = |place: usize| ((place * 7 + seed * 13 + place * place) % 5) as f64 - 2.0;
    let coefficients = (0..columns * rows).map(entry).collect();
    let bounds = vec![[0.0, 1.0]; columns];
    let limits = (0..rows)
        .map(|row| match row % 3 {
            0 => [1.0, f64::INFINITY],
            1 => [0.0, 0.0],
            _ => [f64::NEG_INFINITY, -1.0],
        })
        .collect();
    (coefficients, bounds, limits)
}

fn cost(simplex: &Simplex<'_>, rows: usize) -> f64 {
    (0..rows).map(|row| simplex.distance(row).abs()).sum()
}

#[test]
fn the_smallest_index_ends_at_the_optimum_too() {
    for seed in 0..60 {
        let (columns, bounds, limits) = degenerate(seed);
        let weights = vec![1.0; limits.len()];
        let mut steepest = Simplex::new(&columns, &bounds, &limits, &weights);
        assert!(steepest.solve(), "{seed}");
        let mut first = Simplex::new(&columns, &bounds, &limits, &weights);
        let downhill = first.downhill();
        let mut steps = 0;
        while let Some((entering, upward, slope)) = first.entering(&first.prices(), downhill, true) {
            assert!(first.step(entering, upward, slope, true).is_some(), "{seed}");
            steps += 1;
            assert!(steps < 10_000, "{seed}");
        }
        let (own, expected) = (cost(&first, limits.len()), cost(&steepest, limits.len()));
        assert!((own - expected).abs() <= SAME, "{seed}: {own} is not {expected}");
    }
}
