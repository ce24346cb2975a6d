//! Where events may be sent to.

use std::net::IpAddr;

use ureq::http::Uri;

use super::network::Network;

/// The longest address.
const LONGEST: usize = 2_000;

/// Where events may be sent to. What is not public is refused unless it is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Whether events may go over HTTP without TLS.
    pub http: bool,
    /// The ports that they may go to.
    pub ports: Vec<u16>,
    /// Networks that they may go to though they are not public, at any port.
    pub networks: Vec<Network>,
}

impl Default for Rules {
    /// HTTPS to public addresses, at the ports where it is found.
    fn default() -> Self {
        Self { http: false, ports: vec![443, 8443], networks: Vec::new() }
    }
}

impl Rules {
    /// Judges an address by its form; what its name stands for is judged when it is sent to.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn admit(&self, url: &str) -> Result<(), String> {
        if url.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        if url.contains('#') {
            return Err("it has a fragment (#), which no server sees".to_owned());
        }
        let address: Uri = url.parse().map_err(|_| "it is no address".to_owned())?;
        let (Some(scheme), Some(authority)) = (address.scheme_str(), address.authority()) else {
            return Err("it does not begin with `https://` and a name".to_owned());
        };
        let usual = match scheme {
            "https" => 443,
            "http" if self.http => 80,
            "http" => {
                return Err("it has no TLS; take `https`, or set `http` in the settings".to_owned());
            }
            other => return Err(format!("`{other}` is not `https`")),
        };
        if authority.as_str().contains('@') {
            return Err(
                "it holds a name or password; receivers know us by the signature".to_owned()
            );
        }
        if authority.host().is_empty() {
            return Err("it names no host".to_owned());
        }
        // `Uri` takes a port that is none for no port.
        let written = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
        if !written.is_empty() && authority.port_u16().is_none_or(|port| port == 0) {
            return Err("its port is none".to_owned());
        }
        let port = authority.port_u16().unwrap_or(usual);
        // In a network that is named any port may be meant; that is known when it is sent to.
        if self.networks.is_empty() && !self.takes_port(port) {
            return Err(format!("port {port} is not among the `ports` of the settings"));
        }
        let literal = authority.host().trim_matches(['[', ']']).parse::<IpAddr>();
        match literal {
            Ok(address) => self.judge(address, port).map_err(|refused| refused.to_string()),
            // In a network that is named a name of this house may stand for something there.
            Err(_) if self.networks.is_empty() && is_of_this_house(authority.host()) => Err(
                "its name means something in this house alone; give one that is known in public"
                    .to_owned(),
            ),
            Err(_) => Ok(()),
        }
    }

    /// Whether a port is one of those that anything may be sent to.
    pub fn takes_port(&self, port: u16) -> bool {
        self.ports.contains(&port) || (self.http && port == 80)
    }
}

/// Whether a name stands for nothing in public (RFC 6761, RFC 6762): one word, or one below such a name.
fn is_of_this_house(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let last = host.rsplit_once('.').map_or("", |(_, last)| last);
    matches!(last, "" | "localhost" | "local" | "internal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_judged_by_its_form() {
        let usual = Rules::default();
        let open = Rules {
            http: true,
            networks: vec!["127.0.0.0/8".parse().unwrap()],
            ..Rules::default()
        };
        for (url, by_usual, by_open) in [
            ("https://example.com", true, true),
            ("https://example.com/in?a=b", true, true),
            ("https://example.com:8443/", true, true),
            ("https://[2606:4700:4700::1111]/", true, true),
            ("HTTPS://EXAMPLE.COM/", true, true),
            ("http://example.com/", false, true),
            ("https://example.com:25/", false, true),
            ("https://127.0.0.1:4000/", false, true),
            ("https://127.0.0.1/", false, true),
            ("https://10.0.0.1/", false, false),
            ("https://localhost/", false, true),
            ("https://LOCALHOST./", false, true),
            ("https://erp.localhost/in", false, true),
            ("https://erp.local/", false, true),
            ("https://metadata.google.internal/", false, true),
            ("https://erp/", false, true),
            ("https://[::1]/", false, false),
            ("https://[::ffff:127.0.0.1]/", false, false),
            ("https://169.254.169.254/latest", false, false),
            ("https://user@example.com/", false, false),
            ("https://user:word@example.com/", false, false),
            ("https://example.com@10.0.0.1/", false, false),
            ("https://example.com/#part", false, false),
            ("https://example.com:0/", false, false),
            ("https://example.com:/", false, false),
            ("https://example.com:99999/", false, false),
            ("https:///in", false, false),
            ("https://", false, false),
            ("ftp://example.com/", false, false),
            ("file:///etc/passwd", false, false),
            ("/in", false, false),
            ("example.com", false, false),
            ("", false, false),
            ("https://例子.测试/", false, false),
            ("https://exa mple.com/", false, false),
            ("https://example.com/\r\nx: y", false, false),
        ] {
            assert_eq!(usual.admit(url).is_ok(), by_usual, "{url}: {:?}", usual.admit(url));
            assert_eq!(open.admit(url).is_ok(), by_open, "{url}: {:?}", open.admit(url));
        }
        assert!(usual.admit(&format!("https://example.com/{}", "a".repeat(2_000))).is_err());
    }
}
