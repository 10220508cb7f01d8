//! Builds the crate again when a bundled instrument is added, changed or taken away.

fn main() {
    println!("cargo:rerun-if-changed=data");
}
