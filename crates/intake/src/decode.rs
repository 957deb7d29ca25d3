//! From bytes to text: byte-order mark, then UTF-8, then cp932 (Shift_JIS as Windows writes it).

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// How a file's text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte-order mark, as Excel writes "CSV UTF-8".
    Utf8Bom,
    /// UTF-16 with a byte-order mark, as Excel writes "Unicode text".
    Utf16,
    /// No text: the sheet of a workbook.
    Workbook,
    /// cp932: Shift_JIS with the extensions of NEC and IBM; 外字 become private-use characters.
    Cp932,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The operating system refused.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// The file's name.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// Larger than the caller takes.
    #[error("{file} is larger than {max} bytes")]
    TooLarge {
        /// The file's name.
        file: String,
        /// How many bytes are taken.
        max: usize,
    },
    /// Nothing in it, or a header and no rows.
    #[error("{file} holds no rows")]
    Empty {
        /// The file's name.
        file: String,
    },
    /// A workbook, PDF or other thing that is no text.
    #[error("{file} is {kind}, not a text file; save it as CSV first")]
    NotText {
        /// The file's name.
        file: String,
        /// What it seems to be.
        kind: &'static str,
    },
    /// Neither UTF-8 nor cp932.
    #[error("{file} is neither UTF-8 nor Shift_JIS (line {line})")]
    Encoding {
        /// The file's name.
        file: String,
        /// The first line that cannot be read.
        line: u64,
    },
    /// A workbook that cannot be read: broken, locked with a password, or of another kind.
    #[error("{file} is no workbook that can be read: {reason}")]
    Workbook {
        /// The file's name.
        file: String,
        /// What the reader said.
        reason: String,
    },
    /// A workbook of several sheets, or without the one asked for.
    #[error("{file} has the sheets {sheets}: say which one")]
    Sheets {
        /// The file's name.
        file: String,
        /// The sheets that hold something.
        sheets: String,
    },
    /// A workbook that holds more than it may: unpacked, in rows or in columns.
    #[error("{file} unpacks to more than a table may hold ({max})")]
    TooMuch {
        /// The file's name.
        file: String,
        /// The limit: `100,000 rows`.
        max: &'static str,
    },
    /// A quotation mark that opens in this line never closes.
    #[error("{file}: a quotation mark opened in the row of line {line} never closes")]
    UnclosedQuote {
        /// The file's name.
        file: String,
        /// Where the row begins.
        line: u64,
    },
}

impl FileError {
    /// The key of the sentence for people, with the arguments `file`, `line`, `max`, `kind`, `reason` and `sheets` where they apply.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "intake-file-unreadable",
            Self::TooLarge { .. } => "intake-file-too-large",
            Self::Empty { .. } => "intake-file-empty",
            Self::NotText { .. } => "intake-file-not-text",
            Self::Encoding { .. } => "intake-file-encoding",
            Self::Workbook { .. } => "intake-file-workbook",
            Self::Sheets { .. } => "intake-file-sheets",
            Self::TooMuch { .. } => "intake-file-too-much",
            Self::UnclosedQuote { .. } => "intake-file-unclosed-quote",
        }
    }

    /// The arguments of [`FileError::key`]'s sentence.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let (file, rest) = match self {
            Self::Unreadable { file, source } => (file, Some(("reason", source.to_string()))),
            Self::TooLarge { file, max } => (file, Some(("max", max.div_ceil(1 << 20).to_string()))),
            Self::Empty { file } => (file, None),
            Self::NotText { file, kind } => (file, Some(("kind", (*kind).to_owned()))),
            Self::Workbook { file, reason } => (file, Some(("reason", reason.clone()))),
            Self::Sheets { file, sheets } => (file, Some(("sheets", sheets.clone()))),
            Self::TooMuch { file, max } => (file, Some(("max", (*max).to_owned()))),
            Self::Encoding { file, line } | Self::UnclosedQuote { file, line } => {
                (file, Some(("line", line.to_string())))
            }
        };
        [("file", file.clone())].into_iter().chain(rest).collect()
    }
}

/// Reads a file of at most `max` bytes.
///
/// # Errors
/// [`FileError::Unreadable`] or [`FileError::TooLarge`].
pub fn load(path: &Path, max: usize) -> Result<Vec<u8>, FileError> {
    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut bytes = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(path).and_then(|open| open.take(limit).read_to_end(&mut bytes));
    match read {
        Err(source) => Err(FileError::Unreadable { file, source }),
        Ok(_) if bytes.len() > max => Err(FileError::TooLarge { file, max }),
        Ok(_) => Ok(bytes),
    }
}

