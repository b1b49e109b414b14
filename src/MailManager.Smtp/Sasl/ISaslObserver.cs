namespace MailManager.Smtp.Sasl;

/// <summary>Hears what logins came to. Called on the thread of the session; must not wait.</summary>
public interface ISaslObserver
{
    /// <param name="identity">Name of the credential.</param>
    /// <param name="mechanism">Such as <c>PLAIN</c>.</param>
    /// <param name="password">The current password or one before it.</param>
    /// <param name="peer">Who logged in.</param>
    void Succeeded(string identity, string mechanism, ScramPasswordState password, SaslPeer peer);

    /// <param name="userName">As the client sent it, not escaped; null when the exchange did not come to it.</param>
    /// <param name="mechanism">Such as <c>PLAIN</c>.</param>
    /// <param name="reason">For the operator; the client does not learn it.</param>
    /// <param name="peer">Who failed.</param>
    void Failed(string? userName, string mechanism, SaslFailure reason, SaslPeer peer);
}

/// <summary>Why a login failed.</summary>
public enum SaslFailure
{
    UnknownUser,
    WrongPassword,

    /// <summary>The password before the current one, too long after it was replaced.</summary>
    ExpiredPassword,

    /// <summary>What the client sent is no message of the mechanism, or holds a name or password that is not printable ASCII.</summary>
    Malformed,

    /// <summary>The client wants to act for another user.</summary>
    OtherIdentity,

    /// <summary>The channel binding is not that of this connection: there may be somebody in the middle.</summary>
    WrongBinding,

    /// <summary>The client supports channel binding but was not shown that the server does: somebody may have taken it from the list.</summary>
    Downgrade,

    /// <summary>The last message is not of this exchange.</summary>
    WrongNonce,

    /// <summary>Too many attempts of this source are under way or wait for their answer.</summary>
    TooManyAttempts,

    /// <summary>Too many passwords wait to be checked.</summary>
    Busy,
}
