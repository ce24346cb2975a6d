//! The body of an audit event of a register: what one change did to one thing.

use serde::{Deserialize, Serialize};

use super::{StoredError, decode, encode, versioned};

const FORM: &str = "register event";
/// The version that is written now; it stands in the row as well.
pub const VERSION: u8 = 1;

/// The form that is written now.
pub type StoredRegisterEvent = StoredRegisterEventV1;

/// An event, first form. Its encoding is canonical: one value has one encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRegisterEventV1 {
    /// What was changed.
    pub subject: StoredRegisterSubjectV1,
    /// How.
    pub change: StoredChangeV1,
    /// By what.
    pub cause: StoredChangeCauseV1,
    /// The fields that are other than before, in the order of the register's own list of fields.
    pub fields: Vec<StoredFieldV1>,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredRegisterSubjectV1 {
    /// A party: its id.
    Party(i64),
    /// The guarantee of a party: the party's id.
    Guarantee(i64),
    /// A setting: scope and name.
    Setting(Box<str>, Box<str>),
    /// A row of a code table: table and id.
    CodeRow(Box<str>, Box<str>),
    /// An account book of bonded goods: its number.
    AccountBook(Box<str>),
    /// Goods of an account book: book and item.
    AccountItem(Box<str>, Box<str>),
    /// Somebody who signs in: the name.
    Person(Box<str>),
    /// An access key: its number.
    AccessKey(Box<str>),
    /// A declaration: its id.
    Declaration(i64),
    /// A request to see the persons of many declarations: its number.
    Unmasking(i64),
    /// A message of a letter: mailbox, letter, place in it.
    Letter(Box<str>, i64, i64),
    /// A filing: its number, and the party that filed.
    Filing(i64, i64),
    /// Goods that are registered: the party, and its item number.
    Goods(i64, Box<str>),
    /// A webhook: its mailbox, and its number.
    Webhook(Box<str>, Box<str>),
    /// A bonded list: book and number.
    BondedList(Box<str>, Box<str>),
    /// A gate pass: its number.
    GatePass(Box<str>),
    /// A proposal to change a parameter: its number.
    ParameterProposal(i64),
    /// A return of exported goods: the declaration, and which return of it.
    ExportReturn(i64, i64),
    /// A document that somebody decided about: order number, kind, and its own number.
    Document(Box<str>, i64, Box<str>),
    /// Something of the running service: its log, its backups.
    Service(Box<str>),
    /// A message that is relayed: its number.
    Message(i64),
    /// A key of the ring that seals: its name.
    SealingKey(Box<str>),
    /// A supervised place: its code.
    Place(Box<str>),
    /// A parcel that passed a gate: its declaration, the place, and the passage's number.
    ParcelPassed(i64, Box<str>, i64),
    /// A vehicle that passed a gate: its gate pass, the place, and the passage's number.
    VehiclePassed(Box<str>, Box<str>, i64),
}

/// What was done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredChangeV1 {
    /// It is new.
    Added,
    /// It is other than before.
    Changed,
    /// It was taken away, or got an earlier end.
    Ended,
    /// It was shown.
    Shown,
    /// It was wanted, and not done.
    Refused,
}

/// What led to a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredChangeCauseV1 {
    /// A file that was imported: its name, and the SHA-256 of its bytes.
    File(Box<str>, [u8; 32]),
    /// A command: its name.
    Command(Box<str>),
    /// Somebody who was known.
    Person(StoredActorV1),
}

/// Who acted, and from where; texts are empty where that is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredActorV1 {
    /// The name to sign in with, or `key` and the number of an access key; of two who acted together the one who
    /// proposed first.
    pub name: Box<str>,
    /// As what, and of which organisation: `supervisor 2916`.
    pub standing: Box<str>,
    /// The address that the request came from.
    pub address: Box<str>,
    /// The number of the request.
    pub request: Box<str>,
    /// By which way.
    pub way: Option<StoredWayV1>,
}

/// By which way somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredWayV1 {
    /// A page.
    Page,
    /// The JSON interface.
    Interface,
    /// A command line.
    Command,
}

/// One field before and after, as people read it; empty where there is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFieldV1 {
    /// The field's name in files.
    pub name: Box<str>,
    /// Before.
    pub before: Box<str>,
    /// After.
    pub after: Box<str>,
}

