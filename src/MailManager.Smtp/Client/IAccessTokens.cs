namespace MailManager.Smtp.Client;

/// <summary>Access tokens (RFC 6750) by which sessions log in as one user. Thread-safe.</summary>
public interface IAccessTokens
{
    /// <summary>Whose mail account it is.</summary>
    string UserName { get; }

    /// <summary>A token that is valid at the moment. Exactly one of token and problem is given; neither is thrown for what an authorization server says.</summary>
    ValueTask<(string? Token, string? Problem)> FindAsync(CancellationToken cancellationToken);

    /// <summary>A server did not take it: it is not given out again.</summary>
    void Refuse(string token);
}
