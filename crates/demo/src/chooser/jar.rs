//! The cookies of one chosen person. They stay here: the browser on loopback never holds a session of the entrance.
//!
//! That keeps people apart who are tried in one browser, and keeps `__Host-` and `Secure` cookies from being refused or
//! weakened on plain HTTP.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Name and value pairs as the entrance set them.
#[derive(Debug, Default)]
pub struct Jar {
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Jar {
    /// Takes a `Set-Cookie` header: keeps the pair, or drops it when it has ended.
    pub fn take(&self, header: &str) {
        let mut parts = header.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let ended = parts.any(|attribute| {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            match key.trim().to_ascii_lowercase().as_str() {
                "max-age" => value.trim().parse::<i64>().is_ok_and(|seconds| seconds <= 0),
                // the only date servers use to end a cookie
                "expires" => value.contains("1970"),
                _ => false,
            }
        });
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        if ended || value.trim().is_empty() {
            cookies.remove(name.trim());
        } else {
            cookies.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
    /// The `Cookie` header to send; none when empty.
    pub fn header(&self) -> Option<String> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
    /// Forgets everything: the person signs in anew.
    pub fn clear(&self) {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_kept_replaced_and_ended() {
        let jar = Jar::default();
        assert_eq!(jar.header(), None);
        jar.take("__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Strict");
        jar.take("lang=ja; Max-Age=31536000");
        assert_eq!(jar.header().as_deref(), Some("__Host-session=abc; lang=ja"));
        jar.take("__Host-session=def; Path=/; Secure");
        jar.take("lang=; Max-Age=0");
        assert_eq!(jar.header().as_deref(), Some("__Host-session=def"));
        jar.take("__Host-session=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(jar.header(), None);
        jar.take("nonsense");
        jar.take("a=b");
        jar.clear();
        assert_eq!(jar.header(), None);
    }
}
