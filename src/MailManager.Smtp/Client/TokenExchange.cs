using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailManager.Smtp.Client;

/// <summary>XOAUTH2, as Google and Microsoft publish it: user and token in one response. What a server has against them it tells in a challenge, which is answered by nothing.</summary>
internal sealed class TokenExchange(string userName, string token) : IAuthExchange
{
    public const string Name = "XOAUTH2";

    private bool _isRefused;

    public byte[] InitialResponse { get; } = Encoding.UTF8.GetBytes($"user={userName}\u0001auth=Bearer {token}\u0001\u0001");

    public bool IsComplete => !_isRefused;

    public bool TryAnswer(ReadOnlySpan<byte> challenge, [NotNullWhen(true)] out byte[]? response, [NotNullWhen(false)] out string? problem)
    {
        response = _isRefused ? null : [];
        problem = ExchangeProblems.AsksForMore;
        _isRefused = true;
        return response is not null;
    }
}
