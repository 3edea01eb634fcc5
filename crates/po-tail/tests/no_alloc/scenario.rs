//! Portfolios over scenarios.

use po_core::{Returns, Weights};
use po_tail::Scenarios;

use super::calls;

#[test]
fn portfolios_over_scenarios_stay_in_their_memory() {
    let scenarios =
        Scenarios::equal(Returns::from_column_slice(3, 2, &[0.1, 0.0, -0.1, 0.0, 0.2, 0.1]).unwrap());
    let (weights, mut portfolio) = (Weights::equal(2).unwrap(), Vec::new());
    scenarios.portfolio_into(&weights, &mut portfolio).unwrap();
    assert_eq!(calls(|| scenarios.portfolio_into(&weights, &mut portfolio).unwrap()), 0);
}
