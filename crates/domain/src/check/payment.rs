//! Checks of a payment.

use super::*;
use crate::commerce::Payment;

/// Every finding in `payment`, with pointers below `pointer` (the document's element).
pub fn check_payment(payment: &Payment, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let head = |name: &str| format!("PaymentHead/{name}");
    let id_type = &*payment.payer.id_type;
    let card = id_type == RESIDENT_CARD;
    findings.require(card, &PAYMENT_PAYER_ID_TYPE, &head("payerIdType"), id_type);
    if card && !payment.payer.has_valid_number() {
        let defect = findings.at(&PAYMENT_PAYER_ID, &head("payerIdNumber"));
        findings.defects.push(defect);
    }
    let amount = payment.amount;
    findings.require(!amount.is_negative(), &PAYMENT_AMOUNT, &head("amountPaid"), amount);
    let currency = &*payment.currency;
    findings.require(currency == CNY, &PAYMENT_CURRENCY, &head("currency"), currency);
    findings.defects
}
