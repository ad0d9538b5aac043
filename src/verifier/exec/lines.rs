//! What comes out of a program: [`Lines`] of standard output, the [`Tail`] of standard error and of what is not an answer.

use std::os::fd::AsFd;

use rustix::io::Errno;

/// No answer needs a line as long as this; what sends one floods.
const LONGEST: usize = 64 << 20;
/// The buffer to go back to after a long line. A pipe holds 64 KiB, so that one read takes all there is.
const USUAL: usize = 128 << 10;

/// Cuts a pipe into lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Read and not yet taken: `buffer[start..end]`; there is no line end before `scanned`.
    buffer: Vec<u8>,
    start: usize,
    scanned: usize,
    end: usize,
}

/// What a pipe had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Got {
    Bytes,
    Nothing,
    End,
}

impl Lines {
    /// Reads once.
    pub(super) fn fill(&mut self, pipe: impl AsFd) -> Got {
        self.make_room();
        let got = read(pipe, &mut self.buffer[self.end..]);
        if let Ok(n) = got {
            self.end += n;
        }
        verdict(got)
    }

    /// The next whole line, without its end.
    pub(super) fn next_line(&mut self) -> Option<&[u8]> {
        let Some(length) = memchr::memchr(b'\n', &self.buffer[self.scanned..self.end]) else {
            self.scanned = self.end;
            return None;
        };
        let line = self.start..self.scanned + length;
        self.start = line.end + 1;
        self.scanned = self.start;
        Some(&self.buffer[line])
    }

    /// Whether the line that has not ended yet is too long for any answer.
    pub(super) fn flooded(&self) -> bool {
        self.end - self.start > LONGEST
    }

    fn make_room(&mut self) {
        if self.start == self.end {
            (self.start, self.scanned, self.end) = (0, 0, 0);
            if self.buffer.len() > USUAL {
                self.buffer = Vec::new();
            }
        }
        if self.buffer.len() - self.end < USUAL / 2 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.scanned, self.end) = (self.scanned - self.start, self.end - self.start);
            self.start = 0;
        }
        if self.buffer.len() - self.end < USUAL / 2 {
            self.buffer.resize((self.buffer.len() * 2).max(USUAL), 0);
        }
    }
}

/// The end of what was said.
#[derive(Debug, Default)]
pub(super) struct Tail(Vec<u8>);

impl Tail {
    const KEPT: usize = 4 << 10;

    /// Reads once.
    pub(super) fn fill(&mut self, pipe: impl AsFd) -> Got {
        let mut chunk = [0; 16 << 10];
        let got = read(pipe, &mut chunk);
        if let Ok(n) = got {
            self.push(&chunk[..n]);
        }
        verdict(got)
    }

    /// Adds what was said elsewhere.
    pub(super) fn push(&mut self, text: &[u8]) {
        self.0.extend_from_slice(&text[text.len().saturating_sub(Self::KEPT)..]);
        self.0.drain(..self.0.len().saturating_sub(Self::KEPT));
    }

    /// The last lines that are not blank, oldest first.
    pub(super) fn lines(&self, most: usize) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.0);
        let lines: Vec<_> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        lines[lines.len().saturating_sub(most)..].iter().map(|line| (*line).to_owned()).collect()
    }

    /// The last line that says what happened: not a hint, a version, or a place in a stack trace.
    pub(super) fn reason(&self) -> Option<String> {
        let aside = |line: &String| {
            let text = line.trim_start();
            text.starts_with("note: ") || text.starts_with("Node.js v") || (text.len() < line.len() && text.starts_with("at "))
        };
        self.lines(usize::MAX).into_iter().rev().find(|line| !aside(line))
    }
}

fn read(pipe: impl AsFd, into: &mut [u8]) -> Result<usize, Errno> {
    rustix::io::retry_on_intr(|| rustix::io::read(pipe.as_fd(), &mut *into))
}

fn verdict(got: Result<usize, Errno>) -> Got {
    match got {
        Ok(0) => Got::End,
        Ok(_) => Got::Bytes,
        Err(Errno::AGAIN) => Got::Nothing,
        // A pipe that cannot be read has nothing more to say.
        Err(_) => Got::End,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn lines_survive_any_cut() {
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        for piece in ["a\nb", "b\n\nc", "", "c\r\n", "end"] {
            writer.write_all(piece.as_bytes()).expect("room in the pipe");
            if !piece.is_empty() {
                assert_eq!(lines.fill(&reader), Got::Bytes);
            }
            while let Some(line) = lines.next_line() {
                seen.push(String::from_utf8_lossy(line).into_owned());
            }
        }
        assert_eq!(seen, ["a", "bb", "", "cc\r"]);
        drop(writer);
        assert_eq!(lines.fill(&reader), Got::End);
    }

    #[test]
    fn the_reason_is_the_last_line_that_is_no_stack_frame() {
        let node = "\nthrow new Error('boom')\n^\n\nError: boom\n    at Object.<anonymous> (x.js:1)\n\nNode.js v20.0.0\n";
        assert_eq!(Tail(node.into()).reason().as_deref(), Some("Error: boom"));
        let rust = "thread 'main' panicked at src/main.rs:1:1:\nboom\nnote: run with `RUST_BACKTRACE=1`\n";
        assert_eq!(Tail(rust.into()).reason().as_deref(), Some("boom"));
        assert_eq!(Tail::default().reason(), None);
    }
}
