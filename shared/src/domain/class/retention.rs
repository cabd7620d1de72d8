//! How long what is kept stays.

/// The rule of [`Retention::Document`]: a site's column, as answers and entries name it.
pub const DOCUMENT_RULE: &str = "document_retention_hours";

/// How long a value stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// What a stored answer is replayed from.
    Answer,
    /// As long as this deployment is there.
    Deployment,
    /// A bundle that waits to be taken away.
    Bundle,
    /// What stands on an identity document.
    Document,
    /// What happens after a commit.
    Event,
    /// How many guesses are left at something.
    Guess,
    /// An address from which a member signed in.
    KnownSource,
    /// The log.
    Log,
    /// A mail.
    Mail,
    /// As long as the organization is there.
    Organization,
    /// A device that asks to take a kiosk's place.
    Pairing,
    /// A count of failures.
    Source,
    /// A visit and what belongs to it.
    Visit,
    /// A mark that something waits.
    Work,
}
