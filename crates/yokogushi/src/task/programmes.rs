//! `import programmes|costs|indicators` and `drafts`: read with a mapping, whole or not at all, published or kept as drafts.

use std::path::Path;

use evaluation::import::{self, BatchError, File, ImportError, Imported, Kind, Mapping, Mode, ParseError, Parsed, Seq};
use kernel::locale::Locale;
use serde::{Deserialize, Serialize};
use store::{Act, Tx};

use super::import::{SHOWN, rows, sentence};
use super::{City, Input, Say, say};
use crate::{cli::ImportKind, problem::Problem};

const PUBLISH: Act = Act::staff("evaluation.publish");

/// How evaluation's tables are read.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct TableOptions {
    /// The mapping's name and, for one of the city's own, its text.
    mapping: Option<(String, Option<String>)>,
    draft: bool,
    sheet: Option<String>,
}

impl TableOptions {
    /// From flags: a mapping that is no shipped one's name is a file, read here where the command is typed.
    pub(crate) fn read(mapping: Option<&str>, draft: bool, sheet: Option<String>) -> Result<Self, Problem> {
        let mapping = match mapping {
            None => None,
            Some(name) if Mapping::shipped_names().any(|known| known == name) => Some((name.to_owned(), None)),
            Some(path) if path.contains(['/', '.', '\\']) => {
                let text = std::fs::read_to_string(path).map_err(|e| Problem::file(Path::new(path), &e))?;
                let name = Path::new(path).file_name().map_or_else(|| path.into(), |name| name.to_string_lossy());
                Some((name.into_owned(), Some(text)))
            }
            // Its refusal names the mappings there are.
            Some(name) => Some((name.to_owned(), None)),
        };
        Ok(Self { mapping, draft, sheet })
    }

    /// Whether none of the flags was given.
    pub(super) fn is_plain(&self) -> bool {
        self.mapping.is_none() && !self.draft && self.sheet.is_none()
    }

    fn mapping(&self) -> Result<Mapping, Problem> {
        let found = match &self.mapping {
            None => Mapping::shipped("yokogushi"),
            Some((name, None)) => Mapping::shipped(name),
            Some((name, Some(text))) => Mapping::parse(name, text),
        };
        found.map_err(|e| Problem::new(format!("{e}。")))
    }
}

/// The kind of evaluation's table, if it is one.
pub(super) fn kind(kind: ImportKind) -> Option<Kind> {
    match kind {
        ImportKind::Programmes => Some(Kind::Programmes),
        ImportKind::Costs => Some(Kind::Costs),
        ImportKind::Indicators => Some(Kind::Indicators),
        _ => None,
    }
}

/// Reads and checks every file before any is stored.
pub(super) async fn import(
    city: &City,
    kind: Kind,
    dry_run: bool,
    options: &TableOptions,
    inputs: Vec<Input>,
    to: &Say,
) -> Result<(), Problem> {
    let mapping = options.mapping()?;
    if inputs.len() > 1 && options.draft {
        return Err(Problem::new("--draft のときは、ファイルを1つずつ取り込んでください(下書きは種類ごとに1つです)。"));
    }
    let (mut good, mut bad) = (Vec::new(), 0);
    for input in &inputs {
        let file = File { kind, name: &input.name, bytes: &input.bytes, sheet: options.sheet.as_deref() };
        match import::parse(file, &mapping) {
            Ok(parsed) => good.push(parsed),
            Err(error) => bad += faults(&input.name, error, to),
        }
    }
    if bad > 0 {
        return Err(nothing(bad));
    }
    let mode = match (dry_run, options.draft) {
        (true, _) => Mode::DryRun,
        (false, true) => Mode::Draft,
        (false, false) => Mode::Publish,
    };
    for parsed in &good {
        notes(parsed, to);
        let stored = import::store(&city.db, &city.world, parsed, mode, None).await;
        let told = stored.map_err(|error| match error {
            ImportError::Rows(rows) => nothing(faults(parsed.file(), ParseError::Rows(rows), to)),
            ImportError::Batch(error) => refused(error),
        })?;
        tell(parsed.file(), kind, mode, &told, to);
    }
    Ok(())
}

