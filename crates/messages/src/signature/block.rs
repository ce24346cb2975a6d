//! The structure of a signature: found, and held to the profile.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node};

use crate::certificate::Certificate;
use crate::xml::c14n::Comments;
use crate::xml::{excerpt, is_blank};
use crate::zone;

use super::NAMESPACE;
use super::algorithm::{self, DigestMethod, ENVELOPED, SignatureMethod};
use super::defect::SignatureDefect;

/// The one signature of a message, its structure checked, its values not yet.
#[derive(Debug)]
pub struct SignatureBlock<'a, 'input> {
    pub(super) element: Node<'a, 'input>,
    pub(super) content: Content<'a, 'input>,
    pub(super) signed_info: Node<'a, 'input>,
    pub(super) comments: Comments,
    pub(super) method: SignatureMethod,
    pub(super) digest_method: DigestMethod,
    pub(super) digest: Vec<u8>,
    pub(super) value: Vec<u8>,
    key_name: Option<&'a str>,
    certificate: Vec<u8>,
}

/// What a signature is over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content<'a, 'input> {
    /// The whole document but the signature, which stands in it.
    Around,
    /// The one `Object` that stands in the signature.
    Within(Node<'a, 'input>),
}

impl<'a, 'input> SignatureBlock<'a, 'input> {
    /// Finds the signature of `tree` and holds it to the profile.
    ///
    /// # Errors
    /// `Missing`, or what in its structure is outside the profile.
    pub fn find(tree: &'a Document<'input>) -> Result<Self, SignatureDefect> {
        let is_around = zone::is_request(tree);
        let element = if is_around { tree.root_element() } else { the_signature(tree)? };
        let mut children = Children::of(element, "Signature")?;
        if is_around && children.only("SignatureValue").0.is_none_or(is_empty) {
            return Err(SignatureDefect::Missing);
        }
        let signed_info = children.next("SignedInfo")?;
        let value = decoded(children.next("SignatureValue")?, "SignatureValue")?;
        let (key_name, certificate) = key_info(children.next("KeyInfo")?)?;
        let content = match is_around {
            true => Content::Within(children.next("Object")?),
            false => Content::Around,
        };
        children.end("Signature")?;

        let mut info = Children::of(signed_info, "SignedInfo")?;
        let canonicalization = algorithm_of(info.next("CanonicalizationMethod")?)?;
        let method = algorithm_of(info.next("SignatureMethod")?)?;
        let reference = info.next("Reference")?;
        info.end("SignedInfo")?;
        let (digest_method, digest) = reference_digest(reference, content)?;
        Ok(Self {
            element,
            content,
            signed_info,
            comments: algorithm::canonicalization(canonicalization)
                .ok_or_else(|| unknown(canonicalization))?,
            method: SignatureMethod::named(method).ok_or_else(|| unknown(method))?,
            digest_method,
            digest,
            value,
            key_name,
            certificate,
        })
    }

    /// The method it names.
    pub fn method(&self) -> SignatureMethod {
        self.method
    }

    /// `KeyName`: the certificate number.
    pub fn key_name(&self) -> Option<&'a str> {
        self.key_name
    }

    /// The certificate in the message, as DER that may or may not be one: the key under which callers
    /// keep the parsed [`Certificate`] is the digest of these bytes.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// That `certificate` is the one in the message, under the name that the message gives it.
    pub(super) fn check_certificate(
        &self,
        certificate: &Certificate,
    ) -> Result<(), SignatureDefect> {
        let names_it = self.key_name.is_none_or(|name| name == certificate.serial());
        if names_it && certificate.der() == self.certificate {
            Ok(())
        } else {
            Err(SignatureDefect::KeyNameDiffers)
        }
    }
}

/// Bytes of the longest `X509Certificate` element that is looked at; real ones have about 2,000.
const LARGEST_CERTIFICATE: usize = 32 * 1024;

/// The only signature element anywhere in the message, which must be a child of its root.
fn the_signature<'a, 'input>(
    tree: &'a Document<'input>,
) -> Result<Node<'a, 'input>, SignatureDefect> {
    let mut found = tree.descendants().filter(|node| is_named(*node, "Signature"));
    let element = found.next().ok_or(SignatureDefect::Missing)?;
    if found.next().is_some() {
        return Err(SignatureDefect::NotAlone);
    }
    if element.parent() == Some(tree.root_element()) {
        Ok(element)
    } else {
        Err(SignatureDefect::Misplaced)
    }
}

fn reference_digest(
    reference: Node<'_, '_>,
    content: Content<'_, '_>,
) -> Result<(DigestMethod, Vec<u8>), SignatureDefect> {
    let uri = reference.attribute("URI").unwrap_or_default();
    let mut children = Children::of(reference, "Reference")?;
    match content {
        Content::Around if uri.is_empty() && reference.has_attribute("URI") => {
            transforms(children.next("Transforms")?)?;
        }
        // The object itself is digested, so nothing else that bears its name can stand for it.
        Content::Within(object)
            if uri.strip_prefix('#').is_some_and(|id| object.attribute("Id") == Some(id)) =>
        {
            if children.only("Transforms").0.is_some() {
                canonical_alone(children.next("Transforms")?)?;
            }
        }
        Content::Around | Content::Within(_) => return Err(SignatureDefect::ReferenceElsewhere),
    }
    let method = algorithm_of(children.next("DigestMethod")?)?;
    let digest = decoded(children.next("DigestValue")?, "DigestValue")?;
    children.end("Reference")?;
    Ok((DigestMethod::named(method).ok_or_else(|| unknown(method))?, digest))
}

