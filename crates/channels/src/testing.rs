//! A mail server for tests: speaks ESMTP on a free port of this machine, keeps every letter, and misbehaves when told to.

mod mime;
mod tls;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub use mime::Letter;
pub use tls::Encrypted;

/// What the server does wrong with one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answers the greeting with 421: too busy.
    Busy,
    /// Refuses the password with 535.
    PasswordRefused,
    /// Answers the sender with 550: this server does not relay for us.
    SenderRefused,
    /// Answers the recipient with 450: try later.
    Later,
    /// Answers the recipient with 550: no such mailbox.
    NoMailbox,
    /// Takes the whole letter and answers 554: content refused.
    ContentRefused,
    /// Takes the whole letter, keeps it, and cuts the line before it answers.
    DropAfterData,
    /// Cuts the line in the middle of the letter; nothing is kept.
    DropInData,
    /// Waits this long before it answers the final dot.
    Slow(Duration),
    /// Answers the final dot with something that is no SMTP.
    Gibberish,
}

#[derive(Debug, Default)]
struct State {
    letters: Vec<Letter>,
    plan: VecDeque<Fault>,
    mood: Option<Fault>,
    always: BTreeMap<String, Fault>,
    greylist: Option<BTreeSet<String>>,
    connections: usize,
    commands: Vec<String>,
}

/// The running server; it stops when dropped.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
    encrypted: Encrypted,
    authority: Option<String>,
}

impl Sink {
    /// Starts on a free port of 127.0.0.1, without encryption.
    pub async fn start() -> io::Result<Self> {
        Self::start_on("127.0.0.1:0", Encrypted::No).await
    }

