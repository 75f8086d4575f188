//! The trail's tables.
//!
//! `trail_waiting` takes what business transactions leave: durable, not yet numbered. `trail_entries` is the numbered
//! trail, `trail_tiles` the hashes of its tree in tiles of 256 (the layout of tlog-tiles), `trail_checkpoints` every
//! signed state, `trail_hand_overs` those at which one signing key gave way to the next. Beside the entry's bytes stand its
//! time, name and patient, in clear, for finding it.

use renkei_db::{Database, Migration, Schema};
use renkei_kernel::Timestamp;

/// Under which the migrations are noted.
pub const AREA: &str = "ledger";

/// The trail's list, for whoever compares a database with this program.
pub static MIGRATIONS: [Migration; 2] =
    [Migration::new("0001_create_trail", create_trail), Migration::new("0002_create_hand_overs", create_hand_overs)];

fn create_trail(schema: &mut Schema) {
    schema.table("trail_waiting", |t| {
        t.id("event_id").micros("happened_at").text("name").id_or_null("patient_id").bytes("entry").bytes("leaf_hash");
        t.key(&["event_id"]).index(&["patient_id", "happened_at"]);
    });
    schema.table("trail_entries", |t| {
        t.big("number").id("event_id").micros("happened_at").text("name").id_or_null("patient_id").bytes("entry");
        t.key(&["number"]).unique(&["event_id"]).index(&["patient_id", "number"]);
    });
    schema.table("trail_tiles", |t| {
        t.small("level").big("position").int("width").bytes("hashes");
        t.key(&["level", "position"]);
    });
    schema.table("trail_checkpoints", |t| {
        t.big("size").bytes("root").text("note").micros("signed_at");
        t.key(&["size"]);
    });
    schema.table("trail_sequencer", |t| {
        t.small("row_number").id("holder").micros("held_until").big("size").micros("newest_at");
        t.key(&["row_number"]);
    });
}

/// One row for each new signing key: the note that both keys signed, and the record that tells of it.
fn create_hand_overs(schema: &mut Schema) {
    schema.table("trail_hand_overs", |t| {
        t.big("size").text("note").id("event_id").micros("handed_over_at");
        t.key(&["size"]);
    });
}

/// Makes or brings up to date the trail's tables.
pub async fn migrate(database: &Database, now: Timestamp) -> Result<usize, renkei_db::Error> {
    database.migrate(AREA, &MIGRATIONS, now).await
}
