//! Pictures of correlations: a heat map of the matrix, lines of pairs over time, and the pages around them.

use crate::frontier::attributes;
use crate::optima::{PRICES, folder};
use crate::po::{Done, Folder};

fn correlation(folder: &Folder, args: &[&str]) -> Done {
    folder.po(&[&["correlation", "prices.csv"], args].concat())
}

/// The picture that a run with these arguments draws.
fn picture(folder: &Folder, args: &[&str]) -> String {
    let done = correlation(folder, &[args, &["--plot", "f.svg"]].concat());
    assert!(done.status == 0 && !done.out.is_empty(), "{}", done.err);
    let svg = std::fs::read_to_string(folder.path("f.svg")).unwrap();
    let size = attributes(&svg, "svg", "width")[0] * 8.0;
    assert!(
        attributes(&svg, "text", "x").iter().all(|x| (0.0..=size).contains(x)),
        "text lies in the picture"
    );
    svg
}

/// How often a line of text is written.
fn written(svg: &str, text: &str) -> usize {
    svg.matches(&format!("\n{text}\n")).count()
}

#[test]
fn the_heat_map_has_a_square_for_each_pair() {
    let folder = folder();
    let svg = picture(&folder, &[]);
    // Squares, the background, and the steps of the legend.
    assert_eq!(attributes(&svg, "rect", "width").len(), 36 + 1 + 80);
    for name in ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"] {
        assert_eq!(written(&svg, name), 2, "{name}");
    }
    assert_eq!(written(&svg, "1.00"), 6);
    for tick in ["1", "0.5", "0", "-0.5", "-1"] {
        assert_eq!(written(&svg, tick), 1, "{tick}");
    }
    assert_eq!(written(&svg, "6 assets, 67 observations from 2024-01-11 to 2024-04-19; model: sample"), 1);
    assert_eq!(svg, picture(&folder, &[]), "the same numbers give the same picture");
}

#[test]
fn the_colours_are_those_of_the_numbers() {
    // B falls as A rises, and C is A.
    let prices = "date,A,B,C\n2024-01-01,1,1,1\n2024-01-02,1.1,0.9,1.1\n2024-01-03,0.99,0.99,0.99\n2024-01-04,1.089,0.891,1.089\n";
    let svg = picture(&Folder::with("prices.csv", prices), &[]);
    let colours = |colour: &str| svg.matches(&format!("fill=\"{colour}\"")).count();
    // The deepest blue is -1: two pairs, twice each. The deepest red is 1: the diagonal, the other pair, and the legend.
    assert_eq!((colours("#21529B"), colours("#9F162A")), (4, 5 + 1), "{svg}");
}

#[test]
fn many_assets_are_drawn_as_means_without_names() {
    let folder = Folder::new();
    let demo = ["demo", "--assets", "170", "--days", "100", "--write", "prices.csv"];
    assert_eq!(folder.po(&demo).status, 0);
    let args = ["--missing", "complete-assets"];
    let svg = picture(&folder, &args);
    let names = correlation(&folder, &[args.as_slice(), &["-o", "json"]].concat()).json()["assets"].as_u64();
    let cells = names.unwrap();
    // So many squares are drawn by colour, in units of an asset, and cover the matrix once.
    assert_eq!(attributes(&svg, "rect", "width").len(), 1 + 80);
    let widths = svg.split('h').filter_map(|rest| rest.split_once('v'));
    let area = widths.filter_map(|(width, height)| {
        Some(
            width.parse::<u64>().ok()?
                * height.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u64>().ok()?,
        )
    });
    assert_eq!(area.sum::<u64>(), cells * cells);
    assert_eq!(written(&svg, "TECH1"), 0);
    let line = "assets in the order of the hierarchical tree; each square is the mean of 2 by 2 pairs";
    assert_eq!(written(&svg, line), 1);
}

#[test]
fn lines_have_names_and_dates() {
    let svg = picture(&folder(), &["--pairs", "AAA:DDD,BBB:CCC"]);
    for month in ["2024-03", "2024-04"] {
        assert_eq!(written(&svg, month), 1, "{month}");
    }
    let lines = svg.lines().filter(|line| line.contains("stroke-width=\"16\"")).count();
    assert_eq!(lines, 2);
    assert!(svg.contains("\nAAA:DDD  0.") && svg.contains("\nBBB:CCC  0."), "{svg}");
    assert!(svg.contains("; ewma, half-life 11.2 periods\n"));
}

