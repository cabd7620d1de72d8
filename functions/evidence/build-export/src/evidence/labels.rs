//! What a person reads in place of the names that programs use.

use super::rendering::sentence;

/// What is asked for at a check-in, and what else stands in a diff, in the order in which a person reads it.
const LABELS: [(&str, &str); 38] = [
    ("name", "Name"),
    ("company", "Company"),
    ("email", "E-mail"),
    ("phone", "Telephone"),
    ("type", "Visitor or driver"),
    ("visit_type_id", "Kind of visit"),
    ("host_id", "Host"),
    ("purpose", "Purpose"),
    ("site_id", "Site"),
    ("badge_number", "Badge number"),
    ("licence_number", "Licence number"),
    ("carrier", "Carrier"),
    ("bills_of_lading", "Bills of lading"),
    ("appointment", "Appointment"),
    ("load_type", "Load"),
    ("un_number", "UN number"),
    ("hazard_class", "Hazard class"),
    ("seal", "Seal"),
    ("trailer", "Trailer"),
    ("tractor_plate", "Plate of the tractor"),
    ("trailer_plate", "Plate of the trailer"),
    ("co_driver", "Co-driver"),
    ("answers", "Answers"),
    ("state", "State"),
    ("occurred_at", "Time on the kiosk"),
    ("device_seq", "Number on the kiosk"),
    ("checked_out_at", "Checked out at"),
    ("nda_version_id", "Signed text"),
    ("nda_text_sha256", "SHA-256 of the signed text"),
    ("photo", "Photo"),
    ("document_number", "Number of the scanned document"),
    ("document_front", "Front of the scanned document"),
    ("document_back", "Back of the scanned document"),
    ("id_scan_id", "Scan of the document"),
    ("signature", "Signature"),
    ("person_id", "Person"),
    ("fields", "Values that were read"),
    ("export_id", "Bundle"),
];

/// What the actions of a visit are called.
const ACTIONS: [(&str, &str); 3] = [
    ("visit.checked_in", "Checked in"),
    ("visit.checked_out", "Checked out"),
    ("visit.revealed", "Sealed values were read"),
];

/// Who acts.
const ACTORS: [(&str, &str); 7] = [
    ("api_token", "API token"),
    ("kiosk", "kiosk"),
    ("member", "member"),
    ("staff", "staff of the operator"),
    ("system", "Doorbook itself"),
    ("visitor", "the visitor"),
    ("webhook", "webhook"),
];

/// Where a visit stands.
const STATES: [(&str, &str); 6] = [
    ("declined", "Declined"),
    ("expected", "Expected"),
    ("held", "Held at the door"),
    ("left", "Left"),
    ("no_show", "Did not come"),
    ("on_site", "On site"),
];

fn find(table: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == word).map(|(_, label)| *label)
}

/// The label of a key; one that is not known is written as words.
pub(super) fn label(key: &str) -> String {
    find(&LABELS, key).map_or_else(|| sentence(key), str::to_owned)
}

/// The place of a key among others: those that are known in their order, then the others by name.
pub(super) fn rank(key: &str) -> (usize, &str) {
    (LABELS.iter().position(|(known, _)| *known == key).unwrap_or(LABELS.len()), key)
}

/// What was done: `visit.amended` as `Amended`, where it has no words of its own.
pub(super) fn action(word: &str) -> String {
    find(&ACTIONS, word).map_or_else(|| sentence(word.rsplit('.').next().unwrap_or(word)), str::to_owned)
}

/// What kind of actor it was.
pub(super) fn actor(kind: &str) -> String {
    find(&ACTORS, kind).map_or_else(|| sentence(kind), str::to_owned)
}

/// Where the visit stands.
pub(super) fn state(word: &str) -> String {
    find(&STATES, word).map_or_else(|| sentence(word), str::to_owned)
}

#[cfg(test)]
mod tests {
    use shared::domain::visit::{RestrictedField, VisitState};

    use super::*;

    #[test]
    fn every_state_and_every_sealed_value_has_words_of_its_own() {
        for word in VisitState::ALL.iter().map(|state| state.word()) {
            assert!(find(&STATES, word).is_some(), "{word}");
        }
        for word in RestrictedField::ALL.iter().map(|field| field.word()) {
            assert!(find(&LABELS, word).is_some(), "{word}");
        }
        assert_eq!((label("boots_size"), action("visit.amended")), ("Boots size".to_owned(), "Amended".to_owned()));
    }
}
