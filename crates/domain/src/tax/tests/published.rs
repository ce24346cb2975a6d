//! The reference vectors, where they are at hand: beside the repository, or where
//! `TONGGUAN_REFERENCE` says. `facts` holds the same figures, so that nothing depends on them.

use std::path::PathBuf;

use serde_json::Value;

use super::{basket, d, pieces, yuan};
use crate::tax::{AppliedRates, RateOverride, goods_tax};

fn reference() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test says where its reference is")]
    let configured = std::env::var("TONGGUAN_REFERENCE");
    configured.map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    )
}

#[test]
fn every_reference_vector_comes_out_to_the_cent() {
    let path = reference().join("law/law_vectors.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("LEFT OUT: no reference vectors at {}", path.display());
        return;
    };
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 26);
    for vector in vectors {
        let id = vector["id"].as_str().unwrap();
        assert_eq!(vector["engine"], "CN_GOODS_TAX", "{id}");
        let given = |name: &str| vector["input"][name].as_str().unwrap().to_owned();
        let expected = ["duty", "consumption_tax", "vat", "total"]
            .map(|name| vector["expected"][name].as_str().unwrap().to_owned());
        let rates = AppliedRates {
            duty: d(&given("d")),
            ct_rate: d(&given("r")),
            ct_per_unit: d(&given("s")),
            ct_quantity: d(&given("q")),
            vat: d(&given("v")),
            factor: d(&given("k")),
        };
        let taxes = goods_tax(yuan(&given("P")), &rates).unwrap();
        let found = [taxes.duty, taxes.consumption_tax, taxes.vat, taxes.total().unwrap()];
        assert_eq!(found.map(|tax| tax.to_string()), expected, "{id}");
        // And the same as a basket.
        let own = RateOverride {
            duty: Some(rates.duty),
            ct_rate: Some(rates.ct_rate),
            ct_per_unit: Some(rates.ct_per_unit),
            ct_quantity: Some(rates.ct_quantity),
            vat: Some(rates.vat),
        };
        let mode = if given("k") == "1" { "0110" } else { "9610" };
        let order = basket([pieces("9619001100", "1", &given("P")).rated(own)]).under(mode);
        assert_eq!(order.assessed().paid(), expected, "{id} as a basket");
    }
}
