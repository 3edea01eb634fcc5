//! The limiting distribution of the goodness-of-fit statistics against the printed tables.

use po_tail::GoodnessStatistic;

/// The tables print three decimals, half a unit of which moves a p-value by up to this share of it.
const PRINTED: f64 = 0.02;

/// The upper-tail probabilities of the columns.
const TAILS: [f64; 8] = [0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];

/// Choulakian and Stephens (2001), table 2, both parameters fitted: shape, then the points of `A²`.
const ANDERSON_DARLING: [(f64, [f64; 8]); 10] = [
    (0.9, [0.339, 0.471, 0.641, 0.771, 0.905, 1.086, 1.226, 1.559]),
    (0.5, [0.356, 0.499, 0.685, 0.830, 0.978, 1.180, 1.336, 1.707]),
    (0.2, [0.376, 0.534, 0.741, 0.903, 1.069, 1.296, 1.471, 1.893]),
    (0.1, [0.386, 0.550, 0.766, 0.935, 1.110, 1.348, 1.532, 1.966]),
    (0.0, [0.397, 0.569, 0.796, 0.974, 1.158, 1.409, 1.603, 2.064]),
    (-0.1, [0.410, 0.591, 0.831, 1.020, 1.215, 1.481, 1.687, 2.176]),
    (-0.2, [0.426, 0.617, 0.873, 1.074, 1.283, 1.567, 1.788, 2.314]),
    (-0.3, [0.445, 0.649, 0.924, 1.140, 1.365, 1.672, 1.909, 2.475]),
    (-0.4, [0.468, 0.688, 0.985, 1.221, 1.465, 1.799, 2.058, 2.674]),
    (-0.5, [0.496, 0.735, 1.061, 1.321, 1.590, 1.958, 2.243, 2.922]),
];

#[test]
fn printed_points_have_their_probabilities() {
    for (shape, points) in ANDERSON_DARLING {
        for (point, tail) in points.into_iter().zip(TAILS) {
            let p = GoodnessStatistic::AndersonDarling.p_value(point, shape);
            assert!((p / tail - 1.0).abs() < PRINTED, "shape {shape}, point {point}: {p} is not {tail}");
        }
    }
}

#[test]
fn a_p_value_falls_from_one_to_zero() {
    for statistic in [GoodnessStatistic::AndersonDarling, GoodnessStatistic::CramerVonMises] {
        for shape in [-3.0, -0.5, -0.25, 0.0, 1e-9, 0.5, 1.0, 2.0] {
            let p = |value: f64| statistic.p_value(value, shape);
            assert_eq!((p(0.0), p(f64::INFINITY)), (1.0, 0.0));
            let falling: Vec<f64> = (1..200).map(|i| p(0.01 * f64::from(i))).collect();
            assert!(falling.windows(2).all(|pair| pair[1] <= pair[0] + 1e-11), "{statistic} {shape}");
            assert!(falling.iter().all(|p| (0.0..=1.0).contains(p)));
            // At its smallest the statistic is certain to be exceeded.
            assert!(p(1e-3) > 1.0 - 1e-6, "{statistic} {shape}: {}", p(1e-3));
        }
        // The recursion knows no case for an exponential tail.
        assert!((statistic.p_value(0.2, 1e-9) - statistic.p_value(0.2, 0.0)).abs() < 1e-8);
    }
}

/// The contour shrinks with the value, until its numbers are none.
#[test]
fn far_values_have_probabilities() {
    for statistic in [GoodnessStatistic::AndersonDarling, GoodnessStatistic::CramerVonMises] {
        for (value, expected) in [(1e-300, 1.0), (1e-7, 1.0), (1e7, 0.0), (1e300, 0.0), (f64::INFINITY, 0.0)]
        {
            assert_eq!(statistic.p_value(value, 0.2).to_bits(), f64::to_bits(expected), "{value}");
        }
        assert!(statistic.p_value(f64::NAN, 0.2).is_nan());
    }
}
