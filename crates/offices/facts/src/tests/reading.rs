//! Questions and their answers, before and after folding.

use kernel::locale::Locale;
use store::testing::both;
use store::{Db, Tx};

use super::fixture::*;
use crate::*;

fn thousandths(answer: &Answer) -> Option<i64> {
    answer.total.value.map(Thousandths::get)
}

both! {
    async fn every_statement_is_understood(db: Db) {
        assert_eq!(db.check(STATEMENTS).await.unwrap(), Vec::<String>::new());
    }

    async fn a_number_is_as_of_now_folded_or_not(db: Db) {
        let (_, world) = world();
        let year = period("2026-04-01", "2027-04-01");
        let total = |name| Question::total(find(name), year);
        assert_eq!(checked(&db, &world, total("test.median")).await.total, Figure { n: 0, value: None });
        for seconds in [60, 120, 4000] {
            write(&db, &world, took(day("2026-11-20"), seconds, "koseki")).await;
        }
        let fresh = checked(&db, &world, total("test.median")).await;
        assert_eq!((thousandths(&fresh), fresh.total.n, fresh.pending), (Some(2000), 3, 3));
        assert_eq!(fold_all(&db, &world, &catalogue(), "a").await, 3);
        let folded = checked(&db, &world, total("test.median")).await;
        assert_eq!((thousandths(&folded), folded.total.n, folded.pending), (Some(2000), 3, 0));
        write(&db, &world, took(day("2026-11-21"), 180, "koseki")).await;
        write(&db, &world, took(day("2027-04-01"), 1, "koseki")).await;
        assert_eq!(thousandths(&checked(&db, &world, total("test.count")).await), Some(4000));
        assert_eq!(thousandths(&checked(&db, &world, total("test.in_time")).await), Some(75_000));
        assert_eq!(thousandths(&checked(&db, &world, total("test.p90")).await), Some(66_667), "4000 s");
    }

    async fn groups_by_everything_agree_with_the_facts(db: Db) {
        let (_, world) = world();
        let days = ["2026-10-31", "2026-11-01", "2026-11-02", "2026-11-30", "2026-12-31", "2027-03-31", "2027-04-01"];
        for (n, on) in (0_i64..).zip(days.iter().cycle().take(40)) {
            let mut fact = took(day(on), n * 37, ["koseki", "zei"][usize::from(n % 3 == 0)]);
            fact.occurred_at = fact.occurred_at.plus_minutes(n * 17 % 600);
            fact.dims.unit = [Some(unit(1)), Some(unit(2)), None][usize::try_from(n % 3).unwrap()];
            fact.dims.channel = (n % 5 != 0).then(|| "staff".to_owned());
            fact.dims.locale = Some(if n % 2 == 0 { Locale::En } else { Locale::Ja });
            fact.dims.cohort = (n % 7 == 0).then(|| "child".to_owned());
            write(&db, &world, fact).await;
            if n == 20 {
                fold_all(&db, &world, &catalogue(), "a").await;
            }
        }
        let filters = [
            Filter::default(),
            Filter { units: Some([unit(1), unit(2)].into()), ..Filter::default() },
            Filter { topic: Some("koseki".to_owned()), locale: Some(Locale::En), ..Filter::default() },
            Filter { units: Some([unit(1)].into()), place: Some(unit(11)), channel: Some("staff".to_owned()), ..Filter::default() },
            Filter { place: Some(unit(12)), ..Filter::default() },
        ];
        for by in By::ALL {
            for filter in &filters {
                let question = Question { by, filter: filter.clone(), ..Question::total(find("test.median"), period("2026-10-31", "2027-04-02")) };
                let fine = filter != &Filter::default() && matches!(by, By::Hour | By::Cohort);
                if fine {
                    assert!(matches!(answer(&db, &world, question).await, Err(AskError::TooFine)));
                } else {
                    checked(&db, &world, question).await;
                }
            }
        }
        let by = |by, from, until| checked(&db, &world, Question { by, ..Question::total(find("test.count"), period(from, until)) });
        let months = by(By::Month, "2026-10-31", "2027-01-01").await;
        assert_eq!(months.groups.iter().map(|(key, figure)| (key.code(), figure.n)).collect::<Vec<_>>(),
            [("2026-10".to_owned(), 6), ("2026-11".to_owned(), 18), ("2026-12".to_owned(), 6)]);
        assert_eq!(by(By::FiscalYear, "2026-04-01", "2028-04-01").await.groups[1].0.code(), "2027");
        let weeks = by(By::Week, "2026-10-31", "2026-11-03").await;
        assert_eq!(weeks.groups.iter().map(|(key, figure)| (key.code(), figure.n)).collect::<Vec<_>>(),
            [("2026-10-26".to_owned(), 12), ("2026-11-02".to_owned(), 6)]);
        assert_eq!(by(By::Day, "2026-11-05", "2026-11-08").await.groups.len(), 3, "empty days are there");
        assert_eq!(by(By::Unit, "2026-10-31", "2027-04-02").await.groups.len(), 3, "facts without a unit, too");
    }

    async fn a_fact_taken_back_or_corrected_counts_no_more(db: Db) {
        let (_, world) = world();
        let subject = unit(99);
        let first = NewFact { subject: Some(subject), ..took(day("2026-11-20"), 600, "koseki") };
        let other = write(&db, &world, took(day("2026-11-20"), 60, "koseki")).await;
        let count = Question::total(find("test.count"), period("2026-11-01", "2026-12-01"));
        for fold_before in [true, false] {
            write(&db, &world, first.clone()).await;
            assert_eq!(checked(&db, &world, count.clone()).await.total.n, 2);
            if fold_before {
                fold_all(&db, &world, &catalogue(), "a").await;
            }
            let (w, at) = (world.clone(), first.occurred_at);
            let again = db.write(ACT, async move |tx: &mut Tx<'_>| {
                Ok::<_, store::Error>((void(tx, &w, &TOOK, subject, at).await?, void(tx, &w, &TOOK, subject, at).await?))
            });
            assert_eq!(again.await.unwrap(), (true, false), "once only");
            assert_eq!(checked(&db, &world, count.clone()).await.total.n, 1);
            fold_all(&db, &world, &catalogue(), "a").await;
            assert_eq!(checked(&db, &world, count.clone()).await.total.n, 1);
        }
        let (w, right) = (world.clone(), took(day("2026-10-01"), 120, "zei"));
        let corrected: Result<_, CorrectError> = db.write(ACT, async move |tx: &mut Tx<'_>| {
            correct(tx, &w, other, &right).await?;
            Ok(correct(tx, &w, other, &right).await)
        }).await;
        assert!(matches!(corrected, Ok(Err(CorrectError::NotHeld))));
        assert_eq!(checked(&db, &world, count.clone()).await.total.n, 0, "it moved to October");
        let october = Question::total(find("test.median"), period("2026-10-01", "2026-11-01"));
        assert_eq!(thousandths(&checked(&db, &world, october).await), Some(2000));
    }

    async fn a_fact_stands_or_falls_with_its_act(db: Db) {
        let (_, world) = world();
        let (w, fact) = (world.clone(), took(day("2026-11-20"), 60, "koseki"));
        let refused: Result<(), store::Error> = db.write(ACT, async move |tx: &mut Tx<'_>| {
            record(tx, &w, &fact).await?;
            Err(store::Error::Busy)
        }).await;
        refused.unwrap_err();
        let count = Question::total(find("test.count"), period("2026-11-01", "2026-12-01"));
        assert_eq!(checked(&db, &world, count).await.pending, 0);
        let (w, mut fact) = (world.clone(), took(day("2026-11-20"), 60, "koseki"));
        fact.dims.topic = Some("長".repeat(81));
        let long = db.write(ACT, async move |tx: &mut Tx<'_>| record(tx, &w, &fact).await).await;
        assert!(matches!(long, Err(store::Error::Constraint { .. })), "no free text fits");
    }

    /// Page by page it is every fact of the kinds, the struck ones too.
    async fn the_facts_behind_a_number(db: Db) {
        let (_, world) = world();
        for n in 0..25 {
            let mut fact = took(day("2026-11-20").plus(i32::try_from(n % 5).unwrap()), n, ["koseki", "zei"][usize::from(n % 4 == 0)]);
            fact.kind = if n % 2 == 0 { &CAME } else { &MISSED };
            fact.subject = Some(unit(500));
            write(&db, &world, fact).await;
        }
        let (w, at) = (world.clone(), took(day("2026-11-22"), 0, "").occurred_at);
        assert!(db.write(ACT, async move |tx: &mut Tx<'_>| void(tx, &w, &CAME, unit(500), at).await).await.unwrap());
        let filter = Filter { topic: Some("koseki".to_owned()), units: Some([unit(1), unit(2)].into()), ..Filter::default() };
        let question = Question { filter, ..Question::total(find("test.missed_share"), period("2026-11-20", "2026-11-24")) };
        let (mut before, mut pages, mut seen) = (None, 0, Vec::new());
        loop {
            let q = question.clone();
            let page: Result<_, store::Error> = db.read(async move |tx: &mut Tx<'_>| behind(tx, &q, before, 4).await).await;
            let page = page.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(Cursor { occurred_at: last.occurred_at, id: last.id });
            pages += 1;
            seen.extend(page);
        }
        assert_eq!((seen.len(), pages), (15, 4), "25 less the zei ones and those of the 24th");
        assert!(seen.is_sorted_by_key(|fact| std::cmp::Reverse((fact.occurred_at, fact.id))));
        assert_eq!(seen.iter().filter(|fact| fact.superseded).count(), 1);
        assert_eq!(u64::try_from(seen.len()).unwrap() - 1, checked(&db, &world, question).await.total.n);
    }

    async fn only_public_metrics_are_published(db: Db) {
        let (_, world) = world();
        for n in 0..30 {
            write(&db, &world, took(day("2026-11-20"), n, ["a", "b", "c"][usize::try_from(n % 10 / 4).unwrap()])).await;
        }
        let question = Question { by: By::Topic, ..Question::total(find("test.count"), period("2026-11-01", "2026-12-01")) };
        let public = checked(&db, &world, question.clone()).await.public().unwrap();
        let shown: Vec<_> = public.groups().iter().map(|(key, figure)| (key.code(), figure.map(|it| it.n))).collect();
        assert_eq!(shown, [("a".to_owned(), None), ("b".to_owned(), Some(12)), ("c".to_owned(), None)], "30 − 12 − 12 would tell");
        assert_eq!(public.total().unwrap().n, 30);
        let inside = Question { metric: find("test.inside"), ..question };
        assert_eq!(checked(&db, &world, inside).await.public(), None);
    }
}
