//! The bytes of objects: one file for each upload or part of one, without a flush, deleted when nothing refers to it.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

use crate::error::Result;
use crate::machine;

/// Bytes that a reader takes from a file at once.
const CHUNK_BYTES: u64 = 256 * 1024;

/// The directory of all of them.
#[derive(Debug)]
pub(super) struct Files(PathBuf);

/// A file whose bytes do not change any more.
#[derive(Debug)]
pub(super) struct Piece {
    path: PathBuf,
    length: u64,
}

/// A file that is being written. Dropped before it is finished, it is deleted.
#[derive(Debug)]
pub(super) struct Unfinished {
    file: File,
    piece: Piece,
}

impl Files {
    /// Takes a directory, made if it is missing.
    pub(super) fn open(directory: &Path) -> Result<Self> {
        machine::make_private_directory(directory)?;
        Ok(Self(directory.to_owned()))
    }

    /// Begins a file.
    pub(super) fn begin(&self) -> io::Result<Unfinished> {
        let path = self.0.join(machine::id().simple().to_string());
        let file = File::options().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Unfinished { file, piece: Piece { path, length: 0 } })
    }
}

impl Unfinished {
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        let more = u64::try_from(bytes.len()).map_err(io::Error::other)?;
        self.piece.length = self.piece.length.saturating_add(more);
        Ok(())
    }

    pub(super) fn finish(self) -> Piece {
        self.piece
    }
}

impl Piece {
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// All of it as text.
    pub(super) fn text(&self) -> io::Result<String> {
        std::fs::read_to_string(&self.path)
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        // Gone already where the whole directory went first.
        std::fs::remove_file(&self.path).ok();
    }
}

/// What an object consists of: one file, or the parts of its upload one behind the other. Nothing is copied to join them.
#[derive(Clone, Debug)]
pub(super) struct Content(Vec<Arc<Piece>>);

impl Content {
    pub(super) const fn of(pieces: Vec<Arc<Piece>>) -> Self {
        Self(pieces)
    }

    pub(super) fn length(&self) -> u64 {
        self.0.iter().map(|piece| piece.length).sum()
    }

    /// A reader of so many bytes from an offset on.
    pub(super) fn read(&self, offset: u64, length: u64) -> Reader {
        Reader { waiting: self.0.iter().cloned().collect(), open: None, skip: offset, left: length }
    }
}

/// An answer's body that comes from files, a piece of it in memory at a time.
#[derive(Debug)]
pub(super) struct Reader {
    waiting: VecDeque<Arc<Piece>>,
    open: Option<File>,
    /// Bytes that lie before what is wanted.
    skip: u64,
    left: u64,
}

impl Reader {
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        while self.left > 0 {
            let Some(file) = &mut self.open else {
                let Some(piece) = self.waiting.pop_front() else { return Err(io::ErrorKind::UnexpectedEof.into()) };
                self.enter(&piece)?;
                continue;
            };
            let mut bytes = Vec::new();
            file.take(CHUNK_BYTES.min(self.left)).read_to_end(&mut bytes)?;
            if bytes.is_empty() {
                self.open = None;
                continue;
            }
            self.left = self.left.saturating_sub(u64::try_from(bytes.len()).map_err(io::Error::other)?);
            return Ok(Some(bytes.into()));
        }
        Ok(None)
    }

    fn enter(&mut self, piece: &Piece) -> io::Result<()> {
        if self.skip >= piece.length {
            self.skip = self.skip.saturating_sub(piece.length);
            return Ok(());
        }
        let mut file = File::open(&piece.path)?;
        file.seek(SeekFrom::Start(std::mem::take(&mut self.skip)))?;
        self.open = Some(file);
        Ok(())
    }
}

impl Body for Reader {
    type Data = Bytes;
    type Error = io::Error;

    // The files are in the page cache as a rule, so that reading a chunk takes less than handing it to another thread.
    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.next().transpose().map(|read| read.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
