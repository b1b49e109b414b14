using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Tests.Server;

/// <summary>
/// What a session must answer, told without any of the server's code: the state of RFC 5321 §4.1.4 as three variables. Senders and recipients
/// named <c>denied</c> are refused by the handler, messages that say <c>fail</c> are deferred by it.
/// </summary>
internal sealed class SessionModel
{
    private readonly List<string> _recipients = [];
    private bool _isGreeted;
    private string? _sender;
    private int _errors;

    /// <summary>Sender, recipients and content of each message that was answered 250.</summary>
    public List<string> Accepted { get; } = [];

    public bool IsOver { get; private set; }

    /// <summary>The codes that a step's octets must be answered with, in order.</summary>
    public IEnumerable<int> Answer(SessionStep step)
    {
        foreach (var code in AnswerCore(step))
        {
            yield return code;
            if (code >= 500 && ++_errors == SessionStep.MaxErrors)
            {
                IsOver = true;
                yield return 421;
            }

            if (IsOver)
            {
                yield break;
            }
        }
    }

    private int[] AnswerCore(SessionStep step)
    {
        switch (step)
        {
            case SessionStep.Hello:
                Forget();
                _isGreeted = true;
                return [250];
            case SessionStep.BadHello:
                return [501];
            case SessionStep.Mail mail:
                return [Mail(mail.Sender)];
            case SessionStep.Recipient recipient:
                return [Recipient(recipient.Address)];
            case SessionStep.Message message:
                return Message(message.Content);
            case SessionStep.Reset:
                Forget();
                return [250];
            case SessionStep.Noop:
                return [250];
            case SessionStep.Verify:
                return [252];
            case SessionStep.Unknown:
                return [500];
            default:
                IsOver = true;
                return [221];
        }
    }

    private int Mail(string sender)
    {
        if (!_isGreeted || _sender is not null)
        {
            return 503;
        }

        if (sender.StartsWith("denied", StringComparison.Ordinal))
        {
            return 550;
        }

        _sender = sender;
        return 250;
    }

    private int Recipient(string address)
    {
        if (!_isGreeted || _sender is null)
        {
            return 503;
        }

        if (_recipients.Count == SessionStep.MaxRecipients)
        {
            return 452;
        }

        if (address.StartsWith("denied", StringComparison.Ordinal))
        {
            return 550;
        }

        _recipients.Add(address);
        return 250;
    }

    /// <summary>Refused DATA leaves the content to be read as commands: it is written so that each line is an unknown one.</summary>
    private int[] Message(string content)
    {
        if (_recipients.Count == 0)
        {
            return [503, .. Enumerable.Repeat(500, content.Count(character => character == '\n') + 1)];
        }

        var (sender, recipients) = (_sender, string.Join(',', _recipients));
        Forget();
        if (content.Contains('\0', StringComparison.Ordinal))
        {
            return [354, StandardReplies.BareLineEnds.Code];
        }

        if (content.Contains("fail", StringComparison.Ordinal))
        {
            return [354, 451];
        }

        Accepted.Add($"{sender}|{recipients}|{content}");
        return [354, 250];
    }

    private void Forget()
    {
        _sender = null;
        _recipients.Clear();
    }
}

/// <summary>What a client does next.</summary>
internal abstract record SessionStep
{
    public const int MaxRecipients = 3;
    public const int MaxErrors = 12;

    /// <summary>The octets, as Latin-1.</summary>
    public abstract string Octets { get; }

    public sealed record Hello(string Verb) : SessionStep
    {
        public override string Octets => $"{Verb} client.example\r\n";
    }

    public sealed record BadHello : SessionStep
    {
        public override string Octets => "EHLO not a name\r\n";
    }

    public sealed record Mail(string Sender) : SessionStep
    {
        public override string Octets => $"MAIL FROM:<{Sender}>\r\n";
    }

    public sealed record Recipient(string Address) : SessionStep
    {
        public override string Octets => $"RCPT TO:<{Address}>\r\n";
    }

    public sealed record Message(string Content) : SessionStep
    {
        public override string Octets => $"DATA\r\n{Content}.\r\n";
    }

    public sealed record Reset : SessionStep
    {
        public override string Octets => "RSET\r\n";
    }

    public sealed record Noop : SessionStep
    {
        public override string Octets => "NOOP\r\n";
    }

    public sealed record Verify : SessionStep
    {
        public override string Octets => "VRFY someone\r\n";
    }

    public sealed record Unknown : SessionStep
    {
        public override string Octets => "ETRN x\r\n";
    }

    public sealed record Quit : SessionStep
    {
        public override string Octets => "QUIT\r\n";
    }
}
