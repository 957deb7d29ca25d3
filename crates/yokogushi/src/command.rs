//! Commands typed at the machine: on a free data folder done here, on an owned one handed to its server.

use std::{path::Path, sync::Arc};

use kernel::World;
use people::{Cost, Keeper};
use store::{
    Config, Db, Folder, FolderError, Location,
    restore::{Ledger, RestoreError},
};
use tokio::sync::mpsc;

use crate::{
    cli::{Command, Common, Export, Staff, TemplateKind},
    control,
    open::{self, absolute},
    problem::Problem,
    settings::{Data, Mail},
    task::{self, City, Input, TableOptions, Task},
    wiring,
};

/// Runs any command but `serve` and `openapi`.
pub(crate) async fn run(common: &Common, command: Command) -> Result<(), Problem> {
    let data = Data::read(common)?;
    match command {
        Command::Import(import) => {
            if import.skip_bad {
                return Err(Problem::new("--skip-bad はまだどの種類でも使えません。読めない行を直してください。"));
            }
            let table = TableOptions::read(import.mapping.as_deref(), import.draft, import.sheet)?;
            let inputs = import.files.iter().map(|f| read(f)).collect::<Result<Vec<_>, _>>()?;
            let task = Task::Import {
                kind: import.kind,
                dry_run: import.dry_run,
                set: import.set,
                name: import.name,
                effective: import.effective,
                table,
            };
            on_city(&data, None, task, inputs).await
        }
        // A mistyped folder would be made anew, and its backup would hold nothing while saying that all is well.
        Command::Backup { .. } | Command::Doctor
            if data.database.is_none() && !data.folder.join("city.sqlite").exists() =>
        {
            Err(Problem::new(format!(
                "{} にデータベースがありません。--data を確かめてください。",
                data.folder.display()
            )))
        }
        Command::Backup { file } => on_city(&data, None, Task::Backup { target: absolute(&file)? }, Vec::new()).await,
        Command::Doctor => on_city(&data, Mail::read(common)?, Task::Doctor, Vec::new()).await,
        Command::Export { what } => {
            let (kind, file) = match what {
                Export::Template { kind, file } => return task::template(kind, &file),
                Export::Programmes { file } => (TemplateKind::Programmes, file),
                Export::Costs { file } => (TemplateKind::Costs, file),
                Export::Indicators { file } => (TemplateKind::Indicators, file),
            };
            on_city(&data, None, Task::Export { kind, target: absolute(&file)? }, Vec::new()).await
        }
        Command::Drafts { publish, discard } => {
            on_city(&data, None, Task::Drafts { publish, discard }, Vec::new()).await
        }
        Command::Staff { command: Staff::Add { login, name, post } } => {
            on_city(&data, None, Task::StaffAdd { login, name, post }, Vec::new()).await
        }
        Command::Migrate => on_city(&data, None, Task::Migrate, Vec::new()).await,
        Command::Restore { file, verify_only } => restore(&data, &file, verify_only).await,
        Command::MoveToPostgres => move_to_postgres(&data).await,
        Command::Serve(_) | Command::Openapi | Command::Routes => Err(Problem::new("この指定はここでは使えません。")),
    }
}

fn read(path: &Path) -> Result<Input, Problem> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("?").to_owned();
    Ok(Input { name, bytes: std::fs::read(path).map_err(|e| Problem::file(path, &e))? })
}

async fn on_city(data: &Data, mail: Option<Mail>, task: Task, inputs: Vec<Input>) -> Result<(), Problem> {
    match Folder::own(&data.folder) {
        Ok(folder) => {
            let world = World::real();
            let opened = open::open_in(Arc::new(folder), data, &world).await?;
            let keeper = Keeper::new(Cost::OWASP, 1)
                .map_err(|e| Problem::new(format!("パスワードの準備に失敗しました({e})。")))?;
            let city = City { db: opened.db.clone(), folder: opened.folder, world, keeper, mail };
            let (to, mut said) = mpsc::unbounded_channel();
            let work = async {
                let done = task.run(&city, inputs, &to).await;
                drop(to);
                done
            };
            let show = async {
                while let Some(line) = said.recv().await {
                    println!("{line}");
                }
            };
            let (done, ()) = tokio::join!(work, show);
            opened.db.close().await;
            done
        }
        Err(FolderError::Owned(path)) => control::hand_over(&path, task, inputs).await,
        Err(other) => Err(other.into()),
    }
}

