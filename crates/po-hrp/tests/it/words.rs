//! What allocations say of themselves, word for word.

use po_core::{
    Allocator, Bounds, Confidence, Covariance, EqualWeight, InverseVariance, Returns, Risk, Universe,
};
use po_hrp::{
    ClusterCount, ClusterWeights, Division, Herc, HercAllocation, HercCluster, HercParams, Hrp, HrpParams,
    Market, Nco, NcoParams, Split, SplitRule,
};
#[cfg(feature = "linalg")]
use po_hrp::{Schur, SchurParams};

fn universe() -> Universe {
    Universe::new(["AAPL", "MSFT", "TLT", "IEF", "GLD"]).unwrap()
}

/// Volatilities of 20 % for shares, 10 % for bonds, 15 % for gold; correlations of 0.5 within a class.
fn classes() -> Covariance {
    let covariance = [
        0.04, 0.02, 0.000, 0.000, 0.0000, //
        0.02, 0.04, 0.000, 0.000, 0.0000, //
        0.00, 0.00, 0.010, 0.005, 0.0015, //
        0.00, 0.00, 0.005, 0.010, 0.0015, //
        0.00, 0.00, 0.0015, 0.0015, 0.0225,
    ];
    Covariance::from_column_slice(5, &covariance).unwrap()
}

/// The four assets without gold.
fn pairs() -> Covariance {
    let covariance = [
        0.04, 0.02, 0.000, 0.000, //
        0.02, 0.04, 0.000, 0.000, //
        0.00, 0.00, 0.010, 0.005, //
        0.00, 0.00, 0.005, 0.010,
    ];
    Covariance::from_column_slice(4, &covariance).unwrap()
}

fn said(splits: &[Split]) -> Vec<String> {
    splits.iter().map(|split| split.words(&universe())).collect()
}

#[test]
fn a_bisection() {
    let splits = Hrp::new(HrpParams::default()).unwrap().allocate(&pairs()).unwrap().explain();
    assert_eq!(
        said(&splits),
        [
            "AAPL and MSFT have a variance of 0.03, and TLT and IEF one of 0.0075, so the former earn 20 % of the \
             weight of both. The former get 20 % of the portfolio, and the latter 80 %.",
            "AAPL has a variance of 0.04, and MSFT one of 0.04, so the former earns 50 % of the weight of both. \
             The former gets 10 % of the portfolio, and the latter 10 %.",
            "TLT has a variance of 0.01, and IEF one of 0.01, so the former earns 50 % of the weight of both. \
             The former gets 40 % of the portfolio, and the latter 40 %.",
        ]
    );
    assert!(splits.iter().all(|split| split.rule == SplitRule::Portfolios && !split.is_moved()));
    assert_eq!(splits[0].measure, Some(Risk::Variance));
}

#[test]
fn bounds_that_moved_a_split_are_named() {
    let bounds = Some(Bounds::new(vec![0.0; 4], vec![1.0, 1.0, 0.3, 0.3]).unwrap());
    let splits = Hrp::new(HrpParams { bounds, ..HrpParams::default() }).unwrap().allocate(&pairs()).unwrap();
    let splits = splits.explain();
    assert_eq!(
        splits[0].words(&universe()),
        "AAPL and MSFT have a variance of 0.03, and TLT and IEF one of 0.0075, so the former earn 20 % of the weight \
         of both. Bounds give the former 40 % of the portfolio in place of 20 %, and the latter 60 %."
    );
    assert!(splits[0].is_moved() && !splits[1].is_moved());
}

/// Names beyond a few are counted, and never one alone.
#[test]
fn many_assets_are_counted() {
    let universe = Universe::new((0..20).map(|asset| format!("A{asset}"))).unwrap();
    let split = |left: usize| Split {
        left: (0..left).collect(),
        right: (left..20).collect(),
        rule: SplitRule::Portfolios,
        measure: Some(Risk::Evar { confidence: Confidence::new(0.95).unwrap() }),
        risk_left: 0.012_345_6,
        risk_right: 1.0e-7,
        share_left: 8.1e-6,
        weight_left: 8.1e-6,
        weight_right: 1.0 - 8.1e-6,
    };
    assert_eq!(
        split(4).words(&universe),
        "A0, A1, A2 and A3 have an entropic value at risk (95 %) of 0.01235, and A4, A5, A6 and 13 others one of \
         1.000e-7, so the former earn 0 % of the weight of both. The former get 0 % of the portfolio, and the latter \
         100 %."
    );
    assert!(split(5).words(&universe).starts_with("A0, A1, A2 and 2 others have"));
    assert!(split(1).words(&universe).starts_with("A0 has an entropic"));
    // An index that the universe does not have is called by its number.
    let few = Universe::new(["A0"]).unwrap();
    assert!(split(2).words(&few).starts_with("A0 and asset 1 have"));
}

