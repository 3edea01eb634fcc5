//! How far weights and clusters are to be trusted.

use po_engine::Resampling;
use po_engine::hrp::{BootstrapInterval, ClusterStability, NodeStability};
use serde_json::{Map, Value, json};

use super::json::names;
use super::splits::cluster;
use super::table::brief;
use super::{Report, grid, percent};
use crate::args::Sort;
use crate::page;
use crate::stability::Stability;

/// A cluster is stable from this mean similarity on (Hennig 2007).
const STABLE: f64 = 0.75;

/// A cluster is doubtful, not to be trusted, below this mean similarity.
const DOUBTFUL: f64 = 0.6;

/// How many numbers of clusters are named.
const NAMED: usize = 5;

/// What is told of the weights and of the clusters: a heading and a table for each, and how to read the second.
pub(super) struct Told {
    pub(super) heading_of_weights: String,
    pub(super) weights: (Vec<String>, Vec<Vec<String>>),
    pub(super) heading_of_clusters: &'static str,
    pub(super) clusters: (Vec<String>, Vec<Vec<String>>),
    pub(super) notes: String,
}

/// Tables of the weights and of the clusters, and how to read them.
pub(super) fn table(report: &Report, stability: &Stability, sort: Sort) -> String {
    let Told { heading_of_weights, weights, heading_of_clusters, clusters, notes } =
        told(report, stability, sort);
    let table = |(header, rows): (Vec<String>, Vec<Vec<String>>), word: usize| {
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        grid(&header, |column| column == word, rows)
    };
    let (weights, clusters) = (table(weights, 0), table(clusters, 1));
    format!("{heading_of_weights}:\n{weights}\n{heading_of_clusters}:\n{clusters}{notes}")
}

/// The same as a part of a page.
pub(super) fn html(report: &Report, stability: &Stability, sort: Sort) -> String {
    let Told { heading_of_weights, weights, heading_of_clusters, clusters, notes } =
        told(report, stability, sort);
    let table = |(header, rows): (Vec<String>, Vec<Vec<String>>), word: usize| {
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        page::table(&header, |column| column == word, &rows)
    };
    let (weights, clusters) = (table(weights, 0), table(clusters, 1));
    let notes: String = notes.lines().map(|line| format!("<p>{}</p>\n", page::escaped(line))).collect();
    format!("<h2>{heading_of_weights}</h2>\n{weights}<h2>{heading_of_clusters}</h2>\n{clusters}{notes}")
}

fn told(report: &Report, stability: &Stability, sort: Sort) -> Told {
    let Stability { found, params, block, .. } = stability;
    let confidence = brief(params.confidence.level());
    let row = |asset: usize| {
        let own = &found.assets[asset];
        vec![
            report.names[asset].clone(),
            percent(own.weight),
            percent(own.mean),
            percent(own.standard_error),
            percent(own.lower),
            percent(own.upper),
        ]
    };
    let from = format!("{confidence} from");
    let header = ["asset", "weight", "mean", "std. error", &from, "to"].map(str::to_owned).to_vec();
    let (all, failed, seed) = (found.resamples, found.failed, params.bootstrap.seed);
    let drawn = if failed == 0 { all.to_string() } else { format!("{} of {all}", all - failed) };
    let heading_of_weights = format!(
        "How far the weights can be trusted, from {drawn} resamples of the observations in blocks of about {block} (seed {seed})"
    );
    let weights = (header, report.order(sort).into_iter().map(row).collect());
    let header = ["cluster", "assets", "similarity", "recovered", "dissolved", "in the tree"];
    let rows = found.clusters.iter().enumerate();
    let rows = rows.map(|(label, own)| cells(report, label, own)).collect();
    let clusters = (header.map(str::to_owned).to_vec(), rows);
    let similarities = || found.clusters.iter().map(|cluster| cluster.similarity);
    let many = |of: usize| match of {
        0 => "none is".to_owned(),
        1 => "1 is".to_owned(),
        of => format!("{of} are"),
    };
    let stable = many(similarities().filter(|similarity| *similarity >= STABLE).count());
    let doubtful = many(similarities().filter(|similarity| *similarity < DOUBTFUL).count());
    let of = match found.clusters.len() {
        1 => "of 1 cluster".to_owned(),
        all => format!("of {all} clusters"),
    };
    let notes = format!(
        "{of} {stable} stable, with a similarity of {STABLE} or more to the nearest cluster of a resample, on average,\n\
         and {doubtful} doubtful, with one below {DOUBTFUL}\n\
         recovered, dissolved: resamples where the similarity is above 0.75, and where it is at most 0.5\n\
         in the tree: resamples in which these assets and no others are one branch\n{}",
        counts(stability)
    );
    let heading_of_clusters = "How far the clusters can be trusted";
    Told { heading_of_weights, weights, heading_of_clusters, clusters, notes }
}

