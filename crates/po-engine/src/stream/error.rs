//! What the engine refuses.

use po_core::InputError;
use thiserror::Error;

/// A request to the engine that has no answer: settings that do not hold together, or a snapshot that is none.
///
/// A step has no errors: what is wrong with a bar is quarantined, and what fails in a stage falls back; the
/// [`Decision`](super::Decision) tells both.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A setting is out of its range.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A setting of the estimator is out of its range.
    #[error(transparent)]
    Estimator(#[from] po_correlation::Error),
    /// A setting of the attribution is out of its range.
    #[error(transparent)]
    Attribution(#[from] po_attribution::Error),
    /// A setting of hierarchical risk parity is out of its range.
    #[cfg(feature = "hrp")]
    #[error(transparent)]
    Hrp(#[from] po_hrp::Error),
    /// A setting of an optimiser is out of its range.
    #[cfg(feature = "convex")]
    #[error(transparent)]
    Convex(#[from] po_convex::Error),
    /// A setting of a risk budget is out of its range.
    #[cfg(feature = "risk-budget")]
    #[error(transparent)]
    RiskBudget(#[from] po_risk_budget::Error),
    /// A setting of the tail overlay is out of its range.
    #[cfg(feature = "tail")]
    #[error(transparent)]
    Tail(#[from] po_tail::Error),
    /// A configuration cannot be read.
    #[error("the configuration cannot be read at line {line}: {message}")]
    Config {
        /// The line, from one; zero where it is not known.
        line: usize,
        /// What is wrong, and what was expected.
        message: String,
    },
    /// A text is no moment.
    #[error(
        "the time is {text:?}, expected a date such as 2024-03-01, or a date and time with an offset between 1677 and 2262"
    )]
    Time {
        /// The text.
        text: String,
    },
    /// A file is no snapshot.
    #[error(
        "the snapshot begins with other bytes than a snapshot does, expected a file that `snapshot` has written"
    )]
    NotASnapshot,
    /// A snapshot was written by another version.
    #[error("the snapshot has version {found}, expected {expected}")]
    SnapshotVersion {
        /// The version of the file.
        found: u32,
        /// The version that this program reads.
        expected: u32,
    },
    /// A snapshot ends too early.
    #[error("the snapshot has {actual} bytes, expected {expected}: it was not written to its end")]
    SnapshotLength {
        /// The length that it says it has.
        expected: u64,
        /// The length that it has.
        actual: u64,
    },
    /// The bytes of a snapshot are not those that were written.
    #[error("the snapshot has the checksum {actual:08x}, expected {expected:08x}: its bytes were changed")]
    SnapshotChecksum {
        /// The checksum that was written.
        expected: u32,
        /// The checksum of what is there.
        actual: u32,
    },
    /// A snapshot belongs to an engine with other settings.
    #[error("the snapshot was made with other settings: {what} differs")]
    SnapshotSettings {
        /// What differs.
        what: &'static str,
    },
    /// The content of a snapshot is no state of an engine.
    #[error("the snapshot holds no state of an engine: {message}")]
    SnapshotState {
        /// What is wrong.
        message: String,
    },
    /// A snapshot could not be read or written.
    #[error("the snapshot could not be {action}: {message}")]
    SnapshotFile {
        /// What was tried: "read" or "written".
        action: &'static str,
        /// What the system said.
        message: String,
    },
    /// A correction concerns a bar that is not remembered.
    #[error("the bar of {time} is not remembered, expected one of the last {kept} bars")]
    Forgotten {
        /// The time of the correction.
        time: super::Time,
        /// How many bars are remembered.
        kept: usize,
    },
}
