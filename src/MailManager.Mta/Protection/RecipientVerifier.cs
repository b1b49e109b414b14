using MailManager.Delivery.Dns;
using MailManager.Delivery.Probe;
using MailManager.Resources.IngressPoints;
using MailManager.Smtp.Client;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Protection;

/// <summary>
/// Knows, or finds out from the relay, whether recipients exist. A recipient is asked for once at a time, however many sessions want it. Thread-safe.
/// </summary>
/// <param name="probe">Asks.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For relays that do not tell.</param>
internal sealed class RecipientVerifier(IRecipientProbe probe, TimeProvider time, ILogger<RecipientVerifier> logger)
{
    /// <summary>Recipients remembered, some 300 octets each.</summary>
    internal const int Capacity = 100_000;

    /// <summary>Recipients being asked for or waiting to be; beyond, it is unknown whether they exist, at once.</summary>
    internal const int MaxWaiting = 1000;

    /// <summary>For a relay that does not tell: a client that tries again at once does not make us ask at once.</summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    private static readonly ProbeResult Overloaded = new(
        ProbeOutcome.Unknown, new SmtpFailure(SmtpParty.Local, SmtpPhase.Connect, default, "too many recipients are being verified"));

    private readonly AnswerCache<(string Relay, string Recipient), ProbeResult> _answers = new(Capacity, time);

    /// <summary>What the relay says or has said. Never fails but for the token.</summary>
    public ValueTask<ProbeResult> CheckAsync(RecipientVerificationSettings options, string recipient, CancellationToken cancellationToken)
    {
        var question = (options.Relay, recipient);
        if (_answers.TryGet(question, out var known))
        {
            return ValueTask.FromResult(known);
        }

        return _answers.Asking >= MaxWaiting
            ? ValueTask.FromResult(Overloaded)
            : new ValueTask<ProbeResult>(_answers.GetAsync(question, asked => ProbeAsync(options, asked.Recipient)).WaitAsync(cancellationToken));
    }

    private async Task<(ProbeResult Answer, TimeSpan TimeToLive)> ProbeAsync(RecipientVerificationSettings options, string recipient)
    {
        var result = await probe.ProbeAsync(options.Relay, recipient, options.Timeout, CancellationToken.None).ConfigureAwait(false);
        switch (result.Outcome)
        {
            case ProbeOutcome.Accepted:
                return (result, options.CacheTime);
            case ProbeOutcome.Refused:
                return (result, options.NegativeCacheTime);
            default:
                ProtectionLog.ProbeFailed(logger, options.Relay, recipient, result.Failure!.ToString());
                return (result, AfterFailure);
        }
    }
}
