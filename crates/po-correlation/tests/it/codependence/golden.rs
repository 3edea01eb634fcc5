//! Cases written by `tests/data/generate_codependence.py` from independent libraries and naive formulas.

use po_core::{Codependence, CovarianceEstimator, DistanceForm, Returns};
use po_correlation::{
    Bins, CodependenceEstimator, DistanceCorrelation, DistanceCorrelationParams, DistanceStatistic,
    InformationParams, InformationScale, Kendall, LowerTailDependence, LowerTailDependenceParams,
    MutualInformation, SampleCovariance, Spearman, VariationOfInformation,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    sample: Vec<Sample>,
    case: Vec<Case>,
    distance: Vec<Distance>,
}

#[derive(Deserialize)]
struct Sample {
    name: String,
    observations: usize,
    assets: usize,
    returns: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    sample: String,
    estimator: String,
    setting: String,
    expected: Vec<f64>,
}

#[derive(Deserialize)]
struct Distance {
    sample: String,
    measure: String,
    form: String,
    expected: Vec<f64>,
}

/// Sums of at most some hundred thousand numbers in another order.
const REORDERED: f64 = 1e-12;

impl File {
    fn read() -> Self {
        toml::from_str(include_str!("../../data/codependence.toml")).unwrap()
    }

    fn returns(&self, name: &str) -> Returns {
        let sample = self.sample.iter().find(|sample| sample.name == name).unwrap();
        Returns::from_column_slice(sample.observations, sample.assets, &sample.returns).unwrap()
    }
}

fn bins(name: &str) -> Bins {
    match name {
        "number 12" => Bins::Number(12),
        "freedman-diaconis" => Bins::FreedmanDiaconis,
        "scott" => Bins::Scott,
        "sturges" => Bins::Sturges,
        "hacine-gharbi" => Bins::HacineGharbi,
        "hacine-gharbi-bivariate" => Bins::HacineGharbiBivariate,
        other => panic!("no rule {other}"),
    }
}

fn information(setting: &str) -> InformationParams {
    let (rule, scale) = setting.rsplit_once(' ').unwrap();
    let scale = match scale {
        "nats" => InformationScale::Nats,
        "normalised" => InformationScale::Normalised,
        other => panic!("no scale {other}"),
    };
    InformationParams { bins: bins(rule), scale }
}

fn estimate(case: &Case, returns: &Returns) -> Codependence {
    match case.estimator.as_str() {
        "distance-correlation" => {
            let statistic = match case.setting.as_str() {
                "biased" => DistanceStatistic::Biased,
                "bias-corrected" => DistanceStatistic::BiasCorrected,
                other => panic!("no statistic {other}"),
            };
            DistanceCorrelation::new(DistanceCorrelationParams { statistic }).estimate(returns)
        }
        "mutual-information" => MutualInformation::new(information(&case.setting)).unwrap().estimate(returns),
        "variation-of-information" => {
            VariationOfInformation::new(information(&case.setting)).unwrap().estimate(returns)
        }
        "lower-tail-dependence" => {
            let level = case.setting.parse().unwrap();
            LowerTailDependence::new(LowerTailDependenceParams { level }).unwrap().estimate(returns)
        }
        other => panic!("no estimator {other}"),
    }
    .unwrap()
}

fn compare(name: &str, actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len(), "{name}");
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!((actual - expected).abs() <= REORDERED, "{name}[{index}]: {actual} is not {expected}");
    }
}

#[test]
fn estimates_are_those_of_other_libraries() {
    let file = File::read();
    assert_eq!(file.case.len(), 69);
    for case in &file.case {
        let name = format!("{} {} of {}", case.estimator, case.setting, case.sample);
        compare(&name, estimate(case, &file.returns(&case.sample)).as_slice(), &case.expected);
    }
}

fn form(name: &str) -> DistanceForm {
    match name {
        "angular" => DistanceForm::Angular,
        "absolute-angular" => DistanceForm::AbsoluteAngular,
        "squared-angular" => DistanceForm::SquaredAngular,
        "complement" => DistanceForm::Complement,
        "negative-logarithm" => DistanceForm::NegativeLogarithm,
        other => panic!("no form {other}"),
    }
}

/// The correlation of an estimator of the covariance, as a codependence.
fn correlation<E: CovarianceEstimator>(estimator: &E, returns: &Returns) -> Codependence {
    Codependence::from(&estimator.estimate(returns).unwrap().correlation().unwrap())
}

#[test]
fn distances_are_those_of_other_libraries() {
    let file = File::read();
    assert_eq!(file.distance.len(), 15);
    for case in &file.distance {
        let returns = file.returns(&case.sample);
        let codependence = match case.measure.trim_start_matches("absolute ") {
            "pearson" => correlation(&SampleCovariance::default(), &returns),
            "spearman" => correlation(&Spearman::default(), &returns),
            "kendall" => correlation(&Kendall::default(), &returns),
            "distance-correlation" => DistanceCorrelation::default().estimate(&returns).unwrap(),
            "lower-tail-dependence" => LowerTailDependence::default().estimate(&returns).unwrap(),
            other => panic!("no measure {other}"),
        };
        let codependence =
            if case.measure.starts_with("absolute") { codependence.absolute() } else { codependence };
        let distances = codependence.distances(form(&case.form)).unwrap();
        compare(&format!("{} {}", case.measure, case.form), distances.as_slice(), &case.expected);
    }
}
