//! `jwt-gauntlet inspect TOKEN`: decodes without verifying.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, bail};
use jwt_gauntlet::internal::{
    inspect::{Inspection, Kind, inspect},
    report::style::{Ink, Style, count},
    text::plain,
};

use super::{decoded, output};

/// Decode a token without verifying it, and list unusual or risky properties
///
/// Nothing is verified and nothing is sent anywhere.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet inspect eyJhbGciOi…        the token itself
  jwt-gauntlet inspect token.txt          a file that holds it
  pbpaste | jwt-gauntlet inspect -        from stdin
  jwt-gauntlet inspect - --json           for a program")]
pub(super) struct Args {
    /// The token, a file that contains it, or `-` for stdin
    token: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Bytes that are read at most; a token of a hundred megabytes is looked at, a device that never ends is not.
const LIMIT: u64 = 256 << 20;

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let input = read(args.token.as_deref())?;
    if input.len() as u64 > LIMIT {
        bail!("the input is longer than {} MiB, too long for a token", LIMIT >> 20);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX));
    let inspection = inspect(&input, now);
    let text = if args.json {
        serde_json::to_string_pretty(&inspection).context("cannot write JSON")? + "\n"
    } else {
        show(&inspection, output::stdout_style())
    };
    output::answer(&text)?;
    Ok(0)
}

fn read(token: Option<&str>) -> anyhow::Result<Vec<u8>> {
    let limited = |source: &mut dyn Read| {
        let mut bytes = Vec::new();
        source.take(LIMIT + 1).read_to_end(&mut bytes).map(|_| bytes)
    };
    match token {
        None if io::stdin().is_terminal() => bail!("no token given; name one, or a file, or `-` for stdin"),
        None | Some("-") => limited(&mut io::stdin().lock()).context("cannot read stdin"),
        // A token has no file name's length, and no file's name has two dots and no slash by chance.
        Some(name) if name.len() < 1024 && Path::new(name).is_file() => {
            File::open(name).and_then(|mut file| limited(&mut file)).with_context(|| format!("cannot read {name}"))
        }
        Some(text) => Ok(text.as_bytes().to_vec()),
    }
}

fn show(inspection: &Inspection, style: Style) -> String {
    let kind = match inspection.kind {
        Kind::Jws => "signed token (JWS)",
        Kind::Jwe => "encrypted token (JWE)",
        Kind::Json => "token in JSON serialisation",
        Kind::Unknown => "not a token",
    };
    let size = count(inspection.size, "byte", "bytes");
    let mut out = format!("{}, {size}; nothing was verified\n\n", style.paint(Ink::Bold, kind));
    out.push_str(&decoded::parts(inspection, style));
    let title = match inspection.remarks.len() {
        0 => return out + "\nNothing unusual.\n",
        n => count(n, "remark", "remarks"),
    };
    out.push_str(&format!("\n{}\n", style.paint(Ink::Bold, &title)));
    for remark in &inspection.remarks {
        let text = style.wrap(&plain(&remark.text), 24);
        out.push_str(&format!("  {}  {:<10}  {text}\n", style.severity(remark.severity), plain(&remark.about)));
    }
    out
}