fn damaged(file: &Path, error: RestoreError) -> Problem {
    match error {
        RestoreError::File(e) if e.kind() == std::io::ErrorKind::NotFound => Problem::file(file, &e),
        RestoreError::File(e) => {
            Problem::new(format!("{} は使えません({e})。別の保存ファイルを指定してください。", file.display()))
        }
        RestoreError::Newer(step) => Problem::new(format!(
            "{} は新しい版のプログラムで作られています({step})。その版を入れてからやり直してください。",
            file.display()
        )),
        RestoreError::NotEmpty => {
            Problem::new("移し先のデータベースが空ではありません。空のデータベースを指定してください。")
        }
        RestoreError::Store(e) => e.into(),
    }
}

async fn restore(data: &Data, file: &Path, verify_only: bool) -> Result<(), Problem> {
    let verified = store::restore::verify(file).map_err(|e| damaged(file, e))?;
    let told = format!(
        "{} ({}、行 {}、添付ファイル {})",
        file.display(),
        verified.made_at,
        verified.summary.rows,
        verified.summary.files
    );
    if verify_only {
        println!("すべて読めました: {told}");
        return Ok(());
    }
    let world = World::real();
    let folder = Arc::new(Folder::own(&data.folder)?);
    let ledger = set_aside(data, &folder, &world).await?;
    let opened = open::open_as_is_in(Arc::clone(&folder), data, &world)?;
    opened.db.ping().await?;
    let erased = store::restore::restore(
        &opened.db,
        &world,
        file,
        &verified,
        &folder.path().join("files"),
        wiring::ERASERS,
        ledger,
    )
    .await
    .map_err(|e| damaged(file, e))?;
    opened.db.close().await;
    println!("戻しました: {told}");
    println!("まだ送っていなかったお知らせは止めてあります。/staff/messages で確かめてから送ってください。");
    println!("消した個人情報 {erased} 件を、もう一度消しました。");
    Ok(())
}

/// Moves an embedded database that is there out of the way, keeping what it knows of erasures.
async fn set_aside(data: &Data, folder: &Arc<Folder>, world: &World) -> Result<Ledger, Problem> {
    if data.database.is_some() || !folder.has_database() {
        return Ok(Ledger::default());
    }
    let old = Db::open(Config::new(Location::Folder(Arc::clone(folder)), "restore".to_owned()))?;
    old.migrate(world).await?;
    let ledger = Ledger::of(&old).await?;
    old.close().await;
    drop(old);
    let aside = folder.path().join(format!("before-restore-{}", world.now().seconds()));
    std::fs::create_dir(&aside).map_err(|e| Problem::file(&aside, &e))?;
    for ending in ["", "-wal", "-shm"] {
        let name = format!("city.sqlite{ending}");
        match std::fs::rename(folder.path().join(&name), aside.join(&name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Problem::file(&aside, &e)),
            _ => {}
        }
    }
    println!("これまでのデータベースは {} に移しました。", aside.display());
    Ok(ledger)
}

async fn move_to_postgres(data: &Data) -> Result<(), Problem> {
    let Some(url) = &data.database else {
        return Err(Problem::new("移し先を --database postgres://… で指定してください。"));
    };
    let world = World::real();
    let folder = Arc::new(Folder::own(&data.folder)?);
    if !folder.has_database() {
        return Err(Problem::new(format!(
            "{} に移すデータベースがありません。--data を確かめてください。",
            data.folder.display()
        )));
    }
    let embedded =
        Data { folder: data.folder.clone(), database: None, writers: data.writers, configured: data.configured };
    let from = open::open_in(Arc::clone(&folder), &embedded, &world).await?;
    let archive = folder.path().join(format!("move-{}.backup", world.now().seconds()));
    let made = store::backup::backup(&from.db, &world, None, &archive).await;
    from.db.close().await;
    made.map_err(|e| Problem::new(format!("中身を取り出せません({e})。何も変わっていません。")))?;
    let moved = fill(data, &folder, &world, &archive).await;
    // Only a copy: what counts is whether the move succeeded.
    drop(std::fs::remove_file(&archive));
    moved?;
    println!("PostgreSQL へ移しました。これからは --database {} を付けて動かしてください。", hide_password(url));
    println!("組み込みのデータベースは {} に残っています。", folder.database().display());
    Ok(())
}

async fn fill(data: &Data, folder: &Arc<Folder>, world: &World, archive: &Path) -> Result<(), Problem> {
    let verified = store::restore::verify(archive).map_err(|e| damaged(archive, e))?;
    let to = open::open_as_is_in(Arc::clone(folder), data, world)?;
    to.db.ping().await?;
    let files = folder.path().join("files");
    store::restore::restore(&to.db, world, archive, &verified, &files, wiring::ERASERS, Ledger::default())
        .await
        .map_err(|e| damaged(archive, e))?;
    to.db.close().await;
    Ok(())
}

/// The address without its password, for the screen.
fn hide_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}
