//! A message as JSON, and back: one form for all of them, driven by the same field tables as reader and
//! writer.
//!
//! An element is a key of its own name on the wire, with a string where it holds text, an object where
//! it holds elements, and an array of them where it may stand more than once. Numbers are strings too:
//! what was written is kept to the last digit. The root's attributes are `@guid` and `@version`, and
//! elements that the standard does not know stand under `kept`, as XML.
//!
//! Signatures are no part of it: what comes back is an unsigned message, to be signed again. Comments,
//! white space between elements and unknown attributes are left out too, the last with a warning of the
//! reader.

mod from_message;
pub mod rules;
mod schema;
mod to_message;
mod value;

use roxmltree::Document as Tree;
use tongguan_domain::defect::Defect;

pub use schema::schema;
pub use value::Json;

use crate::ceb::MessageType;
use crate::read::{Profile, Reading, read, rules::SIGNATURE_MISSING};
use crate::write::Style;

/// The key of elements that the standard does not know, where they stand.
pub const KEPT: &str = "kept";

/// What a conversion made.
#[derive(Debug)]
pub struct Converted<T> {
    /// Which message it is.
    pub message: MessageType,
    /// The message in its other form.
    pub content: T,
    /// Tolerances that were needed to read it.
    pub warnings: Vec<Defect>,
    /// Values that the schema admits but that mean nothing, for which the document would be refused.
    pub findings: Vec<Defect>,
}

/// Why nothing was converted.
#[derive(Debug)]
pub struct Refused {
    /// Everything that is wrong, up to a thousand of what the form and of what the schema refuses.
    pub defects: Vec<Defect>,
    /// How many further ones there are.
    pub omitted: usize,
}

impl From<Defect> for Refused {
    fn from(defect: Defect) -> Self {
        Self { defects: vec![defect], omitted: 0 }
    }
}

/// The message as JSON.
///
/// # Errors
/// Everything that the profile refuses of it, a missing signature apart.
pub fn from_message(tree: &Tree<'_>, profile: Profile) -> Result<Converted<Json>, Refused> {
    let reading = judged(tree, profile)?;
    let content = from_message::json(tree.root_element(), reading.message.layout());
    Ok(converted(reading, content))
}

/// The JSON as a message without a signature, whose pointers the defects have.
///
/// # Errors
/// Everything that the form or the profile refuses of it, a missing signature apart.
pub fn to_message(
    json: &Json,
    profile: Profile,
    style: Style,
) -> Result<Converted<String>, Refused> {
    to_message::message(json, profile, style)
}

/// What was made of a message that was read so.
fn converted<T>(reading: Reading, content: T) -> Converted<T> {
    let documents = reading.documents.into_iter().filter_map(|it| it.outcome.err());
    let answers = reading.answers.into_iter().filter_map(|it| it.outcome.err());
    let findings = documents.chain(answers).flatten().collect();
    Converted { message: reading.message, content, warnings: reading.warnings, findings }
}

/// Reads a message that is about to be converted, which nobody signs in its other form.
fn judged(tree: &Tree<'_>, profile: Profile) -> Result<Reading, Refused> {
    let is_signature = |defect: &Defect| std::ptr::eq(defect.rule, &SIGNATURE_MISSING);
    let mut reading = read(tree, profile)?;
    reading.defects.retain(|defect| !is_signature(defect));
    reading.warnings.retain(|defect| !is_signature(defect));
    if reading.is_valid() {
        return Ok(reading);
    }
    Err(Refused { defects: reading.defects, omitted: reading.omitted })
}