#[test]
fn measures_have_their_names() {
    let columns = [[0.02, -0.02, 0.02, -0.02], [0.01, 0.01, -0.01, -0.01]].concat();
    let returns = Returns::from_column_slice(4, 2, &columns).unwrap();
    let covariance = Covariance::from_column_slice(2, &[4.0, 0.0, 0.0, 1.0]).unwrap();
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    let first = |risk: Risk| {
        let hrp = Hrp::new(HrpParams { risk, ..HrpParams::default() }).unwrap();
        hrp.allocate_market(market).unwrap().explain()[0].words(&universe())
    };
    let earns = "so the former earns 33.33 % of the weight of both. \
                 The former gets 33.33 % of the portfolio, and the latter 66.67 %.";
    let confidence = Confidence::new(0.75).unwrap();
    for (risk, words) in [
        (Risk::Mad, "a mean absolute deviation"),
        (Risk::StandardDeviation, "a standard deviation"),
        (Risk::WorstRealisation, "a worst realisation"),
        (Risk::Cvar { confidence }, "a conditional value at risk (75 %)"),
        (Risk::UlcerIndex { compounding: Default::default() }, "an ulcer index"),
    ] {
        let said = first(risk);
        assert!(said.starts_with(&format!("AAPL has {words} of ")), "{said}");
        if !matches!(risk, Risk::UlcerIndex { .. }) {
            assert!(said.ends_with(earns), "{said}");
        }
    }
    assert_eq!(
        first(Risk::Equal),
        "AAPL has an equal risk of 1, and MSFT one of 1, so the former earns 50 % of the weight of both. \
         The former gets 50 % of the portfolio, and the latter 50 %."
    );
    // A measure of one's own has no name.
    let own = Hrp::new(HrpParams::default()).unwrap().allocate_by(&Risk::WorstRealisation, market).unwrap();
    assert_eq!(own.explain()[0].measure, None);
    assert!(
        own.explain()[0].words(&universe()).starts_with("AAPL has a risk of 0.02, and MSFT one of 0.01, so")
    );
}

#[test]
fn halves_without_risk_share() {
    let nothing = Split {
        left: vec![0, 1],
        right: vec![2],
        rule: SplitRule::Portfolios,
        measure: Some(Risk::SemiDeviation),
        risk_left: 0.0,
        risk_right: 0.0,
        share_left: 0.5,
        weight_left: 0.125,
        weight_right: 0.125,
    };
    assert_eq!(
        nothing.words(&universe()),
        "AAPL and MSFT have a semi-deviation of 0, and TLT one of 0, so each half earns half of the weight of both. \
         The former get 12.5 % of the portfolio, and the latter 12.5 %."
    );
}

fn herc(params: HercParams) -> HercAllocation {
    Herc::new(HercParams { clusters: ClusterCount::Given(3), ..params })
        .unwrap()
        .allocate(&classes())
        .unwrap()
}

#[test]
fn clusters_and_their_divisions() {
    let allocation = herc(HercParams::default());
    let clusters: Vec<String> =
        allocation.clusters().iter().map(|cluster| cluster.words(&universe())).collect();
    assert_eq!(
        clusters,
        [
            "AAPL and MSFT form a cluster with a variance of 0.03 that gets 50 % of the portfolio: AAPL 25 % and MSFT 25 %.",
            "TLT and IEF form a cluster with a variance of 0.0075 that gets 37.5 % of the portfolio: TLT 18.75 % and IEF 18.75 %.",
            "GLD is a cluster of its own with a variance of 0.0225 that gets 12.5 % of the portfolio.",
        ]
    );
    assert_eq!(
        said(&allocation.explain()),
        [
            "Cluster by cluster, AAPL and MSFT add up to a variance of 0.03, and GLD, TLT and IEF to one of 0.03, so the \
             former earn 50 % of the weight of both. The former get 50 % of the portfolio, and the latter 50 %.",
            "Cluster by cluster, GLD adds up to a variance of 0.0225, and TLT and IEF to one of 0.0075, so the former \
             earns 25 % of the weight of both. The former gets 12.5 % of the portfolio, and the latter 37.5 %.",
        ]
    );
}

#[test]
fn other_divisions_say_what_they_do() {
    let halves = herc(HercParams {
        division: Division::Halves,
        within: ClusterWeights::Equal,
        risk: Risk::StandardDeviation,
        ..HercParams::default()
    });
    assert_eq!(
        halves.explain()[1].words(&universe()),
        "Cluster by cluster, GLD adds up to a standard deviation of 0.15, and TLT and IEF to one of 0.0866; each half \
         earns half of the weight of both all the same. The former gets 25 % of the portfolio, and the latter 25 %."
    );
    let assets = herc(HercParams { division: Division::Assets, ..HercParams::default() });
    let first = &assets.explain()[0];
    assert_eq!(first.rule, SplitRule::Portfolios);
    assert!(
        first
            .words(&universe())
            .starts_with("AAPL and MSFT have a variance of 0.03, and GLD, TLT and IEF one of 0.00")
    );

    let bounds = Some(Bounds::new(vec![0.0; 5], vec![1.0, 1.0, 1.0, 1.0, 0.1]).unwrap());
    let bounded = herc(HercParams { bounds, ..HercParams::default() });
    let words = bounded.explain()[1].words(&universe());
    assert!(
        words.ends_with(
            "Bounds give the former 10 % of the portfolio in place of 12.5 %, and the latter 40 %."
        ),
        "{words}"
    );
}

