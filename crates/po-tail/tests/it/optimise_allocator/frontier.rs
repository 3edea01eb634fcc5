//! The frontier: both spacings, convexity, and proofs at each point.

use po_core::{Confidence, InputError};
use po_tail::{CvarFrontierParams, CvarPortfolio, CvarSpacing, Error, TailMeasure, cvar_frontier};

use crate::conic_risk::market;

/// What steps between equal targets are equal to, relative to them.
const EQUAL: f64 = 1e-6;

fn params(spacing: CvarSpacing, measure: TailMeasure, points: usize) -> CvarFrontierParams {
    let confidence = Confidence::new(0.9).unwrap();
    CvarFrontierParams { points, spacing, measure, confidence, ..CvarFrontierParams::default() }
}

fn check(frontier: &[CvarPortfolio]) {
    for portfolio in frontier {
        assert!(portfolio.gap() <= 1e-8 * portfolio.objective.abs(), "a gap of {}", portfolio.gap());
    }
    // Return is a concave function of risk.
    for triple in frontier.windows(3) {
        let [a, b, c] = [&triple[0], &triple[1], &triple[2]];
        assert!(b.risk >= a.risk * (1.0 - 1e-9) && b.mean >= a.mean - 1e-12);
        let (left, right) = ((b.mean - a.mean) * (c.risk - b.risk), (c.mean - b.mean) * (b.risk - a.risk));
        assert!(left >= right - 1e-12, "{left} and {right}");
    }
}

#[test]
fn steps_are_equal_in_return_or_in_risk() {
    let returns = market(31, 150, 6);
    for measure in [TailMeasure::Cvar, TailMeasure::Cdar, TailMeasure::Evar] {
        let frontier = cvar_frontier(&params(CvarSpacing::Return, measure, 9), (&returns).into()).unwrap();
        assert_eq!(frontier.len(), 9);
        check(&frontier);
        let step = (frontier[8].mean - frontier[0].mean) / 8.0;
        for pair in frontier.windows(2) {
            assert!((pair[1].mean - pair[0].mean - step).abs() <= EQUAL * step, "{measure:?}");
        }
        let frontier = cvar_frontier(&params(CvarSpacing::Cvar, measure, 9), (&returns).into()).unwrap();
        check(&frontier);
        let step = (frontier[8].risk - frontier[0].risk) / 8.0;
        for pair in frontier.windows(2) {
            assert!((pair[1].risk - pair[0].risk - step).abs() <= EQUAL * step, "{measure:?}");
        }
    }
}

#[test]
fn a_point_alone_is_no_frontier() {
    let error =
        cvar_frontier(&params(CvarSpacing::Return, TailMeasure::Cvar, 1), (&market(31, 50, 3)).into());
    let (name, value, expected) = ("the number of points", 1.0, "two or more");
    assert_eq!(error, Err(Error::Input(InputError::OutOfRange { name, value, expected })));
    assert_eq!(error.unwrap_err().to_string(), "the number of points is 1, expected two or more");
}
