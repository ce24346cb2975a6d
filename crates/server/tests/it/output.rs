//! What every command does with its output.

use crate::run::tongguan_unread;

#[test]
fn a_reader_that_has_seen_enough_ends_a_command_quietly() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().to_str().unwrap();
    let inbox = directory.path().join("inbox");
    let outbox = directory.path().join("outbox");
    let demo = directory.path().join("demo");
    let [inbox, outbox, demo] = [&inbox, &outbox, &demo].map(|path| path.to_str().unwrap());
    let gateway = ["--inbox", inbox, "--outbox", outbox, "--data", place];
    for arguments in [
        &["demo", "--exit", "--parcels", "20", "--data", demo][..],
        &["demo", "--exit", "--parcels", "20", "--json"],
        &[&["gateway", "--once"], &gateway[..]].concat(),
        &[&["gateway", "--once", "--json"], &gateway[..]].concat(),
        &["registry", "history", "--data", demo],
        &["codes", "list"],
        &["codes", "list", "--json"],
        &["message", "sample", "CEB621"],
        &["bench", "parse", "--rounds", "1"],
    ] {
        let run = tongguan_unread(arguments);
        assert_eq!(
            (run.status, run.err.contains("error")),
            (0, false),
            "{arguments:?}: {}",
            run.err
        );
    }
}
