namespace MailManager.Smtp.Server;

/// <summary>What a session is doing, for metrics.</summary>
public enum SessionPhase : byte
{
    /// <summary>PROXY header, TLS handshake or greeting.</summary>
    Opening,

    /// <summary>Waits for a command, without a transaction.</summary>
    Idle,

    /// <summary>Waits for a command, MAIL having been accepted.</summary>
    Transaction,

    /// <summary>Waits for an answer of its service.</summary>
    Deciding,

    /// <summary>Receives or stores a message.</summary>
    Data,

    Closing,
}
