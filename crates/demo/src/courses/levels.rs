//! A person's laboratory values over time: a personal middle, what diseases add, a slow trend and daily noise.
//!
//! Creatinine follows from the estimated filtration rate by the Japanese equation, so that the two never contradict
//! each other on a page.

use super::analytes::{ANALYTES, Analyte, OPEN, range_at};
use crate::random::{Random, spread};
use crate::region::patients::{Patient, Sex};
use crate::render::laboratory::{Row, State};
use jiff::civil::{Date, DateTime};

/// Days from `from` to `to`; negative when `to` lies before.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// The day `days` after `day` (before, when negative).
pub fn plus_days(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

/// What is added for a while: an infection, a decompensation.
#[derive(Debug, Clone, Copy)]
pub struct Bump {
    pub key: &'static str,
    pub from: Date,
    pub peak: f64,
    /// Days after which it has halved.
    pub half_days: f64,
}

/// The values of one person.
#[derive(Debug)]
pub struct Levels<'a> {
    patient: &'a Patient,
    seed: u64,
    today: Date,
    bumps: Vec<Bump>,
    /// Given courses: (days before today, value), ascending in time.
    given: &'static [(&'static str, &'static [(i64, f64)])],
}

impl<'a> Levels<'a> {
    pub fn new(patient: &'a Patient, seed: u64, today: Date) -> Self {
        Self { patient, seed, today, bumps: Vec::new(), given: &[] }
    }
    /// Values follow these points instead of the model.
    pub fn given(mut self, points: &'static [(&'static str, &'static [(i64, f64)])]) -> Self {
        self.given = points;
        self
    }
    pub fn bump(&mut self, bump: Bump) {
        self.bumps.push(bump);
    }

    fn middle(&self, analyte: &Analyte, on: Date) -> f64 {
        let before = days_between(on, self.today);
        let bumps: f64 = self
            .bumps
            .iter()
            .filter(|b| b.key == analyte.key && b.from <= on)
            .map(|b| b.peak * 0.5_f64.powf(days_between(b.from, on) as f64 / b.half_days))
            .filter(|add| add.abs() > 0.01)
            .sum();
        if let Some((_, points)) = self.given.iter().find(|g| g.0 == analyte.key) {
            return interpolate(points, before) + bumps;
        }
        let mut own = Random::of(self.seed, &[self.patient.index as u64, spread(analyte.key)]);
        let shift: f64 = analyte
            .moved_by
            .iter()
            .filter(|m| self.patient.has(m.0))
            .map(|(_, shift, yearly)| shift * (0.7 + 0.6 * own.unit()) - yearly * before as f64 / 365.0)
            .sum();
        analyte.usual.0 + own.bell() * analyte.usual.1 + shift + bumps
    }

    /// The value on a day with the noise of one measurement.
    fn measured(&self, analyte: &Analyte, on: Date, noise: &mut Random) -> f64 {
        if analyte.key == "creatinine"
            && let Some(rate) = ANALYTES.iter().find(|a| a.key == "egfr")
        {
            let own = Random::of(self.seed, &[self.patient.index as u64, days_between(on, self.today).unsigned_abs()]);
            return creatinine(self.measured(rate, on, &mut own.clone()), self.patient, on);
        }
        let mut own = if analyte.key == "egfr" {
            // the same draw as creatinine's, so that the pair belongs together
            Random::of(self.seed, &[self.patient.index as u64, days_between(on, self.today).unsigned_abs()])
        } else {
            noise.clone()
        };
        let _ = noise.draw();
        let scale = if self.given.iter().any(|g| g.0 == analyte.key) { 0.02 } else { 0.3 };
        let value = self.middle(analyte, on) + own.bell() * analyte.usual.1 * scale;
        value.max(match analyte.key {
            "egfr" => 6.0,
            "crp" => 0.0,
            _ => analyte.usual.0 * 0.2,
        })
    }

