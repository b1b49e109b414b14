using System.Net;
using MailManager.Delivery.Probe;
using MailManager.Resources.IngressPoints;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Protection;

/// <summary>
/// Asks the protection of an ingress point about each recipient of one session, the cheapest first: DNS lists, whose answers are under way since
/// the client came, then greylisting, then the relay. One call at a time. Nothing needs to be disposed: what is still asked when the session ends
/// is bounded in time, and remembered for the next.
/// </summary>
internal sealed class ClientGuard
{
    private readonly ProtectionServices _services;
    private readonly ProtectionSettings _options;
    private readonly GuardedSession _session;
    private readonly Task<DnsListResult>? _lists;

    public ClientGuard(ProtectionServices services, ProtectionSettings options, GuardedSession session)
    {
        _services = services;
        _options = options;
        _session = session;
        if (options.DnsLists is { } lists && services.DnsLists is { } checker)
        {
            _lists = checker.CheckAsync(lists, session.Client);
        }
    }

    /// <summary>A reply of class 4 or 5 for this recipient; null: nothing against it. Most calls complete at once.</summary>
    /// <param name="reversePath">Empty for the null reverse-path.</param>
    /// <param name="recipient">As the client wrote it, checked for syntax.</param>
    /// <param name="isAuthenticated">The client has proved a name (AUTH, certificate): only the recipient counts.</param>
    /// <param name="isServed">The recipient is of a verified identity; of others, which a rule may replace, the relay is not asked.</param>
    /// <param name="cancellationToken">The session ends.</param>
    public async ValueTask<SmtpReply?> CheckAsync(
        string reversePath, string recipient, bool isAuthenticated, bool isServed, CancellationToken cancellationToken)
    {
        if (!isAuthenticated)
        {
            if (_lists is not null
                && Judge(await _lists.WaitAsync(cancellationToken).ConfigureAwait(false), reversePath, recipient) is { } listed)
            {
                return listed;
            }

            if (_options.Greylisting is { } greylisting && _services.Greylist is { } greylist
                && Judge(await greylist.CheckAsync(greylisting, _session.Client, reversePath, recipient).ConfigureAwait(false), reversePath, recipient) is { } early)
            {
                return early;
            }
        }

        return isServed && _options.RecipientVerification is { } verification && _services.Recipients is { } verifier
            ? Judge(await verifier.CheckAsync(verification, recipient, cancellationToken).ConfigureAwait(false), verification, reversePath, recipient)
            : null;
    }

    private SmtpReply? Judge(in DnsListResult result, string reversePath, string recipient)
    {
        switch (result.Outcome)
        {
            case DnsListOutcome.Listed:
                ProtectionLog.Listed(
                    _services.Logger, _session.IngressPoint, recipient, _session.Client, reversePath, result.Zone!, result.Answer!, _session.Id);
                return Reply(550, 5, 7, 1, $"Your address is listed by {result.Zone}");
            case DnsListOutcome.Failed when _options.DnsLists!.OnFailure == ProtectionFailure.Defer:
                ProtectionLog.ListFailed(_services.Logger, _session.IngressPoint, recipient, _session.Client, reversePath, result.Zone!, _session.Id);
                return Reply(451, 4, 7, 1, "Your address cannot be checked now, try again later");
            default:
                return null;
        }
    }

    private SmtpReply? Judge(GreylistVerdict verdict, string reversePath, string recipient)
    {
        if (verdict is GreylistVerdict.Known or GreylistVerdict.Passed or GreylistVerdict.NoStore)
        {
            return null;
        }

        ProtectionLog.Greylisted(_services.Logger, _session.IngressPoint, recipient, _session.Client, reversePath, verdict, _session.Id);
        return Reply(451, 4, 7, 1, "Greylisted, try again later");
    }

    private SmtpReply? Judge(in ProbeResult result, RecipientVerificationSettings options, string reversePath, string recipient)
    {
        switch (result.Outcome)
        {
            case ProbeOutcome.Refused:
                ProtectionLog.UnknownRecipient(
                    _services.Logger, _session.IngressPoint, recipient, _session.Client, reversePath, options.Relay, result.Failure!.ToString(), _session.Id);
                return result.Failure.Status is { IsPresent: true } status
                    ? Reply(550, status.Class, status.Subject, status.Detail, "Recipient's address cannot be used here")
                    : Reply(550, 5, 1, 1, "Recipient does not exist here");
            case ProbeOutcome.Unknown when options.OnFailure == ProtectionFailure.Defer:
                ProtectionLog.RecipientUnsure(
                    _services.Logger, _session.IngressPoint, recipient, _session.Client, reversePath, options.Relay, result.Failure!.ToString(), _session.Id);
                return Reply(451, 4, 4, 3, "Recipient cannot be verified now, try again later");
            default:
                return null;
        }
    }

    /// <summary>The session's id leads the operator to the reason in the log.</summary>
    private SmtpReply Reply(int code, byte @class, ushort subject, ushort detail, string text) =>
        new(code, new EnhancedStatus(@class, subject, detail), $"{text} (ref {_session.Id})");
}

/// <summary>Whose decision it is, for logs and replies.</summary>
/// <param name="IngressPoint">Its name.</param>
/// <param name="Id">Of the session: the reference in replies.</param>
/// <param name="Client">The client's address.</param>
internal sealed record GuardedSession(string IngressPoint, string Id, IPAddress Client);
