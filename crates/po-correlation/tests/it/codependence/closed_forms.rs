//! Cases that can be worked out by hand.

use po_core::{
    Codependence, CodependenceMeasure, Correlation, CovarianceEstimator, DistanceForm, DistanceMatrix,
    MissingPolicy, Panel, Returns,
};
use po_correlation::{
    Bins, CodependenceEstimator, DistanceCorrelation, DistanceCorrelationParams, DistanceStatistic,
    InformationParams, InformationScale, Kendall, LowerTailDependence, LowerTailDependenceParams,
    MutualInformation, Spearman, VariationOfInformation,
};

use crate::batch::random::{Random, factor_returns, returns};

/// A few roundings of numbers about one.
const ROUNDING: f64 = 1e-14;
/// The root of a rounding, where a difference of equal numbers is taken a root of.
const ROOT: f64 = 1e-7;

const STATISTICS: [DistanceStatistic; 2] = [DistanceStatistic::Biased, DistanceStatistic::BiasCorrected];

fn distance_correlation(statistic: DistanceStatistic, returns: &Returns) -> Codependence {
    DistanceCorrelation::new(DistanceCorrelationParams { statistic }).estimate(returns).unwrap()
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

/// Rising or falling, far from zero, in any unit.
#[test]
fn distance_correlation_is_one_on_a_line() {
    for observations in [4, 31, 32, 33, 500] {
        let x = factor_returns(observations, 1, 7);
        let mut entries = x.clone();
        entries.extend(x.iter().map(|x| 3.0 - 40.0 * x));
        entries.extend(x.iter().map(|x| 1e-9 * x));
        let sample = returns(observations, 3, &entries);
        for statistic in STATISTICS {
            for entry in distance_correlation(statistic, &sample).as_slice() {
                close(*entry, 1.0, 1e-12);
            }
        }
    }
}

/// Every value of one asset meets every value of the other: independence, in the sample too.
#[test]
fn distance_correlation_is_zero_on_a_full_grid() {
    let (x, y): (Vec<f64>, Vec<f64>) =
        (0..7).flat_map(|x| (0..9).map(move |y| (f64::from(x * x), f64::from(y)))).unzip();
    let sample = returns(63, 2, &[x, y].concat());
    close(distance_correlation(DistanceStatistic::Biased, &sample).as_slice()[1], 0.0, ROOT);
}

/// Two assets of two values each: distances are zero or one, and the distance correlation is the root of the
/// absolute correlation, squared: |φ|.
#[test]
fn distance_correlation_of_two_values_is_the_absolute_correlation() {
    let x = [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let y = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0];
    // Counts of the four corners: 1, 3, 5, 1.
    let phi = (1.0 * 1.0 - 3.0 * 5.0) / (4.0 * 6.0 * 6.0 * 4.0_f64).sqrt();
    let sample = returns(10, 2, &[x, y].concat());
    close(distance_correlation(DistanceStatistic::Biased, &sample).as_slice()[1], -phi, ROUNDING);
}

/// Independent assets: the corrected estimate is as often below zero as above, the other one never.
#[test]
fn the_bias_is_corrected() {
    let random = &mut Random::new(11);
    let entries: Vec<f64> = (0..50 * 40).map(|_| random.normal()).collect();
    let sample = returns(50, 40, &entries);
    let mean = |statistic| {
        let found = distance_correlation(statistic, &sample);
        let off = found.as_slice().iter().filter(|entry| **entry < 1.0);
        off.clone().sum::<f64>() / off.count() as f64
    };
    assert!(mean(DistanceStatistic::Biased) > 0.2);
    // 780 pairs, each with a standard deviation of about 1/50.
    assert!(mean(DistanceStatistic::BiasCorrected).abs() < 0.005);
}

fn information(bins: Bins, returns: &Returns) -> [Vec<f64>; 4] {
    let nats = InformationParams { bins, scale: InformationScale::Nats };
    let normalised = InformationParams { bins, ..InformationParams::default() };
    let mutual = |params| MutualInformation::new(params).unwrap().estimate(returns).unwrap();
    let variation = |params| VariationOfInformation::new(params).unwrap().estimate(returns).unwrap();
    [mutual(nats), mutual(normalised), variation(nats), variation(normalised)]
        .map(|codependence| codependence.as_slice().to_vec())
}

/// x takes four values, y says which half, z is independent of both.
#[test]
fn information_in_bits() {
    let x = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0];
    let y = [0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 3.0, 3.0];
    let z = [0.0, 3.0, 0.0, 3.0, 0.0, 3.0, 0.0, 3.0];
    let sample = returns(8, 3, &[x, y, z].concat());
    let [mutual, share, variation, distance] = information(Bins::Number(4), &sample);
    let bit = 2.0_f64.ln();
    let expected = [
        (mutual, [2.0 * bit, bit, 0.0, bit, bit, 0.0, 0.0, 0.0, bit]),
        (share, [1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0]),
        (variation, [0.0, bit, 3.0 * bit, bit, 0.0, 2.0 * bit, 3.0 * bit, 2.0 * bit, 0.0]),
        (distance, [0.0, 0.5, 1.0, 0.5, 0.0, 1.0, 1.0, 1.0, 0.0]),
    ];
    for (found, expected) in expected {
        found.iter().zip(expected).for_each(|(found, expected)| close(*found, expected, ROUNDING));
    }
}

