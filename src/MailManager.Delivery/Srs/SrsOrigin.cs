namespace MailManager.Delivery.Srs;

/// <summary>What an SRS address stands for, or why it stands for nothing.</summary>
public readonly record struct SrsOrigin
{
    public SrsOrigin(string address)
    {
        Address = address;
    }

    public SrsOrigin(SrsFault fault)
    {
        Fault = fault;
    }

    /// <summary>The address that was rewritten; null when there is a fault.</summary>
    public string? Address { get; }

    public SrsFault Fault { get; }
}

/// <summary>What is wrong with an SRS address.</summary>
public enum SrsFault
{
    None,

    /// <summary>It does not have all of its parts.</summary>
    Malformed,

    /// <summary>No secret of this server gives its signature.</summary>
    NotSignedHere,

    /// <summary>It was made longer ago than such addresses are good for.</summary>
    Expired,
}
