//! What opens, and everything that must not.

use crate::scene::{Scene, all_bytes, holds};
use renkei_db::sea_orm::{ConnectionTrait, Statement};
use renkei_db::{BoxFuture, Engine, Error as DbError};
use renkei_kernel::{ChartId, EntryId, MessageId};
use renkei_keys::{Error, KeyState, SealKind};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_opens_at_its_place_and_nowhere_else() {
    let scene = Scene::new().await;
    let (chart, other): (ChartId, ChartId) = (scene.chart(), scene.chart());
    let (row, other_row): (EntryId, EntryId) = (scene.ids.next(), scene.ids.next());
    let key = scene.sealer.ensure(chart).await.unwrap();
    let other_key = scene.sealer.ensure(other).await.unwrap();
    let sealed = key.seal(row, SealKind::Decoded, 1, "高血圧症".as_bytes()).unwrap();
    assert_eq!(key.open(row, SealKind::Decoded, 1, &sealed).unwrap(), "高血圧症".as_bytes());
    assert!(matches!(key.open(other_row, SealKind::Decoded, 1, &sealed), Err(Error::DoesNotOpen)));
    assert!(matches!(key.open(row, SealKind::Original, 1, &sealed), Err(Error::DoesNotOpen)));
    assert!(matches!(key.open(row, SealKind::Decoded, 2, &sealed), Err(Error::DoesNotOpen)));
    assert!(matches!(other_key.open(row, SealKind::Decoded, 1, &sealed), Err(Error::DoesNotOpen)));
    for at in 1..sealed.len() {
        let mut bent = sealed.clone();
        bent[at] ^= 1;
        assert!(matches!(key.open(row, SealKind::Decoded, 1, &bent), Err(Error::DoesNotOpen)), "byte {at}");
    }
    let mut other_format = sealed.clone();
    other_format[0] = 2;
    assert!(matches!(key.open(row, SealKind::Decoded, 1, &other_format), Err(Error::UnknownFormat)));
    for short in [&[][..], &sealed[..1], &sealed[..20]] {
        assert!(key.open(row, SealKind::Decoded, 1, short).is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sealing_the_same_twice_gives_different_bytes() {
    let scene = Scene::new().await;
    let key = scene.sealer.ensure(scene.chart()).await.unwrap();
    let row: EntryId = scene.ids.next();
    let (one, two) =
        (key.seal(row, SealKind::Draft, 1, b"x").unwrap(), key.seal(row, SealKind::Draft, 1, b"x").unwrap());
    assert_ne!(one, two);
    assert_eq!(one.len(), 1 + 12 + 1 + 16);
}

/// R-X-16: storage files copied and searched for planted values hold none of them; with the key destroyed what was
/// sealed opens no more, wherever a copy of it lies.
#[tokio::test(flavor = "multi_thread")]
async fn planted_values_are_in_no_file_and_a_destroyed_key_opens_nothing() {
    for engine in Engine::BOTH {
        let mut scene = Scene::new().await;
        let planted = ["山田太郎の秘密の病名".as_bytes(), b"PLANTED-CHART-0042"];
        let (chart, row): (ChartId, MessageId) = (scene.chart(), scene.ids.next());
        let key = scene.sealer.ensure(chart).await.unwrap();
        let sealed = key.seal(row, SealKind::Original, 1, &planted.concat()).unwrap();
        let lookup = scene.sealer.lookup_hash("chart.number", &[b"inst", planted[1]]);
        let staff = scene.sealer.seal_installation("staff.name", row, 1, planted[0]).unwrap();
        let test = renkei_db::testing::open(engine).await;
        let row_values = [sealed.clone(), lookup.to_vec(), staff];
        test.act(move |tx| -> BoxFuture<'_, Result<(), DbError>> {
            let [sealed, lookup, staff] = row_values.clone();
            Box::pin(async move {
                let bytes = if tx.engine() == Engine::Sqlite { "BLOB" } else { "bytea" };
                tx.execute_unprepared(&format!("CREATE TABLE t (a {bytes}, b {bytes}, c {bytes})")).await?;
                let sql = "INSERT INTO t VALUES ($1, $2, $3)";
                let values = [sealed.into(), lookup.into(), staff.into()];
                tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
        let files = [all_bytes(test.folder()), all_bytes(&scene.keys_folder())].concat();
        for value in planted {
            assert!(!holds(&files, value), "{engine:?}");
        }
        if engine == Engine::Sqlite {
            assert!(holds(&files, &sealed), "the search does find what is there");
        }

        scene.clock.advance_seconds(60);
        scene.sealer.destroy(&[chart], scene.ids.now()).await.unwrap();
        assert!(matches!(scene.sealer.key(chart).await, Err(Error::Destroyed(c)) if c == chart));
        assert!(matches!(scene.sealer.ensure(chart).await, Err(Error::Destroyed(_))), "no new key in its place");
        scene.reopen().await;
        assert!(matches!(scene.sealer.key(chart).await, Err(Error::Destroyed(_))));
        let record = scene.sealer.store().record(chart).await.unwrap().unwrap();
        assert_eq!(record.state, KeyState::Destroyed { at: scene.ids.now() });
        let tombs = scene.sealer.store().tombstones().await.unwrap();
        assert_eq!((tombs.len(), tombs[0].chart), (1, chart));
    }
}

/// R-X-16: the wrapped key itself is overwritten in the key store's file when it is destroyed.
#[tokio::test(flavor = "multi_thread")]
async fn the_wrapped_key_leaves_the_file_when_it_is_destroyed() {
    let scene = Scene::new().await;
    let charts: Vec<ChartId> = (0..40).map(|_| scene.chart()).collect();
    scene.sealer.ensure_many(&charts).await.unwrap();
    let wrapped = wrapped(&scene, charts[17]).await;
    assert!(holds(&all_bytes(&scene.keys_folder()), &wrapped));
    scene.sealer.destroy(&[charts[17]], scene.ids.now()).await.unwrap();
    assert!(!holds(&all_bytes(&scene.keys_folder()), &wrapped));
    assert!(scene.sealer.key(charts[18]).await.is_ok());
}

/// Reads the wrapping with the database's own tools, from a copy.
async fn wrapped(scene: &Scene, chart: ChartId) -> Vec<u8> {
    let copy = scene.folder.path().join("copy.db");
    std::fs::copy(scene.keys_folder().join("keys.db"), &copy).unwrap();
    let database = renkei_db::Database::open(renkei_db::Settings::sqlite(&copy).reading_only()).await.unwrap();
    let reader = database.reader();
    let statement = Statement::from_sql_and_values(
        reader.get_database_backend(),
        "SELECT wrapped FROM chart_keys WHERE chart_id = $1",
        [chart.0.into()],
    );
    reader.query_one_raw(statement).await.unwrap().unwrap().try_get("", "wrapped").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_without_a_key_is_told_apart_and_gets_one_only_when_asked() {
    let scene = Scene::new().await;
    let chart = scene.chart();
    assert!(matches!(scene.sealer.key(chart).await, Err(Error::NoKey(c)) if c == chart));
    let first = scene.sealer.ensure(chart).await.unwrap();
    let row: EntryId = scene.ids.next();
    let sealed = first.seal(row, SealKind::Identity, 1, b"x").unwrap();
    let again = scene.sealer.ensure(chart).await.unwrap();
    assert_eq!(again.open(row, SealKind::Identity, 1, &sealed).unwrap(), b"x");
    assert_eq!(scene.sealer.open_sealed(chart, row, SealKind::Identity, 1, &sealed).await.unwrap(), b"x");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_make_a_key_at_once_get_the_same_one() {
    let scene = Scene::new().await;
    let (chart, row): (ChartId, EntryId) = (scene.chart(), scene.ids.next());
    let (one, two) = tokio::join!(scene.sealer.ensure(chart), scene.sealer.ensure(chart));
    let sealed = one.unwrap().seal(row, SealKind::Draft, 1, b"x").unwrap();
    assert!(two.unwrap().open(row, SealKind::Draft, 1, &sealed).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_come_in_the_order_asked_also_past_the_cache() {
    let mut scene = Scene::new().await;
    let charts: Vec<ChartId> = (0..1_200).map(|_| scene.chart()).collect();
    scene.sealer.ensure_many(&charts).await.unwrap();
    scene.reopen().await;
    scene.sealer.key(charts[3]).await.unwrap();
    let keys = scene.sealer.keys(&charts).await.unwrap();
    assert!(keys.iter().zip(&charts).all(|(key, chart)| key.chart() == *chart));
}

#[tokio::test(flavor = "multi_thread")]
async fn keyed_hashes_are_stable_and_apart_by_domain() {
    let mut scene = Scene::new().await;
    let before = scene.sealer.lookup_hash("card.id", &[b"a", b"b"]);
    assert_ne!(before, scene.sealer.lookup_hash("token", &[b"a", b"b"]));
    assert_ne!(before, scene.sealer.lookup_hash("card.id", &[b"ab"]));
    scene.reopen().await;
    assert_eq!(before, scene.sealer.lookup_hash("card.id", &[b"a", b"b"]));
    assert_ne!(before, Scene::new().await.sealer.lookup_hash("card.id", &[b"a", b"b"]), "another installation");
}

#[tokio::test(flavor = "multi_thread")]
async fn areas_of_the_installation_cannot_read_each_other() {
    let scene = Scene::new().await;
    let row: EntryId = scene.ids.next();
    let sealed = scene.sealer.seal_installation("staff.name", row, 1, b"x").unwrap();
    assert_eq!(scene.sealer.open_installation("staff.name", row, 1, &sealed).unwrap(), b"x");
    assert!(scene.sealer.open_installation("institution.name", row, 1, &sealed).is_err());
    assert!(scene.sealer.open_installation("staff.name", row, 2, &sealed).is_err());
    assert!(scene.sealer.open_installation("staff.name", scene.ids.next::<EntryId>(), 1, &sealed).is_err());
}
