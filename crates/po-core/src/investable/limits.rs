//! Bounds on the assets that can be held.

use super::Investable;
use super::narrowing::check_indices;
use crate::{Bounds, GroupBound, InputError};

impl Investable {
    /// The bounds of the assets that can be held.
    ///
    /// Whether they still leave a portfolio is for the allocator to say: the upper bounds of a few may sum to less than
    /// one.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for bounds of another number of assets.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Bounds, Investable};
    ///
    /// let bounds = Bounds::new(vec![0.0, 0.1, 0.2], vec![0.5, 0.6, 0.7])?;
    /// let small = Investable::new(vec![true, false, true])?.bounds(&bounds)?;
    /// assert_eq!((small.lower(), small.upper()), ([0.0, 0.2].as_slice(), [0.5, 0.7].as_slice()));
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn bounds(&self, whole: &Bounds) -> Result<Bounds, InputError> {
        let mut small = whole.clone();
        self.bounds_into(whole, &mut small)?;
        Ok(small)
    }

    /// As [`Investable::bounds`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::bounds`].
    pub fn bounds_into(&self, whole: &Bounds, small: &mut Bounds) -> Result<(), InputError> {
        self.check("the list of bounds", whole.len())?;
        whole.select_into(&self.assets, small);
        Ok(())
    }

    /// The bounds of groups on those of their members that can be held; a group that lost all of them is left out, with
    /// what it had to hold.
    ///
    /// # Errors
    /// [`InputError::AssetOutOfRange`] for a member that the whole problem does not have.
    ///
    /// # Examples
    /// ```
    /// use po_core::{GroupBound, Investable};
    ///
    /// let groups = [GroupBound::new("banks", vec![0, 1], 0.1, 0.3)?, GroupBound::new("mines", vec![1], 0.0, 0.2)?];
    /// let small = Investable::new(vec![false, false, true])?.groups(&groups)?;
    /// assert!(small.is_empty());
    /// let small = Investable::new(vec![false, true, true])?.groups(&groups)?;
    /// assert_eq!((small[0].members(), small[1].members()), ([0].as_slice(), [0].as_slice()));
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn groups(&self, whole: &[GroupBound]) -> Result<Vec<GroupBound>, InputError> {
        let mut small = Vec::new();
        self.groups_into(whole, &mut small)?;
        Ok(small)
    }

    /// As [`Investable::groups`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::groups`].
    ///
    /// # Cost
    /// The heap is touched where there are more groups than the last time, or one of a longer name or with more members
    /// stands at a place.
    pub fn groups_into(&self, whole: &[GroupBound], small: &mut Vec<GroupBound>) -> Result<(), InputError> {
        whole.iter().try_for_each(|group| check_indices(group.members(), self.universe_len()))?;
        let mut groups = 0;
        for group in whole {
            if !group.members().iter().any(|&member| self.mask[member]) {
                continue;
            }
            if groups == small.len() {
                small.push(group.clone());
            }
            small[groups].narrow_from(group, |member| self.narrowed(member));
            groups += 1;
        }
        small.truncate(groups);
        Ok(())
    }
}
