//! The annual greatest sea levels at Port Pirie, 1923 to 1987, and the figures printed for them.

use po_core::Confidence;
use po_tail::{GevFit, GevMethod};

/// Metres.
const MAXIMA: [f64; 65] = [
    4.03, 3.83, 3.65, 3.88, 4.01, 4.08, 4.18, 3.80, 4.36, 3.96, 3.98, 4.69, 3.85, 3.96, 3.85, 3.93, 3.75,
    3.63, 3.57, 4.25, 3.97, 4.05, 4.24, 4.22, 3.73, 4.37, 4.06, 3.71, 3.96, 4.06, 4.55, 3.79, 3.89, 4.11,
    3.85, 3.86, 3.86, 4.21, 4.01, 4.11, 4.24, 3.96, 4.21, 3.74, 3.85, 3.88, 3.66, 4.11, 3.71, 4.18, 3.90,
    3.78, 3.91, 3.72, 4.00, 3.66, 3.62, 4.33, 4.55, 3.75, 4.08, 3.90, 3.88, 3.94, 4.33,
];

/// Figures are printed with so many digits.
const TWO_DIGITS: f64 = 0.005 + 1e-9;

/// Ends of intervals were read off a graph.
const READ_OFF: f64 = 0.02;

/// Coles (2001), section 3.4.1.
#[test]
fn the_printed_figures() {
    let fit = GevFit::fit(&MAXIMA, GevMethod::MaximumLikelihood).unwrap();
    let found = fit.distribution();
    assert!((found.location() - 3.87).abs() < TWO_DIGITS, "{found:?}");
    assert!((found.scale() - 0.198).abs() < TWO_DIGITS / 10.0, "{found:?}");
    assert!((found.shape() + 0.050).abs() < TWO_DIGITS / 10.0, "{found:?}");
    assert!((fit.log_likelihood() - 4.34).abs() < TWO_DIGITS, "{}", fit.log_likelihood());
    let [location, scale, shape] = fit.standard_errors().unwrap();
    assert!((location - 0.028).abs() < TWO_DIGITS / 10.0);
    assert!((scale - 0.020).abs() < TWO_DIGITS / 10.0);
    assert!((shape - 0.098).abs() < TWO_DIGITS / 10.0);

    let confidence = Confidence::new(0.95).unwrap();
    let level = |period: f64| found.return_level(period).unwrap();
    assert!((level(10.0) - 4.30).abs() < TWO_DIGITS && (level(100.0) - 4.69).abs() < TWO_DIGITS);
    let interval = fit.return_level_interval(&MAXIMA, 100.0, confidence).unwrap();
    assert!(
        (interval.lower - 4.50).abs() < READ_OFF && (interval.upper - 5.27).abs() < READ_OFF,
        "{interval:?}"
    );
    let interval = fit.shape_interval(&MAXIMA, confidence).unwrap();
    assert!(
        (interval.lower + 0.21).abs() < READ_OFF && (interval.upper - 0.17).abs() < READ_OFF,
        "{interval:?}"
    );
}