/// Says every fault; how many there were.
fn faults(name: &str, error: ParseError, to: &Say) -> usize {
    let (lines, count) = match error {
        ParseError::File(error) => {
            (vec![sentence(&words::Words::get().locale(Locale::Ja), error.key(), error.args())], 1)
        }
        ParseError::Rows(bad) => (rows(&bad), bad.count),
    };
    for line in lines.iter().take(SHOWN) {
        say(to, format!("{name}: {line}"));
    }
    if count > SHOWN {
        say(to, format!("{name}: ほかに {} 件", count - SHOWN));
    }
    count
}

fn nothing(faults: usize) -> Problem {
    Problem::new(format!(
        "読めないところが {faults} 件あったので、何も取り込みませんでした。上のところを直してから、もう一度実行してください。"
    ))
}

fn refused(error: BatchError) -> Problem {
    match error {
        BatchError::Running => {
            Problem::new("同じ種類の取り込みが動いています。終わるのを待って(長くても1分)、もう一度実行してください。")
        }
        BatchError::Overtaken => {
            Problem::new("途中で別の取り込みに替わったので、何も取り込みませんでした。もう一度実行してください。")
        }
        BatchError::NoDraft => {
            Problem::new("その番号の下書きはありません。yokogushi drafts で番号を確かめてください。")
        }
        BatchError::Store(error) => error.into(),
    }
}

fn notes(parsed: &Parsed, to: &Say) {
    let told = rows(&intake::BadRows { rows: parsed.notes.clone(), count: parsed.notes.len() });
    for line in told.iter().take(SHOWN) {
        say(to, format!("{}: 確かめてください: {line}", parsed.file()));
    }
    if told.len() > SHOWN {
        say(to, format!("{}: ほかに {} 件", parsed.file(), told.len() - SHOWN));
    }
}

fn tell(name: &str, kind: Kind, mode: Mode, told: &Imported, to: &Say) {
    let done = if mode == Mode::DryRun { "取り込むと" } else { "取り込みました" };
    let Imported { rows, new, known, untouched, .. } = told;
    let programmes = match kind {
        Kind::Programmes => {
            format!("新しい事業 {new}、前からある事業 {known}、ファイルにない事業 {untouched}(そのまま残ります)")
        }
        Kind::Costs | Kind::Indicators => {
            format!("事業 {}、ファイルにない事業 {untouched}(そのまま残ります)", new + known)
        }
    };
    say(to, format!("{name}: {done} {rows}行 ({programmes})"));
    for sum in &told.years {
        let cost = sum.cost.map_or_else(|| "合計できません".to_owned(), |cost| cost.to_string());
        say(to, format!("{name}: {} {} {}行 事業費 {cost}", sum.year.label_ja(), sum.stage.label_ja(), sum.rows));
    }
    if !told.divisions_unknown.is_empty() {
        let shown: Vec<&str> = told.divisions_unknown.iter().take(8).map(String::as_str).collect();
        let count = told.divisions_unknown.len();
        say(to, format!("{name}: この市の部署にない担当課 {count}(書かれたまま表示します): {}", shown.join("、")));
    }
    if let (Mode::Draft, Some(Seq(number))) = (mode, told.batch) {
        say(
            to,
            format!(
                "{name}: 下書きです。公開するには yokogushi drafts --publish {number}、捨てるには --discard {number}"
            ),
        );
    }
}

/// Lists drafts, publishes one or throws one away.
pub(super) async fn drafts(city: &City, publish: Option<i64>, discard: Option<i64>, to: &Say) -> Result<(), Problem> {
    if let Some(number) = publish {
        let world = city.world.clone();
        let published = city
            .db
            .write(PUBLISH, async move |tx: &mut Tx<'_>| import::publish(tx, &world, None, Seq(number)).await)
            .await;
        let batch = published.map_err(refused)?;
        evaluation::count(&city.db, &city.world).await?;
        say(to, format!("公開しました: {} ({}行)", batch.file, batch.rows));
        return Ok(());
    }
    if let Some(number) = discard {
        import::discard(&city.db, &city.world, None, Seq(number)).await.map_err(refused)?;
        say(to, format!("下書き {number} を捨てました。"));
        return Ok(());
    }
    let drafts = city.db.read(async |tx: &mut Tx<'_>| import::drafts(tx).await).await?;
    if drafts.is_empty() {
        say(to, "下書きはありません。");
    }
    for draft in drafts {
        let Seq(number) = draft.seq;
        say(to, format!("{number}: {} {} {}行 {}", draft.kind.code(), draft.file, draft.rows, draft.made_at));
    }
    Ok(())
}
