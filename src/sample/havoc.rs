//! Raw bytes of a decoded segment, changed as a fuzzer that knows nothing would: the generic mutations that find what no vocabulary names.

use crate::entropy::Entropy;

const ODD: [u8; 16] = [0, 0xff, b' ', b'\n', b'"', b'\\', b'{', b'}', b'[', b']', b',', b':', 0x80, 0x7f, b'0', b'-'];

/// `bytes` with a few changes: flips, odd bytes, copies, cuts, long runs.
pub fn mutate(mut bytes: Vec<u8>, entropy: &mut Entropy) -> Vec<u8> {
    for _ in 0..entropy.few(4) {
        let (at, len) = (entropy.below(bytes.len() + 1), entropy.few(8));
        let end = (at + len).min(bytes.len());
        match entropy.below(10) {
            0 if at < bytes.len() => bytes[at] ^= 1 << entropy.below(8),
            1 if at < bytes.len() => bytes[at] = *entropy.pick(&ODD),
            2 => bytes.insert(at, *entropy.pick(&ODD)),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let copy = bytes[at..end].to_vec();
                let to = entropy.below(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            5 => bytes.truncate(at),
            6 => {
                let run = vec![*entropy.pick(&ODD); 1 << entropy.below(11)];
                bytes.splice(at..at, run);
            }
            7 => bytes.push(*entropy.pick(&ODD)),
            8 if at < bytes.len() => bytes[at] = bytes[at].wrapping_add(1),
            _ => {
                let random = entropy.bytes(len);
                bytes.splice(at..end, random);
            }
        }
    }
    bytes
}
