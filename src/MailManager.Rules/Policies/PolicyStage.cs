namespace MailManager.Rules.Policies;

/// <summary>How far a session has come, and so what is known of it; later stages include earlier ones.</summary>
public enum PolicyStage
{
    /// <summary>The client's address and name. TLS, if it is in force: what is clear text may still become TLS.</summary>
    Connection,

    /// <summary>TLS or its absence (STARTTLS would end the transaction), HELO, the certificate, the reverse-path, the SPF verdict.</summary>
    Mail,

    /// <summary>One recipient.</summary>
    Recipient,

    /// <summary>The message and all verdicts on it.</summary>
    Message,
}
