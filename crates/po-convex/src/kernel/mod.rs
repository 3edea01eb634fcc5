//! Quadratic programmes by a primal-dual active set with block pivoting.
//!
//! A guess says for each asset where it stands (at a bound, at a kink of an absolute value, or free between two) and for
//! each row whether it binds. The equations of optimality are then linear. Their solution either keeps all signs, and is
//! the optimum to rounding, or tells which of the guesses were wrong; all of them are changed at once (Kostreva 1978;
//! Júdice and Pires 1994; Hintermüller, Ito and Kunisch 2002). When the number of wrong guesses stops to fall, one is
//! changed at a time. A programme that is singular, or on which this goes round in circles, is approached by proximal
//! steps, then by the multipliers of its rows, and at last by an interior point.

mod border;
mod breakpoints;
mod certificate;
mod correct;
mod dual;
mod form;
mod guess;
mod refine;
mod round;
mod solve;

pub(crate) use certificate::{CertificateScratch, certify};
pub(crate) use form::Form;
pub use solve::{ProgramScratch, Start};

impl ProgramScratch {
    /// `H x` of the solution that was found last, where the rounds that found it left it.
    pub(crate) fn forces(&self) -> Option<&[f64]> {
        self.round.current.then_some(&*self.round.forces)
    }
}
