//! Secrets of authenticators at rest: sealed, bound to their owner, readable after a change of the file's presence.

use super::*;

store::statements! {
    /// What is stored of an authenticator.
    STORED = "SELECT secret FROM totp WHERE person = $1";
    /// What an earlier program stored, or a hand in the database.
    PLANT = "UPDATE totp SET secret = $2 WHERE person = $1";
    /// The one offer there is.
    OFFERED = "SELECT secret FROM totp_offer";
    /// Another person's row.
    COPY = "INSERT INTO totp (person, secret, last_step, confirmed_at) SELECT $2, secret, 0, confirmed_at FROM totp WHERE person = $1";
}
const _: &[store::Statement] = STATEMENTS;

const FILE: &[u8] = b"0123456789abcdef0123456789abcdef\n";

async fn stored(city: &City) -> Vec<u8> {
    let sato = city.sato;
    let found: Result<Vec<u8>, store::Error> =
        city.db.read(async move |tx: &mut Tx<'_>| tx.value(&STORED, &[sato.into()]).await).await;
    found.unwrap()
}

async fn plant(city: &City, secret: Vec<u8>) {
    let sato = city.sato;
    let done: Result<u64, store::Error> =
        city.write(async move |tx: &mut Tx<'_>| tx.exec(&PLANT, &[sato.into(), secret.clone().into()]).await).await;
    assert_eq!(done.unwrap(), 1);
}

/// Signs `login` in with an authenticator's code of now.
async fn sign_in(city: &City, login: &str, secret: &[u8]) -> Finished {
    city.clock.advance(Duration::from_secs(30));
    let begun =
        begin_sign_in(&city.db, &city.world, &city.keeper, &City::relaxed(), &City::form(login, PASSWORD)).await;
    let Begun::Pending(pending) = begun.unwrap() else { panic!("{login} has no second factor") };
    let code = format!("{:06}", totp::code(secret, totp::step_at(city.world.now().seconds())));
    let (w, vault) = (city.world.clone(), city.keeper.vault().clone());
    let write = async move |tx: &mut Tx<'_>| {
        finish_second_factor(tx, &w, &vault, &City::relaxed(), &pending.token, &code).await
    };
    city.write(write).await.unwrap()
}

async fn seal_all(city: &City) -> Resealed {
    reseal(&city.db, &city.world, city.keeper.vault()).await.unwrap()
}

both! {
    async fn a_secret_is_not_readable_in_the_database(db: Db) {
        let city = City::build(db).await;
        let staff = city.staff("sato").await;
        let offer = city.offer(&staff).await;
        let typed = data_encoding::BASE32_NOPAD.decode(offer.typed().replace(' ', "").as_bytes()).unwrap();
        let offered: Result<Vec<u8>, store::Error> =
            city.db.read(async |tx: &mut Tx<'_>| tx.value(&OFFERED, &[]).await).await;
        assert!(!offered.unwrap().windows(4).any(|four| four == &typed[..4]), "nor while it is offered");
        let secret = city.authenticator(&staff).await;
        let first = stored(&city).await;
        assert_eq!((first.len(), first[0]), (1 + 12 + 20 + 16, 1));
        assert!(!first.windows(4).any(|four| four == &secret[..4]));
        assert!(matches!(sign_in(&city, "sato", &secret).await, Finished::Opened(_)));
        assert_ne!(stored(&city).await, first, "sealed anew at each use");
    }

    async fn secrets_of_before_go_on_working_and_are_sealed(db: Db) {
        let city = City::build(db).await;
        let secret = city.authenticator(&city.staff("sato").await).await;
        plant(&city, secret.clone()).await;
        assert!(matches!(sign_in(&city, "sato", &secret).await, Finished::Opened(_)));
        assert_eq!(stored(&city).await.len(), 49, "sealed by its use");
        plant(&city, secret.clone()).await;
        assert_eq!(seal_all(&city).await, Resealed { renewed: 1, unreadable: 0 });
        assert_eq!(stored(&city).await.len(), 49, "sealed at the start");
        assert_eq!(seal_all(&city).await, Resealed::default(), "once");
        assert!(matches!(sign_in(&city, "sato", &secret).await, Finished::Opened(_)));
    }

    async fn with_a_secret_file_the_database_alone_is_not_enough(db: Db) {
        let mut city = City::build(db).await;
        let secret = city.authenticator(&city.staff("sato").await).await;
        let with = |file: &[u8]| Vault::with_file(file).unwrap();
        city.keeper = city.keeper.clone().with_vault(with(FILE));
        assert_eq!(seal_all(&city).await, Resealed { renewed: 1, unreadable: 0 });
        assert_eq!(stored(&city).await[0], 2);
        assert!(matches!(sign_in(&city, "sato", &secret).await, Finished::Opened(_)));
        for other in [Vault::default(), with(b"another file with at least thirty-two bytes")] {
            city.keeper = city.keeper.clone().with_vault(other);
            assert!(matches!(sign_in(&city, "sato", &secret).await, Finished::Unreadable));
            assert_eq!(seal_all(&city).await, Resealed { renewed: 0, unreadable: 1 });
        }
        city.keeper = city.keeper.clone().with_vault(with(b"0123456789abcdef0123456789abcdef"));
        assert!(matches!(sign_in(&city, "sato", &secret).await, Finished::Opened(_)), "a line end is no difference");
    }

    async fn a_sealed_secret_opens_nothing_in_somebody_elses_row_or_when_touched(db: Db) {
        let city = City::build(db).await;
        let secret = city.authenticator(&city.staff("sato").await).await;
        let (sato, suzuki) = (city.sato, city.suzuki);
        let copied: Result<u64, store::Error> =
            city.write(async move |tx: &mut Tx<'_>| tx.exec(&COPY, &[sato.into(), suzuki.into()]).await).await;
        copied.unwrap();
        assert!(matches!(sign_in(&city, "suzuki", &secret).await, Finished::Unreadable));
        let mut touched = stored(&city).await;
        touched[20] ^= 1;
        plant(&city, touched).await;
        assert!(matches!(sign_in(&city, "sato", &secret).await, Finished::Unreadable));
    }
}

#[test]
fn a_half_written_secret_file_is_refused() {
    assert_eq!(Vault::with_file(b"short").unwrap_err(), ShortSecret);
    assert_eq!(Vault::with_file(&[b'\n'; 64]).unwrap_err(), ShortSecret);
    assert!(Vault::with_file(FILE).is_ok());
}
