//! Pictures of allocations: the tree, the correlations, the weights, and the page around them.

use serde_json::Value;

use crate::frontier::attributes;
use crate::optima::{PRICES, folder};
use crate::po::{Done, Folder};

/// Places are rounded to whole pixels of the backend, of which eight are one of the picture.
const ROUNDING: f64 = 1.0;

/// Two places of which each is rounded.
const TWICE: f64 = 2.0 * ROUNDING;

fn allocate(folder: &Folder, args: &[&str]) -> Done {
    folder.po(&[&["allocate", "prices.csv"], args].concat())
}

/// The picture that a run with these arguments writes; its text lies within it.
fn picture(folder: &Folder, args: &[&str]) -> String {
    let done = allocate(folder, &[args, &["--output", "svg"]].concat());
    assert_eq!(done.status, 0, "{}", done.err);
    let svg = done.out;
    assert_well_formed(&svg);
    for (place, side) in [("x", "width"), ("y", "height")] {
        let size = attributes(&svg, "svg", side)[0] * 8.0;
        assert!(attributes(&svg, "text", place).iter().all(|at| (0.0..=size).contains(at)), "{place}");
    }
    svg
}

/// Each element is closed, each attribute quoted, and nothing is left that XML takes for its own.
fn assert_well_formed(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some((text, after)) = rest.split_once('<') {
        assert!(!text.contains('>'), "{text}");
        let entities = text.split('&').skip(1);
        for entity in entities {
            let known = ["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|name| entity.starts_with(name));
            assert!(known, "{text}");
        }
        let (tag, after) = after.split_once('>').unwrap();
        assert!(!tag.contains('<') && tag.matches('"').count() % 2 == 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
        rest = after;
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
}

/// What stands between the start of a group and its end.
fn group<'a>(svg: &'a str, class: &str) -> &'a str {
    let start = format!("<g class=\"{class}\"");
    let after = &svg[svg.find(&start).unwrap() + start.len()..];
    let is_end = |end: usize| after[..end].matches("<g ").count() == after[..end].matches("</g>").count();
    let end = after.match_indices("</g>").map(|(end, _)| end).find(|&end| is_end(end)).unwrap();
    &after[after.find('>').unwrap()..end]
}

/// How often a line of text is written.
fn written(svg: &str, text: &str) -> usize {
    svg.matches(&format!("\n{text}\n")).count()
}

/// The numbers of each path of a group.
fn paths(group: &str) -> Vec<f64> {
    let data = group.split(" d=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    data.flat_map(|path| {
        path.split(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != '-')
            .filter(|number| !number.is_empty())
            .map(|number| number.parse::<f64>().unwrap())
            .collect::<Vec<f64>>()
    })
    .collect()
}

/// The sides of the bars: where each begins and where it ends.
fn bars(svg: &str) -> Vec<(f64, f64)> {
    let group = group(svg, "bars");
    let (x, width) = (attributes(group, "rect", "x"), attributes(group, "rect", "width"));
    x.into_iter().zip(width).map(|(x, width)| (x, x + width)).collect()
}

fn weights(result: &Value) -> Vec<f64> {
    result["weights"].as_object().unwrap().values().map(|weight| weight.as_f64().unwrap()).collect()
}

const METHODS: [&str; 4] = ["hrp", "herc", "nco", "schur"];

#[test]
fn every_asset_has_its_name_its_bar_and_its_squares() {
    let folder = folder();
    for method in METHODS {
        let args = ["--method", method];
        let svg = picture(&folder, &args);
        let result = allocate(&folder, &[&args[..], &["-o", "json"]].concat()).json();
        for name in ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"] {
            assert_eq!(written(&svg, name), 2, "{method}: to the left and above");
            assert_eq!(svg.matches(&format!("<title>{name}: weight ")).count(), 1, "{method}");
        }
        // Squares, frames of clusters, bars, hints, the background, and the steps of the legend.
        let clusters = attributes(group(&svg, "clusters"), "rect", "x").len();
        let held = weights(&result).iter().filter(|weight| **weight > 1e-9).count();
        assert_eq!(bars(&svg).len(), held, "{method}");
        assert_eq!(attributes(&svg, "rect", "width").len(), 36 + clusters + held + 6 + 1 + 80, "{method}");
        let shown = result["clusters"].as_object().unwrap().values().filter_map(Value::as_u64).max().unwrap();
        assert_eq!(clusters as u64, shown, "{method}");
        for title in ["distance (ward linkage)", "correlation", "weight", "cluster", "risk"] {
            assert!(written(&svg, title) >= 1, "{method}: {title}");
        }
        assert_eq!(written(&svg, &format!("Allocation by {method}")), 1);
        assert_eq!(svg, picture(&folder, &args), "the same input gives the same picture");
    }
}

