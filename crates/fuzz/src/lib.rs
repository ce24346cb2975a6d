//! Laws of what reads a stranger's bytes, and the fuzz targets that hold the code to them.
//!
//! A target is a function that takes any bytes and panics when a law is broken. `scripts/fuzz` builds
//! the targets with libFuzzer, which looks for such bytes by following the branches that the code
//! takes. Built as usual, the same programs run the files that are named on their command line, so
//! that a finding can be looked at on any machine and in any debugger.
//!
//! | target | what it holds the code to |
//! |---|---|
//! | [`reader`] | messages and envelopes, in both profiles |
//! | [`canonical`] | canonical XML |
//! | [`verifier`] | signatures: nobody but the holder of a key says anything in its name |
//! | [`certificate`] | certificates and revocation lists |
//! | [`evidence`] | uploads of payment evidence |
//! | [`growth`] | work and memory that grow with the message, and not with its square |
//!
//! What is found becomes a test beside the code that is mended.

#![expect(clippy::unwrap_used, reason = "a target fails by panicking")]

pub mod canonical;
pub mod certificate;
mod defects;
pub mod dictionary;
pub mod evidence;
pub mod growth;
pub mod memory;
pub mod reader;
#[doc(hidden)]
pub mod replay;
mod rewriting;
pub mod seeds;
pub mod verifier;
mod world;

/// The entry point of a target: libFuzzer's in a build for fuzzing, else one that runs files.
#[macro_export]
macro_rules! target {
    ($check:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $check(bytes));

        #[cfg(not(fuzzing))]
        fn main() -> std::process::ExitCode {
            $crate::replay::run($check)
        }
    };
}
