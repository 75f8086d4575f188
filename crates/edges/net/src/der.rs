//! Two pieces of a certificate found without judging the rest: the subject's name and the public key.
//!
//! Separate from the strict judgement, on purpose: a certificate that breaks rules must still get through the
//! handshake when its key is really there, so that its holder reads on a page what is wrong. The walk follows
//! RFC 5280, 4.1 (`Certificate`, `TBSCertificate`) and opens nothing it does not need.

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const EXPLICIT_VERSION: u8 = 0xA0;

/// What the handshake needs of a certificate; both are complete DER elements, tag and length included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline<'a> {
    pub subject: &'a [u8],
    pub public_key: &'a [u8],
}

/// Finds subject and SubjectPublicKeyInfo; `None` when the outer structure is not that of a certificate.
pub(crate) fn outline(certificate: &[u8]) -> Option<Outline<'_>> {
    let (whole, rest) = element(certificate)?;
    if whole.tag != SEQUENCE || !rest.is_empty() {
        return None;
    }
    let (to_be_signed, _) = element(whole.content)?;
    if to_be_signed.tag != SEQUENCE {
        return None;
    }
    let mut left = to_be_signed.content;
    if left.first() == Some(&EXPLICIT_VERSION) {
        (_, left) = element(left)?;
    }
    let (_serial, left) = expect(INTEGER, left)?;
    let (_algorithm, left) = expect(SEQUENCE, left)?;
    let (_issuer, left) = expect(SEQUENCE, left)?;
    let (_validity, left) = expect(SEQUENCE, left)?;
    let (subject, left) = expect(SEQUENCE, left)?;
    let (public_key, _) = expect(SEQUENCE, left)?;
    Some(Outline { subject: subject.whole, public_key: public_key.whole })
}

struct Element<'a> {
    tag: u8,
    whole: &'a [u8],
    content: &'a [u8],
}

fn expect(tag: u8, input: &[u8]) -> Option<(Element<'_>, &[u8])> {
    element(input).filter(|(found, _)| found.tag == tag)
}

/// One element with definite length and a single-byte tag, and what follows it.
fn element(input: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, after_tag) = input.split_first()?;
    let (&first, after_first) = after_tag.split_first()?;
    let (length, content_start) = match first {
        0..=0x7F => (usize::from(first), after_first),
        0x81..=0x83 => {
            let (digits, after) = after_first.split_at_checked(usize::from(first & 0x7F))?;
            (digits.iter().fold(0usize, |sum, digit| (sum << 8) | usize::from(*digit)), after)
        }
        _ => return None,
    };
    let (content, rest) = content_start.split_at_checked(length)?;
    let (whole, _) = input.split_at_checked(input.len() - rest.len())?;
    Some((Element { tag, whole, content }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_longer_than_its_input_is_not_read() {
        assert!(element(&[0x30, 0x05, 0x01]).is_none());
        assert!(element(&[0x30, 0x80]).is_none());
        assert!(element(&[0x30, 0x84, 0, 0, 0, 0]).is_none());
        assert!(element(&[]).is_none());
    }

    #[test]
    fn long_lengths_are_read() {
        let mut input = vec![0x04, 0x81, 0x80];
        input.extend([7u8; 0x80]);
        input.push(9);
        let (found, rest) = element(&input).unwrap();
        assert_eq!((found.tag, found.content.len(), found.whole.len(), rest), (4, 0x80, 0x83, &[9u8][..]));
    }

    #[test]
    fn what_is_not_a_certificate_has_no_outline() {
        assert_eq!(outline(&[]), None);
        assert_eq!(outline(b"not a certificate at all"), None);
        assert_eq!(outline(&[0x30, 0x02, 0x30, 0x00]), None);
    }
}
