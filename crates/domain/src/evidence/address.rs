//! Where a platform can be asked.

use std::fmt;

/// The longest address, in characters.
const LONGEST: usize = 500;

/// The address at which a platform is asked for payment evidence (支付原始数据开放接口地址; `platDataOpen`): HTTP or
/// HTTPS, with neither a user name nor a fragment. Whether anything is sent there is decided when it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformAddress(Box<str>);

impl PlatformAddress {
    /// Reads an address, trimmed.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_graphic() && !['"', '<', '>', '\\', '#'].contains(&c);
        let is_good = !host.is_empty()
            && !host.starts_with(':')
            && !host.contains('@')
            && text.len() <= LONGEST
            && text.chars().all(is_plain);
        is_good.then(|| Self(text.into()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlatformAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_the_web_and_names_nobody() {
        for good in ["http://shop.example/platDataOpen", " https://shop.example:8443/a?b=c "] {
            assert_eq!(PlatformAddress::parse(good).unwrap().as_str(), good.trim());
        }
        let long = format!("https://shop.example/{}", "a".repeat(500));
        for bad in [
            "",
            "shop.example",
            "ftp://shop.example",
            "http://",
            "http:///a",
            "http://:80/",
            "http://me:secret@shop.example/",
            "http://shop.example/#a",
            "http://shop.example/a b",
            "http://商店/",
            &long,
        ] {
            assert_eq!(PlatformAddress::parse(bad), None, "{bad}");
        }
    }
}
