using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.Smtp.Client;

/// <summary>
/// Decides on a server's certificate in place of the usual check, which wants a chain to a trusted root and the server's name. Thread-safe.
/// </summary>
public interface ICertificateCheck
{
    /// <summary>Null: acceptable. Else why not: for people, printable ASCII.</summary>
    /// <param name="certificate">The server's own; null: it sent none.</param>
    /// <param name="chain">As built from what the server sent; null without a certificate.</param>
    /// <param name="errors">What the usual check has against it.</param>
    string? Refuse(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors);
}
