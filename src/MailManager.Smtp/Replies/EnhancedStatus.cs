namespace MailManager.Smtp.Replies;

/// <summary>An enhanced status code, class.subject.detail (RFC 3463 §2). <c>default</c> means "none given".</summary>
/// <param name="Class">2 success, 4 persistent transient failure, 5 permanent failure; 0: no code.</param>
/// <param name="Subject">0 to 999.</param>
/// <param name="Detail">0 to 999.</param>
public readonly record struct EnhancedStatus(byte Class, ushort Subject, ushort Detail)
{
    public bool IsPresent => Class != 0;

    /// <summary>For example <c>5.7.1</c>; empty when not present.</summary>
    public override string ToString() => IsPresent ? $"{Class}.{Subject}.{Detail}" : string.Empty;
}
