//! The body encoding `aws-chunked`: chunks with their length before them, and headers behind the last one.

use std::collections::BTreeMap;

use super::refusal::{Code, Outcome, Refusal};

/// Longest line between chunks: a length, a signature, or a header behind the last chunk.
const LINE_BYTES_MAX: usize = 4096;

/// Takes the encoding off while the bytes come in. Signatures of chunks are not checked.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    state: State,
    line: Vec<u8>,
    /// Headers behind the last chunk, with names in lower case.
    trailers: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Length,
    /// So many bytes of the chunk are still to come.
    Data(u64),
    /// The line end behind a chunk.
    DataEnd,
    Trailers,
    Done,
}

impl Decoder {
    /// Takes some bytes in and hands on what they carry.
    pub(super) fn take(&mut self, mut bytes: &[u8], mut sink: impl FnMut(&[u8]) -> Outcome<()>) -> Outcome<()> {
        while !bytes.is_empty() {
            if let State::Data(left) = self.state {
                let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                let (data, rest) = bytes.split_at_checked(count).ok_or_else(malformed)?;
                sink(data)?;
                bytes = rest;
                let left = left.saturating_sub(u64::try_from(count).unwrap_or(left));
                self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
                continue;
            }
            let (end, rest) = bytes.split_first().ok_or_else(malformed)?;
            bytes = rest;
            match end {
                b'\n' => self.end_line()?,
                byte if self.line.len() < LINE_BYTES_MAX => self.line.push(*byte),
                _ => return Err(malformed()),
            }
        }
        Ok(())
    }

    /// The headers behind the last chunk.
    pub(super) fn finish(self) -> Outcome<BTreeMap<String, String>> {
        // Some clients leave out the empty line at the very end.
        if matches!(self.state, State::Done | State::Trailers) && self.line.is_empty() {
            return Ok(self.trailers);
        }
        Err(Refusal::new(Code::IncompleteBody, "the chunks of the body end too early"))
    }

    fn end_line(&mut self) -> Outcome<()> {
        let line = String::from_utf8(std::mem::take(&mut self.line)).map_err(|_| malformed())?;
        let line = line.trim_end_matches('\r');
        self.state = match self.state {
            State::Length => {
                let digits = line.split(';').next().unwrap_or_default();
                match u64::from_str_radix(digits, 16).map_err(|_| malformed())? {
                    0 => State::Trailers,
                    length => State::Data(length),
                }
            }
            State::DataEnd if line.is_empty() => State::Length,
            State::Trailers if line.is_empty() => State::Done,
            State::Trailers => {
                let (name, value) = line.split_once(':').ok_or_else(malformed)?;
                self.trailers.insert(name.trim().to_lowercase(), value.trim().to_owned());
                State::Trailers
            }
            State::Data(_) | State::DataEnd | State::Done => return Err(malformed()),
        };
        Ok(())
    }
}

fn malformed() -> Refusal {
    Refusal::new(Code::InvalidRequest, "the body is not what aws-chunked says it is")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &[u8], step: usize) -> Outcome<(Vec<u8>, BTreeMap<String, String>)> {
        let (mut decoder, mut data) = (Decoder::default(), Vec::new());
        for bytes in text.chunks(step) {
            decoder.take(bytes, |some| {
                data.extend_from_slice(some);
                Ok(())
            })?;
        }
        Ok((data, decoder.finish()?))
    }

    #[test]
    fn chunks_and_trailers_come_out_wherever_the_bytes_are_cut() {
        let text =
            b"5;chunk-signature=ab\r\nhello\r\nC\r\n, \r\n is \r\nit\r\n0\r\nX-Amz-Checksum-Crc32: AAAAAA==\r\n\r\n";
        for step in 1..text.len() {
            let (data, trailers) = decode(text, step).unwrap();
            assert_eq!(data, b"hello, \r\n is \r\nit", "{step}");
            assert_eq!(trailers["x-amz-checksum-crc32"], "AAAAAA==");
        }
    }

    #[test]
    fn a_body_that_ends_early_or_lies_about_its_lengths_is_refused() {
        let refusal = |text: &[u8]| decode(text, 3).unwrap_err().code;
        assert_eq!(refusal(b"5\r\nhel"), Code::IncompleteBody);
        assert_eq!(refusal(b"5\r\nhello\r\n"), Code::IncompleteBody);
        assert_eq!(refusal(b"4\r\nhello\r\n0\r\n\r\n"), Code::InvalidRequest);
        assert_eq!(refusal(b"x\r\n"), Code::InvalidRequest);
        assert_eq!(refusal(b"0\r\n\r\nmore\r\n"), Code::InvalidRequest);
    }
}
