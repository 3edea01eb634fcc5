//! The clusters beside the bars: a bracket for each, its weight, and its share of the risk.

use super::layout::{COLUMNS, Layout};
use super::shade;
use crate::picture::{Canvas, Drawn, FAINT, INK, Placed, SMALL, line, write};
use crate::report::clusters::Cluster;
use crate::report::percent;

/// From one line of the list down to the next.
const PITCH: f64 = 15.0;

/// Between a bracket and the rows of its neighbours, how far its ends reach, and where the list begins.
const GAP: f64 = 1.0;
const REACH: f64 = 5.0;
const BEGIN: f64 = 24.0;

/// Draws brackets and list.
pub(super) fn draw(canvas: &Canvas<'_>, clusters: &[Cluster], layout: &Layout) -> Drawn {
    let left = layout.list;
    for (place, what) in COLUMNS.into_iter().zip(["cluster", "weight", "risk"]) {
        write(canvas, what, (left + place, layout.top - 12.0), (SMALL, FAINT), Placed::LEFT)?;
    }
    let middles: Vec<f64> = clusters.iter().map(|cluster| middle(cluster, layout)).collect();
    for (index, cluster) in clusters.iter().enumerate() {
        let gap = GAP.min(layout.row / 4.0);
        let from = layout.middle(cluster.start as f64 - 0.5) + gap;
        let to = layout.middle((cluster.start + cluster.assets.len()) as f64 - 0.5) - gap;
        let colour = shade(index);
        line(canvas, (left, from), (left + REACH, from), colour)?;
        line(canvas, (left + REACH, from), (left + REACH, to), colour)?;
        line(canvas, (left, to), (left + REACH, to), colour)?;
    }
    // Where there are more clusters than lines, those of the greatest weight are listed.
    let lines = ((layout.bottom - layout.top) / PITCH).max(1.0) as usize;
    let mut listed: Vec<usize> = (0..clusters.len()).collect();
    listed.sort_by(|&a, &b| clusters[b].weight.abs().total_cmp(&clusters[a].weight.abs()));
    listed.truncate(lines);
    listed.sort_unstable();
    let heights: Vec<f64> = listed.iter().map(|&index| middles[index]).collect();
    let heights = spread(&heights, (layout.top + PITCH / 2.0, layout.bottom - PITCH / 2.0));
    for (&index, height) in listed.iter().zip(heights) {
        let (cluster, colour) = (&clusters[index], shade(index));
        line(canvas, (left + REACH, middles[index]), (left + BEGIN, height), colour)?;
        let words = [
            cluster.number.to_string(),
            percent(cluster.weight),
            cluster.share.map_or("-".to_owned(), percent),
        ];
        for ((place, words), ink) in COLUMNS.into_iter().zip(words).zip([colour, INK, INK]) {
            write(canvas, &words, (left + place, height), (SMALL + 1.0, ink), Placed::LEFT)?;
        }
    }
    let more = clusters.len() - listed.len();
    if more > 0 {
        let words = format!("and {more} of less weight");
        write(canvas, &words, (left + COLUMNS[2], layout.bottom + 14.0), (SMALL, FAINT), Placed::LEFT)?;
    }
    Ok(())
}

fn middle(cluster: &Cluster, layout: &Layout) -> f64 {
    layout.middle(cluster.start as f64 + (cluster.assets.len() as f64 - 1.0) / 2.0)
}

/// Ascending heights moved apart, as little as a sweep down and one back up need, between two ends.
fn spread(heights: &[f64], (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut spread = heights.to_vec();
    let mut least = top;
    for height in &mut spread {
        *height = height.max(least);
        least = *height + PITCH;
    }
    let mut most = bottom;
    for height in spread.iter_mut().rev() {
        *height = height.min(most);
        most = *height - PITCH;
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_have_room_stay_where_they_are() {
        assert_eq!(spread(&[10.0, 40.0, 90.0], (0.0, 100.0)), [10.0, 40.0, 90.0]);
    }

    #[test]
    fn lines_that_are_close_move_apart_and_stay_within_the_ends() {
        assert_eq!(spread(&[10.0, 12.0, 99.0], (0.0, 95.0)), [10.0, 25.0, 95.0]);
        assert_eq!(spread(&[88.0, 89.0, 90.0], (0.0, 90.0)), [60.0, 75.0, 90.0]);
    }
}
