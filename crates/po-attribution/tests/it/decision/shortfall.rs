//! What was lost between a decision and its execution.

use po_attribution::{
    DelayBasis, Error, Fill, ImplementationShortfall, Order, ShortfallList, Side, implementation_shortfall,
    implementation_shortfalls, implementation_shortfalls_into,
};
use po_core::InputError;
use proptest::prelude::*;
use serde::Deserialize;

use crate::factor::near;

/// Prices are decimal numbers, which no binary number holds exactly: times quantities of some thousands.
const PRICES: f64 = 1e-11;

#[derive(Deserialize)]
struct File {
    shortfall: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    side: String,
    quantity: f64,
    decision_price: f64,
    arrival_price: f64,
    closing_price: f64,
    prices: Vec<f64>,
    quantities: Vec<f64>,
    mids: Vec<f64>,
    half_spreads: Vec<f64>,
    fees_paid: Vec<f64>,
    paper: f64,
    actual: f64,
    total: f64,
    delay: f64,
    delay_ordered: f64,
    timing: f64,
    spread: f64,
    impact: f64,
    fees: f64,
    opportunity: f64,
    opportunity_ordered: f64,
}

impl Case {
    fn fills(&self) -> Vec<Fill> {
        (0..self.prices.len())
            .map(|place| Fill {
                price: self.prices[place],
                quantity: self.quantities[place],
                mid: Some(self.mids[place]),
                half_spread: self.half_spreads[place],
                fee: self.fees_paid[place],
            })
            .collect()
    }

    fn order<'a>(&self, fills: &'a [Fill]) -> Order<'a> {
        Order {
            side: if self.side == "buy" { Side::Buy } else { Side::Sell },
            quantity: self.quantity,
            decision_price: self.decision_price,
            arrival_price: self.arrival_price,
            closing_price: self.closing_price,
            fills,
        }
    }

    fn agrees(&self, found: &ImplementationShortfall, delay: f64, opportunity: f64) {
        near(
            "part",
            &[found.delay, found.timing, found.spread, found.impact, found.opportunity, found.fees],
            &[delay, self.timing, self.spread, self.impact, opportunity, self.fees],
            PRICES,
        );
        near(
            "profit",
            &[found.total, found.paper, found.actual],
            &[self.total, self.paper, self.actual],
            PRICES,
        );
        near("value", &[found.paper_value], &[self.quantity * self.decision_price], PRICES);
        near("execution", &[found.execution()], &[self.timing + self.spread + self.impact], PRICES);
    }
}

#[test]
fn orders_in_rational_numbers() {
    let cases = toml::from_str::<File>(include_str!("../../data/decision.toml")).unwrap().shortfall;
    assert_eq!(cases.len(), 4);
    let fills: Vec<Vec<Fill>> = cases.iter().map(Case::fills).collect();
    let orders: Vec<Order<'_>> = cases.iter().zip(&fills).map(|(case, fills)| case.order(fills)).collect();
    for (case, order) in cases.iter().zip(&orders) {
        let executed = implementation_shortfall(order, DelayBasis::Executed).unwrap();
        case.agrees(&executed, case.delay, case.opportunity);
        let ordered = implementation_shortfall(order, DelayBasis::Ordered).unwrap();
        case.agrees(&ordered, case.delay_ordered, case.opportunity_ordered);
    }
    let list = implementation_shortfalls(&orders, DelayBasis::Executed).unwrap();
    let total = |part: fn(&Case) -> f64| cases.iter().map(part).sum::<f64>();
    near("total", &[list.total.total, list.total.delay], &[total(|c| c.total), total(|c| c.delay)], PRICES);
    near("value", &[list.total.paper_value], &[total(|c| c.quantity * c.decision_price)], PRICES);
    assert_eq!(list.orders[1], implementation_shortfall(&orders[1], DelayBasis::Executed).unwrap());
}

/// 1000 shares are wanted at the close of 10.00; the market closes at 10.05 before 700 are bought at 10.07, for 14 of
/// fees; the order is cancelled at 10.08. Fees are 0.14 %, the realised loss 0.14 %, the delay 0.35 %, and what was
/// missed 0.24 % of 10 000.
#[test]
fn the_example_of_the_textbook() {
    let fills = [Fill { price: 10.07, quantity: 700.0, fee: 14.0, ..Fill::default() }];
    let order = Order {
        side: Side::Buy,
        quantity: 1000.0,
        decision_price: 10.00,
        arrival_price: 10.05,
        closing_price: 10.08,
        fills: &fills,
    };
    let parts = implementation_shortfall(&order, DelayBasis::Executed).unwrap();
    near("profit", &[parts.paper, parts.actual], &[80.0, -7.0], PRICES);
    let points = parts.basis_points();
    near(
        "basis points",
        &[points.fees, points.impact, points.delay, points.opportunity, points.total],
        &[14.0, 14.0, 35.0, 24.0, 87.0],
        PRICES,
    );
}

#[test]
fn no_orders_have_no_shortfall() {
    let list = implementation_shortfalls(&[], DelayBasis::Executed).unwrap();
    assert_eq!(list, ShortfallList::default());
    assert_eq!(list.total.basis_points(), ImplementationShortfall::default());
}

