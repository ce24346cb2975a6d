//! What a registry file changes: entries against what is registered, purely.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::party::{Party, PartyCode};
use tongguan_domain::place::SupervisedPlace;
use tongguan_domain::time::Moment;
use tongguan_storage::{
    CertificateRow, Guarantee, GuaranteeKey, Partition, PartyCodeRow, PartyRow, PlaceRow,
};

use super::defect::{BELOW_HELD, CERTIFICATE_TAKEN, MALFORMED, SAME_PARTY, TWO_PARTIES, at};
use super::entry::{Entry, Grant};
use super::place::{PlaceEntry, plan_places};
use super::registered::{Registered, last_day};
use super::report::{Change, ImportReport, PartyReport, changes};

/// What is to be written, and what to say about it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub report: ImportReport,
    pub parties: Vec<PartyRow>,
    pub codes: Vec<PartyCodeRow>,
    pub codes_taken: Vec<PartyCode>,
    pub certificates: Vec<CertificateRow>,
    pub places: Vec<PlaceRow>,
    /// With the line that each comes from.
    pub grants: Vec<(u64, Guarantee)>,
}

impl Plan {
    /// What makes a party what it is to be.
    pub(super) fn take(&mut self, line: u64, before: Option<&Registered>, after: Registered) {
        let plan = self;
        let party = after.party_row();
        if before.map(Registered::party_row).as_ref() != Some(&party) {
            plan.parties.push(party);
        }
        let had = before.map_or(&[][..], |before| &before.party.codes);
        for (place, code) in after.party.codes.iter().enumerate() {
            if had.get(place) != Some(code) {
                let place = i64::try_from(place).unwrap_or(i64::MAX);
                let party_id = after.party.id;
                plan.codes.push(PartyCodeRow { code: code.clone(), party_id, place });
            }
        }
        let taken = had.iter().filter(|code| !after.party.codes.contains(code));
        plan.codes_taken.extend(taken.cloned());
        let had = before.map_or(&[][..], |before| &before.certificates);
        plan.certificates
            .extend(after.certificates.iter().filter(|row| !had.contains(row)).cloned());
        if let Some(grant) = &after.guarantee
            && before.and_then(|before| before.guarantee.as_ref()) != Some(grant)
        {
            plan.grants.push((line, grant.clone()));
        }
        let change = match before {
            None => Change::Added,
            Some(before) if *before == after => Change::Unchanged,
            Some(before) => Change::Changed(changes(before, &after)),
        };
        plan.report.parties.push(PartyReport { line, after, change });
    }
}

/// Compares the entries of a file with all that is registered.
pub(super) fn plan(registered: &[Registered], entries: &[Entry], now: Moment) -> Planned {
    let mut planner = Planner::new(registered, now.china_day());
    for entry in entries {
        planner.take(entry);
    }
    Planned { plan: planner.plan, defects: planner.defects }
}

/// A plan, and what forbids it.
#[derive(Debug)]
pub(super) struct Planned {
    pub plan: Plan,
    pub defects: Vec<Defect>,
}

impl Planned {
    /// Takes the places of a file in, whose operators may be parties of the same file.
    pub(super) fn take_places(
        &mut self,
        registered: &[SupervisedPlace],
        parties: &[Registered],
        entries: &[PlaceEntry],
        now: Moment,
    ) {
        let today = now.china_day();
        let defects = plan_places(&mut self.plan, registered, parties, entries, today);
        self.defects.extend(defects);
    }

    /// The guarantees that are to be changed.
    pub(super) fn guarantee_keys(&self) -> Vec<GuaranteeKey> {
        self.plan.grants.iter().map(|(_, grant)| (grant.bucket, grant.party_id)).collect()
    }

