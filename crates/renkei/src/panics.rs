//! What a panic may say: where it happened, never its text, which may hold what somebody's record says.
//!
//! Separate because the standard hook prints the text; this one is set before anything else runs.

use renkei_kernel::logs::OPERATOR;
use std::panic::PanicHookInfo;

/// From here on a panic logs its place and nothing else.
pub fn tell_the_place_only() {
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(
            target: OPERATOR, { panic.place = %place(panic) },
            "プログラムの誤りが起きました（E500）。場所を開発者へお知らせください。 / an error of the program"
        )
    }));
}

fn place(panic: &PanicHookInfo<'_>) -> String {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    match panic.location() {
        Some(at) => format!("{}:{}:{} in thread {thread}", at.file(), at.line(), at.column()),
        None => format!("unknown, in thread {thread}"),
    }
}

#[cfg(test)]
mod tests {
    const CHILD: &str = "RENKEI_TEST_PANICS";

    /// Runs in a process of its own: a hook is everybody's.
    #[test]
    fn a_panic_tells_its_place_and_not_its_text() {
        if std::env::var_os(CHILD).is_some() {
            crate::logs::start(&crate::operation::Logs::default(), &crate::operation::Retention::default());
            super::tell_the_place_only();
            let ended = std::thread::spawn(|| panic!("氏名は {}", "佐倉ハナ")).join();
            assert!(ended.is_err());
            return;
        }
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "panics::tests::a_panic_tells_its_place_and_not_its_text"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}");
        assert!(said.contains("panics.rs:") && said.contains("E500"), "{said}");
        assert!(!said.contains("佐倉"), "{said}");
    }
}
