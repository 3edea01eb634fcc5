//! The overlay: the smallest change of any portfolio that keeps a cap on its losses.

use serde_json::Value;

use crate::optima::{folder, object};
use crate::po::Folder;

/// The reference ends with a gap of some 1e-13.
const SOLVED: f64 = 1e-8;

const EXPECTED: &str = include_str!("../data/cvar.json");

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn close(actual: &Value, expected: f64, tolerance: f64, what: &str) {
    assert!((number(actual) - expected).abs() <= tolerance, "{what}: {actual} is not {expected}");
}

#[test]
fn the_change_is_that_of_the_definition() {
    let expected = &serde_json::from_str::<Value>(EXPECTED).unwrap()["overlay"];
    let spec = format!("tail:cvar<={}", expected["cap"]);
    let actual = object(&folder(), &["--method", "equal-weight", "--overlay", &spec]);
    let overlay = &actual["overlay"];
    close(&overlay["cvar_before"], number(&expected["before"]), SOLVED, "before");
    close(&overlay["cvar_after"], number(&expected["cap"]), SOLVED, "after");
    close(&overlay["turnover"], number(&expected["turnover"]), SOLVED, "turnover");
    for (asset, weight) in expected["weights"].as_object().unwrap() {
        close(&actual["weights"][asset], number(weight), SOLVED, asset);
    }
}

/// One day in ten shares lose 40 % and bonds 5 %; the dates begin when markets fell.
fn crash() -> Folder {
    let mut text = "date,S,B\n2020-03-12,-0.4,-0.05\n".to_owned();
    for day in 1..10 {
        text += &format!("2020-04-0{day},0.06,{}\n", if day % 2 == 0 { 0.02 } else { 0.01 });
    }
    Folder::with("prices.csv", text)
}

const HALVES: [&str; 5] = ["--returns", "--method", "equal-weight", "--level", "0.9"];

#[test]
fn two_assets_by_hand() {
    let folder = crash();
    let args = [HALVES.as_slice(), &["--overlay", "tail:cvar<=20%"]].concat();
    let actual = object(&folder, &args);
    let overlay = &actual["overlay"];
    // Halves lose 22.5 %; each per cent of shares that is sold takes off 0.4 %.
    close(&overlay["cvar_before"], 0.225, 1e-12, "before");
    close(&overlay["cvar_after"], 0.2, 1e-12, "after");
    close(&actual["weights"]["S"], 0.4375, 1e-9, "shares");
    close(&actual["weights"]["B"], 0.5, 1e-12, "bonds");
    close(&overlay["trades"]["S"], -0.0625, 1e-9, "trade");
    close(&overlay["before"]["S"], 0.5, 1e-15, "weight before");
    close(&overlay["reductions"]["S"], 0.025, 1e-9, "reduction");
    close(&overlay["cash_raised"], 0.0625, 1e-9, "cash");
    close(&overlay["price"], 2.5, 1e-9, "price");
    assert_eq!((&overlay["scenarios"], &overlay["tail_scenarios"]), (&10.into(), &1.into()));
    assert_eq!((&overlay["changed"], &overlay["status"]), (&true.into(), &"converged".into()));
    let table = folder.po(&[&["allocate", "prices.csv"], args.as_slice()].concat()).out;
    for lines in [
        "What the overlay changes:\nasset   before    after    trade  takes off the loss\nS      50.00 %  43.75 %  -6.25 %              2.50 %\n",
        "overlay: conditional value at risk at 90 % from 22.50 % to 20.00 % per period (10 scenarios: the observations), by the smallest change that keeps the cap of 20 %\nthe overlay turns over 6.25 % of capital; 6.25 % goes into cash\na cap of 20.1 % would spare about 0.25 % of that turnover\n",
    ] {
        assert!(table.contains(lines), "{lines} is not in\n{table}");
    }
}

#[test]
fn a_portfolio_within_its_cap_stays_as_it_is() {
    let folder = folder();
    for method in ["hrp", "herc", "min-variance", "min-cvar", "risk-parity", "inverse-volatility"] {
        let plain = object(&folder, &["--method", method]);
        let capped = object(&folder, &["--method", method, "--overlay", "tail: cvar <= 0.5"]);
        assert_eq!(capped["weights"], plain["weights"], "{method}");
        assert_eq!(capped["overlay"]["changed"], false, "{method}");
        // A tighter cap is kept by each.
        let cap = 0.9 * number(&capped["overlay"]["cvar_before"]);
        let capped = object(&folder, &["--method", method, "--overlay", &format!("tail:cvar<={cap}")]);
        close(&capped["overlay"]["cvar_after"], cap, 1e-9, method);
    }
    let out = folder.po(&["allocate", "prices.csv", "--overlay", "tail:cvar<=50%"]).out;
    assert!(out.contains("scenarios: the observations), within the cap of 50 %: nothing changes\n"), "{out}");
}

