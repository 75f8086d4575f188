//! The people of the region: who they are, where they have chart numbers, what they consented to and what they suffer
//! from. Each is made from (seed, number) alone, so that any of them can be made at any time and in any order.
//!
//! The first dozen are fixed: the cast of the scenarios and one example of every state of participation.

use super::institutions::{
    AOBA, Area, HAMANASU, INSTITUTIONS, ISOBUE, KAMOME, MATSUKAZE, MINATO, SHIOSAI, SHIRASAGI, TSUBAME, TSUTSUJI,
};
use super::names;
use crate::courses::conditions::{CHRONIC, Care, Condition, condition, share};
use crate::random::Random;
use jiff::civil::Date;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    Male,
    Female,
}

impl Sex {
    /// HL70001.
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "M",
            Self::Female => "F",
        }
    }
}

/// What a person consented to, with the day from which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    AllRegions {
        since: Date,
    },
    OwnRegion {
        since: Date,
    },
    /// Registered, consent not (yet) given: nothing of this person may be kept.
    None,
    Withdrawn {
        since: Date,
        until: Date,
    },
}

/// A limit the patient set: entries of this institution are shown to that institution only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub hidden_institution: usize,
    pub since: Date,
}

/// One institution's number of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Index into the institutions.
    pub institution: usize,
    pub number: String,
}

/// A recorded allergy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allergy {
    /// HL70127 code and text.
    pub kind: (&'static str, &'static str),
    /// Code, name, coding system.
    pub allergen: (&'static str, &'static str, &'static str),
    /// HL70128 code and text.
    pub severity: (&'static str, &'static str),
    pub reaction: &'static str,
    /// Onset as free text.
    pub onset: &'static str,
}

