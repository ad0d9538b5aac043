//! Lists the attack files for `include_str!`, so that a new file needs no line of Rust.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=attacks");
    let root = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("attacks");
    let mut ids = Vec::new();
    walk(&root, "", &mut ids)?;
    ids.sort();
    let entries: String = ids
        .iter()
        .map(|id| format!("    ({id:?}, include_str!({:?})),\n", root.join(format!("{id}.toml")).to_string_lossy()))
        .collect();
    let list = format!("/// Id and text of every attack file of this crate.\nconst BUILT_IN: &[(&str, &str)] = &[\n{entries}];\n");
    fs::write(Path::new(&env::var_os("OUT_DIR").expect("cargo sets it")).join("attacks.rs"), list)
}

fn walk(folder: &Path, prefix: &str, ids: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{prefix}{name}/"), ids)?;
        } else if let Some(stem) = name.strip_suffix(".toml") {
            ids.push(format!("{prefix}{stem}"));
        }
    }
    Ok(())
}