/// Of a tail it is told how far out it begins; a number of four figures needs no decimals.
#[test]
fn tails_have_their_confidence() {
    let (confidence, kappa) = (Confidence::new(0.75).unwrap(), 0.3);
    let (quantile, compounding) = Default::default();
    for (risk, words) in [
        (Risk::Var { confidence, quantile }, "a value at risk (75 %)"),
        (Risk::Cvar { confidence }, "a conditional value at risk (75 %)"),
        (Risk::TailGini { confidence }, "a tail Gini (75 %)"),
        (Risk::Evar { confidence }, "an entropic value at risk (75 %)"),
        (Risk::Rlvar { confidence, kappa }, "a relativistic value at risk (75 %)"),
        (Risk::DrawdownAtRisk { confidence, quantile, compounding }, "a drawdown at risk (75 %)"),
        (Risk::Cdar { confidence, compounding }, "a conditional drawdown at risk (75 %)"),
        (Risk::Edar { confidence, compounding }, "an entropic drawdown at risk (75 %)"),
        (Risk::Rldar { confidence, kappa, compounding }, "a relativistic drawdown at risk (75 %)"),
    ] {
        let (assets, weights) = (vec![0], vec![0.5]);
        let cluster = HercCluster { assets, weights, measure: Some(risk), risk: 1234.0, weight: 0.5 };
        assert_eq!(
            cluster.words(&universe()),
            format!("AAPL is a cluster of its own with {words} of 1234 that gets 50 % of the portfolio.")
        );
    }
}

#[test]
fn a_large_cluster_sums_up_the_rest() {
    let universe = Universe::new((0..6).map(|asset| format!("A{asset}"))).unwrap();
    let cluster = HercCluster {
        assets: (0..6).collect(),
        weights: vec![0.3, 0.2, 0.1, 0.05, 0.05, 0.05],
        measure: None,
        risk: 0.5,
        weight: 0.75,
    };
    assert_eq!(
        cluster.words(&universe),
        "A0, A1, A2 and 3 others form a cluster with a risk of 0.5 that gets 75 % of the portfolio: \
         A0 30 %, A1 20 %, A2 10 % and the others 15 %."
    );
}

#[test]
fn nests() {
    let params = NcoParams { clusters: ClusterCount::Given(3), ..NcoParams::default() };
    let nests =
        Nco::new(params, InverseVariance, EqualWeight).unwrap().allocate(&classes()).unwrap().explain();
    let words: Vec<String> = nests.iter().map(|nest| nest.words(&universe())).collect();
    assert_eq!(
        words,
        [
            "AAPL and MSFT form a cluster that gets 33.33 % of the portfolio, of which AAPL has 50 % and MSFT has 50 %.",
            "TLT and IEF form a cluster that gets 33.33 % of the portfolio, of which TLT has 50 % and IEF has 50 %.",
            "GLD is a cluster of its own that gets 33.33 % of the portfolio.",
        ]
    );
    let params = NcoParams { clusters: ClusterCount::Given(1), ..NcoParams::default() };
    let nests = Nco::new(params, EqualWeight, EqualWeight).unwrap().allocate(&classes()).unwrap().explain();
    assert_eq!(
        nests[0].words(&universe()),
        "AAPL, MSFT, TLT and 2 others form a cluster that gets 100 % of the portfolio, of which AAPL has 20 %, MSFT has \
         20 %, TLT has 20 % and the others have 40 %."
    );
}

/// Assets 0 and 2 hedge each other, and so do 1 and 3.
#[cfg(feature = "linalg")]
#[test]
fn halves_that_are_told_of_each_other() {
    let hedged = [
        0.04, 0.00, -0.02, 0.00, //
        0.00, 0.10, 0.00, -0.02, //
        -0.02, 0.00, 0.04, 0.00, //
        0.00, -0.02, 0.00, 0.10,
    ];
    let covariance = Covariance::from_column_slice(4, &hedged).unwrap();
    let split = |gamma: f64| {
        let schur = Schur::new(SchurParams { gamma, ..SchurParams::default() }).unwrap();
        schur.allocate(&covariance).unwrap().explain()[1].clone()
    };
    // (0.04 - γ 0.02² / 0.04) / (1 + γ 0.02 / 0.04) and (0.1 - γ 0.02² / 0.1) / (1 + γ 0.02 / 0.1) for a gamma of one.
    assert_eq!(
        split(1.0).words(&universe()),
        "Told of the other half, AAPL has a variance of 0.02, and MSFT one of 0.08, so the former earns 80 % of the \
         weight of both. The former gets 40 % of the portfolio, and the latter 10 %."
    );
    assert_eq!((split(1.0).rule, split(0.0).rule), (SplitRule::Augmented, SplitRule::Portfolios));
    assert!(
        split(0.0).words(&universe()).starts_with("AAPL has a variance of 0.04, and MSFT one of 0.1, so")
    );
}
