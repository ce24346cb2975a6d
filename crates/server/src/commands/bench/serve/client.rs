//! A client that costs little: one connection, kept, and nothing of HTTP beyond what the service answers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, ensure};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// A connection to the service.
pub struct Client {
    connection: BufReader<TcpStream>,
    address: String,
}

/// What the service answered.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// When it cannot.
    pub fn connect(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).context("cannot connect to the service")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { connection: BufReader::new(stream), address: address.to_owned() })
    }

    /// Sends a message and waits for the answer.
    ///
    /// # Errors
    /// When the connection breaks, or the answer is none.
    pub fn post(&mut self, message: &[u8]) -> anyhow::Result<Answer> {
        let head = format!(
            "POST /ceb HTTP/1.1\r\nhost: {}\r\ncontent-type: application/xml\r\n\
             content-length: {}\r\n\r\n",
            self.address,
            message.len()
        );
        let stream = self.connection.get_mut();
        stream.write_all(head.as_bytes())?;
        stream.write_all(message)?;
        self.answer().context("the service gave no answer that can be read")
    }

    fn answer(&mut self) -> anyhow::Result<Answer> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no status in `{first}`"))?;
        let mut length = 0;
        loop {
            let line = self.line()?;
            match line.split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse()?;
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body)?;
        Ok(Answer { status, body: String::from_utf8(body)? })
    }

    fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        ensure!(self.connection.read_line(&mut line)? > 0, "the connection was closed");
        Ok(line.trim_end().to_owned())
    }
}
