//! Every mutation primitive: one enum variant, one doc sentence. Attack files, the fuzzer and property tests all speak it.
//!
//! Steps are applied in order to a [`Work`]: first header and claims, then the signature, then the wire text. A step that changes the
//! wire text serialises the draft, and from then on only wire steps apply. What a step cannot do with a given key or token is a
//! [`StepError`], never a silent no-op.
//!
//! What the rest of the house asks of a step, its cost, its kind, its plainer forms, is told by the same rooms: `profile` and `plainer`
//! are the tables.
//!
//! Each field is a [`Choice`]: a list in an attack file fans out into one case a value. Text that goes into JSON is raw JSON text,
//! written verbatim, since the point is often that it is odd.

mod base64;
mod compose;
mod ecdsa;
mod eddsa;
mod embed;
#[cfg(test)]
pub(crate) mod fixture;
mod hmac;
mod object;
mod plainer;
mod profile;
mod rsa;
mod signature;
mod vary;
mod wire;
mod work;

use serde::{Deserialize, Serialize};

pub use self::{
    base64::Base64Spelling,
    ecdsa::{EcdsaForm, EcdsaScalar, EcdsaSpelling},
    eddsa::{EddsaSpelling, EddsaVariant},
    embed::{Chain, DataUrl, Document, KeyMember},
    hmac::MacKey,
    object::{KidShape, Place},
    rsa::{CubeRoot, DigestEdit, DigestElement, PaddingEdit, PssEdit, RsaInteger, SignedHash},
    signature::{Holder, Other, SegmentName},
    wire::{Decoration, JsonPlace, Shape},
    work::Work,
};
use crate::{algorithm::Algorithm, keys::SignError};
pub use crate::{
    choice::Choice,
    keys::{Derivation, MacHash, SecretReading},
};

