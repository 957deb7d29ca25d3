//! The mail configuration: `YOKOGUSHI_SMTP_URL`, `YOKOGUSHI_MAIL_FROM`, `YOKOGUSHI_SMTP_CA`.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::client::{Certificate, TlsParameters};

use crate::letter;

/// How the line to the server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From the first octet (`smtps://`).
    Implicit,
    /// By STARTTLS, or not at all (`?tls=required`).
    Required,
    /// By STARTTLS when the server offers it (`?tls=opportunistic`; the default for `smtp://` without a password).
    WhenOffered,
    /// Never (`?tls=none`): a relay on the same machine or inside a closed network.
    None,
}

/// A mail server and the sender that letters come from.
#[derive(Clone)]
pub struct MailConfig {
    /// Host name or address of the server.
    pub host: String,
    /// Its port: 465 for `smtps://`, 587 with a password or required encryption, else 25, unless the address names one.
    pub port: u16,
    /// How the line is encrypted.
    pub encryption: Encryption,
    /// User and password, if the server wants them.
    pub password: Option<(String, String)>,
    /// Name and address that letters come from.
    pub from: Mailbox,
    /// The longest time one letter may take.
    pub patience: Duration,
    pub(crate) tls: TlsParameters,
}

/// What is wrong with the mail configuration, as one sentence for the person who wrote it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// Not an address of a mail server.
    #[error(
        "YOKOGUSHI_SMTP_URL must look like smtp://host:25, smtp://user:password@host:587?tls=required or smtps://user:password@host: {0}"
    )]
    Url(String),
    /// The sender is missing or malformed.
    #[error("YOKOGUSHI_MAIL_FROM must look like noreply@city.example.jp or 〇〇市 <noreply@city.example.jp>")]
    From,
    /// A password would travel in clear.
    #[error("YOKOGUSHI_SMTP_URL holds a password, so it needs smtps:// or ?tls=required")]
    ClearPassword,
    /// The certificate file is unusable.
    #[error("YOKOGUSHI_SMTP_CA must be the PEM text of a certificate: {0}")]
    Certificate(String),
}

impl std::fmt::Debug for MailConfig {
    /// Without the password: configurations end up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailConfig")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("encryption", &self.encryption)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl MailConfig {
    /// Reads the configuration; `ca` is the PEM text of the certificate authority of a city's own relay.
    pub fn read(url: &str, from: &str, ca: Option<&[u8]>) -> Result<Self, ConfigError> {
        let url = url::Url::parse(url).map_err(|error| ConfigError::Url(error.to_string()))?;
        let host = match url.host() {
            Some(url::Host::Ipv6(address)) => address.to_string(),
            Some(other) => other.to_string(),
            None => return Err(ConfigError::Url("the host is missing".to_owned())),
        };
        let password = match url.password() {
            Some(password) => Some((decode(url.username())?, decode(password)?)),
            None if url.username().is_empty() => None,
            None => return Err(ConfigError::Url("a user without a password".to_owned())),
        };
        let wish = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let encryption = match (url.scheme(), wish.as_deref()) {
            ("smtps", None) => Encryption::Implicit,
            ("smtp", Some("required")) => Encryption::Required,
            ("smtp", Some("opportunistic")) => Encryption::WhenOffered,
            ("smtp", Some("none")) => Encryption::None,
            ("smtp", None) if password.is_some() => Encryption::Required,
            ("smtp", None) => Encryption::WhenOffered,
            ("smtp" | "smtps", Some(other)) => return Err(ConfigError::Url(format!("tls={other} is unknown here"))),
            (scheme, _) => return Err(ConfigError::Url(format!("{scheme}:// is no mail protocol"))),
        };
        // On the machine itself nobody listens on the line.
        let local = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        if password.is_some() && !local && matches!(encryption, Encryption::None | Encryption::WhenOffered) {
            return Err(ConfigError::ClearPassword);
        }
        let port = url.port().unwrap_or(match (encryption, &password) {
            (Encryption::Implicit, _) => 465,
            (Encryption::Required, _) | (_, Some(_)) => 587,
            _ => 25,
        });
        Ok(Self {
            tls: tls(&host, ca)?,
            host,
            port,
            encryption,
            password,
            from: sender(from)?,
            patience: Duration::from_secs(45),
        })
    }
}

