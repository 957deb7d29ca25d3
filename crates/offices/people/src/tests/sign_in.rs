//! Passwords, second factors, the first administrator: right, wrong, twice at once.

use super::*;
use crate::totp;

async fn begin(city: &City, policy: &Policy, login: &str, password: &str) -> Result<Begun, SignInError> {
    begin_sign_in(&city.db, &city.world, &city.keeper, policy, &City::form(login, password)).await
}

async fn half(city: &City) -> Token {
    match begin(city, &Policy::default(), "sato", PASSWORD).await.unwrap() {
        Begun::Pending(pending) => pending.token,
        Begun::Opened(_) => panic!("no second factor was asked for"),
    }
}

async fn finish(city: &City, token: &Token, typed: &str) -> Finished {
    let (w, token, typed) = (city.world.clone(), token.clone(), typed.to_owned());
    let vault = city.keeper.vault().clone();
    city.write(async move |tx: &mut Tx<'_>| {
        finish_second_factor(tx, &w, &vault, &Policy::default(), &token, &typed).await
    })
    .await
    .unwrap()
}

async fn print_codes(city: &City) -> Vec<String> {
    let staff = city.staff("sato").await;
    let (w, proven) = (city.world.clone(), city.proven(&staff).await);
    city.write(async move |tx: &mut Tx<'_>| new_codes(tx, &w, &staff, &proven).await).await.unwrap()
}

async fn authenticator(city: &City) -> Vec<u8> {
    let staff = city.staff("sato").await;
    city.authenticator(&staff).await
}

fn shown(city: &City, secret: &[u8]) -> String {
    format!("{:06}", totp::code(secret, totp::step_at(city.world.now().seconds())))
}

both! {
    async fn wrong_unknown_and_locked_out_answer_alike(db: Db) {
        let city = City::build(db).await;
        let (w, suzuki) = (city.world.clone(), city.suzuki);
        city.write(async move |tx: &mut Tx<'_>| disable_person(tx, &w, Actor::Command, suzuki, true).await).await.unwrap();
        let long = "x".repeat(5000);
        for (login, password) in [
            ("sato", "wrong password"),
            ("sato", ""),
            ("sato", long.as_str()),
            ("nobody", PASSWORD),
            ("nobody", long.as_str()),
            ("no such login 漢字", PASSWORD),
            ("", PASSWORD),
            ("suzuki", PASSWORD),
            ("suzuki", "wrong password"),
        ] {
            let refused = begin(&city, &City::relaxed(), login, password).await;
            assert!(matches!(refused, Err(SignInError::Refused)), "{login} {password:.20}: {refused:?}");
        }
        assert!(begin(&city, &City::relaxed(), " ＳＡＴＯ ", PASSWORD).await.is_ok(), "the input method is forgiven");
    }

    async fn an_unknown_login_costs_as_much_as_a_wrong_password(db: Db) {
        let city = City::build(db).await;
        let (w, suzuki) = (city.world.clone(), city.suzuki);
        city.write(async move |tx: &mut Tx<'_>| disable_person(tx, &w, Actor::Command, suzuki, true).await).await.unwrap();
        for login in ["sato", "nobody", "suzuki", "no such login 漢字", ""] {
            let before = city.keeper.hashes();
            assert!(matches!(begin(&city, &City::relaxed(), login, "a guess").await, Err(SignInError::Refused)));
            assert_eq!(city.keeper.hashes() - before, 1, "{login}");
        }
    }

    async fn many_sign_in_at_once(db: Db) {
        let city = std::sync::Arc::new(City::build(db).await);
        let tasks: Vec<_> = (0..16)
            .map(|n| {
                let city = std::sync::Arc::clone(&city);
                tokio::spawn(async move { city.token(["sato", "suzuki"][n % 2]).await })
            })
            .collect();
        for task in tasks {
            let token = task.await.unwrap();
            assert!(city.who(&token).await.is_some());
        }
    }

    async fn a_required_factor_leaves_nothing_else_to_do(db: Db) {
        let city = City::build(db).await;
        let Begun::Opened(opened) = begin(&city, &Policy::default(), "sato", PASSWORD).await.unwrap() else { panic!() };
        let staff = city.who(&opened.token).await.unwrap();
        assert_eq!(staff.must, Some(Must::EnrolSecondFactor));
        assert_eq!(staff.permissions(), Permissions::NONE);
        assert!(!staff.may(Permission::ServeCounter, city.citizens));
        let (w, proven) = (city.world.clone(), city.proven(&staff).await);
        let codes = city.write(async move |tx: &mut Tx<'_>| new_codes(tx, &w, &staff, &proven).await).await.unwrap();
        assert_eq!(codes.len(), CODES);
        let staff = city.who(&opened.token).await.unwrap();
        assert_eq!(staff.must, None);
        assert!(staff.may(Permission::ServeCounter, city.citizens));
    }

    async fn setting_up_a_factor_ends_every_other_session(db: Db) {
        let city = City::build(db).await;
        let other = city.token("sato").await;
        print_codes(&city).await;
        assert!(city.who(&other).await.is_none());
    }

    async fn a_printed_code_opens_once(db: Db) {
        let city = City::build(db).await;
        let codes = print_codes(&city).await;
        let token = half(&city).await;
        assert!(city.who(&token).await.is_none(), "half a sign-in is no session");
        assert!(matches!(finish(&city, &token, "AAAA-BBBB-CCCC").await, Finished::Wrong));
        let Finished::Opened(opened) = finish(&city, &token, &codes[3].to_lowercase()).await else { panic!() };
        assert_eq!(city.who(&opened.token).await.unwrap().person, city.sato);
        assert!(matches!(finish(&city, &token, &codes[4]).await, Finished::Expired), "a half sign-in is used up");
        let again = half(&city).await;
        assert!(matches!(finish(&city, &again, &codes[3]).await, Finished::Wrong), "a code is used up");
        assert!(matches!(finish(&city, &again, &codes[4]).await, Finished::Opened(_)));
        let sato = city.sato;
        let left: Result<_, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| person(tx, sato).await).await;
        assert_eq!(left.unwrap().unwrap().codes_left, 8);
    }

    async fn running_out_of_codes_does_not_open_the_door(db: Db) {
        let city = City::build(db).await;
        for code in print_codes(&city).await {
            let token = half(&city).await;
            assert!(matches!(finish(&city, &token, &code).await, Finished::Opened(_)));
            city.later(20);
        }
        half(&city).await;
        let (w, sato) = (city.world.clone(), city.sato);
        let fresh = city.write(async move |tx: &mut Tx<'_>| give_codes(tx, &w, &Helper::Command, sato).await).await.unwrap();
        let token = half(&city).await;
        assert!(matches!(finish(&city, &token, &fresh[0]).await, Finished::Opened(_)));
    }

    async fn one_code_pressed_twenty_times_at_once_opens_one_session(db: Db) {
        let city = std::sync::Arc::new(City::build(db).await);
        let code = print_codes(&city).await.remove(0);
        let mut tokens = Vec::new();
        for _ in 0..5 {
            tokens.push(half(&city).await);
        }
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let (city, token, code) = (std::sync::Arc::clone(&city), tokens[n % 5].clone(), code.clone());
                tokio::spawn(async move { finish(&city, &token, &code).await })
            })
            .collect();
        let mut opened = 0;
        for task in tasks {
            opened += usize::from(matches!(task.await.unwrap(), Finished::Opened(_)));
        }
        assert_eq!(opened, 1);
    }

    async fn an_authenticator_code_is_good_once_and_within_a_step(db: Db) {
        let city = City::build(db).await;
        let secret = authenticator(&city).await;
        let token = half(&city).await;
        assert!(matches!(finish(&city, &token, &shown(&city, &secret)).await, Finished::Wrong), "it was used to set up");
        city.clock.advance(Duration::from_secs(30));
        let code = shown(&city, &secret);
        assert!(matches!(finish(&city, &token, &code).await, Finished::Opened(_)));
        let replay = half(&city).await;
        assert!(matches!(finish(&city, &replay, &code).await, Finished::Wrong), "somebody looked over the shoulder");
        city.clock.advance(Duration::from_secs(90));
        assert!(matches!(finish(&city, &replay, &code).await, Finished::Wrong), "too late");
        assert!(matches!(finish(&city, &replay, &shown(&city, &secret)).await, Finished::Opened(_)));
    }

    async fn a_replayed_authenticator_code_opens_one_session(db: Db) {
        let city = std::sync::Arc::new(City::build(db).await);
        let secret = authenticator(&city).await;
        city.clock.advance(Duration::from_secs(30));
        let code = shown(&city, &secret);
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let (city, token, code) = (std::sync::Arc::clone(&city), half(&city).await, code.clone());
            tasks.push(tokio::spawn(async move { finish(&city, &token, &code).await }));
        }
        let mut opened = 0;
        for task in tasks {
            opened += usize::from(matches!(task.await.unwrap(), Finished::Opened(_)));
        }
        assert_eq!(opened, 1);
    }

    async fn an_unproven_secret_does_not_count(db: Db) {
        let city = City::build(db).await;
        let staff = city.staff("sato").await;
        let offer = city.offer(&staff).await;
        assert!(offer.address("川並市").contains("sato"));
        let wrong = city.confirm(&staff, "000000").await;
        assert_eq!(wrong, Enrolled::Wrong);
        assert!(matches!(begin(&city, &City::relaxed(), "sato", PASSWORD).await, Ok(Begun::Opened(_))), "no second factor yet");
        city.later(31);
        let late = city.confirm(&staff, "000000").await;
        assert_eq!(late, Enrolled::Expired);
    }

    async fn a_half_sign_in_ends_with_time_and_with_the_password(db: Db) {
        let city = City::build(db).await;
        let codes = print_codes(&city).await;
        let late = half(&city).await;
        city.later(5);
        assert!(matches!(finish(&city, &late, &codes[0]).await, Finished::Expired));
        let stale = half(&city).await;
        let hash = city.keeper.hash(&city.world, &Password::typed("another password").unwrap()).await.unwrap();
        let (w, sato) = (city.world.clone(), city.sato);
        let first = FirstPassword { hash, must_change: true };
        city.write(async move |tx: &mut Tx<'_>| give_password(tx, &w, &Helper::Command, sato, &first).await).await.unwrap();
        assert!(matches!(finish(&city, &stale, &codes[0]).await, Finished::Expired));
    }

    async fn whoever_lost_the_factor_begins_anew(db: Db) {
        let city = City::build(db).await;
        authenticator(&city).await;
        let (w, sato) = (city.world.clone(), city.sato);
        city.write(async move |tx: &mut Tx<'_>| forget_second_factors(tx, &w, &Helper::Command, sato).await).await.unwrap();
        assert!(matches!(begin(&city, &Policy::default(), "sato", PASSWORD).await, Ok(Begun::Opened(_))));
    }

    async fn a_password_is_changed_by_who_knows_it(db: Db) {
        let city = City::build(db).await;
        let (token, other) = (city.token("sato").await, city.token("sato").await);
        let staff = city.who(&token).await.unwrap();
        let change = async |present: &str, new: &str| change_password(&city.db, &city.world, &city.keeper, &staff, present, new).await;
        assert!(matches!(change("wrong", "kawa to mori 2027").await, Err(ChangePasswordError::Prove(ProveError::Wrong))));
        assert!(matches!(change(PASSWORD, "short").await, Err(ChangePasswordError::Weak(WeakPassword::Short))));
        assert!(matches!(change(PASSWORD, PASSWORD).await, Err(ChangePasswordError::Weak(WeakPassword::Same))));
        change(PASSWORD, "kawa to mori 2027").await.unwrap();
        assert!(city.who(&token).await.is_some(), "this session goes on");
        assert!(city.who(&other).await.is_none(), "the others end");
        assert!(matches!(begin(&city, &City::relaxed(), "sato", PASSWORD).await, Err(SignInError::Refused)));
        assert!(begin(&city, &City::relaxed(), "sato", "kawa to mori 2027").await.is_ok());
    }

    async fn an_old_hash_is_renewed_at_sign_in(db: Db) {
        let mut city = City::build(db).await;
        city.keeper = Keeper::new(Cost { memory_kib: 32, ..Cost::LEAST }, 2).unwrap();
        city.token("sato").await;
        let (hash, sato) = (async |tx: &mut Tx<'_>, p: PersonId| tx.value::<String>(&HASH, &[p.into()]).await, city.sato);
        let stored: Result<String, store::Error> = city.db.read(async move |tx: &mut Tx<'_>| hash(tx, sato).await).await;
        assert!(stored.unwrap().contains("m=32"));
        city.token("sato").await;
    }

    async fn guessing_a_password_ends_after_ten_and_hurts_nobody_else(db: Db) {
        let city = City::build(db).await;
        for _ in 0..10 {
            assert!(matches!(begin(&city, &City::relaxed(), "sato", "a guess").await, Err(SignInError::Refused)));
        }
        let stopped = begin(&city, &City::relaxed(), "sato", PASSWORD).await;
        let Err(SignInError::TooMany { retry_at }) = stopped else { panic!("{stopped:?}") };
        for _ in 0..10 {
            assert!(matches!(begin(&city, &City::relaxed(), "nobody", "a guess").await, Err(SignInError::Refused)));
        }
        let unknown = begin(&city, &City::relaxed(), "nobody", "a guess").await;
        assert!(matches!(unknown, Err(SignInError::TooMany { retry_at: until }) if until == retry_at), "alike: {unknown:?}");
        assert!(begin(&city, &City::relaxed(), "suzuki", PASSWORD).await.is_ok(), "a colleague beside");
        let elsewhere = SignIn { address: "192.0.2.200".parse().unwrap(), ..City::form("sato", PASSWORD) };
        assert!(begin_sign_in(&city.db, &city.world, &city.keeper, &City::relaxed(), &elsewhere).await.is_ok(), "her own desk");
        city.clock.set(retry_at);
        city.token("sato").await;
    }

    async fn mistakes_before_a_right_password_are_forgiven(db: Db) {
        let city = City::build(db).await;
        for _ in 0..5 {
            for _ in 0..9 {
                assert!(matches!(begin(&city, &City::relaxed(), "sato", "a guess").await, Err(SignInError::Refused)));
            }
            city.token("sato").await;
        }
    }

    async fn an_address_that_tries_everybody_is_stopped(db: Db) {
        let city = City::build(db).await;
        for n in 0..200 {
            let refused = begin(&city, &City::relaxed(), &format!("user{n}"), "a guess").await;
            assert!(matches!(refused, Err(SignInError::Refused)), "{n}: {refused:?}");
        }
        assert!(matches!(begin(&city, &City::relaxed(), "sato", PASSWORD).await, Err(SignInError::TooMany { .. })));
    }

    async fn guessing_second_factors_ends_after_ten(db: Db) {
        let city = City::build(db).await;
        let codes = print_codes(&city).await;
        for n in 0..10 {
            // A new half sign-in each time does not help.
            let token = half(&city).await;
            assert!(matches!(finish(&city, &token, &format!("{n:06}")).await, Finished::Wrong));
        }
        let token = half(&city).await;
        assert!(matches!(finish(&city, &token, &codes[0]).await, Finished::TooMany { .. }));
        city.later(15);
        let token = half(&city).await;
        assert!(matches!(finish(&city, &token, &codes[0]).await, Finished::Opened(_)));
    }

    async fn two_nodes_make_one_first_administrator(db: Db) {
        let keeper = Keeper::new(Cost::LEAST, 2).unwrap();
        let world = World::fixed(TestClock::at(morning()), 9);
        let (a, b) = tokio::join!(first_administrator(&db, &world, &keeper), first_administrator(&db, &world, &keeper));
        let made: Vec<_> = [a.unwrap(), b.unwrap()].into_iter().flatten().collect();
        assert_eq!(made.len(), 1, "{made:?}");
        assert_eq!(first_administrator(&db, &world, &keeper).await.unwrap(), None, "never again");

        let form = City::form(&made[0].login, &made[0].password);
        let Begun::Opened(opened) = begin_sign_in(&db, &world, &keeper, &City::relaxed(), &form).await.unwrap() else { panic!() };
        let (token, now) = (opened.token.clone(), world.now());
        let who = async || {
            let staff: Result<_, store::Error> = db.point(async |tx: &mut Tx<'_>| authenticate(tx, &token, now).await).await;
            staff.unwrap().unwrap()
        };
        let staff = who().await;
        assert_eq!(staff.must, Some(Must::ChangePassword));
        assert!(!staff.can(Permission::Administer), "nothing before the password is changed");
        change_password(&db, &world, &keeper, &staff, &made[0].password, "watashi no himitsu 8").await.unwrap();
        assert!(who().await.can(Permission::Administer));
    }

    async fn staff_are_added_from_the_command_line_with_a_post(db: Db) {
        let city = City::build(db).await;
        let add = async |login: &str, post: FirstPost| {
            let command = AddStaff { data: data(login, "新人 一", "シンジン ハジメ"), post };
            add_staff(&city.db, &city.world, &city.keeper, command).await
        };
        let chief = add("chief", FirstPost::Administrator).await.unwrap();
        let again = add("chief2", FirstPost::Administrator).await.unwrap();
        let code = FirstPost::Code(Line::parse("1020/taxman").unwrap());
        let taxman = add("zeimu", code.clone()).await.unwrap();
        assert!(matches!(add("zeimu", code).await, Err(AddStaffError::Person(PersonError::Taken))));
        let nowhere = FirstPost::Code(Line::parse("9999/x").unwrap());
        assert!(matches!(add("nowhere", nowhere).await, Err(AddStaffError::NoPost(_))));
        for (login, added, permission) in
            [("chief", chief, Permission::Administer), ("chief2", again, Permission::Administer), ("zeimu", taxman, Permission::ManagePeople)]
        {
            let Begun::Opened(opened) = begin(&city, &City::relaxed(), login, &added.password).await.unwrap() else { panic!() };
            let staff = city.who(&opened.token).await.unwrap();
            assert_eq!((staff.must, staff.person), (Some(Must::ChangePassword), added.person));
            change_password(&city.db, &city.world, &city.keeper, &staff, &added.password, "aoi sora no shita 9").await.unwrap();
            assert!(city.who(&opened.token).await.unwrap().can(permission), "{login}");
        }
    }

    async fn a_first_password_is_good_for_a_fortnight(db: Db) {
        let city = City::build(db).await;
        let (first, text) = FirstPassword::draw(&city.world, &city.keeper).await.unwrap();
        let (w, sato) = (city.world.clone(), city.sato);
        city.write(async move |tx: &mut Tx<'_>| give_password(tx, &w, &Helper::Command, sato, &first).await).await.unwrap();
        city.later(14 * 24 * 60 - 1);
        assert!(begin(&city, &City::relaxed(), "sato", &text).await.is_ok());
        city.later(1);
        assert!(matches!(begin(&city, &City::relaxed(), "sato", &text).await, Err(SignInError::Refused)));
    }
}

store::statements! {
    /// What is stored of a password.
    HASH = "SELECT hash FROM password WHERE person = $1";
}
const _: &[store::Statement] = STATEMENTS;

/// Two nodes of one city on one PostgreSQL.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_admit_one_code_once_and_count_guesses_together() {
    let database = store::testing::PgDatabase::migrated();
    let (a, b) = (City::build(database.open("a")).await, database.open("b"));
    let codes = print_codes(&a).await;
    let (one, two) = (half(&a).await, half(&a).await);
    let world = a.world.clone();
    let beside = async |token: Token, code: String| {
        let w = world.clone();
        let body = async move |tx: &mut Tx<'_>| {
            finish_second_factor(tx, &w, &Vault::default(), &Policy::default(), &token, &code).await
        };
        let finished: Result<_, store::Error> = b.write(ACT, body).await;
        finished.unwrap()
    };
    let (here, there) = tokio::join!(finish(&a, &one, &codes[0]), beside(two, codes[0].clone()));
    let opened = [here, there].iter().filter(|finished| matches!(finished, Finished::Opened(_))).count();
    assert_eq!(opened, 1);
    for n in 0..10 {
        let node = if n % 2 == 0 { &a.db } else { &b };
        let form = City::form("suzuki", "a guess");
        let refused = begin_sign_in(node, &a.world, &a.keeper, &City::relaxed(), &form).await;
        assert!(matches!(refused, Err(SignInError::Refused)), "{n}: {refused:?}");
    }
    let form = City::form("suzuki", PASSWORD);
    let stopped = begin_sign_in(&b, &a.world, &a.keeper, &City::relaxed(), &form).await;
    assert!(matches!(stopped, Err(SignInError::TooMany { .. })), "{stopped:?}");
}
