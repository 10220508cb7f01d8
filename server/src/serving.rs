//! Running the service: over plain TCP or TLS, until it is told to stop, and then to the end of what is under way.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::config::TlsFiles;

/// Longest time that a client may take for the lines before the body.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// How often is looked whether certificate and key were renewed.
pub const LOOK_FOR_RENEWAL: Duration = Duration::from_secs(60);

/// Requests of one HTTP/2 connection at once.
const MAX_STREAMS: u32 = 100;

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServingError {
    /// A file of the certificate or key is not usable.
    #[error("{path}: {cause}; it must be a PEM file that can be read")]
    Pem {
        /// The file.
        path: String,
        /// What is wrong with it.
        cause: rustls::pki_types::pem::Error,
    },
    /// Certificate and key do not go together, or are of a kind that is not known.
    #[error("the certificate and its key cannot be used: {0}")]
    Certificate(#[from] rustls::Error),
    /// What the system says of the connection.
    #[error("the service cannot listen: {0}")]
    Io(#[from] std::io::Error),
}

/// Chooses the cryptography of TLS for the whole process, clients included. Calling it again changes nothing.
pub fn choose_tls_provider() {
    // An error says that one was chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Reads certificate and key.
///
/// # Errors
/// [`ServingError::Pem`], [`ServingError::Certificate`].
pub fn read_tls(files: &TlsFiles) -> Result<RustlsConfig, ServingError> {
    Ok(RustlsConfig::from_config(server_config(files)?))
}

fn server_config(files: &TlsFiles) -> Result<Arc<ServerConfig>, ServingError> {
    let pem = |path: &Path| {
        let path = path.display().to_string();
        move |cause| ServingError::Pem { path, cause }
    };
    let certificates = CertificateDer::pem_file_iter(&files.certificate).map_err(pem(&files.certificate))?;
    let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(pem(&files.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(pem(&files.key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(certificates, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Takes renewed files up as they come, for new connections; never ends. Files that cannot be used are logged and change
/// nothing: certificate and key are written one after the other.
///
/// - `every`: how often it looks.
pub async fn follow_renewals(files: TlsFiles, config: RustlsConfig, every: Duration) {
    let mut known = contents(&files).await;
    loop {
        tokio::time::sleep(every).await;
        let found = contents(&files).await;
        if found == known {
            continue;
        }
        match server_config(&files) {
            Ok(renewed) => {
                config.reload_from_config(renewed);
                tracing::info!("the renewed certificate is in use");
            }
            Err(cause) => tracing::warn!(%cause, "the renewed certificate cannot be used; the present one stays"),
        }
        known = found;
    }
}

/// What stands in both files; nothing where one cannot be read.
async fn contents(files: &TlsFiles) -> Option<(Vec<u8>, Zeroizing<Vec<u8>>)> {
    let certificate = tokio::fs::read(&files.certificate).await.ok()?;
    Some((certificate, Zeroizing::new(tokio::fs::read(&files.key).await.ok()?)))
}

/// Serves until `stop` is done; then takes no more connections, lets requests under way finish for at most `grace`, and
/// awaits `on_stop`. Handlers find the address of the peer in `ConnectInfo<SocketAddr>`.
///
/// # Errors
/// [`ServingError::Io`]; `on_stop` is awaited all the same.
pub async fn run(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    app: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
    on_stop: impl Future<Output = ()>,
) -> Result<(), ServingError> {
    let served = serve_until(listener, tls, app, stop, grace).await;
    on_stop.await;
    served
}

async fn serve_until(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    app: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> Result<(), ServingError> {
    let handle = Handle::new();
    let stopper = handle.clone();
    let stopping = tokio::spawn(async move {
        stop.await;
        tracing::info!("stopping: requests under way may finish");
        stopper.graceful_shutdown(Some(grace));
    });
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)?.handle(handle);
    server.http_builder().http1().header_read_timeout(HEADER_TIMEOUT);
    server.http_builder().http2().max_concurrent_streams(MAX_STREAMS);
    let served = match tls {
        None => server.serve(service).await,
        Some(config) => server.acceptor(RustlsAcceptor::new(config)).serve(service).await,
    };
    stopping.abort();
    Ok(served?)
}

/// Is done when the process is told to end: by an interrupt (Ctrl-C) or by SIGTERM, as service managers send.
pub async fn told_to_end() {
    tokio::select! {
        () = interrupted() => {}
        () = terminated() => {}
    }
}

async fn interrupted() {
    // Without a handler for interrupts the service simply runs on.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicBool, Ordering};

    use axum::extract::ConnectInfo;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::{Notify, oneshot};

    use super::*;

    const GRACE: Duration = Duration::from_secs(10);

    fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    async fn stopped(receiver: oneshot::Receiver<()>) {
        let _ = receiver.await;
    }

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    async fn ask(address: SocketAddr) -> String {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn requests_under_way_finish_before_the_end_and_the_last_step_comes_after_them() {
        let (listener, address) = listener();
        let (began, go_on, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let handler = {
            let (began, go_on, done) = (Arc::clone(&began), Arc::clone(&go_on), Arc::clone(&done));
            move || async move {
                began.notify_one();
                go_on.notified().await;
                done.store(true, Ordering::SeqCst);
                "finished"
            }
        };
        let app = Router::new().route("/", get(handler));
        let (stop, receiver) = oneshot::channel();
        let last = Arc::clone(&done);
        let on_stop = async move { assert!(last.load(Ordering::SeqCst), "stopped before the request was done") };
        let server = tokio::spawn(run(listener, None, app, stopped(receiver), GRACE, on_stop));
        let answer = tokio::spawn(ask(address));
        began.notified().await;
        stop.send(()).unwrap();
        // The listener is closed once the service is stopping; only then may the request go on.
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        go_on.notify_one();
        assert!(answer.await.unwrap().ends_with("finished"));
        server.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_request_that_never_ends_does_not_hold_up_the_end() {
        let (listener, address) = listener();
        let began = Arc::new(Notify::new());
        let signal = Arc::clone(&began);
        let app = Router::new().route(
            "/",
            get(move || async move {
                signal.notify_one();
                std::future::pending::<()>().await;
            }),
        );
        let (stop, receiver) = oneshot::channel();
        let grace = Duration::from_millis(20);
        let server = tokio::spawn(run(listener, None, app, stopped(receiver), grace, std::future::ready(())));
        let answer = tokio::spawn(ask(address));
        began.notified().await;
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
        assert_eq!(answer.await.unwrap(), "");
    }

    #[tokio::test]
    async fn handlers_know_the_peer() {
        let (listener, address) = listener();
        let app = Router::new()
            .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }));
        let (stop, receiver) = oneshot::channel();
        let server = tokio::spawn(run(listener, None, app, stopped(receiver), GRACE, std::future::ready(())));
        assert!(ask(address).await.ends_with("127.0.0.1"));
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
    }

    fn files(name: &str, key: &str) -> TlsFiles {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
        TlsFiles { certificate: folder.join(name), key: folder.join(key) }
    }

    /// An answer over TLS from whoever shows this certificate.
    async fn ask_over_tls(address: SocketAddr, trusted: PathBuf) -> std::io::Result<String> {
        tokio::task::spawn_blocking(move || {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(CertificateDer::from_pem_file(trusted).unwrap()).unwrap();
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let builder = rustls::ClientConfig::builder_with_provider(provider);
            let config = builder.with_safe_default_protocol_versions().unwrap();
            let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
            let client = rustls::ClientConnection::new(config, "localhost".try_into().unwrap()).unwrap();
            let mut stream = rustls::StreamOwned::new(client, std::net::TcpStream::connect(address)?);
            stream.write_all(REQUEST)?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        })
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn renewed_certificates_are_taken_up_and_unusable_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let present = TlsFiles { certificate: folder.path().join("c.pem"), key: folder.path().join("c.key") };
        let put = |certificate: &str, key: &str| {
            let from = files(certificate, key);
            std::fs::copy(from.certificate, &present.certificate).unwrap();
            std::fs::copy(from.key, &present.key).unwrap();
        };
        put("localhost.pem", "localhost.key");
        let (listener, address) = listener();
        let app = Router::new().route("/", get(|| async { "sealed" }));
        let tls = read_tls(&present).unwrap();
        let renewals = tokio::spawn(follow_renewals(present.clone(), tls.clone(), Duration::from_millis(5)));
        let (stop, receiver) = oneshot::channel();
        let server = tokio::spawn(run(listener, Some(tls), app, stopped(receiver), GRACE, std::future::ready(())));
        let trusting = |name: &str| ask_over_tls(address, files(name, "").certificate);
        assert!(trusting("renewed.pem").await.is_err());
        // A key that does not fit changes nothing.
        put("renewed.pem", "localhost.key");
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(trusting("localhost.pem").await.is_ok());
        put("renewed.pem", "renewed.key");
        while trusting("renewed.pem").await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(trusting("localhost.pem").await.is_err());
        renewals.abort();
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn the_service_speaks_tls() {
        let (listener, address) = listener();
        let app = Router::new().route("/", get(|| async { "sealed" }));
        let (stop, receiver) = oneshot::channel();
        let tls = read_tls(&files("localhost.pem", "localhost.key")).unwrap();
        let server = tokio::spawn(run(listener, Some(tls), app, stopped(receiver), GRACE, std::future::ready(())));
        let answer = ask_over_tls(address, files("localhost.pem", "").certificate).await;
        assert!(answer.unwrap().ends_with("sealed"));
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
    }

    #[test]
    fn unusable_files_are_named() {
        let missing = read_tls(&files("nowhere.pem", "localhost.key")).unwrap_err().to_string();
        assert!(missing.contains("nowhere.pem"), "{missing}");
        let exchanged = read_tls(&files("localhost.pem", "localhost.pem")).unwrap_err().to_string();
        assert!(exchanged.contains("localhost.pem"), "{exchanged}");
    }
}
