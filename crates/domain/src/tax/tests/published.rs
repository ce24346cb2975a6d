//! The reference vectors, where they are at hand: beside the repository, or where
//! `TONGGUAN_REFERENCE` says. `facts` holds the same figures, so that nothing depends on them.

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::Value;
use tongguan_codelists::entries::ParameterKind;

use super::{basket, d, day, pack, pieces, yuan};
use crate::tax::{AppliedRates, RateOverride, goods_tax};

fn reference() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test says where its reference is")]
    let configured = std::env::var("TONGGUAN_REFERENCE");
    configured.map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    )
}

/// A reference file, or a line that no test runner swallows.
fn reference_file(name: &str) -> Option<Value> {
    let path = reference().join(name);
    if let Ok(text) = std::fs::read_to_string(&path) {
        return Some(serde_json::from_str(&text).unwrap());
    }
    let path = path.display();
    // The macro that prints would be captured and lost.
    let mut loud = std::io::stderr();
    writeln!(loud, "LEFT OUT: the comparison with {path}, which is not there").unwrap();
    None
}

#[test]
fn every_reference_vector_comes_out_to_the_cent() {
    let Some(vectors) = reference_file("law/law_vectors.json") else { return };
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

#[test]
fn every_reference_threshold_of_import_tax_is_a_parameter_with_the_same_validity() {
    let Some(thresholds) = reference_file("law/law_thresholds.json") else { return };
    let kinds = [
        ("single_transaction_limit", ParameterKind::SingleTransactionLimit),
        ("annual_limit", ParameterKind::AnnualLimit),
        ("vat_ct_factor", ParameterKind::PayableShare),
        ("import_return_apply_days", ParameterKind::ReturnApplicationDays),
        ("import_return_arrive_days", ParameterKind::ReturnArrivalDays),
        ("tax_payment_day_from", ParameterKind::TaxPaymentFirstDay),
        ("tax_payment_day_to", ParameterKind::TaxPaymentLastDay),
        ("late_fee_per_day", ParameterKind::LateFeePerDay),
    ];
    let mut compared = 0;
    for row in thresholds.as_array().unwrap().iter().filter(|row| row["j"] == "CN") {
        let Some((_, kind)) = kinds.iter().find(|(rule, _)| row["rule"] == *rule) else { continue };
        let from = day(row["valid_from"].as_str().unwrap());
        let pack = pack();
        let ours = pack.parameter(*kind, from).unwrap();
        let value = row["value"].as_str().map_or_else(|| row["value"].to_string(), str::to_owned);
        assert_eq!(ours.entry.number().unwrap(), d(&value), "{}", row["id"]);
        assert_eq!(ours.validity.from, from, "{}", row["id"]);
        assert_eq!(ours.validity.to, row["valid_to"].as_str().map(day), "{}", row["id"]);
        compared += 1;
    }
    assert_eq!(compared, 10);
}
