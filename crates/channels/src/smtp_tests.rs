//! Real conversations with a server that misbehaves.

use std::time::Duration;

use messages::channel::{Channel, Outcome, Why};

use super::Smtp;
use crate::config::MailConfig;
use crate::letter::tests::envelope;
use crate::testing::{Encrypted, Fault, Sink};

fn channel(sink: &Sink) -> Smtp {
    with(&sink.url())
}

fn with(url: &str) -> Smtp {
    let mut config = MailConfig::read(url, "みなと市 <noreply@city.example.jp>", None).unwrap();
    config.patience = Duration::from_millis(700);
    Smtp::new(&config)
}

async fn send(channel: &Smtp, to: &str) -> Outcome {
    channel.deliver(&envelope(to, "窓口の予約", "受け付けました。")).await
}

fn why(outcome: &Outcome) -> (bool, Why) {
    match outcome {
        Outcome::Retry(failure) => (true, failure.why),
        Outcome::Refused(failure) => (false, failure.why),
        Outcome::Accepted { .. } => panic!("accepted"),
    }
}

#[tokio::test]
async fn a_letter_is_delivered_and_the_connection_kept() {
    let sink = Sink::start().await.unwrap();
    let channel = channel(&sink);
    for _ in 0..3 {
        assert_eq!(
            send(&channel, "a@example.jp").await,
            Outcome::Accepted { reference: "250 2.0.0 kept as 1".to_owned() }.renumbered(&sink)
        );
    }
    let letters = sink.letters();
    assert_eq!(letters.len(), 3);
    assert_eq!(letters[0].faults, Vec::<String>::new());
    assert_eq!(letters[0].subject(), "窓口の予約");
    assert_eq!(
        (letters[0].envelope_from.as_str(), letters[0].envelope_to.as_slice()),
        ("noreply@city.example.jp", ["a@example.jp".to_owned()].as_slice())
    );
    assert_eq!(sink.connections(), 1);
    assert_eq!(channel.probe().await, Ok(()));
}

trait Renumbered {
    fn renumbered(self, sink: &Sink) -> Self;
}

impl Renumbered for Outcome {
    fn renumbered(self, sink: &Sink) -> Self {
        Self::Accepted { reference: format!("250 2.0.0 kept as {}", sink.letters().len()) }
    }
}

#[tokio::test]
async fn each_answer_says_what_to_do_next() {
    let again = true;
    let never = false;
    for (fault, expected) in [
        (Fault::Later, (again, Why::Busy)),
        (Fault::Busy, (again, Why::Busy)),
        (Fault::SenderRefused, (again, Why::Setup)),
        (Fault::NoMailbox, (never, Why::Recipient)),
        (Fault::ContentRefused, (never, Why::Content)),
        (Fault::DropAfterData, (again, Why::Unanswered)),
        (Fault::DropInData, (again, Why::Unanswered)),
        (Fault::Gibberish, (again, Why::Unanswered)),
        (Fault::Slow(Duration::from_secs(2)), (again, Why::Unanswered)),
    ] {
        let sink = Sink::start().await.unwrap();
        let channel = channel(&sink);
        sink.next([fault]);
        let outcome = send(&channel, "a@example.jp").await;
        assert_eq!(why(&outcome), expected, "{fault:?}: {outcome:?}");
        assert!(!format!("{outcome:?}").contains("a@example.jp"), "the address stays out of the record: {outcome:?}");
        // The next letter starts on clean ground.
        assert!(matches!(send(&channel, "b@example.jp").await, Outcome::Accepted { .. }), "after {fault:?}");
        assert_eq!(
            sink.letters()
                .iter()
                .filter(|letter| letter.acknowledged && letter.envelope_to == ["b@example.jp"])
                .count(),
            1
        );
    }
}

#[tokio::test]
async fn a_refused_password_is_about_the_setup() {
    let sink = Sink::start().await.unwrap();
    let channel = with(&format!("smtp://city:secret@{}?tls=none", sink.address()));
    sink.next([Fault::PasswordRefused]);
    assert_eq!(why(&send(&channel, "a@example.jp").await), (true, Why::Setup));
    assert!(matches!(send(&channel, "a@example.jp").await, Outcome::Accepted { .. }));
}

