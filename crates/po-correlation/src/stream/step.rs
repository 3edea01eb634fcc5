//! How an exponentially weighted covariance takes in a bar.

use po_core::{Covariance, StreamingEstimator};

use super::Ewma;
use super::assets::{Deviate, Spread, Standardise};
use super::input::{check_bar, check_selection};
use super::triangle::LANES;
use crate::Error;

/// What an update writes down on its way; each as long as the blocks of assets.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    pub(super) present: Vec<f64>,
    pub(super) deviations: Vec<f64>,
    pub(super) standard: Vec<f64>,
    /// Deviations with what there is of the bars before; empty without lags.
    pub(super) with_lags: [Vec<f64>; 2],
}

impl PartialEq for Work {
    /// What was written down on the way to the state is no part of it.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Ewma {
    /// The mean over the ready assets of the squared innovation; none when there is no such asset.
    fn bias(&self) -> Option<f64> {
        let ready = self.params.min_observations as f64;
        let (mut sum, mut count) = (0.0, 0.0);
        for (asset, (deviation, present)) in self.work.deviations.iter().zip(&self.work.present).enumerate() {
            let (assets, lane) = (&self.assets[asset / LANES], asset % LANES);
            let before = assets.seen[lane] - present;
            let variance = assets.variance[lane];
            if *present > 0.0 && before >= ready && variance > 0.0 {
                sum += deviation * (deviation / variance);
                count += 1.0;
            }
        }
        (count > 0.0).then(|| (sum / count).min(f64::MAX))
    }
}

impl StreamingEstimator for Ewma {
    type Error = Error;

    fn assets(&self) -> usize {
        self.len
    }

    /// Takes in one bar.
    ///
    /// # Errors
    /// [`po_core::InputError::LengthMismatch`] unless there is one return per asset;
    /// [`po_core::InputError::NotFinite`] for a return that is infinite, with the number of bars before it as
    /// its row; [`po_core::InputError::AssetOutOfRange`] for one beyond 1e100.
    fn update(&mut self, returns: &[f64]) -> Result<(), Error> {
        check_bar(self.len, self.bars, returns)?;
        self.bars += 1;
        let Self { assets, rates, work, .. } = self;
        let Work { present, deviations, .. } = work;
        let rates = *rates;
        if (Deviate { assets, rates, returns, deviations, present }).run() {
            for block in 0..self.assets.len() {
                let faded: [bool; LANES] = self.assets[block].take_faded();
                (0..LANES)
                    .filter(|&lane| faded[lane])
                    .for_each(|lane| self.forget_products(LANES * block + lane));
            }
        }
        let bias = if self.regime.is_some() { self.bias() } else { None };
        if let (Some(regime), Some(bias)) = (&mut self.regime, bias) {
            regime.update(bias);
        }
        let Self { assets, work, params, lags, triangle, .. } = self;
        let Work { present, deviations, standard, with_lags } = work;
        Standardise { assets, correlation_of: params.correlation_of, rates, deviations, standard }.run();
        if params.lags == 0 {
            Spread {
                assets,
                rates,
                present,
                deviations: [deviations, deviations],
                standard: [standard, standard],
            }
            .run();
            triangle.update(rates.correlation, standard);
        } else {
            let [with, with_standard] = with_lags;
            let [of_deviations, of_standard] = lags;
            of_deviations.weigh(rates.volatility, deviations, with);
            of_standard.weigh(rates.correlation, standard, with_standard);
            of_deviations.push(deviations);
            of_standard.push(standard);
            Spread {
                assets,
                rates,
                present,
                deviations: [deviations, with],
                standard: [standard, with_standard],
            }
            .run();
            triangle.update_pair(rates.correlation, standard, with_standard);
        }
        Ok(())
    }

    fn ready(&self, asset: usize) -> bool {
        asset < self.len && self.observations(asset) >= self.params.min_observations as u64
    }

    /// Writes the covariance that is known now.
    ///
    /// # Errors
    /// [`po_core::InputError::NeverObserved`] for the first asset that was never seen;
    /// [`po_core::InputError::NotFinite`] when a covariance overflows.
    fn covariance_into(&self, covariance: &mut Covariance) -> Result<(), Error> {
        self.write(1.0, covariance)
    }

    /// Writes the covariance of some assets that is known now.
    ///
    /// # Errors
    /// [`po_core::InputError::Empty`] without assets; [`po_core::InputError::OutOfRange`] for one that there is not, or
    /// that does not ascend; [`po_core::InputError::NeverObserved`] for one that was never seen.
    fn covariance_of_into(&self, assets: &[usize], covariance: &mut Covariance) -> Result<(), Error> {
        check_selection(self.len, assets)?;
        self.write_of(assets, covariance)
    }
}