#[test]
fn stresses_follow_every_scenario() {
    let folder = crash();
    let run = |stress: &[&str]| {
        let flags: Vec<&str> = stress.iter().flat_map(|text| ["--stress", *text]).collect();
        object(&folder, &[HALVES.as_slice(), &["--overlay", "tail:cvar<=50%"], flags.as_slice()].concat())
    };
    let all = run(&["all -10%"]);
    // 0.9 * (1 - 0.4) - 1 and 0.9 * (1 - 0.05) - 1.
    close(&all["overlay"]["cvar_before"], 0.5 * (0.46 + 0.145), 1e-12, "all");
    assert_eq!(all["overlay"]["subject"], "the observations, each with \"all -10%\"");
    close(&run(&["all -10%", "S 5%"])["overlay"]["cvar_before"], 0.5 * (0.37 + 0.145), 1e-12, "a later line");
    let episode = run(&["covid"]);
    assert_eq!(
        (&episode["overlay"]["scenarios"], &episode["overlay"]["subject"]),
        (&1.into(), &"the days of \"COVID\"".into())
    );
    close(&episode["overlay"]["cvar_before"], 0.225, 1e-12, "episode");
    let warning = "of \"COVID\" (2020-02-19 to 2020-03-23) the data have 2020-03-12 to 2020-03-12 only";
    assert_eq!(episode["warnings"].as_array().unwrap().last().unwrap(), warning);
}

#[test]
fn constraints_hold_and_tell_the_least_cap() {
    let folder = folder();
    let run = |args: &[&str]| folder.po(&[&["allocate", "prices.csv"], args].concat());
    let least = "the least that the constraints allow\n";
    // As much cash as the bounds leave; no cash where the sum of the weights is limited.
    for (args, message) in [
        (
            &["--overlay", "tail:cvar<=0.1%", "--bounds", "0.05:"][..],
            format!("error: the cap of --overlay is 0.001, expected at least 0.0049, {least}"),
        ),
        (
            &["--overlay", "tail:cvar<=0.5%", "--bounds", "0.05:", "--constraint", "net == 100%"],
            format!("error: the cap of --overlay is 0.005, expected at least 0.0074, {least}"),
        ),
    ] {
        let done = run(args);
        assert_eq!((done.status, done.out.as_str()), (3, ""), "{}", done.err);
        assert!(done.err.ends_with(&message), "{}", done.err);
    }
    let invested = ["--overlay", "tail:cvar<=0.8%", "--bounds", "0.05:0.5", "--constraint", "net >= 100%"];
    let actual = object(&folder, &invested);
    let weights: Vec<f64> = actual["weights"].as_object().unwrap().values().map(number).collect();
    assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{weights:?}");
    assert!(weights.iter().all(|weight| (0.05 - 1e-9..=0.5 + 1e-9).contains(weight)), "{weights:?}");
    close(&actual["overlay"]["cvar_after"], 0.008, 1e-9, "after");
    assert!(number(&actual["overlay"]["cash_raised"]).abs() < 1e-9);
}

#[test]
fn short_positions_grow_no_further() {
    let capped = object(&folder(), &["--short", "AAA", "--overlay", "tail:cvar<=0.3%"]);
    let overlay = &capped["overlay"];
    close(&overlay["cvar_after"], 0.003, 1e-9, "after");
    assert!(number(&capped["weights"]["AAA"]) >= number(&overlay["before"]["AAA"]) - 1e-9);
}

#[test]
fn the_cap_comes_after_a_band() {
    let args = ["--method", "equal-weight", "--current", "held.csv", "--no-trade-band", "0.05"];
    let folder = folder();
    let banded = object(&folder, &args);
    let capped = object(&folder, &[args.as_slice(), &["--overlay", "tail:cvar<=1.2%"]].concat());
    assert_eq!(capped["overlay"]["before"], banded["weights"]);
    close(&capped["overlay"]["cvar_after"], 0.012, 1e-9, "after");
    let trade = number(&capped["weights"]["EEE"]) - 0.1;
    close(&capped["trades"]["EEE"], trade, 1e-12, "trades are from what is held");
}

