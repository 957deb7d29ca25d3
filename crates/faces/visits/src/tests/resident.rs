//! A resident without script: questions, booking, following, cancelling, and everything that can go wrong on the way.

use http::Method;
use store::testing::on_sqlite;

use super::hall::{Hall, at, hidden, plain, slot, tuesday};

const CHECK: &str = "/visits/book/card/check";

#[test]
fn a_double_tap_makes_one_booking() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 2, 1).await;
        let mut me = hall.resident();
        let page = me.answer(&slot(10, 0)).await.text();
        for words in ["森 さくら", "車いすで行きます", "10:00", "この内容で予約しますか"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let once = hidden(&page, "once");
        let mut twin = me.clone();
        let form = [("once", once.as_str())];
        let (first, second) = tokio::join!(me.post(CHECK, &form), twin.post(CHECK, &form));
        let (first, second) = (first.expect(303), second.expect(303));
        assert_eq!(first.header("location"), second.header("location"));
        assert_eq!(hall.free(hall.card, &slot(10, 0)).await, 1);
        let done = me.get(first.header("location")).await.expect(200).text();
        assert!(done.contains("予約ができました") && done.contains("calendar.ics"), "{done}");
        // The answers left the browser with the booking.
        assert!(!me.jar.contains_key("visit"), "{:?}", me.jar);
        assert_eq!(me.get(CHECK).await.expect(303).header("location"), "/visits/book/card/who");
    });
}

#[test]
fn a_full_time_keeps_every_answer() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 1, 0).await;
        let mut me = hall.resident();
        let once = hidden(&me.answer(&slot(10, 0)).await.text(), "once");
        hall.booked(hall.card, &slot(10, 0)).await;
        let page = me.post(CHECK, &[("once", &once)]).await.expect(409).text();
        assert!(page.contains("いま予約できなくなりました") && page.contains("森 さくら"), "{page}");
        assert!(page.contains("/visits/book/card/time?back=check"), "{page}");
        // Another time, and the same answers make a booking.
        let other = slot(11, 0);
        let reply = me.post("/visits/book/card/time?back=check", &[("slot", &other)]).await.expect(303);
        assert_eq!(reply.header("location"), CHECK);
        let once = hidden(&me.get(CHECK).await.expect(200).text(), "once");
        let _ = me.post(CHECK, &[("once", &once)]).await.expect(303);
        assert_eq!(hall.free(hall.card, &other).await, 0);
        // A full time is said where it is chosen, too.
        let page = me.post("/visits/book/card/time", &[("slot", &other)]).await.expect(422).text();
        assert!(page.contains("この時間はいま満席になりました"), "{page}");
    });
}

#[test]
fn a_time_that_passed_while_typing_books_nothing() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 1, 0).await;
        let mut me = hall.resident();
        let once = hidden(&me.answer(&slot(10, 0)).await.text(), "once");
        hall.clock.set(tuesday().at(at(10, 1)));
        let page = me.post(CHECK, &[("once", &once)]).await.expect(409).text();
        assert!(page.contains("森 さくら"), "{page}");
        let page = me.post("/visits/book/card/time", &[("slot", &slot(10, 0))]).await.expect(422).text();
        assert!(page.contains("この時間はありません"), "{page}");
        let page = me.post("/visits/book/card/time", &[("slot", "2020-01-01T10:00")]).await.expect(422).text();
        assert!(page.contains("err-sum"), "{page}");
    });
}