/// With a bin for each observation, all of them apart, both entropies are the logarithm of their number.
#[test]
fn many_bins_tell_all_observations_apart() {
    let x: Vec<f64> = (0..50).map(f64::from).collect();
    let y: Vec<f64> = (0..50).map(|t| f64::from(t * 7 % 50)).collect();
    let sample = returns(50, 2, &[x, y].concat());
    for number in [50, 100, 65536] {
        let [mutual, share, variation, _] = information(Bins::Number(number), &sample);
        close(mutual[1], 50.0_f64.ln(), ROUNDING);
        close(share[1], 1.0, ROUNDING);
        close(variation[1], 0.0, ROUNDING);
    }
}

/// A return on the edge of two bins belongs to the upper one; the greatest belongs to the last.
#[test]
fn bins_are_closed_below() {
    let x = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
    let one_each: Vec<f64> = (0..11).map(|place| f64::from(place.min(9))).collect();
    let sample = returns(11, 2, &[x.to_vec(), one_each].concat());
    let [_, share, variation, _] = information(Bins::Number(10), &sample);
    close(share[1], 1.0, ROUNDING);
    close(variation[1], 0.0, ROUNDING);
}

/// As each rule works out for a sample of 1000 whose ranges, quartiles and deviations are known.
#[test]
fn rules_give_these_numbers_of_bins() {
    // Uniform on 0, 1, … 999: R = 999, IQR = 499.5, s² = (1000² - 1) / 12.
    let x: Vec<f64> = (0..1000).map(f64::from).collect();
    let sample = returns(1000, 1, &x);
    // FD: 999 · 10 / 999; Scott: 9990 / (3.4908 · 288.675) = 9.91; Sturges: 1 + log2 1000 = 10.97;
    // Hacine-Gharbi: z = 86.55.
    for (rule, number) in [
        (Bins::FreedmanDiaconis, 10),
        (Bins::Scott, 10),
        (Bins::Sturges, 11),
        (Bins::HacineGharbi, 15),
        (Bins::HacineGharbiBivariate, 15),
    ] {
        let found = information(rule, &sample)[0][0];
        assert_eq!(found.to_bits(), information(Bins::Number(number), &sample)[0][0].to_bits(), "{rule:?}");
    }
    // Uncorrelated to the bit: sqrt(1 + sqrt(1 + 24000)) / √2 = 8.83; on a falling line as for one asset.
    let y: Vec<f64> = (0..1000).map(|t: i32| f64::from((t - 500).abs().min((t - 499).abs()))).collect();
    let sample = returns(1000, 3, &[x.clone(), y, x.iter().map(|x| -x).collect()].concat());
    let found = information(Bins::HacineGharbiBivariate, &sample)[2].clone();
    assert_eq!(found[1].to_bits(), information(Bins::Number(9), &sample)[2][1].to_bits());
    assert_eq!(found[2].to_bits(), information(Bins::Number(15), &sample)[2][2].to_bits());
}

/// The size of a tail is what the decimal says: seven of a hundred at 0.07, though 0.07 · 100 is more in
/// binary digits.
#[test]
fn tails_have_the_size_of_their_level() {
    let x: Vec<f64> = (0..100).map(f64::from).collect();
    // The worst seven of one are the worst but one of the other.
    let y: Vec<f64> = (0..100).map(|t| f64::from((t + 99) % 100)).collect();
    let sample = returns(100, 2, &[x, y].concat());
    let tail = |level| {
        let estimator = LowerTailDependence::new(LowerTailDependenceParams { level }).unwrap();
        estimator.estimate(&sample).unwrap().as_slice()[1]
    };
    close(tail(0.07), 6.0 / 7.0, ROUNDING);
    close(tail(0.071), 7.0 / 8.0, ROUNDING);
    close(tail(0.001), 0.0, 0.0);
    close(tail(0.999), 1.0, ROUNDING);
}

