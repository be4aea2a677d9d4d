//! What an attempt asks of the browser: by which API, and where.

use super::{Driver, Request};
use crate::method::Method;
use crate::plan::{Lane, Negotiates, Probe, Want, budget, relief};
use crate::wire::{Kind, SUBPROTOCOL, digits, joined, push_digits};

/// The request of the probe's `attempt`, numbered from 1; `name`: the probe's, with its lane's; `after`: the highest tick that
/// it had before.
pub(super) fn request(
    probe: &Probe,
    lane: &Lane,
    name: &str,
    run: &str,
    attempt: u16,
    after: u32,
) -> Request {
    let (driver, kind) = match (&probe.want, probe.method) {
        (
            Want::Control {
                kind,
                opaque: false,
            },
            _,
        ) => (Driver::Head, *kind),
        (Want::Control { kind, opaque: true }, _) => (Driver::OpaqueHead, *kind),
        (Want::Upload, _) => (Driver::Upload, Kind::Upload),
        (Want::Unread { .. }, _) => (Driver::Head, Kind::Stream),
        (_, Method::WebSocket) => (Driver::WebSocket, Kind::WebSocket),
        (_, Method::ServerSentEvents) => (Driver::EventSource, Kind::Events),
        (_, Method::StreamingFetch) => (Driver::StreamingFetch, Kind::Stream),
        (_, Method::LongPolling) => (Driver::Fetch, Kind::LongPoll),
        (_, Method::Polling) => (Driver::Fetch, Kind::Poll),
    };
    if let Want::Own(endpoint) = &probe.want {
        return Request {
            driver,
            url: endpoint.url.clone(),
            protocols: endpoint.protocols.clone(),
            with_credentials: endpoint.with_credentials,
            headers: endpoint.headers.clone(),
            own: true,
        };
    }
    let attempt = digits(attempt.into());
    let mut path = joined(&[
        "v1/runs/",
        run,
        "/",
        name,
        "/",
        &attempt,
        "/",
        kind.as_str(),
    ]);
    let mut ask = |field: &str, value: u64| {
        path.push_str(field);
        push_digits(&mut path, value);
    };
    match probe.want {
        Want::Poll => ask("?after=", after.into()),
        Want::LongPoll { hold } => {
            // No tick ends the hold of a rung.
            let after = if probe.is_rung() { u32::MAX } else { after };
            ask("?after=", after.into());
            ask("&holdMs=", hold.ms_up());
        }
        Want::Hold { beat } => match probe.method {
            Method::LongPolling => {
                ask("?after=", u32::MAX.into());
                ask("&holdMs=", beat.ms_up());
                ask("&brief=", 1);
            }
            Method::WebSocket => {}
            _ => ask("?paceMs=", beat.ms_up()),
        },
        Want::Ticks {
            count,
            silent,
            resumes,
        } => {
            ask("?count=", count.into());
            ask("&silentMs=", silent.ms_up());
            if let Some((number, _)) = relief(probe.id) {
                ask("&relief=", number);
            }
            if resumes {
                ask("&retryMs=", budget::RETRY.ms_up());
            }
        }
        Want::Control {
            kind: Kind::Events | Kind::Stream,
            ..
        } => ask("?count=", 1),
        Want::Control {
            kind: Kind::LongPoll,
            ..
        } => ask("?holdMs=", 0),
        Want::Unread { bytes, .. } => ask("?bytes=", bytes.into()),
        Want::Socket {
            negotiates: Negotiates::Deflate,
            ..
        } => ask("?deflate=", 1),
        Want::Socket { .. }
        | Want::Burst(_)
        | Want::Sizes
        | Want::Upload
        | Want::Own(_)
        | Want::Control { .. } => {}
    }
    let url = lane.url(driver == Driver::WebSocket, &path);
    Request {
        driver,
        url,
        protocols: match probe.want {
            Want::Socket {
                negotiates: Negotiates::Subprotocol,
                ..
            } => vec![SUBPROTOCOL.to_owned()],
            _ => Vec::new(),
        },
        with_credentials: false,
        headers: Vec::new(),
        own: false,
    }
}