    /// The printed row of an analyte measured at that moment in that institution.
    pub fn row(&self, analyte: &'static Analyte, collected: DateTime, own_laboratory: bool, noise: &mut Random) -> Row {
        let value = self.measured(analyte, collected.date(), noise);
        let range = range_at(analyte, own_laboratory, self.patient.sex == Sex::Female);
        let places = analyte.decimals;
        let below = analyte.detection_limit > 0.0 && value < analyte.detection_limit;
        let printed =
            if below { format!("< {:.places$}", analyte.detection_limit) } else { format!("{value:.places$}") };
        // the flag belongs to the printed figure, not to the hidden digits behind it
        let shown: f64 = printed.trim_start_matches("< ").parse().unwrap_or(value);
        let flag = match range {
            Some((low, _)) if !below && shown < low => "L",
            Some((_, high)) if shown > high => "H",
            _ => "",
        };
        let range = match range {
            Some((low, high)) if high >= OPEN => format!("{low:.places$}<="),
            Some((0.0, high)) => format!("<={high:.places$}"),
            Some((low, high)) => format!("{low:.places$}-{high:.places$}"),
            None => String::new(),
        };
        Row { analyte, value: printed, value_type: if below { "ST" } else { "NM" }, range, flag, state: State::Final }
    }
}

fn interpolate(points: &[(i64, f64)], before: i64) -> f64 {
    let mut last: Option<(i64, f64)> = None;
    for &(at, value) in points {
        match last {
            None if before >= at => return value,
            Some((earlier, from)) if before >= at => {
                let share = (earlier - before) as f64 / (earlier - at).max(1) as f64;
                return from + (value - from) * share;
            }
            _ => last = Some((at, value)),
        }
    }
    last.map_or(0.0, |l| l.1)
}

/// Inverse of the Japanese equation: 194 × Cr^-1.094 × age^-0.287 (× 0.739 for women).
fn creatinine(rate: f64, patient: &Patient, on: Date) -> f64 {
    let age = patient.age_on(on).max(18) as f64;
    let factor = if patient.sex == Sex::Female { 0.739 } else { 1.0 };
    (194.0 * age.powf(-0.287) * factor / rate).powf(1.0 / 1.094)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courses::analytes::analyte_of;
    use crate::region::patients::patient;

    const TODAY: Date = jiff::civil::date(2026, 11, 21);

    #[test]
    fn given_points_are_followed_between_and_beyond_them() {
        let points = &[(300, 7.0), (100, 7.4), (7, 7.8)];
        assert_eq!(interpolate(points, 400), 7.0);
        assert!((interpolate(points, 200) - 7.2).abs() < 1e-9);
        assert_eq!(interpolate(points, 0), 7.8);
    }

    #[test]
    fn creatinine_and_filtration_rate_of_one_day_belong_together() {
        let hana = patient(1, 0, TODAY);
        let levels = Levels::new(&hana, 1, TODAY).given(&[("egfr", &[(365, 50.0), (7, 41.0)])]);
        let at = plus_days(TODAY, -7).at(9, 0, 0, 0);
        let mut noise = Random::of(1, &[]);
        let rate = levels.row(analyte_of("egfr").unwrap(), at, true, &mut noise);
        let value = levels.row(analyte_of("creatinine").unwrap(), at, true, &mut noise);
        assert_eq!((rate.value.as_str(), rate.flag), ("41", "L"));
        assert!(value.value.starts_with("1.0") && value.flag == "H", "{value:?}");
        assert_eq!(rate.range, "60<=");
    }

    #[test]
    fn a_value_under_the_limit_of_detection_is_printed_as_such() {
        let taro = patient(1, 1, TODAY);
        let crp = analyte_of("crp").unwrap();
        let levels = Levels::new(&taro, 1, TODAY).given(&[("crp", &[(10, 0.0)])]);
        let row = levels.row(crp, TODAY.at(9, 0, 0, 0), true, &mut Random::of(1, &[]));
        assert!(row.value == "< 0.02" || row.value_type == "NM");
    }
}
