//! Configuration: flag before environment before file before default, checked once at the start.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use channels::MailConfig;
use serde::Deserialize;

use crate::{
    cli::{Common, Role, Serve},
    problem::Problem,
};

/// The configuration file. Every key is the name of its environment variable without `YOKOGUSHI_`, in lower case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// Listener for residents.
    pub(crate) listen: Option<SocketAddr>,
    /// Listener for staff, when separate.
    pub(crate) staff_listen: Option<SocketAddr>,
    /// Listener for metrics.
    pub(crate) metrics: Option<SocketAddr>,
    /// Data folder.
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL.
    pub(crate) database: Option<String>,
    /// Address residents type.
    pub(crate) public_url: Option<String>,
    /// Address staff type, when separate.
    pub(crate) staff_url: Option<String>,
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Option<String>,
    /// Certificate chain (PEM).
    pub(crate) tls_cert: Option<PathBuf>,
    /// Private key (PEM).
    pub(crate) tls_key: Option<PathBuf>,
    /// Mail server.
    pub(crate) smtp_url: Option<String>,
    /// Sender of mail.
    pub(crate) mail_from: Option<String>,
    /// Authority of the mail server's certificate (PEM).
    pub(crate) smtp_ca: Option<PathBuf>,
    /// Map tiles.
    pub(crate) tiles: Option<String>,
    /// Secret beside the database.
    pub(crate) secret_file: Option<PathBuf>,
    /// Connections for writes on PostgreSQL.
    pub(crate) database_writers: Option<usize>,
}

impl File {
    /// Reads the file a command names, or nothing.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, Problem> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path).map_err(|e| Problem::file(path, &e))?;
        toml::from_str(&text).map_err(|e| Problem::new(format!("設定ファイル {} を読めません: {e}", path.display())))
    }
}

/// Where the city's data are.
#[derive(Debug)]
pub(crate) struct Data {
    /// The data folder.
    pub(crate) folder: PathBuf,
    /// PostgreSQL, when not embedded.
    pub(crate) database: Option<String>,
    /// Connections for residents' writes on PostgreSQL.
    pub(crate) writers: usize,
    /// The file was named: the operator has set this city up.
    pub(crate) configured: bool,
}

/// Everything `serve` needs.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Listener for residents (and staff, when not separate).
    pub(crate) listen: SocketAddr,
    /// Listener for staff.
    pub(crate) staff_listen: Option<SocketAddr>,
    /// Listener for metrics.
    pub(crate) metrics: Option<SocketAddr>,
    /// Where the data are.
    pub(crate) data: Data,
    /// Address residents type.
    pub(crate) public_url: Option<String>,
    /// Address staff type.
    pub(crate) staff_url: Option<String>,
    /// Networks of proxies.
    pub(crate) trusted_proxies: Option<String>,
    /// Certificate and key.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    /// Map tiles.
    pub(crate) tiles: Option<String>,
    /// A file that authenticators' secrets are sealed with, beside the key in the database.
    pub(crate) secret_file: Option<PathBuf>,
    /// Where letters go out.
    pub(crate) mail: Option<Mail>,
    /// Roles of this process.
    pub(crate) roles: Vec<Role>,
    /// Whether an empty city becomes the demo city.
    pub(crate) demo: bool,
}

fn environment(name: &str) -> Result<Option<String>, Problem> {
    match std::env::var(name) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Problem::new(format!("環境変数 {name} の文字を読めません。"))),
    }
}

fn path(name: &str, file: Option<PathBuf>) -> Result<Option<PathBuf>, Problem> {
    Ok(environment(name)?.map(PathBuf::from).or(file))
}

impl Data {
    /// Where the data are, for any command.
    pub(crate) fn read(common: &Common) -> Result<Self, Problem> {
        Self::from_parts(common, &File::read(common.config.as_deref())?)
    }

    fn from_parts(common: &Common, file: &File) -> Result<Self, Problem> {
        let writers = match environment("YOKOGUSHI_DATABASE_WRITERS")? {
            Some(text) => {
                Some(text.parse().map_err(|_| Problem::new("YOKOGUSHI_DATABASE_WRITERS には数を指定してください。"))?)
            }
            None => file.database_writers,
        };
        Ok(Self {
            folder: common.data.clone().or_else(|| file.data.clone()).unwrap_or_else(|| PathBuf::from("data")),
            database: common.database.clone().or_else(|| file.database.clone()),
            writers: writers.unwrap_or(8).clamp(1, 200),
            configured: common.config.is_some(),
        })
    }
}

/// Where letters go out.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    url: String,
    from: String,
    authority: Option<PathBuf>,
}

impl Mail {
    /// The mail server a command would use; nothing when none is set up.
    pub(crate) fn read(common: &Common) -> Result<Option<Self>, Problem> {
        Self::from_parts(&File::read(common.config.as_deref())?)
    }

    fn from_parts(file: &File) -> Result<Option<Self>, Problem> {
        let url = environment("YOKOGUSHI_SMTP_URL")?.or_else(|| file.smtp_url.clone());
        let from = environment("YOKOGUSHI_MAIL_FROM")?.or_else(|| file.mail_from.clone());
        match (url, from) {
            (Some(url), Some(from)) => {
                Ok(Some(Self { url, from, authority: path("YOKOGUSHI_SMTP_CA", file.smtp_ca.clone())? }))
            }
            (None, _) => Ok(None),
            (Some(_), None) => {
                Err(Problem::new("YOKOGUSHI_SMTP_URL を使うときは YOKOGUSHI_MAIL_FROM も指定してください。"))
            }
        }
    }

    /// The same as the mail channel understands it.
    pub(crate) fn config(&self) -> Result<MailConfig, Problem> {
        let authority = match &self.authority {
            None => None,
            Some(path) => Some(std::fs::read(path).map_err(|e| Problem::file(path, &e))?),
        };
        MailConfig::read(&self.url, &self.from, authority.as_deref())
            .map_err(|e| Problem::new(format!("メールの設定を読めません: {e}")))
    }
}

impl Settings {
    /// Gathers the configuration of `serve`.
    pub(crate) fn read(common: &Common, serve: &Serve) -> Result<Self, Problem> {
        let file = File::read(common.config.as_deref())?;
        let data = Data::from_parts(common, &file)?;
        let mail = Mail::from_parts(&file)?;
        let tls = match (path("YOKOGUSHI_TLS_CERT", file.tls_cert)?, path("YOKOGUSHI_TLS_KEY", file.tls_key)?) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            _ => return Err(Problem::new("YOKOGUSHI_TLS_CERT と YOKOGUSHI_TLS_KEY は両方とも指定してください。")),
        };
        let demo = !serve.no_demo && !data.configured;
        Ok(Self {
            listen: serve.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            staff_listen: serve.staff_listen.or(file.staff_listen),
            metrics: serve.metrics.or(file.metrics),
            public_url: environment("YOKOGUSHI_PUBLIC_URL")?.or(file.public_url),
            staff_url: environment("YOKOGUSHI_STAFF_URL")?.or(file.staff_url),
            trusted_proxies: environment("YOKOGUSHI_TRUSTED_PROXIES")?.or(file.trusted_proxies),
            tls,
            tiles: environment("YOKOGUSHI_TILES")?.or(file.tiles),
            secret_file: path("YOKOGUSHI_SECRET_FILE", file.secret_file)?,
            mail,
            roles: if serve.role.is_empty() { vec![Role::Web, Role::Worker] } else { serve.role.clone() },
            demo,
            data,
        })
    }
}
