//! Table rows as the database holds them. No type of this module leaves the crate: functions of the rooms beside it
//! take and give domain types. Which column is clear, hashed or sealed is said in `docs/architecture.md` and tested.

pub mod batch {
    //! One run of an import or load: the origin of what it wrote.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "batches")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: i16,
        pub institution_id: Option<Uuid>,
        pub started_at: i64,
        pub finished_at: Option<i64>,
        pub stored: i64,
        pub unchanged: i64,
        pub superseded: i64,
        pub refused: i64,
        pub quarantined: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod fact {
    //! One dated participation fact of any kind.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "participation_facts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: i16,
        /// The register entry or case that states the fact, the same through all its corrections.
        pub entry: Uuid,
        /// Whom or what the fact is about.
        pub subject: Uuid,
        /// The other party, where there is one (institution of an affiliation, person of a chart link …).
        pub object: Option<Uuid>,
        /// Keyed hash under which the fact is looked up (card id, patient number, certificate holder).
        pub lookup: Option<Vec<u8>>,
        /// Enumerated codes only: state, profession, region, scope, item. Never a name or a number of a person.
        pub codes: String,
        pub sealed: Option<Vec<u8>>,
        pub valid_from: i64,
        pub valid_to: Option<i64>,
        pub recorded_at: i64,
        pub superseded_at: Option<i64>,
        pub origin: Uuid,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod register_key {
    //! The operator's key words of the register file, hashed, and the id each stands for.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "register_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key_hash: Vec<u8>,
        pub id: Uuid,
        /// Keyed hash of the entry's content, so that an unchanged entry is recognised.
        pub content_hash: Vec<u8>,
        pub recorded_at: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod message {
    //! One received message: its sealed entries beside its sealed original.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "messages")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub chart_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Position in the chart's own order of change; grows with each arrival and each change of condition.
        pub sequence: i64,
        pub name_hash: Vec<u8>,
        pub digest_hash: Vec<u8>,
        /// 1 valid, 2 superseded, 0 deleted: the most final condition seen.
        pub condition: i16,
        /// 発生日時 as digits, a number of seventeen places.
        pub occurred: i64,
        pub recorded_at: i64,
        pub origin: Uuid,
        pub size_bytes: i64,
        pub sealed_entries: Vec<u8>,
        pub sealed_original: Option<Vec<u8>>,
        pub blob_name: Option<Vec<u8>>,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod entry {
    //! The clear header of one clinical entry.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "entries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub chart_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub message_id: Uuid,
        pub position: i32,
        pub kind: i16,
        pub effective_at: Option<i64>,
        pub recorded_at: i64,
        pub state: i16,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod projection {
    //! The sealed, rebuildable record of one chart.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "projections")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub chart_id: Uuid,
        /// Last message sequence folded in.
        pub sequence: i64,
        pub sealed: Vec<u8>,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod refusal {
    //! What was refused at the door: a keyed hash of path and digest, the cause, the place. Never bytes, never a name.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refusals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub institution_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub name_hash: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest_hash: Vec<u8>,
        pub cause: String,
        pub place: String,
        pub refused_at: i64,
        pub origin: Uuid,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod quarantine {
    //! A file of an identified, consenting patient that could not be used: its sealed bytes and the findings' codes.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "quarantine")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub chart_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub name_hash: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest_hash: Vec<u8>,
        pub id: Uuid,
        pub cause: String,
        pub place: String,
        pub recorded_at: i64,
        pub origin: Uuid,
        pub sealed_original: Vec<u8>,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod feed {
    //! How fresh an institution's feed is.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "feeds")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub institution_id: Uuid,
        pub last_import_at: i64,
        pub last_message_at: Option<i64>,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod grant {
    //! A permission by card (later: emergency), belonging to an institution's visit.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub institution_id: Uuid,
        pub patient_id: Uuid,
        pub kind: i16,
        pub level: i16,
        pub opened_by: Uuid,
        pub reader_id: Option<Uuid>,
        pub opened_at: i64,
        pub until_at: i64,
        pub closed_at: Option<i64>,
        pub closed_by: Option<Uuid>,
        pub recorded_at: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod session {
    //! A professional's sign-in at one entrance. Only hashes of the token and of the certificate are kept.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub token_hash: Vec<u8>,
        pub person_id: Uuid,
        pub institution_id: Uuid,
        pub fingerprint_hash: Vec<u8>,
        pub entrance: i16,
        pub test_level: bool,
        pub started_at: i64,
        pub last_seen_at: i64,
        pub ends_at: i64,
        pub ended_at: Option<i64>,
        pub end_reason: Option<String>,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod card_read {
    //! One request for a card read and what became of it.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "card_reads")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub reader_id: Uuid,
        pub institution_id: Uuid,
        pub session_id: Uuid,
        pub person_id: Uuid,
        pub requested_at: i64,
        pub expires_at: i64,
        /// 0 waiting, 1 opened, 2 refused, 3 expired.
        pub state: i16,
        pub reason: Option<String>,
        pub grant_id: Option<Uuid>,
        pub answered_at: Option<i64>,
        /// The trail event that tells the true reason; its number is what a person reads on the page.
        pub event_id: Option<Uuid>,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod definition {
    //! An enacted definition (rights matrix, record kinds, sensitive table, trust): immutable, hashed, dated.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "definitions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub version: i32,
        pub valid_from: i64,
        pub recorded_at: i64,
        pub origin: Uuid,
        pub hash: Vec<u8>,
        pub body: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod trail_person {
    //! Words of a person whose id stands in the trail; sealed apart from the charts.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "people_of_the_trail")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub recorded_at: i64,
        pub sealed: Vec<u8>,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod search_key {
    //! A keyed hash of a participant's name together with birth date, telephone or postal code.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "search_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key_hash: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        /// How names are folded; rows of an older way are made anew.
        pub version: i16,
        pub recorded_at: i64,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
