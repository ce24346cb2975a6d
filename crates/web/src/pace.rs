//! How often one client may ask: so often in a while, and as often at once (令牌桶).
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
use tongguan_application::tracking::TrackedNumber;
use tongguan_domain::time::Moment;

use crate::Shared;
use crate::caller::Caller;
use crate::problem::Problem;

/// With more clients than these, those who may ask as often as ever are forgotten.
const MANY: usize = 10_000;
/// How often an address may ask for parcels.
const FOLLOWING: Rate = Rate { most: 10, within: Duration::from_secs(60) };
/// How often a parcel may be asked for, by whomever: four digits are guessed in ten days on the average.
const FOLLOWED: Rate = Rate { most: 20, within: Duration::from_secs(3600) };

/// How many test enterprises of a sandbox an address gets: there is room for 999.
const FOUNDING: Rate = Rate { most: 10, within: Duration::from_secs(3600) };

/// What each client has left.
#[derive(Debug, Default)]
pub struct Pace(Mutex<HashMap<String, Bucket>>);

/// What a client has left, when that was so, and when it has everything again.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: i64,
    at: Moment,
    full_at: Moment,
}

/// How often a client may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rate {
    most: u32,
    within: Duration,
}

impl Rate {
    /// So often a minute.
    const fn a_minute(most: NonZeroU32) -> Self {
        Self { most: most.get(), within: Duration::from_secs(60) }
    }
}

/// Where a request comes from; unknown where it came over no network.
pub struct Address(Option<IpAddr>);

impl Pace {
    /// Lets a client ask once more.
    ///
    /// # Errors
    /// [`Problem::TooMany`] with the time until it may again.
    fn take(&self, client: String, rate: Rate, now: Moment) -> Result<(), Problem> {
        // A bucket gains as many a millisecond as its client has requests in all; a request costs the milliseconds.
        let cost = i64::try_from(rate.within.as_millis()).unwrap_or(i64::MAX);
        let gain = i64::from(rate.most).max(1);
        let full = gain.saturating_mul(cost);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MANY && !buckets.contains_key(&client) {
            buckets.retain(|_, bucket| now < bucket.full_at);
        }
        let fresh = Bucket { left: full, at: now, full_at: now };
        let bucket = buckets.entry(client).or_insert(fresh);
        let passed = (now.micros() - bucket.at.micros()).max(0) / 1_000;
        let left = bucket.left.saturating_add(passed.saturating_mul(gain)).min(full);
        let taken = if left < cost { left } else { left - cost };
        let full_at = now.plus_millis((full - taken).div_euclid(gain) + 1);
        *bucket = Bucket { left: taken, at: now, full_at };
        if left < cost {
            let millis = (cost - left).div_euclid(gain) + 1;
            let seconds = u64::try_from(millis).unwrap_or(0).div_ceil(1_000);
            return Err(Problem::TooMany(Duration::from_secs(seconds)));
        }
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
    shared.pace.take(client, Rate::a_minute(shared.access.limits.requests_per_minute), now)
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
        let rate = Rate::a_minute(shared.access.limits.sign_ins_per_minute);
        shared.pace.take(client, rate, now)
    }

    /// Lets somebody at the address get a test enterprise of a sandbox once more.
    ///
    /// # Errors
    /// [`Problem::TooMany`].
    pub fn may_found(&self, shared: &Shared) -> Result<(), Problem> {
        let Some(address) = self.0 else { return Ok(()) };
        shared.pace.take(format!("sandbox {address}"), FOUNDING, shared.access.clock.now())
    }

    /// Lets somebody at the address ask once more for the parcel of a number, whether or not there is one.
    ///
    /// # Errors
    /// [`Problem::TooMany`].
    pub fn may_follow(&self, shared: &Shared, number: &TrackedNumber) -> Result<(), Problem> {
        let now = shared.access.clock.now();
        if let Some(address) = self.0 {
            shared.pace.take(format!("follow from {address}"), FOLLOWING, now)?;
        }
        shared.pace.take(format!("follow {}", number.as_str()), FOLLOWED, now)
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
        let two = Rate::a_minute(NonZeroU32::new(2).unwrap());
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

    #[test]
    fn nobody_is_forgotten_who_may_not_ask_yet() {
        let pace = Pace::default();
        let once = Rate { most: 1, within: Duration::from_secs(3600) };
        let ask = |client: String, second: i64| {
            pace.take(client, once, Moment::from_micros(second * 1_000_000)).is_ok()
        };
        assert!(ask("a".to_owned(), 0));
        for other in 0..MANY {
            assert!(ask(format!("other {other}"), 120));
        }
        assert!(!ask("a".to_owned(), 121), "others do not make room for him");
        assert!(ask("b".to_owned(), 3_601));
        assert!(
            pace.0.lock().unwrap().len() <= MANY + 1,
            "whoever has everything again is forgotten"
        );
    }
}
