//! JSON that is sent to the interface, and what is wrong with it, by the place of the field.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::problem::Problem;
use crate::wording::Wording;

/// The longest body of JSON, in bytes.
pub const LONGEST: usize = 256 << 10;

/// A body of JSON that reads as `T`.
pub struct Given<T>(pub T);

/// A body of JSON, not read yet.
pub struct GivenJson(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for GivenJson {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
        if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
            return Err(Problem::NoJson);
        }
        let bytes = to_bytes(request.into_body(), LONGEST).await;
        bytes.map(Self).map_err(|_| Problem::BodyTooLong(LONGEST))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let GivenJson(bytes) = GivenJson::from_request(request, state).await?;
        read(&bytes).map(Self)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| Problem::Field {
        pointer: pointer(error.path()),
        why: Wording::english(error.inner()),
    })?;
    let wrong = |error: serde_json::Error| wrong("", &error.to_string());
    reader.end().map_err(wrong)?;
    Ok(read)
}

/// A field that is not what it must be.
pub fn wrong(pointer: &str, why: &str) -> Problem {
    Problem::Field { pointer: pointer.to_owned(), why: Wording::english(why) }
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(rename = "items")]
        _items: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "n")]
        _n: u8,
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let place = |text: &str| match read::<Outer>(text.as_bytes()) {
            Err(Problem::Field { pointer, .. }) => pointer,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(place(r#"{"items":[{"n":1},{"n":300}]}"#), "/items/1/n");
        assert_eq!(place(r#"{"items":[{"m":1}]}"#), "/items/0/m");
        assert_eq!(place(r#"{"items":[{}]}"#), "/items/0");
        assert_eq!(place("{"), "");
        assert_eq!(place(r#"{"items":[]} x"#), "");
        assert!(read::<Outer>(br#"{"items":[{"n":1}]}"#).is_ok());
    }
}
