using System.Security.Cryptography;

namespace MailManager.Smtp.Sasl;

/// <summary>
/// One login by one client: what all mechanisms do around a name and a proof. For names that do not exist the same is done as for those that do.
/// </summary>
internal sealed class SaslLogin(SaslAuthenticator authenticator, string mechanism, SaslPeer peer)
{
    /// <summary>The channel binding of the connection, if there is one.</summary>
    public SaslChannelBinding? ChannelBinding => peer.ChannelBinding;

    public ScramCredential Find(string userName) => authenticator.Credentials.Find(userName);

    /// <summary>What the client sent is no message. It was no guess either, so there is no wait.</summary>
    public SaslStep Malformed(string? userName)
    {
        authenticator.Observer.Failed(userName, mechanism, SaslFailure.Malformed, peer);
        return SaslStep.Fail(SaslReplies.Malformed);
    }

    public SaslStep Succeed(ScramCredential credential, ScramPassword password)
    {
        authenticator.Observer.Succeeded(credential.Name!, mechanism, password.State, peer);
        return SaslStep.Succeed(credential.Name!);
    }

    /// <summary>The client is not who it says it is, whatever its password.</summary>
    public async ValueTask<SaslStep> RefuseAsync(string userName, SaslFailure reason, CancellationToken cancellationToken)
    {
        using var attempt = authenticator.Throttle.TryBegin(peer.Client);
        return attempt is null ? TooManyAttempts(userName) : await FailAsync(attempt, userName, reason, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks a password in clear.</summary>
    public async ValueTask<SaslStep> CheckPasswordAsync(string userName, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        using var attempt = authenticator.Throttle.TryBegin(peer.Client);
        if (attempt is null)
        {
            return TooManyAttempts(userName);
        }

        var credential = Find(userName);
        var match = authenticator.Verified.Find(credential, password.Span);
        if (match is null)
        {
            var salted = new byte[ScramKeys.Length];
            if (!await authenticator.Derivation.TryDeriveAsync(password, credential.Salt, credential.Iterations, salted, cancellationToken).ConfigureAwait(false))
            {
                authenticator.Observer.Failed(userName, mechanism, SaslFailure.Busy, peer);
                return SaslStep.Fail(SaslReplies.TemporaryFailure);
            }

            var keys = ScramKeys.FromSaltedPassword(salted);
            CryptographicOperations.ZeroMemory(salted);
            match = FindPassword(credential, candidate => candidate.Matches(keys));
            if (FailureOf(credential, match) is null)
            {
                authenticator.Verified.Add(credential, match!, password.Span);
            }
        }

        return FailureOf(credential, match) is { } failure
            ? await FailAsync(attempt, userName, failure, cancellationToken).ConfigureAwait(false)
            : Succeed(credential, match!);
    }

    /// <summary>Checks a proof of SCRAM: which password it was made with, or how the exchange fails.</summary>
    public async ValueTask<(ScramCredential? Credential, ScramPassword? Password, SaslStep Failed)> CheckProofAsync(
        string userName, ReadOnlyMemory<byte> proof, ReadOnlyMemory<byte> signedText, CancellationToken cancellationToken)
    {
        using var attempt = authenticator.Throttle.TryBegin(peer.Client);
        if (attempt is null)
        {
            return (null, null, TooManyAttempts(userName));
        }

        var credential = Find(userName);
        var match = FindPassword(credential, candidate => candidate.Verify(proof.Span, signedText.Span));
        return FailureOf(credential, match) is { } failure
            ? (null, null, await FailAsync(attempt, userName, failure, cancellationToken).ConfigureAwait(false))
            : (credential, match, default);
    }

    /// <summary>Tries all of them, so that it takes no longer for the last.</summary>
    private static ScramPassword? FindPassword(ScramCredential credential, Func<ScramKeys, bool> fits)
    {
        ScramPassword? match = null;
        foreach (var candidate in credential.Passwords)
        {
            match = fits(candidate.Keys) ? match ?? candidate : match;
        }

        return match;
    }

    private static SaslFailure? FailureOf(ScramCredential credential, ScramPassword? match) => (credential.Name, match?.State) switch
    {
        (null, _) => SaslFailure.UnknownUser,
        (_, ScramPasswordState.Current or ScramPasswordState.Previous) => null,
        (_, ScramPasswordState.Expired) => SaslFailure.ExpiredPassword,
        _ => SaslFailure.WrongPassword,
    };

    private SaslStep TooManyAttempts(string userName)
    {
        authenticator.Observer.Failed(userName, mechanism, SaslFailure.TooManyAttempts, peer);
        return SaslStep.Fail(SaslReplies.TooManyAttempts);
    }

    private async ValueTask<SaslStep> FailAsync(SaslThrottle.Attempt attempt, string userName, SaslFailure reason, CancellationToken cancellationToken)
    {
        authenticator.Observer.Failed(userName, mechanism, reason, peer);
        await attempt.FailAsync(userName, cancellationToken).ConfigureAwait(false);
        return SaslStep.Fail(SaslReplies.InvalidCredentials);
    }
}
