//! Where the bytes of a bundle come from: a file, or memory. Readers take what they need from any place, at once.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::encoding::wide;

/// Bytes that several readers read at once.
pub trait Source: Sync {
    /// How many there are.
    fn length(&self) -> u64;

    /// Reads some at a place; zero at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

impl Source for [u8] {
    fn length(&self) -> u64 {
        wide(self.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        buffer.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        Ok(rest.len().min(buffer.len()))
    }
}

impl Source for Vec<u8> {
    fn length(&self) -> u64 {
        self.as_slice().length()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.as_slice().read_at(offset, buffer)
    }
}

/// A bundle on disk.
#[derive(Debug)]
pub struct BundleFile {
    file: File,
    length: u64,
}

impl BundleFile {
    /// Opens a bundle.
    ///
    /// # Errors
    /// When it cannot be read, or is no file.
    pub fn open(path: &Path) -> io::Result<Self> {
        // Opening a pipe could keep the program waiting for ever.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a file"));
        }
        let file = File::open(path)?;
        Ok(Self { length: file.metadata()?.len(), file })
    }
}

impl Source for BundleFile {
    fn length(&self) -> u64 {
        self.length
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)
    }
}

/// Fills the buffer from a place.
///
/// # Errors
/// When the source ends before it is full, or cannot be read.
pub(crate) fn read_exactly(source: &dyn Source, mut offset: u64, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        let read = match source.read_at(offset, buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = buffer.get_mut(read..).unwrap_or_default();
        offset += wide(read);
    }
    Ok(())
}
