using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Tests.Harness;

/// <summary>Notes which addresses were tried, and what came to nothing.</summary>
internal sealed class AddressLog : IDialogueObserver
{
    private readonly ConcurrentQueue<string> _entries = new();

    /// <summary>An address, or <c>failed: REASON</c>.</summary>
    public IReadOnlyList<string> Entries => [.. _entries];

    public void Connecting(IPEndPoint address) => _entries.Enqueue(address.Address.ToString());

    public void Failed(SmtpFailure failure) => _entries.Enqueue($"failed: {failure.Reason}");

    public void Sent(string line)
    {
    }

    public void Received(in SmtpReply reply)
    {
    }

    public void CertificateSeen(X509Certificate2? certificate, SslPolicyErrors errors, bool isAccepted)
    {
    }

    public void Secured(SslProtocols protocol, TlsCipherSuite suite)
    {
    }
}