#[tokio::test]
async fn encryption_that_is_required_is_not_left_out() {
    let sink = Sink::start().await.unwrap();
    let channel = with(&format!("smtp://{}?tls=required", sink.address()));
    assert_eq!(why(&send(&channel, "a@example.jp").await), (true, Why::Setup));
    assert!(sink.letters().is_empty());
    assert!(sink.commands().iter().all(|command| !command.starts_with("MAIL")));
}

#[tokio::test]
async fn letters_travel_encrypted_to_a_server_the_city_trusts() {
    for encrypted in [Encrypted::OnRequest, Encrypted::Always] {
        let sink = Sink::start_on("127.0.0.1:0", encrypted).await.unwrap();
        let trusting = |authority: Option<&[u8]>, url: &str| {
            let mut config = MailConfig::read(url, "noreply@city.example.jp", authority).unwrap();
            config.patience = Duration::from_secs(5);
            Smtp::new(&config)
        };
        let stranger = trusting(None, &sink.url());
        let refused = send(&stranger, "a@example.jp").await;
        assert!(matches!(refused, Outcome::Retry(_)), "{encrypted:?}: {refused:?}");
        assert_eq!(sink.letters().len(), 0);
        let url = sink.url().replace("://", "://city:secret@");
        let known = trusting(sink.authority().map(str::as_bytes), &url);
        for _ in 0..2 {
            assert!(matches!(send(&known, "a@example.jp").await, Outcome::Accepted { .. }));
        }
        assert!(sink.letters().iter().all(|letter| letter.encrypted && letter.faults.is_empty()));
        assert_eq!(sink.letters().len(), 2);
        assert_eq!(sink.commands().iter().filter(|command| command.starts_with("AUTH PLAIN ")).count(), 1);
    }
}

#[tokio::test]
async fn encryption_is_used_where_offered() {
    let sink = Sink::start_on("127.0.0.1:0", Encrypted::OnRequest).await.unwrap();
    let url = format!("smtp://{}", sink.address());
    let config = MailConfig::read(&url, "noreply@city.example.jp", sink.authority().map(str::as_bytes)).unwrap();
    assert!(matches!(send(&Smtp::new(&config), "a@example.jp").await, Outcome::Accepted { .. }));
    assert!(sink.letters()[0].encrypted);
}

#[tokio::test]
async fn a_greylist_takes_the_second_attempt() {
    let sink = Sink::start().await.unwrap();
    let channel = channel(&sink);
    sink.greylist();
    assert_eq!(why(&send(&channel, "a@example.jp").await), (true, Why::Busy));
    assert!(matches!(send(&channel, "a@example.jp").await, Outcome::Accepted { .. }));
    assert_eq!(sink.letters().len(), 1);
}

#[tokio::test]
async fn a_server_that_went_away_is_found_again() {
    let sink = Sink::start().await.unwrap();
    let address = sink.address().to_string();
    let channel = channel(&sink);
    assert!(matches!(send(&channel, "a@example.jp").await, Outcome::Accepted { .. }));
    drop(sink);
    tokio::task::yield_now().await;
    let away = with("smtp://127.0.0.1:1?tls=none");
    assert_eq!(why(&send(&away, "a@example.jp").await), (true, Why::Unreachable));
    assert!(away.probe().await.is_err());
    let back = Sink::start_on(&address, Encrypted::No).await.unwrap();
    // The kept connection of before may still be open at this point or not: both ways the letter arrives.
    assert!(matches!(send(&channel, "a@example.jp").await, Outcome::Accepted { .. }));
    drop(back);
}

#[tokio::test]
async fn many_letters_at_once_share_a_few_connections() {
    let sink = Sink::start().await.unwrap();
    let channel = std::sync::Arc::new(channel(&sink));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..40 {
        let channel = std::sync::Arc::clone(&channel);
        tasks.spawn(async move { send(&channel, &format!("p{number}@example.jp")).await });
    }
    while let Some(outcome) = tasks.join_next().await {
        assert!(matches!(outcome.unwrap(), Outcome::Accepted { .. }));
    }
    assert_eq!(sink.letters().len(), 40);
    assert!(sink.connections() <= super::CONVERSATIONS, "{} connections", sink.connections());
}
