//! `--covariance` and `--half-life`: each name is the estimator it says.

use po_cli::data::{ReadOptions, Source, read};
use po_engine::correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, Dcc, DccLikelihood, DccParams, DccTarget, Decay, DenoisedCovariance,
    DenoisedCovarianceParams, EwmaCovariance, EwmaCovarianceParams, Gerber, GerberParams, Kendall,
    LedoitWolf, LedoitWolfParams, MinimumCovarianceDeterminant, MinimumCovarianceDeterminantParams,
    NonlinearShrinkage, Oas, OasParams, RankParams, SemiCovariance, SemiCovarianceParams, ShrinkageTarget,
    Spearman,
};
use po_engine::nalgebra::DMatrix;
use po_engine::{Covariance, CovarianceEstimator, MissingPolicy, Panel, Returns, StreamingEstimator};

use crate::optima::{PRICES, folder, object};
use crate::po::{Done, Folder};

/// Numbers that are computed alike differ by the rounding of the square roots that are taken of them.
const SAME: f64 = 1e-12;

/// The returns that the command estimates from.
pub(crate) fn returns() -> Returns {
    let source = Source::Stream { name: "prices".to_owned(), reader: Box::new(PRICES.as_bytes()) };
    let table = read(source, &ReadOptions::default()).unwrap();
    let (rows, cols) = (table.dates().len(), table.names().len());
    let prices = DMatrix::from_fn(rows, cols, |row, col| table.column(col)[row]);
    let panel = Panel::new(prices).unwrap().simple_returns().unwrap();
    panel.resolve(MissingPolicy::CompleteRows).unwrap().returns
}

/// Each name with what the library estimates under it.
fn estimates(returns: &Returns) -> Vec<(&'static str, Covariance)> {
    let shrunk = |target| {
        LedoitWolf::new(LedoitWolfParams { target, ..LedoitWolfParams::default() }).estimate(returns).unwrap()
    };
    let ewma = EwmaCovariance::new(EwmaCovarianceParams::default()).unwrap();
    let denoised = DenoisedCovariance::new(DenoisedCovarianceParams::default()).unwrap();
    let gerber = Gerber::new(GerberParams::default()).unwrap();
    let robust = MinimumCovarianceDeterminant::new(MinimumCovarianceDeterminantParams::default()).unwrap();
    let semi = SemiCovariance::new(SemiCovarianceParams::default()).unwrap();
    let dcc = Dcc::new(DccParams::default()).fit(returns).unwrap().filter(returns).unwrap();
    let (likelihood, target) = (DccLikelihood::Contiguous, DccTarget::Shrunk);
    let of_many = DccParams { likelihood, target, ..DccParams::default() };
    let of_many = Dcc::new(of_many).fit(returns).unwrap().filter(returns).unwrap();
    let mut adaptive = AdaptiveEwma::new(AdaptiveEwmaParams::default(), returns.assets()).unwrap();
    for row in returns.as_view().row_iter() {
        adaptive.update(&row.iter().copied().collect::<Vec<_>>()).unwrap();
    }
    let mut adapted = Covariance::default();
    adaptive.covariance_into(&mut adapted).unwrap();
    vec![
        ("adaptive-ewma", adapted),
        ("sample", returns.covariance().unwrap()),
        ("ewma", ewma.estimate(returns).unwrap()),
        ("ledoit-wolf", shrunk(ShrinkageTarget::Identity)),
        ("constant-correlation", shrunk(ShrinkageTarget::ConstantCorrelation)),
        ("single-factor", shrunk(ShrinkageTarget::SingleFactor)),
        ("oas", Oas::new(OasParams::default()).estimate(returns).unwrap()),
        ("nonlinear", NonlinearShrinkage::new().estimate(returns).unwrap()),
        ("denoised", denoised.estimate(returns).unwrap()),
        ("gerber", gerber.estimate(returns).unwrap()),
        ("spearman", Spearman::new(RankParams::default()).estimate(returns).unwrap()),
        ("kendall", Kendall::new(RankParams::default()).estimate(returns).unwrap()),
        ("minimum-determinant", robust.estimate(returns).unwrap()),
        ("semi", semi.estimate(returns).unwrap()),
        ("dcc", dcc.covariance().unwrap()),
        ("dcc-nonlinear", of_many.covariance().unwrap()),
    ]
}

#[test]
fn each_name_is_its_estimator() {
    let folder = folder();
    for (name, covariance) in estimates(&returns()) {
        let done = folder.po(&["correlation", "prices.csv", "--covariance", name, "--output", "json"]).json();
        assert_eq!(done["covariance"], name);
        let order: Vec<usize> = serde_json::from_value(done["order"].clone()).unwrap();
        let matrix: Vec<Vec<f64>> = serde_json::from_value(done["matrix"].clone()).unwrap();
        let correlation = covariance.correlation().unwrap();
        for (row, &left) in order.iter().enumerate() {
            for (col, &right) in order.iter().enumerate() {
                let distance = matrix[row][col] - correlation.as_view()[(left, right)];
                assert!(distance.abs() < SAME, "{name}, {row}, {col}: {distance}");
            }
            let volatility = covariance.volatilities()[left] * 252.0_f64.sqrt();
            let actual = done["volatilities"][done["names"][row].as_str().unwrap()].as_f64().unwrap();
            assert!((actual - volatility).abs() < SAME, "{name}, {row}: {actual} {volatility}");
        }
    }
}

