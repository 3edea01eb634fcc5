//! Against the plainest program: sets of assets, compared one with each other.

use std::collections::BTreeSet;

use po_core::{InputError, Returns};
use po_hrp::{Answer, Dendrogram, Merge, Stability};
use proptest::prelude::*;

use super::{analysis, equal, number, numbered, silent};
use crate::random::{Random, config};

/// A mean of at most a dozen fractions, summed in another order or not.
const ROUNDING: f64 = 1e-14;

type Set = BTreeSet<usize>;

/// A tree that grows by chance; close to another one where few of its merges are drawn anew.
fn tree(assets: usize, random: &mut Random) -> Dendrogram {
    let mut roots: Vec<(usize, usize)> = (0..assets).map(|asset| (asset, 1)).collect();
    let mut merges = Vec::new();
    while roots.len() > 1 {
        let (a, a_size) = roots.swap_remove(random.below(roots.len()));
        let (b, b_size) = roots.swap_remove(random.below(roots.len().min(3)));
        roots.push((assets + merges.len(), a_size + b_size));
        merges.push(Merge {
            left: a.min(b),
            right: a.max(b),
            height: merges.len() as f64,
            size: a_size + b_size,
        });
    }
    Dendrogram::new(assets, merges).unwrap()
}

fn sets(labels: &[usize]) -> Vec<Set> {
    let all: BTreeSet<usize> = labels.iter().copied().collect();
    let of = |label| (0..labels.len()).filter(|&asset| labels[asset] == label).collect();
    let mut sets: Vec<Set> = all.into_iter().map(of).collect();
    sets.sort();
    sets
}

/// The two sides of each merge.
fn nodes(tree: &Dendrogram) -> Vec<[Set; 2]> {
    let mut below: Vec<Set> = (0..tree.leaves()).map(|asset| Set::from([asset])).collect();
    let mut nodes = Vec::new();
    for merge in tree.merges() {
        let sides = [below[merge.left].clone(), below[merge.right].clone()];
        below.push(&sides[0] | &sides[1]);
        nodes.push(sides);
    }
    nodes
}

fn has(tree: &Dendrogram, [left, right]: &[Set; 2], sides: bool) -> bool {
    nodes(tree).iter().any(|[a, b]| {
        (a | b) == (left | right) && (!sides || (a, b) == (left, right) || (b, a) == (left, right))
    })
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= ROUNDING
}

fn judged(answers: &[(Vec<usize>, Dendrogram)]) -> Stability<InputError> {
    let (assets, many) = (answers[0].0.len(), answers.len() - 1);
    let (returns, resamples) = numbered(assets, many);
    let rule = |returns: &Returns, (): &mut (), answer: &mut Answer| {
        let (labels, tree) = &answers[number(returns).map_or(0, |number| number + 1)];
        (answer.labels, answer.dendrogram, answer.weights) = (labels.clone(), tree.clone(), equal(assets));
        Ok(())
    };
    analysis(2).judge_resampled(&returns, &resamples, rule, &silent).unwrap()
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn sets_tell_the_same(assets in 1..12_usize, clusters in 1..12_usize, many in 2..12_usize, seed in any::<u64>()) {
        let mut random = Random::new(seed);
        let answers: Vec<(Vec<usize>, Dendrogram)> = (0..=many)
            .map(|_| {
                let labels = (0..assets).map(|_| random.below(clusters.min(assets))).collect();
                (labels, tree(assets, &mut random))
            })
            .collect();
        let found = judged(&answers);
        let (sample, resampled) = (&answers[0], &answers[1..]);
        let members: BTreeSet<Set> = sets(&sample.0).into_iter().collect();
        prop_assert_eq!(members.len(), found.clusters.len());
        for cluster in &found.clusters {
            let own: Set = cluster.assets.iter().copied().collect();
            prop_assert!(members.contains(&own));
            let jaccard = |other: &Set| (&own & other).len() as f64 / (&own | other).len() as f64;
            let best: Vec<f64> = resampled
                .iter()
                .map(|(labels, _)| sets(labels).iter().map(jaccard).fold(0.0, f64::max))
                .collect();
            prop_assert!(close(cluster.similarity, mean(best.iter().copied())));
            prop_assert!(close(cluster.dissolved, mean(best.iter().map(|&best| f64::from(best <= 0.5)))));
            prop_assert!(close(cluster.recovered, mean(best.iter().map(|&best| f64::from(best > 0.75)))));
            let node = nodes(&sample.1).into_iter().find(|[left, right]| (left | right) == own);
            let support = node.map(|sides| mean(resampled.iter().map(|(_, tree)| f64::from(has(tree, &sides, false)))));
            let expected = if own.len() == 1 { Some(1.0) } else { support };
            prop_assert_eq!(cluster.support.is_some(), expected.is_some());
            prop_assert!(cluster.support.is_none_or(|support| close(support, expected.unwrap())));
        }
        prop_assert_eq!(found.nodes.len(), assets - 1);
        for (node, sides) in found.nodes.iter().zip(nodes(&sample.1)) {
            let of = |assets: &[usize]| assets.iter().copied().collect::<Set>();
            prop_assert_eq!([of(&node.left), of(&node.right)], sides.clone());
            let share = |same| mean(resampled.iter().map(|(_, tree)| f64::from(has(tree, &sides, same))));
            prop_assert!(close(node.support, share(false)) && close(node.split, share(true)));
            prop_assert!(node.split <= node.support);
        }
        for row in 0..assets {
            for col in 0..assets {
                let share = mean(resampled.iter().map(|(labels, _)| f64::from(labels[row] == labels[col])));
                prop_assert!(close(found.co_clustering[row * assets + col], share));
            }
        }
        let total: f64 = found.counts.iter().map(|count| count.share).sum();
        prop_assert!(close(total, 1.0));
        for count in &found.counts {
            let share = mean(resampled.iter().map(|(labels, _)| f64::from(sets(labels).len() == count.clusters)));
            prop_assert!(close(count.share, share) && share > 0.0);
        }
    }

    /// What clusters are called does not matter, nor which of two children is the left one.
    #[test]
    fn names_of_clusters_do_not_matter(assets in 2..10_usize, seed in any::<u64>()) {
        let mut random = Random::new(seed);
        let mut answers: Vec<(Vec<usize>, Dendrogram)> = (0..6)
            .map(|_| ((0..assets).map(|_| random.below(assets)).collect(), tree(assets, &mut random)))
            .collect();
        let plain = judged(&answers);
        for (labels, _) in &mut answers {
            let names = random.permutation(assets);
            labels.iter_mut().for_each(|label| *label = names[*label]);
        }
        let renamed = judged(&answers);
        prop_assert_eq!(renamed.clusters, plain.clusters);
        prop_assert_eq!(renamed.co_clustering, plain.co_clustering);
        prop_assert_eq!(renamed.counts, plain.counts);
    }
}
