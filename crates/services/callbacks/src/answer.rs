//! What came of calling.

use kernel::World;
use people::{PersonId, PostId};
use store::audit::{self, Actor, Entry};
use store::{Error, Tx};

use crate::forget::KEEP_DAYS;
use crate::{CallbackId, State};

/// What a clerk says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 電話しました.
    Called,
    /// 出ませんでした; counted once for the count the clerk saw, so that two presses are one call.
    NotReached {
        /// How often nobody had answered when the page was shown.
        seen: u32,
    },
    /// 電話せずに終了.
    Closed,
}

impl Answer {
    const fn act(self) -> &'static str {
        match self {
            Self::Called => "callbacks.called",
            Self::NotReached { .. } => "callbacks.not_reached",
            Self::Closed => "callbacks.closed",
        }
    }
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// A colleague was faster: it has ended, or the call was counted already.
    #[error("the request has changed meanwhile")]
    Changed,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

store::statements! {
    END = "UPDATE callback SET state = $2, ended_at = $3 WHERE id = $1 AND state = 'open'";
    ERASE_ON = "UPDATE callback_contact SET erase_on = $2 WHERE callback_id = $1";
    NOT_REACHED = "UPDATE callback SET tries = tries + 1, last_try_at = $2
                   WHERE id = $1 AND state = 'open' AND tries = $3 AND tries < 99";
}

/// Writes what came of it, by the authority of a post.
///
/// # Errors
/// [`AnswerError`].
pub async fn answer(
    tx: &mut Tx<'_>,
    world: &World,
    id: CallbackId,
    answer: Answer,
    (person, post): (PersonId, PostId),
) -> Result<(), AnswerError> {
    let changed = match answer {
        Answer::Called => end(tx, world, id, State::Called).await?,
        Answer::Closed => end(tx, world, id, State::Closed).await?,
        Answer::NotReached { seen } => tx.exec(&NOT_REACHED, &[id.into(), world.now().into(), seen.into()]).await?,
    };
    if changed == 0 {
        return Err(AnswerError::Changed);
    }
    let actor = Actor::Staff { person: person.uuid(), post: Some(post.uuid()) };
    audit::append(tx, world, &Entry::new(actor, answer.act()).object(id.uuid())).await?;
    Ok(())
}

/// The end begins the time after which the contact goes.
async fn end(tx: &mut Tx<'_>, world: &World, id: CallbackId, state: State) -> Result<u64, Error> {
    let now = world.now();
    let ended = tx.exec(&END, &[id.into(), state.code().into(), now.into()]).await?;
    if ended > 0 {
        tx.exec(&ERASE_ON, &[id.into(), now.day().plus(KEEP_DAYS).into()]).await?;
    }
    Ok(ended)
}
