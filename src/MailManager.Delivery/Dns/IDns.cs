using System.Net;
using System.Net.Sockets;

namespace MailManager.Delivery.Dns;

/// <summary>
/// Looks names up for delivery. A question never throws for what DNS does, only <see cref="OperationCanceledException"/>. Answers are shared and
/// must not be changed. Thread-safe.
/// </summary>
public interface IDns
{
    /// <summary>MX records, in the order in which they came.</summary>
    ValueTask<DnsAnswer<MxRow>> FindMxAsync(string domain, CancellationToken cancellationToken);

    /// <summary>A records, or AAAA records for <see cref="AddressFamily.InterNetworkV6"/>; aliases are followed.</summary>
    ValueTask<DnsAnswer<IPAddress>> FindAddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken);

    /// <summary>TLSA records (RFC 6698 §2).</summary>
    ValueTask<DnsAnswer<TlsaRow>> FindTlsaAsync(string name, CancellationToken cancellationToken);

    /// <summary>TXT records, the strings of each joined without anything between them (RFC 7208 §3.3).</summary>
    ValueTask<DnsAnswer<string>> FindTextAsync(string name, CancellationToken cancellationToken);

    /// <summary>What a name is an alias of: the CNAME record itself.</summary>
    ValueTask<DnsAnswer<string>> FindAliasAsync(string name, CancellationToken cancellationToken);
}
