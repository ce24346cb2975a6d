//! Signing a message.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;

use crate::ceb::{EXTEND, MessageType};
use crate::certificate::Certificate;
use crate::certificate::key::{KeyError, SigningKey, sm2_value_to_der};
use crate::table::Trailer;
use crate::xml::c14n::{self, Blanks, Comments};
use crate::xml::{Limits, Refusal, Source};
use crate::zone;

use super::NAMESPACE;
use super::algorithm::{CANONICAL, DigestMethod, ENVELOPED, SignatureMethod};
use super::form::{Form, SignedInfoForm, Surroundings};

mod enveloping;

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// How `SignedInfo` is signed, and the URI that says so.
    pub method: SignatureMethod,
    /// How the content is digested.
    pub digest: DigestMethod,
    /// The form in which a verifier will find it.
    pub form: Form,
    /// How SM2 values are written.
    pub sm2: Sm2Encoding,
}

/// How an SM2 value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sm2Encoding {
    /// r‖s, 64 bytes.
    Raw,
    /// A DER sequence of r and s.
    Der,
}

impl Style {
    /// As the 202205 specification prefers: SM2 and SM3 under its own URIs, strict.
    pub const SM2: Self = Self {
        method: SignatureMethod::Sm2Sm3,
        digest: DigestMethod::Sm3,
        form: Form { surroundings: Surroundings::Kept, signed_info: SignedInfoForm::Strict },
        sm2: Sm2Encoding::Raw,
    };
    /// As the signer of the field writes that the unified system accepts: a W3C URI, a SHA-1 digest,
    /// `SignedInfo` indented and a line added after signing.
    pub const SM2_FIELD: Self = Self {
        method: SignatureMethod::Sm2Sm3Field,
        digest: DigestMethod::Sha1,
        form: Form {
            surroundings: Surroundings::AfterDropped,
            signed_info: SignedInfoForm::Compact,
        },
        sm2: Sm2Encoding::Raw,
    };
    /// RSA with SHA-1, for certificates issued before 2022-07-01.
    pub const RSA_SHA1: Self =
        Self { method: SignatureMethod::RsaSha1, digest: DigestMethod::Sha1, ..Self::SM2 };
    /// RSA with SHA-256, the extension.
    pub const RSA_SHA256: Self =
        Self { method: SignatureMethod::RsaSha256, digest: DigestMethod::Sha256, ..Self::SM2 };
}

