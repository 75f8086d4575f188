//! The use cases, lived by the small world of the testkit; on both database engines where the engine matters.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod attacks;
mod clocks;
mod codes;
mod columns;
mod consent;
mod find_patient;
mod import;
mod limits;
mod matrix;
mod moving;
mod operation;
mod register;
mod seals;
mod sign_in;
mod torn;
mod trail;
mod visits;

/// Runs a scene on SQLite and on PostgreSQL: `on_both!(name, scene)` makes `name::sqlite` and `name::postgresql`.
macro_rules! on_both {
    ($(#[$doc:meta])* $name:ident => $scene:path) => {
        mod $name {
            $(#[$doc])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $scene(renkei_testkit::World::on(renkei_testkit::Engine::Sqlite).await).await;
            }
            $(#[$doc])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgresql() {
                $scene(renkei_testkit::World::on(renkei_testkit::Engine::Postgres).await).await;
            }
        }
    };
}
pub(crate) use on_both;
