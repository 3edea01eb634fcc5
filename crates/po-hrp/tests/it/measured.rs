//! Measures of risk in the bisection: other libraries, an oracle, closed forms, and what is refused.

use po_core::{
    Codependence, Confidence, Covariance, DistanceForm, DistanceMatrix, InputError, Returns, Risk,
};
use po_core::{RiskError, RiskMeasure, Universe};
use po_hrp::{Error, Hrp, HrpParams, HrpScratch, LeafOrder, Linkage, Market, Metric};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    observations: usize,
    assets: usize,
    returns: Vec<f64>,
    #[cfg(feature = "serde")]
    expected: Vec<Expected>,
    codependence: Vec<Codependent>,
}

#[derive(Deserialize)]
struct Codependent {
    name: String,
    distances: Vec<f64>,
    weights: Vec<f64>,
}

/// A measure is read by its name, which takes the feature.
#[cfg(feature = "serde")]
#[derive(Deserialize)]
struct Expected {
    risk: toml::Value,
    sources: Vec<String>,
    weights: Vec<f64>,
    tolerance: f64,
}

fn sample() -> (File, Returns, Covariance) {
    let file: File = toml::from_str(include_str!("../data/risk.toml")).unwrap();
    let returns = Returns::from_column_slice(file.observations, file.assets, &file.returns).unwrap();
    let covariance = covariance(&returns);
    (file, returns, covariance)
}

/// The sample covariance, as a textbook has it.
pub(crate) fn covariance(returns: &Returns) -> Covariance {
    let (assets, periods) = (returns.assets(), returns.observations() as f64);
    let mean = |asset: usize| returns.column(asset).iter().sum::<f64>() / periods;
    let entry = |row: usize, col: usize| {
        let pairs = returns.column(row).iter().zip(returns.column(col));
        pairs.map(|(a, b)| (a - mean(row)) * (b - mean(col))).sum::<f64>() / (periods - 1.0)
    };
    let entries: Vec<f64> = (0..assets * assets).map(|k| entry(k % assets, k / assets)).collect();
    Covariance::from_column_slice(assets, &entries).unwrap()
}

fn hrp(risk: Risk) -> Hrp {
    Hrp::new(HrpParams { risk, ..HrpParams::default() }).unwrap()
}

fn confidence(value: f64) -> Confidence {
    Confidence::new(value).unwrap()
}

/// One of each kind that needs returns.
pub(crate) fn measured() -> Vec<Risk> {
    let (confidence, compounding) = (confidence(0.9), Default::default());
    vec![
        Risk::Mad,
        Risk::SemiDeviation,
        Risk::GiniMeanDifference,
        Risk::Cvar { confidence },
        Risk::Evar { confidence },
        Risk::WorstRealisation,
        Risk::MaximumDrawdown { compounding },
        Risk::UlcerIndex { compounding },
    ]
}

#[cfg(feature = "serde")]
#[test]
fn weights_are_those_of_other_libraries() {
    let (file, returns, covariance) = sample();
    assert_eq!(file.expected.len(), 35);
    for Expected { risk, sources, weights, tolerance } in &file.expected {
        let risk: Risk = risk.clone().try_into().unwrap();
        let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
        let allocation = hrp(risk).allocate_market(market).unwrap();
        for (actual, expected) in allocation.weights().as_slice().iter().zip(weights) {
            assert!((actual - expected).abs() <= *tolerance, "{sources:?}: {actual} is not {expected}");
        }
    }
}

#[test]
fn distances_that_are_given_are_clustered_as_by_another_library() {
    let (file, _, covariance) = sample();
    let plain = hrp(Risk::Variance).allocate_market(Market::from(&covariance)).unwrap();
    let mut others = 0;
    for Codependent { name, distances, weights } in &file.codependence {
        let distances = DistanceMatrix::from_column_slice(file.assets, distances).unwrap();
        let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
        let allocation = hrp(Risk::Variance).allocate_market(market).unwrap();
        for (actual, expected) in allocation.weights().as_slice().iter().zip(weights) {
            assert!((actual - expected).abs() <= 1e-10, "{name}: {actual} is not {expected}");
        }
        others += usize::from(allocation.weights() != plain.weights());
    }
    assert!(file.codependence.len() == 12 && others >= 3, "{others} differ from those of the correlations");
}

