using MailManager.Resources.Relays;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Probe;

/// <summary>What a failure means for whoever configures the relay.</summary>
internal static class RelayAdvice
{
    public static string For(SmtpFailure failure, Transcript transcript, Relay relay) => failure.Phase switch
    {
        SmtpPhase.Connect => Connect(failure, transcript, relay),
        SmtpPhase.Greeting when failure.HasReply => "The server does not want this client. Its words say why: often the address is on a list, or has no name in the DNS.",
        SmtpPhase.Greeting when relay.Tls != RelayTls.Implicit => $"The server accepts the connection and says nothing. If port {Port(transcript, relay)} wants TLS from the first octet, as 465 does, set Tls to IMPLICIT.",
        SmtpPhase.Hello when failure.Reply.Code is 500 or 502 => relay.Protocol == SmtpClientProtocol.Lmtp
            ? "The server does not know LHLO, with which LMTP begins: leave Protocol out if it speaks SMTP."
            : "The server knows neither EHLO nor HELO: set Protocol to LMTP if that is what it speaks.",
        SmtpPhase.Hello when failure.HasReply => "The server does not like the name in EHLO: set Node.Hostname to the name that the DNS has for the address that mail leaves from.",
        SmtpPhase.StartTls when !failure.HasReply && failure.Party == SmtpParty.Local =>
            "The server offers no STARTTLS. Is it the right port? If the server cannot do TLS, Tls: NONE sends in clear text.",
        SmtpPhase.StartTls => "The server offers STARTTLS and then refuses it: its TLS is out of order.",
        SmtpPhase.TlsHandshake => Handshake(transcript, relay),
        SmtpPhase.Authentication => Authentication(failure, relay),
        SmtpPhase.Mail => "The server does not take the sender: give another one with --from, or let it accept this one.",
        SmtpPhase.Recipient => "The server does not take the recipient: is the address right, and may this gateway send to it there?",
        _ when failure.HasReply => "The server does not take the message; its words say why.",
        _ => "The connection was lost on the way. Firewalls that look into SMTP do that.",
    };

    private static string Connect(SmtpFailure failure, Transcript transcript, Relay relay)
    {
        var reason = failure.Reason;
        return reason.StartsWith("no address", StringComparison.Ordinal) ? $"The name {Names(relay)} is not found in the DNS: is ServerName right, and does this machine have a name server?"
            : reason.Contains("ConnectionRefused", StringComparison.Ordinal) ? $"Nothing listens on port {Port(transcript, relay)} there: is ServerPort right, and does the server run?"
            : reason.StartsWith("timed out", StringComparison.Ordinal) ? $"No answer from port {Port(transcript, relay)}: a firewall drops it. Many networks block port 25 to the outside; ask the provider of this machine."
            : failure.Party == SmtpParty.Local ? "The relay leads to an ingress point of this gateway, so that mail would go in circles: correct ServerName or ServerPort."
            : "There is no way to that address from here: check the network, and whether this machine has IPv6 if the address is one.";
    }

    private static string Handshake(Transcript transcript, Relay relay)
    {
        if (transcript.Certificate is not { IsAccepted: false } certificate)
        {
            return relay.Tls == RelayTls.Implicit
                ? $"There is no TLS from the first octet on port {Port(transcript, relay)}: for a server that starts in clear text, as on 25 and 587, set Tls to REQUIRED."
                : "The server and this gateway have no TLS in common: it must do TLS 1.2 or 1.3.";
        }

        return string.Join(' ', certificate.Problems.Select(problem => problem switch
        {
            CertificateProblem.Missing => "The server sends no certificate.",
            CertificateProblem.Expired => $"The certificate expired on {certificate.NotAfter:yyyy-MM-dd}: the server needs a new one.",
            CertificateProblem.NotYetValid => $"The certificate is valid from {certificate.NotBefore:yyyy-MM-dd} on only: is the clock of this machine right?",
            CertificateProblem.WrongName => $"The certificate is not for {Names(relay)} but for {(certificate.Names.IsEmpty ? "no name" : string.Join(", ", certificate.Names))}: set ServerName to one of the names that it has.",
            CertificateProblem.SelfSigned => "The certificate has signed itself, so nobody vouches for it: the server needs one of an authority, or name its fingerprint in TlsOptions.Fingerprints.",
            _ => $"The certificate is of {certificate.Issuer}, which this machine does not trust, or the server leaves out the certificates in between. TlsOptions.TrustedRootsFile names other roots.",
        }));
    }

    private static string Authentication(SmtpFailure failure, Relay relay) =>
        failure.Reason.StartsWith("no access token", StringComparison.Ordinal) ? "The authorization server gives no token: check TokenEndpoint, ClientId, Scope and the client_secret in the secret, which may have expired."
        : relay.Authentication is RelayAuthentication.OAuth && failure is { HasReply: true, Reply.IsPermanent: true } ? "The server refuses the token: check UserName, Scope, and whether the application has been granted SMTP for this account."
        : failure.HasReply && failure.Reply.IsPermanent ? "The server refuses the credentials: check username and password in the relay's secret, and whether the account may log in by SMTP."
        : failure.HasReply ? "The server cannot check the credentials at the moment: try again later."
        : failure.Reason.StartsWith("the server offers", StringComparison.Ordinal) ? "The server has no kind of login that this gateway knows, at least not on this port: set Authentication to NoAuthentication, or take its port for submission, 587 or 465."
        : failure.Reason.StartsWith("credentials are not sent", StringComparison.Ordinal) ? "Credentials do not go in clear text: set Tls to REQUIRED or IMPLICIT."
        : "The login did not come to its end: check the relay's secret.";

    private static string Names(Relay relay) => string.Join(", ", relay.Servers.Select(server => server.Name));

    private static int Port(Transcript transcript, Relay relay) => transcript.Address?.Port ?? relay.Servers[0].Port;
}
