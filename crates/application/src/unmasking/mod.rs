//! Unmasking (查阅个人信息): the full data of the persons of a declaration, for a stated reason.
//!
//! | | |
//! |---|---|
//! | [`Unmasking::see`] | the persons of one declaration, so many different ones a day |
//! | [`Unmasking::propose`], [`Unmasking::answer`], [`Unmasking::see_all`] | those of a list, which a second officer approves first |
//! | [`Unmasking::take_letter`] | that a message with persons in it was taken out of a mailbox by somebody |
//! | [`Unmasking::sent`], [`Unmasking::take_sent`] | a message that a mailbox sent, as it was received |
//! | [`Unmasking::prepare`] | a request about a parcel, which names its buyer, for whoever declared it to sign |
//!
//! Nothing is shown before it is recorded: the originals are opened, the event is committed, then the persons
//! are given out ([decision 28](../../../../docs/decisions/0028-personal-data.md)).

mod bulk;
mod persons;
mod preparing;
mod reason;
mod sent;

use std::collections::BTreeSet;
use std::sync::Arc;

use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, DxpId};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Register, StorageError, View};

use crate::enquiry::{Enquiries, EnquiryError};
use crate::history::{Actor, AuditFilter, Cause, ChangeKind, Entry, Field, Subject, change};
use crate::originals::{Archive, OriginalError};
use crate::review::{self, ReviewError};

pub use bulk::{APPROVED_FOR_HOURS, Answer, MOST_AT_ONCE, Request};
pub use persons::{PersonalDocument, PersonalField, Persons};
pub use preparing::{
    Askable, LONGEST_REASON, LONGEST_REFERENCE, NotAskable, PrepareError, Prepared, Wanted, Wish,
};
pub(crate) use reason::masked;
pub use reason::{BadReason, LONGEST, REASONS, Reason, SHORTEST};
pub use sent::SentOriginal;

/// More events of one officer in a day are not looked at.
const MOST_EVENTS: i64 = 10_000;

/// Shows persons.
pub struct Unmasking {
    enquiries: Arc<Enquiries>,
    keyring: Arc<Keyring>,
}

