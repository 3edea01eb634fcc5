//! `--short` and `--exposure`: books of given sizes, what they mean for other flags, and what is refused.

use serde_json::Value;

use crate::optima::folder;
use crate::po::Done;

/// Weights are sums of rounded shares.
const SUM: f64 = 1e-12;

fn run(args: &[&str]) -> Done {
    folder().po(&[&["allocate", "prices.csv"], args].concat())
}

fn json(args: &[&str]) -> Value {
    run(&[args, &["--output", "json"]].concat()).json()
}

fn weights(result: &Value) -> Vec<(String, f64)> {
    let weights = result["weights"].as_object().unwrap();
    weights.iter().map(|(name, weight)| (name.clone(), weight.as_f64().unwrap())).collect()
}

fn names() -> Vec<String> {
    weights(&json(&[])).into_iter().map(|(name, _)| name).collect()
}

/// The sizes of both books; each asset stands on its side.
fn books(result: &Value, short: &[String]) -> (f64, f64) {
    let (mut long, mut below) = (0.0, 0.0);
    for (name, weight) in weights(result) {
        if short.contains(&name) {
            assert!(weight <= 0.0, "{name} {weight}");
            below -= weight;
        } else {
            assert!(weight >= 0.0, "{name} {weight}");
            long += weight;
        }
    }
    (long, below)
}

#[test]
fn books_have_the_sizes_that_are_asked_for() {
    let names = names();
    let short = &names[1..3];
    let list = short.join(",");
    for (exposure, long, below) in [("1.3:0.3", 1.3, 0.3), ("1:1", 1.0, 1.0), ("0.5:0", 0.5, 0.0)] {
        for more in [&[][..], &["--risk", "cvar"], &["--codependence", "spearman"], &["--bounds", "0:0.9"]] {
            let result = json(&[&["--short", &list, "--exposure", exposure], more].concat());
            let found = books(&result, short);
            assert!(
                (found.0 - long).abs() < SUM && (found.1 - below).abs() < SUM,
                "{exposure} {more:?} {found:?}"
            );
            let told = &result["hierarchy"]["books"];
            assert_eq!((told["long"].as_f64(), told["short"].as_f64()), (Some(found.0), Some(found.1)));
        }
    }
    // A number for both, and one without a word.
    for (args, gross) in [(&["--exposure", "1.6"][..], 1.6), (&[], 1.0)] {
        let (long, below) = books(&json(&[&["--short", &list], args].concat()), short);
        assert!((long + below - gross).abs() < SUM && long > 0.0 && below > 0.0);
    }
    assert!(json(&[])["hierarchy"].get("books").is_none());
}

/// All short is minus all long, whatever says who is near whom: signs cancel.
#[test]
fn all_assets_short() {
    let list = names().join(",");
    for more in [&[][..], &["--codependence", "kendall"], &["--risk", "mad"]] {
        let (long, short) = (json(more), json(&[&["--short", &list], more].concat()));
        for ((_, long), (_, short)) in weights(&long).into_iter().zip(weights(&short)) {
            assert_eq!(long, -short, "{more:?}");
        }
    }
}

#[test]
fn bounds_are_on_sizes() {
    let names = names();
    let bound = format!("{}=0.05:0.1", names[1]);
    let result = json(&["--short", &names[1..3].join(","), "--exposure", "1:0.3", "--bounds", &bound]);
    let held = -weights(&result)[1].1;
    assert!((0.05..=0.1).contains(&held), "{held}");
}

#[test]
fn the_table_tells_the_books() {
    let names = names();
    let done = run(&["--short", &names[1], "--exposure", "1.3:0.3", "--explain"]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.out.contains("long and "), "{}", done.out);
    let told = "130.00 % long and 30.00 % short: 160.00 % gross; splits are shares of 160.00 %\n";
    assert!(done.out.contains(told), "{}", done.out);
}