impl StoredRegisterEvent {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(FORM, VERSION, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(FORM, body)? {
            (1, fields) => decode::<StoredRegisterEventV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::golden::keeps;

    fn event(
        subject: StoredRegisterSubjectV1,
        change: StoredChangeV1,
        cause: StoredChangeCauseV1,
    ) -> StoredRegisterEvent {
        let field = |name: &str, before: &str, after: &str| StoredFieldV1 {
            name: name.into(),
            before: before.into(),
            after: after.into(),
        };
        let fields = vec![field("a", "", "b"), field("c", "d", "")];
        StoredRegisterEvent { subject, change, cause, fields }
    }

    #[test]
    fn an_event_of_every_subject_change_and_cause_is_kept() {
        use StoredRegisterSubjectV1::{
            AccessKey, BondedList, CodeRow, Declaration, Document, ExportReturn, Filing, GatePass,
            Goods, Guarantee, Letter, Message, ParameterProposal, ParcelPassed, Party, Person,
            Place, SealingKey, Service, Setting, Unmasking, VehiclePassed, Webhook,
        };
        let file = || StoredChangeCauseV1::File("f".into(), [7; 32]);
        let command = || StoredChangeCauseV1::Command("x".into());
        let person = || {
            StoredChangeCauseV1::Person(StoredActorV1 {
                name: "y".into(),
                standing: "z".into(),
                address: "::1".into(),
                request: "q".into(),
                way: Some(StoredWayV1::Interface),
            })
        };
        let cases = [
            ("00 22", Party(17), StoredChangeV1::Added, file()),
            ("01 22", Guarantee(17), StoredChangeV1::Changed, command()),
            ("02 0173 016e", Setting("s".into(), "n".into()), StoredChangeV1::Ended, command()),
            ("03 0174 0169", CodeRow("t".into(), "i".into()), StoredChangeV1::Added, file()),
            ("06 0170", Person("p".into()), StoredChangeV1::Changed, person()),
            ("07 016b", AccessKey("k".into()), StoredChangeV1::Ended, person()),
            ("08 22", Declaration(17), StoredChangeV1::Shown, person()),
            ("09 22", Unmasking(17), StoredChangeV1::Refused, person()),
            ("0a 016d 22 02", Letter("m".into(), 17, 1), StoredChangeV1::Shown, person()),
            ("0b 22 02", Filing(17, 1), StoredChangeV1::Added, person()),
            ("0c 22 0169", Goods(17, "i".into()), StoredChangeV1::Added, file()),
            ("0d 016d 016e", Webhook("m".into(), "n".into()), StoredChangeV1::Added, person()),
            ("0e 0162 016e", BondedList("b".into(), "n".into()), StoredChangeV1::Added, person()),
            ("0f 016e", GatePass("n".into()), StoredChangeV1::Changed, person()),
            ("10 22", ParameterProposal(17), StoredChangeV1::Added, person()),
            ("11 22 02", ExportReturn(17, 1), StoredChangeV1::Changed, person()),
            (
                "12 016f 02 016e",
                Document("o".into(), 1, "n".into()),
                StoredChangeV1::Changed,
                person(),
            ),
            ("13 0173", Service("s".into()), StoredChangeV1::Changed, command()),
            ("14 22", Message(17), StoredChangeV1::Changed, person()),
            ("15 016b", SealingKey("k".into()), StoredChangeV1::Ended, command()),
            ("16 0170", Place("p".into()), StoredChangeV1::Added, file()),
            ("17 22 0170 02", ParcelPassed(17, "p".into(), 1), StoredChangeV1::Added, person()),
            (
                "18 0167 0170 02",
                VehiclePassed("g".into(), "p".into(), 1),
                StoredChangeV1::Added,
                person(),
            ),
        ];
        for (subject, of, change, cause) in cases {
            let change_byte = ["00", "01", "02", "03", "04"][change as usize];
            let cause_bytes = match &cause {
                StoredChangeCauseV1::File(..) => format!("00 0166 {}", "07".repeat(32)),
                StoredChangeCauseV1::Command(_) => "01 0178".to_owned(),
                StoredChangeCauseV1::Person(..) => "02 0179 017a 033a3a31 0171 0101".to_owned(),
            };
            let fields = "02 0161 00 0162 0163 0164 00";
            keeps(
                &format!("01 {subject} {change_byte} {cause_bytes} {fields}"),
                &event(of, change, cause),
                StoredRegisterEvent::encode,
                StoredRegisterEvent::decode,
            );
        }
    }
}
