//! A ZIP writer that also writes what no exporter would.

/// A member with everything about it that can be wrong.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) mode: u32,
    /// What both headers say it unpacks to.
    pub(crate) size: u32,
    /// What both headers say of what it unpacks to.
    pub(crate) crc: u32,
}

impl Member {
    pub(crate) fn stored(name: &str, bytes: &[u8]) -> Self {
        let size = u32::try_from(bytes.len()).unwrap();
        let (name, bytes, crc) = (name.as_bytes().to_vec(), bytes.to_vec(), crc32fast::hash(bytes));
        Self { name, bytes, method: 0, flags: 0, mode: 0o100_644, size, crc }
    }

    pub(crate) fn deflated(name: &str, bytes: &[u8]) -> Self {
        let packed = miniz_oxide::deflate::compress_to_vec(bytes, 6);
        Self { bytes: packed, method: 8, ..Self::stored(name, bytes) }.sized(bytes.len())
    }

    fn sized(mut self, size: usize) -> Self {
        self.size = u32::try_from(size).unwrap();
        self
    }

    fn header(&self) -> Vec<u8> {
        let mut header = Vec::new();
        for field in [20, self.flags, self.method, 0, 0x21] {
            header.extend(field.to_le_bytes());
        }
        for field in [self.crc, u32::try_from(self.bytes.len()).unwrap(), self.size] {
            header.extend(field.to_le_bytes());
        }
        header.extend(u16::try_from(self.name.len()).unwrap().to_le_bytes());
        header.extend(0_u16.to_le_bytes());
        header
    }
}

/// Writes an archive.
pub(crate) fn zip(members: &[Member]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let offset = u32::try_from(file.len()).unwrap();
        let header = member.header();
        file.extend(b"PK\x03\x04");
        file.extend(&header);
        file.extend(&member.name);
        file.extend(&member.bytes);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&header);
        directory.extend([0; 6]);
        directory.extend((member.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&member.name);
    }
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    let offset = u32::try_from(file.len()).unwrap().to_le_bytes();
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count);
    file.extend(count);
    file.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    file.extend(offset);
    file.extend([0, 0]);
    file
}
