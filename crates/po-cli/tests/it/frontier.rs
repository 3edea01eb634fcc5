//! The efficient frontier: its points, its forms, and its picture.

use serde_json::Value;

use crate::optima::{PRICES, folder, object};
use crate::po::{Done, Folder};

/// Optima agree to rounding.
const ROUNDING: f64 = 1e-9;

fn frontier(folder: &Folder, args: &[&str]) -> Done {
    folder.po(&[&["frontier", "prices.csv"], args].concat())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn each_point_is_the_optimum_of_its_return() {
    let folder = folder();
    let groups = ["--groups", "sectors.csv", "--constraint", "each sector <= 70%"];
    let args = [groups.as_slice(), &["--points", "6", "--risk-free", "0.02", "-o", "json"]].concat();
    let actual = frontier(&folder, &args).json();
    let points = actual["points"].as_array().unwrap();
    assert_eq!(points.len(), 6);
    let of = |method: &[&str]| object(&folder, &[groups.as_slice(), &["--method"], method].concat());
    let close = |point: &Value, optimum: &Value| {
        let distance = number(&point["volatility"]) - number(&optimum["risk"]["volatility_annualised"]);
        assert!(distance.abs() < ROUNDING, "{point} {optimum}");
    };
    close(&points[0], &of(&["min-variance"]));
    assert_eq!(points[0], actual["minimum_variance"]);
    close(&points[5], &of(&["max-return"]));
    for point in &points[1..5] {
        let target = point["return"].to_string();
        close(point, &of(&["min-risk", "--target-return", &target]));
    }
    let sharpe = of(&["max-sharpe", "--risk-free", "0.02"]);
    close(&actual["maximum_sharpe"], &sharpe);
    assert!(
        (number(&actual["maximum_sharpe"]["sharpe"]) - number(&sharpe["objective"]["value"])).abs()
            < ROUNDING
    );
    // Steps of return are equal, and risk rises with return.
    let returns: Vec<f64> = points.iter().map(|point| number(&point["return"])).collect();
    for pair in returns.windows(3) {
        assert!((pair[2] - 2.0 * pair[1] + pair[0]).abs() < ROUNDING, "{returns:?}");
    }
    assert!(points.windows(2).all(|pair| number(&pair[0]["volatility"]) < number(&pair[1]["volatility"])));
    for key in ["primal_residual", "dual_residual", "complementarity", "gap"] {
        assert!(number(&actual["certificate"][key]) < ROUNDING, "{key}");
    }
}

#[test]
fn csv_has_a_column_for_each_asset() {
    let folder = folder();
    let json = frontier(&folder, &["--points", "3", "-o", "json"]).json();
    let done = frontier(&folder, &["--points", "3", "-o", "csv"]);
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!((lines[0], lines.len()), ("volatility,return,sharpe,AAA,BBB,CCC,DDD,EEE,FFF", 4));
    let cells: Vec<f64> = lines[2].split(',').map(|cell| cell.parse().unwrap()).collect();
    let point = &json["points"][1];
    assert_eq!(
        cells[..3],
        [number(&point["volatility"]), number(&point["return"]), number(&point["sharpe"])]
    );
    assert_eq!(cells[8], number(&point["weights"]["FFF"]));
}

#[test]
fn the_table_is_for_people() {
    let done = frontier(&folder(), &["--points", "4"]);
    assert_eq!(done.status, 0);
    for part in [
        "volatility   return  Sharpe ratio",
        "\nleast variance: volatility 6.97 %, return 2.54 %, Sharpe ratio 0.36\n  FFF 46.5 %, DDD 36.6 %",
        "\ngreatest Sharpe ratio: volatility 9.45 %",
        "\nfrontier: 6 assets, 67 observations from 2024-01-11 to 2024-04-19\n",
        "expected returns: sample means\n",
        "residuals of all points at most: primal ",
    ] {
        assert!(done.out.contains(part), "{part:?} is not in\n{}", done.out);
    }
}

#[test]
fn a_frontier_without_a_good_ratio_says_so() {
    let done = frontier(&folder(), &["--points", "2", "--risk-free", "0.9", "-o", "json"]);
    let object = done.json();
    assert_eq!(object["maximum_sharpe"], Value::Null);
    let warning = object["warnings"][1].as_str().unwrap();
    assert!(warning.starts_with("no portfolio has a Sharpe ratio above zero"), "{warning}");
}

#[test]
fn what_does_not_move_has_no_ratio() {
    let cash = "date,A,B\n2024-01-01,1,7\n2024-01-02,2,7\n2024-01-03,3,7\n2024-01-04,2,7\n";
    let folder = Folder::with("prices.csv", cash);
    let options = ["--points", "3", "-o", "json", "--plot", "f.svg", "--risk-free", "-0.01"];
    let object = frontier(&folder, &options).json();
    assert_eq!(object["maximum_sharpe"], Value::Null);
    let warning =
        "B returns more than the risk-free rate without risk, so Sharpe ratios have no greatest value";
    assert_eq!(object["warnings"][0], warning);
    assert!(number(&object["points"][0]["volatility"]) < ROUNDING);
}

#[test]
fn cash_that_returns_less_than_the_risk_free_rate_is_no_obstacle() {
    let cash = "date,A,B\n2024-01-01,1,7\n2024-01-02,2,7\n2024-01-03,3,7\n2024-01-04,2,7\n";
    let folder = Folder::with("prices.csv", cash);
    let object = frontier(&folder, &["--points", "3", "-o", "json", "--risk-free", "0.01"]).json();
    assert!((number(&object["maximum_sharpe"]["weights"]["A"]) - 1.0).abs() < ROUNDING, "{object}");
}

#[test]
fn costs_are_taken_off_the_returns() {
    let folder = folder();
    let free = frontier(&folder, &["--points", "2", "-o", "json"]).json();
    let args = ["--points", "2", "-o", "json", "--current", "held.csv", "--costs-bps", "100"];
    let paid = frontier(&folder, &args).json();
    // All is moved into one asset, of which a fifth is held.
    let cost = number(&free["points"][1]["return"]) - number(&paid["points"][1]["return"]);
    assert!((cost - 0.01 * 1.6).abs() < ROUNDING, "{cost}");
}

/// Numbers of the attribute in all elements of a kind.
pub(crate) fn attributes(svg: &str, element: &str, attribute: &str) -> Vec<f64> {
    let start = format!("<{element}");
    let key = format!(" {attribute}=\"");
    svg.split(&start)
        .skip(1)
        .filter_map(|rest| rest.split('>').next()?.split_once(&key)?.1.split('"').next()?.parse().ok())
        .collect()
}

#[test]
fn the_picture_shows_assets_and_both_portfolios() {
    let folder = folder();
    let done = frontier(&folder, &["--plot", "f.svg"]);
    assert_eq!((done.status, done.out.is_empty()), (0, false));
    let svg = std::fs::read_to_string(folder.path("f.svg")).unwrap();
    assert!(
        svg.starts_with("<svg width=\"1000\" height=\"680\" viewBox=\"0 0 8000 5440\""),
        "{}",
        &svg[..200]
    );
    for text in [
        "AAA",
        "BBB",
        "CCC",
        "DDD",
        "EEE",
        "FFF",
        "least variance",
        "greatest Sharpe ratio, 2.91",
        "return 2.5 %",
        "volatility 7.0 %",
    ] {
        assert_eq!(svg.matches(&format!("\n{text}\n")).count(), 1, "{text}");
    }
    // Six assets, and two portfolios with a ring each.
    assert_eq!(attributes(&svg, "circle", "cx").len(), 6 + 4);
    for (attribute, most) in [("x", 8000.0), ("y", 5440.0)] {
        assert!(attributes(&svg, "text", attribute).iter().all(|at| (0.0..=most).contains(at)));
    }
    // The same numbers give the same picture.
    frontier(&folder, &["--plot", "again.svg"]);
    assert_eq!(svg, std::fs::read_to_string(folder.path("again.svg")).unwrap());
}

#[test]
fn the_page_needs_nothing_else() {
    let prices = PRICES.replacen("AAA", "A&A <b>", 1);
    let folder = Folder::with("prices.csv", prices);
    let done = frontier(&folder, &["--points", "5", "--plot", "f.html"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let page = std::fs::read_to_string(folder.path("f.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("</svg>"));
    assert!(page.contains("A&amp;A &lt;b&gt;") && !page.contains("<b>"), "names are escaped");
    let links = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    assert!(!links.contains("http") && !links.contains("<script") && !links.contains("src="));
    // Five points, and the portfolio with the greatest ratio among them.
    assert_eq!(page.matches("<tr").count(), 1 + 5 + 1);
    assert_eq!(
        (page.matches("class=\"safest\"").count(), page.matches("class=\"tangency\"").count()),
        (1, 1)
    );
}

#[test]
fn pictures_that_cannot_be_drawn_are_refused() {
    let folder = folder();
    let done = frontier(&folder, &["--plot", "f.png"]);
    assert_eq!(
        (done.err.as_str(), done.status),
        ("error: --plot \"f.png\" ends in none of .svg and .html, expected a file such as f.svg\n", 2)
    );
    let done = frontier(&folder, &["--plot", "no/such/f.svg"]);
    assert_eq!(done.status, 1);
    assert!(
        done.err.ends_with("error: no/such/f.svg cannot be written: there is no such file\n"),
        "{}",
        done.err
    );
}

#[test]
fn one_asset_is_a_frontier_of_one_point() {
    let done = frontier(&folder(), &["--assets", "AAA", "--plot", "f.svg", "-o", "json", "--points", "2"]);
    let object = done.json();
    let weight = number(&object["points"][0]["weights"]["AAA"]);
    assert!((weight - 1.0).abs() < ROUNDING, "{weight}");
}