    /// The plan, if nothing forbids it and no sum falls below what is held against it now.
    ///
    /// # Errors
    /// Every defect.
    pub(super) fn settled(mut self, standing: &[Guarantee]) -> Result<Plan, Vec<Defect>> {
        let held: HashMap<_, _> = standing.iter().map(|row| (row.party_id, row.held)).collect();
        for (line, to) in &self.plan.grants {
            let held = held.get(&to.party_id).copied().unwrap_or_default();
            if to.granted < held {
                let defect = at(&BELOW_HELD, *line, "guarantee.granted").found(to.granted);
                self.defects.push(defect.expected(held));
            }
        }
        if self.defects.is_empty() { Ok(self.plan) } else { Err(self.defects) }
    }
}

struct Planner<'r> {
    today: Date,
    registered: HashMap<PartyId, &'r Registered>,
    by_code: HashMap<&'r PartyCode, PartyId>,
    /// Whose own each certificate is.
    by_certificate: HashMap<[u8; 32], PartyId>,
    /// The line that names each party.
    lines: HashMap<PartyId, u64>,
    next_id: i64,
    plan: Plan,
    defects: Vec<Defect>,
}

impl<'r> Planner<'r> {
    fn new(registered: &'r [Registered], today: Date) -> Self {
        let codes = |one: &'r Registered| one.party.codes.iter().map(|code| (code, one.party.id));
        let certificates = |one: &'r Registered| {
            let own = one.certificates.iter().filter(|row| !row.delegate);
            own.map(|row| (row.digest, row.party_id))
        };
        Self {
            today,
            by_code: registered.iter().flat_map(codes).collect(),
            by_certificate: registered.iter().flat_map(certificates).collect(),
            // Parties are few, never deleted, and registered one import at a time: small ids, that
            // make narrow keys, are simply counted.
            next_id: registered.iter().map(|one| one.party.id.0).max().unwrap_or(0) + 1,
            registered: registered.iter().map(|one| (one.party.id, one)).collect(),
            lines: HashMap::new(),
            plan: Plan::default(),
            defects: Vec::new(),
        }
    }

    fn take(&mut self, entry: &'r Entry) {
        let faults = self.defects.len();
        let before = self.find(entry);
        self.refuse_certificates_of_others(entry, before);
        if self.defects.len() > faults {
            return;
        }
        let id = before.map_or(PartyId(self.next_id), |before| before.party.id);
        if before.is_none() {
            self.next_id += 1;
        }
        // What the entry names is its own from now on, also against later entries.
        self.lines.insert(id, entry.line);
        self.by_code.extend(entry.codes.iter().map(|code| (code, id)));
        let certificates = entry.certificates.iter().flatten();
        self.by_certificate.extend(certificates.map(|certificate| (*certificate.digest(), id)));
        let after = after(entry, before, id, self.today);
        self.refuse_inverted_validity(entry.line, &after);
        self.plan.take(entry.line, before, after);
    }

    /// The party that the entry's codes name, if there is one.
    fn find(&mut self, entry: &Entry) -> Option<&'r Registered> {
        let ids: BTreeSet<PartyId> =
            entry.codes.iter().filter_map(|code| self.by_code.get(code).copied()).collect();
        if ids.len() > 1 {
            let parties: Vec<String> = ids.iter().map(|id| self.shown(*id)).collect();
            let defect = at(&TWO_PARTIES, entry.line, "codes").with("parties", parties.join("; "));
            self.defects.push(defect.expected("codes of one party"));
        }
        let id = ids.first()?;
        if let Some(line) = self.lines.get(id) {
            let defect = at(&SAME_PARTY, entry.line, "codes").with("line", line);
            self.defects.push(defect.found(self.shown(*id)));
        }
        self.registered.get(id).copied()
    }

    /// What a message is signed with names one party. A delegate may be charged by many, and be one itself.
    fn refuse_certificates_of_others(&mut self, entry: &Entry, before: Option<&Registered>) {
        for certificate in entry.certificates.iter().flatten() {
            let owner = self.by_certificate.get(certificate.digest()).copied();
            if let Some(owner) = owner
                && before.is_none_or(|before| before.party.id != owner)
            {
                let defect = at(&CERTIFICATE_TAKEN, entry.line, "certificates");
                let defect = defect.found(certificate.serial());
                self.defects.push(defect.with("parties", self.shown(owner)));
            }
        }
    }

    /// A first day that the file leaves as it is may lie behind a last day that it sets.
    fn refuse_inverted_validity(&mut self, line: u64, after: &Registered) {
        let guarantee = after.guarantee.as_ref();
        let terms = [
            ("valid_to", Some(after.party.valid_from), after.party.valid_to),
            (
                "guarantee.valid_to",
                guarantee.map(|row| row.valid_from.china_day()),
                guarantee.and_then(last_day),
            ),
        ];
        for (field, from, to) in terms {
            if let (Some(from), Some(to)) = (from, to)
                && to < from
            {
                let defect = at(&MALFORMED, line, field).found(to);
                self.defects.push(defect.expected(format!("a day not before {from}")));
            }
        }
    }

    fn shown(&self, id: PartyId) -> String {
        self.registered.get(&id).map_or_else(
            || format!("#{id}"),
            |one| format!("{} ({})", one.code_list(), one.party.name),
        )
    }
}

