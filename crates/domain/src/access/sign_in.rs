//! The name with which a person signs in.

use std::fmt;

/// The name with which a person signs in (登录名): 3 to 60 of a–z, 0–9, `.`, `_`, `-`, `@`. Capitals are read
/// as small letters; it never changes, and audit events name people by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignIn(Box<str>);

/// A text is no name to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sign-in name has 3 to 60 characters, each a letter a to z, a digit, or one of . _ - @")]
pub struct BadSignIn;

impl SignIn {
    /// Reads a name.
    ///
    /// # Errors
    /// [`BadSignIn`].
    pub fn parse(text: &str) -> Result<Self, BadSignIn> {
        let text = text.trim().to_ascii_lowercase();
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte);
        if (3..=60).contains(&text.len()) && text.bytes().all(is_allowed) {
            return Ok(Self(text.into()));
        }
        Err(BadSignIn)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_are_small_letters_and_the_rest_is_refused() {
        assert_eq!(SignIn::parse(" Li.Wei@example ").unwrap().as_str(), "li.wei@example");
        for wrong in ["", "ab", "李伟李伟", "a b c", "a\nbc", &"x".repeat(61)] {
            assert_eq!(SignIn::parse(wrong), Err(BadSignIn), "{wrong}");
        }
    }
}
