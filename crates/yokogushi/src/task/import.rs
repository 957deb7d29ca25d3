//! `import`: every file is read and checked before any is stored; a bad row is named and nothing is written.

use std::path::Path;

use kernel::{day::Day, locale::Locale};
use people::Actor;
use places::{
    areas::{self, AreaOptions},
    facilities::{self, FacilityOptions, LabelsKept, Parsed},
    holidays,
    import::{Imported, Report, SetName},
    towns,
};
use store::{Act, Tx};

use super::{City, Input, Say, say};
use crate::{cli::ImportKind, problem::Problem};

const ACT: Act = Act::bulk("import");
/// Bad rows shown; the rest are counted.
pub(super) const SHOWN: usize = 50;

/// The flags of `import`.
pub(crate) struct Options {
    pub(crate) kind: ImportKind,
    pub(crate) dry_run: bool,
    pub(crate) set: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) effective: Option<String>,
}

/// A file that was read and found good.
enum Checked {
    Areas(areas::ParsedAreas),
    Towns(towns::ParsedTowns),
    Facilities(Parsed),
    Holidays(holidays::ParsedHolidays),
    Organisation(people::Organisation),
    StaffPosts(people::StaffPosts),
}

pub(crate) async fn run(city: &City, options: &Options, inputs: Vec<Input>, to: &Say) -> Result<(), Problem> {
    if options.set.is_some() && inputs.len() > 1 && options.kind != ImportKind::Holidays {
        return Err(Problem::new("--set は1つのファイルを取り込むときだけ使えます。ファイルごとに実行してください。"));
    }
    let effective = match &options.effective {
        Some(text) => {
            Day::parse(text).ok_or_else(|| Problem::new("--effective は 2027-04-01 の形で指定してください。"))?
        }
        None => city.world.today(),
    };
    let mut checked = Vec::new();
    let mut bad = 0;
    for input in &inputs {
        match check(options, input) {
            Ok(good) => checked.push((input, good)),
            Err(lines) => {
                bad += lines.len();
                for line in lines.iter().take(SHOWN) {
                    say(to, format!("{}: {line}", input.name));
                }
                if lines.len() > SHOWN {
                    say(to, format!("{}: ほかに {} 件", input.name, lines.len() - SHOWN));
                }
            }
        }
    }
    if bad > 0 {
        return Err(Problem::new(format!(
            "読めない行が {bad} 件あったので、何も取り込みませんでした。上の行を直してから、もう一度実行してください。"
        )));
    }
    for (input, good) in checked {
        store(city, options, effective, &input.name, good, to).await?;
    }
    Ok(())
}

fn check(options: &Options, input: &Input) -> Result<Checked, Vec<String>> {
    let set = || -> Result<SetName, Vec<String>> {
        let name = match &options.set {
            Some(name) => SetName::new(name),
            None => SetName::from_file(Path::new(&input.name)),
        };
        name.map_err(|e| vec![format!("まとまりの名前(--set)を使えません: {e}")])
    };
    let report = |report: Report| report.bad_rows().iter().map(ToString::to_string).collect::<Vec<_>>();
    Ok(match options.kind {
        ImportKind::Areas => {
            let options = AreaOptions { set: set()?, name_field: options.name.clone() };
            Checked::Areas(areas::parse(&input.bytes, &options).map_err(report)?)
        }
        ImportKind::Towns => Checked::Towns(towns::parse(&input.bytes, &set()?).map_err(report)?),
        ImportKind::Facilities => {
            let options = FacilityOptions { set: set()?, name_field: options.name.clone() };
            Checked::Facilities(facilities::parse(&input.bytes, &options).map_err(report)?)
        }
        ImportKind::Holidays => Checked::Holidays(holidays::parse(&input.bytes).map_err(report)?),
        ImportKind::Organisation => {
            Checked::Organisation(people::Organisation::parse(&table(input)?).map_err(|b| rows(&b))?)
        }
        // Their own task reads them.
        ImportKind::Programmes | ImportKind::Costs | ImportKind::Indicators => {
            return Err(vec!["この種類は、ここでは読めません".to_owned()]);
        }
        ImportKind::StaffPosts => Checked::StaffPosts(people::StaffPosts::parse(table(input)?).map_err(|b| rows(&b))?),
    })
}

fn table(input: &Input) -> Result<intake::Table, Vec<String>> {
    let tongue = words::Words::get().locale(Locale::Ja);
    intake::Table::read(&input.name, &input.bytes, places::import::MOST_BYTES)
        .map_err(|e| vec![sentence(&tongue, e.key(), e.args())])
}

