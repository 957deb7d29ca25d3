//! The city in numbers: visits a day, how long people stay and wait, who does not come, how far ahead they book.

use std::collections::BTreeMap;

use kernel::day::Day;
use store::{Error, Tx, Value};

use crate::{
    model::{Channel, CounterId},
    state::State,
    stats::Histogram,
};

/// Public figures from fewer than this many visits are not shown: they could speak of one person.
pub const PUBLIC_LEAST: u64 = 10;

/// Visits of one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayNumbers {
    /// Booked by residents.
    pub web: u64,
    /// Booked by staff.
    pub staff: u64,
    /// Without a booking.
    pub walk_in: u64,
    /// Served.
    pub finished: u64,
    /// 来庁なし.
    pub no_show: u64,
    /// 取消 (of those above).
    pub cancelled: u64,
}

impl DayNumbers {
    /// People who came or were to come: everything that was not cancelled.
    #[must_use]
    pub fn visits(&self) -> u64 {
        self.web + self.staff + self.walk_in - self.cancelled
    }

    fn add(&mut self, other: &Self) {
        self.web += other.web;
        self.staff += other.staff;
        self.walk_in += other.walk_in;
        self.finished += other.finished;
        self.no_show += other.no_show;
        self.cancelled += other.cancelled;
    }

    /// Bookings that were not kept, in percent of bookings not cancelled.
    #[must_use]
    pub fn no_show_percent(&self) -> Option<u64> {
        let kept = (self.web + self.staff).saturating_sub(self.cancelled);
        (kept > 0).then(|| (self.no_show * 100 + kept / 2) / kept)
    }
}

/// A week, Monday to Sunday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekNumbers {
    /// Its Monday.
    pub monday: Day,
    /// Sums of its days.
    pub sum: DayNumbers,
    /// 滞在時間: check-in to end, median minutes.
    pub median_stay: Option<i64>,
    /// Check-in to first call, median minutes.
    pub median_wait: Option<i64>,
    /// Days from booking on the web to the visit, median.
    pub median_lead: Option<i64>,
    /// How many visits the times are from.
    pub timed: u64,
}

impl WeekNumbers {
    /// What may be shown to everybody: nothing that rests on fewer than [`PUBLIC_LEAST`] visits.
    #[must_use]
    pub fn public(mut self) -> Self {
        if self.timed < PUBLIC_LEAST {
            (self.median_stay, self.median_wait) = (None, None);
        }
        if self.sum.web < PUBLIC_LEAST {
            self.median_lead = None;
        }
        self
    }
}

/// Days and weeks of a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Every day with visits.
    pub days: BTreeMap<Day, DayNumbers>,
    /// Every week with visits, in order.
    pub weeks: Vec<WeekNumbers>,
}

store::statements! {
    COUNTS = "SELECT day, channel, state, COUNT(*) FROM visit
              WHERE day BETWEEN $1 AND $2 AND (CAST($3 AS {uuid}) IS NULL OR counter_id = $3)
              GROUP BY day, channel, state";
    STAYS = "SELECT (day + 3) / 7, (finished_at - checked_in_at) / 60000000, COUNT(*) FROM visit
             WHERE day BETWEEN $1 AND $2 AND (CAST($3 AS {uuid}) IS NULL OR counter_id = $3)
               AND state = 'finished' AND outcome <> 'unrecorded' GROUP BY 1, 2";
    WAITS = "SELECT (day + 3) / 7, (called_at - checked_in_at) / 60000000, COUNT(*) FROM visit
             WHERE day BETWEEN $1 AND $2 AND (CAST($3 AS {uuid}) IS NULL OR counter_id = $3)
               AND state = 'finished' AND outcome <> 'unrecorded' GROUP BY 1, 2";
    LEADS = "SELECT (day + 3) / 7, day - (made_at + 32400000000) / 86400000000, COUNT(*) FROM visit
             WHERE day BETWEEN $1 AND $2 AND (CAST($3 AS {uuid}) IS NULL OR counter_id = $3)
               AND channel = 'web' AND state <> 'cancelled' GROUP BY 1, 2";
}

/// The numbers of the days `from ..= to`, of one counter or of all.
///
/// # Errors
/// Storage only.
pub async fn numbers(tx: &mut Tx<'_>, counter: Option<CounterId>, from: Day, to: Day) -> Result<Numbers, Error> {
    let params: [Value; 3] = [from.into(), to.into(), counter.into()];
    let mut days: BTreeMap<Day, DayNumbers> = BTreeMap::new();
    for row in tx.all(&COUNTS, &params).await? {
        let count = u64::try_from(row.get::<i64>(3)?).unwrap_or(0);
        let day = days.entry(row.get(0)?).or_default();
        match row.get(1)? {
            Channel::Web => day.web += count,
            Channel::Staff => day.staff += count,
            Channel::WalkIn => day.walk_in += count,
        }
        match row.get(2)? {
            State::Finished => day.finished += count,
            State::NoShow => day.no_show += count,
            State::Cancelled => day.cancelled += count,
            _ => {}
        }
    }
    let mut sums: BTreeMap<i64, DayNumbers> = BTreeMap::new();
    for (day, numbers) in &days {
        sums.entry((i64::from(day.days()) + 3) / 7).or_default().add(numbers);
    }
    let mut histograms: [BTreeMap<i64, Histogram>; 3] = Default::default();
    for (statement, weeks) in [&STAYS, &WAITS, &LEADS].into_iter().zip(&mut histograms) {
        for row in tx.all(statement, &params).await? {
            weeks.entry(row.get(0)?).or_default().add(row.get(1)?, u64::try_from(row.get::<i64>(2)?).unwrap_or(0));
        }
    }
    let [stays, waits, leads] = histograms;
    let median = |of: &BTreeMap<i64, Histogram>, week: i64| of.get(&week).and_then(Histogram::median);
    let weeks = sums
        .into_iter()
        .map(|(week, sum)| WeekNumbers {
            monday: Day::from_days(i32::try_from(week * 7 - 3).unwrap_or(0)),
            sum,
            median_stay: median(&stays, week),
            median_wait: median(&waits, week),
            median_lead: median(&leads, week),
            timed: stays.get(&week).map_or(0, Histogram::len),
        })
        .collect();
    Ok(Numbers { days, weeks })
}
