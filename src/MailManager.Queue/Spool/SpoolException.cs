namespace MailManager.Queue.Spool;

/// <summary>What a failed storage operation means for those who wait for it.</summary>
internal enum SpoolFault
{
    None,

    /// <summary>No space left: to be tried again when there is some.</summary>
    Full,

    /// <summary>This row cannot be stored, others can.</summary>
    Rejected,

    /// <summary>The store is broken or cannot be reached: to be opened again.</summary>
    Failed,
}

/// <summary>The spool cannot be opened, read or written. The message is for the operator.</summary>
public sealed class SpoolException : IOException
{
    public SpoolException()
    {
    }

    public SpoolException(string message)
        : base(message)
    {
    }

    public SpoolException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal SpoolException(SpoolFault fault, string message)
        : base(message)
    {
        Fault = fault;
    }

    internal SpoolFault Fault { get; } = SpoolFault.Failed;
}
