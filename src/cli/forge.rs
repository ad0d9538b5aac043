//! `jwt-gauntlet forge ID…`: prints the tokens of an attack, to send by hand.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use jwt_gauntlet::{
    Algorithm, Trust,
    catalogue::Case,
    internal::{report::style::count, text::plain},
    issuer::Issuer,
    keys::{Key, KeyError, PublicKey, Role},
    recipe::Forged,
    token::Draft,
};

use super::{
    catalogue::{Folders, algorithm},
    output,
};

/// Print the forged tokens of an attack, one per line: id, tab, token
///
/// With a token and the public key of an issuer, the tokens target its verifiers. Otherwise they target a verifier that trusts
/// the gauntlet's own published test keys, exactly as `attack` sends them.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet forge alg-none --token \"$TOKEN\"
  jwt-gauntlet forge confusion --token \"$TOKEN\" --public-key key.pem
  jwt-gauntlet forge 'alg-none/case-variants#None-kept' --alg RS256
  jwt-gauntlet forge kid --plain > tokens.txt")]
pub(super) struct Args {
    /// Attacks: a glob, or the name of a group, class or case
    #[arg(value_name = "ID", required = true)]
    patterns: Vec<String>,
    /// A genuine token to start from
    #[arg(long)]
    token: Option<String>,
    /// The issuer's public key: PEM, JWK or JWKS
    #[arg(long, value_name = "FILE", requires = "token")]
    public_key: Option<PathBuf>,
    /// The algorithm that the verifier expects [default: that of the token; else RS256, or the first that the attack applies to]
    #[arg(long, value_parser = algorithm)]
    alg: Option<Algorithm>,
    /// Seed of canaries and random bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print tokens without ids
    #[arg(long, conflicts_with = "json")]
    plain: bool,
    /// Print one JSON object per line: case, algorithm, token
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    folders: Folders,
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let catalogue = args.folders.select(&args.patterns)?;
    let met = args.token.as_ref().map(|token| Met::new(token, args)).transpose()?;
    let (mut lines, mut skipped) = (String::new(), BTreeMap::<String, usize>::new());
    let mut made = 0_usize;
    for case in &catalogue.cases {
        let forged = match &met {
            Some(met) => met.forge(case, args.seed),
            None => with_test_key(case, args),
        };
        match forged.and_then(|(algorithm, forged)| line(args, case, algorithm, &forged)) {
            Ok(line) => {
                lines.push_str(&line);
                made += 1;
            }
            Err(reason) => *skipped.entry(reason).or_default() += 1,
        }
    }
    output::answer(&lines)?;
    for (reason, n) in &skipped {
        output::tell(&format!("skipped {}: {}\n", count(*n, "case", "cases"), plain(reason)));
    }
    if made == 0 {
        bail!("no token could be created");
    }
    Ok(0)
}

type Made = Result<(Algorithm, Forged), String>;

fn line(args: &Args, case: &Case, algorithm: Algorithm, forged: &Forged) -> Result<String, String> {
    let token = forged.token.as_str();
    if args.json {
        return Ok(format!("{}\n", serde_json::json!({ "case": case.id, "algorithm": algorithm, "token": token })));
    }
    if token.contains(['\n', '\r']) {
        return Err("the token contains a line break; use --json to print it".to_owned());
    }
    Ok(if args.plain { format!("{token}\n") } else { format!("{}\t{token}\n", case.id) })
}

fn with_test_key(case: &Case, args: &Args) -> Made {
    let algorithm = args.alg.or_else(|| usual_algorithm(case)).ok_or("it applies to no algorithm")?;
    test_token(case, algorithm, args.seed).map(|forged| (algorithm, forged))
}

/// RS256, or the first algorithm that the case applies to.
pub(super) fn usual_algorithm(case: &Case) -> Option<Algorithm> {
    let fits = |a: &Algorithm| case.applies.contains(a) && case.configuration.issuer(*a).is_some();
    [Algorithm::RS256].into_iter().chain(case.applies.iter().copied()).find(fits)
}

