//! Registers: what changes rarely and is kept in memory, with the revisions that tell when to read it
//! again, and the audit events that tell what was changed.

use tongguan_domain::time::Moment;

use crate::cell::{Cell, ToCell};
use crate::error::StorageError;
use crate::tx::{Tx, View};

/// What changes rarely, is kept in memory by those who clear, and is told apart by a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Register {
    /// Parties, codes, certificates, guarantees as they were granted.
    Registry,
    /// Settings.
    Settings,
    /// Code tables.
    Codes,
    /// People who sign in, and what they may do.
    People,
    /// Who saw whose full data; nothing is kept in memory of it.
    Unmasking,
    /// What enterprises file, and the goods that are registered.
    Filings,
    /// What platforms are asked for of payments; nothing is kept in memory of it.
    Evidence,
    /// Pictures of examinations; nothing is kept in memory of them.
    Pictures,
    /// What officers and enterprises decided and asked for by command, taken up from the audit events of clearing.
    Decisions,
    /// Who took which case on, and what was proposed to a second officer.
    Casework,
    /// Addresses that mailboxes are pushed to.
    Webhooks,
    /// What officers did with bonded lists, gate passes and stock.
    Bonded,
    /// What was done to the running service: its log, its backups.
    Service,
    /// The keys that seal.
    Keys,
    /// What passed the gates of supervised places; nothing is kept in memory of it.
    Passages,
}

/// How often each register was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Revisions {
    /// Of [`Register::Registry`].
    pub registry: i64,
    /// Of [`Register::Settings`].
    pub settings: i64,
    /// Of [`Register::Codes`].
    pub codes: i64,
}

row! {
    /// How often a register was changed.
    pub struct Revision in "revision", key 1 {
        /// [`Register::name`].
        name: String,
        /// Grows by one with every change.
        n: i64,
    }
}

row! {
    /// An audit event: what one change did to one thing in a register. Written once.
    pub struct RegisterEvent in "register_event", key 3 {
        /// [`Register::name`].
        register: String,
        /// The revision that the change made; without gaps, because the change holds the revision's
        /// row until it is committed.
        revision: i64,
        /// Which event of the change, from 0.
        n: i64,
        /// When.
        at: Moment,
        /// Who did it, by the name that the audit knows; empty where it was a file or a command.
        who: String,
        /// Who did it too: of two the one who approved.
        also_who: Option<String>,
        /// Which record it is about: the group of its subject.
        record: String,
        /// What was changed: a group, `/`, and what it is in the group.
        subject: String,
        /// The version of the encoding.
        version: i64,
        /// The event, canonically encoded.
        body: Vec<u8>,
    }
}

row! {
    /// That an audit event is an office's. Written once, with the event.
    pub struct EventOfOffice in "register_event_office", key 5 {
        /// Whose, four digits.
        office: String,
        /// When, as the event says.
        at: Moment,
        /// [`Register::name`].
        register: String,
        /// The revision.
        revision: i64,
        /// Which event of the change.
        n: i64,
    }
}

/// Which events of a register are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    /// All.
    Everything,
    /// Those whose subject belongs to this group.
    Group(&'a str),
    /// Those of this subject.
    Subject(&'a str),
}

/// Which events an audit asks for: those that are all that is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this register.
    pub register: Option<Register>,
    /// By whom, alone or with another.
    pub who: Option<String>,
    /// About which record.
    pub record: Option<String>,
    /// An office's own.
    pub office: Option<String>,
    /// From then on.
    pub from: Option<Moment>,
    /// Before then.
    pub until: Option<Moment>,
}

/// Where an event stands among all, in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPlace {
    /// When.
    pub at: Moment,
    /// [`Register::name`].
    pub register: String,
    /// The revision.
    pub revision: i64,
    /// Which event of the change.
    pub n: i64,
}

impl Register {
    /// Every register.
    pub const ALL: [Self; 15] = [
        Self::Registry,
        Self::Settings,
        Self::Codes,
        Self::People,
        Self::Unmasking,
        Self::Filings,
        Self::Evidence,
        Self::Pictures,
        Self::Decisions,
        Self::Casework,
        Self::Webhooks,
        Self::Bonded,
        Self::Service,
        Self::Keys,
        Self::Passages,
    ];

    /// Its name in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Settings => "settings",
            Self::Codes => "codes",
            Self::People => "people",
            Self::Unmasking => "unmasking",
            Self::Filings => "filings",
            Self::Evidence => "evidence",
            Self::Pictures => "pictures",
            Self::Decisions => "decisions",
            Self::Casework => "casework",
            Self::Webhooks => "webhooks",
            Self::Bonded => "bonded",
            Self::Service => "service",
            Self::Keys => "keys",
            Self::Passages => "passages",
        }
    }

    /// The register of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|register| register.name() == name)
    }
}

