//! One connection, kept open: requests with JSON or bytes, answers as they come.

use std::net::SocketAddr;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{HeaderMap, Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The connection could not be opened, or broke.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// The answer is not the JSON that was expected.
    #[error("{method} {path}: {status} {body}")]
    Unexpected {
        /// Method of the request.
        method: String,
        /// Address of the request.
        path: String,
        /// Status of the answer.
        status: u16,
        /// Beginning of the answer.
        body: String,
    },
    /// The answer lacks something.
    #[error("{method} {path}: no text at {pointer}")]
    Missing {
        /// Method of the request.
        method: String,
        /// Address of the request.
        path: String,
        /// Where in the body.
        pointer: String,
    },
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub bytes: Vec<u8>,
    method: String,
    path: String,
}

impl Answer {
    /// The body as JSON; `null` where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A text of the body, by its JSON pointer.
    ///
    /// # Errors
    /// [`Failure::Missing`].
    pub fn text_at(&self, pointer: &str) -> Result<String, Failure> {
        let text = self.json().pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| Failure::Missing {
            method: self.method.clone(),
            path: self.path.clone(),
            pointer: pointer.to_owned(),
        })
    }

    /// The answer, when it has this status.
    ///
    /// # Errors
    /// [`Failure::Unexpected`] with what came instead.
    pub fn expect(self, status: u16) -> Result<Self, Failure> {
        if self.status == status {
            return Ok(self);
        }
        let body = self.text().chars().take(600).collect();
        Err(Failure::Unexpected { method: self.method, path: self.path, status: self.status, body })
    }
}

/// One connection, kept open.
pub struct Connection {
    address: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Connection {
    /// A connection to this address; it is opened with the first request, and again after it broke.
    #[must_use]
    pub fn to(address: SocketAddr) -> Self {
        Self { address, sender: None }
    }

    async fn open(&self) -> Result<SendRequest<Full<Bytes>>, Failure> {
        let failed = |cause: &dyn std::fmt::Display| Failure::Connection(cause.to_string());
        let stream = TcpStream::connect(self.address).await.map_err(|cause| failed(&cause))?;
        stream.set_nodelay(true).map_err(|cause| failed(&cause))?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|cause| failed(&cause))?;
        tokio::spawn(connection);
        Ok(sender)
    }

    /// Sends a request with JSON, or without a body.
    ///
    /// # Errors
    /// [`Failure::Connection`].
    pub async fn call(
        &mut self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let bytes = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.send(method, path, token, bytes, &[]).await
    }

    /// `POST` with a token; `null` is no body.
    ///
    /// # Errors
    /// [`Failure::Connection`].
    pub async fn post(&mut self, path: &str, token: &str, body: &Value) -> Result<Answer, Failure> {
        self.call("POST", path, Some(token), Some(body).filter(|body| !body.is_null())).await
    }

    /// Sends a request with bytes of some type and further headers.
    ///
    /// # Errors
    /// [`Failure::Connection`].
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<(&str, Vec<u8>)>,
        headers: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let failed = |cause: &dyn std::fmt::Display| Failure::Connection(cause.to_string());
        let verb = Method::from_bytes(method.as_bytes()).map_err(|cause| failed(&cause))?;
        let mut request = Request::builder().method(verb).uri(path).header(HOST, self.address.to_string());
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
            request = request.header(ACCEPT, "application/json, */*;q=0.5");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let bytes = match body {
            Some((content_type, bytes)) => {
                request = request.header(CONTENT_TYPE, content_type);
                bytes
            }
            None => Vec::new(),
        };
        let request = request.body(Full::new(Bytes::from(bytes))).map_err(|cause| failed(&cause))?;
        let mut sender = match self.sender.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => self.open().await?,
        };
        sender.ready().await.map_err(|cause| failed(&cause))?;
        let response = sender.send_request(request).await.map_err(|cause| failed(&cause))?;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|cause| failed(&cause))?.to_bytes().to_vec();
        self.sender = Some(sender);
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            bytes,
            method: method.to_owned(),
            path: path.to_owned(),
        })
    }
}
