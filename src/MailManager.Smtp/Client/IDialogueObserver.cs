using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Client;

/// <summary>Hears what is said on a connection, for people who look for a fault. Called by one connection at a time.</summary>
public interface IDialogueObserver
{
    /// <summary>An address is tried.</summary>
    void Connecting(IPEndPoint address);

    /// <summary>A command or a line of the message, without its line end. Secrets are in it: whoever shows it masks what follows AUTH.</summary>
    void Sent(string line);

    void Received(in SmtpReply reply);

    /// <summary>The certificate of a server, before the handshake ends or fails for it.</summary>
    /// <param name="certificate">Null: it sent none. Not to be kept.</param>
    /// <param name="errors">What the usual check has against it.</param>
    /// <param name="isAccepted">The handshake goes on.</param>
    void CertificateSeen(X509Certificate2? certificate, SslPolicyErrors errors, bool isAccepted);

    void Secured(SslProtocols protocol, TlsCipherSuite suite);

    /// <summary>That address came to nothing.</summary>
    void Failed(SmtpFailure failure);
}
