//! Signing what stands in a signature: requests of bonded zones.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::algorithm::CANONICAL;
use super::{SignError, Sm2Encoding, Style};
use crate::certificate::Certificate;
use crate::certificate::key::{SigningKey, sm2_value_to_der};
use crate::xml::c14n::{self, Blanks, Comments};
use crate::xml::{Limits, Source};

/// The `Id` of an object that has none.
const ID: &str = "Package";

/// Signs the object in `source` and puts the signature's parts before it.
pub(super) fn sign(
    source: &Source<'_>,
    key: &SigningKey,
    certificate: &Certificate,
    style: Style,
) -> Result<String, SignError> {
    let named = with_id(source)?;
    let digest = canonical(&named, "Object")?;
    let id = object_id(&named)?;
    let info = format!(
        "<SignedInfo><CanonicalizationMethod Algorithm=\"{CANONICAL}\"></CanonicalizationMethod>\
         <SignatureMethod Algorithm=\"{}\"></SignatureMethod><Reference URI=\"#{id}\">\
         <DigestMethod Algorithm=\"{}\"></DigestMethod><DigestValue>{}</DigestValue>\
         </Reference></SignedInfo>",
        style.method.uri(),
        style.digest.uri(),
        STANDARD.encode(style.digest.digest(|sink| sink(&digest))),
    );
    let signed = canonical(&before_object(&named, &info)?, "SignedInfo")?;
    let value = match (key.sign(style.method.scheme(), &signed)?, style.sm2, key) {
        (value, Sm2Encoding::Der, SigningKey::Sm2(_)) => sm2_value_to_der(&value)?,
        (value, ..) => value,
    };
    let parts = format!(
        "{info}<SignatureValue>{}</SignatureValue><KeyInfo><KeyName>{}</KeyName>\
         <X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo>",
        STANDARD.encode(value),
        certificate.serial(),
        STANDARD.encode(certificate.der()),
    );
    let prologue = String::from_utf8_lossy(source.prologue());
    Ok(format!("{prologue}{}", before_object(&named, &parts)?))
}

/// The message with an `Id` on its object. It must hold nothing else: no part of a signature.
fn with_id(source: &Source<'_>) -> Result<String, SignError> {
    let tree = source.tree()?;
    let mut elements = tree.root_element().children().filter(roxmltree::Node::is_element);
    let object = elements.next().filter(|node| node.tag_name().name() == "Object");
    let (Some(object), None) = (object, elements.next()) else {
        return Err(SignError::NothingToSign);
    };
    let text = source.text();
    if object.has_attribute("Id") {
        return Ok(text.to_owned());
    }
    let tag = "<Object".len();
    let start = object.range().start;
    let (before, after) = text.split_at_checked(start + tag).ok_or(SignError::NothingToSign)?;
    if !before.ends_with("<Object") {
        return Err(SignError::NothingToSign);
    }
    Ok(format!("{before} Id=\"{ID}\"{after}"))
}

fn object_id(text: &str) -> Result<String, SignError> {
    let source = Source::read(text.as_bytes(), &Limits::default())?;
    let tree = source.tree()?;
    let object = tree.root_element().first_element_child();
    let id = object.and_then(|object| object.attribute("Id"));
    id.map(str::to_owned).ok_or(SignError::NothingToSign)
}

fn before_object(text: &str, parts: &str) -> Result<String, SignError> {
    let source = Source::read(text.as_bytes(), &Limits::default())?;
    let tree = source.tree()?;
    let object = tree.root_element().first_element_child().ok_or(SignError::NothingToSign)?;
    let (before, after) =
        text.split_at_checked(object.range().start).ok_or(SignError::NothingToSign)?;
    Ok(format!("{before}{parts}{after}"))
}

/// The canonical form of a child of the root.
fn canonical(text: &str, name: &str) -> Result<Vec<u8>, SignError> {
    let source = Source::read(text.as_bytes(), &Limits::default())?;
    let tree = source.tree()?;
    let mut children = tree.root_element().children();
    let element = children.find(|child| child.tag_name().name() == name);
    let element = element.ok_or(SignError::NothingToSign)?;
    let mut bytes = Vec::new();
    c14n::element(element, Comments::Dropped, Blanks::Kept, |piece| bytes.extend_from_slice(piece));
    Ok(bytes)
}
