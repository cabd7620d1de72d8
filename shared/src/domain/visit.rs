//! A visit: its kinds and states.

macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        // By hand: the derive does not see a name that a macro hands to serde.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($($doc),*).trim()))
                    .enum_values(Some([$($word),*]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word that stands in columns and bodies.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The one that the word names.
            #[must_use]
            pub fn of_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    )*};
}
pub(crate) use words;

/// How far a kiosk's clock may be ahead of ours, in seconds.
pub const DEVICE_AHEAD_S_MAX: i64 = 300;
/// Largest count that a kiosk may send: every JSON parser holds it exactly.
pub const DEVICE_SEQ_MAX: i64 = (1 << 53) - 1;

words! {
    /// Who comes.
    VisitorKind {
        /// A visitor.
        Visitor = "visitor",
        /// The driver of a truck.
        Driver = "driver",
    }

    /// Where a visit stands.
    VisitState {
        /// Invited, not yet there.
        Expected = "expected",
        /// At the door, waiting for a decision.
        Held = "held",
        /// On site.
        OnSite = "on_site",
        /// Gone.
        Left = "left",
        /// Not let in.
        Declined = "declined",
        /// Expected and never came.
        NoShow = "no_show",
    }

    /// Why a visit is held until a person decides.
    HoldReason {
        /// The host is asked first.
        HostApproval = "host_approval",
        /// The identity document and what was said do not simply agree.
        IdCheck = "id_check",
        /// A rule of the site.
        Rule = "rule",
        /// A name, company, number or plate is on the watchlist.
        Watchlist = "watchlist",
    }

    /// What an entry of the watchlist does.
    ListKind {
        /// Holds the badge.
        Deny = "deny",
        /// Clears a weak denial.
        Permit = "permit",
    }

    /// How much an entry of the watchlist matters.
    ListSeverity {
        /// Much.
        High = "high",
        /// Little.
        Low = "low",
    }

    /// Whether a person has looked at a match of the watchlist.
    MatchState {
        /// Not yet.
        Open = "open",
        /// Confirmed or dismissed.
        Reviewed = "reviewed",
    }

    /// What a reviewer says about a match of the watchlist.
    MatchOutcome {
        /// The visitor is who the entry means.
        Confirmed = "confirmed",
        /// The visitor is another person, or the entry does not keep them out.
        Dismissed = "dismissed",
    }

    /// What is decided about a held visit.
    VisitDecision {
        /// The visitor may come in.
        Admit = "admit",
        /// The visitor is turned away.
        Decline = "decline",
    }

    /// What a driver does with the trailer.
    Trailer {
        /// Left on the yard.
        Dropped = "dropped",
        /// Stays on the tractor.
        Hooked = "hooked",
    }

    /// An image that belongs to a visit.
    ImageKind {
        /// Photo of the person.
        Photo = "photo",
        /// Signature under a text.
        Signature = "signature",
    }

    /// A side of an identity document.
    DocumentSide {
        /// With the picture of the holder, as a rule.
        Front = "front",
        /// With the barcode, as a rule.
        Back = "back",
    }

    /// A value of a visit that is sealed, and opened only with a reason.
    RestrictedField {
        /// The back of the scanned document.
        DocumentBack = "document_back",
        /// The front of the scanned document.
        DocumentFront = "document_front",
        /// Number of the scanned document.
        DocumentNumber = "document_number",
        /// Number of the driver's licence.
        LicenceNumber = "licence_number",
        /// Photo of the person.
        Photo = "photo",
        /// Signature under a text.
        Signature = "signature",
    }
}

impl RestrictedField {
    /// What a pack of evidence opens: what the visitor brought. The scanned document is opened by a reveal alone.
    pub const IN_EVIDENCE: [Self; 3] = [Self::LicenceNumber, Self::Photo, Self::Signature];
}
