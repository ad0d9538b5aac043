//! `fuzz_verifier!`: a fuzz target for a verifier of one's own, and a test on a stable compiler, from one line.

/// Makes a fuzz target of a verifier, or a test, whichever is being built.
///
/// ```no_run
/// #![cfg_attr(fuzzing, no_main)]
/// use jwt_gauntlet::{Trust, Verdict, fuzz_verifier};
/// # fn my_verify(_: &str, _: &[u8]) -> Result<String, String> { Err("no".into()) }
///
/// fuzz_verifier!(|trust: &Trust| {
///     let secret = trust.configured_bytes();
///     Ok(move |token: &str| match my_verify(token, &secret) {
///         Ok(claims) => Verdict::accepted(claims),
///         Err(reason) => Verdict::rejected(reason),
///     })
/// });
/// ```
///
/// The expression is any [`Implementation`](crate::Implementation). Algorithms may stand before it:
/// `fuzz_verifier!([Algorithm::HS256], my_verifier)`; without them it is asked about one of each signature scheme, and what it does not
/// support is left out.
///
/// - Under `cargo fuzz`, with the feature `libfuzzer`, this is a libFuzzer target with a mutator and a crossover that know tokens.
/// - Under `cargo test` it is a `#[test]` that replays `findings/` beside `Cargo.toml` (attack files, and tokens as the engine saved
///   them) and then fuzzes for five seconds, or as many as `GAUNTLET_FUZZ_SECONDS` says. Nothing of libFuzzer is compiled.
/// - Otherwise it is a `main` that does the same.
///
/// See `docs/fuzzing.md` for the whole way from `cargo fuzz init` to CI.
#[cfg(not(all(fuzzing, feature = "libfuzzer")))]
#[macro_export]
macro_rules! fuzz_verifier {
    ([$($algorithm:expr),+ $(,)?], $implementation:expr $(,)?) => {
        #[cfg(test)]
        #[test]
        fn withstands_the_gauntlet() {
            $crate::internal::libfuzzer::check::check($implementation, &[$($algorithm),+], env!("CARGO_MANIFEST_DIR"));
        }

        #[cfg(not(test))]
        #[allow(dead_code)]
        fn main() {
            $crate::internal::libfuzzer::check::check($implementation, &[$($algorithm),+], env!("CARGO_MANIFEST_DIR"));
        }
    };
    ($implementation:expr $(,)?) => {
        #[cfg(test)]
        #[test]
        fn withstands_the_gauntlet() {
            $crate::internal::libfuzzer::check::check($implementation, &$crate::Fuzzer::ALGORITHMS, env!("CARGO_MANIFEST_DIR"));
        }

        #[cfg(not(test))]
        #[allow(dead_code)]
        fn main() {
            $crate::internal::libfuzzer::check::check($implementation, &$crate::Fuzzer::ALGORITHMS, env!("CARGO_MANIFEST_DIR"));
        }
    };
}

/// The same under libFuzzer.
#[cfg(all(fuzzing, feature = "libfuzzer"))]
#[macro_export]
macro_rules! fuzz_verifier {
    ([$($algorithm:expr),+ $(,)?], $implementation:expr $(,)?) => {
        fn __gauntlet() -> &'static $crate::internal::libfuzzer::engine::Engine {
            static ENGINE: ::std::sync::OnceLock<$crate::internal::libfuzzer::engine::Engine> = ::std::sync::OnceLock::new();
            ENGINE.get_or_init(|| {
                let implementation = $crate::internal::libfuzzer::check::implementation($implementation);
                $crate::internal::libfuzzer::engine::Engine::new(&*implementation, &[$($algorithm),+], $crate::Outcome::Policy)
            })
        }

        $crate::fuzz_tokens!(__gauntlet);
    };
    ($implementation:expr $(,)?) => {
        fn __gauntlet() -> &'static $crate::internal::libfuzzer::engine::Engine {
            static ENGINE: ::std::sync::OnceLock<$crate::internal::libfuzzer::engine::Engine> = ::std::sync::OnceLock::new();
            ENGINE.get_or_init(|| {
                let implementation = $crate::internal::libfuzzer::check::implementation($implementation);
                $crate::internal::libfuzzer::engine::Engine::new(&*implementation, &$crate::Fuzzer::ALGORITHMS, $crate::Outcome::Policy)
            })
        }

        $crate::fuzz_tokens!(__gauntlet);
    };
}

/// The hooks of libFuzzer for a function that gives an `Engine`.
///
/// `fuzz_target!` names `::libfuzzer_sys` and so works only in a crate that depends on it; what it would write is written out here.
#[cfg(all(fuzzing, feature = "libfuzzer"))]
#[doc(hidden)]
#[macro_export]
macro_rules! fuzz_tokens {
    ($engine:path) => {
        $crate::fuzz_bytes!(|input| $engine().execute(input), {
            $crate::internal::libfuzzer::engine::hold_panics();
            $engine();
        });

        $crate::libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $engine().mutate(data, size, max_size, seed, $crate::libfuzzer_sys::fuzzer_mutate)
        });

        $crate::libfuzzer_sys::fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| {
            $crate::internal::libfuzzer::engine::Engine::cross(one, other, out, seed)
        });
    };
}

/// The two hooks that every target has.
#[cfg(all(fuzzing, feature = "libfuzzer"))]
#[doc(hidden)]
#[macro_export]
macro_rules! fuzz_bytes {
    (|$input:ident| $body:expr, $start:block) => {
        const _: () = {
            #[unsafe(no_mangle)]
            pub extern "C" fn LLVMFuzzerInitialize(argc: *const isize, argv: *const *const *const u8) -> isize {
                $crate::libfuzzer_sys::initialize(argc, argv);
                $start
                0
            }

            #[unsafe(no_mangle)]
            pub extern "C" fn rust_fuzzer_test_input($input: &[u8]) -> i32 {
                // `cargo fuzz` asks so for the input in words.
                if let Some(path) = $crate::libfuzzer_sys::rust_libfuzzer_debug_path() {
                    ::std::fs::write(path, format!("{:?}\n", String::from_utf8_lossy($input))).expect("the file can be written");
                    return 0;
                }
                $body;
                0
            }
        };
    };
}
