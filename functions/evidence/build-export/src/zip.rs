//! The bytes of a ZIP around its members (PKWARE APPNOTE 6.3.3, sections 4.3.7, 4.3.12 and 4.3.16), always the same for
//! the same members: stored, dated 1980-01-01, mode 0644, without extra fields or comments.

use crate::stop::Stop;
use shared::domain::export::ExportFailure;

/// What the two headers of a member have in common, from the version on.
const VERSION: u16 = 20;
const UTF8_NAME: u16 = 0x800;
const STORED: u16 = 0;
const MIDNIGHT: u16 = 0;
const DAY_1980_01_01: u16 = 0x21;
/// Made by version 2.0 on Unix.
const MADE_BY: u16 = 0x0314;
const REGULAR_0644: u32 = 0o100_644 << 16;

/// A member as the headers know it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Header {
    /// Its name.
    pub(crate) name: String,
    /// Its length.
    pub(crate) bytes: u32,
    /// Its CRC-32.
    pub(crate) crc: u32,
}

/// A size as ZIP without ZIP64 can say it.
pub(crate) fn size(bytes: u64) -> Result<u32, Stop> {
    u32::try_from(bytes).ok().filter(|bytes| *bytes < u32::MAX).ok_or(Stop::GivenUp(ExportFailure::TooLarge))
}

fn length(bytes: usize) -> u16 {
    u16::try_from(bytes).unwrap_or(u16::MAX)
}

impl Header {
    fn common(&self, out: &mut Vec<u8>) {
        for field in [VERSION, UTF8_NAME, STORED, MIDNIGHT, DAY_1980_01_01] {
            out.extend(field.to_le_bytes());
        }
        for field in [self.crc, self.bytes, self.bytes] {
            out.extend(field.to_le_bytes());
        }
        out.extend(length(self.name.len()).to_le_bytes());
        out.extend(0_u16.to_le_bytes());
    }

    /// What stands before the member.
    pub(crate) fn local(&self) -> Vec<u8> {
        let mut out = b"PK\x03\x04".to_vec();
        self.common(&mut out);
        out.extend(self.name.as_bytes());
        out
    }

    /// What stands for the member in the directory.
    fn central(&self, offset: u32, out: &mut Vec<u8>) {
        out.extend(b"PK\x01\x02");
        out.extend(MADE_BY.to_le_bytes());
        self.common(out);
        // No comment, the first disk, no internal attributes.
        out.extend([0; 6]);
        out.extend(REGULAR_0644.to_le_bytes());
        out.extend(offset.to_le_bytes());
        out.extend(self.name.as_bytes());
    }
}

/// The directory and the end of an archive: members with their offsets, in their order, and where the directory begins.
pub(crate) fn directory(members: &[(Header, u32)], begins: u32) -> Result<Vec<u8>, Stop> {
    let mut out = Vec::new();
    for (header, offset) in members {
        header.central(*offset, &mut out);
    }
    let bytes = u32::try_from(out.len()).map_err(|_| Stop::GivenUp(ExportFailure::TooLarge))?;
    let count = length(members.len()).to_le_bytes();
    // Neither this disk nor the one of the directory is another than the first.
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend(bytes.to_le_bytes());
    out.extend(begins.to_le_bytes());
    out.extend([0, 0]);
    Ok(out)
}
