//! Which segment an asset is in, at each level.

use std::cmp::Ordering;
use std::collections::HashMap;

use po_core::{InputError, Universe};

use super::cell::Cell;
use crate::Error;

/// Segments within segments: sectors, the industries of each, down to the assets if wanted.
///
/// A segment is told by its whole path: an industry that occurs in two sectors is two segments. Assets without a group
/// are a segment of their own, the last one within the segment above. The segments of a level are in the order of
/// their paths, so that those of the first level stand in the order of their groups.
///
/// # Examples
/// ```
/// use po_attribution::Hierarchy;
///
/// let sectors = [Some(0), Some(0), Some(1), None];
/// let industries = [Some(4), Some(2), Some(2), None];
/// let hierarchy = Hierarchy::new(&[&sectors, &industries])?;
/// assert_eq!((hierarchy.segments(0), hierarchy.segments(1)), (3, 4));
/// assert_eq!((hierarchy.group(1, 0), hierarchy.group(1, 1)), (Some(2), Some(4)));
/// assert_eq!(hierarchy.parent(1, 2), Some(1));
/// assert_eq!(hierarchy.segment_of(), [1, 0, 2, 3]);
/// # Ok::<(), po_attribution::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Hierarchy {
    levels: Vec<Level>,
    segment_of: Vec<usize>,
    /// Whether each segment of the lowest level is one asset.
    by_asset: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Level {
    parents: Vec<usize>,
    groups: Vec<Option<usize>>,
    names: Vec<Option<String>>,
}

impl Hierarchy {
    /// A hierarchy from the group of each asset at each level, the coarsest level first.
    ///
    /// # Errors
    /// [`InputError::Empty`] without levels or assets; [`InputError::LengthMismatch`] unless all levels have the same
    /// number of assets.
    pub fn new(levels: &[&[Option<usize>]]) -> Result<Self, Error> {
        let assets = levels.first().ok_or(InputError::Empty { what: "the list of levels" })?.len();
        if assets == 0 {
            return Err(InputError::Empty { what: "the list of groups" }.into());
        }
        if let Some(level) = levels.iter().find(|level| level.len() != assets) {
            let what = "the list of groups";
            return Err(InputError::LengthMismatch { what, expected: assets, actual: level.len() }.into());
        }
        // Assets without a group come last.
        let group = |level: &[Option<usize>], asset: usize| (level[asset].is_none(), level[asset]);
        let mut order: Vec<usize> = (0..assets).collect();
        order.sort_by(|&left, &right| {
            let mut paths = levels.iter().map(|level| group(level, left).cmp(&group(level, right)));
            paths.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
        let mut segment_of = vec![0; assets];
        let mut found = Vec::with_capacity(levels.len());
        for level in levels {
            let mut next = Level::default();
            let mut last = None;
            for &asset in &order {
                let path = (segment_of[asset], level[asset]);
                if last != Some(path) {
                    next.parents.push(path.0);
                    next.groups.push(path.1);
                    last = Some(path);
                }
                segment_of[asset] = next.groups.len() - 1;
            }
            next.names.resize(next.groups.len(), None);
            found.push(next);
        }
        if let Some(first) = found.first_mut() {
            first.parents.fill(0);
        }
        Ok(Self { levels: found, segment_of, by_asset: false })
    }

    /// A hierarchy from groupings of a universe, the coarsest first; groups are numbered as they first occur.
    ///
    /// # Errors
    /// [`InputError::UnknownName`], with the nearest known grouping; [`InputError::Empty`] without groupings.
    ///
    /// # Examples
    /// ```
    /// use po_attribution::Hierarchy;
    /// use po_core::Universe;
    ///
    /// let universe = Universe::new(["XOM", "MSFT", "CVX"])?
    ///     .grouped("sector", [Some("energy"), Some("technology"), Some("energy")])?;
    /// let hierarchy = Hierarchy::from_universe(&universe, &["sector"])?;
    /// assert_eq!(hierarchy.name(0, 0), Some("energy"));
    /// assert_eq!(hierarchy.segment_of(), [0, 1, 0]);
    /// # Ok::<(), po_attribution::Error>(())
    /// ```
    pub fn from_universe<'a>(universe: &'a Universe, groupings: &[&str]) -> Result<Self, Error> {
        let mut names: Vec<Vec<&str>> = Vec::with_capacity(groupings.len());
        let mut levels: Vec<Vec<Option<usize>>> = Vec::with_capacity(groupings.len());
        for grouping in groupings {
            let (mut known, mut numbers) = (Vec::new(), HashMap::new());
            let mut number = |label: &'a str| {
                *numbers.entry(label).or_insert_with(|| {
                    known.push(label);
                    known.len() - 1
                })
            };
            let labels = universe.grouping(grouping)?.labels();
            levels.push(labels.iter().map(|label| label.as_deref().map(&mut number)).collect());
            names.push(known);
        }
        let slices: Vec<&[Option<usize>]> = levels.iter().map(Vec::as_slice).collect();
        let mut hierarchy = Self::new(&slices)?;
        for (level, names) in hierarchy.levels.iter_mut().zip(&names) {
            for (name, group) in level.names.iter_mut().zip(&level.groups) {
                *name = group.and_then(|group| names.get(group)).map(|&name| name.to_owned());
            }
        }
        Ok(hierarchy)
    }

