//! The form of a service: from what is stored to fields, and back with every fault at its field.

use kernel::day::Minute;
use kernel::locale::Localized;
use kernel::text::Line;
use shell::FieldFault;
use visits::{Bring, CounterId, Instead, ServiceDraft, Who, Window};

use super::given::{Faults, Given};

/// How a service is offered; one question instead of two switches.
pub(super) const STATES: [(&str, &str); 3] =
    [("bookable", "services-state-bookable"), ("no-visit", "services-state-no-visit"), ("off", "services-state-off")];
/// Most ways without a visit.
const WAYS: usize = 8;
/// Most lines of a list of things to bring.
const LINES: usize = 30;

/// The state of a stored service.
pub(super) fn state(needs_visit: bool, active: bool) -> &'static str {
    match (active, needs_visit) {
        (true, true) => "bookable",
        (true, false) => "no-visit",
        (false, _) => "off",
    }
}

/// What an empty form proposes.
pub(super) fn proposal() -> Given {
    let mut form = Given::default();
    for (field, value) in [
        ("state", "bookable"),
        ("minutes", "20"),
        ("open_days", "30"),
        ("lead_minutes", "60"),
        ("cutoff_days", "0"),
        ("cutoff_minute", "17:00"),
        ("keep_days", "30"),
        ("position", "100"),
    ] {
        form.put(field, value);
    }
    form
}

/// The fields of a stored service.
pub(super) fn fields(draft: &ServiceDraft, version: i64) -> Given {
    let mut form = Given::default();
    form.put("code", &draft.code);
    form.put("counter", draft.counter);
    form.put_text("name", &draft.name);
    form.put_text("summary", &draft.summary);
    form.put("state", state(draft.needs_visit, draft.active));
    form.put("minutes", draft.minutes);
    for who in Who::ALL {
        let lines = |of: &dyn Fn(&Localized) -> String| {
            let lines: Vec<String> = draft.bring.list(*who).iter().map(of).collect();
            lines.join("\n").trim_end().to_owned()
        };
        let field = format!("bring_{}", who.code());
        form.put(format!("{field}_ja"), lines(&|it| it.ja.clone()));
        form.put(format!("{field}_easy"), lines(&|it| it.easy.clone().unwrap_or_default()));
        form.put(format!("{field}_en"), lines(&|it| it.en.clone().unwrap_or_default()));
    }
    for (index, way) in draft.instead.iter().enumerate() {
        form.put_text(&format!("way_{index}_name"), &way.name);
        form.put_text(&format!("way_{index}_note"), &way.note);
        form.put(format!("way_{index}_url"), way.url.as_deref().unwrap_or_default());
    }
    form.put("open_days", draft.window.open_days);
    form.put("lead_minutes", draft.window.lead_minutes);
    form.put("cutoff_days", draft.window.cutoff_days);
    let cutoff = Minute::from_number(draft.window.cutoff_minute).map(|it| it.to_string());
    form.put("cutoff_minute", cutoff.unwrap_or_default());
    form.put("keep_days", draft.keep_days);
    form.put("position", draft.position);
    form.put("version", version);
    form
}

/// How many ways the form shows: those there are and one more.
pub(super) fn ways(form: &Given) -> usize {
    let used = (0..WAYS).rev().find(|index| !way_is_empty(form, *index)).map_or(0, |last| last + 1);
    (used + 1).min(WAYS)
}

fn way_is_empty(form: &Given, index: usize) -> bool {
    ["name_ja", "name_easy", "name_en", "note_ja", "note_easy", "note_en", "url"]
        .iter()
        .all(|part| form.get(format!("way_{index}_{part}")).trim().is_empty())
}