/// Three worst returns of one asset are equal: all three are its tail, and the greater tail counts.
#[test]
fn ties_belong_to_the_tail() {
    let x = [-1.0, -1.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let y = [-9.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let sample = returns(10, 2, &[x, y].concat());
    let estimator = LowerTailDependence::new(LowerTailDependenceParams { level: 0.1 }).unwrap();
    let found = estimator.estimate(&sample).unwrap();
    assert_eq!(found.as_slice()[0].to_bits(), 1.0_f64.to_bits());
    close(found.as_slice()[1], 1.0 / 3.0, ROUNDING);
}

#[test]
fn each_form_is_its_formula() {
    let entries = [1.0, -0.6, -0.6, 1.0];
    let signed = Codependence::from_column_slice(CodependenceMeasure::Correlation, 2, &entries).unwrap();
    let absolute = signed.clone().absolute();
    assert_eq!(absolute.measure(), CodependenceMeasure::AbsoluteCorrelation);
    let of = |codependence: &Codependence, form| {
        let distances = codependence.distances(form).unwrap();
        assert_eq!((distances.len(), distances.as_slice()[0].to_bits()), (2, 0.0_f64.to_bits()), "{form:?}");
        distances.as_slice()[1]
    };
    close(of(&signed, DistanceForm::Angular), 0.8_f64.sqrt(), ROUNDING);
    close(of(&signed, DistanceForm::AbsoluteAngular), 0.4_f64.sqrt(), ROUNDING);
    close(of(&signed, DistanceForm::SquaredAngular), 0.8, ROUNDING);
    close(of(&signed, DistanceForm::Complement), 1.6_f64.sqrt(), ROUNDING);
    close(of(&absolute, DistanceForm::Complement), 0.4_f64.sqrt(), ROUNDING);
    close(of(&absolute, DistanceForm::NegativeLogarithm), -(0.6_f64.ln()), ROUNDING);
    let apart = [1.0, 0.0, 0.0, 1.0];
    let apart = Codependence::from_column_slice(CodependenceMeasure::LowerTailDependence, 2, &apart).unwrap();
    close(of(&apart, DistanceForm::NegativeLogarithm), 8.0 * 10.0_f64.ln(), ROUNDING);
    let distances = [0.0, 7.5, 7.5, 0.0];
    let given = Codependence::from_column_slice(CodependenceMeasure::Distance, 2, &distances).unwrap();
    close(of(&given, DistanceForm::Itself), 7.5, 0.0);
    assert_eq!(DistanceMatrix::from_column_slice(2, &distances).unwrap().as_slice(), distances);
}

/// Rounding in a matrix of one's own is taken out, and the lower triangle counts.
#[test]
fn rounding_is_taken_out() {
    let entries = [1.0 - 1e-12, 1.0 + 1e-11, 1.0, 1.0 + 1e-12];
    let found = Codependence::from_column_slice(CodependenceMeasure::Similarity, 2, &entries).unwrap();
    assert_eq!(found.as_slice(), [1.0; 4]);
    let entries = [1.0, 0.5 + 1e-12, 0.5, 1.0];
    let found = Codependence::from_column_slice(CodependenceMeasure::Similarity, 2, &entries).unwrap();
    assert_eq!(found.as_slice(), [1.0, 0.5 + 1e-12, 0.5 + 1e-12, 1.0]);
}

/// Only a correlation has a sign to lose.
#[test]
fn absolute_values_are_of_correlations() {
    let correlation = Correlation::from_column_slice(2, &[1.0, -0.25, -0.25, 1.0]).unwrap();
    assert_eq!(Codependence::from(&correlation).absolute().as_slice(), [1.0, 0.25, 0.25, 1.0]);
    let entries = [1.0, -0.25, -0.25, 1.0];
    let squared =
        Codependence::from_column_slice(CodependenceMeasure::SquaredDistanceCorrelation, 2, &entries)
            .unwrap();
    assert_eq!(squared.clone().absolute(), squared);
    // The second falls with the first, and the ranks say so.
    let sample = returns(4, 2, &[0.1, 0.2, 0.3, 0.9, -0.1, -0.2, -0.3, -9.0]);
    for covariance in [Spearman::default().estimate(&sample), Kendall::default().estimate(&sample)] {
        let signed = Codependence::from(&covariance.unwrap().correlation().unwrap());
        close(signed.as_slice()[1], -1.0, ROUNDING);
        close(signed.absolute().as_slice()[1], 1.0, ROUNDING);
    }
}

/// A panel under a policy gives what its complete part gives.
#[test]
fn policies_for_missing_values() {
    let nan = f64::NAN;
    let panel = [0.1, nan, 0.3, -0.2, 0.0, 0.2, 0.5, 0.1, -0.4, 0.3, 1.0, 2.0, 3.0, 4.0, nan];
    let panel = Panel::from_column_slice(5, 3, &panel).unwrap();
    let estimator = DistanceCorrelation::default();
    let (found, resolved) = estimator.estimate_panel(&panel, MissingPolicy::CompleteRows).unwrap();
    assert_eq!(resolved.rows, [0, 2, 3]);
    let rows = returns(3, 3, &[0.1, 0.3, -0.2, 0.2, 0.1, -0.4, 1.0, 3.0, 4.0]);
    assert_eq!(found, estimator.estimate(&rows).unwrap());
    let (found, resolved) = estimator.estimate_panel(&panel, MissingPolicy::CompleteAssets).unwrap();
    assert_eq!((resolved.assets, found.len()), (vec![1], 1));
}
