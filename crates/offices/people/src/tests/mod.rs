//! The office on both engines: a small city, and what the tests share.

mod import;
mod keys;
mod looks;
mod organisation;
mod sessions;
mod sign_in;
mod step_up;
mod vault;

use std::time::Duration;

use kernel::World;
use kernel::day::Day;
use kernel::locale::Localized;
use kernel::text::Line;
use kernel::time::{Instant, TestClock};
use store::testing::both;
use store::{Act, Db, Tx};

use crate::*;

pub(super) const ACT: Act = Act::staff("people.test");

/// Two departments, a division with a section, three posts, two persons.
pub(super) struct City {
    pub(super) db: Db,
    pub(super) world: World,
    pub(super) clock: TestClock,
    pub(super) keeper: Keeper,
    pub(super) civic: UnitId,
    pub(super) citizens: UnitId,
    pub(super) window: UnitId,
    pub(super) tax: UnitId,
    pub(super) clerk: PostId,
    pub(super) director: PostId,
    pub(super) taxman: PostId,
    pub(super) sato: PersonId,
    pub(super) suzuki: PersonId,
}

pub(super) const PASSWORD: &str = "umi to yama 2026";

pub(super) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(super) fn morning() -> Instant {
    Instant::parse_rfc3339("2026-11-24T08:30:00+09:00").unwrap()
}

pub(super) fn put(code: &str, kind: UnitKind, parent: Option<UnitId>, name: &str) -> PutUnit {
    PutUnit {
        code: Line::parse(code).unwrap(),
        from: day("2026-04-01"),
        kind,
        parent,
        name: Localized::ja(name),
        telephone: Some(Line::parse("054-000-0000").unwrap()),
        fax: None,
        hours: Some(Localized::ja("平日 8時30分〜17時15分")),
        sort: 0,
    }
}

pub(super) fn post(code: &str, unit: UnitId, roles: &str) -> PutPost {
    PutPost {
        code: Line::parse(code).unwrap(),
        unit,
        from: day("2026-04-01"),
        title: Localized::ja("主事"),
        roles: Roles::parse(roles).unwrap(),
        sort: 0,
    }
}

pub(super) fn data(login: &str, name: &str, kana: &str) -> PersonData {
    PersonData {
        number: Some(Line::parse(&format!("N-{login}")).unwrap()),
        login: Login::parse(login).unwrap(),
        name: Line::parse(name).unwrap(),
        kana: Line::parse(kana).unwrap(),
    }
}