    /// The same with one more level, where each asset is a segment; its number as a group is that of the asset.
    ///
    /// An asset has one return on both sides, whether it is held or not: there is nothing left to select.
    #[must_use]
    pub fn with_assets(mut self) -> Self {
        if self.by_asset {
            return self;
        }
        let mut order: Vec<usize> = (0..self.segment_of.len()).collect();
        order.sort_by_key(|&asset| self.segment_of[asset]);
        let parents = order.iter().map(|&asset| self.segment_of[asset]).collect();
        for (segment, &asset) in order.iter().enumerate() {
            self.segment_of[asset] = segment;
        }
        let names = vec![None; order.len()];
        self.levels.push(Level { parents, groups: order.into_iter().map(Some).collect(), names });
        self.by_asset = true;
        self
    }

    /// Number of assets.
    #[must_use]
    pub fn assets(&self) -> usize {
        self.segment_of.len()
    }

    /// Number of levels, at least one.
    #[must_use]
    pub fn levels(&self) -> usize {
        self.levels.len()
    }

    /// Number of segments of a level; none where there is no such level.
    #[must_use]
    pub fn segments(&self, level: usize) -> usize {
        self.levels.get(level).map_or(0, |level| level.groups.len())
    }

    /// The group of a segment as it was given; none for assets without a group.
    #[must_use]
    pub fn group(&self, level: usize, segment: usize) -> Option<usize> {
        self.levels.get(level)?.groups.get(segment).copied().flatten()
    }

    /// The name of a segment, where the hierarchy was made from a universe.
    #[must_use]
    pub fn name(&self, level: usize, segment: usize) -> Option<&str> {
        self.levels.get(level)?.names.get(segment)?.as_deref()
    }

    /// The segment of the level above that a segment is in; none at the first level.
    #[must_use]
    pub fn parent(&self, level: usize, segment: usize) -> Option<usize> {
        if level == 0 { None } else { self.levels.get(level)?.parents.get(segment).copied() }
    }

    /// The segment of the lowest level that each asset is in.
    #[must_use]
    pub fn segment_of(&self) -> &[usize] {
        &self.segment_of
    }

    /// For each segment of a level the one above; zeros at the first level.
    pub(crate) fn parents(&self, level: usize) -> &[usize] {
        &self.levels[level].parents
    }

    /// Gives the segments of a level their returns, once all that is in them has been added up.
    pub(crate) fn settle(&self, level: usize, returns: &[f64], cells: &mut [Cell]) {
        if self.by_asset && level + 1 == self.levels.len() {
            for (&segment, &value) in self.segment_of.iter().zip(returns) {
                cells[segment].settle_asset(value);
            }
        } else {
            cells.iter_mut().for_each(Cell::settle);
        }
    }
}
