using MailManager.Smtp.Sasl.Grammar;

namespace MailManager.Smtp.Sasl;

/// <summary>
/// LOGIN (draft-murchison-sasl-login): the name, then the password, each after its prompt. Clients compare the prompts, so they are as everybody's.
/// An initial response is the name.
/// </summary>
internal sealed class LoginExchange(SaslLogin login) : ISaslExchange
{
    private static readonly byte[] UserNamePrompt = "Username:"u8.ToArray();
    private static readonly byte[] PasswordPrompt = "Password:"u8.ToArray();

    private string? _userName;

    public async ValueTask<SaslStep> NextAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
    {
        if (response is not { } octets)
        {
            return SaslStep.Continue(UserNamePrompt);
        }

        if (_userName is null)
        {
            return SaslText.TryReadUserName(octets.Span, out _userName) ? SaslStep.Continue(PasswordPrompt) : login.Malformed(userName: null);
        }

        return SaslText.IsPassword(octets.Span)
            ? await login.CheckPasswordAsync(_userName, octets, cancellationToken).ConfigureAwait(false)
            : login.Malformed(_userName);
    }
}
