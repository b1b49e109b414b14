using MailManager.Delivery.Retry;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Shaping;

/// <summary>What the end of an attempt says about how much its destination can take.</summary>
internal enum AttemptSign : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It took the message.</summary>
    Succeeded,

    /// <summary>It has too much.</summary>
    Congested,
}

/// <summary>Reads signs from results.</summary>
internal static class AttemptSigns
{
    /// <summary>Of several failures, the one that shows congestion counts.</summary>
    public static AttemptSign Of(in AttemptResult result)
    {
        if (result.IsSuccess)
        {
            return AttemptSign.Succeeded;
        }

        if (result.Actions.Any(entry => entry.Action.Congested))
        {
            return AttemptSign.Congested;
        }

        foreach (var failure in result.RecipientFailures.AsSpan())
        {
            if (failure is not null && Of(failure) == AttemptSign.Congested)
            {
                return AttemptSign.Congested;
            }
        }

        return result.Failure is { } one ? Of(one) : AttemptSign.None;
    }

    /// <summary>
    /// 421 wherever it comes (RFC 5321 §3.8), and 4yz before it can be about a recipient or the message: to the connection, EHLO, AUTH, MAIL and DATA.
    /// </summary>
    public static AttemptSign Of(SmtpFailure failure) =>
        failure.Reply.Code == 421 || (failure.Reply.Code is >= 400 and < 500 && failure.Phase is <= SmtpPhase.Mail or SmtpPhase.Data)
            ? AttemptSign.Congested
            : AttemptSign.None;
}