/// A band changes the books, and they are told as they are; so is how many positions there are, whatever their size.
#[test]
fn books_are_those_of_the_weights() {
    let names = names();
    let band = ["--current", "held.csv", "--no-trade-band", "0.1"];
    let args = [&["--short", &names[1], "--exposure", "1.3:0.3"][..], &band].concat();
    let result = json(&args);
    let sizes: Vec<f64> = weights(&result).into_iter().map(|(_, weight)| weight).collect();
    let side = |sign: f64| sizes.iter().map(|weight| (sign * weight).max(0.0)).sum::<f64>();
    let (long, short) = (side(1.0), side(-1.0));
    assert!((short - 0.3).abs() > 0.01, "{short}");
    let told = &result["hierarchy"]["books"];
    assert_eq!((told["long"].as_f64(), told["short"].as_f64()), (Some(long), Some(short)));
    let out = run(&args).out;
    let line = format!("{:.2} % long and {:.2} % short: ", 100.0 * long, 100.0 * short);
    assert!(out.contains(&line) && out.contains(" gross; splits are shares of 160.00 %\n"), "{out}");
    let squares: f64 = sizes.iter().map(|weight| weight * weight).sum();
    let effective = (long + short).powi(2) / squares;
    assert!((result["effective_assets"].as_f64().unwrap() - effective).abs() < SUM);
}

/// A configuration file says it in the same words.
#[test]
fn settings_of_a_file() {
    let names = names();
    let folder = folder().and("po.toml", format!("short = [{:?}]\nexposure = \"1.2:0.2\"\n", names[0]));
    let result = folder.po(&["allocate", "prices.csv", "--config", "po.toml", "--output", "json"]).json();
    assert!((weights(&result)[0].1 + 0.2).abs() < SUM);
}

fn refused(args: &[&str], message: &str, status: i32) {
    let done = run(args);
    assert_eq!(done.status, status, "{args:?}: {}", done.err);
    assert!(done.err.contains(message), "{args:?}: {}", done.err);
}

#[test]
fn what_makes_no_books_is_refused() {
    let names = names();
    let (one, all) = (names[0].as_str(), names.join(","));
    refused(
        &["--method", "herc", "--short", one],
        "--short has no meaning for --method herc, expected --method hrp",
        2,
    );
    refused(&["--exposure", "1:1"], "--exposure needs --short, such as --short AAPL,MSFT", 2);
    refused(
        &["--short", one, "--constraint", "gross <= 2"],
        "--constraint has no meaning with --short: it moves weights that are all long, expected --bounds or --group-bounds",
        2,
    );
    refused(&["--short", "NONE"], "asset \"NONE\" of --short is not in prices.csv", 2);
    refused(
        &["--short", &format!("{one},{one}")],
        &format!("asset {one:?} stands twice in --short, expected each asset once"),
        2,
    );
    refused(
        &["--short", one, "--assets", &names[1..].join(",")],
        &format!("asset {one:?} of --short is left out by --missing or --assets"),
        2,
    );
    refused(&["--short", one, "--exposure", "1:x"], "\"x\" is no size, expected numbers of zero or more", 2);
    refused(&["--short", one, "--exposure", "-1:0.3"], "\"-1\" is no size", 2);
    refused(
        &["--short", one, "--exposure", "0"],
        "the gross exposure is 0, expected a finite number above zero",
        2,
    );
    refused(
        &["--short", &all, "--exposure", "1.3:0.3"],
        "the long book is 1.3, expected 0: every asset is short",
        2,
    );
    refused(
        &["--short", one, "--bounds", "-0.1:0.5"],
        "bounds are on the size of a position, on either side",
        2,
    );
    // Understood, and out of reach.
    let bounds = format!("{one}=0:0.2");
    refused(
        &["--short", one, "--exposure", "1.3:0.3", "--bounds", &bounds],
        "the bounds of group \"short book\" are [0.3, 0.3], expected them to meet what its members can hold, [0, 0.2]",
        3,
    );
    refused(
        &["--short", one, "--exposure", "2:2", "--bounds", "0:0.1"],
        "expected at least the gross exposure, 4",
        3,
    );
}
