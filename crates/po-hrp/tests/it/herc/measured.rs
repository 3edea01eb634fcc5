//! Measures of risk, and distances that are given: other libraries, the definition written out, and what is refused.

use po_core::{
    Codependence, Confidence, Covariance, DistanceForm, DistanceMatrix, InputError, Returns, Risk, RiskError,
    RiskMeasure, RiskScratch, Universe,
};
use po_hrp::{
    ClusterCount, ClusterWeights, Division, Error, Herc, HercAllocation, HercParams, HercScratch, Linkage,
    Market, Metric,
};
use proptest::prelude::*;
use serde::Deserialize;

use super::{REORDERED, assert_on_the_simplex, close, into, members};
use crate::measured::{covariance, measured};
use crate::random::{Random, config};

#[derive(Deserialize)]
struct Sample {
    observations: usize,
    assets: usize,
    returns: Vec<f64>,
}

/// The returns of the golden file of measures.
pub(crate) fn sample() -> (Returns, Covariance) {
    let file: Sample = toml::from_str(include_str!("../../data/risk.toml")).unwrap();
    let returns = Returns::from_column_slice(file.observations, file.assets, &file.returns).unwrap();
    let covariance = covariance(&returns);
    (returns, covariance)
}

#[cfg(feature = "serde")]
#[derive(Deserialize)]
struct File {
    measured: Vec<Expected>,
    codependent: Vec<Codependent>,
}

#[cfg(feature = "serde")]
#[derive(Deserialize)]
struct Expected {
    linkage: String,
    clusters: usize,
    risk: toml::Value,
    division: String,
    within: String,
    labels: Vec<usize>,
    sources: Vec<String>,
    weights: Vec<f64>,
    tolerance: f64,
}

#[cfg(feature = "serde")]
#[derive(Deserialize)]
struct Codependent {
    name: String,
    clusters: usize,
    risk: toml::Value,
    labels: Vec<usize>,
    distances: Vec<f64>,
    weights: Vec<f64>,
}

#[cfg(feature = "serde")]
fn file() -> File {
    toml::from_str(include_str!("../../data/herc.toml")).unwrap()
}

#[cfg(feature = "serde")]
#[test]
fn weights_by_measures_equal_those_of_other_libraries() {
    let (returns, covariance) = sample();
    let measured = file().measured;
    assert_eq!(measured.len(), 74);
    assert!(measured.iter().filter(|row| row.sources.len() > 1).count() > 12, "skfolio agrees as well");
    for row in measured {
        let params = HercParams {
            linkage: row.linkage.parse().unwrap(),
            risk: row.risk.try_into().unwrap(),
            division: row.division.parse().unwrap(),
            within: row.within.parse().unwrap(),
            ..into(row.clusters)
        };
        let what = format!("{params:?}");
        let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
        let allocation = Herc::new(params).unwrap().allocate_market(market).unwrap();
        assert_eq!(allocation.cut().labels(), row.labels, "{what}");
        close(&what, allocation.weights().as_slice(), &row.weights, row.tolerance);
    }
}

#[cfg(feature = "serde")]
#[test]
fn weights_by_given_distances_equal_those_of_other_libraries() {
    let (returns, covariance) = sample();
    let codependent = file().codependent;
    assert_eq!(codependent.len(), 22);
    for row in codependent {
        let distances = DistanceMatrix::from_column_slice(8, &row.distances).unwrap();
        let market =
            Market { returns: Some(&returns), distances: Some(&distances), ..Market::from(&covariance) };
        let params = HercParams { risk: row.risk.try_into().unwrap(), ..into(row.clusters) };
        let allocation = Herc::new(params).unwrap().allocate_market(market).unwrap();
        assert_eq!(allocation.cut().labels(), row.labels, "{}", row.name);
        close(&row.name, allocation.weights().as_slice(), &row.weights, 1e-10);
    }
}

/// Returns with two factors; assets in the order of the columns.
pub(crate) fn factor_returns(assets: usize, periods: usize, seed: u64) -> Returns {
    let mut random = Random::new(seed);
    let factors: Vec<[f64; 2]> = (0..periods).map(|_| [random.normal(), random.normal()]).collect();
    let mut values = Vec::with_capacity(assets * periods);
    for _ in 0..assets {
        let (a, b, scale) = (random.normal(), random.normal(), random.between(0.005, 0.02));
        values.extend(factors.iter().map(|factor| scale * (a * factor[0] + b * factor[1] + random.normal())));
    }
    Returns::from_column_slice(periods, assets, &values).unwrap()
}