#[test]
fn bars_are_as_long_as_weights() {
    let folder = folder();
    let svg = picture(&folder, &[]);
    let bars = bars(&svg);
    let result = allocate(&folder, &["-o", "json"]).json();
    let zero = bars[0].0;
    assert!(bars.iter().all(|bar| bar.0 == zero), "all begin at zero");
    let greatest = weights(&result).into_iter().fold(0.0, f64::max);
    let unit = bars.iter().map(|bar| bar.1 - bar.0).fold(0.0, f64::max) / greatest;
    let sum: f64 = bars.iter().map(|bar| bar.1 - bar.0).sum();
    assert!((sum - unit).abs() < 6.0 * TWICE / greatest, "{sum} {unit}");
    // From top to bottom they are those of the leaves.
    let leaves = result["leaf_order"].as_array().unwrap().iter();
    for (leaf, bar) in leaves.zip(&bars) {
        let weight = result["weights"][leaf.as_str().unwrap()].as_f64().unwrap();
        assert!((bar.1 - bar.0 - weight * unit).abs() < TWICE / greatest, "{leaf}");
    }
}

#[test]
fn short_positions_stand_to_the_left_of_zero() {
    let svg = picture(&folder(), &["--method", "min-variance", "--bounds=-1:1"]);
    let result = allocate(&folder(), &["--method", "min-variance", "--bounds=-1:1", "-o", "json"]).json();
    let short = weights(&result).iter().filter(|weight| **weight < -1e-9).count();
    assert!(short > 0);
    let bars = bars(&svg);
    let zero = bars.iter().map(|bar| bar.0).fold(0.0, f64::max);
    assert_eq!(bars.iter().filter(|bar| bar.1 <= zero && bar.0 < zero).count(), short, "{bars:?}");
    assert!(svg.contains("min-variance uses no tree; this one shows what is related, 3 clusters are marked"));
}

/// Each merge is higher than its parts, for the linkages whose heights never step down.
#[test]
fn heights_are_to_scale() {
    let folder = folder();
    for linkage in ["single", "complete", "average", "weighted", "ward"] {
        let svg = picture(&folder, &["--linkage", linkage, "--clusters", "1"]);
        // Where a merge begins, at which place, its height, at which place it ends, and where.
        let merges: Vec<[f64; 5]> =
            paths(group(&svg, "tree")).chunks(5).map(|merge| merge.try_into().unwrap()).collect();
        assert_eq!(merges.len(), 5, "{linkage}");
        let leaves = merges.iter().flat_map(|merge| [merge[0], merge[4]]).fold(0.0, f64::max);
        assert!(merges.iter().all(|merge| merge[2] <= merge[0] && merge[2] <= merge[4]), "{linkage}");
        assert_eq!(merges.iter().flat_map(|merge| [merge[0], merge[4]]).filter(|x| *x == leaves).count(), 6);
        let heights: Vec<f64> = merges.iter().map(|merge| leaves - merge[2]).collect();
        assert!(heights.windows(2).all(|pair| pair[0] <= pair[1]), "{linkage}: {heights:?}");
        // The root is at the other end of the axis.
        assert_eq!(leaves - heights[4], 24.0 * 8.0, "{linkage}");
    }
}

/// By the correlation distance two assets are joined at `sqrt((1 - ρ) / 2)`, which is where the axis ends.
#[test]
fn the_axis_tells_the_heights() {
    let prices = "date,A,B\n2024-01-01,1,1\n2024-01-02,1.1,1.2\n2024-01-03,1.0,1.1\n2024-01-04,1.2,1.2\n2024-01-05,1.1,1.3\n";
    let folder = Folder::with("prices.csv", prices);
    let svg = picture(&folder, &["--clusters", "1"]);
    let correlation =
        folder.po(&["correlation", "prices.csv", "-o", "json"]).json()["matrix"][0][1].as_f64().unwrap();
    let merge = paths(group(&svg, "tree"));
    let length = merge[0] - merge[2];
    let height = ((1.0 - correlation) / 2.0).sqrt();
    let tick = |words: &str| {
        let before = &svg[..svg.find(&format!("\n{words}\n")).unwrap()];
        attributes(&before[before.rfind("<text").unwrap()..], "text", "x")[0]
    };
    let unit = tick("0.0") - tick("0.2");
    // The ticks are some 300 places apart.
    assert!((unit - 0.2 / height * length).abs() <= TWICE, "{unit} {length} {height}");
}

