//! What the sending of mail is told.

use super::{Unsafe, Variables};

/// In whose name mail is sent.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// Address of the sender, which SES knows as verified.
    pub from: String,
}

impl MailSettings {
    /// Reads `MAIL_FROM`.
    ///
    /// # Errors
    /// When it is missing, or anything but an address: a name beside it is no part of what SES has verified.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        let name = "MAIL_FROM";
        let from = variables.required(name)?;
        let is_address = from
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
        let is_plain = from.chars().all(|letter| letter.is_ascii_graphic() && !"<>,;".contains(letter));
        if !is_address || !is_plain {
            return Err(Unsafe::Refused { name, problem: "must be an address like doorbook@example.com" });
        }
        Ok(Self { from: from.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_is_an_address_and_nothing_more() {
        let read = |from: &str| MailSettings::read(&[("MAIL_FROM".to_owned(), from.to_owned())].into_iter().collect());
        assert_eq!(read("doorbook@example.com").unwrap().from, "doorbook@example.com");
        for wrong in ["", "doorbook", "@example.com", "doorbook@", "a@b@c", "Doorbook <a@b.c>", "a@b.c,d", "a@b.c\r\nx"]
        {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
