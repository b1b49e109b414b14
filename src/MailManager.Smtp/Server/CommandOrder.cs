using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Server;

/// <summary>
/// The legal order of commands as data: which reply refuses a verb in a state, if any (RFC 5321 §4.1.4, RFC 3207 §4, RFC 4954 §4, RFC 3030 §2).
/// </summary>
internal static class CommandOrder
{
    private const int States = 5;

    private static readonly SmtpReply?[] Refusals = Build();

    /// <summary>Null when the verb is in order.</summary>
    public static SmtpReply? Refusal(SmtpVerb verb, SessionState state) => Refusals[(int)verb * States + (int)state];

    private static SmtpReply?[] Build()
    {
        var refusals = new SmtpReply?[Enum.GetValues<SmtpVerb>().Length * States];
        foreach (var verb in (ReadOnlySpan<SmtpVerb>)[SmtpVerb.Mail, SmtpVerb.Rcpt, SmtpVerb.Data, SmtpVerb.Bdat, SmtpVerb.StartTls, SmtpVerb.Auth])
        {
            Refuse(verb, SessionState.Connected, StandardReplies.SayHelloFirst);
        }

        foreach (var state in (ReadOnlySpan<SessionState>)[SessionState.MailGiven, SessionState.RecipientsGiven, SessionState.Chunking])
        {
            Refuse(SmtpVerb.Mail, state, StandardReplies.MailAlreadyGiven);
            Refuse(SmtpVerb.StartTls, state, StandardReplies.BadSequence);
            Refuse(SmtpVerb.Auth, state, StandardReplies.BadSequence);
            Refuse(SmtpVerb.XClient, state, StandardReplies.BadSequence);
        }

        foreach (var verb in (ReadOnlySpan<SmtpVerb>)[SmtpVerb.Rcpt, SmtpVerb.Data, SmtpVerb.Bdat])
        {
            Refuse(verb, SessionState.Ready, StandardReplies.NeedMailFirst);
        }

        Refuse(SmtpVerb.Data, SessionState.MailGiven, StandardReplies.NeedRcptFirst);
        Refuse(SmtpVerb.Bdat, SessionState.MailGiven, StandardReplies.NeedRcptFirst);
        Refuse(SmtpVerb.Rcpt, SessionState.Chunking, StandardReplies.DataAfterBdat);
        Refuse(SmtpVerb.Data, SessionState.Chunking, StandardReplies.DataAfterBdat);
        return refusals;

        void Refuse(SmtpVerb verb, SessionState state, SmtpReply reply) => refusals[(int)verb * States + (int)state] = reply;
    }
}
