//! Whom we trust: authorities, revocation lists, the registry.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tongguan_application::learning::{LearnError, Learned};
use tongguan_application::registry::snapshot;
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::party::Standing;
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_storage::{CertificateRow, Guarantee, Store};

use super::{Findings, SOON_DAYS};
use crate::product::{certificate, revocation_list, trust};

/// The folder of trusted authorities.
pub fn folder(findings: &mut Findings, folder: &Path, now: Moment) {
    let shown = folder.display();
    if !folder.is_dir() {
        let todo = "put the authorities' certificates there, or name the folder with --trust";
        findings.warn("trust", shown, "there is no such folder, so no signature is valid", todo);
        return;
    }
    if let Err(error) = trust(folder) {
        let todo = "replace or remove the file that is named";
        findings.fail("trust", &shown, format!("{error:#}"), todo);
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let mut authorities = 0;
    for path in paths {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        match path.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
            "pem" | "crt" | "cer" => {
                if let Ok(authority) = certificate(&bytes) {
                    authorities += 1;
                    ending(findings, "trust", &path.display(), authority.valid_until(), now);
                }
            }
            "crl" => {
                if let Ok(list) = revocation_list(&bytes) {
                    list_age(findings, &path, list.next_update(), now);
                }
            }
            _ => {}
        }
    }
    match authorities {
        0 => findings.warn(
            "trust",
            shown,
            "no authority is trusted, so no signature is valid",
            "put the authorities' certificates there",
        ),
        count => findings.ok("trust", shown, format!("{count} authorities")),
    }
}

fn list_age(findings: &mut Findings, path: &Path, next: Option<Moment>, now: Moment) {
    match next {
        Some(next) if next < now => findings.warn(
            "revocation",
            path.display(),
            format!("the list's successor was due on {}", next.china_day()),
            "fetch the authority's newest list",
        ),
        Some(next) => {
            findings.ok("revocation", path.display(), format!("good until {}", next.china_day()));
        }
        None => findings.ok("revocation", path.display(), "the list names no successor"),
    }
}

/// A word about a certificate that has ended or ends soon.
fn ending(
    findings: &mut Findings,
    check: &'static str,
    place: &impl ToString,
    until: Moment,
    now: Moment,
) {
    let day = until.china_day();
    if until < now {
        let todo = "remove it, and put its successor there";
        findings.warn(check, place.to_string(), format!("the certificate ended on {day}"), todo);
    } else if until < now.plus_days(SOON_DAYS) {
        let todo = "ask for its successor now";
        findings.warn(check, place.to_string(), format!("the certificate ends on {day}"), todo);
    }
}

/// When the last of each party's certificates ends: of its own, or of its delegates.
fn latest(certificates: &[CertificateRow], delegate: bool) -> BTreeMap<PartyId, Moment> {
    let mut until = BTreeMap::new();
    for row in certificates.iter().filter(|row| !row.revoked && row.delegate == delegate) {
        let latest = until.entry(row.party_id).or_insert(row.valid_to);
        *latest = row.valid_to.max(*latest);
    }
    until
}

/// The registry: who could not take part though registered.
pub fn registry(
    findings: &mut Findings,
    store: &Store,
    place: &str,
    now: Moment,
) -> anyhow::Result<()> {
    let (registry, certificates, all_guarantees) = store.read(|view| {
        let registry = snapshot(view)?;
        Ok::<_, tongguan_storage::StorageError>((
            registry,
            view.certificates()?,
            view.all_guarantees()?,
        ))
    })?;
    let (until, delegates_until) = (latest(&certificates, false), latest(&certificates, true));
    let (mut unsigned, mut unreachable) = (BTreeSet::new(), BTreeSet::new());
    let active = registry.parties().filter(|party| party.standing == Standing::Active);
    let mut parties = 0;
    for party in active {
        parties += 1;
        let code = party.codes.first().map(|code| code.as_str()).unwrap_or("without a code");
        match until.get(&party.id) {
            Some(until) => ending(findings, "registry", &format!("party {code}"), *until, now),
            None => drop(unsigned.insert(code)),
        }
        if let Some(until) = delegates_until.get(&party.id) {
            ending(findings, "registry", &format!("delegates of party {code}"), *until, now);
        }
        if party.mailbox.is_none() {
            unreachable.insert(code);
        }
    }
    findings.ok("registry", place, format!("{parties} active parties"));
    let listed = |codes: &BTreeSet<&str>| codes.iter().copied().collect::<Vec<_>>().join(", ");
    if !unsigned.is_empty() {
        let said = format!("no certificate is registered for {}", listed(&unsigned));
        let todo = "register their certificates, if they send signed messages themselves";
        findings.warn("registry", place, said, todo);
    }
    if !unreachable.is_empty() {
        let said = format!("no mailbox is registered for {}", listed(&unreachable));
        findings.warn("registry", place, said, "register it: their responses go nowhere else");
    }
    for row in &all_guarantees {
        guarantee(findings, &registry, row);
    }
    Ok(())
}

/// A guarantee that holds nothing more, or soon will not.
fn guarantee(findings: &mut Findings, registry: &Registry, row: &Guarantee) {
    let code = registry.party(row.party_id).and_then(|party| party.codes.first());
    let code = code.map_or_else(|| row.party_id.to_string(), |code| code.as_str().to_owned());
    let place = format!("guarantor {code}");
    if row.suspended {
        let todo = "have officers reinstate it: new declarations are refused, and reviewed ones queue at 399";
        findings.warn("guarantee", place, "it is suspended and holds nothing more", todo);
        return;
    }
    let free = row.granted.fen().saturating_sub(row.held.fen());
    if free.saturating_mul(10) < row.granted.fen() {
        let said = format!("{} of {} is left", Money::from_fen(free), row.granted);
        let todo = "top it up with `registry guarantee`: without it releases queue at 399";
        findings.warn("guarantee", place, said, todo);
    }
}

/// Offices that have stored lists declared when their waybill is there, while nobody may declare them.
pub fn delegates(
    findings: &mut Findings,
    store: &Store,
    place: &str,
    folder: &Path,
    now: Moment,
) -> anyhow::Result<()> {
    // A folder that cannot be used is a finding of its own, and then no gateway starts.
    let trusted = trust(folder).unwrap_or_default();
    let learned = store.read(|view| {
        let mut learned = Learned::load(view)?;
        learned.judge_delegates(view, &trusted, now)?;
        Ok::<_, LearnError>(learned)
    })?;
    let Learned { registry, settings, .. } = learned;
    let parties: Vec<_> = registry.parties().map(|party| party.id).collect();
    if settings.delegates.at(&parties, now).is_some() {
        return Ok(());
    }
    let own = settings.offices.iter().filter(|(_, office)| office.declare_on_waybill);
    let own: BTreeSet<_> = own.map(|(code, _)| code.to_string()).collect();
    let all = settings.default_office.declare_on_waybill.then(|| "all".to_owned());
    let offices: Vec<_> = all.into_iter().chain(own).collect();
    if offices.is_empty() {
        return Ok(());
    }
    let said = format!(
        "`declare_on_waybill` is `true` for {}, but no party has a delegate whose certificate counts, so \
         what is stored stays at status 1",
        offices.join(", ")
    );
    let todo = "register delegates with `registry import` and put their authorities into the trust folder, or \
                set it to `false` with `office set`";
    findings.warn("delegates", place, said, todo);
    Ok(())
}
