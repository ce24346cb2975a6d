//! The form of a signature: the schema of XML signatures that the official schema imports.
//!
//! Form alone; whether the signature is worth anything is the verifier's business. The tolerant
//! profile therefore only warns.

use std::collections::HashSet;

use roxmltree::Node;

use super::model::{Attribute, Checker, Content, Model, Particle, Term, Text};
use super::place::Place;
use super::report::Report;
use super::rules;
use crate::DSIG_NAMESPACE;

/// Checks an element that is known to be `ds:Signature`.
pub(crate) fn check(node: Node<'_, '_>, place: &Place<'_>, report: &mut Report) {
    let rule = &rules::SIGNATURE_FORM;
    let mut checker = Checker { report, rule, tolerable: true, ids: HashSet::new() };
    checker.element(node, &SIGNATURE, place);
}

/// `ds:Signature`.
pub(crate) static SIGNATURE: Model = model(
    "Signature",
    &[ID],
    &[
        Particle::once(Term::Element(&SIGNED_INFO)),
        Particle::once(Term::Element(&SIGNATURE_VALUE)),
        Particle::maybe(Term::Element(&KEY_INFO)),
    ],
);

static SIGNATURE_VALUE: Model = leaf("SignatureValue", Text::Base64);
static SIGNED_INFO: Model = model(
    "SignedInfo",
    &[],
    &[
        Particle::once(Term::Element(&CANONICALIZATION_METHOD)),
        Particle::once(Term::Element(&SIGNATURE_METHOD)),
        Particle::some(Term::Element(&REFERENCE), usize::MAX),
    ],
);
static CANONICALIZATION_METHOD: Model = mixed("CanonicalizationMethod", &[ALGORITHM], &[]);
static SIGNATURE_METHOD: Model = mixed("SignatureMethod", &[ALGORITHM], &[]);
static REFERENCE: Model = model(
    "Reference",
    &[ID, URI, TYPE],
    &[
        Particle::maybe(Term::Element(&TRANSFORMS)),
        Particle::once(Term::Element(&DIGEST_METHOD)),
        Particle::once(Term::Element(&DIGEST_VALUE)),
    ],
);
static TRANSFORMS: Model =
    model("Transforms", &[], &[Particle::some(Term::Element(&TRANSFORM), usize::MAX)]);
static TRANSFORM: Model = mixed(
    "Transform",
    &[ALGORITHM],
    &[Particle::any(Term::Choice(&[Particle::once(OTHER), Particle::once(Term::Element(&XPATH))]))],
);
static XPATH: Model = leaf("XPath", Text::Any);
static DIGEST_METHOD: Model = mixed("DigestMethod", &[ALGORITHM], &[]);
static DIGEST_VALUE: Model = leaf("DigestValue", Text::Base64);

static KEY_INFO: Model = mixed(
    "KeyInfo",
    &[],
    &[Particle::some(
        Term::Choice(&[
            Particle::once(Term::Element(&KEY_NAME)),
            Particle::once(Term::Element(&KEY_VALUE)),
            Particle::once(Term::Element(&RETRIEVAL_METHOD)),
            Particle::once(Term::Element(&X509_DATA)),
            Particle::once(Term::Element(&PGP_DATA)),
            Particle::once(Term::Element(&SPKI_DATA)),
            Particle::once(Term::Element(&MGMT_DATA)),
            Particle::once(OTHER),
        ]),
        usize::MAX,
    )],
);
static KEY_NAME: Model = leaf("KeyName", Text::Any);
static MGMT_DATA: Model = leaf("MgmtData", Text::Any);
static KEY_VALUE: Model = mixed(
    "KeyValue",
    &[],
    &[Particle::once(Term::Choice(&[
        Particle::once(Term::Element(&DSA_KEY_VALUE)),
        Particle::once(Term::Element(&RSA_KEY_VALUE)),
        Particle::once(OTHER),
    ]))],
);
static RETRIEVAL_METHOD: Model =
    model("RetrievalMethod", &[URI, TYPE], &[Particle::maybe(Term::Element(&TRANSFORMS))]);

