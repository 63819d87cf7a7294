//! Watches the built browser app, so that a new build of it is embedded. Without one the folder is made empty: the
//! server then shows a page that says how to build it.

fn main() {
    let folder = std::path::Path::new("../../web/app/dist");
    if let Err(error) = std::fs::create_dir_all(folder) {
        println!("cargo::warning=cannot make {}: {error}", folder.display());
    }
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=fallback");
}
