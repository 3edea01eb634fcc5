//! Scores of forecasts.

use po_core::Confidence;
use po_tail::{Forecasts, Score, scores_into};

use super::calls;

#[test]
fn scores_do_not_allocate() {
    let returns: Vec<f64> = (0..100).map(|day| 0.03 * f64::from(day % 7) - 0.1).collect();
    let forecasts = Forecasts::new(&returns, &[0.05; 100], Some(&[0.06; 100])).unwrap();
    let confidence = Confidence::new(0.95).unwrap();
    let mut output = vec![0.0; 100];
    for score in [Score::Tick, Score::Fz0, Score::AsymmetricLaplace] {
        assert_eq!(calls(|| scores_into(&forecasts, confidence, score, &mut output).unwrap()), 0);
    }
}