#[test]
fn a_draft_that_is_gone_or_was_changed_begins_again() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 1, 0).await;
        let mut me = hall.resident();
        let once = hidden(&me.answer(&slot(10, 0)).await.text(), "once");
        let good = me.jar["visit"].clone();
        for bad in ["", "x", "%00", "bnVsbA", &good[..good.len() / 2], &good.repeat(40)] {
            me.jar.insert("visit".to_owned(), bad.to_owned());
            let reply = me.post(CHECK, &[("once", &once)]).await.expect(303);
            assert_eq!(reply.header("location"), "/visits/book/card/who", "{bad}");
        }
        // Whoever writes their own draft gets what the questions allow, and no more.
        let forged = |json: &str| data_encoding::BASE64URL_NOPAD.encode(json.as_bytes());
        let slot = slot(10, 0);
        for (draft, question) in [
            (r#"{"service":"card","who":"king"}"#.to_owned(), "who"),
            (r#"{"service":"card","who":"self","needs":["interpreter"],"asked_needs":true}"#.to_owned(), "needs"),
            (r#"{"service":"card","who":"self","asked_needs":true,"slot":"../../x"}"#.to_owned(), "time"),
            (
                format!(
                    r#"{{"service":"card","who":"self","asked_needs":true,"slot":"{slot}","asked_contact":true,"email":"a b"}}"#
                ),
                "contact",
            ),
        ] {
            me.jar.insert("visit".to_owned(), forged(&draft));
            let reply = me.post(CHECK, &[("once", &once)]).await.expect(303);
            assert_eq!(reply.header("location"), format!("/visits/book/card/{question}"), "{draft}");
        }
        assert_eq!(hall.free(hall.card, &slot).await, 1);
        me.jar.insert("visit".to_owned(), good);
        for bad in ["", "x", &once[1..], &"é".repeat(16)] {
            let _ = me.post(CHECK, &[("once", bad)]).await.expect(400);
        }
        let _ = me.post(CHECK, &[]).await.expect(400);
        assert_eq!(hall.free(hall.card, &slot).await, 1, "a form without its mark books nothing");
    });
}

#[test]
fn any_text_in_any_field_is_answered_calmly() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 50, 0).await;
        let long = "長".repeat(1500);
        let mut me = hall.resident();
        for field in ["name", "email", "phone"] {
            let page = me.post("/visits/book/card/contact", &[(field, "森\0さくら")]).await.expect(400).text();
            assert!(page.contains("使えない文字が入っています"), "{page}");
        }
        for (text, good) in [
            (long.as_str(), false),
            ("一行目\n二行目", false),
            ("\u{202e}さくら", false),
            ("🎏さくら👩\u{200d}👩\u{200d}👧", true),
            ("\u{e000}橋 葛\u{e0100}城", true),
            ("<script>alert(1)</script>", true),
        ] {
            let mut me = hall.resident();
            me.answer(&slot(10, 0)).await;
            let form = [("name", text), ("email", ""), ("phone", "")];
            let status = if good { 303 } else { 422 };
            let page = me.post("/visits/book/card/contact", &form).await.expect(status).text();
            assert!(!page.contains("<script>alert"), "{page}");
            if good {
                let page = me.get(CHECK).await.expect(200).text();
                assert!(!page.contains("<script>alert"), "{page}");
                let form = [("once", hidden(&page, "once"))];
                let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let to = me.post(CHECK, &form).await.expect(303).header("location").to_owned();
                assert!(!me.get(&to).await.expect(200).text().contains("<script>alert"));
            }
            for field in ["email", "phone"] {
                let page = me.post("/visits/book/card/contact", &[(field, text)]).await.expect(422).text();
                assert!(page.contains("err-sum") && !page.contains("<script>alert"), "{field} {page}");
            }
            for (question, field) in [("who", "who"), ("time", "slot")] {
                let page = me.post(&format!("/visits/book/card/{question}"), &[(field, text)]).await.expect(422);
                assert!(page.text().contains("err-sum"), "{question}");
            }
            let needs = [("needs", "interpreter"), ("needs", text), ("language", text)];
            let reply = me.post("/visits/book/card/needs", &needs).await;
            assert!(matches!(reply.status.as_u16(), 303 | 422), "{text:?} {}", reply.status);
            let reply = me.post("/visits/find", &[("number", text), ("email", text)]).await;
            assert_eq!(reply.status.as_u16(), 422, "{text:?}");
        }
    });
}

#[test]
fn nobody_learns_whether_a_booking_is_there() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 2, 0).await;
        let (number, secret) = hall.booked(hall.card, &slot(10, 0)).await;
        let (other, other_secret) = hall.booked(hall.card, &slot(10, 0)).await;
        let mut me = hall.resident();
        for below in ["", "/live", "/cancel", "/calendar.ics", "/voice"] {
            // The owner's own live answer has no end: nobody waits for it here.
            if below != "/live" {
                let own = format!("/visits/bookings/{number}{below}?secret={secret}");
                assert!(matches!(me.get(&own).await.status.as_u16(), 200 | 303), "{own}");
            }
            let nowhere = me.get(&format!("/visits/bookings/0A0-000{below}?secret={secret}")).await.expect(404);
            for (number, secret) in [
                (number.as_str(), other_secret.as_str()),
                (other.as_str(), secret.as_str()),
                (number.as_str(), ""),
                (number.as_str(), "x"),
                ("%00", secret.as_str()),
                ("3A7-204", secret.as_str()),
            ] {
                let path = format!("/visits/bookings/{number}{below}?secret={secret}");
                let reply = me.get(&path).await.expect(404);
                assert_eq!(plain(&reply), plain(&nowhere), "{path}");
            }
        }
    });
}

