namespace MailManager.Rules.RuleSets;

/// <summary>Where a delivery goes: to a relay, or to the mail servers of each recipient's domain.</summary>
public sealed record DeliveryTarget
{
    private DeliveryTarget(string? relayName)
    {
        RelayName = relayName;
    }

    /// <summary>The mail servers (MX) of each recipient's domain.</summary>
    public static DeliveryTarget Send { get; } = new((string?)null);

    /// <summary>Name, id or ARN of the relay, as the action gives it; null: <see cref="Send"/>.</summary>
    public string? RelayName { get; }

    public static DeliveryTarget Relay(string name) => new(name);

    /// <summary>As dispositions write it: <c>relay NAME</c> or <c>send</c>.</summary>
    public override string ToString() => RelayName is null ? "send" : $"relay {RelayName}";
}