/// More pairs than colours have panels, with the same axes.
#[test]
fn many_pairs_have_panels() {
    let folder = folder();
    let svg = picture(&folder, &["--pairs", "AAA,BBB,CCC,DDD,EEE"]);
    let lines: Vec<&str> = svg.lines().filter(|line| line.contains("<polyline")).collect();
    assert_eq!(lines.iter().filter(|line| line.contains("stroke=\"#2563EB\"")).count(), 10, "{svg}");
    for pair in ["AAA:BBB", "AAA:EEE", "CCC:DDD", "DDD:EEE"] {
        assert_eq!(svg.matches(&format!("\n{pair}  ")).count(), 1, "{pair}");
    }
    // Ten panels in rows of four: dates under the last two, and under the last two of the row above.
    assert_eq!(written(&svg, "2024-04-19"), 4);
    let height = attributes(&svg, "svg", "height")[0] * 8.0;
    assert!(
        attributes(&svg, "text", "y").iter().all(|y| (0.0..=height).contains(y)),
        "text lies in the picture"
    );
}

#[test]
fn long_lines_are_thinned_and_long_names_cut() {
    let name = "A fund whose name says all that it does";
    let wave = |day: usize, phase: f64| 100.0 + (0.7 * day as f64 + phase).sin() + (0.01 * day as f64).cos();
    let hour = |day: usize| format!("{:04}-{:02}-{:02}", 1990 + day / 336, day % 336 / 28 + 1, day % 28 + 1);
    let rows = (0..6000).map(|day| format!("{},{},{}\n", hour(day), wave(day, 0.0), wave(day, 1.0)));
    let prices = format!("date,{name},B\n{}", rows.collect::<String>());
    let folder = Folder::with("prices.csv", prices);
    let pairs = format!("{name}:B");
    let svg = picture(&folder, &["--pairs", &pairs]);
    let line = svg.lines().find(|line| line.contains("stroke-width=\"16\"")).unwrap();
    let points = line.split("points=\"").nth(1).unwrap().split('"').next().unwrap().split_whitespace();
    let points: Vec<(f64, f64)> = points
        .map(|point| point.split_once(',').unwrap())
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect();
    assert!((2000..=4000).contains(&points.len()), "{}", points.len());
    assert!(points.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    // The ends of the line tell the scale, and by it no extreme is lost.
    let values = correlation(&folder, &["--pairs", &pairs, "-o", "json"]).json();
    let values: Vec<f64> = serde_json::from_value(values["correlations"][&pairs].clone()).unwrap();
    let (first, last) = (points[0].1, points[points.len() - 1].1);
    let scale = (last - first) / (values[values.len() - 1] - values[0]);
    let extremes = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let drawn = extremes(&mut points.iter().map(|point| point.1));
    let known = extremes(&mut values.iter().map(|value| first + scale * (value - values[0])));
    // Places are rounded to an eighth of a pixel, of which the picture's are units.
    assert!((drawn.0 - known.0).abs() < 4.0 && (drawn.1 - known.1).abs() < 4.0, "{drawn:?} {known:?}");
    assert!(svg.contains("\nA fund whose name says al…  "), "the name is cut");
}

#[test]
fn pages_need_nothing_else() {
    let prices = PRICES.replacen("AAA", "A&A <b>", 1);
    let folder = Folder::with("prices.csv", prices);
    for args in [[].as_slice(), &["--pairs", "A&A <b>:DDD"]] {
        let done = correlation(&folder, &[args, &["--plot", "f.html"]].concat());
        assert_eq!(done.status, 0, "{}", done.err);
        let page = std::fs::read_to_string(folder.path("f.html")).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("</svg>"));
        assert!(page.contains("A&amp;A &lt;b&gt;") && !page.contains("<b>"), "names are escaped");
        let links = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!links.contains("http") && !links.contains("<script") && !links.contains("src="));
        // The two assets of the pair have no gaps to be told of.
        assert_eq!(page.contains("<h2>Notes</h2>"), args.is_empty());
    }
}

#[test]
fn a_picture_that_cannot_be_written_is_told() {
    let done = correlation(&folder(), &["--plot", "no/such/f.svg"]);
    assert_eq!(done.status, 1);
    assert!(
        done.err.ends_with("error: no/such/f.svg cannot be written: there is no such file\n"),
        "{}",
        done.err
    );
}