/// One person of the region.
#[derive(Debug, Clone)]
pub struct Patient {
    pub index: usize,
    /// Stable code: key in the register file.
    pub code: String,
    pub family: String,
    pub given: String,
    pub family_kana: String,
    pub given_kana: String,
    pub born: Date,
    pub sex: Sex,
    pub postal: String,
    pub address: String,
    pub phone: String,
    pub area: Area,
    pub consent: Consent,
    pub limits: Vec<Limit>,
    /// Identifier of the participation card in normal form; none before one is issued.
    pub card: Option<String>,
    pub charts: Vec<Chart>,
    pub conditions: Vec<&'static Condition>,
    pub allergies: Vec<&'static Allergy>,
    /// ABO and Rh.
    pub blood: (&'static str, bool),
    pub height_cm: f64,
    pub weight_kg: f64,
}

impl Patient {
    /// Completed years on that day.
    pub fn age_on(&self, day: Date) -> i64 {
        let before = (day.month(), day.day()) < (self.born.month(), self.born.day());
        i64::from(day.year()) - i64::from(self.born.year()) - i64::from(before)
    }
    pub fn chart_at(&self, institution: usize) -> Option<&Chart> {
        self.charts.iter().find(|c| c.institution == institution)
    }
    pub fn has(&self, key: &str) -> bool {
        self.conditions.iter().any(|c| c.key == key)
    }
}

const PENICILLIN: Allergy = Allergy {
    kind: ("DA", "薬物アレルギー"),
    allergen: ("6131000", "ペニシリン系", "99DA1"),
    severity: ("MO", "中等度"),
    reaction: "発疹",
    onset: "昭和５０年頃",
};

/// Allergies people of the region have.
pub const ALLERGIES: &[Allergy] = &[
    PENICILLIN,
    Allergy {
        kind: ("FA", "食物アレルギー"),
        allergen: ("J9FA12110000", "ソバ", "J-FAGY"),
        severity: ("SV", "重度"),
        reaction: "アナフィラキシー",
        onset: "小学校低学年の頃",
    },
    Allergy {
        kind: ("DA", "薬物アレルギー"),
        allergen: ("1149000", "非ステロイド性抗炎症薬", "99DA1"),
        severity: ("SV", "重度"),
        reaction: "喘息発作",
        onset: "２０１５年",
    },
    Allergy {
        kind: ("DA", "薬物アレルギー"),
        allergen: ("7219000", "ヨード造影剤", "99DA1"),
        severity: ("MO", "中等度"),
        reaction: "蕁麻疹",
        onset: "前回のＣＴ検査時",
    },
    Allergy {
        kind: ("LA", "花粉アレルギー"),
        allergen: ("J9NK12000000", "花粉", "J-FAGY"),
        severity: ("MI", "軽度"),
        reaction: "目のかゆみ",
        onset: "",
    },
    Allergy {
        kind: ("FA", "食物アレルギー"),
        allergen: ("J9FE11110000", "エビ", "J-FAGY"),
        severity: ("MI", "軽度"),
        reaction: "口の中のかゆみ",
        onset: "成人後",
    },
];

/// How many people at the start of the list are fixed by name.
pub const FIXED: usize = 12;

const fn day(year: i16, month: i8, day: i8) -> Date {
    jiff::civil::date(year, month, day)
}

/// Number of a person at an institution: unique there, and not telling the person's place in the list.
fn number(index: usize, institution: usize) -> String {
    const PRIME: u64 = 8_999_993;
    let shuffled = (index as u64 * 48_271 + institution as u64 * 1_234_567) % PRIME + 1_000_001;
    let digits = INSTITUTIONS.get(institution).map_or(7, |i| i.number_digits.max(7));
    format!("{shuffled:0digits$}")
}

/// The card of a person: FeliCa normal form with a fictional manufacturer code.
pub fn card_of(seed: u64, index: usize) -> String {
    let mut dice = Random::of(seed, &[index as u64, 0xca4d]);
    format!("felica:012E{:012X}", dice.draw() & 0xffff_ffff_ffff)
}

/// The person of that number in a region of that seed, as of `today`.
pub fn patient(seed: u64, index: usize, today: Date) -> Patient {
    match fixed(seed, index) {
        Some(person) => person,
        None => drawn(seed, index, today),
    }
}

fn drawn(seed: u64, index: usize, today: Date) -> Patient {
    let mut dice = Random::of(seed, &[index as u64]);
    let north = dice.chance(0.5);
    let age = match dice.unit() {
        u if u < 0.06 => dice.between(1, 17),
        u if u < 0.20 => dice.between(18, 44),
        u if u < 0.42 => dice.between(45, 64),
        u if u < 0.85 => dice.between(65, 84),
        _ => dice.between(85, 97),
    };
    let born_year = i64::from(today.year()) - age;
    let born = Date::new(
        i16::try_from(born_year).unwrap_or(1950),
        i8::try_from(dice.between(1, 12)).unwrap_or(1),
        i8::try_from(dice.between(1, 28)).unwrap_or(1),
    )
    .unwrap_or(day(1950, 1, 1));
    let woman = dice.chance(if age > 70 { 0.57 } else { 0.5 });
    let (family, family_kana) = dice.pick(names::FAMILIES).copied().unwrap_or(("浜田", "ハマダ"));
    let (given, given_kana) = names::given(&mut dice, woman, born_year);
    let (postal, address, phone) = names::address(&mut dice, north);
    let conditions: Vec<_> = CHRONIC.iter().filter(|c| dice.chance(share(c, age))).collect();
    let consent = consent(&mut dice);
    let mut allergies = Vec::new();
    if dice.chance(0.16) {
        allergies.extend(dice.pick(ALLERGIES));
    }
    let mut person = Patient {
        index,
        code: format!("p{index:05}"),
        family: family.into(),
        given: given.into(),
        family_kana: family_kana.into(),
        given_kana: given_kana.into(),
        born,
        sex: if woman { Sex::Female } else { Sex::Male },
        postal,
        address,
        phone,
        area: if north { Area::NotoNorth } else { Area::NotoCentral },
        consent,
        limits: Vec::new(),
        card: (!matches!(consent, Consent::None)).then(|| card_of(seed, index)),
        charts: Vec::new(),
        conditions,
        allergies,
        blood: (["A", "A", "O", "B", "AB"].get(dice.below(5)).copied().unwrap_or("A"), !dice.chance(0.01)),
        height_cm: if woman { 153.0 } else { 166.0 } + dice.bell() * 5.5,
        weight_kg: if woman { 52.0 } else { 64.0 } + dice.bell() * 8.0,
    };
    if age < 16 {
        person.height_cm = 72.0 + age as f64 * 6.0;
        person.weight_kg = 8.0 + age as f64 * 3.0;
    }
    let places = places(&mut dice, &person);
    person.charts = charts(index, &places);
    if person.has("depression") && dice.chance(0.5) {
        person.limits.push(Limit { hidden_institution: TSUTSUJI, since: day(2025, 6, 1) });
    }
    person
}

fn consent(dice: &mut Random) -> Consent {
    let since =
        day(2025, i8::try_from(dice.between(1, 12)).unwrap_or(4), i8::try_from(dice.between(1, 28)).unwrap_or(1));
    match dice.unit() {
        u if u < 0.86 => Consent::AllRegions { since },
        u if u < 0.94 => Consent::OwnRegion { since },
        u if u < 0.975 => Consent::None,
        _ => Consent::Withdrawn { since, until: day(2026, 5, 31) },
    }
}

/// Where a person of these diseases goes; at most five places, the family doctor first.
fn places(dice: &mut Random, person: &Patient) -> Vec<usize> {
    let north = person.area == Area::NotoNorth;
    let hospital = if north { HAMANASU } else { MINATO };
    let mut places = vec![if north { AOBA } else { SHIOSAI }];
    if dice.chance(0.08) {
        places = vec![hospital];
    }
    for condition in &person.conditions {
        let place = match condition.care {
            Care::General => continue,
            // the bigger hospital of the other area sees some of them too
            Care::Hospital(_) if north && dice.chance(0.3) => MINATO,
            Care::Hospital(_) => hospital,
            Care::Orthopaedic => MATSUKAZE,
            Care::Psychiatric => TSUTSUJI,
            Care::Dental => {
                if north {
                    SHIRASAGI
                } else {
                    ISOBUE
                }
            }
        };
        if !places.contains(&place) && places.len() < 4 {
            places.push(place);
        }
    }
    if dice.chance(0.45) {
        places.push(if north { TSUBAME } else { KAMOME });
    }
    places
}

fn charts(index: usize, places: &[usize]) -> Vec<Chart> {
    places.iter().map(|&institution| Chart { institution, number: number(index, institution) }).collect()
}

struct Fixed {
    code: &'static str,
    name: (&'static str, &'static str, &'static str, &'static str),
    born: Date,
    sex: Sex,
    area: Area,
    consent: Consent,
    places: &'static [usize],
    conditions: &'static [&'static str],
    limits: &'static [Limit],
    allergy: Option<&'static Allergy>,
    body: (f64, f64),
}

