# Sourced: certificate FILE KEYFILE makes a self-signed certificate for localhost and 127.0.0.1, unless FILE is there.

certificate() {
    [ -e "$1" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$2" -out "$1" 2>/dev/null
}
