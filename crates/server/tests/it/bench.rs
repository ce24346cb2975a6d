//! `tongguan bench clear`: every parcel of every flow is cleared, and what it cost is told.

use crate::run::tongguan;

#[test]
fn parcels_of_every_flow_are_cleared_to_the_end() {
    for flow in ["import", "export", "departure"] {
        let run = tongguan(
            &["bench", "clear", "--json", "--flow", flow]
                .into_iter()
                .chain(["--parcels", "45", "--documents-per-message", "20"])
                .collect::<Vec<_>>(),
            "",
        );
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        let result = run.json();
        assert_eq!((&result["flow"], &result["cleared"]), (&flow.into(), &45.into()));
        for measure in ["rows_per_parcel", "wal_bytes_per_parcel", "parcels_per_second"] {
            assert!(result[measure].as_f64().unwrap() > 0.0, "{measure}: {result}");
        }
    }
}
