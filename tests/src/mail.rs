//! A mail server for tests: speaks SMTP on a free port of this machine, counts Message-IDs, misbehaves on demand.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How the server treats the next letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Takes everything.
    Kind,
    /// "Try again later" to every letter.
    Busy,
    /// "No such person" to every recipient.
    Refusing,
    /// Takes the letter and closes the line before saying so: the sender cannot know.
    Forgetful,
    /// Closes the line when the letter's text is about to come.
    Dropping,
    /// Answers each command after this many milliseconds.
    Slow(u64),
}

/// A letter as it arrived.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The Message-ID header.
    pub id: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Everything after DATA.
    pub text: String,
}

#[derive(Debug)]
struct State {
    mood: Mood,
    letters: Vec<Letter>,
}

/// A running mail server; it stops with the value.
#[derive(Debug)]
pub struct MailServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
}

impl MailServer {
    /// Starts on a free port of 127.0.0.1.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State { mood: Mood::Kind, letters: Vec::new() }));
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, stopped) = (Arc::clone(&state), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::Acquire) {
                    return;
                }
                let shared = Arc::clone(&shared);
                // A broken conversation is the sender's business.
                std::thread::spawn(move || drop(converse(stream, &shared)));
            }
        });
        Ok(Self { address, state, stop })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes how it behaves from now on.
    pub fn set(&self, mood: Mood) {
        lock(&self.state).mood = mood;
    }

    /// Every letter taken, in order of arrival.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        lock(&self.state).letters.clone()
    }

    /// How often each Message-ID arrived.
    #[must_use]
    pub fn ids(&self) -> BTreeMap<String, usize> {
        let mut ids = BTreeMap::new();
        for letter in &lock(&self.state).letters {
            *ids.entry(letter.id.clone()).or_default() += 1;
        }
        ids
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // Wakes the listening thread so that it sees the sign.
        drop(TcpStream::connect(self.address));
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn converse(stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    let mut to = Vec::new();
    out.write_all(b"220 mail.test ESMTP\r\n")?;
    loop {
        let Some(command) = read_line(&mut lines)? else { return Ok(()) };
        let mood = lock(state).mood;
        if let Mood::Slow(milliseconds) = mood {
            std::thread::sleep(Duration::from_millis(milliseconds));
        }
        let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let say: &[u8] = match verb.as_str() {
            "EHLO" => b"250-mail.test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "MAIL" if mood == Mood::Busy => b"451 4.3.0 try again later\r\n",
            "RCPT" if mood == Mood::Refusing => b"550 5.1.1 no such person\r\n",
            "RCPT" => {
                to.push(between(&command, '<', '>'));
                b"250 ok\r\n"
            }
            "MAIL" | "RSET" => {
                to.clear();
                b"250 ok\r\n"
            }
            "HELO" | "NOOP" => b"250 ok\r\n",
            "DATA" if mood == Mood::Dropping => return Ok(()),
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let Some(text) = read_text(&mut lines)? else { return Ok(()) };
                let id = message_id(&text);
                lock(state).letters.push(Letter { id, to: std::mem::take(&mut to), text });
                if mood == Mood::Forgetful {
                    return Ok(());
                }
                b"250 taken\r\n"
            }
            "QUIT" => {
                out.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => b"502 not known here\r\n",
        };
        out.write_all(say)?;
    }
}

fn read_line(lines: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = lines.read_until(b'\n', &mut bytes)?;
    Ok((read > 0).then(|| String::from_utf8_lossy(&bytes).trim_end().to_owned()))
}

/// The text up to the lone dot; nothing when the line broke before it.
fn read_text(lines: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut text = String::new();
    while let Some(line) = read_line(lines)? {
        if line == "." {
            return Ok(Some(text));
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push('\n');
    }
    Ok(None)
}

fn between(text: &str, open: char, close: char) -> String {
    let rest = text.split_once(open).map_or(text, |(_, rest)| rest);
    rest.split_once(close).map_or(rest, |(inner, _)| inner).to_owned()
}

fn message_id(text: &str) -> String {
    text.lines()
        .take_while(|line| !line.is_empty())
        .find(|line| line.to_ascii_lowercase().starts_with("message-id:"))
        .map(|line| between(line, '<', '>'))
        .unwrap_or_default()
}