/// The definition: each portfolio formed anew, and the tree walked from the root.
struct Oracle<'a> {
    returns: &'a Returns,
    risk: Risk,
    params: &'a HercParams,
    allocation: &'a HercAllocation,
    members: Vec<Vec<usize>>,
    clusters: Vec<Vec<usize>>,
    weights: Vec<f64>,
}

impl Oracle<'_> {
    fn own(&self, asset: usize) -> f64 {
        self.risk.risk(self.returns.column(asset)).unwrap().recip()
    }

    fn risk(&self, assets: &[usize]) -> f64 {
        let whole: f64 = assets.iter().map(|&asset| self.own(asset)).sum();
        let held = |period: usize| {
            let part = |asset: usize| self.returns.column(asset)[period] * self.own(asset) / whole;
            assets.iter().map(|&asset| part(asset)).sum()
        };
        let portfolio: Vec<f64> = (0..self.returns.observations()).map(held).collect();
        self.risk.risk(&portfolio).unwrap()
    }

    fn side(&self, node: usize) -> f64 {
        if self.params.division == Division::Assets {
            return self.risk(&self.members[node]);
        }
        let inside = |cluster: &&Vec<usize>| self.members[node].contains(&cluster[0]);
        self.clusters.iter().filter(inside).map(|cluster| self.risk(cluster)).sum()
    }

    fn divide(&mut self, node: usize, mass: f64) {
        let mut assets = self.members[node].clone();
        assets.sort_unstable();
        if self.clusters.contains(&assets) {
            let part = |asset: usize| match self.params.within {
                ClusterWeights::InverseRisk => self.own(asset),
                ClusterWeights::Equal => 1.0,
            };
            let parts: Vec<f64> = assets.iter().map(|&asset| part(asset)).collect();
            let whole: f64 = parts.iter().sum();
            assets.iter().zip(parts).for_each(|(&asset, part)| self.weights[asset] = mass * part / whole);
            return;
        }
        let dendrogram = self.allocation.dendrogram();
        let merge = dendrogram.merges()[node - dendrogram.leaves()];
        let share = match self.params.division {
            Division::Halves => 0.5,
            _ => self.side(merge.right) / (self.side(merge.left) + self.side(merge.right)),
        };
        self.divide(merge.left, share * mass);
        self.divide(merge.right, mass - share * mass);
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn weights_by_measures_equal_the_oracles(assets in 1_usize..=24, seed: u64, part in 0.0..1.0, which in 0_usize..8) {
        let returns = factor_returns(assets, 60, seed);
        let (covariance, risk) = (covariance(&returns), measured()[which]);
        let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
        let clusters = ClusterCount::Given(1 + (part * assets as f64) as usize);
        for (&linkage, &division) in
            [Linkage::Single, Linkage::Ward].iter().flat_map(|l| Division::ALL.iter().map(move |d| (l, d)))
        {
            for &within in ClusterWeights::ALL {
                let params = HercParams { linkage, clusters, risk, division, within, ..HercParams::default() };
                let allocation = Herc::new(params.clone()).unwrap().allocate_market(market).unwrap();
                assert_on_the_simplex(&allocation);
                let mut oracle = Oracle {
                    returns: &returns,
                    risk,
                    params: &params,
                    allocation: &allocation,
                    members: members(allocation.dendrogram()),
                    clusters: allocation.cut().members(),
                    weights: vec![0.0; assets],
                };
                oracle.divide(oracle.members.len() - 1, 1.0);
                close(&format!("{params:?}"), allocation.weights().as_slice(), &oracle.weights, REORDERED);
                for (cluster, assets) in allocation.clusters().iter().zip(&oracle.clusters) {
                    prop_assert!((cluster.risk - oracle.risk(assets)).abs() <= REORDERED * cluster.risk);
                }
            }
        }
    }

    #[test]
    fn renumbering_the_assets_renumbers_measured_weights(assets in 1_usize..=24, seed: u64, part in 0.0..1.0) {
        let returns = factor_returns(assets, 60, seed);
        let permutation = Random::new(seed).permutation(assets);
        let columns: Vec<f64> =
            permutation.iter().flat_map(|&asset| returns.column(asset).to_vec()).collect();
        let moved = Returns::from_column_slice(60, assets, &columns).unwrap();
        let clusters = ClusterCount::Given(1 + (part * assets as f64) as usize);
        for risk in measured() {
            for &division in Division::ALL {
                let params = HercParams { risk, clusters, division, ..HercParams::default() };
                let herc = Herc::new(params).unwrap();
                let weights = |returns: &Returns| {
                    let covariance = covariance(returns);
                    let market = Market { returns: Some(returns), ..Market::from(&covariance) };
                    herc.allocate_market(market).unwrap().weights().as_slice().to_vec()
                };
                let (before, after) = (weights(&returns), weights(&moved));
                let expected: Vec<f64> = permutation.iter().map(|&asset| before[asset]).collect();
                close("renumbered", &after, &expected, REORDERED);
            }
        }
    }

    #[test]
    fn into_kept_memory_is_the_same_to_the_last_bit(sizes in prop::array::uniform3(1_usize..=24), seed: u64) {
        let (mut scratch, mut kept) = (HercScratch::default(), HercAllocation::default());
        let mut measuring = RiskScratch::default();
        for (turn, assets) in sizes.into_iter().enumerate() {
            let returns = factor_returns(assets, 20 + assets, seed.wrapping_add(turn as u64));
            let covariance = covariance(&returns);
            let correlation = Codependence::from(&covariance.correlation().unwrap());
            let distances = correlation.distances(DistanceForm::Angular).unwrap();
            let market =
                Market { returns: Some(&returns), distances: Some(&distances), ..Market::from(&covariance) };
            for risk in measured().into_iter().chain([Risk::Variance, Risk::Equal]) {
                for &division in Division::ALL {
                    let herc = Herc::new(HercParams { risk, division, ..HercParams::default() }).unwrap();
                    herc.allocate_market_into(market, &mut scratch, &mut kept).unwrap();
                    prop_assert_eq!(&kept, &herc.allocate_market(market).unwrap());
                    herc.allocate_by_into((&risk, &mut measuring), market, &mut scratch, &mut kept).unwrap();
                    prop_assert_eq!(&kept, &herc.allocate_by(&risk, market).unwrap());
                }
            }
        }
    }
}

