//! Entropy pooling beside independent code: `tests/data/stress.py`.

use po_core::{Returns, Status, Universe};
use po_tail::{EntropyPooling, EntropyPoolingParams, PoolingView, Scenarios};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    scenarios: usize,
    assets: Vec<String>,
    groups: Vec<String>,
    returns: Vec<f64>,
    weights: Vec<f64>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    views: Vec<String>,
    weighted: bool,
    entropy: f64,
    probabilities: Vec<f64>,
}

/// Both are roots of the same conditions, to rounding; scales of rows differ.
const ROOT: f64 = 1e-11;

#[test]
fn posteriors_are_those_of_independent_code() {
    let file: File = toml::from_str(include_str!("../../data/stress.toml")).unwrap();
    let universe = Universe::new(file.assets.clone()).unwrap();
    let universe = universe.grouped("part", file.groups.iter().map(|group| Some(group.clone()))).unwrap();
    let returns = Returns::from_column_slice(file.scenarios, file.assets.len(), &file.returns).unwrap();
    let pooling = EntropyPooling::new(EntropyPoolingParams::default()).unwrap();
    for case in &file.case {
        let scenarios = Scenarios::equal(returns.clone());
        let scenarios = if case.weighted {
            scenarios.with_probabilities(file.weights.clone()).unwrap()
        } else {
            scenarios
        };
        let views: Vec<_> =
            case.views.iter().map(|view| PoolingView::parse(view, &universe).unwrap()).collect();
        let pooled = pooling.pool(&scenarios, &views).unwrap();
        let pairs = pooled.probabilities.iter().zip(&case.probabilities);
        let off = pairs.map(|(p, expected)| (p - expected).abs()).fold(0.0, f64::max);
        assert!(off < ROOT, "{}: off by {off:e}", case.name);
        assert!((pooled.relative_entropy - case.entropy).abs() < ROOT, "{}", case.name);
        assert_eq!(pooled.status, Status::Converged, "{}", case.name);
        assert!(pooled.gradient <= 1e-10, "{}: {:e}", case.name, pooled.gradient);
    }
}
