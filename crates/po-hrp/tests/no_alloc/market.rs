//! Markets, beside a covariance: measures of risk in clusters, and distances that are given.

use po_core::{
    Codependence, Covariance, DistanceForm, DistanceMatrix, EqualWeight, Returns, Risk, RiskScratch,
};
use po_hrp::{
    ClusterCount, Division, Herc, HercAllocation, HercParams, HercScratch, Market, Metric, Nco,
    NcoAllocation, NcoParams, NcoScratch,
};
#[cfg(feature = "linalg")]
use po_hrp::{Schur, SchurAllocation, SchurParams, SchurScratch};

use super::{LARGE, SMALL, assert_silent, cluster_counts, covariance};

struct Problem {
    covariance: Covariance,
    returns: Returns,
    distances: DistanceMatrix,
}

impl Problem {
    fn new(periods: usize, assets: usize) -> Self {
        let value = |place: usize| ((place as f64 * 0.618_033_988_75).fract() - 0.5) * 0.04;
        let values: Vec<f64> = (0..periods * assets).map(value).collect();
        let covariance = covariance(assets);
        let correlation = Codependence::from(&covariance.correlation().unwrap());
        Self {
            returns: Returns::from_column_slice(periods, assets, &values).unwrap(),
            distances: correlation.distances(DistanceForm::Angular).unwrap(),
            covariance,
        }
    }

    fn market(&self) -> Market<'_> {
        let (returns, distances) = (Some(&self.returns), Some(&self.distances));
        Market { returns, distances, ..Market::from(&self.covariance) }
    }
}

/// The largest first.
fn problems() -> [Problem; 4] {
    [(100, LARGE), (100, SMALL), (50, SMALL), (50, 1)].map(|(periods, assets)| Problem::new(periods, assets))
}

#[test]
fn the_second_call_for_clusters_by_a_measure_does_not_allocate() {
    let problems = problems();
    for clusters in cluster_counts().into_iter().chain([ClusterCount::Silhouette { most: Some(LARGE) }]) {
        for (&metric, &division) in
            Metric::ALL.iter().flat_map(|metric| Division::ALL.iter().map(move |division| (metric, division)))
        {
            let params = HercParams { metric, clusters, division, risk: Risk::Mad, ..HercParams::default() };
            let herc = Herc::new(params).unwrap();
            let (mut scratch, mut allocation) = (HercScratch::default(), HercAllocation::default());
            let mut measuring = RiskScratch::default();
            assert_silent(&format!("{metric} {clusters} {division}"), &problems, |problem| {
                herc.allocate_market_into(problem.market(), &mut scratch, &mut allocation).unwrap();
                let measure = (&Risk::WorstRealisation, &mut measuring);
                herc.allocate_by_into(measure, problem.market(), &mut scratch, &mut allocation).unwrap();
            });
        }
    }
}

#[test]
fn the_second_call_with_given_distances_does_not_allocate() {
    let problems = problems();
    for &metric in Metric::ALL {
        for clusters in [ClusterCount::default(), ClusterCount::Given(1)] {
            let params = NcoParams { metric, clusters, ..NcoParams::default() };
            let nco = Nco::new(params, EqualWeight, EqualWeight).unwrap();
            let (mut scratch, mut allocation) = (NcoScratch::default(), NcoAllocation::default());
            // How many clusters there are depends on the data.
            for problem in &problems {
                nco.allocate_market_into(problem.market(), &mut scratch, &mut allocation).unwrap();
            }
            assert_silent(&format!("nested, {metric} {clusters}"), &problems, |problem| {
                nco.allocate_market_into(problem.market(), &mut scratch, &mut allocation).unwrap();
            });
        }
        #[cfg(feature = "linalg")]
        {
            let schur = Schur::new(SchurParams { gamma: 0.2, metric, ..SchurParams::default() }).unwrap();
            let (mut scratch, mut allocation) = (SchurScratch::default(), SchurAllocation::default());
            assert_silent(&format!("schur, {metric}"), &problems, |problem| {
                schur.allocate_market_into(problem.market(), &mut scratch, &mut allocation).unwrap();
            });
        }
    }
}