#[test]
fn clusters_are_listed_with_weight_and_risk() {
    let folder = folder();
    let args = ["--method", "herc"];
    let svg = picture(&folder, &args);
    let result = allocate(&folder, &[&args[..], &["-o", "json"]].concat()).json();
    let clusters = result["clusters"].as_object().unwrap();
    let count = clusters.values().filter_map(Value::as_u64).max().unwrap();
    for cluster in 1..=count {
        let sum = |of: &Value| -> f64 {
            let members = clusters.iter().filter(|(_, own)| own.as_u64() == Some(cluster));
            members.map(|(name, _)| of[name].as_f64().unwrap()).sum()
        };
        for share in [sum(&result["weights"]), sum(&result["risk"]["contributions"])] {
            let text = format!("{:.2} %", 100.0 * share);
            assert!(written(&svg, &text) >= 1, "cluster {cluster}: {text}");
        }
    }
}

/// The tree that is drawn is the one that was cut, whatever nearness it was grown by.
#[test]
fn clusters_are_those_that_were_formed() {
    let folder = folder();
    for method in ["herc", "nco"] {
        for codependence in ["pearson", "kendall", "mutual-information", "lower-tail"] {
            let args = ["--method", method, "--codependence", codependence, "--linkage", "average"];
            let result = allocate(&folder, &[&args[..], &["-o", "json", "--explain"]].concat()).json();
            for formed in result["formed"].as_array().unwrap() {
                let members: Vec<&String> = formed["weights"].as_object().unwrap().keys().collect();
                let label = &result["clusters"][members[0]];
                let same = result["clusters"].as_object().unwrap().iter().filter(|(_, own)| *own == label);
                let same: Vec<&String> = same.map(|(name, _)| name).collect();
                assert_eq!(same, members, "{method} {codependence}");
            }
            let svg = picture(&folder, &args);
            let frames = attributes(group(&svg, "clusters"), "rect", "x").len();
            assert_eq!(frames as u64, result["hierarchy"]["clusters"].as_u64().unwrap());
            assert!(svg.contains("average linkage of its distances"));
        }
    }
}

#[test]
fn many_assets_have_no_names_but_hints() {
    let folder = Folder::new();
    let demo = ["demo", "--assets", "170", "--days", "100", "--write", "prices.csv"];
    assert_eq!(folder.po(&demo).status, 0);
    let args = ["--missing", "complete-assets"];
    let svg = picture(&folder, &args);
    let assets = allocate(&folder, &[&args[..], &["-o", "json"]].concat()).json()["assets"].as_u64().unwrap();
    assert_eq!(written(&svg, "TECH1"), 0);
    assert_eq!(svg.matches("<title>").count() as u64, assets);
    assert!(svg.contains("each square is the mean of 2 by 2 pairs"));
    assert!(svg.len() < 400_000, "{}", svg.len());
    // Squares are drawn by colour and cover the matrix once.
    let squares = paths(group(&svg, "squares"));
    let area: f64 = squares.chunks(5).map(|square| square[2] * square[3]).sum();
    assert_eq!(area as u64, assets * assets);
}

