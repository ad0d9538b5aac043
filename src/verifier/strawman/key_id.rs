//! Holes in looking up keys by `kid`: files, databases, objects, and what a missing key turns into.

use serde_json::Value;

use super::rules::{Jws, Setup};

/// What a look-up that found nothing becomes when it is handed to an HMAC function as text.
const COERCED: [&str; 14] =
    ["", "undefined", "null", "None", "nil", "NaN", "false", "False", "0", "[object Object]", "\n", "true", "key not found", "\0"];

/// An unknown `kid` gives no key, and no key gives a text.
pub(super) fn miss_as_secret(setup: &Setup, jws: &Jws) -> bool {
    let missed = setup.kid_is_unknown(jws) || !jws.header.contains_key("kid");
    (missed && COERCED.iter().any(|text| jws.has_mac(text.as_bytes()))) || setup.exact(jws)
}

/// One of several `kid` finds a key, another none.
pub(super) fn twice(setup: &Setup, jws: &Jws) -> bool {
    let members = crate::token::object_members(jws.header_bytes.trim_ascii()).unwrap_or_default();
    let kids = members.iter().filter(|member| member.is("kid")).count();
    (kids > 1 && jws.has_mac(b"")) || setup.exact(jws)
}

/// `kid` indexes a plain object, whose prototype answers for names that nobody put there.
pub(super) fn prototype(setup: &Setup, jws: &Jws) -> bool {
    let native = |name: &str| format!("function {name}() {{ [native code] }}");
    let secrets = match jws.text("kid") {
        Some("__proto__") => vec!["[object Object]".to_owned(), "{}".to_owned(), String::new()],
        Some("constructor") => vec![native("Object"), native("constructor"), "Object".to_owned(), "[object Function]".to_owned()],
        Some("length" | "name" | "size") => ["0", "1", "2", "Object", "undefined"].map(str::to_owned).to_vec(),
        Some(
            name @ ("toString"
            | "valueOf"
            | "hasOwnProperty"
            | "isPrototypeOf"
            | "propertyIsEnumerable"
            | "toLocaleString"
            | "__defineGetter__"
            | "__lookupGetter__"),
        ) => vec![native(name), name.to_owned()],
        _ => Vec::new(),
    };
    let coerced = jws.text("kid").is_some_and(|kid| kid.starts_with("__") || is_builtin(kid));
    let odd = coerced && COERCED.iter().any(|text| jws.has_mac(text.as_bytes()));
    odd || secrets.iter().any(|secret| jws.has_mac(secret.as_bytes())) || setup.exact(jws)
}

fn is_builtin(name: &str) -> bool {
    ["constructor", "toString", "hasOwnProperty", "valueOf", "length", "prototype", "name", "self", "class", "hash", "inspect"]
        .contains(&name)
}

/// `kid` is a path under the key directory; a file that is missing or empty is an empty key, others are served to everyone.
pub(super) fn file(setup: &Setup, jws: &Jws) -> bool {
    let Some(kid) = jws.text("kid") else { return setup.exact(jws) };
    let looks_like_path =
        kid.contains('/') || kid.contains('\\') || kid.contains("%2") || kid.contains('.') || kid.starts_with("NUL");
    (looks_like_path && contents(kid).iter().any(|content| jws.has_mac(content))) || setup.exact(jws)
}

/// What a few files hold that every machine or web server of a kind has.
fn contents(path: &str) -> Vec<Vec<u8>> {
    let mut out = vec![Vec::new()];
    let known: [(&str, &[&[u8]]); 6] = [
        (
            "robots.txt",
            &[
                b"User-agent: *\nDisallow:\n",
                b"User-agent: *\nDisallow: /\n",
                b"User-agent: *\nDisallow:",
                b"User-agent: *\nAllow: /\n",
            ],
        ),
        ("randomize_va_space", &[b"2\n", b"2"]),
        ("/proc/sys", &[b"0\n", b"1\n", b"2\n", b"Linux\n", b"linux\n", b"65536\n", b"32768\n", b"4194304\n"]),
        ("ostype", &[b"Linux\n"]),
        ("/proc/", &[b"0\n", b"1\n", b"2\n", b"0", b"1", b"2"]),
        (".css", &[b"\n", b"body{}\n"]),
    ];
    out.extend(known.iter().filter(|(name, _)| path.contains(name)).flat_map(|(_, texts)| texts.iter().map(|t| t.to_vec())));
    out
}

/// `kid` is pasted into a query; an injected `SELECT` answers instead of the table, in plain text or base64.
pub(super) fn sql(setup: &Setup, jws: &Jws) -> bool {
    let answers = jws.text("kid").map(selected).unwrap_or_default();
    let decode = |text: &String| data_encoding::BASE64.decode(text.as_bytes()).ok();
    answers.iter().any(|text| jws.has_mac(text.as_bytes()) || decode(text).is_some_and(|secret| jws.has_mac(&secret)))
        || setup.exact(jws)
}

