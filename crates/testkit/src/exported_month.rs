//! A made-up month of exports, told by messages: many merchants, and everything that can become of a parcel.
//!
//! | module | what it holds |
//! |---|---|
//! | `fate` | what becomes of a parcel |
//! | `bill`, `parcel`, `report` | the documents, made anew from their numbers whenever they are needed |
//! | `schedule` | what happens when |
//! | `clearing` | the month sent through the product |
//! | `asking` | the requests to consolidate it |
//! | `ledger` | what was sent, and what was answered |
//! | `left` | what is left of a list when what came back is left out |
//! | `balance`, `formal_line` | the laws that formal declarations are held to |

mod asking;
mod balance;
mod bill;
mod clearing;
mod fate;
mod formal_line;
mod ledger;
mod left;
mod parcel;
mod report;
mod schedule;
mod told;

pub use asking::Round;
pub use balance::{Figures, Unbalanced};
pub use bill::Bill;
pub use clearing::MonthError;
pub use fate::Fate;
pub use ledger::Ledger;
pub use parcel::Parcel;

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::ids::{DxpId, IdError, OfficeCode, PartyId};
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_domain::month::Month;
use tongguan_domain::party::{Party, Role, Standing};
use tongguan_domain::time::Moment;

use crate::cast::Signing;
use crate::world::Beginning;

/// A month of exports: March 2026, in which a world begins.
#[derive(Debug, Clone, Copy)]
pub struct ExportedMonth {
    /// The same seed makes the same month.
    pub seed: u64,
    /// Of how many merchants, the first ones the largest; at least one, and fewer than 10,000.
    pub merchants: u64,
    /// How many declarations.
    pub declarations: u64,
}

impl ExportedMonth {
    /// The month.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[expect(clippy::expect_used, reason = "a constant that a test reads")]
    pub fn month() -> Month {
        Month::parse("2026-03").expect("a month")
    }

    /// What a world begins with that is to see it: its merchants, what its office examines, no signatures.
    ///
    /// # Errors
    /// None for any number of merchants; a test makes sure of it.
    pub fn beginning(&self) -> Result<Beginning, IdError> {
        let hit = Hit { on: Target::HsPrefix(parcel::EXAMINED.0.into()), lane: Lane::Red };
        let selectivity = Selectivity { hits: vec![hit], ..Selectivity::default() };
        let office = OfficeSettings { selectivity, ..OfficeSettings::default() };
        let offices = bill::OFFICES.map(|code| Ok((OfficeCode::parse(code)?, office.clone())));
        let offices = offices.into_iter().collect::<Result<_, IdError>>()?;
        let settings = Settings { offices, ..Settings::default() };
        let parties = (0..self.merchants).map(merchant).collect::<Result<_, _>>()?;
        Ok(Beginning { parties, settings, signing: Signing::None, ..Beginning::default() })
    }

    /// The `n`th parcel, from 1.
    fn parcel(&self, n: u64) -> Result<Parcel, IdError> {
        Parcel::of(self, n)
    }

    /// When the documents of the `n`th bill begin: from the second day of the month to the last but one.
    fn place(&self, n: u64) -> Moment {
        const FIRST: i64 = 11;
        const HOURS: u64 = 28 * 24;
        let bills = self.declarations.div_ceil(bill::PARCELS);
        let minutes = HOURS * 60 * n / bills.saturating_sub(1).max(1);
        let from = Self::month().start().plus_days(1).plus_millis(FIRST * 3_600_000);
        bill::later(from, minutes * 60_000)
    }
}

/// A merchant, as it is registered.
fn merchant(n: u64) -> Result<Party, IdError> {
    /// Behind the cast.
    const FIRST: i64 = 100;
    Ok(Party {
        id: PartyId(FIRST + i64::try_from(n).unwrap_or_default()),
        name: format!("示例出口商{n}"),
        codes: vec![parcel::merchant_code(n)?],
        roles: [Role::Merchant].into_iter().collect(),
        standing: Standing::Active,
        valid_from: jiff::civil::date(2020, 1, 1),
        valid_to: None,
        mailbox: Some(DxpId::parse(&format!("DXPENT{:010}", 1_000 + n))?),
    })
}
