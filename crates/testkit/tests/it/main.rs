//! The product as an outsider sees it, on the embedded database.

mod clearing;
mod envelope;
