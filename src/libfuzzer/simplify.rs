//! Plainer tokens for an engine that minimises: parts go back to those of the genuine token, or out, never bytes out of the middle.

use std::sync::Arc;

use crate::{
    entropy::Entropy,
    token::{Draft, Member, Segment},
};

/// Attempts at a token that is short enough.
const ATTEMPTS: usize = 24;

/// `token` in at most `most` bytes.
pub(crate) fn token(token: &str, genuine: &Draft, most: usize, entropy: &mut Entropy) -> String {
    let mut draft = Draft::parse(token);
    for _ in 0..ATTEMPTS {
        change(&mut draft, genuine, entropy);
        let text = draft.to_string();
        if text.len() <= most && text != token {
            return text;
        }
    }
    // Nothing that means anything is that short.
    cut(token, most).to_owned()
}

/// The longest start of `text` that has at most `most` bytes.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn change(draft: &mut Draft, genuine: &Draft, entropy: &mut Entropy) {
    if draft.segments.len() > 3 && entropy.percent(50) {
        draft.segments.pop();
        return;
    }
    let index = entropy.below(draft.segments.len().min(3));
    let theirs = genuine.segments.get(index);
    match &mut draft.segments[index] {
        ours if entropy.below(4) == 0 => {
            if let Some(theirs) = theirs {
                *ours = theirs.clone();
            }
        }
        Segment::Object(members) if !members.is_empty() => member(Arc::make_mut(members), theirs, entropy),
        Segment::Object(_) => {}
        Segment::Bytes(bytes) => bytes.truncate(bytes.len() / 2),
        Segment::Text(text) => *text = cut(text, text.len() / 2).to_owned(),
    }
}

/// Puts one member back to the genuine one, or its value to a plain one, or leaves it out.
fn member(members: &mut Vec<Member>, theirs: Option<&Segment>, entropy: &mut Entropy) {
    let index = entropy.below(members.len());
    let member = &mut members[index];
    match entropy.below(3) {
        0 => {
            let known = theirs.and_then(Segment::members).and_then(|theirs| theirs.iter().find(|known| known.name == member.name));
            if let Some(known) = known {
                *member = known.clone();
            }
        }
        1 => {
            let plain: &[u8] = if member.value.trim_ascii().starts_with(b"\"") { b"\"\"" } else { b"1" };
            if member.value.len() > plain.len() {
                member.value = plain.to_vec();
            }
        }
        _ => drop(members.remove(index)),
    }
}

#[cfg(test)]
mod tests {
    use crate::{algorithm::Algorithm, libfuzzer::mutator::Mutator};

    #[test]
    fn every_plainer_token_fits_and_most_are_still_tokens() {
        let mut mutator = Mutator::new(&[Algorithm::HS256]);
        let token = mutator.mutate("", 3, &mut |bytes| bytes);
        let mut whole = 0;
        for seed in 0..200 {
            let plainer = mutator.simplify(&token, seed, token.len() - 1);
            assert!(plainer.len() < token.len());
            whole += usize::from(plainer.split('.').count() == token.split('.').count());
        }
        assert!(whole > 150, "{whole} of 200");
        for most in 0..20 {
            assert!(mutator.simplify("ä.ä.ä", 1, most).len() <= most);
        }
    }
}
