//! What the machine's other users, and strangers in the network, can get at.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use harness::program::{City, Content, Engine, output, program};

/// Everything below a folder that somebody else on this machine may read, write or enter.
fn open_to_others(folder: &Path) -> Vec<PathBuf> {
    let mut open = Vec::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(path) = rest.pop() {
        let about = path.symlink_metadata().unwrap();
        if about.permissions().mode() & 0o077 != 0 {
            open.push(path.clone());
        }
        if about.is_dir() {
            rest.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    open
}

#[test]
fn data_and_backups_are_for_our_own_user_only() {
    let city = City::new(Engine::Sqlite, Content::Empty);
    let node = city.serve();
    let _ = node.client().get("/readyz").expect(200);
    assert_eq!(open_to_others(&city.data()), Vec::<PathBuf>::new(), "while serving");
    let backup = city.data().with_extension("backup");
    let made = output(program().arg("backup").arg(&backup).arg("--data").arg(city.data()));
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(open_to_others(&backup), Vec::<PathBuf>::new(), "the backup");
}

#[test]
fn a_mistyped_folder_is_not_backed_up_as_an_empty_city() {
    let city = City::new(Engine::Sqlite, Content::Empty);
    let (nowhere, backup) = (city.data().with_extension("mistyped"), city.data().with_extension("backup"));
    let made = output(program().arg("backup").arg(&backup).arg("--data").arg(&nowhere));
    assert!(!made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
    assert!(!backup.exists() && !nowhere.exists());
}
