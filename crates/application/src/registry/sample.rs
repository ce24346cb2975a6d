//! Certificates and files for the tests of the registry.

use std::io;

use tongguan_domain::time::Moment;
use tongguan_messages::authority::{Authority, SeededChance, Subject, Validity};
use tongguan_messages::certificate::Certificate;
use tongguan_messages::certificate::key::SigningKey;

/// A certificate that signs itself, another one for each seed.
pub fn certificate(seed: u64) -> Certificate {
    authority(seed).certificate().clone()
}

/// An authority from 2026 to 2030, another one for each seed.
pub fn authority(seed: u64) -> Authority {
    Authority::root(&subject("甲"), key(seed), seed, years(2026, 2030)).unwrap()
}

/// A certificate of that authority and serial number, from the beginning of one year to the end of another.
pub fn issued(authority: &Authority, serial: u64, [from, until]: [i16; 2]) -> Certificate {
    authority.issue(&subject("乙"), &key(serial), serial, years(from, until)).unwrap()
}

fn subject(name: &str) -> Subject {
    Subject { organisation: name.into(), code: None, common_name: name.into() }
}

fn key(seed: u64) -> SigningKey {
    SigningKey::generate_sm2(&mut SeededChance::new(seed))
}

fn years(from: i16, until: i16) -> Validity {
    let moment = |text: &str| Moment::parse_wire(text).unwrap();
    let (from, until) = (format!("{from}0101000000"), format!("{until}1231235959"));
    Validity { from: moment(&from), until: moment(&until) }
}

/// There is no file.
pub fn no_files(_: &str) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}
