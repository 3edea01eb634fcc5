//! `--stability`: the numbers are those of the library, each resample is estimated again, and nothing is lost.

use std::fmt::Write;

use po_engine::BootstrapParams;
use po_engine::hrp::{ClusterCount, Hrp, HrpParams, StabilityAnalysis, StabilityParams};
use serde_json::Value;

use crate::covariance::returns;
use crate::optima::folder;
use crate::po::{Done, Folder};

/// The command and the library sum the same numbers, the covariance perhaps in another order.
const SAME: f64 = 1e-12;

const ASSETS: usize = 6;

fn run(args: &[&str]) -> Done {
    folder().po(&[&["allocate", "prices.csv"], args].concat())
}

fn stability(args: &[&str]) -> Value {
    let object = run(&[args, &["--output", "json"]].concat()).json();
    object["stability"].clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[track_caller]
fn close(value: &Value, expected: f64) {
    let actual = value.as_f64().unwrap();
    assert!((actual - expected).abs() <= SAME, "{actual} {expected}");
}

#[test]
fn the_command_tells_what_the_library_finds() {
    let bootstrap = BootstrapParams { resamples: 60, seed: 7, ..BootstrapParams::default() };
    let analysis =
        StabilityAnalysis::new(StabilityParams { bootstrap, ..StabilityParams::default() }).unwrap();
    let hrp = Hrp::new(HrpParams::default()).unwrap();
    let found = analysis.judge_hrp(&returns(), &hrp, ClusterCount::Given(3), &|_| {}).unwrap();
    let told = stability(&["--stability=60", "--seed", "7"]);
    assert_eq!((&told["resamples"], &told["failed"]), (&60.into(), &0.into()));
    assert_eq!((&told["seed"], &told["block"]), (&7.into(), &8.into()));
    assert_eq!((&told["resampling"], &told["interval"]), (&"stationary".into(), &"percentile".into()));
    assert_eq!((&told["confidence"], &told["first_failure"]), (&0.95.into(), &Value::Null));
    let assets = told["assets"].as_object().unwrap();
    assert_eq!(assets.len(), ASSETS);
    for (asset, own) in assets.values().zip(&found.assets) {
        close(&asset["weight"], own.weight);
        close(&asset["mean"], own.mean);
        close(&asset["bias"], own.bias);
        close(&asset["standard_error"], own.standard_error);
        close(&asset["lower"], own.lower);
        close(&asset["upper"], own.upper);
    }
    assert_eq!(told["cluster_counts"].as_object().unwrap()["3"], 1.0);
    let clusters = told["clusters"].as_array().unwrap();
    assert_eq!(clusters.len(), 3);
    let names = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"];
    for (number, (cluster, own)) in clusters.iter().zip(&found.clusters).enumerate() {
        assert_eq!(cluster["cluster"], number + 1);
        let members: Vec<&str> = own.assets.iter().map(|&asset| names[asset]).collect();
        assert_eq!(cluster["assets"], Value::from(members));
        close(&cluster["similarity"], own.similarity);
        close(&cluster["recovered"], own.recovered);
        close(&cluster["dissolved"], own.dissolved);
        close(&cluster["support"], own.support.unwrap());
    }
    for (node, own) in told["nodes"].as_array().unwrap().iter().zip(&found.nodes) {
        close(&node["support"], own.support);
        close(&node["split"], own.split);
        assert_eq!(node["left"].as_array().unwrap().len(), own.left.len());
    }
    let rows: Vec<f64> = told["co_clustering"].as_array().unwrap().iter().flat_map(numbers).collect();
    assert_eq!(rows, found.co_clustering);
}

/// Any estimator and any method of the family; the weights of the sample are those of the result.
#[test]
fn each_method_is_judged_with_its_own_settings() {
    let mut seen: Vec<Value> = Vec::new();
    for args in [
        &["--method", "hrp"][..],
        &["--method", "herc"],
        &["--method", "nco"],
        &["--method", "schur"],
        &["--method", "hrp", "--linkage", "single"],
        &["--method", "hrp", "--risk", "cvar"],
        &["--method", "hrp", "--codependence", "spearman"],
        &["--method", "hrp", "--bounds", "0.05:0.3"],
        &["--method", "hrp", "--covariance", "ledoit-wolf"],
        &["--method", "herc", "--covariance", "ewma", "--half-life", "20"],
    ] {
        let object = run(&[args, &["--stability=30", "--output", "json"]].concat()).json();
        let told = &object["stability"];
        assert_eq!((&told["resamples"], &told["failed"]), (&30.into(), &0.into()), "{args:?}");
        let assets = told["assets"].as_object().unwrap();
        for (name, asset) in assets {
            assert_eq!(asset["weight"], object["weights"][name], "{args:?}");
            assert!(asset["lower"].as_f64() <= asset["upper"].as_f64());
        }
        // The clusters are those of the column.
        for cluster in told["clusters"].as_array().unwrap() {
            for name in cluster["assets"].as_array().unwrap() {
                assert_eq!(object["clusters"][name.as_str().unwrap()], cluster["cluster"], "{args:?}");
            }
        }
        let assets = Value::Object(assets.clone());
        assert!(!seen.contains(&assets), "{args:?}");
        seen.push(assets);
    }
    // A bound holds in each resample.
    let bounded = &seen[7];
    assert!(bounded.as_object().unwrap().values().all(|asset| asset["upper"].as_f64() <= Some(0.3)));
}

#[test]
fn the_table_reads_well_and_keeps_its_bits() {
    let one = run(&["--stability=40", "-k", "2"]);
    assert_eq!(one.status, 0, "{}", one.err);
    assert!(one.out.contains(
        "How far the weights can be trusted, from 40 resamples of the observations in blocks of about 8 (seed 1):\n"
    ));
    assert!(one.out.contains("\nasset   weight     mean  std. error  95 % from       to\n"), "{}", one.out);
    assert!(one.out.contains("cluster  assets"), "{}", one.out);
    assert!(one.out.contains("of 2 clusters 2 are stable, "), "{}", one.out);
    assert!(one.out.contains("\nand none is doubtful, with one below 0.6\n"), "{}", one.out);
    assert_eq!(run(&["--stability=40", "-k", "2"]).out, one.out);
    assert_ne!(run(&["--stability=40", "-k", "2", "--seed", "2"]).out, one.out);
    let page = run(&["--stability=40", "-k", "2", "--output", "html"]).out;
    assert!(page.contains("<h2>How far the weights can be trusted, from 40 resamples "), "{page}");
    assert!(page.contains("<p>and none is doubtful, with one below 0.6</p>"), "{page}");
    assert!(run(&["--stability=40", "-k", "1"]).out.contains("\nof 1 cluster 1 is stable, "));
    // The result itself is what it was.
    let plain = run(&["-k", "2"]).out;
    assert!(one.out.starts_with(&plain), "{}", one.out);
    // A rule that counts clusters does not always find as many.
    assert!(run(&["--method", "herc", "--stability=60"]).out.contains("number of clusters: "));

    let table = run(&["--stability=40", "--output", "csv"]).out;
    let mut lines = table.lines();
    assert!(lines.next().unwrap().ends_with(",standard_error,lower,upper"), "{table}");
    let told = stability(&["--stability=40"]);
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let own = &told["assets"][cells[0]];
        let [.., error, lower, upper] = cells[..] else { panic!("{line}") };
        for (cell, key) in [(error, "standard_error"), (lower, "lower"), (upper, "upper")] {
            assert_eq!(cell.parse::<f64>().unwrap(), own[key].as_f64().unwrap());
        }
    }
}

