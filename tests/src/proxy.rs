//! A network between the program and PostgreSQL that can be cut or frozen.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Carries everything.
    Whole = 0,
    /// Every connection is gone and new ones are closed at once.
    Cut = 1,
    /// Connections stay, but nothing comes through any more.
    Frozen = 2,
}

/// A server's way in: a port or a socket file.
#[derive(Debug, Clone)]
enum Behind {
    Port(String),
    Socket(String),
}

#[derive(Debug)]
struct Shared {
    line: AtomicU8,
    stop: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

/// The network; it goes with the value.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    url: String,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Puts itself before the server of a database address; [`Proxy::url`] is the address through it.
    pub fn before(database: &str) -> io::Result<Self> {
        let (scheme, rest) = database.split_once("://").unwrap_or(("postgres", database));
        let (user, rest) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (server, name) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = server.rsplit_once(':').unwrap_or((server, "5432"));
        let behind = if host.starts_with("%2F") {
            Behind::Socket(format!("{}/.s.PGSQL.{port}", host.replace("%2F", "/")))
        } else {
            Behind::Port(format!("{host}:{port}"))
        };
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { line: AtomicU8::new(0), stop: AtomicBool::new(false), open: Mutex::default() });
        let for_thread = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if for_thread.stop.load(Ordering::Acquire) {
                    return;
                }
                if for_thread.line.load(Ordering::Acquire) != Line::Cut as u8 {
                    // One that cannot be carried is closed, as a broken network would.
                    drop(carry(&behind, stream, &for_thread));
                }
            }
        });
        Ok(Self { address, url: format!("{scheme}://{user}@{address}/{name}"), shared })
    }

    /// The database's address through this network.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Changes the network.
    pub fn set(&self, line: Line) {
        self.shared.line.store(line as u8, Ordering::Release);
        if line == Line::Cut {
            let mut open = self.shared.open.lock().unwrap_or_else(PoisonError::into_inner);
            for stream in open.drain(..) {
                // Closed already by either side is as good.
                drop(stream.shutdown(Shutdown::Both));
            }
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.set(Line::Cut);
        drop(TcpStream::connect(self.address));
    }
}

fn carry(behind: &Behind, near: TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    near.set_nodelay(true)?;
    shared.open.lock().unwrap_or_else(PoisonError::into_inner).push(near.try_clone()?);
    match behind {
        Behind::Port(address) => {
            let far = TcpStream::connect(address)?;
            pump(near.try_clone()?, far.try_clone()?, shared);
            pump(far, near, shared);
        }
        Behind::Socket(path) => {
            let far = UnixStream::connect(path)?;
            pump(near.try_clone()?, far.try_clone()?, shared);
            pump(far, near, shared);
        }
    }
    Ok(())
}

/// Carries bytes one way until either side is gone.
fn pump(mut from: impl Read + Send + 'static, mut to: impl Write + Send + 'static, shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        let mut part = [0; 16 * 1024];
        while let Ok(n) = from.read(&mut part) {
            while shared.line.load(Ordering::Acquire) == Line::Frozen as u8 {
                std::thread::sleep(Duration::from_millis(20));
            }
            if n == 0 || to.write_all(&part[..n]).is_err() {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use super::{Line, Proxy};

    /// A server that says back what it hears.
    fn echo() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                std::thread::spawn(move || {
                    let mut part = [0; 64];
                    while let Ok(n) = stream.read(&mut part) {
                        if n == 0 || stream.write_all(&part[..n]).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        format!("postgres://somebody@{address}/city")
    }

    fn says(stream: &mut TcpStream) -> bool {
        stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let mut part = [0; 2];
        stream.write_all(b"hi").is_ok() && stream.read_exact(&mut part).is_ok() && &part == b"hi"
    }

    #[test]
    fn cut_frozen_and_whole_again() {
        let proxy = Proxy::before(&echo()).unwrap();
        assert!(proxy.url().starts_with("postgres://somebody@127.0.0.1:") && proxy.url().ends_with("/city"));
        let mut stream = TcpStream::connect(proxy.address).unwrap();
        assert!(says(&mut stream));
        proxy.set(Line::Frozen);
        assert!(!says(&mut stream));
        proxy.set(Line::Cut);
        assert!(!says(&mut stream));
        assert!(!says(&mut TcpStream::connect(proxy.address).unwrap()));
        proxy.set(Line::Whole);
        assert!(says(&mut TcpStream::connect(proxy.address).unwrap()));
    }
}
