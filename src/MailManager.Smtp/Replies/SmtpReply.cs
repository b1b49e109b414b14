namespace MailManager.Smtp.Replies;

/// <summary>
/// One reply (RFC 5321 §4.2), sent by our server or received from a peer. A multi-line text holds its lines separated by
/// <c>\n</c>, without codes. Text received from a peer is untrusted: escape it before it is logged or sent on.
/// </summary>
/// <param name="Code">200 to 599.</param>
/// <param name="Status">RFC 2034 status, when there is one.</param>
/// <param name="Text">ASCII; UTF-8 only where SMTPUTF8 allows it.</param>
public readonly record struct SmtpReply(int Code, EnhancedStatus Status, string Text)
{
    public SmtpReply(int code, string text)
        : this(code, default, text)
    {
    }

    /// <summary>2yz.</summary>
    public bool IsPositive => Code is >= 200 and < 300;

    /// <summary>3yz: the peer waits for more.</summary>
    public bool IsIntermediate => Code is >= 300 and < 400;

    /// <summary>4yz: try again later.</summary>
    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>5yz: do not try again.</summary>
    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>Code, status and text on one line, as in <c>550 5.7.1 Not here</c>.</summary>
    public override string ToString() =>
        Status.IsPresent ? $"{Code} {Status} {Text.Replace('\n', ' ')}" : $"{Code} {Text.Replace('\n', ' ')}";
}
