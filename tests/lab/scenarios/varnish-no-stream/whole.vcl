vcl 4.1;

backend app {
    .host = "127.0.0.1";
    .port = "8787";
}

sub vcl_recv {
    if (req.http.upgrade) {
        return (pipe);
    }
    return (pass);
}

sub vcl_pipe {
    if (req.http.upgrade) {
        set bereq.http.upgrade = req.http.upgrade;
        set bereq.http.connection = req.http.connection;
    }
}

sub vcl_backend_response {
    set beresp.do_stream = false;
}
