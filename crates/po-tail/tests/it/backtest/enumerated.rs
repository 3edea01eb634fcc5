//! Exact p-values against all samples there are, and simulated ones against exact ones.

use po_tail::{
    ChiSquareTest, Christoffersen, MonteCarlo, Violations, christoffersen, durations, first_failure, kupiec,
};

use super::{bits, close, confidence};

/// Sums of some thousand probabilities.
const SUMS: f64 = 1e-11;

/// Ties of statistics, up to rounding.
const TIE: f64 = 1e-8;

struct Sample {
    chance: f64,
    count: usize,
    markov: Christoffersen,
    proportion: ChiSquareTest,
    first: ChiSquareTest,
}

#[test]
fn exact_p_values_are_those_of_all_samples() {
    for (days, level) in [(9, 0.8), (12, 0.9), (10, 0.4)] {
        let level = confidence(level);
        let chance = |sample: &Violations| {
            let count = sample.count() as i32;
            level.tail().powi(count) * level.level().powi(days as i32 - count)
        };
        let all: Vec<Sample> = (0..1 << days)
            .map(|number| {
                let violations = bits(days, number);
                Sample {
                    chance: chance(&violations),
                    markov: christoffersen(&violations, level),
                    proportion: kupiec(days, violations.count(), level).unwrap().test,
                    first: first_failure(&violations, level).test,
                    count: violations.count(),
                }
            })
            .collect();
        for sample in &all {
            let alike = all.iter().filter(|other| other.count == sample.count);
            let least = sample.markov.independence.statistic - TIE;
            let greater = alike.clone().filter(|other| other.markov.independence.statistic >= least).count();
            let expected = greater as f64 / alike.count() as f64;
            close(sample.markov.independence.p_value(), expected, SUMS);
            let choices: [fn(&Sample) -> ChiSquareTest; 3] = [
                |sample| sample.markov.conditional_coverage,
                |sample| sample.proportion,
                |sample| sample.first,
            ];
            for test in choices {
                let least = test(sample).statistic - TIE;
                let as_great = all.iter().filter(|other| test(other).statistic >= least);
                close(test(sample).p_value(), as_great.map(|other| other.chance).sum(), SUMS);
            }
        }
    }
}

#[test]
fn simulated_p_values_are_near_those_of_all_samples() {
    let (days, level) = (11, confidence(0.8));
    let simulation = MonteCarlo { simulations: 4999, seed: 3 };
    let none = MonteCarlo { simulations: 0, ..simulation };
    // Days 0, 1 and 2 in a row, and one later.
    let sample = bits(days, 0b100_0000_0111);
    let found = durations(&sample, level, &simulation);
    let statistic = found.independence.statistic - TIE;
    let alike: Vec<u32> = (0..1_u32 << days).filter(|number| number.count_ones() == 4).collect();
    let greater = alike
        .iter()
        .filter(|&&number| durations(&bits(days, number), level, &none).independence.statistic >= statistic)
        .count();
    let exact = greater as f64 / alike.len() as f64;
    // Four standard errors of a share.
    let band = 4.0 * (exact * (1.0 - exact) / 4999.0).sqrt() + 1.0 / 5000.0;
    close(found.independence.p_value(), exact, band);
}

#[test]
fn long_samples_are_enumerated_too() {
    // Twenty thousand days at 95 %: the exact p-values come near those of large samples.
    let hits = (0..20_000_u64).map(|day| day.wrapping_mul(2_654_435_761) % 1000 < 51).collect();
    let sample = Violations::new(hits).unwrap();
    let found = christoffersen(&sample, confidence(0.95));
    for test in [found.independence, found.conditional_coverage] {
        // The chi-square distribution is this near, not nearer.
        assert!((test.p_value() - test.asymptotic).abs() < 0.02, "{test:?}");
    }
    let test = kupiec(1_000_000, 10_100, confidence(0.99)).unwrap();
    close(test.test.p_value(), test.test.asymptotic, 0.01);
    close(test.at_least + test.at_most, 1.0, 0.01);
}
