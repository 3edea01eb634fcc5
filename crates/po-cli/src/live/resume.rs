//! Which of the bars that come again are known.

use po_engine::stream::Time;

/// Skips bars up to the last one that was offered to the engine.
///
/// Bars that come from the start again are those before the last one taken in, that one, and as many as were refused
/// after it. A stream that goes on after it has none of these.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Resume {
    /// Nothing is known of what comes.
    Seeking { last: Time, refused: u64 },
    /// The last bar taken in came again, and so many that were refused may follow.
    Found { refused: u64 },
    /// All that comes is new.
    New,
}

impl Resume {
    pub(super) fn new(last: Option<Time>, refused: u64) -> Self {
        last.map_or(Self::Found { refused }, |last| Self::Seeking { last, refused })
    }

    /// Whether a bar is known.
    pub(super) fn skips(&mut self, time: Time) -> bool {
        match *self {
            Self::Seeking { last, .. } if time < last => true,
            Self::Seeking { last, refused } if time == last => {
                *self = Self::Found { refused };
                true
            }
            Self::Found { refused } if refused > 0 => {
                *self = Self::Found { refused: refused - 1 };
                true
            }
            _ => {
                *self = Self::New;
                false
            }
        }
    }

    /// Whether a line that cannot be read may be one that was told before.
    pub(super) fn is_seeking(self) -> bool {
        matches!(self, Self::Seeking { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::{Resume, Time};

    fn kept(last: Option<i64>, refused: u64, times: &[i64]) -> Vec<usize> {
        let mut resume = Resume::new(last.map(Time::from_nanoseconds), refused);
        let kept = times.iter().enumerate().filter(|(_, time)| !resume.skips(Time::from_nanoseconds(**time)));
        kept.map(|(place, _)| place).collect()
    }

    #[test]
    fn a_file_from_its_start_is_skipped_up_to_the_last_bar_offered() {
        assert_eq!(kept(Some(3), 0, &[1, 2, 3, 4, 5]), [3, 4]);
        // A bar that was refused is known; one that will be is not.
        assert_eq!(kept(Some(3), 1, &[1, 2, 3, 2, 2, 5]), [4, 5]);
        assert_eq!(kept(Some(3), 0, &[1, 2, 3, 2, 2, 5]), [3, 4, 5]);
        // After ruin, bars are refused whatever their times.
        assert_eq!(kept(Some(3), 2, &[1, 2, 3, 4, 5, 6]), [5]);
    }

    #[test]
    fn a_stream_that_goes_on_loses_nothing() {
        assert_eq!(kept(Some(3), 1, &[4, 5]), [0, 1]);
        assert_eq!(kept(Some(3), 0, &[2, 3, 4]), [2]);
        // Once it has gone on, what comes too late is the engine's to refuse.
        assert_eq!(kept(Some(3), 0, &[4, 2, 5]), [0, 1, 2]);
        assert_eq!(kept(None, 0, &[1, 1, 2]), [0, 1, 2]);
    }
}
