//! Where a bucket is, and by which keys it is asked.

use rusty_s3::{Bucket, Credentials, UrlStyle};
use ureq::http::Uri;

/// `s3://bucket/prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// Empty, or ends with `/`.
    pub prefix: String,
}

/// What is needed to ask.
pub struct S3Settings {
    /// Where.
    pub location: Location,
    /// Who keeps it: `https://s3.example`; that of AWS for the region where nothing is said.
    pub endpoint: Option<String>,
    /// The region, which is part of each signature; those who know none take any, as `us-east-1`.
    pub region: String,
    /// The name of the key.
    pub key: String,
    /// The key.
    pub secret: String,
    /// What comes with a key that is good for a while.
    pub token: Option<String>,
}

/// No bucket can be asked so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBucket {
    /// The location.
    #[error(
        "`{0}` is no place in a bucket: expected `s3://bucket/prefix`, of letters, digits, `-`, `_` and `.`"
    )]
    Location(String),
    /// The endpoint, which is not quoted where it holds what may be a key.
    #[error(
        "`{0}` is no endpoint: expected `https://s3.example`, or `http://` on this machine alone"
    )]
    Endpoint(String),
    /// The region.
    #[error("`{0}` is no region: expected letters, digits and `-`")]
    Region(String),
    /// The name of the key, the key or what comes with it, which are not quoted.
    #[error("the {0} is empty, or holds what is neither letter, digit nor sign")]
    Key(&'static str),
}

impl Location {
    /// Reads `s3://bucket/prefix`.
    ///
    /// # Errors
    /// [`NoBucket::Location`].
    pub fn parse(text: &str) -> Result<Self, NoBucket> {
        let no = || NoBucket::Location(text.to_owned());
        let rest = text.strip_prefix("s3://").ok_or_else(no)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_plain = |part: &str| {
            let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            !part.is_empty() && part.chars().all(known) && !part.chars().all(|c| c == '.')
        };
        let prefix = prefix.trim_end_matches('/');
        if !is_plain(bucket) || !(prefix.is_empty() || prefix.split('/').all(is_plain)) {
            return Err(no());
        }
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self { bucket: bucket.to_owned(), prefix })
    }
}

impl S3Settings {
    pub(super) fn opened(self) -> Result<(Bucket, Credentials), NoBucket> {
        let Self { location, endpoint, region, key, secret, token } = self;
        let is_known = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if region.is_empty() || !region.chars().all(is_known) {
            return Err(NoBucket::Region(region));
        }
        let is_plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        let token_or_none = token.as_deref().unwrap_or("none");
        let named = [
            ("access key id", &*key),
            ("secret access key", &secret),
            ("session token", token_or_none),
        ];
        if let Some((what, _)) = named.into_iter().find(|(_, text)| !is_plain(text)) {
            return Err(NoBucket::Key(what));
        }
        let own = format!("https://s3.{region}.amazonaws.com");
        let endpoint = endpoint.unwrap_or(own);
        let shown = if endpoint.contains('@') { "…@…" } else { &*endpoint };
        let no = || NoBucket::Endpoint(shown.to_owned());
        let url = endpoint.parse().map_err(|_| no())?;
        if !is_safe(&endpoint) {
            return Err(no());
        }
        // The name of the bucket in the path is what everybody understands who is not AWS, and AWS, too.
        let bucket = Bucket::new(url, UrlStyle::Path, location.bucket, region).map_err(|_| no())?;
        let keys = match token {
            Some(token) => Credentials::new_with_token(key, secret, token),
            None => Credentials::new(key, secret),
        };
        Ok((bucket, keys))
    }
}

/// Whether what is sent there is read by nobody else: it goes by TLS, or stays on this machine. A signed address is a
/// key for a while.
fn is_safe(endpoint: &str) -> bool {
    let Ok(address) = endpoint.parse::<Uri>() else { return false };
    let is_here = matches!(address.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let is_bare = address.path().trim_start_matches('/').is_empty()
        && address.query().is_none()
        && address.authority().is_some_and(|it| !it.as_str().contains('@'));
    let is_kept =
        address.scheme_str() == Some("https") || (address.scheme_str() == Some("http") && is_here);
    is_bare && is_kept
}
