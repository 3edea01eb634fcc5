//! The tree, its root to the left, and heights to scale.

use std::fmt::Write;

use plotters::style::RGBColor;

use super::axis::Axis;
use super::layout::Layout;
use super::shade;
use crate::heat::hex;
use crate::picture::{Canvas, Drawn, INK, SCALE, scaled};
use crate::report::Grown;
use crate::report::clusters::Cluster;

/// The width of a branch in units of a row, the thinnest and the thickest.
const WIDTH: f64 = 0.35;
const THINNEST: f64 = 0.35;
const THICKEST: f64 = 1.5;

/// A tree on its axis.
pub(super) struct Branches<'a> {
    grown: &'a Grown,
    axis: Axis,
    /// Each merge with the height and the place of its two parts, and its cluster if it lies within one.
    merges: Vec<Joint>,
}

/// Where two branches meet.
struct Joint {
    height: f64,
    /// Height and place of either part.
    parts: [(f64, f64); 2],
    /// The place of its cluster among the clusters.
    cluster: Option<usize>,
}

impl<'a> Branches<'a> {
    pub(super) fn of(grown: &'a Grown, clusters: &[Cluster], layout: &Layout) -> Self {
        let leaves = grown.order.len();
        let mut nodes = vec![(0.0, 0.0, None); leaves];
        for (place, &asset) in grown.order.iter().enumerate() {
            nodes[asset] = (0.0, place as f64, None);
        }
        for (index, cluster) in clusters.iter().enumerate() {
            cluster.assets.iter().for_each(|&asset| nodes[asset].2 = Some(index));
        }
        let mut merges = Vec::with_capacity(leaves - 1);
        for merge in grown.dendrogram.merges() {
            let [left, right] = [merge.left, merge.right].map(|part| nodes[part]);
            let cluster = left.2.filter(|_| left.2 == right.2);
            nodes.push((merge.height, f64::midpoint(left.1, right.1), cluster));
            let parts = [(left.0, left.1), (right.0, right.1)];
            merges.push(Joint { height: merge.height, parts, cluster });
        }
        let highest = merges.iter().map(|joint| joint.height).fold(0.0, f64::max);
        let highest = if highest > 0.0 { highest } else { 1.0 };
        Self { grown, axis: Axis::new((highest, 0.0), layout.tree), merges }
    }

    /// Draws the axis.
    pub(super) fn axis(&self, canvas: &Canvas<'_>, layout: &Layout) -> Drawn {
        let what = format!("distance ({} linkage)", self.grown.linkage.name());
        let shown = |value: f64, decimals: usize| format!("{value:.decimals$}");
        self.axis.draw(canvas, (layout.top, layout.bottom), &what, shown)
    }

    /// The branches as elements: one for each cluster, and one for what joins them.
    pub(super) fn drawn(&self, clusters: &[Cluster], layout: &Layout) -> String {
        let width = f64::from(SCALE) * (WIDTH * layout.row).clamp(THINNEST, THICKEST);
        let mut text = format!("<g class=\"tree\" fill=\"none\" stroke-width=\"{width:.1}\">\n");
        let mut draw = |cluster: Option<usize>, colour: RGBColor| {
            let path: String = self
                .merges
                .iter()
                .filter(|joint| joint.cluster == cluster)
                .map(|joint| self.path(joint, layout))
                .collect();
            if !path.is_empty() {
                let _ = writeln!(text, "<path stroke=\"{}\" d=\"{path}\"/>", hex(colour));
            }
        };
        draw(None, INK);
        for index in 0..clusters.len() {
            draw(Some(index), shade(index));
        }
        text += "</g>\n";
        text + &self.cut(clusters.len(), layout)
    }

    fn path(&self, joint: &Joint, layout: &Layout) -> String {
        let at = |(height, place): (f64, f64)| scaled((self.axis.at(height), layout.middle(place)));
        let [(x, y), (last_x, last_y)] = joint.parts.map(at);
        let (across, _) = at((joint.height, 0.0));
        format!("M{x} {y}H{across}V{last_y}H{last_x}")
    }

    /// A line of dashes where the tree is cut, if there is a height between what is joined and what is not.
    fn cut(&self, clusters: usize, layout: &Layout) -> String {
        let heights = |joined: bool| {
            let of = self.merges.iter().filter(move |joint| joint.cluster.is_some() == joined);
            of.map(|joint| joint.height)
        };
        let (below, above) =
            (heights(true).fold(0.0, f64::max), heights(false).fold(f64::INFINITY, f64::min));
        if clusters < 2 || clusters == self.grown.order.len() || below >= above {
            return String::new();
        }
        let x = self.axis.at(f64::midpoint(below, above));
        let ((x, top), (_, bottom)) = (scaled((x, layout.top - 4.0)), scaled((x, layout.bottom + 4.0)));
        format!(
            "<path class=\"cut\" stroke=\"{}\" stroke-width=\"{SCALE}\" stroke-dasharray=\"{dash} {dash}\" d=\"M{x} {top}V{bottom}\"/>\n",
            hex(INK),
            dash = 4 * SCALE
        )
    }
}