/// The distances of the correlations, given as they are, lead where they lead by themselves.
#[test]
fn given_distances_take_the_place_of_those_of_the_correlations() {
    let (_, covariance) = sample();
    let correlation = Codependence::from(&covariance.correlation().unwrap());
    let distances = correlation.distances(DistanceForm::Angular).unwrap();
    let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
    for (&linkage, &metric) in Linkage::ALL.iter().flat_map(|l| Metric::ALL.iter().map(move |m| (l, m))) {
        for &clusters in ClusterCount::ALL.iter().chain(&[ClusterCount::Given(3)]) {
            let herc = Herc::new(HercParams { linkage, metric, clusters, ..HercParams::default() }).unwrap();
            let given = herc.allocate_market(market).unwrap();
            let own = herc.allocate_market((&covariance).into()).unwrap();
            let what = format!("{linkage} {metric} {clusters}");
            assert_eq!(given.cut().labels(), own.cut().labels(), "{what}");
            assert_eq!(given.weights(), own.weights(), "{what}");
            close(&what, given.cut().scores(), own.cut().scores(), 1e-12);
        }
    }
}

/// What the covariance tells and what the returns tell is the same, where it is that of the sample.
#[test]
fn the_variance_of_the_returns_is_that_of_their_covariance() {
    let (returns, covariance) = sample();
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    for risk in [Risk::Variance, Risk::StandardDeviation, Risk::Equal] {
        for &division in Division::ALL {
            let herc = Herc::new(HercParams { risk, division, ..into(4) }).unwrap();
            let (told, measured) =
                (herc.allocate_market(market).unwrap(), herc.allocate_by(&risk, market).unwrap());
            close("weights", told.weights().as_slice(), measured.weights().as_slice(), 1e-14);
            assert_eq!((told.explain()[0].measure, measured.explain()[0].measure), (Some(risk), None));
        }
    }
}

/// By equal risk, a side counts its clusters: of three, the side of one gets two thirds.
#[test]
fn equal_risks_count_clusters() {
    let (_, covariance) = sample();
    let params = HercParams { risk: Risk::Equal, ..into(3) };
    let allocation = Herc::new(params).unwrap().allocate_market((&covariance).into()).unwrap();
    let mut weights: Vec<f64> = allocation.clusters().iter().map(|cluster| cluster.weight).collect();
    weights.sort_by(f64::total_cmp);
    close("clusters", &weights, &[1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0], 1e-15);
}

