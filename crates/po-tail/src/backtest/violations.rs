//! The days on which more was lost than forecast.

use po_core::InputError;

use super::law::x_ln_x;

/// Which days were violations.
///
/// # Examples
/// ```
/// use po_tail::{Transitions, Violations};
///
/// let violations = Violations::new(vec![false, true, true, false])?;
/// assert_eq!((violations.days(), violations.count()), (4, 2));
/// assert_eq!(violations.transitions(), Transitions { n00: 0, n01: 1, n10: 1, n11: 1 });
/// # Ok::<(), po_core::InputError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Violations {
    hits: Vec<bool>,
    count: usize,
}

impl Violations {
    /// The violations of a series of days.
    ///
    /// # Errors
    /// [`InputError::Empty`] without a day.
    pub fn new(hits: Vec<bool>) -> Result<Self, InputError> {
        if hits.is_empty() {
            return Err(InputError::Empty { what: "the list of days" });
        }
        Ok(Self::counted(hits))
    }

    pub(super) fn counted(hits: Vec<bool>) -> Self {
        let count = hits.iter().filter(|&&hit| hit).count();
        Self { hits, count }
    }

    /// Whether each day was a violation.
    #[must_use]
    pub fn hits(&self) -> &[bool] {
        &self.hits
    }

    /// How many days there are.
    #[must_use]
    pub fn days(&self) -> usize {
        self.hits.len()
    }

    /// How many violations there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How often each kind of day followed each kind.
    #[must_use]
    pub fn transitions(&self) -> Transitions {
        let mut transitions = Transitions::default();
        for pair in self.hits.windows(2) {
            *match (pair[0], pair[1]) {
                (false, false) => &mut transitions.n00,
                (false, true) => &mut transitions.n01,
                (true, false) => &mut transitions.n10,
                (true, true) => &mut transitions.n11,
            } += 1;
        }
        transitions
    }
}

/// The days from one violation to the next, and to the ends of the sample where it cuts them off.
pub(super) fn spells_into(hits: &[bool], spells: &mut Vec<Spell>) {
    spells.clear();
    let mut last = None;
    for (day, _) in hits.iter().enumerate().filter(|(_, hit)| **hit) {
        match last {
            Some(last) => spells.push(Spell { days: day - last, censored: false }),
            None if day > 0 => spells.push(Spell { days: day + 1, censored: true }),
            None => {}
        }
        last = Some(day);
    }
    let left = last.map_or(hits.len(), |last| hits.len() - 1 - last);
    if left > 0 {
        spells.push(Spell { days: left, censored: true });
    }
}

/// A number of days from one violation to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spell {
    pub(super) days: usize,
    /// Whether an end of the sample cuts it off.
    pub(super) censored: bool,
}

/// How often a day of one kind followed one of another: `n01` counts violations after days without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Transitions {
    /// No violation, after none.
    pub n00: usize,
    /// A violation, after none.
    pub n01: usize,
    /// No violation, after one.
    pub n10: usize,
    /// A violation, after one.
    pub n11: usize,
}

impl Transitions {
    /// Christoffersen's likelihood ratio of independence: whether a violation is likelier after one than after
    /// none.
    ///
    /// ```text
    /// LR = 2 (l(n00, n01) + l(n10, n11) - l(n00 + n10, n01 + n11))
    /// l(a, b) = a ln(a / (a + b)) + b ln(b / (a + b)),  0 ln 0 = 0
    /// ```
    ///
    /// It is finite, and 0 without violations.
    ///
    /// # Examples
    /// ```
    /// use po_tail::Transitions;
    ///
    /// // J.P. Morgan's 252 days of 1998.
    /// let transitions = Transitions { n00: 218, n01: 14, n10: 14, n11: 6 };
    /// assert!((transitions.likelihood_ratio() - 9.529568780336366).abs() < 1e-12);
    /// ```
    ///
    /// # Source
    /// Christoffersen (1998), Evaluating interval forecasts; the figures, Jorion (2007), Value at Risk, section
    /// 6.2.
    #[must_use]
    pub fn likelihood_ratio(&self) -> f64 {
        let Self { n00, n01, n10, n11 } = *self;
        let log = |a: usize, b: usize| x_ln_x(a) + x_ln_x(b) - x_ln_x(a + b);
        (2.0 * (log(n00, n01) + log(n10, n11) - log(n00 + n10, n01 + n11))).max(0.0)
    }
}
