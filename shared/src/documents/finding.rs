//! What comparing two values found: a verdict, and one word for why. Both may be stored; the values may not.

use crate::documents::named::named;

named! {
    /// How two values of the same field stand to each other.
    Verdict {
        /// On one side there is nothing to compare.
        Absent = "absent",
        /// The same, by rules that lose nothing.
        Match = "match",
        /// They contradict each other.
        Mismatch = "mismatch",
        /// Explainable: a person looks.
        Near = "near",
    }
}

named! {
    /// Why a verdict is not simply "the same letters".
    Reason {
        /// A given name that is not the first one is used alone.
        CallName = "call_name",
        /// Years differ by a century: a two-digit year.
        Century = "century",
        /// The document cut the name, and says so.
        Cut = "cut",
        /// The document has so many letters that it may have cut the name.
        CutPerhaps = "cut_perhaps",
        /// Day and month are exchanged.
        DayMonthExchanged = "day_month_exchanged",
        /// Nothing in common that counts.
        Different = "different",
        /// Words are the same, but stand in other boxes.
        DividedElsewhere = "divided_elsewhere",
        /// Letter by letter the same, after case, accents and Doc 9303 transliteration.
        Equal = "equal",
        /// An initial agrees.
        Initial = "initial",
        /// Words are joined or divided differently.
        Joined = "joined",
        /// Leading zeros make the difference.
        LeadingZeros = "leading_zeros",
        /// One value goes on where the other ends.
        Longer = "longer",
        /// Characters that look alike: O and 0, I and 1.
        LooksAlike = "looks_alike",
        /// A middle name contradicts.
        MiddleDiffers = "middle_differs",
        /// A middle name is left out.
        MiddleLeftOut = "middle_left_out",
        /// Letters of another alphabet stand among Latin ones.
        MixedScripts = "mixed_scripts",
        /// A usual short form of the given name.
        Nickname = "nickname",
        /// Nothing there.
        Nothing = "nothing",
        /// The same words in another order.
        Order = "order",
        /// One side has only a part of the name.
        PartMissing = "part_missing",
        /// The date is only partly known, and agrees as far as it is.
        PartlyKnown = "partly_known",
        /// A particle such as "de la" is left out.
        Particle = "particle",
        /// One of the alphabets is not transliterated here.
        ScriptNotRead = "script_not_read",
        /// One of two family names is left out.
        SecondFamilyName = "second_family_name",
        /// Another romanisation of the same sounds.
        Spelling = "spelling",
        /// Junior and senior.
        SuffixDiffers = "suffix_differs",
        /// Family and given name stand in each other's box.
        Swapped = "swapped",
        /// One letter, in long names two.
        Typo = "typo",
        /// Written in a script without vowels; the consonants agree.
        Vowelless = "vowelless",
    }
}

/// A verdict and why.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Finding {
    /// How the two values stand to each other.
    pub verdict: Verdict,
    /// The one word that explains it.
    pub reason: Reason,
}

impl Finding {
    /// The same.
    #[must_use]
    pub const fn same(reason: Reason) -> Self {
        Self { verdict: Verdict::Match, reason }
    }

    /// Explainable.
    #[must_use]
    pub const fn near(reason: Reason) -> Self {
        Self { verdict: Verdict::Near, reason }
    }

    /// A contradiction.
    #[must_use]
    pub const fn mismatch(reason: Reason) -> Self {
        Self { verdict: Verdict::Mismatch, reason }
    }

    /// Nothing to compare.
    #[must_use]
    pub const fn absent() -> Self {
        Self { verdict: Verdict::Absent, reason: Reason::Nothing }
    }

    /// The better of two readings of the same thing; the first when they are as good.
    #[must_use]
    pub const fn or_better(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    const fn rank(self) -> u8 {
        match self.verdict {
            Verdict::Match => 3,
            Verdict::Near => 2,
            Verdict::Mismatch => 1,
            Verdict::Absent => 0,
        }
    }
}