impl City {
    pub(super) async fn build(db: Db) -> Self {
        let clock = TestClock::at(morning());
        let world = World::fixed(clock.clone(), 5);
        let keeper = Keeper::new(Cost::LEAST, 2).unwrap();
        let hash = keeper.hash(&world, &Password::typed(PASSWORD).unwrap()).await.unwrap();
        let (w, a) = (world.clone(), Actor::Command);
        let built: Result<_, store::Error> = db
            .write(ACT, async move |tx: &mut Tx<'_>| {
                let civic = put_unit(tx, &w, a, &put("10", UnitKind::Department, None, "市民部")).await.unwrap();
                let citizens =
                    put_unit(tx, &w, a, &put("1010", UnitKind::Division, Some(civic), "市民課")).await.unwrap();
                let window =
                    put_unit(tx, &w, a, &put("101010", UnitKind::Section, Some(citizens), "窓口係")).await.unwrap();
                let tax = put_unit(tx, &w, a, &put("1020", UnitKind::Division, Some(civic), "税務課")).await.unwrap();
                let clerk = put_post(tx, &w, a, &post("101010/clerk", window, "窓口")).await.unwrap();
                let director = put_post(tx, &w, a, &post("10/director", civic, "窓口責任者")).await.unwrap();
                let taxman = put_post(tx, &w, a, &post("1020/taxman", tax, "窓口 人事")).await.unwrap();
                let first = FirstPassword { hash: hash.clone(), must_change: false };
                let sato =
                    add_person(tx, &w, a, &data("sato", "佐藤 花子", "サトウ ハナコ"), Some(&first)).await.unwrap();
                let suzuki =
                    add_person(tx, &w, a, &data("suzuki", "鈴木 一郎", "スズキ イチロウ"), Some(&first)).await.unwrap();
                hold(tx, &w, a, Hold { person: sato, post: clerk, day: day("2026-04-01"), concurrent: false })
                    .await
                    .unwrap();
                hold(tx, &w, a, Hold { person: suzuki, post: director, day: day("2026-04-01"), concurrent: false })
                    .await
                    .unwrap();
                Ok((civic, citizens, window, tax, clerk, director, taxman, sato, suzuki))
            })
            .await;
        let (civic, citizens, window, tax, clerk, director, taxman, sato, suzuki) = built.unwrap();
        Self { db, world, clock, keeper, civic, citizens, window, tax, clerk, director, taxman, sato, suzuki }
    }

    pub(super) fn relaxed() -> Policy {
        Policy { second_factor: SecondFactor::WhenEnrolled, ..Policy::default() }
    }

    pub(super) fn form(login: &str, password: &str) -> SignIn {
        SignIn {
            login: login.to_owned(),
            password: password.to_owned(),
            address: "192.0.2.7".parse().unwrap(),
            device: Line::parse("窓口3番の端末").unwrap(),
        }
    }

    /// Signs in with the password alone and gives the token.
    pub(super) async fn token(&self, login: &str) -> Token {
        match begin_sign_in(&self.db, &self.world, &self.keeper, &Self::relaxed(), &Self::form(login, PASSWORD))
            .await
            .unwrap()
        {
            Begun::Opened(opened) => opened.token,
            Begun::Pending(_) => panic!("{login} has a second factor"),
        }
    }

    pub(super) async fn who(&self, token: &Token) -> Option<Staff> {
        let now = self.world.now();
        let token = token.clone();
        self.db.point(async |tx: &mut Tx<'_>| authenticate(tx, &token, now).await).await.unwrap()
    }

    pub(super) async fn staff(&self, login: &str) -> Staff {
        let token = self.token(login).await;
        self.who(&token).await.unwrap()
    }

    /// The present password, given again.
    pub(super) async fn proven(&self, staff: &Staff) -> Proven {
        prove_password(&self.db, &self.world, &self.keeper, staff, PASSWORD).await.unwrap()
    }

    pub(super) async fn offer(&self, staff: &Staff) -> TotpOffer {
        let (w, vault, staff) = (self.world.clone(), self.keeper.vault().clone(), staff.clone());
        let proven = self.proven(&staff).await;
        self.write(async move |tx: &mut Tx<'_>| enrol_totp(tx, &w, &vault, &staff, &proven).await).await.unwrap()
    }

    pub(super) async fn confirm(&self, staff: &Staff, code: &str) -> Enrolled {
        let (w, vault, staff, code) = (self.world.clone(), self.keeper.vault().clone(), staff.clone(), code.to_owned());
        self.write(async move |tx: &mut Tx<'_>| confirm_totp(tx, &w, &vault, &staff, &code).await).await.unwrap()
    }

    /// Sets up an authenticator and gives its secret.
    pub(super) async fn authenticator(&self, staff: &Staff) -> Vec<u8> {
        let offer = self.offer(staff).await;
        let secret = data_encoding::BASE32_NOPAD.decode(offer.typed().replace(' ', "").as_bytes()).unwrap();
        let code = totp::code(&secret, totp::step_at(self.world.now().seconds()));
        assert_eq!(self.confirm(staff, &format!("{code:06}")).await, Enrolled::Done);
        secret
    }

    pub(super) fn later(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(minutes * 60));
    }

    /// Runs one use case in a transaction of its own.
    pub(super) async fn write<T, E>(
        &self,
        body: impl for<'t, 'c> AsyncFn(&'t mut Tx<'c>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<store::Error> + Send + 'static,
    {
        self.db.write(ACT, body).await
    }
}

both! {
    async fn every_statement_is_understood(db: Db) {
        assert_eq!(db.check(STATEMENTS).await.unwrap(), Vec::<String>::new());
    }
}
