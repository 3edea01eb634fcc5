//! Stresses and views in words, episodes by name, and what a stress does to scenarios.

use po_core::{Confidence, Covariance, InputError, Returns, Universe, Weights};
use po_tail::{
    Coverage, Day, Episode, Error, PoolingView, Relation, Scenarios, Statistic, Stress, StressMode,
};

/// What rounding leaves.
const ROUNDING: f64 = 1e-14;

fn universe() -> Universe {
    Universe::new(["AAPL", "MSFT", "XOM", "BRK-B"])
        .unwrap()
        .grouped("sector", [Some("Technology"), Some("Technology"), Some("Energy"), None])
        .unwrap()
}

#[test]
fn shocks_are_read() {
    let stress = Stress::parse(
        ["all -10%", "Energy -30%", "BRK-B +5%", "asset:MSFT -0.2", "'AAPL' 1e-2"],
        &universe(),
    );
    assert_eq!(stress.unwrap().shocks(), [Some(0.01), Some(-0.2), Some(-0.3), Some(0.05)]);
    let stress = Stress::parse(["volatility x2", "vol sector:Energy × 1.5", "correlations 0.8"], &universe());
    let stress = stress.unwrap();
    assert_eq!(stress.volatility_factors(), [2.0, 2.0, 1.5, 2.0]);
    assert_eq!(stress.correlation(), Some(0.8));
    assert_eq!(stress.shocks(), [None; 4]);
}

#[test]
fn views_are_read() {
    let read = |text: &str| PoolingView::parse(text, &universe()).unwrap();
    let of = |statistic, relation, value| PoolingView { statistic, relation, value };
    let level = |level| Confidence::new(level).unwrap();
    assert_eq!(read("mean AAPL >= 0.001"), of(Statistic::Mean(vec![(0, 1.0)]), Relation::AtLeast, 0.001));
    assert_eq!(
        read(" mean AAPL - 2 * mean XOM <= mean MSFT + 1% "),
        of(Statistic::Mean(vec![(0, 1.0), (2, -2.0), (1, -1.0)]), Relation::AtMost, 0.01)
    );
    assert_eq!(read("0.1% <= mean AAPL"), of(Statistic::Mean(vec![(0, 1.0)]), Relation::AtLeast, 0.001));
    assert_eq!(read("vol AAPL = 2%"), of(Statistic::Volatility(vec![(0, 1.0)]), Relation::Equal, 0.02));
    assert_eq!(
        read("volatility Technology == 2%"),
        of(Statistic::Volatility(vec![(0, 0.5), (1, 0.5)]), Relation::Equal, 0.02)
    );
    assert_eq!(read("corr AAPL BRK-B = -0.5"), of(Statistic::Correlation(0, 3), Relation::Equal, -0.5));
    assert_eq!(
        read("cvar@99% AAPL = 4%"),
        of(Statistic::Cvar(vec![(0, 1.0)], level(0.99)), Relation::Equal, 0.04)
    );
    assert_eq!(
        read("var XOM ≥ 3%"),
        of(Statistic::Var(vec![(2, 1.0)], level(0.95)), Relation::AtLeast, 0.03)
    );
    assert_eq!(
        read("probability AAPL <= -5% = 10%"),
        of(Statistic::Probability(vec![(0, 1.0)], -0.05), Relation::Equal, 0.1)
    );
    assert_eq!(read("skew AAPL <= -1"), of(Statistic::Skewness(vec![(0, 1.0)]), Relation::AtMost, -1.0));
    assert_eq!(read("kurtosis AAPL >= 5"), of(Statistic::Kurtosis(vec![(0, 1.0)]), Relation::AtLeast, 5.0));
}

#[test]
fn a_view_is_written_as_it_is_read() {
    for text in [
        "mean (AAPL - MSFT) >= 0.001",
        "vol (0.5 * AAPL + 0.5 * MSFT) = 0.02",
        "cvar@99% XOM <= 0.04",
        "corr AAPL XOM = 0.5",
        "probability AAPL <= -0.05 = 0.1",
    ] {
        let parsed = match text {
            "mean (AAPL - MSFT) >= 0.001" => "mean AAPL >= mean MSFT + 0.1%",
            "vol (0.5 * AAPL + 0.5 * MSFT) = 0.02" => "vol Technology = 2%",
            other => other,
        };
        assert_eq!(PoolingView::parse(parsed, &universe()).unwrap().named(&universe()), text);
    }
}

