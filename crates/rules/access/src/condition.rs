//! Named conditions of matrix cells.
//!
//! A cell of the matrix is a right with conditions; each condition has a name, so that the matrix stays data and the
//! meaning stays code. Some are judged when deciding (permission, own institution's case …), some on each entry when
//! it is about to be shown (own entry, dental, latest …), some bind whoever shows it (names without reasons).

use serde::{Deserialize, Serialize};

macro_rules! conditions {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $code:literal, $ja:literal;)+) => {
        /// One named condition; the number is its bit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum Condition { $($(#[$doc])* $name = $bit),+ }

        impl Condition {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            pub fn code(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$name),)+ _ => None } }
            pub fn label_ja(self) -> &'static str { match self { $(Self::$name => $ja),+ } }
        }
    };
}

conditions! {
    /// ° entries (or acts) of the person himself.
    OwnEntry = 0, "own_entry", "本人が記録したもののみ";
    /// ¹ the person's own institution.
    OwnInstitution = 1, "own_institution", "自施設のもののみ";
    /// ᵖ a live permission of the patient.
    Permission = 2, "permission", "患者の許可が必要";
    /// ᵉ belongs to the unconscious-emergency set.
    Emergency = 3, "emergency", "緊急時の閲覧項目";
    /// ˢ kept back when limited by the patient or of a sensitive class.
    Sensitive = 4, "sensitive", "開示制限・機微区分は表示しない";
    /// Only the most recent entry.
    LatestOnly = 5, "latest_only", "最新のもののみ";
    /// *4 and others: only what concerns teeth.
    DentalOnly = 6, "dental_only", "歯科に関するもののみ";
    /// Only the doctor linked to the drafter's card.
    LinkedDoctor = 7, "linked_doctor", "カードに関連付けられた医師のみ";
    /// Sensitive entries only where dispensing cannot be judged without them: medicines and warnings.
    DispensingNeeds = 8, "dispensing_needs", "調剤に必要なもののみ";
    /// *11 documents addressed to the own institution.
    AddressedToOwn = 9, "addressed_to_own", "自施設宛てのもののみ";
    /// *5 names of medicines without the reasons.
    NamesOnly = 10, "names_only", "薬の名称のみ（理由は除く）";
    /// *6 renal and hepatic function, electrolytes, HbA1c, INR.
    DefaultLaboratory = 11, "default_laboratory", "腎・肝機能、電解質、HbA1c、INRのみ";
    /// *7 the patient side sees it after the operator's delay.
    AfterDelay = 12, "after_delay", "説明のための期間を置いて表示";
    /// *8 the nurse's fields: feet, self-management.
    NursingFields = 13, "nursing_fields", "足の所見・自己管理の項目のみ";
    /// *9 drafts only where a confirmer exists.
    ConfirmerExists = 14, "confirmer_exists", "確定できる人がいる施設のみ";
    /// *10 the dietary order.
    DietaryOrder = 15, "dietary_order", "食事指示のみ";
    /// *3 shown as the patient's own statement until adopted.
    SelfReported = 16, "self_reported", "本人申告として表示";
    /// *12 uploads are marked as submitted by the patient.
    PatientSubmitted = 17, "patient_submitted", "本人提出として表示";
    /// *13 what the patient allows the proxy.
    ProxyNarrowed = 18, "proxy_narrowed", "患者が代理者に許した範囲";
    /// *1 change only by form F-04.
    ChangeByForm = 19, "change_by_form", "変更は変更届による";
    /// *2 limits on screen; consent itself by form.
    LimitsOnly = 20, "limits_only", "開示制限のみ画面で変更できる";
    /// The state, not the content.
    StateOnly = 22, "state_only", "状態のみ";
    /// A doctor may open it with a reason (R-X-15).
    OverrideWithReason = 23, "override_with_reason", "医師が理由を記録して開く";
    /// Opening makes a case.
    OpensCase = 24, "opens_case", "緊急事案を起票する";
    /// A scanned paper only.
    ScanOnly = 25, "scan_only", "用紙の読み取りのみ";
    /// What the live delegation lists.
    Delegated = 26, "delegated", "委任の範囲のみ";
    /// A list without details.
    ListOnly = 27, "list_only", "一覧のみ";
    CountsOnly = 28, "counts_only", "件数のみ";
    /// With an open ticket.
    Ticket = 29, "ticket", "受付票がある場合のみ";
    CasesOnly = 30, "cases_only", "該当事案のみ";
    NoClinical = 31, "no_clinical", "診療情報を含まない";
    SummaryOnly = 32, "summary_only", "要約のみ";
    OwnRegion = 33, "own_region", "自圏域のみ";
    ForCase = 34, "for_case", "事案の調査に限る";
    FaultOnly = 35, "fault_only", "障害に関するもののみ";
    NoPersonalData = 36, "no_personal_data", "個人情報を含まない";
    RoomOnly = 37, "room_only", "サポートセンター室内のみ";
    DeskOnly = 38, "desk_only", "窓口で扱うもののみ";
    OwnStaff = 39, "own_staff", "自施設職員の操作のみ";
    /// Two persons act together.
    TwoPerson = 40, "two_person", "２人の立会いが必要";
    /// Run only what was decided.
    AfterDecision = 41, "after_decision", "決定後の実行のみ";
    ImportOnly = 42, "import_only", "取込みのみ";
    Technical = 43, "technical", "技術情報のみ（患者名なし）";
    AnswerOnly = 44, "answer_only", "回答のみ";
    PartOnly = 45, "part_only", "担当部分のみ";
    InstructionOnly = 46, "instruction_only", "指示としてのみ";
    /// A block of at most 24 hours.
    ShortBlock = 47, "short_block", "24時間以内の一時停止のみ";
    /// *14 after the regulation's opening rule.
    ReadingPermission = 48, "reading_permission", "規程の開示許可が必要";
    /// A* only the roles the regulation gives this appointer.
    AppointsGiven = 49, "appoints_given", "任命できる役割のみ";
    BothRegions = 50, "both_regions", "両圏域";
    StatesOnly = 51, "states_only", "鍵の状態のみ";
    ReportOnly = 52, "report_only", "報告のみ";
    DeskActs = 53, "desk_acts", "窓口の操作のみ";
    /// Running prepared tools only.
    ToolsOnly = 54, "tools_only", "用意された手順の実行のみ";
    /// The whole programme's records.
    AllRecords = 55, "all_records", "全件";
}

/// A set of conditions; all must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Conditions(u64);

impl Conditions {
    pub const NONE: Self = Self(0);

    #[must_use]
    pub fn with(self, condition: Condition) -> Self {
        Self(self.0 | (1 << (condition as u8)))
    }
    pub fn contains(self, condition: Condition) -> bool {
        self.0 & (1 << (condition as u8)) != 0
    }
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
    pub fn iter(self) -> impl Iterator<Item = Condition> {
        Condition::ALL.iter().copied().filter(move |condition| self.contains(*condition))
    }
}

impl FromIterator<Condition> for Conditions {
    fn from_iter<I: IntoIterator<Item = Condition>>(conditions: I) -> Self {
        conditions.into_iter().fold(Self::NONE, Self::with)
    }
}
