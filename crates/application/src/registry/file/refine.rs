//! From the texts of a party or a place to what they mean.

use jiff::civil::Date;
use tongguan_domain::evidence::PlatformAddress;
use tongguan_domain::ids::{DxpId, OfficeCode, PlaceCode};
use tongguan_domain::party::{CodeKind, PartyCode, Role, Roles, Standing};
use tongguan_messages::certificate::Certificate;

use super::super::defect::{CERTIFICATE, MALFORMED, MISSING, at};
use super::super::entry::{Entry, Grant, exact_money};
use super::super::place::PlaceEntry;
use super::super::registered::standing_name;
use super::draft::{Draft, OPERATOR, Text};
use super::{Files, Found};

/// The longest name that documents can carry.
const LONGEST_NAME: usize = 100;
/// The longest number of a guarantee document that is kept.
const LONGEST_REFERENCE: usize = 60;
/// Days of this year mean "without end", wherever a file gives them as the last day.
const ENDLESS: i16 = 9999;

const NAME: &str = "a name of at most 100 characters";
const ADDRESS: &str = "an address such as \"https://shop.example/platDataOpen\", or \"\" for none";
const DAY: &str = "a day such as 2026-01-31";
const CODES: &str = "a customs code (10 characters) or a unified social credit code (18)";
const PLACE: &str = "the code of a supervised place, at most 10 letters and digits";
const OPERATOR_CODE: &str = "a code of a registered party";
const MONEY: &str = "an amount in yuan such as \"500000.00\", at most two decimals";
const CREDIT_CODE: &str = "a unified social credit code with the right check character (GB 32100)";
const OTHER_CODE: &str = "a customs code (10 characters) or a credit code (18); only a platform's may be of another form";

/// The party, unless something in it is wrong.
pub(super) fn entry(draft: &Draft<'_>, files: &Files<'_>, found: &mut Found) -> Option<Entry> {
    let before = found.0.len();
    let mut fields = Fields { draft, found };
    let name = fields.required("name", draft.line, NAME, |text| bounded(text, LONGEST_NAME));
    let roles = fields.roles();
    let codes = fields.codes(roles);
    let standing = fields.optional("standing", "`active` or `suspended`", |text| {
        [Standing::Active, Standing::Suspended]
            .into_iter()
            .find(|standing| standing_name(*standing) == text)
    });
    let (valid_from, valid_to) = fields.validity("valid_from", "valid_to");
    let mailbox = fields
        .optional("mailbox", "a DXP id of at most 30 characters", |text| DxpId::parse(text).ok());
    let payment_url = fields.optional("payment_url", ADDRESS, |text| match text {
        "" => Some(None),
        text => PlatformAddress::parse(text).map(Some),
    });
    let certificates = fields.certificates("certificates", files);
    let delegates = fields.certificates("delegates", files);
    let grant = fields.grant();
    if fields.found.0.len() > before {
        return None;
    }
    Some(Entry {
        line: draft.line,
        name: name?,
        codes,
        roles,
        standing: standing.unwrap_or(Standing::Active),
        valid_from,
        valid_to,
        mailbox,
        payment_url,
        certificates,
        delegates,
        grant,
    })
}

/// The place, unless something in it is wrong.
pub(super) fn place(draft: &Draft<'_>, found: &mut Found) -> Option<PlaceEntry> {
    let before = found.0.len();
    let line = draft.line;
    let mut fields = Fields { draft, found };
    let code = fields.required("code", line, PLACE, |text| {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        PlaceCode::parse(text).ok().filter(|_| is_plain)
    });
    let name = fields.required("name", line, NAME, |text| bounded(text, LONGEST_NAME));
    let name_en = fields.optional("name_en", NAME, |text| bounded(text, LONGEST_NAME));
    let office = fields.required("office", line, "the four digits of an office", |text| {
        OfficeCode::parse(text).ok()
    });
    let operator =
        fields.required(OPERATOR, line, OPERATOR_CODE, |text| PartyCode::parse(text).ok());
    let (valid_from, valid_to) = fields.validity("valid_from", "valid_to");
    if fields.found.0.len() > before {
        return None;
    }
    Some(PlaceEntry {
        line,
        code: code?,
        name: name?,
        name_en,
        office: office?,
        operator: operator?,
        valid_from,
        valid_to,
    })
}

/// The fields of one party or place, and where to note what is wrong with them.
struct Fields<'t, 'f> {
    draft: &'f Draft<'t>,
    found: &'f mut Found,
}

impl<'t, 'f> Fields<'t, 'f> {
    fn required<T>(
        &mut self,
        field: &str,
        line: u64,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if self.draft.lacks(field) {
            self.found.note(line, at(&MISSING, line, field).expected(expected));
        }
        self.optional(field, expected, read)
    }

