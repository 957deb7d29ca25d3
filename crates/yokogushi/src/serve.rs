//! `yokogushi serve`: from the configuration to a server that answers, and back to rest.

use std::{io::Write as _, net::SocketAddr, path::Path};

use kernel::{World, time::Stopwatch};
use people::{Cost, Keeper, Vault};
use shell::{App, Door, PublicUrl, Tls};
use store::Tx;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::{
    cli::{Common, Role, Serve},
    control, jobs,
    metrics::{self, Measured},
    open,
    problem::Problem,
    settings::Settings,
    task::City,
    wiring,
};

/// Runs until asked to stop.
pub(crate) async fn run(common: &Common, flags: &Serve) -> Result<(), Problem> {
    let watch = Stopwatch::start();
    let settings = Settings::read(common, flags)?;
    log();
    // Before the data are touched: a taken port must not leave a half-made city behind.
    let web = settings.roles.contains(&Role::Web);
    let listener = if web { Some(listen(settings.listen, "--listen").await?) } else { None };
    let staff = match settings.staff_listen {
        Some(address) if web => Some(listen(address, "--staff-listen").await?),
        _ => None,
    };
    let metrics = match settings.metrics {
        Some(address) => Some(listen(address, "--metrics").await?),
        None => None,
    };
    let tls = match &settings.tls {
        Some((cert, key)) => Some(Tls::read(cert, key).map_err(|e| Problem::new(format!("証明書を使えません: {e}")))?),
        None => None,
    };
    let world = World::real();
    let opened = open::open(&settings.data, &world).await?;
    let keeper = Keeper::new(Cost::OWASP, 2)
        .map_err(|e| Problem::new(format!("パスワードの準備に失敗しました({e})。")))?
        .with_vault(vault(settings.secret_file.as_deref())?);
    let city = City {
        db: opened.db.clone(),
        folder: opened.folder,
        world: world.clone(),
        keeper: keeper.clone(),
        mail: settings.mail.clone(),
    };
    let greeting = first_start(&city, &settings).await?;
    seal_secrets(&city).await?;
    let (stop, stopped) = watch::channel(false);
    let app = App::open(
        opened.db.clone(),
        world.clone(),
        reach(&settings, listener.as_ref(), staff.as_ref(), tls.is_some())?,
        keeper,
        wiring::nav(),
    )
    .await?;
    app.end_streams_at(stopped.clone());
    let face = face_visits::Face::new(&opened.db, &world);
    let table = wiring::table(face.serve(wiring::routes()?))?;
    let mut background = Vec::new();
    if settings.roles.contains(&Role::Worker) {
        let node = city.folder.node(&world).map_err(|e| Problem::file(city.folder.path(), &e))?;
        background = jobs::start(&city.db, &world, app.city().name.clone(), &city.files(), &settings, node, &stopped)?;
    }
    // Before anybody can see that the program is ready: whoever waits for that may stop it at once.
    let signals = Signals::hook()?;
    let mut servers = Vec::new();
    let public_door = if staff.is_some() { Door::Public } else { Door::Whole };
    for (listener, door) in [(listener, public_door), (staff, Door::Staff)] {
        if let Some(listener) = listener {
            let router = shell::router(&table, &app, door);
            servers.push(tokio::spawn(shell::serve(listener, router, tls.clone(), stopped.clone())));
        }
    }
    if let Some(listener) = metrics {
        let measured = Measured { db: city.db.clone(), congestion: face.congestion().clone() };
        servers.push(tokio::spawn(metrics::serve(listener, measured, stopped.clone())));
    }
    announce(&app, &greeting, watch.elapsed().as_secs_f64(), web);
    tokio::select! {
        () = signals.come() => {}
        ended = commands(&city) => ended?,
    }
    tracing::info!("stopping: answers under way are finished");
    // Whoever listens has a receiver; none left means all have ended.
    let _ = stop.send(true);
    for server in servers {
        match server.await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => tracing::error!(error = %e, "a listener failed"),
            Err(e) => tracing::error!(error = %e, "a server ended badly"),
        }
    }
    for job in background {
        if let Err(e) = job.await {
            tracing::error!(error = %e, "a job ended badly");
        }
    }
    opened.db.close().await;
    Ok(())
}

fn log() {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter =
        EnvFilter::try_from_env("YOKOGUSHI_LOG").unwrap_or_else(|_| EnvFilter::new("warn,yokogushi=info,shell=info"));
    let json = std::env::var("YOKOGUSHI_LOG_FORMAT").is_ok_and(|f| f == "json");
    let base = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = if json { base.json().try_init() } else { base.try_init() };
    if let Err(e) = set {
        eprintln!("記録の出力を設定できません({e})。");
    }
}

async fn listen(address: SocketAddr, flag: &str) -> Result<TcpListener, Problem> {
    TcpListener::bind(address).await.map_err(|e| Problem::listen(address, flag, &e))
}

/// How the outside reaches this server.
fn reach(
    settings: &Settings,
    listener: Option<&TcpListener>,
    staff: Option<&TcpListener>,
    tls: bool,
) -> Result<shell::Config, Problem> {
    let guess = |listener: Option<&TcpListener>| -> String {
        let scheme = if tls { "https" } else { "http" };
        let address = listener.and_then(|l| l.local_addr().ok()).unwrap_or(settings.listen);
        format!("{scheme}://{address}")
    };
    let url = |name: &str, given: Option<&String>, listener: Option<&TcpListener>| -> Result<PublicUrl, Problem> {
        let text = given.cloned().unwrap_or_else(|| guess(listener));
        text.parse().map_err(|e| {
            Problem::new(format!("{name} を読めません({e})。https://www.city.example.jp の形で指定してください。"))
        })
    };
    let mut config = shell::Config::new(url("YOKOGUSHI_PUBLIC_URL", settings.public_url.as_ref(), listener)?);
    if staff.is_some() || settings.staff_url.is_some() {
        config.staff_url = Some(url("YOKOGUSHI_STAFF_URL", settings.staff_url.as_ref(), staff)?);
    }
    for block in settings.trusted_proxies.iter().flat_map(|t| t.split([',', ' '])).filter(|b| !b.is_empty()) {
        let block = block.parse().map_err(|e| {
            Problem::new(format!("YOKOGUSHI_TRUSTED_PROXIES を読めません({e})。10.0.0.0/8 の形で指定してください。"))
        })?;
        config.trusted_proxies.push(block);
    }
    config.tiles.clone_from(&settings.tiles);
    Ok(config)
}