#[test]
fn what_is_said_of_the_method_is_about_its_own_weights() {
    let folder = folder();
    let run = |args: &[&str]| folder.po(&[&["allocate", "prices.csv"], args].concat()).out;
    for method in ["max-sharpe", "mean-cvar"] {
        let plain = run(&["--method", method]);
        let line = plain.lines().find(|line| line.starts_with("expected return ")).unwrap();
        let capped = run(&["--method", method, "--overlay", "tail:cvar<=0.4%"]);
        let before = format!("what follows is about the weights of {method} before the overlay:\n{line}\n");
        assert!(capped.contains(&before), "{capped}");
    }
    let capped = run(&["--method", "risk-parity", "--overlay", "tail:cvar<=0.4%"]);
    assert!(!capped.lines().next().unwrap().contains("budget"), "{capped}");
}

fn refused(args: &[&str], message: &str) {
    let done = folder().po(&[&["allocate", "prices.csv"], args].concat());
    assert_eq!((done.status, done.out.as_str()), (2, ""), "{args:?}");
    assert!(done.err.contains(message), "{message} is not in {}", done.err);
}

#[test]
fn slips_are_told_with_what_was_expected() {
    let overlay = ["--overlay", "tail:cvar<=1%"];
    let with = |more: &[&'static str]| [overlay.as_slice(), more].concat();
    for (args, message) in [
        (vec!["--overlay", "cvar<=3%"], "there is no colon, expected tail:cvar<=CAP, such as tail:cvar<=3%"),
        (
            vec!["--overlay", "head:cvar<=3%"],
            "overlay \"head\" is unknown, expected tail:cvar<=CAP, such as tail:cvar<=3%",
        ),
        (vec!["--overlay", "tail:var<=3%"], "the overlay caps cvar and not \"var\", expected tail:cvar<=CAP"),
        (vec!["--overlay", "tail:cvar=3%"], "there is no <=, expected tail:cvar<=CAP"),
        (vec!["--overlay", "tail:cvar<=x"], "the number is \"x\", expected one such as 0.03 or 3%"),
        (
            vec!["--overlay", "tail:cvar<=-1%"],
            "the cap is -0.01, expected a loss of zero or more, such as 3%",
        ),
        (vec!["--stress", "COVID"], "error: --stress needs --overlay, such as --overlay 'tail:cvar<=10%'\n"),
        (
            with(&["--stress", "COVIDD"]),
            "error: --stress \"COVIDD\" is neither an episode (did you mean \"COVID\"?) nor a shock such as 'all -10%': ",
        ),
        (
            with(&["--stress", "all 10"]),
            "error: --stress \"all 10\" is neither an episode nor a shock such as 'all -10%': it would be a gain of 1000 %, expected one of at most 100 %\n",
        ),
        (with(&["--stress", "AAAA -10%"]), "asset or group \"AAAA\" is unknown, did you mean \"AAA\"?\n"),
        (
            with(&["--stress", "COVID"]),
            "error: the data range from 2024-01-11 to 2024-04-19, expected some days of COVID (2020-02-19 to 2020-03-23)\n",
        ),
        (
            with(&["--stress", "COVID", "--stress", "2008 GFC"]),
            "error: --stress needs one episode at a time\n",
        ),
        (
            with(&["--short", "AAA", "--bounds", "0:0.5"]),
            "error: --bounds cannot be kept by --overlay: with --short they are about the sizes of positions, which it does not know\n",
        ),
        (
            with(&["--current", "held.csv", "--constraint", "turnover <= 10%"]),
            "error: a limit on turnover cannot be kept by --overlay: it is about trades from --current, and the overlay trades after them\n",
        ),
    ] {
        refused(&args, message);
    }
}

#[test]
fn a_configuration_file_says_the_same() {
    let flags = [
        "--method",
        "equal-weight",
        "--confidence",
        "0.9",
        "--overlay",
        "tail:cvar<=1%",
        "--stress",
        "all -0.1%",
    ];
    let expected = object(&folder(), &flags);
    let text =
        "method = \"equal-weight\"\nconfidence = 0.9\noverlay = \"tail:cvar<=1%\"\nstress = \"all -0.1%\"\n";
    let actual = object(&folder().and("po.toml", text), &["--config", "po.toml"]);
    assert_eq!(actual, expected);
    let done =
        folder().and("po.toml", "overlay = 0.03\n").po(&["allocate", "prices.csv", "--config", "po.toml"]);
    assert_eq!(
        (done.err.as_str(), done.status),
        (
            "error: po.toml, line 1: in \"0.03\", there is no colon, expected tail:cvar<=CAP, such as tail:cvar<=3%\n",
            2
        )
    );
    let text = "method = \"max-return\"\ncvar-limit = 0.012\n";
    let actual = object(&folder().and("po.toml", text), &["--config", "po.toml"]);
    assert_eq!(actual, object(&folder(), &["--method", "max-return", "--cvar-limit", "1.2%"]));
}
