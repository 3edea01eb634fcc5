//! From returns to weights by each codependence: what the correlation crate estimates, the hierarchy crate clusters.

#![expect(clippy::unwrap_used, reason = "a test stops where its input is unsound")]

use po_engine::correlation::{
    Bins, CodependenceEstimator, DistanceCorrelation, DistanceCorrelationParams, Gerber, GerberParams,
    GerberStatistic, InformationParams, Kendall, LowerTailDependence, LowerTailDependenceParams, RankParams,
    SampleCovariance, Spearman, VariationOfInformation,
};
use po_engine::hrp::{Hrp, HrpParams, Market};
use po_engine::{Codependence, Covariance, CovarianceEstimator, DistanceForm, DistanceMatrix, Returns};
use serde::Deserialize;

/// Weights follow from the order of the leaves and from the covariance.
const WEIGHTS: f64 = 1e-10;

/// The reference rounds to eight digits, and some before a logarithm of 1/12 at the least.
const ROUNDED: f64 = 1e-7;

#[derive(Deserialize)]
struct File {
    observations: usize,
    assets: usize,
    returns: Vec<f64>,
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    codependence: String,
    source: String,
    distances: Vec<f64>,
    weights: Vec<f64>,
}

fn correlation(covariance: &Covariance) -> Codependence {
    Codependence::from(&covariance.correlation().unwrap())
}

fn gerber(returns: &Returns, statistic: GerberStatistic) -> Codependence {
    let params = GerberParams { statistic, ..GerberParams::default() };
    correlation(&Gerber::new(params).unwrap().estimate(returns).unwrap())
}

/// What stands for a codependence of the reference.
fn estimated(name: &str, returns: &Returns) -> DistanceMatrix {
    let sample = |returns: &Returns| correlation(&SampleCovariance::default().estimate(returns).unwrap());
    let spearman = || correlation(&Spearman::new(RankParams::default()).estimate(returns).unwrap());
    let kendall = || correlation(&Kendall::new(RankParams::default()).estimate(returns).unwrap());
    let (codependence, form) = match name {
        "pearson" => (sample(returns), DistanceForm::Angular),
        "spearman" => (spearman(), DistanceForm::Angular),
        "kendall" => (kendall(), DistanceForm::Angular),
        "gerber1" => (gerber(returns, GerberStatistic::Gs1), DistanceForm::Angular),
        "gerber2" => (gerber(returns, GerberStatistic::Gs2), DistanceForm::Angular),
        "abs_pearson" => (sample(returns).absolute(), DistanceForm::Complement),
        "abs_spearman" => (spearman().absolute(), DistanceForm::Complement),
        "abs_kendall" => (kendall().absolute(), DistanceForm::Complement),
        "distance" => {
            let estimator = DistanceCorrelation::new(DistanceCorrelationParams::default());
            (estimator.estimate(returns).unwrap(), DistanceForm::Complement)
        }
        "mutual_info" => {
            let params = InformationParams { bins: Bins::Number(8), ..InformationParams::default() };
            let estimator = VariationOfInformation::new(params).unwrap();
            (estimator.estimate(returns).unwrap(), DistanceForm::Itself)
        }
        "tail" => {
            let estimator = LowerTailDependence::new(LowerTailDependenceParams::default()).unwrap();
            (estimator.estimate(returns).unwrap(), DistanceForm::NegativeLogarithm)
        }
        // A covariance of one's own: that of the first half of the sample.
        _ => {
            let half = returns.observations() / 2;
            let entries: Vec<f64> =
                (0..returns.assets()).flat_map(|asset| returns.column(asset)[..half].to_vec()).collect();
            let half = Returns::from_column_slice(half, returns.assets(), &entries).unwrap();
            (sample(&half), DistanceForm::Angular)
        }
    };
    codependence.distances(form).unwrap()
}

#[test]
fn every_codependence_leads_to_the_weights_of_another_library() {
    let file: File = toml::from_str(include_str!("../data/codependence.toml")).unwrap();
    assert_eq!(file.expected.len(), 12);
    let returns = Returns::from_column_slice(file.observations, file.assets, &file.returns).unwrap();
    let covariance = SampleCovariance::default().estimate(&returns).unwrap();
    let hrp = Hrp::new(HrpParams::default()).unwrap();
    for Expected { codependence, source, distances: theirs, weights } in &file.expected {
        let distances = estimated(codependence, &returns);
        for (actual, expected) in distances.as_slice().iter().zip(theirs) {
            assert!((actual - expected).abs() <= ROUNDED, "{codependence}: {actual} is not {expected}");
        }
        let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
        let allocation = hrp.allocate_market(market).unwrap();
        for (actual, expected) in allocation.weights().as_slice().iter().zip(weights) {
            assert!((actual - expected).abs() <= WEIGHTS, "{source}: {actual} is not {expected}");
        }
    }
}
