"""Sends one message with Python's smtplib.

    python3 send.py JSON

Keys of the JSON object: port, from, to (list), message (text with LF); and, when wanted,
    kind            SMTP (default), SMTP_SSL or LMTP
    ca              PEM file: the server's certificate must lead to it and be for localhost; with SMTP and LMTP it means STARTTLS
    cert, key       PEM files of the client's certificate
    mechanism, user, password
    mail, rcpt      lists of parameters of MAIL and RCPT
    chunk           send with BDAT (RFC 3030) in chunks of so many octets
Prints the server's reply to the message; on an error its type and text, with exit code 1.
"""

import json
import smtplib
import ssl
import sys


def send(options):
    kind = options.get("kind", "SMTP")
    arguments = {"local_hostname": "smtplib.example", "timeout": 60}
    tls = None
    if "ca" in options:
        tls = ssl.create_default_context(cafile=options["ca"])
        if "cert" in options:
            tls.load_cert_chain(options["cert"], options["key"])
    if kind == "SMTP_SSL":
        arguments["context"] = tls
    with getattr(smtplib, kind)("localhost", options["port"], **arguments) as client:
        client.ehlo_or_helo_if_needed()
        if tls is not None and kind != "SMTP_SSL":
            client.starttls(context=tls)
            client.ehlo()
        if "mechanism" in options:
            client.user, client.password = options["user"], options["password"]
            method = getattr(client, "auth_" + options["mechanism"].lower().replace("-", "_"))
            client.auth(options["mechanism"], method)
        octets = options["message"].replace("\n", "\r\n").encode("utf-8")
        if "chunk" in options:
            print(send_chunks(client, options, octets))
        else:
            refused = client.sendmail(options["from"], options["to"], octets, options.get("mail", []), options.get("rcpt", []))
            print("accepted" if not refused else f"refused {refused}")


def send_chunks(client, options, octets):
    expect(client.mail(options["from"], options.get("mail", [])))
    for recipient in options["to"]:
        expect(client.rcpt(recipient, options.get("rcpt", [])))
    size = options["chunk"]
    for start in range(0, len(octets), size):
        chunk = octets[start:start + size]
        last = " LAST" if start + size >= len(octets) else ""
        client.send(f"BDAT {len(chunk)}{last}\r\n".encode("ascii") + chunk)
        reply = expect(client.getreply())
    return reply[1].decode("utf-8")


def expect(reply):
    if reply[0] != 250:
        raise smtplib.SMTPResponseException(*reply)
    return reply


try:
    send(json.loads(sys.argv[1]))
except (smtplib.SMTPException, OSError) as error:
    print(type(error).__name__, error)
    sys.exit(1)
