//! What a stage is, and where it stands.

use po_core::{Covariance, Investable, Weights};

use super::{StageFailure, Time};

/// Where a stage stands between the returns of a bar and the weights to hold.
///
/// Stages run in this order; a stage of the user's own runs after the engine's at the same place, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// What is expected of the assets. The engine has no stage here.
    Signal,
    /// What the market is in. The engine has no stage here.
    Regime,
    /// The portfolio that the engine's allocator chooses.
    Allocation,
    /// What is held is not too alike.
    CorrelationLimit,
    /// What is held survives a stress.
    Tail,
    /// What is held uses its budget of risk.
    Budget,
    /// What is held can be sold. The engine has no stage here.
    Liquidity,
    /// What is traded now: no-trade band, halts.
    Trading,
}

/// What a stage knows of a bar: the problem of the n assets that can be held now.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// When the bar ended.
    pub time: Time,
    /// The number of the bar.
    pub bar: u64,
    /// Which of the N assets are the n of this problem.
    pub investable: &'a Investable,
    /// The forecast covariance of the n assets, per bar.
    pub covariance: &'a Covariance,
    /// What is held of the n assets now, as prices have left it.
    pub held: &'a Weights,
    /// The returns of all N assets over the bar; NaN where there is none.
    pub returns: &'a [f64],
    /// What the portfolio has earned over the bar after the costs of the bar before; nothing on the first one.
    pub realised: Option<f64>,
}

/// A step from weights to weights.
///
/// # Examples
/// A stage that never holds more than a fifth of anything:
///
/// ```
/// use po_engine::Weights;
/// use po_engine::stream::{Context, Slot, Stage, StageFailure};
///
/// struct Fifth;
///
/// impl Stage for Fifth {
///     fn name(&self) -> &'static str {
///         "a fifth at most"
///     }
///     fn slot(&self) -> Slot {
///         Slot::Liquidity
///     }
///     fn apply(&mut self, _: &Context<'_>, weights: &mut Weights) -> Result<(), StageFailure> {
///         let capped: Vec<f64> = weights.as_slice().iter().map(|weight| weight.min(0.2)).collect();
///         Ok(weights.assign(&capped)?)
///     }
/// }
/// assert_eq!(Fifth.name(), "a fifth at most");
/// ```
pub trait Stage {
    /// What decisions and attributions call it.
    fn name(&self) -> &'static str;

    /// Where it stands.
    fn slot(&self) -> Slot;

    /// Moves the weights of the n assets.
    ///
    /// # Errors
    /// Why there is no answer; the engine falls back then.
    fn apply(&mut self, context: &Context<'_>, weights: &mut Weights) -> Result<(), StageFailure>;

    /// What has to be remembered for the stage to go on after a restart.
    fn state(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Goes on from what was remembered.
    ///
    /// # Errors
    /// Why the bytes are no state of this stage.
    fn restore(&mut self, state: &[u8]) -> Result<(), StageFailure> {
        let _ = state;
        Ok(())
    }
}

/// The stages of the user: none, or a tuple of up to four, known when the program is compiled.
pub trait Stages {
    /// How many there are.
    const COUNT: usize;

    /// What a stage is called.
    fn name(&self, number: usize) -> &'static str;

    /// Where a stage stands.
    fn slot(&self, number: usize) -> Slot;

    /// Runs a stage.
    ///
    /// # Errors
    /// As [`Stage::apply`].
    fn apply(
        &mut self,
        number: usize,
        context: &Context<'_>,
        weights: &mut Weights,
    ) -> Result<(), StageFailure>;

    /// What a stage has to remember.
    fn state(&self, number: usize) -> Vec<u8>;

    /// Lets a stage go on from what it had to remember.
    ///
    /// # Errors
    /// As [`Stage::restore`].
    fn restore(&mut self, number: usize, state: &[u8]) -> Result<(), StageFailure>;
}

macro_rules! tuple {
    ($count:literal: $($stage:ident $number:tt),*) => {
        impl<$($stage: Stage),*> Stages for ($($stage,)*) {
            const COUNT: usize = $count;

            fn name(&self, number: usize) -> &'static str {
                match number {
                    $($number => self.$number.name(),)*
                    _ => "",
                }
            }

            fn slot(&self, number: usize) -> Slot {
                match number {
                    $($number => self.$number.slot(),)*
                    _ => Slot::Trading,
                }
            }

            #[allow(unused_variables, reason = "without stages, nothing is done")]
            fn apply(
                &mut self,
                number: usize,
                context: &Context<'_>,
                weights: &mut Weights,
            ) -> Result<(), StageFailure> {
                match number {
                    $($number => self.$number.apply(context, weights),)*
                    _ => Ok(()),
                }
            }

            fn state(&self, number: usize) -> Vec<u8> {
                match number {
                    $($number => self.$number.state(),)*
                    _ => Vec::new(),
                }
            }

            #[allow(unused_variables, reason = "without stages, nothing is done")]
            fn restore(&mut self, number: usize, state: &[u8]) -> Result<(), StageFailure> {
                match number {
                    $($number => self.$number.restore(state),)*
                    _ => Ok(()),
                }
            }
        }
    };
}

tuple!(0:);
tuple!(1: A 0);
tuple!(2: A 0, B 1);
tuple!(3: A 0, B 1, C 2);
tuple!(4: A 0, B 1, C 2, D 3);
