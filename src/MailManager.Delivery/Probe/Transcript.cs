using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Probe;

/// <summary>Writes down a dialogue, without its secrets.</summary>
internal sealed class Transcript : IDialogueObserver
{
    private const string Mask = "********";
    private readonly ImmutableArray<TranscriptEntry>.Builder _entries = ImmutableArray.CreateBuilder<TranscriptEntry>();

    /// <summary>An AUTH exchange is under way, so that whole lines are secret.</summary>
    private bool _isAuthenticating;

    public ImmutableArray<TranscriptEntry> Entries => _entries.ToImmutable();

    /// <summary>The last one that was tried.</summary>
    public IPEndPoint? Address { get; private set; }

    public string? Tls { get; private set; }

    public SeenCertificate? Certificate { get; private set; }

    public void Connecting(IPEndPoint address)
    {
        Address = address;
        (Tls, Certificate) = (null, null);
        _isAuthenticating = false;
        Add(TranscriptSource.Event, $"connecting to {address}");
    }

    public void Sent(string line)
    {
        if (_isAuthenticating)
        {
            Add(TranscriptSource.Client, Mask);
            return;
        }

        var words = line.Split(' ', 3);
        _isAuthenticating = words is ["AUTH", _, ..];
        Add(TranscriptSource.Client, words is ["AUTH", var mechanism, _] ? $"AUTH {mechanism} {Mask}" : PeerText.Escape(line));
    }

    public void Received(in SmtpReply reply)
    {
        _isAuthenticating &= reply.IsIntermediate;
        var lines = reply.Text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var status = reply.Status.IsPresent ? $"{reply.Status} " : string.Empty;
            Add(TranscriptSource.Server, $"{reply.Code}{(i == lines.Length - 1 ? ' ' : '-')}{status}{PeerText.Escape(lines[i])}");
        }
    }

    public void CertificateSeen(X509Certificate2? certificate, SslPolicyErrors errors, bool isAccepted)
    {
        Certificate = SeenCertificates.Describe(certificate, errors, isAccepted);
        Add(TranscriptSource.Event, $"certificate of {Certificate.Subject}: {(isAccepted ? "accepted" : "refused")}");
    }

    public void Secured(SslProtocols protocol, TlsCipherSuite suite)
    {
        Tls = $"{(protocol == SslProtocols.Tls13 ? "TLS 1.3" : "TLS 1.2")}, {suite}";
        Add(TranscriptSource.Event, Tls);
    }

    public void Failed(SmtpFailure failure) => Add(TranscriptSource.Event, failure.ToString());

    private void Add(TranscriptSource source, string text) => _entries.Add(new TranscriptEntry(source, text));
}
