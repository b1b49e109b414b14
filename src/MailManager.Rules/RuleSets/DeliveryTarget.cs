namespace MailManager.Rules.RuleSets;

/// <summary>Where a delivery goes: to a relay, or to the mail servers of each recipient's domain.</summary>
public sealed record DeliveryTarget
{
    private DeliveryTarget(string? relayName, bool replacesMailFrom)
    {
        RelayName = relayName;
        ReplacesMailFrom = replacesMailFrom;
    }

    /// <summary>The mail servers (MX) of each recipient's domain.</summary>
    public static DeliveryTarget Send { get; } = new(relayName: null, replacesMailFrom: false);

    /// <summary>Name, id or ARN of the relay, as the action gives it; null: <see cref="Send"/>.</summary>
    public string? RelayName { get; }

    /// <summary>The relay is given an SRS address of this server for the reverse-path (API: <c>MailFrom: REPLACE</c>).</summary>
    public bool ReplacesMailFrom { get; }

    /// <summary>Name of the egress pool or source from which the message leaves; null: the rule leaves it open.</summary>
    public string? EgressPool { get; init; }

    public static DeliveryTarget Relay(string name, bool replacesMailFrom = false) => new(name, replacesMailFrom);

    /// <summary>As dispositions write it: <c>relay NAME</c> or <c>send</c>.</summary>
    public override string ToString() => RelayName is null ? "send" : $"relay {RelayName}";
}
