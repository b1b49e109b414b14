using System.Diagnostics.CodeAnalysis;

namespace MailManager.Smtp.Sasl.Grammar;

/// <summary>The parts that SCRAM's messages share (RFC 5802 §7): attributes between commas, names with <c>=2C</c> and <c>=3D</c>, nonces.</summary>
internal static class ScramText
{
    /// <summary>Octets of the client's nonce, at most. The RFC has no limit; clients send 16 to 64.</summary>
    public const int MaxClientNonce = 512;

    /// <summary>Takes what stands before the next comma, and the comma. False when nothing is left.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> part)
    {
        part = rest;
        if (rest.IsEmpty)
        {
            return false;
        }

        var comma = rest.IndexOf((byte)',');
        part = comma < 0 ? rest : rest[..comma];
        rest = comma < 0 ? [] : rest[(comma + 1)..];
        return true;
    }

    /// <summary>Takes the next attribute when it has this letter.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, char letter, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryTake(ref rest, out var part) || part.Length < 2 || part[0] != letter || part[1] != (byte)'=')
        {
            return false;
        }

        value = part[2..];
        return true;
    }

    /// <summary>
    /// Whether an attribute may stand among the optional extensions: a letter, <c>=</c> and a value. <c>m</c> may not: it is a mandatory extension, of
    /// which none is known.
    /// </summary>
    public static bool IsOptionalExtension(ReadOnlySpan<byte> part) =>
        part.Length > 2 && char.IsAsciiLetter((char)part[0]) && part[0] != (byte)'m' && part[1] == (byte)'=';

    /// <summary>A <c>saslname</c> as the user name that it stands for.</summary>
    public static bool TryReadName(ReadOnlySpan<byte> text, [NotNullWhen(true)] out string? userName)
    {
        userName = null;
        if (text.Length > 3 * SaslText.MaxUserName)
        {
            return false;
        }

        Span<byte> name = stackalloc byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != (byte)'=')
            {
                name[length++] = text[i];
                continue;
            }

            var code = text[i..];
            if (!code.StartsWith("=2C"u8) && !code.StartsWith("=3D"u8))
            {
                return false;
            }

            name[length++] = code[1] == (byte)'2' ? (byte)',' : (byte)'=';
            i += 2;
        }

        return SaslText.TryReadUserName(name[..length], out userName);
    }

    /// <summary>Printable ASCII without comma and space.</summary>
    public static bool IsNonce(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= MaxClientNonce && !text.ContainsAnyExceptInRange((byte)'!', (byte)'~') && !text.Contains((byte)',');
}
