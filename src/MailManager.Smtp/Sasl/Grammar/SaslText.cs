using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailManager.Smtp.Sasl.Grammar;

/// <summary>
/// User names and passwords: printable ASCII, space included. It is what SASLprep (RFC 4013) leaves as it is. Other characters would have to be
/// normalised with NFKC, for which the process has no tables (InvariantGlobalization): they are refused, here and where credentials are configured, so
/// that no two clients can differ on what a password is.
/// </summary>
public static class SaslText
{
    /// <summary>Octets of a user name, at most.</summary>
    public const int MaxUserName = 255;

    /// <summary>Octets of a password, at most.</summary>
    public const int MaxPassword = 1024;

    /// <summary>1 to <see cref="MaxUserName"/> octets of printable ASCII.</summary>
    public static bool IsUserName(ReadOnlySpan<byte> text) => text.Length is > 0 and <= MaxUserName && IsPrintable(text);

    /// <summary>1 to <see cref="MaxPassword"/> octets of printable ASCII.</summary>
    public static bool IsPassword(ReadOnlySpan<byte> text) => text.Length is > 0 and <= MaxPassword && IsPrintable(text);

    /// <summary>The octets of a user name as text; false when they are none.</summary>
    public static bool TryReadUserName(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out string? userName)
    {
        userName = IsUserName(octets) ? Encoding.ASCII.GetString(octets) : null;
        return userName is not null;
    }

    private static bool IsPrintable(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)' ', (byte)'~');
}
