//! x
use std::process::ExitCode;
/// x
#[derive(Debug, clap::Args)]
pub struct Doctor {}
impl Doctor {
    /// x
    pub fn run(self) -> anyhow::Result<ExitCode> {
        Ok(ExitCode::SUCCESS)
    }
}
