//! The table of clear, hashed and sealed columns in `docs/architecture.md` is true.

use renkei_db::sea_orm::{ConnectionTrait, Statement};
use renkei_testkit::World;
use std::collections::{BTreeMap, BTreeSet};

fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let page = include_str!("../../../../docs/architecture.md");
    let table = page.split("| table | clear | keyed hash | sealed |").nth(1).expect("the table");
    table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
            let columns = cells[1..].iter().flat_map(|cell| cell.split_whitespace()).map(str::to_owned).collect();
            (cells[0].trim().to_owned(), columns)
        })
        .collect()
}

/// R-X-16: every column of every table of the store is named on the page, and nothing else.
#[tokio::test]
async fn the_page_names_every_column() {
    let world = World::on(renkei_testkit::Engine::Sqlite).await;
    let on = world.db().reader();
    let tables = on
        .query_all_raw(Statement::from_string(
            on.get_database_backend(),
            "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'",
        ))
        .await
        .unwrap();
    let mut real: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in tables {
        let (table, column): (String, String) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        real.entry(table).or_default().insert(column);
    }
    let documented = documented();
    for (table, columns) in &real {
        if table.starts_with("trail_") || table.starts_with("sqlite_") || table == "schema_migrations" {
            continue;
        }
        assert_eq!(documented.get(table), Some(columns), "columns of {table}");
    }
    for table in documented.keys() {
        assert!(real.contains_key(table), "{table} is documented but does not exist");
    }
}