pub(super) fn sentence(tongue: &words::Tongue, key: &str, args: Vec<(&'static str, String)>) -> String {
    let args: Vec<_> = args.into_iter().map(|(name, value)| (name, value.into())).collect();
    tongue.with(key, args).into_owned()
}

/// Each bad cell in words: line, column, reason and what stood there.
pub(super) fn rows(bad: &intake::BadRows) -> Vec<String> {
    let tongue = words::Words::get().locale(Locale::Ja);
    bad.rows
        .iter()
        .map(|bad| {
            let column = bad.column.as_deref().map(|c| format!("「{c}」")).unwrap_or_default();
            let value = if bad.value.is_empty() { String::new() } else { format!(" ({})", bad.value) };
            format!("{}行目{column}: {}{value}", bad.line, sentence(&tongue, bad.reason.key(), bad.reason.args()))
        })
        .collect()
}

async fn store(
    city: &City,
    options: &Options,
    effective: Day,
    name: &str,
    good: Checked,
    to: &Say,
) -> Result<(), Problem> {
    let (db, world, dry) = (&city.db, &city.world, options.dry_run);
    let would = if dry { "取り込むと" } else { "取り込みました" };
    let told = |imported: Imported| {
        let Imported { set, rows, new, kept, gone } = imported;
        format!("{name}: {would} 「{set}」 {rows}件 (新しい {new}、そのまま {kept}、なくなる {gone})")
    };
    let fault = |e: places::import::ImportError| match e {
        places::import::ImportError::Store(e) => e.into(),
        other => Problem::new(format!("{name}: {other}")),
    };
    match good {
        Checked::Areas(parsed) => {
            notes(to, name, &parsed.notes);
            say(to, told(areas::store(db, world, parsed, dry).await.map_err(fault)?));
        }
        Checked::Towns(parsed) => {
            notes(to, name, &parsed.notes);
            say(to, told(towns::store(db, world, parsed, dry).await.map_err(fault)?));
        }
        Checked::Facilities(Parsed::Facilities(parsed)) => {
            notes(to, name, &parsed.notes);
            say(to, told(facilities::store(db, world, parsed, dry).await.map_err(fault)?));
        }
        Checked::Facilities(Parsed::Labels(list)) => {
            let kept = facilities::store_labels(db, world, list, dry).await.map_err(fault)?;
            say(
                to,
                match kept {
                    LabelsKept::For(set) => format!("{name}: 項目の説明として、「{set}」に使います"),
                    LabelsKept::Waiting { could_be } if could_be.is_empty() => {
                        format!("{name}: 項目の説明として覚えました。合う一覧を取り込むと使われます")
                    }
                    LabelsKept::Waiting { could_be } => {
                        format!(
                            "{name}: 項目の説明として覚えました。どの一覧のものか決められません。--set を付けて取り込み直すと使われます(合いそうな一覧: {})",
                            could_be.join("、")
                        )
                    }
                },
            );
        }
        Checked::Holidays(parsed) => {
            notes(to, name, &parsed.notes);
            say(to, told(holidays::store(db, world, parsed, dry).await.map_err(fault)?));
        }
        Checked::Organisation(file) => {
            let report = if dry {
                db.read(async move |tx: &mut Tx<'_>| people::preview_organisation(tx, &file, effective).await).await?
            } else {
                let world = world.clone();
                db.write(ACT, async move |tx: &mut Tx<'_>| {
                    people::import_organisation(tx, &world, Actor::Command, &file, effective).await
                })
                .await?
            };
            say(
                to,
                format!(
                    "{name}: {would} 新しい部署 {}、変わる部署 {}、なくなる部署 {}、そのまま {}",
                    report.added.len(),
                    report.changed.len(),
                    report.closed.len(),
                    report.unchanged
                ),
            );
        }
        Checked::StaffPosts(file) => {
            let asked: Result<_, people::ImportError> = if dry {
                db.read(async move |tx: &mut Tx<'_>| people::preview_staff_posts(tx, &file, effective).await).await
            } else {
                let world = world.clone();
                db.write(ACT, async move |tx: &mut Tx<'_>| {
                    people::import_staff_posts(tx, &world, Actor::Command, &file, effective).await
                })
                .await
            };
            let report = asked.map_err(|e| match e {
                people::ImportError::Rows(bad) => {
                    for line in rows(&bad) {
                        say(to, format!("{name}: {line}"));
                    }
                    Problem::new("合わない行があったので、何も取り込みませんでした。上の行を直してから、もう一度実行してください。")
                }
                people::ImportError::Store(e) => e.into(),
            })?;
            say(
                to,
                format!(
                    "{name}: {would} 新しい職員 {}、新しい職 {}、就任 {}、離任 {}、そのまま {}",
                    report.persons_added,
                    report.posts_added.len(),
                    report.taken_up,
                    report.left,
                    report.unchanged
                ),
            );
        }
    }
    Ok(())
}

fn notes(to: &Say, name: &str, notes: &[impl std::fmt::Display]) {
    for note in notes.iter().take(SHOWN) {
        say(to, format!("{name}: {note}"));
    }
    if notes.len() > SHOWN {
        say(to, format!("{name}: ほかに {} 件", notes.len() - SHOWN));
    }
}
