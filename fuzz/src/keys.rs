//! Key texts in, key texts out: whatever is taken for a public key is written in every shape, and read back as the same key.

use jwt_gauntlet::{
    Algorithm,
    keys::{KeyText, PublicKey, PublicMaterial},
};

/// Shapes that are read as well as written.
const READ: [KeyText; 6] =
    [KeyText::SpkiPem, KeyText::SpkiPemOpen, KeyText::Pkcs1Pem, KeyText::Jwk, KeyText::JwkMinimal, KeyText::JwkSpaced];

pub fn keys(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let _ = text.parse::<KeyText>();
    let key = match PublicKey::from_text(text) {
        Ok(key) => key,
        Err(error) => return drop(error.to_string()),
    };
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| key.fits(*algorithm)) {
        for shape in KeyText::ALL {
            let Some(written) = shape.render(&key, algorithm) else { continue };
            if READ.contains(shape) && has_usual_width(&key) {
                let written = String::from_utf8(written).expect("these shapes are texts");
                let again = PublicKey::from_text(&written).unwrap_or_else(|error| panic!("{}: {error}:\n{written}", shape.name()));
                assert_eq!(again.material, key.material, "{} of {algorithm}:\n{written}", shape.name());
            }
        }
        assert!(!key.verifies(algorithm, b"nobody signed this", &[1; 64]), "{algorithm} takes anything");
    }
}

/// A JWK may hold coordinates of any width; the other shapes have fields of fixed width.
fn has_usual_width(key: &PublicKey) -> bool {
    match &key.material {
        PublicMaterial::Ec { curve, x, y } => x.len() == curve.width() && y.len() == curve.width(),
        _ => true,
    }
}