    /// Starts on a given address (a server that comes back after it was away) or with encryption.
    pub async fn start_on(address: &str, encrypted: Encrypted) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let (acceptor, authority) = match encrypted {
            Encrypted::No => (None, None),
            _ => tls::acceptor().map(|(acceptor, pem)| (Some(acceptor), Some(pem)))?,
        };
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let conversation = Conversation::new(Arc::clone(&shared), acceptor.clone());
                tokio::spawn(async move {
                    // A client that leaves in the middle is part of what tests do.
                    let _: io::Result<()> = conversation.begin(stream, encrypted).await;
                });
            }
        });
        Ok(Self { address, state, task, encrypted, authority })
    }

    /// The address to put into the mail configuration.
    pub fn url(&self) -> String {
        match self.encrypted {
            Encrypted::No => format!("smtp://{}?tls=none", self.address),
            Encrypted::OnRequest => format!("smtp://{}?tls=required", self.address),
            Encrypted::Always => format!("smtps://{}", self.address),
        }
    }

    /// The certificate a client has to trust, as PEM text, when the server encrypts.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next letters meet these faults, one each, in this order; later letters are taken.
    pub fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.state).plan.extend(faults);
    }

    /// From now on every letter without a fault of its own meets this one; `None`: letters are taken again.
    pub fn all(&self, fault: Option<Fault>) {
        lock(&self.state).mood = fault;
    }

    /// Every letter to this address meets this fault.
    pub fn always(&self, recipient: &str, fault: Fault) {
        lock(&self.state).always.insert(recipient.to_owned(), fault);
    }

    /// From now on the first letter of a sender to a recipient is answered with 450, the second is taken.
    pub fn greylist(&self) {
        lock(&self.state).greylist.get_or_insert_default();
    }

    /// Every letter the server kept, in the order of arrival; one kept twice stands there twice.
    pub fn letters(&self) -> Vec<Letter> {
        lock(&self.state).letters.clone()
    }

    /// Letters counted as a recipient's program counts them: by Message-ID.
    pub fn message_ids(&self) -> BTreeMap<String, usize> {
        let mut count = BTreeMap::new();
        for letter in &lock(&self.state).letters {
            *count.entry(letter.message_id().to_owned()).or_default() += 1;
        }
        count
    }

    /// How many connections were opened so far.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    /// Every command line that came, for tests of the conversation itself.
    pub fn commands(&self) -> Vec<String> {
        lock(&self.state).commands.clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

type Line = BufReader<Box<dyn Duplex>>;

struct Conversation {
    state: Arc<Mutex<State>>,
    acceptor: Option<TlsAcceptor>,
    encrypted: bool,
    fault: Option<Fault>,
    from: Option<String>,
    to: Vec<String>,
}

impl Conversation {
    fn new(state: Arc<Mutex<State>>, acceptor: Option<TlsAcceptor>) -> Self {
        Self { state, acceptor, encrypted: false, fault: None, from: None, to: Vec::new() }
    }

    async fn begin(mut self, stream: TcpStream, encrypted: Encrypted) -> io::Result<()> {
        lock(&self.state).connections += 1;
        let mut line: Line = BufReader::new(Box::new(stream));
        if encrypted == Encrypted::Always {
            line = self.encrypt(line).await?;
        }
        self.hold(line).await
    }

    async fn encrypt(&mut self, line: Line) -> io::Result<Line> {
        let acceptor = self.acceptor.clone().ok_or(io::ErrorKind::Unsupported)?;
        self.encrypted = true;
        Ok(BufReader::new(Box::new(acceptor.accept(line.into_inner()).await?)))
    }

    async fn hold(mut self, mut line: Line) -> io::Result<()> {
        if self.take_if(|fault| fault == Fault::Busy).is_some() {
            return say(&mut line, "421 4.3.2 too busy\r\n").await;
        }
        say(&mut line, "220 sink.example ESMTP\r\n").await?;
        let mut read = String::new();
        loop {
            read.clear();
            if line.read_line(&mut read).await? == 0 {
                return Ok(());
            }
            let command = read.trim_end();
            lock(&self.state).commands.push(command.to_owned());
            if command.eq_ignore_ascii_case("DATA") && !self.to.is_empty() {
                say(&mut line, "354 go ahead\r\n").await?;
                if self.fault == Some(Fault::DropInData) {
                    let mut first = [0_u8; 64];
                    line.read_exact(&mut first).await?;
                    return Ok(());
                }
                let raw = read_content(&mut line).await?;
                match self.content(&raw).await {
                    Some(answer) => say(&mut line, &answer).await?,
                    None => return Ok(()),
                }
                continue;
            }
            let answer = self.answer(command);
            say(&mut line, &answer).await?;
            if answer.starts_with("221") {
                return Ok(());
            }
            if answer == STARTTLS {
                line = self.encrypt(line).await?;
            }
        }
    }

    /// Answers everything but the letter itself.
    fn answer(&mut self, command: &str) -> String {
        let verb = command.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" if self.acceptor.is_some() && !self.encrypted => "250-sink.example\r\n250 STARTTLS\r\n",
            "STARTTLS" if self.acceptor.is_some() && !self.encrypted => STARTTLS,
            "EHLO" => "250-sink.example\r\n250-SIZE 1000000\r\n250-AUTH PLAIN LOGIN\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n",
            "HELO" | "NOOP" => "250 2.0.0 fine\r\n",
            "AUTH" if self.take_if(|fault| fault == Fault::PasswordRefused).is_some() => "535 5.7.8 wrong password\r\n",
            "AUTH" => "235 2.7.0 welcome\r\n",
            "MAIL" => {
                self.from = Some(between_brackets(command));
                self.to.clear();
                let mut state = lock(&self.state);
                self.fault = state.plan.pop_front().or(state.mood);
                if self.fault == Some(Fault::SenderRefused) { "550 5.7.1 sender refused\r\n" } else { "250 2.1.0 fine\r\n" }
            }
            "RCPT" => return self.recipient(between_brackets(command)),
            "RSET" => {
                self.from = None;
                self.to.clear();
                "250 2.0.0 fine\r\n"
            }
            "DATA" => "503 5.5.1 no recipient\r\n",
            "QUIT" => "221 2.0.0 bye\r\n",
            _ => "502 5.5.2 unknown\r\n",
        }
        .to_owned()
    }

    fn recipient(&mut self, recipient: String) -> String {
        let Some(from) = self.from.clone() else {
            return "503 5.5.1 no sender\r\n".to_owned();
        };
        let mut state = lock(&self.state);
        if let Some(fault) = state.always.get(&recipient) {
            self.fault = Some(*fault);
        }
        let pair = format!("{from} {recipient}");
        if let Some(seen) = &mut state.greylist
            && seen.insert(pair)
        {
            return "450 4.7.1 greylisted, try later\r\n".to_owned();
        }
        match self.fault {
            Some(Fault::Later) => format!("450 4.2.0 <{recipient}> busy, try later\r\n"),
            Some(Fault::NoMailbox) => format!("550 5.1.1 <{recipient}>: no such mailbox\r\n"),
            _ => {
                self.to.push(recipient);
                "250 2.1.5 fine\r\n".to_owned()
            }
        }
    }

    /// Keeps or refuses the letter; without an answer the conversation ends.
    async fn content(&mut self, raw: &[u8]) -> Option<String> {
        let mut letter = Letter::parse(self.from.as_deref().unwrap_or(""), &self.to, raw);
        letter.encrypted = self.encrypted;
        self.from = None;
        self.to.clear();
        match self.fault.take() {
            Some(Fault::ContentRefused) => return Some("554 5.7.1 content refused\r\n".to_owned()),
            Some(Fault::Gibberish) => return Some("HTTP/1.1 400 Bad Request\r\n\r\n".to_owned()),
            Some(Fault::DropAfterData) => {
                lock(&self.state).letters.push(letter);
                return None;
            }
            Some(Fault::Slow(wait)) => tokio::time::sleep(wait).await,
            _ => {}
        }
        letter.acknowledged = true;
        let mut state = lock(&self.state);
        state.letters.push(letter);
        Some(format!("250 2.0.0 kept as {}\r\n", state.letters.len()))
    }

    fn take_if(&self, wanted: impl Fn(Fault) -> bool) -> Option<Fault> {
        let mut state = lock(&self.state);
        if state.plan.front().is_some_and(|fault| wanted(*fault)) { state.plan.pop_front() } else { None }
    }
}

const STARTTLS: &str = "220 2.0.0 ready\r\n";

async fn say(line: &mut Line, answer: &str) -> io::Result<()> {
    line.write_all(answer.as_bytes()).await?;
    line.flush().await
}

/// Reads up to the line with the single dot and takes the doubled dots away.
async fn read_content(reader: &mut Line) -> io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(raw);
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

fn between_brackets(command: &str) -> String {
    let start = command.find('<').map_or(command.len(), |at| at + 1);
    let end = command.rfind('>').unwrap_or(command.len()).max(start);
    command[start..end].to_owned()
}
