//! The words of a reading: fields, doubts, repairs, checks, formats. Their names are stored and answered.

use crate::documents::named::named;

named! {
    /// A field that Doorbook has a use for. Addresses, height, weight, organ donor and personal numbers are not read at all.
    Field {
        /// DL, ID or EN.
        CardType = "card_type",
        /// Country of the issuer, ISO 3166-1 alpha-3.
        Country = "country",
        /// ISO date; partly known dates are shorter.
        DateOfBirth = "date_of_birth",
        /// The number of the document, not of the person.
        DocumentNumber = "document_number",
        /// Endorsements of a licence, as printed.
        Endorsements = "endorsements",
        /// ISO date.
        ExpiresOn = "expires_on",
        /// Family names, primary identifier.
        FamilyName = "family_name",
        /// The whole name, where its parts cannot be told.
        FullName = "full_name",
        /// Given names; on an MRZ all of them.
        GivenName = "given_name",
        /// State, province or country that issued the document.
        Issuer = "issuer",
        /// Middle names, where the document tells them from given names.
        MiddleName = "middle_name",
        /// Nationality of the holder, three letters.
        Nationality = "nationality",
        /// M, F or X.
        Sex = "sex",
        /// JR, SR, 2ND.
        Suffix = "suffix",
        /// Vehicle class of a licence.
        VehicleClass = "vehicle_class",
    }
}

named! {
    /// What a person should know before they trust a reading.
    Doubt {
        /// A check digit is wrong.
        ChecksumFailed = "checksum_failed",
        /// Issuer and country element contradict each other.
        CountryDisagrees = "country_disagrees",
        /// The birth date is no date.
        DateOfBirthInvalid = "date_of_birth_invalid",
        /// Dates stand in the order of another country.
        DateOrderUnexpected = "date_order_unexpected",
        /// The document code is none of Doc 9303.
        DocumentCodeUnknown = "document_code_unknown",
        /// There is no document number.
        DocumentNumberMissing = "document_number_missing",
        /// An element comes twice with different values; the first stands.
        DuplicateElement = "duplicate_element",
        /// A value is longer than the standard allows, and was left out.
        ElementTooLong = "element_too_long",
        /// The document is past its date.
        Expired = "expired",
        /// The expiry is no date.
        ExpiresOnInvalid = "expires_on_invalid",
        /// A letter stands where only fillers should: `<` read as K or C.
        FillerSuspect = "filler_suspect",
        /// The header breaks the standard.
        HeaderMalformed = "header_malformed",
        /// The issuer stands in no table.
        IssuerUnknown = "issuer_unknown",
        /// A value under the confidence floor was left out.
        LowConfidence = "low_confidence",
        /// Digits stand in a name.
        NameHasDigits = "name_has_digits",
        /// Which word is the family name cannot be told.
        NameOrderUncertain = "name_order_uncertain",
        /// The names may be cut.
        NamesCut = "names_cut",
        /// Nothing was read: a person types it.
        NeedsManualEntry = "needs_manual_entry",
        /// The document names no expiry.
        NoExpiry = "no_expiry",
        /// There is no MRZ in the text.
        NoMrz = "no_mrz",
        /// Not a licence barcode of AAMVA.
        NotAamva = "not_aamva",
        /// Elements are not divided, and cannot be told from text.
        SeparatorsLost = "separators_lost",
        /// Several documents are on the picture; only the first was read.
        SeveralDocuments = "several_documents",
        /// Sex is neither M, F nor filler.
        SexNotStandard = "sex_not_standard",
        /// The issuer is the invented country of specimens.
        Specimen = "specimen",
        /// The table of subfiles points outside the text.
        SubfileOutOfRange = "subfile_out_of_range",
        /// Larger than any document.
        TooLarge = "too_large",
        /// It looks like an MRZ, but of no layout that is read here.
        UnsupportedFormat = "unsupported_format",
    }
}

named! {
    /// What a reader had to put right about the transport. Values are never repaired.
    Repair {
        /// Blanks inside MRZ lines were taken out.
        BlanksRemoved = "blanks_removed",
        /// A birth date in the future was put a century back.
        CenturyCorrected = "century_corrected",
        /// A letter after a date was cut off.
        DateTrimmed = "date_trimmed",
        /// Bytes were no UTF-8 and were read as ISO 8859-1.
        Latin1 = "latin1",
        /// Text before the header was skipped.
        PrefixSkipped = "prefix_skipped",
        /// Printed separators were read as line ends.
        SeparatorsReplaced = "separators_replaced",
        /// The subfile was found by its designator, not by its offset.
        SubfileSearched = "subfile_searched",
        /// Lower case was read as upper case.
        UpperCased = "upper_cased",
    }
}

named! {
    /// A check digit of Doc 9303.
    Check {
        /// Over the upper line's number and the lower line.
        Composite = "composite",
        /// Of the birth date.
        DateOfBirth = "date_of_birth",
        /// Of the document number.
        DocumentNumber = "document_number",
        /// Of the expiry.
        ExpiresOn = "expires_on",
        /// Of the optional data (TD3).
        Optional = "optional",
    }
}

named! {
    /// A layout of Doc 9303, and the old French card.
    Format {
        /// French identity card before 2021.
        OldFrenchCard = "IDFRA",
        /// Visa of passport size.
        MrvA = "MRV-A",
        /// Visa of card size.
        MrvB = "MRV-B",
        /// Three lines of 30.
        Td1 = "TD1",
        /// Two lines of 36.
        Td2 = "TD2",
        /// Two lines of 44.
        Td3 = "TD3",
    }
}
