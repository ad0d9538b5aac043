//! Reports of results at their extremes: the widest figures and names, and foreign text that tries to be markup.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::{
    bench::{
        Bench, Broken, Comparison, Operation, Scheme,
        compare::Change,
        contender::Choice,
        results::{Batch, Piped, Row},
        scaling::{Scaling, Step},
        stats::Estimate,
    },
    report::style::Style,
};

const FOREIGN: &str = "<script>alert(\"a&b\")</script> | \u{1b}[31m";

fn widest() -> Results {
    let choice = Choice { schemes: Vec::new(), operations: Vec::new() };
    let bench =
        Bench { choice, backends: Vec::new(), libraries: Vec::new(), time: std::time::Duration::from_secs(1), threads: vec![1] };
    let mut results = bench.finish(&[], &AtomicBool::new(true));
    let wide = |mid: f64| Estimate { low: mid * 0.885, mid, high: mid * 1.225 };
    for scheme in Scheme::all() {
        for operation in Operation::ALL {
            for (backend, ns) in [("jsonwebtoken/rust-crypto", 123.4), ("aws-lc-rs", 123_456_789.0)] {
                results.rows.push(Row {
                    scheme,
                    backend: backend.to_owned(),
                    operation,
                    ops_per_second: wide(1e9 / ns),
                    median_ns: wide(ns),
                    p99_ns: wide(ns * 9.9),
                    signature_bytes: 4627,
                    token_bytes: 65536,
                    times_hs256: Some(99_940.0),
                    times_raw: Some(15.678),
                    piped: None,
                    waited: Some(9.87),
                    calls: 1,
                    parts: vec![vec![Batch { call: ns, clock: 1.0, crowd: 1.0 }]],
                });
            }
        }
    }
    let steps = [1, 2, 4, 8, 16, 32, 64, 128]
        .map(|threads| Step { threads, ops_per_second: wide(1.234e6 * f64::from(u32::try_from(threads).expect("few"))) });
    results.scaling.push(Scaling {
        scheme: "ML-DSA-87".parse().expect("a scheme"),
        backend: "aws-lc-rs".to_owned(),
        operation: Operation::VerifyForged,
        steps: steps.to_vec(),
    });
    let scheme = results.rows[0].scheme;
    results.broken.push(Broken { scheme, backend: "jsonwebtoken/rust-crypto".to_owned(), why: FOREIGN.repeat(5) });
    results.options.target = FOREIGN.to_owned();
    results.machine.processor = "AMD EPYC & <others>".to_owned();
    results
}

fn piped() -> Results {
    let mut results = widest();
    let wide = |mid: f64| Estimate { low: mid * 0.885, mid, high: mid * 1.225 };
    for row in &mut results.rows {
        row.backend = "a library with a long name".to_owned();
        row.piped = Some(Piped { protocol_ns: wide(123_456.0), net_ns: wide(-123_456.0) });
    }
    results.rows.retain(|row| row.operation == Operation::TokenVerify && row.scheme.algorithm().is_some());
    results
}

fn comparison(results: &Results) -> Comparison {
    let row = &results.rows[0];
    let change = |times| Change { scheme: row.scheme, backend: row.backend.clone(), operation: Operation::VerifyForged, times };
    Comparison {
        changes: vec![change(1.234), change(0.5)],
        compared: 300,
        busy: 4,
        gone: 12,
        new: 3,
        broken: vec![(row.scheme, row.backend.clone())],
        notes: vec![FOREIGN.replace('\u{1b}', "").repeat(6)],
        threshold: 0.05,
    }
}

#[test]
fn the_human_report_fits_100_columns() {
    for results in [widest(), piped()] {
        let text = human::render(&results, Some(&comparison(&results)), &Style::default());
        assert!(text.contains("BROKEN") && text.contains("BUSY") && text.contains("+23.4 %"), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{} columns: {line}", line.chars().count());
        }
        assert!(!text.contains('\u{1b}'));
        // Columns keep apart.
        for line in text.lines().filter(|line| line.contains('±')) {
            assert!(line.split_whitespace().count() >= 6, "{line}");
        }
    }
}

#[test]
fn the_html_is_well_formed_and_needs_nothing_from_elsewhere() {
    for results in [widest(), piped()] {
        let html = html::render(&results, Some(&comparison(&results)));
        let body = html.trim_start_matches("<!DOCTYPE html>");
        let document = roxmltree::Document::parse(body).unwrap_or_else(|error| panic!("{error}"));
        let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
        assert_eq!((count("script"), count("link"), count("img")), (0, 0, 0));
        assert!(document.descendants().all(|node| node.attribute("src").is_none() && node.attribute("href").is_none()));
        assert!(count("svg") >= 2 && count("table") >= 2);
        let inked = |node: &roxmltree::Node<'_, '_>| node.attribute("aria-label").is_some() && node.has_children();
        assert!(document.descendants().filter(|node| node.has_tag_name("svg")).all(|node| inked(&node)));
        assert!(!html.contains("NaN") && !html.contains("inf"), "a figure that is none");
    }
}

#[test]
fn markdown_has_a_row_for_each_figure_and_no_foreign_markup() {
    let results = widest();
    let text = markdown::render(&results, Some(&comparison(&results)));
    for line in text.lines().filter(|line| line.starts_with("| HS256 | jsonwebtoken/rust-crypto |")) {
        assert!(matches!(line.replace("\\|", "").matches('|').count(), 5 | 8), "{line}");
    }
    assert!(!text.contains("<script>"));
}