    fn optional<T>(
        &mut self,
        field: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.draft.texts(field)?.first()?;
        let value = read(text.value.trim());
        if value.is_none() {
            self.malformed(field, text, expected);
        }
        value
    }

    /// The texts of a field that must have some.
    fn several(&mut self, field: &str, expected: &str) -> &'f [Text<'t>] {
        if self.draft.lacks(field) {
            let line = self.draft.line;
            self.found.note(line, at(&MISSING, line, field).expected(expected));
        }
        self.draft.texts(field).unwrap_or_default()
    }

    fn roles(&mut self) -> Roles {
        let known = format!("one of {}", Role::ALL.map(Role::name).join(", "));
        let mut roles = Roles::default();
        for text in self.several("roles", &known) {
            match Role::named(text.value.trim()) {
                Some(role) => roles = roles.with(role),
                None => self.malformed("roles", text, &known),
            }
        }
        roles
    }

    /// The codes, customs codes first, each group in the order of the file.
    fn codes(&mut self, roles: Roles) -> Vec<PartyCode> {
        let mut codes = Vec::new();
        for text in self.several("codes", CODES) {
            let Ok(code) = PartyCode::parse(&text.value) else {
                self.malformed("codes", text, CODES);
                continue;
            };
            match code.kind() {
                CodeKind::Other if code.as_str().chars().count() == 18 => {
                    self.malformed("codes", text, CREDIT_CODE);
                }
                CodeKind::Other if !roles.contains(Role::Platform) => {
                    self.malformed("codes", text, OTHER_CODE);
                }
                CodeKind::CustomsCode | CodeKind::CreditCode | CodeKind::Other => codes.push(code),
            }
        }
        codes.sort_by_key(|code| match code.kind() {
            CodeKind::CustomsCode => 0,
            CodeKind::CreditCode => 1,
            CodeKind::Other => 2,
        });
        codes
    }

    fn validity(&mut self, first: &str, last: &str) -> (Option<Date>, Option<Date>) {
        let from = self.optional(first, DAY, |text| day(text).filter(|day| day.year() < ENDLESS));
        let to = self.optional(last, DAY, day).filter(|day| day.year() < ENDLESS);
        if let (Some(from), Some(to)) = (from, to)
            && to < from
            && let Some(text) = self.draft.texts(last).and_then(<[_]>::first)
        {
            self.malformed(last, text, &format!("a day not before {from}"));
        }
        (from, to)
    }

    fn certificates(&mut self, field: &str, files: &Files<'_>) -> Option<Vec<Certificate>> {
        let texts = self.draft.texts(field)?;
        let mut certificates = Vec::new();
        for text in texts {
            let source = text.value.trim();
            let inline = source.contains("-----BEGIN");
            let read = if inline {
                certificate(source.as_bytes())
            } else {
                files(source).map_err(|error| error.to_string()).and_then(|file| certificate(&file))
            };
            match read {
                Ok(certificate) => certificates.push(certificate),
                Err(reason) => {
                    let shown = if inline { "(PEM)" } else { source };
                    let defect = at(&CERTIFICATE, text.line, field).found(shown);
                    self.found.note(text.line, defect.with("reason", reason));
                }
            }
        }
        Some(certificates)
    }

    fn grant(&mut self) -> Option<Grant> {
        let line = self.draft.guarantee?;
        let granted = self.required("guarantee.granted", line, MONEY, exact_money);
        let (valid_from, valid_to) = self.validity("guarantee.valid_from", "guarantee.valid_to");
        let reference =
            self.optional("guarantee.reference", "a number of at most 60 characters", |text| {
                bounded(text, LONGEST_REFERENCE)
            });
        Some(Grant { granted: granted?, valid_from, valid_to, reference })
    }

    fn malformed(&mut self, field: &str, text: &Text<'_>, expected: &str) {
        let defect = at(&MALFORMED, text.line, field).found(format!("`{}`", text.value));
        self.found.note(text.line, defect.expected(expected));
    }
}

fn bounded(text: &str, limit: usize) -> Option<String> {
    (!text.is_empty() && text.chars().count() <= limit).then(|| text.to_owned())
}

/// Reads a day written as `2026-01-31`, and in no other of the forms of ISO 8601.
fn day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| text.len() == 10 && day.to_string() == text)
}

/// One certificate, in PEM or DER.
fn certificate(bytes: &[u8]) -> Result<Certificate, String> {
    let pem = str::from_utf8(bytes).ok().filter(|text| text.contains("-----BEGIN"));
    match pem {
        Some(pem) if pem.matches("-----BEGIN CERTIFICATE-----").count() > 1 => {
            Err("it holds several certificates: name a file for each".to_owned())
        }
        Some(pem) => Certificate::from_pem(pem).map_err(|defect| defect.to_string()),
        None => Certificate::from_der(bytes).map_err(|defect| defect.to_string()),
    }
}
