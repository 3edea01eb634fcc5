//! Measures whose value another library approximates: weights are those of the definition, and those of that library
//! follow from what it computes instead.

use po_core::{Covariance, Returns, Risk, RiskError, RiskMeasure};
use po_hrp::{Hrp, HrpParams, Market};
use serde::Deserialize;

/// The references are computed from formulas, by sums and searches that end at the last digits.
const DEFINED: f64 = 1e-10;

/// How far Riskfolio-Lib's conic solver and its sum over a hundred levels lead away, at the most.
const APPROXIMATED: f64 = 1e-4;

/// What it sums up lies farther away than that.
const APART: f64 = 1e-7;

#[derive(Deserialize)]
struct File {
    observations: usize,
    assets: usize,
    returns: Vec<f64>,
    defined: Vec<Defined>,
}

#[derive(Deserialize)]
struct Defined {
    name: String,
    risk: toml::Value,
    source: String,
    weights: Vec<f64>,
    riskfolio: Vec<f64>,
}

fn sample() -> (File, Returns, Covariance) {
    let file: File = toml::from_str(include_str!("../data/risk.toml")).unwrap();
    let returns = Returns::from_column_slice(file.observations, file.assets, &file.returns).unwrap();
    let covariance = crate::measured::covariance(&returns);
    (file, returns, covariance)
}

fn apart(actual: &[f64], expected: &[f64]) -> f64 {
    actual.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn weights_are_those_of_the_definition() {
    let (file, returns, covariance) = sample();
    assert_eq!(file.defined.len(), 10);
    for Defined { name, risk, source, weights, riskfolio } in &file.defined {
        let risk: Risk = risk.clone().try_into().unwrap();
        let hrp = Hrp::new(HrpParams { risk, ..HrpParams::default() }).unwrap();
        let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
        let allocation = hrp.allocate_market(market).unwrap();
        let actual = allocation.weights().as_slice();
        assert!(apart(actual, weights) <= DEFINED, "{name}, {source}: {}", apart(actual, weights));
        assert!(apart(actual, riskfolio) <= APPROXIMATED, "{name}: {}", apart(actual, riskfolio));
    }
}

/// Tail Gini as Riskfolio-Lib sums it: conditional values at risk at a hundred levels from 1e-4 to α, where the definition
/// has an integral from zero on.
///
/// ```text
/// (a_2 a_1 + Σ_{k=2}^{99} (a_{k+1} - a_{k-1}) a_k CVaR_k) / α² + (α - a_99) / α CVaR_100
/// ```
struct SumOfLevels {
    alpha: f64,
    gains: bool,
}

impl SumOfLevels {
    /// The mean of the share `level` of the greatest values, which are in order.
    fn beyond(ordered: &[f64], level: f64) -> f64 {
        let tail = level * ordered.len() as f64;
        let whole = tail.ceil() as usize - 1;
        (ordered[..whole].iter().sum::<f64>() + (tail - whole as f64) * ordered[whole]) / tail
    }

    fn of(&self, mut values: Vec<f64>) -> f64 {
        values.sort_by(|a, b| b.total_cmp(a));
        let (least, step) = (1e-4, (self.alpha - 1e-4) / 99.0);
        let levels: Vec<f64> = (0..100).map(|k| least + step * f64::from(k)).collect();
        let square = self.alpha * self.alpha;
        let inner = levels.windows(3).map(|a| (a[2] - a[0]) * a[1] / square * Self::beyond(&values, a[1]));
        let first = levels[1] * levels[0] / square * Self::beyond(&values, levels[0]);
        let last = (levels[99] - levels[98]) / levels[99] * Self::beyond(&values, levels[99]);
        first + inner.sum::<f64>() + last
    }
}

impl RiskMeasure for SumOfLevels {
    type Scratch = ();
    type Error = RiskError;

    fn risk_into(&self, returns: &[f64], (): &mut ()) -> Result<f64, RiskError> {
        let losses = self.of(returns.iter().map(|value| -value).collect());
        Ok(losses + if self.gains { self.of(returns.to_vec()) } else { 0.0 })
    }
}

#[test]
fn the_tail_gini_of_another_library_is_a_measure_of_ones_own() {
    let (file, returns, covariance) = sample();
    let hrp = Hrp::new(HrpParams::default()).unwrap();
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    for (name, gains) in [("TG", false), ("TGRG", true)] {
        let Defined { weights, riskfolio, .. } =
            file.defined.iter().find(|defined| defined.name == name).unwrap();
        let allocation = hrp.allocate_by(&SumOfLevels { alpha: 0.05, gains }, market).unwrap();
        let actual = allocation.weights().as_slice();
        assert!(apart(actual, riskfolio) <= DEFINED, "{name}: {}", apart(actual, riskfolio));
        assert!(apart(actual, weights) > APART, "{name}: {}", apart(actual, weights));
    }
}
