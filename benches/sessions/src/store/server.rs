//! A real Redis server, started for the bench on a free port of loopback and ended with it.
//!
//! It ends however the bench does: after a run or a panic because the handle is dropped, and after SIGKILL because a guardian in a
//! process of its own sees the bench go ([`jwt_gauntlet::internal::guard`]). Ctrl-C on a terminal does not reach it: it is in a process group of
//! its own, and the bench ends it when it has printed what it measured.
//!
//! It keeps nothing on disk, and it is the server's default otherwise: one thread, no TLS.

use std::{
    env, fs,
    io::{ErrorKind, Read as _},
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use jwt_gauntlet::internal::guard::Guard;
use redis::{Client, Connection, InfoDict, RedisResult, cmd};
use rustix::process::Pid;

/// For the server to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(10);
/// Another process may take the port that was free a moment ago.
const TRIES: usize = 5;

/// Why there is no server; the bench goes on without.
#[derive(Debug, thiserror::Error)]
pub enum NoServer {
    /// The program is not there.
    #[error("redis-server is not in PATH; install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis)")]
    NotFound,
    /// It is there and does not serve.
    #[error("redis-server does not serve: {0}")]
    Broken(String),
}

/// A running server.
pub struct Server {
    child: Child,
    guard: Option<Guard>,
    port: u16,
    socket: PathBuf,
    watch: Mutex<Option<Connection>>,
    /// What it calls itself: `redis_version` of `INFO`.
    pub version: String,
}

impl Server {
    /// Starts `redis-server` from PATH, with its socket in `folder`. `guard` is this program, which the guardian is another process of.
    ///
    /// # Errors
    /// If it is not installed, or does not answer as the process that was started.
    pub fn start(folder: &Path, guard: Option<&Path>) -> Result<Self, NoServer> {
        let mut error = NoServer::NotFound;
        for _ in 0..TRIES {
            match Self::try_start(folder, guard) {
                Ok(server) => return Ok(server),
                Err(NoServer::NotFound) => return Err(NoServer::NotFound),
                Err(broken) => error = broken,
            }
        }
        Err(error)
    }

    fn try_start(folder: &Path, guard: Option<&Path>) -> Result<Self, NoServer> {
        let broken = |e: &dyn std::fmt::Display| NoServer::Broken(e.to_string());
        let port = free_port().map_err(|e| broken(&e))?;
        let socket = folder.join("redis.sock");
        // The guardian first: there is no moment in which a server is without one.
        let guard = guard.map(Guard::start).transpose().map_err(|e| broken(&e))?;
        let child = command(folder, port, &socket).spawn().map_err(|e| match e.kind() {
            ErrorKind::NotFound => NoServer::NotFound,
            _ => broken(&e),
        })?;
        if let (Some(guard), Some(group)) = (&guard, Pid::from_raw(child.id().cast_signed())) {
            guard.add(group);
        }
        let mut server = Self { child, guard, port, socket, watch: Mutex::default(), version: String::new() };
        server.meet()?;
        Ok(server)
    }

    /// Waits for its first answer, and makes sure that it is this server which answers on that port, and no other.
    fn meet(&mut self) -> Result<(), NoServer> {
        let start = Instant::now();
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                let mut said = String::new();
                let _ = self.child.stdout.take().map(|mut out| out.read_to_string(&mut said));
                let last = said.lines().last().unwrap_or_default().to_owned();
                return Err(NoServer::Broken(format!("it ended with {status}: {last}")));
            }
            match self.info("server") {
                Ok(info) if info.get("process_id") == Some(self.child.id()) => {
                    self.version = info.get("redis_version").unwrap_or_default();
                    return Ok(());
                }
                Ok(_) => return Err(NoServer::Broken(format!("another server answers on port {}", self.port))),
                Err(error) if start.elapsed() > PATIENCE => return Err(NoServer::Broken(error.to_string())),
                Err(_) => thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// Its address over TCP.
    #[must_use]
    pub fn tcp(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Its address over a Unix socket.
    #[must_use]
    pub fn unix(&self) -> String {
        format!("redis+unix://{}", self.socket.display())
    }

    /// Seconds of processor time that it has used so far, if it tells.
    pub fn processor_time(&self) -> Option<f64> {
        let info = self.info("cpu").ok()?;
        Some(info.get::<f64>("used_cpu_user")? + info.get::<f64>("used_cpu_sys")?)
    }

    /// Over a connection of its own, so that what is measured has its own to itself.
    fn info(&self, section: &str) -> RedisResult<InfoDict> {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = match watch.take() {
            Some(connection) => connection,
            None => Client::open(self.tcp())?.get_connection_with_timeout(PATIENCE)?,
        };
        let info = cmd("INFO").arg(section).query(&mut connection)?;
        *watch = Some(connection);
        Ok(info)
    }

    /// Ends it, as a failing machine would: at once.
    pub fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(guard) = self.guard.take()
            && let Some(group) = Pid::from_raw(self.child.id().cast_signed())
        {
            guard.remove(group);
        }
        let _ = fs::remove_file(&self.socket);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn command(folder: &Path, port: u16, socket: &Path) -> Command {
    let program = env::var_os("REDIS_SERVER").unwrap_or_else(|| "redis-server".into());
    let mut command = Command::new(program);
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"]);
    command.arg("--port").arg(port.to_string()).arg("--dir").arg(folder).arg("--unixsocket").arg(socket);
    command.args(["--unixsocketperm", "700", "--loglevel", "warning"]);
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// A port that nobody listens on.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
