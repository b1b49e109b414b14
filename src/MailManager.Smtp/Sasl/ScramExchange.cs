using System.Security.Cryptography;
using System.Text;
using MailManager.Smtp.Sasl.Grammar;

namespace MailManager.Smtp.Sasl;

/// <summary>
/// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677). The server's last message goes out as one more challenge, which the client answers with
/// an empty response: SMTP's success reply carries no data (RFC 4954 §4).
/// </summary>
/// <param name="login">What is around the exchange.</param>
/// <param name="isPlus">The client chose the mechanism with channel binding.</param>
/// <param name="serverNonce">New for each exchange; printable, without comma.</param>
internal sealed class ScramExchange(SaslLogin login, bool isPlus, string serverNonce) : ISaslExchange
{
    private ScramClientFirst? _first;
    private byte[] _serverFirst = [];
    private (ScramCredential Credential, ScramPassword Password)? _proved;

    public ValueTask<SaslStep> NextAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
    {
        if (_proved is { } proved)
        {
            return new(response is { IsEmpty: true } ? login.Succeed(proved.Credential, proved.Password) : login.Malformed(_first!.UserName));
        }

        if (response is not { } octets)
        {
            return new(SaslStep.Continue(default));
        }

        return _first is null ? TakeFirstAsync(octets.Span, cancellationToken) : TakeFinalAsync(_first, octets, cancellationToken);
    }

    private ValueTask<SaslStep> TakeFirstAsync(ReadOnlySpan<byte> octets, CancellationToken cancellationToken)
    {
        // With the name for -PLUS binding must be used, and without it must not (RFC 5802 §6).
        if (!ScramClientFirst.TryParse(octets, out var first) || isPlus != (first.Binding == ScramBinding.Used))
        {
            return new(login.Malformed(userName: null));
        }

        SaslFailure? failure = first switch
        {
            { ActsForAnother: true } => SaslFailure.OtherIdentity,
            { Binding: ScramBinding.NotOffered } when login.ChannelBinding is not null => SaslFailure.Downgrade,
            { Binding: ScramBinding.Used } when first.BindingType != login.ChannelBinding?.Type => SaslFailure.WrongBinding,
            _ => null,
        };
        if (failure is { } reason)
        {
            return login.RefuseAsync(first.UserName, reason, cancellationToken);
        }

        var credential = login.Find(first.UserName);
        _first = first;
        _serverFirst = Encoding.ASCII.GetBytes(
            $"r={first.Nonce}{serverNonce},s={Convert.ToBase64String(credential.Salt.Span)},i={credential.Iterations}");
        return new(SaslStep.Continue(_serverFirst));
    }

    private async ValueTask<SaslStep> TakeFinalAsync(ScramClientFirst first, ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (!ScramClientFinal.TryParse(octets.Span, out var final))
        {
            return login.Malformed(first.UserName);
        }

        byte[] expectedBinding = [.. first.Header, .. first.Binding == ScramBinding.Used ? login.ChannelBinding!.Data.Span : []];
        if (!CryptographicOperations.FixedTimeEquals(final.Binding, expectedBinding))
        {
            return await login.RefuseAsync(first.UserName, SaslFailure.WrongBinding, cancellationToken).ConfigureAwait(false);
        }

        if (!final.Nonce.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(first.Nonce + serverNonce)))
        {
            return await login.RefuseAsync(first.UserName, SaslFailure.WrongNonce, cancellationToken).ConfigureAwait(false);
        }

        byte[] signedText = [.. first.Bare, (byte)',', .. _serverFirst, (byte)',', .. final.WithoutProof];
        var (credential, password, failed) = await login.CheckProofAsync(first.UserName, final.Proof, signedText, cancellationToken).ConfigureAwait(false);
        if (credential is null || password is null)
        {
            return failed;
        }

        _proved = (credential, password);
        return SaslStep.Continue(Encoding.ASCII.GetBytes($"v={Convert.ToBase64String(password.Keys.Sign(signedText))}"));
    }
}
