//! Opening the city's database, with a plain sentence when that cannot be done.

use std::{path::Path, sync::Arc};

use kernel::World;
use store::{Config, Db, Folder, Location};

use crate::{problem::Problem, settings::Data};

/// An open database and the folder files are kept in.
pub(crate) struct Opened {
    /// The database, its schema brought up to date.
    pub(crate) db: Db,
    /// The data folder; owned when the database is embedded.
    pub(crate) folder: Arc<Folder>,
}

/// Opens the database in a folder taken now, and migrates it.
pub(crate) async fn open(data: &Data, world: &World) -> Result<Opened, Problem> {
    open_in(Arc::new(Folder::own(&data.folder)?), data, world).await
}

/// Opens the database in a folder already owned, and migrates it.
pub(crate) async fn open_in(folder: Arc<Folder>, data: &Data, world: &World) -> Result<Opened, Problem> {
    let opened = open_as_is_in(folder, data, world)?;
    opened.db.ping().await?;
    opened.db.migrate(world).await?;
    Ok(opened)
}

/// Opens the database without touching its schema.
pub(crate) fn open_as_is_in(folder: Arc<Folder>, data: &Data, world: &World) -> Result<Opened, Problem> {
    let location = match &data.database {
        None => Location::Folder(Arc::clone(&folder)),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Location::Postgres(url.clone())
        }
        Some(_) => {
            return Err(Problem::new(
                "--database には postgres://利用者:パスワード@ホスト/データベース の形で指定してください。",
            ));
        }
    };
    let node = data_encoding::HEXLOWER.encode(&world.bytes::<8>());
    let config = Config { writers: data.writers, ..Config::new(location, node) };
    Ok(Opened { db: Db::open(config)?, folder })
}

/// A path as the operator would type it from anywhere.
pub(crate) fn absolute(path: &Path) -> Result<std::path::PathBuf, Problem> {
    std::path::absolute(path).map_err(|e| Problem::file(path, &e))
}