fn decode(text: &str) -> Result<String, ConfigError> {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| ConfigError::Url("user and password must be UTF-8".to_owned()))
}

fn tls(host: &str, ca: Option<&[u8]>) -> Result<TlsParameters, ConfigError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = ca {
        // The reader below skips everything that is no certificate, so a wrong file would pass as an empty list.
        if !pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----") {
            return Err(ConfigError::Certificate("the file holds none".to_owned()));
        }
        let certificate = Certificate::from_pem(pem).map_err(|error| ConfigError::Certificate(error.to_string()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| ConfigError::Certificate(error.to_string()))
}

/// `name <address>` or `address`; a name of any script, on one line.
fn sender(text: &str) -> Result<Mailbox, ConfigError> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(ConfigError::From);
    }
    let (name, address) = match text.strip_suffix('>').and_then(|inner| inner.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"'), address),
        None => ("", text),
    };
    let address = letter::address(address.trim()).map_err(|_| ConfigError::From)?;
    if !address.user().is_ascii() || address.user().starts_with('"') {
        return Err(ConfigError::From);
    }
    Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
}

#[cfg(test)]
mod tests {
    use super::{ConfigError, Encryption, MailConfig};

    const FROM: &str = "みなと市 <noreply@city.example.jp>";

    fn read(url: &str) -> Result<(Encryption, u16), ConfigError> {
        MailConfig::read(url, FROM, None).map(|config| (config.encryption, config.port))
    }

    #[test]
    fn the_address_says_how_to_encrypt() {
        assert_eq!(read("smtp://relay.local"), Ok((Encryption::WhenOffered, 25)));
        assert_eq!(read("smtp://relay.local:2525?tls=none"), Ok((Encryption::None, 2525)));
        assert_eq!(read("smtp://relay.local?tls=required"), Ok((Encryption::Required, 587)));
        assert_eq!(read("smtp://city:p%40ss@relay.local"), Ok((Encryption::Required, 587)));
        assert_eq!(read("smtps://city:p@relay.local"), Ok((Encryption::Implicit, 465)));
        let config = MailConfig::read("smtps://ci%3Aty:p%40ss@relay.local", FROM, None).unwrap();
        assert_eq!(config.password, Some(("ci:ty".to_owned(), "p@ss".to_owned())));
        assert!(!format!("{config:?}").contains("p@ss"));
    }

    #[test]
    fn a_password_never_travels_in_clear() {
        assert_eq!(read("smtp://a:b@relay.local?tls=none"), Err(ConfigError::ClearPassword));
        assert_eq!(read("smtp://a:b@relay.local?tls=opportunistic"), Err(ConfigError::ClearPassword));
        assert_eq!(read("smtp://a:b@127.0.0.1:2525?tls=none"), Ok((Encryption::None, 2525)));
    }

    #[test]
    fn wrong_addresses_are_named() {
        for url in [
            "relay.local",
            "http://relay.local",
            "smtp://",
            "smtp://user@relay",
            "smtp://h?tls=yes",
            "smtps://h?tls=none",
        ] {
            assert!(matches!(read(url), Err(ConfigError::Url(_))), "{url}");
        }
        for from in ["", "nobody", "a@b\r\nBcc: c@d.example", "x <@>", "市 <市@例.jp>"] {
            assert_eq!(MailConfig::read("smtp://h", from, None).unwrap_err(), ConfigError::From, "{from}");
        }
        let broken = MailConfig::read("smtp://h", FROM, Some(b"no certificate"));
        assert!(matches!(broken, Err(ConfigError::Certificate(_))));
    }
}