#[test]
fn what_cannot_be_read_says_where_and_what_was_expected() {
    let shock = |text: &str| Stress::parse([text], &universe()).unwrap_err();
    let view = |text: &str| PoolingView::parse(text, &universe()).unwrap_err();
    let unknown = |name: &str, nearest: &str| {
        let (name, nearest) = (name.to_owned(), Some(nearest.to_owned()));
        Error::Input(InputError::UnknownName { kind: "asset or group", name, nearest })
    };
    assert_eq!(shock("APL -20%"), unknown("APL", "AAPL"));
    assert_eq!(shock("Enrgy -20%"), unknown("Enrgy", "Energy"));
    assert_eq!(shock("volatilty x2"), unknown("volatilty", "volatility"));
    assert_eq!(view("mean MFST = 1%"), unknown("MFST", "MSFT"));
    let syntax = |error: Error| match error {
        Error::Syntax { at, expected, .. } => (at, expected),
        other => panic!("{other:?}"),
    };
    assert_eq!(syntax(shock("AAPL falls")), (6, "a number with or without a percent sign".to_owned()));
    assert_eq!(syntax(shock("AAPL -20% now")), (11, "the end".to_owned()));
    assert_eq!(syntax(shock("mean AAPL = 1%")), (1, "a stress, for example AAPL -20%".to_owned()));
    assert_eq!(syntax(view("AAPL -20%")), (1, "a view, for example mean AAPL >= 0.1%".to_owned()));
    assert_eq!(syntax(view("mean AAPL 1%")), (11, "<=, >= or =".to_owned()));
    assert_eq!(syntax(view("corr AAPL all = 1")), (11, "the name of one asset".to_owned()));
    assert_eq!(syntax(view("vol AAPL = ")), (12, "a number with or without a percent sign".to_owned()));
    assert_eq!(
        shock("AAPL falls").to_string(),
        "\"AAPL falls\" cannot be read at character 6, expected a number with or without a percent sign"
    );
    assert!(matches!(view("cvar@100% AAPL = 1%"), Error::Input(InputError::OutOfRange { value: 1.0, .. })));
}

#[test]
fn an_ambiguous_name_asks_for_more() {
    let universe =
        Universe::new(["Energy", "XOM"]).unwrap().grouped("sector", [None, Some("Energy")]).unwrap();
    let Error::Syntax { at, expected, .. } = Stress::parse(["Energy -1%"], &universe).unwrap_err() else {
        panic!()
    };
    assert_eq!((at, expected.as_str()), (1, "one of asset:Energy, sector:Energy"));
    let stress = Stress::parse(["sector:Energy -1%"], &universe).unwrap();
    assert_eq!(stress.shocks(), [None, Some(-0.01)]);
}

#[test]
fn shocks_out_of_range_are_refused() {
    let error = Stress::parse(["AAPL -120%"], &universe()).unwrap_err();
    assert_eq!(error.to_string(), "the shock of asset 0 is -1.2, expected a return of -1 or more");
    assert_eq!(error.named(&universe()), "the shock of AAPL is -1.2, expected a return of -1 or more");
    let error = Stress::parse(["correlations -0.5"], &universe()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the correlation of all assets is -0.5, expected a number in [-1/(N-1), 1]"
    );
}

fn scenarios() -> Scenarios {
    let returns = Returns::from_column_slice(
        6,
        2,
        &[0.01, -0.02, 0.03, 0.00, -0.01, 0.02, 0.02, -0.01, 0.01, 0.03, -0.03, 0.00],
    );
    Scenarios::equal(returns.unwrap())
}

#[test]
fn a_stress_shifts_every_scenario_or_adds_one() {
    let stress = Stress::new(vec![Some(-0.1), None], vec![1.0; 2], None).unwrap();
    let shifted = stress.apply(&scenarios(), StressMode::Shift).unwrap();
    assert!((shifted.returns().column(0)[2] - (1.03 * 0.9 - 1.0)).abs() < ROUNDING);
    assert_eq!(shifted.returns().column(1), scenarios().returns().column(1));
    let added = stress.apply(&scenarios(), StressMode::Row { probability: 0.04 }).unwrap();
    assert_eq!(added.len(), 7);
    assert!((added.probabilities()[6] - 0.04).abs() < ROUNDING);
    assert!((added.probabilities()[0] - 0.16).abs() < ROUNDING);
    assert_eq!((added.returns().column(0)[6], added.returns().column(1)[6]), (-0.1, 0.0));
    let weights = Weights::new(vec![0.5, 0.5]).unwrap();
    assert!((stress.portfolio(&weights).unwrap() + 0.05).abs() < ROUNDING);
}

