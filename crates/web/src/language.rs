//! The language that a caller reads.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};

use crate::cookies::LANGUAGE;

/// A language that everything is told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 简体中文.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// What was chosen; otherwise English where it is wanted and Chinese is not, or before it; otherwise
    /// Chinese, which the field speaks.
    pub fn wanted(headers: &HeaderMap) -> Self {
        let chosen = headers.get(COOKIE).and_then(|_| {
            let chosen =
                [true, false].into_iter().find_map(|is_secure| LANGUAGE.read(headers, is_secure));
            chosen.and_then(|tag| Self::of_tag(&tag))
        });
        chosen.unwrap_or_else(|| {
            let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            let mut languages = wanted.unwrap_or_default().split(',').map(str::trim);
            languages.find_map(Self::of_tag).unwrap_or(Self::Chinese)
        })
    }

    /// The language of a tag such as `zh-CN` or `en;q=0.8`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        match tag.get(..2)? {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// Its tag, for `lang` and `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-Hans",
            Self::English => "en",
        }
    }

    /// The name by which its readers know it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Chinese => "中文",
            Self::English => "English",
        }
    }

    /// Of a text in Chinese and in English, the one to show. Both stand beside each other in the code: none
    /// can be missing.
    pub fn say<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Chinese => zh,
            Self::English => en,
        }
    }

    /// As [`Self::say`], of a pair.
    pub fn of<T>(self, (zh, en): (T, T)) -> T {
        self.say(zh, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_counts_first_then_what_the_browser_asks_for() {
        let wanted = |cookie: &str, accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, cookie.parse().unwrap());
            headers.insert(ACCEPT_LANGUAGE, accept.parse().unwrap());
            Language::wanted(&headers)
        };
        assert_eq!(wanted("a=b; language=en", "zh-CN"), Language::English);
        assert_eq!(wanted("language=zh", "en"), Language::Chinese);
        assert_eq!(wanted("language=xx", "fr, en;q=0.8, zh;q=0.5"), Language::English);
        assert_eq!(wanted("a=b", "fr"), Language::Chinese);
        assert_eq!(wanted("a=b", ""), Language::Chinese);
    }
}
