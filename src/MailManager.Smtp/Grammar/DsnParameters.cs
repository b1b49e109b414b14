namespace MailManager.Smtp.Grammar;

/// <summary><c>NOTIFY=</c> of a recipient (RFC 3461 §4.1). The values are stored in the spool.</summary>
[Flags]
public enum DsnNotify : byte
{
    /// <summary>Not given: as <see cref="Failure"/>, and perhaps <see cref="Delay"/>.</summary>
    Unspecified = 0,

    /// <summary>Alone: no notification whatever happens.</summary>
    Never = 1,
    Success = 2,
    Failure = 4,
    Delay = 8,
}

/// <summary><c>RET=</c>: what of the message a failure notification carries (RFC 3461 §4.3). The values are stored in the spool.</summary>
public enum DsnReturn : byte
{
    Unspecified = 0,
    Full = 1,
    Headers = 2,
}
