//! The settings that are kept in the store: of offices, by name.
//!
//! | name | values | default |
//! |---|---|---|
//! | `waiting_days` | days | 30 |
//! | `refuse_early` | `true`, `false` | `false` |
//! | `declare_on_waybill` | `true`, `false` | `false` |
//! | `release_after_entry` | `true`, `false` | `false` |
//! | `demand_account_book` | `true`, `false` | `false` |
//! | `registered_goods` | `off`, `review`, `demand` | `off` |
//! | `close_after_days` | days, `law` | `law` |
//! | `allowance_year` | `release`, `lodging`, `law` | `law` |
//! | `not_departed_days` | days | 30 |
//! | `examine_before_loading` | `true`, `false` | `false` |
//! | `review_cancellations` | `true`, `false` | `false` |
//! | `case_minutes` | minutes | 30 |
//! | `late_after_hours` | hours | 24 |
//! | `unmask_per_day` | declarations | 20 |
//! | `red_per_10_000`, `yellow_per_10_000` | declarations | 0 |
//! | `quarantine_per_10_000` | exported parcels | 0 |
//! | `relay` | `none`, `all`, message types with commas between them | `none` |
//!
//! `law` is what the dated rows `close-after-days` and `allowance-year` of the parameters say.
//! The scope is `office:2916` for one office and `office` for all that have none of their own.

use std::sync::Arc;

use tongguan_codelists::{AllowanceYear, Pack};
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_storage::{Register, Setting, StorageError, Tx, View, Writer};

use crate::clearing::settings::{GoodsCheck, OfficeSettings, Relaying, Settings};
use crate::history::{self, Cause, ChangeKind, Entry, Field, Subject};

/// Every setting of an office.
pub const NAMES: [&str; 22] = [
    "waiting_days",
    "refuse_early",
    "declare_on_waybill",
    "release_after_entry",
    "demand_account_book",
    "registered_goods",
    "close_after_days",
    "allowance_year",
    "not_departed_days",
    "examine_before_loading",
    "review_cancellations",
    "case_minutes",
    "late_after_hours",
    "unmask_per_day",
    "red_per_10_000",
    "yellow_per_10_000",
    "quarantine_per_10_000",
    "evidence_per_10_000",
    "evidence_review",
    "evidence_minutes",
    "evidence_finding_days",
    "relay",
];

/// The value of a setting that leaves it to the law.
const LAW: &str = "law";

/// A setting that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("setting `{name}` of `{scope}` is `{value}`, which is not {expected}")]
pub struct BadSetting {
    /// Whose.
    pub scope: String,
    /// Which.
    pub name: String,
    /// What it says.
    pub value: String,
    /// What it may say.
    pub expected: &'static str,
}

/// The settings could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// They could not be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// One is not one.
    #[error(transparent)]
    Bad(#[from] BadSetting),
    /// There is no setting of that name.
    #[error("there is no setting `{0}`; the settings of an office are {names}", names = NAMES.join(", "))]
    Unknown(String),
}

/// Gives an office, or all that have no value of their own, a value; without a value takes its own
/// away. Says whether anything was changed.
///
/// # Errors
/// [`SettingsError`]; nothing is changed then.
pub fn put(
    writer: &mut Writer,
    office: Option<OfficeCode>,
    name: &str,
    value: Option<&str>,
    cause: &Cause,
    now: Moment,
) -> Result<bool, SettingsError> {
    history::change(writer, Register::Settings, cause, now, |tx| {
        let entry = put_in(tx, office, name, value)?;
        Ok((entry.is_some(), entry.into_iter().collect()))
    })
}

/// As [`put`], in a change that is under way; gives what its event is to tell.
///
/// # Errors
/// [`SettingsError`].
pub(crate) fn put_in(
    tx: &mut Tx<'_>,
    office: Option<OfficeCode>,
    name: &str,
    value: Option<&str>,
) -> Result<Option<Entry>, SettingsError> {
    let row = checked(office, name, value)?;
    let scope = scope(office);
    let rows = tx.settings()?;
    let standing = rows.iter().find(|row| row.scope == scope && row.name == name);
    match &row {
        Some(row) => tx.upsert(std::slice::from_ref(row))?,
        None => drop(tx.delete_settings(&[(&scope, name)])?),
    }
    let [before, after] =
        [standing, row.as_ref()].map(|row| row.map(|row| row.value.clone()).unwrap_or_default());
    let change = match (standing, &row) {
        (None, _) => ChangeKind::Added,
        (Some(_), Some(_)) => ChangeKind::Changed,
        (Some(_), None) => ChangeKind::Ended,
    };
    Ok(Field::changed("value", before, after).map(|field| Entry {
        subject: Subject::Setting { scope, name: name.to_owned() },
        change,
        fields: vec![field],
    }))
}