/// The columns that the last `SELECT` in an injected text yields: quoted text, a number, hex, or a call that joins characters. A
/// condition that never holds yields nothing at all.
fn selected(kid: &str) -> Vec<String> {
    let upper = kid.to_ascii_uppercase();
    let escapes = kid.contains(['\'', '"', ';']) || upper.starts_with("-1");
    let Some(select) = upper.rfind("SELECT").filter(|_| escapes) else {
        return if kid.contains("'1'='2") { vec![String::new()] } else { Vec::new() };
    };
    let columns = kid[select + "SELECT".len()..].trim_start_matches(|c: char| c.is_whitespace() || "/*(".contains(c));
    if upper[select..].contains("CHR(") || upper[select..].contains("CHAR(") {
        let numbers = columns.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u8>().ok());
        return vec![numbers.map(char::from).collect()];
    }
    columns.split(',').filter_map(literal).collect()
}

/// The value of an SQL literal, whatever follows it.
fn literal(text: &str) -> Option<String> {
    let text = text.trim_start();
    if let Some(quoted) = text.strip_prefix(['\'', '"']) {
        return quoted.split(['\'', '"']).next().map(str::to_owned);
    }
    if let Some(hex) = text.strip_prefix("0x") {
        let digits: String = hex.chars().take_while(char::is_ascii_hexdigit).collect();
        return String::from_utf8(data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?).ok();
    }
    let word: String = text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    Some(if word.eq_ignore_ascii_case("null") { String::new() } else { word })
}

/// `kid` is handed to a document store or directory as a filter, which then matches whatever key comes first.
pub(super) fn filter(setup: &Setup, jws: &Jws) -> bool {
    let matches_all = match jws.header.get("kid") {
        Some(Value::Object(_) | Value::Array(_)) => true,
        Some(Value::String(kid)) => {
            let words = ["*", "'", "\"", "||", "$", "{", "(", "[", " or ", " OR "];
            words.iter().any(|word| kid.contains(word))
        }
        _ => false,
    };
    let first_key = || jws.signature.is_some() && header_alg_is_own(setup, jws) && setup.signed(jws);
    (matches_all && (COERCED.iter().any(|text| jws.has_mac(text.as_bytes())) || first_key())) || setup.exact(jws)
}

fn header_alg_is_own(setup: &Setup, jws: &Jws) -> bool {
    jws.alg() == Some(setup.algorithm().name())
}

/// A text or number of the token itself is the secret: `kid`, `iss`, `client_id`, `tid` and the like.
pub(super) fn member_as_secret(setup: &Setup, jws: &Jws) -> bool {
    let claims = jws.claims().unwrap_or_default();
    let claimed = claims.as_object().into_iter().flat_map(|claims| claims.values());
    let matches = |value: &Value| match value {
        Value::String(text) => jws.has_mac(text.as_bytes()),
        Value::Number(number) => jws.has_mac(number.to_string().as_bytes()),
        _ => false,
    };
    jws.header.values().chain(claimed).any(matches) || setup.exact(jws)
}

/// `kid` reaches a shell or a template, whose output is the key.
pub(super) fn command(setup: &Setup, jws: &Jws) -> bool {
    let output = jws.text("kid").and_then(output);
    let keys = output.iter().flat_map(|text| [text.clone(), format!("{text}\n")]);
    keys.into_iter().any(|secret| jws.has_mac(secret.as_bytes())) || setup.exact(jws)
}

/// What a shell prints for an `echo` or `printf` behind one of its separators, or a template engine for a product.
fn output(kid: &str) -> Option<String> {
    let kid = kid.replace("${IFS}", " ");
    let separated = |at: usize| kid[..at].trim_end().ends_with([';', '|', '&', '(', '`', '\n']) || kid[..at].ends_with('\n');
    let printed = ["echo ", "printf "].iter().find_map(|word| {
        let at = kid.find(word).filter(|at| separated(*at))?;
        Some(kid[at + word.len()..].split([')', '`', ';', '|', '&', '\n']).next()?.trim().to_owned())
    });
    let inside = kid.contains(['{', '(', '%']);
    let product = || {
        let text: String = kid.chars().filter(|c| c.is_ascii_digit() || *c == '*').collect();
        let (a, b) = text.trim_matches('*').split_once('*')?;
        Some((a.parse::<u32>().ok()? * b.parse::<u32>().ok()?).to_string())
    };
    printed.or_else(|| if inside { product() } else { None })
}
