//! Sums of live money by everything totals are asked by: counted once after a publication, else added up at once.

use kernel::World;
use kernel::fiscal::FiscalYear;
use plan::{NodeId, live};
use store::{Act, Db, Row, Tx, Value};

use super::{money, stage};
use crate::money::{Money, Stage};

store::statements! {
    /// How often something was published; grows with every publication.
    VERSION = "SELECT COUNT(*) FROM plan_batch WHERE published_at IS NOT NULL";
    /// Whether that version is counted.
    READY = "SELECT version FROM evaluation_rollup_ready WHERE version = $1";
    /// Counted sums of a year.
    COUNTED = "SELECT year, stage, policy, measure, bu, ka, national, prefectural, bonds, other, general, cost, staff_cost, total, programmes
        FROM evaluation_rollup WHERE version = $1 AND year = $2";
    /// Counted sums of all years by 政策 alone.
    COARSE = "SELECT year, stage, policy, NULL, '', '', CAST(SUM(national) AS BIGINT), CAST(SUM(prefectural) AS BIGINT), CAST(SUM(bonds) AS BIGINT), CAST(SUM(other) AS BIGINT), CAST(SUM(general) AS BIGINT), CAST(SUM(cost) AS BIGINT), CAST(SUM(staff_cost) AS BIGINT), CAST(SUM(total) AS BIGINT), CAST(SUM(programmes) AS BIGINT)
        FROM evaluation_rollup WHERE version = $1 GROUP BY year, stage, policy";
    /// The same from the rows themselves.
    ADDED = concat!("SELECT m.year, m.stage, c.policy, c.measure, c.bu, c.ka, CAST(SUM(m.national) AS BIGINT), CAST(SUM(m.prefectural) AS BIGINT), CAST(SUM(m.bonds) AS BIGINT), CAST(SUM(m.other) AS BIGINT), CAST(SUM(m.general) AS BIGINT), CAST(SUM(m.cost) AS BIGINT), CAST(SUM(m.staff_cost) AS BIGINT), CAST(SUM(m.total) AS BIGINT), COUNT(*)
        FROM evaluation_money m JOIN plan_content c ON c.programme = m.programme
        WHERE (CAST($1 AS BIGINT) IS NULL OR m.year = $1) AND ", live!("m"), " AND ", live!("c"), "
        GROUP BY m.year, m.stage, c.policy, c.measure, c.bu, c.ka");
    /// A counted sum; nothing where another node wrote the same.
    INSERT = "INSERT INTO evaluation_rollup (version, year, position, stage, policy, measure, bu, ka, national, prefectural, bonds, other, general, cost, staff_cost, total, programmes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT (version, year, position) DO NOTHING";
    /// From now on it is read.
    DONE = "INSERT INTO evaluation_rollup_ready (version, made_at) VALUES ($1, $2) ON CONFLICT (version) DO NOTHING";
    /// Sums of earlier versions.
    SWEEP = "DELETE FROM evaluation_rollup WHERE version < $1 AND (version, year, position) IN (SELECT version, year, position FROM evaluation_rollup WHERE version < $1 LIMIT 500)";
    /// … and that they were ready.
    SWEEP_READY = "DELETE FROM evaluation_rollup_ready WHERE version < $1";
}

const COUNT: Act = Act::bulk("evaluation.sums");
/// Rows of one transaction.
const ROWS: usize = 500;

/// The finest group of money that totals are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) year: FiscalYear,
    pub(super) stage: Stage,
    pub(super) policy: NodeId,
    pub(super) measure: Option<NodeId>,
    pub(super) bu: String,
    pub(super) ka: String,
    pub(super) money: Money,
    pub(super) programmes: u64,
}

/// All groups of a year; or, without one, of all years by 政策 at least.
pub(super) async fn groups(tx: &mut Tx<'_>, year: Option<FiscalYear>) -> Result<Vec<Group>, store::Error> {
    let version: i64 = tx.value(&VERSION, &[]).await?;
    let counted = tx.opt(&READY, &[version.into()]).await?.is_some();
    let rows = match year {
        Some(year) if counted => tx.all(&COUNTED, &[version.into(), year.into()]).await?,
        None if counted => tx.all(&COARSE, &[version.into()]).await?,
        _ => tx.all(&ADDED, &[year.into()]).await?,
    };
    rows.iter().map(group).collect()
}

fn group(row: &Row) -> Result<Group, store::Error> {
    Ok(Group {
        year: row.get(0)?,
        stage: stage(row, 1)?,
        policy: row.get(2)?,
        measure: row.get(3)?,
        bu: row.get(4)?,
        ka: row.get(5)?,
        money: money(row, 6)?,
        programmes: u64::try_from(row.get::<i64>(14)?).unwrap_or(0),
    })
}

/// Counts the sums of what is published now, unless that was done; false if it was.
///
/// Reading never waits for it: until it is done the rows themselves are added up.
///
/// # Errors
/// Any storage error.
pub async fn count(db: &Db, world: &World) -> Result<bool, store::Error> {
    let (version, groups) = db.export(async |tx: &mut Tx<'_>| to_count(tx).await).await?;
    let Some(mut groups) = groups else { return Ok(false) };
    // Two nodes that count the same version must number its sums alike.
    groups.sort_by(|a, b| {
        let key = |group: &Group| (group.year, group.stage, group.policy, group.measure);
        key(a).cmp(&key(b)).then_with(|| (&a.bu, &a.ka).cmp(&(&b.bu, &b.ka)))
    });
    let rows: Vec<Vec<Value>> =
        (0_i64..).zip(&groups).map(|(position, group)| params(version, position, group)).collect();
    for chunk in rows.chunks(ROWS) {
        let chunk = chunk.to_vec();
        db.write(COUNT, async move |tx: &mut Tx<'_>| tx.batch(&INSERT, &chunk).await).await?;
    }
    let now = world.now();
    db.write(COUNT, async move |tx: &mut Tx<'_>| {
        tx.exec(&DONE, &[version.into(), now.into()]).await?;
        tx.exec(&SWEEP_READY, &[version.into()]).await
    })
    .await?;
    while db.write(COUNT, async move |tx: &mut Tx<'_>| tx.exec(&SWEEP, &[version.into()]).await).await? > 0 {}
    Ok(true)
}

/// The version to count and its groups; none when it is counted.
async fn to_count(tx: &mut Tx<'_>) -> Result<(i64, Option<Vec<Group>>), store::Error> {
    let version: i64 = tx.value(&VERSION, &[]).await?;
    if version == 0 || tx.opt(&READY, &[version.into()]).await?.is_some() {
        return Ok((version, None));
    }
    let rows = tx.all(&ADDED, &[Value::Null]).await?;
    Ok((version, Some(rows.iter().map(group).collect::<Result<_, _>>()?)))
}

fn params(version: i64, position: i64, group: &Group) -> Vec<Value> {
    let mut params: Vec<Value> = vec![
        version.into(),
        group.year.into(),
        position.into(),
        group.stage.code().into(),
        group.policy.into(),
        group.measure.into(),
        (&group.bu).into(),
        (&group.ka).into(),
    ];
    params.extend(group.money.sources().map(Value::from));
    params.extend([group.money.cost.into(), group.money.staff_cost.into(), group.money.total.into()]);
    params.push(i64::try_from(group.programmes).unwrap_or(i64::MAX).into());
    params
}
