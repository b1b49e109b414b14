using System.Collections.Immutable;
using System.Security.Authentication;
using System.Text;
using MailManager.Resources.Documents;
using MailManager.Resources.RuleTests;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.CaseAnalysis;

namespace MailManager.Mta.Checks;

/// <summary>A message that shows what a finding says, as it comes to an ingress point. What was found was asked of the policy and rule set in force.</summary>
/// <param name="IngressPoint">Its name.</param>
/// <param name="Message">Session, envelope and header.</param>
internal sealed record CounterExample(string IngressPoint, MessageCase Message)
{
    /// <summary>The session and envelope of a rule test. Whether TLS began with the first octet and what a certificate says cannot be told there.</summary>
    public TestEnvelope ToEnvelope() => new()
    {
        Ip = Message.Client,
        Helo = Message.Helo,
        MailFrom = Message.ReversePath,
        Recipients = [Message.Recipient],
        Tls = Message.Tls switch
        {
            SslProtocols.Tls13 => TlsProtocolVersion.Tls13,
            SslProtocols.Tls12 => TlsProtocolVersion.Tls12,
            _ => null,
        },
        AuthenticatedAs = Message.AuthenticatedAs,
        ReverseDns = Message.ReverseName,
    };

    /// <summary>A rule test that demands a disposition for the message.</summary>
    public RuleTest ToRuleTest(string name, string disposition) => new()
    {
        Name = name,
        IngressPoint = IngressPoint,
        Envelope = ToEnvelope(),
        Message = Message.ToMessage(),
        Expect = [new ExpectedDisposition(Message.Recipient, disposition)],
    };

    /// <summary>In a few lines, each indented by two spaces; what is long or not printable is shown as errors show it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append($"  at {IngressPoint} from {Message.Client}, EHLO {Message.Helo}, {Tls}");
        text.Append(Message.AuthenticatedAs is { } user ? $", logged in as {user}" : "");
        text.Append(Message.ReverseName is { } name ? $", reverse DNS {name}" : "");
        text.Append($"\n  MAIL FROM:<{Message.ReversePath}> RCPT TO:<{Message.Recipient}>");
        foreach (var value in CertificateTexts())
        {
            text.Append($"\n  certificate: {DisplayText.Quote(value)}");
        }

        foreach (var line in Message.Header)
        {
            text.Append($"\n  {line.Name}: {DisplayText.Quote(line.Value)}");
        }

        return Message.Size is { } size ? text.Append($"\n  {size} octets").ToString() : text.ToString();
    }

    private string Tls => Message.Tls switch
    {
        SslProtocols.Tls13 => "TLS 1.3",
        SslProtocols.Tls12 => "TLS 1.2",
        _ => "no TLS",
    };

    private ImmutableArray<string> CertificateTexts() => Message.Certificate is not { } certificate ? [] :
    [
        .. certificate.CommonNames, .. certificate.Rfc822Names, .. certificate.DnsNames, .. certificate.DirectoryNames,
        .. certificate.UniformResourceIdentifiers, .. certificate.IpAddresses, .. certificate.RegisteredIds, certificate.SerialNumber,
    ];
}
