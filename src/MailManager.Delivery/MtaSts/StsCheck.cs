using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.MtaSts;

/// <summary>The usual check (RFC 8461 §4.2: a chain to a trusted root, and the host's name), in words that say who wants it.</summary>
/// <param name="Domain">Whose policy it is.</param>
internal sealed record StsCheck(string Domain) : ICertificateCheck
{
    /// <inheritdoc/>
    public string? Refuse(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors) => errors switch
    {
        SslPolicyErrors.None => null,
        SslPolicyErrors.RemoteCertificateNameMismatch => $"MTA-STS: {Domain} wants a valid certificate, and this one is for another name",
        SslPolicyErrors.RemoteCertificateNotAvailable => $"MTA-STS: {Domain} wants a valid certificate, and the server sent none",
        _ => $"MTA-STS: {Domain} wants a valid certificate, and this one is not: {string.Join(", ", chain?.ChainStatus.Select(status => status.Status) ?? [])}",
    };
}
