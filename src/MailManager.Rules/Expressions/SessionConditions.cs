using System.Security.Authentication;
using MailManager.Messages.Envelope;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Operands;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Expressions;

/// <summary>SOURCE_IP, SENDER_IP, SENDER_IPV6: is the client in any (or none) of the ranges? They are in the set's one table.</summary>
/// <param name="number">The condition's number in that table.</param>
internal sealed class AddressCondition(string text, int number, bool negated) : Leaf(text)
{
    public int Number { get; } = number;

    public bool Negated { get; } = negated;

    public override int Cost => Negated ? 3 : 2;

    public override Stage Stage => Stage.Connection;

    public override bool Holds(RuleInput input) => input.ClientIsIn(Number) != Negated;

    public override string ReadOperand(RuleInput input) => input.Session.Client.Address.ToString();
}

/// <summary>TLS: the session is encrypted.</summary>
internal sealed class TlsCondition(string text, bool expected) : Leaf(text)
{
    public bool Expected { get; } = expected;

    public override int Cost => 1;

    public override Stage Stage => Stage.Tls;

    public override bool Holds(RuleInput input) => input.Session.IsTls == Expected;

    public override string ReadOperand(RuleInput input) => input.Session.IsTls ? "true" : "false";
}

/// <summary>TLS_WRAPPED: encrypted from the first octet.</summary>
internal sealed class TlsWrappedCondition(string text, bool expected) : Leaf(text)
{
    public bool Expected { get; } = expected;

    public override int Cost => 1;

    public override Stage Stage => Stage.Connection;

    public override bool Holds(RuleInput input) => input.Session.IsTlsWrapped == Expected;

    public override string ReadOperand(RuleInput input) => input.Session.IsTlsWrapped ? "true" : "false";
}

/// <summary>TLS_PROTOCOL: false in clear text for either operator.</summary>
internal sealed class TlsVersionCondition(string text, TlsProtocolOperator op, TlsProtocolVersion version) : Leaf(text)
{
    public override int Cost => 1;

    public override Stage Stage => Stage.Tls;

    public override bool Holds(RuleInput input)
    {
        var wanted = version == TlsProtocolVersion.Tls13 ? SslProtocols.Tls13 : SslProtocols.Tls12;
        return input.Session.TlsProtocol == wanted
            || (op == TlsProtocolOperator.MinimumTlsVersion && wanted == SslProtocols.Tls12 && input.Session.TlsProtocol == SslProtocols.Tls13);
    }

    public override string ReadOperand(RuleInput input) => input.Session.TlsProtocol.ToString();
}

/// <summary>
/// ClientCertificateAttribute: compares all values that the client's certificate has for an attribute: any-of, or none-of when negated. Without
/// a certificate or a value: false, or true when negated.
/// </summary>
internal sealed class CertificateCondition(string text, RuleClientCertificateAttribute attribute, StringMatcher matcher, bool negated) : Leaf(text)
{
    public RuleClientCertificateAttribute Attribute { get; } = attribute;

    public StringMatcher Matcher { get; } = matcher;

    public bool Negated { get; } = negated;

    public override int Cost => Negated ? 8 : 7;

    public override Stage Stage => Stage.Message;

    public override bool Holds(RuleInput input) => input.CertificateMatches(Attribute, Matcher) != Negated;

    public override string ReadOperand(RuleInput input) => string.Join(" | ", CertificateValues.Of(input.Session.ClientCertificate, Attribute));
}
