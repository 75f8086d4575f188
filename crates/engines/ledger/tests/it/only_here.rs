//! What must not compile: a proof without the ledger, a permit without the gate (law 1).

#[test]
fn proofs_and_permits_cannot_be_made_elsewhere() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/must_not_compile/*.rs");
}