#[test]
fn all_commands_take_the_estimator() {
    let folder = folder();
    let done = object(&folder, &["--method", "min-variance", "--covariance", "oas"]);
    assert_eq!(done["covariance"], "oas");
    assert_ne!(done["weights"], object(&folder, &["--method", "min-variance"])["weights"]);
    let frontier = folder.po(&["frontier", "prices.csv", "--covariance", "oas", "-o", "json"]).json();
    let volatility = |value: &serde_json::Value| value.as_f64().unwrap();
    let distance = volatility(&frontier["minimum_variance"]["volatility"])
        - volatility(&done["risk"]["volatility_annualised"]);
    // Two programmes, each solved to its own tolerances.
    assert!(distance.abs() < 1e-8, "{distance}");
    let table = folder.po(&["allocate", "prices.csv", "--covariance", "ledoit-wolf"]).out;
    assert!(table.contains("\ncovariance by ledoit-wolf\n"), "{table}");
    let table = folder.po(&["allocate", "prices.csv"]).out;
    assert!(!table.contains("covariance by"), "{table}");
}

#[test]
fn a_half_life_is_that_of_the_weights() {
    let returns = returns();
    let folder = folder();
    for half_life in [3.0, 60.0] {
        let volatility = Decay::HalfLife(half_life);
        let params = EwmaCovarianceParams { volatility, ..EwmaCovarianceParams::default() };
        let covariance = EwmaCovariance::new(params).unwrap().estimate(&returns).unwrap();
        let text = half_life.to_string();
        let done =
            object(&folder, &["--covariance", "ewma", "--half-life", &text, "--method", "inverse-variance"]);
        let inverse: Vec<f64> = covariance.volatilities().iter().map(|own| 1.0 / (own * own)).collect();
        let total: f64 = inverse.iter().sum();
        for (name, inverse) in ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"].iter().zip(inverse) {
            let weight = done["weights"][name].as_f64().unwrap();
            assert!((weight - inverse / total).abs() < SAME, "{name}: {weight}");
        }
    }
}

#[test]
fn a_configuration_file_has_both() {
    let config = "prices = \"prices.csv\"\ncovariance = \"ewma\"\nhalf-life = 20\noutput = \"json\"\n";
    let folder = Folder::with("prices.csv", PRICES).and("po.toml", config);
    let from_file = folder.po(&["allocate", "-c", "po.toml"]).json();
    assert_eq!(from_file, object(&folder, &["--covariance", "ewma", "--half-life", "20"]));
    let folder = Folder::with("po.toml", "covariance = \"ledoit\"\n");
    let done = folder.po(&["allocate", "-c", "po.toml"]);
    assert!(
        done.err.starts_with("error: po.toml, line 1: \"ledoit\" is unknown, did you mean \"ledoit-wolf\"?"),
        "{}",
        done.err
    );
}

#[test]
fn slips_are_answered() {
    let folder = folder();
    let refused = |args: &[&str], message: &str| {
        let done = folder.po(&[&["allocate", "prices.csv"], args].concat());
        assert!(done.err.ends_with(&format!("error: {message}\n")), "{}", done.err);
        assert_eq!(done.status, 2);
    };
    refused(&["--half-life", "20"], "--half-life needs --covariance ewma");
    refused(&["--half-life", "20", "--covariance", "dcc"], "--half-life needs --covariance ewma");
    for value in ["0", "-3", "NaN"] {
        refused(
            &["--covariance", "ewma", &format!("--half-life={value}")],
            &format!("the half-life is {value}, expected a number of bars in [0.01, 1e9]"),
        );
    }
    let unknown: Done = folder.po(&["allocate", "prices.csv", "--covariance", "shrunk"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("[possible values: sample, ewma, "), "{}", unknown.err);
}

#[test]
fn what_no_estimator_can_do_is_told_by_name() {
    let still = "date,A,B\n2024-01-01,1,5\n2024-01-02,2,5\n2024-01-03,1,5\n2024-01-04,2,5\n2024-01-05,3,5\n";
    let folder = Folder::with("prices.csv", still);
    for (kind, message) in [
        ("gerber", "the variance of B is zero, expected a positive number"),
        ("dcc", "the returns for a model of variance: 4, expected at least 20"),
    ] {
        let done = folder.po(&["allocate", "prices.csv", "--covariance", kind]);
        assert!(done.err.ends_with(&format!("error: {message}\n")), "{kind}: {}", done.err);
        assert_eq!(done.status, 2);
    }
    let huge = "date,A,B\n2024-01-01,1,1e-200\n2024-01-02,2,1\n2024-01-03,1,6\n";
    let done = Folder::with("prices.csv", huge).po(&["allocate", "prices.csv", "--covariance", "sample"]);
    assert!(
        done.err.ends_with("error: the covariance of B is too large to compute with, expected returns of common size: are its values right?\n"),
        "{}",
        done.err
    );
}
