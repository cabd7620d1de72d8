//! What each mail says: short, plain, and about nothing that its reader need not know. The name of the organization is
//! the only text in it that a person typed, and the link the only secret.

use crate::link::{INVITATION_HOURS, RESET_HOURS};

/// Subject and text of a mail.
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// To a person who was invited.
pub(crate) fn member_invitation(organization: &str, link: &str) -> Letter {
    Letter {
        subject: format!("{organization} invites you to Doorbook"),
        text: format!(
            "{organization} has invited you to its visitors' book, Doorbook.\n\n\
             Choose a password here to join:\n\n\
             {link}\n\n\
             The link works once, within {INVITATION_HOURS} hours. If it is too late, ask for another invitation.\n\n\
             If you did not expect this mail, ignore it: no account is opened without the link.\n"
        ),
    }
}

/// To a member who forgot their password.
pub(crate) fn password_reset(organization: &str, link: &str) -> Letter {
    let hours = if RESET_HOURS == 1 { "one hour".to_owned() } else { format!("{RESET_HOURS} hours") };
    Letter {
        subject: format!("A new password for {organization} on Doorbook"),
        text: format!(
            "A new password was requested for your account at {organization} on Doorbook.\n\n\
             Choose it here:\n\n\
             {link}\n\n\
             The link works once, within {hours}. You will still be asked for your second factor, if you have one.\n\n\
             If it was not you, leave this mail: your password stays as it is.\n"
        ),
    }
}

/// To an owner whose organization has not decided yet who keeps their access.
pub(crate) fn access_review_due(organization: &str, console: &str) -> Letter {
    Letter {
        subject: format!("Who keeps access to {organization} on Doorbook?"),
        text: format!(
            "An access review of {organization} on Doorbook waits for decisions, and its deadline is near.\n\n\
             Members, API tokens, kiosks and staff without a decision lose their access at the deadline.\n\n\
             Decide at {console} at once, or ask an admin to.\n"
        ),
    }
}

/// To an owner whose organization the operator's staff want to act for.
pub(crate) fn impersonation_requested(organization: &str, console: &str) -> Letter {
    Letter {
        subject: format!("Staff of Doorbook's operator want to act for {organization}"),
        text: format!(
            "A member of the operator's staff asked to act for {organization} on Doorbook, for half an hour at most.\n\n\
             Look at {console} at once who it is, as what and why. There you let them in, if your organization wants to \
             be asked, and end it whenever you like.\n"
        ),
    }
}

/// To an owner whose organization's log was changed past the functions. The person who did that may read the database, so it
/// says nothing that leads anywhere.
pub(crate) fn log_broken(organization: &str) -> Letter {
    Letter {
        subject: format!("The audit log of {organization} on Doorbook was changed from outside"),
        text: format!(
            "Stored entries of the audit log of {organization} do not fit what was signed of it. None of Doorbook's \
             functions can change them, so it was done in the database itself, by a person or by a restored backup.\n\n\
             Nothing is written until the log is recovered: check-ins wait in the kiosks or are kept on paper, and \
             no member can sign in. What was signed and anchored is safe, and the operator has been alarmed.\n\n\
             Keep the bundles, checkpoints and streamed entries that you have. They prove what the log was.\n\n\
             GET /v1/audit-log/checkpoint says since when, as broken_since. The entry log.recovered will say what was \
             put back.\n"
        ),
    }
}

/// To an owner of the operator's organization: whose log it is stands in the log of their own.
pub(crate) fn customer_log_broken(organization: &str) -> Letter {
    Letter {
        subject: format!("{organization}: the audit log of a customer on Doorbook is broken"),
        text: format!(
            "Stored entries of the audit log of an organization in your deployment do not fit what was signed of it. \
             Nothing of that organization is written until you have recovered it.\n\n\
             The newest entry log.found_broken in the log of {organization} names it. What to do: docs/DEPLOY.md, \
             LogIsBroken. Keep database and bucket as they are until you have looked.\n"
        ),
    }
}

/// To a member whose password is another one now.
pub(crate) fn password_changed(organization: &str, console: &str) -> Letter {
    Letter {
        subject: format!("Your password for {organization} on Doorbook was changed"),
        text: format!(
            "The password of your account at {organization} on Doorbook was changed.\n\n\
             If it was you, there is nothing to do.\n\n\
             If it was not, ask for a new password at {console} at once, and tell an owner of {organization}.\n"
        ),
    }
}

/// To a member whose second factor is another one now, or none.
pub(crate) fn second_factor_changed(organization: &str, console: &str) -> Letter {
    Letter {
        subject: format!("Your second factor for {organization} on Doorbook was changed"),
        text: format!(
            "The second factor of your account at {organization} on Doorbook was set up, replaced or taken away.\n\n\
             If you know of it, there is nothing to do.\n\n\
             If you do not, change your password at {console} at once, and tell an owner of {organization}.\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_names_the_organization_and_has_its_link_on_a_line_of_its_own() {
        for write in [member_invitation, password_reset] {
            let letter = write("North Dock", "https://console.example/join#dbm_x");
            assert!(letter.subject.contains("North Dock") && letter.text.contains("North Dock"));
            assert_eq!(letter.text.lines().filter(|line| *line == "https://console.example/join#dbm_x").count(), 1);
        }
        for write in [access_review_due, impersonation_requested, password_changed, second_factor_changed] {
            let letter = write("North Dock", "https://console.example");
            assert!(letter.subject.contains("North Dock") && letter.text.contains("https://console.example at once"));
        }
    }

    #[test]
    fn a_letter_about_a_broken_log_names_the_organization_and_leads_nowhere() {
        for write in [log_broken, customer_log_broken] {
            let letter = write(&"n".repeat(200));
            assert!(letter.subject.contains(&"n".repeat(200)) && letter.text.contains(&"n".repeat(200)));
            assert!(!letter.text.contains("://") && !letter.subject.contains('\n') && letter.subject.len() < 300);
        }
    }

    #[test]
    fn a_subject_is_one_line_however_long_the_name_is() {
        let name = "n".repeat(200);
        let of_owners = [access_review_due, impersonation_requested];
        let of_members = [member_invitation, password_reset, password_changed, second_factor_changed];
        let all = of_owners.into_iter().chain(of_members);
        for write in all {
            let letter = write(&name, "https://console.example");
            assert!(!letter.subject.contains('\n') && letter.subject.len() < 300);
        }
    }
}
