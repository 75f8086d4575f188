//! Which of a PC's readers is the agent's.
//!
//! Separate because it is a rule: with several readers and no setting none is used, for a guess would send one
//! patient's card to the request of another's desk.

/// Why there is no reader to work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoReader {
    /// None is plugged in, or the service is away.
    None,
    /// The one of the settings is not plugged in.
    NotThere,
    /// Several are plugged in, and the settings do not say which.
    Several,
}

/// The reader to use among `names`: the only one, or the one whose name is `wanted` or begins with it. PC/SC puts
/// numbers behind a name that change with the socket, so the beginning is enough.
pub fn choose<'n>(names: &'n [String], wanted: Option<&str>) -> Result<&'n String, NoReader> {
    let Some(wanted) = wanted else {
        return match names {
            [] => Err(NoReader::None),
            [only] => Ok(only),
            _ => Err(NoReader::Several),
        };
    };
    if let Some(exact) = names.iter().find(|name| *name == wanted) {
        return Ok(exact);
    }
    let mut beginning = names.iter().filter(|name| name.starts_with(wanted));
    match (beginning.next(), beginning.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(NoReader::Several),
        (None, _) => Err(NoReader::NotThere),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_only_reader_needs_no_setting() {
        assert_eq!(choose(&names(&["Sony PaSoRi 00 00"]), None).unwrap(), "Sony PaSoRi 00 00");
        assert_eq!(choose(&[], None), Err(NoReader::None));
    }

    #[test]
    fn with_several_readers_the_setting_decides_and_nothing_is_guessed() {
        let three = names(&["Sony PaSoRi 00 00", "Identive 4701 [CCID] 01 00", "Identive 4701 [CCID] 01 01"]);
        assert_eq!(choose(&three, None), Err(NoReader::Several));
        assert_eq!(choose(&three, Some("Sony PaSoRi")).unwrap(), "Sony PaSoRi 00 00");
        assert_eq!(choose(&three, Some("Identive")), Err(NoReader::Several));
        assert_eq!(choose(&three, Some("Identive 4701 [CCID] 01 01")).unwrap(), "Identive 4701 [CCID] 01 01");
        assert_eq!(choose(&three, Some("ACS")), Err(NoReader::NotThere));
        assert_eq!(choose(&names(&["Sony PaSoRi 00 00"]), Some("ACS")), Err(NoReader::NotThere), "even if it is alone");
    }
}
