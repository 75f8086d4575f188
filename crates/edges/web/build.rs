//! Makes the folder of the built browser scripts where there is none, so that the crate builds without node.

use std::path::Path;

fn main() {
    let dist = Path::new("../../../frontend/dist");
    // A folder that cannot be made shows itself a moment later, when the embedding does not find it.
    let _made = std::fs::create_dir_all(dist);
    println!("cargo:rerun-if-changed=../../../frontend/dist");
    println!("cargo:rerun-if-changed=../../../locales");
    println!("cargo:rerun-if-changed=assets");
}
