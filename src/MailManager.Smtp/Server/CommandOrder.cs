using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Server;

/// <summary>The legal order of commands as data: which reply refuses a verb in a state, if any (RFC 5321 §4.1.4, RFC 3207 §4).</summary>
internal static class CommandOrder
{
    private const int States = 4;

    private static readonly SmtpReply?[] Refusals = Build();

    /// <summary>Null when the verb is in order.</summary>
    public static SmtpReply? Refusal(SmtpVerb verb, SessionState state) => Refusals[(int)verb * States + (int)state];

    private static SmtpReply?[] Build()
    {
        var refusals = new SmtpReply?[Enum.GetValues<SmtpVerb>().Length * States];
        Refuse(SmtpVerb.Mail, SessionState.Connected, StandardReplies.SayHelloFirst);
        Refuse(SmtpVerb.Mail, SessionState.MailGiven, StandardReplies.MailAlreadyGiven);
        Refuse(SmtpVerb.Mail, SessionState.RecipientsGiven, StandardReplies.MailAlreadyGiven);
        Refuse(SmtpVerb.Rcpt, SessionState.Connected, StandardReplies.SayHelloFirst);
        Refuse(SmtpVerb.Rcpt, SessionState.Ready, StandardReplies.NeedMailFirst);
        Refuse(SmtpVerb.Data, SessionState.Connected, StandardReplies.SayHelloFirst);
        Refuse(SmtpVerb.Data, SessionState.Ready, StandardReplies.NeedMailFirst);
        Refuse(SmtpVerb.Data, SessionState.MailGiven, StandardReplies.NeedRcptFirst);
        Refuse(SmtpVerb.StartTls, SessionState.Connected, StandardReplies.SayHelloFirst);
        Refuse(SmtpVerb.StartTls, SessionState.MailGiven, StandardReplies.BadSequence);
        Refuse(SmtpVerb.StartTls, SessionState.RecipientsGiven, StandardReplies.BadSequence);
        return refusals;

        void Refuse(SmtpVerb verb, SessionState state, SmtpReply reply) => refusals[(int)verb * States + (int)state] = reply;
    }
}
