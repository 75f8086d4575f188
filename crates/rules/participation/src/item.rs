//! Data items: the rows of the rights matrix, and sets of them.
//!
//! `D…` are clinical and patient data, `G…` registration, operation and governance data. D01–D28 and the order of
//! G01–G35 follow the regulation's proposed matrix; D29–D33 were added because stored record kinds needed a row:
//! encounters, injections, diet, orders not yet performed, and records of no other class.

use serde::{Deserialize, Serialize};

macro_rules! items {
    ($($name:ident = $number:literal, $code:literal, $ja:literal, $en:literal;)+) => {
        /// One row of the rights matrix. The number is a bit of [`ItemSet`] and never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum Item { $($name = $number),+ }

        impl Item {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// `D01` … `D33`, `G01` … `G35`.
            pub fn code(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$name),)+ _ => None } }
            pub fn label_ja(self) -> &'static str { match self { $(Self::$name => $ja),+ } }
            pub fn label_en(self) -> &'static str { match self { $(Self::$name => $en),+ } }
        }
    };
}

items! {
    BasicInformation = 0, "D01", "基本情報", "Basic information";
    Contacts = 1, "D02", "連絡先・家族・代理者", "Contacts, family, proxies";
    ConsentAndLimits = 2, "D03", "同意・参加範囲・開示制限", "Consent, scope, limits";
    Diagnoses = 3, "D04", "病名・問題リスト", "Diagnoses and problems";
    Allergies = 4, "D05", "アレルギー・副作用・禁忌・感染症注意", "Allergies, contraindications, infection warnings";
    Prescriptions = 5, "D06", "処方", "Prescriptions";
    Dispensing = 6, "D07", "調剤実績", "Dispensing";
    MedicationNotebook = 7, "D08", "お薬手帳・市販薬・服用状況", "Medication notebook, over-the-counter drugs, adherence";
    Laboratory = 8, "D09", "検体検査結果", "Laboratory results";
    ImagingAndPhysiology = 9, "D10", "画像・生理検査とレポート", "Imaging and physiology with reports";
    InstitutionMeasurements = 10, "D11", "院内測定", "Measurements at the institution";
    HomeMeasurements = 11, "D12", "家庭測定", "Home measurements";
    DiseaseManagement = 12, "D13", "疾病管理手帳 医科項目", "Disease-management notebook, medical items";
    Dental = 13, "D14", "歯科情報", "Dental information";
    NutritionGuidance = 14, "D15", "栄養指導", "Nutrition guidance";
    NursingGuidance = 15, "D16", "看護・療養指導", "Nursing and care guidance";
    MedicationGuidance = 16, "D17", "服薬指導・薬歴要約", "Medication guidance and history";
    Referrals = 17, "D18", "診療情報提供書・紹介状", "Referral documents";
    DischargeSummaries = 18, "D19", "退院時要約・経過", "Discharge summaries and course";
    HealthCheckups = 19, "D20", "健診結果", "Health check-ups";
    PatientDiary = 20, "D21", "患者日記・症状・目標", "Patient's diary, symptoms, goals";
    AuxiliaryDrafts = 21, "D22", "補助作業者の下書き", "Drafts of auxiliary workers";
    Sensitive = 22, "D23", "機微区分", "Sensitive class";
    ImplantsAndBloodType = 23, "D24", "植込み機器・血液型・救急メモ", "Implants, blood type, emergency note";
    Comments = 24, "D25", "コメント・質問", "Comments and questions";
    AccessHistory = 25, "D26", "閲覧履歴", "Access history";
    CardsAndGrants = 26, "D27", "カード・許可・緊急事案", "Cards, grants, emergency cases";
    Signatures = 27, "D28", "署名（カード忘れ時）", "Signatures (forgotten card)";
    Encounters = 28, "D29", "受診・入退院", "Encounters and admissions";
    Injections = 29, "D30", "注射", "Injections";
    Diet = 30, "D31", "食事", "Diet";
    OtherOrders = 31, "D32", "その他オーダ", "Other orders";
    OtherRecords = 32, "D33", "その他の記録", "Other records";
    Appointments = 64, "G01", "任命・委任", "Appointments and delegations";
    OrganisationChart = 65, "G02", "運用管理体制図", "Organisation chart";
    PoliciesAndProcedures = 66, "G03", "方針・規程・手順", "Policies, regulation, procedures";
    RightsMatrix = 67, "G04", "アクセス権限表", "Rights matrix";
    InstitutionForms = 68, "G05", "施設の申請・撤回 F-01", "Institution applications F-01";
    UserForms = 69, "G06", "利用者の申請 F-02", "User applications F-02";
    CardLedger = 70, "G07", "補助作業者・カード台帳 F-09", "Auxiliaries and card ledger F-09";
    PatientForms = 71, "G08", "患者登録・同意 F-03/F-04", "Patient registration and consent F-03/F-04";
    WithdrawalForms = 72, "G09", "撤回・変更 F-05/F-06", "Withdrawal and change F-05/F-06";
    Deletions = 73, "G10", "削除 F-07", "Deletion F-07";
    PatientCards = 74, "G11", "患者用カード", "Patient cards";
    PasswordResets = 75, "G12", "パスワード初期化 F-11", "Password resets F-11";
    PaperStock = 76, "G13", "用紙在庫", "Stock of numbered paper";
    Contracts = 77, "G14", "契約・責任分界 F-18", "Contracts and responsibilities F-18";
    PledgesAndTraining = 78, "G15", "誓約・教育", "Pledges and training";
    Tickets = 79, "G16", "問合せ・苦情", "Questions and complaints";
    Incidents = 80, "G17", "事故・障害 F-16", "Incidents and faults F-16";
    EmergencyReviews = 81, "G18", "緊急アクセス事案の審査", "Review of emergency access";
    DisasterDeclarations = 82, "G19", "災害宣言", "Disaster declarations";
    Exceptions = 83, "G20", "例外 F-17", "Exceptions F-17";
    Sanctions = 84, "G21", "違反・停止・解除", "Breaches, suspension, cancellation";
    Assets = 85, "G22", "資産・区画", "Assets and zones";
    CentreChecks = 86, "G23", "センター点検・入退", "Centre checks and entry";
    MediaAndDisposal = 87, "G24", "媒体・廃棄 F-12/F-13", "Media and disposal F-12/F-13";
    MaintenanceWork = 88, "G25", "保守作業・遠隔セッション F-14", "Maintenance and remote sessions F-14";
    Monitoring = 89, "G26", "監視・ログ収集", "Monitoring and log collection";
    AuditTrail = 90, "G27", "監査証跡", "Audit trail";
    Backups = 91, "G28", "バックアップ・復元", "Backup and restore";
    KeyManagement = 92, "G29", "鍵管理", "Key management";
    StopNotices = 93, "G30", "停止予告・通知 F-19", "Stop notices F-19";
    SixMonthNotices = 94, "G31", "６か月前予告", "Six-month notices";
    Audits = 95, "G32", "監査計画・報告 F-22", "Audit plans and reports F-22";
    Controls = 96, "G33", "統制カタログ・規模区分", "Control catalogue and scale";
    OperationRecords = 97, "G34", "運用状況記録 F-21", "Operation records F-21";
    RetentionPlans = 98, "G35", "保存期間・削除計画", "Retention and deletion plans";
}

