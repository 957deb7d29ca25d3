//! `/metrics` on a listener of its own: what an operator watches, in Prometheus' text format. Nothing personal.

use std::{fmt::Write as _, io};

use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use store::{Db, Error, Tx};
use tokio::{net::TcpListener, sync::watch};
use visits::Congestion;

/// What is measured.
#[derive(Clone)]
pub(crate) struct Measured {
    pub(crate) db: Db,
    pub(crate) congestion: Congestion,
}

/// Serves until `stopped`.
pub(crate) async fn serve(
    listener: TcpListener,
    measured: Measured,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    let router = Router::new().route("/metrics", get(scrape)).with_state(measured);
    let stop = async move {
        // A sender that is gone is a stop as well.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}

async fn scrape(State(measured): State<Measured>) -> impl IntoResponse {
    match gather(&measured).await {
        Ok(text) => (StatusCode::OK, [("content-type", "text/plain; version=0.0.4; charset=utf-8")], text),
        Err(error) => {
            let text = format!("yokogushi_database_up 0\n# {error}\n");
            (StatusCode::SERVICE_UNAVAILABLE, [("content-type", "text/plain; charset=utf-8")], text)
        }
    }
}

/// One figure with its name, its meaning and its kind.
fn head(text: &mut String, name: &str, means: &str) {
    // Writing into a String cannot fail.
    let _ = writeln!(text, "# HELP {name} {means}\n# TYPE {name} gauge");
}

async fn gather(measured: &Measured) -> Result<String, Error> {
    measured.db.ping().await?;
    let messages = measured.db.read(async |tx: &mut Tx<'_>| messages::record::counts(tx).await).await?;
    let counters = measured.congestion.now().await?;
    let mut text = String::new();
    head(&mut text, "yokogushi_database_up", "1 when the database answers.");
    text.push_str("yokogushi_database_up 1\n");
    head(&mut text, "yokogushi_messages", "Messages by state.");
    for (state, count) in messages {
        let _ = writeln!(text, "yokogushi_messages{{state=\"{}\"}} {count}", state.code());
    }
    head(&mut text, "yokogushi_visits_waiting", "People waiting at a counter.");
    for it in counters.iter() {
        let _ = writeln!(text, "yokogushi_visits_waiting{{counter=\"{}\"}} {}", it.counter.details.code, it.waiting);
    }
    head(&mut text, "yokogushi_visits_wait_minutes", "Expected wait of somebody who comes now, in minutes.");
    for it in counters.iter() {
        let _ =
            writeln!(text, "yokogushi_visits_wait_minutes{{counter=\"{}\"}} {}", it.counter.details.code, it.wait_now);
    }
    if let Some(bytes) = resident_bytes() {
        head(&mut text, "process_resident_memory_bytes", "Resident memory size in bytes.");
        let _ = writeln!(text, "process_resident_memory_bytes {bytes}");
    }
    Ok(text)
}

/// Resident memory, where the system tells (Linux).
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kb| kb * 1024)
}
