//! An HTTP/2 client.

use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use h2::ext::Protocol;
use h2::{RecvStream, SendStream};
use http::Request;

use super::{Io, Site, encrypted, within};

pub async fn connect(site: &Site) -> SendRequest<Bytes> {
    connect_as(site, &Builder::new()).await
}

pub async fn connect_as(site: &Site, builder: &Builder) -> SendRequest<Bytes> {
    let tls = encrypted(site, b"h2").await;
    assert_eq!(tls.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    begin(builder, tls).await
}

pub async fn over(io: impl Io + 'static) -> SendRequest<Bytes> {
    begin(&Builder::new(), io).await
}

async fn begin(builder: &Builder, io: impl Io + 'static) -> SendRequest<Bytes> {
    let (send, connection) = builder.handshake(io).await.unwrap();
    tokio::spawn(connection);
    send.ready().await.unwrap()
}

pub async fn get(send: &mut SendRequest<Bytes>, path: &str) -> http::Response<RecvStream> {
    let request = Request::get(format!("https://localhost{path}"))
        .body(())
        .unwrap();
    let (response, _) = send.send_request(request, true).unwrap();
    within(response).await.unwrap()
}

/// RFC 8441.
pub async fn web_socket(
    send: &mut SendRequest<Bytes>,
    path: &str,
    version: &str,
) -> (http::Response<RecvStream>, SendStream<Bytes>) {
    // The server's settings say that it takes these; they come with its first frames.
    within(async {
        while !send.is_extended_connect_protocol_enabled() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut request = Request::connect(format!("https://localhost{path}"))
        .body(())
        .unwrap();
    request
        .extensions_mut()
        .insert(Protocol::from_static("websocket"));
    request
        .headers_mut()
        .insert("sec-websocket-version", version.parse().unwrap());
    // Reports are taken of pages alone.
    if path == "/v1/reports" {
        let origin = "https://localhost".parse().unwrap();
        request.headers_mut().insert("origin", origin);
    }
    let (response, stream) = send.send_request(request, false).unwrap();
    (within(response).await.unwrap(), stream)
}

/// Data frame by data frame, to the end.
pub async fn pieces(response: http::Response<RecvStream>) -> Vec<Bytes> {
    let mut body = response.into_body();
    let mut pieces = Vec::new();
    while let Some(piece) = within(body.data()).await {
        let piece = piece.unwrap();
        let _ = body.flow_control().release_capacity(piece.len());
        // The frame that only ends the stream is no piece.
        if !piece.is_empty() {
            pieces.push(piece);
        }
    }
    pieces
}
