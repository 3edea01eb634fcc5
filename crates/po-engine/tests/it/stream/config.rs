//! What an engine is told, as text: read, written, and refused with the line.
#![expect(clippy::float_cmp, reason = "the same number, not one that is near")]

use po_engine::InputError;
use po_engine::hrp::HrpParams;
use po_engine::risk_budget::DrawdownScaling;
use po_engine::stream::{
    AllocatorConfig, Base, BudgetConfig, Engine, EngineConfig, EngineError, EstimatorConfig, Fallback,
    TailConfig,
};

use super::{bare, whole};

const FULL: &str = r#"
assets = ["ash", "oak", "elm"]
capital = 1e6
rebalance_every = 5
fallback = ["equal-weight", "cash"]

[quotes]
jump_limit = 3.0
delist_after = 10
delisting_return = -0.3

[estimator.ewma]
volatility = { half-life = 40.0 }
correlation = { half-life = 90.0 }
min_observations = 30

[allocator.hrp]
linkage = "average"
leaf_order = "stable"

[correlation_limit]
limit = 0.6

[tail]
window = 250
least = 60

[tail.overlay]
cap = 0.03
confidence = 0.975
cost = "distance"

[budget]
volatility_budget = 0.008
band = [0.7, 0.9]
leverage_limit = 1.5
half_life = 30.0
drawdown = { start = 0.1, limit = 0.25 }

[trading]
cost_bps = 12.0
cash_return = 0.0001
band = { width = { relative = 0.2 }, rebalance = "whole" }

[attribution]
base = "equal-weight"
factors = ["market", "size"]
keep = { bars = 10, days = 62, months = 36, years = 5 }
utc_offset_minutes = -300
"#;

#[test]
fn a_full_configuration_is_read_and_written() {
    let config = EngineConfig::from_toml(FULL).unwrap();
    assert_eq!((config.capital, config.rebalance_every), (1e6, 5));
    assert_eq!(config.fallback, [Fallback::EqualWeight, Fallback::Cash]);
    assert_eq!(config.quotes.delisting_return, -0.3);
    assert_eq!(config.budget.as_ref().unwrap().drawdown, Some(DrawdownScaling { start: 0.1, limit: 0.25 }));
    assert_eq!(config.tail.as_ref().unwrap().overlay.confidence.level(), 0.975);
    assert_eq!(config.attribution.base, Base::EqualWeight);
    let written = config.to_toml().unwrap();
    assert_eq!(EngineConfig::from_toml(&written).unwrap(), config);
    let engine = Engine::new(config).unwrap();
    assert_eq!(engine.stages(), ["allocation", "correlation limit", "tail", "budget", "no-trade band"]);
    for config in [EngineConfig::default(), whole(4)] {
        assert_eq!(EngineConfig::from_toml(&config.to_toml().unwrap()).unwrap(), config);
    }
    assert_eq!(EngineConfig::from_toml("").unwrap(), EngineConfig::default());
}

/// A key that nobody knows is refused at every level, with its line.
#[test]
fn unknown_keys_are_refused_with_their_line() {
    let line_of = |header: &str| FULL.lines().position(|line| line == header).unwrap() + 1;
    for header in [
        "[quotes]",
        "[estimator.ewma]",
        "[allocator.hrp]",
        "[correlation_limit]",
        "[tail]",
        "[tail.overlay]",
        "[budget]",
        "[trading]",
        "[attribution]",
    ] {
        let text = FULL.replace(header, &format!("{header}\nsurprise = 1"));
        let error = EngineConfig::from_toml(&text).unwrap_err();
        let EngineError::Config { line, message } = &error else { unreachable!("{error:?}") };
        assert!(message.starts_with("unknown field `surprise`"), "{header}: {message}");
        // Inside an enum the parser knows the table, not the key.
        let expected = line_of(header) + 1;
        assert!((expected - 1..=expected).contains(line), "{header}: {line} is not {expected}");
        assert!(error.to_string().starts_with(&format!("the configuration cannot be read at line {line}: ")));
    }
    for (from, to) in [
        ("keep = { bars = 10", "keep = { surprise = 1, bars = 10"),
        ("drawdown = { start", "drawdown = { surprise = 1, start"),
        ("band = { width", "band = { surprise = 1, width"),
    ] {
        let error = EngineConfig::from_toml(&FULL.replace(from, to)).unwrap_err();
        assert!(error.to_string().contains("unknown field `surprise`"), "{error}");
    }
    let error = EngineConfig::from_toml("capital = 1.0\nallocator = \"hierarchical\"").unwrap_err();
    let EngineError::Config { line, message } = &error else { unreachable!("{error:?}") };
    assert!(*line == 2 && message.starts_with("unknown variant `hierarchical`, expected one of"), "{error}");
    let error = EngineConfig::from_toml("capital = 1.0\nassets = [\"ash\"\n").unwrap_err();
    assert!(matches!(error, EngineError::Config { line: 2..=3, .. }), "{error}");
    let error = EngineConfig::from_toml("capital = \"all\"").unwrap_err();
    assert!(error.to_string().contains("at line 1: invalid type: string \"all\", expected f64"), "{error}");
}

