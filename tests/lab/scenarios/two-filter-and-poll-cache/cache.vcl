vcl 4.1;

backend app {
    .host = "127.0.0.1";
    .port = "8787";
}

sub vcl_recv {
    if (req.http.upgrade) {
        return (pipe);
    }
    if (req.url !~ "/poll\?") {
        return (pass);
    }
}

sub vcl_pipe {
    if (req.http.upgrade) {
        set bereq.http.upgrade = req.http.upgrade;
        set bereq.http.connection = req.http.connection;
    }
}

sub vcl_hash {
    hash_data(regsub(req.url, "/[^/]*/poll.*", ""));
    return (lookup);
}

sub vcl_backend_response {
    if (bereq.url ~ "/poll\?") {
        set beresp.ttl = {{age}}s;
        return (deliver);
    }
}