/// Turns a file's bytes into text without its byte-order mark.
///
/// # Errors
/// [`FileError::TooLarge`], [`FileError::NotText`] or [`FileError::Encoding`].
pub fn decode<'b>(file: &str, bytes: &'b [u8], max: usize) -> Result<(Cow<'b, str>, Encoding), FileError> {
    let file = || file.to_owned();
    if bytes.len() > max {
        return Err(FileError::TooLarge { file: file(), max });
    }
    if let Some((_, kind)) = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)) {
        return Err(FileError::NotText { file: file(), kind });
    }
    let (text, encoding) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => match std::str::from_utf8(rest) {
            Ok(text) => (Cow::Borrowed(text), Encoding::Utf8Bom),
            Err(error) => return Err(FileError::Encoding { file: file(), line: line_at(rest, error.valid_up_to()) }),
        },
        [0xff, 0xfe, rest @ ..] => (utf16(encoding_rs::UTF_16LE, rest, &file)?, Encoding::Utf16),
        [0xfe, 0xff, rest @ ..] => (utf16(encoding_rs::UTF_16BE, rest, &file)?, Encoding::Utf16),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), Encoding::Utf8),
            Err(error) => match cp932(bytes) {
                Ok(text) => (text, Encoding::Cp932),
                // Whichever reading got further is what the writer most likely meant.
                Err(line) => {
                    let line = line.max(line_at(bytes, error.valid_up_to()));
                    return Err(FileError::Encoding { file: file(), line });
                }
            },
        },
    };
    if text.contains('\0') {
        return Err(FileError::NotText { file: file(), kind: "a binary file" });
    }
    Ok((text, encoding))
}

const SIGNATURES: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a workbook or archive (xlsx, zip)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook (xls)"),
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b", "an archive (gzip)"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
];

fn utf16<'b>(
    encoding: &'static encoding_rs::Encoding,
    bytes: &'b [u8],
    file: &impl Fn() -> String,
) -> Result<Cow<'b, str>, FileError> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        FileError::Encoding { file: file(), line: first_replacement(&text) }
    })
}

/// The text, or the first line that is not cp932.
fn cp932(bytes: &[u8]) -> Result<Cow<'_, str>, u64> {
    let encoding = encoding_rs::SHIFT_JIS;
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        first_replacement(&text)
    })
}

fn first_replacement(text: &str) -> u64 {
    let at = text.find('\u{fffd}').unwrap_or(text.len());
    line_at(text.as_bytes(), at)
}

/// The number of the line that holds this byte, from 1; CRLF, LF and a lone CR end a line.
pub(crate) fn line_at(bytes: &[u8], at: usize) -> u64 {
    let ends = bytes.iter().enumerate().take(at).filter(|(index, byte)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(index + 1) != Some(&b'\n'),
        _ => false,
    });
    u64::try_from(ends.count()).unwrap_or(u64::MAX - 1) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 1000;

    fn encoding(bytes: &[u8]) -> Encoding {
        decode("x", bytes, MAX).unwrap().1
    }

    fn cp932_of(text: &str) -> Vec<u8> {
        encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
    }

    #[test]
    fn every_usual_encoding_is_recognised() {
        let text = "施設名,髙橋①㈱～―\n";
        assert_eq!(encoding(text.as_bytes()), Encoding::Utf8);
        let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        assert_eq!(decode("x", &bom, MAX).unwrap(), (Cow::Borrowed(text), Encoding::Utf8Bom));
        let shift_jis = cp932_of(text);
        assert_eq!(decode("x", &shift_jis, MAX).unwrap(), (text.into(), Encoding::Cp932));
        for (mark, order) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)]
        {
            let mut bytes = mark.to_vec();
            bytes.extend(text.encode_utf16().flat_map(order));
            assert_eq!(decode("x", &bytes, MAX).unwrap(), (text.into(), Encoding::Utf16));
        }
        assert_eq!(decode("x", b"", MAX).unwrap().0, "");
    }

    #[test]
    fn gaiji_survive_as_private_use_characters() {
        // 0xF040 is the first user-defined character of cp932.
        let bytes = [&cp932_of("氏名,"), &b"\xf0\x40\n"[..]].concat();
        assert_eq!(decode("x", &bytes, MAX).unwrap().0, "氏名,\u{e000}\n");
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, kind) in
            [(&b"PK\x03\x04rest"[..], "xlsx"), (b"%PDF-1.7", "PDF"), (b"a\0b", "binary"), (b"\x1f\x8b\x08", "gzip")]
        {
            let error = decode("x", bytes, MAX).unwrap_err();
            assert!(error.to_string().contains(kind), "{error}");
        }
    }

    #[test]
    fn the_line_that_cannot_be_read_is_named() {
        let line = |bytes: &[u8]| match decode("x", bytes, MAX) {
            Err(FileError::Encoding { line, .. }) => line,
            other => panic!("{other:?}"),
        };
        // UTF-8 cut in the middle of a character, as by a broken transfer.
        assert_eq!(line(&[b"a\r\nb\r\n\xef\xbb\xbf", &"施".as_bytes()[..2]].concat()), 3);
        assert_eq!(line(b"\xef\xbb\xbfa\n\xff\n"), 2);
        assert_eq!(line(&[&cp932_of("施設\n名称\n")[..], b"\xff\xff\n"].concat()), 3);
    }

    #[test]
    fn size_is_limited() {
        assert!(matches!(decode("x", b"abc", 2), Err(FileError::TooLarge { max: 2, .. })));
        let folder = std::env::temp_dir().join(format!("intake-{}", std::process::id()));
        std::fs::write(&folder, b"abc").unwrap();
        assert!(matches!(load(&folder, 2), Err(FileError::TooLarge { .. })));
        assert_eq!(load(&folder, 3).unwrap(), b"abc");
        std::fs::remove_file(&folder).unwrap();
        assert!(matches!(load(&folder, 3), Err(FileError::Unreadable { .. })));
    }

    #[test]
    fn lines_are_counted_as_people_count_them() {
        let text = b"a\r\nb\nc\rd";
        assert_eq!([0, 3, 5, 7].map(|at| line_at(text, at)), [1, 2, 3, 4]);
    }
}
