//! Networks, and which of them are no part of the public internet.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A range of addresses, written as `10.0.0.0/8` or `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    length: u8,
}

/// A text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no network; one is written as `10.0.0.0/8`")]
pub struct NoNetwork(String);

impl Network {
    const fn v4(octets: [u8; 4], length: u8) -> Self {
        let [a, b, c, d] = octets;
        Self { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), length }
    }

    const fn v6(first: u16, second: u16, third: u16, length: u8) -> Self {
        Self { first: IpAddr::V6(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0)), length }
    }

    /// Whether an address lies in it. An IPv4 address that is written as an IPv6 address is one of IPv6.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let shift = 32_u32.saturating_sub(self.length.into());
                (first.to_bits() ^ address.to_bits()).checked_shr(shift).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let shift = 128_u32.saturating_sub(self.length.into());
                (first.to_bits() ^ address.to_bits()).checked_shr(shift).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let network = || {
            let (first, length) = text.split_once('/')?;
            let (first, length) = (first.parse::<IpAddr>().ok()?, length.parse().ok()?);
            let most = if first.is_ipv4() { 32 } else { 128 };
            (length <= most).then_some(Self { first, length })
        };
        network().ok_or_else(|| NoNetwork(text.to_owned()))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.length)
    }
}

/// What is special about an address that is not one of the public internet: IANA's registries of
/// special-purpose addresses (RFC 6890 and what came after it).
pub fn special(address: IpAddr) -> Option<&'static str> {
    let known = SPECIAL.iter().find(|(network, _)| network.contains(address));
    match known {
        Some((_, what)) => Some(what),
        // Of IPv6 nothing else was given out yet. This takes in every form that hides an IPv4 address
        // below 2000::, such as ::ffff:127.0.0.1 and 64:ff9b::127.0.0.1.
        None if address.is_ipv6() && !Network::v6(0x2000, 0, 0, 3).contains(address) => {
            Some("an address that is none of the internet's")
        }
        None => None,
    }
}

const PRIVATE: &str = "an address of a private network";
const THIS_MACHINE: &str = "an address of this machine";
const LINK: &str = "an address of the local link, or the metadata service of a cloud";
const PROTOCOL: &str = "an address that is kept for a protocol";
const EXAMPLE: &str = "an address for examples";
const GROUP: &str = "an address of a group of machines";
const RESERVED: &str = "an address that is not given out";
const EMBEDDED: &str = "an address that holds another one";

const SPECIAL: &[(Network, &str)] = &[
    (Network::v4([0, 0, 0, 0], 8), THIS_MACHINE),
    (Network::v4([127, 0, 0, 0], 8), THIS_MACHINE),
    (Network::v6(0, 0, 0, 96), THIS_MACHINE),
    (Network::v4([10, 0, 0, 0], 8), PRIVATE),
    (Network::v4([172, 16, 0, 0], 12), PRIVATE),
    (Network::v4([192, 168, 0, 0], 16), PRIVATE),
    // Carriers' own; a cloud's metadata service has an address of them (100.100.100.200).
    (Network::v4([100, 64, 0, 0], 10), PRIVATE),
    (Network::v6(0xfc00, 0, 0, 7), PRIVATE),
    (Network::v6(0xfec0, 0, 0, 10), PRIVATE),
    (Network::v4([169, 254, 0, 0], 16), LINK),
    (Network::v6(0xfe80, 0, 0, 10), LINK),
    // A public address behind which another cloud keeps its machines' settings.
    (Network::v4([168, 63, 129, 16], 32), LINK),
    (Network::v4([192, 0, 0, 0], 24), PROTOCOL),
    (Network::v4([192, 88, 99, 0], 24), PROTOCOL),
    (Network::v4([198, 18, 0, 0], 15), PROTOCOL),
    // Among them Teredo, which holds an IPv4 address.
    (Network::v6(0x2001, 0, 0, 23), PROTOCOL),
    (Network::v4([192, 0, 2, 0], 24), EXAMPLE),
    (Network::v4([198, 51, 100, 0], 24), EXAMPLE),
    (Network::v4([203, 0, 113, 0], 24), EXAMPLE),
    (Network::v6(0x2001, 0x0db8, 0, 32), EXAMPLE),
    (Network::v6(0x3fff, 0, 0, 20), EXAMPLE),
    (Network::v4([224, 0, 0, 0], 4), GROUP),
    (Network::v6(0xff00, 0, 0, 8), GROUP),
    (Network::v4([240, 0, 0, 0], 4), RESERVED),
    // 6to4.
    (Network::v6(0x2002, 0, 0, 16), EMBEDDED),
    // NAT64, by the well-known prefix and by prefixes of a network's own.
    (Network::v6(0x0064, 0xff9b, 0, 32), EMBEDDED),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_begins_like_it() {
        for (network, address, inside) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3/32", "10.1.2.3", true),
            ("10.1.2.3/32", "10.1.2.2", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "fe80::1", true),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fc00::1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", false),
        ] {
            let parsed: Network = network.parse().unwrap();
            assert_eq!(parsed.contains(address.parse().unwrap()), inside, "{network} {address}");
            assert_eq!(parsed.to_string(), network);
        }
        for wrong in ["", "10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/-1", "x/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    const OTHERS: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
    ];

    #[test]
    fn addresses_of_the_internet_are_told_from_all_others() {
        let public = [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "128.0.0.1",
            "168.63.129.17",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.1.1",
            "192.169.1.1",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2400:3200::1",
            "2606:4700:4700::1111",
        ];
        for address in public {
            assert_eq!(special(address.parse().unwrap()), None, "{address}");
        }
        for address in OTHERS {
            assert!(special(address.parse().unwrap()).is_some(), "{address}");
        }
    }
}
