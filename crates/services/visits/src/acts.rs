//! What was done to a visit, in order: for the clerk who looks at it, and for whoever asks afterwards.

use kernel::time::Instant;
use people::PostId;
use store::{Error, Tx};

use crate::{
    model::VisitId,
    state::{Act, State},
};

/// One line of a visit's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// What; none = the act before was taken back (元に戻す).
    pub act: Option<Act>,
    /// When.
    pub at: Instant,
    /// By whose post; none = by the resident or by itself.
    pub post: Option<PostId>,
    /// Where the visit stood before …
    pub from: State,
    /// … and after.
    pub to: State,
    /// Whether it was taken back later.
    pub undone: bool,
}

store::statements! {
    LIST = "SELECT act, at, post_id, from_state, to_state, undone_at IS NOT NULL FROM visit_act WHERE visit_id = $1 ORDER BY version";
}

/// The history of a visit after it was made, the oldest act first.
///
/// # Errors
/// Storage only.
pub async fn acts(tx: &mut Tx<'_>, visit: VisitId) -> Result<Vec<Done>, Error> {
    let rows = tx.all(&LIST, &[visit.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Done {
                act: Act::of(&row.get::<String>(0)?),
                at: row.get(1)?,
                post: row.get(2)?,
                from: row.get(3)?,
                to: row.get(4)?,
                undone: row.get(5)?,
            })
        })
        .collect()
}