const SINCE: Date = day(2025, 4, 1);
const ALL: Consent = Consent::AllRegions { since: SINCE };

/// The cast. Order and content are part of what the scenarios and the browser walks rely on.
const CAST: [Fixed; FIXED] = [
    // 0: the patient of the scenarios: four diseases, six places, limits what her dentist wrote
    Fixed {
        code: "sakura-hana",
        name: ("佐倉", "ハナ", "サクラ", "ハナ"),
        born: day(1954, 3, 12),
        sex: Sex::Female,
        area: Area::NotoNorth,
        consent: ALL,
        places: &[AOBA, MINATO, TSUBAME, SHIRASAGI, MATSUKAZE],
        conditions: &[
            "diabetes",
            "hypertension",
            "kidney",
            "atrial-fibrillation",
            "dyslipidaemia",
            "osteoporosis",
            "periodontitis",
        ],
        limits: &[Limit { hidden_institution: SHIRASAGI, since: day(2025, 4, 1) }],
        allergy: Some(&PENICILLIN),
        body: (151.4, 58.2),
    },
    // 1: a minor
    Fixed {
        code: "misaki-taro",
        name: ("岬", "タロウ", "ミサキ", "タロウ"),
        born: day(2009, 8, 3),
        sex: Sex::Male,
        area: Area::NotoNorth,
        consent: ALL,
        places: &[AOBA, HAMANASU, TSUBAME],
        conditions: &["asthma", "hay-fever"],
        limits: &[],
        allergy: Some(&ALLERGIES[1]),
        body: (169.2, 57.4),
    },
    // 2: consent of her own region only
    Fixed {
        code: "isobe-kiyo",
        name: ("磯部", "キヨ", "イソベ", "キヨ"),
        born: day(1948, 5, 20),
        sex: Sex::Female,
        area: Area::NotoNorth,
        consent: Consent::OwnRegion { since: day(2025, 5, 12) },
        places: &[AOBA, HAMANASU, TSUBAME, MINATO],
        conditions: &["hypertension", "heart-failure", "dyslipidaemia"],
        limits: &[],
        allergy: None,
        body: (148.0, 47.1),
    },
    // 3: a limited institution with sensitive content
    Fixed {
        code: "hama-yoshie",
        name: ("浜", "ヨシエ", "ハマ", "ヨシエ"),
        born: day(1960, 10, 2),
        sex: Sex::Female,
        area: Area::NotoCentral,
        consent: ALL,
        places: &[SHIOSAI, MINATO, TSUTSUJI, KAMOME],
        conditions: &["hypertension", "depression", "insomnia", "knee"],
        limits: &[Limit { hidden_institution: TSUTSUJI, since: day(2025, 7, 1) }],
        allergy: None,
        body: (155.3, 61.8),
    },
    // 4: never consented
    Fixed {
        code: "iwase-shigeru",
        name: ("岩瀬", "シゲル", "イワセ", "シゲル"),
        born: day(1951, 1, 15),
        sex: Sex::Male,
        area: Area::NotoNorth,
        consent: Consent::None,
        places: &[AOBA, HAMANASU],
        conditions: &["hypertension", "prostate"],
        limits: &[],
        allergy: None,
        body: (163.0, 60.0),
    },
    // 5: withdrew
    Fixed {
        code: "oki-haruko",
        name: ("沖", "ハルコ", "オキ", "ハルコ"),
        born: day(1958, 12, 24),
        sex: Sex::Female,
        area: Area::NotoNorth,
        consent: Consent::Withdrawn { since: day(2025, 4, 14), until: day(2026, 8, 31) },
        places: &[AOBA, TSUBAME],
        conditions: &["dyslipidaemia", "reflux"],
        limits: &[],
        allergy: None,
        body: (157.0, 50.2),
    },
    // 6–11: full courses of the diseases the region is about
    Fixed {
        code: "funaki-tomekichi",
        name: ("舟木", "トメキチ", "フナキ", "トメキチ"),
        born: day(1943, 2, 8),
        sex: Sex::Male,
        area: Area::NotoCentral,
        consent: ALL,
        places: &[SHIOSAI, MINATO, KAMOME],
        conditions: &["copd", "heart-failure", "atrial-fibrillation", "hypertension"],
        limits: &[],
        allergy: None,
        body: (161.0, 49.6),
    },
    Fixed {
        code: "chidori-setsuko",
        name: ("千鳥", "節子", "チドリ", "セツコ"),
        born: day(1946, 7, 30),
        sex: Sex::Female,
        area: Area::NotoNorth,
        consent: ALL,
        places: &[AOBA, HAMANASU, MATSUKAZE, TSUBAME],
        conditions: &["osteoporosis", "knee", "hypertension", "dementia"],
        limits: &[],
        allergy: None,
        body: (146.2, 43.0),
    },
    Fixed {
        code: "amino-susumu",
        name: ("網野", "進", "アミノ", "ススム"),
        born: day(1957, 4, 17),
        sex: Sex::Male,
        area: Area::NotoCentral,
        consent: ALL,
        places: &[SHIOSAI, MINATO, ISOBUE, KAMOME],
        conditions: &["diabetes", "kidney", "uric-acid", "hypertension", "periodontitis"],
        limits: &[],
        allergy: Some(&ALLERGIES[3]),
        body: (168.3, 74.0),
    },
    Fixed {
        code: "fujinami-mayumi",
        name: ("藤波", "真由美", "フジナミ", "マユミ"),
        born: day(1971, 9, 9),
        sex: Sex::Female,
        area: Area::NotoNorth,
        consent: ALL,
        places: &[AOBA, TSUBAME],
        conditions: &["thyroid", "anaemia", "asthma"],
        limits: &[],
        allergy: Some(&ALLERGIES[2]),
        body: (159.5, 52.0),
    },
    Fixed {
        code: "kujirai-takashi",
        name: ("鯨井", "隆", "クジライ", "タカシ"),
        born: day(1949, 11, 5),
        sex: Sex::Male,
        area: Area::NotoNorth,
        consent: ALL,
        places: &[HAMANASU, MINATO, TSUBAME],
        conditions: &["stroke", "hypertension", "dyslipidaemia", "prostate"],
        limits: &[],
        allergy: None,
        body: (165.8, 63.5),
    },
    Fixed {
        code: "nijikawa-nagi",
        name: ("虹川", "凪", "ニジカワ", "ナギ"),
        born: day(2019, 6, 21),
        sex: Sex::Female,
        area: Area::NotoCentral,
        consent: ALL,
        places: &[SHIOSAI, KAMOME],
        conditions: &[],
        limits: &[],
        allergy: Some(&ALLERGIES[5]),
        body: (118.0, 21.5),
    },
];