#[test]
fn only_the_button_cancels() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 1, 0).await;
        let (number, secret) = hall.booked(hall.card, &slot(10, 0)).await;
        let mut me = hall.resident();
        let own = format!("/visits/bookings/{number}?secret={secret}");
        let cancel = format!("/visits/bookings/{number}/cancel?secret={secret}");
        for path in [&own, &cancel, &format!("{cancel}&cancel=yes"), &format!("{own}&cancel=yes")] {
            let _ = me.get(path).await.expect(200);
        }
        let _ = me.post(&cancel, &[]).await.expect(422);
        let _ = me.post(&cancel, &[("cancel", "no")]).await.expect(400);
        let wrong = format!("/visits/bookings/{number}/cancel?secret=x");
        let _ = me.post(&wrong, &[("cancel", "yes")]).await.expect(404);
        assert_eq!(hall.free(hall.card, &slot(10, 0)).await, 0, "nothing was cancelled so far");
        for _ in 0..2 {
            let reply = me.post(&cancel, &[("cancel", "yes")]).await.expect(303);
            assert_eq!(reply.header("location"), own);
        }
        assert!(me.get(&own).await.expect(200).text().contains("この予約は取り消しました"));
        assert_eq!(me.get(&cancel).await.expect(303).header("location"), own);
        assert_eq!(hall.free(hall.card, &slot(10, 0)).await, 1);
    });
}

#[test]
fn the_calendar_entry_has_no_secret() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 1, 0).await;
        let (number, secret) = hall.booked(hall.card, &slot(10, 0)).await;
        let path = format!("/visits/bookings/{number}/calendar.ics?secret={secret}");
        let reply = hall.resident().get(&path).await.expect(200);
        let file = reply.text();
        assert!(reply.header("content-type").starts_with("text/calendar"));
        assert!(file.contains("DTSTART:20261124T010000Z") && file.contains(&number), "{file}");
        assert!(!file.contains(&secret), "{file}");
    });
}

/// Anybody may type anybody's address: the sixth booking stands, its page says that no letter comes and what to keep instead.
#[test]
fn a_booking_whose_letter_is_withheld_says_so() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 6, 0).await;
        let mut me = hall.resident();
        let mut done = String::new();
        for nth in 1..=6 {
            let _ = me.answer(&slot(10, 0)).await;
            let form = [("name", ""), ("email", "hanako@example.jp")];
            let _ = me.post("/visits/book/card/contact", &form).await.expect(303);
            let once = hidden(&me.get(CHECK).await.expect(200).text(), "once");
            done = me.post(CHECK, &[("once", &once)]).await.expect(303).header("location").to_owned();
            let page = me.get(&done).await.expect(200).text();
            assert!(page.contains("予約ができました"), "{page}");
            assert_eq!(page.contains("hanako@example.jp に控えをお送りします"), nth < 6, "{nth}: {page}");
            assert_eq!(page.contains("今回はメールをお送りしません"), nth == 6, "{nth}: {page}");
        }
        for (language, words) in [
            ("ja", "予約はできています。hanako@example.jp には"),
            ("easy", "予約は できて います。hanako@example.jpには"),
            ("en", "we are not sending one for this booking"),
        ] {
            me.jar.insert("lang".to_owned(), language.to_owned());
            let page = me.get(&done).await.expect(200).text();
            assert!(page.contains(words) && !page.contains(">visits-"), "{language}: {page}");
        }
        // Later the page asks to keep the number, and promises no letter.
        me.jar.insert("lang".to_owned(), "ja".to_owned());
        let page = me.get(&done.replace("&new=1", "")).await.expect(200).text();
        assert!(page.contains("番号を書きとめるか") && !page.contains("hanako@example.jp"), "{page}");
    });
}

