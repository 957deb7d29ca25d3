//! Embeds the migration tree, so that adding a migration is adding a file.

use std::{env, error::Error, fmt::Write as _, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let tree = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../migrations");
    println!("cargo::rerun-if-changed={}", tree.display());
    let mut files: Vec<PathBuf> =
        fs::read_dir(&tree)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "sql"));
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.file_stem().and_then(|n| n.to_str()).ok_or("a migration's name is not UTF-8")?.to_owned();
        let path = file.canonicalize()?;
        writeln!(code, "    Migration {{ name: {name:?}, text: include_str!({path:?}) }},")?;
    }
    code.push_str("]\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("migrations.rs"), code)?;
    Ok(())
}