#[test]
fn a_file_of_settings_asks_for_it() {
    let folder = folder().and("po.toml", "stability = 25\nseed = 3\n");
    let done = folder.po(&["allocate", "prices.csv", "--config", "po.toml", "--output", "json"]).json();
    assert_eq!((&done["stability"]["resamples"], &done["stability"]["seed"]), (&25.into(), &3.into()));
}

/// B moves on one day alone: resamples without that day have no variance for it.
fn seldom() -> Folder {
    let mut prices = "date,A,B,C\n".to_owned();
    for day in 1..=12 {
        let (a, b, c) = (100 + day * day % 7, if day > 6 { 51 } else { 50 }, 80 + day % 5);
        writeln!(prices, "2024-01-{day:02},{a},{b},{c}").unwrap();
    }
    Folder::with("seldom.csv", prices)
}

#[test]
fn resamples_without_weights_are_counted() {
    let folder = seldom();
    let done = folder.po(&["allocate", "seldom.csv", "--stability=50", "--output", "json"]).json();
    let told = &done["stability"];
    let failed = told["failed"].as_u64().unwrap();
    assert!((5..40).contains(&failed), "{failed}");
    let reason = "the variance of B is zero, expected a positive number";
    assert_eq!(told["first_failure"]["reason"], reason);
    let warning =
        format!("{failed} of 50 resamples have no weights and count for nothing; the first: {reason}");
    let warnings = done["warnings"].as_array().unwrap();
    assert!(warnings.contains(&Value::from(warning.as_str())), "{warnings:?}");
    let table = folder.po(&["allocate", "seldom.csv", "--stability=50"]);
    assert!(table.err.contains(&warning), "{}", table.err);
    assert!(table.out.contains(&format!("from {} of 50 resamples", 50 - failed)), "{}", table.out);

    // Of two resamples one may fail, or both.
    let refused = (1..40).find_map(|seed: u32| {
        let seed = seed.to_string();
        let done = folder.po(&["allocate", "seldom.csv", "--stability=2", "--seed", &seed]);
        (done.status == 2 && done.err.contains("2 of 2")).then_some(done.err)
    });
    let expected = format!(
        "error: 2 of 2 resamples have no weights, and --stability needs two that have; the first: {reason}\n"
    );
    assert!(refused.unwrap().ends_with(&expected));
}

#[test]
fn what_has_no_meaning_is_refused() {
    for (args, message) in [
        (&["--seed", "3"][..], "--seed needs --stability"),
        (&["--stability=1"], "--stability is 1, expected at least 2 resamples"),
        (
            &["--stability", "--method", "equal-weight"],
            "--stability has no meaning for --method equal-weight, expected --method hrp, herc, nco or schur",
        ),
        (&["--stability", "-k", "7"], "--clusters is 7, expected a number from 1 to 6, the number of assets"),
    ] {
        let done = run(args);
        assert_eq!((done.err.as_str(), done.status), (format!("error: {message}\n").as_str(), 2), "{args:?}");
    }
}
