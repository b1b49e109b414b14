using MailManager.Smtp.Client;

namespace MailManager.Delivery.Probe;

/// <summary>Asks a relay whether it would take mail for a recipient, without sending any.</summary>
public interface IRecipientProbe
{
    /// <summary>MAIL with the null reverse-path, RCPT, RSET. Never throws for what the relay does.</summary>
    /// <param name="relay">Name of the relay.</param>
    /// <param name="recipient">Checked for syntax.</param>
    /// <param name="timeout">For all of it, connecting included.</param>
    /// <param name="cancellationToken">Gives up; reported as unknown.</param>
    Task<ProbeResult> ProbeAsync(string relay, string recipient, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>What the relay said.</summary>
/// <param name="Outcome">In one word.</param>
/// <param name="Failure">Why; null when accepted.</param>
public readonly record struct ProbeResult(ProbeOutcome Outcome, SmtpFailure? Failure);

/// <summary>Whether a relay takes mail for a recipient.</summary>
public enum ProbeOutcome
{
    /// <summary>The relay does not say, or not now: not reached, 4yz, or something other than the recipient was refused.</summary>
    Unknown,

    /// <summary>2yz at RCPT.</summary>
    Accepted,

    /// <summary>5yz at RCPT, or an address that cannot be sent to it (a local failure).</summary>
    Refused,
}
