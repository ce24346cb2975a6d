//! What customs knows from before of the buyer, the merchant and the address of a declaration (历史): how their
//! other declarations ended, and the newest of them. See decision 46.

use jiff::ToSpan as _;
use jiff::civil::Date;
use tongguan_domain::access::Reach;
use tongguan_domain::declaration::{ExportState, ImportState};
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::mark::Mark;
use tongguan_domain::money::Money;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::event::{StoredCauseV1, StoredEntryV1, StoredSubjectV1};
use tongguan_storage::{ExaminationFinding, Partition, PastDeclaration, PastOf, View};

use super::declared::as_they_stand;
use super::{Parcel, ParcelsError};
use crate::enquiry::Enquiries;
use crate::numbering::{first_id_at, made_at};
use crate::review::AnyDeclaration;

/// So many of the newest declarations are counted; a page must not wait for a merchant of millions.
pub const MOST_COUNTED: i64 = 20_000;
/// Those to be listed are looked for among so many of the newest.
const LOOKED_AT: i64 = 100;
/// So many are listed.
pub const MOST_LISTED: usize = 10;

/// Of whom something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// 订购人, by kind and number of the identity document.
    Buyer,
    /// 电商企业.
    Merchant,
    /// 收货地址, as it was written.
    Address,
}

/// What became of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing yet: it waits, or somebody looks at it.
    UnderWay,
    /// Released or closed (放行, 结关).
    Released,
    /// Refused (退单).
    Refused,
    /// Kept by customs, or shipped back (扣留, 退运).
    Kept,
    /// Cancelled, deleted or taken back by whoever declared it (撤销, 删除, 退关).
    Withdrawn,
}

/// What is known of somebody from before, without the declaration that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Of whom.
    pub whom: Whom,
    /// Counted from this day on, in China.
    pub since: Date,
    /// How many declarations ended how; none of what there is none of.
    pub outcomes: Vec<(Outcome, i64)>,
    /// In how many of them an examination found something.
    pub found: i64,
    /// 完税价格 of the imports among them, in all.
    pub dutiable: Money,
    /// Whether there may be more than were counted: those are the newest [`MOST_COUNTED`].
    pub is_cut: bool,
    /// Of an address how many buyers it has had since then, of a buyer how many addresses; the declaration that is
    /// looked at counts too.
    pub others: Option<i64>,
    /// When the first of them was lodged, however long ago.
    pub first: Option<Moment>,
    /// When the last of them was lodged.
    pub last: Option<Moment>,
    /// The newest that whoever asks may see.
    pub latest: Vec<Parcel>,
}

impl Whom {
    /// All, in the order of a page.
    const ALL: [Self; 3] = [Self::Buyer, Self::Merchant, Self::Address];

    /// As rows say it.
    const fn code(self) -> i64 {
        match self {
            Self::Buyer => 1,
            Self::Merchant => 2,
            Self::Address => 3,
        }
    }

    /// The name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Merchant => "merchant",
            Self::Address => "address",
        }
    }

    /// Under whom a declaration stands, and who stands beside. Documents of exports name no person.
    fn keys(self, declaration: &AnyDeclaration) -> Option<(Key, Option<Key>)> {
        let AnyDeclaration::Import(record) = declaration else {
            return (self == Self::Merchant).then(|| (Key::of_party(declaration.merchant()), None));
        };
        let buyer = Key::of_mark(record.facts.buyer.person);
        let address = Key::of_mark(record.facts.consignee_address);
        Some(match self {
            Self::Buyer => (buyer, Some(address)),
            Self::Merchant => (Key::of_party(record.facts.merchant), None),
            Self::Address => (address, Some(buyer)),
        })
    }
}

impl Outcome {
    /// All of them, with their numbers in rows.
    const NUMBERED: [(i64, Self); 5] = [
        (1, Self::UnderWay),
        (2, Self::Released),
        (3, Self::Refused),
        (4, Self::Kept),
        (5, Self::Withdrawn),
    ];

    fn number(self) -> i64 {
        Self::NUMBERED.into_iter().find(|(_, outcome)| *outcome == self).map_or(0, |(n, _)| n)
    }

    /// Of a declaration as it stands.
    const fn of(declaration: &AnyDeclaration) -> Self {
        match declaration {
            AnyDeclaration::Import(record) => match &record.state {
                ImportState::Released(_) | ImportState::Closed(_) => Self::Released,
                ImportState::Refused => Self::Refused,
                ImportState::Detained { .. } | ImportState::ShippedBack(_) => Self::Kept,
                ImportState::Cancelled(_) | ImportState::Deleted => Self::Withdrawn,
                _ => Self::UnderWay,
            },
            AnyDeclaration::Export(record) => match &record.state {
                ExportState::Released(_) | ExportState::Closed { .. } => Self::Released,
                ExportState::Refused => Self::Refused,
                ExportState::Withdrawn(_) | ExportState::Cancelled(_) | ExportState::Deleted => {
                    Self::Withdrawn
                }
                _ => Self::UnderWay,
            },
        }
    }
}

impl Past {
    /// How many were counted.
    pub fn count(&self) -> i64 {
        self.outcomes.iter().map(|(_, count)| count).sum()
    }

    /// How many of them ended so.
    pub fn ended(&self, outcome: Outcome) -> i64 {
        self.outcomes.iter().filter(|(it, _)| *it == outcome).map(|(_, count)| count).sum()
    }
}

