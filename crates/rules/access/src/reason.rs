//! Why: stable codes for the trail and sentences for people.

use renkei_kernel::{Category, Problem};
use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $permits:literal, $ja:literal, $en:literal;)+) => {
        /// One reason of a decision. The code is stable: it stands in trails that are read years later.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason { $($(#[$doc])* $name),+ }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            pub fn code(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$name),)+ _ => None } }
            /// Whether it speaks for the permit (otherwise against).
            pub fn permits(self) -> bool { match self { $(Self::$name => $permits),+ } }
            pub fn text_ja(self) -> &'static str { match self { $(Self::$name => $ja),+ } }
            pub fn text_en(self) -> &'static str { match self { $(Self::$name => $en),+ } }
        }
    };
}

reasons! {
    /// The policy or the facts could not be loaded.
    PolicyUnavailable, "policy_unavailable", false, "権限を確認できないため表示できません。しばらく待ってからお試しください。", "Rights could not be checked. Please try again shortly.";
    Stopped, "stopped", false, "ただいま停止中です。再開のお知らせをお待ちください。", "The service is stopped. Please wait for the notice.";
    ReadOnlyMode, "read_only", false, "ただいま閲覧のみできます。登録は再開後にお願いします。", "Only viewing is possible now. Please register later.";
    ZoneDenied, "zone", false, "この入口からは利用できません。", "Not available at this entrance.";
    SourceMismatch, "source_mismatch", false, "登録された回線からの接続ではありません。施設の回線から接続してください。", "The connection does not come from the institution's registered line.";
    SessionEnded, "session_ended", false, "サインインの有効時間が終わりました。もう一度サインインしてください。", "The sign-in has ended. Please sign in again.";
    CredentialInvalid, "credential_invalid", false, "電子証明書を確認できません。カードを確かめ、窓口へご連絡ください。", "The certificate could not be accepted. Check the card and call the desk.";
    InstitutionSuspended, "institution_suspended", false, "施設の利用が停止されています。窓口へご連絡ください。", "The institution is suspended. Please call the desk.";
    InstitutionAbsent, "institution_absent", false, "参加している施設ではありません。窓口へご連絡ください。", "This is not a participating institution. Please call the desk.";
    AffiliationEnded, "affiliation_ended", false, "施設での利用登録が有効ではありません。契約者へご確認ください。", "The registration at the institution is not in force. Ask the contractor.";
    RoleDenied, "role", false, "この操作ができる職種・役割ではありません。", "Your role may not do this.";
    PurposeDenied, "purpose", false, "この目的では利用できません。", "Not allowed for this purpose.";
    /// No permission of the patient for this institution.
    NoPermission, "no_permission", false, "患者さんの許可がありません。患者用カードを読み取ってください。", "There is no permission of the patient. Please read the patient's card.";
    GrantExpired, "grant_expired", false, "前の許可は終わりました。患者用カードをもう一度読み取ってください。", "The earlier permission is over. Please read the card again.";
    ConsentAbsent, "consent_absent", false, "参加の同意が確認できません。", "There is no consent in force.";
    ConsentScope, "consent_scope", false, "同意された範囲（圏域）の外です。", "Outside the region the patient agreed to.";
    NoDeclaration, "no_declaration", false, "この圏域に災害の宣言はありません。", "No disaster is declared for this region.";
    ProxyAbsent, "proxy_absent", false, "代理者としての登録が有効ではありません。", "The registration as proxy is not in force.";
    NotOwnData, "not_own_data", false, "ご本人の記録ではありません。", "This is not your own record.";
    /// The matrix gives no such right.
    MatrixDenied, "matrix", false, "権限表により、この項目は利用できません。", "The rights matrix does not allow this item.";
    ConditionUnmet, "condition", false, "権限表の条件を満たしていません。", "A condition of the rights matrix is not met.";
    DoctorNotLinked, "doctor_not_linked", false, "このカードに関連付けられた医師ではありません。", "You are not the doctor linked to this card.";
    NoConfirmer, "no_confirmer_available", false, "確定できる医師がいないため、下書きできません。", "Nobody here may confirm, so drafts are not possible.";
    EmergencyViewOnly, "emergency_view_only", false, "緊急時の許可では閲覧だけができます。", "The emergency permission allows viewing only.";

    GrantCard, "grant_card", true, "患者用カードの読み取りによる許可", "permission by the patient's card";
    GrantForgotten, "grant_forgotten", true, "カード忘れ・紛失時の許可（署名が必要です）", "permission without the card (signature needed)";
    GrantUnconscious, "grant_unconscious", true, "意識のない患者の緊急閲覧", "emergency view of an unconscious patient";
    GrantDisaster, "grant_disaster", true, "災害時の許可", "permission under a declared disaster";
    GrantPending, "card_read", true, "患者用カードの読み取り", "the patient's card was read";
    ConsentAllRegions, "consent_all_regions", true, "すべての圏域への同意", "consent for all regions";
    ConsentOwnRegion, "consent_own_region", true, "同じ圏域への同意", "consent for the own region";
    OwnData, "own_data", true, "ご本人の記録", "your own record";
    ProxyOf, "proxy_of", true, "代理者としての登録", "registered as proxy";
    InstitutionRegisters, "institution_registers", true, "施設からの登録", "registered by the institution's system";
    MatrixAllows, "matrix_allows", true, "職種の権限表による", "allowed by the rights matrix";
    Overridden, "limit_overridden", true, "理由を記録して開示制限を解除", "opened what was kept back, with a reason";
    Installation, "installation", true, "運用の作業", "work of the installation";
}

impl Reason {
    /// What may be said at a patient's address. Whatever depends on the patient gives one and the same answer, whether
    /// or not the patient exists, agreed, or ever gave permission (law 6); the true reason goes to the trail.
    pub fn public(self) -> Self {
        match self {
            Self::GrantExpired
            | Self::ConsentAbsent
            | Self::ConsentScope
            | Self::NoDeclaration
            | Self::NoPermission
            | Self::ProxyAbsent
            | Self::NotOwnData => Self::NoPermission,
            other => other,
        }
    }
    /// Whether a failed card read must hide it behind the one answer `card_refused`.
    pub fn depends_on_patient(self) -> bool {
        self.public() == Self::NoPermission
    }
}

impl Problem for Reason {
    fn category(&self) -> Category {
        match self {
            Self::ZoneDenied => Category::NotFound,
            Self::Stopped | Self::ReadOnlyMode => Category::Stopped,
            Self::SessionEnded | Self::CredentialInvalid => Category::NotSignedIn,
            _ => Category::NotAllowed,
        }
    }
    fn code(&self) -> &'static str {
        Reason::code(*self)
    }
}
