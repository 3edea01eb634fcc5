//! What a search for multipliers says when it is cut short.

use po_core::{Covariance, Status};

use super::root::root_within;
use super::{Condition, Ending, Line, Multipliers, Origin, PathScratch, Request};
use crate::{ActiveSet, Rows};

/// The volatility of 0.15 lies between two turning points, which more than three programmes are needed to find.
#[test]
fn a_search_that_is_cut_short_is_stalled() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let mut rows = Rows::new(2);
    rows.push("budget", &[1.0, 1.0], 1.0, 1.0).unwrap();
    let request = Request {
        risk: (&covariance).into(),
        scale: 1.0,
        lower: &[0.0; 2],
        upper: &[1.0; 2],
        rows: &rows,
        families: &[],
        reward: &[0.10, 0.05],
        benchmark: &[],
        ridge: &[],
    };
    let line = |origin| Line {
        from: Multipliers::default(),
        direction: Multipliers { theta: 0.0, lambda: 1.0 },
        end: f64::INFINITY,
        unit: 0.25,
        origin,
    };
    let condition = Condition::Variance(0.15 * 0.15);
    let mut scratch = PathScratch::default();
    scratch.prepare(&request).unwrap();
    let active = ActiveSet::default();
    for (origin, above) in [(Origin::Nothing, false), (Origin::Active(&active, 100.0), true)] {
        let ending = root_within(1, &request, condition, line(origin), &mut scratch).unwrap();
        assert_eq!(ending, Ending::Met);
        assert_eq!(scratch.now.solution.status, Status::Stalled);
        assert_eq!(scratch.now.variance > 0.15 * 0.15, above);
    }
    let ending = root_within(20, &request, condition, line(Origin::Nothing), &mut scratch).unwrap();
    assert_eq!((ending, scratch.now.solution.status), (Ending::Met, Status::Converged));
    assert!((scratch.now.variance - 0.15 * 0.15).abs() <= 1e-14);
}
