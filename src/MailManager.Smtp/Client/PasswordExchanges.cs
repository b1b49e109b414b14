using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MailManager.Smtp.Client;

/// <summary>PLAIN (RFC 4616): all in one response.</summary>
internal sealed class PlainClientExchange(SmtpCredentials credentials) : IAuthExchange
{
    /// <summary>Authorization identity empty, then user name and password.</summary>
    public byte[] InitialResponse { get; } = Encoding.UTF8.GetBytes($"\0{credentials.UserName}\0{credentials.Password}");

    public bool IsComplete => true;

    public bool TryAnswer(ReadOnlySpan<byte> challenge, [NotNullWhen(true)] out byte[]? response, [NotNullWhen(false)] out string? problem)
    {
        response = null;
        problem = ExchangeProblems.AsksForMore;
        return false;
    }
}

/// <summary>LOGIN: the server asks for user name and password in turn; what its prompts say does not matter.</summary>
internal sealed class LoginClientExchange(SmtpCredentials credentials) : IAuthExchange
{
    private int _answers;

    public byte[]? InitialResponse => null;

    public bool IsComplete => true;

    public bool TryAnswer(ReadOnlySpan<byte> challenge, [NotNullWhen(true)] out byte[]? response, [NotNullWhen(false)] out string? problem)
    {
        response = _answers++ switch
        {
            0 => Encoding.UTF8.GetBytes(credentials.UserName),
            1 => Encoding.UTF8.GetBytes(credentials.Password),
            _ => null,
        };
        problem = ExchangeProblems.AsksForMore;
        return response is not null;
    }
}

/// <summary>CRAM-MD5 (RFC 2195): the server sends a text, the client its keyed hash.</summary>
internal sealed class CramMd5ClientExchange(SmtpCredentials credentials) : IAuthExchange
{
    private bool _hasAnswered;

    public byte[]? InitialResponse => null;

    public bool IsComplete => _hasAnswered;

    public bool TryAnswer(ReadOnlySpan<byte> challenge, [NotNullWhen(true)] out byte[]? response, [NotNullWhen(false)] out string? problem)
    {
        response = null;
        problem = _hasAnswered ? ExchangeProblems.AsksForMore : challenge.IsEmpty ? "the server's challenge is empty" : null;
        if (problem is not null)
        {
            return false;
        }

        _hasAnswered = true;
#pragma warning disable CA5351 // The mechanism is MD5; it is chosen last, and used under TLS unless the operator allows clear text.
        var digest = HMACMD5.HashData(Encoding.UTF8.GetBytes(credentials.Password), challenge);
#pragma warning restore CA5351
        response = Encoding.UTF8.GetBytes($"{credentials.UserName} {Convert.ToHexStringLower(digest)}");
        return true;
    }
}

/// <summary>What exchanges have against a server, in words.</summary>
internal static class ExchangeProblems
{
    public const string AsksForMore = "the server asks for more than its mechanism has";
}
