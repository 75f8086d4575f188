//! A walk through everything with the finest logging on: what is written names nobody.

use crate::browser::Browser;
use axum::http::{Request, StatusCode, header};
use renkei_app::receive::Arrived;
use renkei_net::{Fault, FaultPage};
use renkei_testkit::{Lab, World, logs};

/// Everything a reader of logs could know a person of the scene by.
const PLANTED: [&str; 17] = [
    "佐倉",
    "ハナ",
    "サクラ",
    "磯部",
    "湊 一郎",
    "架空市",
    "1954-03-12",
    "19540312",
    "0000123",
    "00451190",
    "0000999",
    "012E4CE17A3B5C6D",
    "012e4ce17a3b5c6d",
    "0123456789ABCDEF",
    "TESTD000021",
    "Ichiro",
    "秘密の所見",
];

async fn import_with_broken_files(world: &World) {
    let import = world.house.import_begin("1710000001").await.unwrap().unwrap();
    let good = Lab::hba1c("0000123", "20261001", 1, "7.8");
    let mut broken = good.arrived();
    broken.bytes.truncate(broken.bytes.len() / 2);
    let mut garbage = Lab::hba1c("0000123", "20261002", 2, "7.9").arrived();
    garbage.bytes = "MSH|^~\\&|秘密の所見|佐倉ハナ|\u{0}\u{1}\rPID|||".into();
    let other = Lab::hba1c("0000123", "20261003", 3, "8.0").of("磯部", "キヨ", "19480701").arrived();
    let named =
        Arrived { name: None, raw_name: "0000123_佐倉ハナ_秘密の所見".to_owned(), bytes: good.bytes() };
    let files = vec![good.arrived(), broken, garbage, other, named];
    let counts = world.house.receive_patient(&import, "0000123", files).await.unwrap();
    let stranger = Lab::hba1c("0000999", "20261001", 9, "6.0").arrived();
    world.house.receive_patient(&import, "0000999", vec![stranger]).await.unwrap();
    world.house.import_end(&import, counts).await.unwrap();
}

/// R-X-02: sign-in, card, pages, an import with broken files, refusals, a failing database and a failing page, at the finest
/// level: no name, number, card, token or text of anybody is in any line.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_of_any_log_names_anybody() {
    logs::keep();
    let world = World::new().await;
    import_with_broken_files(&world).await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    let mut addresses = vec!["/".to_owned(), "/visits/0000123".to_owned(), "/佐倉".replace('佐', "%E4%BD%90")];
    for tab in ["", "/course", "/medicines", "/laboratory", "/diagnoses", "/encounters", "/others"] {
        addresses.push(format!("{visit}{tab}?item=%E4%BD%90%E5%80%89&range=0000123"));
    }
    for address in addresses {
        doctor.get(&address).await;
    }
    for patient in ["stranger", "taro", "kiyo"] {
        assert_eq!(doctor.touch(&world, patient).await.status, StatusCode::FORBIDDEN);
    }
    // What is sent where nothing fits: a card's number, a name, a token of another form.
    for form in ["csrf=0000123&reader=felica:012E4CE17A3B5C6D", "佐倉ハナ", "reader=%E4%BD%90%E5%80%89"] {
        doctor.post("/read", form, "https://renkei.test").await;
        doctor.post("/language", form, "https://renkei.test").await;
    }
    for cookie in ["__Host-renkei=0000123", "__Host-renkei=%E4%BD%90%E5%80%89"] {
        doctor.send(Request::get("/").header(header::COOKIE, cookie), String::new()).await;
    }
    let mut nobody = Browser::of(&world, None);
    nobody.get("/?name=%E4%BD%90%E5%80%89&card=012E4CE17A3B5C6D").await;
    let refused = world.house.load_register("[[patient]]\nkey = \"佐倉\"\nfamily = 7\n").await;
    assert!(refused.is_err());
    let page: FaultPage = renkei_web::fault_page(&renkei_web::WebSettings::default());
    let facts = renkei_net::ConnectionFacts::for_router_tests(
        renkei_net::Entrance::Professional,
        ([127, 0, 0, 1], 1).into(),
        None,
    );
    page(Fault::Panicked, &facts, "12345-67890");
    // The database refuses from here on: errors of statements are written, their values are not.
    use renkei_app::AppError;
    let broken = world.db().act(|tx| {
        Box::pin(async move {
            use renkei_db::sea_orm::ConnectionTrait;
            tx.execute_unprepared("ALTER TABLE trail_waiting RENAME TO away").await?;
            Ok::<_, AppError>(())
        })
    });
    broken.await.unwrap();
    assert_eq!(doctor.get(&visit).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(nobody.get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);

    let lines = logs::kept();
    // That it was listened to, down to the finest level: refusals, and statements of the database of keys, which is the
    // same on both engines.
    let of = |level: &str| lines.lines().filter(|line| line.contains(level)).count();
    let levels = [" ERROR ", " WARN ", " INFO ", " DEBUG ", " TRACE "].map(of);
    let statements = lines.lines().filter(|line| line.contains(" DEBUG ") && line.contains("sqlx::query")).count();
    assert!(lines.contains("a request was refused") && statements >= 10, "{statements} statements, {levels:?}");
    let token = doctor.cookies.iter().find(|(name, _)| name == "__Host-renkei").map(|(_, value)| value.clone());
    let planted = PLANTED.iter().map(|value| (*value).to_owned()).chain(token);
    for value in planted {
        if let Some(line) = lines.lines().find(|line| line.contains(&value)) {
            panic!("a line of the log holds what was planted: {line}");
        }
    }
}
