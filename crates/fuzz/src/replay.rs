//! A target without libFuzzer: runs the files that are named.

use std::process::ExitCode;

/// Runs `check` on every file of the command line; a broken law panics.
pub fn run(check: fn(&[u8])) -> ExitCode {
    let mut files = std::env::args_os().skip(1).peekable();
    if files.peek().is_none() {
        eprintln!(
            "usage: name the files to run, such as a finding; scripts/fuzz looks for findings"
        );
        return ExitCode::from(2);
    }
    for file in files {
        let shown = file.display();
        match std::fs::read(&file) {
            Ok(bytes) => check(&bytes),
            Err(error) => {
                eprintln!("cannot read {shown}: {error}; name a file that is there");
                return ExitCode::FAILURE;
            }
        }
        println!("{shown}: every law holds");
    }
    ExitCode::SUCCESS
}
