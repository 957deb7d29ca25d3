//! A command on a data folder that a running server owns is handed to that server, over a local socket.
//!
//! The client reads the files, the server does the work: so the files need to be readable only
//! to whoever types the command, and there is one writer. A request is one line of JSON and the
//! files' bytes; the answer is lines of JSON, the last of which says how it ended.

use std::{
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    runtime::Handle,
    sync::{Mutex, Semaphore, mpsc, watch},
};

use crate::{
    problem::Problem,
    task::{City, Input, Task},
};

/// All files of one request, in bytes.
const LARGEST: u64 = 512 * 1024 * 1024;
/// The first line of a request, in bytes.
const LONGEST_LINE: u64 = 64 * 1024;
/// Commands at the same time; one more is told to come again.
const AT_ONCE: usize = 8;
/// Whoever is connected says within this time what is to be done.
const FIRST_LINE: Duration = Duration::from_secs(10);

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    task: Task,
    /// Names and sizes of the files that follow.
    files: Vec<(String, u64)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Say(String),
    Done,
    Problem(String),
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("control.sock")
}

/// Takes commands until the future is dropped, several at a time: a long backup does not hold up a look at the city.
pub(crate) async fn serve(city: &City) -> io::Result<()> {
    let path = socket(city.folder.path());
    // The folder is ours, so a socket that is there was left by a process that was killed.
    match std::fs::remove_file(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let desk = Arc::new(Desk { city: city.clone(), places: Semaphore::new(AT_ONCE), files: Mutex::new(()) });
    // Dropped with this future, which breaks off what is under way.
    let (_open, closed) = watch::channel(());
    loop {
        let (stream, _) = listener.accept().await?;
        let (runtime, desk, mut closed) = (Handle::current(), Arc::clone(&desk), closed.clone());
        // A thread each: reading a large file is work without a pause.
        tokio::task::spawn_blocking(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = take(&desk, stream) => {}
                    _ = closed.changed() => {}
                }
            });
        });
    }
}

/// Where commands are taken.
struct Desk {
    city: City,
    places: Semaphore,
    /// Commands with files go one after another, so that the memory holds the files of one only.
    files: Mutex<()>,
}

async fn take(desk: &Desk, mut stream: UnixStream) {
    let answered = match desk.places.try_acquire() {
        Ok(_place) => answer(stream, desk).await,
        Err(_) => {
            let busy = "サーバーがほかの作業で手いっぱいです。しばらくしてからもう一度実行してください。";
            send(&mut stream, &Answer::Problem(busy.to_owned())).await
        }
    };
    if let Err(error) = answered {
        tracing::warn!(%error, "a handed-over command could not be answered");
    }
}

async fn answer(stream: UnixStream, desk: &Desk) -> io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    let mut line = String::new();
    tokio::time::timeout(FIRST_LINE, (&mut from).take(LONGEST_LINE).read_line(&mut line)).await??;
    let request: Request = serde_json::from_str(&line)?;
    if request.files.iter().fold(0_u64, |sum, (_, size)| sum.saturating_add(*size)) > LARGEST {
        return send(&mut to, &Answer::Problem("ファイルが大きすぎます(合計 512 MB まで)。".to_owned())).await;
    }
    let _turn = if request.files.is_empty() { None } else { Some(desk.files.lock().await) };
    let mut inputs = Vec::new();
    for (name, size) in request.files {
        let mut bytes = Vec::new();
        (&mut from).take(size).read_to_end(&mut bytes).await?;
        inputs.push(Input { name, bytes });
    }
    let city = &desk.city;
    let (say, mut said) = mpsc::unbounded_channel();
    let work = async {
        let done = request.task.run(city, inputs, &say).await;
        drop(say);
        done
    };
    let tell = async {
        let mut sent = Ok(());
        while let Some(text) = said.recv().await {
            // Whoever asked may have gone away; the work is finished all the same.
            if sent.is_ok() {
                sent = send(&mut to, &Answer::Say(text)).await;
            }
        }
        sent
    };
    let (done, sent) = tokio::join!(work, tell);
    sent?;
    let end = match done {
        Ok(()) => Answer::Done,
        Err(problem) => Answer::Problem(problem.to_string()),
    };
    send(&mut to, &end).await
}

async fn send(to: &mut (impl tokio::io::AsyncWrite + Unpin), answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    to.write_all(&line).await
}

/// Hands a command to the server that owns `folder` and prints what it says.
pub(crate) async fn hand_over(folder: &Path, task: Task, inputs: Vec<Input>) -> Result<(), Problem> {
    let away = |e: io::Error| {
        Problem::new(format!(
            "データのフォルダー {} は動いているサーバーが使っていますが、そのサーバーに頼めません({e})。サーバーと同じ利用者で実行するか、サーバーを止めてからやり直してください。",
            folder.display()
        ))
    };
    let (from, mut to) = UnixStream::connect(socket(folder)).await.map_err(away)?.into_split();
    let files = inputs.iter().map(|i| (i.name.clone(), i.bytes.len() as u64)).collect();
    let mut line = serde_json::to_vec(&Request { task, files }).map_err(|e| away(e.into()))?;
    line.push(b'\n');
    let spoken = async {
        to.write_all(&line).await?;
        for input in &inputs {
            to.write_all(&input.bytes).await?;
        }
        Ok(())
    };
    // A server that has no time says so without listening to the end.
    let spoken = spoken.await;
    let mut lines = BufReader::new(from).lines();
    while let Some(line) = lines.next_line().await.map_err(away)? {
        match serde_json::from_str(&line).map_err(|e| away(e.into()))? {
            Answer::Say(text) => println!("{text}"),
            Answer::Done => return Ok(()),
            Answer::Problem(sentence) => return Err(Problem::new(sentence)),
        }
    }
    spoken.map_err(away)?;
    Err(Problem::new("サーバーが途中で止まりました。サーバーを動かし直してから、もう一度実行してください。"))
}
