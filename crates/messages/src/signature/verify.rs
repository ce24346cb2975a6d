//! The values of a signature against its content and certificate.

use roxmltree::{Document, Node};

use crate::certificate::Certificate;
use crate::certificate::key::Scheme;
use crate::xml::c14n::{self, Blanks, Comments, Omission};
use crate::xml::{element_name, excerpt, is_blank};

use super::block::{Content, SignatureBlock};
use super::defect::SignatureDefect;
use super::form::{Form, SignedInfoForm, Surroundings};
use super::policy::Policy;

/// That the holder of a certificate's key signed the content of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How it was signed; [`Scheme::name`] is the name in reports.
    pub scheme: Scheme,
    /// The form that matched.
    pub form: Form,
    /// The digest of the content that was signed.
    pub content_digest: Vec<u8>,
}

/// Finds and verifies the signature of `tree` with the certificate that it carries, which is returned
/// but not judged. `first` is the form to try before the others.
///
/// # Errors
/// As [`SignatureBlock::find`], [`Certificate::from_der`] and [`SignatureBlock::verify`].
pub fn verify(
    tree: &Document<'_>,
    policy: &Policy,
    first: Option<Form>,
) -> Result<(Verified, Certificate), SignatureDefect> {
    let block = SignatureBlock::find(tree)?;
    let certificate = Certificate::from_der(block.certificate_der())?;
    let verified = block.verify(&certificate, policy, first)?;
    Ok((verified, certificate))
}

impl SignatureBlock<'_, '_> {
    /// Verifies the digest, then the value, with `certificate`, which must be the one in the message.
    ///
    /// # Errors
    /// `KeyNameDiffers`, `NotAllowed`, `CommentInValue`, `ContentChanged` or `ValueWrong`.
    pub fn verify(
        &self,
        certificate: &Certificate,
        policy: &Policy,
        first: Option<Form>,
    ) -> Result<Verified, SignatureDefect> {
        let scheme = self.method.scheme();
        self.check_certificate(certificate)?;
        policy.check(scheme, self.digest_method, certificate)?;
        refuse_comments_in_values(self.element)?;
        let first = first.unwrap_or_default();
        let surroundings = match self.content {
            Content::Around => self.surroundings(first.surroundings)?,
            Content::Within(object) => self.object(object)?,
        };
        let signed_info = self.signed_info_form(certificate, first.signed_info)?;
        Ok(Verified {
            scheme,
            form: Form { surroundings, signed_info },
            content_digest: self.digest.clone(),
        })
    }

    /// The white space around the signature with which the digest of the content is the declared one.
    fn surroundings(&self, first: Surroundings) -> Result<Surroundings, SignatureDefect> {
        let before = self.element.prev_sibling().is_some_and(is_blank_text);
        let after = self.element.next_sibling().is_some_and(is_blank_text);
        let applies = |form: &Surroundings| match form {
            Surroundings::Kept => true,
            Surroundings::AfterDropped => after,
            Surroundings::BeforeDropped => before,
            Surroundings::Dropped => before && after,
        };
        in_order(first, &Surroundings::ALL)
            .filter(applies)
            .find(|form| self.content_digest(*form) == self.digest)
            .ok_or(SignatureDefect::ContentChanged)
    }

    /// That the object's digest is the declared one: it stands as it is.
    fn object(&self, object: Node<'_, '_>) -> Result<Surroundings, SignatureDefect> {
        let digest = self.digest_method.digest(|sink| {
            c14n::element(object, Comments::Dropped, Blanks::Kept, sink);
        });
        let is_it = digest == self.digest;
        is_it.then_some(Surroundings::Kept).ok_or(SignatureDefect::ContentChanged)
    }

    fn content_digest(&self, surroundings: Surroundings) -> Vec<u8> {
        let omission = Omission {
            element: self.element,
            before: surroundings.before(),
            after: surroundings.after(),
        };
        self.digest_method.digest(|sink| {
            c14n::document(self.element.document(), Comments::Dropped, Some(omission), sink);
        })
    }

    /// The form of `SignedInfo` over which the value is the certificate's key's.
    fn signed_info_form(
        &self,
        certificate: &Certificate,
        first: SignedInfoForm,
    ) -> Result<SignedInfoForm, SignatureDefect> {
        let is_compact = || !self.signed_info.descendants().any(is_blank_text);
        let forms = in_order(first, &SignedInfoForm::ALL);
        // Where there is nothing to compact, both forms are the same text.
        for form in forms.filter(|form| *form == SignedInfoForm::Strict || !is_compact()) {
            let mut bytes = Vec::new();
            c14n::element(self.signed_info, self.comments, form.blanks(), |piece| {
                bytes.extend_from_slice(piece);
            });
            if certificate.key().verify(self.method.scheme(), &bytes, &self.value) {
                return Ok(form);
            }
        }
        Err(SignatureDefect::ValueWrong)
    }
}

fn is_blank_text(node: Node<'_, '_>) -> bool {
    node.is_text() && node.text().is_some_and(is_blank)
}

/// `first`, then the others in their order.
fn in_order<T: Copy + PartialEq>(first: T, all: &[T]) -> impl Iterator<Item = T> {
    std::iter::once(first).chain(all.iter().copied().filter(move |form| *form != first))
}

/// Anyone can put a comment into a signed message. Between elements it is harmless; inside a value it
/// could split what one reader takes whole, so it is refused.
fn refuse_comments_in_values(signature: Node<'_, '_>) -> Result<(), SignatureDefect> {
    let document = signature.document();
    if !document.input_text().contains("<!--") {
        return Ok(());
    }
    for element in document.descendants().filter(Node::is_element) {
        let (mut has_comment, mut has_text) = (false, false);
        for child in element.children() {
            has_comment |= child.is_comment();
            has_text |= child.is_text() && !is_blank_text(child);
        }
        if has_comment && has_text {
            return Err(SignatureDefect::CommentInValue(excerpt(element_name(element))));
        }
    }
    Ok(())
}
