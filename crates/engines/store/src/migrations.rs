//! The store's tables. `chart_id` stands first in the key and in every unique key of every clinical table: it is the
//! unit of distribution (architecture, section 4).

use renkei_db::{Migration, Schema};

pub const AREA: &str = "store";

pub const MIGRATIONS: &[Migration] = &[
    Migration::new("0001_create_participation", participation),
    Migration::new("0002_create_clinical", clinical),
    Migration::new("0003_create_visits", visits),
    Migration::new("0004_create_definitions", definitions),
    Migration::new("0005_create_people_of_the_trail", people_of_the_trail),
    Migration::new("0006_index_card_reads_of_persons", card_reads_of_persons),
    Migration::new("0007_create_search_keys", search_keys),
    Migration::new("0008_index_blobs_of_messages", blobs_of_messages),
];

fn participation(schema: &mut Schema) {
    schema.table("batches", |t| {
        t.id("id").small("kind").id_or_null("institution_id").micros("started_at").micros_or_null("finished_at");
        t.big("stored").big("unchanged").big("superseded").big("refused").big("quarantined");
        t.key(&["id"]);
        t.index(&["institution_id", "started_at"]);
    });
    schema.table("participation_facts", |t| {
        t.id("id").small("kind").id("entry").id("subject").id_or_null("object").bytes_or_null("lookup");
        t.text("codes").bytes_or_null("sealed");
        t.micros("valid_from").micros_or_null("valid_to").micros("recorded_at").micros_or_null("superseded_at");
        t.id("origin");
        t.key(&["id"]);
        t.index(&["entry", "kind"]);
        t.index(&["subject", "kind"]);
        t.index(&["object", "kind"]);
        t.index(&["lookup", "kind"]);
        t.index(&["kind", "superseded_at"]);
    });
    schema.table("register_keys", |t| {
        t.bytes("key_hash").id("id").bytes("content_hash").micros("recorded_at");
        t.key(&["key_hash"]);
    });
}

fn clinical(schema: &mut Schema) {
    schema.table("messages", |t| {
        t.id("chart_id").id("id").big("sequence").bytes("name_hash").bytes("digest_hash").small("condition");
        t.big("occurred").micros("recorded_at").id("origin").big("size_bytes");
        t.bytes("sealed_entries").bytes_or_null("sealed_original").bytes_or_null("blob_name");
        t.key(&["chart_id", "id"]);
        t.unique(&["chart_id", "sequence"]);
        t.unique(&["chart_id", "name_hash", "digest_hash"]);
    });
    schema.table("entries", |t| {
        t.id("chart_id").id("id").id("message_id").int("position").small("kind");
        t.micros_or_null("effective_at").micros("recorded_at").small("state");
        t.key(&["chart_id", "id"]);
        t.clustered();
    });
    schema.table("projections", |t| {
        t.id("chart_id").big("sequence").bytes("sealed");
        t.key(&["chart_id"]);
    });
    schema.table("quarantine", |t| {
        t.id("chart_id").bytes("name_hash").id("id").bytes("digest_hash").text("cause").text("place");
        t.micros("recorded_at").id("origin").bytes("sealed_original");
        t.key(&["chart_id", "name_hash", "digest_hash"]);
    });
    schema.table("refusals", |t| {
        t.id("institution_id").bytes("name_hash").bytes("digest_hash").text("cause").text("place");
        t.micros("refused_at").id("origin");
        t.key(&["institution_id", "name_hash", "digest_hash"]);
    });
    schema.table("feeds", |t| {
        t.id("institution_id").micros("last_import_at").micros_or_null("last_message_at");
        t.key(&["institution_id"]);
    });
}

fn visits(schema: &mut Schema) {
    schema.table("grants", |t| {
        t.id("id").id("institution_id").id("patient_id").small("kind").small("level").id("opened_by");
        t.id_or_null("reader_id").micros("opened_at").micros("until_at").micros_or_null("closed_at");
        t.id_or_null("closed_by").micros("recorded_at");
        t.key(&["id"]);
        t.index(&["institution_id", "until_at"]);
        t.index(&["patient_id", "until_at"]);
    });
    schema.table("sessions", |t| {
        t.id("id").bytes("token_hash").id("person_id").id("institution_id").bytes("fingerprint_hash");
        t.small("entrance").flag("test_level").micros("started_at").micros("last_seen_at").micros("ends_at");
        t.micros_or_null("ended_at").text_or_null("end_reason");
        t.key(&["id"]);
        t.unique(&["token_hash"]);
        t.index(&["person_id", "ends_at"]);
    });
    schema.table("card_reads", |t| {
        t.id("id").id("reader_id").id("institution_id").id("session_id").id("person_id");
        t.micros("requested_at").micros("expires_at").small("state").text_or_null("reason");
        t.id_or_null("grant_id").micros_or_null("answered_at").id_or_null("event_id");
        t.key(&["id"]);
        t.index(&["reader_id", "answered_at"]);
    });
}

fn definitions(schema: &mut Schema) {
    schema.table("definitions", |t| {
        t.id("id").text("kind").int("version").micros("valid_from").micros("recorded_at").id("origin");
        t.bytes("hash").text("body");
        t.key(&["id"]);
        t.unique(&["kind", "version"]);
    });
}

fn people_of_the_trail(schema: &mut Schema) {
    schema.table("people_of_the_trail", |t| {
        t.id("person_id").micros("recorded_at").bytes("sealed");
        t.key(&["person_id", "recorded_at"]);
    });
}

/// Refused cards are counted for a person too, over all readers.
fn card_reads_of_persons(schema: &mut Schema) {
    schema.index("card_reads", &["person_id", "answered_at"]);
}

fn search_keys(schema: &mut Schema) {
    schema.table("search_keys", |t| {
        t.bytes("key_hash").id("person_id").small("version").micros("recorded_at");
        t.key(&["key_hash", "person_id"]);
        t.index(&["person_id"]);
        t.clustered();
    });
    // Each decision of another process asks how many loads there were.
    schema.index("batches", &["kind"]);
}

/// The daily sweep asks which originals lie in the blob store: few of many, and not by reading all messages.
fn blobs_of_messages(schema: &mut Schema) {
    schema.index_of_filled("messages", "blob_name");
}
