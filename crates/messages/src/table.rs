//! Field tables: what the 202205 schema says of each message, as data.
//!
//! One table per message drives everything that must agree with the schema: the strict profile, the
//! reader, the writer, the defects, samples, the reference pages and the mutants of the tests. A
//! message's tables stand in the file of that message.

use std::fmt;

use tongguan_domain::defect::Rule;
use tongguan_domain::official::export;

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
    /// `int`, `N9`: `xs:int`, with at most so many digits.
    Integer {
        /// The most digits; `None` where only the range of `xs:int` bounds it.
        digits: Option<usize>,
    },
}

impl fmt::Display for Form {
    /// In the standard's notation: `C36`, `C1..60`, `C..1000`, `N19,5`, `N9`, `int`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Text { min, max } if min == max => write!(f, "C{max}"),
            Self::Text { max: usize::MAX, .. } => f.write_str("C"),
            Self::Text { min: 0, max } => write!(f, "C..{max}"),
            Self::Text { min, max } => write!(f, "C{min}..{max}"),
            Self::Decimal { total, fraction } => write!(f, "N{total},{fraction}"),
            Self::Integer { digits: Some(digits) } => write!(f, "N{digits}"),
            Self::Integer { digits: None } => f.write_str("int"),
        }
    }
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
    /// The one text that the schema admits; an empty element stands for it.
    pub fixed: Option<&'static str>,
    /// The text that an empty element stands for.
    pub default: Option<&'static str>,
    /// Whether white space in it counts as XML collapses it: none around the text, one space between words.
    pub collapsed: bool,
    /// Whether it holds personal data, which findings must mask.
    pub personal: bool,
    /// What real files do instead.
    pub leeway: Leeway,
}

/// What real files do instead of following the schema; the tolerant profile reads it with a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leeway {
    /// Older layouts lack the element although the schema demands it.
    pub may_be_absent: bool,
    /// Older layouts or real files allow so many characters.
    pub longest: Option<usize>,
    /// Another name that the specification's text prints.
    pub misprint: Option<&'static str>,
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
    /// Fields that real messages carry after those of the schema, which the schema refuses.
    pub unofficial: &'static [Field],
}

impl Entity {
    /// An entity without unofficial fields.
    pub const fn new(name: &'static str, zh: &'static str, fields: &'static [Field]) -> Self {
        Self { name, zh, fields, unofficial: &[] }
    }

    /// The position of a field, those of the schema first. For use in constants: a name that is not
    /// in the table does not compile.
    pub const fn position(&self, name: &str) -> usize {
        let mut i = 0;
        while i < self.len() {
            if same(self.field(i).name, name) {
                return i;
            }
            i += 1;
        }
        panic!("no field of that name in the table")
    }

    /// The field at a position, those of the schema first.
    pub const fn field(&self, position: usize) -> &'static Field {
        if position < self.fields.len() {
            &self.fields[position]
        } else {
            &self.unofficial[position - self.fields.len()]
        }
    }

    /// The position of the field that an element of that name is, also under a misprinted name.
    pub fn find(&self, name: &str) -> Option<usize> {
        let named = |field: &Field| field.name == name;
        let official = self.fields.iter().position(named);
        let unofficial = || Some(self.fields.len() + self.unofficial.iter().position(named)?);
        let misprint = || self.fields.iter().position(|field| field.leeway.misprint == Some(name));
        official.or_else(unofficial).or_else(misprint)
    }

    /// How many fields there are, unofficial ones included.
    pub const fn len(&self) -> usize {
        self.fields.len() + self.unofficial.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The position of a named field, found when the program is compiled.
macro_rules! at {
    ($entity:ident, $name:literal) => {
        const { $entity.position($name) }
    };
}
pub(crate) use at;

/// The fields of an entity, a line each.
macro_rules! fields {
    ($($field:expr;)+) => { &[$($field),+] };
}
pub(crate) use fields;

/// How many times an element may stand in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurs {
    /// At least.
    pub min: usize,
    /// At most; `usize::MAX` for unbounded.
    pub max: usize,
}

impl Occurs {
    /// `1..=max`.
    pub const fn up_to(max: usize) -> Self {
        Self { min: 1, max }
    }

    /// Once or more.
    pub const SOME: Self = Self { min: 1, max: usize::MAX };

    /// Any number, none included.
    pub const ANY: Self = Self { min: 0, max: usize::MAX };
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

impl Body {
    /// The head, or the only entity.
    pub const fn head(&self) -> &'static Entity {
        match self {
            Self::Flat(head) | Self::Head(head) | Self::HeadAndLines { head, .. } => head,
        }
    }

