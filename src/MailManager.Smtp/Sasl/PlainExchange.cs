using MailManager.Smtp.Sasl.Grammar;

namespace MailManager.Smtp.Sasl;

/// <summary>PLAIN (RFC 4616): one message.</summary>
internal sealed class PlainExchange(SaslLogin login) : ISaslExchange
{
    public async ValueTask<SaslStep> NextAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
    {
        if (response is not { } octets)
        {
            return SaslStep.Continue(default);
        }

        if (!PlainMessage.TryParse(octets, out var message))
        {
            return login.Malformed(userName: null);
        }

        return message.ActsForAnother
            ? await login.RefuseAsync(message.UserName, SaslFailure.OtherIdentity, cancellationToken).ConfigureAwait(false)
            : await login.CheckPasswordAsync(message.UserName, message.Password, cancellationToken).ConfigureAwait(false);
    }
}
