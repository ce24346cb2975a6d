//! Lists in pages: `limit` and `after` in the query, `next` in the answer and in the header `Link`.

use axum::extract::FromRequestParts;
use axum::http::header::LINK;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::part::Asked;
use crate::pages::shell::encoded;
use crate::problem::{Problem, json_answer};

/// How many where nobody says, and at most.
const USUAL: u16 = 50;
const MOST: u16 = 500;

/// Which page is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many at most: 1 to 500, 50 where absent.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u16>,
    /// Go on behind this place, which an earlier page gave in `next`.
    after: Option<String>,
}

/// The page that a request asks for.
#[derive(Debug)]
pub struct Paging {
    /// How many at most.
    pub limit: usize,
    /// Behind which place.
    pub after: Option<String>,
    address: Uri,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// What is listed.
    items: Vec<T>,
    /// The address of the next page; absent after the last.
    next: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asked(asked) = Asked::<PageQuery>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::Malformed("limit, after"))?;
        let limit = asked.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::Malformed("limit"));
        }
        Ok(Self { limit: limit.into(), after: asked.after, address: parts.uri.clone() })
    }
}

impl Paging {
    /// Behind which place the page begins, as `read` reads it; nothing for the first page.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for what is no place.
    pub fn place<T>(&self, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        let place =
            self.after.as_deref().map(|after| read(after).ok_or(Problem::Malformed("after")));
        place.transpose()
    }

    /// Behind which official number the page begins.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for what cannot be one.
    pub fn number(&self) -> Result<Option<String>, Problem> {
        let is_one = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        self.place(|after| is_one(after).then(|| after.to_owned()))
    }

    /// Answers with items, of which one more than asked was looked for; `place` says where one stands.
    pub fn cut<T: Serialize>(
        &self,
        mut items: Vec<T>,
        place: impl Fn(usize) -> String,
    ) -> Response {
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let next = more.then(|| items.len().checked_sub(1).map(place)).flatten();
        self.answer(items, next)
    }

    /// Answers with items; `next` is the place behind which the next page begins.
    pub fn answer<T: Serialize>(&self, items: Vec<T>, next: Option<String>) -> Response {
        let next = next.map(|after| self.address_behind(&after));
        let link = next.as_ref().map(|next| format!("<{next}>; rel=\"next\""));
        let mut response = json_answer(&Listed { items, next }).into_response();
        if let Some(Ok(link)) = link.map(|link| HeaderValue::from_str(&link)) {
            response.headers_mut().insert(LINK, link);
        }
        response
    }

    /// This address with another `after`.
    fn address_behind(&self, after: &str) -> String {
        let query = self.address.query().unwrap_or_default().split('&');
        let kept = query.filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
        let after = format!("after={}", encoded(after));
        let query: Vec<_> = kept.chain([after.as_str()]).collect();
        format!("{}?{}", self.address.path(), query.join("&"))
    }
}
