//! The algorithms of the profile and the URIs that name them.

use sha1::Sha1;
use sha2::Sha256;
use sm3::{Digest, Sm3};

use crate::certificate::key::Scheme;
use crate::xml::c14n::Comments;

/// `ds:SignatureMethod`: a scheme, under one of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureMethod {
    /// SM2 under the specification's URI.
    Sm2Sm3,
    /// SM2 under the URI that signers of the field write.
    Sm2Sm3Field,
    /// RSA with SHA-1.
    RsaSha1,
    /// RSA with SHA-256 (RFC 6931), not in the specification.
    RsaSha256,
}

impl SignatureMethod {
    const ALL: [Self; 4] = [Self::Sm2Sm3, Self::Sm2Sm3Field, Self::RsaSha1, Self::RsaSha256];

    /// The URI on the wire.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Sm2Sm3 => "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3",
            Self::Sm2Sm3Field => "http://www.w3.org/2000/09/xmldsig#sm2-sm3",
            Self::RsaSha1 => "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            Self::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        }
    }

    /// What the URI stands for.
    pub const fn scheme(self) -> Scheme {
        match self {
            Self::Sm2Sm3 | Self::Sm2Sm3Field => Scheme::Sm2Sm3,
            Self::RsaSha1 => Scheme::RsaSha1,
            Self::RsaSha256 => Scheme::RsaSha256,
        }
    }

    pub(super) fn named(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.uri() == uri)
    }
}

/// `ds:DigestMethod`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DigestMethod {
    /// SM3 (GB/T 32905), under the specification's URI.
    Sm3,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl DigestMethod {
    const ALL: [Self; 3] = [Self::Sm3, Self::Sha1, Self::Sha256];

    /// The URI on the wire.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Sm3 => "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3",
            Self::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
            Self::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
        }
    }

    /// The digest of all that `content` hands to its argument.
    pub(super) fn digest(self, content: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Vec<u8> {
        match self {
            Self::Sm3 => digest_with::<Sm3>(content),
            Self::Sha1 => digest_with::<Sha1>(content),
            Self::Sha256 => digest_with::<Sha256>(content),
        }
    }

    pub(super) fn named(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.uri() == uri)
    }
}

/// The transform that takes the signature out of what is signed.
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// Canonical XML 1.0.
pub(super) const CANONICAL: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

/// Whether `uri` names Canonical XML 1.0, and if so, with or without comments.
pub(super) fn canonicalization(uri: &str) -> Option<Comments> {
    match uri.strip_prefix(CANONICAL)? {
        "" => Some(Comments::Dropped),
        "#WithComments" => Some(Comments::Kept),
        _ => None,
    }
}

fn digest_with<D: Digest>(content: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Vec<u8> {
    let mut digest = D::new();
    content(&mut |piece| digest.update(piece));
    digest.finalize().to_vec()
}
