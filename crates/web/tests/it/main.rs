//! The routes, without a network: requests go straight into the router.

mod fixture;
mod permissions;
mod signing_in;
