//! The persons that the documents of a declaration name, read from the originals.

use std::fmt;

use roxmltree::Node;
use tongguan_domain::ids::DeclarationId;
use tongguan_storage::Store;

use super::UnmaskError;
use crate::clearing::record::{DocumentKind, DocumentRecord};
use crate::mailboxes::field_of;
use crate::originals::{Archive, OriginalError, element};
use crate::review;

/// The persons of a declaration.
#[derive(Debug)]
pub struct Persons {
    /// Which.
    pub declaration: DeclarationId,
    /// Its documents, in the order of their kinds.
    pub documents: Vec<PersonalDocument>,
}

/// What a document says of persons.
#[derive(Debug)]
pub struct PersonalDocument {
    /// Which document.
    pub kind: DocumentKind,
    /// Its fields that hold personal data, in their order; none where the original is kept no longer.
    pub fields: Option<Vec<PersonalField>>,
}

/// A field that holds personal data.
pub struct PersonalField {
    /// The element's name.
    pub name: &'static str,
    /// What it is called, in Chinese and English.
    pub title: (&'static str, &'static str),
    /// Its text.
    pub value: String,
}

impl Persons {
    /// The names of the fields, document by document, for the audit.
    pub fn fields_named(&self) -> String {
        let documents = self.documents.iter().filter_map(|document| {
            let names: Vec<_> = document.fields.as_ref()?.iter().map(|field| field.name).collect();
            (!names.is_empty()).then(|| format!("{:?}: {}", document.kind, names.join(" ")))
        });
        documents.collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Debug for PersonalField {
    /// Without its text, which must not reach a log by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalField({})", self.name)
    }
}

/// Opens the originals of a declaration's documents; `None` where there is no such declaration.
pub(super) fn open(
    store: &Store,
    archive: &mut Archive,
    id: DeclarationId,
) -> Result<Option<Persons>, UnmaskError> {
    let Some(mut documents) = review::documents(store, id)? else { return Ok(None) };
    documents.retain(|document| names_persons(document.key.kind) && document.state.is_live());
    documents.sort_by_key(|document| document.key.kind);
    let documents = documents.iter().map(|document| {
        let fields = match archive.of_message(document.source.message) {
            Ok(bytes) => Some(fields(&bytes, document)),
            Err(OriginalError::NotKept(_)) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(PersonalDocument { kind: document.key.kind, fields })
    });
    let documents = documents.collect::<Result<_, UnmaskError>>()?;
    Ok(Some(Persons { declaration: id, documents }))
}

const fn names_persons(kind: DocumentKind) -> bool {
    use DocumentKind as K;
    matches!(
        kind,
        K::Order
            | K::Payment
            | K::Waybill
            | K::Declaration
            | K::ExportOrder
            | K::Collection
            | K::ExportWaybill
            | K::Export
    )
}

/// The personal fields of one document of a message. What cannot be read, names nobody.
fn fields(bytes: &[u8], document: &DocumentRecord) -> Vec<PersonalField> {
    let fields = element::within(bytes, document.source.ordinal, |layout, element| {
        let elements = element.descendants().filter(Node::is_element);
        let personal = elements.filter_map(|node| {
            let field = field_of(layout, node.tag_name().name()).filter(|field| field.personal)?;
            let value = node.text().filter(|text| !text.is_empty())?.to_owned();
            Some(PersonalField { name: field.name, title: (field.zh, field.en), value })
        });
        personal.collect()
    });
    fields.unwrap_or_default()
}
