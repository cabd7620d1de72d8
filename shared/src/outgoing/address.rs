//! Which addresses are public. What is not listed as such by IANA's registries of special purposes is not spoken to:
//! our own network, the machine itself, its neighbours, and the services that hand out credentials to every caller.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Blocks of IPv4 that are not public: first address, and bits that all of them share.
const NOT_PUBLIC_V4: [([u8; 4], u32); 17] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    // Between a provider and its customers; a cloud's metadata service among them.
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    // Link-local, where metadata services answer.
    ([169, 254, 0, 0], 16),
    // Another cloud's own service, at an address that looks public.
    ([168, 63, 129, 16], 32),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    ([255, 255, 255, 255], 32),
];

/// The only block of IPv6 that is handed out to the public: IPv4 in any disguise, unique local, link-local and multicast
/// addresses all lie outside it.
const PUBLIC_V6: (u128, u32) = (0x2000 << 112, 3);

/// Blocks within it that are not.
const NOT_PUBLIC_V6: [(u128, u32); 4] = [
    // Protocol assignments, Teredo and benchmarks among them.
    (0x2001 << 112, 23),
    (0x2001_0db8 << 96, 32),
    // 6to4 carries an IPv4 address of the sender's choice.
    (0x2002 << 112, 16),
    (0x3fff << 112, 20),
];

/// True for an address on the internet, and not within our network.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_in = |(first, bits): ([u8; 4], u32)| {
        (u32::from(address) ^ u32::from_be_bytes(first)).checked_shr(32 - bits).is_none_or(|rest| rest == 0)
    };
    !NOT_PUBLIC_V4.into_iter().any(is_in)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let is_in = |(first, bits): (u128, u32)| (u128::from(address) ^ first) >> (128 - bits) == 0;
    is_in(PUBLIC_V6) && !NOT_PUBLIC_V6.into_iter().any(is_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The edges of what is public, and some of what lies within.
    const PUBLIC: &str = "
        1.1.1.1 8.8.8.8 52.95.110.1 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255
        172.15.255.255 172.32.0.0 192.0.1.0 198.17.255.255 198.20.0.0 223.255.255.255 2606:4700::1111
        2a00:1450:4001::1 2001:200::1 2001:4860:4860::8888 2003::1 3ffe:ffff::1";

    /// The edges of what is not, and what hides there.
    const HIDDEN: &str = "
        0.0.0.0 0.1.2.3 10.0.0.1 10.64.8.9 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1
        127.255.255.254 168.63.129.16 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1
        192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.7
        224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1
        ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:2::1
        2001:10::1 2001:20::1 2001:1ff::1 2001:db8::1 2002:7f00:1:: 2002:a00:1:: 3fff::1 3fff:fff::1
        4000::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1";

    #[test]
    fn only_the_internet_is_public() {
        for (addresses, expected) in [(PUBLIC, true), (HIDDEN, false)] {
            for address in addresses.split_whitespace() {
                assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
            }
        }
    }
}
