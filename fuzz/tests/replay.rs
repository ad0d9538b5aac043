//! Every target on what is committed, without libFuzzer: its seeds, and what once failed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jwt_gauntlet_fuzz::{TARGETS, known, seeds};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Files right in a folder; none if there is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn every_target_takes_its_seeds_and_what_once_failed() {
    for (name, body) in TARGETS {
        body(b"");
        for file in ["seeds", "regressions"].into_iter().flat_map(|kind| files(&folder(kind).join(name))) {
            // The vulnerable verifier is there to fail.
            if name != "naive" && name != "strawman" || file.starts_with(folder("seeds")) {
                println!("{}", file.display());
                body(&fs::read(&file).expect("a file that was just listed"));
            }
        }
    }
}

/// `UPDATE=1 cargo test` writes them.
#[test]
fn the_committed_seeds_are_those_that_the_code_makes() {
    for (name, _) in TARGETS {
        let (here, mut made) = (folder("seeds").join(name), seeds::of(name));
        made.sort();
        assert!(!made.is_empty(), "{name}");
        if std::env::var_os("UPDATE").is_some() {
            let _ = fs::remove_dir_all(&here);
            fs::create_dir_all(&here).expect("a folder can be made");
            made.iter().for_each(|(file, bytes)| fs::write(here.join(file), bytes).expect("a file can be written"));
        }
        let name_of = |path: &PathBuf| path.file_name().expect("a file").to_string_lossy().into_owned();
        let found: Vec<_> = files(&here).iter().map(|path| (name_of(path), fs::read(path).expect("a file"))).collect();
        assert!(found == made, "seeds/{name} is not what seeds.rs makes; UPDATE=1 writes it");
    }
}

#[test]
fn the_committed_dictionary_is_the_vocabulary() {
    let (file, made) = (folder("jwt.dict"), jwt_gauntlet::internal::fuzz::corpus::dictionary());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &made).expect("a file can be written");
    }
    assert!(fs::read_to_string(file).is_ok_and(|found| found == made), "jwt.dict is not the vocabulary; UPDATE=1 writes it");
}

#[test]
fn the_oracle_does_not_excuse_a_forgery() {
    assert!(known::table().iter().all(|known| !known.kind.starts_with("forged") && !known.because.is_empty()));
}

#[test]
#[should_panic(expected = "jwt-gauntlet found a failure: forged")]
fn the_straw_man_falls() {
    // {"alg":"none"}.{"iss":…,"sub":"admin","aud":…}
    let claims = "eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwic3ViIjoiYWRtaW4iLCJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlIn0";
    jwt_gauntlet_fuzz::tokens::strawman(format!("eyJhbGciOiJub25lIn0.{claims}.").as_bytes());
}
