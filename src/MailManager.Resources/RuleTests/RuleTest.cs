using System.Collections.Immutable;
using System.Net;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Resources.RuleTests;

/// <summary>(+) A message, how it comes, and what is to be decided about it. A configuration that decides otherwise is refused.</summary>
public sealed record RuleTest
{
    /// <summary>1 to 200 characters, unique.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the ingress point it comes to.</summary>
    public required string IngressPoint { get; init; }

    public required TestEnvelope Envelope { get; init; }

    /// <summary>The whole message; a test that gives header fields only has a message of these and an empty body.</summary>
    public required ReadOnlyMemory<byte> Message { get; init; }

    /// <summary>What is to be decided, for each recipient; one that is not here may come to anything.</summary>
    public required ImmutableArray<ExpectedDisposition> Expect { get; init; }
}

/// <summary>(+) The session and envelope of a <see cref="RuleTest"/>.</summary>
public sealed record TestEnvelope
{
    /// <summary>The client. Default: 192.0.2.1, an address for documentation.</summary>
    public IPAddress Ip { get; init; } = IPAddress.Parse("192.0.2.1");

    /// <summary>Default: <c>client.example</c>.</summary>
    public string Helo { get; init; } = "client.example";

    /// <summary>Empty for the null reverse-path.</summary>
    public string MailFrom { get; init; } = string.Empty;

    /// <summary>At least one.</summary>
    public required ImmutableArray<string> Recipients { get; init; }

    /// <summary>Null: clear text. Default.</summary>
    public TlsProtocolVersion? Tls { get; init; }

    /// <summary>The credential that the client has logged in with; null, the default: none.</summary>
    public string? AuthenticatedAs { get; init; }

    /// <summary>The client's name in the DNS; null, the default: none.</summary>
    public string? ReverseDns { get; init; }
}

/// <summary>(+) What is to be decided for one recipient.</summary>
/// <param name="Recipient">As in the envelope.</param>
/// <param name="Disposition">In the words of <c>mailmanager explain</c>: <c>relay google</c>, <c>drop</c>, <c>refuse 550 5.7.1</c>.</param>
public sealed record ExpectedDisposition(string Recipient, string Disposition);
