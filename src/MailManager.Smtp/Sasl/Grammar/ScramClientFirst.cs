using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailManager.Smtp.Sasl.Grammar;

/// <summary>What a client says of channel binding (RFC 5802 §6).</summary>
internal enum ScramBinding
{
    /// <summary><c>n</c>: it cannot.</summary>
    Unsupported,

    /// <summary><c>y</c>: it could, but believes that the server cannot.</summary>
    NotOffered,

    /// <summary><c>p</c>: it does.</summary>
    Used,
}

/// <summary>The first message of a SCRAM client (RFC 5802 §7, <c>client-first-message</c>).</summary>
internal sealed class ScramClientFirst
{
    private ScramClientFirst(ScramBinding binding, string? bindingType, string userName, bool actsForAnother, byte[] header, byte[] bare, string nonce)
    {
        Binding = binding;
        BindingType = bindingType;
        UserName = userName;
        ActsForAnother = actsForAnother;
        Header = header;
        Bare = bare;
        Nonce = nonce;
    }

    public ScramBinding Binding { get; }

    /// <summary>Such as <c>tls-server-end-point</c>; null unless the binding is used.</summary>
    public string? BindingType { get; }

    public string UserName { get; }

    /// <summary>There is an authorization identity that is not the user name.</summary>
    public bool ActsForAnother { get; }

    /// <summary>The <c>gs2-header</c> with its last comma, which the last message repeats.</summary>
    public byte[] Header { get; }

    /// <summary>All after the header; a part of what is signed.</summary>
    public byte[] Bare { get; }

    public string Nonce { get; }

    /// <summary>Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out ScramClientFirst? message)
    {
        message = null;
        var rest = octets;
        if (!ScramText.TryTake(ref rest, out var flag) || !TryReadFlag(flag, out var binding, out var bindingType)
            || !ScramText.TryTake(ref rest, out var authorization))
        {
            return false;
        }

        string? authorizationName = null;
        if (!authorization.IsEmpty && !(authorization.StartsWith("a="u8) && ScramText.TryReadName(authorization[2..], out authorizationName)))
        {
            return false;
        }

        var bare = rest;
        if (!ScramText.TryTake(ref rest, 'n', out var name) || !ScramText.TryReadName(name, out var userName)
            || !ScramText.TryTake(ref rest, 'r', out var nonce) || !ScramText.IsNonce(nonce) || octets[^1] == (byte)',')
        {
            return false;
        }

        while (ScramText.TryTake(ref rest, out var extension))
        {
            if (!ScramText.IsOptionalExtension(extension))
            {
                return false;
            }
        }

        message = new ScramClientFirst(
            binding, bindingType, userName, authorizationName is not null && authorizationName != userName,
            octets[..^bare.Length].ToArray(), bare.ToArray(), Encoding.ASCII.GetString(nonce));
        return true;
    }

    private static bool TryReadFlag(ReadOnlySpan<byte> flag, out ScramBinding binding, out string? type)
    {
        type = null;
        binding = flag.SequenceEqual("n"u8) ? ScramBinding.Unsupported : flag.SequenceEqual("y"u8) ? ScramBinding.NotOffered : ScramBinding.Used;
        if (binding != ScramBinding.Used)
        {
            return true;
        }

        // cb-name: letters, digits, dots and hyphens.
        if (!flag.StartsWith("p="u8) || flag.Length is < 3 or > 64)
        {
            return false;
        }

        type = Encoding.ASCII.GetString(flag[2..]);
        return type.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-');
    }
}