fn fixed(seed: u64, index: usize) -> Option<Patient> {
    let given = CAST.get(index)?;
    let mut dice = Random::of(seed, &[index as u64]);
    let (postal, address, phone) = names::address(&mut dice, given.area == Area::NotoNorth);
    let mut charts = charts(index, given.places);
    if index == 0
        && let Some(chart) = charts.iter_mut().find(|c| c.institution == MINATO)
    {
        chart.number = "00451190".into();
    }
    Some(Patient {
        index,
        code: given.code.into(),
        family: given.name.0.into(),
        given: given.name.1.into(),
        family_kana: given.name.2.into(),
        given_kana: given.name.3.into(),
        born: given.born,
        sex: given.sex,
        postal,
        address,
        phone,
        area: given.area,
        consent: given.consent,
        limits: given.limits.to_vec(),
        card: (!matches!(given.consent, Consent::None)).then(|| card_of(seed, index)),
        charts,
        conditions: given.conditions.iter().filter_map(|key| condition(key)).collect(),
        allergies: given.allergy.into_iter().collect(),
        blood: (["A", "O", "B", "AB"].get(index % 4).copied().unwrap_or("A"), true),
        height_cm: given.body.0,
        weight_kg: given.body.1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const TODAY: Date = day(2026, 11, 21);

    #[test]
    fn the_patient_of_the_scenarios_is_as_they_say() {
        let hana = patient(1, 0, TODAY);
        assert_eq!((hana.family.as_str(), hana.given.as_str(), hana.age_on(TODAY)), ("佐倉", "ハナ", 72));
        assert_eq!(hana.chart_at(MINATO).unwrap().number, "00451190");
        assert_eq!(patient(1, 1, TODAY).age_on(TODAY), 17);
        assert_eq!(hana.conditions.len(), 7);
    }

    #[test]
    fn numbers_and_cards_are_unique_and_people_repeat_for_a_seed() {
        let mut numbers = BTreeSet::new();
        let mut cards = BTreeSet::new();
        for index in 0..3_000 {
            let person = patient(5, index, TODAY);
            assert!(!person.charts.is_empty() && person.charts.len() <= 5);
            for chart in &person.charts {
                assert!(chart.number.len() >= 7);
                assert!(numbers.insert((chart.institution, chart.number.clone())), "{index}");
            }
            if let Some(card) = person.card {
                assert!(card.len() == 23 && cards.insert(card));
            }
        }
        assert_eq!(patient(5, 77, TODAY).address, patient(5, 77, TODAY).address);
        assert_ne!(patient(5, 77, TODAY).address, patient(6, 77, TODAY).address);
    }

    #[test]
    fn every_state_of_participation_occurs() {
        let people: Vec<_> = (0..300).map(|i| patient(1, i, TODAY)).collect();
        let count = |f: fn(&Consent) -> bool| people.iter().filter(|p| f(&p.consent)).count();
        assert!(count(|c| matches!(c, Consent::AllRegions { .. })) > 200);
        assert!(count(|c| matches!(c, Consent::OwnRegion { .. })) > 5);
        assert!(count(|c| matches!(c, Consent::None)) > 2);
        assert!(count(|c| matches!(c, Consent::Withdrawn { .. })) > 1);
        assert!(people.iter().any(|p| !p.limits.is_empty()));
    }
}
