//! Tests that need a probe server are compiled in only where one is named; elsewhere they carry an `ignore` with its reason.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(probe_server)");
    println!("cargo::rerun-if-env-changed=PUSHCHECK_BASE");
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("PUSHCHECK_BASE").is_some() {
        println!("cargo::rustc-cfg=probe_server");
    }
}