    /// The line, where there are lines.
    pub const fn line(&self) -> Option<&'static Entity> {
        match self {
            Self::HeadAndLines { line, .. } => Some(line),
            Self::Flat(_) | Self::Head(_) => None,
        }
    }
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
    /// `BaseTransfer`, `BaseSubscribe` 0..5, `ds:Signature`, then `ExtendMessage` 0..1: export.
    Export {
        /// Whether the schema demands the signature.
        signature_required: bool,
    },
}

impl Trailer {
    /// Whether the schema demands a signature.
    pub const fn demands_signature(&self) -> bool {
        match self {
            Self::None => false,
            Self::Import { signature_required } | Self::Export { signature_required } => {
                *signature_required
            }
        }
    }
}

/// The rules whose official numbers differ from message to message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// The message holds no document.
    pub empty: &'static Rule,
    /// It holds too many.
    pub too_many: &'static Rule,
    /// A document has no lines.
    pub no_lines: &'static Rule,
    /// A value that the schema admits means nothing.
    pub parameter: &'static Rule,
}

impl Faults {
    /// Of export documents, whose faults the specification does not number.
    pub const fn unnumbered(faults: &'static export::Faults) -> Self {
        let export::Faults { empty, too_many, no_lines, parameter, .. } = faults;
        Self { empty, too_many, no_lines, parameter }
    }
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
    /// The official numbers of its faults.
    pub faults: Faults,
}

impl Layout {
    /// Whether the specification's text prints that name for a document of this message.
    pub fn is_misprint(&self, name: &str) -> bool {
        MISPRINTS.contains(&(name, self.document))
    }
}

/// What the specification's text prints for documents, and what the schema calls them.
const MISPRINTS: [(&str, &str); 2] =
    [("InvtRefound", "InvtRefund"), ("InvtRefoundReturn", "InvtRefundReturn")];

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

/// A number of packages (`N9`).
pub const N9: Form = Form::Integer { digits: Some(9) };

/// A line number of an export document (`N5`).
pub const N5: Form = Form::Integer { digits: Some(5) };

/// A line number (`int`).
pub const INT: Form = Form::Integer { digits: None };

/// A required field.
pub const fn required(name: &'static str, zh: &'static str, en: &'static str, form: Form) -> Field {
    let leeway = Leeway { may_be_absent: false, longest: None, misprint: None };
    Field {
        name,
        zh,
        en,
        form,
        required: true,
        fixed: None,
        default: None,
        collapsed: false,
        personal: false,
        leeway,
    }
}

/// An optional field.
pub const fn optional(name: &'static str, zh: &'static str, en: &'static str, form: Form) -> Field {
    Field { required: false, ..required(name, zh, en, form) }
}

impl Field {
    /// The same field, admitting one text alone.
    pub const fn fixed(self, text: &'static str) -> Self {
        Self { fixed: Some(text), ..self }
    }

    /// The same field, empty for that text.
    pub const fn default(self, text: &'static str) -> Self {
        Self { default: Some(text), ..self }
    }

    /// The same field, its white space collapsed.
    pub const fn collapsed(self) -> Self {
        Self { collapsed: true, ..self }
    }

    /// The same field, holding personal data.
    pub const fn personal(self) -> Self {
        Self { personal: true, ..self }
    }

    /// The same field, missing from older layouts.
    pub const fn absent_in_older_layouts(mut self) -> Self {
        self.leeway.may_be_absent = true;
        self
    }

    /// The same field, longer in older layouts or real files.
    pub const fn longer_in_older_layouts(mut self, longest: usize) -> Self {
        self.leeway.longest = Some(longest);
        self
    }

    /// The same field, printed under another name in the specification's text.
    pub const fn misprinted(mut self, name: &'static str) -> Self {
        self.leeway.misprint = Some(name);
        self
    }
}

/// Equality of texts in constants.
const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut i = 0;
    while i < left.len() {
        if left[i] != right[i] {
            return false;
        }
        i += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_shown_in_the_standards_notation() {
        let shown: Vec<String> =
            [exactly(36), filled(60), up_to(1000), filled(usize::MAX), N19_5, N9, INT]
                .iter()
                .map(Form::to_string)
                .collect();
        assert_eq!(shown, ["C36", "C1..60", "C..1000", "C", "N19,5", "N9", "int"]);
    }

    #[test]
    fn a_field_is_found_by_its_name_when_compiled() {
        static FIELDS: [Field; 2] =
            [required("guid", "", "", exactly(36)), optional("note", "", "", up_to(1000))];
        static HEAD: Entity = Entity::new("Head", "", &FIELDS);
        assert_eq!(at!(HEAD, "note"), 1);
    }
}