/// The row that gives a setting a value; nothing where its own is taken away.
///
/// # Errors
/// [`SettingsError`] for a name or a value that is none.
pub(crate) fn checked(
    office: Option<OfficeCode>,
    name: &str,
    value: Option<&str>,
) -> Result<Option<Setting>, SettingsError> {
    if !NAMES.contains(&name) {
        return Err(SettingsError::Unknown(name.to_owned()));
    }
    let row = value.map(|value| Setting {
        scope: scope(office),
        name: name.to_owned(),
        value: value.trim().to_owned(),
    });
    if let Some(row) = &row {
        apply(&mut OfficeSettings::default(), row)?;
    }
    Ok(row)
}

/// The scope of an office's own settings, or of those that hold for all others.
pub fn scope(office: Option<OfficeCode>) -> String {
    office.map_or_else(|| "office".to_owned(), |office| format!("office:{office}"))
}

/// Name and value of every setting of an office, in the order of [`NAMES`].
pub fn values(office: &OfficeSettings) -> [(&'static str, String); 22] {
    let year = match office.allowance_year {
        None => LAW,
        Some(AllowanceYear::Release) => "release",
        Some(AllowanceYear::Lodging) => "lodging",
    };
    let goods = match office.registered_goods {
        GoodsCheck::Off => "off",
        GoodsCheck::Review => "review",
        GoodsCheck::Demand => "demand",
    };
    let close_after_days = office.close_after_days.map(|days| days.to_string());
    let values = [
        office.waiting_days.to_string(),
        office.refuse_early.to_string(),
        office.declare_on_waybill.to_string(),
        office.release_after_entry.to_string(),
        office.demand_account_book.to_string(),
        goods.to_owned(),
        close_after_days.unwrap_or_else(|| LAW.to_owned()),
        year.to_owned(),
        office.not_departed_days.to_string(),
        office.examine_before_loading.to_string(),
        office.review_cancellations.to_string(),
        office.case_minutes.to_string(),
        office.late_after_hours.to_string(),
        office.unmask_per_day.to_string(),
        office.selectivity.red_per_10_000.to_string(),
        office.selectivity.yellow_per_10_000.to_string(),
        office.quarantine_per_10_000.to_string(),
        office.evidence_per_10_000.to_string(),
        office.evidence_review.to_string(),
        office.evidence_minutes.to_string(),
        office.evidence_finding_days.to_string(),
        relayed(&office.relay),
    ];
    let mut values = values.into_iter();
    NAMES.map(|name| (name, values.next().unwrap_or_default()))
}

/// Loads the settings of all offices; `law` says what they have not settled. Who declares for others stands
/// in the registry, and is [judged](crate::learning::Learned::judge_delegates) by whoever clears.
///
/// # Errors
/// [`SettingsError`]; the first setting that is not one.
pub fn load(view: &mut View<'_>, law: Arc<Pack>) -> Result<Settings, SettingsError> {
    let rows = view.settings()?;
    let mut settings = Settings { law, ..Settings::default() };
    for row in rows.iter().filter(|row| row.scope == "office") {
        apply(&mut settings.default_office, row)?;
    }
    for row in &rows {
        let Some(code) = row.scope.strip_prefix("office:") else { continue };
        let office = OfficeCode::parse(code).map_err(|_| bad(row, "an office of four digits"))?;
        let of_office =
            settings.offices.entry(office).or_insert_with(|| settings.default_office.clone());
        apply(of_office, row)?;
    }
    Ok(settings)
}

fn apply(office: &mut OfficeSettings, row: &Setting) -> Result<(), BadSetting> {
    let count = |of| row.value.parse::<u16>().map(i64::from).map_err(|_| bad(row, of));
    let days = || count("a number of days");
    let flag = || row.value.parse().map_err(|_| bad(row, "`true` or `false`"));
    let rate = || match row.value.parse() {
        Ok(rate @ 0..=10_000) => Ok(rate),
        _ => Err(bad(row, "a number from 0 to 10000")),
    };
    match row.name.as_str() {
        "waiting_days" => office.waiting_days = days()?,
        "refuse_early" => office.refuse_early = flag()?,
        "declare_on_waybill" => office.declare_on_waybill = flag()?,
        "release_after_entry" => office.release_after_entry = flag()?,
        "demand_account_book" => office.demand_account_book = flag()?,
        "registered_goods" => office.registered_goods = goods_check(row)?,
        "close_after_days" if row.value == LAW => office.close_after_days = None,
        "close_after_days" => {
            let days = days().map_err(|_| bad(row, "a number of days, or `law`"))?;
            office.close_after_days = Some(days);
        }
        "allowance_year" => {
            office.allowance_year = match row.value.as_str() {
                LAW => None,
                "release" => Some(AllowanceYear::Release),
                "lodging" => Some(AllowanceYear::Lodging),
                _ => return Err(bad(row, "`release`, `lodging` or `law`")),
            };
        }
        "not_departed_days" => office.not_departed_days = days()?,
        "examine_before_loading" => office.examine_before_loading = flag()?,
        "review_cancellations" => office.review_cancellations = flag()?,
        "case_minutes" => office.case_minutes = count("a number of minutes")?,
        "late_after_hours" => office.late_after_hours = count("a number of hours")?,
        "unmask_per_day" => office.unmask_per_day = count("a number of declarations")?,
        "red_per_10_000" => office.selectivity.red_per_10_000 = rate()?,
        "yellow_per_10_000" => office.selectivity.yellow_per_10_000 = rate()?,
        "quarantine_per_10_000" => office.quarantine_per_10_000 = rate()?,
        "evidence_per_10_000" => office.evidence_per_10_000 = rate()?,
        "evidence_review" => office.evidence_review = flag()?,
        "evidence_minutes" => office.evidence_minutes = count("a number of minutes")?,
        "evidence_finding_days" => office.evidence_finding_days = days()?,
        "relay" => {
            let types = "`none`, `all`, or types of requests such as `CEB621,CEB623`";
            office.relay = relaying(&row.value).ok_or_else(|| bad(row, types))?;
        }
        _ => return Err(bad(row, "a known setting")),
    }
    Ok(())
}

fn goods_check(row: &Setting) -> Result<GoodsCheck, BadSetting> {
    match row.value.as_str() {
        "off" => Ok(GoodsCheck::Off),
        "review" => Ok(GoodsCheck::Review),
        "demand" => Ok(GoodsCheck::Demand),
        _ => Err(bad(row, "`off`, `review` or `demand`")),
    }
}

/// Which messages are relayed, as it is written.
fn relayed(relay: &Relaying) -> String {
    match relay {
        Relaying::Nothing => "none".to_owned(),
        Relaying::Everything => "all".to_owned(),
        Relaying::Only(types) => types.iter().map(|it| it.code()).collect::<Vec<_>>().join(","),
    }
}

fn relaying(text: &str) -> Option<Relaying> {
    let request = |code: &str| MessageType::from_code(code.trim()).filter(|it| it.is_request());
    match text {
        "none" => Some(Relaying::Nothing),
        "all" => Some(Relaying::Everything),
        _ => text.split(',').map(request).collect::<Option<_>>().map(Relaying::Only),
    }
}

fn bad(row: &Setting, expected: &'static str) -> BadSetting {
    BadSetting {
        scope: row.scope.clone(),
        name: row.name.clone(),
        value: row.value.clone(),
        expected,
    }
}

#[cfg(test)]
mod tests {
    use tongguan_storage::{About, View};

    use super::*;
    use crate::desk::{Desk, cause, noon};
    use crate::history::Event;

    on_both_engines! {
        a_setting_is_told_when_it_is_given_changed_and_taken_away,
    }

    fn a_setting_is_told_when_it_is_given_changed_and_taken_away(desk: &Desk) {
        let mut writer = desk.store.writer().unwrap();
        let office = Some(OfficeCode::parse("2916").unwrap());
        let mut put =
            |office, value| put(&mut writer, office, "waiting_days", value, &cause(), noon(1));
        assert!(put(office, Some("15")).unwrap());
        assert!(!put(office, Some("15")).unwrap(), "as before");
        assert!(put(office, Some("many")).is_err());
        assert!(!put(None, None).unwrap(), "there is none to take away");
        assert!(put(office, Some("16")).unwrap());
        assert!(put(office, None).unwrap());
        assert!(put(None, Some("7")).unwrap());

        let everything = |view: &mut View<'_>| {
            history::events(view, Register::Settings, About::Everything, None, 9)
        };
        let mut events = desk.store.read(everything).unwrap();
        events.reverse();
        let told = |event: &Event| {
            let [field] = &event.entry.fields[..] else { panic!("{event:?}") };
            let (before, after) = (field.before.clone(), field.after.clone());
            (event.revision, event.entry.subject.place(), event.entry.change, before, after)
        };
        let event = |revision, scope: &str, kind, before: &str, after: &str| {
            (revision, format!("{scope}/waiting_days"), kind, before.to_owned(), after.to_owned())
        };
        assert_eq!(
            events.iter().map(told).collect::<Vec<_>>(),
            [
                event(1, "office:2916", ChangeKind::Added, "", "15"),
                event(2, "office:2916", ChangeKind::Changed, "15", "16"),
                event(3, "office:2916", ChangeKind::Ended, "16", ""),
                event(4, "office", ChangeKind::Added, "", "7"),
            ]
        );
    }

    #[test]
    fn every_value_that_is_shown_is_one_that_can_be_set() {
        for (name, value) in values(&OfficeSettings::default()) {
            let row = Setting { scope: "office".into(), name: name.into(), value };
            apply(&mut OfficeSettings::default(), &row).unwrap();
        }
    }

    #[test]
    fn only_requests_can_be_relayed() {
        assert_eq!(relaying("all"), Some(Relaying::Everything));
        let only = relaying("CEB623, ceb621").unwrap();
        assert_eq!(relayed(&only), "CEB621,CEB623");
        for none in ["", "CEB622", "CEB621;CEB623", "some"] {
            assert_eq!(relaying(none), None, "{none}");
        }
    }
}
