//! Slow callers, large bodies and the end of serving, over real sockets.

use std::net::SocketAddr;

use axum::extract::State;
use axum::response::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;
use crate::testing::House;
use crate::{App, Ask, Door, Refusal, Route, Who, router};

async fn who(ask: Ask) -> String {
    ask.caller.to_string()
}

async fn later() -> &'static str {
    sleep(Duration::from_millis(300)).await;
    "done"
}

async fn changes(State(app): State<App>) -> Result<Response, Refusal> {
    crate::live(&app, vec!["x".to_owned()])
}

struct Running {
    at: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<io::Result<()>>,
}

async fn running(house: &House, tls: Option<Tls>) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    house.app.end_streams_at(stopped.clone());
    let router = router(&house.table, &house.app, Door::Whole);
    Running { at, stop, server: tokio::spawn(serve(listener, router, tls, stopped)) }
}

async fn house(db: store::Db) -> House {
    let routes = vec![
        Route::page("/who", Who::Anyone, who),
        Route::page("/later", Who::Anyone, later),
        Route::live("/live", Who::Anyone, changes),
    ];
    House::open(db, routes).await
}

fn with_server<T>(test: impl AsyncFnOnce(Running) -> T) -> T {
    store::testing::on_sqlite(async |db| {
        let house = house(db).await;
        test(running(&house, None).await).await
    })
}

async fn say(at: SocketAddr, words: &str) -> TcpStream {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(words.as_bytes()).await.unwrap();
    stream
}

async fn hear(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn the_caller_s_address_is_known() {
    with_server(async |running| {
        let mut stream = say(running.at, "GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        let answer = hear(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
    });
}

#[test]
fn what_is_no_http_is_refused_and_the_server_goes_on() {
    with_server(async |running| {
        for words in ["\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\u{0} HTTP/1.1\r\nHost: x\r\n\r\n"] {
            let mut stream = say(running.at, words).await;
            stream.shutdown().await.unwrap();
            let answer = hear(&mut stream).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
        }
        let long = format!("GET /who HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(200 * 1024));
        let mut stream = TcpStream::connect(running.at).await.unwrap();
        // The server may hang up before it has heard everything.
        drop(stream.write_all(long.as_bytes()).await);
        let mut first = [0; 12];
        if stream.read_exact(&mut first).await.is_ok() {
            assert_eq!(&first, b"HTTP/1.1 431");
        }
        let mut stream = say(running.at, "GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert!(hear(&mut stream).await.starts_with("HTTP/1.1 200"));
    });
}

#[test]
fn answers_under_way_are_finished_and_streams_are_ended() {
    with_server(async |running| {
        let mut later = say(running.at, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut live = say(running.at, "GET /live HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut first = [0; 12];
        live.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        sleep(Duration::from_millis(100)).await;
        running.stop.send(true).unwrap();
        assert!(hear(&mut later).await.ends_with("done"));
        assert!(hear(&mut live).await.contains("event: changed"));
        timeout(Duration::from_secs(5), running.server).await.unwrap().unwrap().unwrap();
        assert!(TcpStream::connect(running.at).await.is_err());
    });
}

#[tokio::test]
async fn files_that_are_no_certificate_are_named() {
    let folder = store::testing::TempFolder::new();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let missing = Tls::read(&certificate, &key).err().unwrap().to_string();
    assert!(missing.contains("cert.pem"), "{missing}");
    std::fs::write(&certificate, "no certificate").unwrap();
    let empty = Tls::read(&certificate, &key).err().unwrap().to_string();
    assert!(empty.contains("holds no certificate"), "{empty}");
}

#[test]
fn encrypted_connections_are_served() {
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    let folder = store::testing::TempFolder::new();
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, own.cert.pem()).unwrap();
    std::fs::write(&key, own.signing_key.serialize_pem()).unwrap();
    let tls = Tls::read(&certificate, &key).unwrap();
    let swapped = Tls::read(&key, &certificate).err().unwrap().to_string();
    assert!(swapped.contains("key.pem"), "{swapped}");
    store::testing::on_sqlite(async |db| {
        let house = house(db).await;
        let running = running(&house, Some(tls)).await;
        let mut roots = RootCertStore::empty();
        roots.add(own.cert.der().clone()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let stream = TcpStream::connect(running.at).await.unwrap();
        let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
        stream.write_all(b"GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        assert!(hear(&mut stream).await.ends_with("127.0.0.1"));
        // Somebody who speaks plain http there is not answered, and nothing breaks.
        let mut plain = say(running.at, "GET /who HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(!hear(&mut plain).await.contains("200"));
    });
}
