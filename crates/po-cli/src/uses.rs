//! Which methods use which flags.

use clap::ValueEnum;

use crate::args::{AllocateArgs, Method, Output};
use crate::error::SettingsError;
use crate::long_short;
use crate::problem::positive;
use crate::{cvar, nearest, overlay, rebalance, stability};

/// A flag that only some methods use: whether it was given, and who uses it.
struct Use {
    flag: &'static str,
    given: fn(&AllocateArgs) -> bool,
    by: fn(Method) -> bool,
}

/// The flags that only some methods use; a flag that would change nothing is refused rather than ignored.
const USES: &[Use] = &[
    Use { flag: "--bounds", given: |args| args.limits.bounds.is_some(), by: Method::is_constrained },
    Use {
        flag: "--group-bounds",
        given: |args| args.limits.group_bounds.is_some(),
        by: Method::is_constrained,
    },
    Use {
        flag: "--explain",
        given: |args| args.report.explain == Some(true) && args.overlay.overlay.is_none(),
        by: Method::is_constrained,
    },
    Use { flag: "--stability", given: |args| args.stability.stability.is_some(), by: Method::clusters },
    Use { flag: "--constraint", given: |args| args.limits.constraint.is_some(), by: Method::is_constrained },
    Use {
        flag: "--constraints",
        given: |args| args.limits.constraints.is_some(),
        by: Method::is_constrained,
    },
    Use { flag: "--benchmark", given: |args| args.limits.benchmark.is_some(), by: tracks },
    Use { flag: "--costs-bps", given: |args| args.limits.costs_bps.is_some(), by: Method::expects },
    Use { flag: "--cost-horizon", given: |args| args.limits.cost_horizon.is_some(), by: Method::expects },
    Use { flag: "--means", given: |args| args.outlook.means.is_some(), by: Method::expects },
    Use { flag: "--market", given: |args| args.outlook.market.is_some(), by: Method::expects },
    Use {
        flag: "--market-risk-aversion",
        given: |args| args.outlook.market_risk_aversion.is_some(),
        by: Method::expects,
    },
    Use { flag: "--view", given: |args| args.outlook.view.is_some(), by: Method::expects },
    Use {
        flag: "--view-confidence",
        given: |args| args.outlook.view_confidence.is_some(),
        by: Method::expects,
    },
    Use { flag: "--risk-free", given: |args| args.outlook.risk_free.is_some(), by: Method::expects },
    Use {
        flag: "--risk-aversion",
        given: |args| args.objective.risk_aversion.is_some(),
        by: |method| [Method::MeanVariance, Method::Robust, Method::MeanCvar].contains(&method),
    },
    Use {
        flag: "--target-return",
        given: |args| args.objective.target_return.is_some(),
        by: |method| method == Method::MinRisk,
    },
    Use {
        flag: "--target-volatility",
        given: |args| args.objective.target_volatility.is_some(),
        by: |method| method == Method::MaxReturn,
    },
    Use {
        flag: "--cvar-limit",
        given: |args| args.objective.cvar_limit.is_some(),
        by: |method| method == Method::MaxReturn,
    },
    Use { flag: "--robust", given: |args| args.objective.robust.is_some(), by: Method::knows_tail },
    Use {
        flag: "--kappa",
        given: |args| args.objective.kappa.is_some(),
        by: |method| method == Method::Robust,
    },
    Use {
        flag: "--budget",
        given: |args| args.risk.budget.is_some(),
        by: |method| method == Method::RiskBudget,
    },
    Use { flag: "--risk", given: |args| args.risk.measure.is_some(), by: measures_risk },
    Use {
        flag: "--confidence",
        given: |args| args.risk.confidence.is_some() && args.overlay.overlay.is_none(),
        by: measures_risk,
    },
    Use { flag: "--short", given: |args| args.sides.short.is_some(), by: |method| method == Method::Hrp },
    Use {
        flag: "--exposure",
        given: |args| args.sides.exposure.is_some(),
        by: |method| method == Method::Hrp,
    },
    Use { flag: "--codependence", given: |args| args.hierarchy.codependence.is_some(), by: Method::clusters },
    Use {
        flag: "--no-trade-band",
        given: |args| args.rebalance.no_trade_band.is_some(),
        by: knows_no_trades,
    },
    Use { flag: "--rebalance", given: |args| args.rebalance.rebalance.is_some(), by: knows_no_trades },
    Use {
        flag: "--order-before",
        given: |args| args.rebalance.order_before.is_some(),
        by: |method| [Method::Hrp, Method::Schur].contains(&method),
    },
    Use { flag: "--nearness", given: |args| args.hierarchy.nearness.is_some(), by: Method::clusters },
    Use {
        flag: "--division",
        given: |args| args.hierarchy.division.is_some(),
        by: |method| method == Method::Herc,
    },
    Use {
        flag: "--gamma",
        given: |args| args.hierarchy.gamma.is_some(),
        by: |method| method == Method::Schur,
    },
];

