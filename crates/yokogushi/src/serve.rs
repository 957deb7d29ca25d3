//! `yokogushi serve`: from the configuration to a server that answers, and back to rest.

use std::{io::Write as _, net::SocketAddr};

use kernel::{World, time::Stopwatch};
use people::{Cost, Keeper};
use shell::{App, Door, PublicUrl, Tls};
use store::Db;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    cli::{Common, Role, Serve},
    open,
    problem::Problem,
    settings::Settings,
    wiring,
};

/// Runs until asked to stop.
pub async fn run(common: &Common, flags: &Serve) -> Result<(), Problem> {
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
    let tls = match &settings.tls {
        Some((cert, key)) => Some(Tls::read(cert, key).map_err(|e| Problem::new(format!("証明書を使えません: {e}")))?),
        None => None,
    };
    let world = World::real();
    let opened = open::open(&settings.data, &world).await?;
    let keeper =
        Keeper::new(Cost::OWASP, 2).map_err(|e| Problem::new(format!("パスワードの準備に失敗しました({e})。")))?;
    let greeting = first_start(&opened.db, &world, &keeper, &settings).await?;
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
    let table = wiring::table(face.serve(wiring::routes()))?;
    let mut servers = Vec::new();
    let public_door = if staff.is_some() { Door::Public } else { Door::Whole };
    for (listener, door) in [(listener, public_door), (staff, Door::Staff)] {
        if let Some(listener) = listener {
            let router = shell::router(&table, &app, door);
            servers.push(tokio::spawn(shell::serve(listener, router, tls.clone(), stopped.clone())));
        }
    }
    announce(&app, &greeting, watch.elapsed().as_secs_f64(), web);
    wait_for_signal().await?;
    tracing::info!("stopping: answers under way are finished");
    // Whoever listens has a receiver; none left means all have ended.
    drop(stop.send(true));
    for server in servers {
        match server.await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => tracing::error!(error = %e, "a listener failed"),
            Err(e) => tracing::error!(error = %e, "a server ended badly"),
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

/// What a first start made, to be printed once.
#[derive(Default)]
struct Greeting {
    lines: Vec<String>,
}

/// On an empty city: the demo city, or the first administrator.
async fn first_start(db: &Db, world: &World, keeper: &Keeper, settings: &Settings) -> Result<Greeting, Problem> {
    let mut greeting = Greeting::default();
    let _ = settings.demo;
    let first = people::first_administrator(db, world, keeper).await;
    if let Some(first) = first.map_err(|e| Problem::new(format!("最初の管理者を作れません({e})。")))? {
        greeting
            .lines
            .push("最初の管理者 (このパスワードは二度と表示されません。サインインしてすぐに変えてください)".to_owned());
        greeting.lines.push(format!("  ログイン名 {}   パスワード {}", first.login, first.password));
    }
    Ok(greeting)
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

async fn wait_for_signal() -> Result<(), Problem> {
    let hook = |kind| signal(kind).map_err(|e| Problem::new(format!("停止の合図を受け取れません({e})。")));
    let (mut terminate, mut interrupt) = (hook(SignalKind::terminate())?, hook(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