#[test]
fn an_order_of_its_own_is_told() {
    let order = ["--leaf-order", "spectral", "--linkage", "single"];
    let svg = picture(&folder(), &order);
    let tree: Vec<f64> = paths(group(&svg, "tree"));
    assert_eq!(tree.len(), 25);
    // Either the order is one of the tree, or it is said not to be.
    let result = allocate(&folder(), &[&order[..], &["-o", "json"]].concat()).json();
    let leaves: Vec<&str> =
        result["leaf_order"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let titles: Vec<&str> =
        svg.split("<title>").skip(1).map(|rest| rest.split(':').next().unwrap()).collect();
    assert_eq!(leaves != titles, svg.contains("rows in the order of the tree, not in that of the bisection"));
}

#[test]
fn what_has_no_tree_is_drawn_without_one() {
    // B does not move.
    let prices =
        "date,A,B,C\n2024-01-01,1,1,1\n2024-01-02,1.1,1,1.2\n2024-01-03,1.0,1,1.1\n2024-01-04,1.2,1,1.2\n";
    let svg = picture(&Folder::with("prices.csv", prices), &["--method", "equal-weight"]);
    assert!(
        !svg.contains("class=\"tree\"")
            && written(&svg, "no tree could be grown; assets in the order of the file") == 1
    );
    assert_eq!((bars(&svg).len(), written(&svg, "33.33 %")), (3, 3));
    let one = "date,A\n2024-01-01,1\n2024-01-02,1.1\n2024-01-03,1.0\n2024-01-04,1.2\n";
    let svg = picture(&Folder::with("prices.csv", one), &[]);
    assert_eq!((bars(&svg).len(), written(&svg, "100.00 %")), (1, 1));
    assert!(!svg.contains("class=\"tree\""), "one leaf is no tree");
}

#[test]
fn names_are_escaped_and_cut() {
    let long = "Größter Fonds für Aktien der Erde <&>";
    let prices = PRICES.replacen("AAA", "A&A <b>", 1).replacen("BBB", long, 1).replacen("CCC", "東京電力", 1);
    let folder = Folder::with("prices.csv", prices);
    let svg = picture(&folder, &[]);
    assert_eq!((written(&svg, "A&amp;A &lt;b&gt;"), written(&svg, "東京電力")), (2, 2));
    assert_eq!(written(&svg, "Größter Fonds für…"), 2);
    assert!(svg.contains("<title>Größter Fonds für Aktien der Erde &lt;&amp;&gt;: weight "));
    let page = allocate(&folder, &["-o", "html"]).out;
    assert!(page.contains("<td class=\"word\">A&amp;A &lt;b&gt;</td>") && !page.contains("<b>"));
}

#[test]
fn pages_need_nothing_else() {
    let folder = folder();
    for method in METHODS {
        let done = allocate(&folder, &["--method", method, "--output", "html"]);
        assert_eq!(done.status, 0, "{}", done.err);
        let page = done.out;
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("</svg>"));
        let links = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!links.contains("http") && !links.contains("<script") && !links.contains("src="));
        assert!(page.contains("<h1>Clusters</h1>"), "{method}");
        for heading in ["Weights", "Notes", &format!("How {method} split the weight")] {
            assert!(page.contains(&format!("<h2>{heading}</h2>")), "{method}: {heading}");
        }
        assert!(
            page.contains("<th>mean correlation within</th>")
                && page.contains("<td class=\"word\">portfolio</td>")
        );
        assert!(page.contains("<li>") && page.contains(" of the portfolio"), "{method} explains itself");
    }
    let page = allocate(&folder, &["--method", "max-sharpe", "--output", "html"]).out;
    assert!(page.contains("<h1>Clusters</h1>") && !page.contains("split the weight"));
}

#[test]
fn a_file_has_what_standard_output_has() {
    let folder = folder();
    for (form, path) in [("svg", "a.svg"), ("html", "a.html")] {
        let done = allocate(&folder, &["--plot", path]);
        assert_eq!(done.out, allocate(&folder, &[]).out, "the table is written as well");
        let drawn = allocate(&folder, &["--output", form]);
        assert_eq!(drawn.out, std::fs::read_to_string(folder.path(path)).unwrap());
        assert_eq!(drawn.err, done.err);
    }
    let done = allocate(&folder, &["--plot", "a.png"]);
    let message = "error: --plot \"a.png\" ends in none of .svg and .html, expected a file such as a.svg\n";
    assert_eq!((done.err.as_str(), done.status), (message, 2));
    let done = allocate(&folder, &["--plot", "no/such/a.svg"]);
    assert!(
        done.status == 1 && done.err.ends_with("no/such/a.svg cannot be written: there is no such file\n")
    );
}

#[test]
fn other_commands_write_their_pictures_too() {
    let folder = folder();
    for (command, args) in
        [("frontier", &[][..]), ("correlation", &[]), ("correlation", &["--pairs", "AAA:BBB"])]
    {
        for form in ["svg", "html"] {
            let path = format!("f.{form}");
            let run = |more: &[&str]| folder.po(&[&[command, "prices.csv"], args, more].concat());
            assert_eq!(run(&["--plot", &path]).status, 0);
            let drawn = run(&["--output", form]);
            assert_eq!(drawn.out, std::fs::read_to_string(folder.path(&path)).unwrap(), "{command} {form}");
        }
    }
    let done = folder.po(&["correlation", "prices.csv", "--evaluate", "--output", "svg"]);
    let message = "error: --output svg has no meaning with --evaluate: there is no picture of it\n";
    assert_eq!((done.err.as_str(), done.status), (message, 2));
    let done = folder.po(&["demo", "--output", "svg"]);
    assert!(done.status == 2 && done.err.contains("[possible values: table, json, csv]"), "{}", done.err);
}
