using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace MailManager.Smtp.Sasl.Grammar;

/// <summary>The last message of a SCRAM client (RFC 5802 §7, <c>client-final-message</c>).</summary>
internal sealed class ScramClientFinal
{
    /// <summary>Octets of a proof under SHA-256.</summary>
    public const int ProofLength = 32;

    private ScramClientFinal(byte[] binding, byte[] nonce, byte[] proof, byte[] withoutProof)
    {
        Binding = binding;
        Nonce = nonce;
        Proof = proof;
        WithoutProof = withoutProof;
    }

    /// <summary><c>c</c>, decoded: the header of the first message, then the data of the channel binding.</summary>
    public byte[] Binding { get; }

    public byte[] Nonce { get; }

    /// <summary><c>p</c>, decoded, of <see cref="ProofLength"/> octets.</summary>
    public byte[] Proof { get; }

    /// <summary>All before <c>,p=</c>; a part of what is signed.</summary>
    public byte[] WithoutProof { get; }

    /// <summary>Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out ScramClientFinal? message)
    {
        message = null;
        var end = octets.LastIndexOf(",p="u8);
        if (end < 0)
        {
            return false;
        }

        var rest = octets[..end];
        if (!TryDecode(octets[(end + 3)..], out var proof) || proof.Length != ProofLength
            || !ScramText.TryTake(ref rest, 'c', out var encodedBinding) || !TryDecode(encodedBinding, out var binding)
            || !ScramText.TryTake(ref rest, 'r', out var nonce) || nonce.IsEmpty || octets[end - 1] == (byte)',')
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

        message = new ScramClientFinal(binding, nonce.ToArray(), proof, octets[..end].ToArray());
        return true;
    }

    /// <summary>Base64 without white space, which the decoder would skip.</summary>
    private static bool TryDecode(ReadOnlySpan<byte> text, out byte[] octets)
    {
        octets = [];
        if (text.ContainsAny(" \t\r\n"u8) || !Base64.IsValid(text, out var length))
        {
            return false;
        }

        octets = new byte[length];
        _ = Base64.DecodeFromUtf8(text, octets, out _, out _);
        return true;
    }
}
