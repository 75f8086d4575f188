//! Whom an address stands for where requests are counted.

use std::net::{IpAddr, Ipv6Addr};

/// The source an address belongs to: an IPv4 address itself, in whichever spelling, and the network of 64 bits around
/// an IPv6 address. Whoever has one IPv6 address has the 2⁶⁴ around it, so these count as one source.
pub fn source_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-19: somebody with a network of addresses is one source.
    #[test]
    fn an_ipv6_network_is_one_source_and_an_ipv4_address_is_one_in_both_spellings() {
        let of = |text: &str| source_of(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1:2:3"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
