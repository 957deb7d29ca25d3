//! 満足度: after the visit, one question, once.

use kernel::{
    World,
    locale::Locale,
    text::{Line, Paragraph},
};
use store::{Error, Tx};
use voices::{Recorded, Score, Voice};

use crate::{
    emit::dims,
    texts,
    visit::{Visit, topic_visit},
};

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum RateError {
    /// The visit is not over yet, or did not take place.
    #[error("there is nothing to rate")]
    NotFinished,
    /// It was answered before.
    #[error("answered before")]
    Already,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

store::statements! {
    RATE = "UPDATE visit SET rated = TRUE WHERE id = $1 AND state = 'finished' AND rated = FALSE";
}

/// Takes the answer of whoever opened `visit` with its secret. The topic is the service's code.
///
/// # Errors
/// [`RateError`].
pub async fn rate(
    tx: &mut Tx<'_>,
    world: &World,
    visit: &Visit,
    score: Score,
    line: Option<Paragraph<400>>,
    locale: Locale,
) -> Result<(), RateError> {
    if tx.exec(&RATE, &[visit.id.into()]).await? != 1 {
        let now = Visit::find(tx, visit.id).await?;
        return Err(if now.is_some_and(|it| it.rated) { RateError::Already } else { RateError::NotFinished });
    }
    let topic = Line::parse(&visit.service_code).map_err(|_| RateError::NotFinished)?;
    let dims = dims(tx, visit).await?;
    let voice = Voice { subject: visit.id.uuid(), topic, score, line, locale, dims };
    if voices::record(tx, world, &voice).await? == Recorded::Already {
        return Err(RateError::Already);
    }
    texts::no_survey(tx, world, visit).await?;
    tx.announce(topic_visit(visit.id).as_str());
    Ok(())
}
