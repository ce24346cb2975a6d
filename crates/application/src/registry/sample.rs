//! Certificates and files for the tests of the registry.

use std::io;

use tongguan_domain::time::Moment;
use tongguan_messages::authority::{Authority, SeededChance, Subject, Validity};
use tongguan_messages::certificate::Certificate;
use tongguan_messages::certificate::key::SigningKey;

/// A certificate that signs itself, another one for each seed.
pub fn certificate(seed: u64) -> Certificate {
    let subject = Subject { organisation: "甲".into(), code: None, common_name: "甲".into() };
    let key = SigningKey::generate_sm2(&mut SeededChance::new(seed));
    let moment = |text| Moment::parse_wire(text).unwrap();
    let validity = Validity { from: moment("20260101000000"), until: moment("20301231235959") };
    Authority::root(&subject, key, seed, validity).unwrap().certificate().clone()
}

/// There is no file.
pub fn no_files(_: &str) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}