#[test]
fn words_are_spelt_with_hyphens() {
    let allocator = |text: &str| EngineConfig::from_toml(&format!("allocator = {text}")).unwrap().allocator;
    assert_eq!(allocator("\"equal-weight\""), AllocatorConfig::EqualWeight);
    assert_eq!(allocator("\"inverse-volatility\""), AllocatorConfig::InverseVolatility);
    assert_eq!(allocator("\"inverse-variance\""), AllocatorConfig::InverseVariance);
    assert_eq!(allocator("{ hrp = {} }"), AllocatorConfig::Hrp(HrpParams::default()));
    assert!(matches!(allocator("{ risk-budget = {} }"), AllocatorConfig::RiskBudget(_)));
    assert!(matches!(allocator("{ markowitz = {} }"), AllocatorConfig::Markowitz(_)));
    let estimator = |text: &str| EngineConfig::from_toml(&format!("estimator = {text}")).unwrap().estimator;
    assert_eq!(estimator("{ ewma = {} }"), EstimatorConfig::default());
    assert!(matches!(estimator("{ adaptive = {} }"), EstimatorConfig::Adaptive(_)));
    let text = "fallback = [\"previous-weights\", \"inverse-volatility\", \"equal-weight\", \"cash\"]";
    assert_eq!(EngineConfig::from_toml(text).unwrap().fallback, Fallback::CHAIN);
    for (word, base) in
        [("prior-holdings", Base::PriorHoldings), ("equal-weight", Base::EqualWeight), ("cash", Base::Cash)]
    {
        let text = format!("[attribution]\nbase = \"{word}\"");
        assert_eq!(EngineConfig::from_toml(&text).unwrap().attribution.base, base);
    }
    let tail = EngineConfig::from_toml("[tail]").unwrap().tail;
    assert_eq!(tail, Some(TailConfig::default()));
}

#[test]
fn numbers_out_of_range_are_refused_by_name() {
    let refused =
        |change: &dyn Fn(&mut EngineConfig), name: &'static str, value: f64, expected: &'static str| {
            let mut config = whole(3);
            change(&mut config);
            let error = Engine::new(config).unwrap_err();
            let input = match &error {
                EngineError::Input(input)
                | EngineError::RiskBudget(po_engine::risk_budget::Error::Input(input))
                | EngineError::Attribution(po_engine::attribution::Error::Input(input)) => input,
                _ => unreachable!("{error:?}"),
            };
            let InputError::OutOfRange { name: own, value: found, expected: range } = input else {
                unreachable!("{input:?}")
            };
            assert_eq!((*own, *range), (name, expected));
            assert_eq!(found.to_bits(), value.to_bits(), "{name}");
            assert_eq!(error.to_string(), format!("{name} is {value}, expected {expected}"));
        };
    let number = "a positive, finite number";
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        refused(&|config| config.capital = value, "the capital", value, number);
    }
    refused(
        &|config| config.capital = 1e201,
        "the wealth at the start",
        1e201,
        "a positive number, at most 1e200",
    );
    refused(&|config| config.rebalance_every = 0, "rebalance_every", 0.0, "1 or more");
    for value in [1.0, 0.5, 2e12, f64::NAN, f64::INFINITY] {
        refused(&|config| config.quotes.jump_limit = value, "the jump limit", value, "a number in (1, 1e12]");
    }
    refused(&|config| config.quotes.delist_after = 0, "the bars before a delisting", 0.0, "1 or more");
    for value in [0.1, -1.1, f64::NAN] {
        let change = |config: &mut EngineConfig| config.quotes.delisting_return = value;
        refused(&change, "the delisting return", value, "a number in [-1, 0]");
    }
    for value in [-0.1, f64::NAN, f64::INFINITY] {
        let change = |config: &mut EngineConfig| config.trading.cost_bps = value;
        refused(&change, "the cost of trading", value, "a finite number, zero or more");
    }
    for value in [-1.0, f64::NAN, f64::INFINITY] {
        let change = |config: &mut EngineConfig| config.trading.cash_return = value;
        refused(&change, "the return of cash", value, "a finite number above -1");
    }
    for minutes in [1440, -1440, i32::MIN, i32::MAX] {
        let change = |config: &mut EngineConfig| config.attribution.utc_offset_minutes = minutes;
        let expected = "a number of minutes in [-1439, 1439]";
        refused(&change, "utc_offset_minutes", f64::from(minutes), expected);
    }
    let budget = |volatility_budget| {
        move |config: &mut EngineConfig| {
            config.budget = Some(BudgetConfig { volatility_budget, ..BudgetConfig::default() });
        }
    };
    refused(&budget(0.0), "the volatility budget", 0.0, number);
}

#[test]
fn names_are_unique_and_not_empty() {
    let error = |assets: &[&str], factors: &[&str]| {
        let mut config = bare(0, AllocatorConfig::EqualWeight);
        config.assets = assets.iter().map(|name| (*name).to_owned()).collect();
        config.attribution.factors = factors.iter().map(|name| (*name).to_owned()).collect();
        Engine::new(config).unwrap_err().to_string()
    };
    assert!(error(&[], &[]).contains("empty"), "{}", error(&[], &[]));
    assert!(error(&["ash", "oak", "ash"], &[]).contains("ash"), "{}", error(&["ash", "oak", "ash"], &[]));
    assert!(error(&["ash"], &["size", "size"]).contains("size"), "{}", error(&["ash"], &["size", "size"]));
}
