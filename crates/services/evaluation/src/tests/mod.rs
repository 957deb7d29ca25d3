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
