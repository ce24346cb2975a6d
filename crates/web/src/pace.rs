//! How often one client may ask: so often a minute, and as often at once (令牌桶).
//!
//! It is counted by this process alone, and forgotten when it ends: it holds off those who ask too much, and
//! proves nothing.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::Extensions;
use axum::http::request::Parts;
use tongguan_domain::time::Moment;

use crate::Shared;
use crate::caller::Caller;
use crate::problem::Problem;

/// What a request costs: a bucket gains as many a millisecond as its client has requests a minute.
const COST: i64 = 60_000;
/// With more clients than these, those who have not asked for a minute are forgotten.
const MANY: usize = 10_000;

/// What each client has left.
#[derive(Debug, Default)]
pub struct Pace(Mutex<HashMap<String, Bucket>>);

/// What a client has left, and when that was so.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: i64,
    at: Moment,
}

/// Where a request comes from; unknown where it came over no network.
pub struct Address(Option<IpAddr>);

impl Pace {
    /// Lets a client ask once more.
    ///
    /// # Errors
    /// [`Problem::TooMany`] with the time until it may again.
    fn take(&self, client: String, per_minute: NonZeroU32, now: Moment) -> Result<(), Problem> {
        let gain = i64::from(per_minute.get());
        let full = gain.saturating_mul(COST);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MANY {
            buckets.retain(|_, bucket| now.micros() - bucket.at.micros() < 60_000_000);
        }
        let bucket = buckets.entry(client).or_insert(Bucket { left: full, at: now });
        let passed = (now.micros() - bucket.at.micros()).max(0) / 1_000;
        let left = bucket.left.saturating_add(passed.saturating_mul(gain)).min(full);
        *bucket = Bucket { left, at: now };
        if left < COST {
            let millis = (COST - left).div_euclid(gain) + 1;
            let seconds = u64::try_from(millis).unwrap_or(0).div_ceil(1_000);
            return Err(Problem::TooMany(Duration::from_secs(seconds)));
        }
        bucket.left -= COST;
        Ok(())
    }
}

/// Lets a client of the JSON interface ask once more: a key, a person, or an address.
///
/// # Errors
/// [`Problem::TooMany`].
pub fn keep(shared: &Shared, caller: Option<&Caller>, request: &Request) -> Result<(), Problem> {
    match caller {
        Some(caller) => keep_client(shared, caller.audit_name()),
        None => Address::of(request.extensions()).keep(shared),
    }
}

/// Lets a client that is known ask once more.
///
/// # Errors
/// [`Problem::TooMany`].
pub fn keep_client(shared: &Shared, client: String) -> Result<(), Problem> {
    let now = shared.access.clock.now();
    shared.pace.take(client, shared.access.limits.requests_per_minute, now)
}

impl Address {
    /// That of a request.
    pub fn of(extensions: &Extensions) -> Self {
        Self(extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(at)| at.ip()))
    }

    /// The address, where it is known.
    pub const fn known(&self) -> Option<IpAddr> {
        self.0
    }

    /// Lets somebody at the address, who is not known, ask once more.
    ///
    /// # Errors
    /// [`Problem::TooMany`].
    pub fn keep(&self, shared: &Shared) -> Result<(), Problem> {
        self.0.map_or(Ok(()), |address| keep_client(shared, address.to_string()))
    }

    /// Lets somebody at the address try a password once more.
    ///
    /// # Errors
    /// [`Problem::TooMany`].
    pub fn may_try_to_sign_in(&self, shared: &Shared) -> Result<(), Problem> {
        let Some(address) = self.0 else { return Ok(()) };
        let now = shared.access.clock.now();
        let client = format!("sign-in {address}");
        shared.pace.take(client, shared.access.limits.sign_ins_per_minute, now)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::of(&parts.extensions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_asks_so_often_at_once_and_then_so_often_a_minute() {
        let pace = Pace::default();
        let two = NonZeroU32::new(2).unwrap();
        let ask = |client: &str, second: i64| {
            let answer = pace.take(client.to_owned(), two, Moment::from_micros(second * 1_000_000));
            match answer {
                Ok(()) => 0,
                Err(Problem::TooMany(wait)) => wait.as_secs(),
                Err(other) => panic!("{other:?}"),
            }
        };
        assert_eq!([ask("a", 0), ask("a", 0), ask("b", 0)], [0, 0, 0]);
        assert!((30..=31).contains(&ask("a", 0)));
        assert!(ask("a", 29) > 0);
        assert_eq!(ask("a", 31), 0);
        assert!(ask("a", 31) > 0);
        assert_eq!([ask("a", 999), ask("a", 999)], [0, 0]);
        assert!(ask("a", 999) > 0, "no more is saved than a minute's");
        assert_eq!(ask("a", 998), 31, "a clock that steps back gives nothing");
    }
}