/// The distances of the correlations, given as they are, lead where they lead by themselves.
#[test]
fn given_distances_take_the_place_of_those_of_the_correlations() {
    let (_, _, covariance) = sample();
    let correlation = Codependence::from(&covariance.correlation().unwrap());
    let distances = correlation.distances(DistanceForm::Angular).unwrap();
    for (&linkage, &metric) in Linkage::ALL.iter().flat_map(|l| Metric::ALL.iter().map(move |m| (l, m))) {
        for &leaf_order in LeafOrder::ALL {
            let params = HrpParams { linkage, metric, leaf_order, ..HrpParams::default() };
            let hrp = Hrp::new(params).unwrap();
            let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
            let (given, own) =
                (hrp.allocate_market(market).unwrap(), hrp.allocate_market((&covariance).into()).unwrap());
            assert_eq!(given.leaf_order(), own.leaf_order(), "{linkage} {metric} {leaf_order}");
            assert_eq!(given.weights(), own.weights(), "{linkage} {metric} {leaf_order}");
            for (given, own) in given.dendrogram().merges().iter().zip(own.dendrogram().merges()) {
                assert!((given.height - own.height).abs() <= 1e-14, "{linkage} {metric} {leaf_order}");
            }
        }
    }
}

#[test]
fn distances_that_do_not_fit_are_refused() {
    let (_, _, covariance) = sample();
    let two = DistanceMatrix::from_column_slice(2, &[0.0, 1.0, 1.0, 0.0]).unwrap();
    let market = Market { distances: Some(&two), ..Market::from(&covariance) };
    let length = InputError::LengthMismatch { what: "the matrix of distances", expected: 8, actual: 2 };
    assert_eq!(hrp(Risk::Variance).allocate_market(market).unwrap_err(), length.into());

    let far = DistanceMatrix::from_column_slice(2, &[0.0, 1e151, 1e151, 0.0]).unwrap();
    let covariance = Covariance::from_column_slice(2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
    let market = Market { distances: Some(&far), ..Market::from(&covariance) };
    let expected = "a number in [0, 1e150]";
    let range = InputError::OutOfRange { name: "a distance", value: 1e151, expected };
    assert_eq!(hrp(Risk::Variance).allocate_market(market).unwrap_err(), range.into());
}

/// The share of each split by portfolios that are formed anew for each of its halves.
#[test]
fn splits_are_those_of_portfolios_formed_one_by_one() {
    let (_, returns, covariance) = sample();
    for linkage in [Linkage::Single, Linkage::Ward] {
        for risk in measured() {
            let params = HrpParams { linkage, leaf_order: LeafOrder::Optimal, risk, ..HrpParams::default() };
            let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
            let allocation = Hrp::new(params).unwrap().allocate_market(market).unwrap();
            let of_cluster = |cluster: &[usize]| {
                let inverse = |&asset: &usize| risk.risk(returns.column(asset)).unwrap().recip();
                let whole: f64 = cluster.iter().map(inverse).sum();
                let portfolio = (0..returns.observations()).map(|period| {
                    let weighted = |asset: &usize| returns.column(*asset)[period] * inverse(asset) / whole;
                    cluster.iter().map(weighted).sum()
                });
                risk.risk(&portfolio.collect::<Vec<f64>>()).unwrap()
            };
            let splits = allocation.explain();
            assert_eq!(splits.len(), 7);
            for split in splits {
                let (left, right) = (of_cluster(&split.left), of_cluster(&split.right));
                assert!((split.risk_left - left).abs() <= 1e-12 * left, "{risk} {linkage}");
                assert!((split.risk_right - right).abs() <= 1e-12 * right, "{risk} {linkage}");
                assert!((split.share_left - right / (left + right)).abs() <= 1e-12, "{risk} {linkage}");
            }
        }
    }
}

/// What the covariance tells and what the returns tell is the same, where it is that of the sample.
#[test]
fn the_variance_of_the_returns_is_that_of_their_covariance() {
    let (_, returns, covariance) = sample();
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    for risk in [Risk::Variance, Risk::StandardDeviation, Risk::Equal] {
        let told = hrp(risk).allocate_market(Market::from(&covariance)).unwrap();
        let measured = hrp(Risk::Variance).allocate_by(&risk, market).unwrap();
        for (told, measured) in told.weights().as_slice().iter().zip(measured.weights().as_slice()) {
            assert!((told - measured).abs() <= 1e-14, "{risk}: {told} is not {measured}");
        }
        for (told, measured) in told.explain().iter().zip(measured.explain()) {
            assert!((told.risk_left - measured.risk_left).abs() <= 1e-14 * told.risk_left, "{risk}");
        }
    }
}

#[test]
fn equal_risks_halve_each_cluster() {
    let (_, _, covariance) = sample();
    let allocation = hrp(Risk::Equal).allocate_market(Market::from(&covariance)).unwrap();
    assert_eq!(allocation.weights().as_slice(), [0.125; 8]);
}

#[test]
fn a_half_without_risk_gets_all_and_two_of_them_share() {
    let losses = [0.01, -0.02, 0.03, -0.02, 0.01, -0.02];
    // Two assets that cancel each other, beside a third one that does not.
    let opposite = losses.map(|value| -value);
    let third = [0.02, 0.01, -0.01, -0.03, 0.02, 0.01];
    let returns = Returns::from_column_slice(6, 4, &[losses, opposite, third, third].concat()).unwrap();
    let matrix = [1.0, 0.9, 0.0, 0.0, 0.9, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.9, 0.0, 0.0, 0.9, 1.0_f64];
    let covariance = Covariance::from_column_slice(4, &matrix).unwrap();
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    let allocation = hrp(Risk::Mad).allocate_market(market).unwrap();
    assert_eq!(allocation.weights().as_slice(), [0.5, 0.5, 0.0, 0.0]);
}

#[test]
fn into_kept_memory_is_the_same_to_the_last_bit() {
    let (_, returns, covariance) = sample();
    let (mut scratch, mut allocation) = (HrpScratch::default(), Default::default());
    for risk in measured().into_iter().chain([Risk::Variance]) {
        let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
        hrp(risk).allocate_market_into(market, &mut scratch, &mut allocation).unwrap();
        assert_eq!(allocation, hrp(risk).allocate_market(market).unwrap(), "{risk}");
        let measure = (&risk, &mut Default::default());
        hrp(Risk::Equal).allocate_by_into(measure, market, &mut scratch, &mut allocation).unwrap();
        assert_eq!(allocation, hrp(Risk::Equal).allocate_by(&risk, market).unwrap(), "{risk}");
    }
}

#[test]
fn one_asset_holds_all() {
    let returns = Returns::from_column_slice(3, 1, &[0.01, -0.02, 0.01]).unwrap();
    let covariance = covariance(&returns);
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    let allocation = hrp(Risk::Mad).allocate_market(market).unwrap();
    assert_eq!(allocation.weights().as_slice(), [1.0]);
    assert!(allocation.explain().is_empty());
}

#[test]
fn what_a_measure_cannot_tell_is_refused() {
    let (_, returns, covariance) = sample();
    let needed = hrp(Risk::Mad).allocate_market(Market::from(&covariance)).unwrap_err();
    assert_eq!(needed, Error::ReturnsNeeded { risk: "mean absolute deviation" });
    assert_eq!(
        needed.to_string(),
        "the mean absolute deviation of a cluster follows from returns, expected those of the assets beside their covariance"
    );
    let needed = hrp(Risk::Mad).allocate_by(&Risk::Variance, Market::from(&covariance)).unwrap_err();
    assert_eq!(needed, Error::ReturnsNeeded { risk: "risk" });

    let two = Covariance::from_column_slice(2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
    let market = Market { returns: Some(&returns), ..Market::from(&two) };
    let length = InputError::LengthMismatch { what: "the list of series", expected: 2, actual: 8 };
    assert_eq!(hrp(Risk::Mad).allocate_market(market).unwrap_err(), length.into());

    let refused = Hrp::new(HrpParams {
        risk: Risk::FirstLowerPartialMoment { threshold: f64::NAN },
        ..HrpParams::default()
    });
    let Err(Error::Input(InputError::OutOfRange { name: "the threshold", .. })) = refused else {
        panic!("{refused:?}")
    };

    // The second asset never loses.
    let gains = Returns::from_column_slice(3, 2, &[0.01, -0.02, 0.01, 0.01, 0.02, 0.03]).unwrap();
    let market = Market { returns: Some(&gains), ..Market::from(&two) };
    let refused = hrp(Risk::WorstRealisation).allocate_market(market).unwrap_err();
    assert_eq!(refused, Error::AssetRisk { measure: "worst realisation", asset: 1, risk: -0.01 });
    assert_eq!(
        refused.named(&Universe::new(["GOOD", "BEST"]).unwrap()),
        "the worst realisation of BEST is -0.01, expected a positive number: its inverse is the weight in a cluster"
    );
    let refused = hrp(Risk::Mad).allocate_by(&Risk::WorstRealisation, market).unwrap_err();
    assert_eq!(refused, Error::AssetRisk { measure: "risk", asset: 1, risk: -0.01 });

    // A loss of everything cannot compound.
    let lost = Returns::from_column_slice(3, 2, &[0.01, -0.02, 0.01, 0.01, -1.0, 0.03]).unwrap();
    let market = Market { returns: Some(&lost), ..Market::from(&two) };
    let compounded = Risk::MaximumDrawdown { compounding: po_core::Compounding::Compounded };
    let refused = hrp(compounded).allocate_market(market).unwrap_err();
    let problem = RiskError::TotalLoss { period: 1, value: -1.0 };
    let measure = "maximum drawdown";
    assert_eq!(refused, Error::Risk { measure, first: 1, others: 0, problem });
    let universe = Universe::new(["GOOD", "BAD"]).unwrap();
    assert_eq!(
        refused.named(&universe),
        "the maximum drawdown of BAD cannot be told: the return of period 1 is -1, expected more than -1 where returns compound"
    );
}

/// The least of all losses: negative for a portfolio whose parts lose at different times.
struct LeastLoss;

impl RiskMeasure for LeastLoss {
    type Scratch = ();
    type Error = RiskError;

    fn risk_into(&self, returns: &[f64], (): &mut ()) -> Result<f64, RiskError> {
        let worst = returns.iter().fold(f64::INFINITY, |least, value| least.min(*value));
        Ok(-worst)
    }
}

#[test]
fn a_cluster_that_never_loses_is_refused() {
    let opposite = [0.03, -0.01, 0.03, -0.01, -0.01, 0.03, -0.01, 0.03];
    let other = [0.01, -0.02, -0.02, 0.01];
    let returns = Returns::from_column_slice(4, 4, &[&opposite[..], &other, &other].concat()).unwrap();
    let matrix = [1.0, 0.9, 0.0, 0.0, 0.9, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.9, 0.0, 0.0, 0.9, 1.0_f64];
    let covariance = Covariance::from_column_slice(4, &matrix).unwrap();
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    let refused = hrp(Risk::Variance).allocate_by(&LeastLoss, market).unwrap_err();
    let Error::ClusterRisk { measure: "risk", first: 0, others: 1, risk } = refused else {
        panic!("{refused}")
    };
    assert!((risk + 0.01).abs() < 1e-15);
    assert!(refused.to_string().starts_with("the risk of the cluster of asset 0 and 1 other is -0.0"));
    let refused = hrp(Risk::WorstRealisation).allocate_market(market).unwrap_err();
    let Error::ClusterRisk { measure: "worst realisation", first: 0, others: 1, risk } = refused else {
        panic!("{refused}")
    };
    assert!((risk + 0.01).abs() < 1e-15);
}
