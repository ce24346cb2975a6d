//! Field tables: what the 202205 schema says of each message, as data.
//!
//! One table per message drives everything that must agree with the schema: the strict profile, the
//! reader, the writer, the defects, samples, the reference pages and the mutants of the tests. A
//! message's tables stand in the file of that message.

/// The form of an element's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `C..max`, `C min..max` or `C n`: so many characters, white space kept.
    Text {
        /// The fewest characters.
        min: usize,
        /// The most characters; `usize::MAX` where the schema sets no limit.
        max: usize,
    },
    /// `N total,fraction`: `xs:decimal` with so many digits in all, so many after the point.
    Decimal {
        /// Digits in all.
        total: usize,
        /// Digits after the point.
        fraction: usize,
    },
    /// `int`, `N5`, `N9`: `xs:int` or `xs:integer` with at most so many digits.
    Integer {
        /// The most digits; `None` where only the range of `xs:int` bounds it.
        digits: Option<usize>,
    },
}

/// One element of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The element's name on the wire.
    pub name: &'static str,
    /// The standard's Chinese name.
    pub zh: &'static str,
    /// What it means, in English.
    pub en: &'static str,
    /// The form of its text.
    pub form: Form,
    /// Whether the schema demands it.
    pub required: bool,
}

/// A flat sequence of elements: a head, a line, a transfer block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entity {
    /// The element's name on the wire.
    pub name: &'static str,
    /// The standard's Chinese name.
    pub zh: &'static str,
    /// Its fields, in schema order.
    pub fields: &'static [Field],
}

/// How many times an element may stand in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurs {
    /// At least.
    pub min: usize,
    /// At most; `usize::MAX` for unbounded.
    pub max: usize,
}

/// The body of one document in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// The fields stand directly in the document's element (`LogisticsStatus`, every `…Return`).
    Flat(&'static Entity),
    /// The document's element holds a head and nothing else (`Payment` / `PaymentHead`).
    Head(&'static Entity),
    /// The document's element holds a head and lines (`Order` / `OrderHead`, `OrderList`).
    HeadAndLines {
        /// The head.
        head: &'static Entity,
        /// A line.
        line: &'static Entity,
        /// How many lines.
        lines: Occurs,
    },
}

/// What follows the documents in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trailer {
    /// Nothing: receipts and tax bills.
    None,
    /// `BaseTransfer`, `BaseSubscribe` 0..5, `ExtendMessage` 0..1, then `ds:Signature`: import.
    Import {
        /// Whether the schema demands the signature.
        signature_required: bool,
    },
}

/// A whole message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The root element: `CEB311Message`.
    pub root: &'static str,
    /// The Chinese name of the message.
    pub zh: &'static str,
    /// The English name of the message.
    pub en: &'static str,
    /// The element of one document: `Order`.
    pub document: &'static str,
    /// How many documents.
    pub documents: Occurs,
    /// What stands in a document.
    pub body: Body,
    /// What follows the documents.
    pub trailer: Trailer,
}

/// Text of exactly `length` characters (`C36`).
pub const fn exactly(length: usize) -> Form {
    Form::Text { min: length, max: length }
}

/// Text of at most `max` characters, empty allowed (`C..max`).
pub const fn up_to(max: usize) -> Form {
    Form::Text { min: 0, max }
}

/// Text of `1..=max` characters (`C1..max`).
pub const fn filled(max: usize) -> Form {
    Form::Text { min: 1, max }
}

/// Money, weights and quantities (`N19,5`).
pub const N19_5: Form = Form::Decimal { total: 19, fraction: 5 };

/// A required field.
pub const fn required(name: &'static str, zh: &'static str, en: &'static str, form: Form) -> Field {
    Field { name, zh, en, form, required: true }
}

/// An optional field.
pub const fn optional(name: &'static str, zh: &'static str, en: &'static str, form: Form) -> Field {
    Field { name, zh, en, form, required: false }
}