#[test]
fn every_language_can_finish_what_another_began() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 3, 0).await;
        for (language, title) in [("en", "Your visit is booked"), ("ja", "予約ができました")] {
            let mut me = hall.resident();
            let page = me.answer(&slot(10, 0)).await.text();
            let once = hidden(&page, "once");
            me.languages = language;
            let page = me.get(CHECK).await.expect(200).text();
            assert!(page.contains("森 さくら") && !page.contains(">visits-"), "{page}");
            let to = me.post(CHECK, &[("once", &once)]).await.expect(303).header("location").to_owned();
            let page = me.get(&to).await.expect(200).text();
            assert!(page.contains(title), "{page}");
        }
        let mut me = hall.resident();
        me.languages = "en";
        for path in ["/visits", "/visits/services/card", "/visits/book/card/time", "/visits/find", "/visits/congestion"]
        {
            let page = me.get(path).await.expect(200).text();
            assert!(!page.contains(">visits-") && page.contains("lang=\"en\""), "{path} {page}");
        }
    });
}

#[test]
fn the_calendar_offers_only_what_can_be_booked() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 5, 0).await;
        let mut me = hall.resident();
        let page = me.get("/visits/book/card/time").await.expect(200).text();
        // Tuesdays of the next 30 days are links; no other day is, and what comes later is not "closed".
        let days: Vec<&str> = page.split("?day=").skip(1).map(|rest| &rest[..10]).collect();
        assert!(
            !days.is_empty()
                && days
                    .iter()
                    .all(|day| ["2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22"].contains(day)),
            "{days:?}"
        );
        let page = me.get("/visits/book/card/time?weeks=99").await.expect(200).text();
        assert!(page.contains("まだ予約を受け付けていません"), "{page}");
        for odd in ["?day=x", "?weeks=-5", "?weeks=99999999&view=list", "?day=2020-01-01&view=list", "?weeks=x"] {
            let reply = me.get(&format!("/visits/book/card/time{odd}")).await;
            assert!(matches!(reply.status.as_u16(), 200 | 422), "{odd} {}", reply.status);
        }
        let _ = me.get("/visits/book/nothing/time").await.expect(404);
        let _ = hall.house.call(Method::GET, "/visits/book/card", None).await.expect(404);
    });
}

#[test]
fn the_visit_is_followed_and_judged_once() {
    on_sqlite(async |db| {
        let hall = Hall::open(db, 2, 0).await;
        let (number, secret) = hall.booked(hall.card, &slot(9, 0)).await;
        let (own, voice) = (
            format!("/visits/bookings/{number}?secret={secret}"),
            format!("/visits/bookings/{number}/voice?secret={secret}"),
        );
        let mut me = hall.resident();
        let mut clerk = hall.clerk("clerk", 2).await;
        assert_eq!(me.get(&voice).await.expect(303).header("location"), own);
        let to = clerk.post("/staff/visits/shimin/check-in", &[("scan", &number)]).await.expect(303);
        let to = to.header("location").to_owned();
        let visit = to.split("visit=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let page = me.get(&own).await.expect(200).text();
        assert!(page.contains("A-001") && page.contains("つぎです"), "{page}");
        let _ = clerk.post("/staff/visits/shimin/call-next", &[]).await.expect(303);
        assert!(me.get(&own).await.expect(200).text().contains("2番窓口へお越しください"));
        for act in ["start", "finish"] {
            let form = [("visit", visit.as_str()), ("act", act), ("outcome", "done")];
            let _ = clerk.post("/staff/visits/shimin/act", &form).await.expect(303);
        }
        let page = me.get(&own).await.expect(200).text();
        assert!(page.contains("手続きは終わりました") && page.contains("/voice?"), "{page}");
        let _ = me.post(&voice, &[("score", "9")]).await.expect(422);
        let _ = me.post(&voice, &[("score", "5"), ("line", &"長".repeat(401))]).await.expect(422);
        for _ in 0..2 {
            let _ = me.post(&voice, &[("score", "5"), ("line", "ていねいでした")]).await.expect(303);
        }
        assert!(me.get(&voice).await.expect(200).text().contains("ありがとうございました"));
    });
}
