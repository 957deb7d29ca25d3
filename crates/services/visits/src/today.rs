//! A counter's day as its clerks see it: one query, sorted into groups here.

use std::time::Duration;

use kernel::{
    World,
    day::Day,
    text::{Phone, fold},
};
use store::{Error, Tx};

use crate::{
    counter::{CounterRule, counter_rule, streak},
    model::CounterId,
    number::Scan,
    state::State,
    stats::Histogram,
    visit::{Visit, visit_columns, visit_tables},
};

/// A counter's day.
#[derive(Clone, Debug)]
pub struct Today {
    /// The counter.
    pub counter: CounterId,
    /// The day.
    pub day: Day,
    /// How the counter calls.
    pub rule: CounterRule,
    /// 待っている方, in the order in which they will be called.
    pub waiting: Vec<Visit>,
    /// 呼出中, latest call first.
    pub called: Vec<Visit>,
    /// 対応中, longest first.
    pub serving: Vec<Visit>,
    /// 不在, latest call first.
    pub absent: Vec<Visit>,
    /// これから来る方, by their time.
    pub coming: Vec<Visit>,
    /// 来庁なし, by their time.
    pub no_show: Vec<Visit>,
    /// 終わった方, latest first.
    pub finished: Vec<Visit>,
    /// 取り消した方, by their time.
    pub cancelled: Vec<Visit>,
    /// The line of figures above the list.
    pub summary: Summary,
}

/// Figures of a counter's day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Waiting now.
    pub waiting: usize,
    /// The longest of them, in minutes.
    pub longest_wait: Option<i64>,
    /// 滞在時間 of those who finished today, median in minutes.
    pub median_stay: Option<i64>,
    /// Wait until the first call today, median in minutes.
    pub median_wait: Option<i64>,
}

store::statements! {
    DAY = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), " WHERE v.counter_id = $1 AND v.day = $2");
    BY_NAME = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), "
        WHERE c.name_fold LIKE $1 ESCAPE '!' AND v.day >= $2 ORDER BY v.day, v.minute, v.id LIMIT 50");
    BY_PHONE = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), "
        WHERE c.phone = $1 AND v.day >= $2 ORDER BY v.day, v.minute, v.id LIMIT 50");
    BY_TICKET = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), " WHERE v.day = $1 AND v.ticket = $2 ORDER BY v.id LIMIT 50");
}

/// A counter's day, today or another.
///
/// # Errors
/// Storage only.
pub async fn today(tx: &mut Tx<'_>, world: &World, counter: CounterId, day: Day) -> Result<Today, Error> {
    let rule = counter_rule(tx, counter).await?;
    let streak = streak(tx, counter, day).await?;
    let rows = tx.all(&DAY, &[counter.into(), day.into()]).await?;
    let visits: Vec<Visit> = rows.iter().map(Visit::read).collect::<Result<_, _>>()?;
    Ok(sort(world, counter, day, rule, streak, visits))
}

fn sort(world: &World, counter: CounterId, day: Day, rule: CounterRule, streak: u32, visits: Vec<Visit>) -> Today {
    let now = world.now();
    let stay: Histogram =
        visits.iter().filter(|it| it.counts_in_times()).filter_map(|it| it.stay_minutes(now)).collect();
    let wait: Histogram =
        visits.iter().filter(|it| it.called_at().is_some()).filter_map(|it| it.waited_minutes(now)).collect();
    let mut groups: [Vec<Visit>; 8] = Default::default();
    for visit in visits {
        groups[visit.state() as usize].push(visit);
    }
    let mut take = |state: State| std::mem::take(&mut groups[state as usize]);
    let [mut waiting, mut called, mut serving, mut absent] =
        [State::Waiting, State::Called, State::Serving, State::Absent].map(&mut take);
    let [mut coming, mut no_show, mut finished, mut cancelled] =
        [State::Booked, State::NoShow, State::Finished, State::Cancelled].map(take);

    let line: Vec<_> = waiting.iter().filter_map(Visit::waiting).collect();
    let order = rule.order.sequence(now, streak, Duration::from_secs(300), &line);
    waiting.sort_by_key(|it| order.iter().position(|id| *id == it.id));
    for group in [&mut called, &mut absent] {
        group.sort_by_key(|it| std::cmp::Reverse(it.progress.last_called_at));
    }
    serving.sort_by_key(|it| it.progress.started_at);
    finished.sort_by_key(|it| std::cmp::Reverse(it.progress.finished_at));
    for group in [&mut coming, &mut no_show, &mut cancelled] {
        group.sort_by_key(|it| (it.minute, it.made_at));
    }
    let summary = Summary {
        waiting: waiting.len(),
        longest_wait: waiting.iter().filter_map(|it| it.waited_minutes(now)).max(),
        median_stay: stay.median(),
        median_wait: wait.median(),
    };
    Today { counter, day, rule, waiting, called, serving, absent, coming, no_show, finished, cancelled, summary }
}

/// Finds visits by what was typed or scanned: a number (any day), a ticket of today, a telephone number or a part of a
/// name (from today on).
///
/// # Errors
/// Storage only.
pub async fn search(tx: &mut Tx<'_>, world: &World, text: &str) -> Result<Vec<Visit>, Error> {
    let rows = match Scan::parse(text) {
        Scan::Number(number) => return Ok(Visit::find_number(tx, &number).await?.into_iter().collect()),
        Scan::Ticket(ticket) => tx.all(&BY_TICKET, &[world.today().into(), ticket.into()]).await?,
        Scan::Words(words) if let Ok(phone) = Phone::parse(&words) => {
            tx.all(&BY_PHONE, &[phone.as_str().into(), world.today().into()]).await?
        }
        Scan::Words(words) => {
            let mut like = String::from("%");
            for c in fold(&words).chars() {
                if matches!(c, '%' | '_' | '!') {
                    like.push('!');
                }
                like.push(c);
            }
            like.push('%');
            if like.len() == 2 {
                return Ok(Vec::new());
            }
            tx.all(&BY_NAME, &[like.into(), world.today().into()]).await?
        }
    };
    rows.iter().map(Visit::read).collect()
}
