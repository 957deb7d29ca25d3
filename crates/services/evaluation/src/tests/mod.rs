//! The service on both engines.

mod fixture;
mod imports;
mod kpis;
mod real_data;

store::testing::both! {
    async fn every_statement_is_understood(db: store::Db) {
        let mut refused = db.check(crate::STATEMENTS).await.unwrap();
        refused.extend(db.check(plan::STATEMENTS).await.unwrap());
        assert!(refused.is_empty(), "{refused:#?}");
    }
}

/// Jobs run on any thread.
#[test]
fn jobs_can_move_between_threads() {
    fn send<T: Send>(_: impl FnOnce(store::Db, kernel::World, facts::Catalogue) -> T) {}
    async fn tidy(db: &store::Db, world: &kernel::World) {
        drop(crate::import::tidy(db, world).await);
    }
    async fn watch(db: &store::Db, world: &kernel::World, catalogue: &facts::Catalogue) {
        drop(crate::kpi::watch_all(db, world, catalogue).await);
    }
    send(|db, world, _| async move { tidy(&db, &world).await });
    send(|db, world, catalogue| async move { watch(&db, &world, &catalogue).await });
}
