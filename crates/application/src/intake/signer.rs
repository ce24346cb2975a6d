//! Who signed a message, and whether that party may send it.

use std::collections::HashMap;
use std::sync::Arc;

use roxmltree::Document as Tree;
use tongguan_domain::defect::{Defect, Rule};
use tongguan_domain::ids::PartyId;
use tongguan_domain::official;
use tongguan_domain::party::{PartyCode, Role};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::certificate::{Certificate, CertificateDefect, Verdict, judge};
use tongguan_messages::read::Reading;
use tongguan_messages::signature::{Form, SignatureBlock, SignatureDefect};
use tongguan_messages::zone::ZoneMessage;

use super::Intake;

/// Certificates that were parsed and judged, by the digest of their bytes, and the form that matched
/// last for each. Dropped when the trust store changes.
#[derive(Debug, Default)]
pub struct SignerCache {
    version: [u8; 32],
    known: HashMap<[u8; 32], Known>,
}

#[derive(Debug, Clone)]
struct Known {
    certificate: Arc<Certificate>,
    verdict: Verdict,
    form: Option<Form>,
}

/// Signers that are kept; a sender has one certificate, so this is far above the number of senders.
const MOST_KNOWN: usize = 10_000;

/// A message's signer.
#[derive(Debug, Clone)]
pub enum Signer {
    /// The signature was verified.
    Verified {
        /// The party that the certificate belongs to, if any is registered.
        party: Option<PartyId>,
        /// The certificate number, for the refusal's words.
        card: String,
        /// `sm2-sm3`, `rsa-sha1` …
        scheme: &'static str,
        /// How it matched.
        form: Form,
    },
    /// No signature was demanded, and there is none.
    NotDemanded,
}

impl Signer {
    /// What is stored with the message: never computed again.
    pub fn verdict(&self) -> Vec<u8> {
        match self {
            Self::Verified { card, scheme, form, .. } => {
                format!("{scheme} {} {card}", form.name()).into_bytes()
            }
            Self::NotDemanded => b"unsigned".to_vec(),
        }
    }
}

/// Verifies the signature of a message.
///
/// # Errors
/// One defect in the words of the document's kind: −621029 验签失败！ and its like.
pub fn verify(
    intake: &mut Intake,
    tree: &Tree<'_>,
    reading: &Reading,
    at: Moment,
) -> Result<Signer, Defect> {
    if !reading.signed && !intake.knowledge.signed.is_demanded(reading.message) {
        return Ok(Signer::NotDemanded);
    }
    let failed = |defect: SignatureDefect| failure(reading.message).found(defect);
    let block = SignatureBlock::find(tree).map_err(failed)?;
    verify_block(intake, &block, at).map_err(failed)
}

fn verify_block(
    intake: &mut Intake,
    block: &SignatureBlock<'_, '_>,
    at: Moment,
) -> Result<Signer, SignatureDefect> {
    let digest = crate::digest::sha256(block.certificate_der());
    let known =
        known(intake, digest, block.certificate_der(), at).map_err(SignatureDefect::Certificate)?;
    let policy = &intake.knowledge.policy;
    let verified = block.verify(&known.certificate, policy, known.form)?;
    if let Some(kept) = intake.signers.known.get_mut(&digest) {
        kept.form = Some(verified.form);
    }
    Ok(Signer::Verified {
        party: party_of(intake, &known.certificate, &digest),
        card: known.certificate.serial(),
        scheme: verified.scheme.name(),
        form: verified.form,
    })
}

/// Verifies the signature of a request of a bonded zone. One without a value is none: public programs write
/// the other parts as a form to be filled in.
///
/// # Errors
/// One defect.
pub fn verify_zone(
    intake: &mut Intake,
    tree: &Tree<'_>,
    message: ZoneMessage,
    at: Moment,
) -> Result<Signer, Defect> {
    let failed = |defect| Defect::at(&SIGNATURE_FAILED, "/Signature").found(defect);
    let is_demanded = !intake.knowledge.signed.not_demanded_in_zones.contains(&message);
    match SignatureBlock::find(tree) {
        Err(SignatureDefect::Missing) if !is_demanded => Ok(Signer::NotDemanded),
        Err(defect) => Err(failed(defect)),
        Ok(block) => verify_block(intake, &block, at).map_err(failed),
    }
}

