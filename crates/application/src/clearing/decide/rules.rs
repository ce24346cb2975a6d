//! The rules that need what is stored and that the official catalogue does not hold.

use tongguan_domain::defect::Rule;

/// Every rule of this file.
pub static ALL: &[&Rule] = &[&WAYBILL_OF_OTHER_DECLARATION, &DOCUMENTS_MISSING];

/// Another live declaration names the waybill.
pub static WAYBILL_OF_OTHER_DECLARATION: Rule = Rule {
    code: "declaration-waybill-used",
    official: None,
    zh: "运单已被其它清单使用",
    en: "another declaration uses the waybill",
};

/// A document did not come in time, or the office does not wait for it.
pub static DOCUMENTS_MISSING: Rule = Rule {
    code: "declaration-documents-missing",
    official: None,
    zh: "{found}",
    en: "the declaration's documents are missing: {found}",
};
