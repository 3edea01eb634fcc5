//! A simulated market with the habits of a real one: calm and crisis, fat tails, sectors, listings and delistings.

use jiff::civil::{Date, DateTime, Weekday, date};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Degrees of freedom of all shocks: few enough for fat tails, and the variance still exists.
const FREEDOM: usize = 4;

/// Daily probabilities of a crisis beginning and ending: one in half a year, of six weeks.
const BEGIN: f64 = 1.0 / 125.0;
const END: f64 = 1.0 / 30.0;

/// How much larger shocks are in a crisis.
const CRISIS: f64 = 2.5;

/// Daily volatilities of the shocks that all assets share, and those of a sector.
const MARKET: f64 = 0.008;
const SECTOR: f64 = 0.006;

/// Mean daily return.
const DRIFT: f64 = 0.0003;

/// A day takes no more than this, whatever the tails say: prices stay positive.
const WORST: f64 = -0.9;

/// Name of a sector, stem of the names of its assets, mean exposure to the market, daily volatility of its own.
const SECTORS: &[(&str, &str, f64, f64)] = &[
    ("Technology", "TECH", 1.25, 0.014),
    ("Finance", "FIN", 1.1, 0.011),
    ("Energy", "ENER", 1.0, 0.013),
    ("Health", "HLTH", 0.75, 0.009),
    ("Utilities", "UTIL", 0.5, 0.006),
];

/// What to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketParams {
    /// Seed of the generator.
    pub seed: u64,
    /// Number of assets.
    pub assets: usize,
    /// Number of business days.
    pub days: usize,
}

/// Prices of a simulated market.
///
/// One asset is listed after a sixth of the days, and another is delisted after three fifths.
///
/// # Shapes and units
/// T days and N assets; a price is NaN before its asset is listed and after it is delisted.
#[derive(Clone, Debug)]
pub struct Market {
    dates: Vec<DateTime>,
    names: Vec<String>,
    sectors: Vec<&'static str>,
    columns: Vec<Vec<f64>>,
    late: usize,
    delisted: usize,
}

/// What one asset has of its own.
struct Asset {
    sector: usize,
    beta: f64,
    volatility: f64,
    price: f64,
}

impl Market {
    /// Simulates a market: the same numbers for the same parameters, on each machine.
    ///
    /// ```text
    /// r_ti = μ + s_t (β_i m_t + f_t,sector(i)) + sqrt(s_t) e_ti
    ///
    /// s_t          1 on calm days, 2.5 in a crisis
    /// m_t f_t e_t  shocks of the market, of its sectors, of its assets: Student t with four degrees of freedom
    /// ```
    ///
    /// # Examples
    /// ```
    /// use po_cli::demo::{Market, MarketParams};
    ///
    /// let market = Market::simulate(MarketParams { seed: 7, assets: 6, days: 100 });
    /// assert_eq!(market.names()[0], "TECH1");
    /// assert_eq!(market.column(0).len(), 100);
    /// ```
    #[must_use]
    pub fn simulate(params: MarketParams) -> Self {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(params.seed);
        let mut assets: Vec<Asset> = (0..params.assets).map(|index| asset(index, &mut random)).collect();
        let mut columns = vec![Vec::with_capacity(params.days); params.assets];
        let mut crisis = false;
        for _ in 0..params.days {
            crisis = random.random::<f64>() < if crisis { 1.0 - END } else { BEGIN };
            let scale: f64 = if crisis { CRISIS } else { 1.0 };
            let market = MARKET * shock(&mut random);
            let sectors: Vec<f64> = SECTORS.iter().map(|_| SECTOR * shock(&mut random)).collect();
            for (asset, column) in assets.iter_mut().zip(&mut columns) {
                let shared = scale * (asset.beta * market + sectors[asset.sector]);
                let own = scale.sqrt() * asset.volatility * shock(&mut random);
                asset.price *= 1.0 + (DRIFT + shared + own).max(WORST);
                column.push(quoted(asset.price));
            }
        }
        let (late, delisted) = (params.assets / 3, 2 * params.assets / 3);
        columns[late][..params.days / 6].fill(f64::NAN);
        columns[delisted][3 * params.days / 5..].fill(f64::NAN);
        Self {
            dates: business_days(params.days),
            names: (0..params.assets).map(name).collect(),
            sectors: assets.iter().map(|asset| SECTORS[asset.sector].0).collect(),
            columns,
            late,
            delisted,
        }
    }

    /// The days, Monday to Friday.
    #[must_use]
    pub fn dates(&self) -> &[DateTime] {
        &self.dates
    }

    /// The names of the assets.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The sector of each asset.
    #[must_use]
    pub fn sectors(&self) -> &[&'static str] {
        &self.sectors
    }

    /// The prices of one asset, oldest first, NaN where it is not listed.
    ///
    /// # Panics
    /// When there is no such asset.
    #[must_use]
    pub fn column(&self, asset: usize) -> &[f64] {
        &self.columns[asset]
    }

    /// The asset that is listed late, and its first day.
    #[must_use]
    pub fn late(&self) -> (&str, DateTime) {
        let first = self.columns[self.late].iter().position(|price| !price.is_nan()).unwrap_or(0);
        (&self.names[self.late], self.dates[first])
    }

    /// The asset that is delisted, and its last day.
    #[must_use]
    pub fn delisted(&self) -> (&str, DateTime) {
        let last = self.columns[self.delisted].iter().rposition(|price| !price.is_nan()).unwrap_or(0);
        (&self.names[self.delisted], self.dates[last])
    }
}

/// Sectors take turns, so that neighbours in the file are no neighbours in the market.
fn asset(index: usize, random: &mut Xoshiro256PlusPlus) -> Asset {
    let sector = index % SECTORS.len();
    let (_, _, beta, volatility) = SECTORS[sector];
    let mut around = |middle: f64| middle * (0.75 + 0.5 * random.random::<f64>());
    Asset { sector, beta: around(beta), volatility: around(volatility), price: around(100.0) }
}

fn name(index: usize) -> String {
    format!("{}{}", SECTORS[index % SECTORS.len()].1, index / SECTORS.len() + 1)
}

/// A Student t shock of variance one.
///
/// Made from normal variates by arithmetic and a square root alone, which all machines round alike.
///
/// ```text
/// t = z / sqrt(χ²_ν / ν),  Var t = ν / (ν - 2)
/// ```
fn shock(random: &mut Xoshiro256PlusPlus) -> f64 {
    let mut normal = || -> f64 { random.sample(StandardNormal) };
    let squares: f64 = (0..FREEDOM).map(|_| normal()).map(|normal| normal * normal).sum();
    normal() * ((FREEDOM - 2) as f64 / squares).sqrt()
}

/// A price as exchanges quote it, with four decimals.
fn quoted(price: f64) -> f64 {
    ((price * 1e4).round() / 1e4).max(1e-4)
}

fn business_days(days: usize) -> Vec<DateTime> {
    let weekend = |day: &Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let calendar = date(2020, 1, 1).series(jiff::Span::new().days(1));
    calendar.filter(|day| !weekend(day)).take(days).map(|day| day.at(0, 0, 0, 0)).collect()
}
