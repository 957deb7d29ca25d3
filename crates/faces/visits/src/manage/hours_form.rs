//! The form of weekly hours: one row says "on these weekdays from … to …"; the rules say it weekday by weekday.

use kernel::day::Weekday;
use kernel::locale::Locale;
use shell::FieldFault;
use visits::Opening;
use words::Tongue;

use super::given::{Faults, Given};

/// Most rows of one form.
const ROWS: usize = 30;

/// The same hours on several weekdays.
pub(super) struct Group {
    pub(super) weekdays: Vec<Weekday>,
    pub(super) opening: Opening,
}

/// The rules with equal hours put together, by time of day.
pub(super) fn groups(openings: &[Opening]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for it in openings {
        match groups.iter_mut().find(|group| Opening { weekday: it.weekday, ..group.opening } == *it) {
            Some(group) => group.weekdays.push(it.weekday),
            None => groups.push(Group { weekdays: vec![it.weekday], opening: *it }),
        }
    }
    groups.iter_mut().for_each(|group| group.weekdays.sort_unstable());
    groups.sort_by_key(|group| (group.weekdays.first().copied(), group.opening.from));
    groups
}

/// 「月」 or `Mon`.
pub(super) fn weekday(t: Tongue, weekday: Weekday) -> &'static str {
    if t.locale() == Locale::En { weekday.label_en() } else { weekday.label_ja() }
}

/// 「月〜金」, 「月・水」.
pub(super) fn weekdays(t: Tongue, days: &[Weekday]) -> String {
    let english = t.locale() == Locale::En;
    let mut runs: Vec<Vec<Weekday>> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| last.number() + 1 == day.number()) => run.push(*day),
            _ => runs.push(vec![*day]),
        }
    }
    let words = runs.iter().flat_map(|run| match run.as_slice() {
        [first, _, .., last] => {
            vec![format!("{}{}{}", weekday(t, *first), if english { "–" } else { "〜" }, weekday(t, *last))]
        }
        run => run.iter().map(|day| weekday(t, *day).to_owned()).collect(),
    });
    words.collect::<Vec<_>>().join(if english { ", " } else { "・" })
}

/// The hours in lines, as staff read them at a glance.
pub(super) fn lines(t: Tongue, openings: &[Opening]) -> Vec<String> {
    let line = |group: Group| {
        let it = group.opening;
        t.with(
            "services-hours-line",
            [
                ("days", weekdays(t, &group.weekdays).into()),
                ("from", t.time(it.from).into()),
                ("to", t.time(it.to).into()),
                ("step", it.step.into()),
                ("web", it.web.into()),
                ("staff", it.staff.into()),
            ],
        )
        .into_owned()
    };
    groups(openings).into_iter().map(line).collect()
}

/// Places of one week: for residents, for staff.
pub(super) fn places<'a>(openings: impl IntoIterator<Item = &'a Opening>) -> (u64, u64) {
    openings.into_iter().fold((0, 0), |(web, staff), it| {
        let slots = u64::try_from(it.minutes().count()).unwrap_or(u64::MAX);
        (web + slots * u64::from(it.web), staff + slots * u64::from(it.staff))
    })
}

/// The fields of hours that are in force.
pub(super) fn fields(openings: &[Opening]) -> Given {
    let mut form = Given::default();
    let groups = groups(openings);
    for (row, group) in groups.iter().enumerate() {
        let it = group.opening;
        for weekday in &group.weekdays {
            form.put(format!("day_{row}_{}", weekday.number()), "1");
        }
        form.put(format!("from_{row}"), it.from);
        form.put(format!("to_{row}"), it.to);
        form.put(format!("step_{row}"), it.step);
        form.put(format!("web_{row}"), it.web);
        form.put(format!("staff_{row}"), it.staff);
    }
    form.put("rows", rows_for(groups.len()));
    form
}

/// So many are used: one more to write into, and two for who begins.
fn rows_for(used: usize) -> usize {
    (used + 1).max(2)
}

/// How many rows the form shows.
pub(super) fn rows(form: &Given) -> usize {
    form.get("rows").parse::<usize>().unwrap_or_default().clamp(2, ROWS)
}

/// Adds rows to write into.
pub(super) fn more(form: &mut Given) {
    let more = (rows(form) + 2).min(ROWS);
    form.put("rows", more);
}

fn is_empty(form: &Given, row: usize) -> bool {
    let untouched = ["from", "to"].iter().all(|part| form.get(format!("{part}_{row}")).trim().is_empty());
    untouched && Weekday::ALL.iter().all(|day| !form.on(format!("day_{row}_{}", day.number())))
}

