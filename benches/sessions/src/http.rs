//! A gate behind a real HTTP/1.1 connection on loopback: what authentication costs beside what a request costs anyway.
//!
//! The server is one thread that reads, parses, asks the gate and answers with the user as JSON; the connection stays open, as
//! behind a proxy. Frameworks do more and take longer, so that the schemes' shares only shrink.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
};

use crate::gate::{Gate, Header, Refusal, User};

/// The longest head that the server takes, in bytes: more than any proxy would.
const HEAD: usize = 256 * 1024;

/// The client's side, itself a gate: the same controls and measurements apply.
pub struct Remote {
    stream: TcpStream,
    buffer: Vec<u8>,
    header: Header,
    server: Option<JoinHandle<()>>,
}

impl Remote {
    /// Starts a server with `gate` behind it, and connects to it.
    ///
    /// # Errors
    /// If loopback has no port left.
    pub fn new(mut gate: Box<dyn Gate>, header: Header) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let stream = TcpStream::connect(listener.local_addr()?)?;
        stream.set_nodelay(true)?;
        let (far, _) = listener.accept()?;
        far.set_nodelay(true)?;
        // An error on the connection ends it; the client's next question shows that.
        let server = thread::spawn(move || drop(serve(far, gate.as_mut(), header)));
        Ok(Self { stream, buffer: Vec::new(), header, server: Some(server) })
    }

    /// Sends one request and gives the status and the body of the answer.
    fn ask(&mut self, target: &str, value: &str) -> io::Result<(u16, Vec<u8>)> {
        let name = self.header.name();
        let request = format!("{target} HTTP/1.1\r\nHost: api.example\r\nAccept: application/json\r\n{name}: {value}\r\n\r\n");
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        loop {
            more(&mut self.stream, &mut self.buffer)?;
            let mut headers = [httparse::EMPTY_HEADER; 8];
            let mut response = httparse::Response::new(&mut headers);
            let httparse::Status::Complete(head) = response.parse(&self.buffer).map_err(io::Error::other)? else { continue };
            let length = response.headers.iter().find(|h| h.name == "Content-Length").and_then(|h| str::from_utf8(h.value).ok());
            let length: usize = length.and_then(|n| n.parse().ok()).ok_or_else(|| io::Error::other("no length"))?;
            let status = response.code.unwrap_or_default();
            while self.buffer.len() < head + length {
                more(&mut self.stream, &mut self.buffer)?;
            }
            return Ok((status, self.buffer[head..head + length].to_vec()));
        }
    }

    fn answer(&mut self, target: &str, value: &str) -> Result<Vec<u8>, Refusal> {
        match self.ask(target, value) {
            Ok((200, body)) => Ok(body),
            Ok((401, _)) => Err(Refusal::Refused),
            Ok((status, body)) => Err(Refusal::Unavailable(format!("status {status}: {}", String::from_utf8_lossy(&body)))),
            Err(error) => Err(Refusal::Unavailable(error.to_string())),
        }
    }
}

impl Gate for Remote {
    fn authenticate(&mut self, value: &str) -> Result<Arc<User>, Refusal> {
        let body = self.answer("GET /me", value)?;
        serde_json::from_slice(&body).map(Arc::new).map_err(|e| Refusal::Unavailable(e.to_string()))
    }

    fn log_out(&mut self, value: &str) -> Result<(), Refusal> {
        self.answer("POST /logout", value).map(drop)
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        let _ = self.server.take().map(JoinHandle::join);
    }
}

fn serve(mut stream: TcpStream, gate: &mut dyn Gate, header: Header) -> io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        more(&mut stream, &mut buffer)?;
        let mut headers = [httparse::EMPTY_HEADER; 16];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(head) = request.parse(&buffer).map_err(io::Error::other)? else {
            if buffer.len() > HEAD {
                return stream.write_all(&response("431 Request Header Fields Too Large", b"the head is too long"));
            }
            continue;
        };
        let value = request.headers.iter().find(|h| h.name.eq_ignore_ascii_case(header.name()));
        let value = value.and_then(|h| str::from_utf8(h.value).ok()).unwrap_or_default();
        let answer = match request.path {
            Some("/me") => gate
                .authenticate(value)
                .and_then(|user| serde_json::to_vec(&*user).map_err(|e| Refusal::Unavailable(e.to_string()))),
            _ => gate.log_out(value).map(|()| b"{}".to_vec()),
        };
        stream.write_all(&match answer {
            Ok(body) => response("200 OK", &body),
            Err(Refusal::Refused) => response("401 Unauthorized", b"{}"),
            Err(error) => response("503 Service Unavailable", error.to_string().as_bytes()),
        })?;
        buffer.drain(..head);
    }
}

fn response(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Reads what there is; the end of the stream is an error.
fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<()> {
    let mut chunk = [0; 16 * 1024];
    match stream.read(&mut chunk)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        read => {
            buffer.extend_from_slice(&chunk[..read]);
            Ok(())
        }
    }
}