/// Persons were not shown.
#[derive(Debug, thiserror::Error)]
pub enum UnmaskError {
    /// There is nothing of that number within reach.
    #[error("there is nothing of that number within reach")]
    Unknown,
    /// So many different declarations were unmasked today: more are a list.
    #[error(
        "you have seen the persons of {0} declarations today; more need a second officer: propose a list"
    )]
    TooMany(i64),
    /// A list is empty or too long.
    #[error("a list has 1 to {MOST_AT_ONCE} declarations")]
    BadList,
    /// Whoever has asked does not answer.
    #[error("whoever has asked does not approve it; somebody else has to")]
    OwnRequest,
    /// It has been answered, or was never asked.
    #[error("the request has been answered already")]
    Answered,
    /// It was not approved, was shown already, or too long ago.
    #[error("the request is not approved, was shown already, or was approved too long ago")]
    NotOpen,
    /// The reason why it was turned down cannot be given.
    #[error(transparent)]
    BadRefusal(#[from] review::BadReason),
    /// What is stored of a request does not read.
    #[error("request {0} to see persons does not read")]
    Damaged(i64),
    /// An original does not open.
    #[error(transparent)]
    Original(#[from] OriginalError),
    /// What is stored could not be read.
    #[error(transparent)]
    Enquiry(#[from] EnquiryError),
    /// What is stored of a declaration could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Unmasking {
    /// Over what enquiries look at, with originals that were sealed with `keyring`.
    pub const fn new(enquiries: Arc<Enquiries>, keyring: Arc<Keyring>) -> Self {
        Self { enquiries, keyring }
    }

    /// The persons of a declaration. An officer sees those of so many different declarations a day, as the
    /// office of the declaration has settled; one that was seen today is seen again at no cost.
    ///
    /// # Errors
    /// [`UnmaskError`]; nothing was shown.
    pub fn see(
        &self,
        reach: Reach,
        id: DeclarationId,
        reason: &Reason,
        actor: &Actor,
        now: Moment,
    ) -> Result<Persons, UnmaskError> {
        let office = self.reached(reach, id)?;
        let most = self.enquiries.office(office)?.unmask_per_day;
        let persons = self.open(&mut self.archive(), id)?;
        let mut writer = self.enquiries.store().small_writer()?;
        let cause = Cause::Person(actor.clone());
        change(&mut writer, Register::Unmasking, &cause, now, |tx| {
            let seen = seen_today(tx, &actor.name, now)?;
            if !seen.contains(&id) && i64::try_from(seen.len()).unwrap_or(i64::MAX) >= most {
                return Err(UnmaskError::TooMany(most));
            }
            Ok(((), vec![shown(&persons, reason, None)]))
        })?;
        Ok(persons)
    }

    /// Records that somebody takes a message with persons in it out of a mailbox of his own enterprise.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn take_letter(
        &self,
        mailbox: &DxpId,
        n: i64,
        place: i64,
        actor: &Actor,
        now: Moment,
    ) -> Result<(), StorageError> {
        let mut writer = self.enquiries.store().small_writer()?;
        let subject = Subject::Letter { mailbox: mailbox.to_string(), n, place };
        let entry = Entry { subject, change: ChangeKind::Shown, fields: Vec::new() };
        let cause = Cause::Person(actor.clone());
        change(&mut writer, Register::Unmasking, &cause, now, |_| Ok(((), vec![entry])))
    }

    /// The office of a declaration within reach.
    fn reached(
        &self,
        reach: Reach,
        id: DeclarationId,
    ) -> Result<tongguan_domain::ids::OfficeCode, UnmaskError> {
        let found = self.enquiries.declarations(reach, &[id])?;
        Ok(found.first().ok_or(UnmaskError::Unknown)?.office())
    }

    fn archive(&self) -> Archive {
        Archive::new(self.enquiries.store().clone(), Arc::clone(&self.keyring))
    }

    fn open(&self, archive: &mut Archive, id: DeclarationId) -> Result<Persons, UnmaskError> {
        persons::open(self.enquiries.store(), archive, id)?.ok_or(UnmaskError::Unknown)
    }
}

/// The event of persons that are shown, by a request that was approved where one is named.
fn shown(persons: &Persons, reason: &Reason, request: Option<i64>) -> Entry {
    let told = |name: &str, text: String| Field::changed(name, String::new(), text);
    let fields = [
        told("reason", reason.code().to_owned()),
        told("words", reason.words().to_owned()),
        told("fields", persons.fields_named()),
        told(REQUEST, request.map(|number| number.to_string()).unwrap_or_default()),
    ];
    Entry {
        subject: Subject::Declaration(persons.declaration),
        change: ChangeKind::Shown,
        fields: fields.into_iter().flatten().collect(),
    }
}

/// The field that names the request under which persons were shown.
const REQUEST: &str = "request";

/// The declarations whose persons somebody saw on this day in China, without a second officer.
fn seen_today(
    view: &mut View<'_>,
    who: &str,
    now: Moment,
) -> Result<BTreeSet<DeclarationId>, StorageError> {
    let filter = AuditFilter {
        register: Some(Register::Unmasking),
        who: Some(who.to_owned()),
        from: Some(Moment::start_of(now.china_day())),
        ..AuditFilter::default()
    };
    let events = crate::history::audited(view, &filter, None, MOST_EVENTS)?;
    let alone = events.into_iter().filter(|event| {
        event.entry.change == ChangeKind::Shown
            && event.entry.fields.iter().all(|field| field.name != REQUEST)
    });
    let seen = alone.filter_map(|event| match event.entry.subject {
        Subject::Declaration(id) => Some(id),
        _ => None,
    });
    Ok(seen.collect())
}
