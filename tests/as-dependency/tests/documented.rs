//! What README and `docs/` show in Rust compiles here.

include!(concat!(env!("OUT_DIR"), "/documented.rs"));
