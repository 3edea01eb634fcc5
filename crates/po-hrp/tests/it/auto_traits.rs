//! What every public type can do: cross threads, be copied, compared, and printed.

use po_hrp::{
    BubbleLink, Dbht, Dendrogram, Edge, Error, FilteredGraph, Hrp, HrpAllocation, HrpParams, HrpScratch,
    LeafOrder, Linkage, LinkageScratch, Merge, Metric, Split,
};

fn plain<T: Clone + std::fmt::Debug + Send + Sync + Unpin + std::panic::UnwindSafe + 'static>() {}

fn small<T: Copy + PartialEq>() {}

fn named<T: Copy + Eq + std::hash::Hash + Default + std::fmt::Display + std::str::FromStr>() {}

fn comparable<T: PartialEq>() {}

fn begins_empty<T: Default>() {}

#[test]
fn every_type_is_plain() {
    plain::<Dbht>();
    plain::<Dendrogram>();
    plain::<FilteredGraph>();
    plain::<Error>();
    plain::<Hrp>();
    plain::<HrpAllocation>();
    plain::<HrpParams>();
    plain::<HrpScratch>();
    plain::<LeafOrder>();
    plain::<Linkage>();
    plain::<LinkageScratch>();
    plain::<Merge>();
    plain::<Metric>();
    plain::<Split>();
}

#[test]
fn values_compare() {
    comparable::<Dbht>();
    comparable::<Dendrogram>();
    comparable::<Error>();
    comparable::<Hrp>();
    comparable::<HrpAllocation>();
    comparable::<HrpParams>();
    comparable::<Split>();
}

#[test]
fn small_values_are_copied() {
    small::<BubbleLink>();
    small::<Edge>();
    small::<Merge>();
    named::<FilteredGraph>();
    named::<LeafOrder>();
    named::<Linkage>();
    named::<Metric>();
}

#[test]
fn what_is_written_to_begins_empty() {
    begins_empty::<Dbht>();
    begins_empty::<Dendrogram>();
    begins_empty::<HrpAllocation>();
    begins_empty::<HrpParams>();
    begins_empty::<HrpScratch>();
    begins_empty::<LinkageScratch>();
}

/// Memory that was worked in is a copy of nothing, and prints.
#[test]
fn scratch_is_cloned_and_printed() {
    let mut scratch = LinkageScratch::default();
    let mut tree = Dendrogram::default();
    po_hrp::linkage_into(3, &[1.0, 5.0, 4.0], Linkage::Median, &mut scratch, &mut tree).unwrap();
    assert!(format!("{:?}", scratch.clone()).starts_with("LinkageScratch"));
    assert!(format!("{:?}", HrpScratch::default().clone()).starts_with("HrpScratch"));
}
