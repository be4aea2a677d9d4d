//! Close codes (RFC 6455 § 7.4, the registry that it founds, and what libraries make of the private ones).

/// What is known of a close code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseCode {
    /// The code.
    pub code: u16,
    /// Whose it is to give a meaning.
    pub range: Range,
    /// Its name in the registry; `None`: it has none.
    pub name: Option<&'static str>,
    /// It can stand in a close frame. Otherwise only a browser says it, to its page.
    pub on_the_wire: bool,
    /// A page may send it (WebSockets § 3, `close`).
    pub page_may_send: bool,
    /// What libraries mean by it.
    pub uses: &'static [Use],
}

/// Whose it is to give codes a meaning (RFC 6455 § 7.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// 0 to 999: nobody's, they are not used.
    Unused,
    /// 1000 to 2999: the protocol's and its extensions'.
    Protocol,
    /// 3000 to 3999: libraries' and frameworks', registered.
    Libraries,
    /// 4000 to 4999: private, by agreement between the two ends.
    Private,
    /// From 5000 on: no close codes.
    None,
}

/// What a library means by a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The library or service.
    pub by: &'static str,
    /// Its word for it.
    pub word: &'static str,
}

const REGISTERED: &[(u16, &str)] = &[
    (1000, "Normal Closure"),
    (1001, "Going Away"),
    (1002, "Protocol error"),
    (1003, "Unsupported Data"),
    (1005, "No Status Rcvd"),
    (1006, "Abnormal Closure"),
    (1007, "Invalid frame payload data"),
    (1008, "Policy Violation"),
    (1009, "Message Too Big"),
    (1010, "Mandatory Ext."),
    (1011, "Internal Error"),
    (1012, "Service Restart"),
    (1013, "Try Again Later"),
    (1014, "Bad Gateway"),
    (1015, "TLS handshake"),
    (3000, "Unauthorized"),
    (3003, "Forbidden"),
    (3008, "Timeout"),
];

/// First, last, and what it means there.
const USES: &[(u16, u16, &[Use])] = &[
    (2000, 2000, &[sockjs("all transports failed")]),
    (2007, 2007, &[sockjs("transport timed out")]),
    (4000, 4000, &[pusher("connect over TLS only")]),
    (4001, 4003, &[pusher("refused: do not connect again")]),
    (
        4004,
        4004,
        &[
            pusher("refused: do not connect again"),
            graphql("BadResponse"),
        ],
    ),
    (
        4005,
        4005,
        &[
            pusher("refused: do not connect again"),
            graphql("InternalClientError"),
        ],
    ),
    (4006, 4099, &[pusher("refused: do not connect again")]),
    (4100, 4199, &[pusher("connect again after a while")]),
    (4200, 4299, &[pusher("connect again at once")]),
    (4400, 4400, &[graphql("BadRequest")]),
    (4401, 4401, &[graphql("Unauthorized")]),
    (4403, 4403, &[graphql("Forbidden")]),
    (4406, 4406, &[graphql("SubprotocolNotAcceptable")]),
    (4408, 4408, &[graphql("ConnectionInitialisationTimeout")]),
    (4409, 4409, &[graphql("SubscriberAlreadyExists")]),
    (4429, 4429, &[graphql("TooManyInitialisationRequests")]),
    (4500, 4500, &[graphql("InternalServerError")]),
    (4504, 4504, &[graphql("ConnectionAcknowledgementTimeout")]),
];

const fn pusher(word: &'static str) -> Use {
    Use { by: "Pusher", word }
}

const fn graphql(word: &'static str) -> Use {
    Use {
        by: "graphql-ws",
        word,
    }
}

const fn sockjs(word: &'static str) -> Use {
    Use { by: "SockJS", word }
}

/// What is known of a close code; of any number at least its range.
pub fn close_code(code: u16) -> CloseCode {
    let name = REGISTERED.iter().find(|(known, _)| *known == code);
    let uses = USES
        .iter()
        .find(|(first, last, _)| (*first..=*last).contains(&code));
    CloseCode {
        code,
        range: match code {
            0..=999 => Range::Unused,
            1000..=2999 => Range::Protocol,
            3000..=3999 => Range::Libraries,
            4000..=4999 => Range::Private,
            5000.. => Range::None,
        },
        name: name.map(|(_, name)| *name),
        on_the_wire: (1000..=4999).contains(&code) && !matches!(code, 1004..=1006 | 1015),
        page_may_send: code == 1000 || (3000..=4999).contains(&code),
        uses: uses.map_or(&[], |(_, _, uses)| uses),
    }
}
