//! Pictures of tails: the past with its value at risk, how well a tail fits, and violations of models.

use crate::frontier::attributes;
use crate::po::Folder;
use crate::tail::market;

/// The picture that a run with these arguments draws, in which all text lies.
fn picture(folder: &Folder, args: &[&str]) -> String {
    let done = folder.po(&[&["tail"], args, &["--plot", "f.svg"]].concat());
    assert!(done.status == 0 && !done.out.is_empty(), "{}", done.err);
    let svg = std::fs::read_to_string(folder.path("f.svg")).unwrap();
    for (axis, side) in [("x", "width"), ("y", "height")] {
        let size = attributes(&svg, "svg", side)[0] * 8.0;
        assert!(attributes(&svg, "text", axis).iter().all(|place| (0.0..=size).contains(place)), "{axis}");
    }
    svg
}

/// How often a line of text is written.
fn written(svg: &str, text: &str) -> usize {
    svg.matches(&format!("\n{text}\n")).count()
}

#[test]
fn a_tail_of_extreme_values_has_its_diagnostics() {
    let folder = market(900);
    let svg = picture(&folder, &["prices.csv"]);
    for title in [
        "Returns, with value at risk (blue) and expected shortfall (orange) by one fit to them all",
        "Share of losses beyond",
        "Excesses over the threshold, beside those of the fit",
        "Mean excess beyond each threshold, with its 95 % band",
        "Shape xi beyond each threshold, with its 95 % band",
        "VaR",
        "CVaR",
        "loss, in volatilities",
    ] {
        assert_eq!(written(&svg, title), 1, "{title}");
    }
    assert_eq!(written(&svg, "threshold"), 3);
    assert_eq!(svg, picture(&folder, &["prices.csv"]), "the same numbers give the same picture");
}

#[test]
fn other_tails_have_one_panel() {
    let folder = market(900);
    let svg = picture(&folder, &["prices.csv", "--model", "student-t"]);
    assert_eq!(written(&svg, "Share of losses beyond"), 1);
    assert_eq!(written(&svg, "loss"), 1);
    assert_eq!(written(&svg, "Mean excess beyond each threshold, with its 95 % band"), 0);
}

#[test]
fn each_model_has_its_violations() {
    let folder = market(900);
    let svg = picture(&folder, &["backtest", "prices.csv", "--model", "gjr-evt,historical,normal,evt"]);
    // Three have a line, whose names stand once more beside their violations.
    for (model, times) in [("gjr-evt", 2), ("historical", 2), ("normal", 2), ("evt", 1)] {
        assert_eq!(written(&svg, model), times, "{model}");
    }
    assert_eq!(written(&svg, "Violations, 1.00 % expected"), 1);
    assert_eq!(written(&svg, "dots: losses beyond that of gjr-evt"), 1);
}

#[test]
fn pages_hold_the_picture_and_tables() {
    let folder = market(900);
    let done = folder.po(&["tail", "prices.csv", "--output", "html"]);
    assert!(done.out.starts_with("<!DOCTYPE html>") && done.out.contains("<svg"), "{}", done.err);
    assert!(done.out.contains("<h2>Contributions</h2>") && done.out.contains("shape xi"));
    let args = ["tail", "backtest", "prices.csv", "--model", "evt,normal", "--plot", "b.html"];
    assert_eq!(folder.po(&args).status, 0);
    let page = std::fs::read_to_string(folder.path("b.html")).unwrap();
    assert!(page.contains("<h1>Tests</h1>") && page.contains("binomial"), "{page}");
}