/// As [`check`], for a request of a bonded zone.
pub fn check_zone(
    signer: &Signer,
    named: &[(Role, PartyId, &PartyCode)],
    pointer: &str,
) -> Result<(), Defect> {
    check_against(signer, &SIGNER_DIFFERS, named, pointer)
}

/// The official words for a signature that does not count.
fn failure(message: MessageType) -> Defect {
    let rule: &'static Rule = match message {
        MessageType::Ceb621 => &official::declaration::SIGNATURE,
        MessageType::Ceb311 => &official::order::SIGNATURE,
        MessageType::Ceb623 => &official::cancellation::SIGNATURE,
        MessageType::Ceb625 => &official::import_return::SIGNATURE_FAILED,
        _ => &SIGNATURE_FAILED,
    };
    Defect::at(rule, format!("/{}/Signature", message.root()))
}

/// Payments, waybills and deliveries have no number of their own for a failed signature.
static SIGNATURE_FAILED: Rule = Rule {
    code: "signature-failed",
    official: Some(tongguan_domain::defect::Official::Exchange(1001)),
    zh: "验签失败",
    en: "the signature does not verify",
};

/// The signer is not the party that the document names.
static SIGNER_DIFFERS: Rule = Rule {
    code: "signer-differs",
    official: Some(tongguan_domain::defect::Official::Exchange(1999)),
    zh: "{role}[{party}]与卡信息[{card}]不匹配，没有权限进行操作",
    en: "{role} [{party}] is not the holder [{card}] of the certificate and may not do this",
};

/// The parsed and judged certificate, from the cache while the trust store stays what it is and the
/// whole chain is within its validity.
fn known(
    intake: &mut Intake,
    digest: [u8; 32],
    der: &[u8],
    at: Moment,
) -> Result<Known, CertificateDefect> {
    let version = *intake.knowledge.trust.version();
    if intake.signers.version != version || intake.signers.known.len() >= MOST_KNOWN {
        intake.signers = SignerCache { version, known: HashMap::new() };
    }
    if let Some(known) = intake.signers.known.get(&digest)
        && known.verdict.holds_at(at)
    {
        return Ok(known.clone());
    }
    let certificate = Certificate::from_der(der)?;
    let verdict = judge(&certificate, &intake.knowledge.trust, at)?;
    let known = Known { certificate: Arc::new(certificate), verdict, form: None };
    intake.signers.known.insert(digest, known.clone());
    Ok(known)
}

/// The party of a certificate: registered by its digest, or named in its subject by a code.
fn party_of(intake: &Intake, certificate: &Certificate, digest: &[u8; 32]) -> Option<PartyId> {
    let registry = &intake.knowledge.registry;
    if let Some(party) = registry.certified(digest) {
        return Some(party.id);
    }
    certificate
        .subject_texts()
        .iter()
        .filter_map(|text| PartyCode::parse(text).ok())
        .find_map(|code| registry.named(&code).map(|party| party.id))
}

/// Checks that the signer is one of the parties that may send the document; `named` are those parties
/// with their role and the code that the document gives.
pub fn check(
    signer: &Signer,
    message: MessageType,
    named: &[(Role, PartyId, &PartyCode)],
    pointer: &str,
) -> Result<(), Defect> {
    let rule = match message {
        MessageType::Ceb621 => &official::declaration::SIGNER_DIFFERS,
        MessageType::Ceb623 => &official::cancellation::SIGNER_DIFFERS,
        MessageType::Ceb625 => &official::import_return::SIGNER_DIFFERS,
        _ => &SIGNER_DIFFERS,
    };
    check_against(signer, rule, named, pointer)
}

fn check_against(
    signer: &Signer,
    rule: &'static Rule,
    named: &[(Role, PartyId, &PartyCode)],
    pointer: &str,
) -> Result<(), Defect> {
    let Signer::Verified { party, card, .. } = signer else { return Ok(()) };
    if party.is_some_and(|party| named.iter().any(|(_, id, _)| *id == party)) {
        return Ok(());
    }
    let mut defect = Defect::at(rule, pointer).with("card", card);
    if let Some((role, _, code)) = named.first() {
        defect = defect.with("role", role.zh()).with("party", code);
    }
    Err(defect)
}
