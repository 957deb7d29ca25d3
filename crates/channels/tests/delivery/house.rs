//! A city with a mail server beside it and a clock that the test moves.

pub(crate) use std::sync::Arc;
pub(crate) use std::time::Duration;

pub(crate) use channels::testing::{Fault, Sink};
pub(crate) use channels::{Kept, MailConfig, Smtp};
pub(crate) use kernel::World;
pub(crate) use kernel::locale::{Locale, Localized};
pub(crate) use kernel::text::Email;
pub(crate) use kernel::time::{Instant, TestClock};
pub(crate) use messages::channel::Why;
pub(crate) use messages::letters::{self, Shelf};
pub(crate) use messages::{
    Args, Cancelled, Channels, Kind, Kinds, Letterhead, Message, MessageId, PostOffice, Queued, Recipient, Record,
    State, Urgency, Via, cancel, erase, queue, record, staff,
};
pub(crate) use store::audit::Actor;
pub(crate) use store::outbox::{self, ATTEMPTS, Deliver, Delivering, Delivery, Worker};
pub(crate) use store::{Act, Db, Error, Tx};

pub(crate) const ACT: Act = Act::resident("test");
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

pub(crate) const SURVEY: Kind = Kind {
    name: "visits.survey",
    subject: "visits-mail-survey-subject",
    body: "visits-mail-survey-body",
    args: &["link", "office", "phone", "fax", "hours"],
    channels: &[Via::Mail],
};

/// A city with a mail server beside it and a clock the test moves.
pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) clock: TestClock,
    pub(crate) world: World,
    pub(crate) sink: Sink,
}

impl House {
    pub(crate) async fn new(db: Db) -> Self {
        let clock = TestClock::at(Instant::from_micros(1_795_000_000_000_000));
        Self { db, world: World::fixed(clock.clone(), 4), clock, sink: Sink::start().await.unwrap() }
    }

    pub(crate) fn office(&self, mail: bool) -> PostOffice {
        let mut config = MailConfig::read(&self.sink.url(), "みなと市 <noreply@city.example.jp>", None).unwrap();
        config.patience = Duration::from_secs(2);
        let channels = Channels {
            mail: mail.then(|| Arc::new(Smtp::new(&config)) as _),
            inbox: Arc::new(Kept::inbox(self.db.clone())),
            simulator: Arc::new(Kept::simulator(self.db.clone())),
        };
        let kinds = Kinds::new([[SURVEY].as_slice()]);
        PostOffice::new(
            self.db.clone(),
            self.world.clone(),
            kinds,
            Letterhead { city: Localized::ja("みなと市") },
            channels,
        )
    }

    pub(crate) fn worker(&self, handler: impl Deliver + 'static) -> Worker {
        Worker::new(self.db.clone(), self.world.clone(), vec![Arc::new(handler)])
    }

    pub(crate) async fn drain(&self) {
        self.worker(self.office(true)).drain().await.unwrap();
    }

    pub(crate) async fn queue(&self, message: Message) -> Queued {
        let world = self.world.clone();
        self.db.write(ACT, async move |tx: &mut Tx<'_>| queue(tx, &world, message.clone()).await).await.unwrap()
    }

    pub(crate) async fn tell(&self, key: &str, to: &str) -> MessageId {
        match self.queue(message(key, to)).await {
            Queued::New(id) => id,
            Queued::Before(_) => panic!("{key} was queued before"),
        }
    }

    pub(crate) async fn cancel(&self, key: &'static str) -> Cancelled {
        let world = self.world.clone();
        self.db.write(ACT, async move |tx: &mut Tx<'_>| cancel(tx, &world, key).await).await.unwrap()
    }

    pub(crate) async fn record(&self, id: MessageId) -> Record {
        self.db
            .read(async move |tx: &mut Tx<'_>| record::get(tx, id).await)
            .await
            .unwrap()
            .expect("the record is there")
    }

    pub(crate) async fn state(&self, id: MessageId) -> (State, Option<Why>, i64) {
        let record = self.record(id).await;
        (record.state, record.why, record.attempts)
    }

    pub(crate) async fn catch_up(&self) -> u64 {
        self.db.write(ACT, async |tx: &mut Tx<'_>| staff::catch_up(tx).await).await.unwrap()
    }

    pub(crate) async fn open(&self) -> u64 {
        self.db.read(async |tx: &mut Tx<'_>| outbox::counts(tx).await).await.unwrap().open
    }

    pub(crate) async fn shelf(&self, shelf: Shelf) -> Vec<letters::Letter> {
        self.db.read(async move |tx: &mut Tx<'_>| letters::list(tx, shelf, None, 50).await).await.unwrap()
    }

    /// Recipients in the order in which the server took letters for them.
    pub(crate) fn arrived(&self) -> Vec<String> {
        self.sink.letters().iter().map(|letter| letter.envelope_to.join(",")).collect()
    }
}

pub(crate) fn mail(address: &str) -> Recipient {
    Recipient::mail(Email::parse(address).unwrap())
}

pub(crate) fn message(key: &str, to: &str) -> Message {
    Message {
        kind: SURVEY,
        to: mail(to),
        locale: Locale::Ja,
        args: Args::new()
            .text("link", format!("https://city.example.jp/v/{key}"))
            .localized("office", Localized::new("市民課", "市民課", "Residents Division"))
            .text("phone", "050-0000-1111")
            .text("fax", "050-0000-1112")
            .text("hours", "8:30–17:15"),
        key: key.to_owned(),
        order_by: key.to_owned(),
        not_before: None,
        not_after: None,
        urgency: Urgency::Prompt,
    }
}

/// Forgets that the office delivered, as a process does that dies before the outbox has settled the item.
pub(crate) struct Forgetful(pub(crate) PostOffice);

impl Deliver for Forgetful {
    fn topic(&self) -> &'static str {
        self.0.topic()
    }

    fn deliver(&self, item: Delivery) -> Delivering<'_> {
        Box::pin(async move {
            self.0.deliver(item).await;
            outbox::Outcome::Retry { reason: "the process died".to_owned() }
        })
    }
}