impl View<'_> {
    /// How often `register` was changed.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn revision(&mut self, register: Register) -> Result<i64, StorageError> {
        let rows = self.load::<Revision, _>(&[(register.name(),)])?;
        Ok(rows.first().map_or(0, |row| row.n))
    }

    /// How often each register was changed.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn revisions(&mut self) -> Result<Revisions, StorageError> {
        let rows = self.select::<Revision>("ORDER BY name", &[])?;
        let of = |register: Register| {
            rows.iter().find(|row| row.name == register.name()).map_or(0, |row| row.n)
        };
        Ok(Revisions {
            registry: of(Register::Registry),
            settings: of(Register::Settings),
            codes: of(Register::Codes),
        })
    }

    /// The events of a register, the newest first, at most `limit`; those before revision and `n` of
    /// `before`, if one is given.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn register_events(
        &mut self,
        register: Register,
        about: About<'_>,
        before: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<RegisterEvent>, StorageError> {
        let (revision, n) = before.unwrap_or((i64::MAX, i64::MAX));
        let (record, subject) = match about {
            About::Everything => ("", ""),
            About::Group(group) => (group, ""),
            About::Subject(subject) => (subject.split_once('/').map_or("", |it| it.0), subject),
        };
        let name = register.name();
        let mut values = vec![
            name.cell(),
            revision.cell(),
            n.cell(),
            limit.cell(),
            record.cell(),
            subject.cell(),
        ];
        let (condition, parameters) = match about {
            About::Everything => ("", 4),
            About::Group(_) => ("AND record = $5 ", 5),
            About::Subject(_) => ("AND record = $5 AND subject = $6 ", 6),
        };
        values.truncate(parameters);
        let tail = format!(
            "WHERE register = $1 AND (revision, n) < ($2, $3) {condition}\
             ORDER BY revision DESC, n DESC LIMIT $4"
        );
        self.select(&tail, &values)
    }

    /// The events of all registers that a filter names, the newest first, at most `limit`; those behind
    /// `before` in that order, if it is given.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn audited(
        &mut self,
        filter: &AuditFilter,
        before: Option<&AuditPlace>,
        limit: i64,
    ) -> Result<Vec<RegisterEvent>, StorageError> {
        let mut found = self.audited_of("who = ?", filter, before, limit)?;
        if filter.who.is_some() {
            // By an index of its own each: no index serves one name or the other.
            found.extend(self.audited_of("also_who = ?", filter, before, limit)?);
            found.sort_by(|a, b| place(b).cmp(&place(a)));
            found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        Ok(found)
    }

    fn audited_of(
        &mut self,
        by: &str,
        filter: &AuditFilter,
        before: Option<&AuditPlace>,
        limit: i64,
    ) -> Result<Vec<RegisterEvent>, StorageError> {
        let AuditFilter { register, who, record, office, from, until } = filter;
        let register = register.map(Register::name);
        let mut values = vec![limit.cell()];
        let mut conditions = Vec::new();
        let mut hold = |condition: &str, value| {
            values.push(value);
            conditions.push(condition.replace('?', &format!("${}", values.len())));
        };
        for (condition, value) in [
            ("register = ?", register.map(Cell::Text)),
            (by, who.as_ref().map(ToCell::cell)),
            ("record = ?", record.as_ref().map(ToCell::cell)),
            (OF_OFFICE, office.as_ref().map(ToCell::cell)),
            ("at >= ?", from.as_ref().map(ToCell::cell)),
            ("at < ?", until.as_ref().map(ToCell::cell)),
        ] {
            if let Some(value) = value {
                hold(condition, value);
            }
        }
        if let Some(AuditPlace { at, register, revision, n }) = before {
            // Said of the time alone as well: that is what an index is entered by.
            hold("at <= ?", at.cell());
            values.extend([at.cell(), register.cell(), revision.cell(), n.cell()]);
            let [a, b, c, d] = [3, 2, 1, 0].map(|back| values.len() - back);
            conditions.push(format!("(at, register, revision, n) < (${a}, ${b}, ${c}, ${d})"));
        }
        let condition = match conditions.as_slice() {
            [] => String::new(),
            all => format!("WHERE {} ", all.join(" AND ")),
        };
        let tail =
            format!("{condition}ORDER BY at DESC, register DESC, revision DESC, n DESC LIMIT $1");
        self.select(&tail, &values)
    }
}

/// Whether an event is an office's: a look into the key of what says so.
const OF_OFFICE: &str = "EXISTS (SELECT 1 FROM register_event_office AS of_office \
     WHERE of_office.office = ? AND of_office.at = register_event.at \
     AND of_office.register = register_event.register \
     AND of_office.revision = register_event.revision AND of_office.n = register_event.n)";

/// Where an event stands in order of time.
fn place(event: &RegisterEvent) -> (Moment, &str, i64, i64) {
    (event.at, &event.register, event.revision, event.n)
}

impl Tx<'_> {
    /// Begins a change of `register`, in the transaction that changes it; gives the revision that the
    /// change makes. To be called before anything is read: of two changes at a time the second waits
    /// here, and then sees what the first did.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn bump(&mut self, register: Register) -> Result<i64, StorageError> {
        let bumped = self.each(
            "UPDATE revision SET n = revision.n + 1 FROM {rows} WHERE revision.name = k.name",
            &["name"],
            &[(register.name(),)],
        )?;
        self.all_there("revision", 1, bumped)?;
        self.revision(register)
    }
}