/// Reads the rows: the rules, and for each the row it comes from. Empty rows say nothing; no rule at all closes the
/// service.
pub(super) fn read(form: &Given) -> Result<(Vec<Opening>, Vec<usize>), Vec<FieldFault>> {
    let mut faults = Faults::default();
    let (mut openings, mut from_row) = (Vec::new(), Vec::new());
    for row in (0..rows(form)).filter(|row| !is_empty(form, *row)) {
        let days: Vec<Weekday> =
            Weekday::ALL.into_iter().filter(|day| form.on(format!("day_{row}_{}", day.number()))).collect();
        if days.is_empty() {
            faults.say(format!("day_{row}"), "services-hours-no-day");
        }
        let from = faults.minute(form, &format!("from_{row}"));
        let to = faults.minute(form, &format!("to_{row}"));
        let step = faults.small(form, &format!("step_{row}"), 5, 480);
        let web = faults.number(form, &format!("web_{row}"), 0, 1000);
        let staff = faults.number(form, &format!("staff_{row}"), 0, 1000);
        let (Some(from), Some(to), Some(step), Some(web), Some(staff)) = (from, to, step, web, staff) else { continue };
        for weekday in days {
            let it = Opening { weekday, from, to, step, web, staff };
            if it.minutes().next().is_none() {
                faults.say(format!("to_{row}"), "services-hours-short");
                break;
            }
            openings.push(it);
            from_row.push(row);
        }
    }
    if faults.0.is_empty() { Ok((openings, from_row)) } else { Err(faults.0) }
}

#[cfg(test)]
mod tests {
    use kernel::day::Minute;
    use words::Words;

    use super::*;

    fn opening(weekday: Weekday, from: u8, to: u8) -> Opening {
        let at = |hour| Minute::new(hour, 0).unwrap();
        Opening { weekday, from: at(from), to: at(to), step: 20, web: 2, staff: 1 }
    }

    #[test]
    fn a_form_of_hours_reads_back_as_the_same_rules() {
        let mut hours: Vec<Opening> =
            Weekday::ALL[..5].iter().flat_map(|day| [opening(*day, 9, 12), opening(*day, 13, 17)]).collect();
        hours.push(opening(Weekday::Sunday, 10, 12));
        let form = fields(&hours);
        assert_eq!(rows(&form), 4, "morning, afternoon, Sunday and one to write into");
        let (mut read, rows) = read(&form).unwrap();
        assert_eq!(rows.len(), 11);
        let key = |it: &Opening| (it.weekday, it.from);
        read.sort_by_key(key);
        hours.sort_by_key(key);
        assert_eq!(read, hours);
        assert_eq!(places(&hours), (5 * (9 + 12) * 2 + 6 * 2, 5 * (9 + 12) + 6));
    }

    #[test]
    fn weekdays_in_runs() {
        use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        let say = |locale, days: &[Weekday]| weekdays(Words::get().locale(locale), days);
        assert_eq!(say(Locale::Ja, &[Monday, Tuesday, Wednesday, Thursday, Friday]), "月〜金");
        assert_eq!(say(Locale::Ja, &[Monday, Tuesday, Friday]), "月・火・金");
        assert_eq!(say(Locale::En, &[Monday, Wednesday, Friday, Saturday, Sunday]), "Mon, Wed, Fri–Sun");
        assert_eq!(say(Locale::Ja, &[]), "");
    }

    #[test]
    fn faults_stand_at_their_row() {
        let mut form = Given::default();
        form.put("rows", "3");
        for (field, value) in [
            ("from_0", "09:00"),
            ("to_0", "12:00"),
            ("step_0", "30"),
            ("web_0", "1"),
            ("staff_0", "1"),
            ("day_1_1", "1"),
            ("from_1", "13:00"),
            ("to_1", "13:10"),
            ("step_1", "30"),
            ("web_1", "1"),
            ("staff_1", "x"),
            ("day_2_2", "1"),
            ("from_2", "17:00"),
            ("to_2", "09:00"),
            ("step_2", "30"),
            ("web_2", "1"),
            ("staff_2", "0"),
        ] {
            form.put(field, value);
        }
        let fields: Vec<String> = read(&form).unwrap_err().iter().map(|fault| fault.field.to_string()).collect();
        assert_eq!(fields, ["day_0", "staff_1", "to_2"]);
        let mut empty = Given::default();
        empty.put("rows", "2");
        assert_eq!(read(&empty).unwrap().0, []);
    }
}
