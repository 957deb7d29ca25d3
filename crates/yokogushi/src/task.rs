//! Commands that work on an open city, whether typed beside a running server or alone.

mod doctor;
mod export;
mod import;
mod programmes;
mod staff;

use std::{path::PathBuf, sync::Arc};

use kernel::World;
use people::Keeper;
use serde::{Deserialize, Serialize};
use store::{Db, Folder};
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    cli::{ImportKind, TemplateKind},
    problem::Problem,
    settings::Mail,
};

pub(crate) use export::template;
pub(crate) use programmes::TableOptions;

/// An open city.
#[derive(Clone)]
pub(crate) struct City {
    /// Its database.
    pub(crate) db: Db,
    /// Its data folder.
    pub(crate) folder: Arc<Folder>,
    /// Clock and chance.
    pub(crate) world: World,
    /// Makes passwords.
    pub(crate) keeper: Keeper,
    /// Where letters go out.
    pub(crate) mail: Option<Mail>,
}

impl City {
    /// Where attached files are kept.
    pub(crate) fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }
}

/// A file as its bytes: the server need not be able to read it.
pub(crate) struct Input {
    /// The name as typed.
    pub(crate) name: String,
    /// Everything in it.
    pub(crate) bytes: Vec<u8>,
}

/// What is to be done.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Task {
    /// `import`.
    Import {
        /// What the files hold.
        kind: ImportKind,
        /// Only look.
        dry_run: bool,
        /// Name of the set.
        set: Option<String>,
        /// Field of the names.
        name: Option<String>,
        /// Day from which posts are held.
        effective: Option<String>,
        /// How evaluation's tables are read.
        table: programmes::TableOptions,
    },
    /// `export`, to an absolute path.
    Export {
        /// What.
        kind: TemplateKind,
        /// The file to make.
        target: PathBuf,
    },
    /// `drafts`.
    Drafts {
        /// One to publish.
        publish: Option<i64>,
        /// One to throw away.
        discard: Option<i64>,
    },
    /// `staff add`.
    StaffAdd {
        /// Login.
        login: String,
        /// Name.
        name: String,
        /// Code of the post.
        post: Option<String>,
    },
    /// `backup`, to an absolute path.
    Backup {
        /// The file to make.
        target: PathBuf,
    },
    /// `doctor`.
    Doctor,
    /// `migrate`: a running server has done so.
    Migrate,
}

/// Where a task's lines go.
pub(crate) type Say = UnboundedSender<String>;

/// Says a line; whoever asked may have gone away, the work goes on.
pub(crate) fn say(to: &Say, line: impl Into<String>) {
    drop(to.send(line.into()));
}

impl Task {
    /// Does it.
    pub(crate) async fn run(self, city: &City, inputs: Vec<Input>, to: &Say) -> Result<(), Problem> {
        match self {
            Self::Import { kind, dry_run, set, name, effective, table } => {
                if let Some(kind) = programmes::kind(kind) {
                    return programmes::import(city, kind, dry_run, &table, inputs, to).await;
                }
                if !table.is_plain() {
                    return Err(Problem::new(
                        "--mapping、--draft、--sheet は programmes・costs・indicators のときだけ使えます。",
                    ));
                }
                let options = import::Options { kind, dry_run, set, name, effective };
                import::run(city, &options, inputs, to).await
            }
            Self::Export { kind, target } => export::run(city, kind, &target, to).await,
            Self::Drafts { publish, discard } => programmes::drafts(city, publish, discard, to).await,
            Self::StaffAdd { login, name, post } => staff::add(city, &login, &name, post.as_deref(), to).await,
            Self::Backup { target } => backup(city, target, to).await,
            Self::Doctor => doctor::look(city, to).await,
            Self::Migrate => {
                say(to, "データベースはこの版に合っています。することはありません。");
                Ok(())
            }
        }
    }
}

async fn backup(city: &City, target: PathBuf, to: &Say) -> Result<(), Problem> {
    use store::backup::BackupError;
    let made = store::backup::backup(&city.db, &city.world, Some(city.files()), &target).await;
    let summary = made.map_err(|e| match e {
        BackupError::File(e) => Problem::file(&target, &e),
        BackupError::Store(e) => e.into(),
    })?;
    say(to, format!("保存しました: {} (行 {}、添付ファイル {})", target.display(), summary.rows, summary.files));
    Ok(())
}
