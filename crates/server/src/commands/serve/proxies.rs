//! Callers behind proxies: where a proxy that the operator knows hands a request on, the address that it names counts,
//! and otherwise what anybody writes about itself does not.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::map_request;
use hyper::HeaderMap;
use tongguan_gateways::webhook::Network;

/// Where each proxy puts the address that it was called from, behind those that it was told.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Requests know the caller's address instead of the proxy's, where the proxy is in one of the networks.
pub fn seen_through(routes: Router, proxies: &[Network]) -> Router {
    if proxies.is_empty() {
        return routes;
    }
    let proxies: Arc<[Network]> = proxies.into();
    routes.layer(map_request(move |mut request: Request| {
        let proxies = Arc::clone(&proxies);
        async move {
            if let Some(ConnectInfo(from)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
                let caller = caller(from.ip(), request.headers(), &proxies);
                let from = SocketAddr::new(caller, 0);
                request.extensions_mut().insert(ConnectInfo(from));
            }
            request
        }
    }))
}

/// The nearest address that is no known proxy's. Whatever stands before it was written by somebody unknown.
fn caller(from: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let is_proxy = |address: &IpAddr| proxies.iter().any(|network| network.contains(*address));
    let told: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .collect();
    let mut nearest = from;
    for text in told.iter().rev() {
        if !is_proxy(&nearest) {
            break;
        }
        match address(text.trim()) {
            Some(address) => nearest = address,
            None => break,
        }
    }
    nearest
}

/// An address with or without its port. One of IPv4 that is written as IPv6 is that of IPv4.
fn address(text: &str) -> Option<IpAddr> {
    let address = text.parse().or_else(|_| text.parse().map(|it: SocketAddr| it.ip()));
    address.ok().map(|it: IpAddr| it.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_unknown_address_is_the_callers() {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let long = "203.0.113.9, 198.51.100.7, 10.2.3.4";
        for (from, told, wanted) in [
            // Nobody that is known: what it says counts for nothing.
            ("203.0.113.5", vec!["198.51.100.7"], "203.0.113.5"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec!["198.51.100.7"], "198.51.100.7"),
            ("fd00::1", vec!["2001:db8::7"], "2001:db8::7"),
            ("10.0.0.1", vec!["198.51.100.7:4711"], "198.51.100.7"),
            ("10.0.0.1", vec!["::ffff:198.51.100.7"], "198.51.100.7"),
            // A caller writes what it likes before the address that the proxy adds.
            ("10.0.0.1", vec![long], "198.51.100.7"),
            ("10.0.0.1", vec!["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", vec!["198.51.100.7, unknown"], "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for value in &told {
                headers.append(FORWARDED_FOR, value.parse().unwrap());
            }
            let found = caller(from.parse().unwrap(), &headers, &proxies);
            assert_eq!(found.to_string(), wanted, "{from} {told:?}");
        }
    }
}
