using System.Net;
using System.Security.Authentication;
using MailManager.Delivery.Routing;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.TlsReports;

/// <summary>Sees one session with a host come about or not, and records what that says of TLS. For one session.</summary>
/// <param name="recorder">Is told.</param>
/// <param name="policy">What the session is held to.</param>
/// <param name="host">Name of the host.</param>
internal sealed class TlsWitness(ITlsSessionRecorder recorder, TlsPolicy policy, string host)
{
    private CertificateFault? _seen;

    /// <summary>The same settings, under which certificates are seen.</summary>
    public SmtpClientSettings Watch(SmtpClientSettings settings) => settings with
    {
        CertificateSeen = (chain, errors) => _seen = new CertificateFault(
            errors, chain?.ChainStatus.Aggregate(default(System.Security.Cryptography.X509Certificates.X509ChainStatusFlags), (all, one) => all | one.Status) ?? default),
    };

    /// <summary>The session has ended its opening.</summary>
    /// <param name="connection">Over which it went.</param>
    /// <param name="local">Our address.</param>
    /// <param name="failure">Null: it is open.</param>
    public void Ended(SmtpClientConnection connection, EndPoint? local, SmtpFailure? failure)
    {
        TlsResult? result;
        if (failure is not null)
        {
            result = TlsResults.Of(failure, policy.Type, _seen);
            if (result is null)
            {
                return;
            }
        }
        else
        {
            result = connection.TlsProtocol == SslProtocols.None ? TlsResult.StarttlsNotSupported
                : policy.Fault is { } fault ? fault.Result
                : policy.IsTesting && _seen is { } seen ? TlsResults.Of(seen)
                : null;
        }

        recorder.Record(new TlsSession(policy, host, result)
        {
            Reason = failure?.ToString() ?? (result is null ? null : policy.Fault?.Reason),
            SendingAddress = (local as IPEndPoint)?.Address,
            ReceivingAddress = (connection.RemoteEndPoint as IPEndPoint)?.Address,
        });
    }

    /// <summary>The host is not used, for its policy forbids it or cannot be known. Nothing is recorded of a host that fails for other reasons.</summary>
    public static void Refused(ITlsSessionRecorder? recorder, HostTargets host)
    {
        if (recorder is not null && host is { TlsPolicy: { Fault: var (result, reason) } policy })
        {
            recorder.Record(new TlsSession(policy, host.Settings.ServerName, result) { Reason = reason });
        }
    }
}
