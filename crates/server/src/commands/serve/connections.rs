//! Connections: accepted as long as there are places, each served with its limits, all of them ended together.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tongguan_application::digest::sha256;
use tongguan_web::ShownCertificate;
use tower::util::MapRequest;

use super::patience::Patience;
use crate::upkeep::Trouble;

/// The longest head of a request, in bytes; a longer one is answered 431.
const MOST_OF_A_HEAD: usize = 64 << 10;
/// How long nothing is accepted when the machine gives no more connections.
const PAUSE: Duration = Duration::from_millis(200);
/// What begins every TLS connection.
const HANDSHAKE: u8 = 0x16;
/// What somebody reads who speaks HTTP where TLS is spoken.
const SPEAK_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\n\
connection: close\r\ncontent-length: 50\r\n\r\nthis port speaks TLS; begin the address https://\r\n";

/// How connections are served.
pub struct Connections {
    /// What the listener is called in the metrics.
    pub name: &'static str,
    /// What requests go to.
    pub routes: Router,
    /// What TLS is spoken with, as it is now; plain HTTP where absent.
    pub tls: Option<watch::Receiver<Arc<ServerConfig>>>,
    /// How long each is waited for.
    pub patience: Patience,
    /// The most at a time. More wait unaccepted, where they cost this process nothing.
    pub at_most: u32,
}

impl Connections {
    /// Serves until `closed` is dropped by its sender; then accepts nothing more, and ends when every request
    /// that is under way was answered.
    pub async fn serve(self, listener: TcpListener, mut closed: watch::Receiver<()>) {
        let places = Arc::new(Semaphore::new(self.at_most.try_into().unwrap_or(usize::MAX)));
        let mut trouble = Trouble::default();
        loop {
            let accepted = async {
                let place = places.clone().acquire_owned().await;
                (place, listener.accept().await)
            };
            let accepted = tokio::select! {
                accepted = accepted => accepted,
                _ = closed.changed() => break,
            };
            match accepted {
                (Ok(place), Ok((stream, _))) => {
                    trouble.is_over();
                    self.welcome(stream, place, closed.clone());
                }
                (_, Err(error)) if is_of_the_caller(&error) => {}
                (_, Err(error)) => {
                    trouble.tell(&anyhow::Error::new(error).context("cannot accept connections"));
                    sleep(PAUSE).await;
                }
                // Nobody closes the semaphore.
                (Err(_), _) => break,
            }
        }
        drop(listener);
        // Every place is free when every connection has ended.
        drop(places.acquire_many(self.at_most).await);
    }

    /// Serves one connection, beside the others.
    fn welcome(
        &self,
        stream: TcpStream,
        place: OwnedSemaphorePermit,
        mut closed: watch::Receiver<()>,
    ) {
        let patience = self.patience;
        let open = metrics::gauge!("tongguan_connections", "listener" => self.name);
        let tls = self.tls.as_ref().map(|tls| TlsAcceptor::from(tls.borrow().clone()));
        // An answer is written whole, so nothing is gained by waiting for more; a connection that has gone
        // already is noticed when it is read.
        drop(stream.set_nodelay(true));
        // Whoever has gone already has none, and asks for nothing.
        let Ok(from) = stream.peer_addr() else { return };
        let routes = self.routes.clone();
        tokio::spawn(async move {
            open.increment(1);
            match tls {
                None => {
                    converse(stream, (routes, Peer { from, certificate: None }), patience, closed)
                        .await
                }
                Some(tls) => {
                    let greeted = tokio::select! {
                        greeted = timeout(patience.head, greet(tls, stream)) => greeted,
                        _ = closed.changed() => Ok(None),
                    };
                    if let Ok(Some(stream)) = greeted {
                        let peer = Peer { from, certificate: certificate_of(&stream) };
                        converse(stream, (routes, peer), patience, closed).await;
                    }
                }
            }
            open.decrement(1);
            drop(place);
        });
    }
}

/// Shakes hands; nothing where the caller cannot.
async fn greet(tls: TlsAcceptor, mut stream: TcpStream) -> Option<TlsStream<TcpStream>> {
    let mut first = [0];
    let read = stream.peek(&mut first).await.ok()?;
    if read > 0 && first[0] != HANDSHAKE {
        stream.write_all(SPEAK_TLS).await.ok()?;
        stream.shutdown().await.ok()?;
        // A connection that is closed with something unread takes the answer with it.
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await.ok()? > 0 {}
        return None;
    }
    tls.accept(stream).await.ok()
}

/// The other side of a connection.
#[derive(Clone, Copy)]
struct Peer {
    from: SocketAddr,
    /// What it has shown that it holds the key of.
    certificate: Option<ShownCertificate>,
}

/// The certificate that a client has shown, if it has.
fn certificate_of(stream: &TlsStream<TcpStream>) -> Option<ShownCertificate> {
    let (_, connection) = stream.get_ref();
    let own = connection.peer_certificates()?.first()?;
    Some(ShownCertificate(sha256(own)))
}

/// Tells the routes who a request comes from: limits are kept by address, and a certificate may stand for a
/// program.
fn told_from(
    peer: Peer,
) -> impl Fn(Request<Incoming>) -> Request<Incoming> + Clone + Send + 'static {
    move |mut request| {
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(peer.from));
        if let Some(certificate) = peer.certificate {
            extensions.insert(certificate);
        }
        request
    }
}

/// Answers requests until the caller has gone, was waited for long enough, or the service ends.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    (routes, peer): (Router, Peer),
    patience: Patience,
    mut closed: watch::Receiver<()>,
) {
    let (stream, timer) = patience.with(stream);
    let mut http = http1::Builder::new();
    http.timer(timer).header_read_timeout(patience.idle).max_buf_size(MOST_OF_A_HEAD);
    let routes = TowerToHyperService::new(MapRequest::new(routes, told_from(peer)));
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), routes));
    tokio::select! {
        // How a caller breaks off is his business.
        _ = &mut connection => return,
        _ = closed.changed() => connection.as_mut().graceful_shutdown(),
    }
    drop(connection.await);
}

/// Whether a connection was lost between its coming and its being accepted.
fn is_of_the_caller(error: &io::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
