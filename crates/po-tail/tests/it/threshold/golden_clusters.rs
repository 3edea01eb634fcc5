//! Clusters of extremes against references that share nothing with the library.

use po_tail::{Declustered, ExtremalIndexEstimator};

use super::golden::{assert_close, golden};

/// Sums of whole numbers, and one division.
const ROUNDING: f64 = 1e-13;

/// The reference finds the root of a numerical derivative.
const ROOT: f64 = 1e-10;

#[test]
fn extremal_indices_and_clusters() {
    let golden = golden();
    for case in &golden.clusters {
        let estimate =
            |estimator: ExtremalIndexEstimator| estimator.estimate(&golden.series, case.threshold).unwrap();
        let intervals = estimate(ExtremalIndexEstimator::Intervals);
        assert_eq!(intervals.exceedances, case.exceedances);
        assert_close(intervals.index, case.intervals, ROUNDING);
        assert_eq!(intervals.standard_error, None);
        assert_close(
            estimate(ExtremalIndexEstimator::Runs { length: 3 }).index,
            case.runs_of_three,
            ROUNDING,
        );
        assert_close(
            estimate(ExtremalIndexEstimator::Blocks { length: 20 }).index,
            case.blocks_of_twenty,
            ROUNDING,
        );
        let gaps = estimate(ExtremalIndexEstimator::KGaps { gap: 1 });
        assert_close(gaps.index, case.gaps_of_one[0], ROOT);
        assert_close(gaps.standard_error.unwrap(), case.gaps_of_one[1], ROOT);

        let declustered = Declustered::automatic(&golden.series, case.threshold).unwrap();
        assert_eq!((declustered.run_length, declustered.clusters.len()), (case.run_length, case.clusters));
        assert!(declustered.maxima().eq(case.maxima.iter().copied()));
        assert_eq!(declustered.extremal_index, Some(intervals.index));
        let given = Declustered::with_run_length(&golden.series, case.threshold, case.run_length).unwrap();
        assert_eq!(given.clusters, declustered.clusters);
        assert_close(given.mean_size(), case.exceedances as f64 / case.clusters as f64, ROUNDING);
    }
}