static X509_DATA: Model = model(
    "X509Data",
    &[],
    &[Particle::some(
        Term::Choice(&[
            Particle::once(Term::Element(&X509_ISSUER_SERIAL)),
            Particle::once(Term::Element(&X509_SKI)),
            Particle::once(Term::Element(&X509_SUBJECT_NAME)),
            Particle::once(Term::Element(&X509_CERTIFICATE)),
            Particle::once(Term::Element(&X509_CRL)),
            Particle::once(OTHER),
        ]),
        usize::MAX,
    )],
);
static X509_ISSUER_SERIAL: Model = model(
    "X509IssuerSerial",
    &[],
    &[
        Particle::once(Term::Element(&X509_ISSUER_NAME)),
        Particle::once(Term::Element(&X509_SERIAL_NUMBER)),
    ],
);
static X509_ISSUER_NAME: Model = leaf("X509IssuerName", Text::Any);
static X509_SERIAL_NUMBER: Model = leaf("X509SerialNumber", Text::Integer);
static X509_SKI: Model = leaf("X509SKI", Text::Base64);
static X509_SUBJECT_NAME: Model = leaf("X509SubjectName", Text::Any);
static X509_CERTIFICATE: Model = leaf("X509Certificate", Text::Base64);
static X509_CRL: Model = leaf("X509CRL", Text::Base64);

static PGP_DATA: Model = model(
    "PGPData",
    &[],
    &[Particle::once(Term::Choice(&[
        Particle::once(Term::Sequence(&[
            Particle::once(Term::Element(&PGP_KEY_ID)),
            Particle::maybe(Term::Element(&PGP_KEY_PACKET)),
            Particle::any(OTHER),
        ])),
        Particle::once(Term::Sequence(&[
            Particle::once(Term::Element(&PGP_KEY_PACKET)),
            Particle::any(OTHER),
        ])),
    ]))],
);
static PGP_KEY_ID: Model = leaf("PGPKeyID", Text::Base64);
static PGP_KEY_PACKET: Model = leaf("PGPKeyPacket", Text::Base64);
static SPKI_DATA: Model = model(
    "SPKIData",
    &[],
    &[Particle::some(
        Term::Sequence(&[Particle::once(Term::Element(&SPKI_SEXP)), Particle::maybe(OTHER)]),
        usize::MAX,
    )],
);
static SPKI_SEXP: Model = leaf("SPKISexp", Text::Base64);

static DSA_KEY_VALUE: Model = model(
    "DSAKeyValue",
    &[],
    &[
        Particle::maybe(Term::Sequence(&[
            Particle::once(Term::Element(&P)),
            Particle::once(Term::Element(&Q)),
        ])),
        Particle::maybe(Term::Element(&G)),
        Particle::once(Term::Element(&Y)),
        Particle::maybe(Term::Element(&J)),
        Particle::maybe(Term::Sequence(&[
            Particle::once(Term::Element(&SEED)),
            Particle::once(Term::Element(&PGEN_COUNTER)),
        ])),
    ],
);
static P: Model = leaf("P", Text::Base64);
static Q: Model = leaf("Q", Text::Base64);
static G: Model = leaf("G", Text::Base64);
static Y: Model = leaf("Y", Text::Base64);
static J: Model = leaf("J", Text::Base64);
static SEED: Model = leaf("Seed", Text::Base64);
static PGEN_COUNTER: Model = leaf("PgenCounter", Text::Base64);
static RSA_KEY_VALUE: Model = model(
    "RSAKeyValue",
    &[],
    &[Particle::once(Term::Element(&MODULUS)), Particle::once(Term::Element(&EXPONENT))],
);
static MODULUS: Model = leaf("Modulus", Text::Base64);
static EXPONENT: Model = leaf("Exponent", Text::Base64);

const OTHER: Term = Term::Other(DSIG_NAMESPACE);
const ALGORITHM: Attribute = Attribute { name: "Algorithm", required: true, text: Text::Uri };
const ID: Attribute = Attribute { name: "Id", required: false, text: Text::Id };
const URI: Attribute = Attribute { name: "URI", required: false, text: Text::Uri };
const TYPE: Attribute = Attribute { name: "Type", required: false, text: Text::Uri };

const fn model(
    name: &'static str,
    attributes: &'static [Attribute],
    particles: &'static [Particle],
) -> Model {
    let content = Content::Elements { mixed: false, particles };
    Model { namespace: DSIG_NAMESPACE, name, attributes, content }
}

const fn mixed(
    name: &'static str,
    attributes: &'static [Attribute],
    particles: &'static [Particle],
) -> Model {
    let content = Content::Elements { mixed: true, particles };
    Model { namespace: DSIG_NAMESPACE, name, attributes, content }
}

const fn leaf(name: &'static str, text: Text) -> Model {
    Model { namespace: DSIG_NAMESPACE, name, attributes: &[], content: Content::Text(text) }
}