/// One mutation of a token.
// The sentence of each variant names its fields.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames, strum::EnumDiscriminants)]
#[strum_discriminants(name(StepKind), vis(pub(crate)))]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Step {
    /// Replaces the value of every header member of that name, or appends one; `to` is JSON text.
    SetHeader { name: Choice<String>, to: Choice<String> },
    /// Adds a header member beside those of the same name that are there; `to` is JSON text.
    AddHeader { name: Choice<String>, to: Choice<String>, at: Choice<Place> },
    /// Removes every header member of that name.
    DropHeader { name: Choice<String> },
    /// Spells the name of a header member otherwise; `to` is JSON text with its quotes.
    RenameHeader { name: Choice<String>, to: Choice<String> },
    /// Moves a header member to the front or the back.
    MoveHeader { name: Choice<String>, to: Choice<Place> },
    /// Makes `to` the whole header, before base64url.
    HeaderText { to: Choice<String> },
    /// Makes these bytes, in hex, the whole header, before base64url.
    HeaderBytes { hex: Choice<String> },
    /// Replaces the value of every claim of that name, or appends one; `to` is JSON text.
    SetClaim { name: Choice<String>, to: Choice<String> },
    /// Adds a claim beside those of the same name that are there; `to` is JSON text.
    AddClaim { name: Choice<String>, to: Choice<String>, at: Choice<Place> },
    /// Removes every claim of that name.
    DropClaim { name: Choice<String> },
    /// Spells the name of a claim otherwise; `to` is JSON text with its quotes.
    RenameClaim { name: Choice<String>, to: Choice<String> },
    /// Makes `to` the whole payload, before base64url.
    ClaimsText { to: Choice<String> },
    /// Makes these bytes, in hex, the whole payload, before base64url.
    ClaimsBytes { hex: Choice<String> },
    /// Sets a claim to a time that many seconds after the beginning of this hour, before it if negative.
    ClaimTime { name: Choice<String>, seconds: Choice<i64> },
    /// Writes the header with white space and line breaks, or otherwise legal but unusual.
    SpaceHeader {},
    /// Writes the claims with white space and line breaks.
    SpaceClaims {},
    /// Sets or removes the header's `kid`.
    Kid { is: Choice<KidShape> },
    /// Copies a claim's JSON value into a header member.
    CopyClaimToHeader { claim: Choice<String>, name: Choice<String> },
    /// Puts a key or key set of the attacker's into a header member and signs with that key, under the header's `alg` or that of `key`.
    EmbedKey { key: Option<Choice<Algorithm>>, r#as: Choice<KeyMember> },
    /// Makes the header member `name` (`jku` or `x5u`) a URL that holds a document with a key of the attacker's, and signs with that key,
    /// under the header's `alg` or that of `key`.
    EmbedUrl { name: Choice<String>, key: Option<Choice<Algorithm>>, document: Choice<Document>, url: Choice<DataUrl> },
    /// Puts a certificate chain into `x5c` and signs with the key that the chain vouches for, or claims to.
    EmbedChain { chain: Choice<Chain> },
    /// Sets a certificate thumbprint header (`x5t` or `x5t#S256`) to that of the trusted or the attacker's certificate.
    Thumbprint { name: Choice<String>, of: Choice<Holder> },

    /// Empties the third segment and keeps its dot.
    DropSignature {},
    /// Makes `to` the text of the third segment, verbatim.
    SignatureText { to: Choice<String> },
    /// Writes the signature's text in lower case, which makes other bytes of it.
    LowerSignature {},
    /// Makes these bytes, in hex, the signature.
    SignatureBytes { hex: Choice<String> },
    /// Makes the signature that many copies of one byte.
    FillSignature { byte: Choice<u8>, count: Choice<usize> },
    /// Replaces the signature by random bytes: as many as before, or a given number.
    RandomSignature { bytes: Option<Choice<usize>> },
    /// Turns one bit around in a decoded segment; a negative number counts from the end.
    FlipBit { of: Choice<SegmentName>, bit: Choice<i64> },
    /// Keeps only the first bytes of the signature.
    TruncateSignature { to: Choice<usize> },
    /// Appends these bytes, in hex, to the signature.
    ExtendSignature { hex: Choice<String> },
    /// Appends the signature to itself.
    RepeatSignature {},
    /// Takes the signature of another token that the issuer signed.
    SpliceSignature { from: Choice<Other> },
    /// Takes a whole segment of another token that the issuer signed.
    SpliceSegment { of: Choice<SegmentName>, from: Choice<Other> },
    /// Spells the base64url of a segment otherwise; what is signed later covers that spelling.
    RespellBase64 { of: Choice<SegmentName>, to: Choice<Base64Spelling> },
    /// Copies a segment, as it is spelled, into the place of another.
    CopySegment { from: Choice<SegmentName>, to: Choice<SegmentName> },
    /// Makes the signature the bare hash of what should be signed, without any key.
    Digest { hash: Choice<MacHash> },
    /// Signs with a key of that holder, under the header's `alg` or the one given.
    Sign { with: Choice<Holder>, algorithm: Option<Choice<Algorithm>> },
    /// Signs with the trusted key by whatever scheme that key is for and with the hash of the header's `alg`, as a library does that
    /// lets the type of the key decide; `form` is that of an ECDSA signature.
    SignByKeyType { form: Choice<EcdsaForm> },
    /// Signs with a private key in PEM that somebody left lying about, under the header's `alg` or the one given. The trusted key is the
    /// issuer's wherever it comes from.
    SignWithKey { pem: Choice<String>, algorithm: Option<Choice<Algorithm>> },
    /// MACs under the header's `alg` (HS256, HS384, HS512) or with the hash given; `derived` says what is done to the key first.
    Mac { key: Choice<MacKey>, hash: Option<Choice<MacHash>>, derived: Option<Choice<Derivation>> },

    /// Makes the ECDSA signature out of two chosen numbers on the curve of the header's `alg`.
    EcdsaScalars { r: Choice<EcdsaScalar>, s: Choice<EcdsaScalar>, form: Choice<EcdsaForm> },
    /// Spells a valid ECDSA signature otherwise.
    RespellEcdsa { to: Choice<EcdsaSpelling> },
    /// Spells a valid Ed25519 signature otherwise.
    RespellEddsa { to: Choice<EddsaSpelling> },
    /// Signs with the trusted Ed25519 key in another variant of the scheme.
    SignEddsaVariant { variant: Choice<EddsaVariant> },
    /// Makes the universal signature (R of small order, S = 0) for the configured key of small order; or for the one with that number,
    /// of 14 encodings, put into `jwk`.
    EddsaSmallOrder { embed: Option<Choice<usize>> },
    /// Forges a PKCS#1 v1.5 signature by an integer cube root, for a trusted key of exponent 3; each layout fools one lax parser.
    RsaCubeRoot { layout: Choice<CubeRoot> },
    /// Forges for a trusted key of exponent 1: the signature is the encoded message itself.
    RsaExponentOne {},
    /// Signs with the trusted key an encoded message whose padding is altered.
    RsaPadding { edit: Choice<PaddingEdit> },
    /// Signs with the trusted key an encoded message in which one element of the `DigestInfo` is altered.
    RsaDigestInfo { element: Choice<DigestElement>, edit: Choice<DigestEdit> },
    /// Signs with the trusted key over another hash than the header's `alg` says.
    RsaHash { hash: Choice<SignedHash> },
    /// Signs with the trusted key and other PSS parameters than RFC 7518 section 3.5 says.
    RsaPss { edit: Choice<PssEdit> },
    /// Signs for a trusted modulus that is prime: its private exponent follows from the public key.
    RsaPrimeModulus {},
    /// Makes the RSA signature a special number, or respells a valid one.
    RsaInteger { to: Choice<RsaInteger> },

    /// Serialises the token in another shape.
    Shape { to: Choice<Shape> },
    /// Serialises the token as JSON with `to`, JSON text, where the signature belongs, or the whole list of signatures; without `to`,
    /// with nothing there.
    JsonSignature { at: Choice<JsonPlace>, to: Option<Choice<String>> },
    /// Adds a member to a token in a JSON serialisation, beside those of the same name that are there; `to` is JSON text.
    JsonMember { name: Choice<String>, to: Choice<String>, at: Choice<Place> },
    /// Makes the token the payload of another, whose header is the genuine one's with `cty` `JWT`, and whose signature is stale.
    Nest {},
    /// Puts a genuine token of the issuer's in front of the serialised token or behind it, with that text between them.
    Join { genuine: Choice<Place>, with: Choice<String> },
    /// Puts the claims behind the genuine token, as disclosures that nobody vouches for (RFC 9901).
    Disclose {},
    /// Puts text around the serialised token.
    Decorate { with: Choice<Decoration> },
    /// Makes `to` the whole wire text.
    WireText { to: Choice<String> },
    /// Puts text in front of the serialised token.
    Prepend { text: Choice<String> },
    /// Puts text behind the serialised token.
    Append { text: Choice<String> },
}