/// The enveloped-signature transform, then at most canonical XML. A reference to the whole document
/// holds no comments, so canonical XML with comments and without are the same here.
fn transforms(element: Node<'_, '_>) -> Result<(), SignatureDefect> {
    let mut children = Children::of(element, "Transforms")?;
    let first = algorithm_of(children.next("Transform")?)?;
    if first != ENVELOPED {
        return Err(unknown(first));
    }
    if !children.is_empty() {
        let second = algorithm_of(children.next("Transform")?)?;
        algorithm::canonicalization(second).ok_or_else(|| unknown(second))?;
    }
    children.end("Transforms")
}

/// Canonical XML, as it would be without any transform.
fn canonical_alone(element: Node<'_, '_>) -> Result<(), SignatureDefect> {
    let mut children = Children::of(element, "Transforms")?;
    let only = algorithm_of(children.next("Transform")?)?;
    algorithm::canonicalization(only).ok_or_else(|| unknown(only))?;
    children.end("Transforms")
}

/// `KeyName` and the certificate. Other elements that the standard allows in `KeyInfo` say nothing
/// that the certificate does not say, and are passed over.
fn key_info<'a>(element: Node<'a, '_>) -> Result<(Option<&'a str>, Vec<u8>), SignatureDefect> {
    let keys = Children::of(element, "KeyInfo")?;
    let key_name = match keys.only("KeyName") {
        (None, _) => None,
        (Some(name), false) => Some(text_of(name, "KeyName")?),
        _ => return Err(SignatureDefect::Malformed("KeyName")),
    };
    let (Some(x509), false) = keys.only("X509Data") else {
        return Err(SignatureDefect::Malformed("X509Data"));
    };
    let (Some(certificate), false) = Children::of(x509, "X509Data")?.only("X509Certificate") else {
        return Err(SignatureDefect::Malformed("X509Certificate"));
    };
    if certificate.range().len() > LARGEST_CERTIFICATE {
        return Err(SignatureDefect::Malformed("X509Certificate"));
    }
    Ok((key_name, decoded(certificate, "X509Certificate")?))
}

/// The elements of a parent that must hold nothing but elements, often in a certain order.
struct Children<'a, 'input> {
    elements: std::vec::IntoIter<Node<'a, 'input>>,
    /// That of the parent.
    namespace: Option<&'a str>,
}

impl<'a, 'input> Children<'a, 'input> {
    fn of(parent: Node<'a, 'input>, name: &'static str) -> Result<Self, SignatureDefect> {
        let mut elements = Vec::new();
        for child in parent.children() {
            if child.is_element() {
                elements.push(child);
            } else if child.is_pi() || child.is_text() && !child.text().is_none_or(is_blank) {
                return Err(SignatureDefect::Malformed(name));
            }
        }
        let namespace = parent.tag_name().namespace();
        Ok(Self { elements: elements.into_iter(), namespace })
    }

    fn next(&mut self, name: &'static str) -> Result<Node<'a, 'input>, SignatureDefect> {
        self.elements
            .next()
            .filter(|element| element.tag_name().name() == name)
            .filter(|element| element.tag_name().namespace() == self.namespace)
            .ok_or(SignatureDefect::Malformed(name))
    }

    /// The first of that name, and whether there are more.
    fn only(&self, name: &str) -> (Option<Node<'a, 'input>>, bool) {
        let is_it = |node: &&Node<'_, '_>| {
            node.tag_name().name() == name && node.tag_name().namespace() == self.namespace
        };
        let mut found = self.elements.as_slice().iter().filter(is_it);
        (found.next().copied(), found.next().is_some())
    }

    fn is_empty(&self) -> bool {
        self.elements.as_slice().is_empty()
    }

    fn end(self, name: &'static str) -> Result<(), SignatureDefect> {
        if self.is_empty() { Ok(()) } else { Err(SignatureDefect::Malformed(name)) }
    }
}

fn is_named(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element()
        && node.tag_name().name() == name
        && node.tag_name().namespace() == Some(NAMESPACE)
}

/// The `Algorithm` of an element that holds nothing.
fn algorithm_of<'a>(element: Node<'a, '_>) -> Result<&'a str, SignatureDefect> {
    if element.children().any(|child| !child.text().is_some_and(is_blank) || !child.is_text()) {
        return Err(SignatureDefect::Malformed("Algorithm"));
    }
    element.attribute("Algorithm").ok_or(SignatureDefect::Malformed("Algorithm"))
}

fn is_empty(element: Node<'_, '_>) -> bool {
    element.text().is_none_or(is_blank)
}

/// The text of an element that holds text alone: a comment would split what is read from what is
/// signed.
fn text_of<'a>(element: Node<'a, '_>, name: &'static str) -> Result<&'a str, SignatureDefect> {
    match (element.first_child(), element.last_child()) {
        (Some(first), Some(last)) if first == last && first.is_text() => {
            Ok(first.text().unwrap_or_default())
        }
        _ => Err(SignatureDefect::Malformed(name)),
    }
}

fn decoded(element: Node<'_, '_>, name: &'static str) -> Result<Vec<u8>, SignatureDefect> {
    let text: String = text_of(element, name)?.split_ascii_whitespace().collect();
    STANDARD.decode(text).map_err(|_| SignatureDefect::Malformed(name))
}

fn unknown(uri: &str) -> SignatureDefect {
    SignatureDefect::UnknownAlgorithm(excerpt(uri))
}
