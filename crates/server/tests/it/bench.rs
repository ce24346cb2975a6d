//! `tongguan bench clear`: every parcel of every flow is cleared, and what it cost is told.

use tongguan_testkit::postgres::{Programs, leave_out};

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

/// At what numbers a kept database is measured, and how it was filled to them.
fn stored_in(folder: &str, levels: &str) -> serde_json::Value {
    let run = tongguan(
        &["bench", "clear", "--json", "--stored", levels, "--keep", folder, "--windows", "2"]
            .into_iter()
            .chain(["--parcels", "20", "--documents-per-message", "10"])
            .collect::<Vec<_>>(),
        "",
    );
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    run.json()
}

#[test]
fn a_database_is_filled_measured_kept_and_filled_further() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let result = stored_in(kept.to_str().unwrap(), "150");
    let first = |of: &serde_json::Value| of["levels"].as_array().unwrap().clone();
    let [empty, filled] = &first(&result)[..] else { panic!("{result}") };
    assert_eq!((&empty["stored"], &empty["to_new"]), (&0.into(), &serde_json::Value::Null));
    // Full messages of a hundred, behind the two windows at the beginning.
    assert_eq!((&filled["stored"], &filled["holds"]), (&240.into(), &280.into()));
    assert_eq!(filled["filling"]["parcels"], 200);
    let windows = filled["windows"].as_array().unwrap();
    let places: Vec<_> = windows.iter().map(|it| it["place"].as_str().unwrap()).collect();
    assert_eq!(places, ["filled", "new", "new", "filled"], "in turns");
    for measure in ["parcels_per_second", "rows_written_per_parcel", "log_bytes_per_parcel"] {
        assert!(windows.iter().all(|it| it[measure].as_f64().unwrap() > 0.0), "{result}");
    }
    assert!(filled["to_new"].as_f64().unwrap() > 0.0, "{result}");
    let again = stored_in(kept.to_str().unwrap(), "200,400");
    let stored: Vec<_> = first(&again).iter().map(|it| it["stored"].clone()).collect();
    assert_eq!(stored, [280, 420], "what is there already is not filled again");
    let beside = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(beside, 1, "nothing is left beside it");
}

#[test]
fn many_clients_lose_nothing_over_http() {
    let run = tongguan(
        &["bench", "serve", "--json", "--clients", "9", "--parcels", "45"]
            .into_iter()
            .chain(["--documents-per-message", "4"])
            .collect::<Vec<_>>(),
        "",
    );
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let result = run.json();
    assert_eq!((&result["parcels"], &result["messages"]), (&45.into(), &48.into()));
    assert_eq!(result["statuses"], serde_json::json!({ "200": 48 }));
    assert!(result["letters"].as_i64().unwrap() >= 4 * 45, "{result}");
    for measure in ["parcels_per_second", "bench_clear_per_second", "share_of_bench_clear"] {
        assert!(result[measure].as_f64().unwrap() > 0.0, "{measure}: {result}");
    }
    assert!(result["rss_mib"]["last_quarter"].as_f64().unwrap() > 0.0, "{result}");
}

#[test]
fn every_cipher_is_measured() {
    let run = tongguan(&["bench", "seal", "--rounds", "3", "--bytes", "100", "--json"], "");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let result = run.json();
    let ciphers: Vec<_> = result.as_array().unwrap().iter().map(|one| &one["cipher"]).collect();
    assert_eq!(ciphers, ["aes-256-gcm", "sm4-gcm"]);
}

#[test]
fn nothing_is_lost_when_a_process_is_killed_and_the_primary_fails_over() {
    if let Err(reason) = Programs::find() {
        return leave_out(&reason);
    }
    let run = tongguan(
        &["bench", "many", "--json", "--fail-over", "1", "--serve", "2", "--workers", "1"]
            .into_iter()
            .chain(["--clients", "4", "--seconds", "6", "--kill-every", "4"])
            .chain(["--parcels", "3000", "--sign", "none"])
            .collect::<Vec<_>>(),
        "",
    );
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let result = run.json();
    let recoveries = result["failed_over"].as_array().unwrap();
    assert_eq!(recoveries.len(), 1);
    for measure in ["promoted_ms", "acknowledged_ms", "longest_silence_ms"] {
        assert!(recoveries[0][measure].as_f64().unwrap() > 0.0, "{measure}: {result}");
    }
    assert!(result["killed"].as_u64() >= Some(1), "{result}");
    assert!(result["balances"].as_u64() > Some(0), "{result}");
}

#[test]
fn failing_over_says_what_it_needs() {
    let many = |arguments: &[&str]| tongguan(&[&["bench", "many"], arguments].concat(), "");
    let run = many(&["--fail-over", "1", "--postgres-bin", "/nowhere"]);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("no program `postgres` in /nowhere"), "{}", run.err);
    assert!(run.err.contains("--postgres-bin"), "{}", run.err);
    for misused in [&[][..], &["--fail-over", "1", "--database", "host=/nowhere"]] {
        assert_eq!(many(misused).status, 2, "{misused:?}");
    }
}
