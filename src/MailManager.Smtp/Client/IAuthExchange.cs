using System.Diagnostics.CodeAnalysis;

namespace MailManager.Smtp.Client;

/// <summary>The client's side of one login by one mechanism. Holds the password: never logged, for one connection.</summary>
internal interface IAuthExchange
{
    /// <summary>What can go with the AUTH command (RFC 4954 §4); null: the server speaks first.</summary>
    byte[]? InitialResponse { get; }

    /// <summary>The server has shown all that the mechanism wants of it, so that its 235 may be believed.</summary>
    bool IsComplete { get; }

    /// <summary>False: the challenge is not what the mechanism has at this place, and the login is over.</summary>
    /// <param name="challenge">Decoded; whatever the server likes to send.</param>
    /// <param name="response">To send; may be empty.</param>
    /// <param name="problem">What is wrong with the challenge, for people.</param>
    bool TryAnswer(ReadOnlySpan<byte> challenge, [NotNullWhen(true)] out byte[]? response, [NotNullWhen(false)] out string? problem);
}
