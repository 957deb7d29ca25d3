//! Owners: the post (職) that answers for a programme, from a day on. People come and go; the post stays.

use kernel::World;
use kernel::day::Day;
use people::{Actor, PostId};
use store::Tx;
use store::audit::{self, Entry};

use crate::ProgrammeId;

store::statements! {
    /// The post on a day.
    ON_DAY = "SELECT o.post FROM plan_owner o WHERE o.programme = $1
        AND o.valid_from = (SELECT MAX(x.valid_from) FROM plan_owner x WHERE x.programme = $1 AND x.valid_from <= $2)";
    /// From a day on.
    SET = "INSERT INTO plan_owner (programme, valid_from, post) VALUES ($1, $2, $3)
        ON CONFLICT (programme, valid_from) DO UPDATE SET post = excluded.post";
    /// What a post answers for on a day.
    OWNED = "SELECT o.programme FROM plan_owner o WHERE o.post = $1
        AND o.valid_from = (SELECT MAX(x.valid_from) FROM plan_owner x WHERE x.programme = o.programme AND x.valid_from <= $2)
        ORDER BY o.programme";
    /// Whether there is such a programme.
    EXISTS = "SELECT 1 FROM plan_programme WHERE id = $1";
}

/// Why an owner is not set.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// There is no such programme.
    #[error("there is no such programme")]
    NoProgramme,
    /// The post does not exist on that day.
    #[error("the post does not exist on that day")]
    NoPost,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The post that answers for a programme on `day`.
///
/// # Errors
/// Any storage error.
pub async fn owner(tx: &mut Tx<'_>, programme: ProgrammeId, day: Day) -> Result<Option<PostId>, store::Error> {
    let row = tx.opt(&ON_DAY, &[programme.into(), day.into()]).await?;
    row.map_or(Ok(None), |row| row.get(0))
}

/// The programmes a post answers for on `day`.
///
/// # Errors
/// Any storage error.
pub async fn owned_by(tx: &mut Tx<'_>, post: PostId, day: Day) -> Result<Vec<ProgrammeId>, store::Error> {
    tx.all(&OWNED, &[post.into(), day.into()]).await?.iter().map(|row| row.get(0)).collect()
}

/// Gives a programme to a post from `day` on, or to nobody.
///
/// # Errors
/// [`OwnerError`].
pub async fn set_owner(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    programme: ProgrammeId,
    day: Day,
    post: Option<PostId>,
) -> Result<(), OwnerError> {
    if tx.opt(&EXISTS, &[programme.into()]).await?.is_none() {
        return Err(OwnerError::NoProgramme);
    }
    if let Some(post) = post
        && !people::posts(tx, day, None).await?.iter().any(|known| known.id == post)
    {
        return Err(OwnerError::NoPost);
    }
    tx.exec(&SET, &[programme.into(), day.into(), post.into()]).await?;
    let detail = format!("{day} {}", post.map_or_else(String::new, |post| post.to_string()));
    audit::append(tx, world, &Entry::new(actor.into(), "plan.owner.set").object(programme).detail(detail)).await?;
    tx.announce("plan");
    Ok(())
}
