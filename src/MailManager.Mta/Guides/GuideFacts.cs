using System.Collections.Immutable;

namespace MailManager.Mta.Guides;

/// <summary>What guides fill in.</summary>
/// <param name="Hostname">The gateway's name, which the MX of the domain names.</param>
/// <param name="Domain">The mail domain.</param>
/// <param name="EgressAddresses">Addresses and ranges that mail leaves from, as the world sees them; empty: not known.</param>
internal sealed record GuideFacts(string Hostname, string Domain, ImmutableArray<string> EgressAddresses)
{
    private const string Placeholder = "YOUR-EGRESS-ADDRESS";

    /// <summary>Those addresses, or what says in their place that they are not known.</summary>
    public ImmutableArray<string> ShownAddresses => EgressAddresses.IsEmpty ? [Placeholder] : EgressAddresses;

    /// <summary>Null: the addresses are known.</summary>
    public string? Unknown => EgressAddresses.IsEmpty
        ? $"The addresses that mail leaves from are not known: this machine has no public address of its own. Put those that the world sees into Delivery.EgressAddresses of the configuration and print this again with --config, or put them in yourself for {Placeholder}."
        : null;
}
