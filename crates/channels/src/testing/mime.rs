//! Reads a letter the way a recipient's program does, written apart from what builds it, so that a test never agrees with itself by mistake.

use data_encoding::BASE64_MIME_PERMISSIVE;

/// A letter as the receiving side understood it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// `MAIL FROM` of the conversation.
    pub envelope_from: String,
    /// `RCPT TO` of the conversation.
    pub envelope_to: Vec<String>,
    /// Header fields in order, unfolded and decoded.
    pub headers: Vec<(String, String)>,
    /// The text, decoded to Unicode, with `\n` line ends.
    pub body: String,
    /// What came over the wire between `DATA` and the final dot.
    pub raw: Vec<u8>,
    /// Everything in the letter that breaks a rule of the mail formats; empty for a clean letter.
    pub faults: Vec<String>,
    /// Whether the server told the sender that it took the letter.
    pub acknowledged: bool,
    /// Whether the conversation was encrypted when the letter came.
    pub encrypted: bool,
}

impl Letter {
    /// The value of a header field (the first, when it stands there twice), or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str())
    }

    /// The Message-ID with its angle brackets.
    pub fn message_id(&self) -> &str {
        self.header("Message-ID")
    }

    /// The subject as shown.
    pub fn subject(&self) -> &str {
        self.header("Subject")
    }

    /// Parses what came over the wire.
    pub fn parse(envelope_from: &str, envelope_to: &[String], raw: &[u8]) -> Self {
        let mut faults = Vec::new();
        check_lines(raw, &mut faults);
        let text = String::from_utf8_lossy(raw).replace("\r\n", "\n");
        let (head, rest) = text.split_once("\n\n").unwrap_or((text.as_str(), ""));
        let headers = headers(head, &mut faults);
        let value = |name: &str| {
            headers
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map_or(String::new(), |(_, value)| value.clone())
        };
        for once in
            ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
        {
            let count = headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(once)).count();
            if count != 1 {
                faults.push(format!("{once} stands there {count} times"));
            }
        }
        if !value("Content-Type").to_ascii_lowercase().contains("charset=utf-8") {
            faults.push(format!("Content-Type is {}", value("Content-Type")));
        }
        let bytes = match value("Content-Transfer-Encoding").to_ascii_lowercase().as_str() {
            "base64" => BASE64_MIME_PERMISSIVE.decode(rest.trim_end().as_bytes()).unwrap_or_else(|error| {
                faults.push(format!("base64: {error}"));
                Vec::new()
            }),
            "quoted-printable" => quoted_printable(rest, false, &mut faults),
            "7bit" => rest.as_bytes().to_vec(),
            other => {
                faults.push(format!("Content-Transfer-Encoding is {other}"));
                rest.as_bytes().to_vec()
            }
        };
        let body = String::from_utf8(bytes).unwrap_or_else(|error| {
            faults.push(format!("body: {error}"));
            String::new()
        });
        Self {
            envelope_from: envelope_from.to_owned(),
            envelope_to: envelope_to.to_vec(),
            headers,
            body: body.replace("\r\n", "\n"),
            raw: raw.to_vec(),
            faults,
            acknowledged: false,
            encrypted: false,
        }
    }
}

fn check_lines(raw: &[u8], faults: &mut Vec<String>) {
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let Some(content) = line.strip_suffix(b"\r\n") else {
            faults.push("a line does not end in CRLF".to_owned());
            continue;
        };
        if content.len() > 998 {
            faults.push(format!("a line of {} octets", content.len()));
        }
        if content.contains(&b'\r') || content.contains(&0) {
            faults.push("a CR or NUL inside a line".to_owned());
        }
        if !content.is_ascii() {
            faults.push("a letter beyond ASCII on the wire".to_owned());
        }
    }
}

fn headers(head: &str, faults: &mut Vec<String>) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split('\n') {
        if line.starts_with([' ', '\t']) {
            match fields.last_mut() {
                Some((_, value)) => value.push_str(line),
                None => faults.push("a folded line before any field".to_owned()),
            }
        } else if let Some((name, value)) = line.split_once(':') {
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
                faults.push(format!("field name {name:?}"));
            }
            fields.push((name.to_owned(), value.trim_start().to_owned()));
        } else {
            faults.push(format!("a header line without a field: {line:?}"));
        }
    }
    fields.into_iter().map(|(name, value)| (name, decode_words(&value, faults))).collect()
}

/// RFC 2047: encoded words become text; white space between two of them is not part of the text.
fn decode_words(value: &str, faults: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, word) = rest.split_at(start);
        let Some((decoded, length)) = encoded_word(word, faults) else {
            out.push_str(before);
            out.push_str("=?");
            rest = &word[2..];
            after_word = false;
            continue;
        };
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&decoded);
        rest = &word[length..];
        after_word = true;
    }
    out.push_str(rest);
    out
}

fn encoded_word(word: &str, faults: &mut Vec<String>) -> Option<(String, usize)> {
    let mut parts = word.get(2..)?.splitn(3, '?');
    let (charset, encoding, tail) = (parts.next()?, parts.next()?, parts.next()?);
    let content = &tail[..tail.find("?=")?];
    let length = 2 + charset.len() + 1 + encoding.len() + 1 + content.len() + 2;
    if length > 75 {
        faults.push(format!("an encoded word of {length} octets"));
    }
    let bytes = match encoding {
        "B" | "b" => BASE64_MIME_PERMISSIVE.decode(content.as_bytes()).ok()?,
        "Q" | "q" => quoted_printable(content, true, faults),
        _ => return None,
    };
    if !charset.eq_ignore_ascii_case("utf-8") {
        faults.push(format!("charset {charset}"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some((text, length)),
        Err(_) => {
            faults.push("an encoded word ends in the middle of a letter".to_owned());
            None
        }
    }
}

fn quoted_printable(text: &str, in_header: bool, faults: &mut Vec<String>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'=' if bytes.peek() == Some(&b'\n') => {
                bytes.next();
            }
            b'=' => {
                let digits: Vec<u8> = bytes.by_ref().take(2).collect();
                match std::str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    Some(value) => out.push(value),
                    None => faults.push(format!("quoted-printable {digits:?}")),
                }
            }
            b'_' if in_header => out.push(b' '),
            other => out.push(other),
        }
    }
    out
}
