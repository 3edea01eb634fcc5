//! Figures that stand in papers and books.

use po_tail::{
    AcerbiSzekelyParams, Forecasts, MonteCarlo, ShortfallNull, Transitions, Z2_RED, Z2_YELLOW, Zone,
    acerbi_szekely, kupiec, kupiec_region, traffic_light,
};

use super::{close, confidence};

#[test]
fn kupiec_regions_are_those_of_the_paper() {
    // Kupiec (1995), also Jorion (2007), table 6.2: the numbers strictly between are not rejected.
    let printed = [
        (0.99, [(0, 7), (1, 11), (4, 17)]),
        (0.975, [(2, 12), (6, 21), (15, 36)]),
        (0.95, [(6, 21), (16, 36), (37, 65)]),
        (0.925, [(11, 28), (27, 51), (59, 92)]),
        (0.9, [(16, 36), (38, 65), (81, 120)]),
    ];
    for (level, regions) in printed {
        for (days, (low, high)) in [255, 510, 1000].into_iter().zip(regions) {
            let found = kupiec_region(days, confidence(level), 0.05).unwrap();
            assert_eq!(found, (low + 1, high - 1), "{days} days at {level}");
        }
    }
    // The paper leaves the first region open below, though its ratio rejects a sample without violations.
    assert!(kupiec(255, 0, confidence(0.99)).unwrap().test.asymptotic < 0.05);
}

#[test]
fn the_zones_are_those_of_the_committee() {
    // Basel Committee (1996), table 2: multipliers less 3, and cumulative probabilities in per cent.
    let printed = [
        (0, 0.0, 8.11),
        (1, 0.0, 28.58),
        (2, 0.0, 54.32),
        (3, 0.0, 75.81),
        (4, 0.0, 89.22),
        (5, 0.40, 95.88),
        (6, 0.50, 98.63),
        (7, 0.65, 99.60),
        (8, 0.75, 99.89),
        (9, 0.85, 99.97),
        (10, 1.0, 99.99),
    ];
    for (violations, plus, cumulative) in printed {
        let light = traffic_light(250, violations, confidence(0.99)).unwrap();
        let zone = match violations {
            0..=4 => Zone::Green,
            5..=9 => Zone::Yellow,
            _ => Zone::Red,
        };
        assert_eq!((light.zone, light.yellow, light.red), (zone, 5, 10));
        close(light.multiplier, 3.0 + plus, 1e-12);
        // Two digits after the point.
        close(light.cumulative, cumulative / 100.0, 0.5001e-4);
    }
    // The formula for other samples is the table's, before it was rounded to twentieths, mostly down.
    for (violations, plus) in [(5, 0.40), (6, 0.50), (7, 0.65), (8, 0.75), (9, 0.85)] {
        let near = traffic_light(250, violations, confidence(0.990_000_001)).unwrap().multiplier;
        assert!((-0.005..0.05).contains(&(near - 3.0 - plus)), "{near}");
    }
}

#[test]
fn jorion_finds_the_same_of_a_bank() {
    // J.P. Morgan 1998: 252 days, 20 violations at 95 %, six of them after another.
    let proportion = kupiec(252, 20, confidence(0.95)).unwrap().test.statistic;
    let independence = Transitions { n00: 218, n01: 14, n10: 14, n11: 6 }.likelihood_ratio();
    // Printed to two digits.
    close(proportion, 3.91, 0.005 / 3.91);
    close(independence, 9.53, 0.005 / 9.53);
    close(proportion + independence, 13.44, 0.005 / 13.44);
    // Recomputed from the formula.
    close(proportion, 3.912_550_827_553_19, 1e-12);
    close(independence, 9.529_568_780_336_366, 1e-12);
}

/// The probability of a Z2 as low as that, in 250 days at 97.5 %, of losses with these forecasts.
fn probability_of_z2(z2: f64, null: ShortfallNull, var: f64, cvar: f64) -> f64 {
    // Ten violations that add up to it.
    let loss = (1.0 - z2) * 250.0 * 0.025 / 10.0 * cvar;
    let returns: Vec<f64> = (0..250).map(|day| if day % 25 == 0 { -loss } else { 0.0 }).collect();
    let (var, cvar) = (vec![var; 250], vec![cvar; 250]);
    let forecasts = Forecasts::new(&returns, &var, Some(&cvar)).unwrap();
    let params = AcerbiSzekelyParams { null, simulation: MonteCarlo { simulations: 9999, seed: 1 } };
    let found = acerbi_szekely(&forecasts, confidence(0.975), &params).unwrap().z2;
    close(found.statistic, z2, 1e-12);
    found.p_value.unwrap()
}

#[test]
fn the_critical_values_of_acerbi_and_szekely_have_their_significance() {
    assert_eq!((Z2_YELLOW, Z2_RED), (-0.7, -1.8));
    // Acerbi and Szekely (2014), table of critical values of Z2 at 5 % and 0.01 %: normal, and Student's t with three
    // degrees. Quantiles and tail means by scipy.stats.
    let (var, cvar) = (1.959_963_984_540_054, 2.337_802_792_201_041);
    let normal = |z2| probability_of_z2(z2, ShortfallNull::Normal, var, cvar);
    let student = probability_of_z2(
        -0.82,
        ShortfallNull::Student { degrees: 3.0 },
        3.182_446_305_283_708_6,
        5.039_583_061_113_474,
    );
    // Values of two digits, and four standard errors of a simulated share.
    assert!((normal(-0.7) - 0.05).abs() < 0.01, "{}", normal(-0.7));
    assert!((student - 0.05).abs() < 0.01, "{student}");
    assert!(normal(-1.8) < 0.001, "{}", normal(-1.8));
}