/// Reads the form. `code` is given for a service that exists; `needs_visit` is what it was, kept while it is not offered.
pub(super) fn read(
    form: &Given,
    code: Option<&str>,
    needs_visit: bool,
    counter: Option<CounterId>,
) -> Result<ServiceDraft, Vec<FieldFault>> {
    let mut faults = Faults::default();
    let code = match code {
        Some(code) => code.to_owned(),
        None => faults.line::<40>(form, "code").unwrap_or_default(),
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if code.is_empty() || !code.chars().all(plain) {
        faults.0.retain(|fault| fault.field != "code");
        faults.say("code", "services-code-wrong");
    }
    if counter.is_none() {
        faults.say("counter", "services-counter-missing");
    }
    let name = faults.name::<60>(form, "name");
    let summary = faults.text::<400>(form, "summary");
    let state = STATES.iter().map(|(code, _)| *code).find(|code| *code == form.get("state"));
    if state.is_none() {
        faults.say("state", "services-state-missing");
    }
    let minutes = faults.small(form, "minutes", 1, 480);
    let [own, agent, child] =
        [Who::Own, Who::Agent, Who::Child].map(|who| lists(&mut faults, form, &format!("bring_{}", who.code())));
    let instead = instead(&mut faults, form);
    let open_days = faults.small(form, "open_days", 0, 366);
    let lead_minutes = faults.small(form, "lead_minutes", 0, 1440);
    let cutoff_days = faults.small(form, "cutoff_days", 0, 60);
    let cutoff = if cutoff_days == Some(0) { Some(Minute::MIDNIGHT) } else { faults.minute(form, "cutoff_minute") };
    let keep_days = faults.small(form, "keep_days", 0, 400);
    let position = faults.number(form, "position", 0, 1_000_000);
    if let (Some(open), Some(cutoff)) = (open_days, cutoff_days)
        && cutoff > open
    {
        faults.say("cutoff_days", "services-cutoff-wrong");
    }
    let needs_visit = match state {
        Some("bookable") => true,
        Some("no-visit") => false,
        _ => needs_visit,
    };
    if !needs_visit && instead.is_empty() {
        faults.say("way_0_name_ja", "services-ways-missing");
    }
    match (counter, minutes, open_days, lead_minutes, cutoff_days, cutoff, keep_days, position) {
        (
            Some(counter),
            Some(minutes),
            Some(open_days),
            Some(lead_minutes),
            Some(cutoff_days),
            Some(cutoff),
            Some(keep_days),
            Some(position),
        ) if faults.0.is_empty() => Ok(ServiceDraft {
            code,
            counter,
            name,
            summary,
            bring: Bring { own, agent, child },
            instead,
            needs_visit,
            minutes,
            window: Window { open_days, lead_minutes, cutoff_days, cutoff_minute: cutoff.number() },
            keep_days,
            position: position.into(),
            active: state != Some("off"),
        }),
        _ => Err(faults.0),
    }
}

/// One thing a line; line by line the same thing in the other languages.
fn lists(faults: &mut Faults, form: &Given, field: &str) -> Vec<Localized> {
    let mut read = |language: &str| -> Vec<Option<String>> {
        let field = format!("{field}_{language}");
        let text = form.get(&field).trim_end();
        if text.is_empty() {
            return Vec::new();
        }
        let mut lines = Vec::new();
        for line in text.lines() {
            match Line::<120>::optional(line) {
                Ok(line) => lines.push(line.map(Line::into_string)),
                Err(error) => {
                    faults.0.push(FieldFault::text(field.clone(), error));
                    break;
                }
            }
        }
        lines
    };
    let [ja, easy, en] = ["ja", "easy", "en"].map(&mut read);
    if ja.len() > LINES {
        faults.say(format!("{field}_ja"), "services-bring-many");
    }
    for (language, lines) in [("easy", &easy), ("en", &en)] {
        // A line without its Japanese would be shown to nobody who reads Japanese.
        if lines.iter().enumerate().any(|(at, line)| line.is_some() && ja.get(at).is_none_or(Option::is_none)) {
            faults.say(format!("{field}_{language}"), "services-bring-lines");
        }
    }
    let other = |lines: &[Option<String>], at: usize| lines.get(at).cloned().flatten();
    ja.into_iter()
        .enumerate()
        .filter_map(|(at, line)| Some(Localized { ja: line?, easy: other(&easy, at), en: other(&en, at) }))
        .collect()
}

fn instead(faults: &mut Faults, form: &Given) -> Vec<Instead> {
    let mut ways = Vec::new();
    for index in (0..WAYS).filter(|index| !way_is_empty(form, *index)) {
        let name = faults.name::<60>(form, &format!("way_{index}_name"));
        let note = faults.text::<400>(form, &format!("way_{index}_note"));
        let field = format!("way_{index}_url");
        let url = faults.line::<300>(form, &field);
        if url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            faults.say(field, "services-way-url-wrong");
        }
        ways.push(Instead { name, note, url });
    }
    ways
}
