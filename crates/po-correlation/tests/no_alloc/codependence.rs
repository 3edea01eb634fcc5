//! The second estimate of a codependence of a size, and its distances.

#[path = "../it/codependence/tour.rs"]
mod tour;

use po_core::{Codependence, DistanceMatrix};
use po_correlation::CodependenceScratch;

use super::{calls, sample};

/// Every estimator with every setting, in every form of distance.
#[test]
fn the_second_call_does_not_allocate() {
    // Other numbers in the second sample take other turns, and have other numbers of bins.
    for (observations, assets) in [(60, 4), (300, 20), (1000, 3)] {
        let (first, second) = (sample(observations, assets, 1), sample(observations, assets, 2));
        for (name, estimator) in tour::all() {
            let (mut scratch, mut codependence) = (CodependenceScratch::default(), Codependence::default());
            estimator.estimate_into(&first, &mut scratch, &mut codependence).unwrap();
            let found = calls(|| estimator.estimate_into(&second, &mut scratch, &mut codependence).unwrap());
            assert_eq!(found, 0, "{name}, {observations} x {assets}");
            assert_eq!(codependence, estimator.estimate(&second).unwrap(), "{name}");
            let mut distances = DistanceMatrix::default();
            for form in codependence.measure().forms() {
                codependence.distances_into(*form, &mut distances).unwrap();
                let found = calls(|| codependence.distances_into(*form, &mut distances).unwrap());
                assert_eq!(found, 0, "{name} {form}");
            }
        }
    }
}
