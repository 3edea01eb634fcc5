//! A report as CSV, with all digits.

use super::{Form, Report};
use crate::error::Error;

pub(super) fn csv(report: &Report, form: Form) -> Result<String, Error> {
    let mut header = vec!["asset", "weight", "volatility", "risk_share", "cluster"];
    if report.shares.is_some() {
        header.extend(["budget", "budget_share"]);
    }
    if report.current.is_some() {
        header.extend(["current", "trade"]);
    }
    if report.stability.is_some() {
        header.extend(["standard_error", "lower", "upper"]);
    }
    let mut text = row(header)?;
    for asset in report.order(form.sort) {
        let share = report.contributions.as_ref().map(|shares| shares[asset].to_string());
        let cluster = report.clusters.as_ref().map(|clusters| clusters[asset].to_string());
        let mut cells = vec![
            report.names[asset].clone(),
            report.weights[asset].to_string(),
            (report.volatilities[asset] * report.annual()).to_string(),
            share.unwrap_or_default(),
            cluster.unwrap_or_default(),
        ];
        if let Some(shares) = &report.shares {
            cells.extend([&shares.report.budget, &shares.report.share].map(|of| of[asset].to_string()));
        }
        if let (Some(current), Some(trade)) = (&report.current, report.trade(asset)) {
            cells.extend([current[asset], trade].map(|weight| weight.to_string()));
        }
        if let Some(stability) = &report.stability {
            let own = &stability.found.assets[asset];
            cells.extend([own.standard_error, own.lower, own.upper].map(|number| number.to_string()));
        }
        text += &row(cells.iter().map(String::as_str))?;
    }
    Ok(text)
}

/// One line of CSV, with quotation marks where they are needed.
pub(crate) fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> Result<String, Error> {
    let failed = Error::write("CSV");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| failed(error.into()))?;
    let bytes = writer.into_inner().map_err(|error| failed(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