/// Why a message cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The message is not acceptable XML.
    #[error("the message is not acceptable XML: {0}")]
    Xml(#[from] Refusal),
    /// The root is an empty element or is signed already.
    #[error("the message is empty or signed already")]
    NothingToSign,
    /// The key does not fit the style.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Signs `message`: the same text, line ends made LF, with a `ds:Signature` where the schema puts it:
/// as the last child of the root, but before the `ExtendMessage` of an export message. A request of a bonded
/// zone is a signature already, and what is missing of it is put before its `Object`; its white space is kept.
///
/// # Errors
/// `Xml` or `NothingToSign` for the message, `Key` when the key does not fit the style.
pub fn sign(
    message: &str,
    key: &SigningKey,
    certificate: &Certificate,
    style: Style,
) -> Result<String, SignError> {
    let source = Source::read(message.as_bytes(), &Limits::default())?;
    if zone::is_request(&source.tree()?) {
        return enveloping::sign(&source, key, certificate, style);
    }
    let place = Place::find(&source, style.form.surroundings)?;
    let content = content_digest(&place.unsigned, style.digest)?;
    let info = signed_info(style, &STANDARD.encode(content));
    let signed = signed_bytes(&place, &info)?;
    let value = match (key.sign(style.method.scheme(), &signed)?, style.sm2, key) {
        (value, Sm2Encoding::Der, SigningKey::Sm2(_)) => sm2_value_to_der(&value)?,
        (value, ..) => value,
    };
    let info = match style.form.signed_info {
        SignedInfoForm::Strict => info.concat(),
        SignedInfoForm::Compact => info.join(INDENTATION),
    };
    let signature = format!(
        "<ds:Signature xmlns:ds=\"{NAMESPACE}\">{info}\
         <ds:SignatureValue>{}</ds:SignatureValue>\
         <ds:KeyInfo><ds:KeyName>{}</ds:KeyName>\
         <ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>\
         </ds:KeyInfo></ds:Signature>",
        STANDARD.encode(value),
        certificate.serial(),
        STANDARD.encode(certificate.der()),
    );
    let prologue = String::from_utf8_lossy(source.prologue());
    Ok(format!("{prologue}{}", place.filled(&signature)))
}

/// What an indenting signer puts between the tags.
const INDENTATION: &str = "\n        ";

/// Where the signature goes, and what is signed.
struct Place {
    /// The message that is signed.
    unsigned: String,
    /// What stands before the signature.
    head: String,
    /// What stands after it.
    tail: String,
}

impl Place {
    /// Where the schema puts it, with the white space that the form says is added.
    fn find(source: &Source<'_>, surroundings: Surroundings) -> Result<Self, SignError> {
        let tree = source.tree()?;
        let root = tree.root_element();
        let is_signed = root.children().any(|child| child.has_tag_name((NAMESPACE, "Signature")));
        let end = match extension_of_export(root) {
            Some(extension) => Some(extension.range().start),
            None => source.text()[..root.range().end].rfind("</"),
        };
        let Some(end) = end.filter(|_| root.has_children() && !is_signed) else {
            return Err(SignError::NothingToSign);
        };
        let (inside, tail) = source.text().split_at(end);
        let body = inside.trim_ascii_end();
        let blank = &inside[body.len()..];
        let (unsigned, head, tail) = match surroundings {
            Surroundings::Kept => (source.text().to_owned(), inside.to_owned(), tail.to_owned()),
            Surroundings::AfterDropped => {
                (source.text().to_owned(), inside.to_owned(), format!("\n{tail}"))
            }
            Surroundings::BeforeDropped => {
                (source.text().to_owned(), format!("{body}\n    "), format!("{blank}{tail}"))
            }
            Surroundings::Dropped => {
                (format!("{body}{tail}"), format!("{body}\n    "), format!("\n{tail}"))
            }
        };
        Ok(Self { unsigned, head, tail })
    }

    fn filled(&self, signature: &str) -> String {
        [&self.head, signature, &self.tail].concat()
    }
}

/// The extension that stands behind the signature.
fn extension_of_export<'t, 'i>(root: Node<'t, 'i>) -> Option<Node<'t, 'i>> {
    let message = MessageType::from_root(root.tag_name().name())?;
    let Trailer::Export { .. } = message.layout().trailer else { return None };
    root.children().find(|child| child.has_tag_name((crate::NAMESPACE, EXTEND.name)))
}

fn content_digest(unsigned: &str, method: DigestMethod) -> Result<Vec<u8>, SignError> {
    let source = Source::read(unsigned.as_bytes(), &Limits::default())?;
    let tree = source.tree()?;
    Ok(method.digest(|sink| c14n::document(&tree, Comments::Dropped, None, sink)))
}

/// `SignedInfo`, tag by tag, so that it can be written with white space between them or without.
fn signed_info(style: Style, digest: &str) -> Vec<String> {
    let algorithm = |name: &str, uri: &str| {
        [format!("<ds:{name} Algorithm=\"{uri}\">"), format!("</ds:{name}>")]
    };
    let open = |name: &str| [format!("<ds:{name}>")];
    let close = |name: &str| [format!("</ds:{name}>")];
    let mut tags = Vec::new();
    tags.extend(open("SignedInfo"));
    tags.extend(algorithm("CanonicalizationMethod", CANONICAL));
    tags.extend(algorithm("SignatureMethod", style.method.uri()));
    tags.push("<ds:Reference URI=\"\">".to_owned());
    tags.extend(open("Transforms"));
    tags.extend(algorithm("Transform", ENVELOPED));
    tags.extend(close("Transforms"));
    tags.extend(algorithm("DigestMethod", style.digest.uri()));
    tags.push(format!("<ds:DigestValue>{digest}</ds:DigestValue>"));
    tags.extend(close("Reference"));
    tags.extend(close("SignedInfo"));
    tags
}

/// The canonical form of `SignedInfo` in its place.
fn signed_bytes(place: &Place, info: &[String]) -> Result<Vec<u8>, SignError> {
    let info = info.concat();
    let text =
        place.filled(&format!("<ds:Signature xmlns:ds=\"{NAMESPACE}\">{info}</ds:Signature>"));
    let source = Source::read(text.as_bytes(), &Limits::default())?;
    let tree = source.tree()?;
    let element = tree
        .root_element()
        .children()
        .find(|child| child.has_tag_name((NAMESPACE, "Signature")))
        .and_then(|signature| signature.first_element_child())
        .ok_or(SignError::NothingToSign)?;
    let mut bytes = Vec::new();
    c14n::element(element, Comments::Dropped, Blanks::Kept, |piece| bytes.extend_from_slice(piece));
    Ok(bytes)
}
