//! Mail over SMTP: one conversation a letter on a kept connection, with a limit on time and an answer that tells what to do next.
//!
//! The conversation is held step by step, because the step tells what a 5xx means: at the recipient or the content it is about
//! this letter, before that it is about our own set-up, and a set-up that is wrong tonight must not turn tonight's letters dead.
//! A connection is kept only after a conversation that ended well; after a timeout nobody knows which answer comes next on it.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use messages::channel::{Channel, Destination, Envelope, Failure, HandOver, Outcome, Why};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::config::{Encryption, MailConfig};
use crate::letter::{self, Letter};

/// Conversations held at the same time; more would only queue at the city's own relay.
const CONVERSATIONS: usize = 4;
/// The longest wait for one of them.
const QUEUE: Duration = Duration::from_secs(10);
/// A kept connection older than this is closed instead of used: servers hang up on idle clients.
const IDLE: Duration = Duration::from_secs(20);

/// The mail channel.
pub struct Smtp {
    server: (String, u16),
    encryption: Encryption,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    hello: ClientId,
    from: Mailbox,
    patience: Duration,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
    gate: Semaphore,
}

/// The step of the conversation an error came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Connect,
    Encrypt,
    SignIn,
    Sender,
    Recipient,
    Content,
}

struct Broken {
    step: Step,
    error: Error,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Line(#[from] std::io::Error),
    #[error(transparent)]
    Talk(#[from] lettre::transport::smtp::Error),
}

impl Smtp {
    /// Makes the channel; no connection is opened yet.
    pub fn new(config: &MailConfig) -> Self {
        Self {
            server: (config.host.clone(), config.port),
            encryption: config.encryption,
            tls: config.tls.clone(),
            credentials: config.password.clone().map(|(user, password)| Credentials::new(user, password)),
            hello: ClientId::Domain(config.from.email.domain().to_owned()),
            from: config.from.clone(),
            patience: config.patience,
            idle: Mutex::new(Vec::new()),
            gate: Semaphore::new(CONVERSATIONS),
        }
    }

    /// Opens a connection, signs in and says good-bye: whether the configuration works, for `doctor` and the back office.
    pub async fn probe(&self) -> Result<(), Failure> {
        match tokio::time::timeout(self.patience, self.connect()).await {
            Ok(Ok(mut connection)) => {
                connection.abort().await;
                Ok(())
            }
            Ok(Err(broken)) => Err(classify(&broken).0),
            Err(_) => Err(Failure::new(Why::Unreachable, "no answer in time")),
        }
    }

    async fn hand_over(&self, envelope: &Envelope) -> Outcome {
        let Destination::Mail(to) = &envelope.to else {
            return Outcome::Refused(Failure::new(Why::NoChannel, "mail needs a mail address"));
        };
        let letter = match letter::build(&self.from, to.as_str(), envelope) {
            Ok(letter) => letter,
            Err(error) => return Outcome::Refused(Failure::new(Why::Recipient, &scrub(&error.to_string()))),
        };
        // Waiting for a line and talking on it both fit into the time the outbox gives a delivery.
        let Ok(Ok(_place)) = tokio::time::timeout(QUEUE, self.gate.acquire()).await else {
            return Outcome::Retry(Failure::new(Why::Unreachable, "every line to the mail server is taken"));
        };
        match tokio::time::timeout(self.patience, self.converse(&letter)).await {
            Ok(Ok(response)) => Outcome::Accepted { reference: scrub(&answer(&response)) },
            Ok(Err(broken)) => {
                let (failure, again) = classify(&broken);
                if again { Outcome::Retry(failure) } else { Outcome::Refused(failure) }
            }
            Err(_) => Outcome::Retry(Failure::new(
                Why::Unanswered,
                &format!("no answer within {} s", self.patience.as_secs()),
            )),
        }
    }

    async fn converse(&self, letter: &Letter) -> Result<Response, Broken> {
        let mut connection = self.connection().await?;
        let result = Self::speak(&mut connection, &self.from, letter).await;
        match &result {
            Ok(_) => {
                let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                if idle.len() < CONVERSATIONS {
                    idle.push((connection, Instant::now()));
                }
            }
            Err(_) => connection.abort().await,
        }
        result
    }

    async fn speak(connection: &mut AsyncSmtpConnection, from: &Mailbox, letter: &Letter) -> Result<Response, Broken> {
        connection.command(Mail::new(Some(from.email.clone()), vec![])).await.map_err(at(Step::Sender))?;
        connection.command(Rcpt::new(letter.to.clone(), vec![])).await.map_err(at(Step::Recipient))?;
        connection.command(Data).await.map_err(at(Step::Content))?;
        connection.message(&letter.content).await.map_err(at(Step::Content))
    }

    /// A kept connection that still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Broken> {
        loop {
            let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match kept {
                Some((mut connection, since)) => {
                    if since.elapsed() < IDLE && connection.test_connected().await {
                        return Ok(connection);
                    }
                    connection.abort().await;
                }
                None => return self.connect().await,
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Broken> {
        let server = (self.server.0.as_str(), self.server.1);
        let mut connection = if self.encryption == Encryption::Implicit {
            AsyncSmtpConnection::connect_tokio1(server, Some(self.patience), &self.hello, Some(self.tls.clone()), None)
                .await
                .map_err(at(Step::Connect))?
        } else {
            let stream = TcpStream::connect(server).await.map_err(at(Step::Connect))?;
            // Without this every letter waits 40 ms: its last octets are held back until the server confirms the others.
            stream.set_nodelay(true).map_err(at(Step::Connect))?;
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello)
                .await
                .map_err(at(Step::Connect))?
        };
        let start = match self.encryption {
            Encryption::Required => true,
            Encryption::WhenOffered => connection.can_starttls(),
            Encryption::Implicit | Encryption::None => false,
        };
        if start {
            connection.starttls(self.tls.clone(), &self.hello).await.map_err(at(Step::Encrypt))?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await.map_err(at(Step::SignIn))?;
        }
        Ok(connection)
    }
}

impl Channel for Smtp {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn deliver<'a>(&'a self, envelope: &'a Envelope) -> HandOver<'a> {
        Box::pin(self.hand_over(envelope))
    }
}

fn at<E: Into<Error>>(step: Step) -> impl FnOnce(E) -> Broken {
    move |error| Broken { step, error: error.into() }
}

/// What an error means and whether another attempt makes sense.
fn classify(broken: &Broken) -> (Failure, bool) {
    let detail = scrub(&broken.error.to_string());
    let step = broken.step;
    let Error::Talk(error) = &broken.error else {
        return (Failure::new(Why::Unreachable, &detail), true);
    };
    let (why, again) = match error.status() {
        Some(code) if code.severity == Severity::PermanentNegativeCompletion => match step {
            // 530, 534, 535, 538: it wants a password or encryption first, which is about us and not about this letter.
            Step::Recipient if !matches!(code.to_string().as_str(), "530" | "534" | "535" | "538") => {
                (Why::Recipient, false)
            }
            Step::Content => (Why::Content, false),
            _ => (Why::Setup, true),
        },
        Some(_) => (Why::Busy, true),
        None if step == Step::Encrypt || error.is_tls() || (step == Step::SignIn && error.is_client()) => {
            (Why::Setup, true)
        }
        None if step == Step::Connect => (Why::Unreachable, true),
        None => (Why::Unanswered, true),
    };
    (Failure::new(why, &detail), again)
}

fn answer(response: &Response) -> String {
    format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" "))
}

/// Servers repeat the address in their answers; the record must not keep a copy of it.
fn scrub(text: &str) -> String {
    text.split(' ').map(|word| if word.contains('@') { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "smtp_tests.rs"]
mod tests;
