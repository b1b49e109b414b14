using System.Collections.Immutable;
using System.Net.Sockets;
using System.Security.Authentication;
using MailManager.Resources.Expressions;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Policies;
using MailManager.Rules.Sets;

namespace MailManager.Rules.Expressions;

/// <summary>SOURCE_IP, SENDER_IP, SENDER_IPV6: is the client in any (or none) of the ranges and IP sets?</summary>
internal sealed class AddressCondition(string text) : Leaf(text)
{
    /// <summary>The ranges that the condition gives itself, as written.</summary>
    public required ImmutableArray<string> Ranges { get; init; }

    /// <summary>Their number in the table of all ranges; -1: there are none.</summary>
    public required int Number { get; init; }

    /// <summary>Slots of the named sets in the operand plan.</summary>
    public required ImmutableArray<int> Sets { get; init; }

    /// <summary>Names of these sets.</summary>
    public required ImmutableArray<string> SetNames { get; init; }

    /// <summary>The only family of which a named set's ranges count; Unspecified: both do.</summary>
    public required AddressFamily Family { get; init; }

    public required bool Negated { get; init; }

    public override int Cost => (Sets.IsEmpty ? 2 : 3) + (Negated ? 1 : 0);

    public override PolicyStage Known => PolicyStage.Connection;

    public override bool Holds(RuleInput input) => ((Number >= 0 && input.ClientIsIn(Number)) || FindSet(input) >= 0) != Negated;

    private protected override string ReadOperand(RuleInput input) => input.Session.Client.Address.ToString();

    private protected override string? FindHit(RuleInput input) =>
        Ranges.FirstOrDefault(range => IpRanges.Create([range]).Contains(input.Session.Client.Address))
        ?? (FindSet(input) is >= 0 and var found ? ConditionText.IpSet(SetNames[found]) : null);

    /// <summary>Index of the first set that the client is in.</summary>
    private int FindSet(RuleInput input)
    {
        if (!Sets.IsEmpty && (Family == AddressFamily.Unspecified || Family == input.Session.Client.AddressFamily))
        {
            for (var i = 0; i < Sets.Length; i++)
            {
                if (input.ClientIsInSet(Sets[i]))
                {
                    return i;
                }
            }
        }

        return -1;
    }
}

/// <summary>TLS: the session is encrypted.</summary>
internal sealed class TlsCondition(string text, bool expected) : Leaf(text)
{
    public bool Expected { get; } = expected;

    public override int Cost => 1;

    public override PolicyStage Known => PolicyStage.Mail;

    public override bool Holds(RuleInput input) => input.Session.IsTls == Expected;

    private protected override string ReadOperand(RuleInput input) => input.Session.IsTls ? "true" : "false";
}

/// <summary>TLS_WRAPPED: encrypted from the first octet.</summary>
internal sealed class TlsWrappedCondition(string text, bool expected) : Leaf(text)
{
    public bool Expected { get; } = expected;

    public override int Cost => 1;

    public override PolicyStage Known => PolicyStage.Connection;

    public override bool Holds(RuleInput input) => input.Session.IsTlsWrapped == Expected;

    private protected override string ReadOperand(RuleInput input) => input.Session.IsTlsWrapped ? "true" : "false";
}

/// <summary>TLS_PROTOCOL: false in clear text for either operator.</summary>
internal sealed class TlsVersionCondition(string text, TlsProtocolOperator op, TlsProtocolVersion version) : Leaf(text)
{
    public override int Cost => 1;

    public override PolicyStage Known => PolicyStage.Mail;

    public override bool Holds(RuleInput input)
    {
        var wanted = version == TlsProtocolVersion.Tls13 ? SslProtocols.Tls13 : SslProtocols.Tls12;
        return input.Session.TlsProtocol == wanted
            || (op == TlsProtocolOperator.MinimumTlsVersion && wanted == SslProtocols.Tls12 && input.Session.TlsProtocol == SslProtocols.Tls13);
    }

    /// <summary>TLS that is in force stays; clear text may still become TLS before MAIL.</summary>
    public override bool? HoldsEarly(RuleInput input, PolicyStage stage) => input.Session.IsTls || stage >= Known ? Holds(input) : null;

    private protected override string ReadOperand(RuleInput input) => input.Session.TlsProtocol.ToString();
}
