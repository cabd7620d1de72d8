//! E0308: Bytes do not become a `Sealed` by themselves.

use shared::vault::Sealed;

fn main() {
    let _ = Sealed::from(b"B072RRE2I55".to_vec());
}
