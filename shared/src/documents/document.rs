//! One document from all sides: what its barcode, its MRZ and its printed text say, and how that is kept for a while.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::Date;

use super::cross_check::{Person, Source, Sources};
use super::reading::{Kind, Origin, Reading};
use super::vocabulary::{Check, Doubt, Field, Format};
use crate::error::{Error, Result};

/// What was read of one document.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Document {
    /// The barcode.
    pub barcode: Option<Reading>,
    /// The machine readable zone.
    pub mrz: Option<Reading>,
    /// The printed text, as a service read it.
    pub printed: Option<Reading>,
    /// Whether barcode or MRZ is text of a device that no image confirms.
    pub is_device_text: bool,
}

impl Document {
    /// Every source that was read, the most trusted first.
    pub fn readings(&self) -> impl Iterator<Item = (Source, &Reading)> {
        let all = [(Source::Barcode, &self.barcode), (Source::Mrz, &self.mrz), (Source::Printed, &self.printed)];
        all.into_iter().filter_map(|(source, reading)| Some((source, reading.as_ref()?)))
    }

    /// A field, from the most trusted source that has it.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        self.readings().find_map(|(_, reading)| reading.text(field))
    }

    /// Whether a source contradicts itself: a check digit is wrong.
    #[must_use]
    pub fn has_failed_check(&self) -> bool {
        self.readings().any(|(_, reading)| reading.doubts().contains(&Doubt::ChecksumFailed))
    }

    /// What is compared: these sources, and what a person said about themselves.
    #[must_use]
    pub fn sources<'a>(&'a self, typed: Option<Person<'a>>, age_min: Option<u8>, today: Date) -> Sources<'a> {
        Sources {
            barcode: self.barcode.as_ref(),
            mrz: self.mrz.as_ref(),
            printed: self.printed.as_ref(),
            typed,
            invitation: None,
            is_device_text: self.is_device_text,
            age_min,
            today,
        }
    }

    /// As it is sealed until a check-in compares it: values, checks and doubts, without where they stood.
    ///
    /// # Errors
    /// [`Error::Internal`] when it has no JSON.
    pub fn to_keep(&self) -> Result<Vec<u8>> {
        let kept = KeptDocument {
            barcode: self.barcode.as_ref().map(KeptReading::of),
            mrz: self.mrz.as_ref().map(KeptReading::of),
            printed: self.printed.as_ref().map(KeptReading::of),
            is_device_text: self.is_device_text,
        };
        serde_json::to_vec(&kept).map_err(Error::internal)
    }

    /// What was kept.
    ///
    /// # Errors
    /// [`Error::Internal`] when it is not what [`Document::to_keep`] wrote.
    pub fn of_kept(kept: &[u8]) -> Result<Self> {
        let kept: KeptDocument = serde_json::from_slice(kept).map_err(Error::internal)?;
        let read = |reading: Option<KeptReading>| reading.map(KeptReading::read).transpose();
        Ok(Self {
            barcode: read(kept.barcode)?,
            mrz: read(kept.mrz)?,
            printed: read(kept.printed)?,
            is_device_text: kept.is_device_text,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct KeptDocument {
    barcode: Option<KeptReading>,
    mrz: Option<KeptReading>,
    printed: Option<KeptReading>,
    is_device_text: bool,
}

/// A reading by the stable names of its parts.
#[derive(Serialize, Deserialize)]
struct KeptReading {
    kind: KeptKind,
    fields: BTreeMap<String, String>,
    doubts: Vec<String>,
    checks: BTreeMap<String, Option<bool>>,
    cut: BTreeMap<String, Option<bool>>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum KeptKind {
    Aamva(Option<u8>),
    Analyzed,
    MagneticStripe,
    OldFrenchCard,
    MrvA,
    MrvB,
    Td1,
    Td2,
    Td3,
}

impl KeptKind {
    const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Aamva(version) => Self::Aamva(version),
            Kind::Analyzed => Self::Analyzed,
            Kind::MagneticStripe => Self::MagneticStripe,
            Kind::Mrz(Format::OldFrenchCard) => Self::OldFrenchCard,
            Kind::Mrz(Format::MrvA) => Self::MrvA,
            Kind::Mrz(Format::MrvB) => Self::MrvB,
            Kind::Mrz(Format::Td1) => Self::Td1,
            Kind::Mrz(Format::Td2) => Self::Td2,
            Kind::Mrz(Format::Td3) => Self::Td3,
        }
    }

    const fn read(self) -> Kind {
        match self {
            Self::Aamva(version) => Kind::Aamva(version),
            Self::Analyzed => Kind::Analyzed,
            Self::MagneticStripe => Kind::MagneticStripe,
            Self::OldFrenchCard => Kind::Mrz(Format::OldFrenchCard),
            Self::MrvA => Kind::Mrz(Format::MrvA),
            Self::MrvB => Kind::Mrz(Format::MrvB),
            Self::Td1 => Kind::Mrz(Format::Td1),
            Self::Td2 => Kind::Mrz(Format::Td2),
            Self::Td3 => Kind::Mrz(Format::Td3),
        }
    }
}

impl KeptReading {
    fn of(reading: &Reading) -> Self {
        let name = |field: Field| field.name().to_owned();
        Self {
            kind: KeptKind::of(reading.kind),
            fields: reading
                .entries()
                .map(|(field, entry)| (name(field), entry.value.expose_secret().to_owned()))
                .collect(),
            doubts: reading.doubts().iter().map(|doubt| doubt.name().to_owned()).collect(),
            checks: reading.checks().iter().map(|(check, passed)| (check.name().to_owned(), *passed)).collect(),
            cut: Field::ALL.iter().filter_map(|field| Some((name(*field), Some(reading.cut(*field)?)))).collect(),
        }
    }

    fn read(self) -> Result<Reading> {
        let unknown = || Error::internal("a kept document has an unknown word");
        let mut reading = Reading::new(self.kind.read());
        for (field, value) in self.fields {
            reading.put(Field::of_name(&field).ok_or_else(unknown)?, value, Origin::Kept);
        }
        for doubt in self.doubts {
            reading.doubt(Doubt::of_name(&doubt).ok_or_else(unknown)?);
        }
        for (check, passed) in self.checks {
            reading.check(Check::of_name(&check).ok_or_else(unknown)?, passed);
        }
        for (field, cut) in self.cut {
            reading.set_cut(Field::of_name(&field).ok_or_else(unknown)?, cut);
        }
        Ok(reading)
    }
}
