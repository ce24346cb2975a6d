//! A request in the making: its numbers, and what it takes from the declaration as that was sent.

use tongguan_domain::cancellation::{CancellationRequest, ExportCancellation};
use tongguan_domain::commerce::{Action, Filing, Stage};
use tongguan_domain::declaration::{DeclaredParcel, ExportDeclaration, ImportDeclaration};
use tongguan_domain::ids::{DeclarationNumber, FunctionalReference, Guid, IdError};
use tongguan_domain::returns::{ReturnItem, ReturnRequest, ReturnedLine};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::Document;
use tongguan_storage::StorageError;
use tongguan_storage::seal::random;

use super::{LONGEST_REASON, LONGEST_REFERENCE, NotAskable, PrepareError, Wanted, Wish};
use crate::review::AnyDeclaration;

/// Numbers and words of a request in the making.
pub(super) struct Request {
    pub message: MessageType,
    pub guid: Guid,
    filing: Filing,
    pub reference: FunctionalReference,
    declaration_no: DeclarationNumber,
    reason: Box<str>,
}

impl Request {
    /// What is asked about a declaration that has its number.
    pub fn new(
        wanted: &Wanted,
        declaration: &AnyDeclaration,
        now: Moment,
    ) -> Result<Self, PrepareError> {
        let reason = wanted.reason.trim();
        let is_plain = !reason.chars().any(char::is_control);
        if !(is_plain && (1..=LONGEST_REASON).contains(&reason.chars().count())) {
            return Err(PrepareError::BadReason);
        }
        let declaration_no = declaration.number().cloned().ok_or(NotAskable::NotEntered)?;
        let digits = digits()?;
        let reference = match wanted.reference.as_deref().map(str::trim) {
            Some(given) if !given.is_empty() => given.to_owned(),
            _ => digits.chars().take(LONGEST_REFERENCE).collect(),
        };
        let (length, limit) = (reference.chars().count(), LONGEST_REFERENCE);
        if limit < length {
            let kind = "FunctionalReference";
            return Err(PrepareError::BadReference(IdError::TooLong { kind, length, limit }));
        }
        let reference =
            FunctionalReference::parse(&reference).map_err(PrepareError::BadReference)?;
        let guid = Guid::parse(&dashed(&digits)).map_err(PrepareError::BadReference)?;
        let message = match (&wanted.wish, declaration) {
            (Wish::Cancellation, AnyDeclaration::Import(_)) => MessageType::Ceb623,
            (Wish::Cancellation, AnyDeclaration::Export(_)) => MessageType::Ceb605,
            (Wish::Return(_), _) => MessageType::Ceb625,
        };
        Ok(Self {
            message,
            filing: Filing {
                guid: guid.clone(),
                action: Action::Create,
                sent_at: now,
                stage: Stage::Declared,
            },
            guid,
            reference,
            declaration_no,
            reason: reason.into(),
        })
    }

    /// A cancellation, or a return of these lines.
    pub fn about_import(
        &self,
        declared: &ImportDeclaration,
        lines: Option<Vec<ReturnedLine>>,
    ) -> Document {
        let parcel = DeclaredParcel {
            office: declared.office,
            order_no: declared.order_no.clone(),
            platform: declared.platform.clone(),
            merchant: declared.merchant.clone(),
            waybill_no: declared.waybill_no.clone(),
            carrier: declared.carrier.clone(),
            declaration_no: self.declaration_no.clone(),
            buyer: declared.buyer.clone(),
            buyer_telephone: declared.buyer_telephone.clone(),
            declarant: declared.declarant.clone(),
        };
        let (filing, reason) = (self.filing.clone(), self.reason.clone());
        let reference = Some(self.reference.clone());
        let (provisional_no, note) = (None, None);
        let Some(lines) = lines else {
            let request =
                CancellationRequest { filing, parcel, reference, provisional_no, reason, note };
            return Document::Cancellation(Box::new(request));
        };
        let item = |line: &ReturnedLine| {
            let declared = declared.items.iter().find(|item| item.number == line.number)?;
            Some(ReturnItem {
                number: line.number,
                hs_code: declared.hs_code.clone(),
                name: declared.name.clone(),
                quantity: line.quantity,
                unit: declared.unit.clone(),
                note: None,
            })
        };
        let items = lines.iter().filter_map(item).collect();
        let request =
            ReturnRequest { filing, parcel, reference, provisional_no, reason, note, items };
        Document::Return(Box::new(request))
    }

    /// A cancellation.
    pub fn about_export(&self, declared: &ExportDeclaration) -> Document {
        Document::ExportCancellation(Box::new(ExportCancellation {
            filing: self.filing.clone(),
            office: declared.office,
            reference: self.reference.clone(),
            provisional_no: None,
            declaration_no: self.declaration_no.clone(),
            reason: self.reason.clone(),
            declarant: declared.declarant.clone(),
            merchant: declared.merchant.clone(),
            note: None,
        }))
    }
}

/// Thirty-two random digits, hexadecimal.
fn digits() -> Result<String, PrepareError> {
    let bytes: [u8; 16] = random().map_err(StorageError::from)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02X}")).collect())
}

/// As a guid is written.
fn dashed(digits: &str) -> String {
    let mut dashed = String::with_capacity(36);
    for (place, digit) in digits.chars().enumerate() {
        if matches!(place, 8 | 12 | 16 | 20) {
            dashed.push('-');
        }
        dashed.push(digit);
    }
    dashed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_has_its_dashes() {
        let guid = dashed(&digits().unwrap());
        assert_eq!(guid.len(), 36);
        assert_eq!(guid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    }
}