/// The party as the entry wants it.
fn after(entry: &Entry, before: Option<&Registered>, id: PartyId, today: Date) -> Registered {
    let valid_from = entry.valid_from.or(before.map(|before| before.party.valid_from));
    let standing = before.and_then(|before| before.guarantee.as_ref());
    Registered {
        party: Party {
            id,
            name: entry.name.clone(),
            codes: entry.codes.clone(),
            roles: entry.roles,
            standing: entry.standing,
            valid_from: valid_from.unwrap_or(today),
            valid_to: entry.valid_to,
            mailbox: entry.mailbox.clone(),
        },
        payment_url: match &entry.payment_url {
            Some(stated) => stated.clone(),
            None => before.and_then(|before| before.payment_url.clone()),
        },
        certificates: certificates(entry, before, id),
        guarantee: match &entry.grant {
            Some(grant) => Some(guarantee(grant, standing, id, today)),
            None => standing.cloned(),
        },
    }
}

/// The certificates of the file are good; of each of its two lists, those that it does not name any more
/// are stopped.
fn certificates(entry: &Entry, before: Option<&Registered>, id: PartyId) -> Vec<CertificateRow> {
    let had = before.map_or(&[][..], |before| &before.certificates);
    let is_named = |row: &CertificateRow| {
        entry.all_certificates().any(|(_, certificate)| *certificate.digest() == row.digest)
    };
    let left = had.iter().filter(|row| !is_named(row)).map(|row| {
        let list = if row.delegate { &entry.delegates } else { &entry.certificates };
        CertificateRow { revoked: row.revoked || list.is_some(), ..row.clone() }
    });
    let own = entry.certificates.iter().flatten().map(|certificate| (certificate, false));
    let delegates = entry.delegates.iter().flatten().map(|certificate| (certificate, true));
    let named = own.chain(delegates).map(|(certificate, delegate)| CertificateRow {
        digest: *certificate.digest(),
        party_id: id,
        der: certificate.der().to_vec(),
        valid_from: certificate.valid_from(),
        valid_to: certificate.valid_until(),
        revoked: false,
        delegate,
    });
    let mut rows: Vec<_> = left.chain(named).collect();
    rows.sort_by_key(|row| row.digest);
    rows
}

fn guarantee(
    grant: &Grant,
    standing: Option<&Guarantee>,
    party_id: PartyId,
    today: Date,
) -> Guarantee {
    let first = grant.valid_from.map(Moment::start_of);
    Guarantee {
        bucket: Partition::of_party(party_id),
        party_id,
        granted: grant.granted,
        queued: standing.map_or(Money::ZERO, |standing| standing.queued),
        held: standing.map_or(Money::ZERO, |standing| standing.held),
        valid_from: first
            .or(standing.map(|standing| standing.valid_from))
            .unwrap_or_else(|| Moment::start_of(today)),
        // The row holds the first moment after the last day.
        valid_to: grant.valid_to.and_then(|day| day.tomorrow().ok()).map(Moment::start_of),
        reference: grant.reference.clone(),
        suspended: standing.is_some_and(|standing| standing.suspended),
    }
}
