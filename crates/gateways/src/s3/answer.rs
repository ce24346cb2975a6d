//! What a store answers, and what is to be made of it.

use std::ops::Range;

use tongguan_archive::bucket::{NotKept, Piece};
use ureq::http::{HeaderMap, Response};

/// The longest answer that is no object, in bytes: a page of a list.
pub(super) const LONGEST: u64 = 4 << 20;
/// The longest code of an error that is quoted.
const CODE: usize = 64;

/// An answer, read whole.
pub(super) struct Told {
    pub status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// An answer whose body is whole: what was dropped in the middle is none.
pub(super) fn read(mut answer: Response<ureq::Body>, longest: u64) -> Result<Told, ureq::Error> {
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = answer.body_mut().with_config().limit(longest + 1).read_to_vec()?;
    let told = Told { status, headers, body };
    let stated = told.header("content-length").and_then(|length| length.parse().ok());
    match stated.is_some_and(|stated: usize| stated != told.body.len()) {
        true => Err(ureq::Error::ConnectionFailed),
        false => Ok(told),
    }
}

impl Told {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether it may be otherwise in a while.
    pub fn is_trouble(&self) -> bool {
        match self.status {
            // What came too slowly is no mistake of the request.
            400 => self.code().as_deref() == Some("RequestTimeout"),
            status => status >= 500 || status == 429,
        }
    }

    /// The answer, where it has that status.
    pub fn with(&self, status: u16) -> Result<&Self, NotKept> {
        (self.status == status).then_some(self).ok_or_else(|| NotKept(self.why()))
    }

    /// What is wrong, by its status and the code of S3, and what to do; without a word of what was asked.
    pub fn why(&self) -> String {
        let code = self.code();
        let advice = advice(code.as_deref().unwrap_or_default()).unwrap_or_default();
        match code {
            Some(code) => format!("it answered with status {} ({code}){advice}", self.status),
            None => format!("it answered with status {}", self.status),
        }
    }

    /// The code of an error, as S3 names it; a stranger's text is not quoted.
    pub fn code(&self) -> Option<String> {
        let text = self.text();
        let (_, rest) = text.split_once("<Code>")?;
        let (code, _) = rest.split_once("</Code>")?;
        let is_plain = code.len() <= CODE && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_plain.then(|| code.to_owned())
    }

    /// The part of an object that was asked for, or less where the object ends.
    pub fn part(&self, range: Range<u64>) -> Result<Piece, NotKept> {
        let other = || NotKept("it gave another part than was asked for".to_owned());
        let stated = self.header("content-range").and_then(|stated| stated.strip_prefix("bytes "));
        let (within, of) = stated.and_then(|stated| stated.split_once('/')).ok_or_else(other)?;
        let of: u64 = of.parse().map_err(|_| other())?;
        let end = range.end.min(of);
        let expected = format!("{}-{}", range.start, end.saturating_sub(1));
        let length = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        if within != expected || range.start.checked_add(length) != Some(end) {
            return Err(other());
        }
        Ok(Piece { bytes: self.body.clone(), of })
    }
}

/// What an operator can do about an error.
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" => ": check the key and its secret",
        "AccessDenied" => ": the key needs its permissions on the bucket",
        "ExpiredToken" | "InvalidToken" => ": get a new session token",
        "RequestTimeTooSkewed" => ": set the clock of this machine",
        "NoSuchBucket" => ": make the bucket, or mend its name",
        "AuthorizationHeaderMalformed"
        | "AuthorizationQueryParametersError"
        | "IllegalLocationConstraintException"
        | "PermanentRedirect" => ": check the endpoint and the region",
        _ => return None,
    })
}
