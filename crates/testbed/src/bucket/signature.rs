//! Signature Version 4 as a query, by its text: "Authenticating Requests: Using Query Parameters" of the reference of S3.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};

/// A request, as far as it is signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'r> {
    /// Its method.
    pub method: &'r str,
    /// Its path, as it was sent.
    pub path: &'r str,
    /// Its query, as it was sent.
    pub query: &'r str,
    /// Its header `host`.
    pub host: &'r str,
}

impl Request<'_> {
    /// Whether it names that key.
    pub fn is_by(&self, key: &str) -> bool {
        let by = self.value("X-Amz-Credential").unwrap_or_default();
        by.starts_with(&format!("{key}/"))
    }

    /// Whether its signature is that of the key.
    pub fn is_signed(&self, key: &str, secret: &str) -> bool {
        let signed = self.value("X-Amz-Signature");
        self.is_by(key) && signed.is_some() && signed == signature(self, secret)
    }

    /// A value of the query, without its escapes.
    pub fn value(&self, name: &str) -> Option<String> {
        let all = self.query.split('&').filter_map(|pair| pair.split_once('='));
        all.filter(|(known, _)| plain(known) == name.as_bytes())
            .map(|(_, value)| String::from_utf8_lossy(&plain(value)).into_owned())
            .next()
    }
}

/// What the signature of a request has to be, in hexadecimal digits; nothing where it names no key, time or headers.
fn signature(request: &Request<'_>, secret: &str) -> Option<String> {
    if request.value("X-Amz-SignedHeaders")? != "host" {
        return None;
    }
    let at = request.value("X-Amz-Date")?;
    let by = request.value("X-Amz-Credential")?;
    let (_, scope) = by.split_once('/')?;
    let pairs = request.query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let pairs = pairs.filter(|(name, _)| *name != "X-Amz-Signature");
    let mut pairs: Vec<_> = pairs
        .map(|(name, value)| {
            format!("{}={}", escaped(&plain(name), ""), escaped(&plain(value), ""))
        })
        .collect();
    pairs.sort();
    let asked = format!(
        "{}\n{}\n{}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD",
        request.method,
        escaped(&plain(request.path), "/"),
        pairs.join("&"),
        request.host
    );
    let asked = hex(digest(&SHA256, asked.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{asked}");
    let mac = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    };
    let key =
        scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part));
    Some(hex(&mac(&key, &text)))
}

/// Text without its escapes.
pub(super) fn plain(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut plain = Vec::new();
    while let Some(byte) = bytes.next() {
        let digits = (byte == b'%').then(|| [bytes.next(), bytes.next()]);
        let escaped = digits.map(|digits| digits.into_iter().flatten().map(char::from).collect());
        let escaped = escaped.and_then(|digits: String| u8::from_str_radix(&digits, 16).ok());
        plain.push(escaped.unwrap_or(byte));
    }
    plain
}

/// Escapes all that is neither unreserved nor kept.
pub(super) fn escaped(plain: &[u8], kept: &str) -> String {
    let each = plain.iter().map(|byte| match char::from(*byte) {
        known if known.is_ascii_alphanumeric() || "-_.~".contains(known) => known.to_string(),
        known if kept.contains(known) => known.to_string(),
        _ => format!("%{byte:02X}"),
    });
    each.collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bucket::{KEY, SECRET};

    /// The example of the reference: `GET /test.txt` of `examplebucket`, on 24 May 2013, for a day.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256\
                     &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
                     &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
                     &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let host = "examplebucket.s3.amazonaws.com";
        let request = Request { method: "GET", path: "/test.txt", query, host };
        assert!(request.is_signed(KEY, SECRET));
        assert!(!Request { path: "/test.txt2", ..request }.is_signed(KEY, SECRET));
        assert!(!Request { method: "PUT", ..request }.is_signed(KEY, SECRET));
        assert!(!request.is_signed(KEY, "another"));
        assert!(!request.is_signed("ANOTHER", SECRET));
    }
}
