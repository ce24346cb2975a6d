//! Cookies: what they are called, and what browsers may do with them.

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

/// A cookie of ours, which no script reads and no page of elsewhere sends along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    open: &'static str,
    /// Browsers take a cookie of that prefix by TLS alone, and from this host for this host alone.
    secure: &'static str,
}

/// By which a session is known.
pub const SESSION: Kind = Kind { open: "tongguan", secure: "__Host-tongguan" };
/// What a browser keeps while its person is at a provider of identity.
pub const ATTEMPT: Kind = Kind { open: "attempt", secure: "__Host-attempt" };
/// Which remembers the language that was chosen.
pub const LANGUAGE: Kind = Kind { open: "language", secure: "__Host-language" };
/// Which remembers that terminals are to be silent.
pub const SOUND: Kind = Kind { open: "sound", secure: "__Host-sound" };
/// Which remembers the supervised place where somebody stands.
pub const PLACE: Kind = Kind { open: "place", secure: "__Host-place" };

/// Which remembers how far the database had come when somebody last wrote.
pub const POSITION: Kind = Kind { open: "position", secure: "__Host-position" };

impl Kind {
    /// What it is called, where browsers reach the service by TLS alone or not.
    pub const fn name(self, is_secure: bool) -> &'static str {
        if is_secure { self.secure } else { self.open }
    }

    /// Its value, if the browser has one.
    pub fn read(self, headers: &HeaderMap, is_secure: bool) -> Option<String> {
        let jar = CookieJar::from_headers(headers);
        jar.get(self.name(is_secure)).map(|cookie| cookie.value().to_owned())
    }

    /// The header that gives the browser a value, or takes it away.
    pub fn written(self, value: Option<&str>, is_secure: bool) -> String {
        let mut cookie = Cookie::new(self.name(is_secure), value.unwrap_or_default());
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        cookie.set_path("/");
        cookie.set_secure(is_secure);
        if value.is_none() {
            cookie.make_removal();
        }
        cookie.to_string()
    }
}
