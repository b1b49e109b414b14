using System.Collections.Immutable;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Queue.History;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue;

/// <summary>A message that is to become durable, or is. Immutable but for its content, which comes and goes from memory.</summary>
public sealed class QueuedMessage
{
    public required MessageId Id { get; init; }

    /// <summary>Name of the ingress point, or <c>dsn</c> for a notification made here.</summary>
    public required string Origin { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>After this moment a delivery that is still deferred fails.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>As received, for notifications and logs; what each delivery sends is in its instructions.</summary>
    public required MessageEnvelope Envelope { get; init; }

    /// <summary>How it came to be here; null: nobody says.</summary>
    public MessageHistory? History { get; init; }

    /// <summary>At least one.</summary>
    public required ImmutableArray<DeliveryInstructions> Deliveries { get; init; }
}

/// <summary>What the rule set decided for some recipients of a message: where it goes, from whom, to whom, with which headers. Immutable.</summary>
public sealed record DeliveryInstructions
{
    /// <summary>Key of the destination: <c>relay:NAME</c> or <c>mx:DOMAIN</c>.</summary>
    public required string Destination { get; init; }

    /// <summary>Sender to give; empty for the null reverse-path.</summary>
    public required string ReversePath { get; init; }

    /// <summary>At least one.</summary>
    public required ImmutableArray<string> Recipients { get; init; }

    /// <summary>What is asked for each recipient, by its index; empty, as for most messages: nothing.</summary>
    public ImmutableArray<RecipientOptions?> RecipientOptions { get; init; } = [];

    /// <summary>Complete header lines, each ending in CRLF, that go in front of the message: trace headers and added ones.</summary>
    public required ReadOnlyMemory<byte> Prefix { get; init; }

    /// <summary>
    /// Names of header fields of the message that are left out; case is ignored, empty, as for most messages: none. Those in <see cref="Prefix"/> stay.
    /// </summary>
    public ImmutableArray<string> RemovedHeaders { get; init; } = [];

    /// <summary>
    /// An authenticated client submitted the message as a verified sender, so that it may be sent to recipients of no verified identity. They are
    /// relayed for no more than others. Or it is a notification on its way back to a sender whose address was replaced here (SRS).
    /// </summary>
    public bool IsSubmission { get; init; }

    /// <summary>
    /// Its client has shown that it may write as the sender, so that it may be signed for the domain of its <c>From</c> field (RFC 6376). Never for mail
    /// that only passes through: whoever forged it would be given a signature.
    /// </summary>
    public bool MaySign { get; init; }

    /// <summary>
    /// The sender rather has it arrive than protected (<c>TLS-Required: No</c>, RFC 8689 §5): what mail domains demand by DANE and MTA-STS does not hold for it.
    /// </summary>
    public bool IgnoresTlsPolicy { get; init; }

    /// <summary>Name of the egress pool from which it is to leave; null, as for most messages: that of the relay or destination.</summary>
    public string? EgressPool { get; init; }

    /// <summary>What is asked for the recipient at this index; null: nothing.</summary>
    public RecipientOptions? OptionsOf(int recipient) => RecipientOptions.IsEmpty ? null : RecipientOptions[recipient];
}
