//! The two-byte sets of Japanese text as tables: JIS X 0208 (with the vendor rows receivers meet) and JIS X 0212.
//!
//! Built once from the EUC-JP index of `encoding_rs`, so that a cell is one array access and an undefined cell is
//! known as such (the stock decoder would hide it behind a replacement character).

use std::sync::LazyLock;

use encoding_rs::EUC_JP;

const CELLS: usize = 94;

/// One 94 × 94 set; zero marks an undefined cell.
type Plane = Box<[u16]>;

static X0208: LazyLock<Plane> = LazyLock::new(|| build(&[]));
static X0212: LazyLock<Plane> = LazyLock::new(|| build(&[0x8F]));

fn build(prefix: &[u8]) -> Plane {
    let mut plane = vec![0u16; CELLS * CELLS].into_boxed_slice();
    let mut index = 0;
    for row in 0xA1..=0xFEu8 {
        for cell in 0xA1..=0xFEu8 {
            let mut bytes = prefix.to_vec();
            bytes.extend([row, cell]);
            let decoded = EUC_JP.decode_without_bom_handling_and_without_replacement(&bytes);
            let mut chars = decoded.iter().flat_map(|text| text.chars());
            if let (Some(one), None, Some(slot)) = (chars.next(), chars.next(), plane.get_mut(index)) {
                // Both sets lie inside the basic plane.
                *slot = u16::try_from(u32::from(one)).unwrap_or(0);
            }
            index += 1;
        }
    }
    plane
}

fn look_up(plane: &Plane, lead: u8, trail: u8) -> Option<char> {
    let row = usize::from(lead.checked_sub(0x21)?);
    let cell = usize::from(trail.checked_sub(0x21)?);
    if row >= CELLS || cell >= CELLS {
        return None;
    }
    match plane.get(row * CELLS + cell).copied() {
        None | Some(0) => None,
        Some(unit) => char::from_u32(u32::from(unit)),
    }
}

/// The character of a JIS X 0208 pair (7-bit form, 21–7E), vendor rows 13 and 89–92 included.
pub fn x0208(lead: u8, trail: u8) -> Option<char> {
    look_up(&X0208, lead, trail)
}

/// The character of a JIS X 0212 pair (7-bit form, 21–7E).
pub fn x0212(lead: u8, trail: u8) -> Option<char> {
    look_up(&X0212, lead, trail)
}

/// Whether a row (7-bit lead byte) belongs to JIS X 0208 itself: rows 1–8 and the kanji of levels 1 and 2, rows 16–84.
pub fn is_standard_row(lead: u8) -> bool {
    matches!(lead, 0x21..=0x28 | 0x30..=0x74)
}

/// The half-width kana of a JIS X 0201 byte (7-bit form, 21–5F).
pub fn kana(byte: u8) -> Option<char> {
    if (0x21..=0x5F).contains(&byte) { char::from_u32(0xFF61 + u32::from(byte - 0x21)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_the_6879_characters_of_jis_x_0208() {
        let count = (0x21..=0x7E)
            .filter(|lead| is_standard_row(*lead))
            .flat_map(|lead| (0x21..=0x7E).map(move |trail| (lead, trail)))
            .filter(|(lead, trail)| x0208(*lead, *trail).is_some())
            .count();
        assert_eq!(count, 6_879);
    }

    #[test]
    fn cells_decode_as_known() {
        assert_eq!(x0208(0x46, 0x7C), Some('日'));
        assert_eq!(x0208(0x2D, 0x21), Some('①'));
        assert_eq!(x0208(0x7C, 0x62), Some('髙'));
        assert_eq!(x0208(0x75, 0x21), None);
        assert_eq!(x0212(0x30, 0x21), Some('丂'));
        assert_eq!(kana(0x31), Some('ｱ'));
        assert_eq!(kana(0x60), None);
    }
}
