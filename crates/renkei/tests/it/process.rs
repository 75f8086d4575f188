//! The program as a process, and a look at what it answers.

use axum::http::{HeaderMap, StatusCode, header};
use renkei_net::client::{Client, Connection, body_text};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tokio::net::TcpStream;

/// The program with an environment of its own.
pub fn renkei(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renkei"));
    command.args(arguments).env_remove("RENKEI_CONFIG").env_remove("RENKEI_LOG");
    command
}

/// What a command that ended said.
pub struct Said {
    pub exit: i32,
    pub out: String,
    pub err: String,
}

pub fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { exit: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// A program that goes on; ended when dropped.
pub struct Running {
    child: Child,
    /// What it had printed when it was ready.
    pub said: String,
}

impl Running {
    /// Starts and waits for a line that holds `word`, on standard output or error.
    pub fn start(command: &mut Command, word: &str, on_error: bool) -> Self {
        let (out, err) = if on_error { (Stdio::null(), Stdio::piped()) } else { (Stdio::piped(), Stdio::null()) };
        let mut child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().unwrap();
        let stream: Box<dyn std::io::Read + Send> = match (child.stdout.take(), child.stderr.take()) {
            (Some(out), _) => Box::new(out),
            (None, Some(err)) => Box::new(err),
            (None, None) => panic!("nothing to read"),
        };
        let mut lines = BufReader::new(stream).lines();
        let mut said = String::new();
        let ready = lines.by_ref().map_while(Result::ok).any(|line| {
            said.push_str(&line);
            said.push('\n');
            line.contains(word)
        });
        assert!(ready, "it ended instead of saying {word}: {said} {:?}", child.wait());
        // Somebody must go on reading, or the program stops when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, said }
    }

    /// Asks it to end and answers its exit code.
    pub fn stop(mut self) -> i32 {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago.
pub fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Whether a session was opened.
    pub fn has_session(&self) -> bool {
        self.headers.get_all(header::SET_COOKIE).iter().any(|cookie| {
            cookie.to_str().is_ok_and(|cookie| cookie.starts_with("__Host-renkei=") && !cookie.contains("Max-Age=0"))
        })
    }
}

/// `GET path` over TLS.
pub async fn get(client: &Client, address: SocketAddr, name: &str, path: &str) -> Answer {
    told(client.get(address, name, path).await.unwrap()).await
}

/// `GET path` in plain text on loopback.
pub async fn get_plain(address: SocketAddr, path: &str) -> Answer {
    let stream = TcpStream::connect(address).await.unwrap();
    ask(Connection::over(stream, "127.0.0.1").await.unwrap(), path).await
}

/// `GET path` at the console's socket.
pub async fn get_console(socket: &Path, path: &str) -> Answer {
    ask(Connection::to_console(socket).await.unwrap(), path).await
}

async fn ask(mut connection: Connection, path: &str) -> Answer {
    let request = axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap();
    told(connection.send(request).await.unwrap()).await
}

/// What an answer says.
pub async fn told(answer: axum::http::Response<axum::body::Body>) -> Answer {
    let (status, headers) = (answer.status(), answer.headers().clone());
    Answer { status, headers, body: body_text(answer).await.unwrap() }
}
