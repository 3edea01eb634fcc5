//! The variances of all methods relative to that of the paper's hierarchical risk parity, as a picture.

use std::fmt::{self, Write};

use crate::methods::{HRP, METHODS};
use crate::statistics::{Estimate, excess};
use crate::table::Columns;

/// Places, in pixels.
const NAMES: f64 = 215.0;
const PANEL: f64 = 200.0;
const GAP: f64 = 32.0;
const TOP: f64 = 54.0;
const ROW: f64 = 22.0;

/// The axis, in powers of two.
const DOUBLINGS: std::ops::RangeInclusive<i32> = -3..=3;

/// A panel: its two lines of heading, and by how much each method exceeds the paper's.
struct Panel {
    heading: [&'static str; 2],
    points: Vec<Estimate>,
    /// Whether the figures of the paper are shown beside ours.
    paper: bool,
}

/// Draws the outcomes of all methods in each of [`SCENARIOS`](crate::market::SCENARIOS), in their order.
pub(crate) fn of(outcomes: &[Vec<Columns>]) -> Result<String, fmt::Error> {
    let panel = |scenario: usize, heading, paper, figure: fn(&Columns) -> &[f64]| {
        let methods = &outcomes[scenario];
        let hrp = figure(&methods[HRP]);
        let points = methods.iter().map(|columns| excess(figure(columns), hrp)).collect();
        Panel { heading, points, paper }
    };
    let panels = [
        panel(0, ["of terminal returns over markets,", "with shocks"], true, |columns| &columns.squares),
        panel(0, ["of the returns of one period,", "with shocks"], false, |columns| &columns.daily),
        panel(2, ["of the returns of one period,", "without shocks"], false, |columns| &columns.daily),
    ];
    let width = NAMES + panels.len() as f64 * (PANEL + GAP);
    let bottom = TOP + ROW * METHODS.len() as f64;
    let height = bottom + 60.0;
    let mut svg = String::new();
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">"
    )?;
    writeln!(svg, "<title>Variances out of sample relative to the paper's HRP</title>")?;
    writeln!(svg, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>")?;
    for (method, named) in METHODS.iter().enumerate() {
        let y = middle(method) + 4.0;
        writeln!(svg, "<text x=\"{}\" y=\"{y}\" text-anchor=\"end\">{}</text>", NAMES - 10.0, named.name)?;
    }
    for (place, panel) in panels.iter().enumerate() {
        draw(&mut svg, NAMES + place as f64 * (PANEL + GAP), bottom, panel)?;
    }
    let legend = "Variance, as a multiple of that of the paper's HRP. Bars: two standard errors either way. Diamonds: the paper.";
    writeln!(svg, "<text x=\"{NAMES}\" y=\"{}\">{legend}</text>\n</svg>", bottom + 46.0)?;
    Ok(svg)
}

/// The height of a method's row.
fn middle(method: usize) -> f64 {
    TOP + ROW * (method as f64 + 0.5)
}

fn draw(svg: &mut String, left: f64, bottom: f64, panel: &Panel) -> fmt::Result {
    let doublings = f64::from(DOUBLINGS.end() - DOUBLINGS.start());
    let unit = PANEL / doublings;
    let ends = [*DOUBLINGS.start(), *DOUBLINGS.end()].map(f64::from);
    let across = |multiple: f64| left + unit * (multiple.max(0.0).log2().clamp(ends[0], ends[1]) - ends[0]);
    for (line, heading) in panel.heading.iter().enumerate() {
        let y = 20.0 + 16.0 * line as f64;
        writeln!(svg, "<text x=\"{left}\" y=\"{y}\">{heading}</text>")?;
    }
    for doubling in DOUBLINGS {
        let multiple = f64::from(doubling).exp2();
        let (x, stroke) = (across(multiple), if doubling == 0 { "#777" } else { "#ddd" });
        writeln!(svg, "<path d=\"M{x:.1} {TOP}V{bottom}\" stroke=\"{stroke}\"/>")?;
        let name = ["1/8", "1/4", "1/2", "1", "2", "4", "8"][(doubling - DOUBLINGS.start()) as usize];
        writeln!(svg, "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{name}</text>", bottom + 16.0)?;
    }
    for (method, (named, point)) in METHODS.iter().zip(&panel.points).enumerate() {
        let (y, multiple) = (middle(method), 1.0 + point.value);
        let ends = [multiple - 2.0 * point.error, multiple + 2.0 * point.error].map(across);
        writeln!(svg, "<path d=\"M{:.1} {y}H{:.1}\" stroke=\"#06c\" stroke-width=\"2\"/>", ends[0], ends[1])?;
        writeln!(svg, "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"3\" fill=\"#06c\"/>", across(multiple))?;
        if let (true, Some(paper), Some(hrp)) = (panel.paper, named.paper, METHODS[HRP].paper) {
            let x = across(paper / hrp);
            writeln!(svg, "<path d=\"M{x:.1} {}l7 7l-7 7l-7 -7z\" fill=\"none\" stroke=\"#c30\"/>", y - 7.0)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::experiment::run;
    use crate::market::SCENARIOS;
    use crate::methods::Failure;

    #[test]
    fn every_method_has_a_place_in_every_panel() -> Result<(), Failure> {
        let drawn = |scenario| run(scenario, 5, 3, NonZeroUsize::MIN, |_| ());
        let outcomes: Vec<_> = SCENARIOS
            .iter()
            .map(|scenario| drawn(scenario).map(|outcomes| Columns::of_all(&outcomes)))
            .collect::<Result<_, _>>()?;
        let svg = of(&outcomes)?;
        assert_eq!(svg.matches("<circle").count(), 3 * METHODS.len());
        assert_eq!(svg.matches("#c30").count(), 3);
        assert!(METHODS.iter().all(|method| svg.contains(method.name)) && !svg.contains("NaN"), "{svg}");
        Ok(())
    }
}
