//! E0423: Only a person's key makes a `Sealed`.

use shared::vault::Sealed;

fn main() {
    let _ = Sealed(b"B072RRE2I55".to_vec());
}