/// The methods that share, divide or optimise risk by any measure.
fn measures_risk(method: Method) -> bool {
    [Method::Hrp, Method::Herc].contains(&method) || method.shares_risk() || method.knows_tail()
}

/// The methods that do not weigh what trading costs.
fn knows_no_trades(method: Method) -> bool {
    !(method.optimises() || method.shares_risk())
}

/// The methods that can limit the tracking error.
fn tracks(method: Method) -> bool {
    (method.optimises() && !method.is_of_tail()) || method.clusters()
}

/// Refuses what the method does not use, and what it lacks.
pub(crate) fn check(args: &AllocateArgs, method: Method) -> Result<(), SettingsError> {
    if let Some(unused) = USES.iter().find(|known| (known.given)(args) && !(known.by)(method)) {
        let users: Vec<&str> = Method::value_variants()
            .iter()
            .filter(|user| (unused.by)(**user))
            .map(|user| user.name())
            .collect();
        let (flag, method, users) = (unused.flag, method.name(), either(&users));
        return Err(SettingsError::Unused { flag, method, users });
    }
    let lacks = match method {
        Method::MinRisk if args.objective.target_return.is_none() => {
            Some(("--method min-risk", "--target-return, such as --target-return 0.08"))
        }
        Method::MinTrackingError if args.limits.benchmark.is_none() => {
            Some(("--method min-tracking-error", "--benchmark FILE"))
        }
        Method::RiskBudget if args.risk.budget.is_none() => {
            Some(("--method risk-budget", "--budget, such as --budget AAPL=0.3,MSFT=0.2"))
        }
        _ => None,
    };
    if let Some((what, flag)) = lacks {
        return Err(SettingsError::Needs { what, flag });
    }
    let measure = cvar::measure(args, method).or(args.risk.measure).unwrap_or_default();
    if args.risk.confidence.is_some() && args.overlay.overlay.is_none() && !measure.has_tail() {
        return Err(SettingsError::Needs {
            what: "--confidence",
            flag: "--risk with a tail, such as --risk cvar",
        });
    }
    if let Some(value) = args.risk.confidence.filter(|level| !(*level > 0.0 && *level < 1.0)) {
        let (flag, expected) = ("--confidence", "a number between 0 and 1, such as 0.95".to_owned());
        return Err(SettingsError::OutOfRange { flag, value, expected });
    }
    cvar::check(args, method)?;
    overlay::check(args)?;
    long_short::check(args)?;
    stability::check(args)?;
    rebalance::check(args)?;
    if let Some((what, flag)) = idle(args, method) {
        return Err(SettingsError::Needs { what, flag });
    }
    positive("--target-volatility", args.objective.target_volatility)?;
    if [Method::MeanVariance, Method::MeanCvar].contains(&method) {
        positive("--risk-aversion", args.objective.risk_aversion)?;
    }
    for (flag, value) in
        [("--risk-aversion", args.objective.risk_aversion), ("--kappa", args.objective.kappa)]
    {
        if let Some(value) = value.filter(|value| !(value.is_finite() && *value >= 0.0)) {
            return Err(SettingsError::OutOfRange { flag, value, expected: "zero or more".to_owned() });
        }
    }
    for (flag, value) in
        [("--target-return", args.objective.target_return), ("--risk-free", args.outlook.risk_free)]
    {
        if let Some(value) = value.filter(|value| !value.is_finite()) {
            return Err(SettingsError::OutOfRange { flag, value, expected: "a finite number".to_owned() });
        }
    }
    Ok(())
}

/// A flag that would change nothing without another one, and that one.
fn idle(args: &AllocateArgs, method: Method) -> Option<(&'static str, &'static str)> {
    let output = args.report.output.unwrap_or_default();
    let is_drawn = args.report.plot.is_some() || output.is_drawn();
    let is_bisected = [Method::Hrp, Method::Schur].contains(&method);
    let is_moved = !method.clusters() || nearest::is_asked(&args.limits, method);
    if args.hierarchy.leaf_order.is_some() && !is_bisected && !is_drawn {
        let flag = "--plot FILE, or --output svg or html: it changes nothing but their picture";
        Some(("--leaf-order for other methods than hrp and schur", flag))
    } else if args.limits.benchmark.is_some() && !is_moved {
        Some(("--benchmark", "--constraint, such as --constraint 'tracking-error <= 2%'"))
    } else if args.hierarchy.nearness.is_some() && !is_moved {
        Some(("--nearness", "--constraint, or bounds that the method does not keep by itself"))
    } else if args.stability.stability.is_some() && output == Output::Svg {
        Some(("--stability", "--output table, json, csv or html: a picture has no room for it"))
    } else {
        None
    }
}

/// `a, b or c`.
fn either(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