#[test]
fn what_a_shortfall_refuses() {
    let fill = Fill { price: 10.0, quantity: 60.0, ..Fill::default() };
    let (fills, wrong) = ([fill, fill], [Fill { half_spread: -0.01, ..fill }]);
    let order = Order {
        side: Side::Buy,
        quantity: 120.0,
        decision_price: 10.0,
        arrival_price: 10.0,
        closing_price: 10.0,
        fills: &fills,
    };
    let basis = DelayBasis::Executed;
    near("total", &[implementation_shortfall(&order, basis).unwrap().total], &[0.0], 0.0);
    let small = Order { quantity: 100.0, ..order };
    let error = implementation_shortfalls(&[order, small], basis).unwrap_err();
    assert_eq!(error, Error::Overfilled { order: 1, filled: 120.0, ordered: 100.0 });
    assert_eq!(error.to_string(), "the fills of order 1 sum to 120, expected at most the 100 ordered");
    let refused = |order: Order<'_>| implementation_shortfall(&order, basis).unwrap_err();
    let out = |name, value, expected| Error::from(InputError::OutOfRange { name, value, expected });
    let positive = "a positive number";
    assert_eq!(refused(Order { quantity: 0.0, ..order }), out("the quantity ordered", 0.0, positive));
    assert_eq!(refused(Order { decision_price: -1.0, ..order }), out("the decision price", -1.0, positive));
    assert_eq!(refused(Order { arrival_price: 0.0, ..order }), out("the arrival price", 0.0, positive));
    assert_eq!(
        refused(Order { closing_price: f64::INFINITY, ..order }),
        out("the closing price", f64::INFINITY, positive)
    );
    assert_eq!(refused(Order { fills: &wrong, ..order }), out("half of the spread", -0.01, "zero or more"));
    let wrong = [Fill { price: 0.0, ..fill }];
    assert_eq!(refused(Order { fills: &wrong, ..order }), out("the price of a fill", 0.0, positive));
    let wrong = [Fill { quantity: -1.0, ..fill }];
    assert_eq!(
        refused(Order { fills: &wrong, ..order }),
        out("the quantity of a fill", -1.0, "zero or more")
    );
    let wrong = [Fill { mid: Some(0.0), ..fill }];
    assert_eq!(refused(Order { fills: &wrong, ..order }), out("the mid price of a fill", 0.0, positive));
    let wrong = [Fill { fee: f64::NEG_INFINITY, ..fill }];
    assert_eq!(
        refused(Order { fills: &wrong, ..order }),
        out("the fee of a fill", f64::NEG_INFINITY, "a finite number")
    );
}

#[cfg(feature = "serde")]
#[test]
fn fills_survive_being_written_down() {
    let fill: Fill = serde_json::from_str(r#"{"price": 10.0, "quantity": 5.0}"#).unwrap();
    assert_eq!(fill, Fill { price: 10.0, quantity: 5.0, ..Fill::default() });
    assert!(serde_json::from_str::<Fill>(r#"{"cost": 1.0}"#).is_err());
    assert_eq!(serde_json::to_string(&DelayBasis::Ordered).unwrap(), r#""ordered""#);
}

fn fill() -> impl Strategy<Value = Fill> {
    (5.0..20.0_f64, 0.0..20.0_f64, proptest::option::of(5.0..20.0_f64), 0.0..0.1_f64, -1.0..5.0_f64)
        .prop_map(|(price, quantity, mid, half_spread, fee)| Fill { price, quantity, mid, half_spread, fee })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn parts_add_up_to_paper_less_actual(
        fills in proptest::collection::vec(fill(), 0..5),
        prices in (5.0..20.0_f64, 5.0..20.0_f64, 5.0..20.0_f64),
        buys in any::<bool>(),
    ) {
        let order = Order {
            side: if buys { Side::Buy } else { Side::Sell },
            quantity: 100.0,
            decision_price: prices.0,
            arrival_price: prices.1,
            closing_price: prices.2,
            fills: &fills,
        };
        for basis in [DelayBasis::Executed, DelayBasis::Ordered] {
            let parts = implementation_shortfall(&order, basis).unwrap();
            let sum = parts.delay + parts.timing + parts.spread + parts.impact + parts.opportunity + parts.fees;
            prop_assert!((sum - parts.total).abs() < PRICES);
            prop_assert!((parts.total - (parts.paper - parts.actual)).abs() < PRICES);
            // The mirror image of a purchase is a sale that gains what it lost, but for spread, its impact, and fees.
            let other = if buys { Side::Sell } else { Side::Buy };
            let mirrored = implementation_shortfall(&Order { side: other, ..order }, basis).unwrap();
            prop_assert!((mirrored.delay + parts.delay).abs() < PRICES);
            prop_assert!((mirrored.execution() + parts.execution()).abs() < PRICES);
            let list = implementation_shortfalls(&[order, order], basis).unwrap();
            prop_assert!((list.total.total - 2.0 * parts.total).abs() < PRICES);
            prop_assert!((list.total.basis_points().total - parts.basis_points().total).abs() < PRICES * 10.0);
            let mut again = ShortfallList::default();
            implementation_shortfalls_into(&[order], basis, &mut again).unwrap();
            implementation_shortfalls_into(&[order, order], basis, &mut again).unwrap();
            prop_assert_eq!(again, list);
        }
    }
}