#[test]
fn volatilities_and_correlations_become_what_was_asked_for() {
    let stress = Stress::new(vec![None; 2], vec![2.0, 0.5], Some(0.8)).unwrap();
    let before = scenarios();
    let after = stress.apply(&before, StressMode::Shift).unwrap();
    let (old, new) = (before.covariance().unwrap(), after.covariance().unwrap());
    assert!((new.correlation().unwrap().as_slice()[1] - 0.8).abs() < 1e-12);
    assert!((new.volatilities()[0] / old.volatilities()[0] - 2.0).abs() < 1e-12);
    assert!((new.volatilities()[1] / old.volatilities()[1] - 0.5).abs() < 1e-12);
    for (a, b) in before.mean().iter().zip(after.mean()) {
        assert!((a - b).abs() < ROUNDING);
    }
    // The correlation that there is already moves nothing.
    let rho = old.correlation().unwrap().as_slice()[1];
    let same = Stress::new(vec![None; 2], vec![1.0; 2], Some(rho)).unwrap();
    let same = same.apply(&before, StressMode::Shift).unwrap();
    for (a, b) in same.returns().as_slice().iter().zip(before.returns().as_slice()) {
        assert!((a - b).abs() < 1e-14);
    }
}

#[test]
fn a_shock_spreads_by_conditional_expectation() {
    let covariance =
        Covariance::from_column_slice(3, &[0.04, 0.012, 0.0, 0.012, 0.09, 0.018, 0.0, 0.018, 0.01]).unwrap();
    let stress = Stress::new(vec![Some(-0.2), None, Some(-0.05)], vec![1.0; 3], None).unwrap();
    // The two shocks are uncorrelated: their betas add.
    let expected = 0.012 / 0.04 * -0.2 + 0.018 / 0.01 * -0.05;
    let spread = stress.propagated(&covariance).unwrap();
    assert!((spread.shocks()[1].unwrap() - expected).abs() < ROUNDING);
    assert_eq!((spread.shocks()[0], spread.shocks()[2]), (Some(-0.2), Some(-0.05)));
    // With a correlation of 0.5 for all, the beta to one shock is ρ σ_u / σ_k.
    let stress = Stress::new(vec![Some(-0.2), None, None], vec![1.0, 2.0, 1.0], Some(0.5)).unwrap();
    let spread = stress.propagated(&covariance).unwrap();
    assert!((spread.shocks()[1].unwrap() - 0.5 * 0.6 / 0.2 * -0.2).abs() < ROUNDING);
    let error = stress.propagated(&Covariance::from_column_slice(1, &[1.0]).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "the covariance has length 1, expected 3");
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn episodes_select_the_days_that_the_data_have() {
    let dates = ["2018-01-26", "2018-02-02", "2018-02-05", "2018-02-06"].map(day);
    let episode = Episode::named("2018 february").unwrap();
    let coverage = Coverage::Partly { first: day("2018-02-02"), last: day("2018-02-06") };
    assert_eq!(episode.rows(&dates).unwrap(), (vec![1, 2, 3], coverage));
    let returns = Returns::from_column_slice(4, 1, &[0.0, -0.02, -0.04, 0.01]).unwrap();
    let (scenarios, _) = episode.scenarios(&returns, &dates).unwrap();
    assert_eq!(scenarios.returns().column(0), [-0.02, -0.04, 0.01]);
    let error = Episode::named("2008 GFC").unwrap().rows(&dates).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the data range from 2018-01-26 to 2018-02-06, expected some days of 2008 GFC (2008-09-02 to 2008-11-28)"
    );
    let error = Episode::named("2018 Q5").unwrap_err();
    assert_eq!(error.to_string(), "episode \"2018 Q5\" is unknown, did you mean \"2018 Q4\"?");
    let error = episode.rows(&[day("2018-02-06"), day("2018-02-05")]).unwrap_err();
    assert_eq!(error.to_string(), "the row of a day is 1, expected days that ascend");
}

#[test]
fn known_episodes_are_real_days_in_order() {
    for episode in Episode::known() {
        assert_eq!(day(&episode.from().to_string()), episode.from(), "{}", episode.name());
        assert_eq!(day(&episode.to().to_string()), episode.to(), "{}", episode.name());
        assert!(episode.from() <= episode.to(), "{}", episode.name());
        assert_eq!(&Episode::named(episode.name()).unwrap(), episode);
    }
    assert!(Day::new(2023, 2, 29).is_err() && Day::new(2024, 2, 29).is_ok());
    assert!("2023-2-09".parse::<Day>().is_err());
}
