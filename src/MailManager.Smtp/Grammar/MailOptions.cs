using System.Text;

namespace MailManager.Smtp.Grammar;

/// <summary>What MAIL asked for beyond sender, size and body type. Most messages have none, which is null. Immutable.</summary>
public sealed record MailOptions
{
    /// <summary>SMTPUTF8: addresses and header may hold UTF-8 (RFC 6531 §3.4).</summary>
    public bool IsUtf8 { get; init; }

    /// <summary>REQUIRETLS: goes on only over verified TLS to servers that ask for the same (RFC 8689 §4).</summary>
    public bool RequireTls { get; init; }

    /// <summary>RET (RFC 3461 §4.3).</summary>
    public DsnReturn Return { get; init; }

    /// <summary>ENVID as sent, in xtext (RFC 3461 §4.4); empty: none.</summary>
    public string EnvelopeId { get; init; } = string.Empty;

    /// <summary>Null when the command has none of them.</summary>
    public static MailOptions? From(in MailCommand command) =>
        command.IsUtf8 || command.RequireTls || command.Return != DsnReturn.Unspecified || !command.EnvelopeId.IsEmpty
            ? new MailOptions
            {
                IsUtf8 = command.IsUtf8,
                RequireTls = command.RequireTls,
                Return = command.Return,
                EnvelopeId = Encoding.ASCII.GetString(command.EnvelopeId),
            }
            : null;
}
