//! Small pieces that several pages draw: institution marks, sparklines, trends, bars. Each renders itself and may be put
//! into a template as a plain value.

pub mod bars;
pub mod calendar;
pub mod calendar_from;
pub mod chart;
pub mod mark;
pub mod sparkline;
pub mod trend;

pub use bars::{Bar, BarTold, Bars, BarsRow, ClassLine, OverlapBar};
pub use calendar::{Calendar, CalendarRow, Cell, Chip, Column, RangeLink, Stay};
pub use chart::{Chart, ChartLink, ChartPanel, ChartRange, TrendLine};
pub use mark::{Mark, Palette};
pub use sparkline::Sparkline;
pub use trend::{Trend, TrendPoint};

/// How a value or a notice is to be taken. Always goes with a word or a shape, never colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Look,
    Danger,
    High,
    Low,
}

impl Tone {
    /// The class that styles it.
    pub fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Look => "look",
            Self::Danger => "danger",
            Self::High => "high",
            Self::Low => "low",
        }
    }
}
