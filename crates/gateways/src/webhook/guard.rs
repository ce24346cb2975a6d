//! The guard between a name and a connection: what a name stands for is judged, and nothing else connected
//! to.

use std::net::IpAddr;
use std::sync::Arc;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::rules::Rules;

/// Looks names up, and gives only addresses that the rules allow.
#[derive(Debug)]
pub struct Guarded<R> {
    /// The rules.
    pub rules: Arc<Rules>,
    /// What looks names up.
    pub names: R,
}

/// A name stands for an address that nothing may be sent to. Which, is not told: whoever gave the name could
/// explore a network by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its name stands for {0}, where nothing is sent to")]
pub struct Refused(pub &'static str);

impl<R: Resolver> Resolver for Guarded<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        // One bad address among good ones is no mistake that should be worked around.
        for address in found.iter() {
            let judged: Result<(), Refused> = self.rules.judge(address.ip(), address.port());
            judged.map_err(|refused| Error::Other(Box::new(refused)))?;
        }
        Ok(found)
    }
}

impl Rules {
    pub(super) fn judge(&self, address: IpAddr, port: u16) -> Result<(), Refused> {
        if self.networks.iter().any(|network| network.contains(address)) {
            return Ok(());
        }
        match super::network::special(address) {
            Some(what) => Err(Refused(what)),
            None if self.takes_port(port) => Ok(()),
            None => Err(Refused("a port")),
        }
    }
}