/// A cluster; its number is that of the cluster column.
fn cells(report: &Report, label: usize, own: &ClusterStability) -> Vec<String> {
    vec![
        (label + 1).to_string(),
        cluster(report, &own.assets),
        format!("{:.2}", own.similarity),
        percent(own.recovered),
        percent(own.dissolved),
        own.support.map_or("-".to_owned(), percent),
    ]
}

/// `number of clusters: 4 in 61 % of the resamples, 3 in 20 %, others in 19 %`, where it is not always the same.
fn counts(stability: &Stability) -> String {
    let mut counts = stability.found.counts.clone();
    if counts.len() < 2 {
        return String::new();
    }
    counts.sort_by(|a, b| b.share.total_cmp(&a.share));
    let named = counts.iter().take(NAMED).enumerate().map(|(place, count)| {
        let of = if place == 0 { " of the resamples" } else { "" };
        format!("{} in {}{of}", count.clusters, brief(count.share))
    });
    let mut items: Vec<String> = named.collect();
    if counts.len() > NAMED {
        let rest: f64 = counts[NAMED..].iter().map(|count| count.share).sum();
        items.push(format!("others in {}", brief(rest)));
    }
    format!("number of clusters: {}\n", items.join(", "))
}

/// The key `stability`.
pub(super) fn object(report: &Report, stability: &Stability) -> Value {
    let Stability { found, params, block, .. } = stability;
    let asset = |(name, own): (&String, &po_engine::hrp::AssetStability)| {
        let value = json!({
            "weight": own.weight,
            "mean": own.mean,
            "bias": own.bias,
            "standard_error": own.standard_error,
            "lower": own.lower,
            "upper": own.upper,
        });
        (name.clone(), value)
    };
    let cluster = |(label, own): (usize, &ClusterStability)| {
        json!({
            "cluster": label + 1,
            "assets": names(report, &own.assets),
            "similarity": own.similarity,
            "recovered": own.recovered,
            "dissolved": own.dissolved,
            "support": own.support,
        })
    };
    let node = |own: &NodeStability| {
        json!({
            "left": names(report, &own.left),
            "right": names(report, &own.right),
            "support": own.support,
            "split": own.split,
        })
    };
    let first = found.first_failure.as_ref();
    let first = first.map(|first| json!({ "resample": first.resample, "reason": first.error.to_string() }));
    let counts = found.counts.iter().map(|count| (count.clusters.to_string(), Value::from(count.share)));
    let co_clustering =
        found.co_clustering.chunks(report.names.len().max(1)).map(|row| Value::from(row.to_vec()));
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("resamples", found.resamples.into());
    put("failed", found.failed.into());
    put("first_failure", first.into());
    put("resampling", resampling(params.bootstrap.resampling).into());
    put("block", (*block).into());
    put("seed", params.bootstrap.seed.into());
    put("confidence", params.confidence.level().into());
    put("interval", interval(params.interval).into());
    put("assets", Value::Object(report.names.iter().zip(&found.assets).map(asset).collect()));
    put("clusters", found.clusters.iter().enumerate().map(cluster).collect());
    put("cluster_counts", Value::Object(counts.collect()));
    put("nodes", found.nodes.iter().map(node).collect());
    put("co_clustering", co_clustering.collect());
    object.into()
}

/// The name of a way to draw resamples, as JSON has it.
fn resampling(resampling: Resampling) -> &'static str {
    match resampling {
        Resampling::Stationary => "stationary",
        Resampling::Circular => "circular",
        Resampling::Moving => "moving",
    }
}

/// The name of a rule for intervals, as JSON has it.
fn interval(interval: BootstrapInterval) -> &'static str {
    match interval {
        BootstrapInterval::Percentile => "percentile",
        BootstrapInterval::Basic => "basic",
    }
}
