using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;

namespace MailManager.Delivery.Dns;

/// <summary>
/// Asks the configured name servers and remembers what they said, within bounds. Each question says that signatures are understood (the DO bit,
/// RFC 4035 §3.2.1), so that a validating resolver tells what it has validated. One for the whole process.
/// </summary>
public sealed class DnsResolver : IDns, IDisposable
{
    /// <summary>Answers remembered, some 500 octets each.</summary>
    internal const int Capacity = 100_000;

    /// <summary>Questions under way, each of which takes a socket.</summary>
    private const int MaxQuestions = 256;

    private readonly LookupClient _client;
    private readonly bool _trustsAuthenticated;
    private readonly SemaphoreSlim _slots = new(MaxQuestions);

    // Each answer is a DnsAnswer<T>, whose T follows from the type.
    private readonly AnswerCache<(string Name, QueryType Type), object> _answers;

    public DnsResolver(MxOptions options, TimeProvider time)
    {
        var settings = options.NameServers.IsEmpty ? new LookupClientOptions() : new LookupClientOptions([.. options.NameServers]);
        settings.Timeout = options.QueryTimeout;
        settings.UseCache = false;
        settings.ThrowDnsErrors = false;
        settings.RequestDnsSecRecords = true;
        _client = new LookupClient(settings);
        _trustsAuthenticated = options.TrustAuthenticatedData;
        _answers = new AnswerCache<(string, QueryType), object>(Capacity, time);
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<MxRow>> FindMxAsync(string domain, CancellationToken cancellationToken) =>
        FindAsync(domain, QueryType.MX, static record => record is MxRecord mx ? new MxRow(mx.Preference, Plain(mx.Exchange.Value)) : null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<IPAddress>> FindAddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken) => FindAsync(
        host, family == AddressFamily.InterNetworkV6 ? QueryType.AAAA : QueryType.A, static record => (record as AddressRecord)?.Address, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<TlsaRow>> FindTlsaAsync(string name, CancellationToken cancellationToken) => FindAsync(
        name,
        QueryType.TLSA,
        static record => record is TlsaRecord tlsa
            ? new TlsaRow((byte)tlsa.CertificateUsage, (byte)tlsa.Selector, (byte)tlsa.MatchingType, [.. tlsa.CertificateAssociationData])
            : null,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<string>> FindTextAsync(string name, CancellationToken cancellationToken) =>
        FindAsync(name, QueryType.TXT, static record => record is TxtRecord text ? string.Concat(text.Text) : null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<string>> FindAliasAsync(string name, CancellationToken cancellationToken) =>
        FindAsync(name, QueryType.CNAME, static record => record is CNameRecord alias ? Plain(alias.CanonicalName.Value) : null, cancellationToken);

    public void Dispose() => _slots.Dispose();

    /// <summary>Without the final dot.</summary>
    internal static string Plain(string name) => name.EndsWith('.') ? name[..^1] : name;

    private async ValueTask<DnsAnswer<T>> FindAsync<T>(
        string name, QueryType type, Func<DnsResourceRecord, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await _answers.GetAsync(
            (name.ToLowerInvariant(), type),
            async question =>
            {
                var (asked, timeToLive) = await AskAsync(question.Name, question.Type, read).ConfigureAwait(false);
                return ((object)asked, timeToLive);
            }).WaitAsync(cancellationToken).ConfigureAwait(false);
        return (DnsAnswer<T>)answer;
    }

    private async Task<(DnsAnswer<T> Answer, TimeSpan TimeToLive)> AskAsync<T>(string name, QueryType type, Func<DnsResourceRecord, T?> read)
        where T : class
    {
        await _slots.WaitAsync().ConfigureAwait(false);
        try
        {
            // With the final dot, or a search list of the system would apply.
            var response = await _client.QueryAsync(name + ".", type).ConfigureAwait(false);
            return DnsReading.Read(name, response, read, _trustsAuthenticated);
        }
        catch (DnsResponseException fault)
        {
            return DnsReading.Unknown<T>(name, fault.Code == DnsResponseCode.ConnectionTimeout ? DnsStatus.TimedOut : DnsStatus.Failed);
        }
        catch (Exception fault) when (fault is DnsResponseParseException or OperationCanceledException or ArgumentException or SocketException or InvalidOperationException)
        {
            // A name that cannot be put into a question, or octets that are no response.
            return DnsReading.Unknown<T>(name, DnsStatus.Failed);
        }
        finally
        {
            _slots.Release();
        }
    }
}
