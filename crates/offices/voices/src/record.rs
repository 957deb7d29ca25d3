//! Taking a voice.

use facts::{Dims, NewFact};
use kernel::World;
use kernel::locale::Locale;
use kernel::text::{Line, Paragraph};
use store::Tx;
use uuid::Uuid;

use crate::VoiceId;
use crate::metrics::GIVEN;

store::statements! {
    /// One voice for a case.
    RECORD = "INSERT INTO voice (id, subject, topic, score, line, locale, day, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (subject) DO NOTHING";
    /// Whether the case has one.
    THERE = "SELECT id FROM voice WHERE subject = $1";
}

/// How content somebody is: 1 (not at all) to 5 (very).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u8);

impl Score {
    /// All of them, the best first, as the question shows them.
    pub const ALL: [Self; 5] = [Self(5), Self(4), Self(3), Self(2), Self(1)];

    /// The score of this number.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if matches!(number, 1..=5) { Some(Self(number)) } else { None }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// What a resident says about a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// The case's id.
    pub subject: Uuid,
    /// What it was about: the service's code.
    pub topic: Line<80>,
    /// How it was.
    pub score: Score,
    /// In their own words.
    pub line: Option<Paragraph<400>>,
    /// The language of the page.
    pub locale: Locale,
    /// Along what else it is counted: division, place, door.
    pub dims: Dims,
}

/// Whether a voice was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It counts.
    Taken,
    /// The case had one already, which stays.
    Already,
}

/// Takes a voice, the first for its case only.
///
/// # Errors
/// Any storage error.
pub async fn record(tx: &mut Tx<'_>, world: &World, voice: &Voice) -> Result<Recorded, store::Error> {
    let now = world.now();
    let params = [
        world.id::<VoiceId>().into(),
        voice.subject.into(),
        voice.topic.as_str().into(),
        voice.score.number().into(),
        voice.line.as_ref().map(Paragraph::as_str).into(),
        voice.locale.code().into(),
        now.day().into(),
        now.into(),
    ];
    if tx.exec(&RECORD, &params).await? != 1 {
        return Ok(Recorded::Already);
    }
    facts::record(tx, world, &fact(world, voice)).await?;
    Ok(Recorded::Taken)
}

/// The score as a fact. It has no subject, so that it leads to no case, and its time is the hour: nobody finds the voice by it.
fn fact(world: &World, voice: &Voice) -> NewFact {
    let (hour, _) = world.now().minute().hm();
    let occurred_at = world.today().start().plus_minutes(i64::from(hour) * 60);
    let dims = Dims { topic: Some(voice.topic.as_str().to_owned()), locale: Some(voice.locale), ..voice.dims.clone() };
    NewFact { kind: &GIVEN, occurred_at, dims, value: voice.score.number().into(), subject: None }
}

/// Whether the case has a voice, so that the question is not asked again.
///
/// # Errors
/// Any storage error.
pub async fn has_spoken(tx: &mut Tx<'_>, subject: Uuid) -> Result<bool, store::Error> {
    Ok(tx.opt(&THERE, &[subject.into()]).await?.is_some())
}
