//! A thief of the data folder reads nothing.

use renkei_testkit::{Lab, World};

/// R-X-16: names, numbers, codes and values are planted, the data files are searched, none is found; with the chart's
/// key destroyed the record cannot be opened any more.
#[tokio::test]
async fn planted_values_are_not_in_the_data_folder() {
    let world = World::on(renkei_testkit::Engine::Sqlite).await;
    let import = world.house.import_begin("1710000001").await.unwrap().unwrap();
    let file = Lab::hba1c("0000123", "20261001", 424_242, "7.654321").arrived();
    assert_eq!(world.house.receive_patient(&import, "0000123", vec![file.clone()]).await.unwrap().stored, 1);
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    assert!(world.house.view_patient(&doctor, grant, "summary").await.is_ok());
    let jis = renkei_text::encode_iso2022jp("佐倉").unwrap();
    let planted: Vec<Vec<u8>> = [
        "佐倉",
        "サクラ",
        "湊",
        "アオバ内科",
        "受付1",
        "7.654321",
        "HbA1c(NGSP)",
        "3D046000001920402",
        "0000123",
        "00451190",
        "000000000424242",
        "012E4CE17A3B5C6D",
        "TESTD000021",
        "1954-03-12",
        "19540312",
        "石川県",
        "MSH|",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .chain([jis])
    .collect();
    let files = world.data_files();
    assert!(!files.is_empty());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for value in &planted {
            let found = bytes.windows(value.len()).any(|window| window == value.as_slice());
            assert!(!found, "{:?} stands in {file:?}", String::from_utf8_lossy(value));
        }
    }
    let chart = world.house.register_id(renkei_participation::register::Section::Chart, "hana@aoba").await.unwrap();
    world.house.sealer().destroy(&[chart.unwrap().into()], world.house.now()).await.unwrap();
    assert!(world.house.view_patient(&doctor, grant, "summary").await.is_err(), "the key is gone for ever");
}
