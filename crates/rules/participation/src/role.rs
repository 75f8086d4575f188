//! The role catalogue and the professions whose members use the exchange.
//!
//! A role is what a person acts as at one moment; the same person in two roles has two accounts. The codes are stored
//! and stand in the regulation's data files; they are never reused.

use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($($name:ident = $number:literal, $code:literal, $ja:literal, $en:literal;)+) => {
        /// One row of the role catalogue (roles-and-access, section 3).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum Role { $($name = $number),+ }

        impl Role {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// Stable code used in data files, the register and the trail.
            pub fn code(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$name),)+ _ => None } }
            /// Stored number.
            pub fn number(self) -> u8 { self as u8 }
            pub fn from_number(number: u8) -> Option<Self> { match number { $($number => Some(Self::$name),)+ _ => None } }
            pub fn label_ja(self) -> &'static str { match self { $(Self::$name => $ja),+ } }
            pub fn label_en(self) -> &'static str { match self { $(Self::$name => $en),+ } }
        }
    };
}

roles! {
    ProgrammeManager = 0, "programme_manager", "事業管理者", "Programme manager";
    ImplementationManager = 1, "implementation_manager", "事業実施責任者", "Implementation manager";
    OperationsManager = 2, "operations_manager", "運用管理責任者", "Operations manager";
    SystemAdministrator = 3, "system_administrator", "システム管理者", "System administrator";
    DeputySystemAdministrator = 4, "deputy_system_administrator", "副システム管理者", "Deputy system administrator";
    SupportHead = 5, "support_head", "サポートセンター責任者", "Support-centre head";
    SupportStaff = 6, "support_staff", "サポートセンター担当者", "Support-centre staff";
    RemoteMaintenanceHead = 7, "remote_maintenance_head", "リモート保守責任者", "Remote-maintenance head";
    RemoteMaintenanceStaff = 8, "remote_maintenance_staff", "リモート保守担当者", "Remote-maintenance staff";
    Developer = 9, "developer", "開発者", "Developer";
    Contractor = 10, "contractor", "契約者", "Contractor";
    ContactPerson = 11, "contact_person", "窓口担当者", "Contact person";
    Doctor = 12, "doctor", "医師", "Doctor";
    Pharmacist = 13, "pharmacist", "薬剤師", "Pharmacist";
    Dentist = 14, "dentist", "歯科医師", "Dentist";
    Nurse = 15, "nurse", "看護師", "Nurse";
    Dietitian = 16, "dietitian", "管理栄養士", "Registered dietitian";
    Auxiliary = 17, "auxiliary", "補助作業者", "Auxiliary worker";
    Patient = 18, "patient", "患者", "Patient";
    Proxy = 19, "proxy", "代理者", "Proxy";
    AuditManager = 20, "audit_manager", "監査責任者", "Audit manager";
    Committee = 21, "committee", "情報システム管理委員会", "Information-system committee";
    InstitutionOperations = 22, "institution_operations", "運用責任者", "Institution's operations manager";
    Visitor = 23, "visitor", "見学・外部者", "Visitor";
    NominatingBody = 24, "nominating_body", "地域団体", "Nominating body";
    CertificateAuthority = 25, "certificate_authority", "認証局", "Certificate authority";
    InstitutionSystem = 26, "institution_system", "データ連携先システム", "Institution system";
}

impl Role {
    /// The qualified professions, called *users* [利用者] by the regulation.
    pub const USERS: [Self; 5] = [Self::Doctor, Self::Dentist, Self::Pharmacist, Self::Nurse, Self::Dietitian];

    /// Whether the role is one of the five qualified professions.
    pub fn is_user(self) -> bool {
        Self::USERS.contains(&self)
    }
    /// Whether a person in this role works at a care institution with patients' data.
    pub fn is_professional(self) -> bool {
        self.is_user() || self == Self::Auxiliary
    }
    /// The patient side: the patient and whoever stands in for the patient.
    pub fn is_patient_side(self) -> bool {
        matches!(self, Self::Patient | Self::Proxy)
    }
    pub fn profession(self) -> Option<Profession> {
        Profession::ALL.iter().copied().find(|p| p.role() == self)
    }
}

/// What a person at an institution is by qualification; the word of the certificate register's third column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profession {
    Doctor,
    Dentist,
    Pharmacist,
    Nurse,
    Dietitian,
    Auxiliary,
}

impl Profession {
    pub const ALL: &'static [Self] =
        &[Self::Doctor, Self::Dentist, Self::Pharmacist, Self::Nurse, Self::Dietitian, Self::Auxiliary];
    pub fn role(self) -> Role {
        match self {
            Self::Doctor => Role::Doctor,
            Self::Dentist => Role::Dentist,
            Self::Pharmacist => Role::Pharmacist,
            Self::Nurse => Role::Nurse,
            Self::Dietitian => Role::Dietitian,
            Self::Auxiliary => Role::Auxiliary,
        }
    }
    pub fn code(self) -> &'static str {
        self.role().code()
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.code() == code)
    }
    pub fn label_ja(self) -> &'static str {
        self.role().label_ja()
    }
    pub fn label_en(self) -> &'static str {
        self.role().label_en()
    }
}