/// Two assets of worst losses of 2 % and 4 % that lose at different times, beside one that loses 1 %: together the two
/// lose `(2 · 2 %) / 3` at most, by weights of 2/3 and 1/3.
#[test]
fn three_assets_by_hand() {
    let columns = [[0.02, -0.02, 0.0, 0.0], [0.0, 0.0, 0.04, -0.04], [-0.01, 0.01, 0.01, -0.01]].concat();
    let returns = Returns::from_column_slice(4, 3, &columns).unwrap();
    let covariance =
        Covariance::from_column_slice(3, &[1.0, 0.9, 0.0, 0.9, 1.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    for &division in Division::ALL {
        let params = HercParams { risk: Risk::WorstRealisation, division, ..into(2) };
        let allocation = Herc::new(params).unwrap().allocate_market(market).unwrap();
        let risks: Vec<f64> = allocation.clusters().iter().map(|cluster| cluster.risk).collect();
        close("risks", &risks, &[0.04 / 3.0, 0.01], 1e-16);
        let pair = if division == Division::Halves { 0.5 } else { 3.0 / 7.0 };
        let expected = [pair * 2.0 / 3.0, pair / 3.0, 1.0 - pair];
        close("weights", allocation.weights().as_slice(), &expected, 1e-15);
    }
}

/// The least of all losses: negative for a portfolio whose parts lose at different times.
struct LeastLoss;

impl RiskMeasure for LeastLoss {
    type Scratch = ();
    type Error = RiskError;

    fn risk_into(&self, returns: &[f64], (): &mut ()) -> Result<f64, RiskError> {
        Ok(-returns.iter().fold(f64::INFINITY, |least, value| least.min(*value)))
    }
}

#[test]
fn what_a_measure_cannot_tell_is_refused() {
    let (returns, covariance) = sample();
    let herc = |risk| Herc::new(HercParams { risk, ..into(2) }).unwrap();
    let needed = herc(Risk::Mad).allocate_market(Market::from(&covariance)).unwrap_err();
    assert_eq!(needed, Error::ReturnsNeeded { risk: "mean absolute deviation" });
    let needed = herc(Risk::Mad).allocate_by(&Risk::Variance, Market::from(&covariance)).unwrap_err();
    assert_eq!(needed, Error::ReturnsNeeded { risk: "risk" });

    let two = Covariance::from_column_slice(2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
    let market = Market { returns: Some(&returns), ..Market::from(&two) };
    let length = InputError::LengthMismatch { what: "the list of series", expected: 2, actual: 8 };
    assert_eq!(herc(Risk::Mad).allocate_market(market).unwrap_err(), length.into());
    let three = DistanceMatrix::from_column_slice(3, &[0.0; 9]).unwrap();
    let market = Market { distances: Some(&three), ..Market::from(&two) };
    let length = InputError::LengthMismatch { what: "the matrix of distances", expected: 2, actual: 3 };
    assert_eq!(herc(Risk::Variance).allocate_market(market).unwrap_err(), length.into());

    let threshold =
        HercParams { risk: Risk::FirstLowerPartialMoment { threshold: f64::NAN }, ..HercParams::default() };
    let Err(Error::Input(InputError::OutOfRange { name: "the threshold", .. })) = Herc::new(threshold) else {
        unreachable!("the threshold is not a number")
    };

    // The second asset never loses.
    let gains = Returns::from_column_slice(3, 2, &[0.01, -0.02, 0.01, 0.01, 0.02, 0.03]).unwrap();
    let market = Market { returns: Some(&gains), ..Market::from(&two) };
    let confidence = Confidence::new(0.75).unwrap();
    let refused = herc(Risk::Cvar { confidence }).allocate_market(market).unwrap_err();
    let Error::AssetRisk { measure: "conditional value at risk", asset: 1, risk } = refused else {
        unreachable!("{refused}")
    };
    assert!((risk + 0.01).abs() < 1e-15);
    let named = refused.named(&Universe::new(["GOOD", "BEST"]).unwrap());
    assert!(named.starts_with("the conditional value at risk of BEST is -0.01"), "{named}");
    assert!(
        named.ends_with(", expected a positive number: its inverse is the weight in a cluster"),
        "{named}"
    );
}

#[test]
fn a_cluster_that_never_loses_is_refused() {
    let opposite = [0.03, -0.01, 0.03, -0.01, -0.01, 0.03, -0.01, 0.03];
    let third = [0.01, -0.02, -0.02, 0.01];
    let returns = Returns::from_column_slice(4, 3, &[&opposite[..], &third].concat()).unwrap();
    let covariance =
        Covariance::from_column_slice(3, &[1.0, 0.9, 0.0, 0.9, 1.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    for &division in Division::ALL {
        let herc = Herc::new(HercParams { division, ..into(2) }).unwrap();
        let refused = herc.allocate_by(&LeastLoss, market).unwrap_err();
        let Error::ClusterRisk { measure: "risk", first: 0, others: 1, risk } = refused else {
            unreachable!("{refused}")
        };
        assert!((risk + 0.01).abs() < 1e-15);
        let named = refused.named(&Universe::new(["AAPL", "MSFT", "TLT"]).unwrap());
        assert!(named.starts_with("the risk of the cluster of AAPL and 1 other is -0.0"), "{named}");
    }
}
