//! A small HTTP/1.1 client over plain sockets: it can be polite, keep its connection, and also send what no library would.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's first value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{error}: status {}: {}", self.status, self.text()),
        }
    }

    /// Fails the test, showing the body, unless the status is this one.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text().chars().take(2000).collect::<String>());
        self
    }

    /// The page's visible words, roughly: without tags.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = String::new();
        let mut inside = false;
        for c in self.text().chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => words.push(c),
                _ => {}
            }
        }
        words
    }
}

/// A request being put together.
#[derive(Debug, Clone)]
pub struct Ask {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Ask {
    /// Any method.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// GET.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// POST of JSON, as another program sends it.
    #[must_use]
    pub fn post_json(path: &str, body: &Value) -> Self {
        Self::new("POST", path).header("content-type", "application/json").body(body.to_string().into_bytes())
    }

    /// POST of form fields, without the headers only a browser sends.
    #[must_use]
    pub fn post_form(path: &str, fields: &[(&str, &str)]) -> Self {
        let text: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        Self::new("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(text.join("&").into_bytes())
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    fn bytes(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() || self.method != "GET" {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Percent-encodes a form field or query value.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(byte.into());
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// A caller with its own connection and cookie jar.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
    cookies: Vec<(String, String)>,
    /// Whether to send Origin and Sec-Fetch-Site as a browser does.
    browser: bool,
}

impl Client {
    /// Another program: no cookies to begin with, no Origin.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self { address, connection: None, cookies: Vec::new(), browser: false }
    }

    /// A browser on the city's own pages.
    #[must_use]
    pub fn browser(address: SocketAddr) -> Self {
        Self { browser: true, ..Self::new(address) }
    }

    /// The value of a cookie the server set.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All cookies, to hand to another client.
    #[must_use]
    pub fn cookies(&self) -> &[(String, String)] {
        &self.cookies
    }

    /// Takes over another client's cookies.
    #[must_use]
    pub fn with_cookies(mut self, cookies: &[(String, String)]) -> Self {
        self.cookies = cookies.to_vec();
        self
    }

    /// Sends a request; an error means that no answer came.
    pub fn try_send(&mut self, ask: &Ask) -> io::Result<Answer> {
        let host = self.address.to_string();
        let mut ask = ask.clone();
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            ask = ask.header("cookie", &all.join("; "));
        }
        let given = |name: &str| ask.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if self.browser && !given("origin") && !given("sec-fetch-site") {
            ask = ask.header("sec-fetch-site", "same-origin").header("origin", &format!("http://{host}"));
        }
        let bytes = ask.bytes(&host);
        let answer = match self.exchange(&bytes, &ask.method) {
            // A kept connection may have been closed meanwhile; a GET may simply be asked again.
            Err(_) if ask.method == "GET" => {
                self.connection = None;
                self.exchange(&bytes, &ask.method)
            }
            other => other,
        };
        if answer.is_err() {
            self.connection = None;
        }
        let answer = answer?;
        self.remember(&answer);
        Ok(answer)
    }

    /// Sends a request; no answer fails the test.
    #[track_caller]
    pub fn send(&mut self, ask: &Ask) -> Answer {
        match self.try_send(ask) {
            Ok(answer) => answer,
            Err(error) => panic!("{} {} got no answer: {error}", ask.method, ask.path),
        }
    }

    /// GET of a path.
    #[track_caller]
    pub fn get(&mut self, path: &str) -> Answer {
        self.send(&Ask::get(path))
    }

    /// POST of a form, then, as a browser does, GET of where it leads; the last answer.
    #[track_caller]
    pub fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut answer = self.send(&Ask::post_form(path, fields));
        for _ in 0..5 {
            let Some(to) = answer.header("location").map(str::to_owned) else { break };
            let path = to.split_once("://").map_or(to.as_str(), |(_, rest)| &rest[rest.find('/').unwrap_or(0)..]);
            answer = self.get(path);
        }
        answer
    }

    /// Sends any bytes on a new connection and returns what comes back until the server closes or stays silent.
    pub fn raw(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(3)))?;
        // The server may refuse and close before everything is sent.
        drop(stream.write_all(bytes));
        let mut back = Vec::new();
        let mut part = [0; 8192];
        loop {
            match stream.read(&mut part) {
                Ok(0) | Err(_) => return Ok(back),
                Ok(n) => back.extend_from_slice(&part[..n]),
            }
        }
    }

    fn exchange(&mut self, bytes: &[u8], method: &str) -> io::Result<Answer> {
        let mut connection = match self.connection.take() {
            Some(kept) => kept,
            None => BufReader::new(connect(self.address)?),
        };
        // A server that refuses a large body answers before it has read everything: its answer is read all the same.
        let sent = connection.get_mut().write_all(bytes);
        let answer = read_answer(&mut connection, method).map_err(|error| sent.err().unwrap_or(error))?;
        if !answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            self.connection = Some(connection);
        }
        Ok(answer)
    }

    fn remember(&mut self, answer: &Answer) {
        for (_, text) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let Some((name, value)) = text.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            self.cookies.retain(|(known, _)| known != name.trim());
            if !value.is_empty() && !text.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.push((name.trim().to_owned(), value.to_owned()));
            }
        }
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn read_answer(connection: &mut BufReader<TcpStream>, method: &str) -> io::Result<Answer> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut status_line = line(connection)?;
    let mut status = code(&status_line).ok_or_else(|| bad(&status_line))?;
    while status == 100 {
        while !line(connection)?.is_empty() {}
        status_line = line(connection)?;
        status = code(&status_line).ok_or_else(|| bad(&status_line))?;
    }
    let mut headers = Vec::new();
    loop {
        let text = line(connection)?;
        if text.is_empty() {
            break;
        }
        let (name, value) = text.split_once(':').ok_or_else(|| bad(&text))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    if method == "HEAD" || status == 204 || status == 304 {
        return Ok(answer);
    }
    if answer.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        loop {
            let text = line(connection)?;
            let size =
                usize::from_str_radix(text.split(';').next().unwrap_or_default().trim(), 16).map_err(|_| bad(&text))?;
            let mut chunk = vec![0; size];
            connection.read_exact(&mut chunk)?;
            answer.body.extend_from_slice(&chunk);
            line(connection)?;
            if size == 0 {
                return Ok(answer);
            }
        }
    }
    if let Some(length) = answer.header("content-length") {
        let length = length.parse().map_err(|_| bad("content-length"))?;
        let mut body = vec![0; length];
        connection.read_exact(&mut body)?;
        answer.body = body;
    } else {
        connection.read_to_end(&mut answer.body)?;
    }
    Ok(answer)
}

fn line(connection: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut bytes = Vec::new();
    if connection.read_until(b'\n', &mut bytes)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was closed"));
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

fn code(status_line: &str) -> Option<u16> {
    status_line.split(' ').nth(1)?.parse().ok()
}