/// What is printed besides the addresses: how to sign in, on a first start and in a demo city on every start.
#[derive(Default)]
struct Greeting {
    lines: Vec<String>,
}

/// How to sign in to a demo city, kept beside its data: it is printed at every start.
const SIGN_INS: &str = "demo-sign-ins.txt";

/// On an empty city: the demo city, or the first administrator.
async fn first_start(city: &City, settings: &Settings) -> Result<Greeting, Problem> {
    let path = city.folder.path().join(SIGN_INS);
    if settings.demo {
        let made = demo::create(&city.db, &city.world).await;
        if let Some(made) = made.map_err(|e| Problem::new(format!("デモの市を作れません({e})。")))? {
            let mut lines = vec!["デモ(架空の市です)の職員".to_owned()];
            for it in &made.sign_ins {
                lines.push(format!("  {} / パスワード {}  ({})", it.login, it.password, it.role));
                lines.push(format!("      1回だけ使えるコード {}", it.codes.join(" ")));
            }
            lines.extend(made.addresses.iter().map(|(path, what)| format!("  {path}  {what}")));
            std::fs::write(&path, lines.join("\n")).map_err(|e| Problem::file(&path, &e))?;
        }
        let morning = demo::new_day(&city.db, &city.world, demo::Wake::Start).await;
        morning.map_err(|e| Problem::new(format!("デモの市の今日を作れません({e})。")))?;
        if let Ok(text) = std::fs::read_to_string(&path) {
            return Ok(Greeting { lines: text.lines().map(str::to_owned).collect() });
        }
    }
    let set_up: Result<_, store::Error> = city.db.read(async |tx: &mut Tx<'_>| places::city(tx).await).await;
    if set_up?.is_some_and(|set_up| set_up.is_demo) {
        return Ok(Greeting::default());
    }
    let mut greeting = Greeting::default();
    let first = people::first_administrator(&city.db, &city.world, &city.keeper).await;
    if let Some(first) = first.map_err(|e| Problem::new(format!("最初の管理者を作れません({e})。")))? {
        greeting
            .lines
            .push("最初の管理者 (このパスワードは二度と表示されません。サインインしてすぐに変えてください)".to_owned());
        greeting.lines.push(format!("  ログイン名 {}   パスワード {}", first.login, first.password));
    }
    Ok(greeting)
}

/// What the secrets of authenticators are sealed with.
fn vault(file: Option<&Path>) -> Result<Vault, Problem> {
    let Some(file) = file else { return Ok(Vault::default()) };
    let content = std::fs::read(file).map_err(|e| Problem::file(file, &e))?;
    Vault::with_file(&content).map_err(|_| {
        Problem::new(format!(
            "YOKOGUSHI_SECRET_FILE のファイル {} が短すぎます({}バイト以上必要です)。",
            file.display(),
            people::LEAST_FILE_BYTES
        ))
    })
}

/// Secrets stored by an earlier program, or before the secret file was given, are sealed now. A missing file stops
/// nobody who has printed codes, so the server serves all the same and says what is missing.
async fn seal_secrets(city: &City) -> Result<(), Problem> {
    let done = people::reseal(&city.db, &city.world, city.keeper.vault()).await?;
    if done.renewed > 0 {
        tracing::info!(count = done.renewed, "secrets of authenticators were sealed");
    }
    if done.unreadable > 0 {
        tracing::error!(
            count = done.unreadable,
            "secrets of authenticators cannot be read: set YOKOGUSHI_SECRET_FILE to the file they were sealed with"
        );
    }
    Ok(())
}

fn announce(app: &App, greeting: &Greeting, seconds: f64, web: bool) {
    let mut text = format!("横串 {} — 準備ができました ({seconds:.1}秒)\n", env!("CARGO_PKG_VERSION"));
    if web {
        let (public, staff) = (&app.config.public_url, app.config.staff_url());
        text.push_str(&format!("  住民のページ     {}\n", public.join("/")));
        text.push_str(&format!("  職員のページ     {}\n", staff.join("/staff")));
        text.push_str(&format!("  API の説明書     {}\n", public.join("/api/openapi.json")));
    }
    for line in &greeting.lines {
        text.push_str("  ");
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("  止めるには Ctrl+C を押してください。\n");
    let mut out = std::io::stdout().lock();
    // Nobody may be reading; the server serves all the same.
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Takes handed-over commands; when that is impossible the server serves all the same.
async fn commands(city: &City) -> Result<(), Problem> {
    if let Err(error) = control::serve(city).await {
        tracing::warn!(%error, "commands beside this server cannot be taken");
    }
    std::future::pending().await
}

/// What ends the program: until these are hooked, a signal ends it without a word.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn hook() -> Result<Self, Problem> {
        let hook = |kind| signal(kind).map_err(|e| Problem::new(format!("停止の合図を受け取れません({e})。")));
        Ok(Self { terminate: hook(SignalKind::terminate())?, interrupt: hook(SignalKind::interrupt())? })
    }

    async fn come(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