impl Enquiries {
    /// What is known of buyer, merchant and address of a declaration. It is for customs alone, and of declarations
    /// that are within its reach; counted is what every office knows, listed what whoever asks may see.
    ///
    /// # Errors
    /// [`ParcelsError`].
    pub fn past(
        &self,
        reach: Reach,
        declaration: &AnyDeclaration,
        now: Moment,
    ) -> Result<Vec<Past>, ParcelsError> {
        let Reach::Office(_) = reach else { return Ok(Vec::new()) };
        if !declaration.is_within(reach) {
            return Ok(Vec::new());
        }
        let today = now.china_day();
        let since = today.saturating_sub(1.year());
        self.store().read(|view| {
            let of = |whom: Whom| known(view, reach, declaration, whom, since).transpose();
            Whom::ALL.into_iter().filter_map(of).collect()
        })
    }
}

fn known(
    view: &mut View<'_>,
    reach: Reach,
    declaration: &AnyDeclaration,
    whom: Whom,
    since: Date,
) -> Result<Option<Past>, ParcelsError> {
    let Some((key, other)) = whom.keys(declaration) else { return Ok(None) };
    let (bucket, kind, whose) = (key.bucket, whom.code(), key.whose);
    let of = PastOf { bucket, kind, whose, but: Some(declaration.id()) };
    let from = DeclarationId(first_id_at(Moment::start_of(since)));
    let counts = view.past_counts(&of, from, MOST_COUNTED)?;
    let newest: Vec<_> =
        view.past_declarations(&of, LOOKED_AT)?.iter().map(|row| row.declaration_id).collect();
    let first = view.first_past_declaration(&of)?.map(|row| row.declaration_id);
    let with_this = PastOf { but: None, ..of };
    let others = match other {
        Some(_) => Some(view.past_others(&with_this, from, MOST_COUNTED)?),
        None => None,
    };
    // A declaration that is not entered yet may be changed to name somebody else; its old row stays behind.
    let names =
        |it: &AnyDeclaration| whom.keys(it).is_some_and(|(key, _)| key.whose == with_this.whose);
    let is_shown = |it: &AnyDeclaration| it.is_within(reach) && names(it);
    let mut latest = as_they_stand(view, &newest, is_shown)?;
    latest.truncate(MOST_LISTED);
    let count: i64 = counts.iter().map(|it| it.count).sum();
    let known = |n| Outcome::NUMBERED.into_iter().find(|(number, _)| *number == n);
    Ok(Some(Past {
        whom,
        since,
        outcomes: counts
            .iter()
            .filter_map(|it| known(it.outcome).map(|(_, outcome)| (outcome, it.count)))
            .collect(),
        found: counts.iter().map(|it| it.found).sum(),
        dutiable: Money::from_fen(counts.iter().map(|it| it.dutiable.fen()).sum()),
        is_cut: count >= MOST_COUNTED,
        others,
        first: first.map(|id| made_at(id.0)),
        last: newest.first().map(|id| made_at(id.0)),
        latest,
    }))
}

/// Under what rows of somebody lie.
struct Key {
    bucket: Partition,
    whose: Vec<u8>,
}

impl Key {
    fn of_mark(mark: Mark) -> Self {
        let mark = mark.to_bytes();
        Self { bucket: Partition::of_person(&mark), whose: mark.to_vec() }
    }

    fn of_party(party: PartyId) -> Self {
        Self { bucket: Partition::of_party(party), whose: party.0.to_be_bytes().to_vec() }
    }
}

/// The rows of a declaration as it stands: one for each whom it names.
pub(super) fn rows_of(declaration: &AnyDeclaration) -> impl Iterator<Item = PastDeclaration> {
    let dutiable = match declaration {
        AnyDeclaration::Import(record) => {
            Money::round_half_up(record.facts.dutiable_value().value()).ok()
        }
        AnyDeclaration::Export(_) => None,
    };
    let outcome = Outcome::of(declaration).number();
    Whom::ALL.into_iter().filter_map(move |whom| {
        let (key, other) = whom.keys(declaration)?;
        Some(PastDeclaration {
            bucket: key.bucket,
            kind: whom.code(),
            whose: key.whose,
            declaration_id: declaration.id(),
            outcome,
            dutiable,
            other: other.map(|other| other.whose),
        })
    })
}

/// The examinations of which somebody decided that they found something: goods that stood at 500 and were put
/// aside, kept, sent back or, of an export, refused.
pub(super) fn findings_in(decided: &[StoredEntryV1]) -> Vec<ExaminationFinding> {
    let is_finding = |entry: &&StoredEntryV1| {
        let is_ruled = matches!(entry.cause, StoredCauseV1::Ruling(..));
        let is_export = matches!(entry.subject, StoredSubjectV1::Export(_));
        let tells = |number: &i32| match ReturnStatus::from_number(*number) {
            Some(ReturnStatus::Suspended | ReturnStatus::ShippedBack) => true,
            Some(ReturnStatus::Refused) => is_export,
            status => status.is_some_and(ReturnStatus::is_detained),
        };
        is_ruled
            && entry.before == Some(ReturnStatus::Examined.number())
            && entry.statuses.iter().any(tells)
    };
    let found = decided.iter().filter(is_finding).filter_map(|entry| match entry.subject {
        StoredSubjectV1::Declaration(id) | StoredSubjectV1::Export(id) => {
            Some(ExaminationFinding { declaration_id: DeclarationId(id) })
        }
        _ => None,
    });
    let mut found: Vec<_> = found.collect();
    found.sort_unstable_by_key(|it| it.declaration_id);
    found.dedup();
    found
}
