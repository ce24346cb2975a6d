//! codelists
