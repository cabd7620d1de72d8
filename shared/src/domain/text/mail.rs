//! E-mail addresses that can be mailed. Only a message can prove more.

use url::Host;

use super::shown;

/// Most bytes before the `@` (RFC 5321, section 4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;
/// Most bytes of an address as it is mailed.
const ADDRESS_BYTES_MAX: usize = 254;
/// What may stand before the `@` beside letters, digits and single dots (RFC 5322, section 3.2.3).
const LOCAL_SIGNS: &str = "!#$%&'*+/=?^_`{|}~-";

/// The address as it is stored: as it was typed, without what is invisible in it.
pub(super) fn read(typed: &str) -> Result<String, &'static str> {
    let text = shown::line_without_joiners(typed)?;
    if mailable(&text).is_some() { Ok(text) } else { Err("wrong_form") }
}

/// The address as it is given to the server that mails it: the domain in its A-labels (RFC 5890). None where it is no
/// address, or one that SES does not carry: what stands before the `@` must be ASCII there.
pub(super) fn mailable(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || LOCAL_SIGNS.contains(c));
    if local.len() > LOCAL_BYTES_MAX || !local.split('.').all(is_word) {
        return None;
    }
    let domain = a_labels(domain)?;
    let address = format!("{local}@{domain}");
    (address.len() <= ADDRESS_BYTES_MAX).then_some(address)
}

/// A domain of two labels at least. The last is no number: that would be an address of a machine.
fn a_labels(domain: &str) -> Option<String> {
    // The parser of URLs would decode what follows a percent sign.
    let Host::Domain(domain) = Host::parse(domain).ok().filter(|_| !domain.contains(['%', '[']))? else { return None };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (domain.contains('.') && domain.split('.').all(is_label)).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_goes_out_in_its_a_labels() {
        for (typed, mailed) in [
            ("ada@münchen.example", "ada@xn--mnchen-3ya.example"),
            ("ada@MÜNCHEN.example", "ada@xn--mnchen-3ya.example"),
            ("ada@例え.example", "ada@xn--r8jz45g.example"),
            (" \u{200b}ada.o'neill+door@x.example\u{202c}", "ada.o'neill+door@x.example"),
            ("Ada@X.Example", "Ada@x.example"),
            ("ada@\u{ff58}.example", "ada@x.example"),
        ] {
            assert_eq!(mailable(&read(typed).unwrap()).as_deref(), Some(mailed), "{typed:?}");
        }
    }

    #[test]
    fn a_slip_is_refused() {
        let long = format!("{}@x.example", "a".repeat(65));
        for bad in [
            "ada@x..example",
            "a..b@x.example",
            ".a@x.example",
            "a.@x.example",
            "mailto:ada@x.example",
            "ada@x.example;",
            "ada@x.example,",
            "ada@x.example.",
            "ada@",
            "@x.example",
            "ada",
            "ada@x",
            "ada@b@x.example",
            "<ada@x.example>",
            "Ada <ada@x.example>",
            "ada @x.example",
            "ada@x .example",
            "ada@-x.example",
            "ada@x_y.example",
            "ada@127.0.0.1",
            "ada@[127.0.0.1]",
            "ada@x.example/a",
            "ada@x%2eexample",
            "jos\u{e9}@x.example",
            "\"a b\"@x.example",
            "ada@x.123",
            &long,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
