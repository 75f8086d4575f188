//! From results to exit codes and the sentence on standard error (requirements, section 0).

use renkei_kernel::{Category, Problem};
use std::process::ExitCode;

/// Exit 0, or the error's text and 1.
pub fn of<T, E: std::fmt::Display>(result: Result<T, E>) -> ExitCode {
    match result {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("renkei: {error}");
            ExitCode::from(1)
        }
    }
}

/// Exit 0, or the problem's text with its E-code and the exit code of its category.
pub fn of_problem<T, E: Problem + std::fmt::Display>(result: Result<T, E>) -> ExitCode {
    match result {
        Ok(_) => ExitCode::SUCCESS,
        Err(problem) => refused(problem.category(), problem.code(), &problem),
    }
}

pub fn refused(category: Category, code: &str, text: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("renkei: E{} {code}: {text}", category.status());
    ExitCode::from(category.exit_code())
}
