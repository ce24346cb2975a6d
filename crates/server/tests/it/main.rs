//! The binary as its users meet it: one test binary, one module for each command.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod backup;
mod bench;
mod bonded;
mod codes;
mod consolidate;
mod convert;
mod crash;
mod declare;
mod demo;
mod demo_exports;
mod demo_pages;
mod doctor;
mod evidence;
mod export;
mod export_returns;
mod facility;
mod gateway;
mod guide;
mod keys;
mod learning;
mod message;
mod oidc;
mod operations;
mod output;
mod quarantine;
mod registered_goods;
mod registry;
mod relay;
mod returns;
mod review;
mod review_exports;
mod run;
mod sandbox;
mod serve;
mod serve_again;
mod serve_connections;
mod serve_log;
mod serve_metrics;
mod serve_tls;
mod serve_traces;
mod tax;
mod transit;
mod verify_log;
mod webhook;
