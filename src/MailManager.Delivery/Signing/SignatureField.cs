using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailManager.Delivery.Signing;

/// <summary>Makes one DKIM-Signature field (RFC 6376 §3.5): relaxed header, relaxed body, no length of the body.</summary>
internal static class SignatureField
{
    private const int LineLength = 72;

    /// <summary>The whole field, with its end of line. May throw <see cref="CryptographicException"/>.</summary>
    /// <param name="key">Signs.</param>
    /// <param name="domain">In ASCII.</param>
    /// <param name="at">Time of the signature.</param>
    /// <param name="header">Of the message.</param>
    /// <param name="bodyHash">Of its body.</param>
    public static string Create(SigningKey key, string domain, DateTimeOffset at, MessageHeader header, byte[] bodyHash)
    {
        var signed = new ArrayBufferWriter<byte>();
        var names = new List<string>();
        Cover(header, signed, names);
        var unsigned = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $" v=1; a={key.Algorithm}; c=relaxed/relaxed; d={domain.ToLowerInvariant()};")
            .Append(CultureInfo.InvariantCulture, $"\r\n\ts={key.Selector}; t={at.ToUnixTimeSeconds()};\r\n\th=");
        AppendNames(unsigned, names);
        unsigned.Append(CultureInfo.InvariantCulture, $";\r\n\tbh={Convert.ToBase64String(bodyHash)};\r\n\tb=");

        // The field signs itself, as if b= were empty, and without its end of line (§3.7).
        RelaxedHeader.Write(signed, "DKIM-Signature"u8, Encoding.ASCII.GetBytes(unsigned.ToString()));
        var signature = Convert.ToBase64String(key.Sign(SHA256.HashData(signed.WrittenSpan)));
        for (var i = 0; i < signature.Length; i += LineLength)
        {
            unsigned.Append(i == 0 ? "" : "\r\n\t ").Append(signature, i, Math.Min(LineLength, signature.Length - i));
        }

        return $"DKIM-Signature:{unsigned}\r\n";
    }

    /// <summary>Fields are taken from the last to the first, as verifiers do (§5.4.2); a name that is there once more stands for no further field.</summary>
    private static void Cover(MessageHeader header, ArrayBufferWriter<byte> signed, List<string> names)
    {
        foreach (var name in SignedFields.Sealed)
        {
            Cover(header, name, signed, names);
            names.Add(name);
        }

        foreach (var name in SignedFields.WherePresent)
        {
            Cover(header, name, signed, names);
        }
    }

    private static void Cover(MessageHeader header, string name, ArrayBufferWriter<byte> signed, List<string> names)
    {
        var ascii = Encoding.ASCII.GetBytes(name);
        foreach (var field in header.Find(name))
        {
            RelaxedHeader.Write(signed, ascii, header.ValueOf(field));
            signed.Write("\r\n"u8);
            names.Add(name);
        }
    }

    private static void AppendNames(StringBuilder text, List<string> names)
    {
        var column = 3;
        for (var i = 0; i < names.Count; i++)
        {
            if (column + names[i].Length > LineLength)
            {
                text.Append("\r\n\t");
                column = 1;
            }

            text.Append(names[i]).Append(i == names.Count - 1 ? "" : ":");
            column += names[i].Length + 1;
        }
    }
}