/// Numbers below this are clinical and patient data.
const FIRST_GOVERNANCE_NUMBER: u8 = 64;

impl Item {
    /// One more than the largest number; the length of an array indexed by item.
    pub const SLOTS: usize = 99;

    pub fn index(self) -> usize {
        self as usize
    }
    /// Clinical and patient data (`D…`), as opposed to registration and governance data (`G…`).
    pub fn is_clinical(self) -> bool {
        (self as u8) < FIRST_GOVERNANCE_NUMBER
    }
}

/// A set of items; one word, no allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemSet(u128);

impl ItemSet {
    pub const EMPTY: Self = Self(0);
    /// Every clinical and patient item.
    pub const CLINICAL: Self = Self((1u128 << 33) - 1);

    pub fn of(items: &[Item]) -> Self {
        items.iter().copied().collect()
    }
    /// Every item there is.
    pub fn all() -> Self {
        Self::of(Item::ALL)
    }
    #[must_use]
    pub fn with(self, item: Item) -> Self {
        Self(self.0 | (1u128 << (item as u8)))
    }
    #[must_use]
    pub fn without(self, item: Item) -> Self {
        Self(self.0 & !(1u128 << (item as u8)))
    }
    pub fn insert(&mut self, item: Item) {
        *self = self.with(item);
    }
    pub fn contains(self, item: Item) -> bool {
        self.0 & (1u128 << (item as u8)) != 0
    }
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
    pub fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }
    /// The members in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Item> {
        Item::ALL.iter().copied().filter(move |item| self.contains(*item))
    }
    /// The bits, for storing beside a decision.
    pub fn bits(self) -> u128 {
        self.0
    }
    /// Reads stored bits; bits that name no item are dropped.
    pub fn from_bits(bits: u128) -> Self {
        Self(bits).intersection(Self::all())
    }
}

impl FromIterator<Item> for ItemSet {
    fn from_iter<I: IntoIterator<Item = Item>>(items: I) -> Self {
        items.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl From<Item> for ItemSet {
    fn from(item: Item) -> Self {
        Self::EMPTY.with(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_has_its_own_bit_within_the_slots() {
        let all = ItemSet::all();
        assert_eq!(all.len(), Item::ALL.len());
        assert!(Item::ALL.iter().all(|item| item.index() < Item::SLOTS));
        assert_eq!(all.iter().collect::<Vec<_>>(), Item::ALL);
        let clinical: ItemSet = Item::ALL.iter().copied().filter(|item| item.is_clinical()).collect();
        assert_eq!(clinical, ItemSet::CLINICAL);
        assert_eq!(ItemSet::from_bits(u128::MAX), all);
    }

    #[test]
    fn codes_read_back_as_the_same_item() {
        for item in Item::ALL {
            assert_eq!(Item::from_code(item.code()), Some(*item));
        }
        assert_eq!(Item::from_code("D99"), None);
    }
}
