//! `export`: files for spreadsheets, and empty tables to begin with.

use std::path::Path;

use evaluation::export::{self, Kind};
use store::Tx;

use super::{City, Say, say};
use crate::{cli::TemplateKind, problem::Problem};

fn kind(kind: TemplateKind) -> Kind {
    match kind {
        TemplateKind::Programmes => Kind::Programmes,
        TemplateKind::Costs => Kind::Costs,
        TemplateKind::Indicators => Kind::Indicators,
    }
}

/// Writes everything of a kind that is published.
pub(super) async fn run(city: &City, what: TemplateKind, target: &Path, to: &Say) -> Result<(), Problem> {
    let what = kind(what);
    let bytes = city.db.export(async move |tx: &mut Tx<'_>| export::export(tx, what, false).await).await?;
    write(target, &bytes)?;
    say(to, format!("書き出しました: {}", target.display()));
    Ok(())
}

/// Writes an empty table; no city is needed.
pub(crate) fn template(what: TemplateKind, target: &Path) -> Result<(), Problem> {
    let bytes = export::template(kind(what)).map_err(|e| Problem::new(format!("プログラムの不具合です({e})。")))?;
    write(target, &bytes)?;
    println!("見出しだけの表を作りました: {}", target.display());
    Ok(())
}

fn write(target: &Path, bytes: &[u8]) -> Result<(), Problem> {
    if target.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
        return Err(Problem::new("CSV で書き出します。ファイル名の最後を .csv にしてください。"));
    }
    std::fs::write(target, bytes).map_err(|e| Problem::file(target, &e))
}