/// The token of a case as `attack` sends it.
pub(super) fn test_token(case: &Case, algorithm: Algorithm, seed: u64) -> Result<Forged, String> {
    if !case.applies.contains(&algorithm) {
        return Err(format!("it does not apply to {algorithm}"));
    }
    let issuer = case.configuration.issuer(algorithm).ok_or_else(|| {
        let set_up = case.configuration.label();
        format!("its configuration ({set_up}) is not possible for {algorithm}")
    })?;
    case.recipe.forge(&issuer, seed, &case.id).map_err(|e| e.to_string())
}

/// An issuer of which only a token, and perhaps the public key, is known.
struct Met {
    token: Draft,
    algorithm: Algorithm,
    /// The public key; two different stand-ins where it is unknown. What comes out the same with both does not depend on it.
    keys: Vec<PublicKey>,
}

impl Met {
    fn new(token: &str, args: &Args) -> anyhow::Result<Self> {
        let token = token.trim();
        let draft = Draft::parse(token.strip_prefix("Bearer ").unwrap_or(token));
        if draft.segments.len() != 3 || draft.segments[0].members().is_none() {
            bail!("--token is not a signed token: it must have three segments, of which the first is a JSON object in base64url");
        }
        let algorithm = match (args.alg, draft.algorithm()) {
            (Some(algorithm), _) => algorithm,
            (None, Some(name)) => name.parse().context("use --alg to name the verifier's algorithm")?,
            (None, None) => bail!("the token's header has no alg; use --alg to name the verifier's algorithm"),
        };
        let kid = draft.segments[0].member("kid").and_then(|kid| serde_json::from_slice::<String>(kid).ok());
        let mut keys = match &args.public_key {
            Some(file) => vec![read_key(file, algorithm, kid.as_deref())?],
            None => stand_ins(algorithm),
        };
        for key in &mut keys {
            key.kid = kid.clone().or(key.kid.take());
        }
        Ok(Self { token: draft, algorithm, keys })
    }

    fn forge(&self, case: &Case, seed: u64) -> Made {
        let algorithm = self.algorithm;
        if !case.applies.contains(&algorithm) {
            return Err(format!("it does not apply to {algorithm}"));
        }
        if !case.configuration.suits_any_key() {
            return Err("it attacks a verifier with an unusual key configuration".to_owned());
        }
        let mut made: Option<Forged> = None;
        for public in &self.keys {
            let mut trust = Trust::in_public(public, algorithm);
            if let Some(shape) = &case.configuration.key_text {
                let text = shape.render(public, algorithm).and_then(|bytes| String::from_utf8(bytes).ok());
                trust.key.text = Some(text.ok_or_else(|| format!("the key cannot be encoded as `{}`", shape.name()))?);
            }
            let issuer = Issuer::met(self.token.clone(), public.clone(), trust);
            let forged = case.recipe.forge(&issuer, seed, &case.id).map_err(|e| e.to_string())?;
            if made.as_ref().is_some_and(|other| other.token != forged.token) {
                return Err("it needs the verifier's key; use --public-key FILE".to_owned());
            }
            made = Some(forged);
        }
        made.map(|forged| (algorithm, forged)).ok_or_else(|| "there is no key for it".to_owned())
    }
}

fn read_key(file: &Path, algorithm: Algorithm, kid: Option<&str>) -> anyhow::Result<PublicKey> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let key = one_key(&text, kid).with_context(|| format!("{} contains no usable public key", file.display()))?;
    if !key.fits(algorithm) {
        let family = key.family();
        bail!(
            "{} contains a key of family {family}, which {algorithm} does not use; use --alg to name the algorithm",
            file.display()
        );
    }
    Ok(key)
}

/// A PEM or JWK; of a JWKS, the key that the token names, or else the first.
fn one_key(text: &str, kid: Option<&str>) -> Result<PublicKey, KeyError> {
    let set: Option<serde_json::Value> = serde_json::from_str(text).ok();
    match set.as_ref().and_then(|set| set["keys"].as_array()) {
        Some(keys) => {
            let named = keys.iter().find(|key| kid.is_some() && key["kid"].as_str() == kid);
            PublicKey::from_jwk(named.or(keys.first()).unwrap_or(&serde_json::Value::Null))
        }
        None => PublicKey::from_text(text),
    }
}

fn stand_ins(algorithm: Algorithm) -> Vec<PublicKey> {
    let keys = [Role::Trusted, Role::OtherTrusted].into_iter().filter_map(|role| Key::of(role, algorithm));
    keys.map(|key| key.public().clone()).collect()
}