/// Why a step could not be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The header or the payload is not a JSON object that could be edited.
    #[error("the {0} is not a JSON object")]
    NotAnObject(&'static str),
    /// The member to edit is absent.
    #[error("there is no member `{0}`")]
    NoMember(String),
    /// A structural step came behind one that fixed the wire text.
    #[error("the token has been serialised already")]
    Serialised,
    /// The case needs a key that is not there, such as the issuer's private key in `forge`.
    #[error("{0}")]
    NoKey(String),
    /// The step makes no sense for this algorithm, key or signature.
    #[error("{0}")]
    Unfit(String),
    /// A value in the file that is not what the step needs.
    #[error("{0}")]
    Value(String),
}

impl From<SignError> for StepError {
    fn from(error: SignError) -> Self {
        Self::Unfit(error.to_string())
    }
}

impl Step {
    /// Applies the step.
    ///
    /// # Errors
    /// If the token or the keys at hand do not allow it; the case is then skipped with that reason.
    #[allow(clippy::too_many_lines)] // A table.
    pub fn apply(&self, work: &mut Work<'_>) -> Result<(), StepError> {
        use SegmentName::{Claims, Header};
        match self {
            Self::SetHeader { name, to } => object::set(work, Header, name, to),
            Self::AddHeader { name, to, at } => object::add(work, Header, name, to, **at),
            Self::DropHeader { name } => object::remove(work, Header, name),
            Self::RenameHeader { name, to } => object::rename(work, Header, name, to),
            Self::MoveHeader { name, to } => object::relocate(work, Header, name, **to),
            Self::HeaderText { to } => object::replace(work, Header, to.as_bytes().to_vec()),
            Self::HeaderBytes { hex } => object::replace(work, Header, from_hex(hex)?),
            Self::SetClaim { name, to } => object::set(work, Claims, name, to),
            Self::AddClaim { name, to, at } => object::add(work, Claims, name, to, **at),
            Self::DropClaim { name } => object::remove(work, Claims, name),
            Self::RenameClaim { name, to } => object::rename(work, Claims, name, to),
            Self::ClaimsText { to } => object::replace(work, Claims, to.as_bytes().to_vec()),
            Self::ClaimsBytes { hex } => object::replace(work, Claims, from_hex(hex)?),
            Self::ClaimTime { name, seconds } => compose::claim_time(work, name, **seconds),
            Self::SpaceHeader {} => object::space(work, Header),
            Self::SpaceClaims {} => object::space(work, Claims),
            Self::Kid { is } => object::kid(work, **is),
            Self::CopyClaimToHeader { claim, name } => object::copy_to_header(work, claim, name),
            Self::EmbedKey { key, r#as } => embed::key(work, key.as_deref().copied(), **r#as),
            Self::EmbedUrl { name, key, document, url } => embed::url(work, name, key.as_deref().copied(), **document, **url),
            Self::EmbedChain { chain } => embed::chain(work, **chain),
            Self::Thumbprint { name, of } => embed::thumbprint(work, name, **of),
            Self::DropSignature {} => signature::set(work, Vec::new()),
            Self::SignatureText { to } => signature::text(work, to),
            Self::LowerSignature {} => signature::lower(work),
            Self::SignatureBytes { hex } => signature::set(work, from_hex(hex)?),
            Self::FillSignature { byte, count } => signature::set(work, vec![**byte; **count]),
            Self::RandomSignature { bytes } => signature::random(work, bytes.as_deref().copied()),
            Self::FlipBit { of, bit } => signature::flip(work, **of, **bit),
            Self::TruncateSignature { to } => signature::truncate(work, **to),
            Self::ExtendSignature { hex } => signature::extend(work, &from_hex(hex)?),
            Self::RepeatSignature {} => signature::repeat(work),
            Self::SpliceSignature { from } => signature::splice(work, **from),
            Self::SpliceSegment { of, from } => signature::splice_segment(work, **of, **from),
            Self::RespellBase64 { of, to } => base64::respell(work, **of, **to),
            Self::CopySegment { from, to } => signature::copy_segment(work, **from, **to),
            Self::Digest { hash } => hmac::digest(work, **hash),
            Self::Sign { with, algorithm } => signature::sign(work, **with, algorithm.as_deref().copied()),
            Self::SignWithKey { pem, algorithm } => signature::sign_with_key(work, pem, algorithm.as_deref().copied()),
            Self::SignByKeyType { form } => ecdsa::sign_by_key_type(work, **form),
            Self::Mac { key, hash, derived } => hmac::mac(work, key, hash.as_deref().copied(), derived.as_deref().copied()),
            Self::EcdsaScalars { r, s, form } => ecdsa::scalars(work, **r, **s, **form),
            Self::RespellEcdsa { to } => ecdsa::respell(work, **to),
            Self::RespellEddsa { to } => eddsa::respell(work, **to),
            Self::SignEddsaVariant { variant } => eddsa::sign_variant(work, **variant),
            Self::EddsaSmallOrder { embed } => eddsa::small_order(work, embed.as_deref().copied()),
            Self::RsaCubeRoot { layout } => rsa::cube_root(work, **layout),
            Self::RsaExponentOne {} => rsa::exponent_one(work),
            Self::RsaPadding { edit } => rsa::padding(work, **edit),
            Self::RsaDigestInfo { element, edit } => rsa::digest_info(work, **element, **edit),
            Self::RsaHash { hash } => rsa::signed_hash(work, **hash),
            Self::RsaPss { edit } => rsa::pss(work, **edit),
            Self::RsaPrimeModulus {} => rsa::prime_modulus(work),
            Self::RsaInteger { to } => rsa::integer(work, **to),
            Self::Shape { to } => wire::shape(work, **to),
            Self::JsonMember { name, to, at } => wire::member(work, name, to, **at),
            Self::JsonSignature { at, to } => wire::json_signature(work, **at, to.as_ref().map(|to| to.as_str())),
            Self::Nest {} => compose::nest(work),
            Self::Join { genuine, with } => compose::join(work, **genuine, with),
            Self::Disclose {} => compose::disclose(work),
            Self::Decorate { with } => wire::decorate(work, **with),
            Self::WireText { to } => wire::replace(work, to),
            Self::Prepend { text } => wire::prepend(work, text),
            Self::Append { text } => wire::append(work, text),
        }
    }
}

fn from_hex(text: &str) -> Result<Vec<u8>, StepError> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|e| StepError::Value(format!("`{text}` is not hex: {e}")))
}
