//! The audit (审计), as its page and the JSON interface search it, and as a file.

use std::sync::Arc;

use axum::response::Response;
use serde::Deserialize;
use tongguan_application::history::{
    AuditFilter, AuditPlace, Cause, Event, Field, Register, names,
};
use tongguan_application::review::Found;
use tongguan_domain::access::{Permission, Reach};
use tongguan_domain::time::Moment;
use utoipa::IntoParams;

use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::language::Language;
use crate::pages::sheet;
use crate::pages::shell::time_of;
use crate::parcels::day;
use crate::problem::Problem;

/// Events of a file that are read at a time.
const ROWS_AT_A_TIME: usize = 500;
/// The longest name or number that is looked for.
const LONGEST: usize = 80;

/// Which events are wanted, as an address says it; all where it says nothing.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Of which register: `registry`, `settings`, `codes`, `people`, `unmasking`, `filings`, `evidence`, `pictures`, `decisions`,
    /// `casework`, `webhooks`, `bonded`, `service`, `keys` or `passages`.
    #[param(
        example = "decisions",
        pattern = "^(registry|settings|codes|people|unmasking|filings|evidence|pictures|decisions|casework|webhooks|bonded|service|keys|passages)?$"
    )]
    pub register: String,
    /// By whom: a name to sign in with, or `key` and the number of an access key. What two did is found by both.
    #[param(max_length = 80)]
    pub who: String,
    /// About which record: its number or id. A declaration is found by any of its numbers by whoever reaches it.
    #[param(max_length = 80)]
    pub record: String,
    /// On this day or later, in China.
    #[param(example = "2026-11-01")]
    pub from: String,
    /// On this day or earlier.
    #[param(example = "2026-11-30")]
    pub to: String,
}

impl Wanted {
    /// What is looked for, for this caller.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for a part that does not read.
    pub async fn filter(&self, shared: &Shared, caller: &Caller) -> Result<AuditFilter, Problem> {
        let office = match caller.standing.audits() {
            Reach::Everybody => None,
            Reach::Office(office) => Some(office.to_string()),
            Reach::Party(_) | Reach::Nobody => {
                return Err(Problem::NotPermitted(Permission::ReadAudit));
            }
        };
        let text = |text: &str, what| match text.trim() {
            "" => Ok(None),
            text if text.chars().count() > LONGEST || text.chars().any(char::is_control) => {
                Err(Problem::Malformed(what))
            }
            text => Ok(Some(text.to_owned())),
        };
        let register = match self.register.as_str() {
            "" => None,
            name => Some(Register::named(name).ok_or(Problem::Malformed("register"))?),
        };
        let record = match text(&self.record, "record")? {
            Some(number) => Some(record(shared, caller, number).await?),
            None => None,
        };
        let until = day(&self.to, "to")?.map(|day| Moment::start_of(day).plus_days(1));
        Ok(AuditFilter {
            register,
            who: text(&self.who, "who")?,
            record,
            office,
            from: day(&self.from, "from")?.map(Moment::start_of),
            until,
        })
    }
}

/// What the audit calls a record that somebody names: a declaration, by whatever number the caller has of it and
/// reaches it by, goes by its id.
async fn record(shared: &Shared, caller: &Caller, number: String) -> Result<String, Problem> {
    if !caller.may(Permission::ReadParcels) {
        return Ok(number);
    }
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let (reach, wanted) = (caller.reach(), number.clone());
    Ok(match blocking(move || enquiries.find(reach, &wanted, now)).await? {
        Found::One(id) => id.to_string(),
        Found::Nothing | Found::Several(_) => number,
    })
}

/// A page of the audit: at most so many behind a place, and one more where there are more.
///
/// # Errors
/// [`Problem::Unavailable`].
pub async fn found(
    shared: &Shared,
    filter: AuditFilter,
    behind: Option<AuditPlace>,
    limit: usize,
) -> Result<Vec<Event>, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    blocking(move || enquiries.audited(&filter, behind.as_ref(), most)).await
}

/// Everything that is wanted, as a file.
///
/// # Errors
/// What cannot be read at its beginning.
pub async fn file(
    shared: &Shared,
    filter: AuditFilter,
    language: Language,
) -> Result<Response, Problem> {
    let shared = shared.clone();
    let read = move |behind| {
        let (shared, filter) = (shared.clone(), filter.clone());
        async move {
            let mut found = found(&shared, filter, behind, ROWS_AT_A_TIME).await?;
            let is_cut = found.len() > ROWS_AT_A_TIME;
            found.truncate(ROWS_AT_A_TIME);
            let next = found.last().filter(|_| is_cut).map(place_of);
            Ok(sheet::Part { lines: found.iter().map(cells).collect(), next })
        }
    };
    sheet::file("audit.csv", headings(language), read).await
}

/// Where an event stands.
pub fn place_of(event: &Event) -> AuditPlace {
    let Event { register, revision, n, at, .. } = event;
    AuditPlace { at: *at, register: register.name().to_owned(), revision: *revision, n: *n }
}

/// A place as an address says it.
pub fn place_text(place: &AuditPlace) -> String {
    format!("{}:{}:{}:{}", place.at.micros(), place.register, place.revision, place.n)
}

/// A place from what an address says.
pub fn read_place(text: &str) -> Option<AuditPlace> {
    let mut parts = text.split(':');
    let place = AuditPlace {
        at: Moment::from_micros(parts.next()?.parse().ok()?),
        register: Register::named(parts.next()?)?.name().to_owned(),
        revision: parts.next()?.parse().ok()?,
        n: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(place)
}

fn headings(language: Language) -> Vec<String> {
    let texts = match language {
        Language::Chinese => [
            "时间",
            "登记簿",
            "记录",
            "操作",
            "操作人",
            "复核人",
            "身份",
            "来源地址",
            "途径",
            "请求编号",
            "变更前",
            "变更后",
        ],
        Language::English => [
            "time", "register", "record", "change", "who", "second", "standing", "address", "way",
            "request", "before", "after",
        ],
    };
    texts.map(str::to_owned).to_vec()
}

fn cells(event: &Event) -> Vec<String> {
    let Event { register, at, cause, entry, .. } = event;
    let sides = |side: fn(&Field) -> &str| {
        let fields = entry.fields.iter().filter(|field| !side(field).is_empty());
        fields.map(|field| format!("{}={}", field.name, side(field))).collect::<Vec<_>>().join("; ")
    };
    let mut line = vec![
        time_of(*at),
        register.name().to_owned(),
        entry.subject.place(),
        entry.change.name().to_owned(),
    ];
    match cause {
        Cause::Person(actor) => {
            let (who, second) = names(&actor.name);
            let origin = &actor.origin;
            line.extend([
                who.to_owned(),
                second.unwrap_or_default().to_owned(),
                actor.standing.clone(),
                origin.address.clone().unwrap_or_default(),
                origin.way.map_or("", |way| way.name()).to_owned(),
                origin.request.clone().unwrap_or_default(),
            ]);
        }
        Cause::Command(name) | Cause::File { name, .. } => {
            let way = if matches!(cause, Cause::Command(_)) { "command" } else { "file" };
            let nobody = || String::new();
            line.extend([nobody(), nobody(), nobody(), name.clone(), way.to_owned(), nobody()]);
        }
    }
    line.extend([sides(|field| &field.before), sides(|field| &field.after)]);
    line
}
