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
    let levels_of = |of: &serde_json::Value| of["levels"].as_array().unwrap().clone();
    let [empty, filled] = &levels_of(&result)[..] else { panic!("{result}") };
    assert!(result["last_to_first"].as_f64().unwrap() > 0.0, "{result}");
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
    let stored: Vec<_> = levels_of(&again).iter().map(|it| it["stored"].clone()).collect();
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
fn the_same_rows_are_inserted_without_deciding_and_runs_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let insert = |name: &str, parcels: &str| {
        let run = tongguan(
            &["bench", "insert", "--json", "--parcels", parcels, "--windows", "2"]
                .into_iter()
                .chain(["--documents-per-message", "10"])
                .collect::<Vec<_>>(),
            "",
        );
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        let file = folder.path().join(name);
        std::fs::write(&file, &run.out).unwrap();
        (run.json(), file.to_str().unwrap().to_owned())
    };
    let (result, first) = insert("first.json", "40");
    // What `bench clear` counts, without what it keeps of the batch. An event is of a partition in a batch, so a
    // parcel has one to four of them, as its four documents fell into batches.
    let rows = result["rows_per_parcel"].as_f64().unwrap();
    assert!((15.0..19.0).contains(&rows), "{result}");
    let windows = result["windows"].as_array().unwrap();
    assert_eq!(windows.len(), 2);
    for measure in ["clear_per_second", "insert_us", "clear_to_insert"] {
        assert!(windows.iter().all(|it| it[measure].as_f64().unwrap() > 0.0), "{result}");
    }
    assert_eq!(windows[0]["copy_us"], serde_json::Value::Null, "SQLite has no COPY");
    let (_, second) = insert("second.json", "20");
    let run = tongguan(&["bench", "compare", &first, &second], "");
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.starts_with("| measure "), "{}", run.out);
    let line = run.out.lines().find(|line| line.contains("parcels_per_window")).unwrap();
    let cells: Vec<_> = line.split('|').map(str::trim).collect();
    assert_eq!(cells, ["", "parcels_per_window", "40", "20 (0.50)", ""]);
    std::fs::write(&second, "not what it printed").unwrap();
    let run = tongguan(&["bench", "compare", &first, &second], "");
    assert!(run.status != 0 && run.err.contains("second.json"), "{}", run.err);
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
