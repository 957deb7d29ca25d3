//! 担当課の説明: the division's sentence beside a KPI, written as a draft and published with a press of a button.

use kernel::World;
use kernel::fiscal::FiscalYear;
use kernel::text::Paragraph;
use people::Actor;
use store::Tx;

use super::KpiId;
use super::save::{KpiError, followed, note};

store::statements! {
    /// The first draft of a year.
    FIRST = "INSERT INTO evaluation_kpi_note (kpi, year, draft, drafted_at, published, published_at, version) VALUES ($1, $2, $3, $4, NULL, NULL, 1) ON CONFLICT (kpi, year) DO NOTHING";
    /// Another draft; nothing happens when somebody wrote meanwhile.
    NEXT = "UPDATE evaluation_kpi_note SET draft = $3, drafted_at = $4, version = version + 1 WHERE kpi = $1 AND year = $2 AND version = $5";
    /// The draft becomes what everybody reads.
    PUBLISH = "UPDATE evaluation_kpi_note SET published = draft, published_at = $3, draft = NULL, drafted_at = NULL, version = version + 1 WHERE kpi = $1 AND year = $2 AND version = $4 AND draft IS NOT NULL";
    /// Where it stands.
    VERSION = "SELECT version FROM evaluation_kpi_note WHERE kpi = $1 AND year = $2";
}

/// Writes a draft. `version` is the one that was read, 0 when there was none; the new version is returned.
///
/// # Errors
/// [`KpiError`].
pub async fn explain(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    id: KpiId,
    year: FiscalYear,
    version: i64,
    text: &Paragraph<2000>,
) -> Result<i64, KpiError> {
    followed(tx, world, id).await?;
    let now = world.now();
    let params = [id.into(), year.into(), text.as_str().into(), now.into()];
    let written = if version == 0 {
        tx.exec(&FIRST, &params).await?
    } else {
        let params = [params.as_slice(), &[version.into()]].concat();
        tx.exec(&NEXT, &params).await?
    };
    if written == 0 {
        return Err(KpiError::Changed);
    }
    note(tx, world, actor, "evaluation.kpi.explain", id, &format!("{year} {text}")).await?;
    Ok(version + 1)
}

/// Publishes the draft that was read.
///
/// # Errors
/// [`KpiError`].
pub async fn publish_explanation(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    id: KpiId,
    year: FiscalYear,
    version: i64,
) -> Result<(), KpiError> {
    followed(tx, world, id).await?;
    if tx.exec(&PUBLISH, &[id.into(), year.into(), world.now().into(), version.into()]).await? == 0 {
        let now = tx.opt(&VERSION, &[id.into(), year.into()]).await?.map_or(Ok(0), |row| row.get::<i64>(0))?;
        return Err(if now == version { KpiError::NothingWritten } else { KpiError::Changed });
    }
    note(tx, world, actor, "evaluation.kpi.explain.publish", id, &year.to_string()).await
}
