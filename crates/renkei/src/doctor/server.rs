//! Whether a server runs, and how it says it is.

use super::finding::Finding;
use super::ward::{Server, Ward};

pub fn check(ward: &Ward) -> Vec<Finding> {
    let finding = match &ward.server {
        Server::Absent => {
            Finding::notice("server_not_running", "serve").says("serve は動いていません。", "no server is running")
        }
        Server::LeftBehind => Finding::notice("server_ended_badly", "serve").says(
            "serve は動いていません。前回は途中で終わっています（次に始めると片付きます）。",
            "no server is running; the last one ended abruptly, which the next start settles",
        ),
        Server::Silent => Finding::fault("server_silent", "serve")
            .says("serve は動いていますが、答えません。", "a server is running and does not answer")
            .asks(
                "負荷とログを確かめ、続くときは serve を止めて始め直してください。",
                "look at load and logs; restart serve when it stays",
            ),
        Server::NotReady(told) => Finding::fault("server_not_ready", "serve")
            .says(
                format!("serve は動いていますが、仕事ができません（{}）。", failed(told)),
                format!("a server is running and cannot work: {}", failed(told)),
            )
            .asks("下の database・trust の項を見てください。", "see the checks database and trust"),
        Server::Ready(_) => return Vec::new(),
    };
    vec![finding]
}

fn failed(told: &serde_json::Value) -> String {
    let parts = told["parts"].as_array().map_or(&[][..], Vec::as_slice);
    let names: Vec<&str> =
        parts.iter().filter(|part| part["condition"] == "failed").filter_map(|part| part["name"].as_str()).collect();
    names.join(", ")
}
